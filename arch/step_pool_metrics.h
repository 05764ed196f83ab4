/* The metrics of a pool that shares every step (arch/step_pool.h): an FFN pool or devices that
 * draft. */
#ifndef ARCH_STEP_POOL_METRICS_H
#define ARCH_STEP_POOL_METRICS_H

#include "arch/best_pools.h"
#include "arch/metrics.h"

/* The pool that shares the steps of each device, at its best mapping. */
struct step_pool_choice {
    struct devices d;
    struct best_pools best;
    struct step_split_lanes split;
    lane devices;
};

/* Sets the metrics of the pool, and corrects those of the system. */
void step_pool_metrics(struct metrics_lanes *out, const struct step_pool_choice *pool,
                       const struct prepared *p, const struct design *like);

#endif
