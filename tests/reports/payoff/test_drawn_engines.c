/* Draws that change times: m and r of engines, what they reach of their rates, and their limits,
 * against closed forms and against designs evaluated with these values. */
#include <stdlib.h>
#include <string.h>

#include "reports/payoff/candidate_value.h"
#include "reports/payoff/payoff_certainty.h"
#include "reports/payoff/payoff_designs.h"
#include "reports/payoff/payoff_swing.h"
#include "tests/model.h"

enum { DRAWS = 4000 };

/* One design per side, at a fixed batch. */
static const char *const one_each = "model: gpt3-175b\n"
                                    "chip: b200-paper\n"
                                    "plan: {devices: 32, tp: 8}\n"
                                    "workload: {batch: 16, context: 8192}\n"
                                    "sweep: {engine: [none, duplex]}\n";

/* No ranges but one of m, between half and three times the stated one. */
#define STATED(low, high)                                                                          \
    {"engine.bandwidth_low_ratio", NULL, low}, {"engine.bandwidth_high_ratio", NULL, high},        \
        {"engine.ridge_low_ratio", NULL, 1}, {"engine.ridge_high_ratio", NULL, 1},                 \
        {"engine.efficiency_low_ratio", NULL, 1}, {"engine.energy_low_ratio", NULL, 1},            \
    {                                                                                              \
        "engine.energy_high_ratio", NULL, 1                                                        \
    }
static const struct setting stated[] = {STATED(1, 1)};
static const struct setting wide[] = {{"engine.limits", "none", 0}, STATED(0.5, 3)};

struct asked {
    struct study *study;
    struct comparison c;
};

static struct asked ask(const char *text, const struct setting *set, size_t n, enum budget budget)
{
    struct asked a;
    struct err err = {0};
    if (study_parse(&a.study, "test", text, catalogue, &err) != 0)
        assert_string_equal(err.text, "");
    const struct design_choice q = {.study = a.study, .set = set, .n = n, .budget = budget};
    if (comparison_gather(&a.c, &q, &err) != 0)
        assert_string_equal(err.text, "");
    return a;
}

static struct asked ask_wide(enum budget budget)
{
    return ask(one_each, wide, LEN(wide), budget);
}

static void done(struct asked *a)
{
    comparison_free(&a->c);
    study_free(a->study);
}

/* Nothing is drawn but the ranges of the engines. */
static void fix_prices(struct comparison *c)
{
    c->prices.low = c->prices.high = c->prices.middle;
}

static double triangle(double a, double b, double c, double u)
{
    return u * (c - a) < b - a ? a + sqrt(u * (c - a) * (b - a))
                               : c - sqrt((1 - u) * (c - a) * (c - b));
}

/* With m times x the step takes 1 - f + f / x of its time, f the share of attention. */
static double payoff_with(const struct comparison *c, double x)
{
    const struct job *j = c->side[WITH]->job;
    double f = j->split.class_s[OP_ATTENTION] / j->split.time_s;
    return comparison_payoff_middle(c, NULL) / (1 - f + f / x);
}

static void an_uncertain_m_moves_p_by_amdahls_law(void **state)
{
    (void)state;
    struct asked a = ask_wide(BUDGET_NONE);
    struct certainty sure;
    fix_prices(&a.c);
    comparison_certainty(&sure, &a.c, 1, DRAWS);
    assert_int_equal(a.c.n_ranged, 1);
    assert_close(sure.low, payoff_with(&a.c, triangle(0.5, 1, 3, 0.1)), 0.01);
    assert_close(sure.median, payoff_with(&a.c, triangle(0.5, 1, 3, 0.5)), 0.01);
    assert_close(sure.high, payoff_with(&a.c, triangle(0.5, 1, 3, 0.9)), 0.01);
    assert_true(sure.high / sure.low > 1.01);
    done(&a);
}

static void without_ranges_every_draw_is_the_middle(void **state)
{
    (void)state;
    struct asked a = ask(one_each, stated, LEN(stated), BUDGET_COST);
    struct certainty sure;
    fix_prices(&a.c);
    comparison_certainty(&sure, &a.c, 1, 100);
    double middle = comparison_payoff_middle(&a.c, NULL);
    assert_int_equal(a.c.n_ranged, 0);
    assert_true(sure.low == middle && sure.median == middle && sure.high == middle);
    done(&a);
}

