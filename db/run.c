/* Runs and their points: beginning, putting, committing, finding. */
#include "db/private.h"

#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "db/chunk.h"

#define RUN_COLUMNS                                                                                \
    "id, name, spec, spec_hash, program, keep, started, ended, seed, space, first, last, done,"    \
    " feasible, "

enum { MOST_RUNS = 1 << 15 };

static uint64_t column_count(sqlite3_stmt *s, int i)
{
    return (uint64_t)sqlite3_column_int64(s, i);
}

static void read_run(sqlite3_stmt *s, struct db_run *out)
{
    *out = (struct db_run){
        .id = sqlite3_column_int64(s, 0),
        .name = mem_text(db_text(s, 1)),
        .spec = mem_text(db_text(s, 2)),
        .spec_hash = mem_text(db_text(s, 3)),
        .program = mem_text(db_text(s, 4)),
        .keep = mem_text(db_text(s, 5)),
        .started = mem_text(db_text(s, 6)),
        .ended = mem_text(db_text(s, 7)),
        .seed = column_count(s, 8),
        .space = column_count(s, 9),
        .first = column_count(s, 10),
        .last = column_count(s, 11),
        .done = column_count(s, 12),
        .feasible = column_count(s, 13),
        .folder = mem_text(db_text(s, 14)),
    };
}

void db_run_free(struct db_run *run)
{
    free(run->name);
    free(run->spec);
    free(run->spec_hash);
    free(run->program);
    free(run->keep);
    free(run->started);
    free(run->ended);
    free(run->folder);
    *run = (struct db_run){0};
}

int db_run_load(struct db *db, const char *schema, const char *name, struct db_run *out,
                struct err *err)
{
    sqlite3_stmt *s = NULL;
    int folder = db_has_column(db, schema, "run", "folder", err);
    if (folder < 0)
        return -1;
    char *sql = mem_print("SELECT " RUN_COLUMNS "%s FROM %s.run WHERE name = ?1",
                          folder ? "folder" : "''", schema);
    int row = db_prepare(db, &s, sql, err);
    if (row == 0) {
        sqlite3_bind_text(s, 1, name, -1, SQLITE_STATIC);
        row = db_step(db, s, err);
    }
    if (row == 1)
        read_run(s, out);
    sqlite3_finalize(s);
    free(sql);
    return row;
}

int db_run_insert(struct db *db, struct db_run *run, struct err *err)
{
    sqlite3_stmt *s = NULL;
    if (db_prepare(db, &s,
                   "INSERT INTO main.run(name, spec, spec_hash, program, keep, started, ended,"
                   " folder, seed, space, first, last, done, feasible) VALUES(?1, ?2, ?3, ?4, ?5,"
                   " coalesce(?6, strftime('%Y-%m-%dT%H:%M:%SZ', 'now')), ?7, coalesce(?8, ''),"
                   " ?9, ?10, ?11, ?12, ?13, ?14)",
                   err) != 0)
        return -1;

    const char *text[] = {run->name, run->spec,    run->spec_hash, run->program,
                          run->keep, run->started, run->ended,     run->folder};
    uint64_t count[] = {run->seed, run->space, run->first, run->last, run->done, run->feasible};
    int at = 1;
    for (size_t i = 0; i < LEN(text); i++)
        sqlite3_bind_text(s, at++, text[i], -1, SQLITE_STATIC);
    for (size_t i = 0; i < LEN(count); i++)
        sqlite3_bind_int64(s, at++, (sqlite3_int64)count[i]);

    int failed = db_step(db, s, err);
    sqlite3_finalize(s);
    if (failed)
        return -1;
    run->id = sqlite3_last_insert_rowid(db->sqlite);
    if (run->id >= MOST_RUNS)
        return fail_io(err, "%s: cannot hold more than %d runs: give another file", db->path,
                       MOST_RUNS - 1);
    return 0;
}

int db_runs(struct db *db, struct db_run **out, size_t *n, struct err *err)
{
    sqlite3_stmt *s = NULL;
    *out = NULL;
    *n = 0;
    char *sql = mem_print("SELECT " RUN_COLUMNS "folder FROM run ORDER BY id");
    int failed = db_prepare(db, &s, sql, err);
    free(sql);
    if (failed)
        return -1;

    int row;
    while ((row = db_step(db, s, err)) == 1) {
        *out = mem_grow(*out, *n + 1, sizeof(**out));
        read_run(s, &(*out)[(*n)++]);
    }
    sqlite3_finalize(s);
    if (row == 0)
        return 0;
    for (size_t i = 0; i < *n; i++)
        db_run_free(&(*out)[i]);
    free(*out);
    *out = NULL;
    *n = 0;
    return -1;
}

