/* The store: one SQLite file with runs and their points. The only module that uses sqlite3.
 *
 * Tables
 *   run    id, name (unique), spec (text of the study), spec_hash, seed, program, started, ended,
 *          space (points in the study), first, last (index range of the shard, last excluded),
 *          keep, done (points evaluated), feasible (how many of those), folder (where relative
 *          paths of the study start)
 *   point  id (run << 48 | point), run, point (index in the space), verdict, reasons (every limit
 *          that an infeasible point exceeds), scenario (base if the study has no others), then one
 *          column per swept parameter and per metric; columns that a later run needs are added. A
 *          view of the tables in db/chunk.h where the store holds points in columns
 *   about  column name, unit, meaning: describes each column of point
 *   file   run, kind, name, text: the models, chips, engines, prices and calibrations that the run
 *          was priced with, so that its rows can be priced again
 *   miss   (runs without a feasible point) run, text: by how much the points miss which limits
 *   sensitivity  (made by dse sensitivity) study, spec_hash, metric, axis, and how much it matters
 * Views for people
 *   feasible  the points whose verdict is ok, with the run's name
 *   verdicts  per run and verdict: points that have it, and points that it applies to
 *
 * Points arrive in ascending order and are committed together with run.done, so a killed run
 * continues at first + done: no point is priced twice or lost. One process at a time writes a file,
 * from db_run_begin until the run has ended or the file is closed; readers are never blocked (WAL).
 * A closed store is one file without a journal. Each page has a checksum (page_checksum.h). PRAGMA
 * user_version holds the schema's version, and PRAGMA application_id marks the file as a dse store.
 */
#ifndef DB_DB_H
#define DB_DB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/table.h"

struct db;

enum { POINT_BITS = 48 }; /* bits of point.id; the run is in the bits above */

enum db_mode {
    DB_READ,
    DB_WRITE,
    DB_NEW,    /* as DB_WRITE; a file that does not exist appears as a whole at db_finish */
    DB_SALVAGE /* as DB_READ, but neither checksums nor the size of the file are looked at */
};

/* A column of `point`. With `texts`, the row's double is an index into them and the text is stored;
 * otherwise the double itself. NAN is stored as NULL. */
struct db_column {
    const char *name; /* "chip_memory_byte_per_s" */
    const char *unit;
    const char *doc;
    const char *const *texts; /* NULL for a number */
};

/* How a store holds its points. Its first run decides; later runs use what is there. */
enum db_form {
    DB_ROWS,   /* one row of a plain table for each point */
    DB_COLUMNS /* in chunks of columns, see db/chunk.h: smaller and faster for many points */
};

struct db_run {
    int64_t id;
    enum db_form form; /* of a new store, on entry of db_run_begin; then that of the store */
    char *name, *spec, *spec_hash, *program, *keep, *folder;
    char *started, *ended; /* ISO 8601, UTC; ended is "" while the run is unfinished */
    uint64_t seed, space, first, last, done, feasible; /* done counts from first */
    bool some_scenarios;                               /* db_only_scenarios hides others */
};

/* DB_WRITE makes the file if it does not exist; DB_READ requires it and never changes it. Errors
 * are one line that starts with the path: cannot be opened and why (STATUS_IO); not a dse database
 * (STATUS_IO); made by a newer version (STATUS_IO); damaged (STATUS_IO); another process is writing
 * (STATUS_IO, at once on the first write). Caller closes. */
int db_open(struct db **out, const char *path, enum db_mode mode, struct err *err);
/* For a connection that reads the points once: a small cache, whose pages are used again and again,
 * instead of one that keeps them all. */
int db_expect_one_scan(struct db *db, struct err *err);
void db_close(struct db *db); /* takes NULL; rolls back what was not committed */

/* db_close after a success: fails if the file is no longer where it was opened, because someone has
 * removed or replaced it (STATUS_IO). */
int db_finish(struct db *db, struct err *err);

/* db_close after a failure: removes the file if db_open made it and no point of a run of this
 * connection was committed. */
void db_discard(struct db *db);

/* Where a store opened with DB_NEW is until db_finish: beside its place, without a journal, and
 * held by one process, one such store at a time. db_close, db_discard and out of memory remove it;
 * what a killed process left is replaced. Caller frees. */
char *db_part_path(const char *path);

/* Removes that file, from a handler of signals. */
void db_abandon(void);

