#define _XOPEN_SOURCE 700 /* realpath */
/* Idea: a sweep is reproducible bit for bit, so a lost row is found by sweeping again; the rows
 * that were not lost prove that the sweep is the same one. */
#include "dse/repair.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "dse/store.h"
#include "dse/sweep_store.h"

enum { BLOCK = 1024 };

struct repair {
    const char *path;
    char *file;  /* what PATH links to, or PATH */
    char *fresh; /* FILE.repair */
    size_t jobs;
    struct db *old;
    bool sound; /* nothing was found in the old file but missing checksums */
};

/* ---- sweeping again ---- */

static int sweep_again(struct repair *r, const struct db_run *run, struct catalogue *c,
                       struct err *err)
{
    struct study *s;
    char hash[17];
    store_hash(run->spec, hash);
    if (strcmp(hash, run->spec_hash) != 0)
        return fail_io(err,
                       "%s: cannot be repaired: the study of run %s is damaged: sweep it again "
                       "into another file",
                       r->path, run->name);
    struct err why;
    if (study_parse_in(&s, run->folder, run->name, run->spec, c, &why) != 0)
        return fail_io(err,
                       "%s: cannot be repaired: a file that run %s was priced with is damaged: %s: "
                       "sweep it again into another file",
                       r->path, run->name, why.text);
    for (size_t i = 0; i < study_scenarios(s); i++) {
        study_scenario(s, i)->seed = (double)run->seed;
        study_scenario(s, i)->seconds = INFINITY;
    }
    struct sweep_job job = {.study = s,
                            .name = run->name,
                            .catalogue = c,
                            .range = {run->first, run->last},
                            .path = r->fresh,
                            .jobs = r->jobs,
                            .silent = true,
                            .enough = *run->ended ? 0 : run->done};
    int rc = 0;
    if (*run->ended || run->done > 0)
        rc = sweep_into_store(&job, err);
    study_free(s);
    if (rc == EXIT_INTERRUPTED && *run->ended)
        return fail_io(err, "%s: the repair was interrupted: nothing was changed", r->path);
    return rc < 0 ? -1 : 0;
}

/* ---- comparing ---- */

struct tally {
    uint64_t same, other, lost, more;
};

static bool rows_are_equal(const struct table *a, size_t row, const struct table *b, size_t other)
{
    for (size_t i = 0; i < a->columns; i++) {
        if (!strcmp(a->header[i], "id") || !strcmp(a->header[i], "run"))
            continue;
        if (!cell_equal(table_at(a, row, i), table_get(b, other, a->header[i])))
            return false;
    }
    return true;
}

static void compare_rows(const struct table *fresh, const struct table *old, struct tally *t)
{
    size_t k = 0;
    for (size_t i = 0; i < fresh->rows; i++) {
        double point = table_number_at(fresh, i, "point");
        for (; k < old->rows && !(table_number_at(old, k, "point") >= point); k++)
            t->more++;
        if (k == old->rows || table_number_at(old, k, "point") != point)
            t->lost++;
        else if (rows_are_equal(fresh, i, old, k++))
            t->same++;
        else
            t->other++;
    }
    t->more += old->rows - k;
}

struct range {
    int64_t run[2]; /* the id of the run in the new store and in the old one */
    uint64_t from, to;
};

static int read_range(struct db *db, int64_t run, const struct range *g, struct table *out,
                      struct err *err)
{
    char *sql = mem_print("SELECT * FROM point WHERE id >= (%" PRId64 " << %d) + %" PRIu64
                          " AND id < (%" PRId64 " << %d) + %" PRIu64 " ORDER BY id",
                          run, POINT_BITS, g->from, run, POINT_BITS, g->to);
    int rc = db_select(db, sql, NULL, 0, out, err);
    free(sql);
    return rc;
}

