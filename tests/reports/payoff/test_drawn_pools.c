/* Draws of designs whose devices share a step with an FFN pool, against the same designs evaluated
 * with the drawn values, at the same mapping, batch and number of devices. */
#include <stdlib.h>

#include "reports/payoff/payoff_certainty.h"
#include "reports/payoff/payoff_designs.h"
#include "search/space.h"
#include "tests/model.h"

enum { WORLDS = 40, DESIGNS = 8 };

static const char *const pools = "model: mixtral-8x7b\n"
                                 "chip: h100\n"
                                 "chip.tdp_w: 420 W\n"
                                 "plan: {devices: 8, tp: auto}\n"
                                 "workload: {batch: max, context: 16384, tpot: 60 ms}\n"
                                 "pools.ffn.devices: 4\n"
                                 "pools.ffn.chip.tdp_w: 380 W\n"
                                 "sweep:\n"
                                 "  pools.ffn.chip: [none, h100, h200]\n"
                                 "  chip.memory_byte_per_s: [2 TB/s, 3.35 TB/s]\n";

struct asked {
    struct study *study;
    struct comparison c;
    struct design design[SIDES][DESIGNS]; /* of the candidates, with mapping and batch */
};

/* The design of a candidate, with what evaluation chose for it. */
static struct design fixed_design(const struct study *s, const struct candidate *k)
{
    struct cursor c = {0};
    struct metrics m;
    struct plan plan;
    cursor_seek(&c, s, k->point);
    struct design d = c.design;
    cursor_free(&c);
    evaluate(&d, &s->prices, &m, &plan);
    design_fix_mapping(&d, &plan, &m);
    d.workload.batch = m.batch;
    return d;
}

static struct asked ask(const char *engine, enum budget budget)
{
    static const struct setting wide[] = {{"engine.limits", "none", 0},
                                          {"engine.bandwidth_low_ratio", NULL, 0.5},
                                          {"engine.bandwidth_high_ratio", NULL, 3},
                                          {"engine.ridge_low_ratio", NULL, 1},
                                          {"engine.ridge_high_ratio", NULL, 1},
                                          {"engine.efficiency_low_ratio", NULL, 1},
                                          {"engine.energy_low_ratio", NULL, 1},
                                          {"engine.energy_high_ratio", NULL, 1}};
    struct asked a = {0};
    struct err err = {0};
    char *text = mem_print("%sengine: %s\n", pools, engine);
    if (study_parse(&a.study, "test", text, catalogue, &err) != 0)
        assert_string_equal(err.text, "");
    free(text);
    const struct design_choice q = {.study = a.study,
                                    .of = payoff_subject_named("pools.ffn", &err),
                                    .budget = budget,
                                    .set = wide,
                                    .n = strcmp(engine, "none") != 0 ? LEN(wide) : 0};
    if (comparison_gather(&a.c, &q, &err) != 0)
        assert_string_equal(err.text, "");
    for (int side = 0; side < SIDES; side++) {
        assert_in_range(a.c.n[side], 1, DESIGNS);
        for (size_t k = 0; k < a.c.n[side]; k++)
            a.design[side][k] = fixed_design(a.study, &a.c.side[side][k]);
    }
    return a;
}

static void done(struct asked *a)
{
    comparison_free(&a->c);
    study_free(a->study);
}

/* The best value of a side with each design evaluated at the drawn values. */
static double best_by_hand(const struct asked *a, enum side side, const struct world *w)
{
    double best = 0, power = w->prices.device_power_factor / w->prices.board_power_ratio;
    for (size_t k = 0; k < a->c.n[side]; k++) {
        struct design d = a->design[side][k];
        struct metrics m;
        d.engine.limits = 0;
        d.engine.bandwidth_ratio *= w->engine[0].bandwidth;
        d.engine.ridge_flop_per_byte *= w->engine[0].ridge;
        d.chip.tdp_w *= power;
        d.ffn_chip.tdp_w *= power;
        evaluate(&d, &a->study->prices, &m, NULL);
        best = fmax(best, m.tokens_per_s / (a->c.budget == BUDGET_POWER ? m.power_w : 1));
    }
    return best;
}

static double payoff_by_hand(const struct asked *a, const struct world *w)
{
    return best_by_hand(a, WITH, w) / best_by_hand(a, WITHOUT, w);
}

/* Are the designs of the draw priced as by hand, whichever is best? */
static void check_worlds(const struct asked *a, const struct world *w, size_t n)
{
    double *p = mem_alloc(n, sizeof *p), least = INFINITY, most = 0;
    comparison_payoffs(p, &a->c, w, n);
    for (size_t i = 0; i < n; i++) {
        assert_close(p[i], payoff_by_hand(a, &w[i]), 1e-9);
        least = fmin(least, p[i]);
        most = fmax(most, p[i]);
    }
    assert_true(most > 1.01 * least);
    free(p);
}

