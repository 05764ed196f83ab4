/* A study as a problem for the strategies: its axes as genes, its objectives and limits as worth.
 */
#ifndef SEARCH_STUDY_PROBLEM_H
#define SEARCH_STUDY_PROBLEM_H

#include "search/strategies/ask_tell.h"
#include "search/sweep.h"

struct explore {
    const struct study *study;
    const struct columns *columns;
    struct gene gene[AXES_MOST];
    size_t objective[RULES_MOST]; /* columns */
    struct problem problem;
    enum trend *trend; /* explore_trends; problem.trend, .always */
    bool *turns;       /* [objectives + limits][axes]: declared, and not kept */
    bool *always;
};

/* Points into itself: do not move it. */
void explore_make(struct explore *out, const struct study *s, const struct columns *columns);

/* Finds how objectives and limits move along the axes, for `exact`: what trend.c declares, as far
 * as it is kept along lines of the space drawn at random. */
void explore_trends(struct explore *e);
void explore_free(struct explore *e);

/* What the rows of `n` points are worth. */
void explore_worth(const struct explore *e, size_t n, const double *rows, double *outcomes);

#endif
