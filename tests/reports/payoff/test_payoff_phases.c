/* One path of pricing: the pay-off computed from a study equals that of its stored rows. */
#include <string.h>

#include "reports/payoff/payoff_designs.h"
#include "search/block.h"
#include "tests/model.h"

static const char *const phases[] = {"decode", "prefill", "serving", "disaggregated"};
static const char *const timings[] = {"ideal", "simulator", "calibrated"};

static struct study *study_of(const char *phase, const char *timing, const char *pool)
{
    struct study *s;
    struct err err = {0};
    char *text = mem_print("study: phases\n"
                           "model: deepseek-r1\n"
                           "chip: h200\n"
                           "plan: {devices: 32, pp: auto}\n"
                           "workload: {phase: %s, context: 8192, tpot: 50 ms, input: 4096}\n"
                           "timing: %s\n"
                           "pools: {prefill: {engine: %s}}\n"
                           "sweep:\n"
                           "  engine: [none, duplex, attacc]\n"
                           "  chip.memory_byte_per_s: [2.4 TB/s, 4.8 TB/s]\n"
                           "  plan.devices: [16, 32]\n",
                           phase, timing, pool);
    if (study_parse(&s, "phases", text, catalogue, &err) != 0)
        assert_string_equal(err.text, "");
    free(text);
    return s;
}

static double of(const struct columns *columns, const double *row, const char *name)
{
    size_t i = 0;
    while (strcmp(columns->column[i].name, name) != 0)
        i++;
    return row[i];
}

static double resource_of(const struct columns *columns, const double *row, enum budget budget)
{
    double devices = of(columns, row, "tokens_per_s") / of(columns, row, "tokens_per_s_per_device");
    return budget == BUDGET_COST ? of(columns, row, "system_cost_usd")
           : budget == BUDGET_AREA
               ? of(columns, row, "die_area_mm2") * devices +
                     of(columns, row, "engine_area_mm2") * of(columns, row, "engine_devices")
           : budget == BUDGET_POWER ? of(columns, row, "power_w")
                                    : 1;
}

/* P of the rows that dse sweep would store, for every budget. */
static void payoffs_of_rows(const struct study *s, double p[BUDGETS])
{
    struct columns *columns = mem_alloc(1, sizeof *columns);
    struct block *block = mem_alloc(1, sizeof *block);
    struct cursor c = {0};
    double best[BUDGETS][2] = {{0, 0}};
    columns_make(columns, s);
    double *rows = mem_alloc(columns->stride * s->size, sizeof *rows);
    cursor_seek(&c, s, 0);
    for (size_t i = 0; i < s->size; block_price(block))
        i += block_fill(block, &c, columns, rows + i * columns->stride, s->size - i);
    for (size_t i = 0; i < s->size; i++) {
        const double *row = rows + i * columns->stride;
        bool with = of(columns, row, "engine_devices") > 0;
        double rate = of(columns, row, "tokens_per_s");
        for (int b = 0; b < BUDGETS && of(columns, row, "verdict") == VERDICT_OK; b++)
            best[b][with] = fmax(best[b][with], rate / resource_of(columns, row, (enum budget)b));
    }
    for (int b = 0; b < BUDGETS; b++)
        p[b] = best[b][1] / best[b][0];
    cursor_free(&c);
    free(block);
    free(rows);
    free(columns);
}

static void assert_one_path(const char *phase, const char *timing, const char *pool)
{
    struct study *s = study_of(phase, timing, pool);
    double stored[BUDGETS];
    payoffs_of_rows(s, stored);
    for (int b = 0; b < BUDGETS; b++) {
        struct comparison c;
        struct err err = {0};
        const struct design_choice q = {.study = s, .budget = (enum budget)b};
        if (comparison_gather(&c, &q, &err) != 0)
            assert_string_equal(err.text, "");
        double p = comparison_payoff_middle(&c, NULL);
        if (!(fabs(p / stored[b] - 1) <= 1e-12))
            print_error("%s %s %s, budget %s: P is %.17g of the rows, %.17g of the study\n", phase,
                        timing, pool, budget_text[b], stored[b], p);
        assert_true(p > 0.5 && p < 5);
        assert_close(p, stored[b], 1e-12);
        comparison_free(&c);
    }
    study_free(s);
}

static void the_payoff_of_a_study_is_that_of_its_rows(void **state)
{
    (void)state;
    for (size_t i = 0; i < LEN(phases); i++)
        for (size_t j = 0; j < LEN(timings); j++)
            assert_one_path(phases[i], timings[j], "none");
    for (size_t j = 0; j < LEN(timings); j++)
        assert_one_path("disaggregated", timings[j], "same");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_payoff_of_a_study_is_that_of_its_rows),
    };
    return cmocka_run_group_tests_name("payoff_phases", tests, open_tests, close_tests);
}