int db_run_find(struct db *db, const char *name, struct db_run *out, struct err *err)
{
    struct db_run *runs;
    size_t n;
    *out = (struct db_run){0};
    if (db_runs(db, &runs, &n, err) != 0)
        return -1;
    if (n == 0) {
        free(runs);
        return fail(err, "%s: has no runs yet: make one with dse sweep", db->path);
    }

    size_t found = n;
    char *names = mem_text("");
    for (size_t i = 0; i < n; i++) {
        if (name == NULL || strcmp(runs[i].name, name) == 0)
            found = i;
        char *longer = mem_print("%s%s%s", names, i > 0 ? ", " : "", runs[i].name);
        free(names);
        names = longer;
    }
    if (found < n) {
        *out = runs[found];
        runs[found] = (struct db_run){0};
    } else {
        fail(err, "%s: %s: no such run: the file has %s", db->path, name, names);
    }
    for (size_t i = 0; i < n; i++)
        db_run_free(&runs[i]);
    free(runs);
    free(names);
    return found < n ? 0 : -1;
}

/* ---- columns ---- */

static int add_columns(struct db *db, const struct db_column *columns, size_t n, struct err *err)
{
    sqlite3_stmt *s = NULL;
    if ((!db->chunks && db_add_columns(db, columns, n, err) != 0) ||
        db_prepare(db, &s, "INSERT OR REPLACE INTO about(name, unit, meaning) VALUES(?1, ?2, ?3)",
                   err) != 0)
        return -1;

    int failed = 0;
    for (size_t i = 0; i < n && !failed; i++) {
        const struct db_column *c = &columns[i];
        sqlite3_bind_text(s, 1, c->name, -1, SQLITE_STATIC);
        sqlite3_bind_text(s, 2, c->unit != NULL ? c->unit : "", -1, SQLITE_STATIC);
        sqlite3_bind_text(s, 3, c->doc != NULL ? c->doc : "", -1, SQLITE_STATIC);
        failed = (db->chunks && chunk_add_column(db, c->name, c->texts != NULL, err) < 0) ||
                 db_step(db, s, err) != 0;
        sqlite3_reset(s);
    }
    sqlite3_finalize(s);
    return failed || (db->chunks && chunk_make_view(db, err) != 0) ? -1 : 0;
}

/* ---- beginning a run ---- */

static int check_study(struct db *db, const struct db_run *old, const struct db_run *run,
                       struct err *err)
{
    const char *what = NULL;
    if (strcmp(old->spec_hash, run->spec_hash) != 0 || old->space != run->space)
        what = "study";
    else if (old->seed != run->seed)
        what = "seed";
    else if (old->first != run->first || old->last != run->last)
        what = "shard";
    if (what == NULL)
        return 0;
    return fail(err, "%s: run %s exists with another %s: give another name or another file",
                db->path, run->name, what);
}

/* Copies the stored state of the run into `run`: 1 found, 0 not found, -1 failed or refused. */
static int load_state(struct db *db, struct db_run *run, struct err *err)
{
    struct db_run old;
    int found = db_run_load(db, "main", run->name, &old, err);
    if (found != 1)
        return found;
    if (check_study(db, &old, run, err) != 0) {
        found = -1;
    } else {
        run->id = old.id;
        run->done = old.done;
        run->feasible = old.feasible;
        run->started = old.started;
        run->ended = old.ended;
        old.started = old.ended = NULL;
    }
    db_run_free(&old);
    return found;
}

static void clear_loaded(struct db_run *run)
{
    free(run->started);
    free(run->ended);
    run->started = run->ended = NULL;
}

static int make_put(struct db *db, struct err *err)
{
    if (db->chunks)
        return chunk_writer_open(&db->writer, db, err);
    char *names = mem_text("id, run, point");
    char *marks = mem_text("?1, ?2, ?3");
    for (size_t i = 0; i < db->columns; i++) {
        char *column = db_quote(db->column[i].name);
        char *more_names = mem_print("%s, %s", names, column);
        char *more_marks = mem_print("%s, ?%zu", marks, i + 4);
        free(column);
        free(names);
        free(marks);
        names = more_names;
        marks = more_marks;
    }
    char *put = mem_print("INSERT OR REPLACE INTO point(%s) VALUES(%s)", names, marks);
    free(names);
    free(marks);

    int failed = db_prepare(db, &db->put, put, err) != 0 ||
                 db_prepare(db, &db->drop, "DELETE FROM point WHERE id = ?1", err) != 0;
    free(put);
    return failed ? -1 : 0;
}

