/* What a step takes on the devices of a block: one implementation, over lanes, for every timing and
 * any number of devices, one included. Operators are timed by the timing of the step
 * (arch/timing.h); here they are placed and added up.
 *
 * Idea: Amdahl's sum. A pass takes the time of its operators, each on the fastest unit allowed,
 * less what an engine overlaps with the chip and what of collectives runs behind computation.
 * Invariant: what comes out for a device does not depend on those beside it; where time never falls
 * as requests are added, which only engine.overlap can break, the largest load is exact. */
#ifndef ARCH_STEP_TIME_H
#define ARCH_STEP_TIME_H

#include "arch/devices.h"
#include "arch/step.h"

enum { SHARES = 256 };

/* What a step remembers from call to call; none of it changes a result. Zero-initialise it once,
 * and renew it for every step, the first too. */
struct steps_memo {
    struct {
        double mean, share; /* step_active_share at a load */
        size_t key;         /* of which operator of which step */
    } share[SHARES];
    size_t steps; /* seen */
    bool beside;  /* the step that runs beside it is looked at */
};

static inline void steps_renew(struct steps_memo *memo)
{
    memo->steps++;
}

/* Of what an engine and the chip compute, the part that is hidden. */
static inline double hidden_s(double overlap, double chip_s, double engine_s)
{
    return overlap * smaller(chip_s, engine_s);
}

/* What of collectives runs behind computation; `overlap` of plan.h. */
static inline double overlapped_s(int overlap, double compute_s, double wire_s)
{
    return overlap == OVERLAP_NONE ? 0 : smaller(compute_s, wire_s);
}

/* The time of a step of each device at its load, in seconds. */
void steps_time_s(double *out, const struct step *s, const struct devices *d,
                  const struct load_lanes *load, struct steps_memo *memo);

static const double LOAD_MOST = 1e15; /* requests of a replica; more count as no end */

/* Largest whole number of requests per replica whose step takes at most `limit_s`; 0 if not even
 * one does, INFINITY if there is no end. With engine.overlap a step can get shorter as an operator
 * moves to the engine: then one of the loads that fit while the next does not, and 0 if one request
 * does not. */
void steps_largest_load(double *out, const struct step *s, const struct devices *d,
                        const double *limit_s, const double *guess, struct steps_memo *memo);

enum bound { BY_COMPUTE, BY_MEMORY, BY_LINK, BOUNDS };
enum place { ON_CHIP, ON_ENGINE, ON_LINK, ON_NETWORK, PLACES };

extern const char *const bound_text[BOUNDS]; /* "compute", ... */
extern const char *const place_text[PLACES]; /* "chip", "engine", ... */

/* The step in parts. */
struct step_split {
    double time_s;
    double class_s[OP_CLASSES]; /* add up to time_s */
    double bound_s[BOUNDS];     /* by compute, memory, link */
    double flop, byte, engine_byte, wire_byte;
    double attention_flop, attention_byte;       /* core attention */
    double expert_flop, expert_byte;             /* routed experts, without their router */
    double attention_chip_s, attention_engine_s; /* it on either, if allowed */
    /* Standard deviation of log(time / measured); 0 where timing has no errors. */
    double error, class_error[OP_CLASSES];
};
LANES_OF(step_split);

/* Each at its load; without errors where timing has none. */
void steps_split(struct step_split_lanes *out, const struct step *s, const struct devices *d,
                 const struct load_lanes *load, struct steps_memo *memo);

/* The same of a single device, with errors of 0 where timing has none. */
void step_split_one(struct step_split *out, const struct step *s, const struct devices *d,
                    struct load load);

/* One operator in all passes of a step. */
struct op_cost {
    double flop, byte, wire_byte, time_s;
    enum bound bound;
    enum place on;
};

/* Operator `op` of the step on a single device: a step that has no other. */
struct op_cost step_op_cost(const struct step *s, const struct devices *d, size_t op,
                            struct load load);

#endif
