/* dse sweep: runs or resumes a study into a store. */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/pareto.h"
#include "dse/command.h"
#include "search/sweep.h"

enum { COMMIT_EVERY = 50000, DRY_POINTS = 5 };
static const double COMMIT_EVERY_S = 5, PROGRESS_EVERY_S = 0.2;

static volatile sig_atomic_t interrupted;

static void on_interrupt(int signal)
{
    (void)signal;
    interrupted = 1;
}

static double now_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* The points of keep: front so far: objectives made small. */
struct front {
    size_t n, room, dim;
    uint64_t *point;
    double *at;
};

struct run {
    const struct study *study;
    const struct columns *columns;
    struct db *db;
    struct err *err;
    size_t verdict;               /* column */
    size_t objective[RULES_MOST]; /* columns */
    uint64_t first, last, done, feasible, uncommitted, start;
    uint64_t by_verdict[VERDICTS];
    struct front front;
    double started_s, shown_s, committed_s;
    bool progress;
};

static size_t column_of(const struct columns *c, const char *name)
{
    size_t i = 0;
    while (strcmp(c->column[i].name, name) != 0)
        i++;
    return i;
}

static void show_progress(struct run *r, bool last)
{
    double t = now_s(), spent = t - r->started_s;
    uint64_t here = r->done - r->start, left = r->last - r->done;
    double rate = spent > 0 ? (double)here / spent : 0;
    char bar[21];

    if (!r->progress || (!last && t - r->shown_s < PROGRESS_EVERY_S))
        return;
    r->shown_s = t;
    double share = (double)(r->done - r->first) / (double)(r->last - r->first);
    for (int i = 0; i < 20; i++)
        bar[i] = i < share * 20 ? '#' : '.';
    bar[20] = '\0';
    fprintf(stderr, "\r[%s] %5.1f %%  %llu of %llu  %.3g points/s  %.0f %% feasible  ETA %.0f s   ",
            bar, 100 * share, (unsigned long long)(r->done - r->first),
            (unsigned long long)(r->last - r->first), rate,
            r->done > r->first ? 100 * (double)r->feasible / (double)(r->done - r->first) : 0,
            rate > 0 ? (double)left / rate : 0);
    if (last)
        fputc('\n', stderr);
}

static int commit(struct run *r)
{
    r->uncommitted = 0;
    r->committed_s = now_s();
    return db_commit(r->db, r->done, r->feasible, r->done == r->last, r->err);
}

static void front_add(struct front *f, uint64_t point, const double *at)
{
    if (f->n == f->room) {
        f->room = 2 * f->room + 64;
        f->point = mem_grow(f->point, f->room, sizeof *f->point);
        f->at = mem_grow(f->at, f->room * f->dim, sizeof *f->at);
    }
    f->point[f->n] = point;
    memcpy(f->at + f->n++ * f->dim, at, f->dim * sizeof *at);
}

/* Is the point on the front so far? Points it dominates leave the front and the store. */
static int front_offer(struct run *r, uint64_t point, const double *row, bool *on)
{
    struct front *f = &r->front;
    double at[RULES_MOST];
    size_t kept = 0;

    for (size_t i = 0; i < f->dim; i++)
        at[i] = -r->study->objective[i].sense * row[r->objective[i]];
    *on = false;
    for (size_t i = 0; i < f->n; i++)
        if (pareto_dominates(f->at + i * f->dim, at, f->dim))
            return 0;
    for (size_t i = 0; i < f->n; i++) {
        if (pareto_dominates(at, f->at + i * f->dim, f->dim)) {
            if (db_drop(r->db, f->point[i], r->err) != 0)
                return -1;
            continue;
        }
        f->point[kept] = f->point[i];
        memmove(f->at + kept++ * f->dim, f->at + i * f->dim, f->dim * sizeof *at);
    }
    f->n = kept;
    front_add(f, point, at);
    *on = true;
    return 0;
}

static int take(void *ctx, uint64_t first, size_t count, const double *rows)
{
    struct run *r = ctx;

    for (size_t i = 0; i < count; i++, rows += r->columns->n) {
        size_t verdict = (size_t)rows[r->verdict];
        bool keep = r->study->keep == KEEP_ALL || verdict == VERDICT_OK;
        r->by_verdict[verdict]++;
        if (keep && r->study->keep == KEEP_FRONT && front_offer(r, first + i, rows, &keep) != 0)
            return -1;
        if (keep && db_put(r->db, first + i, rows, r->err) != 0)
            return -1;
        r->feasible += verdict == VERDICT_OK;
    }
    r->done = first + count;
    r->uncommitted += count;
    show_progress(r, false);
    if (interrupted)
        return 1;
    if (r->uncommitted >= COMMIT_EVERY || now_s() - r->committed_s > COMMIT_EVERY_S)
        return commit(r);
    return 0;
}

