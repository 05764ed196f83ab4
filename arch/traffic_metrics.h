/* The traffic of a study (workload.requests_per_s and so on) on a system whose mapping is chosen:
 * percentiles of its times, and what it serves within its limits. */
#ifndef ARCH_TRAFFIC_METRICS_H
#define ARCH_TRAFFIC_METRICS_H

#include "arch/best_mapping.h"
#include "arch/metrics.h"
#include "arch/prefill_pool.h"
#include "arch/traffic.h"

/* A system with traffic, whose devices `d` have mappings `mapped` in `p`. */
struct traffic_system {
    struct prepared *p;
    const struct devices *d;
    const struct design *like;
    const struct candidates *best;
    const size_t *mapped;
    const struct prefill_choice *pools; /* NULL: prompts are read by the same devices */
};

/* Sets the metrics of traffic, and the verdict of systems that were feasible without it. */
void traffic_metrics(struct metrics_lanes *out, const struct traffic_system *q);

/* Why a design cannot have traffic, as "PATH: WHAT: RIGHT"; NULL if it can, or has none. */
const char *traffic_refusal(const struct design *d);

/* How each device serves, and the traffic: what traffic_metrics answers from. `out` has room for
 * as many as there are devices. */
void traffic_services(struct service *out, const struct traffic_system *q);
void traffic_demand(struct demand *out, const struct workload *w);

#endif
