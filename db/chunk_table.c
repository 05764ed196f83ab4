/* The virtual table `point` of a store that keeps its points in chunks: rows in ascending id, and
 * of each chunk only the columns that the query asks for. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "db/chunk.h"

/* Columns of the table before those of chunk_column. */
enum { COLUMN_ID, COLUMN_RUN, COLUMN_POINT, OWN_COLUMNS };

/* Rows are given in the order of up to so many columns of texts, each with a number below
 * COLUMN_RADIX, if they have at most PASSES_MOST combinations of texts. */
enum { SORTING_MOST = 4, COLUMN_RADIX = 128, PASSES_MOST = 400 };

struct stored_column {
    int64_t number;
    bool text;
};

struct point_table {
    sqlite3_vtab base; /* first, as SQLite demands */
    sqlite3 *sqlite;
    char *schema;
    size_t columns;
    struct stored_column *column;
    int64_t texts; /* different texts of all columns */
    struct chunk_reader *reader;
};

struct text_value {
    double id;
    const char *text; /* NULL for NULL */
};

/* The rows with one combination of texts, in the order of which they come. */
struct pass {
    struct text_value value[SORTING_MOST];
    size_t found; /* in which place it first appeared */
};

/* The values of a column in the current chunk. */
struct loaded {
    int64_t chunk; /* chunk.vectors that `value` is of */
    double *value;
};

struct point_cursor {
    sqlite3_vtab_cursor base;
    struct point_table *table;
    sqlite3_stmt *chunks; /* kept open during a scan, so that all is read from one state */
    struct chunk chunk;
    size_t row;
    int64_t first, last; /* ids asked for */
    bool over, gaps;
    double *point;         /* of the rows, where there are gaps */
    struct loaded *loaded; /* by column */

    /* Rows in the order of columns of texts: one pass for each combination of texts. */
    size_t sorting, by[SORTING_MOST]; /* how many columns, and which */
    size_t at, passes;
    struct pass *pass;
    size_t chunk_at;     /* place of the chunk, from 1 */
    uint64_t *has;       /* bit `found` mod 64 is set if a chunk may have rows of a pass */
    sqlite3_stmt *state; /* kept open from the first pass to the last */
};

/* ---- the table ---- */

static int read_columns(struct point_table *t, char **declaration)
{
    char *sql =
        mem_print("SELECT number, name, type FROM %s.chunk_column ORDER BY number", t->schema);
    char *names = mem_text("CREATE TABLE point(id INTEGER, run INTEGER, point INTEGER");
    sqlite3_stmt *s = NULL;
    int code = sqlite3_prepare_v2(t->sqlite, sql, -1, &s, NULL);
    while (code == SQLITE_OK && (code = sqlite3_step(s)) == SQLITE_ROW) {
        bool text = strcmp(db_text(s, 2), "TEXT") == 0;
        t->column = mem_grow(t->column, t->columns + 1, sizeof *t->column);
        t->column[t->columns++] = (struct stored_column){sqlite3_column_int64(s, 0), text};
        char *name = db_quote(db_text(s, 1));
        char *longer = mem_print("%s, %s %s", names, name, text ? "TEXT" : "REAL");
        free(name);
        free(names);
        names = longer;
        code = SQLITE_OK;
    }
    sqlite3_finalize(s);
    free(sql);
    *declaration = mem_print("%s)", names);
    free(names);
    return code == SQLITE_DONE ? SQLITE_OK : code;
}

static int count_texts(struct point_table *t)
{
    char *sql = mem_print("SELECT count(*) FROM %s.chunk_text", t->schema);
    sqlite3_stmt *s = NULL;
    int code = sqlite3_prepare_v2(t->sqlite, sql, -1, &s, NULL);
    if (code == SQLITE_OK && sqlite3_step(s) == SQLITE_ROW)
        t->texts = sqlite3_column_int64(s, 0);
    free(sql);
    return sqlite3_finalize(s);
}

static int disconnect(sqlite3_vtab *base)
{
    struct point_table *t = (struct point_table *)base;
    chunk_reader_close(t->reader);
    free(t->schema);
    free(t->column);
    free(t);
    return SQLITE_OK;
}

