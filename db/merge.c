/* Merges the shards of a study, each in its own file, into one file. */
#include "db/private.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/mem.h"
#include "db/chunk.h"

/* A run of one of the input files. */
struct item {
    const char *path;
    char *uri;
    bool chunks; /* keeps its points in chunks */
    struct db_run run;
    struct table files; /* of the run, as db_files */
};

struct items {
    struct item *item;
    size_t n;
};

static void free_items(struct items *all)
{
    for (size_t i = 0; i < all->n; i++) {
        free(all->item[i].uri);
        db_run_free(&all->item[i].run);
        table_free(&all->item[i].files);
    }
    free(all->item);
}

static int compare(const void *left, const void *right)
{
    const struct db_run *a = &((const struct item *)left)->run;
    const struct db_run *b = &((const struct item *)right)->run;
    int name = strcmp(a->name, b->name);
    return name != 0 ? name : (a->first > b->first) - (a->first < b->first);
}

static bool is_same_file(const char *a, const char *b)
{
    struct stat s, t;
    return stat(a, &s) == 0 && stat(b, &t) == 0 && s.st_dev == t.st_dev && s.st_ino == t.st_ino;
}

static int fail_itself(const char *path, struct err *err)
{
    return fail(err, "%s: cannot be merged into itself: give another file", path);
}

int db_merge_check(const char *path, const char *const *from, size_t n, struct err *err)
{
    char *part = db_part_path(path);
    int rc = 0;
    for (size_t i = 0; i < n && rc == 0; i++)
        if (is_same_file(path, from[i]))
            rc = fail_itself(from[i], err);
        else if (is_same_file(part, from[i]))
            rc = fail(err, "%s: is where %s is made: give another name", from[i], path);
    free(part);
    return rc;
}

static int read_items(struct db *db, const char *path, struct items *all, struct err *err)
{
    if (is_same_file(db->path, path))
        return fail_itself(path, err);

    struct db *from;
    struct db_run *runs;
    size_t n;
    if (db_open(&from, path, DB_READ, err) != 0)
        return -1;
    int failed = db_runs(from, &runs, &n, err);
    if (!failed) {
        all->item = mem_grow(all->item, all->n + n + 1, sizeof(*all->item));
        for (size_t i = 0; i < n; i++) {
            struct item *item = &all->item[all->n++];
            *item = (struct item){
                .path = path,
                .uri = db_uri(path, from->immutable ? "immutable=1" : "mode=ro"),
                .run = runs[i],
                .chunks = from->chunks,
            };
            if (!failed)
                failed = db_check_points(from, &item->run, false, err) != 0 ||
                         db_files(from, &item->run, &item->files, err) != 0;
        }
        free(runs);
    }
    db_close(from);
    return failed;
}

/* ---- ranges ---- */

static uint64_t covered(const struct db_run *r)
{
    return r->ended[0] != '\0' ? r->last : r->first + r->done;
}

/* A run after another shard has been merged into it. */
struct merged_run {
    uint64_t first, last, done, feasible;
    const char *ended; /* borrowed from one of the two runs */
    bool changed;
    enum misses {
        MISSES_ADD,     /* the source counts other points: add its text */
        MISSES_REPLACE, /* the source counts all points of the run: use its text alone */
        MISSES_DROP     /* both count some points: keep neither text */
    } misses;
    bool recount; /* feasible must be counted from the points */
};

static int check_same(const struct db_run *into, const struct item *item, const char *path,
                      struct err *err)
{
    const struct db_run *r = &item->run;
    bool spec = strcmp(into->spec_hash, r->spec_hash) == 0 && into->space == r->space;
    if (spec && into->seed == r->seed)
        return 0;
    return fail(err, "%s: run %s has another %s than in %s: merge them into different files",
                item->path, r->name, spec ? "seed" : "study", path);
}

static int compute_merge(const struct db *db, const struct db_run *into, const struct item *item,
                         struct merged_run *out, struct err *err)
{
    const struct db_run *low = into, *high = &item->run;
    if (check_same(into, item, db->path, err) != 0)
        return -1;
    if (high->first < low->first || (high->first == low->first && covered(high) > covered(low))) {
        low = &item->run;
        high = into;
    }
    uint64_t low_end = covered(low), high_end = covered(high);
    uint64_t end = high_end > low_end ? high_end : low_end;

