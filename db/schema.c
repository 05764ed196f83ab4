#include "db/schema.h"

#include <inttypes.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/mem.h"
#include "db/chunk.h"
#include "db/page_checksum.h"
#include "db/part.h"

static const char schema[] =
    "CREATE TABLE run("
    "  id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, spec TEXT, spec_hash TEXT,"
    "  seed INTEGER, program TEXT, started TEXT, ended TEXT, space INTEGER, first INTEGER,"
    "  last INTEGER, keep TEXT, done INTEGER, feasible INTEGER, folder TEXT DEFAULT '');"
    "CREATE TABLE point("
    "  id INTEGER PRIMARY KEY, run INTEGER NOT NULL, point INTEGER NOT NULL, verdict TEXT,"
    "  reasons TEXT, scenario TEXT DEFAULT 'base');"
    "CREATE TABLE about(name TEXT PRIMARY KEY, unit TEXT, meaning TEXT) WITHOUT ROWID;"
    "INSERT INTO about VALUES"
    "  ('id', '', 'run and point in one number: run << 48 | point'),"
    "  ('run', '', 'the run (run.id)'),"
    "  ('point', '', 'index in the study''s space'),"
    "  ('verdict', '', 'ok, or why not'),"
    "  ('reasons', '', 'every reason why the point is infeasible'),"
    "  ('scenario', '', 'the scenario of the study; base: none');" DB_VIEWS("");

int schema_read(struct db *db, struct schema_state *out)
{
    static const char sql[] =
        "SELECT application_id, user_version, (SELECT count(*) FROM sqlite_master)"
        " FROM pragma_application_id, pragma_user_version";
    sqlite3_stmt *s = NULL;
    int code = sqlite3_prepare_v2(db->sqlite, sql, -1, &s, NULL);
    if (code == SQLITE_OK)
        code = sqlite3_step(s);
    if (code == SQLITE_ROW) {
        out->application = sqlite3_column_int64(s, 0);
        out->version = sqlite3_column_int64(s, 1);
        out->objects = sqlite3_column_int64(s, 2);
        code = SQLITE_OK;
    }
    int failed = sqlite3_finalize(s);
    return code == SQLITE_OK ? failed : code;
}

bool schema_is_empty(const struct schema_state *s)
{
    return s->application == 0 && s->version == 0 && s->objects == 0;
}

/* In a transaction: is the file as long as its header says? While there is a journal, pages may be
 * there instead. */
static int compare_size(struct db *db, const char *plain, struct err *err)
{
    sqlite3_stmt *s = NULL;
    struct stat file, journal;
    int row = db_prepare(
        db, &s, "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size", err);
    if (row == 0)
        row = db_step(db, s, err);
    int64_t size = row == 1 ? sqlite3_column_int64(s, 0) : 0;
    char *name = mem_print("%s-wal", plain);
    bool may_be_short = stat(plain, &file) != 0 ||
                        (!db->immutable && stat(name, &journal) == 0 && journal.st_size > 0);
    free(name);
    sqlite3_finalize(s);
    if (row < 0)
        return -1;
    if (may_be_short || file.st_size >= size)
        return 0;
    return fail_io(err,
                   "%s: is damaged: it was cut to %" PRId64 " of %" PRId64 " bytes" DB_DAMAGED_HELP,
                   db->path, (int64_t)file.st_size, size);
}

static int check_size(struct db *db, struct err *err)
{
    if (db_exec(db, "BEGIN", err) != 0)
        return -1;
    char *plain = db_plain_path(db->path);
    int failed = compare_size(db, plain, err);
    free(plain);
    db_undo(db);
    return failed;
}