static int connect(sqlite3 *sqlite, void *ctx, int n, const char *const *argument,
                   sqlite3_vtab **out, char **why)
{
    (void)ctx;
    struct point_table *t = mem_alloc(1, sizeof *t);
    char *declaration;
    t->sqlite = sqlite;
    t->schema = mem_text(n > 3 ? argument[3] : "main");
    int code = read_columns(t, &declaration);
    if (code == SQLITE_OK)
        code = sqlite3_declare_vtab(sqlite, declaration);
    if (code == SQLITE_OK)
        code = sqlite3_vtab_config(sqlite, SQLITE_VTAB_INNOCUOUS);
    if (code == SQLITE_OK)
        code = chunk_reader_open(&t->reader, sqlite, t->schema);
    if (code == SQLITE_OK)
        code = count_texts(t);
    free(declaration);
    *out = &t->base;
    if (code != SQLITE_OK) {
        *why = sqlite3_mprintf("%s", sqlite3_errmsg(sqlite));
        disconnect(*out);
        *out = NULL;
    }
    return code;
}

/* ---- the plan ---- idxStr has one character for each value given to `filter`. */

static char plan_of(const struct sqlite3_index_constraint *c)
{
    bool equal = c->op == SQLITE_INDEX_CONSTRAINT_EQ;
    if (!c->usable)
        return 0;
    if (c->iColumn == COLUMN_RUN)
        return equal ? 'r' : 0;
    if (c->iColumn == COLUMN_ID || c->iColumn < 0)
        return equal                                 ? '='
               : c->op == SQLITE_INDEX_CONSTRAINT_GE ? '>'
               : c->op == SQLITE_INDEX_CONSTRAINT_GT ? '>'
               : c->op == SQLITE_INDEX_CONSTRAINT_LE ? '<'
               : c->op == SQLITE_INDEX_CONSTRAINT_LT ? '<'
                                                     : 0;
    return c->iColumn == COLUMN_POINT && equal ? 'p' : 0;
}

/* Rows come in ascending id. */
static bool is_our_order(const sqlite3_index_info *info)
{
    return info->nOrderBy == 1 && !info->aOrderBy[0].desc &&
           (info->aOrderBy[0].iColumn == COLUMN_ID || info->aOrderBy[0].iColumn < 0);
}

/* The columns of texts that the rows, or their groups, are wanted in order of, in radix
 * COLUMN_RADIX; 0 if others. SQLite finds distinct values faster itself, in the order in which they
 * appear. */
static int sorting_columns(const struct point_table *t, sqlite3_index_info *info)
{
    enum { GROUPED = 1 };
    int n = info->nOrderBy, columns = 0;
    if (n < 1 || n > SORTING_MOST || sqlite3_vtab_distinct(info) > GROUPED ||
        pow((double)t->texts / n, n) > PASSES_MOST)
        return 0;
    for (int i = n; i-- > 0;) {
        int column = info->aOrderBy[i].iColumn;
        if (info->aOrderBy[i].desc || column < OWN_COLUMNS || column >= COLUMN_RADIX ||
            !t->column[column - OWN_COLUMNS].text)
            return 0;
        columns = columns * COLUMN_RADIX + column;
    }
    return columns;
}

static int best_index(sqlite3_vtab *base, sqlite3_index_info *info)
{
    int n = 0;
    bool one = false;
    char *plan = sqlite3_malloc(info->nConstraint + 1);
    if (plan == NULL)
        return SQLITE_NOMEM;
    info->estimatedCost = 1e6;
    info->estimatedRows = 1000000;
    for (int i = 0; i < info->nConstraint; i++) {
        char how = plan_of(&info->aConstraint[i]);
        if (how == 0)
            continue;
        plan[n++] = how;
        info->aConstraintUsage[i].argvIndex = n;
        one = one || how == '=';
        info->estimatedCost /= 2;
    }
    plan[n] = '\0';
    if (one) {
        info->estimatedCost = 10;
        info->estimatedRows = 1;
        info->idxFlags = SQLITE_INDEX_SCAN_UNIQUE;
    }
    info->idxStr = plan;
    info->needToFreeIdxStr = 1;
    info->idxNum = sorting_columns((const struct point_table *)base, info);
    info->orderByConsumed = info->idxNum != 0 || is_our_order(info);
    return SQLITE_OK;
}

/* ---- a scan ---- */

