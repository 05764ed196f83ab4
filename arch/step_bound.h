/* A lower bound on the time of a step, for many devices at once and at a small fraction of the work
 * of arch/step_time.h, so that a mapping that cannot win is dropped before it is timed.
 *
 * Idea: the time of an operator is the larger of its compute time and its memory time, so either is
 * a lower bound. One of the two is selected per main operator, at one device and load; the main
 * operators then reduce to two sums. The active share of the experts, 1 - e^-x, is at least 1 -
 * 1/p(x), with p the first terms of the series of e^x. An operator that an engine may run is timed
 * on both units. Invariant: time_s is at most the time of the step at that load, and (time_s -
 * fixed_s) / load never rises with the load, so that one bound limits all smaller loads. */
#ifndef ARCH_STEP_BOUND_H
#define ARCH_STEP_BOUND_H

#include "arch/devices.h"
#include "arch/step.h"

enum { BOUND_WIRES = 8, BOUND_PLACED = OPS_MOST };

struct step_bound {
    double ridge, load;             /* at which main operators were classified; 0: not yet */
    double flop, weight_byte, byte; /* flop of the compute-bound, bytes of the memory-bound ones */
    double starts;                  /* of main operators */
    size_t wires, placed;
    struct bound_wire { /* sum of all collectives over `group` devices */
        double group, hops, byte;
        bool near; /* bounded at the rate of the link, even beyond its domain */
    } wire[BOUND_WIRES];
    struct bound_placed {
        double flop, byte, wire_byte;  /* per request of the slowest device */
        double read_byte, weight_byte; /* weights read in full; weights read by active share */
        double idle;                   /* x of the active share, per request */
        double starts;
        enum op_unit unit;
        bool expert;
    } place[BOUND_PLACED];
};

/* Prepares the bound of a step that was just built. */
void step_bound_make(struct step_bound *out, const struct step *s);

/* Values of the devices used by all bounds. */
struct bound_devices {
    const struct devices *devices;
    lane chip_s_per_flop, engine_s_per_flop; /* at the higher of the two peaks that may apply */
    const double *chip_s_per_byte;           /* of both tiers of memory at once, as far as direct */
    lane s_per_byte;                         /* room of chip_s_per_byte */
    double least_domain, most_domain;
};

void bound_devices_make(struct bound_devices *out, const struct devices *d);

/* One device, `out`, and its values: with the best of each rate and capacity of `d`, so that what
 * bounds it bounds each of them. False if there is none: their engines run different operators, or
 * some have two tiers of memory. */
bool bound_devices_best(struct devices *out, struct bound_devices *values,
                        const struct bound_devices *d);

/* A lower bound on each device's step time at its load, and the part of it that does not depend on
 * the load. `b` keeps the classification of the main operators, which affects only the tightness of
 * later bounds. */
void step_bound_s(double *time_s, double *fixed_s, struct step_bound *b, const struct step *s,
                  const struct bound_devices *d, const double *most, const double *mean);

#endif
