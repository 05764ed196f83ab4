/* A study as a problem for the strategies: its axes as genes, its objectives and limits as worth.
 */
#ifndef SEARCH_EXPLORE_H
#define SEARCH_EXPLORE_H

#include "search/search.h"
#include "search/sweep.h"

struct explore {
    const struct study *study;
    const struct columns *columns;
    struct gene gene[AXES_MOST];
    size_t objective[RULES_MOST]; /* columns */
    struct problem problem;
};

/* Points into itself: do not move it. */
void explore_make(struct explore *out, const struct study *s, const struct columns *columns);

/* What the rows of `n` points are worth. */
void explore_worth(const struct explore *e, size_t n, const double *rows, double *outcomes);

#endif
