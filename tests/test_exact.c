/* The front of `exact` against that of every point, on small studies drawn at random. */
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

/* What a strategy finds; `grid` as explore_trends. */
static void find_front(struct front *out, const struct study *s, const struct strategy *with,
                       double grid)
{
    struct columns *columns = mem_alloc(1, sizeof *columns);
    struct explore *e = mem_alloc(1, sizeof *e);
    struct cursor cursor = {0};
    columns_make(columns, s);
    explore_make(e, s, columns);
    if (with == &strategy_exact)
        explore_trends(e, grid, 1);
    size_t width = e->problem.objectives + e->problem.limits, n;
    double *rows = mem_alloc((size_t)SEARCH_BATCH * columns->stride, sizeof *rows);
    double *worth = mem_alloc(SEARCH_BATCH * width, sizeof *worth);
    bool *joined = mem_alloc(SEARCH_BATCH, sizeof *joined);
    struct search *search = search_open(with, &e->problem);
    const double *genes;
    while ((n = search_ask(search, &genes)) > 0) {
        sweep_points(s, columns, &(struct point_list){n, genes, rows}, &cursor, 1);
        explore_worth(e, n, rows, worth);
        search_tell(search, worth, joined);
    }
    assert_false(search_gave_up(search));
    assert_false(search_failed(search));
    out->n = archive_count(search_archive(search));
    assert_true(out->n <= FRONT_MOST);
    archive_list(search_archive(search), NULL, out->id);
    qsort(out->id, out->n, sizeof *out->id, by_number);
    search_close(search);
    cursor_free(&cursor);
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
    return mem_print(
        "models: %s\nchip: h100\n%s\n"
        "workload: {phase: %s, batch: %s, tpot: %s, input: 2048, output: 512}\n"
        "sweep:\n"
        "  engine: %s\n"
        "  workload.context: %s\n"
        "  chip.memory_byte_per_s: {from: 2 TB/s, to: 20 TB/s, steps: %s, scale: log}\n"
        "  chip.memory_byte: {from: 60 GB, to: 400 GB, steps: %s}\n"
        "  chip.compute_units: {from: 40, to: 320, steps: %s}\n"
        "%sobjectives: %s\n",
        PICK("[gpt3-175b]", "[deepseek-r1, llama-4-maverick]"), how,
        PICK("decode", "decode", "prefill", "serving", "disaggregated"), PICK("max", "32"),
        PICK("50 ms", "5 ms", "1 us"), PICK("[none]", "[none, duplex]", "[attacc, neupims]"),
        PICK("[8192]", "[2048, 32768]", "[32768, 4096, 4097]"), PICK("2", "4", "7"),
        PICK("2", "5", "6"), PICK("2", "3", "8"),
        PICK("", "", "constraints: [die_area_mm2 <= 900, tokens_per_s >= 3000]\n",
             "constraints: [tokens_per_s >= 1e12]\n"),
        PICK("[+tokens_per_s, -system_cost_usd]", "[+tokens_per_s, -die_area_mm2]",
             "[+tokens_per_s, -system_cost_usd, -energy_j_per_token]", "[+tokens_per_s]",
             "[-tpot_s, -device_cost_usd, -die_area_mm2, +tokens_per_s_per_device]"));
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
        find_front(exact, s, &strategy_exact, 20000); /* far more: it never gives up */
        if (all->n != exact->n || memcmp(all->id, exact->id, all->n * sizeof *all->id) != 0)
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
    compare("plan: {devices: 32, tp: 8, dp: 4}", 30, 1);
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
        cmocka_unit_test(exact_equals_the_grid_with_fixed_mappings),
        cmocka_unit_test(exact_equals_the_grid_with_auto_mappings),
        cmocka_unit_test(exact_equals_the_grid_with_calibrated_timing),
    };
    return cmocka_run_group_tests_name("exact", tests, open_tests, close_tests);
}
