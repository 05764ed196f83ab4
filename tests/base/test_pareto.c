#include "tests/test.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/pareto.h"

static unsigned next_random(unsigned *seed)
{
    *seed = *seed * 1664525u + 1013904223u;
    return *seed >> 16;
}

static void front_is(const double *at, size_t n, size_t dim, const char *want)
{
    bool *keep = mem_alloc(n, sizeof *keep);
    pareto_front(at, n, dim, keep);
    for (size_t i = 0; i < n; i++)
        assert_int_equal(keep[i] ? '1' : '0', want[i]);
    free(keep);
}

static void a_row_dominates_where_it_is_nowhere_worse_and_somewhere_better(void **state)
{
    (void)state;
    assert_true(pareto_dominates((double[]){1, 2}, (double[]){1, 3}, 2));
    assert_true(pareto_dominates((double[]){0, 0}, (double[]){1, 3}, 2));
    assert_false(pareto_dominates((double[]){1, 2}, (double[]){1, 2}, 2));
    assert_false(pareto_dominates((double[]){1, 2}, (double[]){2, 1}, 2));
    assert_false(pareto_dominates((double[]){1, 3}, (double[]){1, 2}, 2));
    assert_false(pareto_dominates((double[]){NAN, 0}, (double[]){1, 3}, 2));
    assert_false(pareto_dominates((double[]){0, 0}, (double[]){1, NAN}, 2));
}

static void the_front_of_a_small_example_is_known(void **state)
{
    (void)state;
    front_is((double[]){1, 5, 2, 3, 3, 3, 4, 1, 4, 2, 5, 0}, 6, 2, "110101");
    front_is((double[]){3, 1, 2, 1}, 4, 1, "0101");
    front_is((double[]){1, 2, 3, 3, 2, 1, 2, 2, 3, 2, 2, 2}, 4, 3, "1101");
}

static void equal_rows_are_all_kept(void **state)
{
    (void)state;
    front_is((double[]){1, 1, 1, 1, 2, 1, 1, 1}, 4, 2, "1101");
    front_is((double[]){1, 1, 1, 1, 1, 1}, 2, 3, "11");
    front_is((double[]){0.0, -0.0}, 2, 1, "11");
}

static void rows_with_nan_are_never_kept_and_push_nobody_out(void **state)
{
    (void)state;
    front_is((double[]){NAN, 0, 1, 1, 0, NAN}, 3, 2, "010");
    front_is((double[]){NAN, 2}, 2, 1, "01");
    front_is((double[]){NAN, 0, 0}, 1, 3, "0");
}

static void infinite_values_are_values(void **state)
{
    (void)state;
    front_is((double[]){INFINITY, 0, -INFINITY, 1, INFINITY, INFINITY}, 3, 2, "110");
}

static void no_rows_have_an_empty_front(void **state)
{
    (void)state;
    bool untouched = true;
    pareto_front(NULL, 0, 2, &untouched);
    assert_true(untouched);
}

static void the_front_is_what_brute_force_finds(void **state)
{
    (void)state;
    enum { MOST = 120 };
    static double at[MOST * PARETO_MOST];
    bool keep[MOST];
    unsigned seed = 7;
    for (int round = 0; round < 2000; round++) {
        size_t dim = 1 + next_random(&seed) % 5, n = next_random(&seed) % MOST;
        unsigned values = 2 + next_random(&seed) % 30; /* few: many ties and equal rows */
        for (size_t i = 0; i < n * dim; i++)
            at[i] = next_random(&seed) % 50 == 0 ? (double)NAN : next_random(&seed) % values;
        pareto_front(at, n, dim, keep);
        for (size_t i = 0; i < n; i++) {
            bool want = true;
            for (size_t k = 0; k < dim; k++)
                want = want && !isnan(at[i * dim + k]);
            for (size_t j = 0; j < n && want; j++)
                want = !pareto_dominates(at + j * dim, at + i * dim, dim);
            assert_int_equal(keep[i], want);
        }
    }
}

/* Many levels of halving, many rows on the front, equal rows and infinite ones among them. */
static void large_fronts_are_what_brute_force_finds(void **state)
{
    enum { ROWS = 1500 };
    double *at = mem_alloc(ROWS * 5, sizeof *at);
    bool *keep = mem_alloc(ROWS, sizeof *keep);
    unsigned seed = 11;
    (void)state;
    for (size_t round = 0; round < 12; round++) {
        size_t dim = 2 + round % 4, kept = 0;
        unsigned values = round < 8 ? 1000 : 12;
        for (size_t i = 0; i < ROWS; i++) {
            double sum = 0;
            for (size_t k = 0; k + 1 < dim; k++)
                sum += at[i * dim + k] = next_random(&seed) % values;
            /* on a plane, or a little above it */
            at[i * dim + dim - 1] = -sum + (double)(next_random(&seed) % 3 * (round % 2));
            if (i > 0 && next_random(&seed) % 10 == 0)
                memcpy(at + i * dim, at + (i - 1) * dim, dim * sizeof *at);
            if (next_random(&seed) % 40 == 0)
                at[i * dim + next_random(&seed) % dim] = i % 2 ? INFINITY : -INFINITY;
        }
        pareto_front(at, ROWS, dim, keep);
        for (size_t i = 0; i < ROWS; i++) {
            bool want = true;
            for (size_t j = 0; j < ROWS && want; j++)
                want = !pareto_dominates(at + j * dim, at + i * dim, dim);
            assert_int_equal(keep[i], want);
            kept += want;
        }
        assert_true(kept > 1);
    }
    free(at);
    free(keep);
}

static void infinite_fourth_objectives_are_no_better_than_none(void **state)
{
    enum { ROWS = 300 };
    static double at[ROWS * 4];
    bool keep[ROWS];
    (void)state;
    for (size_t i = 0; i < ROWS; i++) {
        at[4 * i] = (double)i;
        at[4 * i + 1] = -(double)i;
        at[4 * i + 3] = INFINITY;
    }
    pareto_front(at, ROWS, 4, keep);
    for (size_t i = 0; i < ROWS; i++)
        assert_true(keep[i]);
}

/* All of a million rows are on the front: a scan of it for each would take hours. */
static void two_objectives_do_not_take_quadratic_time(void **state)
{
    (void)state;
    size_t n = 1000000;
    double *at = mem_alloc(n * 2, sizeof *at);
    bool *keep = mem_alloc(n, sizeof *keep);
    for (size_t i = 0; i < n; i++) {
        at[2 * i] = (double)i;
        at[2 * i + 1] = -(double)i;
    }
    pareto_front(at, n, 2, keep);
    for (size_t i = 0; i < n; i++)
        assert_true(keep[i]);
    free(keep);
    free(at);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_row_dominates_where_it_is_nowhere_worse_and_somewhere_better),
        cmocka_unit_test(the_front_of_a_small_example_is_known),
        cmocka_unit_test(equal_rows_are_all_kept),
        cmocka_unit_test(rows_with_nan_are_never_kept_and_push_nobody_out),
        cmocka_unit_test(infinite_values_are_values),
        cmocka_unit_test(no_rows_have_an_empty_front),
        cmocka_unit_test(the_front_is_what_brute_force_finds),
        cmocka_unit_test(infinite_fourth_objectives_are_no_better_than_none),
        cmocka_unit_test(large_fronts_are_what_brute_force_finds),
        cmocka_unit_test(two_objectives_do_not_take_quadratic_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