static int open_cursor(sqlite3_vtab *base, sqlite3_vtab_cursor **out)
{
    struct point_table *t = (struct point_table *)base;
    struct point_cursor *c = mem_alloc(1, sizeof *c);
    c->table = t;
    c->loaded = mem_alloc(t->columns + 1, sizeof *c->loaded);
    char *sql = mem_print("SELECT id, rows, last, vectors FROM %s.chunk WHERE id <= ?2 AND id >="
                          " (SELECT coalesce(max(id), 0) FROM %s.chunk WHERE id <= ?1) ORDER BY id",
                          t->schema, t->schema);
    int code = sqlite3_prepare_v2(t->sqlite, sql, -1, &c->chunks, NULL);
    if (code == SQLITE_OK)
        code = sqlite3_prepare_v2(t->sqlite, sql, -1, &c->state, NULL);
    free(sql);
    *out = &c->base;
    return code;
}

static int close_cursor(sqlite3_vtab_cursor *base)
{
    struct point_cursor *c = (struct point_cursor *)base;
    sqlite3_finalize(c->chunks);
    sqlite3_finalize(c->state);
    free(c->pass);
    free(c->has);
    for (size_t i = 0; i < c->table->columns; i++)
        free(c->loaded[i].value);
    free(c->loaded);
    free(c->point);
    free(c);
    return SQLITE_OK;
}

static int64_t point_of(const struct point_cursor *c, size_t row)
{
    return c->gaps ? (int64_t)c->point[row] : (c->chunk.id & POINT_MASK) + (int64_t)row;
}

static int64_t id_of(const struct point_cursor *c, size_t row)
{
    return (c->chunk.id & ~POINT_MASK) | point_of(c, row);
}

/* SQLITE_DONE after the last. */
static int next_chunk(struct point_cursor *c)
{
    int code = sqlite3_step(c->chunks);
    if (code != SQLITE_ROW)
        return code;
    int64_t rows = sqlite3_column_int64(c->chunks, 1);
    c->chunk_at++;
    c->chunk = (struct chunk){.id = sqlite3_column_int64(c->chunks, 0),
                              .last = sqlite3_column_int64(c->chunks, 2),
                              .vectors = sqlite3_column_int64(c->chunks, 3),
                              .rows = (size_t)rows};
    int64_t span = c->chunk.last - (c->chunk.id & POINT_MASK) + 1;
    if (rows < 1 || rows > CHUNK_ROWS || span < rows || c->chunk.last > POINT_MASK)
        return SQLITE_CORRUPT;
    c->row = 0;
    c->gaps = span != rows;
    if (!c->gaps)
        return SQLITE_OK;
    if (c->point == NULL)
        c->point = mem_alloc(CHUNK_ROWS, sizeof *c->point);
    return chunk_read(c->table->reader, &c->chunk, 0, c->point);
}

static int load(struct point_cursor *c, size_t column)
{
    struct loaded *l = &c->loaded[column];
    if (l->value == NULL)
        l->value = mem_alloc(CHUNK_ROWS, sizeof *l->value);
    if (l->chunk == c->chunk.vectors)
        return SQLITE_OK;
    l->chunk = c->chunk.vectors;
    return chunk_read(c->table->reader, &c->chunk, c->table->column[column].number, l->value);
}

static bool is_text(const struct text_value *v, double id)
{
    return v->text != NULL ? id == v->id : isnan(id);
}

static bool is_of_pass(const struct point_cursor *c, const struct pass *p, size_t row)
{
    bool is = true;
    for (size_t i = 0; i < c->sorting && is; i++)
        is = is_text(&p->value[i], c->loaded[c->by[i]].value[row]);
    return is;
}

static int load_sorting(struct point_cursor *c)
{
    int code = SQLITE_OK;
    for (size_t i = 0; i < c->sorting && code == SQLITE_OK; i++)
        code = load(c, c->by[i]);
    return code;
}

static bool has_rows_of_pass(const struct point_cursor *c)
{
    return c->has[c->chunk_at - 1] >> c->pass[c->at].found % 64 & 1;
}

/* Starts the next pass, if there is one. */
static int end_pass(struct point_cursor *c)
{
    c->over = !c->sorting || ++c->at >= c->passes;
    c->chunk.rows = c->chunk_at = 0;
    sqlite3_reset(c->chunks);
    if (c->over)
        sqlite3_reset(c->state);
    return SQLITE_OK;
}

