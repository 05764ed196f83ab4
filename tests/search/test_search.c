#include "tests/test.h"

#include <stdlib.h>
#include <string.h>

#include "base/hypervolume.h"
#include "base/mem.h"
#include "base/pareto.h"
#include "search/study_problem.h"
#include "search/strategies/front_progress.h"
#include "search/metric_trend.h"
#include "tests/model.h"
#include "tests/problems.h"

enum { GENES = 4 };

/* Mixed genes: a category, two lists, a range. */
static const struct gene mixed[GENES] = {
    {GENE_CATEGORY, 3}, {GENE_ORDERED, 5}, {GENE_ORDERED, 40}, {GENE_REAL, 0}};

static void mixed_at(const double *g, double *out)
{
    out[0] = g[1] + g[2] / 40 + g[0] + g[3];
    out[1] = fabs(g[2] - 20) / 20 - g[1] + (1 - g[3]) * (1 - g[3]);
    out[2] = g[1] + g[3] - 4; /* a limit */
}

/* All points asked for, [n][GENES]. */
static double *ask_all(const struct strategy *with, const struct problem *p, size_t *n)
{
    size_t room = 0, count, width = p->objectives + p->limits;
    const double *genes;
    double *all = NULL, worth[SEARCH_BATCH * 3];
    bool joined[SEARCH_BATCH];
    struct search *s = search_open(with, p);
    *n = 0;
    while ((count = search_ask(s, &genes)) > 0) {
        assert_true(count <= SEARCH_BATCH);
        if (*n + count > room)
            all = mem_grow(all, room = 2 * (*n + count), GENES * sizeof *all);
        memcpy(all + *n * GENES, genes, count * GENES * sizeof *genes);
        for (size_t i = 0; i < count; i++)
            mixed_at(genes + i * GENES, worth + i * width);
        search_tell(s, worth, joined);
        *n += count;
    }
    assert_true(search_over(s) != NULL);
    assert_int_equal(search_asked(s), *n);
    search_close(s);
    return all;
}

static struct problem mixed_problem(size_t genes_from, double budget, uint64_t seed)
{
    return (struct problem){.genes = GENES,
                            .objectives = 2,
                            .limits = 1,
                            .gene = mixed + genes_from,
                            .budget = budget,
                            .seed = seed};
}

static int by_genes(const void *a, const void *b)
{
    return memcmp(a, b, GENES * sizeof(double));
}

static void every_strategy_asks_for_new_points_that_exist_and_repeats_itself(void **state)
{
    (void)state;
    for (size_t i = 0; strategies[i]; i++) {
        if (strategies[i]->lists)
            continue;
        struct problem p = mixed_problem(0, 5000, 3);
        size_t n, m;
        double *a = ask_all(strategies[i], &p, &n), *b = ask_all(strategies[i], &p, &m);
        assert_int_equal(n, 5000);
        assert_int_equal(m, n);
        assert_memory_equal(a, b, n * GENES * sizeof *a);
        free(b);
        p.seed = 4;
        b = ask_all(strategies[i], &p, &m);
        assert_memory_not_equal(a, b, n * GENES * sizeof *a);
        free(b);
        for (size_t k = 0; k < n * GENES; k++) {
            const struct gene *g = &mixed[k % GENES];
            if (g->kind == GENE_REAL)
                assert_true(a[k] >= 0 && a[k] <= 1);
            else
                assert_true(a[k] >= 0 && a[k] < (double)g->n && a[k] == floor(a[k]));
        }
        qsort(a, n, GENES * sizeof *a, by_genes);
        for (size_t k = 1; k < n; k++)
            assert_true(by_genes(a + (k - 1) * GENES, a + k * GENES) != 0);
        free(a);
    }
}

static void every_strategy_ends_after_all_points_of_a_small_space(void **state)
{
    (void)state;
    static const struct gene small[GENES] = {
        {GENE_CATEGORY, 3}, {GENE_ORDERED, 5}, {GENE_ORDERED, 7}, {GENE_ORDERED, 1}};
    for (size_t i = 0; strategies[i]; i++) {
        struct problem p = mixed_problem(0, 1000, 1);
        enum trend unknown[3 * GENES] = {TREND_UNKNOWN};
        const bool always[3] = {true, true, true};
        size_t n;
        p.gene = small;
        p.trend = unknown;
        p.always = always;
        free(ask_all(strategies[i], &p, &n));
        assert_int_equal(n, 3 * 5 * 7);
    }
}

