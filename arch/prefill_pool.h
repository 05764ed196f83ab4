/* The prefill pool of a disaggregated system: devices apart from the main ones that read prompts
 * and send their KV cache to the devices that decode.
 *
 * Splitwise (arXiv:2311.18677), DistServe (arXiv:2401.09670): each phase gets devices and a mapping
 * of its own. Invariant: requests are conserved; the pool prefills as many as decode ends. */
#ifndef ARCH_PREFILL_POOL_H
#define ARCH_PREFILL_POOL_H

#include "arch/best_mapping.h"
#include "arch/metrics.h"

/* The prefill pool of each device. */
struct prefill_choice {
    struct devices apart; /* devices of the pools, if they are not those of the step */
    const struct devices *d;
    struct prefill_pool_lanes best;
    size_t mapped[LANES];
    struct step_split_lanes split;
    lane devices; /* 0 if no mapping meets the limits */
};

/* Chooses the mapping of the pool that feeds each device of `d`, and splits its step. */
void prefill_pools_choose(struct prefill_choice *out, struct prepared *p, const struct devices *d,
                          const struct design *like);

/* Corrects the metrics of a decode step for the pool, and sets its devices. */
void prefill_pools_add(struct metrics_lanes *out, struct prefill_choice *pools,
                       const struct prepared *p, const struct design *like);

#endif
