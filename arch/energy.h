/* Energy of a device: where its power goes, and the power at which its governor lowers the clock.
 *
 * Idea: board power = a floor while kernels run + (energy of the work of a step) / step time. At a
 * clock ratio f the supply voltage is V(f); energy of arithmetic and of on-die movement follows
 * V^2, the clocked part of the floor follows f V^2, and the static part, DRAM, links and an engine
 * do not follow the clock. Invariant: power never falls as the clock or the work rises. None of
 * these constants is a price, so times never depend on a price list. */
#ifndef ARCH_ENERGY_H
#define ARCH_ENERGY_H

#include "arch/chip.h"
#include "arch/engine_limits.h"

/* Of one device. */
struct energy {
    double design_w;          /* that it was designed for: the limit by default */
    double limit_w;           /* power without that of an engine apart is at most this */
    double static_w;          /* part of the floor that does not follow the clock */
    double clocked_w;         /* part of the floor that does, at the nominal clock */
    double experts_w;         /* more of it in a step with routed experts */
    double j_per_flop;        /* of the compute units, in the arithmetic in use */
    double move_j_per_byte;   /* from the memory interface to the compute units and back */
    double memory_j_per_byte; /* in DRAM and its interface */
    double link_j_per_byte;
    /* Of the engine. `engine_apart`: 1 if the limit does not cover it, since it has a limit of its
     * own (arch/engine_limits.h), so that an engine that idles gives the chip no watt; else 0. */
    double engine_j_per_byte, engine_j_per_flop;
    double engine_apart;
    double engine_design_w; /* of an engine apart on the board of the device, else 0 */
    double pool_w;          /* design power of a pool, else 0 */
    double pool_static_w;
    /* Of a second tier of memory: of a byte, in it and beyond; and what the limit does not cover
     * where it is apart. */
    double far_j_per_byte, far_move_j_per_byte;
    double far_apart_j_per_byte, far_apart_w;
};
LANES_OF(energy);

/* Work of one device in a step. `flop` and `byte` are those of the compute units, with the zeros
 * that fill tiles; `far_byte`: of a second tier of memory; `experts`: 1 if the step routes tokens
 * to experts, else 0. */
struct work {
    double flop, byte, engine_flop, engine_byte, wire_byte, far_byte;
    double experts;
};
LANES_OF(work);

/* Lowest clock over the nominal one: 345 of 1980 MHz (H100, nvidia-smi -q -d CLOCK). */
static const double CLOCK_LEAST = 0.2;

/* Supply voltage over the nominal one: 0.6 + 0.4 f, about 0.75 V at a third of a 1.05 V clock
 * (assumed, from published frequency-voltage curves of A100 and H100). */
static const double VOLTAGE_LEAST = 0.6, VOLTAGE_RISE = 0.4;

static inline double clock_voltage(double clock)
{
    return VOLTAGE_LEAST + VOLTAGE_RISE * clock;
}

/* What a device draws in a step, at the nominal clock: what does not follow the clock and what
 * does. */
struct draw {
    double static_w, clocked_w, steady_j, clocked_j;
};

static inline struct draw energy_draw(const struct energy *e, const struct work *w)
{
    double engine_j = w->engine_byte * e->engine_j_per_byte + w->engine_flop * e->engine_j_per_flop;
    return (struct draw){.static_w = e->static_w,
                         .clocked_w = e->clocked_w + w->experts * e->experts_w,
                         .steady_j =
                             w->byte * e->memory_j_per_byte + w->wire_byte * e->link_j_per_byte +
                             engine_j * (1 - e->engine_apart) + w->far_byte * e->far_j_per_byte,
                         .clocked_j = w->flop * e->j_per_flop + w->byte * e->move_j_per_byte +
                                      w->far_byte * e->far_move_j_per_byte};
}

/* The floor, and the energy of the work, at a clock ratio. */
static inline double draw_floor_w(const struct draw *d, double clock)
{
    double volt = clock_voltage(clock), square = volt * volt;
    return d->static_w + d->clocked_w * clock * square;
}

static inline double draw_j(const struct draw *d, double clock)
{
    double volt = clock_voltage(clock), square = volt * volt;
    return d->clocked_j * square + d->steady_j;
}

static inline double draw_w(const struct draw *d, double step_s, double clock)
{
    return draw_floor_w(d, clock) + draw_j(d, clock) / step_s;
}

/* The power that the limit covers, at a clock ratio. */
static inline double energy_governed_w(const struct energy *e, const struct work *w, double step_s,
                                       double clock)
{
    struct draw d = energy_draw(e, w);
    return draw_w(&d, step_s, clock);
}

/* The power of the engine, and of its pool. */
static inline double energy_engine_w(const struct energy *e, const struct work *w, double step_s)
{
    return (w->engine_byte * e->engine_j_per_byte + w->engine_flop * e->engine_j_per_flop) / step_s;
}

static inline double energy_pool_w(const struct energy *e, const struct work *w, double step_s)
{
    return e->pool_w > 0 ? e->pool_static_w + energy_engine_w(e, w, step_s) : 0;
}

/* Board power of a device of which `governed_w` are under the limit, with a second tier of memory
 * apart and without an engine's pool. */
static inline double energy_board_w(const struct energy *e, const struct work *w, double step_s,
                                    double governed_w)
{
    bool apart = e->engine_apart > 0 && !(e->pool_w > 0);
    double far_w = e->far_apart_w + w->far_byte * e->far_apart_j_per_byte / step_s;
    return governed_w + (apart ? energy_engine_w(e, w, step_s) : 0) + far_w;
}

/* Energy of arithmetic in a format with `math_byte` bytes per element over that in BF16. */
double math_energy_ratio(double math_byte);

/* Tokens per tile of a grouped matrix product: an active expert executes whole tiles. */
double tile_tokens(double math_byte);

/* The same in the server of the measured runs: with at most as many tokens as experts on the
 * device, and with more. */
struct served_tile {
    double few, many;
};

struct served_tile served_tile(double math_byte);

/* Turns the energy of a device at its peaks into that of the kernels of a measured step. */
void energy_serve(struct energy *e);

/* The highest average of board power over its limit: the governor keeps short peaks within it.
 * ML.ENERGY v3.0 (arXiv:2601.22076): 0.976 on B200, 0.99 on H100. */
static const double AVERAGE_MOST = 0.98;

/* Design power of a chip: that of its data sheet, scaled by its arithmetic and memory over those it
 * was rated with, in proportion to their power at full rate. */
double chip_design_w(const struct chip *c);

/* `math_byte`: bytes per element of the arithmetic. */
void energy_of(struct energy *out, const struct chip *c, const struct engine *e,
               const struct engine_limits *l, double math_byte);

/* The same for n devices; `memory`: the memory of the chips. */
void energy_lanes(struct energy_lanes *out, size_t n, const struct chip_lanes *chip,
                  const struct memory_kind_lanes *memory, const struct engine_lanes *engine,
                  const struct engine_limits_lanes *limits, double math_byte);

/* Adds what a second tier of memory draws to the energy of its device. */
void energy_add_tier2(struct energy *e, const struct chip *c);

#endif