static void layers_of_a_latin_hypercube_hold_one_point_each(void **state)
{
    (void)state;
    enum { N = 200 };
    static const struct gene real[GENES] = {
        {GENE_REAL, 0}, {GENE_REAL, 0}, {GENE_REAL, 0}, {GENE_REAL, 0}};
    struct problem p = mixed_problem(0, N, 1);
    size_t n, layer[GENES][N] = {{0}};
    p.gene = real;
    double *a = ask_all(&strategy_lhs, &p, &n);
    for (size_t i = 0; i < N * GENES; i++)
        layer[i % GENES][(size_t)(a[i] * N)]++;
    for (size_t i = 0; i < N * GENES; i++)
        assert_int_equal(layer[i / N][i % N], 1);
    free(a);
}

/* ---- quality ---- */

static double volume_reached(const struct test_problem *t, const struct strategy *with)
{
    struct gene gene[VARIABLES_MOST];
    const double *genes;
    double *worth = mem_alloc(SEARCH_BATCH * (t->objectives + t->limits), sizeof *worth);
    bool *joined = mem_alloc(SEARCH_BATCH, sizeof *joined);
    for (size_t i = 0; i < t->variables; i++)
        gene[i] = (struct gene){GENE_REAL, 0};
    struct problem p = {.genes = t->variables,
                        .objectives = t->objectives,
                        .limits = t->limits,
                        .gene = gene,
                        .budget = 25000,
                        .seed = 1};
    struct search *s = search_open(with, &p);
    for (size_t n; (n = search_ask(s, &genes)) > 0;) {
        for (size_t i = 0; i < n; i++)
            test_problem_at(t, genes + i * t->variables, worth + i * (t->objectives + t->limits));
        search_tell(s, worth, joined);
    }
    size_t n = archive_count(search_archive(s));
    double *at = mem_alloc(n * t->objectives, sizeof *at);
    archive_list(search_archive(s), at, NULL);
    double volume = hypervolume(at, n, t->objectives, t->reference);
    free(at);
    free(worth);
    free(joined);
    search_close(s);
    return volume;
}

/* The published figures are medians of five runs, so a single run may be 1 % worse. */
static void published_problems_reach_the_published_hypervolume(void **state)
{
    (void)state;
    static const char *const some[] = {"zdt1", "zdt3", "zdt6", "dtlz2", "dtlz7", "bnh", "tnk"};
    for (size_t i = 0; i < LEN(test_problems); i++)
        for (size_t k = 0; k < LEN(some); k++)
            if (!strcmp(test_problems[i].name, some[k])) {
                const struct test_problem *t = &test_problems[i];
                double got =
                    volume_reached(t, t->objectives > 2 ? &strategy_nsga3 : &strategy_nsga2);
                assert_true(got > 0.99 * t->archive);
            }
}

static void a_front_without_progress_ends_the_search(void **state)
{
    (void)state;
    static const struct gene one[GENES] = {
        {GENE_REAL, 0}, {GENE_ORDERED, 2}, {GENE_ORDERED, 2}, {GENE_ORDERED, 2}};
    struct problem p = mixed_problem(0, 1e6, 1);
    size_t n;
    p.gene = one;
    p.stall = 2000;
    free(ask_all(&strategy_nsga2, &p, &n));
    assert_true(n >= 2000 && n < 100000);
}

/* ---- exact ---- */

/* A step function with given trends: a sum of tables that rise, fall or are arbitrary. */
struct tables {
    enum trend trend[3][GENES];
    double value[3][GENES][40];
};

static void tables_make(struct tables *t, const struct gene *g, struct random *r)
{
    for (size_t j = 0; j < 3; j++)
        for (size_t i = 0; i < GENES; i++) {
            enum trend way = (enum trend)random_below(r, 4);
            double level = 0;
            t->trend[j][i] = g[i].kind == GENE_CATEGORY ? TREND_UNKNOWN : way;
            for (size_t v = 0; v < g[i].n; v++) {
                double step = (double)random_below(r, 4);
                if (t->trend[j][i] == TREND_UP)
                    level += step;
                else if (t->trend[j][i] == TREND_DOWN)
                    level -= step;
                else if (t->trend[j][i] == TREND_UNKNOWN)
                    level = step * 5;
                t->value[j][i][v] = level;
            }
        }
}

