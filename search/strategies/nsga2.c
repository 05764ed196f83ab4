/* NSGA-II (Deb, Pratap, Agarwal and Meyarivan 2002): when the last front does not fit, its most
 * crowded members are removed. They are removed one at a time and the crowding distances of their
 * neighbours updated, as in Kukkonen and Deb (2006). The members of a front are linked in order of
 * each objective, so a removal is local. */
#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "search/strategies/population.h"

enum { SIZE = 100 };

/* The value of a member in one objective. */
struct value {
    double at;
    size_t member;
};

static int by_value(const void *a, const void *b)
{
    const struct value *x = a, *y = b;
    if (x->at != y->at)
        return x->at < y->at ? -1 : 1;
    return (x->member > y->member) - (x->member < y->member);
}

/* A front as a linked list along every objective. */
struct chain {
    size_t n, dim;
    size_t *before, *after; /* [dim][n]; n: no neighbour */
    const struct member *member;
    double *range;
};

/* Crowding distance: sum of the sides of the box between the neighbours, relative to the range. */
static double spread(const struct chain *c, size_t i)
{
    double s = 0;
    for (size_t k = 0; k < c->dim; k++) {
        size_t a = c->before[k * c->n + i], b = c->after[k * c->n + i];
        if (a == c->n || b == c->n)
            return INFINITY;
        if (c->range[k] > 0 && isfinite(c->range[k]))
            s += (c->member[b].outcome[k] - c->member[a].outcome[k]) / c->range[k];
    }
    return s;
}

static void chain_make(struct chain *c, size_t n, size_t dim, const struct member *member)
{
    struct value *order = mem_alloc(n, sizeof *order);
    *c = (struct chain){.n = n, .dim = dim, .member = member};
    c->before = mem_alloc(2 * n * dim, sizeof *c->before);
    c->after = c->before + n * dim;
    c->range = mem_alloc(dim, sizeof *c->range);
    for (size_t k = 0; k < dim; k++) {
        for (size_t i = 0; i < n; i++)
            order[i] = (struct value){member[i].outcome[k], i};
        qsort(order, n, sizeof *order, by_value);
        c->range[k] = order[n - 1].at - order[0].at;
        for (size_t i = 0; i < n; i++) {
            c->before[k * n + order[i].member] = i ? order[i - 1].member : n;
            c->after[k * n + order[i].member] = i + 1 < n ? order[i + 1].member : n;
        }
    }
    free(order);
}

/* Removes the most crowded members one at a time. */
static void thin(struct population *p, size_t from, size_t to, size_t want)
{
    size_t n = to - from, left = n, dim = search_problem(p->search)->objectives;
    struct member *member = p->member + from;
    struct chain c;
    bool *gone = mem_alloc(n, sizeof *gone);

    chain_make(&c, n, dim, member);
    for (size_t i = 0; i < n; i++)
        member[i].spread = spread(&c, i);
    for (; left > want; left--) {
        size_t worst = n;
        for (size_t i = 0; i < n; i++)
            if (!gone[i] && (worst == n || member[i].spread < member[worst].spread))
                worst = i;
        gone[worst] = true;
        for (size_t k = 0; k < dim; k++) {
            size_t a = c.before[k * n + worst], b = c.after[k * n + worst];
            if (a != n)
                c.after[k * n + a] = b;
            if (b != n)
                c.before[k * n + b] = a;
        }
        for (size_t k = 0; k < dim; k++) {
            size_t a = c.before[k * n + worst], b = c.after[k * n + worst];
            if (a != n)
                member[a].spread = spread(&c, a);
            if (b != n)
                member[b].spread = spread(&c, b);
        }
    }
    size_t kept = 0;
    for (size_t i = 0; i < n; i++)
        if (!gone[i]) {
            struct member m = member[kept];
            member[kept++] = member[i];
            member[i] = m;
        }
    free(gone);
    free(c.before);
    free(c.range);
}

static void *begin(struct search *s)
{
    return population_open(s, SIZE, thin);
}

const struct strategy strategy_nsga2 = {
    .name = "nsga2",
    .doc = "NSGA-II: evolves a population towards the front. The default for up to two objectives "
           "if the space is larger than the budget.",
    .aims = true,
    .open = begin,
    .ask = population_ask,
    .tell = population_tell,
    .close = population_close};
