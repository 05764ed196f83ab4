/* Single statements, names and paths in SQLite's form, and what its result codes mean. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "db/page_checksum.h"
#include "db/private.h"

/* sqlite3_system_errno is 0 for most failed writes; the file or its journal then has the errno. */
static int last_errno(struct db *db)
{
    int os = sqlite3_system_errno(db->sqlite);
    if (os == 0)
        sqlite3_file_control(db->sqlite, "main", SQLITE_FCNTL_LAST_ERRNO, &os);
    sqlite3_file *journal = NULL;
    if (os == 0)
        sqlite3_file_control(db->sqlite, "main", SQLITE_FCNTL_JOURNAL_POINTER, &journal);
    if (journal != NULL && journal->pMethods != NULL && journal->pMethods->xFileControl != NULL)
        journal->pMethods->xFileControl(journal, SQLITE_FCNTL_LAST_ERRNO, &os);
    return os;
}

static bool disk_is_full(int code, int os)
{
    return (code & 0xff) == SQLITE_FULL ||
           ((code & 0xff) == SQLITE_IOERR && (os == ENOSPC || os == EDQUOT || os == EFBIG));
}

int db_fail_page(struct db *db, const char *schema, const char *path, struct err *err)
{
    uint32_t page = page_checksum_state(db->sqlite, schema).damaged;
    if (page == 0)
        return 0;
    db->damaged = true;
    fail_io(err,
            "%s: is damaged: page %" PRIu32 " fails its checksum (a fault of the disk, or another "
            "program has written into the store): run dse check %s",
            path, page, path);
    return 1;
}

/* SQLite tries to read what it cannot make, and then says only that no file is there. */
static int errno_of_folder(const char *path)
{
    char *folder = db_plain_path(path);
    strrchr(folder, '/')[1] = '\0';
    int os = access(folder, W_OK) != 0 ? errno : ENOENT;
    free(folder);
    return os;
}

int db_fail(struct db *db, int code, struct err *err)
{
    const char *path = db->path;
    if (db->sqlite == NULL)
        return fail_memory(err, path);
    if (code == SQLITE_IOERR_DATA && db_fail_page(db, "main", path, err))
        return -1;
    int os = last_errno(db);
    if (os == ENOENT && db->made)
        os = errno_of_folder(db->path);
    const char *why = os != 0 ? strerror(os) : sqlite3_errmsg(db->sqlite);

    if (disk_is_full(code, os) && db->run != 0)
        return fail_io(err,
                       "%s: disk is full: %" PRIu64 " points are safe: free space and run the "
                       "same command again",
                       path, db->done);
    if (disk_is_full(code, os))
        return fail_io(err, "%s: disk is full: free space and run the same command again", path);

    switch (code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return fail_io(
            err, "%s: another process is writing: wait for it to end, or give another file", path);
    case SQLITE_NOTADB:
        return fail_io(err, "%s: is not a dse database: give a file made by dse sweep", path);
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
        return fail_io(err, "%s: cannot be opened: %s: %s", path, why,
                       db->write ? "give a path where files can be made"
                                 : "give a file made by dse sweep");
    case SQLITE_READONLY:
        return fail_io(err, "%s: cannot be written: %s: give another file", path,
                       sqlite3_errmsg(db->sqlite));
    case SQLITE_IOERR:
        return fail_io(err, "%s: cannot be read or written: %s", path, why);
    case SQLITE_NOMEM:
        return fail_memory(err, path);
    default:
        db->damaged = true;
        return fail_io(err, "%s: is damaged: %s" DB_DAMAGED_HELP, path, sqlite3_errmsg(db->sqlite));
    }
}

int db_exec(struct db *db, const char *sql, struct err *err)
{
    int code = sqlite3_exec(db->sqlite, sql, NULL, NULL, NULL);
    return code == SQLITE_OK ? 0 : db_fail(db, code, err);
}

int db_prepare(struct db *db, sqlite3_stmt **out, const char *sql, struct err *err)
{
    int code = sqlite3_prepare_v2(db->sqlite, sql, -1, out, NULL);
    return code == SQLITE_OK ? 0 : db_fail(db, code, err);
}

int db_step(struct db *db, sqlite3_stmt *s, struct err *err)
{
    int code = sqlite3_step(s);
    if (code == SQLITE_ROW)
        return 1;
    return code == SQLITE_DONE ? 0 : db_fail(db, code, err);
}

const char *db_text(sqlite3_stmt *s, int column)
{
    const char *text = (const char *)sqlite3_column_text(s, column);
    if (text == NULL && sqlite3_errcode(sqlite3_db_handle(s)) == SQLITE_NOMEM)
        mem_fail();
    return text != NULL ? text : "";
}

int db_once(struct db *db, sqlite3_stmt *s, struct err *err)
{
    int row = db_step(db, s, err);
    sqlite3_reset(s);
    return row;
}

char *db_quote(const char *name)
{
    char *quoted = mem_alloc(2 * strlen(name) + 3, 1), *end = quoted;
    *end++ = '"';
    for (const char *c = name; *c != '\0'; c++) {
        if (*c == '"')
            *end++ = '"';
        *end++ = *c;
    }
    *end = '"';
    return quoted;
}

char *db_plain_path(const char *path)
{
    return mem_print("%s%s", path[0] == '/' ? "" : "./", path);
}

bool db_is_too_long(const char *plain)
{
    struct stat st;
    char *journal = mem_print("%s-journal", plain);
    bool is = lstat(journal, &st) != 0 && errno == ENAMETOOLONG;
    free(journal);
    return is;
}

char *db_uri(const char *path, const char *option)
{
    char *plain = db_plain_path(path);
    char *uri = mem_alloc(3 * strlen(plain) + strlen(option) + 7, 1);
    char *end = uri + sprintf(uri, "file:");

    for (const char *c = plain; *c != '\0'; c++) {
        if (strchr("%?#", *c) != NULL)
            end += sprintf(end, "%%%02x", (unsigned)*c);
        else
            *end++ = *c;
    }
    sprintf(end, "?%s", option);
    free(plain);
    return uri;
}
