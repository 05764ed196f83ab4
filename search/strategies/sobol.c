/* Points of a Sobol' sequence (base/sobol.h): any prefix of it fills the space evenly. Points that
 * a discrete space maps to an accepted one are skipped. */
#include <stdlib.h>

#include "base/mem.h"
#include "base/sobol.h"
#include "search/strategies/strategy.h"

enum { SKIPS = 1000 }; /* a small space repeats itself: then draw the rest at random */

struct even {
    struct search *search;
    struct sobol sobol;
    uint64_t next;
};

static void *begin(struct search *s)
{
    struct even *e = mem_alloc(1, sizeof *e);
    e->search = s;
    sobol_make(&e->sobol, search_problem(s)->genes, search_problem(s)->seed + 1);
    return e;
}

static bool next_point(struct even *e, double *gene)
{
    const struct problem *p = search_problem(e->search);
    for (int skip = 0; skip < SKIPS && e->next >> SOBOL_BITS == 0; skip++) {
        sobol_at(&e->sobol, e->next++, gene);
        for (size_t i = 0; i < p->genes; i++)
            gene[i] = gene_at(&p->gene[i], gene[i]);
        if (search_fresh(e->search, gene))
            return true;
    }
    return search_draw(e->search, gene);
}

static size_t ask(void *self, double *genes, size_t most)
{
    struct even *e = self;
    size_t n = 0;
    while (n < most && next_point(e, genes + n * e->sobol.dim))
        n++;
    return n;
}

const struct strategy strategy_sobol = {
    .name = "sobol",
    .doc = "Points of a Sobol' sequence, which fill the space evenly.",
    .open = begin,
    .ask = ask,
    .close = free};
