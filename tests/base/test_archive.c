#include "tests/test.h"

#include <math.h>
#include <stdlib.h>

#include "base/archive.h"
#include "base/hypervolume.h"
#include "base/mem.h"
#include "base/pareto.h"
#include "base/random.h"

enum { DIM_MOST = 6 };

/* Points on few values have many ties and equals. */
static double *draw(struct random *r, size_t n, size_t dim, size_t values)
{
    double *at = mem_alloc(n * dim + 1, sizeof *at);
    for (size_t i = 0; i < n * dim; i++)
        at[i] = random_below(r, 60) == 0 ? (double)NAN : (double)random_below(r, values);
    return at;
}

/* Whatever the order they come in, those held are those that nothing dominates; those that left
 * are the others that had joined. */
static void check_archive(const double *at, size_t n, size_t dim)
{
    struct archive *a = archive_new(dim);
    bool *keep = mem_alloc(n + 1, sizeof *keep), *held = mem_alloc(n + 1, sizeof *held);
    uint64_t *id = mem_alloc(n + 1, sizeof *id);
    double *back = mem_alloc(n * dim + 1, sizeof *back);
    size_t left;

    for (size_t i = 0; i < n; i++)
        held[i] = archive_offer(a, at + i * dim, i);
    const uint64_t *gone = archive_removed(a, &left);
    for (size_t i = 0; i < left; i++) {
        assert_true(held[gone[i]]);
        held[gone[i]] = false;
    }
    pareto_front(at, n, dim, keep);
    size_t count = 0;
    for (size_t i = 0; i < n; i++) {
        assert_int_equal(keep[i], held[i]);
        count += keep[i];
    }
    assert_int_equal(archive_count(a), count);
    archive_list(a, back, id);
    for (size_t i = 0; i < count; i++) {
        assert_true(keep[id[i]]);
        assert_memory_equal(back + i * dim, at + id[i] * dim, dim * sizeof *at);
    }
    archive_forget(a);
    archive_removed(a, &left);
    assert_int_equal(left, 0);
    archive_free(a);
    free(keep);
    free(held);
    free(id);
    free(back);
}

static void the_archive_holds_what_nothing_dominates(void **state)
{
    (void)state;
    struct random r;
    random_seed(&r, 1);
    for (int round = 0; round < 1500; round++) {
        size_t dim = 1 + random_below(&r, DIM_MOST), n = random_below(&r, 200);
        double *at = draw(&r, n, dim, 2 + random_below(&r, 40));
        check_archive(at, n, dim);
        free(at);
    }
    for (size_t dim = 1; dim <= 5; dim++) { /* many blocks and boxes */
        double *at = draw(&r, 3000, dim, 1000000);
        for (size_t i = 0; i < 3000 && dim > 1; i++) { /* most of them on the front */
            at[i * dim] = (double)random_below(&r, 500);
            at[i * dim + 1] = 500 - at[i * dim];
        }
        check_archive(at, 3000, dim);
        free(at);
    }
}

static void infinite_and_equal_points_are_held(void **state)
{
    (void)state;
    struct archive *a = archive_new(3);
    const double inf[] = {-INFINITY, 1, INFINITY}, one[] = {0, 0, 0};
    assert_true(archive_offer(a, inf, 1));
    assert_true(archive_offer(a, one, 2));
    assert_true(archive_offer(a, one, 3));
    assert_false(archive_dominates(a, one));
    assert_false(archive_offer(a, (double[]){0, 0, 1}, 4));
    assert_int_equal(archive_count(a), 3);
    archive_free(a);
    archive_free(NULL);
}

/* Inclusion and exclusion over all subsets. */
static double slow_volume(const double *at, size_t n, size_t dim, const double *reference)
{
    double volume = 0;
    for (unsigned set = 1; set < 1u << n; set++) {
        double box = 1, sign = -1;
        for (size_t i = 0; i < n; i++)
            sign = set >> i & 1 ? -sign : sign;
        for (size_t k = 0; k < dim; k++) {
            double worst = -INFINITY;
            for (size_t i = 0; i < n; i++)
                if (set >> i & 1)
                    worst = fmax(worst, at[i * dim + k]);
            box *= fmax(0, reference[k] - worst);
        }
        volume += sign * box;
    }
    return volume;
}

