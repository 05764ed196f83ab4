/* Writing chunks: rows are gathered by column, and each column is written in its shortest form. */
#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "db/chunk.h"

enum {
    CODE_MOST = 3 * CHUNK_ROWS / 4, /* more different values: a dictionary would be larger */
    SLOT_BITS = 11,
};

/* A column as codes: values in order of appearance, so that two columns that repeat in the same
 * pattern have the same codes. */
struct codes {
    int64_t id;
    size_t values;
    uint64_t mix; /* of all codes; equal codes have equal mixes */
    uint16_t code[CHUNK_ROWS];
};

struct column {
    int64_t number;
    const char *const *texts; /* NULL: numbers */
    size_t known;
    int64_t *text_id; /* of texts[i]; 0: not asked for yet */
};

struct chunk_writer {
    struct db *db;
    size_t columns;
    struct column *column;
    double *value; /* CHUNK_ROWS of each column */
    double point[CHUNK_ROWS];
    struct chunk chunk;
    bool flushed;        /* the file has all rows */
    struct codes *codes; /* those of the chunk that is being written */
    size_t n_codes, room;
    unsigned char *blob;
    sqlite3_stmt *put_chunk, *put_vector, *put_code;
};

static uint64_t bits_of(double v)
{
    uint64_t bits;
    memcpy(&bits, &v, sizeof bits);
    return bits;
}

int chunk_writer_open(struct chunk_writer **out, struct db *db, struct err *err)
{
    struct chunk_writer *w = mem_alloc(1, sizeof *w);
    *out = w;
    w->db = db;
    w->columns = db->columns;
    w->column = mem_alloc(w->columns + 1, sizeof *w->column);
    w->value = mem_alloc(w->columns * CHUNK_ROWS + 1, sizeof *w->value);
    w->blob = mem_alloc(CHUNK_ROWS, sizeof(double));
    w->flushed = true;
    for (size_t i = 0; i < w->columns; i++) {
        const struct db_column *c = &db->column[i];
        w->column[i].texts = c->texts;
        w->column[i].number = chunk_add_column(db, c->name, c->texts != NULL, err);
        if (w->column[i].number < 0)
            return -1;
    }
    w->chunk.vectors = chunk_free_vectors(db, err);
    return w->chunk.vectors < 0 ||
                   db_prepare(db, &w->put_chunk,
                              "INSERT OR REPLACE INTO main.chunk VALUES(?1, ?2, ?3, ?4)",
                              err) != 0 ||
                   db_prepare(db, &w->put_vector,
                              "INSERT OR REPLACE INTO main.chunk_vector VALUES(?1, ?2, ?3, ?4)",
                              err) != 0 ||
                   db_prepare(db, &w->put_code,
                              "INSERT OR REPLACE INTO main.chunk_code VALUES(?1, ?2, ?3)", err) != 0
               ? -1
               : 0;
}

void chunk_writer_close(struct chunk_writer *w)
{
    if (w == NULL)
        return;
    sqlite3_finalize(w->put_chunk);
    sqlite3_finalize(w->put_vector);
    sqlite3_finalize(w->put_code);
    for (size_t i = 0; i < w->columns; i++)
        free(w->column[i].text_id);
    free(w->column);
    free(w->value);
    free(w->codes);
    free(w->blob);
    free(w);
}

/* The stored number of text `i` of a column. -1 failed. */
static int64_t text_id(struct chunk_writer *w, struct column *c, size_t i, struct err *err)
{
    if (i >= c->known) {
        c->text_id = mem_grow(c->text_id, i + 1, sizeof *c->text_id);
        memset(c->text_id + c->known, 0, (i + 1 - c->known) * sizeof *c->text_id);
        c->known = i + 1;
    }
    if (c->text_id[i] == 0) {
        int64_t id = chunk_text_id(w->db, c->texts[i], err);
        if (id < 0)
            return -1;
        c->text_id[i] = id;
    }
    return c->text_id[i];
}

int chunk_put(struct chunk_writer *w, uint64_t point, const double *row, struct err *err)
{
    struct chunk *c = &w->chunk;
    if (c->rows == CHUNK_ROWS) {
        if (chunk_flush(w, err) != 0)
            return -1;
        c->rows = 0;
        c->vectors += CHUNK_COLUMNS_MOST;
    }
    assert(c->rows == 0 || (int64_t)point > c->last);
    for (size_t k = 0; k < w->columns; k++) {
        double v = row[k];
        if (w->column[k].texts != NULL && !isnan(v)) {
            int64_t id = text_id(w, &w->column[k], (size_t)v, err);
            if (id < 0)
                return -1;
            v = (double)id;
        }
        w->value[k * CHUNK_ROWS + c->rows] = isnan(v) ? NAN : v + 0.0; /* no -0, as in rows */
    }
    if (c->rows == 0)
        c->id = (int64_t)((uint64_t)w->db->run << POINT_BITS | point);
    w->point[c->rows++] = (double)point;
    c->last = (int64_t)point;
    w->flushed = false;
    return 0;
}

/* ---- one column ---- */

static bool is_constant(const double *v, size_t n)
{
    uint64_t first = bits_of(v[0]);
    size_t i = 1;
    while (i < n && bits_of(v[i]) == first)
        i++;
    return i == n;
}

