/* Reading a column of a chunk. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "db/chunk.h"

struct chunk_reader {
    sqlite3 *sqlite;
    sqlite3_stmt *vector, *texts, *ids;
    char **text; /* by id */
    size_t n_texts;
};

static int prepare(sqlite3 *sqlite, sqlite3_stmt **out, const char *sql, const char *schema)
{
    char *whole = mem_print(sql, schema, schema);
    int code = sqlite3_prepare_v3(sqlite, whole, -1, SQLITE_PREPARE_PERSISTENT, out, NULL);
    free(whole);
    return code;
}

int chunk_reader_open(struct chunk_reader **out, sqlite3 *sqlite, const char *schema)
{
    struct chunk_reader *r = mem_alloc(1, sizeof *r);
    *out = r;
    r->sqlite = sqlite;
    int code = prepare(sqlite, &r->vector,
                       "SELECT v.constant, v.data, v.code, c.width, c.data FROM %s.chunk_vector v"
                       " LEFT JOIN %s.chunk_code c ON c.id = v.code WHERE v.id = ?1",
                       schema);
    if (code == SQLITE_OK)
        code = prepare(sqlite, &r->texts, "SELECT text FROM %s.chunk_text WHERE id = ?1", schema);
    return code != SQLITE_OK
               ? code
               : prepare(sqlite, &r->ids, "SELECT id FROM %s.chunk_text WHERE text = ?1", schema);
}

void chunk_reader_close(struct chunk_reader *r)
{
    if (r == NULL)
        return;
    sqlite3_finalize(r->vector);
    sqlite3_finalize(r->texts);
    sqlite3_finalize(r->ids);
    for (size_t i = 0; i < r->n_texts; i++)
        free(r->text[i]);
    free(r->text);
    free(r);
}

void chunk_put_double(unsigned char *to, double v)
{
    uint64_t bits;
    memcpy(&bits, &v, sizeof bits);
    for (size_t k = 0; k < sizeof bits; k++)
        to[k] = (unsigned char)(bits >> (56 - 8 * k));
}

/* In one expression, which compilers turn into one instruction. */
double chunk_get_double(const unsigned char *from)
{
    uint64_t bits = (uint64_t)from[0] << 56 | (uint64_t)from[1] << 48 | (uint64_t)from[2] << 40 |
                    (uint64_t)from[3] << 32 | (uint64_t)from[4] << 24 | (uint64_t)from[5] << 16 |
                    (uint64_t)from[6] << 8 | (uint64_t)from[7];
    double v;
    memcpy(&v, &bits, sizeof v);
    return v;
}

/* With room for `values` doubles and, behind them, codes of `width` bytes for `rows` rows. */
static struct chunk_vector *new_vector(size_t values, size_t rows, size_t width)
{
    size_t bytes = sizeof(struct chunk_vector) + values * sizeof(double) + rows * width;
    struct chunk_vector *v = mem_grow(NULL, bytes, 1);
    *v = (struct chunk_vector){.bytes = bytes, .values = values};
    return v;
}

static struct chunk_vector *new_doubles(const unsigned char *from, size_t values, size_t rows,
                                        size_t width)
{
    struct chunk_vector *v = new_vector(values, rows, width);
    for (size_t i = 0; i < values; i++)
        v->value[i] = chunk_get_double(from + i * sizeof *v->value);
    return v;
}

struct chunk_vector *chunk_constant(double value)
{
    struct chunk_vector *v = new_vector(1, 0, 0);
    v->value[0] = value;
    return v;
}

/* Copies codes and returns the highest. */
static size_t copy_narrow(struct chunk_vector *v, const unsigned char *code, size_t rows)
{
    unsigned char *to = (unsigned char *)(v->value + v->values), most = 0;
    for (size_t i = 0; i < rows; i++) {
        to[i] = code[i];
        most = code[i] > most ? code[i] : most;
    }
    v->narrow = to;
    return most;
}

static size_t copy_wide(struct chunk_vector *v, const unsigned char *code, size_t rows)
{
    uint16_t *to = (uint16_t *)(v->value + v->values), most = 0;
    for (size_t i = 0; i < rows; i++) {
        to[i] = (uint16_t)(code[2 * i] << 8 | code[2 * i + 1]);
        most = to[i] > most ? to[i] : most;
    }
    v->wide = to;
    return most;
}

