/* Queries: one statement that only reads, as rows. */
#include "db/private.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/nearest_name.h"
#include "base/mem.h"
#include "db/chunk.h"

static bool is_one_of(const char *name, const char *const *list, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (sqlite3_stricmp(name, list[i]) == 0)
            return true;
    return false;
}

static int authorise_read(void *ctx, int action, const char *first, const char *second,
                          const char *schema, const char *view)
{
    static const char *const pragmas[] = {"table_info", "table_xinfo", "table_list"};
    static const char *const functions[] = {"load_extension", "fts3_tokenizer"};
    (void)ctx, (void)schema, (void)view;

    switch (action) {
    case SQLITE_SELECT:
    case SQLITE_READ:
    case SQLITE_RECURSIVE:
        return SQLITE_OK;
    case SQLITE_FUNCTION:
        return is_one_of(second, functions, LEN(functions)) ? SQLITE_DENY : SQLITE_OK;
    case SQLITE_PRAGMA:
        return is_one_of(first, pragmas, LEN(pragmas)) ? SQLITE_OK : SQLITE_DENY;
    default:
        return SQLITE_DENY;
    }
}

static int sql_fail(const char *sql, const char *why, struct err *err)
{
    return fail(err, "%.400s%s: %s", sql, strlen(sql) > 400 ? "..." : "", why);
}

/* A statement to run. `own`: written by this program, except for a condition that db_check_where
 * has accepted; otherwise by the user. */
struct question {
    const char *sql;
    const char *const *texts;
    size_t n_texts;
    bool own;
    bool header; /* `each` gets the header first, without rows */
};

static int fail_as_damaged(struct db *db, struct err *err)
{
    db->damaged = true;
    return fail_io(err, "%s: is damaged: %s" DB_DAMAGED_HELP, db->path, sqlite3_errmsg(db->sqlite));
}

static int query_fail(struct db *db, int code, const struct question *q, struct err *err)
{
    const char *why = sqlite3_errmsg(db->sqlite);
    if (db->regex.status != STATUS_OK) {
        *err = db->regex;
        return -1;
    }
    switch (code & 0xff) {
    case SQLITE_INTERRUPT:
        return fail_io(err, "%s: the statement was stopped", db->path);
    case SQLITE_AUTH:
        return sql_fail(q->sql, "is not allowed: a query only reads", err);
    case SQLITE_ERROR:
        if (q->own && !strncmp(why, "no such ", strlen("no such "))) /* in a view */
            return fail_as_damaged(db, err);
        return sql_fail(q->sql, why, err);
    case SQLITE_TOOBIG:
    case SQLITE_MISMATCH:
    case SQLITE_RANGE:
        return sql_fail(q->sql, why, err);
    default:
        return db_fail(db, code, err);
    }
}

/* Blanks, comments and semicolons may follow a statement. */
static bool is_blank(struct db *db, const char *sql)
{
    while (*sql != '\0') {
        sqlite3_stmt *s = NULL;
        const char *rest = sql;
        int code = sqlite3_prepare_v2(db->sqlite, sql, -1, &s, &rest);
        bool blank = code == SQLITE_OK && s == NULL;
        sqlite3_finalize(s);
        if (!blank)
            return false;
        if (rest == sql)
            return true;
        sql = rest;
    }
    return true;
}

/* If one of our own statements names a table or column that does not exist, the store is damaged.
 */
static int prepare_fail(struct db *db, int code, const struct question *q, struct err *err)
{
    return q->own && (code & 0xff) == SQLITE_ERROR ? fail_as_damaged(db, err)
                                                   : query_fail(db, code, q, err);
}

static int prepare_query(struct db *db, sqlite3_stmt **out, const struct question *q,
                         struct err *err)
{
    const char *rest = "", *sql = q->sql;
    *out = NULL;
    db->regex.status = STATUS_OK;