/* Finds the run called `run->name`, or makes it, in one transaction. On return run->id, done,
 * feasible, started and ended are those of the store. A run of this name with another spec_hash,
 * range or seed is refused (STATUS_INPUT: "run NAME exists with another study: give another name or
 * another file"). Adds missing columns to point and rows to about. On entry the strings in `run`
 * are the caller's; started and ended are only set, to allocated texts (db_run_free frees all). The
 * texts of `columns` must live until db_close. */
int db_run_begin(struct db *db, struct db_run *run, const struct db_column *columns, size_t n,
                 struct err *err);
void db_run_free(struct db_run *run);

/* Gives the current run other columns, for the points of its next scenario. Adds those that are
 * missing. */
int db_run_columns(struct db *db, const struct db_column *columns, size_t n, struct err *err);

/* A file that a run is priced with. */
struct db_file {
    const char *kind, *name, *text;
};

/* Stores the files of the current run, in its transaction, or compares them with those that it
 * began with: another text of one of them is refused (STATUS_INPUT). A run of an older version that
 * has points but no files stays without. */
int db_put_files(struct db *db, const struct db_run *run, const struct db_file *file, size_t n,
                 struct err *err);

/* Does another process have the store open? Only while this one has not: closing the file here
 * gives up its own locks. */
bool db_is_held(const char *path);

/* The files of a run: kind, name, text. No rows if an older version has made the run. */
int db_files(struct db *db, const struct db_run *run, struct table *out, struct err *err);

/* Adds or replaces a point: `row` has the n values of db_run_begin's columns, in order. Opens a
 * transaction if none is open. A failure rolls back what was not committed. */
int db_put(struct db *db, uint64_t point, const double *row, struct err *err);

/* Removes a point of the current run, when a better one has replaced it on the front. */
int db_drop(struct db *db, uint64_t point, struct err *err);

/* Deletes every point of a run that is not listed, in one transaction. */
int db_keep_only(struct db *db, const struct db_run *run, const uint64_t *point, size_t n,
                 struct err *err);

/* Commits the points put so far, with the run's progress. `ended` marks the run as complete. A full
 * disk: "PATH: disk is full: N points are safe: ..." (STATUS_IO), here and in db_put. */
int db_commit(struct db *db, uint64_t done, uint64_t feasible, bool ended, struct err *err);

/* The runs in the file, ascending id. Caller frees each with db_run_free and the array. */
int db_runs(struct db *db, struct db_run **out, size_t *n, struct err *err);

/* The run called `name`; if NULL, the newest. STATUS_INPUT if there is none, with the names that
 * exist. */
int db_run_find(struct db *db, const char *name, struct db_run *out, struct err *err);

/* Lets this connection see only the points of some scenarios of a run, n names; run->feasible then
 * counts theirs. STATUS_INPUT if the run has no points of one of them: "\"NAME\": WHAT: RIGHT". For
 * a store that is only read. */
int db_only_scenarios(struct db *db, struct db_run *run, const char *const *name, size_t n,
                      struct err *err);

/* Runs one statement of our own and collects its rows. Only reading is allowed: SQLite's authoriser
 * refuses anything that would write, attach or change a pragma. `X regexp Y` uses PCRE2, with the
 * compiled pattern cached for the statement; a bad pattern gives the message of regex_open alone,
 * once a row is matched. `texts` are bound to ?1, ?2, ... in order. A table or column that is
 * missing: "PATH: is damaged: no such column: NAME: ..." (STATUS_IO). */
int db_select(struct db *db, const char *sql, const char *const *texts, size_t n_texts,
              struct table *out, struct err *err);

/* The same for a statement that a user wrote: whatever is wrong with it is STATUS_INPUT,
 * "SQL: REASON". Text after the first statement is refused. */
int db_ask(struct db *db, const char *sql, struct table *out, struct err *err);

/* One point of a run, every column: `out` has exactly one row. If other rows of the store refer to
 * a point that is missing: "PATH: is damaged: point N of run NAME is missing: ..." (STATUS_IO). */
int db_point(struct db *db, const struct db_run *run, double point, struct table *out,
             struct err *err);

/* Reports that `what` of a run ("point 7", "its fronts") is missing. Always -1. */
int db_gone(struct db *db, const struct db_run *run, const char *what, struct err *err);

/* The column of `point` for a user's `name` of `length` characters, with '.' or '_' between
 * words. If there is none: STATUS_INPUT, "\"x\": not a column: did you mean \"y\"?". Caller frees.
 */