/* A draw is the design with the drawn values, at the same mapping and batch. */
static void a_drawn_engine_is_the_design_with_its_values(void **state)
{
    (void)state;
    struct asked a = ask_wide(BUDGET_NONE);
    struct world w;
    world_middle(&w, &a.c);
    w.engine[0] = (struct stated_ratio){0.7, 1.6, 1, 1};
    double p = comparison_payoff(&a.c, &w, NULL);
    const char *base[] = {"model=gpt3-175b",
                          "chip=b200-paper",
                          "plan.devices=32",
                          "plan.tp=8",
                          "workload.batch=16",
                          "workload.context=8192",
                          NULL,
                          NULL,
                          NULL,
                          NULL,
                          NULL};
    struct metrics without = priced(base);
    base[6] = "engine=duplex", base[7] = "engine.limits=none";
    base[8] = "engine.bandwidth_ratio=2.8", base[9] = "engine.ridge_flop_per_byte=12.8";
    struct metrics with = priced(base);
    assert_close(p, with.tokens_per_s / without.tokens_per_s, 1e-12);
    done(&a);
}

/* What an engine reaches of its bandwidth is as much less m, while its peak stays. */
static void bandwidth_that_is_not_reached_is_less_m_with_the_same_peak(void **state)
{
    (void)state;
    struct asked a = ask_wide(BUDGET_NONE);
    struct world reached, drawn;
    world_middle(&reached, &a.c);
    world_middle(&drawn, &a.c);
    reached.prices.engine_bandwidth_factor = 0.8;
    drawn.engine[0] = (struct stated_ratio){0.8, 1 / 0.8, 1, 1};
    assert_close(comparison_payoff(&a.c, &reached, NULL), comparison_payoff(&a.c, &drawn, NULL),
                 1e-12);
    drawn.engine[0] = (struct stated_ratio){0.8, 1, 1, 1};
    reached.prices.engine_bandwidth_factor = 1;
    reached.engine[0].efficiency = 0.8; /* of bandwidth and peak */
    assert_close(comparison_payoff(&a.c, &reached, NULL), comparison_payoff(&a.c, &drawn, NULL),
                 1e-12);
    assert_true(comparison_payoff(&a.c, &reached, NULL) < comparison_payoff_middle(&a.c, NULL));
    done(&a);
}

/* AttAcc's m of 9 is set by the power of its stacks: dearer bytes or less power lower it. */
static void energy_and_power_limits_move_an_engine_that_power_limits(void **state)
{
    (void)state;
    struct asked a = ask("model: gpt3-175b\nchip: b200-paper\nplan: {devices: 32, tp: 8}\n"
                         "workload: {batch: 16, context: 8192}\nsweep: {engine: [none, attacc]}\n",
                         NULL, 0, BUDGET_NONE);
    struct world w;
    double middle = comparison_payoff_middle(&a.c, NULL);
    world_middle(&w, &a.c);
    w.prices.engine_energy_factor = 2;
    double dear = comparison_payoff(&a.c, &w, NULL);
    w.prices.engine_energy_factor = 1;
    w.engine[0].energy = 2;
    assert_close(comparison_payoff(&a.c, &w, NULL), dear, 1e-12);
    w.engine[0].energy = 1;
    w.prices.stack_power_factor = 0.5;
    assert_true(dear < 0.99 * middle);
    assert_true(comparison_payoff(&a.c, &w, NULL) < 0.99 * middle);
    w.prices.stack_power_factor = 1;
    w.prices.engine_logic_energy_factor = 40; /* AttAcc spends 2 % of its power on arithmetic */
    assert_true(comparison_payoff(&a.c, &w, NULL) < 0.99 * middle);
    w.prices.engine_logic_energy_factor = 1;
    w.prices.engine_energy_factor = w.prices.stack_power_factor = 2; /* cancel in watts per byte */
    assert_true(comparison_payoff(&a.c, &w, NULL) > dear);
    done(&a);
}

/* A device that lowers its clock earlier is slower, on either side; one with power to spare is not.
 */
static void a_power_limit_moves_only_devices_that_reach_it(void **state)
{
    (void)state;
    static const char *const text =
        "model: gpt3-175b\nchip: b200-paper\nplan: {devices: 32, tp: 8}\n"
        "workload: {batch: 16, context: 8192, phase: decode}\nsweep: {engine: [none, duplex]}\n";
    const struct setting scarce = {"chip.tdp_w", NULL, 700}, ample = {"chip.tdp_w", NULL, 5000};
    struct asked a = ask(text, &scarce, 1, BUDGET_NONE), b = ask(text, &ample, 1, BUDGET_NONE);
    struct world w;
    const struct candidate *low = a.c.side[WITHOUT], *high = b.c.side[WITHOUT];
    assert_true(low->job->split.clock < 1 && high->job->split.clock == 1);
    world_middle(&w, &a.c);
    w.prices.device_power_factor = 0.9;
    struct drawn_splits split;
    const struct world *const at = &w;
    size_t moved;
    assert_int_equal(drawn_step_split(&split, &moved, low->job->step, RANGED_MOST, &at, 1), 1);
    assert_true(LANE(&split.step, step_split, clock)[0] < low->job->split.clock);
    assert_true(LANE(&split.step, step_split, time_s)[0] >= low->job->split.time_s);
    assert_int_equal(drawn_step_split(&split, &moved, high->job->step, RANGED_MOST, &at, 1), 0);
    /* Twice the power per unit of work and twice the limit: the same clock. */
    w.prices.device_power_factor = w.prices.board_power_ratio = 2;
    assert_int_equal(drawn_step_split(&split, &moved, low->job->step, RANGED_MOST, &at, 1), 0);
    done(&a);
    done(&b);
}

