/* multifidelity on made-up problems, whose truth is the cheap level times an error that varies. */
#include "tests/test.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "search/strategies/ask_tell.h"

enum { SIDES = 3, GOALS = 2, LIMITS = 1, WIDTH = GOALS + LIMITS, FRONT_MOST = 1024 };

/* ---- a cube of designs: how much it does (to be large) and what it costs ---- */

static size_t side = 12;

static double unit(double gene)
{
    return gene / (double)(side - 1);
}

static void cheap_at(const double *gene, double *out)
{
    double a = unit(gene[0]), b = unit(gene[1]), c = unit(gene[2]);
    out[0] = -(1 + 9 * a) * (1 + 3 * b) * (1 + 0.2 * c);
    out[1] = 1 + 5 * a + 2 * b * b + 0.5 * c;
    out[2] = (1 + a + b) / 2.6 - 1; /* over a limit if positive */
}

static double error_of_truth; /* share */
static bool refuses;          /* four of five designs, by no measure */

static void true_at(const double *gene, double *out)
{
    double a = unit(gene[0]), b = unit(gene[1]);
    cheap_at(gene, out);
    out[0] *= 1 - error_of_truth * (0.5 * a + b * b);
    if (refuses && a + b < 1.35)
        out[2] = INFINITY;
}

static size_t cheap_calls;

static void price_cheaply(void *ctx, size_t n, const double *genes, double *outcomes)
{
    (void)ctx;
    cheap_calls += n;
    for (size_t i = 0; i < n; i++)
        cheap_at(genes + i * SIDES, outcomes + i * WIDTH);
}

struct found {
    size_t asked, n; /* n: of the front */
    double at[FRONT_MOST * GOALS];
    double *genes; /* [asked][SIDES] */
    const char *over;
};

static void search_cube(struct found *out, const struct strategy *with, double budget,
                        uint64_t seed, bool offer)
{
    const struct gene ordered = {GENE_ORDERED, side}, gene[SIDES] = {ordered, ordered, ordered};
    struct problem p = {.genes = SIDES,
                        .objectives = GOALS,
                        .limits = LIMITS,
                        .gene = gene,
                        .budget = budget,
                        .seed = seed,
                        .cheap = offer ? price_cheaply : NULL,
                        .batch = 8};
    double *worth = mem_alloc((size_t)SEARCH_BATCH * WIDTH, sizeof *worth);
    bool *joined = mem_alloc(SEARCH_BATCH, sizeof *joined);
    struct search *search = search_open(with, &p);
    const double *genes;
    *out = (struct found){0};
    for (size_t n; (n = search_ask(search, &genes)) > 0;) {
        out->genes = mem_grow(out->genes, (out->asked + n) * SIDES, sizeof *out->genes);
        memcpy(out->genes + out->asked * SIDES, genes, n * SIDES * sizeof *genes);
        out->asked += n;
        for (size_t i = 0; i < n; i++)
            true_at(genes + i * SIDES, worth + i * WIDTH);
        search_tell(search, worth, joined);
        archive_forget(search_front(search));
    }
    out->n = archive_count(search_archive(search));
    assert_true(out->n <= FRONT_MOST);
    uint64_t *id = mem_alloc(out->n + 1, sizeof *id);
    archive_list(search_archive(search), out->at, id);
    out->over = search_over(search);
    free(id);
    search_close(search);
    free(worth);
    free(joined);
}

static bool has(const struct found *f, const double *at)
{
    for (size_t i = 0; i < f->n; i++)
        if (memcmp(f->at + i * GOALS, at, GOALS * sizeof *at) == 0)
            return true;
    return false;
}

static size_t common(const struct found *a, const struct found *b)
{
    size_t n = 0;
    for (size_t i = 0; i < a->n; i++)
        n += has(b, a->at + i * GOALS);
    return n;
}

static struct found whole, some, other;

static void forget(struct found *f)
{
    free(f->genes);
    f->genes = NULL;
}

/* With a cheap level that is right, the front is found and no other question is asked than the
 * random ones at the start. */
static void truth_needs_the_front_only(void **state)
{
    (void)state;
    error_of_truth = 0;
    search_cube(&whole, &strategy_grid, INFINITY, 1, false);
    search_cube(&some, &strategy_multifidelity, INFINITY, 1, true);
    assert_true(whole.n > 20);
    assert_int_equal(some.n, whole.n);
    assert_int_equal(common(&some, &whole), whole.n);
    assert_true(some.asked <= whole.n + 8);
    assert_string_equal(some.over, "no points are left to try");
    forget(&whole);
    forget(&some);
}

