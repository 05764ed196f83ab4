/* Simulated binary crossover and polynomial mutation (Deb and Agrawal 1995, Deb and Goyal 1996),
 * both bounded to [0, 1]. Ordered genes are varied as fractions of their range and rounded.
 * Invariant: a child's genes are always inside their ranges. */
#include <math.h>

#include "search/strategies/strategy.h"

/* Distribution indices: a larger index keeps children closer to their parents. One of each list is
 * drawn: usually a common value, sometimes a large one whose small steps spread points along the
 * front. */
static const double CROSSOVER = 0.9;
static const double CROSSOVER_INDEX[2] = {10, 20}, MUTATION_INDEX[4] = {12, 12, 12, 200};

/* The fraction of its range that a gene has, and the gene at a fraction. */
static double unit(const struct gene *g, double v)
{
    return g->kind == GENE_REAL ? v : v / (double)(g->n - 1);
}

static double value(const struct gene *g, double u)
{
    u = fmin(fmax(u, 0), 1);
    return g->kind == GENE_REAL ? u : round(u * (double)(g->n - 1));
}

/* Simulated binary crossover, truncated at 0 and 1. */
static void cross(struct random *r, double *a, double *b, double index)
{
    double low = fmin(*a, *b), high = fmax(*a, *b), gap = high - low, child[2];
    double u = random_unit(r);
    for (int side = 0; side < 2; side++) {
        double room = side ? 1 - high : low;
        double alpha = 2 - pow(1 + 2 * room / gap, -(index + 1));
        double beta = u * alpha <= 1 ? pow(u * alpha, 1 / (index + 1))
                                     : pow(1 / (2 - u * alpha), 1 / (index + 1));
        child[side] = 0.5 * (low + high + (side ? 1 : -1) * beta * gap);
    }
    size_t swap = random_below(r, 2);
    *a = child[swap];
    *b = child[1 - swap];
}

static double mutate(struct random *r, double x)
{
    double u = random_unit(r), e = MUTATION_INDEX[random_next(r) >> 62] + 1;
    if (u < 0.5)
        return x + pow(2 * u + (1 - 2 * u) * pow(1 - x, e), 1 / e) - 1;
    return x + 1 - pow(2 * (1 - u) + (2 * u - 1) * pow(x, e), 1 / e);
}

static double mutated(struct random *r, const struct gene *g, double v)
{
    if (g->kind == GENE_CATEGORY) {
        size_t other = random_below(r, g->n - 1);
        return (double)(other + (other >= (size_t)v));
    }
    double w = value(g, mutate(r, unit(g, v)));
    if (g->kind == GENE_ORDERED && w == v) /* rounded to no change: move one step instead */
        w = v == 0 || (v < (double)(g->n - 1) && random_below(r, 2)) ? v + 1 : v - 1;
    return w;
}

void vary(struct search *s, const double *mother, const double *father, double *child,
          double *other)
{
    const struct problem *p = search_problem(s);
    struct random *r = search_random(s);
    bool mix = random_unit(r) < CROSSOVER;
    double index = CROSSOVER_INDEX[random_next(r) >> 63];

    for (size_t i = 0; i < p->genes; i++) {
        const struct gene *g = &p->gene[i];
        child[i] = mother[i];
        other[i] = father[i];
        if (mix && child[i] != other[i] && random_next(r) >> 63) {
            if (g->kind == GENE_CATEGORY) {
                child[i] = father[i];
                other[i] = mother[i];
            } else {
                double a = unit(g, child[i]), b = unit(g, other[i]);
                cross(r, &a, &b, index);
                child[i] = value(g, a);
                other[i] = value(g, b);
            }
        }
    }
    for (size_t i = 0; i < p->genes; i++) {
        const struct gene *g = &p->gene[i];
        if (g->kind != GENE_REAL && g->n < 2)
            continue;
        if (random_unit(r) * (double)p->genes < 1)
            child[i] = mutated(r, g, child[i]);
        if (random_unit(r) * (double)p->genes < 1)
            other[i] = mutated(r, g, other[i]);
    }
}