static void a_draw_of_an_engine_beside_a_pool_is_the_design_with_its_values(void **state)
{
    (void)state;
    struct asked a = ask("duplex", BUDGET_NONE);
    struct world w[WORLDS];
    for (int i = 0; i < WORLDS; i++) {
        world_middle(&w[i], &a.c);
        w[i].engine[0] = (struct stated_ratio){0.4 + i / 20.0, 1.8 - i / 40.0, 1, 1};
    }
    check_worlds(&a, w, WORLDS);
    done(&a);
}

static void a_draw_of_power_limits_holds_for_both_kinds_of_devices(void **state)
{
    (void)state;
    static const enum budget budget[] = {BUDGET_NONE, BUDGET_POWER};
    for (size_t b = 0; b < LEN(budget); b++) {
        struct asked a = ask("none", budget[b]);
        struct world w[WORLDS];
        for (int i = 0; i < WORLDS; i++) {
            world_middle(&w[i], &a.c);
            w[i].prices.device_power_factor = 1.3 - i / 50.0;
        }
        check_worlds(&a, w, WORLDS);
        done(&a);
    }
}

/* What an engine reaches of its bandwidth is as much less m with the same peak. */
static void bandwidth_that_is_not_reached_is_less_m_beside_a_pool_too(void **state)
{
    (void)state;
    struct asked a = ask("duplex", BUDGET_NONE);
    struct world w, drawn;
    world_middle(&w, &a.c);
    world_middle(&drawn, &a.c);
    w.prices.engine_bandwidth_factor = 0.6;
    drawn.engine[0] = (struct stated_ratio){0.6, 1 / 0.6, 1, 1};
    double p = comparison_payoff(&a.c, &w, NULL);
    assert_close(p, payoff_by_hand(&a, &drawn), 1e-9);
    assert_true(fabs(p / comparison_payoff_middle(&a.c, NULL) - 1) > 1e-3);
    done(&a);
}

/* Ideal timing has no errors, on either kind of devices. */
static void an_error_of_time_moves_no_pool_in_ideal_timing(void **state)
{
    (void)state;
    struct asked a = ask("duplex", BUDGET_NONE);
    struct world w;
    world_middle(&w, &a.c);
    for (int k = 0; k < OP_CLASSES; k++)
        w.time_z[k] = 1 + k;
    w.engine_z = -1;
    assert_true(comparison_payoff(&a.c, &w, NULL) == comparison_payoff_middle(&a.c, NULL));
    for (int side = 0; side < SIDES; side++)
        for (size_t k = 0; k < a.c.n[side]; k++)
            for (int class = 0; class < OP_CLASSES; class ++)
                assert_true(a.c.side[side][k].job->split.class_error[class] == 0);
    done(&a);
}

static double triangle(double a, double b, double c, double u)
{
    return u * (c - a) < b - a ? a + sqrt(u * (c - a) * (b - a))
                               : c - sqrt((1 - u) * (c - a) * (c - b));
}

/* P at a quantile of m, which alone is drawn. */
static double payoff_at_quantile(const struct asked *a, double u)
{
    struct world w;
    world_middle(&w, &a->c);
    w.engine[0].bandwidth = triangle(0.5, 1, 3, u);
    return payoff_by_hand(a, &w);
}

static void the_certainty_of_a_pool_follows_the_m_of_its_engine(void **state)
{
    (void)state;
    struct asked a = ask("duplex", BUDGET_NONE);
    struct certainty sure;
    a.c.prices.low = a.c.prices.high = a.c.prices.middle;
    comparison_certainty(&sure, &a.c, 1, 4000);
    double first = payoff_at_quantile(&a, 0.1), last = payoff_at_quantile(&a, 0.9);
    assert_close(sure.low, fmin(first, last), 0.01);
    assert_close(sure.median, payoff_at_quantile(&a, 0.5), 0.01);
    assert_close(sure.high, fmax(first, last), 0.01);
    assert_true(sure.high > 1.02 * sure.low);
    done(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_draw_of_an_engine_beside_a_pool_is_the_design_with_its_values),
        cmocka_unit_test(a_draw_of_power_limits_holds_for_both_kinds_of_devices),
        cmocka_unit_test(bandwidth_that_is_not_reached_is_less_m_beside_a_pool_too),
        cmocka_unit_test(an_error_of_time_moves_no_pool_in_ideal_timing),
        cmocka_unit_test(the_certainty_of_a_pool_follows_the_m_of_its_engine),
    };
    return cmocka_run_group_tests(tests, open_tests, close_tests);
}