static int decode_codes(struct chunk_vector **out, sqlite3_stmt *s, size_t rows)
{
    const unsigned char *value = sqlite3_column_blob(s, 1), *code = sqlite3_column_blob(s, 4);
    size_t values = (size_t)sqlite3_column_bytes(s, 1) / sizeof(double);
    size_t width = (size_t)sqlite3_column_int64(s, 3);
    if (code == NULL || width < 1 || width > CHUNK_CODE_MOST ||
        (size_t)sqlite3_column_bytes(s, 4) != rows * width || values > CHUNK_ROWS)
        return SQLITE_CORRUPT;
    *out = new_doubles(value, values, rows, width);
    size_t most = width == 1 ? copy_narrow(*out, code, rows) : copy_wide(*out, code, rows);
    return most < values ? SQLITE_OK : SQLITE_CORRUPT;
}

static int decode(struct chunk_vector **out, sqlite3_stmt *s, size_t rows)
{
    if (sqlite3_column_type(s, 2) != SQLITE_NULL)
        return decode_codes(out, s, rows);
    const unsigned char *data = sqlite3_column_blob(s, 1);
    if (data != NULL && (size_t)sqlite3_column_bytes(s, 1) != rows * sizeof(double))
        return SQLITE_CORRUPT;
    *out =
        data != NULL ? new_doubles(data, rows, 0, 0) : chunk_constant(sqlite3_column_double(s, 0));
    return SQLITE_OK;
}

int chunk_read(struct chunk_vector **out, struct chunk_reader *r, const struct chunk *c,
               int64_t number)
{
    *out = NULL;
    sqlite3_bind_int64(r->vector, 1, c->vectors + number);
    int code = sqlite3_step(r->vector);
    if (code == SQLITE_ROW) {
        code = decode(out, r->vector, c->rows);
    } else if (code == SQLITE_DONE) {
        *out = chunk_constant(NAN);
        code = SQLITE_OK;
    }
    sqlite3_reset(r->vector);
    return code;
}

/* Reads a text that is not known yet. */
static int load_text(struct chunk_reader *r, size_t id)
{
    if (id >= r->n_texts) {
        r->text = mem_grow(r->text, id + 1, sizeof *r->text);
        memset(r->text + r->n_texts, 0, (id + 1 - r->n_texts) * sizeof *r->text);
        r->n_texts = id + 1;
    }
    sqlite3_bind_int64(r->texts, 1, (int64_t)id);
    int code = sqlite3_step(r->texts);
    if (code == SQLITE_ROW) {
        const char *text = (const char *)sqlite3_column_text(r->texts, 0);
        code = text != NULL                                      ? SQLITE_OK
               : sqlite3_column_type(r->texts, 0) == SQLITE_NULL ? SQLITE_CORRUPT
                                                                 : SQLITE_NOMEM;
        r->text[id] = text != NULL ? mem_text(text) : NULL;
    } else if (code == SQLITE_DONE) {
        code = SQLITE_CORRUPT;
    }
    sqlite3_reset(r->texts);
    return code;
}

int chunk_text(struct chunk_reader *r, double id, const char **out)
{
    enum { TEXTS_MOST = 1 << 24 };
    if (!(id >= 1 && id < TEXTS_MOST))
        return SQLITE_CORRUPT;
    size_t at = (size_t)id;
    int code = at >= r->n_texts || r->text[at] == NULL ? load_text(r, at) : SQLITE_OK;
    *out = r->text[at];
    return code;
}

int chunk_find_text(double *id, struct chunk_reader *r, const char *text)
{
    *id = NAN;
    if (text == NULL)
        return SQLITE_NOMEM;
    sqlite3_bind_text(r->ids, 1, text, -1, SQLITE_STATIC);
    int code = sqlite3_step(r->ids);
    if (code == SQLITE_ROW)
        *id = sqlite3_column_double(r->ids, 0);
    sqlite3_reset(r->ids);
    return code == SQLITE_ROW ? SQLITE_OK : code;
}