/* With one that is up to 40 % wrong, a tenth of the questions finds more of the front than nsga2
 * and random points do, for every seed. */
static void a_tenth_finds_most(void **state)
{
    (void)state;
    error_of_truth = 0.3;
    search_cube(&whole, &strategy_grid, INFINITY, 1, false);
    double tenth = (double)(side * side * side) / 10;
    for (uint64_t seed = 1; seed <= 3; seed++) {
        search_cube(&some, &strategy_multifidelity, tenth, seed, true);
        assert_true((double)some.asked <= tenth);
        size_t ours = common(&some, &whole);
        assert_true(10 * ours >= 7 * whole.n);
        forget(&some);
        const struct strategy *const others[] = {&strategy_nsga2, &strategy_random};
        for (size_t i = 0; i < LEN(others); i++) {
            search_cube(&other, others[i], tenth, seed, false);
            assert_true(2 * common(&other, &whole) < ours);
            forget(&other);
        }
    }
    forget(&whole);
}

/* Where four designs of five are refused, though the cheap level takes them, it learns which. */
static void learns_what_is_refused(void **state)
{
    (void)state;
    refuses = true;
    error_of_truth = 0.1;
    search_cube(&whole, &strategy_grid, INFINITY, 1, false);
    double tenth = (double)(side * side * side) / 10;
    for (uint64_t seed = 1; seed <= 3; seed++) {
        search_cube(&some, &strategy_multifidelity, tenth, seed, true);
        assert_true(3 * common(&some, &whole) >= 2 * whole.n);
        forget(&some);
    }
    forget(&whole);
    refuses = false;
}

static int by_genes(const void *a, const void *b)
{
    return memcmp(a, b, SIDES * sizeof(double));
}

static void same_seed_same_points(void **state)
{
    (void)state;
    error_of_truth = 0.3;
    search_cube(&some, &strategy_multifidelity, 60, 7, true);
    search_cube(&other, &strategy_multifidelity, 60, 7, true);
    assert_int_equal(some.asked, other.asked);
    assert_memory_equal(some.genes, other.genes, some.asked * SIDES * sizeof(double));
    forget(&other);
    search_cube(&other, &strategy_multifidelity, 60, 8, true);
    assert_true(memcmp(some.genes, other.genes, some.asked * SIDES * sizeof(double)) != 0);
    qsort(some.genes, some.asked, SIDES * sizeof(double), by_genes);
    for (size_t i = 1; i < some.asked; i++)
        assert_true(by_genes(some.genes + (i - 1) * SIDES, some.genes + i * SIDES) != 0);
    forget(&some);
    forget(&other);
}

static int by_goals(const void *a, const void *b)
{
    const double *x = a, *y = b;
    return (x[0] > y[0]) - (x[0] < y[0]);
}

/* The area that the front dominates, up to no work at the cost of all. */
static double volume(struct found *f)
{
    double area = 0, last = 9;
    qsort(f->at, f->n, GOALS * sizeof *f->at, by_goals);
    for (size_t i = 0; i < f->n; i++) {
        area += -f->at[i * GOALS] * (last - f->at[i * GOALS + 1]);
        last = f->at[i * GOALS + 1];
    }
    return area;
}

/* A space that is too large to list is searched at the cheap level first; 100 questions then
 * find more than 2000 random ones. */
static void takes_large_spaces(void **state)
{
    (void)state;
    side = 64;
    error_of_truth = 0.3;
    cheap_calls = 0;
    search_cube(&some, &strategy_multifidelity, 100, 1, true);
    assert_true(cheap_calls < side * side * side / 2);
    search_cube(&other, &strategy_random, 2000, 1, false);
    assert_int_equal(some.asked, 100);
    assert_true(volume(&some) > volume(&other));
    forget(&some);
    forget(&other);
    side = 12;
}

/* Without a cheap level, as in a search of dse alone, it draws points. */
static void draws_without_a_cheap_level(void **state)
{
    (void)state;
    search_cube(&some, &strategy_multifidelity, 50, 1, false);
    assert_int_equal(some.asked, 50);
    forget(&some);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(truth_needs_the_front_only), cmocka_unit_test(a_tenth_finds_most),
        cmocka_unit_test(learns_what_is_refused),     cmocka_unit_test(same_seed_same_points),
        cmocka_unit_test(takes_large_spaces),         cmocka_unit_test(draws_without_a_cheap_level),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