static void tables_at(const struct tables *t, const double *gene, double *out)
{
    for (size_t j = 0; j < 3; j++) {
        out[j] = 0;
        for (size_t i = 0; i < GENES; i++)
            out[j] += t->value[j][i][(size_t)gene[i]];
    }
    out[2] -= 8;
}

static size_t front_of_tables(const struct strategy *with, const struct tables *t,
                              const struct gene *g, uint64_t **id, uint64_t *asked)
{
    const bool always[3] = {true, true, true};
    struct problem p = mixed_problem(0, INFINITY, 1);
    const double *genes;
    double worth[SEARCH_BATCH * 3];
    bool joined[SEARCH_BATCH];
    p.gene = g;
    p.trend = &t->trend[0][0];
    p.always = always;
    struct search *s = search_open(with, &p);
    for (size_t n; (n = search_ask(s, &genes)) > 0;) {
        for (size_t i = 0; i < n; i++)
            tables_at(t, genes + i * GENES, worth + i * 3);
        search_tell(s, worth, joined);
    }
    assert_false(search_failed(s));
    size_t n = archive_count(search_archive(s));
    *id = mem_alloc(n, sizeof **id);
    archive_list(search_archive(s), NULL, *id);
    *asked = search_asked(s);
    search_close(s);
    return n;
}

