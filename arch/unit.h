/* Units turn an operator's costs into time, all by one rule:
 *     t = max(FLOP / peak, bytes / memory bandwidth, wire bytes / link bandwidth)
 * This is the roofline of arXiv:2507.15465's simulator; nothing is hidden in a peak. */
#ifndef ARCH_UNIT_H
#define ARCH_UNIT_H

#include "arch/chip.h"
#include "arch/engine.h"
#include "arch/plan.h"

/* Reciprocal rates; 0 means that the cost is free on this unit. */
struct unit {
    double s_per_flop, s_per_byte, s_per_wire_byte;
};

/* A link and the latency of one hop. */
struct wire {
    double s_per_byte, latency_s;
};

/* All the units of one device. */
struct device {
    struct unit main, engine;
    struct wire link, network;
    double link_domain;
    bool engine_runs_attention, engine_runs_experts;
    double overlap;
    double memory_byte; /* with what the engine takes or adds */
};

void device_make(struct device *out, const struct chip *c, const struct engine *e,
                 const struct precision *p);

static inline double unit_time_s(const struct unit *u, double flop, double byte, double wire_byte)
{
    return fmax(fmax(flop * u->s_per_flop, byte * u->s_per_byte), wire_byte * u->s_per_wire_byte);
}

/* The wire that a collective over `group` devices runs on: the link while they fit its domain. */
static inline const struct wire *device_wire(const struct device *d, double group)
{
    return group <= d->link_domain ? &d->link : &d->network;
}

/* Speed-up of an engine of m, r on a kernel of intensity a on a chip of ridge R:
 * max(1, a/R) / max(1/m, a/(m r)). Under 1 the engine is the slower one. */
double engine_speedup(double intensity, double chip_ridge, double bandwidth_ratio, double ridge);

#endif
