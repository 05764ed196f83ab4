/* Of each chunk the rows that are asked for are chosen at once, column by column. For another order
 * than that of ids, a first pass over the chunks finds it from its columns and the conditions; then
 * the other columns are read where a row needs them, and kept as they are stored, since the next
 * rows of a chunk may be far away. */
#include "db/chunk_scan.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* Bytes of columns that a scan keeps. What is more is read again. */
enum { KEPT_MOST = 256 << 20 };

/* A column of the current chunk. */
struct loaded {
    int64_t chunk; /* chunk.vectors that `vector` is of */
    bool lent;     /* the vector belongs to somebody else */
    struct chunk_vector *vector;
};

struct kept {
    size_t column;
    struct chunk_vector *vector;
};

/* A chunk of a scan in the order of columns. */
struct held {
    struct chunk chunk;
    size_t columns;
    struct kept *kept;
};

struct chunk_scan {
    const struct chunk_source *from;
    struct chunk_asked asked;
    sqlite3_stmt *chunks; /* kept open during a scan, so that all is read from one state */
    sqlite3_stmt *state;  /* the same where `chunks` has ended */
    bool over;

    struct chunk chunk;
    bool gaps;
    struct loaded *loaded; /* by column; then the run, and the points, where there are gaps */
    size_t at, rows;       /* the current row is row[at] of the chunk */
    const uint16_t *row;
    uint16_t chosen[CHUNK_ROWS];

    struct chunk_order *order;                 /* NULL: ascending id */
    struct chunk_vector *sorted[SORTING_MOST]; /* their values in the current rows */
    size_t n_held, held_room;
    struct held *held;
    struct held *here; /* the current chunk; NULL while the order is sought */
    size_t kept_bytes;
};

static size_t run_column(const struct chunk_source *from)
{
    return from->columns;
}

static size_t points_column(const struct chunk_source *from)
{
    return from->columns + 1;
}

int chunk_scan_open(struct chunk_scan **out, const struct chunk_source *from)
{
    struct chunk_scan *s = mem_alloc(1, sizeof *s);
    s->from = from;
    s->loaded = mem_alloc(points_column(from) + 1, sizeof *s->loaded);
    for (size_t i = 0; i < SORTING_MOST; i++)
        s->sorted[i] = chunk_constant(NAN);
    char *sql = mem_print("SELECT id, rows, last, vectors FROM %s.chunk WHERE id <= ?2 AND id >="
                          " (SELECT coalesce(max(id), 0) FROM %s.chunk WHERE id <= ?1) ORDER BY id",
                          from->schema, from->schema);
    int code = sqlite3_prepare_v2(from->sqlite, sql, -1, &s->chunks, NULL);
    if (code == SQLITE_OK)
        code = sqlite3_prepare_v2(from->sqlite, sql, -1, &s->state, NULL);
    free(sql);
    *out = s;
    return code;
}

static void put_loaded(struct loaded *l, int64_t chunk, struct chunk_vector *vector, bool lent)
{
    if (!l->lent)
        free(l->vector);
    *l = (struct loaded){chunk, lent, vector};
}

/* Drops the order of the last scan, and what was kept for it. */
static void forget_order(struct chunk_scan *s)
{
    if (s->order == NULL)
        return;
    for (size_t i = 0; i <= points_column(s->from); i++)
        if (s->loaded[i].lent)
            put_loaded(&s->loaded[i], 0, NULL, false);
    for (size_t i = 0; i < s->n_held; i++) {
        for (size_t k = 0; k < s->held[i].columns; k++)
            free(s->held[i].kept[k].vector);
        free(s->held[i].kept);
    }
    chunk_order_close(s->order);
    s->order = NULL;
    s->here = NULL;
    s->n_held = s->kept_bytes = 0;
}

