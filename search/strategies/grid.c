/* Exhaustive search: every point of the space, in order of its index. */
#include <stdlib.h>

#include "base/mem.h"
#include "search/strategies/strategy.h"

struct grid {
    const struct problem *problem;
    uint64_t next;
};

static void *begin(struct search *s)
{
    struct grid *g = mem_alloc(1, sizeof *g);
    g->problem = search_problem(s);
    return g;
}

static size_t ask(void *self, double *genes, size_t most)
{
    struct grid *g = self;
    const struct problem *p = g->problem;
    double size = genes_size(p->gene, p->genes);
    size_t n = 0;
    for (; n < most && (double)g->next < size; n++)
        genes_seek(p->gene, p->genes, g->next++, genes + n * p->genes);
    return n;
}

const struct strategy strategy_grid = {
    .name = "grid",
    .doc = "Every point of the space, in order. The default if the budget allows it.",
    .lists = true,
    .ranks = true,
    .open = begin,
    .ask = ask,
    .close = free};
