/* Of each chunk the rows that are asked for are chosen at once, column by column. In the order of
 * texts there is one pass over the chunks for each combination of texts; a chunk that has no row of
 * a pass is left out, so most chunks are read once. */
#include "db/chunk_scan.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

struct text_value {
    double id;
    const char *text; /* NULL for NULL */
};

/* The rows with one combination of texts, in the order of which they come. */
struct pass {
    struct text_value value[SORTING_MOST];
    size_t found; /* in which place it first appeared */
};

enum { PASS_BITS = 64 };

/* The values of a column in the current chunk. */
struct loaded {
    int64_t chunk; /* chunk.vectors that `value` is of */
    double *value;
};

struct chunk_scan {
    const struct chunk_source *from;
    struct chunk_asked asked;
    sqlite3_stmt *chunks; /* kept open during a scan, so that all is read from one state */
    sqlite3_stmt *state;  /* the same from the first pass to the last */
    bool over;

    struct chunk chunk;
    bool gaps;
    double *point;         /* of the rows, where there are gaps */
    struct loaded *loaded; /* by column */
    size_t at, rows;       /* the current row is row[at] of the chunk */
    uint16_t row[CHUNK_ROWS];

    size_t combinations; /* of all texts and NULL */
    size_t pass_at, passes;
    struct pass *pass;
    size_t chunk_at; /* place of the chunk, from 1 */
    uint64_t *has;   /* bit `found` mod PASS_BITS is set if a chunk may have rows of a pass */
};