    sqlite3_set_authorizer(db->sqlite, authorise_read, NULL);
    int code = sqlite3_prepare_v2(db->sqlite, sql, -1, out, &rest);
    int failed = 0;
    if (code != SQLITE_OK)
        failed = prepare_fail(db, code, q, err);
    else if (*out == NULL)
        failed = sql_fail(sql, "there is no statement: give a SELECT", err);
    else if (!sqlite3_stmt_readonly(*out))
        failed = sql_fail(sql, "is not allowed: a query only reads", err);
    else if (!is_blank(db, rest))
        failed = sql_fail(sql, "there is more than one statement: give one", err);
    sqlite3_set_authorizer(db->sqlite, NULL, NULL);

    if (failed) {
        sqlite3_finalize(*out);
        *out = NULL;
    }
    return failed;
}

int db_check_where(struct db *db, const char *where, struct err *err)
{
    sqlite3_stmt *s;
    struct err inner;
    /* What is a condition in both places has balanced brackets. */
    char *sql = mem_print("SELECT CASE WHEN %s\nTHEN 1 END FROM point WHERE (%s\n)", where, where);
    int failed = prepare_query(db, &s, &(struct question){.sql = sql}, &inner);
    int parameters = failed ? 0 : sqlite3_bind_parameter_count(s);

    if (parameters > 0 && parameters < WHERE_FIRST)
        failed = fail(err, "a parameter has no value: write the value");
    else if (failed && inner.status == STATUS_INPUT)
        failed = fail(err, "%s: write a condition like tpot_s < 50 ms and engine = none",
                      sqlite3_errmsg(db->sqlite));
    else if (failed)
        *err = inner;
    sqlite3_finalize(s);
    free(sql);
    return failed;
}

/* Call after the first step: only then do the columns match the current schema. */
static void read_header(struct table *t, sqlite3_stmt *s)
{
    t->columns = (size_t)sqlite3_column_count(s);
    t->header = mem_alloc(t->columns + 1, sizeof(*t->header));
    t->cell = mem_alloc(t->columns + 1, sizeof(*t->cell));
    t->rows = 1;
    for (size_t i = 0; i < t->columns; i++) {
        const char *name = sqlite3_column_name(s, (int)i);
        if (name == NULL)
            mem_fail();
        t->header[i] = mem_text(name);
    }
}

/* Beyond 2^53 a double has not all digits of an integer, which is then a text. */
static bool fits_double(int64_t value)
{
    return -(INT64_C(1) << 53) <= value && value <= INT64_C(1) << 53;
}

/* SQLite returns NULL for a text that it has no memory for; the caller checks sqlite3_errcode. */
static struct cell read_cell(sqlite3_stmt *s, int i)
{
    int type = sqlite3_column_type(s, i);
    if (type == SQLITE_FLOAT || (type == SQLITE_INTEGER && fits_double(sqlite3_column_int64(s, i))))
        return (struct cell){.kind = CELL_NUMBER,
                             .whole = type == SQLITE_INTEGER,
                             .number = sqlite3_column_double(s, i)};
    char *text = (char *)sqlite3_column_text(s, i);
    return (struct cell){.kind = text != NULL ? CELL_TEXT : CELL_NULL, .text = text};
}

static int begin_rows(struct table *row, sqlite3_stmt *s, const struct question *q, row_fn each,
                      void *ctx)
{
    read_header(row, s);
    row->rows = 0;
    int stop = q->header ? each(ctx, row) : 0;
    row->rows = 1;
    return stop;
}