static int by_number(const void *a, const void *b)
{
    const uint64_t *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

static void exact_finds_the_front_of_the_grid(void **state)
{
    (void)state;
    static const struct gene lists[GENES] = {
        {GENE_CATEGORY, 3}, {GENE_ORDERED, 11}, {GENE_ORDERED, 8}, {GENE_ORDERED, 13}};
    struct random r;
    uint64_t asked, all, fewer = 0;
    struct tables *t = mem_alloc(1, sizeof *t);
    random_seed(&r, 5);
    for (int round = 0; round < 100; round++) {
        uint64_t *a, *b;
        tables_make(t, lists, &r);
        size_t n = front_of_tables(&strategy_grid, t, lists, &a, &all);
        size_t m = front_of_tables(&strategy_exact, t, lists, &b, &asked);
        assert_int_equal(n, m);
        qsort(a, n, sizeof *a, by_number);
        qsort(b, m, sizeof *b, by_number);
        assert_memory_equal(a, b, n * sizeof *a);
        assert_true(asked <= all);
        fewer += asked < all;
        free(a);
        free(b);
    }
    assert_true(fewer > 50);
    free(t);
}

/* What the table of trends says, along random lines of random designs. Where the reticle cuts a die
 * in two its cost falls, so cost is not held to it here but by every run of exact. */
static void declared_trends_of_throughput_hold(void **state)
{
    (void)state;
    static const char *const models[] = {"gpt3-175b", "deepseek-r1", "llama-4-maverick"};
    /* With an engine they are those of relaxed designs. */
    static const char *const engines[] = {"none", "duplex", "neupims"};
    static const char *const batches[] = {"max", "64"};
    for (size_t k = 0; k < 18; k++) {
        struct study *s;
        struct err err = {0};
        char *text = mem_print(
            "model: %s\nengine: %s\nplan: {devices: 32}\nworkload: {batch: %s, tpot: 50 ms}\n"
            "sweep:\n"
            "  chip.memory_byte_per_s: {from: 1 TB/s, to: 40 TB/s, steps: 9, scale: log}\n"
            "  chip.memory_byte: {from: 40 GB, to: 600 GB, steps: 8}\n"
            "  chip.link_byte_per_s: {from: 50 GB/s, to: 3 TB/s, steps: 7, scale: log}\n"
            "  chip.compute_units: {from: 20, to: 400, steps: 9}\n"
            "  chip.link_latency_s: [0, 1 us, 10 us]\n"
            "  workload.tpot_s: [100 ms, 50 ms, 20 ms]\n"
            "  workload.context: [1000, 4000, 20000]\n"
            "objectives: [+tokens_per_s, -die_area_mm2]\n"
            "search: {strategy: exact, seed: %zu}\n",
            models[k % 3], engines[k / 3 % 3], batches[k / 9], k);
        if (study_parse(&s, "test", text, catalogue, &err) != 0)
            assert_string_equal(err.text, "");
        struct columns *columns = mem_alloc(1, sizeof *columns);
        struct explore *e = mem_alloc(1, sizeof *e);
        columns_make(columns, s);
        explore_make(e, s, columns);
        for (size_t i = 0; i < s->axes; i++)
            assert_int_not_equal(trend_declared(s, s->objective[0].metric, &s->axis[i]),
                                 TREND_UNKNOWN);
        explore_trends(e, 0, 1);
        assert_int_equal(e->problem.relaxed, k / 3 % 3 > 0);
        for (size_t i = 0; i < s->axes; i++) {
            assert_int_equal(e->trend[0 * s->axes + i] == TREND_UNKNOWN, false);
            assert_int_equal(e->trend[2 * s->axes + i] == TREND_UNKNOWN, false);
        }
        explore_free(e);
        free(e);
        free(columns);
        study_free(s);
        free(text);
    }
}

/* batch_slo is infinite without a limit: such a point counts as the best finite value. */
/* Devices and mappings of an FFN pool are chosen by price: throughput may fall along a rate. */
static void pools_declare_trends_of_devices_alone(void **state)
{
    struct study *s;
    struct err err;
    (void)state;
    assert_int_equal(study_parse(&s, "test",
                                 "study: pools\nmodel: deepseek-r1\nchip: h20\n"
                                 "plan: {devices: 32}\nsweep:\n"
                                 "  pools.ffn.chip: [none, h100]\n"
                                 "  chip.memory_byte_per_s: [4 TB/s, 6 TB/s]\n"
                                 "  workload.tpot_s: [20 ms, 50 ms]\n",
                                 catalogue, &err),
                     0);
    for (size_t i = 0; i < s->axes; i++) {
        const struct axis *a = &s->axis[i];
        bool memory = !strcmp(a->path, "chip.memory_byte_per_s");
        assert_int_equal(trend_declared(s, NULL, a), TREND_UNKNOWN);
        assert_int_equal(trend_declared(s, metric_number("tokens_per_s", &err), a), TREND_UNKNOWN);
        assert_int_equal(trend_declared(s, metric_number("system_cost_usd", &err), a),
                         TREND_UNKNOWN);
        if (memory)
            assert_int_equal(trend_declared(s, metric_number("device_cost_usd", &err), a),
                             TREND_UP);
    }
    study_free(s);
}

static void infinite_objectives_leave_the_hypervolume_finite(void **state)
{
    struct front_progress g = {.dim = 2};
    struct archive *front = archive_new(2);
    const double first[] = {1, 3}, second[] = {4, 1}, endless[] = {-INFINITY, 2};
    double share;
    (void)state;
    front_progress_add(&g, endless);
    archive_offer(front, endless, 0);
    assert_true(front_progress_volume(&g, front, &share) == 0 && share == 0);
    front_progress_add(&g, first);
    front_progress_add(&g, second);
    archive_offer(front, second, 1);
    /* up to (4, 3): what is at (1, 2) has 3 x 1 of the box of 3 x 2 */
    assert_close(front_progress_volume(&g, front, &share), 3, 0);
    assert_close(share, 0.5, 0);
    archive_free(front);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(infinite_objectives_leave_the_hypervolume_finite),
        cmocka_unit_test(every_strategy_asks_for_new_points_that_exist_and_repeats_itself),
        cmocka_unit_test(every_strategy_ends_after_all_points_of_a_small_space),
        cmocka_unit_test(layers_of_a_latin_hypercube_hold_one_point_each),
        cmocka_unit_test(published_problems_reach_the_published_hypervolume),
        cmocka_unit_test(a_front_without_progress_ends_the_search),
        cmocka_unit_test(exact_finds_the_front_of_the_grid),
        cmocka_unit_test(declared_trends_of_throughput_hold),
        cmocka_unit_test(pools_declare_trends_of_devices_alone),
    };
    return cmocka_run_group_tests_name("search", tests, open_tests, close_tests);
}