int chunk_scan_open(struct chunk_scan **out, const struct chunk_source *from)
{
    struct chunk_scan *s = mem_alloc(1, sizeof *s);
    s->from = from;
    s->loaded = mem_alloc(from->columns + 1, sizeof *s->loaded);
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

void chunk_scan_close(struct chunk_scan *s)
{
    sqlite3_finalize(s->chunks);
    sqlite3_finalize(s->state);
    free(s->pass);
    free(s->has);
    for (size_t i = 0; i < s->from->columns; i++)
        free(s->loaded[i].value);
    free(s->loaded);
    free(s->point);
    free(s);
}

static int64_t point_of(const struct chunk_scan *s, size_t row)
{
    return s->gaps ? (int64_t)s->point[row] : (s->chunk.id & POINT_MASK) + (int64_t)row;
}

static int64_t id_of(const struct chunk_scan *s, size_t row)
{
    return (s->chunk.id & ~POINT_MASK) | point_of(s, row);
}

/* SQLITE_DONE after the last. */
static int next_chunk(struct chunk_scan *s)
{
    int code = sqlite3_step(s->chunks);
    if (code != SQLITE_ROW)
        return code;
    int64_t rows = sqlite3_column_int64(s->chunks, 1);
    s->chunk_at++;
    s->chunk = (struct chunk){.id = sqlite3_column_int64(s->chunks, 0),
                              .last = sqlite3_column_int64(s->chunks, 2),
                              .vectors = sqlite3_column_int64(s->chunks, 3),
                              .rows = (size_t)rows};
    int64_t span = s->chunk.last - (s->chunk.id & POINT_MASK) + 1;
    if (rows < 1 || rows > CHUNK_ROWS || span < rows || s->chunk.last > POINT_MASK)
        return SQLITE_CORRUPT;
    s->gaps = span != rows;
    if (!s->gaps)
        return SQLITE_OK;
    if (s->point == NULL)
        s->point = mem_alloc(CHUNK_ROWS, sizeof *s->point);
    return chunk_read(s->from->reader, &s->chunk, 0, s->point);
}

static int load(struct chunk_scan *s, size_t column)
{
    struct loaded *l = &s->loaded[column];
    if (l->value == NULL)
        l->value = mem_alloc(CHUNK_ROWS, sizeof *l->value);
    if (l->chunk == s->chunk.vectors)
        return SQLITE_OK;
    l->chunk = s->chunk.vectors;
    return chunk_read(s->from->reader, &s->chunk, s->from->column[column].number, l->value);
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
    s->rows = end > first ? end - first : 0;
    for (size_t i = 0; i < s->rows; i++)
        s->row[i] = (uint16_t)(first + i);
}

/* Keeps the rows whose text has this id; NAN: those without a text. */
static int keep_text(struct chunk_scan *s, size_t column, double id)
{
    int code = load(s, column);
    const double *value = s->loaded[column].value;
    bool none = isnan(id);
    size_t kept = 0;
    for (size_t i = 0; i < s->rows; i++) {
        double here = value[s->row[i]];
        s->row[kept] = s->row[i];
        kept += none ? here != here : here == id;
    }
    s->rows = kept;
    return code;
}

static int keep_pass(struct chunk_scan *s)
{
    const struct pass *p = &s->pass[s->pass_at];
    uint64_t has = s->has[s->chunk_at - 1], bit = UINT64_C(1) << p->found % PASS_BITS;
    int code = SQLITE_OK;
    if (!(has & bit))
        s->rows = 0;
    if (has == bit && s->passes <= PASS_BITS)
        return code;
    for (size_t i = 0; i < s->asked.sorting && s->rows > 0 && code == SQLITE_OK; i++)
        code = keep_text(s, s->asked.by[i], p->value[i].id);
    return code;
}

static int choose_rows(struct chunk_scan *s)
{
    choose_by_id(s);
    int code = s->asked.sorting > 0 ? keep_pass(s) : SQLITE_OK;
    for (size_t i = 0; i < s->asked.conditions && s->rows > 0 && code == SQLITE_OK; i++)
        code = keep_text(s, s->asked.condition[i].column, s->asked.condition[i].id);
    return code;
}

/* Starts the next pass, if there is one. */
static void end_pass(struct chunk_scan *s)
{
    s->over = s->asked.sorting == 0 || ++s->pass_at >= s->passes;
    s->chunk_at = 0;
    sqlite3_reset(s->chunks);
    if (s->over)
        sqlite3_reset(s->state);
}

int chunk_scan_next(struct chunk_scan *s)
{
    int code = SQLITE_OK;
    s->at++;
    while (code == SQLITE_OK && !s->over && s->at >= s->rows) {
        code = next_chunk(s);
        if (code == SQLITE_OK)
            code = choose_rows(s);
        if (code != SQLITE_DONE)
            continue;
        end_pass(s);
        code = SQLITE_OK;
    }
    return code;
}

/* ---- passes ---- */

static int text_of(struct text_value *out, const struct chunk_scan *s, double id)
{
    *out = (struct text_value){.id = id};
    return isnan(id) ? SQLITE_OK : chunk_text(s->from->reader, id, &out->text);
}

/* The number of a row's combination of texts, below (texts + 1)^sorting; that if it is none. */
static size_t combination_of(const struct chunk_scan *s, size_t row)
{
    const size_t radix = (size_t)s->from->texts + 1;
    size_t number = 0;
    for (size_t i = 0; i < s->asked.sorting; i++) {
        double id = s->loaded[s->asked.by[i]].value[row];
        if (!isnan(id) && !(id >= 1 && id < (double)radix))
            return s->combinations;
        number = number * radix + (isnan(id) ? 0 : (size_t)id);
    }
    return number;
}

static int add_pass(struct chunk_scan *s, size_t row)
{
    struct pass next = {.found = s->passes};
    int code = SQLITE_OK;
    for (size_t i = 0; i < s->asked.sorting && code == SQLITE_OK; i++)
        code = text_of(&next.value[i], s, s->loaded[s->asked.by[i]].value[row]);
    if (code != SQLITE_OK)
        return code;
    s->pass = mem_grow(s->pass, s->passes + 1, sizeof *s->pass);
    s->pass[s->passes++] = next;
    return code;
}

/* `behind`: the number of the pass of each combination, plus 1; 0 for none yet. */
static int note_passes_of_chunk(struct chunk_scan *s, uint32_t *behind)
{
    int code = SQLITE_OK;
    uint64_t has = 0;
    for (size_t i = 0; i < s->asked.sorting && code == SQLITE_OK; i++)
        code = load(s, s->asked.by[i]);
    for (size_t row = 0; row < s->chunk.rows && code == SQLITE_OK; row++) {
        size_t of = combination_of(s, row);
        if (of == s->combinations)
            return SQLITE_CORRUPT;
        if (behind[of] == 0) {
            code = add_pass(s, row);
            behind[of] = (uint32_t)s->passes;
        }
        has |= UINT64_C(1) << (behind[of] + PASS_BITS - 1) % PASS_BITS;
    }
    s->has = mem_grow(s->has, s->chunk_at, sizeof *s->has);
    s->has[s->chunk_at - 1] = has;
    return code;
}

/* As SQLite sorts: NULL first, then by bytes. */
static int compare_values(const struct text_value *a, const struct text_value *b)
{
    return a->text == NULL || b->text == NULL ? (a->text != NULL) - (b->text != NULL)
                                              : strcmp(a->text, b->text);
}

static int compare_passes(const void *left, const void *right)
{
    const struct pass *a = left, *b = right;
    int order = 0;
    for (size_t i = 0; i < SORTING_MOST && order == 0; i++)
        order = compare_values(&a->value[i], &b->value[i]);
    return order;
}

/* Finds the combinations of texts, each of which needs a pass. */
static int find_passes(struct chunk_scan *s)
{
    int code = sqlite3_step(s->state);
    code = code == SQLITE_ROW || code == SQLITE_DONE ? SQLITE_OK : code;
    s->combinations = 1;
    for (size_t i = 0; i < s->asked.sorting; i++)
        s->combinations *= (size_t)s->from->texts + 1;
    uint32_t *behind = mem_alloc(s->combinations, sizeof *behind);
    while (code == SQLITE_OK && (code = next_chunk(s)) == SQLITE_OK)
        code = note_passes_of_chunk(s, behind);
    free(behind);
    sqlite3_reset(s->chunks);
    s->chunk_at = 0;
    if (code != SQLITE_DONE)
        return code;
    if (s->passes > 0)
        qsort(s->pass, s->passes, sizeof *s->pass, compare_passes);
    s->over = s->passes == 0;
    return SQLITE_OK;
}

int chunk_scan_begin(struct chunk_scan *s, const struct chunk_asked *asked)
{
    sqlite3_stmt *both[] = {s->chunks, s->state};
    for (size_t i = 0; i < LEN(both); i++) {
        sqlite3_reset(both[i]);
        sqlite3_bind_int64(both[i], 1, asked->first);
        sqlite3_bind_int64(both[i], 2, asked->last);
    }
    s->asked = *asked;
    s->over = false;
    s->at = s->rows = s->pass_at = s->passes = s->chunk_at = 0;
    int code = asked->sorting > 0 ? find_passes(s) : SQLITE_OK;
    return code == SQLITE_OK ? chunk_scan_next(s) : code;
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
    int code = load(s, column);
    *out = s->loaded[column].value[s->row[s->at]];
    return code;
}