/* `row` holds the header and then one row at a time, with texts borrowed from SQLite. */
static int step_rows(struct db *db, const struct question *q, struct table *row, row_fn each,
                     void *ctx, struct err *err)
{
    sqlite3_stmt *s;
    if (prepare_query(db, &s, q, err) != 0)
        return -1;
    for (size_t i = 0; i < q->n_texts; i++)
        sqlite3_bind_text(s, (int)i + 1, q->texts[i], -1, SQLITE_STATIC);
    if (q->own)
        db_bind_where(db, s);

    int stop = 0, code = SQLITE_OK;
    while (stop == 0 && (code = sqlite3_step(s)) == SQLITE_ROW) {
        if (row->header == NULL && (stop = begin_rows(row, s, q, each, ctx)) != 0)
            break;
        bool memory = true;
        for (size_t i = 0; i < row->columns; i++) {
            row->cell[i] = read_cell(s, (int)i);
            memory = memory && (row->cell[i].kind != CELL_NULL ||
                                sqlite3_errcode(db->sqlite) != SQLITE_NOMEM);
        }
        if (!memory) {
            code = SQLITE_NOMEM;
            break;
        }
        stop = each(ctx, row);
    }
    if (row->header == NULL && code == SQLITE_DONE)
        stop = begin_rows(row, s, q, each, ctx);
    if (stop == 0 && code != SQLITE_DONE)
        stop = query_fail(db, code, q, err);
    sqlite3_finalize(s);
    return stop;
}

int db_each(struct db *db, const char *sql, const char *const *texts, size_t n_texts, row_fn each,
            void *ctx, struct err *err)
{
    const struct question q = {sql, texts, n_texts, .own = true};
    struct table row = {0};
    int stop = step_rows(db, &q, &row, each, ctx, err);
    table_free(&row);
    return stop;
}

int db_stream(struct db *db, const struct db_statement *s, row_fn each, void *ctx, struct err *err)
{
    const struct question q = {s->sql, s->texts, s->n_texts, .own = !s->by_user, .header = true};
    struct table row = {0};
    int stop = step_rows(db, &q, &row, each, ctx, err);
    table_free(&row);
    return stop;
}

void db_stop_when(struct db *db, int (*stop)(void *ctx), void *ctx)
{
    enum { OPERATIONS = 1000 }; /* of SQLite's virtual machine between two questions */
    sqlite3_progress_handler(db->sqlite, stop != NULL ? OPERATIONS : 0, stop, ctx);
}

static int collect(void *ctx, const struct table *row)
{
    struct table *out = ctx;
    out->columns = row->columns;
    for (size_t i = 0; i < row->columns; i++) {
        struct cell *c = table_add(out);
        *c = row->cell[i];
        if (c->kind == CELL_TEXT)
            c->text = mem_text(c->text);
    }
    return 0;
}

static int collect_rows(struct db *db, const struct question *q, struct table *out, struct err *err)
{
    struct table row = {0};
    *out = (struct table){0};
    int failed = step_rows(db, q, &row, collect, out, err);
    if (failed) {
        table_free(out);
    } else {
        out->columns = row.columns;
        out->header = row.header;
        row.header = NULL;
    }
    table_free(&row);
    return failed;
}

int db_select(struct db *db, const char *sql, const char *const *texts, size_t n_texts,
              struct table *out, struct err *err)
{
    return collect_rows(db, &(struct question){sql, texts, n_texts, .own = true}, out, err);
}

int db_ask(struct db *db, const char *sql, struct table *out, struct err *err)
{
    return collect_rows(db, &(struct question){.sql = sql}, out, err);
}

static int no_scenario(const struct table *known, const char *name, struct err *err)
{
    const char **names = mem_alloc(known->rows + 1, sizeof *names);
    char *list = mem_text("");
    for (size_t i = 0; i < known->rows; i++) {
        names[i] = table_at(known, i, 0)->text;
        char *longer = mem_print("%s%s%s", list, i ? ", " : "", names[i]);
        free(list);
        list = longer;
    }
    const char *near = name_nearest(name, names, known->rows);
    if (near)
        fail(err, "\"%s\": not a scenario of this run: did you mean \"%s\"?", name, near);
    else
        fail(err, "\"%s\": not a scenario of this run: choose among %s", name, list);
    free(list);
    free(names);
    return -1;
}