/* Many worlds at once give each the same bits as alone. */
static void worlds_do_not_depend_on_those_beside_them(void **state)
{
    (void)state;
    enum { WORLDS = 70 };
    struct asked a = ask_wide(BUDGET_POWER);
    struct world *w = mem_alloc(WORLDS, sizeof *w);
    double p[WORLDS];
    for (int i = 0; i < WORLDS; i++) {
        world_middle(&w[i], &a.c);
        if (i % 3) {
            w[i].engine[0].bandwidth = 0.5 + i / 40.0;
            w[i].prices.engine_compute_factor = 1 - i / 200.0;
        }
    }
    comparison_payoffs(p, &a.c, w, WORLDS);
    for (int i = 0; i < WORLDS; i++) {
        double alone = comparison_payoff(&a.c, &w[i], NULL);
        assert_true(alone == p[i]);
    }
    free(w);
    done(&a);
}

/* Engines, chips, batches and mappings differ. */
static const char *const many_designs =
    "model: llama-4-maverick\nchip: b200-paper\n%s"
    "workload: {batch: max, tpot: 50 ms, context: 16384}\n"
    "plan: {devices: 32, tp: auto, dp: auto, ep: auto}\n"
    "sweep:\n"
    "  engine: [none, attacc, duplex, logic-die-r128]\n"
    "  chip.memory_byte_per_s: [4 TB/s, 8 TB/s, 12 TB/s, 16 TB/s, 20 TB/s]\n"
    "  chip.memory_byte: [96 GB, 192 GB, 384 GB]\n";

/* Each design has the same bits among others in a world as alone in many. `timing`: a line. */
static void check_designs_together(const char *timing)
{
    char text[1000];
    size_t moved = 0;
    snprintf(text, sizeof text, many_designs, timing);
    struct asked a = ask(text, NULL, 0, BUDGET_NONE);
    struct world w[3];
    const struct world *at[LEN(w)] = {&w[0], &w[1], &w[2]};
    for (size_t i = 0; i < LEN(w); i++)
        world_middle(&w[i], &a.c);
    w[1].prices.device_power_factor = 0.9;
    w[2].prices.engine_bandwidth_factor = 0.8;
    w[2].prices.stack_power_factor = 1.2;
    for (int side = 0; side < SIDES; side++) {
        size_t n = a.c.n[side];
        const struct candidate *k = a.c.side[side];
        double *together = mem_alloc(n, sizeof *together), alone[LEN(w)];
        assert_true(n >= (side == WITH ? 24 : 8));
        for (size_t i = 0; i < LEN(w); i++) {
            candidates_tokens_per_s(together, k, n, at[i]);
            for (size_t j = 0; j < n; j++) {
                candidate_values(alone, &k[j], BUDGET_NONE, NULL, at, LEN(w));
                assert_true(alone[i] == together[j]);
                moved += alone[i] != alone[0];
            }
        }
        free(together);
    }
    assert_true(moved > 20);
    done(&a);
}

static void designs_of_a_world_do_not_depend_on_those_beside_them(void **state)
{
    (void)state;
    check_designs_together("");
    check_designs_together("timing: calibrated\n");
}

/* ---- sensitivity ---- */

static void m_of_an_engine_is_a_constant_of_its_own(void **state)
{
    (void)state;
    struct asked a = ask_wide(BUDGET_NONE);
    struct swing *s = mem_alloc(swings_most(&a.c), sizeof *s);
    fix_prices(&a.c);
    assert_int_equal(comparison_swings(s, &a.c), 1);
    assert_string_equal(s[0].name, "m of duplex");
    assert_close(s[0].p_low, payoff_with(&a.c, 0.5), 1e-9);
    assert_close(s[0].p_high, payoff_with(&a.c, 3), 1e-9);
    free(s);
    done(&a);
}

/* A design whose step has one operator class for each of two errors. */
static struct job two_classes(double tokens_per_s, double share, double first, double second)
{
    struct job j = {.weight = 1, .tokens_per_s = tokens_per_s};
    j.split.time_s = 1;
    j.split.class_s[OP_FFN] = share;
    j.split.class_s[OP_EXPERT] = 1 - share;
    j.split.class_error[OP_FFN] = first;
    j.split.class_error[OP_EXPERT] = second;
    return j;
}