/* Compares the rows of a range; where the old ones cannot be read, halves it. */
static int compare_range(struct repair *r, struct db *fresh, const struct range *g, struct tally *t,
                         struct err *err)
{
    struct table a, b;
    struct err unread;
    if (read_range(fresh, g->run[0], g, &a, err) != 0)
        return -1;
    int rc = 0;
    if (read_range(r->old, g->run[1], g, &b, &unread) == 0) {
        compare_rows(&a, &b, t);
        table_free(&b);
    } else if (a.rows <= 1 || g->to - g->from == 1) {
        t->lost += a.rows;
        r->sound = false;
    } else {
        struct range low = *g, high = *g;
        low.to = high.from =
            (uint64_t)table_number_at(&a, a.rows / 2, "point"); /* half of the rows each */
        rc = compare_range(r, fresh, &low, t, err);
        if (rc == 0)
            rc = compare_range(r, fresh, &high, t, err);
    }
    table_free(&a);
    return rc;
}

/* The end of a block that begins at `from`: the point BLOCK rows later. */
static int block_end(struct db *fresh, int64_t run, uint64_t from, uint64_t *to, struct err *err)
{
    struct table t;
    char *sql = mem_print("SELECT point FROM point WHERE id >= (%" PRId64 " << %d) + %" PRIu64
                          " AND id < (%" PRId64 " + 1) << %d ORDER BY id LIMIT 1 OFFSET %d",
                          run, POINT_BITS, from, run, POINT_BITS, BLOCK);
    int rc = db_select(fresh, sql, NULL, 0, &t, err);
    free(sql);
    if (rc != 0)
        return -1;
    *to = t.rows ? (uint64_t)table_at(&t, 0, 0)->number : UINT64_C(1) << POINT_BITS;
    table_free(&t);
    return 0;
}

static int compare_run(struct repair *r, struct db *fresh, const struct db_run *old,
                       struct tally *t, struct err *err)
{
    struct db_run now;
    if (db_run_find(fresh, old->name, &now, err) != 0)
        return -1;
    struct range g = {.run = {now.id, old->id}};
    int rc = 0;
    while (rc == 0 && g.from < UINT64_C(1) << POINT_BITS) {
        rc = block_end(fresh, now.id, g.from, &g.to, err);
        if (rc == 0)
            rc = compare_range(r, fresh, &g, t, err);
        g.from = g.to;
    }
    if (now.done != old->done || now.feasible != old->feasible || !*now.ended != !*old->ended)
        r->sound = false;
    if (rc == 0 && now.done < old->done)
        rc = fail_io(err,
                     "%s: cannot be repaired: run %s has %" PRIu64 " points, and %" PRIu64
                     " priced again",
                     r->path, old->name, old->done, now.done);
    db_run_free(&now);
    return rc;
}

static int judge_run(struct repair *r, const struct db_run *run, const struct tally *t,
                     struct err *err)
{
    if (t->other + t->more > t->same)
        return fail_io(err,
                       "%s: cannot be repaired: %" PRIu64 " rows of run %s, made by %s, are not "
                       "those that dse " DSE_VERSION " prices, %" PRIu64
                       " are: use the version that made it, or sweep again into another file",
                       r->path, t->other + t->more, run->name, run->program, t->same);
    if (t->other || t->lost || t->more)
        r->sound = false;
    printf("  run ");
    plain_text(run->name, stdout);
    printf(": %" PRIu64 " rows are as they were; priced again: %" PRIu64 " that were lost, %" PRIu64
           " that had other values\n",
           t->same, t->lost, t->other);
    return 0;
}

static int repair_run(struct repair *r, const struct db_run *run, struct err *err)
{
    struct catalogue *c;
    struct db *fresh;
    struct tally t = {0};
    if (open_run_catalogue(&c, r->old, run, err) != 0)
        return -1;
    int rc = sweep_again(r, run, c, err);
    catalogue_close(c);
    if (rc != 0 || (!*run->ended && run->done == 0))
        return rc;
    if (db_open(&fresh, r->fresh, DB_READ, err) != 0)
        return -1;
    rc = compare_run(r, fresh, run, &t, err);
    db_close(fresh);
    return rc == 0 ? judge_run(r, run, &t, err) : -1;
}

