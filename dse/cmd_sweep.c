/* dse sweep: runs or resumes a study, into a store. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "dse/command.h"
#include "dse/ranks.h"
#include "dse/runner.h"
#include "dse/store.h"
#include "dse/sweep_store.h"
#include "reports/point/verdict_reason.h"
#include "search/block.h"

enum { DRY_POINTS = 5 };

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

static void print_axes(const struct study *s)
{
    for (size_t i = 0; i < s->axes; i++) {
        printf("%s", i ? " x " : s->strategy->lists ? " = " : " of ");
        if (s->axis[i].real)
            printf("any %s", s->axis[i].path);
        else
            printf("%zu %s", s->axis[i].n, s->axis[i].path);
    }
    if (s->strategy != &strategy_grid)
        printf(", by %s", s->strategy->name);
    printf("\n");
}

static void print_point(const struct cursor *c, struct block *block, const struct columns *columns,
                        const double *row)
{
    char text[48];
    struct metrics m;
    LANES_TAKE(m, &block->metrics, 0);
    enum verdict v = (enum verdict)m.verdict;
    const char *reason = verdict_reason(&c->design, &m);
    for (size_t k = 0; k < columns->n && columns->column[k].of != OF_METRIC; k++) {
        if (columns->column[k].of == OF_REASONS ||
            (columns->column[k].of == OF_SCENARIO && !c->study->whole->overlays))
            continue;
        printf(" %s=", columns->column[k].name);
        print_cell(&columns->column[k], row[k]);
    }
    printf(" -> %s%s%s, %s\n", verdict_kinds[v].name, *reason ? ": " : "", reason,
           quantity_text(m.tokens_per_s, "tokens/s", 4, text, sizeof text));
}

/* Prints the first points of a range of one scenario. */
static void print_first_points(const struct study *s, const struct columns *columns,
                               struct point_range range)
{
    struct cursor c = {0};
    struct block *block = mem_alloc(1, sizeof *block);
    double row[ROW_MOST];
    struct search *search = NULL;
    struct explore *explore = NULL;
    const double *genes = NULL;
    uint64_t first = range.first, last = range.last;

    if (s->strategy->ranks) {
        cursor_seek(&c, s, first);
    } else { /* takes points in the order asked for; their values do not matter yet */
        explore = mem_alloc(1, sizeof *explore);
        explore_make(explore, s, columns);
        if (s->evaluator.command)
            explore_offer_cheap(explore, 1);
        search = search_open(s->strategy, &explore->problem);
        first = 0;
        last = search_ask(search, &genes);
    }
    for (uint64_t i = first; i < last && i < first + DRY_POINTS; i++) {
        if (!s->strategy->ranks)
            cursor_put(&c, s, genes + i * s->axes);
        block_add(block, &c, columns, row);
        block_price(block);
        printf("  %" PRIu64 ":", s->first + i);
        print_point(&c, block, columns, row);
        if (s->strategy->ranks)
            cursor_next(&c);
    }
    cursor_free(&c);
    free(block);
    search_close(search);
    if (explore)
        explore_free(explore);
    free(explore);
}

static void dry_run(struct study *base, struct columns *columns, struct point_range range)
{
    printf("%s: %llu points", base->name, (unsigned long long)study_points(base));
    if (base->overlays)
        printf(" in %zu scenarios\n", study_scenarios(base));
    else
        print_axes(base);
    if (range.last - range.first != study_points(base))
        printf("this shard: points %llu to %llu\n", (unsigned long long)range.first,
               (unsigned long long)range.last - 1);
    for (size_t i = 0; i < study_scenarios(base); i++) {
        const struct study *s = study_scenario(base, i);
        if (base->overlays) {
            printf("scenario %s: %llu points", s->scenario, (unsigned long long)s->size);
            print_axes(s);
        }
        columns_make(columns, s);
        printf("first points:\n");
        print_first_points(s, columns, sweep_range_in(s, range));
    }
}

static struct db_column *columns_of_store(const struct columns *columns)
{
    struct db_column *of = mem_alloc(columns->n, sizeof *of);
    for (size_t i = 0; i < columns->n; i++)
        of[i] = (struct db_column){columns->column[i].name, columns->column[i].unit,
                                   columns->column[i].doc, columns->column[i].texts};
    return of;
}