int schema_check(struct db *db, const struct schema_state *s, struct err *err)
{
    if (schema_is_empty(s))
        return db->write ? 0 : fail_io(err, "%s: is not a dse database: it is empty", db->path);
    if (s->application != STORE_ID)
        return fail_io(err,
                       "%s: is not a dse database: another program has made it: give another "
                       "file",
                       db->path);
    if (s->version > SCHEMA)
        return fail_io(err,
                       "%s: was made by a newer dse (schema %" PRId64 "): this one reads up "
                       "to %d",
                       db->path, s->version, SCHEMA);
    if (s->version < 1 || s->objects == 0)
        return fail_io(err, "%s: is damaged: its tables are missing", db->path);
    if (db->salvage)
        return 0;
    struct page_state pages = page_checksum_state(db->sqlite, "main");
    if (s->version >= SCHEMA_SEALED && !pages.sealed && !pages.fresh)
        return fail_io(err, "%s: is damaged: its header has changed" DB_DAMAGED_HELP, db->path);
    return check_size(db, err);
}

int schema_make(struct db *db, struct err *err)
{
    page_checksum_enable(db->sqlite);
    if (db_exec(db, "PRAGMA page_size = 16384", err) != 0 ||
        (db->part != NULL && part_open(db, err) != 0) || db_begin(db, err) != 0)
        return -1;

    struct schema_state now = {0};
    int code = schema_read(db, &now);
    if (code != SQLITE_OK) {
        db_fail(db, code, err);
        goto undo;
    }
    if (schema_is_empty(&now)) { /* and no other process has made it since the first read */
        char *mark = mem_print("PRAGMA application_id = %d; PRAGMA user_version = %d", STORE_ID,
                               SCHEMA_ROWS);
        int failed = db_exec(db, mark, err) != 0 || db_exec(db, schema, err) != 0;
        free(mark);
        if (failed)
            goto undo;
    }
    return db_end(db, err);

undo:
    db_undo(db);
    return -1;
}

/* Points in chunks are read through a virtual table, which is much faster than the view. */
static int find_form(struct db *db, struct err *err)
{
    int form = chunk_allow_show(db, err) != 0 ? -1 : chunk_is_form(db, "main", err);
    db->chunks = form > 0;
    return form <= 0 ? form
           : db_exec(db, "PRAGMA temp_store = MEMORY", err) != 0 ||
                   chunk_show(db, "point", "main", err) != 0 ||
                   db_exec(db, DB_VIEWS("TEMP "), err) != 0
               ? -1
               : 0;
}

int db_make_chunks(struct db *db, struct err *err)
{
    if (chunk_make_schema(db, err) != 0)
        return -1;
    db->chunks = true;
    return 0;
}

/* A store of an older version: adds what it lacks. */
int db_upgrade(struct db *db, struct err *err)
{
    if (db_add_column(db, "run", "folder", "TEXT DEFAULT ''", err) != 0)
        return -1;
    if (db->chunks)
        return 0;
    int reasons = db_has_column(db, "main", "point", "reasons", err);
    if (reasons < 0 || db_add_column(db, "point", "scenario", "TEXT DEFAULT 'base'", err) != 0)
        return -1;
    return reasons ? 0
                   : db_exec(db,
                             "ALTER TABLE main.point ADD COLUMN reasons TEXT;"
                             "DROP VIEW IF EXISTS main.verdicts;" DB_VERDICTS_VIEW(""),
                             err);
}

/* The same for a store that is only read: views in front of its tables. */
static int show_upgraded(struct db *db, struct err *err)
{
    static const struct {
        const char *table, *column, *value;
    } added[] = {{"point", "scenario", "base"}, {"run", "folder", ""}};
    int failed = 0;
    for (size_t i = db->chunks; i < LEN(added) && !failed; i++) {
        int there = db_has_column(db, "main", added[i].table, added[i].column, err);
        char *sql =
            mem_print("PRAGMA temp_store = MEMORY; CREATE TEMP VIEW %s AS SELECT *, '%s' AS "
                      "%s FROM main.%s",
                      added[i].table, added[i].value, added[i].column, added[i].table);
        failed = there < 0 || (there == 0 && db_exec(db, sql, err) != 0);
        free(sql);
    }
    return failed ? -1 : 0;
}

int schema_show(struct db *db, struct err *err)
{
    if (find_form(db, err) != 0)
        return -1;
    return db->write ? 0 : show_upgraded(db, err);
}