/* Moves on to a row of the pass. */
static int seek_in_pass(struct point_cursor *c)
{
    int code = SQLITE_OK;
    if (c->chunk.rows == 0)
        return code;
    if (!has_rows_of_pass(c))
        c->row = c->chunk.rows;
    else
        code = load_sorting(c);
    while (code == SQLITE_OK && c->row < c->chunk.rows &&
           (id_of(c, c->row) < c->first || !is_of_pass(c, &c->pass[c->at], c->row)))
        c->row++;
    return code;
}

/* Moves on to a row that is asked for and belongs to the pass. */
static int settle(struct point_cursor *c)
{
    while (!c->over) {
        int code = c->sorting ? seek_in_pass(c) : SQLITE_OK;
        while (!c->sorting && c->row < c->chunk.rows && id_of(c, c->row) < c->first)
            c->row++;
        if (code == SQLITE_OK && c->row < c->chunk.rows && id_of(c, c->row) <= c->last)
            return SQLITE_OK;
        if (code == SQLITE_OK)
            code = next_chunk(c);
        if (code == SQLITE_DONE)
            code = end_pass(c);
        if (code != SQLITE_OK)
            return code;
    }
    return SQLITE_OK;
}

static int next_row(sqlite3_vtab_cursor *base)
{
    struct point_cursor *c = (struct point_cursor *)base;
    c->row++;
    if (c->row < c->chunk.rows && c->last == INT64_MAX && !c->sorting)
        return SQLITE_OK;
    return settle(c);
}

static void at_least(struct point_cursor *c, int64_t first)
{
    if (first > c->first)
        c->first = first;
}

static void at_most(struct point_cursor *c, int64_t last)
{
    if (last < c->last)
        c->last = last;
}

/* Takes whole numbers only: SQLite checks all conditions again. */
static void narrow(struct point_cursor *c, const char *plan, sqlite3_value **value)
{
    int64_t run = -1, point = -1;
    for (int i = 0; plan[i] != '\0'; i++) {
        if (sqlite3_value_numeric_type(value[i]) != SQLITE_INTEGER)
            continue;
        int64_t v = sqlite3_value_int64(value[i]);
        if (plan[i] == 'r')
            run = v;
        if (plan[i] == 'p')
            point = v;
        if (plan[i] == '=' || plan[i] == '>')
            at_least(c, v);
        if (plan[i] == '=' || plan[i] == '<')
            at_most(c, v);
    }
    if (run < 0 || run > INT64_MAX >> POINT_BITS)
        return;
    bool one = point >= 0 && point <= POINT_MASK;
    at_least(c, run << POINT_BITS | (one ? point : 0));
    at_most(c, run << POINT_BITS | (one ? point : POINT_MASK));
}

static int text_of(struct text_value *out, const struct point_cursor *c, double id)
{
    *out = (struct text_value){.id = id};
    return isnan(id) ? SQLITE_OK : chunk_text(c->table->reader, id, &out->text);
}

/* The pass of a row, which is added if there is none; the newest are tried first. */
static int note_pass(struct point_cursor *c, size_t row, size_t *at)
{
    int code = SQLITE_OK;
    for (*at = c->passes; *at > 0; --*at)
        if (is_of_pass(c, &c->pass[*at - 1], row)) {
            --*at;
            return code;
        }
    struct pass next = {.found = *at = c->passes};
    for (size_t i = 0; i < c->sorting && code == SQLITE_OK; i++)
        code = text_of(&next.value[i], c, c->loaded[c->by[i]].value[row]);
    if (code != SQLITE_OK)
        return code;
    c->pass = mem_grow(c->pass, c->passes + 1, sizeof *c->pass);
    c->pass[c->passes++] = next;
    return code;
}

