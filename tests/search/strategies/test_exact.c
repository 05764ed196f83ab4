/* The front of `exact` against that of all points: on made-up problems, some of which violate their
 * declared trends, and on small random studies. */
#include "tests/test.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "search/study_problem.h"
#include "tests/model.h"

enum { FRONT_MOST = 4096 };

/* Numbers of a front, in order. */
struct front {
    size_t n;
    uint64_t id[FRONT_MOST];
};

static int by_number(const void *a, const void *b)
{
    const uint64_t *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

static void list_front(struct front *out, const struct search *search)
{
    out->n = archive_count(search_archive(search));
    assert_true(out->n <= FRONT_MOST);
    archive_list(search_archive(search), NULL, out->id);
    qsort(out->id, out->n, sizeof *out->id, by_number);
}

static bool is_same(const struct front *a, const struct front *b)
{
    return a->n == b->n && memcmp(a->id, b->id, a->n * sizeof *a->id) == 0;
}

/* ---- made-up problems ---- */

enum { SIDES = 3, GOALS = 2 };

/* A cube of points, the same trends along each side; `at` computes the outcome of a point. */
struct toy {
    size_t values; /* of a side */
    void (*at)(const double *gene, double *worth);
    enum trend trend[GOALS];
};

struct found {
    struct front front;
    uint64_t asked;
    bool failed;
};

static void search_toy(struct found *out, const struct toy *t, const struct strategy *with)
{
    struct gene gene[SIDES];
    enum trend trend[GOALS * SIDES];
    bool always[GOALS + 1] = {false};
    for (size_t i = 0; i < SIDES; i++) {
        gene[i] = (struct gene){GENE_ORDERED, t->values};
        for (size_t j = 0; j < GOALS; j++)
            trend[j * SIDES + i] = t->trend[j];
    }
    struct problem p = {.genes = SIDES,
                        .objectives = GOALS,
                        .gene = gene,
                        .budget = INFINITY,
                        .trend = trend,
                        .always = always};
    double *worth = mem_alloc((size_t)SEARCH_BATCH * GOALS, sizeof *worth);
    bool *joined = mem_alloc(SEARCH_BATCH, sizeof *joined);
    struct search *search = search_open(with, &p);
    const double *genes;
    for (size_t n; (n = search_ask(search, &genes)) > 0;) {
        for (size_t i = 0; i < n; i++)
            t->at(genes + i * SIDES, worth + i * GOALS);
        search_tell(search, worth, joined);
        archive_forget(search_front(search));
    }
    list_front(&out->front, search);
    out->asked = search_asked(search);
    out->failed = search_failed(search);
    search_close(search);
    free(worth);
    free(joined);
}

/* As a caller must, prices every point if a bound is violated. */
static void answer_toy(struct found *out, const struct toy *t)
{
    search_toy(out, t, &strategy_exact);
    if (out->failed) {
        search_toy(out, t, &strategy_grid);
        out->failed = true;
    }
}

static struct found *toy_finds(const struct toy *t, bool breaks)
{
    struct found *all = mem_alloc(1, sizeof *all), *exact = mem_alloc(1, sizeof *exact);
    search_toy(all, t, &strategy_grid);
    answer_toy(exact, t);
    assert_true(is_same(&all->front, &exact->front));
    assert_int_equal(exact->failed, breaks);
    free(all);
    return exact;
}

/* Both follow their trends: cost rises along all sides, time falls. */
static void at_slope(const double *gene, double *worth)
{
    worth[0] = 10 + gene[0] + 2 * gene[1] + 3 * gene[2];
    worth[1] = 1000 / (10 + 3 * gene[0] + 2 * gene[1] + gene[2]);
}

/* The same, but in one box near the front and away from the corners of large boxes, the cost is
 * far too low. */
static void at_pit(const double *gene, double *worth)
{
    bool in = gene[0] >= 29 && gene[0] <= 30 && gene[1] >= 5 && gene[1] <= 9 && gene[2] <= 1;
    at_slope(gene, worth);
    worth[0] -= in ? 30 : 0;
}

/* Steps of four values: groups of 64 points have identical outcomes. */
static void at_stairs(const double *gene, double *worth)
{
    double step[SIDES];
    for (size_t i = 0; i < SIDES; i++)
        step[i] = floor(gene[i] / 4);
    worth[0] = 10 + step[0] + step[1] + step[2];
    worth[1] = 30 - step[0] - step[1] - step[2];
}

/* Only one objective varies; the other is constant. */
static void at_plane(const double *gene, double *worth)
{
    worth[0] = 10 + floor(gene[0] / 5) + floor(gene[1] / 5) + floor(gene[2] / 5);
    worth[1] = 7;
}

static void exact_skips_most_points_of_a_problem_that_follows_its_trends(void **state)
{
    (void)state;
    struct toy toy = {32, at_slope, {TREND_UP, TREND_DOWN}};
    struct found *exact = toy_finds(&toy, false);
    assert_true(exact->asked < 32 * 32 * 32 / 4);
    free(exact);
}

static void a_trend_violated_in_one_box_is_noticed_and_the_front_is_the_grids(void **state)
{
    (void)state;
    struct toy toy = {32, at_pit, {TREND_UP, TREND_DOWN}};
    free(toy_finds(&toy, true));
}

static void all_points_of_equal_worth_are_on_the_front(void **state)
{
    (void)state;
    struct toy stairs = {12, at_stairs, {TREND_UP, TREND_DOWN}};
    struct found *exact = toy_finds(&stairs, false);
    assert_int_equal(exact->front.n, 12 * 12 * 12);
    free(exact);
    struct toy plane = {15, at_plane, {TREND_UP, TREND_NONE}};
    exact = toy_finds(&plane, false);
    assert_int_equal(exact->front.n, 5 * 5 * 5);
    free(exact);
}

/* ---- studies ---- */

/* Lines through the space violated none of the declared trends. */
static void assert_trends_hold(const struct explore *e)
{
    const struct problem *p = &e->problem;
    for (size_t k = 0; e->turns && k < (p->objectives + p->limits) * p->genes; k++)
        assert_false(e->turns[k]);
}

/* Where a trend is declared, the bound of a feasible point is not worse than its outcome. */
static void assert_bounds_are_not_worse(const struct explore *e, size_t n, const double *worth)
{
    const struct problem *p = &e->problem;
    size_t width = p->objectives + p->limits;
    for (size_t i = 0; p->relaxed && i < n; i++) {
        const double *at = worth + i * width, *bound = worth + (n + i) * width;
        for (size_t j = 0; j < width && outcome_violation(p, at) <= 0; j++)
            for (size_t k = 0; k < p->genes; k++)
                if (p->trend[j * p->genes + k] != TREND_UNKNOWN)
                    assert_true(bound[j] <= at[j] + trend_room(at[j], 0, j >= p->objectives));
    }
}

/* The front that a strategy finds; `grid` as in explore_trends. */
static void find_front(struct front *out, const struct study *s, const struct strategy *with,
                       double grid)
{
    struct columns *columns = mem_alloc(1, sizeof *columns);
    struct explore *e = mem_alloc(1, sizeof *e);
    columns_make(columns, s);
    explore_make(e, s, columns);
    if (with == &strategy_exact)
        explore_trends(e, grid, 1);
    assert_trends_hold(e);
    size_t width = e->problem.objectives + e->problem.limits, n;
    size_t most = SEARCH_BATCH * explore_rows(e);
    double *rows = mem_alloc(most * columns->stride, sizeof *rows);
    double *worth = mem_alloc(most * width, sizeof *worth);
    bool *joined = mem_alloc(SEARCH_BATCH, sizeof *joined);
    struct search *search = search_open(with, &e->problem);
    const double *genes;
    while ((n = search_ask(search, &genes)) > 0) {
        explore_price(e, n, genes, rows, worth, 1);
        assert_bounds_are_not_worse(e, n, worth);
        search_tell(search, worth, joined);
    }
    assert_false(search_gave_up(search));
    assert_false(search_failed(search));
    list_front(out, search);
    search_close(search);
    explore_free(e);
    free(rows);
    free(worth);
    free(joined);
    free(e);
    free(columns);
}

static const char *pick(struct random *r, const char *const *of, size_t n)
{
    return of[random_below(r, n)];
}
#define PICK(...)                                                                                  \
    pick(r, (const char *const[]){__VA_ARGS__}, LEN(((const char *const[]){__VA_ARGS__})))

/* `how` are lines on plan and timing. */
static char *draw_study(struct random *r, const char *how)
{
    const char *phase = PICK("decode", "decode", "prefill", "serving", "disaggregated");
    bool has_tpot = strcmp(phase, "prefill") != 0;
    return mem_print(
        "models: %s\nchip: {base: h100, tdp_w: %s}\n%s\n"
        "workload: {phase: %s, batch: %s, tpot: %s, input: 2048, output: 512}\n"
        "sweep:\n"
        "  engine: %s\n"
        "  workload.context: %s\n"
        "  chip.memory_byte_per_s: {from: 2 TB/s, to: 20 TB/s, steps: %s, scale: log}\n"
        "  chip.memory_byte: {from: 60 GB, to: 400 GB, steps: %s}\n"
        "  chip.compute_units: {from: 40, to: 320, steps: %s}\n%s"
        "%sobjectives: %s\n",
        PICK("[gpt3-175b]", "[deepseek-r1, llama-4-maverick]"), PICK("auto", "350", "500"), how,
        phase, PICK("max", "32"), PICK("50 ms", "5 ms", "1 us"),
        PICK("[none]", "[none, duplex]", "[attacc, neupims]", "[logic-die-r128, on-die-r512]",
             "[cent, bank-group-pim]", "[none, memory-pool, stratum]"),
        PICK("[8192]", "[2048, 32768]", "[32768, 4096, 4097]"), PICK("2", "3", "5"),
        PICK("2", "3", "5"), PICK("2", "3", "4"),
        PICK("", "", "  engine.ridge_flop_per_byte: [4, 32, 400]\n",
             "  engine.bandwidth_ratio: [1.5, 4, 16]\n",
             "  chip.link_byte_per_s: [50 GB/s, 450 GB/s, 900 GB/s]\n"),
        PICK("", "", "constraints: [die_area_mm2 <= 900, tokens_per_s >= 3000]\n",
             "constraints: [tokens_per_s >= 1e12]\n"),
        PICK("[+tokens_per_s, -system_cost_usd]", "[+tokens_per_s, -die_area_mm2]",
             "[+tokens_per_s, -system_cost_usd, -energy_j_per_token]", "[+tokens_per_s]",
             has_tpot ? "[-tpot_s, -device_cost_usd, -die_area_mm2, +tokens_per_s_per_device]"
                      : "[+tokens_per_s, -device_cost_usd, -die_area_mm2]"));
}

static void compare(const char *how, size_t rounds, uint64_t seed)
{
    struct front *all = mem_alloc(1, sizeof *all), *exact = mem_alloc(1, sizeof *exact);
    struct random r;
    random_seed(&r, seed);
    for (size_t round = 0; round < rounds; round++) {
        struct study *s;
        struct err err = {0};
        char *text = draw_study(&r, how);
        if (study_parse(&s, "test", text, catalogue, &err) != 0)
            assert_string_equal(err.text, "");
        find_front(all, s, &strategy_grid, 0);
        find_front(exact, s, &strategy_exact, 1e6); /* far more: it never gives up */
        if (!is_same(all, exact))
            assert_string_equal(text, "the same front");
        study_free(s);
        free(text);
    }
    free(all);
    free(exact);
}

static void exact_equals_the_grid_with_fixed_mappings(void **state)
{
    (void)state;
    compare("plan: {devices: 32, tp: 8, dp: 4}", 200, 1);
}

static void exact_equals_the_grid_with_auto_mappings(void **state)
{
    (void)state;
    compare("plan: {devices: 16, tp: auto, dp: auto, ep: auto}", 8, 2);
}

static void exact_equals_the_grid_with_calibrated_timing(void **state)
{
    (void)state;
    compare("plan: {devices: 32, tp: 8, dp: 4}\ntiming: calibrated", 8, 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(exact_skips_most_points_of_a_problem_that_follows_its_trends),
        cmocka_unit_test(a_trend_violated_in_one_box_is_noticed_and_the_front_is_the_grids),
        cmocka_unit_test(all_points_of_equal_worth_are_on_the_front),
        cmocka_unit_test(exact_equals_the_grid_with_fixed_mappings),
        cmocka_unit_test(exact_equals_the_grid_with_auto_mappings),
        cmocka_unit_test(exact_equals_the_grid_with_calibrated_timing),
    };
    return cmocka_run_group_tests_name("exact", tests, open_tests, close_tests);
}
