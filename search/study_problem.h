/* A study as a problem for the strategies: axes are genes, objectives and limits are outcomes. */
#ifndef SEARCH_STUDY_PROBLEM_H
#define SEARCH_STUDY_PROBLEM_H

#include "search/strategies/ask_tell.h"
#include "search/sweep.h"

struct explore {
    const struct study *study;
    const struct columns *columns;
    struct gene gene[AXES_MOST];
    size_t objective[RULES_MOST]; /* column of each objective */
    struct problem problem;
    enum trend *trend; /* trend, dip and always: set by explore_trends, borrowed by problem */
    double *dip;
    bool *turns; /* [objectives + limits][axes]: a trend was declared and does not hold */
    bool *always;
    struct cursor *cursor; /* of each thread; see explore_cursors */
    size_t cursors;
    struct random random; /* draws the lines along which trends are checked */
    size_t lines;         /* checked so far along each axis */
    size_t cheap_jobs;    /* explore_offer_cheap */
    double *cheap_rows;
    size_t cheap_room;
};

/* `out` contains pointers to itself: do not move it. */
void explore_make(struct explore *out, const struct study *s, const struct columns *columns);

/* Finds the trends of objectives and limits for `exact`: those that metric_trend.c declares, unless
 * a random line through the space violates them. `grid` is the number of points of the grid, which
 * bounds the effort of this check and of the search; 0: no bound. The result does not depend on
 * `jobs`. */
void explore_trends(struct explore *e, double grid, size_t jobs);

/* Checks the trends along more lines after the search, with effort that the search saved. */
enum confirmed {
    BOUNDS_KEPT,
    BOUNDS_BROKEN,   /* a line violates a trend that the search relied on */
    BOUNDS_UNCHECKED /* the search saved too little effort for the required lines */
};
enum confirmed explore_confirm(struct explore *e, const struct search *s, size_t jobs);

/* A cursor for each of `jobs` threads, for everything that is priced out of order: with automatic
 * mappings, the first point of a new cursor costs as much as hundreds of others. */
struct cursor *explore_cursors(struct explore *e, size_t jobs);
void explore_free(struct explore *e);

/* Rows that explore_price needs per point, and outcomes: 2 if the problem is relaxed, else 1. */
size_t explore_rows(const struct explore *e);

/* Prices `n` points: their rows, and the outcomes that search_tell takes. */
void explore_price(struct explore *e, size_t n, const double *genes, double *rows, double *outcomes,
                   size_t jobs);

/* Makes this model the cheap level of the problem (strategy.h), priced by `jobs` threads. */
void explore_offer_cheap(struct explore *e, size_t jobs);

/* Computes the outcomes of `n` rows. */
void explore_outcomes(const struct explore *e, size_t n, const double *rows, double *outcomes);

#endif
