/* The evolving population of nsga2 and nsga3. Feasible members rank before infeasible ones,
 * feasible members by their front, infeasible ones by their violation (Deb et al. 2002, section
 * VI). */
#ifndef SEARCH_STRATEGIES_POPULATION_H
#define SEARCH_STRATEGIES_POPULATION_H

#include "search/strategies/strategy.h"

struct member {
    double *gene, *outcome;
    double violation;
    size_t front;  /* rank, 0 is best; infeasible members follow all fronts */
    double spread; /* within a front, larger is better */
};

struct population {
    struct search *search;
    size_t size, n; /* target size; current size, up to 2 * size with children */
    struct member *member;
    double *genes, *outcomes;
    size_t born; /* members of the first population asked for so far */
    void *even;  /* the Sobol' sequence that the first population comes from */
    /* Reorders member[from .. to), one front, so that the `want` members to keep come first. Sets
     * spread. The members before `from` are kept. */
    void (*thin)(struct population *p, size_t from, size_t to, size_t want);
    void *own; /* data of the strategy; population_close frees it */
};

struct population *population_open(struct search *s, size_t size,
                                   void (*thin)(struct population *, size_t, size_t, size_t));
size_t population_ask(void *self, double *genes, size_t most);
void population_tell(void *self, size_t n, const double *genes, const double *outcomes);
void population_close(void *self);

#endif