/* A front that a run was killed on is in the store. */
static int front_load(struct run *r, int64_t id)
{
    struct table t;
    char *list = mem_text("point"), *sql, id_text[32];
    struct front *f = &r->front;

    f->dim = r->study->objectives;
    for (size_t i = 0; i < f->dim; i++) {
        const char *name = r->study->objective[i].metric->name;
        char *longer = mem_print("%s, \"%s\"", list, name);
        free(list);
        list = longer;
        r->objective[i] = column_of(r->columns, name);
    }
    if (r->study->keep != KEEP_FRONT) {
        free(list);
        return 0;
    }
    sql = mem_print("SELECT %s FROM point WHERE run = ?1", list);
    snprintf(id_text, sizeof id_text, "%lld", (long long)id);
    const char *texts[] = {id_text};
    int rc = db_select(r->db, sql, texts, 1, &t, r->err);
    for (size_t row = 0; rc == 0 && row < t.rows; row++) {
        double at[RULES_MOST];
        for (size_t i = 0; i < f->dim; i++)
            at[i] = -r->study->objective[i].sense * table_at(&t, row, i + 1)->number;
        front_add(f, (uint64_t)table_at(&t, row, 0)->number, at);
    }
    if (rc == 0)
        table_free(&t);
    free(sql);
    free(list);
    return rc;
}

static uint64_t hash(const char *text)
{
    uint64_t h = 14695981039346656037u; /* FNV-1a */
    for (; *text; text++)
        h = (h ^ (unsigned char)*text) * 1099511628211u;
    return h;
}

static void print_cell(const struct column *c, double v)
{
    char text[48];
    if (c->texts)
        printf("%s", c->texts[(size_t)v]);
    else
        printf("%s", isnan(v) ? "-"
                              : quantity_text(v, strcmp(c->unit, "1") ? c->unit : "", 4, text,
                                              sizeof text));
}

static void dry_run(const struct study *s, const struct columns *columns, uint64_t first,
                    uint64_t last)
{
    struct cursor c = {0};
    struct metrics m;
    struct plan plan;
    double row[COLUMNS_MOST];

    printf("%s: %llu points", s->name, (unsigned long long)s->size);
    for (size_t i = 0; i < s->axes; i++)
        printf("%s%zu %s", i ? " x " : " = ", s->axis[i].n, s->axis[i].path);
    printf("\n");
    if (last - first != s->size)
        printf("this shard: points %llu to %llu\n", (unsigned long long)first,
               (unsigned long long)last - 1);
    printf("the first of them:\n");
    cursor_seek(&c, s, first);
    for (uint64_t i = first; i < last && i < first + DRY_POINTS; i++, cursor_next(&c)) {
        cursor_evaluate(&c, &m, &plan);
        columns_row(row, columns, &c, &m, &plan);
        printf("  %llu:", (unsigned long long)i);
        for (size_t k = 0; k < columns->n && columns->column[k].of != OF_METRIC; k++) {
            printf(" %s=", columns->column[k].name);
            print_cell(&columns->column[k], row[k]);
        }
        char text[48];
        printf(" -> %s, %s\n", verdict_text((enum verdict)m.verdict),
               quantity_text(m.tokens_per_s, "tokens/s", 4, text, sizeof text));
    }
    cursor_free(&c);
}

static void summary(const struct run *r, const char *path)
{
    double spent = now_s() - r->started_s;
    uint64_t here = r->done - r->start;

    printf("%s: %llu of %llu points in %s, %llu feasible", r->study->name,
           (unsigned long long)(r->done - r->first), (unsigned long long)(r->last - r->first), path,
           (unsigned long long)r->feasible);
    if (here)
        printf(" (%llu now, in %.2f s, %.3g points/s)", (unsigned long long)here, spent,
               (double)here / (spent > 0 ? spent : 1e-9));
    printf("\n");
    for (size_t v = 1; v < VERDICTS; v++)
        if (r->by_verdict[v])
            printf("  %llu infeasible: %s\n", (unsigned long long)r->by_verdict[v],
                   verdict_text((enum verdict)v));
}

static int sweep(struct run *r, struct db_run *row, const char *path, size_t jobs)
{
    struct sigaction action = {.sa_handler = on_interrupt};

    if (front_load(r, row->id) != 0)
        return -1;
    r->start = r->first + row->done;
    r->done = r->start;
    r->feasible = row->feasible;
    r->started_s = r->committed_s = now_s();
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    int rc =
        r->start < r->last ? sweep_run(r->study, r->columns, r->start, r->last, jobs, take, r) : 0;
    if (rc < 0)
        return -1;
    show_progress(r, true);
    if ((r->start < r->last || !*row->ended) && commit(r) != 0)
        return -1;
    summary(r, path);
    if (rc > 0) {
        printf("interrupted: the same command goes on from here\n");
        return EXIT_INTERRUPTED;
    }
    return r->feasible ? EXIT_DONE : EXIT_NONE_FEASIBLE;
}

