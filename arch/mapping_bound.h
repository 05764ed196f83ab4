/* Bounds of designs that are priced only if they may win: the first step of best_mapping.c alone.
 */
#ifndef ARCH_MAPPING_BOUND_H
#define ARCH_MAPPING_BOUND_H

#include "arch/prepared.h"

/* At most so many tokens per second on each device, at any mapping in p; 0 if none is feasible. Not
 * for a step that is shared with an FFN pool. Only caches in `p` change. */
void best_mappings_bound(double *tokens_per_s, struct prepared *p, const struct devices *d,
                         const struct workload *w);

#endif