    *out = (struct merged_run){
        .first = low->first,
        .last = low->last > high->last ? low->last : high->last,
        .done = low->done,
        .feasible = low->feasible,
        .ended = low->ended,
    };
    if (high->first > low_end)
        return fail(err,
                    "%s: run %s: points %" PRIu64 " to %" PRIu64
                    " are missing: finish their shard and give it too",
                    item->path, into->name, low_end, high->first - 1);
    if (high_end > low_end && high->first == low_end) {
        out->done = low->done + high->done;
        out->feasible = low->feasible + high->feasible;
    } else if (high_end > low_end) {
        if (strcmp(into->keep, "front") == 0)
            return fail(err,
                        "%s: run %s: points %" PRIu64 " to %" PRIu64
                        " are partly in %s as well: merge all shards into a new file",
                        item->path, into->name, high->first, low_end - 1, db->path);
        out->done = end - low->first;
        out->recount = true;
    }
    if (end < out->last)
        out->ended = "";
    else if (strcmp(high->ended, out->ended) > 0)
        out->ended = high->ended;
    bool within = low == &item->run && low_end >= high_end;
    out->misses = high->first >= low_end ? MISSES_ADD : within ? MISSES_REPLACE : MISSES_DROP;
    out->changed = out->first != into->first || out->last != into->last ||
                   out->done != into->done || strcmp(out->ended, into->ended) != 0;
    return 0;
}

static void apply_merge(struct db_run *into, const struct merged_run *j)
{
    char *ended = mem_text(j->ended);
    free(into->ended);
    into->ended = ended;
    into->first = j->first;
    into->last = j->last;
    into->done = j->done;
    into->feasible = j->feasible;
}

static struct db_run copy_run(const struct db_run *r)
{
    struct db_run copy = *r;
    copy.name = mem_text(r->name);
    copy.spec = mem_text(r->spec);
    copy.spec_hash = mem_text(r->spec_hash);
    copy.program = mem_text(r->program);
    copy.keep = mem_text(r->keep);
    copy.started = mem_text(r->started);
    copy.ended = mem_text(r->ended);
    copy.folder = mem_text(r->folder);
    return copy;
}

/* ---- copying ---- */

/* The names of the source's columns but id, run and point, each after ", ". */
static int copy_columns(struct db *db, char **out, struct err *err)
{
    static const char *const some_text[] = {""};
    struct table t;
    if (db_select(db,
                  "SELECT name, type FROM pragma_table_info('point', 'source')"
                  " WHERE name NOT IN ('id', 'run', 'point')",
                  NULL, 0, &t, err) != 0)
        return -1;
    struct db_column *column = mem_alloc(t.rows + 1, sizeof *column);
    char *names = mem_text("");
    for (size_t i = 0; i < t.rows; i++) {
        column[i].name = table_text_at(&t, i, "name");
        column[i].texts = strcmp(table_text_at(&t, i, "type"), "TEXT") == 0 ? some_text : NULL;
        char *name = db_quote(column[i].name);
        char *longer = mem_print("%s, %s", names, name);
        free(name);
        free(names);
        names = longer;
    }
    int failed = db_add_columns(db, column, t.rows, err);
    free(column);
    table_free(&t);
    *out = names;
    return failed;
}

/* Runs a statement with numbers for ?1, ?2, ...; `out` gets the first column of its row, if any. */
static int run_numbers(struct db *db, const char *sql, const int64_t *number, size_t n,
                       int64_t *out, struct err *err)
{
    sqlite3_stmt *s = NULL;
    int row = db_prepare(db, &s, sql, err);
    if (row == 0) {
        for (size_t i = 0; i < n; i++)
            sqlite3_bind_int64(s, (int)i + 1, number[i]);
        row = db_step(db, s, err);
    }
    if (row == 1 && out != NULL)
        *out = sqlite3_column_int64(s, 0);
    sqlite3_finalize(s);
    return row < 0 ? -1 : 0;
}

/* Copies in pieces, each committed, so that the journal stays small. */
static int copy_points(struct db *db, int64_t from, int64_t to, struct err *err)
{
    char *columns = NULL;
    int failed = copy_columns(db, &columns, err);
    if (columns == NULL)
        return -1;
    char *sql = mem_print("INSERT OR IGNORE INTO main.point(id, run, point%s)"
                          " SELECT ?3 << 48 | point, ?3, point%s FROM source.point"
                          " WHERE id >= ?1 AND id < ?2 ORDER BY id",
                          columns, columns);

    int64_t at = from << 48, end = (from + 1) << 48;
    while (at < end && !failed) {
        int64_t next = end;
        failed = run_numbers(db,
                             "SELECT id FROM source.point WHERE id >= ?1 AND id < ?2 ORDER BY id"
                             " LIMIT 1 OFFSET 100000",
                             (int64_t[]){at, end}, 2, &next, err) ||
                 run_numbers(db, sql, (int64_t[]){at, next, to}, 3, NULL, err) || db_end(db, err) ||
                 db_begin(db, err);
        at = next;
    }
    free(sql);
    free(columns);
    return failed ? -1 : 0;
}

