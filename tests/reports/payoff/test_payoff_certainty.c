/* Certainty and sensitivity of P against closed forms: with one design per side, no budget and one
 * timed class, log P is linear in the time errors, which are normally distributed. */
#include <stdlib.h>

#include "base/mem.h"
#include "reports/payoff/payoff_certainty.h"
#include "reports/payoff/payoff_swing.h"
#include "tests/test.h"

enum { DRAWS = 40000 };

/* Normal quantile of 0.9, and the distribution itself. */
static const double TENTH = 1.2815515655446004;

static double normal_below(double z)
{
    return erfc(-z / sqrt(2)) / 2;
}

/* A design whose step has a single operator class with this error. */
static struct job job_of(double tokens_per_s, int class, double error)
{
    struct job j = {.weight = 1, .tokens_per_s = tokens_per_s};
    j.split.time_s = j.split.class_s[class] = 0.02;
    j.split.class_error[class] = error;
    return j;
}

struct pair {
    struct job job[SIDES];
    struct candidate candidate[SIDES];
};

/* Throughput and time error of each side, at equal resources. */
static struct comparison compared(struct pair *p, const struct job *without, const struct job *with)
{
    struct comparison c = {.budget = BUDGET_NONE};
    p->job[WITHOUT] = *without;
    p->job[WITH] = *with;
    for (int s = 0; s < SIDES; s++) {
        p->candidate[s] = (struct candidate){.jobs = 1, .job = &p->job[s]};
        c.n[s] = 1;
        c.side[s] = &p->candidate[s];
    }
    return c;
}

static void an_error_of_one_side_makes_p_log_normal(void **state)
{
    (void)state;
    const double e = 0.2, middle = 1.1;
    const struct job without = job_of(100, OP_EXPERT, 0), with = job_of(110, OP_EXPERT, e);
    struct pair pair;
    struct comparison c = compared(&pair, &without, &with);
    struct certainty sure;
    assert_close(comparison_payoff_middle(&c, NULL), middle, 1e-12);
    comparison_certainty(&sure, &c, 3, DRAWS);
    assert_near(sure.probability, normal_below(log(middle) / e), 0.012);
    assert_close(sure.low, middle * exp(-e * TENTH), 0.012);
    assert_close(sure.median, middle, 0.012);
    assert_close(sure.high, middle * exp(e * TENTH), 0.012);
}

/* Both sides use the same draws, so common errors cancel. */
static void an_error_that_both_sides_share_does_not_move_p(void **state)
{
    (void)state;
    const struct job without = job_of(100, OP_EXPERT, 0.3), with = job_of(110, OP_EXPERT, 0.3);
    struct pair pair;
    struct comparison c = compared(&pair, &without, &with);
    struct certainty sure;
    comparison_certainty(&sure, &c, 3, 2000);
    assert_close(sure.low, 1.1, 1e-12);
    assert_close(sure.high, 1.1, 1e-12);
    assert_true(sure.probability == 1);
}

/* Two classes: independent draws, so that variances add. */
static void errors_of_different_classes_are_independent(void **state)
{
    (void)state;
    const double e = 0.2, both = e * sqrt(2);
    const struct job without = job_of(100, OP_FFN, e), with = job_of(110, OP_EXPERT, e);
    struct pair pair;
    struct comparison c = compared(&pair, &without, &with);
    struct certainty sure;
    comparison_certainty(&sure, &c, 3, DRAWS);
    assert_close(sure.low, 1.1 * exp(-both * TENTH), 0.015);
    assert_close(sure.high, 1.1 * exp(both * TENTH), 0.015);
}

/* The engine has a time error of its own, independent of the same class on the chip. */
static void engine_and_chip_have_independent_errors(void **state)
{
    (void)state;
    const double e = 0.2, both = e * sqrt(2);
    struct job without = job_of(100, OP_ATTENTION, e), with = job_of(110, OP_ATTENTION, e);
    struct pair pair;
    with.split.engine_byte = 1;
    with.split.attention_engine_s = 0.02;
    with.split.attention_chip_s = 0.04;
    struct comparison c = compared(&pair, &without, &with);
    pair.candidate[WITH].engine.runs = RUNS_ATTENTION;
    struct certainty sure;
    comparison_certainty(&sure, &c, 3, DRAWS);
    assert_close(sure.low, 1.1 * exp(-both * TENTH), 0.015);
    pair.candidate[WITH].engine.runs = RUNS_EXPERTS; /* attention stays on the chip */
    comparison_certainty(&sure, &c, 3, 2000);
    assert_close(sure.low, 1.1, 1e-12);
}

