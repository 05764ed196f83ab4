/* One step of one device, independent of the chip: its operators and memory. Built once per model,
 * mapping and workload, then timed at any batch on any device. */
#ifndef ARCH_STEP_H
#define ARCH_STEP_H

#include "arch/design.h"
#include "arch/energy.h"
#include "arch/ffn_pool.h"
#include "arch/layers.h"
#include "arch/op.h"
#include "arch/plan.h"
#include "arch/routing.h"
#include "arch/slowest.h"
#include "base/lanes.h"

/* Prompt tokens that a replica prefills at once (assumed; a common default). */
enum { CHUNK_TOKENS = 8192 };

/* The operators of UNIT_MAIN that wait for no other rank, grouped by class and padded with empty
 * operators to a multiple of MAIN_GROUP, which a loop handles at a time. */
enum { MAIN_GROUP = 4, MAIN_MOST = OPS_MOST + MAIN_GROUP };

struct main_ops {
    size_t n, groups;
    size_t first[OP_CLASSES], end[OP_CLASSES]; /* operators of each class */
    size_t op[MAIN_MOST];                      /* index into ops */
    double flop[MAIN_MOST], weight_byte[MAIN_MOST], byte[MAIN_MOST];
    double held_byte[MAIN_MOST]; /* of byte: caches and states */
    double starts[MAIN_MOST];    /* calls that start a kernel */
    double all_flop, all_weight_byte, all_byte, all_held_byte, all_starts; /* their sums */
};

struct step {
    struct ops ops;       /* in the order of the step */
    struct main_ops main; /* those of UNIT_MAIN */
    size_t others;        /* those of other units, or that wait: indices into ops */
    size_t other[OPS_MOST];

    bool reduces_best;        /* all-reduces take one shot if faster than a ring */
    bool exchanges_by_domain; /* hierarchical all-to-alls: one copy per domain over the network */
    double copies;            /* of a token in an all-to-all: the experts it uses */
    int overlap;              /* OVERLAP_... of arch/plan.h */
    double stages;            /* pipeline stages, and groups of requests in flight */
    double passes;            /* in sequence: the halves of two-batch overlap, or micro-batches */

    double weight_byte;         /* on one device */
    double expert_byte;         /* of these, weights of routed experts */
    double kv_byte_per_request; /* per request of its replica, on one device; states included */
    struct engine_byte engine_byte_per_request; /* of these; 0 in a step that only prefills */
    double act_byte_per_request;                /* live activations per request, on one device */
    double fixed_byte;                          /* on one device, independent of the batch */
    double written_byte_per_request;            /* of these, written in a step */
    double kv_byte_per_token;                   /* over all layers, not split over devices */
    double state_byte_per_request;              /* what a request keeps at any context, not split */

    double dp, accepted_tokens;
    double made;                 /* tokens counted per request: accepted, or of its prompt */
    bool mixed;                  /* serving: decode and prefill on the same devices */
    enum op_class core;          /* core attention; state updates in a model without any */
    const struct timing *timing; /* arch/timing.h */
    double layers;
    /* Layers of experts that data-parallel ranks work on together, times the standard deviations by
     * which the slowest rank is expected to lag. */
    double waits;
    double measured_s;             /* time of the step, if the timing is given it */
    const struct step *beside;     /* prefill of one prompt, run between decode steps; or NULL */
    double beside_per_request;     /* prompts per step and request */
    bool prefills;                 /* prefill only: the latency limit is TTFT */
    const struct routing *routing; /* set before step_build; kept by a routing_store */
    double group_tokens;    /* tokens routed to one copy of the experts, per request of a replica */
    double expert_replicas; /* replicas whose tokens one copy of the experts gets, at least 1 */
    bool waits_context;     /* for the replica with most context, which takes longer by `wait` */
    struct rank_wait wait;
    /* Of a measured step (arch/served_experts.h): the prompts of these tokens, each in as many
     * chunks as it takes, per request of a replica; share of the tokens that are of answers; tile.
     */
    double group_prompts, answer_share;
    struct served_tile tile;
    /* Of the sides of a step: layers that both work on, passes of MTP modules counted; what a
     * request sends. In the step of the pool, except sent_byte, in that of the main devices: per
     * device, both ways, if the pool runs all but attention. */
    double shared_layers, sent_byte;
    struct pool_wire wire;
};

/* How the experts of a mapping are routed. */
struct routing_of step_routing_of(const struct layers *l, const struct plan *plan,
                                  const struct workload *w);

/* Builds the step of a mapping from plan_mappings (nothing is auto) and a workload, which may be
 * another than those of the design; `l`: layers_of its model. Phase disaggregated: the
 * decode step. Calibrated serving: the decode step; the caller sets `beside` to the prefill
 * step. */
void step_build(struct step *out, const struct design *d, const struct layers *l,
                const struct plan *plan, const struct workload *w);

/* Requests of the fullest replica, and the mean over replicas; equal if dp divides the batch. */
struct load {
    double most, mean;
};
LANES_OF(load);

/* The same for one side of a step that an FFN pool shares, whose devices are those of `plan`; all
 * of a pool share one copy of the experts. */
void step_build_side(struct step *out, const struct design *d, const struct layers *l,
                     const struct plan *plan, const struct workload *w, enum step_side side);

/* Weights on one device of an FFN pool with this plan, and those of routed experts, in bytes. */
double ffn_pool_weight_byte(const struct design *d, const struct layers *l, const struct plan *p);
double ffn_pool_expert_byte(const struct design *d, const struct layers *l, const struct plan *p);

/* Moves the operators outside the layers into a step of their own. */
void step_take_outside(struct step *out, struct step *from);

struct load step_load(const struct step *s, double batch);

/* Load of the slowest device, over the mean, as far as it affects an operator; at least 1.
 * `busiest`: load of the busiest device over the mean. */
static inline double step_waited(const struct op *o, double busiest)
{
    return o->busiest > 0 ? larger(1, o->busiest * busiest) : 1;
}

/* Share of an operator's experts whose weights the slowest device reads in a step with `mean`
 * requests per replica; `idle_ratio` is routing_idle_ratio at its tokens. */
double step_active_share(const struct step *s, const struct op *o, double mean, double idle_ratio);

/* Passes of a step in sequence, and all parts that its batch is split into: each pipeline stage
 * works on a different group of requests. */
static inline double step_halves(const struct step *s)
{
    return s->passes;
}

static inline double step_parts(const struct step *s)
{
    return s->stages * step_halves(s);
}

/* Is every kernel of the step measured? `number`: the format of each kernel's constants
 * (arch/calibration.h), -1 if not measured. */
bool step_is_measured(const struct step *s, const int number[KERNELS]);

/* Does the step route tokens to experts? */
static inline bool step_routes(const struct step *s)
{
    for (size_t k = 0; k < s->others; k++)
        if (s->ops.op[s->other[k]].unit == UNIT_EXPERT)
            return true;
    return false;
}

/* Removes all operators but this one. */
void step_keep(struct step *s, size_t op);

#endif