/* A sweep of all scenarios into one run of a store. */
struct sweep {
    struct study *base;
    const struct catalogue *catalogue;
    struct db *db;
    struct db_run row;
    struct point_range range;
    const char *path;
    size_t jobs;
    bool progress, silent;
    uint64_t enough;
    uint64_t done; /* points of the range in scenarios that are over */
    uint64_t priced;
    double spent_s;
    struct err *err;
};

/* Runs one scenario; `columns` are its columns. Returns an exit status, or -1. */
static int run_scenario(struct sweep *w, const struct study *s, const struct columns *columns)
{
    struct runner *r = mem_alloc(1, sizeof *r);
    struct point_range range = sweep_range_in(s, w->range);
    struct db_run row = w->row;
    uint64_t size = range.last - range.first;
    *r = (struct runner){.study = s,
                         .columns = columns,
                         .db = w->db,
                         .err = w->err,
                         .path = w->path,
                         .jobs = w->jobs,
                         .first = range.first,
                         .last = range.last,
                         .before = w->done,
                         .more = w->done + size < w->range.last - w->range.first,
                         .enough = w->enough,
                         .progress = w->progress};
    row.done = row.done < w->done ? 0 : row.done - w->done;
    int rc = runner_run(r, &row);
    if (rc >= 0 && !w->silent)
        w->base->overlays ? runner_print_scenario(r) : runner_print(r);
    w->row.feasible = r->feasible;
    w->priced += r->priced;
    w->spent_s += r->spent_s;
    w->done += rc == EXIT_INTERRUPTED ? r->done - r->first : size;
    archive_free(r->front);
    ask_evaluator_close(r->evaluator);
    search_close(r->search);
    explore_free(&r->explore);
    free(r);
    return rc;
}

static void print_whole(const struct sweep *w)
{
    printf("%s: %llu of %llu points in %s, %llu feasible", w->base->name,
           (unsigned long long)w->done, (unsigned long long)(w->range.last - w->range.first),
           w->path, (unsigned long long)w->row.feasible);
    if (w->priced)
        printf(" (%llu now, in %.2f s)", (unsigned long long)w->priced, w->spent_s);
    printf("\n");
}

/* The files that the run is priced with; its evaluator is one of them. */
static int put_files(struct sweep *w, const struct study *s)
{
    char *identity = NULL;
    if (s->evaluator.command && evaluator_identity(s, &identity, w->err) != 0)
        return -1;
    const struct db_file evaluator = {"evaluator", s->evaluator.command, identity};
    int rc = store_files(w->db, &w->row, w->catalogue, identity ? &evaluator : NULL, w->err);
    free(identity);
    return rc;
}

/* The first run of a file decides how all are stored. */
static void say_other_form(const struct sweep *w)
{
    static const char *const form[] = {[DB_ROWS] = "rows", [DB_COLUMNS] = "columns"};
    enum db_form wanted = w->base->store == STORE_COLUMNS ? DB_COLUMNS : DB_ROWS;
    if (w->base->store != STORE_AUTO && wanted != w->row.form && !w->silent)
        fprintf(stderr,
                "%s: stores points in %s, as its first run did, not in %s, as the study says: give "
                "another file\n",
                w->path, form[w->row.form], form[wanted]);
}

/* A run that goes on has the points that it counts. */
static int begin_run(struct sweep *w, const struct study *s, const struct db_column *of, size_t n)
{
    if (db_run_begin(w->db, &w->row, of, n, w->err) != 0 ||
        (w->row.done > 0 && db_check_points(w->db, &w->row, false, w->err) != 0))
        return -1;
    say_other_form(w);
    return put_files(w, s);
}