/* The codes of a column; `value` gets the different values. False if there are too many. */
static bool encode(const double *v, size_t n, struct codes *out, double *value)
{
    uint16_t slot[1 << SLOT_BITS];
    memset(slot, 0, sizeof slot);
    out->values = 0;
    out->mix = 0;
    for (size_t i = 0; i < n; i++) {
        uint64_t bits = bits_of(v[i]);
        size_t at = (size_t)(bits * UINT64_C(0x9e3779b97f4a7c15) >> (64 - SLOT_BITS));
        while (slot[at] != 0 && bits_of(value[slot[at] - 1]) != bits)
            at = (at + 1) & ((1 << SLOT_BITS) - 1);
        if (slot[at] == 0) {
            if (out->values == CODE_MOST)
                return false;
            value[out->values++] = v[i];
            slot[at] = (uint16_t)out->values;
        }
        out->code[i] = (uint16_t)(slot[at] - 1);
        out->mix = (out->mix ^ out->code[i]) * UINT64_C(0x100000001b3);
    }
    return true;
}

static const struct codes *find_codes(const struct chunk_writer *w, const struct codes *like,
                                      size_t n)
{
    for (size_t i = 0; i < w->n_codes; i++) {
        const struct codes *c = &w->codes[i];
        if (c->values == like->values && c->mix == like->mix &&
            !memcmp(c->code, like->code, n * sizeof *c->code))
            return c;
    }
    return NULL;
}

static size_t doubles_blob(unsigned char *to, const double *v, size_t n)
{
    for (size_t i = 0; i < n; i++)
        chunk_put_double(to + i * sizeof *v, v[i]);
    return n * sizeof *v;
}

static int put_codes(struct chunk_writer *w, const struct codes *c, struct err *err)
{
    size_t width = c->values > 256 ? CHUNK_CODE_MOST : 1, n = w->chunk.rows;
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < width; k++)
            w->blob[i * width + k] = (unsigned char)(c->code[i] >> (8 * (width - 1 - k)));
    sqlite3_bind_int64(w->put_code, 1, c->id);
    sqlite3_bind_int64(w->put_code, 2, (int64_t)width);
    sqlite3_bind_blob(w->put_code, 3, w->blob, (int)(n * width), SQLITE_STATIC);
    return db_once(w->db, w->put_code, err);
}

/* Writes `n` values as doubles: all values of a column, or its dictionary. */
static int put_values(struct chunk_writer *w, int64_t id, const struct codes *codes,
                      const double *v, size_t n, struct err *err)
{
    sqlite3_bind_int64(w->put_vector, 1, id);
    sqlite3_bind_null(w->put_vector, 2);
    if (codes != NULL)
        sqlite3_bind_int64(w->put_vector, 3, codes->id);
    else
        sqlite3_bind_null(w->put_vector, 3);
    sqlite3_bind_blob(w->put_vector, 4, w->blob, (int)doubles_blob(w->blob, v, n), SQLITE_STATIC);
    return db_once(w->db, w->put_vector, err);
}

static int put_constant(struct chunk_writer *w, int64_t id, double v, struct err *err)
{
    if (isnan(v))
        return 0;
    sqlite3_bind_int64(w->put_vector, 1, id);
    sqlite3_bind_double(w->put_vector, 2, v);
    sqlite3_bind_null(w->put_vector, 3);
    sqlite3_bind_null(w->put_vector, 4);
    return db_once(w->db, w->put_vector, err);
}

static int put_vector(struct chunk_writer *w, int64_t number, const double *v, struct err *err)
{
    size_t n = w->chunk.rows;
    int64_t id = w->chunk.vectors + number;
    double value[CODE_MOST];
    if (is_constant(v, n))
        return put_constant(w, id, v[0], err);
    if (w->n_codes == w->room) {
        w->room = 2 * w->room + 8;
        w->codes = mem_grow(w->codes, w->room, sizeof *w->codes);
    }
    struct codes *own = &w->codes[w->n_codes];
    if (!encode(v, n, own, value))
        return put_values(w, id, NULL, v, n, err);
    const struct codes *codes = find_codes(w, own, n);
    size_t width = own->values > 256 ? CHUNK_CODE_MOST : 1;
    if (codes == NULL && own->values * sizeof *v + n * width >= n * sizeof *v)
        return put_values(w, id, NULL, v, n, err);
    if (codes == NULL) {
        own->id = id;
        w->n_codes++;
        if (put_codes(w, own, err) != 0)
            return -1;
        codes = own;
    }
    return put_values(w, id, codes, value, own->values, err);
}

int chunk_flush(struct chunk_writer *w, struct err *err)
{
    const struct chunk *c = &w->chunk;
    if (w->flushed)
        return 0;
    sqlite3_bind_int64(w->put_chunk, 1, c->id);
    sqlite3_bind_int64(w->put_chunk, 2, (int64_t)c->rows);
    sqlite3_bind_int64(w->put_chunk, 3, c->last);
    sqlite3_bind_int64(w->put_chunk, 4, c->vectors);
    if (db_once(w->db, w->put_chunk, err) != 0)
        return -1;
    w->n_codes = 0;
    bool gaps = c->last - (int64_t)w->point[0] + 1 != (int64_t)c->rows;
    if (gaps && put_vector(w, 0, w->point, err) != 0)
        return -1;
    for (size_t k = 0; k < w->columns; k++)
        if (put_vector(w, w->column[k].number, w->value + k * CHUNK_ROWS, err) != 0)
            return -1;
    w->flushed = true;
    return 0;
}