/* The scenarios of a run with the number of their feasible points, in the order of their points. */
static int read_scenarios(struct table *out, struct db *db, const struct db_run *run,
                          struct err *err)
{
    char *sql =
        mem_print("SELECT scenario, total(verdict = 'ok') AS feasible FROM point WHERE run = "
                  "%" PRId64 " GROUP BY scenario ORDER BY min(id)",
                  run->id);
    int rc = db_select(db, sql, NULL, 0, out, err);
    free(sql);
    return rc;
}

/* Puts a view of these scenarios in front of the table of points. */
static int show_scenarios(struct db *db, const char *const *name, size_t n, struct err *err)
{
    char *list = mem_text("");
    for (size_t i = 0; i < n; i++) {
        char *quoted = sqlite3_mprintf("%s%Q", i ? ", " : "", name[i]);
        if (quoted == NULL)
            mem_fail();
        char *longer = mem_print("%s%s", list, quoted);
        sqlite3_free(quoted);
        free(list);
        list = longer;
    }
    const char *all = db->chunks ? "temp.chunk_point" : "main.point";
    char *sql = mem_print("PRAGMA temp_store = MEMORY; CREATE TEMP VIEW point AS SELECT * FROM "
                          "%s WHERE scenario IN (%s)",
                          all, list);
    int rc = db->chunks && (chunk_hide(db, "point", err) != 0 ||
                            chunk_show(db, "chunk_point", "main", err) != 0)
                 ? -1
                 : db_exec(db, sql, err);
    free(sql);
    free(list);
    return rc;
}

int db_only_scenarios(struct db *db, struct db_run *run, const char *const *name, size_t n,
                      struct err *err)
{
    struct table known;
    uint64_t feasible = 0;
    if (read_scenarios(&known, db, run, err) != 0)
        return -1;
    int rc = 0;
    for (size_t i = 0; i < n && rc == 0; i++) {
        size_t row = 0;
        while (row < known.rows && strcmp(table_at(&known, row, 0)->text, name[i]) != 0)
            row++;
        rc = row < known.rows ? 0 : no_scenario(&known, name[i], err);
    }
    for (size_t row = 0; row < known.rows; row++)
        if (is_one_of(table_at(&known, row, 0)->text, name, n))
            feasible += (uint64_t)table_at(&known, row, 1)->number;
    /* A store of an older version has no scenarios but `base`. */
    int there = rc != 0 ? -1 : db->chunks ? 1 : db_has_column(db, "main", "point", "scenario", err);
    if (rc == 0 && there > 0)
        rc = show_scenarios(db, name, n, err);
    else if (there < 0)
        rc = -1;
    if (rc == 0) {
        run->feasible = feasible;
        run->some_scenarios = known.rows > 1;
    }
    table_free(&known);
    return rc;
}

int db_point(struct db *db, const struct db_run *run, double point, struct table *out,
             struct err *err)
{
    *out = (struct table){0};
    if (point >= 0 && point < (double)(UINT64_C(1) << POINT_BITS)) {
        char *sql = mem_print("SELECT * FROM point WHERE id = (%" PRId64 " << %d | %.0f)", run->id,
                              POINT_BITS, point);
        int failed = db_select(db, sql, NULL, 0, out, err);
        free(sql);
        if (failed || out->rows == 1)
            return failed;
        table_free(out);
    }
    char what[48];
    snprintf(what, sizeof what, "point %.0f", point);
    return db_gone(db, run, what, err);
}

int db_gone(struct db *db, const struct db_run *run, const char *what, struct err *err)
{
    db->damaged = true;
    return fail_io(err, "%s: is damaged: %s of run %s is missing" DB_DAMAGED_HELP, db->path, what,
                   run->name);
}

int db_columns(struct db *db, struct table *out, struct err *err)
{
    return db_select(db,
                     "SELECT p.name AS name, coalesce(a.unit, '') AS unit,"
                     " coalesce(a.meaning, '') AS meaning"
                     " FROM pragma_table_info('point') p LEFT JOIN about a ON a.name = p.name"
                     " ORDER BY p.cid",
                     NULL, 0, out, err);
}
