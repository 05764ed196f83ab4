/* dse check: is a store whole, and are its rows what the program computes? */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "dse/command.h"
#include "dse/repair.h"
#include "reports/point/replay.h"
#include "search/evaluator.h"
#include "dse/store.h"

enum { SAMPLE = 100, RANGES_SHOWN = 8, BLOCK = 4096 };

/* A check that goes on after a problem, so that all are listed. */
struct checking {
    const char *path;
    struct db *db;
    bool every_row; /* prices all rows again, not a sample */
    bool pages_failed;
    size_t problems;
    struct err first; /* the first of them */
};

/* Lists a problem. */
static void add_problem(struct checking *c, const struct err *what)
{
    if (c->problems++ == 0)
        c->first = *what;
    printf("  %s\n", what->text);
}

/* ---- pages ---- */

static void print_failed_pages(const struct db_pages *p)
{
    for (size_t i = 0; i < p->failed && i < LEN(p->first); i++)
        printf("%s%" PRIu32, i ? ", " : " ", p->first[i]);
    printf("%s\n", p->failed > LEN(p->first) ? ", ..." : "");
}

static int check_pages(struct checking *c, struct err *err)
{
    struct db_pages p;
    struct err what;
    if (db_read_pages(c->path, &p, err) != 0)
        return -1;
    printf("%s: %" PRIu64 " pages", c->path, p.pages);
    if (p.failed) {
        printf(", of which %" PRIu64 " are missing or fail their checksum:", p.failed);
        print_failed_pages(&p);
        fail_io(&what, "%s: is damaged: %" PRIu64 " of %" PRIu64 " pages", c->path, p.failed,
                p.pages);
        c->pages_failed = true;
        c->problems++;
        c->first = what;
    } else if (p.sealed) {
        printf(", all with the right checksum\n");
    } else {
        printf(" without checksums, because an older version has made the store\n");
    }
    return 0;
}

/* ---- points that cannot be read ---- */

/* Of a run that keeps all points. */
struct lost {
    uint64_t points, from, to; /* from .. to: the last range */
    size_t ranges;
};

static void print_lost(const struct lost *l)
{
    if (l->ranges == 0 || l->ranges > RANGES_SHOWN)
        return;
    if (l->from == l->to)
        printf("  point %" PRIu64 " is lost\n", l->from);
    else
        printf("  points %" PRIu64 " to %" PRIu64 " are lost\n", l->from, l->to);
}

static void add_lost(struct lost *l, uint64_t point)
{
    l->points++;
    if (l->ranges && point == l->to + 1) {
        l->to = point;
        return;
    }
    print_lost(l);
    l->ranges++;
    l->from = l->to = point;
}

static int count_row(void *ctx, const struct table *row)
{
    (void)row;
    ++*(uint64_t *)ctx;
    return 0;
}

/* Reads points [from, to); halves the range as long as some of it is missing. */
static void find_lost(struct checking *c, const struct db_run *run, uint64_t from, uint64_t to,
                      struct lost *l)
{
    struct err err;
    uint64_t rows = 0;
    char *sql = mem_print("SELECT * FROM point WHERE id >= (%" PRId64 " << %d) + %" PRIu64
                          " AND id < (%" PRId64 " << %d) + %" PRIu64,
                          run->id, POINT_BITS, from, run->id, POINT_BITS, to);
    int failed = db_each(c->db, sql, NULL, 0, count_row, &rows, &err);
    free(sql);
    if (!failed && rows == to - from)
        return;
    if (to - from == 1) {
        add_lost(l, from);
        return;
    }
    uint64_t middle = from + (to - from) / 2;
    find_lost(c, run, from, middle, l);
    find_lost(c, run, middle, to, l);
}

