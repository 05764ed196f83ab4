/* A coded column keeps each different value once, found by a hash of open addressing; equal numbers
 * have one code, as in SQL. Chunks are read without SQL in between: their dictionaries are small,
 * and a value needs its code once for each chunk. */
#include "db/read_columns.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"
#include "db/chunk.h"

enum { ROOM_LEAST = 1024, SLOTS_LEAST = 16 };

struct reading {
    struct db_columns_read *out;
    size_t room; /* of the arrays */
};

static uint64_t hash_cell(const struct cell *c)
{
    double number = c->kind == CELL_NUMBER ? c->number + 0.0 : 0; /* -0 is 0 */
    return c->kind == CELL_TEXT ? hash_text(c->text)
                                : hash_bytes(HASH_EMPTY + c->kind, &number, sizeof number);
}

static bool same_value(const struct cell *a, const struct cell *b)
{
    return a->kind == b->kind && (a->kind == CELL_NULL     ? true
                                  : a->kind == CELL_NUMBER ? a->number == b->number
                                                           : !strcmp(a->text, b->text));
}

/* The slot of a value: it holds its code + 1, or 0 if the value is new. */
static size_t *slot_of(const struct db_values *v, const struct cell *c)
{
    size_t at = hash_cell(c) & (v->slots - 1);
    while (v->slot[at] && !same_value(&v->cell[v->slot[at] - 1], c))
        at = (at + 1) & (v->slots - 1);
    return &v->slot[at];
}

static void more_slots(struct db_values *v)
{
    free(v->slot);
    v->slots = v->slots ? 4 * v->slots : SLOTS_LEAST;
    v->slot = mem_alloc(v->slots, sizeof *v->slot);
    for (size_t i = 0; i < v->cells; i++)
        *slot_of(v, &v->cell[i]) = i + 1;
}

static uint32_t code_of(struct db_values *v, const struct cell *c)
{
    if (2 * v->cells >= v->slots)
        more_slots(v);
    size_t *slot = slot_of(v, c);
    if (!*slot) {
        if ((v->cells & (v->cells - 1)) == 0) /* the room is a power of two */
            v->cell = mem_grow(v->cell, v->cells ? 2 * v->cells : 1, sizeof *v->cell);
        v->cell[v->cells++] = cell_copy(c);
        *slot = v->cells;
    }
    return (uint32_t)(*slot - 1);
}

/* Makes room for as many rows. */
static void make_room(struct reading *r, size_t rows)
{
    if (rows <= r->room)
        return;
    while (r->room < rows)
        r->room = r->room ? 2 * r->room : ROOM_LEAST;
    for (size_t i = 0; i < r->out->n; i++) {
        struct db_values *v = &r->out->column[i];
        if (!v->coded)
            v->number = mem_grow(v->number, r->room, sizeof *v->number);
        else if (v->code)
            v->code = mem_grow(v->code, r->room, sizeof *v->code);
    }
}

static void put_code(struct db_values *v, const struct reading *r, size_t row, uint32_t code)
{
    if (code && !v->code)
        v->code = mem_alloc(r->room, sizeof *v->code);
    if (v->code)
        v->code[row] = code;
}

static void put_cell(struct db_values *v, const struct reading *r, size_t row, const struct cell *c)
{
    uint32_t before = v->cells && row ? db_code(v, row - 1) : 0;
    put_code(v, r, row, v->cells && same_value(&v->cell[before], c) ? before : code_of(v, c));
}

/* ---- by SQL ---- */

static int take_row(void *ctx, const struct table *row)
{
    struct reading *r = ctx;
    make_room(r, r->out->rows + 1);
    for (size_t i = 0; i < r->out->n; i++) {
        struct db_values *v = &r->out->column[i];
        const struct cell *c = &row->cell[i];
        if (v->coded)
            put_cell(v, r, r->out->rows, c);
        else
            v->number[r->out->rows] = c->kind == CELL_NUMBER ? c->number : NAN;
    }
    r->out->rows++;
    return 0;
}

