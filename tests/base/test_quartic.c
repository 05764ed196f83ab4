/* The root of a convex polynomial. */
#include <math.h>

#include "base/quartic.h"
#include "tests/test.h"

/* x^4 + x^3 + x^2 - 2 x - 1 = (x - 1) (x^3 + 2 x^2 + 3 x + 1) falls before it rises. */
static const struct quartic q = {{-1, -2, 1, 1, 1}};

static void the_root_is_found_from_either_side(void **state)
{
    (void)state;
    const double from[] = {0.01, 0.1, 0.5, 0.9, 1, 1.5, 2};
    for (size_t i = 0; i < sizeof from / sizeof *from; i++) {
        double guess = quartic_root(&q, 0.1, 2, from[i]);
        assert_true(fabs(guess - 1) < 0.1);
        assert_true(fabs(quartic_root(&q, 0.1, 2, guess) - 1) < 1e-13);
    }
}

static void a_root_beyond_the_ends_gives_the_nearer_end(void **state)
{
    (void)state;
    assert_true(quartic_root(&q, 0.1, 0.9, 0.5) == 0.9);
    assert_true(quartic_root(&q, 1.1, 2, 1.5) == 1.1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_root_is_found_from_either_side),
        cmocka_unit_test(a_root_beyond_the_ends_gives_the_nearer_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