static int make_statements(struct db *db, struct err *err)
{
    int failed =
        make_put(db, err) != 0 ||
        db_prepare(db, &db->check, "SELECT done FROM run WHERE id = ?1", err) != 0 ||
        db_prepare(db, &db->progress,
                   "UPDATE run SET done = ?2, feasible = ?3, ended = CASE WHEN NOT ?4 THEN ''"
                   " WHEN ended <> '' THEN ended ELSE strftime('%Y-%m-%dT%H:%M:%SZ', 'now') END"
                   " WHERE id = ?1",
                   err) != 0;
    if (failed)
        return -1;
    sqlite3_bind_int64(db->check, 1, db->run);
    return 0;
}

static void drop_statements(struct db *db)
{
    sqlite3_finalize(db->put);
    sqlite3_finalize(db->drop);
    sqlite3_finalize(db->progress);
    sqlite3_finalize(db->check);
    db->put = db->drop = db->progress = db->check = NULL;
    chunk_writer_close(db->writer);
    db->writer = NULL;
    free(db->column);
    db->column = NULL;
    db->columns = 0;
}

/* Prepares the statements that write points with these columns. */
static int set_columns(struct db *db, const struct db_column *columns, size_t n, struct err *err)
{
    db->column = mem_alloc(n + 1, sizeof(*db->column));
    memcpy(db->column, columns, n * sizeof(*columns));
    db->columns = n;
    return make_statements(db, err);
}

static void close_run(struct db *db)
{
    db_undo(db);
    drop_statements(db);
    db->run = 0;
    db->done = 0;
}

/* In a transaction: is the store new? Then it gets the form that its first run wants. */
static int set_form(struct db *db, const struct db_run *run, struct err *err)
{
    sqlite3_stmt *s = NULL;
    int some = db_prepare(db, &s, "SELECT 1 FROM main.run LIMIT 1", err);
    if (some == 0)
        some = db_step(db, s, err);
    sqlite3_finalize(s);
    if (some == 0 && run->form == DB_COLUMNS && !db->chunks)
        return db_make_chunks(db, err);
    return some < 0 ? -1 : 0;
}

/* A front loses points, which chunks cannot. */
static int check_form(const struct db *db, const struct db_run *run, struct err *err)
{
    return db->chunks && strcmp(run->keep, "front") == 0
               ? fail(err,
                      "%s: keeps its points in columns, and keep: front needs rows: give another "
                      "file",
                      db->path)
               : 0;
}

/* In a transaction: loads the run, or inserts it. */
static int find_or_insert_run(struct db *db, struct db_run *run, const struct db_column *columns,
                              size_t n, struct err *err)
{
    if (db_upgrade(db, err) != 0 || set_form(db, run, err) != 0 || check_form(db, run, err) != 0)
        return -1;
    int found = load_state(db, run, err);
    if (found < 0)
        return -1;
    if (found == 0) {
        struct db_run fresh = *run;
        fresh.done = fresh.feasible = 0;
        fresh.started = NULL;
        fresh.ended = (char[]){""};
        if (db_run_insert(db, &fresh, err) != 0 || load_state(db, run, err) != 1)
            return -1;
    }
    run->form = db->chunks ? DB_COLUMNS : DB_ROWS;
    return add_columns(db, columns, n, err);
}

int db_run_begin(struct db *db, struct db_run *run, const struct db_column *columns, size_t n,
                 struct err *err)
{
    assert(db->write);
    close_run(db);
    run->started = run->ended = NULL;
    if (run->last > (UINT64_C(1) << POINT_BITS))
        return fail(err, "run %s: %" PRIu64 " points are too many: at most 2^%d can be stored",
                    run->name, run->last, POINT_BITS);

    if (load_state(db, run, err) < 0) /* refuses before anything is written */
        return -1;
    clear_loaded(run);
    if (db_begin(db, err) != 0)
        return -1;
    if (find_or_insert_run(db, run, columns, n, err) != 0) {
        db_undo(db);
        goto failed;
    }
    if (db_end(db, err) != 0)
        goto failed;

    db->run = run->id;
    db->done = run->done;
    bool over = run->ended != NULL && run->ended[0] != '\0';
    if (set_columns(db, columns, n, err) != 0 || (!over && db_begin(db, err) != 0)) {
        close_run(db);
        goto failed;
    }
    return 0;

failed:
    clear_loaded(run);
    return -1;
}

