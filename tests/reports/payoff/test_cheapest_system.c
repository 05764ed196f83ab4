/* The cheapest number of systems for a throughput, against an exhaustive search. */
#include <stdlib.h>

#include "base/random.h"
#include "reports/payoff/cheapest_system.h"
#include "tests/reports/payoff/made_up_run.h"

static struct table cheapest(const struct made_up_run *r, const struct cheapest_question *q)
{
    struct table t;
    char *none = NULL;
    struct err err = {0};
    if (cheapest_table(&t, &none, r->db, &r->run, q, &err) != 0)
        assert_string_equal(err.text, "");
    free(none);
    return t;
}

static void the_number_of_systems_is_whole(void **state)
{
    (void)state;
    /* 250 tokens/s: three of 100 at 300 USD, or two of 130 at 280 USD. */
    const struct made_up point[] = {
        {.memory_byte = 96e9, .tokens_per_s = 100, .system_cost_usd = 100, .power_w = 700},
        {.memory_byte = 192e9,
         .tokens_per_s = 130,
         .system_cost_usd = 140,
         .power_w = 900,
         .devices = 8,
         .low_usd = 110,
         .high_usd = 190},
    };
    struct made_up_run r = made_up_begin(point, LEN(point));
    struct table t = cheapest(&r, &(struct cheapest_question){.by = "+", .tokens_per_s = 250});
    assert_int_equal(t.rows, 1);
    assert_true(table_number_at(&t, 0, "systems") == 2);
    assert_true(table_number_at(&t, 0, "devices") == 16);
    assert_close(table_number_at(&t, 0, "system_cost_usd"), 280, 1e-12);
    assert_close(table_number_at(&t, 0, "system_cost_usd_low"), 220, 1e-12);
    assert_close(table_number_at(&t, 0, "system_cost_usd_high"), 380, 1e-12);
    assert_close(table_number_at(&t, 0, "tokens_per_s"), 260, 1e-12);
    assert_close(table_number_at(&t, 0, "power_w"), 1800, 1e-12);
    assert_true(table_number_at(&t, 0, "over_cheapest") == 1);
    table_free(&t);
    /* The throughput of one system needs one system. */
    t = cheapest(&r, &(struct cheapest_question){.by = "+", .tokens_per_s = 100});
    assert_true(table_number_at(&t, 0, "systems") == 1);
    assert_close(table_number_at(&t, 0, "system_cost_usd"), 100, 1e-12);
    table_free(&t);
    made_up_end(&r);
}

static void each_group_and_engine_has_a_cheapest_system(void **state)
{
    (void)state;
    enum { POINTS = 120 };
    struct random r;
    struct made_up point[POINTS];
    const double tokens_per_s = 3000;
    random_seed(&r, 11);
    for (size_t i = 0; i < POINTS; i++)
        point[i] = (struct made_up){.model = (double)random_below(&r, 2),
                                    .memory_byte = 1e9 * (double)(1 + i),
                                    .engine = (enum made_up_engine)random_below(&r, 3),
                                    .speedup = 2,
                                    .tokens_per_s = 100 + 900 * random_unit(&r),
                                    .system_cost_usd = 50 + 100 * random_unit(&r),
                                    .verdict = (enum made_up_verdict)(random_below(&r, 4) == 0)};
    struct made_up_run run = made_up_begin(point, POINTS);
    struct table t =
        cheapest(&run, &(struct cheapest_question){.by = "model", .tokens_per_s = tokens_per_s});
    assert_int_equal(t.rows, 6);
    double group_usd = NAN;
    for (size_t row = 0; row < t.rows; row++) {
        const char *model = table_text_at(&t, row, "model");
        double usd = INFINITY;
        for (size_t i = 0; i < POINTS; i++)
            if (point[i].verdict == OK && !strcmp(made_up_models[(int)point[i].model], model) &&
                !strcmp(made_up_engines[point[i].engine], table_text_at(&t, row, "engine")))
                usd = fmin(usd,
                           ceil(tokens_per_s / point[i].tokens_per_s) * point[i].system_cost_usd);
        assert_close(table_number_at(&t, row, "system_cost_usd"), usd, 1e-9);
        if (row == 0 || strcmp(model, table_text_at(&t, row - 1, "model")) != 0)
            group_usd = usd;
        else
            assert_true(usd >= table_number_at(&t, row - 1, "system_cost_usd"));
        assert_close(table_number_at(&t, row, "over_cheapest"), usd / group_usd, 1e-9);
    }
    table_free(&t);
    made_up_end(&run);
}

static void a_condition_excludes_other_points(void **state)
{
    (void)state;
    const struct made_up point[] = {
        {.memory_byte = 96e9, .tokens_per_s = 100, .system_cost_usd = 100},
        {.memory_byte = 192e9, .tokens_per_s = 100, .system_cost_usd = 140},
    };
    struct made_up_run r = made_up_begin(point, LEN(point));
    struct cheapest_question q = {
        .by = "+", .where = "chip_memory_byte > 100e9", .tokens_per_s = 100};
    struct table t = cheapest(&r, &q);
    assert_close(table_number_at(&t, 0, "system_cost_usd"), 140, 1e-12);
    table_free(&t);
    q.where = "chip_memory_byte > 500e9";
    t = cheapest(&r, &q);
    assert_int_equal(t.rows, 0);
    table_free(&t);
    made_up_end(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_number_of_systems_is_whole),
        cmocka_unit_test(each_group_and_engine_has_a_cheapest_system),
        cmocka_unit_test(a_condition_excludes_other_points),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
