/* A correction meets its lessons, says how sure it is, and knows which genes matter. */
#include "tests/test.h"

#include "search/strategies/correction.h"

enum { GENES = 3, SIDE = 5, LESSONS_MOST = 64 };
static const struct gene genes[GENES] = {{GENE_ORDERED, SIDE}, {GENE_REAL, 0}, {GENE_CATEGORY, 3}};

struct school {
    size_t n;
    double at[LESSONS_MOST * GENES], value[LESSONS_MOST];
};

static void teach(struct school *s, double a, double b, double c, double value)
{
    double *at = s->at + s->n * GENES;
    at[0] = a;
    at[1] = b;
    at[2] = c;
    s->value[s->n++] = value;
}

static struct correction *learn(const struct school *s)
{
    return correction_learn(&(struct lessons){genes, GENES, s->n, s->at, s->value});
}

static double smooth(double a, double b)
{
    return 0.3 + 0.2 * a / (SIDE - 1) - 0.4 * b * b;
}

static void meets_its_lessons(void **state)
{
    (void)state;
    struct school s = {0};
    for (size_t a = 0; a < SIDE; a++)
        for (size_t b = 0; b < 4; b++)
            teach(&s, (double)a, (double)b / 3, (double)((a + b) % 3),
                  smooth((double)a, (double)b / 3));
    struct correction *c = learn(&s);
    double mean, deviation, far;
    for (size_t i = 0; i < s.n; i++) {
        correction_at(c, s.at + i * GENES, &mean, &deviation);
        assert_true(fabs(mean - s.value[i]) < 0.01);
        assert_true(deviation < 0.05);
    }
    /* Between the lessons, and for a category that these values were not taught with. */
    for (size_t a = 0; a < SIDE; a++) {
        const double at[GENES] = {(double)a, 0.5, (double)(a % 3)};
        correction_at(c, at, &mean, &deviation);
        assert_true(fabs(mean - smooth((double)a, 0.5)) < 0.02);
    }
    correction_free(c);
    /* Far from all lessons it is less sure than among them. */
    struct school corner = {0};
    for (size_t a = 0; a < 3; a++)
        for (size_t b = 0; b < 3; b++)
            teach(&corner, (double)a, (double)b / 10, 0, sin(3.0 * (double)a) + 4 * (double)b / 10);
    c = learn(&corner);
    correction_at(c, corner.at, &mean, &deviation);
    correction_at(c, (const double[GENES]){SIDE - 1, 1, 2}, &mean, &far);
    assert_true(far > 2 * deviation);
    correction_free(c);
}

/* Values that only one gene moves: the others may be anything. */
static void knows_which_genes_matter(void **state)
{
    (void)state;
    struct school s = {0};
    for (size_t a = 0; a < SIDE; a++)
        teach(&s, (double)a, 0.2 * (double)a, 0, 0.1 * (double)(a * a));
    for (size_t a = 0; a < SIDE; a++)
        teach(&s, (double)a, 1 - 0.2 * (double)a, (double)(a % 3), 0.1 * (double)(a * a));
    struct correction *c = learn(&s);
    double here, there, deviation;
    for (size_t a = 0; a < SIDE; a++) {
        correction_at(c, (const double[GENES]){(double)a, 0, 1}, &here, &deviation);
        correction_at(c, (const double[GENES]){(double)a, 1, 2}, &there, &deviation);
        assert_true(fabs(here - there) < 0.02);
        assert_true(fabs(here - 0.1 * (double)(a * a)) < 0.02);
    }
    correction_free(c);
}

static void takes_little(void **state)
{
    (void)state;
    struct school s = {0};
    double mean, deviation;
    const double at[GENES] = {1, 0.5, 1};
    struct correction *c = learn(&s);
    correction_at(c, at, &mean, &deviation);
    assert_true(mean == 0 && deviation == 0);
    correction_free(c);
    teach(&s, 2, 0.5, 0, -0.7);
    c = learn(&s);
    correction_at(c, at, &mean, &deviation);
    assert_true(fabs(mean + 0.7) < 1e-9);
    correction_free(c);
    teach(&s, 3, 0.1, 1, -0.7); /* the same everywhere */
    teach(&s, 3, 0.1, 1, -0.7); /* and a point twice */
    c = learn(&s);
    correction_at(c, at, &mean, &deviation);
    assert_true(fabs(mean + 0.7) < 1e-9 && deviation < 1e-6);
    correction_free(c);
    correction_free(NULL);
}

/* The same point with two values: between them, and it never fails. */
static void takes_noise(void **state)
{
    (void)state;
    struct school s = {0};
    for (size_t a = 0; a < SIDE; a++) {
        teach(&s, (double)a, 0, 0, 1);
        teach(&s, (double)a, 0, 0, 1.1);
    }
    struct correction *c = learn(&s);
    double mean, deviation;
    correction_at(c, (const double[GENES]){2, 0, 0}, &mean, &deviation);
    assert_true(mean > 0.99 && mean < 1.11 && isfinite(deviation));
    correction_free(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(meets_its_lessons),
        cmocka_unit_test(knows_which_genes_matter),
        cmocka_unit_test(takes_little),
        cmocka_unit_test(takes_noise),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
