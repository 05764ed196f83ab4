/* Copies the chunks of a run from an attached file, as they are. */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "db/chunk.h"

enum { COMMIT_CHUNKS = 200 };

/* The numbers of columns and texts of the attached file, and what they are here. */
struct renumbered {
    int64_t column[CHUNK_COLUMNS_MOST];
    bool text[CHUNK_COLUMNS_MOST]; /* by number in the attached file */
    size_t texts;
    int64_t *text_id;
};

struct copier {
    struct db *db;
    struct renumbered map;
    int64_t free_vectors;
    sqlite3_stmt *chunks, *before, *drop, *put_chunk, *vectors, *put_vector, *codes, *put_code;
};

static int map_columns(struct copier *c, struct err *err)
{
    sqlite3_stmt *s = NULL;
    int row = db_prepare(c->db, &s, "SELECT number, name, type FROM source.chunk_column", err);
    while (row == 0 && (row = db_step(c->db, s, err)) == 1) {
        int64_t from = sqlite3_column_int64(s, 0);
        bool text = strcmp(db_text(s, 2), "TEXT") == 0;
        int64_t to = chunk_add_column(c->db, db_text(s, 1), text, err);
        if (from >= 0 && from < CHUNK_COLUMNS_MOST) {
            c->map.column[from] = to;
            c->map.text[from] = text;
        }
        row = to < 0 ? -1 : 0;
    }
    sqlite3_finalize(s);
    return row;
}

static int map_texts(struct copier *c, struct err *err)
{
    sqlite3_stmt *s = NULL;
    struct renumbered *m = &c->map;
    int row = db_prepare(c->db, &s, "SELECT id, text FROM source.chunk_text ORDER BY id", err);
    while (row == 0 && (row = db_step(c->db, s, err)) == 1) {
        size_t id = (size_t)sqlite3_column_int64(s, 0);
        m->text_id = mem_grow(m->text_id, id + 1, sizeof *m->text_id);
        memset(m->text_id + m->texts, 0, (id + 1 - m->texts) * sizeof *m->text_id);
        m->texts = id + 1;
        m->text_id[id] = chunk_text_id(c->db, db_text(s, 1), err);
        row = m->text_id[id] < 0 ? -1 : 0;
    }
    sqlite3_finalize(s);
    return row;
}

static int open_copier(struct copier *c, struct err *err)
{
    struct {
        sqlite3_stmt **out;
        const char *sql;
    } all[] = {
        {&c->chunks, "SELECT id, rows, last, vectors FROM source.chunk WHERE id >= ?1 AND id < ?2"
                     " ORDER BY id"},
        {&c->before, "SELECT id, rows, last, vectors FROM main.chunk WHERE id <= ?1"
                     " ORDER BY id DESC LIMIT 1"},
        {&c->drop, "DELETE FROM main.chunk_vector WHERE id >= ?1 AND id < ?1 + ?2"},
        {&c->put_chunk, "INSERT OR REPLACE INTO main.chunk VALUES(?1, ?2, ?3, ?4)"},
        {&c->vectors, "SELECT id, constant, code, data FROM source.chunk_vector"
                      " WHERE id >= ?1 AND id < ?1 + ?2 ORDER BY id"},
        {&c->put_vector, "INSERT INTO main.chunk_vector VALUES(?1, ?2, ?3, ?4)"},
        {&c->codes, "SELECT id, width, data FROM source.chunk_code"
                    " WHERE id >= ?1 AND id < ?1 + ?2 ORDER BY id"},
        {&c->put_code, "INSERT OR REPLACE INTO main.chunk_code VALUES(?1, ?2, ?3)"},
    };
    int rc = map_columns(c, err) != 0 || map_texts(c, err) != 0 ||
                     (c->free_vectors = chunk_free_vectors(c->db, err)) < 0
                 ? -1
                 : 0;
    for (size_t i = 0; i < LEN(all) && rc == 0; i++)
        rc = db_prepare(c->db, all[i].out, all[i].sql, err);
    return rc;
}

