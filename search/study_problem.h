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
    enum trend *trend; /* explore_trends; problem.trend, .dip, .always */
    double *dip;
    bool *turns; /* [objectives + limits][axes]: declared, and not kept */
    bool *always;
    struct random random; /* of the lines that trends are checked along */
    size_t lines;         /* of each axis so far */
};

/* Points into itself: do not move it. */
void explore_make(struct explore *out, const struct study *s, const struct columns *columns);

/* Finds how objectives and limits move along the axes, for `exact`: what metric_trend.c declares,
 * as far as it is kept along lines of the space drawn at random. `grid` is how many points a grid
 * would price instead, which bounds the effort of this and of the search; 0: it does not matter.
 * The same for any number of `jobs`. */
void explore_trends(struct explore *e, double grid, size_t jobs);

/* Checks the same trends along more lines once the search is over, paid out of what it saved. */
enum confirmed {
    BOUNDS_KEPT,
    BOUNDS_BROKEN,   /* a line does not keep a trend that the search relied on */
    BOUNDS_UNCHECKED /* what was saved does not pay for the lines that the proof needs */
};
enum confirmed explore_confirm(struct explore *e, const struct search *s, size_t jobs);
void explore_free(struct explore *e);

/* What the rows of `n` points are worth. */
void explore_worth(const struct explore *e, size_t n, const double *rows, double *outcomes);

#endif
