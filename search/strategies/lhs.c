/* Latin hypercube sampling (McKay, Beckman and Conover 1979): n points, n layers along every axis,
 * one point in each layer. Each axis has its own random permutation of the layers; a point is drawn
 * uniformly within its layer. */
#include <stdlib.h>

#include "base/mem.h"
#include "search/strategies/strategy.h"

enum { POINTS_MOST = 65536 }; /* of one hypercube; a larger budget uses several */

struct lhs {
    struct search *search;
    size_t *layer; /* [genes][points] */
    size_t points, next;
};

static void *begin(struct search *s)
{
    struct lhs *l = mem_alloc(1, sizeof *l);
    double budget = search_problem(s)->budget;
    l->search = s;
    l->points = l->next = budget < POINTS_MOST ? (size_t)budget : POINTS_MOST;
    l->layer = mem_alloc(l->points * (search_problem(s)->genes + 1), sizeof *l->layer);
    return l;
}

static void shuffle_layers(struct lhs *l)
{
    for (size_t g = 0; g < search_problem(l->search)->genes; g++) {
        size_t *layer = l->layer + g * l->points;
        for (size_t i = 0; i < l->points; i++)
            layer[i] = i;
        random_shuffle(search_random(l->search), layer, l->points);
    }
    l->next = 0;
}

static size_t ask(void *self, double *genes, size_t most)
{
    struct lhs *l = self;
    const struct problem *p = search_problem(l->search);
    size_t n = 0;
    for (; n < most; n++, l->next++) {
        double *gene = genes + n * p->genes;
        if (l->next == l->points)
            shuffle_layers(l);
        for (size_t g = 0; g < p->genes; g++) {
            double at = (double)l->layer[g * l->points + l->next];
            gene[g] = gene_at(&p->gene[g],
                              (at + random_unit(search_random(l->search))) / (double)l->points);
        }
        if (!search_fresh(l->search, gene) && !search_draw(l->search, gene))
            break;
    }
    return n;
}

static void done(void *self)
{
    struct lhs *l = self;
    free(l->layer);
    free(l);
}

const struct strategy strategy_lhs = {
    .name = "lhs",
    .doc = "Latin hypercubes: one point in each layer of every axis.",
    .open = begin,
    .ask = ask,
    .close = done};
