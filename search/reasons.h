/* All reasons why a point is infeasible. Its verdict is the first of them: limits are checked in
 * the order memory, tpot or ttft, power, package, constraint. */
#ifndef SEARCH_REASONS_H
#define SEARCH_REASONS_H

#include "search/study.h"

/* A set has bit v - 1 for each verdict v but ok. */
enum { REASON_SETS = 1 << (VERDICTS - 1), REASONS_SIZE = 160 };

/* The reasons of point i, infeasible, with its study_excess. */
size_t reasons_of(const struct study *s, const struct workload *w, const struct metrics_lanes *m,
                  size_t i, const double *excess);

/* "memory, tpot" */
void reasons_text(size_t set, char text[REASONS_SIZE]);

#endif
