/* Plan (the mapping of a model onto devices), workload, precision and timing. */
#ifndef ARCH_PLAN_H
#define ARCH_PLAN_H

#include <stdbool.h>

#include "arch/model.h"
#include "arch/slowest.h"
#include "base/field.h"

struct plan {
    double devices, tp, dp, ep, pp, cp; /* PLAN_AUTO: any, except devices */
    double shared_over;
    double redundant_experts;
    double overlap, all_reduce, all_to_all;
    double micro_batches; /* PLAN_AUTO: any; only with a pool that runs a part of each layer */
    double weight_share2, kv_share2; /* in the second tier of memory; SHARE_AUTO: the best */
    double kv_place, expert_place;   /* PLACE_...; PLACE_AUTO: the best */
};

enum { PLAN_AUTO = 0, SHARE_AUTO = -1 };
/* The memory of caches and states, and of experts, beside an engine apart that has its own. */
enum { PLACE_AUTO = -1, PLACE_CHIP, PLACE_ENGINE };
extern const struct word place_words[]; /* PLACE_AUTO first */
enum { OVERLAP_NONE, OVERLAP_TWO_BATCH, OVERLAP_IDEAL };
enum { REDUCE_RING, REDUCE_BEST };
enum { EXCHANGE_FLAT, EXCHANGE_HIERARCHICAL };
enum { SHARED_OVER_EP, SHARED_OVER_TP };

/* Devices apart from the main ones. The prefill pool of a disaggregated system: groups of
 * pool_group devices. The FFN pool: devices that run a part of every layer of a step. The draft
 * pool: devices that run the draft model. */
struct pools {
    double prefill_engine;
    double prefill_tp, prefill_ep, prefill_pp, prefill_cp;  /* PLAN_AUTO: any; AS_PLAN */
    double prefill_devices;                                 /* POOL_SHARE, PLAN_AUTO */
    double prefill_group;                                   /* AS_PLAN */
    double prefill_link_byte_per_s, prefill_link_latency_s; /* POOL_LINK_AUTO */
    double prefill_transfer;
    double ffn_runs;
    double ffn_devices, ffn_tp, ffn_ep;             /* PLAN_AUTO: any */
    double ffn_link_byte_per_s, ffn_link_latency_s; /* POOL_LINK_AUTO */
    double ffn_copies, ffn_sends;
    double ffn_weight_share2;       /* in the second tier of memory; SHARE_AUTO: the best */
    double draft_devices, draft_tp; /* PLAN_AUTO: any */
    double draft_link_byte_per_s, draft_link_latency_s; /* POOL_LINK_AUTO */
};

enum { AS_PLAN = -1 };
enum { POOL_WITHOUT_ENGINE, POOL_WITH_ENGINE };
enum { POOL_LINK_AUTO = -1 };
/* Of a pool that serves many systems, as many devices as this one needs, also a fraction. */
enum { POOL_SHARE = -1 };
/* A prompt's KV cache is sent after its prefill, or each layer's as soon as it is there. */
enum { TRANSFER_AFTER, TRANSFER_LAYERS };
/* What the FFN pool runs of each layer: arch/ffn_pool.h. */
enum { FFN_EXPERTS, FFN_ALL, FFN_AND_HEAD, FFN_ALL_BUT_ATTENTION };
/* Copies of a token on the way to the pool. */
enum { COPIES_DOMAINS, COPIES_DEVICES, COPIES_EXPERTS };
/* Transfers run beside the computation of both ends, or keep the sender busy. */
enum { SENDS_BESIDE, SENDS_WITHIN };

/* The part of a design without which a row of plan_fields or pools_fields says nothing, such as
 * PART_FFN_CHIP; DESIGN_PARTS if there is none. */
size_t pool_part(const struct field *f);

struct workload {
    double phase;
    double context, query_tokens, accepted_tokens, acceptance;
    double batch; /* BATCH_MAX: the largest that fits */
    double tpot_s, ttft_s;
    double measured_tpot_s; /* timing measured; 0: none */
    double input, output, prefix;
    double kv_room, window_cache, state_slots;
    double skew, placement, chance;
    double context_cv, context_skewness, dp_routing; /* SKEWNESS_AUTO */
    double requests_per_s, arrival_cv;               /* 0: no traffic */
    double input_cv, output_cv, prefix_cv, prefix_correlation;
    double ttft_percentile, tpot_percentile; /* at which the limits are meant; 0: none */
};

