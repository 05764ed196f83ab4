/* NSGA-II (Deb, Pratap, Agarwal and Meyarivan 2002): of a front the least crowded are kept. */
#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "search/population.h"

enum { SIZE = 100 };

struct along {
    double at;
    size_t member;
};

static int by_value(const void *a, const void *b)
{
    const struct along *x = a, *y = b;
    if (x->at != y->at)
        return x->at < y->at ? -1 : 1;
    return (x->member > y->member) - (x->member < y->member);
}

static int by_spread(const void *a, const void *b)
{
    const struct member *x = a, *y = b;
    if (x->spread != y->spread)
        return x->spread > y->spread ? -1 : 1;
    return (x->gene > y->gene) - (x->gene < y->gene);
}

/* Spread is the half girth of the box up to the neighbours on the front. */
static void thin(struct population *p, size_t from, size_t to, size_t want)
{
    size_t n = to - from;
    struct along *order = mem_alloc(n, sizeof *order);
    (void)want;
    for (size_t i = from; i < to; i++)
        p->member[i].spread = 0;
    for (size_t k = 0; k < search_problem(p->search)->objectives; k++) {
        for (size_t i = 0; i < n; i++)
            order[i] = (struct along){p->member[from + i].outcome[k], from + i};
        qsort(order, n, sizeof *order, by_value);
        double range = order[n - 1].at - order[0].at;
        p->member[order[0].member].spread = INFINITY;
        p->member[order[n - 1].member].spread = INFINITY;
        for (size_t i = 1; i + 1 < n && range > 0 && isfinite(range); i++)
            p->member[order[i].member].spread += (order[i + 1].at - order[i - 1].at) / range;
    }
    free(order);
    qsort(p->member + from, n, sizeof *p->member, by_spread);
}

static void *begin(struct search *s)
{
    return population_open(s, SIZE, thin);
}

const struct strategy strategy_nsga2 = {
    .name = "nsga2",
    .doc = "NSGA-II: breeds a population towards the front. The default for two objectives where "
           "the space is larger than the budget.",
    .aims = true,
    .open = begin,
    .ask = population_ask,
    .tell = population_tell,
    .close = population_close};
