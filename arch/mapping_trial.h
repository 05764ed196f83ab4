/* One mapping tried on many devices, for the search of best_mapping.c: its limits, its best batch,
 * its merit there, and an upper bound on it. */
#ifndef ARCH_MAPPING_TRIAL_H
#define ARCH_MAPPING_TRIAL_H

#include "arch/best_mapping.h"
#include "arch/step_bound.h"

/* Input of a search over mappings. */
struct mapping_search {
    struct prepared *p;
    size_t first, last; /* range of mappings in `p`, last excluded */
    const struct devices *d;
    const struct workload *w;
    struct bound_devices bounds;  /* filled by the search */
    bool overlaps;                /* some engine works in parallel with its chip */
    const struct pool_feed *pool; /* of a prefill pool; NULL: of the step itself */
    double equal;                 /* relative difference below which merits are equal */
};

/* One mapping to be tried: its step, batch and limits. */
struct trial {
    const struct step *step;
    struct steps_memo *memo;
    struct step_bound *bound;
    struct mapped *waits; /* serving: mapping whose prefill delays the first token; or NULL */
    double batch;
    bool places_kv, places_experts; /* with the chip or with an engine apart: to be chosen */
    double load_most;               /* requests per replica, whatever the memory */
    double counted;                 /* tokens per request and step; in a pool, requests: 1 */
    double shared;                  /* devices that the rate is divided by */
    bool sends;                     /* of a pool */
    lane ttft_s;                    /* limit on the first token */
    /* Of a pool: time to send a prompt's KV cache, and the requests per second of one device that
     * its link carries. */
    lane transfer_s, sends_per_s;
};

/* Mapping k on `d`: those of the devices of `q` to be tried, at the places `of`; NULL: all. */
void trial_make(struct trial *out, const struct mapping_search *q, const struct devices *d,
                size_t k, const size_t *of);

/* Times it at its best batch. `guess`, which may be NULL: no larger load meets the limits; affects
 * no result. `slo_later`: slo may be left to trial_find_slo. */
void trial_time(struct candidates *out, const struct trial *a, const struct devices *d,
                const struct workload *w, const double *guess, bool slo_later);

/* The largest loads that trial_time left, of the devices at the places `of`. */
void trial_find_slo(struct candidates *out, const struct trial *a, const struct devices *d,
                    const struct workload *w, const size_t *of);

/* Fills kv_place, expert_place and memory_ratio, on device i. */
void candidate_put_places(struct candidate *out, const struct step *s, const struct devices *d,
                          size_t i, double load);

/* Merit of a mapping, larger is better: tokens per second if feasible; else minus the step time if
 * it exceeds a latency limit; else minus the memory it needs, scaled below all of these. */
double candidate_merit(const struct candidate *c);

/* An upper bound on the merit of mapping k on each device of `q`, in so many rounds: the refined
 * bound starts from the loads of the rough one. */
enum { ROUGH = 1, REFINED = 2 };
void trial_bound(struct merit *out, const struct mapping_search *q, size_t k, int rounds);

#endif