enum { BATCH_MAX = 0 };
enum { ACCEPTANCE_GIVEN = -1 }; /* by accepted_tokens */
enum { SKEWNESS_AUTO = -1 };    /* of a gamma distribution */
enum { AS_ACTIVATION = 0, AS_KV = 0, AS_MODEL_STATES = 0 };
enum { KV_ROOM_WHOLE, KV_ROOM_MEAN };
enum { WINDOW_CACHE_WINDOW, WINDOW_CACHE_WHOLE };
enum { PHASE_DECODE, PHASE_PREFILL, PHASE_SERVING, PHASE_DISAGGREGATED, PHASES };

/* The properties of a phase. */
struct phase {
    const char *name;
    bool answers; /* requests have a prompt (workload.input) and an answer (workload.output) */
};

extern const struct phase phase_kinds[PHASES];

static inline const struct phase *phase_of(const struct workload *w)
{
    return &phase_kinds[(size_t)w->phase];
}

/* Mean tokens of a step that are kept. Each of q - 1 drafted tokens is right with probability a if
 * all before it are, and the first wrong one is replaced by the model's own: 1 + a + ... + a^(q-1)
 * (Leviathan et al., arXiv:2211.17192, eq. 1, with q - 1 drafts). */
double workload_accepted_tokens(const struct workload *w);

/* Do requests arrive at random, rather than as soon as there is room? */
static inline bool workload_has_traffic(const struct workload *w)
{
    return w->requests_per_s > 0;
}

/* Mean context of a request in flight (phases with answers): its prompt and, as long answers are in
 * flight for longer, half the mean square of an answer over its mean. */
double workload_held_context(const struct workload *w);

/* Tokens of a prompt that are not cached: at least its last. */
static inline double workload_new_tokens(const struct workload *w)
{
    return w->input - fmin(w->prefix, w->input - 1);
}

/* Coefficient of variation of workload_new_tokens. */
double workload_prompt_cv(const struct workload *w);

/* How the contexts of its requests differ. */
struct contexts workload_contexts(const struct workload *w);

struct precision {
    /* Bytes per element; AS_MODEL_STATES: see arch/precision.h. */
    double weight, kv, math, activation, dispatch, combine, rope, state;
    double expert, ffn, attention, state_layer, router, head, draft; /* weights by class */
};

/* How operators are timed; the path is `timing`. */
struct mode {
    double timing;
};

enum { TIMING_IDEAL, TIMING_SIMULATOR, TIMING_CALIBRATED, TIMING_MEASURED, TIMINGS };

struct word timing_word(size_t i); /* names of the rows of arch/timing.h */

extern const struct fields plan_fields, pools_fields, workload_fields, precision_fields,
    mode_fields;

struct word number_word(size_t i); /* number formats and their bytes per element */

/* Additional copies of experts with placement replicated: as the plan says, or one per device; else
 * 0. */
double plan_redundant_experts(const struct plan *p, const struct workload *w);

/* The plan of a group of the prefill pool, for plan_mappings. */
struct plan plan_of_pool(const struct plan *p, const struct pools *pools);

/* Devices of a group of the prefill pool, which share its weights. */
double pool_group(const struct plan *p, const struct pools *pools);

/* Are the devices of the prefill pool, if their number is given, whole groups? */
bool pool_has_whole_groups(const struct plan *p, const struct pools *pools);

/* Are the mappings of the prefill pool those of the plan? */
bool pool_is_as_plan(const struct plan *p, const struct pools *pools);

/* Why the plan allows no mapping, as text; NULL if it allows one. */
const char *plan_fault(const struct plan *p, const struct model *m);

/* The mappings that `p` allows, ordered by pp, cp, tp, ep; `p` itself if nothing is auto.
 * Impossible ones are left out: tp * cp * pp * dp differs from devices, tp does not divide the
 * heads, or ep does not fit the devices. Returns their number; `out` gets the first `room` of
 * them. */
size_t plan_mappings(const struct plan *p, const struct model *m, struct plan *out, size_t room);

/* The same, with the layers of the model. */
size_t plan_mappings_in(const struct plan *p, const struct layers *l, struct plan *out,
                        size_t room);

#endif
