/* The virtual table `point` of a store that keeps its points in chunks: rows in ascending id, and
 * of each chunk only the columns that the query asks for. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "db/chunk.h"

/* Columns of the table before those of chunk_column. */
enum { COLUMN_ID, COLUMN_RUN, COLUMN_POINT, OWN_COLUMNS };

static const int64_t LAST_POINT = (INT64_C(1) << POINT_BITS) - 1;

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
    struct chunk_reader *reader;
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
        const char *type = (const char *)sqlite3_column_text(s, 2);
        bool text = type != NULL && strcmp(type, "TEXT") == 0;
        t->column = mem_grow(t->column, t->columns + 1, sizeof *t->column);
        t->column[t->columns++] = (struct stored_column){sqlite3_column_int64(s, 0), text};
        const char *plain = (const char *)sqlite3_column_text(s, 1);
        char *name = db_quote(plain != NULL ? plain : "");
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

static int best_index(sqlite3_vtab *base, sqlite3_index_info *info)
{
    (void)base;
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
    info->orderByConsumed = is_our_order(info);
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
    free(sql);
    *out = &c->base;
    return code;
}

static int close_cursor(sqlite3_vtab_cursor *base)
{
    struct point_cursor *c = (struct point_cursor *)base;
    sqlite3_finalize(c->chunks);
    for (size_t i = 0; i < c->table->columns; i++)
        free(c->loaded[i].value);
    free(c->loaded);
    free(c->point);
    free(c);
    return SQLITE_OK;
}

static int64_t point_of(const struct point_cursor *c, size_t row)
{
    return c->gaps ? (int64_t)c->point[row] : (c->chunk.id & LAST_POINT) + (int64_t)row;
}

static int64_t id_of(const struct point_cursor *c, size_t row)
{
    return (c->chunk.id & ~LAST_POINT) | point_of(c, row);
}

static int next_chunk(struct point_cursor *c)
{
    int code = sqlite3_step(c->chunks);
    if (code != SQLITE_ROW) {
        c->over = true;
        sqlite3_reset(c->chunks);
        return code == SQLITE_DONE ? SQLITE_OK : code;
    }
    int64_t rows = sqlite3_column_int64(c->chunks, 1);
    c->chunk = (struct chunk){.id = sqlite3_column_int64(c->chunks, 0),
                              .last = sqlite3_column_int64(c->chunks, 2),
                              .vectors = sqlite3_column_int64(c->chunks, 3),
                              .rows = (size_t)rows};
    int64_t span = c->chunk.last - (c->chunk.id & LAST_POINT) + 1;
    if (rows < 1 || rows > CHUNK_ROWS || span < rows || c->chunk.last > LAST_POINT)
        return SQLITE_CORRUPT;
    c->row = 0;
    c->gaps = span != rows;
    if (!c->gaps)
        return SQLITE_OK;
    if (c->point == NULL)
        c->point = mem_alloc(CHUNK_ROWS, sizeof *c->point);
    return chunk_read(c->table->reader, &c->chunk, 0, c->point);
}

/* Moves on to a row within the ids asked for. */
static int settle(struct point_cursor *c)
{
    while (!c->over) {
        while (c->row < c->chunk.rows && id_of(c, c->row) < c->first)
            c->row++;
        if (c->row < c->chunk.rows) {
            c->over = id_of(c, c->row) > c->last;
            return SQLITE_OK;
        }
        int code = next_chunk(c);
        if (code != SQLITE_OK)
            return code;
    }
    return SQLITE_OK;
}

static int next_row(sqlite3_vtab_cursor *base)
{
    struct point_cursor *c = (struct point_cursor *)base;
    c->row++;
    if (c->row < c->chunk.rows && c->last == INT64_MAX)
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
    bool one = point >= 0 && point <= LAST_POINT;
    at_least(c, run << POINT_BITS | (one ? point : 0));
    at_most(c, run << POINT_BITS | (one ? point : LAST_POINT));
}

static int filter(sqlite3_vtab_cursor *base, int number, const char *plan, int n,
                  sqlite3_value **value)
{
    struct point_cursor *c = (struct point_cursor *)base;
    (void)number, (void)n;
    c->first = 0;
    c->last = INT64_MAX;
    narrow(c, plan, value);
    c->over = false;
    c->chunk = (struct chunk){0};
    c->row = 0;
    sqlite3_reset(c->chunks);
    sqlite3_bind_int64(c->chunks, 1, c->first);
    sqlite3_bind_int64(c->chunks, 2, c->last);
    return settle(c);
}

static int is_over(sqlite3_vtab_cursor *base)
{
    return ((struct point_cursor *)base)->over;
}

static int load(struct point_cursor *c, size_t column)
{
    struct loaded *l = &c->loaded[column];
    if (l->value == NULL)
        l->value = mem_alloc(CHUNK_ROWS, sizeof *l->value);
    l->chunk = c->chunk.vectors;
    return chunk_read(c->table->reader, &c->chunk, c->table->column[column].number, l->value);
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
    const char *text = chunk_text(c->table->reader, v);
    if (text == NULL)
        return SQLITE_CORRUPT;
    sqlite3_result_text(out, text, -1, SQLITE_STATIC);
    return SQLITE_OK;
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
    if (c->loaded[column].chunk != c->chunk.vectors) {
        int code = load(c, column);
        if (code != SQLITE_OK)
            return code;
    }
    return put_value(out, c, column);
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
