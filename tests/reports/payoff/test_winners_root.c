/* Roots that are sought among winners: P of many made-up designs along one value. */
#include "reports/payoff/winners_root.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "tests/test.h"

enum { DESIGNS = 12 };

/* log P is the most of the lines rise (x - at), of which some end at a value: there P falls. */
struct lines {
    size_t n;
    double rise[DESIGNS], at[DESIGNS], ends[DESIGNS];
    bool won[DESIGNS];
    int of_all, of_winners;
    double third; /* where all were priced for the third time */
};

static double most(const struct lines *l, double x, bool among_winners, size_t *winner)
{
    double best = -50;
    for (size_t i = 0; i < l->n; i++) {
        double value = l->rise[i] * (x - l->at[i]);
        if ((among_winners && !l->won[i]) || x > l->ends[i] || value <= best)
            continue;
        best = value;
        *winner = i;
    }
    return best;
}

static double of_all(double x, void *ctx)
{
    struct lines *l = ctx;
    size_t winner = 0;
    double value = most(l, x, false, &winner);
    l->won[winner] = true;
    if (++l->of_all == 3)
        l->third = x;
    return value;
}

static double of_winners(double x, void *ctx)
{
    struct lines *l = ctx;
    size_t ignored;
    l->of_winners++;
    return most(l, x, true, &ignored);
}

static double find(struct lines *l, double a, double b)
{
    memset(l->won, 0, sizeof l->won);
    l->of_all = l->of_winners = 0;
    const struct winners_root r = {of_all, of_winners, l, 1e-9, of_all};
    return winners_root_find(&r, (struct bracket){a, of_all(a, l), b, of_all(b, l)});
}

static void a_winner_of_both_ends_needs_one_more_pricing_of_all(void **state)
{
    struct lines l = {.n = 2, .rise = {1, 1}, .at = {2, 3}, .ends = {INFINITY, INFINITY}};
    (void)state;
    assert_close(find(&l, 0.5, 4), 2, 1e-9);
    assert_int_equal(l.of_all, 3);
}

/* The design that wins at neither end crosses first. */
static void a_design_that_wins_in_between_is_found(void **state)
{
    struct lines l = {
        .n = 3, .rise = {0.1, 1, 10}, .at = {6, 2, 3.5}, .ends = {INFINITY, INFINITY, INFINITY}};
    (void)state;
    assert_close(find(&l, -8, 4), 2, 1e-9);
    assert_true(l.won[0] && l.won[1] && l.won[2]);
}

static void a_jump_is_found_where_p_is_more(void **state)
{
    struct lines l = {.n = 2, .rise = {1, 1}, .at = {-1, 4}, .ends = {2, INFINITY}};
    (void)state;
    for (double from = 0.1; from < 1.9; from += 0.1) {
        double x = find(&l, from, 3.5);
        assert_true(x <= 2 && x > 2 - 1e-6); /* log P falls from 3 to -2 */
        assert_int_equal(l.of_all, 4);       /* both ends, the root, the other side of the jump */
        assert_true(l.third == x);
    }
}

static void a_root_at_an_end_is_that_end(void **state)
{
    struct lines l = {.n = 1, .rise = {1}, .at = {2}, .ends = {INFINITY}};
    (void)state;
    assert_true(find(&l, 2, 5) == 2);
    assert_true(find(&l, 1, 2) == 2);
}

/* A share of draws is found to a tolerance. */
static double near_3(double x, void *ctx)
{
    (void)ctx;
    return fabs(x - 3) < 0.1 ? 0 : x - 3;
}

static double near_2_or_4(double x, void *ctx)
{
    double at = *(const double *)ctx;
    return fabs(x - at) < 0.1 ? 0 : x - at;
}

static void a_root_of_winners_alone_is_no_jump(void **state)
{
    (void)state;
    for (double of_winners = 2; of_winners < 5; of_winners += 2) {
        const struct winners_root r = {near_3, near_2_or_4, &of_winners, 1e-3, NULL};
        assert_close(winners_root_find(&r, (struct bracket){1, -2, 9, 6}), 3, 0.1 / 3);
    }
}

static double unknown_above_2(double x, void *ctx)
{
    (void)ctx;
    return x > 2 && x < 3 ? NAN : x - 2.5;
}

static void what_is_unknown_in_between_is_not_said(void **state)
{
    const struct winners_root r = {unknown_above_2, unknown_above_2, NULL, 1e-9, NULL};
    (void)state;
    assert_true(isnan(winners_root_find(&r, (struct bracket){1, -1.5, 4, 1.5})));
}

/* Of many designs, of which some end, P passes 1 at each root. */
static void p_of_all_designs_passes_1_at_every_root(void **state)
{
    size_t roots = 0, jumps = 0;
    (void)state;
    for (uint64_t seed = 0; seed < 2000; seed++) {
        uint64_t stream = random_stream(seed, "lines");
        struct lines l = {.n = 2 + seed % (DESIGNS - 1)};
        for (size_t i = 0; i < DESIGNS; i++) {
            l.rise[i] = random_normal_at(stream, 3 * i);
            l.at[i] = 20 * random_unit_at(stream, 3 * i + 1) - 5;
            double end = 20 * random_unit_at(stream, 3 * i + 2);
            l.ends[i] = i % 2 ? end : INFINITY;
        }
        if ((of_all(1, &l) > 0) == (of_all(9, &l) > 0))
            continue;
        double x = find(&l, 1, 9), here = of_all(x, &l);
        double below = of_all(x * (1 - 1e-8), &l), above = of_all(x * (1 + 1e-8), &l);
        roots++;
        jumps += fabs(here) > 1e-7;
        assert_true(x >= 1 && x <= 9);
        assert_true(fabs(here) < 1e-7 || (here > 0 && fmin(below, above) <= 0));
    }
    assert_true(roots > 100 && jumps > 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_winner_of_both_ends_needs_one_more_pricing_of_all),
        cmocka_unit_test(a_design_that_wins_in_between_is_found),
        cmocka_unit_test(a_jump_is_found_where_p_is_more),
        cmocka_unit_test(a_root_at_an_end_is_that_end),
        cmocka_unit_test(a_root_of_winners_alone_is_no_jump),
        cmocka_unit_test(what_is_unknown_in_between_is_not_said),
        cmocka_unit_test(p_of_all_designs_passes_1_at_every_root),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
