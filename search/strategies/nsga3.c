/* NSGA-III (Deb and Jain 2014): when the last front does not fit, members are selected so that they
 * cover reference directions, which are spread evenly over all weights of the objectives (Das and
 * Dennis 1998). Each step takes, for the direction with the fewest members, the nearest member. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "search/strategies/population.h"

enum { LEAST = 90 }; /* directions; the population has one member per direction */

struct directions {
    size_t n, dim;
    double *at; /* [n][dim], each of length 1 */
};

static size_t binomial(size_t n, size_t k)
{
    double c = 1;
    for (size_t i = 1; i <= k; i++)
        c = c * (double)(n - k + i) / (double)i;
    return (size_t)round(c);
}

/* Adds all vectors of whole numbers whose sum is `left` plus the digits before k. */
static void add_directions(struct directions *d, size_t *digit, size_t k, size_t left)
{
    if (k + 1 < d->dim) {
        for (digit[k] = 0; digit[k] <= left; digit[k]++)
            add_directions(d, digit, k + 1, left - digit[k]);
        return;
    }
    digit[k] = left;
    double length = 0, *at = d->at + d->n++ * d->dim;
    for (size_t i = 0; i < d->dim; i++)
        length += (double)(digit[i] * digit[i]);
    for (size_t i = 0; i < d->dim; i++)
        at[i] = (double)digit[i] / sqrt(length);
}

static struct directions *directions_make(size_t dim, double least)
{
    size_t steps = 1, digit[64] = {0};
    while (dim > 1 && (double)binomial(steps + dim - 1, dim - 1) < least)
        steps++;
    size_t n = binomial(steps + dim - 1, dim - 1);
    struct directions *d = mem_alloc(1, sizeof *d + n * dim * sizeof(double));
    d->dim = dim;
    d->at = (double *)(d + 1);
    add_directions(d, digit, 0, steps);
    return d;
}

struct near {
    size_t direction;
    double off; /* squared distance from the direction */
};

static struct near nearest(const struct directions *d, const double *x)
{
    struct near best = {0, INFINITY};
    double length = 0;
    for (size_t k = 0; k < d->dim; k++)
        length += x[k] * x[k];
    for (size_t i = 0; i < d->n; i++) {
        double along = 0;
        for (size_t k = 0; k < d->dim; k++)
            along += x[k] * d->at[i * d->dim + k];
        if (length - along * along < best.off)
            best = (struct near){i, length - along * along};
    }
    return best;
}

/* The range of each objective: from the best of the first `to` members to the worst on the first
 * front. */
static void scale(const struct population *p, size_t to, size_t dim, double *low, double *range)
{
    for (size_t k = 0; k < dim; k++) {
        double high = -INFINITY;
        low[k] = INFINITY;
        for (size_t i = 0; i < to; i++) {
            low[k] = fmin(low[k], p->member[i].outcome[k]);
            if (i == 0 || p->member[i].front == 0)
                high = fmax(high, p->member[i].outcome[k]);
        }
        range[k] = high > low[k] ? high - low[k] : 1;
    }
}

static void thin(struct population *p, size_t from, size_t to, size_t want)
{
    const struct directions *d = p->own;
    size_t n = to - from;
    double low[64], range[64], x[64];
    if (from == 0)
        for (size_t i = 0; i < to; i++)
            p->member[i].front = 0;
    else
        for (size_t i = from; i < to; i++)
            p->member[i].front = SIZE_MAX;
    for (size_t i = from; i < to; i++)
        p->member[i].spread = 0;
    if (want == n)
        return;

    scale(p, to, d->dim, low, range);
    struct near *near = mem_alloc(to, sizeof *near);
    size_t *count = mem_alloc(d->n, sizeof *count);
    for (size_t i = 0; i < to; i++) {
        for (size_t k = 0; k < d->dim; k++)
            x[k] = (p->member[i].outcome[k] - low[k]) / range[k];
        near[i] = nearest(d, x);
        if (i < from)
            count[near[i].direction]++;
    }
    /* Takes the direction with the fewest members and the nearest member to it. */
    for (size_t kept = from; kept < from + want; kept++) {
        size_t best = kept;
        for (size_t i = kept; i < to; i++) {
            size_t a = count[near[i].direction], b = count[near[best].direction];
            if (a < b || (a == b && near[i].off < near[best].off))
                best = i;
        }
        count[near[best].direction]++;
        struct member m = p->member[kept];
        p->member[kept] = p->member[best];
        p->member[best] = m;
        struct near swap = near[kept];
        near[kept] = near[best];
        near[best] = swap;
    }
    for (size_t i = 0; i < from + want; i++)
        p->member[i].spread = -(double)count[near[i].direction];
    free(near);
    free(count);
}

static void *begin(struct search *s)
{
    const struct problem *problem = search_problem(s);
    struct directions *d =
        directions_make(problem->objectives, problem->population > 0 ? problem->population : LEAST);
    struct population *p = population_open(s, d->n, thin);
    p->own = d;
    return p;
}

const struct strategy strategy_nsga3 = {
    .name = "nsga3",
    .doc = "NSGA-III: evolves a population along evenly spread directions. The default for three "
           "or more objectives if the space is larger than the budget.",
    .aims = true,
    .open = begin,
    .ask = population_ask,
    .tell = population_tell,
    .close = population_close};