/* P of 1.2 falls to 1 only if both times are longer; the nearest point by a fine grid. */
static void a_pair_flips_where_a_grid_finds_it(void **state)
{
    (void)state;
    struct job job[SIDES] = {
        [WITHOUT] = two_classes(100, 0.5, 0, 0), [WITH] = two_classes(120, 0.4, 0.2, 0.15)};
    struct candidate k[SIDES] = {{.jobs = 1, .job = &job[WITHOUT], .ranged = RANGED_MOST},
                                 {.jobs = 1, .job = &job[WITH], .ranged = RANGED_MOST}};
    struct comparison c = {.budget = BUDGET_NONE, .n = {1, 1}, .side = {&k[0], &k[1]}};
    struct swing *s = mem_alloc(swings_most(&c), sizeof *s);
    struct pair_flip pair[PAIRS_MOST];
    size_t n = comparison_swings(s, &c);
    assert_int_equal(n, 2);
    assert_true(!s[0].inside && !s[1].inside);
    assert_int_equal(comparison_pair_flips(pair, &c, s, n), 1);
    double nearest = INFINITY;
    for (int i = 0; i <= 400; i++)
        for (int m = 0; m <= 400; m++) {
            double x = i / 400.0, y = m / 400.0;
            double t = 0.4 * exp(0.2 * x * s[0].high) + 0.6 * exp(0.15 * y * s[0].high);
            if (1.2 / t <= 1)
                nearest = fmin(nearest, sqrt(x * x + y * y));
        }
    assert_near(pair[0].distance, nearest, 0.004);
    struct world w;
    world_middle(&w, &c);
    for (int i = 0; i < 2; i++)
        *(double *)((char *)&w + s[strcmp(pair[0].name[i], s[0].name) != 0].at) = pair[0].at[i];
    assert_close(comparison_payoff(&c, &w, NULL), 1, 1e-4);
    assert_true(pair[0].p_ends < 1);
    free(s);
}

static void a_pair_that_cannot_flip_the_verdict_is_not_listed(void **state)
{
    (void)state;
    struct job job[SIDES] = {
        [WITHOUT] = two_classes(100, 0.5, 0, 0), [WITH] = two_classes(200, 0.4, 0.2, 0.15)};
    struct candidate k[SIDES] = {{.jobs = 1, .job = &job[WITHOUT], .ranged = RANGED_MOST},
                                 {.jobs = 1, .job = &job[WITH], .ranged = RANGED_MOST}};
    struct comparison c = {.budget = BUDGET_NONE, .n = {1, 1}, .side = {&k[0], &k[1]}};
    struct swing *s = mem_alloc(swings_most(&c), sizeof *s);
    struct pair_flip pair[PAIRS_MOST];
    assert_int_equal(comparison_pair_flips(pair, &c, s, comparison_swings(s, &c)), 0);
    free(s);
}

static void a_factor_of_the_price_list_is_1_in_the_middle(void **state)
{
    (void)state;
    struct study *s;
    struct err err = {0};
    static const char text[] =
        "model: gpt3-175b\nchip: b200-paper\nplan: {devices: 32, tp: 8}\n"
        "prices: {base: 2025, engine_compute_factor: {low: 1, middle: 0.9, high: 0.5}}\n"
        "sweep: {engine: [none, duplex]}\n";
    assert_int_equal(study_parse(&s, "test", text, catalogue, &err), -1);
    assert_non_null(strstr(err.text, "engine_compute_factor"));
    assert_non_null(strstr(err.text, "give 1 in the middle"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_uncertain_m_moves_p_by_amdahls_law),
        cmocka_unit_test(without_ranges_every_draw_is_the_middle),
        cmocka_unit_test(a_drawn_engine_is_the_design_with_its_values),
        cmocka_unit_test(bandwidth_that_is_not_reached_is_less_m_with_the_same_peak),
        cmocka_unit_test(energy_and_power_limits_move_an_engine_that_power_limits),
        cmocka_unit_test(a_power_limit_moves_only_devices_that_reach_it),
        cmocka_unit_test(worlds_do_not_depend_on_those_beside_them),
        cmocka_unit_test(designs_of_a_world_do_not_depend_on_those_beside_them),
        cmocka_unit_test(m_of_an_engine_is_a_constant_of_its_own),
        cmocka_unit_test(a_pair_flips_where_a_grid_finds_it),
        cmocka_unit_test(a_pair_that_cannot_flip_the_verdict_is_not_listed),
        cmocka_unit_test(a_factor_of_the_price_list_is_1_in_the_middle),
    };
    return cmocka_run_group_tests(tests, open_tests, close_tests);
}
