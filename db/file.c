/* The files that a run was priced with, in a separate table. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "db/private.h"

int db_make_files(struct db *db, struct err *err)
{
    return db_exec(db,
                   "CREATE TABLE IF NOT EXISTS main.file(run INTEGER, kind TEXT, name TEXT,"
                   " text TEXT, PRIMARY KEY(run, kind, name)) WITHOUT ROWID",
                   err);
}

int db_files(struct db *db, const struct db_run *run, struct table *out, struct err *err)
{
    struct table there;
    char id[32];
    const char *texts[] = {id};
    static const char none[] = "SELECT '' AS kind, '' AS name, '' AS text WHERE ?1 IS NULL";
    static const char all[] = "SELECT kind, name, text FROM file WHERE run = ?1 + 0";
    if (db_select(db, "SELECT 1 FROM sqlite_master WHERE name = 'file'", NULL, 0, &there, err) != 0)
        return -1;
    bool has = there.rows > 0;
    table_free(&there);
    snprintf(id, sizeof id, "%" PRId64, run->id);
    return db_select(db, has ? all : none, texts, 1, out, err);
}

/* The text of a file; NULL if it is not in the table. */
static const char *text_of(const struct table *t, const char *kind, const char *name)
{
    for (size_t i = 0; i < t->rows; i++)
        if (!strcmp(table_text_at(t, i, "kind"), kind) &&
            !strcmp(table_text_at(t, i, "name"), name))
            return table_text_at(t, i, "text");
    return NULL;
}

/* "chips/h200", or the path of a user's file. */
static int fail_file(const char *path, const struct db_run *run, const char *kind, const char *name,
                     struct err *err)
{
    bool entry = !strchr(name, '/') && !strchr(name, '.');
    return fail(err,
                "%s: run %s was priced with another version of %s%s%s: give another name or "
                "another file",
                path, run->name, entry ? kind : "", entry && *name ? "/" : "", name);
}

int db_same_files(const struct table *a, const struct table *b, const char *path,
                  const struct db_run *run, struct err *err)
{
    for (size_t i = 0; i < a->rows; i++) {
        const char *kind = table_text_at(a, i, "kind"), *name = table_text_at(a, i, "name");
        const char *other = text_of(b, kind, name);
        if (other && strcmp(other, table_text_at(a, i, "text")) != 0)
            return fail_file(path, run, kind, name, err);
    }
    return 0;
}

static int insert_files(struct db *db, const struct db_run *run, const struct db_file *file,
                        size_t n, struct err *err)
{
    sqlite3_stmt *s = NULL;
    if (db_begin(db, err) != 0 || db_make_files(db, err) != 0 ||
        db_prepare(db, &s, "INSERT OR IGNORE INTO main.file VALUES(?1, ?2, ?3, ?4)", err) != 0)
        return -1;
    int failed = 0;
    for (size_t i = 0; i < n && !failed; i++) {
        sqlite3_bind_int64(s, 1, run->id);
        sqlite3_bind_text(s, 2, file[i].kind, -1, SQLITE_STATIC);
        sqlite3_bind_text(s, 3, file[i].name, -1, SQLITE_STATIC);
        sqlite3_bind_text(s, 4, file[i].text, -1, SQLITE_STATIC);
        failed = db_step(db, s, err);
        sqlite3_reset(s);
    }
    sqlite3_finalize(s);
    return failed;
}

int db_put_files(struct db *db, const struct db_run *run, const struct db_file *file, size_t n,
                 struct err *err)
{
    struct table stored;
    if (db_files(db, run, &stored, err) != 0)
        return -1;
    int rc = 0;
    for (size_t i = 0; i < n && rc == 0; i++) {
        const char *text = text_of(&stored, file[i].kind, file[i].name);
        if (text && strcmp(text, file[i].text) != 0)
            rc = fail_file(db->path, run, file[i].kind, file[i].name, err);
    }
    bool begins = stored.rows == 0 && run->done == 0 && !(run->ended && *run->ended);
    table_free(&stored);
    return rc == 0 && begins ? insert_files(db, run, file, n, err) : rc;
}
