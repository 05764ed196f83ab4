#include "base/root.h"
#include "tests/test.h"

static double square_less_two(double x, void *ctx)
{
    ++*(int *)ctx;
    return x * x - 2;
}

static double jump_at_three(double x, void *ctx)
{
    ++*(int *)ctx;
    return x < 3 ? -1 : 5;
}

static double falls_through_zero(double x, void *ctx)
{
    (void)ctx;
    return -x;
}

static double nowhere(double x, void *ctx)
{
    (void)ctx;
    return x > 1.5 ? 1 : x < 1.2 ? -1 : NAN;
}

static void a_smooth_zero_is_found_in_few_steps(void **state)
{
    int calls = 0;
    (void)state;
    assert_close(root_between(&(struct bracket){1, -1, 2, 2}, 1e-9, square_less_two, &calls),
                 sqrt(2), 1e-9);
    assert_true(calls < 20);
}

static void a_jump_is_where_the_sign_changes(void **state)
{
    int calls = 0;
    (void)state;
    assert_close(root_between(&(struct bracket){1, -1, 100, 5}, 1e-6, jump_at_three, &calls), 3,
                 1e-5);
    assert_true(calls < 100);
}

static void a_bracket_may_hold_zero_itself(void **state)
{
    (void)state;
    assert_true(
        fabs(root_between(&(struct bracket){-1, 1, 2, -2}, 1e-9, falls_through_zero, NULL)) < 1e-6);
}

static void what_cannot_be_said_between_is_not_said(void **state)
{
    (void)state;
    assert_true(isnan(root_between(&(struct bracket){1, -1, 2, 1}, 1e-9, nowhere, NULL)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_smooth_zero_is_found_in_few_steps),
        cmocka_unit_test(a_jump_is_where_the_sign_changes),
        cmocka_unit_test(a_bracket_may_hold_zero_itself),
        cmocka_unit_test(what_cannot_be_said_between_is_not_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
