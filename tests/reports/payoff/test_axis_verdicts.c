/* Whether an engine pays in each draw, between values of an axis where that was found. */
#include "reports/payoff/axis_verdicts.h"
#include "tests/test.h"

/* Verdicts at x: the first `paying` draws pay. */
static void add(struct axis_verdicts *v, double x, size_t paying, bool all)
{
    struct verdicts at = {.x = x, .share = (double)paying / PAYOFF_DRAWS, .all = all};
    for (size_t i = 0; i < PAYOFF_DRAWS; i++)
        at.verdict[i] = i < paying ? DRAW_PAYS : DRAW_FAILS;
    axis_verdicts_add(v, &at);
}

/* At x the first `paying` draws pay, the next `open` are open. */
static void check(const struct axis_verdicts *v, double x, size_t paying, size_t open)
{
    struct verdicts at = {.x = x};
    axis_verdicts_bridge(&at, v);
    for (size_t i = 0; i < PAYOFF_DRAWS; i++)
        assert_int_equal(at.verdict[i], i < paying          ? DRAW_PAYS
                                        : i < paying + open ? DRAW_OPEN
                                                            : DRAW_FAILS);
}

static void draws_that_agree_on_both_sides_are_settled(void **state)
{
    (void)state;
    struct axis_verdicts v = {0};
    check(&v, 1, 0, PAYOFF_DRAWS);
    add(&v, 1, 100, true);
    check(&v, 2, 0, PAYOFF_DRAWS); /* nothing on the other side */
    add(&v, 9, 700, true);
    check(&v, 2, 100, 600);
    check(&v, 10, 0, PAYOFF_DRAWS);
    add(&v, 4, 300, false);
    check(&v, 2, 100, 200);
    check(&v, 5, 300, 400);
    axis_verdicts_add(&v, &(struct verdicts){.x = 3, .share = NAN, .all = true});
    check(&v, 2, 100, 200);
    axis_verdicts_forget_some(&v);
    check(&v, 2, 100, 600);
    axis_verdicts_free(&v);
}

/* What was found among some designs settles nothing among all. */
static void all_designs_are_settled_by_all_designs(void **state)
{
    (void)state;
    struct axis_verdicts v = {0};
    struct verdicts at = {.x = 5, .all = true};
    add(&v, 1, 0, true);
    add(&v, 4, 0, false);
    add(&v, 6, 0, false);
    add(&v, 9, 1, true);
    axis_verdicts_bridge(&at, &v);
    assert_int_equal(at.verdict[0], DRAW_OPEN);
    assert_int_equal(at.verdict[1], DRAW_FAILS);
    axis_verdicts_free(&v);
}

static void what_was_found_among_all_designs_is_found_again(void **state)
{
    (void)state;
    struct axis_verdicts v = {0};
    add(&v, 1, 100, false);
    assert_null(axis_verdicts_find(&v, 1));
    add(&v, 1, 200, true);
    assert_true(axis_verdicts_find(&v, 1)->share == 0.2);
    assert_null(axis_verdicts_find(&v, 2));
    check(&v, 1, 200, 0);
    axis_verdicts_add(&v, &(struct verdicts){.x = 2, .share = NAN, .all = true});
    assert_true(isnan(axis_verdicts_find(&v, 2)->share));
    axis_verdicts_free(&v);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(draws_that_agree_on_both_sides_are_settled),
        cmocka_unit_test(all_designs_are_settled_by_all_designs),
        cmocka_unit_test(what_was_found_among_all_designs_is_found_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
