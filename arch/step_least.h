/* A lower bound of the time of a step at the clock that its device can hold (arch/step_clock.h),
 * for devices that differ in their engine and in their power limit: found once for a device, it
 * costs less than one step on each of the others.
 *
 * Idea: with each operator on one unit the time is a convex function of 1 / clock, so its tangent
 * at any clock bounds it from below; an engine adds the time of its own operators. A device that is
 * faster draws more, so the clock at which the power with that time meets the limit is at most the
 * one held; the energy at that clock, over the power that the limit leaves for it, is at most the
 * time. The least over all units on which the operators may run bounds every choice of them
 * (arch/step_unit.h). Invariant: no device takes less at the clock and on the units that it
 * chooses.
 */
#ifndef ARCH_STEP_LEAST_H
#define ARCH_STEP_LEAST_H

#include "arch/step_clock.h"
#include "arch/step_unit.h"

/* More choices cost more than the search for the clock. */
enum { TANGENTS_MOST = 4 };

/* A step on the chip, with some classes of its operators on an engine. */
struct tangent {
    int on_engine;           /* the classes */
    double fixed_s;          /* of the chip and the links, what does not follow the clock */
    double clocked_s, clock; /* what does, at this clock */
    struct work work;
};

struct step_tangents {
    size_t n; /* 0: the time is not convex, or too many choices are open */
    struct tangent of[TANGENTS_MOST];
};

/* Finds the tangents of a step on one device at a clock, best near the one that it holds. */
void step_tangents_find(struct step_tangents *out, const struct step *s, const struct devices *one,
                        struct load load, double clock, struct steps_memo *memo);

/* Seconds of the step at this load, at least, on devices that differ from that one only in their
 * engine, if both or neither have one, and power limit. Needs tangents; 0 where nothing is known.
 */
void step_tangents_least_s(double *out, const struct step_tangents *t, const struct step *s,
                           const struct devices *d, struct load load, struct steps_memo *memo);

/* Sets `late` to 1 for each device whose step surely takes more than limit_s, else to 0. Cheaper
 * than the bound. */
void step_tangents_late(double *late, const struct step_tangents *t, const struct step *s,
                        const struct devices *d, struct load load, const double *limit_s,
                        struct steps_memo *memo);

#endif
