/* The prefill pool of a disaggregated system: devices apart from the main ones that read prompts
 * and send their KV cache to the devices that decode.
 *
 * Splitwise (arXiv:2311.18677), DistServe (arXiv:2401.09670): each phase gets devices and a mapping
 * of its own; the ratio of both follows from their rates (rate matching). Invariant: requests are
 * conserved: what decodes has been prefilled and sent, and the slowest of the three sets the
 * pace. */
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
    /* Share of the time in which the devices of a pool, and those that decode, compute. */
    lane busy, decode_busy;
};

/* Requests per second of a system, and what each part of it does. */
struct matched_pools {
    double requests_per_s, devices; /* of the pool */
    double busy, decode_busy, link_ratio;
    enum system_pace pace;
};

/* Rate matching: output per device of the system is 1 / (I / (O R_p) + 1 / R_d), with the prompt
 * and answer tokens I and O of a request and the tokens per second R_p and R_d of a device of each
 * pool; whole devices lose up to a group. `decodes_per_s`: requests of all `receivers`; `given`:
 * pools.prefill.devices. */
struct matching {
    double decodes_per_s, receivers, group, given;
};

void match_pools(struct matched_pools *out, const struct prefill_pool *pool,
                 const struct matching *q);

static inline bool design_pools_prefill(const struct design *d)
{
    return chip_is_there(&d->prefill_chip);
}

/* The chip and engine of the devices that prefill, in place of those of `d`. */
void design_become_prefill(struct design *d);

/* Chooses the mapping of the pool that feeds each device of `d`, which decode so many tokens per
 * second, and splits its step: that with which the system generates most, and of those the one that
 * prefills and sends most requests per second and device. */
void prefill_pools_choose(struct prefill_choice *out, struct prepared *p, const struct devices *d,
                          const struct design *like, const double *tokens_per_s);

/* Corrects the metrics of a decode step for the pool, and sets its devices. */
void prefill_pools_add(struct metrics_lanes *out, struct prefill_choice *pools,
                       const struct prepared *p, const struct design *like);

/* The power of devices that compute only a share of the time. */
void prefill_pools_rest(struct step_split_lanes *split, const struct devices *d,
                        const double *busy);

#endif