/* Runs the scenarios that are not over, in order. */
static int run_scenarios(struct sweep *w)
{
    struct columns *columns = mem_alloc(1, sizeof *columns);
    int rc = EXIT_DONE;
    bool begun = false, over = false;

    for (size_t i = 0; i < study_scenarios(w->base) && rc != -1 && rc != EXIT_INTERRUPTED; i++) {
        const struct study *s = study_scenario(w->base, i);
        struct point_range range = sweep_range_in(s, w->range);
        uint64_t size = range.last - range.first;
        if (w->base->overlays && size == 0)
            continue;
        columns_make(columns, s);
        struct db_column *of = columns_of_store(columns);
        if (!begun)
            rc = begin_run(w, s, of, columns->n);
        over = over || (!begun && rc == 0 && *w->row.ended);
        begun = true;
        bool skip = w->base->overlays && (over || w->row.done >= w->done + size);
        if (rc != -1 && skip)
            w->done += size;
        else if (rc != -1 &&
                 (w->done == 0 || over || db_run_columns(w->db, of, columns->n, w->err) == 0))
            rc = run_scenario(w, s, columns);
        else
            rc = -1;
        free(of);
    }
    free(columns);
    if (rc == -1)
        return -1;
    if (w->base->overlays && !w->silent)
        print_whole(w);
    if (rc == EXIT_INTERRUPTED && !w->silent)
        printf("interrupted: run the same command again to resume\n");
    return rc == EXIT_INTERRUPTED ? rc : w->row.feasible ? EXIT_DONE : EXIT_NONE_FEASIBLE;
}

/* A front loses points, which columns cannot. */
static enum db_form form_of(const struct study *s)
{
    enum { MANY_POINTS = 100000 };
    bool many = s->keep != KEEP_FRONT && study_points(s) > MANY_POINTS;
    return s->store == STORE_COLUMNS || (s->store == STORE_AUTO && many) ? DB_COLUMNS : DB_ROWS;
}

int sweep_into_store(const struct sweep_job *job, struct err *err)
{
    static const char *const keeps[] = {
        [KEEP_ALL] = "all", [KEEP_FEASIBLE] = "feasible", [KEEP_FRONT] = "front"};
    char hash_text[17];
    struct study *s = job->study;
    struct sweep w = {.base = s,
                      .catalogue = job->catalogue,
                      .range = job->range,
                      .path = job->path,
                      .jobs = job->jobs,
                      .progress = job->progress,
                      .silent = job->silent,
                      .enough = job->enough,
                      .err = err};
    if (db_open(&w.db, job->path, DB_WRITE, err) != 0)
        return -1;
    store_hash(s->text, hash_text);
    w.row = (struct db_run){.name = mem_text(job->name),
                            .form = form_of(s),
                            .spec = mem_text(s->text),
                            .spec_hash = mem_text(hash_text),
                            .program = mem_text("dse " DSE_VERSION),
                            .keep = mem_text(keeps[s->keep]),
                            .folder = mem_text(s->folder),
                            .seed = (uint64_t)s->seed,
                            .space = study_points(s),
                            .first = job->range.first,
                            .last = job->range.last};
    int rc = run_scenarios(&w);
    db_run_free(&w.row);
    if (rc == -1)
        db_discard(w.db);
    else if (db_finish(w.db, err) != 0)
        rc = -1;
    return rc;
}

static int sweep_study(const struct args *a, struct study *s, struct point_range range, size_t jobs,
                       const struct catalogue *catalogue, struct err *err)
{
    char *path = store_path(a);
    struct sweep_job job = {.study = s,
                            .name = s->name,
                            .catalogue = catalogue,
                            .range = range,
                            .path = path,
                            .jobs = jobs,
                            .progress = !args_value(a, "--quiet") && isatty(STDERR_FILENO)};
    int rc = sweep_into_store(&job, err);
    free(path);
    return rc;
}

static int read_shard(const char *text, uint64_t *i, uint64_t *n, struct err *err)
{
    struct err inner;
    if (text && shard_parse(text, i, n, &inner) != 0)
        return fail(err, "dse sweep: --shard: %s", inner.text);
    return 0;
}

static void print_strategy(const struct args *a, const struct study *s)
{
    if (s->strategy_given || s->strategy == &strategy_grid || args_value(a, "--quiet"))
        return;
    if (s->strategy == &strategy_multifidelity) {
        fprintf(stderr,
                "%s: asks %s for %.0f points, which dse proposes; search.budget sets another "
                "number\n",
                s->name, s->evaluator.command, s->budget);
        return;
    }
    fprintf(stderr,
            "%s: the budget of %.0f does not cover all points: searching with %s; "
            "search.strategy selects another\n",
            s->name, s->budget, s->strategy->name);
}