static void check_points(struct checking *c, const struct db_run *run)
{
    struct err err;
    struct lost lost = {0};
    uint64_t end = run->first + run->done;
    bool keeps_all = !strcmp(run->keep, "all");
    if (db_check_points(c->db, run, true, &err) != 0 && !(c->pages_failed && keeps_all))
        add_problem(c, &err);
    for (uint64_t at = run->first; at < end && keeps_all; at += BLOCK)
        find_lost(c, run, at, at + BLOCK < end ? at + BLOCK : end, &lost);
    print_lost(&lost);
    if (lost.points == 0)
        return;
    fail_io(&err, "%s: is damaged: run %s: %" PRIu64 " of %" PRIu64 " points are lost", c->path,
            run->name, lost.points, run->done);
    add_problem(c, &err);
}

/* ---- rows, priced again ---- */

struct pricing {
    struct replay replay;
    uint64_t rows, others;
    double first_other;
    struct err *err;
};

static int price_row(void *ctx, const struct table *row)
{
    struct pricing *p = ctx;
    if (replay_row(&p->replay, row, p->err) != 0)
        return -1;
    p->rows++;
    if (!replay_is_equal(&p->replay) && p->others++ == 0)
        p->first_other = p->replay.point;
    return 0;
}

/* The least and the largest id of the run's rows; both 0 if it has none. */
static int id_range(struct checking *c, const struct db_run *run, uint64_t *from, uint64_t *to,
                    struct err *err)
{
    struct table t;
    char *sql = mem_print("SELECT coalesce(min(point), 0), coalesce(max(point) + 1, 0) FROM point"
                          " WHERE id >= %" PRId64 " << %d AND id < (%" PRId64 " + 1) << %d",
                          run->id, POINT_BITS, run->id, POINT_BITS);
    int rc = db_select(c->db, sql, NULL, 0, &t, err);
    free(sql);
    if (rc != 0)
        return -1;
    *from = (uint64_t)table_at(&t, 0, 0)->number;
    *to = (uint64_t)table_at(&t, 0, 1)->number;
    table_free(&t);
    return 0;
}

/* All rows, or those that follow evenly spaced points. */
static int price_rows(struct checking *c, const struct db_run *run, struct pricing *p)
{
    uint64_t from, to;
    if (id_range(c, run, &from, &to, p->err) != 0)
        return -1;
    size_t steps = c->every_row || to - from <= SAMPLE ? 1 : SAMPLE;
    int rc = 0;
    for (size_t i = 0; i < steps && rc == 0; i++) {
        uint64_t at = from + (to - from) / steps * i, next = from + (to - from) / steps * (i + 1);
        char *sql = mem_print("SELECT * FROM point WHERE id >= (%" PRId64 " << %d) + %" PRIu64
                              " AND id < (%" PRId64 " << %d) + %" PRIu64 " ORDER BY id%s",
                              run->id, POINT_BITS, at, run->id, POINT_BITS,
                              i + 1 < steps ? next : to, steps > 1 ? " LIMIT 1" : "");
        rc = db_each(c->db, sql, NULL, 0, price_row, p, p->err);
        free(sql);
    }
    return rc;
}

static void check_rows(struct checking *c, const struct db_run *run)
{
    struct err err;
    struct catalogue *catalogue = NULL;
    struct pricing p = {.err = &err};
    char *evaluator = evaluator_of_text(run->spec);
    if (evaluator) {
        printf("  rows are answers of ");
        plain_text(evaluator, stdout);
        printf(": not priced again\n");
        free(evaluator);
        return;
    }
    int rc = open_run_catalogue(&catalogue, c->db, run, &err);
    if (rc == 0) {
        rc = replay_begin(&p.replay, run, catalogue, &err);
        if (rc == 0)
            rc = price_rows(c, run, &p);
        replay_end(&p.replay);
    }
    catalogue_close(catalogue);
    if (rc != 0) {
        add_problem(c, &err);
        return;
    }
    bool same_program = !strcmp(run->program, "dse " DSE_VERSION);
    if (p.others == 0) {
        printf("  %" PRIu64 " rows priced again: all the same, bit for bit\n", p.rows);
    } else if (same_program) {
        fail_io(&err,
                "%s: run %s: %" PRIu64 " of %" PRIu64 " rows have other values than priced "
                "again: the first is point %.0f",
                c->path, run->name, p.others, p.rows, p.first_other);
        add_problem(c, &err);
    } else {
        printf("  %" PRIu64 " of %" PRIu64 " rows are priced otherwise by dse " DSE_VERSION
               "; the run was made by ",
               p.others, p.rows);
        plain_text(run->program, stdout);
        printf("\n");
    }
}