static void certainty_is_unknown_without_a_design_on_one_side(void **state)
{
    (void)state;
    const struct job without = job_of(100, OP_EXPERT, 0.1), with = job_of(110, OP_EXPERT, 0);
    struct pair pair;
    struct certainty sure;
    for (int s = 0; s < SIDES; s++) {
        struct comparison c = compared(&pair, &without, &with);
        c.n[s] = 0;
        comparison_certainty(&sure, &c, 3, 100);
        assert_true(isnan(sure.probability) && isnan(sure.low) && isnan(sure.high));
        assert_true(isnan(comparison_payoff_middle(&c, NULL)));
    }
}

/* ---- sensitivity of P ---- */

static void a_time_swings_p_by_one_draw_in_ten_at_each_end(void **state)
{
    (void)state;
    const double e = 0.2;
    const struct job without = job_of(100, OP_EXPERT, 0), with = job_of(110, OP_EXPERT, e);
    struct pair pair;
    struct comparison c = compared(&pair, &without, &with);
    struct swing *s = mem_alloc(swings_most(&c), sizeof *s);
    assert_int_equal(comparison_swings(s, &c), 1);
    assert_null(s[0].price);
    assert_string_equal(s[0].name, "time of experts");
    assert_close(s[0].p_low, 1.1 * exp(e * TENTH), 1e-4);
    assert_close(s[0].p_high, 1.1 * exp(-e * TENTH), 1e-4);
    assert_true(s[0].inside);
    assert_close(s[0].flips_at, log(1.1) / e, 1e-4); /* P = 1.1 exp(-e z) */
    free(s);
}

static void a_verdict_that_no_constant_changes_has_no_flip(void **state)
{
    (void)state;
    const struct job without = job_of(100, OP_EXPERT, 0), with = job_of(200, OP_EXPERT, 0.2);
    struct pair pair;
    struct comparison c = compared(&pair, &without, &with);
    struct swing *s = mem_alloc(swings_most(&c), sizeof *s);
    assert_int_equal(comparison_swings(s, &c), 1);
    assert_true(isnan(s[0].flips_at) && !s[0].inside);
    free(s);
}

static void the_widest_swing_comes_first(void **state)
{
    (void)state;
    const struct job without = job_of(100, OP_FFN, 0.3), with = job_of(110, OP_EXPERT, 0.1);
    struct pair pair;
    struct comparison c = compared(&pair, &without, &with);
    struct swing *s = mem_alloc(swings_most(&c), sizeof *s);
    assert_int_equal(comparison_swings(s, &c), 2);
    assert_string_equal(s[0].name, "time of dense FFN");
    assert_string_equal(s[1].name, "time of experts");
    free(s);
}

static void the_12_widest_swings_and_all_that_flip_the_verdict_are_kept(void **state)
{
    (void)state;
    struct swing swing[20] = {{0}};
    for (size_t i = 0; i < LEN(swing); i++)
        swing[i] = (struct swing){.middle = (double)i, .inside = i == 3 || i == 12 || i == 18};
    assert_int_equal(swings_keep(swing, LEN(swing)), 14);
    for (size_t i = 0; i < 12; i++)
        assert_true(swing[i].middle == (double)i);
    assert_true(swing[12].middle == 12);
    assert_true(swing[13].middle == 18);
    assert_int_equal(swings_keep(swing, 5), 5);
    assert_int_equal(swings_keep(swing, 0), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_error_of_one_side_makes_p_log_normal),
        cmocka_unit_test(an_error_that_both_sides_share_does_not_move_p),
        cmocka_unit_test(errors_of_different_classes_are_independent),
        cmocka_unit_test(engine_and_chip_have_independent_errors),
        cmocka_unit_test(certainty_is_unknown_without_a_design_on_one_side),
        cmocka_unit_test(a_time_swings_p_by_one_draw_in_ten_at_each_end),
        cmocka_unit_test(the_12_widest_swings_and_all_that_flip_the_verdict_are_kept),
        cmocka_unit_test(a_verdict_that_no_constant_changes_has_no_flip),
        cmocka_unit_test(the_widest_swing_comes_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
