/* A population that breeds: what nsga2 and nsga3 share. Feasible members come before others, those
 * by the front they are on, infeasible ones by how far off they are (Deb et al. 2002, section VI).
 */
#ifndef SEARCH_STRATEGIES_POPULATION_H
#define SEARCH_STRATEGIES_POPULATION_H

#include "search/strategies/strategy.h"

struct member {
    double *gene, *outcome;
    double violation;
    size_t front;  /* 0 the best; infeasible ones follow all fronts */
    double spread; /* of two on a front the one with more is preferred */
};

struct population {
    struct search *search;
    size_t size, n; /* wanted; there: with children up to twice as many */
    struct member *member;
    double *genes, *outcomes;
    size_t born; /* of the first population, which is drawn evenly */
    void *even;
    /* Orders member[from .. to), one front, so that those to be kept come first; `want` of them
     * will be. Sets spread. The members before `from` are kept. */
    void (*thin)(struct population *p, size_t from, size_t to, size_t want);
    void *own; /* of the strategy */
};

struct population *population_open(struct search *s, size_t size,
                                   void (*thin)(struct population *, size_t, size_t, size_t));
size_t population_ask(void *self, double *genes, size_t most);
void population_tell(void *self, size_t n, const double *genes, const double *outcomes);
void population_close(void *self);

#endif
