/* The same step on many devices: what arch/step.h says of one, but for the rounding of sums (1e-12
 * of the step). Where a step is plain (ideal timing, collectives on one wire, experts without the
 * chance of a draw) all devices are timed in one loop; else one after the other. What comes out for
 * a device does not depend on those beside it. */
#ifndef ARCH_STEPS_H
#define ARCH_STEPS_H

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
};

static inline void steps_renew(struct steps_memo *memo)
{
    memo->steps++;
}

/* step_time_s of each device at its load. */
void steps_time_s(double *out, const struct step *s, const struct devices *d,
                  const struct load_lanes *load, struct steps_memo *memo);

/* step_split of each, without its errors where timing is not calibrated. */
void steps_split(struct step_split_lanes *out, const struct step *s, const struct devices *d,
                 const struct load_lanes *load, struct steps_memo *memo);

/* step_largest_load of each. With engine.overlap a step can get shorter as an operator moves to the
 * engine: then one of the loads that fit while the next does not, and 0 if one request does not. */
void steps_largest_load(double *out, const struct step *s, const struct devices *d,
                        const double *limit_s, const double *guess, struct steps_memo *memo);

#endif
