/* The cost of points that are evaluated together and have price lists of their own. */
#ifndef ARCH_COST_BY_LIST_H
#define ARCH_COST_BY_LIST_H

#include "arch/cost.h"

enum { FLEETS_MOST = 3 };

/* cost_metrics of points whose price lists are `book`, one each; points with one list stand side by
 * side. At most FLEETS_MOST fleets. */
void cost_metrics_by_list(struct metrics_lanes *out, const struct fleet *fleet, size_t n,
                          const struct price_book *const book[LANES]);

#endif
