/* How good and how fast the search is: test problems against a reference NSGA-II, fronts and
 * hypervolumes of large sets, and a study whose exact front is known. Prints ratios. Not a test.
 *
 * usage: build/bench_search [problems|sets|study]...      default: all three */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/hypervolume.h"
#include "base/mem.h"
#include "base/pareto.h"
#include "search/explore.h"
#include "tests/problems.h"

enum { EVALUATIONS = 25000, SEEDS = 5 };
static const double REFERENCE_RATE = 215000; /* evaluations/s of a C++ library on ZDT */

static double now_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static int by_value(const void *a, const void *b)
{
    const double *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

static double run_problem(const struct test_problem *t, const struct strategy *with, uint64_t seed,
                          double evaluations, double *spent_s)
{
    struct gene gene[VARIABLES_MOST];
    const double *genes;
    size_t n, width = t->objectives + t->limits;
    double *worth = mem_alloc(SEARCH_BATCH * width, sizeof *worth);
    bool *joined = mem_alloc(SEARCH_BATCH, sizeof *joined);
    for (size_t i = 0; i < t->variables; i++)
        gene[i] = (struct gene){GENE_REAL, 0};
    struct problem p = {.genes = t->variables,
                        .objectives = t->objectives,
                        .limits = t->limits,
                        .gene = gene,
                        .budget = evaluations,
                        .seed = seed};
    double start = now_s();
    struct search *s = search_open(with, &p);
    while ((n = search_ask(s, &genes)) > 0) {
        for (size_t i = 0; i < n; i++)
            test_problem_at(t, genes + i * t->variables, worth + i * width);
        search_tell(s, worth, joined);
        archive_forget(search_front(s));
    }
    *spent_s += now_s() - start;
    size_t front = archive_count(search_archive(s));
    double *at = mem_alloc(front * t->objectives, sizeof *at);
    archive_list(search_archive(s), at, NULL);
    double volume = hypervolume(at, front, t->objectives, t->reference);
    free(at);
    search_close(s);
    free(worth);
    free(joined);
    return volume;
}

static void bench_problems(const char *only)
{
    printf("hypervolume of everything evaluated, %d evaluations, median of %d seeds, against a "
           "reference NSGA-II\n%-12s",
           EVALUATIONS, SEEDS, "");
    const struct strategy *const with[] = {&strategy_nsga2, &strategy_nsga3};
    for (size_t k = 0; k < LEN(with); k++)
        printf("%18s", with[k]->name);
    printf("   evaluations/s (nsga2, nsga3)\n");
    for (size_t i = 0; i < LEN(test_problems); i++) {
        const struct test_problem *t = &test_problems[i];
        if (only && strcmp(only, t->name) != 0)
            continue;
        double rate[LEN(with)];
        printf("%-12s", t->name);
        for (size_t k = 0; k < LEN(with); k++) {
            double volume[SEEDS], spent_s = 0;
            for (size_t seed = 0; seed < SEEDS; seed++)
                volume[seed] = run_problem(t, with[k], seed + 1, EVALUATIONS, &spent_s);
            qsort(volume, SEEDS, sizeof *volume, by_value);
            double median = volume[SEEDS / 2];
            rate[k] = (double)EVALUATIONS * SEEDS / spent_s;
            printf("%10.5g %+.2f %%", median, 100 * (median / t->archive - 1));
        }
        printf("   %.0f (%.2f times %.0f) %.0f\n", rate[0], rate[0] / REFERENCE_RATE,
               REFERENCE_RATE, rate[1]);
    }
}

int main(int argc, char **argv)
{
    (void)argc;
    bench_problems(argv[1]);
}