static int into_store(const struct args *a, const struct study *s, const struct columns *columns,
                      uint64_t first, uint64_t last, size_t jobs, struct err *err)
{
    static const char *const keeps[] = {"all", "feasible", "front"};
    const char *path = args_value(a, "--db");
    char *own = path ? NULL : mem_print("%s.db", s->name), hash_text[17];
    struct db *db;
    int rc = -1;

    if (!path) { /* the name of the file that holds the study */
        const char *file = strrchr(a->argument[0], '/');
        free(own);
        own = mem_text(file ? file + 1 : a->argument[0]);
        char *dot = strrchr(own, '.');
        if (dot && dot != own)
            *dot = '\0';
        char *with = mem_print("%s.db", own);
        free(own);
        path = own = with;
    }
    if (db_open(&db, path, DB_WRITE, err) != 0)
        goto done;
    snprintf(hash_text, sizeof hash_text, "%016llx", (unsigned long long)hash(s->text));
    struct db_run row = {.name = mem_text(s->name),
                         .spec = mem_text(s->text),
                         .spec_hash = mem_text(hash_text),
                         .program = mem_text("dse " DSE_VERSION),
                         .keep = mem_text(keeps[s->keep]),
                         .seed = (uint64_t)s->seed,
                         .space = s->size,
                         .first = first,
                         .last = last};
    struct db_column *of = mem_alloc(columns->n, sizeof *of);
    for (size_t i = 0; i < columns->n; i++)
        of[i] = (struct db_column){columns->column[i].name, columns->column[i].unit,
                                   columns->column[i].doc, columns->column[i].texts};
    struct run r = {.study = s,
                    .columns = columns,
                    .db = db,
                    .err = err,
                    .first = first,
                    .last = last,
                    .verdict = column_of(columns, "verdict"),
                    .progress = !args_value(a, "--quiet") && isatty(STDERR_FILENO)};
    if (db_run_begin(db, &row, of, columns->n, err) == 0)
        rc = sweep(&r, &row, path, jobs);
    free(r.front.point);
    free(r.front.at);
    free(of);
    db_run_free(&row);
    db_close(db);
done:
    free(own);
    return rc;
}

static int read_shard(const char *text, double *i, double *n, struct err *err)
{
    int end = 0;
    if (text && (sscanf(text, "%lf/%lf%n", i, n, &end) != 2 || text[end] || *n < 1 || *n > 1e6 ||
                 *i < 1 || *i > *n || *i != floor(*i) || *n != floor(*n)))
        return fail(err, "dse sweep: --shard: \"%s\" is not I/N: write 1/4, I counts from 1 to N",
                    text);
    return 0;
}

static int run(const struct args *a, struct err *err)
{
    struct catalogue *catalogue;
    struct study *s;
    double jobs, seed, i = 1, n = 1;
    uint64_t first, last;
    int rc = -1;

    if (args_whole(a, "--jobs", 1, 1024, (double)sysconf(_SC_NPROCESSORS_ONLN), &jobs, err) != 0 ||
        read_shard(args_value(a, "--shard"), &i, &n, err) != 0 ||
        open_catalogue(&catalogue, err) != 0)
        return -1;
    if (study_open(&s, a->argument[0], catalogue, err) != 0)
        goto close;
    struct columns *columns = mem_alloc(1, sizeof *columns);
    if (args_whole(a, "--seed", 0, 9007199254740992.0, s->seed, &seed, err) == 0) {
        s->seed = seed;
        columns_make(columns, s);
        sweep_shard(s, (uint64_t)i, (uint64_t)n, &first, &last);
        if (args_value(a, "--dry-run")) {
            dry_run(s, columns, first, last);
            rc = EXIT_DONE;
        } else {
            rc = into_store(a, s, columns, first, last, (size_t)jobs, err);
        }
    }
    free(columns);
    study_free(s);
close:
    catalogue_close(catalogue);
    return rc;
}

static const struct option options[] = {
    {"--db", "FILE", "the store; default: the study's file name with .db, in this folder"},
    {"--jobs", "N", "threads that price points; default: all cores"},
    {"--shard", "I/N", "only the I-th of N parts of the space, I from 1; `dse merge` joins them"},
    {"--seed", "S", "seed of what is drawn at random; default: the study's"},
    {"--dry-run", NULL, "print the size of the space and its first points, write nothing"},
    {"--quiet", NULL, "no progress"},
    {NULL, NULL, NULL},
};

const struct command cmd_sweep = {"sweep",
                                  "STUDY.yaml",
                                  1,
                                  1,
                                  "run a study into a store, or go on with it",
                                  "  dse sweep dse/studies/attention-payoff.yaml --db payoff.db\n"
                                  "  dse sweep big.yaml --shard 2/8 --db part2.db",
                                  options,
                                  run};