static int read_rows(struct reading *r, struct db *db, const struct db_run *run, struct err *err)
{
    char *names = mem_text("");
    for (size_t i = 0; i < r->out->n; i++) {
        char *longer = mem_print("%s%spoint.\"%s\"", names, i ? ", " : "", r->out->column[i].name);
        free(names);
        names = longer;
    }
    char *sql =
        mem_print("SELECT %s FROM point WHERE id >= %" PRId64 " << %d AND id < %" PRId64 " << %d",
                  names, run->id, POINT_BITS, run->id + 1, POINT_BITS);
    int rc = db_each(db, sql, NULL, 0, take_row, r, err);
    free(sql);
    free(names);
    return rc;
}

/* ---- from chunks ---- */

/* A column as it is stored; number 0: the points themselves. */
struct stored {
    int64_t number;
    bool text;
};

/* Finds the columns: 1, 0 if one is not stored, -1 failed. */
static int find_stored(struct stored *out, const struct db_columns_read *r, struct db *db,
                       struct err *err)
{
    sqlite3_stmt *s;
    int found = 1;
    if (db_prepare(db, &s, "SELECT number, type = 'TEXT' FROM chunk_column WHERE name = ?1", err) !=
        0)
        return -1;
    for (size_t i = 0; i < r->n && found > 0; i++) {
        out[i] = (struct stored){0, false};
        if (!strcmp(r->column[i].name, "point"))
            continue;
        sqlite3_bind_text(s, 1, r->column[i].name, -1, SQLITE_STATIC);
        found = db_step(db, s, err);
        if (found > 0)
            out[i] = (struct stored){sqlite3_column_int64(s, 0), sqlite3_column_int64(s, 1) != 0};
        sqlite3_reset(s);
    }
    sqlite3_finalize(s);
    return found;
}

/* A chunk that is read. */
struct chunk_reading {
    struct reading *r;
    struct chunk_reader *reader;
    const struct chunk *chunk;
};

/* The cell of a value, whose text is valid until the reader is closed. */
static int cell_of(struct cell *out, struct chunk_reader *reader, double value, bool text)
{
    const char *found = NULL;
    int code = text && !isnan(value) ? chunk_text(reader, value, &found) : SQLITE_OK;
    *out = isnan(value) ? (struct cell){.kind = CELL_NULL}
           : text       ? (struct cell){.kind = CELL_TEXT, .text = (char *)(uintptr_t)found}
                        : (struct cell){.kind = CELL_NUMBER, .number = value};
    return code;
}

/* Values of a dictionary are in the order of their first rows. */
static int put_codes(struct db_values *v, const struct chunk_reading *x,
                     const struct chunk_vector *from, bool text)
{
    size_t row = x->r->out->rows, rows = x->chunk->rows;
    uint32_t code_at[CHUNK_ROWS];
    struct cell c;
    int code = SQLITE_OK;
    bool each = from->values == rows && !from->narrow && !from->wide;
    for (size_t i = 0; i < from->values && code == SQLITE_OK; i++) {
        code = cell_of(&c, x->reader, from->value[i], text);
        if (code == SQLITE_OK && each)
            put_cell(v, x->r, row + i, &c);
        else if (code == SQLITE_OK)
            code_at[i] = code_of(v, &c);
    }
    for (size_t i = 0; i < rows && code == SQLITE_OK && !each; i++)
        put_code(v, x->r, row + i, code_at[chunk_place(from, i)]);
    return code;
}

static void put_numbers(double *to, const struct chunk_vector *from, size_t rows, bool text)
{
    for (size_t i = 0; i < rows; i++)
        to[i] = text ? NAN : chunk_value(from, i);
}

/* Points without gaps between them are not stored. */
static void put_points(double *to, const struct chunk_vector *from, const struct chunk *c)
{
    for (size_t i = 0; i < c->rows; i++) {
        double point = chunk_value(from, i);
        to[i] = isnan(point) ? (double)((c->id & POINT_MASK) + (int64_t)i) : point;
    }
}

