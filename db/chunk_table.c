/* The virtual table `point` of a store that keeps its points in chunks: what SQLite asks of a scan,
 * and what it gets of it. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "db/chunk_scan.h"

/* Columns of the table before those of chunk_column. */
enum { COLUMN_ID, COLUMN_RUN, COLUMN_POINT, OWN_COLUMNS };

/* Rows are given in the order of columns that each have a number below COLUMN_RADIX. */
enum { COLUMN_RADIX = 128 };

struct point_table {
    sqlite3_vtab base; /* first, as SQLite demands */
    struct chunk_source from;
    int few, many; /* the last order, as in idxNum, whose rows made few pieces, or many */
};

struct point_cursor {
    sqlite3_vtab_cursor base;
    struct point_table *table;
    struct chunk_scan *scan;
};

/* ---- the table ---- */

static int read_columns(struct point_table *t, char **declaration)
{
    char *sql =
        mem_print("SELECT number, name, type FROM %s.chunk_column ORDER BY number", t->from.schema);
    char *names = mem_text("CREATE TABLE point(id INTEGER, run INTEGER, point INTEGER");
    sqlite3_stmt *s = NULL;
    int code = sqlite3_prepare_v2(t->from.sqlite, sql, -1, &s, NULL);
    while (code == SQLITE_OK && (code = sqlite3_step(s)) == SQLITE_ROW) {
        bool text = strcmp(db_text(s, 2), "TEXT") == 0;
        t->from.column = mem_grow(t->from.column, t->from.columns + 1, sizeof *t->from.column);
        t->from.column[t->from.columns++] =
            (struct stored_column){sqlite3_column_int64(s, 0), text};
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

static int disconnect(sqlite3_vtab *base)
{
    struct point_table *t = (struct point_table *)base;
    chunk_reader_close(t->from.reader);
    free(t->from.schema);
    free(t->from.column);
    free(t);
    return SQLITE_OK;
}

static int connect(sqlite3 *sqlite, void *ctx, int n, const char *const *argument,
                   sqlite3_vtab **out, char **why)
{
    (void)ctx;
    struct point_table *t = mem_alloc(1, sizeof *t);
    char *declaration;
    t->from.sqlite = sqlite;
    t->from.schema = mem_text(n > 3 ? argument[3] : "main");
    int code = read_columns(t, &declaration);
    if (code == SQLITE_OK)
        code = sqlite3_declare_vtab(sqlite, declaration);
    if (code == SQLITE_OK)
        code = sqlite3_vtab_config(sqlite, SQLITE_VTAB_INNOCUOUS);
    if (code == SQLITE_OK)
        code = chunk_reader_open(&t->from.reader, sqlite, t->from.schema);
    free(declaration);
    *out = &t->base;
    if (code != SQLITE_OK) {
        *why = sqlite3_mprintf("%s", sqlite3_errmsg(sqlite));
        disconnect(*out);
        *out = NULL;
    }
    return code;
}

/* ---- the plan ---- idxStr has one letter for each value given to `filter`; `t` is followed by the
 * number of its column. */

static char plan_of(const struct point_table *t, const struct sqlite3_index_constraint *c)
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
    if (c->iColumn == COLUMN_POINT)
        return equal ? 'p' : 0;
    return equal && t->from.column[c->iColumn - OWN_COLUMNS].text ? 't' : 0;
}

/* Does a column equal a text that is stated? Then SQLite need not compare it again. */
static bool equals_text(sqlite3_index_info *info, int i)
{
    sqlite3_value *value;
    return strcmp(sqlite3_vtab_collation(info, i), "BINARY") == 0 &&
           sqlite3_vtab_rhs_value(info, i, &value) == SQLITE_OK &&
           sqlite3_value_type(value) == SQLITE_TEXT;
}

/* Rows come in ascending id. */
static bool is_our_order(const sqlite3_index_info *info)
{
    return info->nOrderBy == 1 && !info->aOrderBy[0].desc &&
           (info->aOrderBy[0].iColumn == COLUMN_ID || info->aOrderBy[0].iColumn < 0);
}

/* Reads idxNum. */
static void set_order(struct chunk_asked *out, const struct chunk_source *from, int order)
{
    for (; order != 0; order /= COLUMN_RADIX) {
        int column = order % COLUMN_RADIX;
        out->by[out->sorting++] =
            column == COLUMN_RUN ? from->columns : (size_t)(column - OWN_COLUMNS);
    }
}

/* A failure is left to the scan. */
static bool makes_few_pieces(struct point_table *t, int order)
{
    struct chunk_asked asked = {.last = INT64_MAX};
    bool few = order == t->few;
    if (few || order == t->many)
        return few;
    set_order(&asked, &t->from, order);
    few = chunk_scan_has_few_pieces(&few, &t->from, &asked) == SQLITE_OK && few;
    *(few ? &t->few : &t->many) = order;
    return few;
}

/* The columns that the rows, or their groups, are wanted in order of, in radix COLUMN_RADIX; 0 if
 * SQLite sorts them better. It finds distinct values faster itself, in the order in which they
 * appear. */
static int sorting_columns(struct point_table *t, sqlite3_index_info *info)
{
    enum { GROUPED = 1 };
    int n = info->nOrderBy, columns = 0;
    if (n < 1 || n > SORTING_MOST || sqlite3_vtab_distinct(info) > GROUPED)
        return 0;
    for (int i = n; i-- > 0;) {
        int column = info->aOrderBy[i].iColumn;
        if (info->aOrderBy[i].desc || column >= COLUMN_RADIX ||
            (column < OWN_COLUMNS && column != COLUMN_RUN))
            return 0;
        columns = columns * COLUMN_RADIX + column;
    }
    return makes_few_pieces(t, columns) ? columns : 0;
}

static int best_index(sqlite3_vtab *base, sqlite3_index_info *info)
{
    struct point_table *t = (struct point_table *)base;
    int n = 0, texts = 0;
    bool one = false;
    char *plan = mem_text("");
    info->estimatedCost = 1e6;
    info->estimatedRows = 1000000;
    for (int i = 0; i < info->nConstraint; i++) {
        const struct sqlite3_index_constraint *c = &info->aConstraint[i];
        char how = plan_of(t, c), *longer;
        if (how == 0 || (how == 't' && (texts == CONDITIONS_MOST || !equals_text(info, i))))
            continue;
        info->aConstraintUsage[i].argvIndex = ++n;
        info->aConstraintUsage[i].omit = how == 't';
        texts += how == 't';
        one = one || how == '=';
        info->estimatedCost /= 2;
        longer = how == 't' ? mem_print("%s%c%d", plan, how, c->iColumn - OWN_COLUMNS)
                            : mem_print("%s%c", plan, how);
        free(plan);
        plan = longer;
    }
    if (one) {
        info->estimatedCost = 10;
        info->estimatedRows = 1;
        info->idxFlags = SQLITE_INDEX_SCAN_UNIQUE;
    }
    info->idxStr = sqlite3_mprintf("%s", plan);
    info->needToFreeIdxStr = 1;
    free(plan);
    info->idxNum = sorting_columns(t, info);
    info->orderByConsumed = info->idxNum != 0 || is_our_order(info);
    return info->idxStr != NULL ? SQLITE_OK : SQLITE_NOMEM;
}

/* ---- a scan ---- */

static int open_cursor(sqlite3_vtab *base, sqlite3_vtab_cursor **out)
{
    struct point_cursor *c = mem_alloc(1, sizeof *c);
    c->table = (struct point_table *)base;
    *out = &c->base;
    return chunk_scan_open(&c->scan, &c->table->from);
}

static int close_cursor(sqlite3_vtab_cursor *base)
{
    struct point_cursor *c = (struct point_cursor *)base;
    chunk_scan_close(c->scan);
    free(c);
    return SQLITE_OK;
}

static void at_least(struct chunk_asked *a, int64_t first)
{
    if (first > a->first)
        a->first = first;
}

static void at_most(struct chunk_asked *a, int64_t last)
{
    if (last < a->last)
        a->last = last;
}

/* Adds that a column equals a text. */
static int ask_for_text(struct chunk_asked *a, const struct chunk_source *from, size_t column,
                        sqlite3_value *text)
{
    int code = chunk_find_text(&a->condition[a->conditions].id, from->reader,
                               (const char *)sqlite3_value_text(text));
    a->condition[a->conditions++].column = column;
    if (code == SQLITE_DONE) /* no row has it */
        a->last = -1;
    return code == SQLITE_DONE ? SQLITE_OK : code;
}

/* Takes whole numbers only: SQLite checks these conditions again. */
static int narrow(struct chunk_asked *a, const struct chunk_source *from, const char *plan,
                  sqlite3_value **value)
{
    int64_t run = -1, point = -1;
    int code = SQLITE_OK;
    for (int i = 0; *plan != '\0' && code == SQLITE_OK; i++) {
        const char how = *plan++;
        if (how == 't')
            code = ask_for_text(a, from, strtoul(plan, (char **)&plan, 10), value[i]);
        if (how == 't' || sqlite3_value_numeric_type(value[i]) != SQLITE_INTEGER)
            continue;
        int64_t v = sqlite3_value_int64(value[i]);
        if (how == 'r')
            run = v;
        if (how == 'p')
            point = v;
        if (how == '=' || how == '>')
            at_least(a, v);
        if (how == '=' || how == '<')
            at_most(a, v);
    }
    if (run < 0 || run > INT64_MAX >> POINT_BITS)
        return code;
    bool one = point >= 0 && point <= POINT_MASK;
    at_least(a, run << POINT_BITS | (one ? point : 0));
    at_most(a, run << POINT_BITS | (one ? point : POINT_MASK));
    return code;
}

static int filter(sqlite3_vtab_cursor *base, int order, const char *plan, int n,
                  sqlite3_value **value)
{
    struct point_cursor *c = (struct point_cursor *)base;
    struct chunk_asked asked = {.last = INT64_MAX};
    (void)n;
    set_order(&asked, &c->table->from, order);
    int code = narrow(&asked, &c->table->from, plan, value);
    return code == SQLITE_OK ? chunk_scan_begin(c->scan, &asked) : code;
}

static int next_row(sqlite3_vtab_cursor *base)
{
    return chunk_scan_next(((struct point_cursor *)base)->scan);
}

static int is_over(sqlite3_vtab_cursor *base)
{
    return chunk_scan_is_over(((struct point_cursor *)base)->scan);
}

static int put_value(sqlite3_context *out, const struct point_cursor *c, size_t column)
{
    const struct chunk_source *from = &c->table->from;
    double v;
    int code = chunk_scan_value(&v, c->scan, column);
    if (code != SQLITE_OK || isnan(v))
        return code; /* NULL */
    if (!from->column[column].text) {
        sqlite3_result_double(out, v);
        return SQLITE_OK;
    }
    const char *text;
    code = chunk_text(from->reader, v, &text);
    if (code == SQLITE_OK)
        sqlite3_result_text(out, text, -1, SQLITE_STATIC);
    return code;
}

static int column_value(sqlite3_vtab_cursor *base, sqlite3_context *out, int at)
{
    const struct point_cursor *c = (const struct point_cursor *)base;
    if (at >= OWN_COLUMNS)
        return put_value(out, c, (size_t)(at - OWN_COLUMNS));
    int64_t id = chunk_scan_id(c->scan);
    sqlite3_result_int64(out, at == COLUMN_ID    ? id
                              : at == COLUMN_RUN ? id >> POINT_BITS
                                                 : chunk_scan_point(c->scan));
    return SQLITE_OK;
}

static int row_id(sqlite3_vtab_cursor *base, sqlite3_int64 *out)
{
    *out = chunk_scan_id(((struct point_cursor *)base)->scan);
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
