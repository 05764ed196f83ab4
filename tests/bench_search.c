/* Quality and speed of the search: test problems against a reference NSGA-II, fronts and
 * hypervolumes of large sets, and a study whose exact front is known. Prints ratios. Not a test.
 *
 * usage: build/bench_search [problems|sets|study|exact]...      default: all four
 *        build/bench_search effort KIND order|near|apart         see bench_effort */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hypervolume.h"
#include "base/mem.h"
#include "base/pareto.h"
#include "search/block.h"
#include "search/metric_trend.h"
#include "search/study_problem.h"
#include "tests/bench.h"
#include "tests/problems.h"

enum { EVALUATIONS = 25000, SEEDS = 5 };
static const double REFERENCE_RATE = 215000; /* evaluations/s of a C++ library on ZDT */

static int by_value(const void *a, const void *b)
{
    const double *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

static double run_problem(const struct test_problem *t, const struct strategy *with, uint64_t seed,
                          double evaluations, double *spent_s)
{
    struct gene gene[VARIABLES_MOST];
    const double *genes;
    size_t n, width = t->objectives + t->limits;
    double *worth = mem_alloc(SEARCH_BATCH * width, sizeof *worth);
    bool *joined = mem_alloc(SEARCH_BATCH, sizeof *joined);
    for (size_t i = 0; i < t->variables; i++)
        gene[i] = (struct gene){GENE_REAL, 0};
    struct problem p = {.genes = t->variables,
                        .objectives = t->objectives,
                        .limits = t->limits,
                        .gene = gene,
                        .budget = evaluations,
                        .seed = seed};
    double start = now_s();
    struct search *s = search_open(with, &p);
    while ((n = search_ask(s, &genes)) > 0) {
        for (size_t i = 0; i < n; i++)
            test_problem_at(t, genes + i * t->variables, worth + i * width);
        search_tell(s, worth, joined);
        archive_forget(search_front(s));
    }
    *spent_s += now_s() - start;
    size_t front = archive_count(search_archive(s));
    double *at = mem_alloc(front * t->objectives, sizeof *at);
    archive_list(search_archive(s), at, NULL);
    double volume = hypervolume(at, front, t->objectives, t->reference);
    free(at);
    search_close(s);
    free(worth);
    free(joined);
    return volume;
}

static void bench_problems(void)
{
    printf("hypervolume of everything evaluated, %d evaluations, median of %d seeds, against a "
           "reference NSGA-II\n%-12s",
           EVALUATIONS, SEEDS, "");
    const struct strategy *const with[] = {&strategy_nsga2, &strategy_nsga3};
    for (size_t k = 0; k < LEN(with); k++)
        printf("%18s", with[k]->name);
    printf("   evaluations/s (nsga2, nsga3)\n");
    for (size_t i = 0; i < LEN(test_problems); i++) {
        const struct test_problem *t = &test_problems[i];
        double rate[LEN(with)];
        printf("%-12s", t->name);
        for (size_t k = 0; k < LEN(with); k++) {
            double volume[SEEDS], spent_s = 0;
            for (size_t seed = 0; seed < SEEDS; seed++)
                volume[seed] = run_problem(t, with[k], seed + 1, EVALUATIONS, &spent_s);
            qsort(volume, SEEDS, sizeof *volume, by_value);
            double median = volume[SEEDS / 2];
            rate[k] = (double)EVALUATIONS * SEEDS / spent_s;
            printf("%10.5g %+.2f %%", median, 100 * (median / t->archive - 1));
        }
        printf("   %.0f (%.2f times %.0f) %.0f\n", rate[0], rate[0] / REFERENCE_RATE,
               REFERENCE_RATE, rate[1]);
    }
}

/* ---- large sets ---- */

static double normal(struct random *r)
{
    return sqrt(-2 * log(1 - random_unit(r))) * cos(2 * PI * random_unit(r));
}

/* Points of a cube, or of the non-dominated part of a sphere. */
static double *draw(struct random *r, size_t n, size_t dim, bool front)
{
    double *at = mem_alloc(n * dim, sizeof *at);
    for (size_t i = 0; i < n; i++) {
        double square = 0;
        for (size_t k = 0; k < dim; k++) {
            double x = front ? fabs(normal(r)) : random_unit(r);
            at[i * dim + k] = x;
            square += x * x;
        }
        for (size_t k = 0; k < dim && front; k++)
            at[i * dim + k] /= sqrt(square);
    }
    return at;
}

/* Seconds that moocore 0.20, the fastest C library, took on another machine of this kind. */
static const struct {
    size_t n, dim;
    double cube_s, front_s, volume_s;
} sets[] = {{100000, 2, .003, .002, .023}, {1000000, 2, .045, .048, NAN},
            {100000, 3, .002, .024, .026}, {1000000, 3, .053, .78, NAN},
            {1000, 4, NAN, NAN, .0009},    {10000, 4, NAN, NAN, .036},
            {100000, 4, .012, .107, 1.96}, {1000000, 4, .37, 1.85, NAN}};

static void print_time(double spent_s, double reference_s)
{
    if (isnan(reference_s))
        printf("%9.4f s  (   -   )", spent_s);
    else
        printf("%9.4f s  (%6.2f)", spent_s, spent_s / reference_s);
}

/* The best of three. */
static double front_s(const double *at, size_t n, size_t dim, bool *keep)
{
    double best = INFINITY;
    for (int k = 0; k < 3; k++) {
        double t = now_s();
        pareto_front(at, n, dim, keep);
        best = fmin(best, now_s() - t);
    }
    return best;
}

/* Adds the points to an archive one by one. */
static double stream_s(const double *at, size_t n, size_t dim)
{
    struct archive *a = archive_new(dim);
    double t = now_s();
    for (size_t i = 0; i < n; i++)
        archive_offer(a, at + i * dim, i);
    double spent = now_s() - t;
    archive_free(a);
    return spent;
}

static void bench_sets(void)
{
    struct random r;
    random_seed(&r, 1);
    printf("\nfronts and hypervolumes; in parentheses: times the seconds published for moocore\n"
           "%9s %3s  %-21s%-21s%-21s%-21s%s\n",
           "points", "dim", "front of a cube", "all on the front", "cube, streamed",
           "all on it, streamed", "hypervolume of all");
    for (size_t i = 0; i < LEN(sets); i++) {
        size_t n = sets[i].n, dim = sets[i].dim;
        double *cube = draw(&r, n, dim, false), *front = draw(&r, n, dim, true), t;
        bool *keep = mem_alloc(n, sizeof *keep);
        const double reference[] = {1.1, 1.1, 1.1, 1.1};
        printf("%9zu %3zu", n, dim);
        print_time(front_s(cube, n, dim, keep), sets[i].cube_s);
        print_time(front_s(front, n, dim, keep), sets[i].front_s);
        print_time(stream_s(cube, n, dim), sets[i].cube_s);
        print_time(stream_s(front, n, dim), sets[i].front_s);
        if (!isnan(sets[i].volume_s)) {
            double best = INFINITY;
            for (int k = 0; k < 3; k++) {
                t = now_s();
                hypervolume(front, n, dim, reference);
                best = fmin(best, now_s() - t);
            }
            print_time(best, sets[i].volume_s);
        }
        printf("\n");
        fflush(stdout);
        free(cube);
        free(front);
        free(keep);
    }
}

/* ---- a study whose exact front is known ---- */

struct outcome {
    size_t n;
    double *at;
    uint64_t asked;
    double spent_s;
};

static struct study *searched(struct catalogue *c, const char *strategy, double steps,
                              const char *more)
{
    char *search = mem_print("objectives: [+tokens_per_s, -system_cost_usd]\n"
                             "search: {strategy: %s%s}\n",
                             strategy, more);
    struct study *s = study_of(c, steps, "batch: max, tpot: 50 ms", search);
    free(search);
    return s;
}

static void take_front(struct outcome *o, const struct archive *front, size_t objectives)
{
    o->n = archive_count(front);
    o->at = mem_alloc(o->n * objectives, sizeof *o->at);
    archive_list(front, o->at, NULL);
}

struct offers {
    const struct explore *explore;
    struct archive *front;
};

static int offer_rows(void *ctx, uint64_t first, size_t count, const double *rows)
{
    struct offers *o = ctx;
    const struct explore *e = o->explore;
    for (size_t i = 0; i < count; i++, rows += e->columns->stride) {
        double at[RULES_MOST + STUDY_LIMITS_MOST];
        explore_outcomes(e, 1, rows, at);
        if (outcome_violation(&e->problem, at) <= 0)
            archive_offer(o->front, at, first + i);
    }
    archive_forget(o->front);
    return 0;
}

/* Every point, as `dse sweep` prices a grid. */
static struct outcome grid_of(const struct study *s)
{
    struct columns *columns = mem_alloc(1, sizeof *columns);
    struct explore *e = mem_alloc(1, sizeof *e);
    struct outcome o = {.asked = s->size};
    columns_make(columns, s);
    explore_make(e, s, columns);
    struct offers offers = {e, archive_new(s->objectives)};
    double start = now_s();
    sweep_run(s, columns, (struct point_range){0, s->size}, 2, offer_rows, &offers);
    o.spent_s = now_s() - start;
    take_front(&o, offers.front, s->objectives);
    archive_free(offers.front);
    explore_free(e);
    free(e);
    free(columns);
    return o;
}

static void ask_and_tell(struct search *search, struct explore *e)
{
    size_t width = e->problem.objectives + e->problem.limits;
    size_t most = SEARCH_BATCH * explore_rows(e);
    double *rows = mem_alloc(most * e->columns->stride, sizeof *rows);
    double *worth = mem_alloc(most * width, sizeof *worth);
    bool *joined = mem_alloc(SEARCH_BATCH, sizeof *joined);
    const double *genes;
    for (size_t n; (n = search_ask(search, &genes)) > 0;) {
        explore_price(e, n, genes, rows, worth, 2);
        search_tell(search, worth, joined);
        archive_forget(search_front(search));
    }
    free(rows);
    free(worth);
    free(joined);
}

/* As `dse sweep` searches: `exact` goes on as the grid where its bounds do not pay or hold. */
static struct outcome search_of(const struct study *s)
{
    bool is_exact = s->strategy == &strategy_exact;
    struct outcome o = {0};
    struct columns *columns = mem_alloc(1, sizeof *columns);
    struct explore *e = mem_alloc(1, sizeof *e);
    columns_make(columns, s);
    double start = now_s();
    explore_make(e, s, columns);
    if (is_exact)
        explore_trends(e, (double)s->size, 2);
    struct search *search = search_open(s->strategy, &e->problem);
    ask_and_tell(search, e);
    if (is_exact && (search_gave_up(search) || search_failed(search) ||
                     explore_confirm(e, search, 2) != BOUNDS_KEPT)) {
        o = grid_of(s);
    } else {
        o.asked = search_asked(search);
        take_front(&o, search_archive(search), s->objectives);
    }
    o.spent_s = now_s() - start;
    search_close(search);
    explore_free(e);
    free(e);
    free(columns);
    return o;
}

static struct outcome grid_study(struct catalogue *c, double steps)
{
    struct study *s = searched(c, "grid", steps, "");
    struct outcome o = grid_of(s);
    study_free(s);
    return o;
}

static struct outcome search_study(struct catalogue *c, const char *strategy, double steps,
                                   const char *more)
{
    struct study *s = searched(c, strategy, steps, more);
    struct outcome o = search_of(s);
    study_free(s);
    return o;
}

static void print_outcome(const char *what, double size, const struct outcome *o)
{
    printf("%-6s %11.0f points, %10llu looked at (1 in %6.1f), %4zu on the front, %7.2f s\n", what,
           size, (unsigned long long)o->asked, size / (double)o->asked, o->n, o->spent_s);
    fflush(stdout);
}

static void bench_study(struct catalogue *c)
{
    double steps = 76, more_steps = 135, volume[SEEDS], reference[2] = {0, 0};
    struct outcome grid = grid_study(c, steps);
    printf("\ndeepseek-r1 on chips and engines, throughput against cost\n");
    print_outcome("grid", 3 * pow(steps, 4), &grid);
    struct outcome exact = search_study(c, "exact", steps, "");
    print_outcome("exact", 3 * pow(steps, 4), &exact);
    bool same = grid.n == exact.n && !memcmp(grid.at, exact.at, grid.n * 2 * sizeof(double));
    printf("       the fronts are %s\n", same ? "the same to the last bit" : "NOT THE SAME");
    struct outcome large = search_study(c, "exact", more_steps, "");
    print_outcome("exact", 3 * pow(more_steps, 4), &large);
    free(grid.at);
    free(large.at);
    for (size_t i = 0; i < exact.n * 2; i++)
        if (i < 2 || exact.at[i] > reference[i % 2])
            reference[i % 2] = exact.at[i];
    for (size_t k = 0; k < 2; k++) /* slightly worse than the worst of the front */
        reference[k] += 0.01 * fabs(reference[k]);
    double all = hypervolume(exact.at, exact.n, 2, reference);
    for (size_t seed = 0; seed < SEEDS; seed++) {
        char more[64];
        snprintf(more, sizeof more, ", budget: %d, seed: %zu", EVALUATIONS, seed + 1);
        struct outcome o = search_study(c, "nsga2", steps, more);
        volume[seed] = hypervolume(o.at, o.n, 2, reference) / all;
        free(o.at);
    }
    qsort(volume, SEEDS, sizeof *volume, by_value);
    printf("nsga2  reaches %.3f %% of the exact hypervolume in %d evaluations (median of %d seeds, "
           "worst %.3f %%)\n",
           100 * volume[SEEDS / 2], EVALUATIONS, SEEDS, 100 * volume[0]);
    free(exact.at);
}

/* ---- exact against the grid ---- */

/* Axes, with so many values each. */
#define CHIPS(steps)                                                                               \
    "  chip.memory_byte_per_s: {from: 2 TB/s, to: 32 TB/s, steps: " steps ", scale: log}\n"        \
    "  chip.memory_byte: {from: 80 GB, to: 500 GB, steps: " steps "}\n"                            \
    "  chip.link_byte_per_s: {from: 100 GB/s, to: 3 TB/s, steps: " steps ", scale: log}\n"
#define TWO "objectives: [+tokens_per_s, -system_cost_usd]\n"
#define FIXED "plan: {devices: 32, tp: 8, dp: 4}\nworkload: {batch: max, tpot: 50 ms}\n"
#define AUTO                                                                                       \
    "plan: {devices: 32, tp: auto, dp: auto, ep: auto}\nworkload: {batch: max, tpot: 50 ms}\n"
#define ENGINES                                                                                    \
    "sweep:\n  workload.context: [2048, 8192, 32768]\n  engine: [none, attacc, duplex]\n"
#define ALL_AUTO                                                                                   \
    "plan: {devices: 32, tp: auto, dp: auto, ep: auto, pp: auto, cp: auto}\n"                      \
    "workload: {phase: prefill, batch: max, ttft: 2 s}\n"

static const struct {
    const char *name, *text;
} kinds[] = {
    {"small", "model: deepseek-r1\n" FIXED "sweep:\n" CHIPS("9") TWO},
    {"large", "model: deepseek-r1\n" FIXED "sweep:\n" CHIPS("60") TWO},
    {"unordered parts", "models: /.*/\n" FIXED "sweep:\n  engine: /.*/\n" CHIPS("4") TWO},
    {"many contexts", "models: [gpt3-175b, deepseek-r1]\n" FIXED
                      "sweep:\n  workload.context: [2048, 4096, 8192, 32768]\n" CHIPS("16") TWO},
    {"batch given", "model: gpt3-175b\nplan: {devices: 32, tp: 8, dp: 4}\nworkload: {batch: 64}\n"
                    "sweep:\n" CHIPS("30") "objectives: [-tpot_s, -system_cost_usd]\n"},
    {"met by nothing", "model: deepseek-r1\n" FIXED
                       "sweep:\n" CHIPS("30") "constraints: [tokens_per_s >= 1e12]\n" TWO},
    {"no trend", "model: deepseek-r1\n" FIXED "sweep:\n" CHIPS(
                     "30") "objectives: [+tokens_per_s, -system_cost_usd, -energy_j_per_token]\n"},
    {"four objectives", "model: deepseek-r1\n" FIXED
                        "sweep:\n" CHIPS("24") "objectives: [+tokens_per_s, -system_cost_usd, "
                                               "-die_area_mm2, +tokens_per_s_per_device]\n"},
    {"auto mappings", "model: deepseek-r1\n" AUTO "sweep:\n" CHIPS("30") TWO},
    {"auto, small", "model: deepseek-r1\n" AUTO "sweep:\n" CHIPS("10") TWO},
    {"auto, contexts", "models: [gpt3-175b, deepseek-r1]\n" AUTO
                       "sweep:\n  workload.context: [2048, 4096, 8192, 32768]\n" CHIPS("9") TWO},
    {"all auto", "models: [gpt3-175b, deepseek-r1]\n" ALL_AUTO
                 "sweep:\n  workload.input: [512, 2048, 8192]\n" CHIPS("9") TWO},
    {"calibrated",
     "model: gpt3-175b\nchip: h100\ntiming: calibrated\n" FIXED "sweep:\n" CHIPS("16") TWO},
    {"calibrated, auto", "models: [gpt3-175b, deepseek-r1]\nchip: h100\ntiming: calibrated\n" AUTO
                         "sweep:\n  workload.context: [2048, 4096, 8192, 32768]\n" CHIPS("9") TWO},
    {"calibrated, contexts",
     "models: [gpt3-175b, deepseek-r1]\nchip: h100\ntiming: calibrated\n" FIXED
     "sweep:\n  workload.context: [2048, 4096, 8192, 32768]\n" CHIPS("9") TWO},
    {"engines", "models: [gpt3-175b, deepseek-r1]\nchip: b200\n" FIXED ENGINES CHIPS("8") TWO},
    {"engines, auto", "models: [gpt3-175b, deepseek-r1]\nchip: b200\n" AUTO ENGINES CHIPS("8") TWO},
};

static struct study *study_of_kind(struct catalogue *c, size_t kind, const char *strategy)
{
    struct study *s;
    struct err err;
    char *text = mem_print("%ssearch: {strategy: %s}\n", kinds[kind].text, strategy);
    if (study_parse(&s, "bench", text, c, &err) != 0)
        stop(err.text);
    free(text);
    return s;
}

/* Seconds of CPU time of both threads. */
static double cpu_s(struct outcome *out, const struct study *s, bool grid)
{
    clock_t start = clock();
    *out = grid ? grid_of(s) : search_of(s);
    return (double)(clock() - start) / CLOCKS_PER_SEC;
}

static void bench_exact(struct catalogue *c)
{
    printf("\nexact against the grid, CPU time, the median of %d ratios\n%-21s%10s%9s%9s  %s\n",
           SEEDS, "study", "points", "ratio", "priced", "fronts");
    for (size_t k = 0; k < LEN(kinds); k++) {
        struct study *grid = study_of_kind(c, k, "grid"), *exact = study_of_kind(c, k, "exact");
        double ratio[SEEDS], share = 1;
        bool same = true;
        for (size_t turn = 0; turn < SEEDS; turn++) {
            struct outcome a, b;
            double grid_s = cpu_s(&a, grid, true);
            ratio[turn] = cpu_s(&b, exact, false) / grid_s;
            same = same && a.n == b.n; /* in any order; test_exact compares the points */
            share = (double)b.asked / (double)grid->size;
            free(a.at);
            free(b.at);
        }
        qsort(ratio, SEEDS, sizeof *ratio, by_value);
        printf("%-21s%10llu%9.2f%8.2f%%  %s\n", kinds[k].name, (unsigned long long)grid->size,
               ratio[SEEDS / 2], 100 * share, same ? "the same size" : "NOT THE SAME");
        fflush(stdout);
        study_free(grid);
        study_free(exact);
    }
}

/* ---- effort of a point, for the constants of study_problem.c ---- */

/* The points to price, in order. */
struct sample {
    const struct study *study;
    const struct columns *columns;
    size_t n;
    double *genes, *rows;
};

static void price_in_order(const struct sample *p)
{
    struct cursor c = {0};
    struct block *block = mem_alloc(1, sizeof *block);
    cursor_seek(&c, p->study, 0);
    for (size_t i = 0; i < p->n; block_price(block))
        i += block_fill(block, &c, p->columns, p->rows + i * p->columns->stride, p->n - i);
    cursor_free(&c);
    free(block);
}

static void price_list(const struct sample *p)
{
    struct cursor c = {0};
    sweep_points(p->study, p->columns,
                 &(struct point_list){.n = p->n,
                                      .genes = p->genes,
                                      .rows = p->rows,
                                      .relaxes = trends_need_relaxing(p->study)},
                 &c, 1);
    cursor_free(&c);
}

/* Steps that are far apart: `fast` along the genes that keep the operators, `slow` along others. */
static void draw_sample(struct sample *p, const struct explore *e, uint64_t fast, uint64_t slow)
{
    size_t axes = e->problem.genes, first = p->study->slow;
    for (size_t i = 0; i < p->n; i++) {
        double *gene = p->genes + i * axes;
        genes_seek(e->gene, first, slow * i, gene);
        genes_seek(e->gene + first, axes - first, fast * i, gene + first);
    }
}

/* Under `valgrind --tool=callgrind --toggle-collect=price_in_order` (or price_list): the
 * instructions of a kind, `how` one of order, near (other chips), apart (other operators too). */
static void bench_effort(struct catalogue *c, const char *kind, const char *how)
{
    enum { POINTS = 480 };
    size_t k = 0;
    while (k < LEN(kinds) && strcmp(kinds[k].name, kind) != 0)
        k++;
    if (k == LEN(kinds))
        stop("no such kind");
    struct study *s = study_of_kind(c, k, "grid");
    struct columns *columns = mem_alloc(1, sizeof *columns);
    struct explore *e = mem_alloc(1, sizeof *e);
    columns_make(columns, s);
    explore_make(e, s, columns);
    struct sample p = {s, columns, POINTS, mem_alloc(POINTS * s->axes, sizeof(double)),
                       mem_alloc(2 * POINTS * columns->stride, sizeof(double))};
    void (*const price)(const struct sample *) = *how == 'o' ? price_in_order : price_list;
    draw_sample(&p, e, 7, *how == 'a');
    price(&p);
    printf("%s, %s: %d points of %llu\n", kind, how, POINTS, (unsigned long long)s->size);
    explore_free(e);
    free(p.genes);
    free(p.rows);
    free(e);
    free(columns);
    study_free(s);
}

static bool wanted(int argc, char **argv, const char *what)
{
    for (int i = 1; i < argc; i++)
        if (!strcmp(argv[i], what))
            return true;
    return argc < 2;
}

int main(int argc, char **argv)
{
    struct catalogue *c;
    struct err err;
    const char *dir = getenv("DSE_CATALOGUE");
    if (wanted(argc, argv, "problems"))
        bench_problems();
    if (wanted(argc, argv, "sets"))
        bench_sets();
    bool study = wanted(argc, argv, "study"), exact = wanted(argc, argv, "exact");
    bool effort = argc == 4 && !strcmp(argv[1], "effort");
    if (study || exact || effort) {
        if (catalogue_open(&c, dir ? dir : BENCH_CATALOGUE, &err) != 0) {
            fprintf(stderr, "%s\n", err.text);
            return 1;
        }
        if (study)
            bench_study(c);
        if (exact)
            bench_exact(c);
        if (effort)
            bench_effort(c, argv[2], argv[3]);
        catalogue_close(c);
    }
    return 0;
}
