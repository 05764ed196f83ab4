/* The best mapping of each device among those that a plan allows, each at its best batch.
 *
 * Idea: branch and bound. Every mapping gets an upper bound on its merit on each device
 * (arch/step_bound.h); the most promising ones are timed first, and a mapping is timed only if its
 * bound is not below the best merit on some device. Invariant: the result equals that of timing
 * every mapping, and does not depend on the other devices: the feasible mapping with most tokens
 * per second, the first of equals (1e-12); if none is feasible, the nearest (least memory, then
 * shortest step). */
#ifndef ARCH_BEST_MAPPING_H
#define ARCH_BEST_MAPPING_H

#include "arch/prepared.h"

/* A mapping at its best batch. */
struct candidate {
    double verdict;
    double cap, slo; /* requests per replica */
    double step_s, rate, memory_byte;
    double clock;    /* held by the device, over the nominal one */
    double units;    /* the choice of units, as in struct clocked */
    double prompt_s; /* serving: prefill time of one prompt per replica */
    /* Of a second tier of memory: what sits there, its bytes, and how long it lasts. */
    double weight_share2, kv_share2, far_byte, life_s;
    /* Beside an engine apart with memory of its own: PLACE_..., and what memory is needed over what
     * there is, of the memory that lacks most; else NAN. */
    double kv_place, expert_place, memory_ratio;
};
LANES_OF(candidate);

/* One candidate per device. */
struct candidates {
    struct candidate_lanes of;
    struct load_lanes load;
};

/* Merit of a mapping on each device, or an upper bound on it. */
struct merit {
    lane of;
    lane load; /* batch max: no larger load meets the limits */
    bool refined, exact;
};

/* `mapped` gets the index of each device's best mapping in p->mapped; p->n is at least 1. Without
 * `slo`, that member of the candidates may be NAN. Only caches in `p` change. */
void best_mappings(struct candidates *out, size_t mapped[LANES], struct prepared *p,
                   const struct devices *d, const struct workload *w, bool slo);

/* A prefill pool that feeds a decode pool, at its best mapping. Rates are requests per second of
 * one device. */
struct prefill_pool {
    double verdict;
    double load;           /* prompts of a replica in one step */
    double requests_per_s; /* the smaller of the next two; 0 if no mapping meets the limits */
    double prefills_per_s, sends_per_s;
    double step_s, kv_transfer_s, link_latency_s;
    double layers; /* that are sent one by one while the next are computed; 0: all are sent after */
    double memory_byte;
    double clock; /* held by its devices, over the nominal one */
    double units; /* the choice of units */
};
LANES_OF(prefill_pool);

/* The way of a KV cache from a device of a prefill pool to one that decodes. */
struct pool_link {
    double s_per_byte, latency_s;
};
LANES_OF(pool_link);

struct pool_feed {
    const struct workload *w;
    struct pool_link_lanes link;
    double receivers; /* devices that decode */
    bool by_layer;    /* each layer's cache is sent as soon as it is computed */
    lane sent_below;  /* only mappings whose devices send fewer bytes of a prompt; INFINITY: all */
};

/* Bytes of a prompt's KV cache that all devices of a pool send. */
static inline double pool_sent_byte(const struct mapped *m)
{
    return m->prefill.kv_byte_per_request * m->plan.tp * m->plan.cp * m->plan.pp;
}

/* The mapping that prefills and sends most requests per second. `mapped` gets the index in
 * p->mapped. */
void best_prefill_pools(struct prefill_pool_lanes *out, size_t mapped[LANES], struct prepared *p,
                        const struct devices *d, const struct pool_feed *feed);

/* Time to first token: a prefill and what its transfer adds. By layer, prefill and transfer are two
 * stations of a pipeline: the slower one takes its whole time, the other one layer's. */
double pool_ttft_s(const struct prefill_pool *p);

#endif
