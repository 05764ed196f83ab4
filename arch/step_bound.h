/* A lower bound on the time of a step, for many devices at once and at a small part of the work of
 * arch/step_time.h, so that a mapping that cannot win is dropped before it is timed.
 *
 * Idea: the time of an operator is the larger of its compute time and its memory time, so either is
 * a lower bound. Which of the two is taken for each main operator is decided at one device and
 * load; all of them are then two sums. The share of the experts that is read, 1 - e^-x, is at least
 * 1 - 1/p(x), p the first terms of the series of e^x. An operator that an engine may run is timed
 * on both units. Invariant: time_s <= the time of the step at that load; and (time_s - fixed_s) /
 * load never rises with the load, so that one bound limits all smaller loads. */
#ifndef ARCH_STEP_BOUND_H
#define ARCH_STEP_BOUND_H

#include "arch/devices.h"
#include "arch/step.h"

enum { BOUND_WIRES = 8, BOUND_PLACED = OPS_MOST };

struct step_bound {
    double ridge, load;             /* where the main operators were sorted out; 0: not yet */
    double flop, weight_byte, byte; /* of those bound by compute; of those bound by memory */
    size_t wires, placed;
    struct bound_wire { /* all collectives over as many devices */
        double group, hops, byte;
        bool near; /* no slower than over the link, wherever it runs */
    } wire[BOUND_WIRES];
    struct bound_placed {
        double flop, byte, wire_byte;  /* per request, of those waited for */
        double read_byte, weight_byte; /* weights: in full; by the share that is active, of which */
        double idle;                   /* what a request adds to x */
        bool expert;
    } place[BOUND_PLACED];
};

/* Of a step that was just built. */
void step_bound_make(struct step_bound *out, const struct step *s);

/* What bounds take from the devices, once for all steps. */
struct bound_devices {
    const struct devices *devices;
    lane chip_s_per_flop, engine_s_per_flop; /* the less of two peaks where either may count */
    double least_domain, most_domain;
};

void bound_devices_make(struct bound_devices *out, const struct devices *d);

/* A lower bound on the time of the step of each device at its load, and the part of it that does
 * not depend on the load. `b` keeps how the main operators were sorted out, which changes only how
 * tight later bounds are. */
void step_bound_s(double *time_s, double *fixed_s, struct step_bound *b, const struct step *s,
                  const struct bound_devices *d, const double *most, const double *mean);

#endif
