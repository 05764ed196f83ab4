#include "tests/test.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/sobol.h"
#include "search/strategies/sensitivity.h"

static const double PI = 3.14159265358979323846;
enum { MOST = 8, G_INPUTS = 6 };

static void ishigami(void *ctx, size_t n, const double *x, double *y)
{
    (void)ctx;
    for (size_t i = 0; i < n; i++, x += 3) {
        double a = PI * (2 * x[0] - 1), b = PI * (2 * x[1] - 1), c = PI * (2 * x[2] - 1);
        y[i] = sin(a) + 7 * sin(b) * sin(b) + 0.1 * c * c * c * c * sin(a);
    }
}

static const double g_weight[G_INPUTS] = {0, 0.5, 3, 9, 99, 99};

static void sobol_g(void *ctx, size_t n, const double *x, double *y)
{
    (void)ctx;
    for (size_t i = 0; i < n; i++, x += G_INPUTS) {
        y[i] = 1;
        for (size_t k = 0; k < G_INPUTS; k++)
            y[i] *= (fabs(4 * x[k] - 2) + g_weight[k]) / (1 + g_weight[k]);
    }
}

static void is_near(const struct effect *e, double first, double total)
{
    assert_near(e->first.value, first, 0.02);
    assert_near(e->total.value, total, 0.02);
    assert_true(e->first.low <= e->first.value && e->first.value <= e->first.high);
    assert_true(e->total.low <= e->total.value && e->total.value <= e->total.high);
    assert_true(e->first.low - 0.02 <= first && first <= e->first.high + 0.02);
    assert_true(e->total.low - 0.02 <= total && total <= e->total.high + 0.02);
}

/* Closed forms of Ishigami and Homma 1990 with a = 7, b = 0.1. */
static void the_ishigami_function_has_its_published_indices(void **state)
{
    (void)state;
    struct effect e[3];
    double used, a = 7, b = 0.1, p4 = pow(PI, 4), p8 = p4 * p4;
    double v1 = 0.5 * (1 + b * p4 / 5) * (1 + b * p4 / 5), v2 = a * a / 8;
    double v13 = b * b * p8 * (1.0 / 18 - 1.0 / 50), v = v1 + v2 + v13;
    sensitivity_run(&(struct sensitivity){3, 1, 100, 4096, 1}, ishigami, NULL, e, &used);
    assert_true(used == 1);
    is_near(&e[0], v1 / v, (v1 + v13) / v);
    is_near(&e[1], v2 / v, v2 / v);
    is_near(&e[2], 0, v13 / v);
}

/* Sobol' 1993: variance of a factor 1 / (3 (1 + a)^2); factors multiply. */
static void the_g_function_has_its_published_indices(void **state)
{
    (void)state;
    struct effect e[G_INPUTS];
    double used, all = 1;
    for (size_t i = 0; i < G_INPUTS; i++)
        all *= 1 + 1 / (3 * (1 + g_weight[i]) * (1 + g_weight[i]));
    sensitivity_run(&(struct sensitivity){G_INPUTS, 1, 200, 8192, 1}, sobol_g, NULL, e, &used);
    for (size_t i = 0; i < G_INPUTS; i++) {
        double v = 1 / (3 * (1 + g_weight[i]) * (1 + g_weight[i]));
        is_near(&e[i], v / (all - 1), v * all / (1 + v) / (all - 1));
    }
    for (size_t i = 1; i < 5; i++) /* screening finds the same order */
        assert_true(e[i].mean < e[i - 1].mean);
}

/* y0 = 3 x0 - x1, y1 = 5: effects of a line are its slopes, a constant has no shares. */
static void lines(void *ctx, size_t n, const double *x, double *y)
{
    (void)ctx;
    for (size_t i = 0; i < n; i++) {
        y[2 * i] = x[2 * i] > 0.9 && x[2 * i + 1] > 0.9 ? NAN : 3 * x[2 * i] - x[2 * i + 1];
        y[2 * i + 1] = 5;
    }
}

static void slopes_are_found_and_missing_values_ignored(void **state)
{
    (void)state;
    struct effect e[4];
    double used[2];
    sensitivity_run(&(struct sensitivity){2, 2, 50, 1024, 3}, lines, NULL, e, used);
    assert_near(e[0].mean, 3, 1e-9);
    assert_near(e[1].mean, 1, 1e-9);
    assert_near(e[0].deviation, 0, 1e-6);
    assert_true(used[0] > 0.9 && used[0] < 1 && used[1] == 1);
    assert_true(e[0].first.value > 0.85 && e[1].first.value < 0.15);
    assert_true(e[2].mean == 0 && isnan(e[2].first.value) && isnan(e[3].total.value));
}

static void the_same_seed_gives_the_same_effects(void **state)
{
    (void)state;
    struct effect a[3], b[3], c[3];
    double used;
    sensitivity_run(&(struct sensitivity){3, 1, 20, 256, 1}, ishigami, NULL, a, &used);
    sensitivity_run(&(struct sensitivity){3, 1, 20, 256, 1}, ishigami, NULL, b, &used);
    sensitivity_run(&(struct sensitivity){3, 1, 20, 256, 2}, ishigami, NULL, c, &used);
    assert_memory_equal(a, b, sizeof a);
    assert_memory_not_equal(a, c, sizeof a);
}

/* Every dimension has one point in each of 1024 layers, and so has every plane of two of the first
 * dimensions in each of 32 x 32 squares. */
static void sobol_points_fill_all_layers(void **state)
{
    (void)state;
    struct sobol *s = mem_alloc(1, sizeof *s);
    size_t(*layer)[1024] = mem_alloc(SOBOL_MOST, sizeof *layer);
    size_t square[32][32] = {{0}};
    double x[SOBOL_MOST];
    sobol_make(s, SOBOL_MOST, 7);
    for (size_t i = 0; i < 1024; i++) {
        sobol_at(s, i, x);
        for (size_t k = 0; k < SOBOL_MOST; k++)
            layer[k][(size_t)(x[k] * 1024)]++;
        square[(size_t)(x[0] * 32)][(size_t)(x[1] * 32)]++;
    }
    for (size_t i = 0; i < 1024; i++) {
        for (size_t k = 0; k < SOBOL_MOST; k++)
            assert_int_equal(layer[k][i], 1);
        assert_int_equal(square[i / 32][i % 32], 1);
    }
    free(layer);
    free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_ishigami_function_has_its_published_indices),
        cmocka_unit_test(the_g_function_has_its_published_indices),
        cmocka_unit_test(slopes_are_found_and_missing_values_ignored),
        cmocka_unit_test(the_same_seed_gives_the_same_effects),
        cmocka_unit_test(sobol_points_fill_all_layers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