int db_column(struct db *db, const char *name, size_t length, char **out, struct err *err);

/* Is there such a column? Cannot fail for a store that is only read. */
bool db_is_column(struct db *db, const char *name, size_t length);

/* A user's condition on the columns of point, as SQL for statements of this connection. Readable
 * (db/where.h) or plain SQL. The values of a readable one are parameters that db_select and db_each
 * bind by themselves, until the next call of db_where. Errors: "--where:COLUMN: WHAT: RIGHT".
 * Caller frees. */
int db_where(struct db *db, const char *where, char **out, struct err *err);

/* Checks that `where`, from db_where, is one SQL condition on the columns of point. */
int db_check_where(struct db *db, const char *where, struct err *err);

/* As db_select, row by row: `each` gets one row, valid until it returns, and returns 0 to continue;
 * any other value stops and is returned. */
typedef int (*row_fn)(void *ctx, const struct table *one_row);
int db_each(struct db *db, const char *sql, const char *const *texts, size_t n_texts, row_fn each,
            void *ctx, struct err *err);

/* The same, for a statement of our own or, as db_ask, of the user. `each` first gets the header: a
 * table without rows. */
struct db_statement {
    const char *sql;
    const char *const *texts;
    size_t n_texts;
    bool by_user;
};
int db_stream(struct db *db, const struct db_statement *s, row_fn each, void *ctx, struct err *err);

/* Statements of this connection stop with STATUS_IO soon after `stop` returns a value other than 0.
 * NULL: never. */
void db_stop_when(struct db *db, int (*stop)(void *ctx), void *ctx);

/* The columns of `point`, in order, with their meaning from about: columns name, unit, meaning.
 * Caller frees with table_free. */
int db_columns(struct db *db, struct table *out, struct err *err);

/* Adds lines that say why points of the current run are infeasible to those of earlier starts of
 * the run; the next db_commit commits them. Makes the table `miss` if needed. */
int db_put_misses(struct db *db, const char *text, struct err *err);

/* Those lines, "" if there are none. Caller frees. */
int db_misses(struct db *db, const struct db_run *run, char **out, struct err *err);

/* How much an axis of a study matters to a metric; NAN is stored as NULL. */
struct db_effect {
    const char *study, *spec_hash, *metric, *axis;
    double morris_mean, morris_deviation;
    double first, first_low, first_high, total, total_low, total_high;
    double points, seed;
};

/* Stores effects in the table `sensitivity`, made if needed; replaces rows of the same study,
 * metric and axis. One transaction. */
int db_put_effects(struct db *db, const struct db_effect *effect, size_t n, struct err *err);

/* ---- is a store whole? ---- */

/* What reading every page of a file has found. */
struct db_pages {
    bool sealed;        /* its pages have checksums; those of older versions have none */
    uint64_t pages;     /* that its header counts */
    uint64_t there;     /* whole pages in the file */
    uint64_t failed;    /* pages that are missing or fail their checksum */
    uint32_t first[12]; /* the first of them, from 1 */
};

/* Reads every page of the file, without its journal. */
int db_read_pages(const char *path, struct db_pages *out, struct err *err);

/* Compares all tables and indices with one another: "PATH: is damaged: WHY" (STATUS_IO). */
int db_check_structure(struct db *db, struct err *err);

/* Are the points of a run those that it counts? "PATH: is damaged: run NAME has N of M points: ..."
 * (STATUS_IO). `all`: counts them; else only looks for the first and last where pages have
 * checksums. */
int db_check_points(struct db *db, const struct db_run *run, bool all, struct err *err);

/* Gives every page of a closed store its checksum, whatever the page holds. */
int db_reseal(const char *path, struct err *err);

/* Before db_open: no file at `from` may be `path`, nor be where a new store at `path` is made. */
int db_merge_check(const char *path, const char *const *from, size_t n, struct err *err);

/* Copies every run and point of the files at `from` into `db`. Points that `db` already has are
 * left alone, so merging twice changes nothing. Shards of one study, in any order, become one run
 * whose range is their union; a gap, or an unfinished shard before another, is an error that names
 * it. Runs with the same name but another spec_hash are refused. A refused merge writes nothing; a
 * killed merge can be repeated. Of shards with keep: front the union of their fronts is kept. */
int db_merge(struct db *db, const char *const *from, size_t n, struct err *err);

#endif
