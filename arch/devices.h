/* Devices side by side: chips with their engines, and what follows from them, so that one loop
 * prices them all. */
#ifndef ARCH_DEVICES_H
#define ARCH_DEVICES_H

#include "arch/unit.h"

/* How kernels were measured on chips of a generation, at a precision. */
struct measured {
    const struct calibration *calibration; /* NULL: none, or timing that needs none */
    int number[KERNELS];                   /* format of its constants, -1: not measured */
    bool calibration_own;                  /* they were measured on this chip */
};

struct devices {
    size_t n; /* at most LANES */
    struct chip_lanes chip;
    struct engine_lanes engine;
    struct hbm_lanes hbm;     /* devices_look_up: the memory that a chip names */
    struct rates_lanes rates; /* devices_time */
    struct measured like;     /* the same for all; calibrated timing also has: */
    lane weight_only;         /* 1: weights are stored narrower than is computed with; else 0 */
};

/* Adds one; n is then at least 1. */
static inline void devices_add(struct devices *d, const struct chip *c, const struct engine *e)
{
    LANES_PUT(&d->chip, d->n, *c);
    LANES_PUT(&d->engine, d->n, *e);
    d->n++;
}

void devices_look_up(struct devices *d);

/* `like` has the precision, timing and calibration of all. */
void devices_time(struct devices *d, const struct design *like);

/* The one device of a design, timed. */
void devices_of(struct devices *out, const struct design *d);

/* The chip of each, or its engine, as a unit. */
struct unit_lanes {
    const double *s_per_flop, *s_per_byte, *s_per_wire_byte, *s_per_core_flop;
};

static inline struct unit_lanes devices_unit(const struct devices *d, bool engine)
{
    const struct rates_lanes *r = &d->rates;
#define UNIT_OF(unit)                                                                              \
    ((struct unit_lanes){LANE(r, rates, unit.s_per_flop), LANE(r, rates, unit.s_per_byte),         \
                         LANE(r, rates, unit.s_per_wire_byte),                                     \
                         LANE(r, rates, unit.s_per_core_flop)})
    return engine ? UNIT_OF(engine) : UNIT_OF(main);
#undef UNIT_OF
}

/* What calibrated timing takes for its arithmetic. */
static inline const double *op_s_per_flop(const struct op *o, struct unit_lanes u)
{
    return o->class == OP_ATTENTION ? u.s_per_core_flop : u.s_per_flop;
}

#endif
