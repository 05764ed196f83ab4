/* Progress of a front: its hypervolume up to a fixed reference point, the worst values of the first
 * feasible points. */
#ifndef SEARCH_STRATEGIES_FRONT_PROGRESS_H
#define SEARCH_STRATEGIES_FRONT_PROGRESS_H

#include "base/archive.h"
#include "base/pareto.h"

struct front_progress {
    size_t dim; /* objectives, at most PARETO_MOST; 0: nothing is measured */
    size_t seen;
    double reference[PARETO_MOST], best[PARETO_MOST];
};

/* Adds a feasible point; all objectives are minimised. */
void front_progress_add(struct front_progress *g, const double *at);

/* The hypervolume, and its share of the box between the best value of each objective and the
 * reference point. */
double front_progress_volume(const struct front_progress *g, const struct archive *front,
                             double *share);

#endif