/* Rank 0 sweeps, the others price for it. */
static int sweep_with_ranks(const struct args *a, struct study *s, struct point_range range,
                            size_t jobs, const struct catalogue *catalogue, struct err *err)
{
    bool searches = false;
    for (size_t i = 0; i < study_scenarios(s); i++)
        searches = searches || study_scenario(s, i)->strategy != &strategy_grid;
    if (ranks_count() > 1 && s->evaluator.command)
        return fail(err,
                    "%s: search.evaluator: one process asks it: run dse sweep without mpirun; "
                    "search.evaluator.processes sets how many run at once",
                    a->argument[0]);
    if (ranks_count() > 1 && !searches)
        return fail(err,
                    "%s: a grid has nothing to share between ranks: give each process its --shard, "
                    "or use dse submit",
                    a->argument[0]);
    if (ranks_count() > 1 && !args_value(a, "--jobs"))
        jobs = 1;
    if (ranks_agree(s, err) != 0)
        return -1;
    if (ranks_lead())
        return sweep_study(a, s, range, jobs, catalogue, err);
    ranks_serve(jobs);
    return EXIT_DONE;
}

static int sweep(const struct args *a, struct err *err)
{
    struct catalogue *catalogue;
    struct study *s;
    double jobs, seed;
    uint64_t i = 1, n = 1;
    struct point_range range;
    int rc = -1;
    static const struct clash clashes[] = {
        {"--db", "--dry-run"}, {"--jobs", "--dry-run"}, {NULL, NULL}};

    if (args_clash(a, clashes, err) != 0 || args_jobs(a, &jobs, err) != 0 ||
        read_shard(args_value(a, "--shard"), &i, &n, err) != 0 ||
        open_catalogue(&catalogue, err) != 0)
        return -1;
    if (open_study(&s, a->argument[0], catalogue, err) != 0)
        goto close;
    if (s->evaluator.command && args_value(a, "--shard")) {
        fail(err, "dse sweep: --shard: a study with an evaluator is one run: leave it out; "
                  "search.evaluator.processes sets how many run at once");
        goto free;
    }
    if (args_whole(a, "--seed", 0, 9007199254740992.0, s->seed, &seed, err) == 0) {
        for (size_t k = 0; k < study_scenarios(s); k++)
            study_scenario(s, k)->seed = seed;
        sweep_shard(s, i, n, &range.first, &range.last);
        print_strategy(a, s);
        if (args_value(a, "--dry-run")) {
            struct columns *columns = mem_alloc(1, sizeof *columns);
            dry_run(s, columns, range);
            free(columns);
            rc = EXIT_DONE;
        } else {
            rc = sweep_with_ranks(a, s, range, (size_t)jobs, catalogue, err);
        }
    }
free:
    study_free(s);
close:
    catalogue_close(catalogue);
    return rc;
}

static int run(const struct args *a, struct err *err)
{
    bool alone = args_value(a, "--shard") != NULL; /* each process for itself */
    if (!alone && ranks_begin(err) != 0)
        return -1;
    int rc = sweep(a, err);
    ranks_end();
    /* mpirun ends all at once if one fails, so only rank 0 does, after it has said why. */
    return ranks_lead() ? rc : EXIT_DONE;
}

static const struct option options[] = {
    {"--db", "FILE", "the store; default: the study's file name with .db, in this folder"},
    JOBS_OPTION,
    {"--shard", "I/N", "only part I of N of the space, I from 1; `dse merge` joins the parts"},
    {"--seed", "S", "random seed; default: the study's"},
    {"--dry-run", NULL, "print the size of the space and its first points; write nothing"},
    {"--quiet", NULL, "do not show progress"},
    {NULL, NULL, NULL},
};

const struct command cmd_sweep = {
    .name = "sweep",
    .arguments = "STUDY.yaml",
    .least = 1,
    .most = 1,
    .summary = "run a study into a store, or resume it",
    .example = "  dse sweep dse/studies/attention-payoff.yaml --db payoff.db\n"
               "  dse sweep big.yaml --shard 2/8 --db part2.db\n"
               "  mpirun -n 4 dse sweep search.yaml   # built with -DDSE_MPI=ON\n"
               "  dse sweep own.yaml                  # search: {evaluator: ./my-sim, budget: 80}",
    .options = options,
    .run = run,
};