void chunk_scan_close(struct chunk_scan *s)
{
    sqlite3_finalize(s->chunks);
    sqlite3_finalize(s->state);
    forget_order(s);
    free(s->held);
    for (size_t i = 0; i <= points_column(s->from); i++)
        free(s->loaded[i].vector);
    free(s->loaded);
    for (size_t i = 0; i < SORTING_MOST; i++)
        free(s->sorted[i]);
    free(s);
}

/* ---- the columns of a chunk ---- */

static int read_column(struct chunk_vector **out, const struct chunk_scan *s, size_t column)
{
    const struct chunk_source *from = s->from;
    if (column == run_column(from)) {
        *out = chunk_constant((double)(s->chunk.id >> POINT_BITS));
        return SQLITE_OK;
    }
    return chunk_read(out, from->reader, &s->chunk,
                      column < from->columns ? from->column[column].number : 0);
}

static struct chunk_vector *find_kept(const struct held *h, size_t column)
{
    for (size_t i = 0; i < h->columns; i++)
        if (h->kept[i].column == column)
            return h->kept[i].vector;
    return NULL;
}

/* Keeps a column of the current chunk for its next rows, if there is room. */
static bool keep(struct chunk_scan *s, size_t column, struct chunk_vector *v)
{
    struct held *h = s->here;
    if (s->kept_bytes + v->bytes > KEPT_MOST)
        return false;
    s->kept_bytes += v->bytes;
    h->kept = mem_grow(h->kept, h->columns + 1, sizeof *h->kept);
    h->kept[h->columns++] = (struct kept){column, v};
    return true;
}

static int load_anew(struct chunk_scan *s, size_t column)
{
    struct chunk_vector *v = s->here != NULL ? find_kept(s->here, column) : NULL;
    bool lent = v != NULL;
    int code = lent ? SQLITE_OK : read_column(&v, s, column);
    assert(code != SQLITE_OK || v != NULL);
    if (code != SQLITE_OK) {
        free(v);
        v = NULL;
    }
    if (v != NULL && !lent && s->here != NULL)
        lent = keep(s, column, v);
    put_loaded(&s->loaded[column], s->chunk.vectors, v, lent);
    return code;
}

static bool is_loaded(const struct chunk_scan *s, size_t column)
{
    return s->loaded[column].chunk == s->chunk.vectors && s->loaded[column].vector != NULL;
}

static int load(struct chunk_scan *s, size_t column)
{
    return is_loaded(s, column) ? SQLITE_OK : load_anew(s, column);
}

static int64_t point_of(const struct chunk_scan *s, size_t row)
{
    return s->gaps ? (int64_t)chunk_value(s->loaded[points_column(s->from)].vector, row)
                   : (s->chunk.id & POINT_MASK) + (int64_t)row;
}

static int64_t id_of(const struct chunk_scan *s, size_t row)
{
    return (s->chunk.id & ~POINT_MASK) | point_of(s, row);
}

static int64_t points_from_first_to_last(const struct chunk *c)
{
    return c->last - (c->id & POINT_MASK) + 1;
}

static int enter_chunk(struct chunk_scan *s, const struct chunk *c)
{
    s->chunk = *c;
    s->gaps = points_from_first_to_last(c) != (int64_t)c->rows;
    return s->gaps ? load(s, points_column(s->from)) : SQLITE_OK;
}

/* SQLITE_DONE after the last. */
static int step_chunk(struct chunk *out, const struct chunk_scan *s)
{
    int code = sqlite3_step(s->chunks);
    if (code != SQLITE_ROW)
        return code;
    int64_t rows = sqlite3_column_int64(s->chunks, 1);
    *out = (struct chunk){.id = sqlite3_column_int64(s->chunks, 0),
                          .last = sqlite3_column_int64(s->chunks, 2),
                          .vectors = sqlite3_column_int64(s->chunks, 3),
                          .rows = (size_t)rows};
    return rows < 1 || rows > CHUNK_ROWS || points_from_first_to_last(out) < rows ||
                   out->last > POINT_MASK
               ? SQLITE_CORRUPT
               : SQLITE_OK;
}

