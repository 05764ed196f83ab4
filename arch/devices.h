/* Devices in lanes: chips with their engines, and the rates derived from them, so that one loop
 * prices them all. */
#ifndef ARCH_DEVICES_H
#define ARCH_DEVICES_H

#include "arch/energy.h"
#include "arch/tier2.h"
#include "arch/unit.h"

/* Calibration of a chip generation at one precision. */
struct measured {
    const struct calibration *calibration; /* NULL: none, or not needed */
    int number[KERNELS];                   /* format of the constants; -1: not measured */
    bool calibration_own;                  /* measured on this very chip */
    bool few;                              /* has the expert kernel for few tokens */
};

struct devices {
    size_t n; /* at most LANES */
    struct chip_lanes chip;
    struct engine_lanes engine;
    struct memory_kind_lanes memory;   /* filled by devices_look_up: the chip's memory generation */
    struct engine_limits_lanes limits; /* filled by devices_look_up, if any has an engine */
    struct rates_lanes rates;          /* filled by devices_time, as the members below */
    struct energy_lanes energy;
    struct measured like; /* shared by all devices */
    lane weight_only;     /* calibrated: 1 if weights are narrower than the arithmetic, else 0 */
    bool starts;          /* calls of some device have a start-up time */
    lane per_unit;        /* calibrated: as in struct call (arch/calibration.h) */
    bool tiered;          /* some device has a second tier of memory, and the timing knows it */
    struct tier2_lanes
        tier2; /* if tiered: filled by devices_look_up, its shares by devices_share */
};

/* Appends a device; the caller keeps n <= LANES. */
static inline void devices_add(struct devices *d, const struct chip *c, const struct engine *e)
{
    LANES_PUT(&d->chip, d->n, *c);
    LANES_PUT(&d->engine, d->n, *e);
    d->n++;
}

/* The members that follow from chip and engine alone. */
void devices_look_up(struct devices *d);

/* Fills `energy`, for arithmetic with `math_byte` bytes per element, after devices_look_up. */
void devices_find_energy(struct devices *d, double math_byte);

/* What calibrated timing knows of the chip of a design. */
void devices_find_measured(struct measured *out, const struct design *d);

/* The same, and the rates. `like` gives the precision, timing and calibration of all devices.
 * Relaxed devices stay at the nominal clock; an engine has the ridge point it was given and no
 * overlap, but computes as fast as overlap could make it. So they take at most the time of the
 * devices, and with ideal timing, or without overlap, it never grows with a rate. */
void devices_time(struct devices *d, const struct design *like);

/* Sets the clock of the compute units to `ratio` of that with these seconds per FLOP. */
void devices_set_clock(struct devices *d, const double *flop_s, const double *core_flop_s,
                       const double *ratio);

/* Sets the shares of weights, and of caches and states, in the second tier of each device; 0 where
 * it has none. An engine reads the first tier only: it does not run operators that need the second,
 * but for one apart, in whose memory no share is. The devices had shares of 0 so far. */
void devices_share(struct devices *d, const double *weight_share, const double *kv_share);

/* Puts caches and states, and experts, where the places say (PLACE_... of arch/plan.h), after
 * devices_time: with the chip, an engine apart leaves what reads them to it. */
void devices_place(struct devices *d, const double *kv, const double *experts);

/* What a step needs of `n` of the devices. */
void devices_pick(struct devices *out, const struct devices *d, const size_t *of, size_t n);

/* What a quote needs (arch/cost.h) of the `n` devices from `first` on. */
void devices_pick_quoted(struct devices *out, const struct devices *d, size_t first, size_t n);

/* What a step needs of all of them. */
void devices_copy(struct devices *out, const struct devices *d);

/* Moves what a step needs of device `from` to place `to`. */
void devices_move(struct devices *d, size_t to, size_t from);

/* The single device of a design, with its rates, at the nominal clock. */
void devices_of(struct devices *out, const struct design *d);

/* Rates of the chips or of their engines. */
struct unit_lanes {
    const double *s_per_flop, *s_per_byte, *s_per_wire_byte, *s_per_core_flop;
    const double *runs_core, *runs_index; /* of the engine */
};

static inline struct unit_lanes devices_unit(const struct devices *d, bool engine)
{
    const struct rates_lanes *r = &d->rates;
#define UNIT_OF(unit)                                                                              \
    ((struct unit_lanes){LANE(r, rates, unit.s_per_flop), LANE(r, rates, unit.s_per_byte),         \
                         LANE(r, rates, unit.s_per_wire_byte),                                     \
                         LANE(r, rates, unit.s_per_core_flop), LANE(r, rates, runs_core),          \
                         LANE(r, rates, runs_index)})
    return engine ? UNIT_OF(engine) : UNIT_OF(main);
#undef UNIT_OF
}

/* Rate of an operator's arithmetic in calibrated timing. */
static inline const double *op_s_per_flop(const struct op *o, struct unit_lanes u)
{
    return o->class == OP_ATTENTION ? u.s_per_core_flop : u.s_per_flop;
}

/* What the engines do with operators of a unit: enum engine_part. */
static inline const double *unit_allowed(const struct rates_lanes *rates, enum op_unit unit)
{
    switch (unit) {
    case UNIT_ATTENTION:
        return LANE(rates, rates, runs_core);
    case UNIT_INDEX:
        return LANE(rates, rates, runs_index);
    case UNIT_STATE:
        return LANE(rates, rates, runs_state);
    case UNIT_EXPERT:
        return LANE(rates, rates, runs_experts);
    case UNIT_MAIN:
    case UNIT_LINK:
        break;
    }
    return lanes_of_zero;
}

#endif
