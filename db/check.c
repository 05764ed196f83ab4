/* Is a store whole? Its pages, its structure, and the points that its runs count. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "db/page_checksum.h"
#include "db/private.h"

/* ---- pages ---- */

enum { PAGE_LEAST = 512, PAGE_MOST = 65536, HEADER_BYTES = 100, TRIES = 5 };

struct page_reader {
    FILE *file;
    uint32_t size; /* of a page */
    unsigned char page[PAGE_MOST];
};

static uint32_t number_at(const unsigned char *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static bool read_page(struct page_reader *r, uint64_t index)
{
    return fseeko(r->file, (off_t)(index * r->size), SEEK_SET) == 0 &&
           fread(r->page, 1, r->size, r->file) == r->size;
}

/* Reads again if it fails: another process may be writing this page just now. */
static bool page_is_intact(struct page_reader *r, uint64_t index)
{
    for (int i = 0; i < TRIES; i++) {
        if (read_page(r, index) && page_is_sealed(r->page, r->size, (uint32_t)index + 1))
            return true;
        fflush(r->file); /* forgets what was read ahead */
    }
    return false;
}

/* A page that was reserved and freed before it was ever written. */
static bool page_is_empty(const struct page_reader *r)
{
    for (uint32_t i = 0; i < r->size; i++)
        if (r->page[i] != 0)
            return false;
    return true;
}

static int open_pages(struct page_reader *r, const char *path, const char *mode, struct err *err)
{
    char *plain = db_plain_path(path);
    r->file = fopen(plain, mode);
    free(plain);
    if (r->file == NULL) {
        fail_io(err, "%s: cannot be opened: %s", path, strerror(errno));
        return -1;
    }
    r->size = HEADER_BYTES;
    bool is_there = read_page(r, 0) && memcmp(r->page, "SQLite format 3", 16) == 0;
    int why = ferror(r->file) ? errno : 0;
    r->size = is_there ? (uint32_t)r->page[16] << 8 | (uint32_t)(r->page[17] & 1) << 16 : 0;
    if (r->size >= PAGE_LEAST && (r->size & (r->size - 1)) == 0)
        return 0;
    fclose(r->file);
    if (why != 0)
        fail_io(err, "%s: cannot be read: %s", path, strerror(why));
    else
        fail_io(err, "%s: is not a dse database: give a file made by dse sweep", path);
    return -1;
}

int db_read_pages(const char *path, struct db_pages *out, struct err *err)
{
    struct page_reader *r = mem_alloc(1, sizeof *r);
    *out = (struct db_pages){0};
    if (open_pages(r, path, "rb", err) != 0) {
        free(r);
        return -1;
    }
    out->sealed = r->page[20] == PAGE_CHECKSUM_BYTES || number_at(r->page + 60) >= SCHEMA_SEALED;
    out->pages = number_at(r->page + 28);
    fseeko(r->file, 0, SEEK_END);
    out->there = (uint64_t)ftello(r->file) / r->size;
    uint64_t most = out->pages > out->there ? out->pages : out->there;
    for (uint64_t i = 0; i < most; i++) {
        bool is_there = i < out->there;
        if (is_there && (!out->sealed || page_is_intact(r, i) || (i > 0 && page_is_empty(r))))
            continue;
        if (out->failed < LEN(out->first))
            out->first[out->failed] = (uint32_t)i + 1;
        out->failed++;
    }
    fclose(r->file);
    free(r);
    return 0;
}

int db_reseal(const char *path, struct err *err)
{
    struct page_reader *r = mem_alloc(1, sizeof *r);
    if (open_pages(r, path, "r+b", err) != 0) {
        free(r);
        return -1;
    }
    bool failed = false;
    for (uint64_t i = 0; !failed && read_page(r, i); i++) {
        page_seal(r->page, r->size, (uint32_t)i + 1);
        failed = fseeko(r->file, (off_t)(i * r->size), SEEK_SET) != 0 ||
                 fwrite(r->page, 1, r->size, r->file) != r->size;
    }
    failed = failed || ferror(r->file);
    failed = fclose(r->file) != 0 || failed;
    free(r);
    return failed ? fail_io(err, "%s: cannot be written: %s", path, strerror(errno)) : 0;
}

/* ---- structure ---- */

int db_check_structure(struct db *db, struct err *err)
{
    sqlite3_stmt *s = NULL;
    if (db_prepare(db, &s, "PRAGMA main.integrity_check(1)", err) != 0)
        return -1;
    int row = db_step(db, s, err);
    const char *said = row == 1 ? db_text(s, 0) : "ok";
    int rc = row < 0 ? -1 : 0;
    if (strcmp(said, "ok") != 0) {
        size_t skip = !strncmp(said, "*** ", 4) ? strcspn(said, "\n") : 0;
        rc = fail_io(err, "%s: is damaged: %s" DB_DAMAGED_HELP, db->path,
                     *said != '\0' ? said + skip + (said[skip] == '\n') : "its tables");
    }
    sqlite3_finalize(s);
    return rc;
}

/* ---- points ---- */

struct counted {
    int64_t first, done, feasible;
    int64_t rows, least, most; /* of its points in the store; rows is -1 if not counted */
    char keep;                 /* a, f or, for the front, r */
};

static int count_points(struct db *db, const struct db_run *run, bool all, struct counted *out,
                        struct err *err)
{
    sqlite3_stmt *s = NULL;
    static const char rows[] =
        "SELECT first, done, feasible, keep, %s,"
        " (SELECT min(id) FROM main.point WHERE id >= ?1 << %d AND id < (?1 + 1) << %d),"
        " (SELECT max(id) FROM main.point WHERE id >= ?1 << %d AND id < (?1 + 1) << %d)"
        " FROM main.run WHERE id = ?1";
    static const char chunks[] =
        "SELECT first, done, feasible, keep, sum(rows), min(chunk.id), max(chunk.last)"
        " FROM main.run LEFT JOIN main.chunk"
        " ON chunk.id >= ?1 << %d AND chunk.id < (?1 + 1) << %d WHERE run.id = ?1 GROUP BY run.id";
    static const char count[] =
        "(SELECT count(*) FROM main.point WHERE id >= ?1 << 48 AND id < (?1 + 1) << 48)";
    char *sql = db->chunks ? mem_print(chunks, POINT_BITS, POINT_BITS)
                           : mem_print(rows, all ? count : "-1", POINT_BITS, POINT_BITS, POINT_BITS,
                                       POINT_BITS);
    int row = db_prepare(db, &s, sql, err);
    free(sql);
    if (row == 0) {
        sqlite3_bind_int64(s, 1, run->id);
        row = db_step(db, s, err);
    }
    if (row == 1) {
        const char *keep = db_text(s, 3);
        bool none = sqlite3_column_type(s, 5) == SQLITE_NULL;
        *out = (struct counted){
            .first = sqlite3_column_int64(s, 0),
            .done = sqlite3_column_int64(s, 1),
            .feasible = sqlite3_column_int64(s, 2),
            .keep = *keep == '\0'                ? 'a'
                    : strcmp(keep, "front") == 0 ? 'r'
                                                 : keep[0],
            .rows = none ? 0 : sqlite3_column_int64(s, 4),
            .least = none ? -1 : sqlite3_column_int64(s, 5) & POINT_MASK,
            .most = none ? -1 : sqlite3_column_int64(s, 6) & POINT_MASK,
        };
    }
    sqlite3_finalize(s);
    if (row == 0)
        db_gone(db, run, "the row", err);
    return row == 1 ? 0 : -1;
}

int db_check_points(struct db *db, const struct db_run *run, bool all, struct err *err)
{
    struct counted c;
    if (db->salvage)
        return 0;
    all = all || !page_checksum_state(db->sqlite, "main").sealed;
    if (count_points(db, run, all, &c, err) != 0)
        return -1;
    bool keeps_all = c.keep == 'a', front = c.keep == 'r';
    int64_t want = keeps_all ? c.done : c.feasible, end = c.first + c.done;
    /* A shard may hold none of the front. */
    bool right = want == 0 ? c.rows == 0 : front || c.rows != 0;
    if (right && want > 0 && !front)
        right = c.least >= c.first && c.most < end;
    if (right && want > 0 && keeps_all)
        right = c.least == c.first && c.most == end - 1;
    if (right && c.rows > 0)
        right = front ? c.rows <= want : c.rows == want;
    if (right)
        return 0;
    db->damaged = true;
    if (c.rows >= 0)
        return fail_io(err,
                       "%s: is damaged: run %s has %" PRId64 " of %" PRId64
                       " points: run dse check --repair %s",
                       db->path, run->name, c.rows, want, db->path);
    return fail_io(err,
                   "%s: is damaged: run %s has points %" PRId64 " to %" PRId64 ", not %" PRId64
                   " to %" PRId64 ": run dse check --repair %s",
                   db->path, run->name, c.least, c.most, c.first, end - 1, db->path);
}
