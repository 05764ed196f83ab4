/* Shared by the files of db/ only. */
#ifndef DB_PRIVATE_H
#define DB_PRIVATE_H

#include <sqlite3.h>
#include <sys/types.h>

#include "db/db.h"
#include "db/where.h"

enum {
    STORE_ID = 0x64736521, /* "dse!", PRAGMA application_id */
    SCHEMA_ROWS = 2,       /* PRAGMA user_version of a store with points in rows */
    SCHEMA = 3,            /* of one with points in chunks; the newest that is read */
    SCHEMA_SEALED = 2,     /* from this version on, pages have checksums */
};

#define BUSY_MS 10000 /* a reader waits while a writer copies the journal into the file */

/* Views for people, over `point`. */

/* `points` have this verdict; it is a reason for `applies_to`. */
#define DB_VERDICTS_VIEW(temp)                                                                     \
    "CREATE " temp "VIEW verdicts AS"                                                              \
    "  WITH same AS (SELECT run, verdict AS own, coalesce(reasons, verdict) AS reasons,"           \
    "      count(*) AS points FROM point GROUP BY run, verdict, reasons),"                         \
    "    each AS (SELECT run, own, points, value AS verdict FROM same,"                            \
    "      json_each('[\"' || replace(same.reasons, ', ', '\",\"') || '\"]'))"                     \
    "  SELECT run.name AS run_name, verdict, sum(points * (verdict = own)) AS points,"             \
    "    sum(points) AS applies_to"                                                                \
    "  FROM each JOIN run ON run.id = each.run GROUP BY run.id, verdict;"

#define DB_VIEWS(temp)                                                                             \
    "CREATE " temp "VIEW feasible AS"                                                              \
    "  SELECT run.name AS run_name, point.* FROM point JOIN run ON run.id = point.run"             \
    "  WHERE verdict = 'ok';" DB_VERDICTS_VIEW(temp)

/* The bits of point.id that are the point. */
#define POINT_MASK ((INT64_C(1) << POINT_BITS) - 1)

#define DB_DAMAGED_HELP ": restore it, or save what can be read with sqlite3's .recover"

struct db {
    sqlite3 *sqlite;
    char *path;
    char *part; /* the file, until the store is whole; NULL: it is written where it stays */
    bool write;
    bool made;      /* the file did not exist before */
    bool salvage;   /* opened to save what can be read */
    bool immutable; /* opened without journal files, which could not be made */
    bool chunks;    /* the points are in chunks of columns, see db/chunk.h; else in rows */
    bool gone;      /* at its end, the file was no longer where it was opened */
    bool wal;       /* the journal is ours; closing the file removes it */
    struct {        /* the journal's files, to know them again */
        dev_t device;
        ino_t number;
    } journal[2];

    int64_t run;   /* the current run; 0 for none */
    uint64_t done; /* points of the current run that are committed */
    struct db_column *column;
    size_t columns;
    sqlite3_stmt *put, *drop, *progress, *check;
    struct chunk_writer *writer;
    struct table known; /* names of the columns of point */

    struct where where; /* the values of the last condition of db_where */

    bool damaged;     /* the last db_fail reported damage */
    struct err regex; /* error of the last pattern that was refused */
};

/* Reports the page of `path`, open as `schema`, that failed its checksum: 1; 0 if none did. */
int db_fail_page(struct db *db, const char *schema, const char *path, struct err *err);

/* Reports what SQLite's result code means to the user. Always -1. */
int db_fail(struct db *db, int code, struct err *err);

int db_exec(struct db *db, const char *sql, struct err *err);
int db_prepare(struct db *db, sqlite3_stmt **out, const char *sql, struct err *err);
int db_step(struct db *db, sqlite3_stmt *s, struct err *err); /* 1 row, 0 end, -1 failure */
int db_once(struct db *db, sqlite3_stmt *s, struct err *err); /* one step, then resets */

/* The text of a column of the row, "" for NULL. Without memory it ends as base/mem.h says. */
const char *db_text(sqlite3_stmt *s, int column);

/* Takes the write lock or fails at once. Does nothing if a transaction is open. */
int db_begin(struct db *db, struct err *err);
int db_end(struct db *db, struct err *err); /* commits; rolls back on failure */
void db_undo(struct db *db);

/* Adds a column to a table unless one of that name exists. */
int db_add_column(struct db *db, const char *table, const char *name, const char *type,
                  struct err *err);

/* In a transaction: adds to `point`, a table, those of the columns that it lacks. */
int db_add_columns(struct db *db, const struct db_column *columns, size_t n, struct err *err);

/* 1: the table of `schema` (main, or an attached file) has the column; 0: it has not; -1 failed. */
int db_has_column(struct db *db, const char *schema, const char *table, const char *name,
                  struct err *err);

/* In a transaction: adds to a store of an older version what every store has. */
int db_upgrade(struct db *db, struct err *err);

/* In a transaction: turns a store without runs into one that keeps points in chunks. */
int db_make_chunks(struct db *db, struct err *err);

/* Reads the names of the columns of point. */
int db_know_columns(struct db *db, struct err *err);

/* Loads the run called `name` from `schema` (main, or an attached file): 1 found, 0 not found, -1
 * failed. */
int db_run_load(struct db *db, const char *schema, const char *name, struct db_run *out,
                struct err *err);
int db_run_insert(struct db *db, struct db_run *run, struct err *err); /* sets run->id */

int db_make_files(struct db *db, struct err *err); /* creates the table `file` if needed */

/* Fails if `a` and `b`, rows of db_files, have a file with different texts. */
int db_same_files(const struct table *a, const struct table *b, const char *path,
                  const struct db_run *run, struct err *err);

int db_make_misses(struct db *db, struct err *err); /* creates the table `miss` if needed */

/* The name quoted for SQL. Caller frees. */
char *db_quote(const char *name);

/* The path, or a URI of it, in a form that SQLite does not take for "file:x" or ":memory:". Caller
 * frees. */
char *db_plain_path(const char *path);
char *db_uri(const char *path, const char *option);

/* Is a path in that form so long that the store's journals cannot have their names? */
bool db_is_too_long(const char *plain);

/* Parameters from this number on are the values of conditions; db_select's texts are below. */
enum { WHERE_FIRST = 1100 };
void db_bind_where(struct db *db, sqlite3_stmt *s);

int db_allow_select(struct db *db, struct err *err); /* prepares a new connection for db_select */

#endif
