/* What one step costs one device, before any chip is known: operators and memory. Built once per
 * model, mapping and workload, then timed at any batch on any device. */
#ifndef ARCH_STEP_H
#define ARCH_STEP_H

#include "arch/op.h"
#include "arch/plan.h"
#include "arch/routing.h"
#include "base/lanes.h"

enum {
    CHUNK_TOKENS = 8192
}; /* of prompts a replica works on at once (assumed; a common default) */

/* The operators that run on the compute units only, class by class, then some that cost nothing, to
 * a multiple of MAIN_GROUP, so that a loop takes as many at a time. */
enum { MAIN_GROUP = 4, MAIN_MOST = OPS_MOST + MAIN_GROUP };

struct main_ops {
    size_t n, groups;
    size_t first[OP_CLASSES + 1]; /* of each class; the last is n */
    size_t op[MAIN_MOST];         /* index into ops */
    double flop[MAIN_MOST], weight_byte[MAIN_MOST], byte[MAIN_MOST];
    double all_flop, all_weight_byte, all_byte; /* their sums */
};

struct step {
    struct ops ops;       /* in the order of the step */
    struct main_ops main; /* the same, of UNIT_MAIN */
    size_t others;        /* of another unit: index into ops */
    size_t other[OPS_MOST];

    bool reduces_best;        /* all-reduces in one shot where that is faster than a ring */
    bool exchanges_by_domain; /* all-to-alls go over the network once a domain */
    double copies;            /* of a token in an all-to-all: experts it uses */
    int overlap;              /* of plan.h */
    double stages;            /* of the pipeline: as many groups of requests follow one another */

    double weight_byte;          /* on one device */
    double kv_byte_per_request;  /* of one request of its replica, on one device */
    double act_byte_per_request; /* activations that live at once, likewise */
    double fixed_byte;           /* on one device, whatever the batch */
    double kv_byte_per_token;    /* over all layers, not split over devices */

    double dp, accepted_tokens;
    double made;                 /* tokens a request is counted in a step: kept, or of its prompt */
    bool mixed;                  /* decode and prefill in one */
    const struct timing *timing; /* arch/timing.h */
    bool calibrated;             /* it needs a calibration */
    double layers;
    const struct step *beside; /* prefill of a prompt that runs between decode steps, or NULL */
    double beside_per_request; /* prompts per step and request */
    bool prefills;             /* nothing else: the latency limit is that of the first token */
    struct routing routing;
    bool chance;           /* the draw of experts is counted, not only their popularity */
    double group_tokens;   /* tokens that a copy of the experts sees, per request of a replica */
    double expert_devices; /* that share the experts out */
};

/* `plan` is a mapping of plan_mappings: nothing in it is auto. Of phase disaggregated the decode
 * step. Calibrated serving: a decode step, and the prefill `beside` it that the caller points to.
 */
void step_build(struct step *out, const struct model *m, const struct plan *plan,
                const struct workload *w, const struct precision *p, const struct mode *mode);

/* Requests of the fullest replica, and on average. Equal where dp divides the batch. */
struct load {
    double most, mean;
};
LANES_OF(load);

struct load step_load(const struct step *s, double batch);

/* Loads that an operator waits for: those of the busiest device, `busiest` times the mean, as far
 * as it does; at least its own. */
static inline double step_waited(const struct op *o, double busiest)
{
    return o->busiest > 0 ? larger(1, o->busiest * busiest) : 1;
}

/* Share of the experts of an operator whose weights the slowest device reads in a step: each is
 * active with probability 1 - (1 - pi)^tokens. Where all devices are alike, the slowest has the
 * expected maximum of as many binomial draws (independent: top-k without replacement spreads
 * slightly more evenly), and at least one. */
double step_active_share(const struct step *s, const struct op *o, struct load load);

/* Stages of a pipeline work on different groups of requests; with two-batch overlap there are two
 * halves. Halves of a step that follow one another, and in all into how many parts it falls. */
static inline double step_halves(const struct step *s)
{
    return s->overlap == OVERLAP_TWO_BATCH ? 2 : 1;
}

static inline double step_parts(const struct step *s)
{
    return s->stages * step_halves(s);
}

/* Is there a calibrated time for all of it? Kernels are formats of arch/calibration.h, -1: not
 * measured. */
bool step_is_measured(const struct step *s, const int number[KERNELS]);

/* The same step with no operator but this one. */
void step_keep(struct step *s, size_t op);

#endif
