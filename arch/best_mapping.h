/* The best mapping of each device, among all that a plan allows, at the batch that is best for it.
 *
 * Idea: branch and bound. Every mapping gets an upper bound on what it can reach on each device
 * (arch/step_bound.h); mappings are timed in the order of their bounds, and not at all where the
 * bound is below what another one reaches.
 * Invariant: the outcome is that of timing all of them, whatever the other devices are: the
 * feasible mapping with most tokens per second, the first of equals (1e-12); if none is feasible,
 * the one that comes nearest (least memory, then shortest step). */
#ifndef ARCH_BEST_MAPPING_H
#define ARCH_BEST_MAPPING_H

#include "arch/prepared.h"

/* A mapping at the batch that is best for it. */
struct candidate {
    double verdict;
    double cap, slo;                  /* requests per replica */
    double step_s, rate, memory_byte; /* rate: what mappings are compared by; only where there is
                                       * a choice, as step_s */
    double prompt_s; /* of one prompt a replica, with the step it waits for; serving */
};
LANES_OF(candidate);

/* Of each device. */
struct candidates {
    struct candidate_lanes of;
    struct load_lanes load;
};

/* What a mapping reaches on each device, or an upper bound on it. */
struct merit {
    lane of;
    lane load; /* batch max: no larger one keeps the limits */
    bool refined, exact;
};

/* `mapped` gets the index of each device's best mapping in p->mapped; p->n is at least 1. Of `p`
 * only what makes later calls faster changes. */
void best_mappings(struct candidates *out, size_t mapped[LANES], struct prepared *p,
                   const struct devices *d, const struct workload *w);

/* The pool that does the prefill of a pool that decodes: its best mapping. */
struct prefill_pool {
    double requests_per_s; /* of one device; 0 if no mapping keeps the limits */
    double ttft_s, kv_transfer_s;
};
LANES_OF(prefill_pool);

void best_prefill_pools(struct prefill_pool_lanes *out, struct prepared *p, const struct devices *d,
                        const struct workload *w);

#endif