static int take_column(const struct chunk_reading *x, size_t i, const struct stored *stored)
{
    struct db_values *v = &x->r->out->column[i];
    struct chunk_vector *from;
    int code = chunk_read(&from, x->reader, x->chunk, stored->number);
    if (code == SQLITE_OK && v->coded)
        code = put_codes(v, x, from, stored->text);
    else if (code == SQLITE_OK && stored->number == 0)
        put_points(v->number + x->r->out->rows, from, x->chunk);
    else if (code == SQLITE_OK)
        put_numbers(v->number + x->r->out->rows, from, x->chunk->rows, stored->text);
    free(from);
    return code;
}

static int take_chunk(struct reading *r, struct chunk_reader *reader, const struct chunk *c,
                      const struct stored *stored)
{
    const struct chunk_reading x = {r, reader, c};
    int code = c->rows <= CHUNK_ROWS ? SQLITE_OK : SQLITE_CORRUPT;
    make_room(r, r->out->rows + c->rows);
    for (size_t i = 0; i < r->out->n && code == SQLITE_OK; i++)
        code = take_column(&x, i, &stored[i]);
    r->out->rows += c->rows;
    return code;
}

static int read_chunks(struct reading *r, struct db *db, const struct db_run *run,
                       const struct stored *stored, struct err *err)
{
    struct chunk_reader *reader;
    sqlite3_stmt *s = NULL;
    int code = chunk_reader_open(&reader, db->sqlite, "main"), more = -1;
    if (code == SQLITE_OK &&
        db_prepare(db, &s,
                   "SELECT id, rows, last, vectors FROM chunk WHERE id >= ?1 AND id < ?2 "
                   "ORDER BY id",
                   err) == 0) {
        sqlite3_bind_int64(s, 1, run->id << POINT_BITS);
        sqlite3_bind_int64(s, 2, (run->id + 1) << POINT_BITS);
        while (code == SQLITE_OK && (more = db_step(db, s, err)) > 0) {
            const struct chunk c = {.id = sqlite3_column_int64(s, 0),
                                    .rows = (size_t)sqlite3_column_int64(s, 1),
                                    .last = sqlite3_column_int64(s, 2),
                                    .vectors = sqlite3_column_int64(s, 3)};
            code = take_chunk(r, reader, &c, stored);
        }
    }
    if (code != SQLITE_OK)
        more = db_fail(db, code, err);
    sqlite3_finalize(s);
    chunk_reader_close(reader);
    return more;
}

/* Are points read from chunks? 1, 0, or -1 failed. A view may hide some scenarios. */
static int are_in_chunks(struct stored *out, const struct db_columns_read *r, struct db *db,
                         const struct db_run *run, struct err *err)
{
    return db->chunks && !run->some_scenarios ? find_stored(out, r, db, err) : 0;
}

int db_read_columns(struct db *db, const struct db_run *run, struct db_columns_read *out,
                    struct err *err)
{
    struct reading r = {.out = out};
    struct stored *stored = mem_alloc(out->n + 1, sizeof *stored);
    for (size_t i = 0; i < out->n; i++) {
        struct db_values *v = &out->column[i];
        *v = (struct db_values){.name = v->name, .coded = v->coded};
    }
    out->rows = 0;
    int chunks = are_in_chunks(stored, out, db, run, err);
    int rc = chunks > 0    ? read_chunks(&r, db, run, stored, err)
             : chunks == 0 ? read_rows(&r, db, run, err)
                           : -1;
    free(stored);
    for (size_t i = 0; i < out->n; i++) {
        free(out->column[i].slot);
        out->column[i].slot = NULL;
        out->column[i].slots = 0;
    }
    return rc;
}

void db_columns_read_free(struct db_columns_read *r)
{
    for (size_t i = 0; i < r->n; i++) {
        struct db_values *v = &r->column[i];
        for (size_t k = 0; k < v->cells; k++)
            if (v->cell[k].kind == CELL_TEXT)
                free(v->cell[k].text);
        free(v->cell);
        free(v->code);
        free(v->number);
    }
    free(r->column);
    *r = (struct db_columns_read){0};
}
