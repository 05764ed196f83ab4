/* What the files of db/ share. */
#ifndef DB_PRIVATE_H
#define DB_PRIVATE_H

#include <sqlite3.h>

#include "db/db.h"

#define BUSY_MS 10000 /* a reader waits for the moments in which the file changes its journal */

#define DB_DAMAGED_HELP ": restore it, or save what can be read with sqlite3's .recover"

struct db {
    sqlite3 *sqlite;
    char *path;
    bool write;
    bool immutable; /* read without the journal's files, which could not be made */
    bool wal;       /* the journal is ours and goes when the file is closed */

    int64_t run;   /* the current one: 0 for none */
    uint64_t done; /* of it, committed */
    struct db_column *column;
    size_t columns;
    sqlite3_stmt *put, *drop, *progress, *check;

    bool damaged;     /* was what db_fail has found last */
    struct err regex; /* why the last pattern was refused */
};

/* Says in `err` what SQLite's result code means to the user. Always -1. */
int db_fail(struct db *db, int code, struct err *err);

int db_exec(struct db *db, const char *sql, struct err *err);
int db_prepare(struct db *db, sqlite3_stmt **out, const char *sql, struct err *err);
int db_step(struct db *db, sqlite3_stmt *s, struct err *err); /* 1 a row, 0 the end, -1 failed */

/* Takes the write lock, or fails at once. Does nothing where a transaction is open. */
int db_begin(struct db *db, struct err *err);
int db_end(struct db *db, struct err *err); /* commits; undoes if that fails */
void db_undo(struct db *db);

/* Adds a column to `point` where there is none of that name. */
int db_add_column(struct db *db, const char *name, const char *type, struct err *err);

/* The run called `name` in `schema` (main, or what was attached): 1 found, 0 not, -1 failed. */
int db_run_load(struct db *db, const char *schema, const char *name, struct db_run *out,
                struct err *err);
int db_run_insert(struct db *db, struct db_run *run, struct err *err); /* sets run->id */

/* "A", "B" ... as it stands in SQL. Caller frees. */
char *db_quote(const char *name);

/* SQLite takes "file:x" and ":memory:" for other things than files. Caller frees. */
char *db_plain_path(const char *path);
char *db_uri(const char *path, const char *option);

int db_allow_select(struct db *db, struct err *err); /* what db_select needs of a new connection */

#endif