static int next_chunk(struct chunk_scan *s)
{
    struct chunk c = {0};
    int code = step_chunk(&c, s);
    return code == SQLITE_OK ? enter_chunk(s, &c) : code;
}

/* ---- the rows of a chunk ---- */

/* How many rows come before an id. */
static size_t rows_before(const struct chunk_scan *s, int64_t id)
{
    size_t row = 0;
    if (!s->gaps && id > s->chunk.id)
        return id <= id_of(s, s->chunk.rows - 1) ? (size_t)(id - s->chunk.id) : s->chunk.rows;
    while (row < s->chunk.rows && id_of(s, row) < id)
        row++;
    return row;
}

static void choose_by_id(struct chunk_scan *s)
{
    const struct chunk_asked *a = &s->asked;
    size_t first = rows_before(s, a->first),
           end = a->last < INT64_MAX ? rows_before(s, a->last + 1) : s->chunk.rows;
    s->at = 0;
    s->row = s->chosen;
    s->rows = end > first ? end - first : 0;
    for (size_t i = 0; i < s->rows; i++)
        s->chosen[i] = (uint16_t)(first + i);
}

/* Keeps the rows whose text has this id. */
static int keep_text(struct chunk_scan *s, size_t column, double id)
{
    int code = load(s, column);
    const struct chunk_vector *v = s->loaded[column].vector;
    size_t kept = 0;
    for (size_t i = 0; i < s->rows && code == SQLITE_OK; i++) {
        s->chosen[kept] = s->chosen[i];
        kept += chunk_value(v, s->chosen[i]) == id;
    }
    s->rows = kept;
    return code;
}

static int choose_rows(struct chunk_scan *s)
{
    const struct chunk_asked *a = &s->asked;
    int code = SQLITE_OK;
    choose_by_id(s);
    for (size_t i = 0; i < a->conditions && s->rows > 0 && code == SQLITE_OK; i++)
        code = keep_text(s, a->condition[i].column, a->condition[i].id);
    return code;
}

static int next_chunk_with_rows(struct chunk_scan *s)
{
    int code = SQLITE_OK;
    while (code == SQLITE_OK && s->at >= s->rows) {
        code = next_chunk(s);
        if (code == SQLITE_OK)
            code = choose_rows(s);
    }
    s->over = code == SQLITE_DONE;
    if (!s->over)
        return code;
    sqlite3_reset(s->chunks);
    return SQLITE_OK;
}

/* ---- another order ---- */

static void hold_chunk(struct chunk_scan *s)
{
    if (s->n_held == s->held_room) {
        s->held_room = 2 * s->held_room + 16;
        s->held = mem_grow(s->held, s->held_room, sizeof *s->held);
    }
    s->held[s->n_held++] = (struct held){.chunk = s->chunk};
}

static int order_rows_of_chunk(struct chunk_scan *s)
{
    const struct chunk_asked *a = &s->asked;
    const struct chunk_vector *at[SORTING_MOST];
    int code = SQLITE_OK;
    for (size_t i = 0; i < a->sorting && code == SQLITE_OK; i++) {
        code = load(s, a->by[i]);
        at[i] = s->loaded[a->by[i]].vector;
    }
    if (code == SQLITE_OK)
        chunk_order_add(s->order, at, s->row, s->rows);
    return code;
}

static int find_order(struct chunk_scan *s)
{
    const struct chunk_asked *a = &s->asked;
    bool text[SORTING_MOST] = {false};
    for (size_t i = 0; i < a->sorting; i++)
        text[i] = a->by[i] < s->from->columns && s->from->column[a->by[i]].text;
    s->order = chunk_order_open(a->sorting);
    int code = sqlite3_step(s->state);
    code = code == SQLITE_ROW || code == SQLITE_DONE ? SQLITE_OK : code;
    while (code == SQLITE_OK && (code = next_chunk(s)) == SQLITE_OK) {
        code = choose_rows(s);
        if (code != SQLITE_OK || s->rows == 0)
            continue;
        hold_chunk(s);
        code = order_rows_of_chunk(s);
    }
    sqlite3_reset(s->chunks);
    return code == SQLITE_DONE ? chunk_order_sort(s->order, s->from->reader, text) : code;
}