static void close_copier(struct copier *c)
{
    sqlite3_stmt *all[] = {c->chunks,  c->before,     c->drop,  c->put_chunk,
                           c->vectors, c->put_vector, c->codes, c->put_code};
    for (size_t i = 0; i < LEN(all); i++)
        sqlite3_finalize(all[i]);
    free(c->map.text_id);
    free(c);
}

static struct chunk read_chunk(sqlite3_stmt *s)
{
    return (struct chunk){.id = sqlite3_column_int64(s, 0),
                          .rows = (size_t)sqlite3_column_int64(s, 1),
                          .last = sqlite3_column_int64(s, 2),
                          .vectors = sqlite3_column_int64(s, 3)};
}

/* The number in this file of a column of the attached one; the points keep number 0. */
static int64_t number_here(const struct copier *c, int64_t number)
{
    return number >= 0 && number < CHUNK_COLUMNS_MOST ? c->map.column[number] : 0;
}

static double text_here(const struct renumbered *m, double id)
{
    return id >= 1 && id < (double)m->texts ? (double)m->text_id[(size_t)id] : NAN;
}

/* Binds a value, or the bytes of doubles, of a column of texts. */
static void bind_texts(struct copier *c, sqlite3_stmt *from)
{
    int n = sqlite3_column_bytes(from, 3) / (int)sizeof(double);
    if (n == 0) {
        sqlite3_bind_double(c->put_vector, 2, text_here(&c->map, sqlite3_column_double(from, 1)));
        return;
    }
    unsigned char *data = mem_alloc((size_t)n, sizeof(double));
    const unsigned char *old = sqlite3_column_blob(from, 3);
    for (size_t i = 0; i < (size_t)n; i++)
        chunk_put_double(data + i * sizeof(double),
                         text_here(&c->map, chunk_get_double(old + i * sizeof(double))));
    sqlite3_bind_blob(c->put_vector, 4, data, n * (int)sizeof(double), free);
}

/* Binds columns 1 to `n` of `from` as values 2 to n + 1 of `to`, which copies them. */
static int bind_columns(struct db *db, sqlite3_stmt *to, sqlite3_stmt *from, int n, struct err *err)
{
    int code = SQLITE_OK;
    for (int i = 1; i <= n && code == SQLITE_OK; i++)
        code = sqlite3_bind_value(to, i + 1, sqlite3_column_value(from, i));
    return code == SQLITE_OK ? 0 : db_fail(db, code, err);
}

static int copy_vectors(struct copier *c, const struct chunk *from, int64_t to, struct err *err)
{
    int row = 0;
    sqlite3_bind_int64(c->vectors, 1, from->vectors);
    sqlite3_bind_int64(c->vectors, 2, CHUNK_COLUMNS_MOST);
    while (row == 0 && (row = db_step(c->db, c->vectors, err)) == 1) {
        int64_t number = sqlite3_column_int64(c->vectors, 0) - from->vectors;
        sqlite3_bind_int64(c->put_vector, 1, to + number_here(c, number));
        row = bind_columns(c->db, c->put_vector, c->vectors, 3, err);
        if (sqlite3_column_type(c->vectors, 2) != SQLITE_NULL)
            sqlite3_bind_int64(
                c->put_vector, 3,
                to + number_here(c, sqlite3_column_int64(c->vectors, 2) - from->vectors));
        if (c->map.text[number])
            bind_texts(c, c->vectors);
        if (row == 0)
            row = db_once(c->db, c->put_vector, err);
    }
    sqlite3_reset(c->vectors);
    return row;
}

