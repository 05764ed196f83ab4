/* dse sweep: runs or resumes a study, into a store. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "dse/command.h"
#include "dse/runner.h"
#include "dse/store.h"
#include "dse/verdict_reason.h"
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

static void dry_run(const struct study *s, const struct columns *columns, uint64_t first,
                    uint64_t last)
{
    struct cursor c = {0};
    struct block *block = mem_alloc(1, sizeof *block);
    double row[ROW_MOST];
    struct search *search = NULL;
    struct explore *explore = NULL;
    const double *genes = NULL;
    size_t n;

    printf("%s: %llu points", s->name, (unsigned long long)s->size);
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
    if (last - first != s->size)
        printf("this shard: points %llu to %llu\n", (unsigned long long)first,
               (unsigned long long)last - 1);
    printf("first points:\n");
    if (s->strategy->ranks) {
        cursor_seek(&c, s, first);
    } else { /* takes points in the order asked for; their values do not matter yet */
        struct explore *e = mem_alloc(1, sizeof *e);
        explore_make(e, s, columns);
        search = search_open(s->strategy, &e->problem);
        n = search_ask(search, &genes);
        first = 0;
        last = n;
        explore = e;
    }
    for (uint64_t i = first; i < last && i < first + DRY_POINTS; i++) {
        if (!s->strategy->ranks)
            cursor_put(&c, s, genes + i * s->axes);
        block_add(block, &c, columns, row);
        block_price(block);
        printf("  %llu:", (unsigned long long)i);
        for (size_t k = 0; k < columns->n && columns->column[k].of != OF_METRIC; k++) {
            printf(" %s=", columns->column[k].name);
            print_cell(&columns->column[k], row[k]);
        }
        char text[48];
        enum verdict v = (enum verdict)LANE(&block->metrics, metrics, verdict)[0];
        const char *reason = verdict_reason(v, &c.design);
        printf(" -> %s%s%s, %s\n", verdict_kinds[v].name, *reason ? ": " : "", reason,
               quantity_text(LANE(&block->metrics, metrics, tokens_per_s)[0], "tokens/s", 4, text,
                             sizeof text));
        if (s->strategy->ranks)
            cursor_next(&c);
    }
    cursor_free(&c);
    free(block);
    search_close(search);
    free(explore);
}

static int sweep_into_store(const struct args *a, const struct study *s,
                            const struct columns *columns, uint64_t first, uint64_t last,
                            size_t jobs, struct err *err)
{
    static const char *const keeps[] = {
        [KEEP_ALL] = "all", [KEEP_FEASIBLE] = "feasible", [KEEP_FRONT] = "front"};
    char *path = store_path(a), hash_text[17];
    struct db *db;
    int rc = -1;

    if (db_open(&db, path, DB_WRITE, err) != 0)
        goto done;
    store_hash(s->text, hash_text);
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
    struct runner *r = mem_alloc(1, sizeof *r);
    *r = (struct runner){.study = s,
                         .columns = columns,
                         .db = db,
                         .err = err,
                         .path = path,
                         .jobs = jobs,
                         .first = first,
                         .last = last,
                         .progress = !args_value(a, "--quiet") && isatty(STDERR_FILENO)};
    if (db_run_begin(db, &row, of, columns->n, err) == 0)
        rc = runner_run(r, &row);
    archive_free(r->front);
    search_close(r->search);
    explore_free(&r->explore);
    free(r);
    free(of);
    db_run_free(&row);
    db_close(db);
done:
    free(path);
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

static void print_strategy(const struct args *a, const struct study *s)
{
    if (s->strategy_given || s->strategy == &strategy_grid || args_value(a, "--quiet"))
        return;
    fprintf(stderr,
            "%s: the budget of %.0f does not cover all points: searching with %s; "
            "search.strategy selects another\n",
            s->name, s->budget, s->strategy->name);
}

static int run(const struct args *a, struct err *err)
{
    struct catalogue *catalogue;
    struct study *s;
    double jobs, seed, i = 1, n = 1;
    uint64_t first, last;
    int rc = -1;
    static const struct clash clashes[] = {
        {"--db", "--dry-run"}, {"--jobs", "--dry-run"}, {NULL, NULL}};

    if (args_clash(a, clashes, err) != 0 ||
        args_whole(a, "--jobs", 1, 1024, (double)sysconf(_SC_NPROCESSORS_ONLN), &jobs, err) != 0 ||
        read_shard(args_value(a, "--shard"), &i, &n, err) != 0 ||
        open_catalogue(&catalogue, err) != 0)
        return -1;
    if (open_study(&s, a->argument[0], catalogue, err) != 0)
        goto close;
    struct columns *columns = mem_alloc(1, sizeof *columns);
    if (args_whole(a, "--seed", 0, 9007199254740992.0, s->seed, &seed, err) == 0) {
        s->seed = seed;
        columns_make(columns, s);
        sweep_shard(s, (uint64_t)i, (uint64_t)n, &first, &last);
        print_strategy(a, s);
        if (args_value(a, "--dry-run")) {
            dry_run(s, columns, first, last);
            rc = EXIT_DONE;
        } else {
            rc = sweep_into_store(a, s, columns, first, last, (size_t)jobs, err);
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
    {"--jobs", "N", "threads that evaluate points; default: all cores"},
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
               "  dse sweep big.yaml --shard 2/8 --db part2.db",
    .options = options,
    .run = run,
};