/* Copies the misses of run `from` of the source to run `to`. */
static int copy_misses(struct db *db, int64_t from, int64_t to, enum misses how, struct err *err)
{
    int64_t there = 0;
    if (db_make_misses(db, err) != 0 ||
        (how != MISSES_ADD &&
         run_numbers(db, "DELETE FROM main.miss WHERE run = ?1", &to, 1, NULL, err) != 0) ||
        run_numbers(db, "SELECT count(*) FROM source.sqlite_master WHERE name = 'miss'", NULL, 0,
                    &there, err) != 0)
        return -1;
    return there == 0 || how == MISSES_DROP
               ? 0
               : run_numbers(db,
                             "INSERT INTO main.miss SELECT ?2, text FROM source.miss WHERE run = ?1"
                             " ON CONFLICT(run) DO UPDATE SET text = text || excluded.text",
                             (int64_t[]){from, to}, 2, NULL, err);
}

/* Copies the files of run `from` of the source to run `to`. */
static int copy_files(struct db *db, int64_t from, int64_t to, struct err *err)
{
    int64_t there = 0;
    if (run_numbers(db, "SELECT count(*) FROM source.sqlite_master WHERE name = 'file'", NULL, 0,
                    &there, err) != 0)
        return -1;
    return there == 0 ? 0
           : db_make_files(db, err) != 0
               ? -1
               : run_numbers(db,
                             "INSERT OR IGNORE INTO main.file SELECT ?2, kind, name, text"
                             " FROM source.file WHERE run = ?1",
                             (int64_t[]){from, to}, 2, NULL, err);
}

static int write_run(struct db *db, const struct db_run *r, bool recount, struct err *err)
{
    sqlite3_stmt *s = NULL;
    int failed = db_prepare(db, &s,
                            "UPDATE main.run SET first = ?2, last = ?3, done = ?4, feasible = ?5,"
                            " ended = ?6 WHERE id = ?1",
                            err);
    if (!failed) {
        uint64_t number[] = {(uint64_t)r->id, r->first, r->last, r->done, r->feasible};
        for (size_t i = 0; i < LEN(number); i++)
            sqlite3_bind_int64(s, (int)i + 1, (sqlite3_int64)number[i]);
        sqlite3_bind_text(s, 6, r->ended, -1, SQLITE_STATIC);
        failed = db_step(db, s, err);
    }
    sqlite3_finalize(s);
    if (!failed && recount)
        failed = run_numbers(db,
                             "UPDATE main.run SET feasible = (SELECT count(*) FROM point"
                             "  WHERE id >= ?1 << 48 AND id < (?1 + 1) << 48 AND verdict = 'ok')"
                             " WHERE id = ?1",
                             &r->id, 1, NULL, err);
    return failed;
}

/* Runs in a transaction, with the file attached as `source`: the file may have grown since it was
 * read. The run's progress is written last, so that a killed merge can be repeated. */
static int copy_run_in(struct db *db, struct item *item, struct err *err)
{
    struct db_run now, into;
    if (db_upgrade(db, err) != 0)
        return -1;
    int found = db_run_load(db, "source", item->run.name, &now, err);
    if (found != 1)
        return found;
    db_run_free(&item->run);
    item->run = now;

    found = db_run_load(db, "main", now.name, &into, err);
    if (found < 0)
        return -1;
    int failed = 0;
    bool changed = true, recount = false;
    enum misses misses = MISSES_ADD;
    if (found == 0) {
        into = copy_run(&now);
        struct db_run fresh = into;
        fresh.done = fresh.feasible = 0;
        fresh.ended = (char[]){""};
        failed = db_run_insert(db, &fresh, err);
        into.id = fresh.id;
    } else {
        struct merged_run j;
        failed = compute_merge(db, &into, item, &j, err);
        if (!failed) {
            apply_merge(&into, &j);
            changed = j.changed;
            recount = j.recount;
            misses = j.misses;
        }
    }
    if (!failed && changed)
        failed = db_exec(db, "INSERT OR IGNORE INTO main.about SELECT * FROM source.about", err) ||
                 (db->chunks ? chunk_merge(db, now.id, into.id, err)
                             : copy_points(db, now.id, into.id, err)) ||
                 copy_misses(db, now.id, into.id, misses, err) ||
                 copy_files(db, now.id, into.id, err) || write_run(db, &into, recount, err);
    db_run_free(&into);
    return failed ? -1 : 0;
}

static bool source_is_intact(struct db *db)
{
    sqlite3_stmt *s = NULL;
    bool sound =
        sqlite3_prepare_v2(db->sqlite, "PRAGMA source.quick_check(1)", -1, &s, NULL) == SQLITE_OK &&
        sqlite3_step(s) == SQLITE_ROW && strcmp(db_text(s, 0), "ok") == 0;
    sqlite3_finalize(s);
    return sound;
}

