/* The store: one SQLite file holding runs and their points. The only module that knows sqlite3.
 *
 * Tables
 *   run    id, name (unique), spec (text of the study), spec_hash, seed, program, started, ended,
 *          space (points in the study), first, last (the shard's range of indices, last excluded),
 *          keep, done (points evaluated), feasible (of them)
 *   point  id (run << 48 | point), run, point (index in the space), then one column per swept
 *          parameter and per metric; a column that a later run needs is added to the table
 *   about  column name, unit, meaning: what each column of point is
 *   miss   (runs without a feasible point) run, text: by how much the points miss which limits
 *   sensitivity  (once asked for) study, spec_hash, metric, axis and how much the axis matters
 * Views for people
 *   feasible  the points whose verdict is ok, with the run's name
 *   verdicts  how many points of each run have which verdict
 *
 * Points arrive in ascending order and are committed together with run.done, so a run that was
 * killed goes on at first + done: nothing twice, nothing lost. One process writes a file at a
 * time, from db_run_begin until the run has ended or the file is closed; readers are never
 * blocked (WAL). A closed store is one file without a journal. The schema's version is in
 * PRAGMA user_version, and PRAGMA application_id marks the file as ours. */
#ifndef DB_DB_H
#define DB_DB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/table.h"

struct db;

enum { POINT_BITS = 48 }; /* of point.id; the run stands above them */

enum db_mode { DB_READ, DB_WRITE };

/* A column of `point`. With `texts` the row's double is an index into it and the text is stored;
 * without, the double is. NAN is stored as NULL. */
struct db_column {
    const char *name; /* "chip_memory_byte_per_s" */
    const char *unit;
    const char *doc;
    const char *const *texts; /* NULL: a number */
};

struct db_run {
    int64_t id;
    char *name, *spec, *spec_hash, *program, *keep;
    char *started, *ended; /* ISO 8601, UTC; ended is "" while unfinished */
    uint64_t seed, space, first, last, done, feasible; /* done counts from first */
};

/* DB_WRITE makes the file if there is none; DB_READ needs it there and never changes it.
 * Errors, all in one line that starts with the path: cannot be opened and why (STATUS_IO);
 * not a dse database (STATUS_IO); made by a newer version (STATUS_IO); damaged (STATUS_IO);
 * another process is writing (STATUS_IO, at once on the first write). Caller closes. */
int db_open(struct db **out, const char *path, enum db_mode mode, struct err *err);
void db_close(struct db *db); /* takes NULL; rolls back what was not committed */

/* Finds the run called `run->name`, or makes it, in one transaction. On return run->id and
 * run->done, feasible, started, ended are the store's. A run of this name with another spec_hash,
 * range or seed is refused (STATUS_INPUT: "run NAME is there with another study: give another
 * name or another file"). Adds missing columns to point and rows to about. Strings in `run` are
 * the caller's on entry; started, ended are only set, to allocated texts (db_run_free frees all).
 * The texts of `columns` must live until db_close. */
int db_run_begin(struct db *db, struct db_run *run, const struct db_column *columns, size_t n,
                 struct err *err);
void db_run_free(struct db_run *run);

/* Adds a point, or replaces it: `row` has the n values of db_run_begin's columns, in order. Opens
 * a transaction where none is open. A failure undoes what was not committed. */
int db_put(struct db *db, uint64_t point, const double *row, struct err *err);

/* Takes a point of the current run out again (a front that moved on). */
int db_drop(struct db *db, uint64_t point, struct err *err);

/* Commits what was put, with the run's progress. `ended` says the run is complete.
 * A full disk: "PATH: disk is full: N points are safe: ..." (STATUS_IO), here and in db_put. */
int db_commit(struct db *db, uint64_t done, uint64_t feasible, bool ended, struct err *err);

/* The runs in the file, ascending id. Caller frees each with db_run_free and the array. */
int db_runs(struct db *db, struct db_run **out, size_t *n, struct err *err);

/* The run called `name`; with NULL the only one, or the newest where there are several.
 * STATUS_INPUT if there is none, with the names that are there. */
int db_run_find(struct db *db, const char *name, struct db_run *out, struct err *err);

/* Runs one statement and collects its rows. Only reading is allowed: anything that would write,
 * attach or change a pragma is refused by SQLite's authoriser (STATUS_INPUT, "SQL: REASON"; a bad
 * pattern says only what regex_open says, once a row is matched). `X regexp Y` uses PCRE2, the
 * compiled pattern kept for the statement. `texts` are bound to ?1, ?2, ... in order.
 * Text after the first statement is refused. */
int db_select(struct db *db, const char *sql, const char *const *texts, size_t n_texts,
              struct table *out, struct err *err);

/* One point of a run, every column: `out` has exactly one row. A point that other rows of the store
 * name but that is not there: "PATH: is damaged: point N of run NAME is gone: ..." (STATUS_IO). */
int db_point(struct db *db, const struct db_run *run, double point, struct table *out,
             struct err *err);

/* Says in `err` that `what` of a run ("point 7", "its fronts") is not there. Always -1. */
int db_gone(struct db *db, const struct db_run *run, const char *what, struct err *err);

/* Is `where` one SQL condition on the columns of point? */
int db_check_where(struct db *db, const char *where, struct err *err);

/* Streams the rows instead: `each` gets one row at a time, valid until it returns, and returns 0
 * to go on, anything else to stop, which is then returned. */
typedef int (*row_fn)(void *ctx, const struct table *one_row);
int db_each(struct db *db, const char *sql, const char *const *texts, size_t n_texts, row_fn each,
            void *ctx, struct err *err);

/* The columns of `point`, in order; with their meaning from about. Caller frees with table_free:
 * columns name, unit, meaning. */
int db_columns(struct db *db, struct table *out, struct err *err);

/* Why the points of the current run are infeasible, in lines: added to what earlier starts of the
 * run have left, and committed with the next db_commit. In the table `miss`, made if there is none.
 */
int db_put_misses(struct db *db, const char *text, struct err *err);

/* These lines, "" if there are none. Caller frees. */
int db_misses(struct db *db, const struct db_run *run, char **out, struct err *err);

/* How much an axis of a study matters to a metric; NAN is stored as NULL. */
struct db_effect {
    const char *study, *spec_hash, *metric, *axis;
    double morris_mean, morris_deviation;
    double first, first_low, first_high, total, total_low, total_high;
    double points, seed;
};

/* Stores them in the table `sensitivity`, which is made if there is none; the same study, metric
 * and axis again replaces what was there. One transaction. */
int db_put_effects(struct db *db, const struct db_effect *effect, size_t n, struct err *err);

/* Copies every run and point of the files at `from` into `db`: points that are there already are
 * left alone, so that merging twice changes nothing. Shards of one study, in any order, become one
 * run whose range is their union; a gap, or a shard that is not finished before another, is an
 * error that names it. Runs with the same name but another spec_hash are refused. Nothing is
 * written if anything is refused; a merge that was killed is repeated. (Of shards with keep: front
 * the union of their fronts is kept.) */
int db_merge(struct db *db, const char *const *from, size_t n, struct err *err);

#endif