static int note_passes_of_chunk(struct point_cursor *c)
{
    size_t at = 0;
    int code = load_sorting(c);
    c->has = mem_grow(c->has, c->chunk_at, sizeof *c->has);
    c->has[c->chunk_at - 1] = 0;
    for (size_t i = 0; i < c->chunk.rows && code == SQLITE_OK; i++) {
        if (i == 0 || !is_of_pass(c, &c->pass[at], i))
            code = note_pass(c, i, &at);
        c->has[c->chunk_at - 1] |= UINT64_C(1) << at % 64;
    }
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
static int find_passes(struct point_cursor *c)
{
    int code = sqlite3_step(c->state);
    code = code == SQLITE_ROW || code == SQLITE_DONE ? SQLITE_OK : code;
    while (code == SQLITE_OK && (code = next_chunk(c)) == SQLITE_OK)
        code = note_passes_of_chunk(c);
    sqlite3_reset(c->chunks);
    c->chunk = (struct chunk){0};
    c->chunk_at = 0;
    if (code != SQLITE_DONE)
        return code;
    if (c->passes > 0)
        qsort(c->pass, c->passes, sizeof *c->pass, compare_passes);
    c->over = c->passes == 0;
    return SQLITE_OK;
}

static int filter(sqlite3_vtab_cursor *base, int by, const char *plan, int n, sqlite3_value **value)
{
    struct point_cursor *c = (struct point_cursor *)base;
    (void)n;
    c->first = 0;
    c->last = INT64_MAX;
    narrow(c, plan, value);
    c->over = false;
    c->chunk = (struct chunk){0};
    c->row = 0;
    c->at = c->passes = c->chunk_at = c->sorting = 0;
    for (; by != 0; by /= COLUMN_RADIX)
        c->by[c->sorting++] = (size_t)(by % COLUMN_RADIX) - OWN_COLUMNS;
    sqlite3_stmt *both[] = {c->chunks, c->state};
    for (size_t i = 0; i < LEN(both); i++) {
        sqlite3_reset(both[i]);
        sqlite3_bind_int64(both[i], 1, c->first);
        sqlite3_bind_int64(both[i], 2, c->last);
    }
    int code = c->sorting ? find_passes(c) : SQLITE_OK;
    return code == SQLITE_OK ? settle(c) : code;
}

static int is_over(sqlite3_vtab_cursor *base)
{
    return ((struct point_cursor *)base)->over;
}

static int put_value(sqlite3_context *out, const struct point_cursor *c, size_t column)
{
    double v = c->loaded[column].value[c->row];
    if (isnan(v))
        return SQLITE_OK; /* NULL */
    if (!c->table->column[column].text) {
        sqlite3_result_double(out, v);
        return SQLITE_OK;
    }
    const char *text;
    int code = chunk_text(c->table->reader, v, &text);
    if (code == SQLITE_OK)
        sqlite3_result_text(out, text, -1, SQLITE_STATIC);
    return code;
}

static int column_value(sqlite3_vtab_cursor *base, sqlite3_context *out, int at)
{
    struct point_cursor *c = (struct point_cursor *)base;
    if (at == COLUMN_ID)
        sqlite3_result_int64(out, id_of(c, c->row));
    else if (at == COLUMN_RUN)
        sqlite3_result_int64(out, c->chunk.id >> POINT_BITS);
    else if (at == COLUMN_POINT)
        sqlite3_result_int64(out, point_of(c, c->row));
    if (at < OWN_COLUMNS)
        return SQLITE_OK;

    size_t column = (size_t)(at - OWN_COLUMNS);
    int code = load(c, column);
    return code == SQLITE_OK ? put_value(out, c, column) : code;
}

static int row_id(sqlite3_vtab_cursor *base, sqlite3_int64 *out)
{
    const struct point_cursor *c = (const struct point_cursor *)base;
    *out = id_of(c, c->row);
    return SQLITE_OK;
}

/* ---- in front of the points ---- */

int chunk_allow_show(struct db *db, struct err *err)
{
    static const sqlite3_module module = {
        .xCreate = connect,
        .xConnect = connect,
        .xBestIndex = best_index,
        .xDisconnect = disconnect,
        .xDestroy = disconnect,
        .xOpen = open_cursor,
        .xClose = close_cursor,
        .xFilter = filter,
        .xNext = next_row,
        .xEof = is_over,
        .xColumn = column_value,
        .xRowid = row_id,
    };
    int code = sqlite3_create_module(db->sqlite, "dse_chunks", &module, NULL);
    return code == SQLITE_OK ? 0 : db_fail(db, code, err);
}

int chunk_show(struct db *db, const char *name, const char *schema, struct err *err)
{
    char *sql = mem_print("CREATE VIRTUAL TABLE temp.%s USING dse_chunks(%s)", name, schema);
    int rc = db_exec(db, sql, err);
    free(sql);
    return rc;
}

int chunk_hide(struct db *db, const char *name, struct err *err)
{
    char *sql = mem_print("DROP TABLE temp.%s", name);
    int rc = db_exec(db, sql, err);
    free(sql);
    return rc;
}
