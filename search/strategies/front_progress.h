/* How far a front has come: its hypervolume up to a reference that is fixed once, at the worst of
 * the first feasible points. */
#ifndef SEARCH_STRATEGIES_FRONT_PROGRESS_H
#define SEARCH_STRATEGIES_FRONT_PROGRESS_H

#include "base/archive.h"
#include "base/pareto.h"

struct gauge {
    size_t dim; /* objectives, at most PARETO_MOST; 0: nothing is measured */
    size_t seen;
    double reference[PARETO_MOST], best[PARETO_MOST];
};

/* A feasible point, its objectives to be made small. */
void gauge_see(struct gauge *g, const double *at);

/* The hypervolume, and as a share of the box between the best of each objective and the reference.
 */
double gauge_volume(const struct gauge *g, const struct archive *front, double *share);

#endif
