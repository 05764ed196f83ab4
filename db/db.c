/* A connection to a store: opening, transactions with their journal, closing. */
#include "db/private.h"
#include "db/page_checksum.h"
#include "db/part.h"
#include "db/schema.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "db/chunk.h"

enum {
    BEGIN_MS = 100, /* enough for a reader to recover the journal, not for a writer to end */
    CLOSE_MS = 2000,
    JOURNAL_PAGES = 4096, /* at this size the journal is copied back into the file */
};

/* ---- transactions ---- A commit takes the lock again at once, and the journal is copied back
 * under a lock too (SQLITE_CHECKPOINT_FULL), so that no other process can write in between. If one
 * does, the lock or run.done reveals it. */

static int set_journal(struct db *db, const char *sql, const char *want, struct err *err)
{
    sqlite3_stmt *s = NULL;
    if (db_prepare(db, &s, sql, err) != 0)
        return -1;

    int row = db_step(db, s, err);
    const char *got = row == 1 ? db_text(s, 0) : "none";
    if (row >= 0 && strcmp(got, want) != 0)
        row = fail_io(err,
                      "%s: cannot be written: it has no write-ahead log here: give a file on "
                      "a local disk",
                      db->path);
    sqlite3_finalize(s);
    return row < 0 ? -1 : 0;
}

static int check_progress(struct db *db, struct err *err)
{
    if (db->run == 0)
        return 0;

    int row = db_step(db, db->check, err);
    uint64_t done = row == 1 ? (uint64_t)sqlite3_column_int64(db->check, 0) : 0;
    sqlite3_reset(db->check);
    if (row < 0)
        return -1;
    if (row == 0 || done != db->done)
        return fail_io(err,
                       "%s: another process has written to this run: run the same command "
                       "again",
                       db->path);
    return 0;
}

/* The journal's files: for each, the name is given to `each`. */
static void for_journal(struct db *db, void (*each)(struct db *db, size_t i, const char *name))
{
    static const char *const ending[] = {"-wal", "-shm"};
    char *plain = db_plain_path(db->path);
    for (size_t i = 0; i < LEN(ending); i++) {
        char *name = mem_print("%s%s", plain, ending[i]);
        each(db, i, name);
        free(name);
    }
    free(plain);
}

static void note_file(struct db *db, size_t i, const char *name)
{
    struct stat st;
    if (stat(name, &st) == 0) {
        db->journal[i].device = st.st_dev;
        db->journal[i].number = st.st_ino;
    }
}

static void remove_file(struct db *db, size_t i, const char *name)
{
    struct stat st;
    if (stat(name, &st) == 0 && st.st_dev == db->journal[i].device &&
        st.st_ino == db->journal[i].number)
        unlink(name);
}

int db_begin(struct db *db, struct err *err)
{
    if (!sqlite3_get_autocommit(db->sqlite))
        return 0;
    assert(db->write);
    bool has_journal = db->wal || db->part != NULL;
    if (!has_journal && set_journal(db, "PRAGMA main.journal_mode = WAL", "wal", err) != 0)
        return -1;

    sqlite3_busy_timeout(db->sqlite, BEGIN_MS);
    int failed = db_exec(db, "BEGIN IMMEDIATE", err);
    sqlite3_busy_timeout(db->sqlite, BUSY_MS);
    if (failed)
        return -1;
    if (!has_journal) {
        for_journal(db, note_file);
        db->wal = true;
    }
    if (check_progress(db, err) != 0) {
        db_undo(db);
        return -1;
    }
    return 0;
}

void db_undo(struct db *db)
{
    if (!sqlite3_get_autocommit(db->sqlite))
        sqlite3_exec(db->sqlite, "ROLLBACK", NULL, NULL, NULL);
}

static bool has_moved(struct db *db)
{
    int moved = 0;
    if (db->sqlite == NULL)
        return false;
    sqlite3_file_control(db->sqlite, "main", SQLITE_FCNTL_HAS_MOVED, &moved);
    return moved != 0;
}

static int fail_gone(const char *path, struct err *err)
{
    return fail_io(
        err, "%s: was removed or replaced while it was written: run the same command again", path);
}

int db_end(struct db *db, struct err *err)
{
    if (has_moved(db)) {
        db_undo(db);
        return fail_gone(db->path, err);
    }
    if (db_exec(db, "COMMIT", err) == 0)
        return 0;
    db_undo(db);
    return -1;
}

static int checkpoint_journal(void *ctx, sqlite3 *sqlite, const char *name, int pages)
{
    (void)ctx;
    if (pages < JOURNAL_PAGES)
        return SQLITE_OK;
    sqlite3_busy_timeout(sqlite, 0); /* copies what it can without waiting for readers */
    sqlite3_wal_checkpoint_v2(sqlite, name, SQLITE_CHECKPOINT_FULL, NULL, NULL);
    sqlite3_busy_timeout(sqlite, BUSY_MS);
    return SQLITE_OK; /* if it failed, the points are still in the journal */
}

