/* The time of a step on the devices of a block: one implementation in lanes for every timing and
 * any number of devices, including one. The step's timing (arch/timing.h) times the operators; this
 * module places them and adds them up.
 *
 * Idea: Amdahl's law. A pass takes the time of its operators, each on the faster unit allowed,
 * minus the overlap of engine and chip and the collectives hidden behind computation. Engine and
 * chip overlap on two halves of the batch, each of which reads all weights; a step runs in halves
 * only where that is faster. Invariants:
 * the result of a device does not depend on the other devices; the largest load is exact if time
 * never falls as requests are added, which only engine.overlap can violate. */
#ifndef ARCH_STEP_TIME_H
#define ARCH_STEP_TIME_H

#include "arch/devices.h"
#include "arch/step.h"

enum { SHARES = 256 };

/* Cache of values between calls; it affects no result. Zero-initialise it once, and call
 * steps_renew for every new step, including the first. */
struct steps_memo {
    struct {
        double mean, share; /* step_active_share at a load, or routing_idle_ratio */
        size_t key;         /* of the operator, OPS_MOST for the ratio, and the step */
    } share[SHARES];
    size_t steps; /* number of the current step */
    lane largest; /* largest loads of the previous block: the first guess of the next */
    bool beside;  /* the prefill step beside the decode step is being timed */
};

static inline void steps_renew(struct steps_memo *memo)
{
    memo->steps++;
}

/* Time hidden by the overlap of engine and chip. */
static inline double hidden_s(double overlap, double chip_s, double engine_s)
{
    return overlap * smaller(chip_s, engine_s);
}

/* Does a step of one part gain from two halves, so that engine and chip overlap? */
static inline bool halves_gain(double overlap, double engine_s, double halved_s, double whole_s)
{
    return (overlap > 0) & (engine_s > 0) & (halved_s < whole_s);
}

/* Does the engine of any device overlap with the chip? */
bool some_engine_overlaps(const struct devices *d);

/* Time of collectives hidden behind computation; `overlap`: OVERLAP_... of arch/plan.h. */
static inline double overlapped_s(int overlap, double compute_s, double wire_s)
{
    return overlap == OVERLAP_NONE ? 0 : smaller(compute_s, wire_s);
}

/* The time of a step of each device at its load and at the clock of `d`, in seconds. */
void steps_time_s(double *out, const struct step *s, const struct devices *d,
                  const struct load_lanes *load, struct steps_memo *memo);

/* What a step takes on a device, and how that changes with its load and clock. */
struct spent {
    double time_s;
    double slope_s;   /* per additional request, approximate */
    double clocked_s; /* -d time / d log clock; approximate where a hidden part follows the clock */
    double fixed_byte;               /* of work.byte: at any load */
    double moves_below, moves_above; /* as in struct sums (arch/step_run.h) */
    struct work work;                /* without `experts` */
};
LANES_OF(spent);

/* `slopes`: fills fixed_byte and slope_s too. */
void steps_spend(struct spent_lanes *out, const struct step *s, const struct devices *d,
                 const struct load_lanes *load, bool slopes, struct steps_memo *memo);

static const double LOAD_MOST = 1e15; /* requests of a replica; more count as unlimited */

/* Largest whole number of requests per replica whose step takes at most `limit_s`; 0 if a single
 * request takes longer, INFINITY if there is no limit. With engine.overlap a step can get shorter
 * when an operator moves to the engine: then a load that meets the limit while the next larger one
 * does not, and 0 if a single request does not. */
void steps_largest_load(double *out, const struct step *s, const struct devices *d,
                        const double *limit_s, const double *guess, struct steps_memo *memo);

enum bound { BY_COMPUTE, BY_MEMORY, BY_LINK, BOUNDS };
enum place { ON_CHIP, ON_ENGINE, ON_LINK, ON_NETWORK, PLACES };

extern const char *const bound_text[BOUNDS]; /* "compute", ... */
extern const char *const place_text[PLACES]; /* "chip", "engine", ... */

/* The time and activity of a step by part. */
struct step_split {
    double time_s;
    double class_s[OP_CLASSES]; /* add up to time_s */
    double bound_s[BOUNDS];     /* by compute, memory, link */
    double flop, padding_flop;  /* padding_flop: zeros that fill tiles, not in flop */
    double byte, engine_flop, engine_byte, wire_byte;
    double far_byte, far_s; /* of a second tier of memory; time that shows of reading them */
    double start_s;         /* of class_s: start-up times, before overlap hides any */
    double wait_s;          /* of attention: for the context of the fullest rank beyond the mean */
    double attention_flop, attention_byte;       /* core attention */
    double expert_flop, expert_byte;             /* routed experts, without their router */
    double attention_chip_s, attention_engine_s; /* core attention on either unit, if allowed */
    /* Standard deviation of log(time / measured); 0 if the timing has no errors. */
    double error, class_error[OP_CLASSES];
    /* Filled by steps_split_held: the clock over the nominal one; the power under the
     * limit over it; power of one board, of its engine, and of an engine's pool. */
    double clock, limit_ratio, board_w, engine_w, pool_w;
};
LANES_OF(step_split);

/* Splits the step of each device at its load; errors are filled only if the timing has them. */
void steps_split(struct step_split_lanes *out, const struct step *s, const struct devices *d,
                 const struct load_lanes *load, struct steps_memo *memo);

/* Splits the step of a single device; errors are 0 if the timing has none. */
void step_split_one(struct step_split *out, const struct step *s, const struct devices *d,
                    struct load load);

/* Costs of one operator over all passes of a step. */
struct op_cost {
    double flop, byte, wire_byte, time_s;
    enum bound bound;
    enum place on;
};

/* Costs of operator `op` on a single device, timed as a step without other operators. */
struct op_cost step_op_cost(const struct step *s, const struct devices *d, size_t op,
                            struct load load);

/* What a step takes on a single device besides its operators. */
struct step_rest {
    double longer; /* time of operators over that of step_op_cost: not 1 if the time is given */
    struct op_cost prompts; /* read by a server between decode steps */
    double host_s;          /* of the server's host, and between kernels */
};

void step_rest_find(struct step_rest *out, const struct step *s, const struct devices *d,
                    struct load load);

#endif