int db_run_columns(struct db *db, const struct db_column *columns, size_t n, struct err *err)
{
    assert(db->run != 0);
    if (db_begin(db, err) != 0)
        return -1;
    if (db->writer != NULL && chunk_flush(db->writer, err) != 0) {
        db_undo(db);
        return -1;
    }
    drop_statements(db);
    if (add_columns(db, columns, n, err) == 0 && set_columns(db, columns, n, err) == 0)
        return 0;
    db_undo(db);
    return -1;
}

/* ---- points ---- */

static int64_t point_id(const struct db *db, uint64_t point)
{
    return (int64_t)((uint64_t)db->run << POINT_BITS | point);
}

static void bind_value(sqlite3_stmt *s, int at, const struct db_column *c, double value)
{
    if (isnan(value))
        sqlite3_bind_null(s, at);
    else if (c->texts != NULL)
        sqlite3_bind_text(s, at, c->texts[(size_t)value], -1, SQLITE_STATIC);
    else
        sqlite3_bind_double(s, at, value);
}

/* Runs a statement that writes; on failure rolls back what was not committed. */
static int execute_write(struct db *db, sqlite3_stmt *s, struct err *err)
{
    int failed = db_once(db, s, err);
    if (failed)
        db_undo(db);
    return failed;
}

int db_put(struct db *db, uint64_t point, const double *row, struct err *err)
{
    assert(db->run != 0);
    if (point >> POINT_BITS != 0)
        return fail(err, "point %" PRIu64 " is too large: at most 2^%d points can be stored", point,
                    POINT_BITS);
    if (db_begin(db, err) != 0)
        return -1;

    if (db->writer != NULL) {
        int failed = chunk_put(db->writer, point, row, err);
        if (failed)
            db_undo(db);
        return failed;
    }
    sqlite3_bind_int64(db->put, 1, point_id(db, point));
    sqlite3_bind_int64(db->put, 2, db->run);
    sqlite3_bind_int64(db->put, 3, (int64_t)point);
    for (size_t i = 0; i < db->columns; i++)
        bind_value(db->put, (int)i + 4, &db->column[i], row[i]);
    return execute_write(db, db->put, err);
}

int db_drop(struct db *db, uint64_t point, struct err *err)
{
    if (db_begin(db, err) != 0)
        return -1;

    sqlite3_bind_int64(db->drop, 1, point_id(db, point));
    return execute_write(db, db->drop, err);
}

static char *json_list(const uint64_t *point, size_t n)
{
    enum { DIGITS = 21 }; /* of a number and its comma */
    char *list = mem_alloc(n * DIGITS + 3, 1);
    size_t length = (size_t)sprintf(list, "[");
    for (size_t i = 0; i < n; i++)
        length += (size_t)sprintf(list + length, "%s%" PRIu64, i ? "," : "", point[i]);
    memcpy(list + length, "]", 2);
    return list;
}

int db_keep_only(struct db *db, const struct db_run *run, const uint64_t *point, size_t n,
                 struct err *err)
{
    sqlite3_stmt *s = NULL;
    if (db_begin(db, err) != 0)
        return -1;
    int failed = db_prepare(db, &s,
                            "DELETE FROM main.point WHERE id >= ?1 << 48 AND id < (?1 + 1) << 48"
                            " AND point NOT IN (SELECT value FROM json_each(?2))",
                            err);
    if (!failed) {
        char *list = json_list(point, n);
        sqlite3_bind_int64(s, 1, run->id);
        sqlite3_bind_text(s, 2, list, -1, SQLITE_STATIC);
        failed = db_step(db, s, err);
        free(list);
    }
    sqlite3_finalize(s);
    if (failed)
        db_undo(db);
    return failed ? -1 : db_end(db, err);
}

int db_commit(struct db *db, uint64_t done, uint64_t feasible, bool ended, struct err *err)
{
    if (db_begin(db, err) != 0)
        return -1;

    sqlite3_bind_int64(db->progress, 1, db->run);
    sqlite3_bind_int64(db->progress, 2, (int64_t)done);
    sqlite3_bind_int64(db->progress, 3, (int64_t)feasible);
    sqlite3_bind_int(db->progress, 4, ended);
    if (db->writer != NULL && chunk_flush(db->writer, err) != 0) {
        db_undo(db);
        return -1;
    }
    if (execute_write(db, db->progress, err) != 0 || db_end(db, err) != 0)
        return -1;
    db->done = done;
    return ended ? 0 : db_begin(db, err); /* keeps the lock */
}
