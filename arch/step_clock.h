/* The clock that a device can hold in a step, within its power limit (arch/energy.h).
 *
 * Idea: board power rises with the clock f, so the largest f within the limit is the root of
 * P(f) = limit. From a step at one clock, the part of its time that follows the clock makes the
 * next guess a scalar problem (arch/step_hot.h); two or three steps suffice. Power may jump where
 * an operator changes its unit: that clock is known in closed form. Invariant: a device within its
 * limit keeps the nominal clock and its time to the last bit; power at the clock found is at most
 * the limit, unless the floor alone exceeds it. Below the lowest clock the governor inserts idle
 * time, so that memory waits as well; the ratio then counts both. Measured kernels (calibrated
 * timing) ran within the design power: an estimate above it is an error of the estimate, taken out
 * in proportion, so that only a limit below the design power costs time. */
#ifndef ARCH_STEP_CLOCK_H
#define ARCH_STEP_CLOCK_H

#include "arch/step_time.h"

/* A step at the clock that its device can hold. */
struct clocked {
    double ratio; /* clock over the nominal one, below CLOCK_LEAST with idle time */
    double time_s;
    double excess; /* of board power over the limit, relative; 0 unless the floor exceeds it */
    double units;  /* the choice of units (arch/step_unit.h) */
};
LANES_OF(clocked);

/* `d`: devices at the nominal clock. */
void steps_clock(struct clocked_lanes *out, const struct step *s, const struct devices *d,
                 const struct load_lanes *load, struct steps_memo *memo);

/* The same, but a step that takes more than limit_s even at the nominal clock keeps that time. */
void steps_clock_within(struct clocked_lanes *out, const struct step *s, const struct devices *d,
                        const struct load_lanes *load, const double *limit_s,
                        struct steps_memo *memo);

/* The time of a step at the clock that its device can hold. */
void steps_held_time_s(double *out, const struct step *s, const struct devices *d,
                       const struct load_lanes *load, struct steps_memo *memo);

/* Largest load within limit_s at that clock: steps_largest_load, lowered on devices that throttle.
 */
void steps_largest_held_load(double *out, const struct step *s, const struct devices *d,
                             const double *limit_s, const double *guess, struct steps_memo *memo);

/* With an engine that overlaps, a load can exceed a limit that a larger one meets: lowers slo, and
 * `load`, to a smaller one that meets it. */
void steps_lower_late(double *slo, struct load_lanes *load, const struct step *s,
                      const struct devices *d, const double *limit_s, struct steps_memo *memo);

struct meeting {
    const double *limit_s;
    const double *clock; /* one that the device may hold; affects no result */
};

/* 1 for each device whose step takes at most limit_s at that clock, else 0. Cheaper than
 * steps_held_time_s: few devices need the very clock that they hold. */
void steps_meet(double *out, const struct step *s, const struct devices *d,
                const struct load_lanes *load, const struct meeting *within,
                struct steps_memo *memo);

/* How a step runs on its devices: `ratio` and `units` of struct clocked. */
struct held {
    const double *clock, *units;
};

static inline struct held held_of(const struct clocked_lanes *c)
{
    return (struct held){LANE(c, clocked, ratio), LANE(c, clocked, units)};
}

/* Splits a step as steps_clock found it, and fills the power. A timing that does not throttle gives
 * the time; its clock is then the one at which the work fits the limit in that time. */
void steps_split_held(struct step_split_lanes *out, const struct step *s, const struct devices *d,
                      const struct load_lanes *load, struct held held, struct steps_memo *memo);

/* The same for a single device, at the clock it can hold. */
void step_split_held_one(struct step_split *out, const struct step *s, const struct devices *d,
                         struct load load);

/* What a device draws that waits at the clock of a step: what it draws while kernels run, without
 * their work (assumed: it polls). It stays within a limit that the step meets. */
double step_wait_w(const struct step_split *s, const struct energy *e);

/* Slows a single device to the clock that it can hold in a step, with its choice of units. Returns
 * the time that the step takes over that of its work: above 1 with idle time. */
double device_hold(struct devices *d, const struct step *s, struct load load);

#endif