static int copy_item(struct db *db, struct item *item, struct err *err)
{
    sqlite3_stmt *s = NULL;
    int failed = db_prepare(db, &s, "ATTACH ?1 AS source", err);
    if (!failed) {
        sqlite3_bind_text(s, 1, item->uri, -1, SQLITE_STATIC);
        failed = db_step(db, s, err);
    }
    sqlite3_finalize(s);
    if (failed)
        return -1;

    db->damaged = false;
    failed = db_begin(db, err) != 0 || copy_run_in(db, item, err) != 0 || db_end(db, err) != 0;
    db_undo(db);
    if (failed && !db_fail_page(db, "source", item->path, err) && db->damaged &&
        !source_is_intact(db))
        fail_io(err, "%s: is damaged" DB_DAMAGED_HELP, item->path);
    sqlite3_exec(db->sqlite, "DETACH source", NULL, NULL, NULL);
    return failed ? -1 : 0;
}

/* ---- the order ---- */

static int check_item(const struct db *db, struct db_run *into, const struct item *item,
                      struct err *err)
{
    if (into->name == NULL) {
        *into = copy_run(&item->run);
        return 0;
    }
    struct merged_run j;
    if (compute_merge(db, into, item, &j, err) != 0)
        return -1;
    apply_merge(into, &j);
    return 0;
}

/* Were all shards of one run priced with the same files, and those in the store, too? */
static int check_files(struct db *db, const struct db_run *into, const struct item *item, size_t n,
                       struct err *err)
{
    struct table stored = {0};
    if (into->name != NULL && db_files(db, into, &stored, err) != 0)
        return -1;
    int rc = 0;
    for (size_t k = 0; k < n && rc == 0; k++) {
        const struct table *other = into->name != NULL ? &stored : &item[0].files;
        rc = db_same_files(&item[k].files, other, item[k].path, &item[k].run, err);
    }
    table_free(&stored);
    return rc;
}

/* Merges the shards of one run, sorted by first point: upwards from the first point in the store,
 * then downwards. So a gap between a shard and the store is never one that a later shard would
 * fill. */
static int merge_run(struct db *db, struct item *item, size_t n, bool write, struct err *err)
{
    struct db_run into = {0};
    if (db_run_load(db, "main", item->run.name, &into, err) < 0)
        return -1;

    uint64_t start = into.name != NULL ? into.first : 0;
    size_t below = 0;
    while (below < n && item[below].run.first < start)
        below++;

    int failed = write ? 0 : check_files(db, &into, item, n, err);
    for (size_t k = 0; k < n && !failed; k++) {
        struct item *next = &item[k < n - below ? below + k : n - 1 - k];
        failed = write ? copy_item(db, next, err) : check_item(db, &into, next, err);
    }
    db_run_free(&into);
    return failed;
}

static int64_t count_runs(struct db *db, struct err *err)
{
    int64_t n = 0;
    return run_numbers(db, "SELECT count(*) FROM main.run", NULL, 0, &n, err) != 0 ? -1 : n;
}

/* A new file holds points as the first of the others does. */
static int check_form(struct db *db, const struct items *all, struct err *err)
{
    static const char *const form[] = {"rows", "columns"};
    int64_t runs = count_runs(db, err);
    if (runs < 0)
        return -1;
    bool chunks = runs == 0 ? all->item[0].chunks : db->chunks;
    for (size_t i = 0; i < all->n; i++)
        if (all->item[i].chunks != chunks)
            return fail(err,
                        "%s: keeps its points in %s, and %s in %s: merge them into different "
                        "files",
                        all->item[i].path, form[!chunks], runs ? db->path : all->item[0].path,
                        form[chunks]);
    if (!chunks || db->chunks)
        return 0;
    if (db_begin(db, err) != 0)
        return -1;
    if (db_make_chunks(db, err) == 0)
        return db_end(db, err);
    db_undo(db);
    return -1;
}

static int merge_all(struct db *db, const struct items *all, bool write, struct err *err)
{
    size_t n;
    for (size_t i = 0; i < all->n; i += n) {
        n = 1;
        while (i + n < all->n && strcmp(all->item[i + n].run.name, all->item[i].run.name) == 0)
            n++;
        if (merge_run(db, &all->item[i], n, write, err) != 0)
            return -1;
    }
    return 0;
}

int db_merge(struct db *db, const char *const *from, size_t n, struct err *err)
{
    struct items all = {0};
    int failed = 0;
    for (size_t i = 0; i < n && !failed; i++)
        failed = read_items(db, from[i], &all, err);
    if (!failed && all.n > 0) {
        qsort(all.item, all.n, sizeof(*all.item), compare);
        failed = merge_all(db, &all, false, err) != 0 || check_form(db, &all, err) != 0 ||
                 merge_all(db, &all, true, err) != 0;
    }
    free_items(&all);
    return failed ? -1 : 0;
}