/* ---- putting it in place ---- */

static bool has_journal(const char *path)
{
    struct stat st;
    char *journal = mem_print("%s-wal", path);
    bool is = stat(journal, &st) == 0 && st.st_size > 0;
    free(journal);
    return is;
}

/* The file stays where it is until another takes its name, if the file system has links. */
static int give_name(const char *from, const char *to)
{
    return link(from, to) == 0 ? 0 : errno == EEXIST ? -1 : rename(from, to);
}

/* Renames the journal, if any, and gives the file another name. */
static int keep_damaged(const char *path, struct err *err)
{
    static const char *const ending[] = {"-wal", "-shm", "-journal", ""};
    int failed = 0;
    for (size_t i = 0; i < LEN(ending) && !failed; i++) {
        bool is_file = !*ending[i];
        char *from = mem_print("%s%s", path, ending[i]);
        char *to = mem_print("%s.damaged%s", path, ending[i]);
        failed = (is_file ? give_name : rename)(from, to) != 0 && (errno != ENOENT || is_file);
        free(from);
        free(to);
    }
    return failed ? fail_io(err, "%s: cannot be replaced: %s", path, strerror(errno)) : 0;
}

static int put_in_place(const struct repair *r, struct err *err)
{
    struct err why;
    if (r->sound && !has_journal(r->file) && db_check_structure(r->old, &why) == 0) {
        remove(r->fresh); /* first: once the file has its checksums, nobody repairs it again */
        if (db_reseal(r->path, err) != 0)
            return -1;
        printf("%s: every row was right: its pages have their checksums again\n", r->path);
        return 0;
    }
    if (keep_damaged(r->file, err) != 0)
        return -1;
    if (rename(r->fresh, r->file) != 0)
        return fail_io(err, "%s: cannot be renamed to %s: %s", r->fresh, r->file, strerror(errno));
    printf("%s: is repaired; the damaged file is %s.damaged\n", r->path, r->file);
    return 0;
}

static int repair_runs(struct repair *r, struct err *err)
{
    struct db_run *runs;
    size_t n;
    if (db_runs(r->old, &runs, &n, err) != 0)
        return -1;
    int rc = n == 0 ? fail_io(err,
                              "%s: cannot be repaired: its list of runs is lost: sweep again "
                              "into another file",
                              r->path)
                    : 0;
    for (size_t i = 0; i < n; i++) {
        if (rc == 0)
            rc = repair_run(r, &runs[i], err);
        db_run_free(&runs[i]);
    }
    free(runs);
    return rc == 0 ? put_in_place(r, err) : -1;
}

/* What an earlier repair kept may be all that is left of some rows. */
static int check_place(const char *file, struct err *err)
{
    struct stat st;
    char *damaged = mem_print("%s.damaged", file);
    int rc = lstat(damaged, &st) != 0
                 ? 0
                 : fail(err,
                        "%s: is there already, and the damaged file would be kept there: move or "
                        "remove it",
                        damaged);
    free(damaged);
    return rc;
}

/* Caller frees. */
static char *linked_file(const char *path)
{
    struct stat st;
    char *file = lstat(path, &st) == 0 && S_ISLNK(st.st_mode) ? realpath(path, NULL) : NULL;
    return file ? file : mem_text(path);
}

int repair_store(const char *path, size_t jobs, struct err *err)
{
    struct repair r = {.path = path, .jobs = jobs, .sound = true};
    struct err why;
    r.file = linked_file(path);
    r.fresh = mem_print("%s.repair", r.file);
    remove(r.fresh);
    int rc = check_place(r.file, err);
    if (rc == 0 && db_open(&r.old, path, DB_SALVAGE, &why) != 0)
        rc = fail_io(err, "%s: cannot be repaired: sweep again into another file", why.text);
    if (rc == 0)
        rc = repair_runs(&r, err);
    db_close(r.old);
    if (rc != 0)
        remove(r.fresh);
    free(r.fresh);
    free(r.file);
    return rc;
}