static int copy_codes(struct copier *c, const struct chunk *from, int64_t to, struct err *err)
{
    int row = 0;
    sqlite3_bind_int64(c->codes, 1, from->vectors);
    sqlite3_bind_int64(c->codes, 2, CHUNK_COLUMNS_MOST);
    while (row == 0 && (row = db_step(c->db, c->codes, err)) == 1) {
        int64_t number = sqlite3_column_int64(c->codes, 0) - from->vectors;
        sqlite3_bind_int64(c->put_code, 1, to + number_here(c, number));
        row = bind_columns(c->db, c->put_code, c->codes, 2, err);
        if (row == 0)
            row = db_once(c->db, c->put_code, err);
    }
    sqlite3_reset(c->codes);
    return row;
}

static int64_t end_of(const struct chunk *c)
{
    return (c->id >> POINT_BITS << POINT_BITS) | c->last;
}

/* What is there of the points of `c`: 1 all of them, 0 none or the beginning, with the vectors to
 * write over or 0; -1 failed. */
static int find_there(struct copier *c, const struct chunk *new, int64_t *vectors, struct err *err)
{
    sqlite3_bind_int64(c->before, 1, end_of(new));
    int row = db_step(c->db, c->before, err);
    struct chunk old = row == 1 ? read_chunk(c->before) : (struct chunk){0};
    sqlite3_reset(c->before);
    *vectors = 0;
    if (row <= 0 || end_of(&old) < new->id)
        return row < 0 ? -1 : 0;
    if (old.id == new->id && old.rows >= new->rows)
        return 1;
    if (old.id == new->id) {
        *vectors = old.vectors;
        return 0;
    }
    return fail(err,
                "%s: points %" PRId64 " to %" PRId64
                " are partly there already: merge all shards into a new file",
                c->db->path, new->id &POINT_MASK, new->last);
}

static int copy_chunk(struct copier *c, const struct chunk *from, int64_t run, struct err *err)
{
    struct chunk to = *from;
    to.id = (int64_t)((uint64_t)run << POINT_BITS) | (from->id & POINT_MASK);
    int there = find_there(c, &to, &to.vectors, err);
    if (there != 0)
        return there < 0 ? -1 : 0;
    if (to.vectors == 0) {
        to.vectors = c->free_vectors;
        c->free_vectors += CHUNK_COLUMNS_MOST;
    }
    sqlite3_bind_int64(c->drop, 1, to.vectors);
    sqlite3_bind_int64(c->drop, 2, CHUNK_COLUMNS_MOST);
    sqlite3_bind_int64(c->put_chunk, 1, to.id);
    sqlite3_bind_int64(c->put_chunk, 2, (int64_t)to.rows);
    sqlite3_bind_int64(c->put_chunk, 3, to.last);
    sqlite3_bind_int64(c->put_chunk, 4, to.vectors);
    return db_once(c->db, c->drop, err) != 0 || db_once(c->db, c->put_chunk, err) != 0 ||
                   copy_vectors(c, from, to.vectors, err) != 0 ||
                   copy_codes(c, from, to.vectors, err) != 0
               ? -1
               : 0;
}

int chunk_merge(struct db *db, int64_t from, int64_t to, struct err *err)
{
    struct copier *c = mem_alloc(1, sizeof *c);
    c->db = db;
    int64_t before = chunk_columns(db, err);
    int row = before < 0 || open_copier(c, err) != 0 ? -1 : 0;
    if (row == 0 && chunk_columns(db, err) != before)
        row = chunk_make_view(db, err);
    if (row == 0) {
        sqlite3_bind_int64(c->chunks, 1, from << POINT_BITS);
        sqlite3_bind_int64(c->chunks, 2, (from + 1) << POINT_BITS);
    }
    for (size_t n = 1; row == 0 && (row = db_step(db, c->chunks, err)) == 1; n++) {
        struct chunk chunk = read_chunk(c->chunks);
        row = copy_chunk(c, &chunk, to, err);
        if (row == 0 && n % COMMIT_CHUNKS == 0)
            row = db_end(db, err) != 0 || db_begin(db, err) != 0 ? -1 : 0;
    }
    close_copier(c);
    return row;
}
