/* Generational loop of NSGA-II (Deb et al. 2002): binary tournaments choose parents, parents and
 * children compete, whole fronts are kept until the next one does not fit, and that one is thinned
 * by the strategy. Invariant: after a tell, member[0 .. n) is sorted by rank and n <= size. */
#include "search/strategies/population.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/pareto.h"

enum { TRIES = 20 };

struct population *population_open(struct search *s, size_t size,
                                   void (*thin)(struct population *, size_t, size_t, size_t))
{
    const struct problem *problem = search_problem(s);
    size_t width = problem->objectives + problem->limits;
    struct population *p = mem_alloc(1, sizeof *p);
    if (problem->population >= 2)
        size = (size_t)problem->population;
    p->search = s;
    p->size = size;
    p->thin = thin;
    p->member = mem_alloc(2 * size, sizeof *p->member);
    p->genes = mem_alloc(2 * size * problem->genes + 1, sizeof *p->genes);
    p->outcomes = mem_alloc(2 * size * width + 1, sizeof *p->outcomes);
    for (size_t i = 0; i < 2 * size; i++) {
        p->member[i].gene = p->genes + i * problem->genes;
        p->member[i].outcome = p->outcomes + i * width;
    }
    p->even = strategy_sobol.open(s);
    return p;
}

void population_close(void *self)
{
    struct population *p = self;
    strategy_sobol.close(p->even);
    free(p->member);
    free(p->genes);
    free(p->outcomes);
    free(p->own);
    free(p);
}

/* Binary tournament: the better of two random members. */
static const struct member *parent(struct population *p)
{
    struct random *r = search_random(p->search);
    const struct member *a = &p->member[random_below(r, p->n)];
    const struct member *b = &p->member[random_below(r, p->n)];
    if (a->front != b->front)
        return a->front < b->front ? a : b;
    return a->spread >= b->spread ? a : b;
}

/* Makes children that are new; after TRIES failures, draws a random point instead. */
static size_t breed(struct population *p, double *genes, size_t most)
{
    size_t width = search_problem(p->search)->genes, n = 0;
    double *spare = mem_alloc(width + 1, sizeof *spare);
    int tries = 0;
    while (n < most) {
        double *child = genes + n * width;
        if (tries == TRIES) {
            if (!search_draw(p->search, child))
                break;
            n++;
            tries = 0;
            continue;
        }
        const struct member *mother = parent(p), *father = parent(p);
        vary(p->search, mother->gene, father->gene, child, spare);
        size_t before = n;
        if (search_fresh(p->search, child))
            n++;
        if (n < most && search_fresh(p->search, spare))
            memcpy(genes + n++ * width, spare, width * sizeof *spare);
        tries = n == before ? tries + 1 : 0;
    }
    free(spare);
    return n;
}

size_t population_ask(void *self, double *genes, size_t most)
{
    struct population *p = self;
    if (most > p->size)
        most = p->size;
    if (p->n < p->size && p->born < p->size) {
        size_t want = p->size - p->born;
        size_t n = strategy_sobol.ask(p->even, genes, most < want ? most : want);
        p->born += n;
        return n;
    }
    return breed(p, genes, most);
}

static void swap(struct member *a, struct member *b)
{
    struct member keep = *a;
    *a = *b;
    *b = keep;
}

/* Moves the front of member[from .. n) to its start. Returns the end of the front. */
static size_t next_front(struct population *p, size_t from, size_t n)
{
    size_t dim = search_problem(p->search)->objectives, end = from;
    for (size_t i = from; i < n; i++) {
        const double *at = p->member[i].outcome;
        bool dominated = false;
        for (size_t k = from; k < end && !dominated;) {
            if (pareto_dominates(p->member[k].outcome, at, dim)) {
                dominated = true;
            } else if (pareto_dominates(at, p->member[k].outcome, dim)) {
                swap(&p->member[k], &p->member[--end]);
                /* the removed member is now at `end`, between the front and i */
            } else {
                k++;
            }
        }
        if (!dominated)
            swap(&p->member[i], &p->member[end++]);
    }
    return end;
}

static int by_violation(const void *a, const void *b)
{
    const struct member *x = a, *y = b;
    if (x->violation != y->violation)
        return x->violation < y->violation ? -1 : 1;
    return (x->gene > y->gene) - (x->gene < y->gene);
}

void population_tell(void *self, size_t n, const double *genes, const double *outcomes)
{
    struct population *p = self;
    const struct problem *problem = search_problem(p->search);
    size_t width = problem->objectives + problem->limits, feasible = 0, front = 0;

    for (size_t i = 0; i < n; i++) {
        struct member *m = &p->member[p->n++];
        memcpy(m->gene, genes + i * problem->genes, problem->genes * sizeof *genes);
        memcpy(m->outcome, outcomes + i * width, width * sizeof *outcomes);
        m->violation = outcome_violation(problem, m->outcome);
        for (size_t k = 0; k < problem->objectives; k++)
            if (isnan(m->outcome[k])) /* an undefined objective counts as infeasible */
                m->violation = INFINITY;
    }
    for (size_t i = 0; i < p->n; i++)
        if (p->member[i].violation == 0)
            swap(&p->member[i], &p->member[feasible++]);
    size_t kept = 0;
    while (kept < feasible && kept < p->size) {
        size_t end = next_front(p, kept, feasible);
        size_t want = end - kept < p->size - kept ? end - kept : p->size - kept;
        p->thin(p, kept, end, want);
        for (size_t i = kept; i < kept + want; i++)
            p->member[i].front = front;
        front++;
        kept += want;
    }
    if (kept < p->size && p->n > feasible) {
        qsort(p->member + feasible, p->n - feasible, sizeof *p->member, by_violation);
        for (; kept < p->size && kept < p->n; kept++) {
            p->member[kept].front = front++;
            p->member[kept].spread = 0;
        }
    }
    p->n = kept;
}
