/* By how much the points of a run miss which limits, where none is feasible. */
#include <stdlib.h>

#include "base/mem.h"
#include "db/private.h"

int db_make_misses(struct db *db, struct err *err)
{
    return db_exec(db, "CREATE TABLE IF NOT EXISTS main.miss(run INTEGER PRIMARY KEY, text TEXT)",
                   err);
}

int db_put_misses(struct db *db, const char *text, struct err *err)
{
    sqlite3_stmt *s = NULL;
    if (db_begin(db, err) != 0)
        return -1;
    if (db_make_misses(db, err) != 0 ||
        db_prepare(db, &s,
                   "INSERT INTO main.miss VALUES(?1, ?2)"
                   " ON CONFLICT(run) DO UPDATE SET text = text || excluded.text",
                   err) != 0) {
        db_undo(db);
        return -1;
    }
    sqlite3_bind_int64(s, 1, db->run);
    sqlite3_bind_text(s, 2, text, -1, SQLITE_STATIC);
    int failed = db_step(db, s, err);
    sqlite3_finalize(s);
    if (failed)
        db_undo(db);
    return failed;
}

int db_misses(struct db *db, const struct db_run *run, char **out, struct err *err)
{
    sqlite3_stmt *s = NULL;
    *out = mem_text("");
    if (db_prepare(db, &s, "SELECT 1 FROM sqlite_master WHERE name = 'miss'", err) != 0)
        return -1;
    int row = db_step(db, s, err);
    sqlite3_finalize(s);
    if (row != 1)
        return row;
    if (db_prepare(db, &s, "SELECT text FROM miss WHERE run = ?1", err) != 0)
        return -1;
    sqlite3_bind_int64(s, 1, run->id);
    row = db_step(db, s, err);
    if (row == 1) {
        free(*out);
        *out = mem_text(db_text(s, 0));
    }
    sqlite3_finalize(s);
    return row < 0 ? -1 : 0;
}