/* Goes to the next rows of one chunk that are equal in what the order is of. */
static int next_piece(struct chunk_scan *s)
{
    const struct chunk_asked *a = &s->asked;
    struct chunk_piece p;
    s->over = !chunk_order_next(s->order, &p);
    if (s->over)
        return sqlite3_reset(s->state);
    s->here = &s->held[p.chunk];
    s->at = 0;
    s->row = p.row;
    s->rows = p.rows;
    int code = enter_chunk(s, &s->here->chunk);
    for (size_t i = 0; i < a->sorting; i++) {
        s->sorted[i]->value[0] = p.value[i];
        put_loaded(&s->loaded[a->by[i]], s->chunk.vectors, s->sorted[i], true);
    }
    return code;
}

int chunk_scan_next(struct chunk_scan *s)
{
    s->at++;
    return s->at < s->rows        ? SQLITE_OK
           : s->asked.sorting > 0 ? next_piece(s)
                                  : next_chunk_with_rows(s);
}

int chunk_scan_begin(struct chunk_scan *s, const struct chunk_asked *asked)
{
    sqlite3_stmt *both[] = {s->chunks, s->state};
    for (size_t i = 0; i < LEN(both); i++) {
        sqlite3_reset(both[i]);
        sqlite3_bind_int64(both[i], 1, asked->first);
        sqlite3_bind_int64(both[i], 2, asked->last);
    }
    forget_order(s);
    s->asked = *asked;
    s->over = false;
    s->at = s->rows = 0;
    int code = asked->sorting > 0 ? find_order(s) : SQLITE_OK;
    return code != SQLITE_OK ? code : asked->sorting > 0 ? next_piece(s) : next_chunk_with_rows(s);
}

int chunk_scan_has_few_pieces(bool *out, const struct chunk_source *from,
                              const struct chunk_asked *asked)
{
    enum { SAMPLE = 256 };
    struct chunk_scan *s;
    struct chunk c = {0};
    size_t chunks = 0;
    int code = chunk_scan_open(&s, from);
    s->asked = *asked;
    s->order = chunk_order_open(asked->sorting);
    sqlite3_bind_int64(s->chunks, 2, INT64_MAX);
    while (code == SQLITE_OK && (code = step_chunk(&c, s)) == SQLITE_OK)
        chunks++;
    sqlite3_reset(s->chunks);
    const size_t stride = chunks / SAMPLE + 1, most = chunks / stride * PIECES_FEW + PIECES_FEW;
    code = code == SQLITE_DONE ? SQLITE_OK : code;
    *out = true;
    for (size_t i = 0; code == SQLITE_OK && *out; i++) {
        code = step_chunk(&c, s);
        if (code != SQLITE_OK || i % stride != 0)
            continue;
        code = enter_chunk(s, &c);
        if (code != SQLITE_OK)
            break;
        choose_by_id(s);
        code = order_rows_of_chunk(s);
        *out = chunk_order_pieces(s->order) <= most;
    }
    chunk_scan_close(s);
    return code == SQLITE_DONE ? SQLITE_OK : code;
}

/* ---- the current row ---- */

bool chunk_scan_is_over(const struct chunk_scan *s)
{
    return s->over;
}

int64_t chunk_scan_id(const struct chunk_scan *s)
{
    return id_of(s, s->row[s->at]);
}

int64_t chunk_scan_point(const struct chunk_scan *s)
{
    return point_of(s, s->row[s->at]);
}

int chunk_scan_value(double *out, struct chunk_scan *s, size_t column)
{
    int code = is_loaded(s, column) ? SQLITE_OK : load_anew(s, column); /* faster than load */
    *out = code == SQLITE_OK ? chunk_value(s->loaded[column].vector, s->row[s->at]) : NAN;
    return code;
}