static void hypervolume_is_what_inclusion_and_exclusion_give(void **state)
{
    (void)state;
    struct random r;
    random_seed(&r, 2);
    for (int round = 0; round < 4000; round++) {
        size_t dim = 1 + random_below(&r, DIM_MOST), n = random_below(&r, 10);
        size_t values = 2 + random_below(&r, 9);
        double at[10 * DIM_MOST], reference[DIM_MOST];
        for (size_t i = 0; i < n * dim; i++)
            at[i] = (double)random_below(&r, values);
        for (size_t k = 0; k < dim; k++)
            reference[k] = (double)(values - random_below(&r, 2));
        assert_near(hypervolume(at, n, dim, reference), slow_volume(at, n, dim, reference), 1e-6);
    }
}

/* A staircase of n steps under the diagonal: 1/2 - 1/(2n). A cone cut by planes has no simple form,
 * so in more dimensions n copies of the staircase times a depth. */
static void hypervolume_of_a_staircase_is_known(void **state)
{
    (void)state;
    enum { N = 1000 };
    for (size_t dim = 2; dim <= 4; dim++) {
        double at[N * 4] = {0}, reference[] = {1, 1, 3, 5}, depth = 1;
        for (size_t i = 0; i < N; i++) {
            at[i * dim] = (double)i / N;
            at[i * dim + 1] = (double)(N - 1 - i) / N;
        }
        for (size_t k = 2; k < dim; k++)
            depth *= reference[k];
        assert_near(hypervolume(at, N, dim, reference), depth * (0.5 + 0.5 / N), 1e-9);
    }
}

/* Each number of objectives has a way of its own: one more that all points share changes nothing.
 */
static void one_more_shared_objective_changes_no_hypervolume(void **state)
{
    enum { N = 400 };
    static double at[N * 5], more[N * 5];
    const double reference[] = {1, 1, 1, 1, 1};
    struct random r;
    (void)state;
    random_seed(&r, 9);
    for (int round = 0; round < 40; round++) {
        size_t dim = 2 + random_below(&r, 3), n = 1 + random_below(&r, N);
        for (size_t i = 0; i < n; i++) {
            double square = 0;
            for (size_t k = 0; k < dim; k++) {
                double x = random_unit(&r);
                x = round % 3 == 0 ? floor(8 * x) / 8 : x;
                square += (1 - x) * (1 - x);
                at[i * dim + k] = x;
            }
            for (size_t k = 0; k < dim; k++) {
                if (round % 3 == 1) /* all on the front */
                    at[i * dim + k] = 1 - (1 - at[i * dim + k]) / sqrt(square);
                more[i * (dim + 1) + k] = at[i * dim + k];
            }
            more[i * (dim + 1) + dim] = 0;
        }
        double volume = hypervolume(at, n, dim, reference);
        assert_near(hypervolume(more, n, dim + 1, reference), volume, 1e-12);
    }
}

static void points_beyond_the_reference_add_nothing(void **state)
{
    (void)state;
    const double reference[] = {1, 1, 1};
    assert_true(hypervolume((double[]){0, 0, 1, 2, 0, 0}, 2, 3, reference) == 0);
    assert_true(hypervolume(NULL, 0, 3, reference) == 0);
    assert_near(hypervolume((double[]){NAN, 0, 0, 0.5, 0.5, 0.5}, 2, 3, reference), 0.125, 1e-15);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_archive_holds_what_nothing_dominates),
        cmocka_unit_test(infinite_and_equal_points_are_held),
        cmocka_unit_test(hypervolume_is_what_inclusion_and_exclusion_give),
        cmocka_unit_test(hypervolume_of_a_staircase_is_known),
        cmocka_unit_test(one_more_shared_objective_changes_no_hypervolume),
        cmocka_unit_test(points_beyond_the_reference_add_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