/* ---- the whole store ---- */

static void check_run(struct checking *c, const struct db_run *run)
{
    printf("run ");
    plain_text(run->name, stdout);
    printf(": %" PRIu64 " points%s, %" PRIu64 " feasible, keep: ", run->done,
           *run->ended ? "" : " so far", run->feasible);
    plain_text(run->keep, stdout);
    printf("\n");
    size_t before = c->problems;
    check_points(c, run);
    if (c->problems == before)
        check_rows(c, run);
}

static void check_runs(struct checking *c, const char *name)
{
    struct db_run *runs, one;
    struct err err;
    size_t n;
    if (!c->pages_failed && db_check_structure(c->db, &err) != 0)
        add_problem(c, &err);
    if (name) {
        if (db_run_find(c->db, name, &one, &err) != 0) {
            add_problem(c, &err);
            return;
        }
        check_run(c, &one);
        db_run_free(&one);
        return;
    }
    if (db_runs(c->db, &runs, &n, &err) != 0) {
        add_problem(c, &err);
        return;
    }
    for (size_t i = 0; i < n; i++) {
        check_run(c, &runs[i]);
        db_run_free(&runs[i]);
    }
    free(runs);
}

/* 0: whole; -1: not, with `err`; the text says what is lost. */
static int check_store(const struct args *a, struct err *err)
{
    struct checking c = {.path = a->argument[0], .every_row = args_value(a, "--all") != NULL};
    struct err why;
    bool repairable = true;
    if (check_pages(&c, err) != 0)
        return -1;
    if (db_open(&c.db, c.path, DB_READ, &why) == 0) {
        check_runs(&c, args_value(a, "--run"));
        db_close(c.db);
    } else {
        add_problem(&c, &why);
        repairable = db_open(&c.db, c.path, DB_SALVAGE, &why) == 0;
        db_close(c.db);
    }
    if (c.problems == 0) {
        printf("%s: is whole\n", c.path);
        return 0;
    }
    if (c.first.status == STATUS_INPUT) {
        *err = c.first;
        return -1;
    }
    if (!repairable)
        return fail_io(err, "%s: cannot be repaired: give another file, or sweep again", c.path);
    return fail_io(err, "%s: is not whole: dse check --repair %s prices what is lost again", c.path,
                   c.path);
}

static int run(const struct args *a, struct err *err)
{
    static const struct clash clashes[] = {{"--run", "--repair"}, {NULL, NULL}};
    double jobs;
    if (args_clash(a, clashes, err) != 0 ||
        args_whole(a, "--jobs", 1, 1024, (double)sysconf(_SC_NPROCESSORS_ONLN), &jobs, err) != 0)
        return -1;
    int rc = check_store(a, err);
    if (rc == 0 || err->status == STATUS_INPUT || !args_value(a, "--repair"))
        return rc;
    if (access(a->argument[0], R_OK) != 0 || repair_store(a->argument[0], (size_t)jobs, err) != 0)
        return -1;
    return check_store(a, err);
}

static const struct option options[] = {
    {"--run", "NAME", "only this run; default: all"},
    {"--all", NULL, "price all rows again; default: a sample of 100 of each run"},
    {"--repair", NULL,
     "price every run again and put the result in the place of a store that is not whole, which is "
     "kept as DB.damaged"},
    {"--jobs", "N", "threads that price points again; default: all cores"},
    {NULL, NULL, NULL},
};

const struct command cmd_check = {
    .name = "check",
    .arguments = "DB",
    .least = 1,
    .most = 1,
    .summary = "whether a store is whole: pages, structure, points; or repair it",
    .example = "  dse check payoff.db --all\n  dse check payoff.db --repair",
    .options = options,
    .run = run,
};