/* ---- opening ---- */

static int open_sqlite(struct db *db, const char *name, int flags)
{
    const char *vfs = page_checksum_vfs();
    if (vfs == NULL)
        return SQLITE_NOMEM;
    if (db->salvage)
        vfs = NULL;
    int code =
        sqlite3_open_v2(name, &db->sqlite, flags | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX, vfs);
    if (code != SQLITE_OK)
        return code;
    sqlite3_extended_result_codes(db->sqlite, 1);
    sqlite3_busy_timeout(db->sqlite, BUSY_MS);
    sqlite3_db_config(db->sqlite, SQLITE_DBCONFIG_DEFENSIVE, !db->salvage, NULL);
    if (db->salvage) /* else a file that was cut cannot be opened */
        sqlite3_db_config(db->sqlite, SQLITE_DBCONFIG_WRITABLE_SCHEMA, 1, NULL);
    sqlite3_db_config(db->sqlite, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    /* A reader scans the points again and again; a writer gains nothing from a larger cache. */
    code = sqlite3_exec(db->sqlite,
                        db->write ? "PRAGMA cache_size = -2048" : "PRAGMA cache_size = -65536",
                        NULL, NULL, NULL);
    if (code != SQLITE_OK)
        return code;
    return sqlite3_exec(db->sqlite,
                        "PRAGMA synchronous = NORMAL;"
                        "PRAGMA secure_delete = OFF; PRAGMA cell_size_check = ON",
                        NULL, NULL, NULL);
}

/* The folder is read-only and the journal, if any, is empty. */
static bool is_read_only_folder(const char *plain)
{
    struct stat st;
    char *journal = mem_print("%s-wal", plain);
    char *place = mem_text(plain);
    strrchr(place, '/')[1] = '\0';
    bool read_only = stat(plain, &st) == 0 && access(place, W_OK) != 0 &&
                     (stat(journal, &st) != 0 || st.st_size == 0);
    free(journal);
    free(place);
    return read_only;
}

/* Opens the store as a writer would, so that SQLite undoes what a killed writer had begun. */
static void roll_back(struct db *db, const char *plain)
{
    struct schema_state unused;
    if (open_sqlite(db, plain, SQLITE_OPEN_READWRITE) == SQLITE_OK)
        schema_read(db, &unused);
    sqlite3_close(db->sqlite);
    db->sqlite = NULL;
}

static int open_and_read(struct db *db, const char *name, struct schema_state *state)
{
    int code = open_sqlite(db, name, SQLITE_OPEN_READONLY);
    return code == SQLITE_OK ? schema_read(db, state) : code;
}

/* In a read-only folder SQLite cannot make the two files that a WAL needs. */
static int open_read(struct db *db, const char *plain, struct schema_state *state)
{
    int code = open_and_read(db, plain, state);
    if (code == SQLITE_READONLY_ROLLBACK) {
        sqlite3_close(db->sqlite);
        roll_back(db, plain);
        code = open_and_read(db, plain, state);
    }
    int primary = code & 0xff;
    if ((primary != SQLITE_CANTOPEN && primary != SQLITE_READONLY) || !is_read_only_folder(plain))
        return code;

    char *uri = db_uri(db->path, "immutable=1");
    sqlite3_close(db->sqlite);
    db->immutable = true;
    code = open_and_read(db, uri, state);
    free(uri);
    return code;
}

static int open_write(struct db *db, const char *plain, struct schema_state *state)
{
    int code = open_sqlite(db, plain, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
    if (db->sqlite != NULL && sqlite3_db_readonly(db->sqlite, "main") == 1)
        return SQLITE_READONLY; /* SQLite opens the file nevertheless */
    return code == SQLITE_OK ? schema_read(db, state) : code;
}

/* SQLite's connection is of no use after its first read failed, but db_discard needs one. */
static void open_to_discard(struct db *db, const char *plain)
{
    sqlite3_close(db->sqlite);
    db->sqlite = NULL;
    if (open_sqlite(db, plain, SQLITE_OPEN_READWRITE) == SQLITE_OK)
        return;
    sqlite3_close(db->sqlite);
    db->sqlite = NULL;
}

int db_open(struct db **out, const char *path, enum db_mode mode, struct err *err)
{
    struct stat st;
    char *plain = db_plain_path(path);
    bool is_there = stat(plain, &st) == 0, odd = is_there && !S_ISREG(st.st_mode);
    bool makes = mode == DB_WRITE || mode == DB_NEW, too_long = makes && db_is_too_long(plain);
    *out = NULL;
    if (odd || too_long) {
        free(plain);
        return fail_io(err, "%s: cannot be opened: %s", path,
                       odd ? "it is not a file" : "File name too long: give a shorter one");
    }

    struct db *db = mem_alloc(1, sizeof(*db));
    db->path = mem_text(path);
    db->write = mode == DB_WRITE || mode == DB_NEW;
    db->salvage = mode == DB_SALVAGE;
    db->made = db->write && !is_there;
    if (mode == DB_NEW && part_begin(db, err) != 0) {
        free(plain);
        goto failed;
    }

    struct schema_state state = {0};
    int code = db->write ? open_write(db, db->part != NULL ? db->part : plain, &state)
                         : open_read(db, plain, &state);
    if (code == SQLITE_READONLY)
        fail_io(err, "%s: cannot be written: Permission denied: give another file", path);
    else if (code != SQLITE_OK)
        db_fail(db, code, err);
    if (code != SQLITE_OK && db->made && db->part == NULL)
        open_to_discard(db, plain);
    free(plain);
    if (code != SQLITE_OK)
        goto failed;
    if (schema_check(db, &state, err) != 0)
        goto failed;
    if (db->write && schema_is_empty(&state) && schema_make(db, err) != 0)
        goto failed;
    if (schema_show(db, err) != 0)
        goto failed;
    if (db_allow_select(db, err) != 0)
        goto failed;
    if (!db->write && db_know_columns(db, err) != 0)
        goto failed;
    sqlite3_wal_hook(db->sqlite, checkpoint_journal, NULL);
    *out = db;
    return 0;

failed:
    db_discard(db);
    return -1;
}

int db_expect_one_scan(struct db *db, struct err *err)
{
    return db_exec(db, "PRAGMA cache_size = -4096", err);
}

/* If a reader is still active the journal stays, which is harmless. If the file was replaced, the
 * journal must not meet the new one. */
static void end_journal(struct db *db)
{
    if (has_moved(db)) {
        for_journal(db, remove_file);
        db->gone = true;
        return;
    }
    sqlite3_busy_timeout(db->sqlite, CLOSE_MS);
    sqlite3_wal_checkpoint_v2(db->sqlite, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
    sqlite3_exec(db->sqlite, "PRAGMA main.journal_mode = DELETE", NULL, NULL, NULL);
    db->gone = has_moved(db);
}

/* Was the store where it was opened until the end? */
static bool close_store(struct db *db)
{
    assert(db->part == NULL);
    sqlite3_finalize(db->put);
    sqlite3_finalize(db->drop);
    sqlite3_finalize(db->progress);
    sqlite3_finalize(db->check);
    chunk_writer_close(db->writer);
    if (db->sqlite != NULL) {
        db_undo(db);
        if (db->wal)
            end_journal(db);
    }
    sqlite3_close(db->sqlite);
    where_free(&db->where);
    free(db->column);
    table_free(&db->known);
    bool there = !db->gone;
    free(db->path);
    free(db);
    return there;
}

/* The file that the connection leaves: the part of a new store, which is the caller's, or NULL. */
static char *take_part(struct db *db)
{
    char *part = db->part;
    db->part = NULL;
    if (part != NULL)
        db->gone = has_moved(db);
    return part;
}

void db_close(struct db *db)
{
    if (db == NULL)
        return;
    char *part = take_part(db);
    bool there = close_store(db);
    if (part != NULL)
        part_drop(part, there);
}

int db_finish(struct db *db, struct err *err)
{
    char *path = mem_text(db->path), *part = take_part(db);
    int rc = close_store(db) ? 0 : fail_gone(path, err);
    if (part != NULL && rc == 0)
        rc = part_end(part, path, err);
    else if (part != NULL)
        part_drop(part, false);
    free(path);
    return rc;
}

/* Does nobody else have the file open? If so, keeps them out. */
static bool is_only_user(struct db *db)
{
    struct err err;
    db_undo(db);
    sqlite3_busy_timeout(db->sqlite, 0);
    return set_journal(db, "PRAGMA main.journal_mode = DELETE", "delete", &err) == 0 &&
           sqlite3_exec(db->sqlite, "BEGIN EXCLUSIVE", NULL, NULL, NULL) == SQLITE_OK;
}

/* Removes the store and its journals. */
static void unlink_files(const char *path)
{
    static const char *const ending[] = {"", "-wal", "-shm", "-journal"};
    char *plain = db_plain_path(path);
    for (size_t i = 0; i < LEN(ending); i++) {
        char *name = mem_print("%s%s", plain, ending[i]);
        unlink(name);
        free(name);
    }
    free(plain);
}

void db_discard(struct db *db)
{
    if (db == NULL)
        return;
    bool made = db->made && db->part == NULL && db->done == 0 && db->sqlite != NULL;
    if (made && !has_moved(db) && is_only_user(db))
        unlink_files(db->path);
    db_close(db);
}
