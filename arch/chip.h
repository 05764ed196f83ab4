/* A chip: one accelerator with its memory, its scale-up link and its share of the scale-out
 * network. */
#ifndef ARCH_CHIP_H
#define ARCH_CHIP_H

#include <math.h>

#include "base/field.h"
#include "arch/memory.h"
#include "base/lanes.h"

enum { CHIP_AUTO = -1 };

/* H200 (5 nm) draws its 700 W at about 1.0 pJ/FLOP of board power in BF16; floor taken out and
 * voltage lowered (our division). */
#define BOARD_J_PER_FLOP_5NM 0.8e-12

struct chip {
    double compute_units, unit_flop_per_s, fp8_ratio, fp4_ratio;
    double memory_byte, memory_byte_per_s, hbm;
    double memory2_byte, memory2_byte_per_s, memory2_kind, memory2_overlap, memory2_least_life_year;
    double memory2_page_byte;
    double link_byte_per_s, link_latency_s, link_domain;
    double network_byte_per_s, network_latency_s;
    double kernel_start_s; /* ideal timing: of a call */
    double node_nm, tdp_w; /* CHIP_AUTO: tdp_w follows the hardware */
    /* Power while kernels run, over rated_w; energy of a byte between memory and compute units. */
    double floor_ratio, move_j_per_byte, j_per_flop; /* j_per_flop: BF16 */
    /* The device whose power is known, scaled by tdp_w auto and by the floor. */
    double rated_w, rated_flop_per_s, rated_memory_byte_per_s;
    /* Used for the area only, from the data sheet. The last two override the derived areas. */
    double clock_hz, fp64_flop_per_s, unit_sram_byte, unit_register_byte, cache_byte,
        spare_unit_ratio;
    double compute_flop_per_s_per_mm2, uncore_mm2;
    double die_limit_mm2, package_limit_mm2; /* 0: those of the price list */
};
LANES_OF(chip);

extern const struct fields chip_fields, ffn_chip_fields, prefill_chip_fields, draft_chip_fields;

/* A pool without devices has the chip `none`, all zeros. */
static inline bool chip_is_there(const struct chip *c)
{
    return c->compute_units > 0;
}

/* Dense BF16 peak. */
static inline double chip_flop_per_s(const struct chip *c)
{
    return c->compute_units * c->unit_flop_per_s;
}

/* Peak of one number format over that of BF16: `plain`, plus `fp8` and `fp4` times a chip's
 * ratios. */
struct math_peak {
    double plain, fp8, fp4;
};

/* Peak of a format with `math_byte` bytes per element: about 2 is BF16, about 1 FP8, about 0.5 FP4.
 * Block scales add to the bytes, not to the arithmetic. FP32 runs at half the BF16 peak. */
static inline struct math_peak math_peak_of(double math_byte)
{
    return math_byte > 2.5    ? (struct math_peak){2 / math_byte, 0, 0}
           : math_byte > 1.5  ? (struct math_peak){1, 0, 0}
           : math_byte > 0.75 ? (struct math_peak){0, 1, 0}
                              : (struct math_peak){0, 0, 1};
}

static inline double chip_peak_flop_per_s(const struct chip *c, const struct math_peak *m)
{
    return (m->plain + m->fp8 * c->fp8_ratio + m->fp4 * c->fp4_ratio) * chip_flop_per_s(c);
}

static inline double chip_math_flop_per_s(const struct chip *c, double math_byte)
{
    struct math_peak m = math_peak_of(math_byte);
    return chip_peak_flop_per_s(c, &m);
}

/* BF16 peak over memory bandwidth. */
static inline double chip_ridge_flop_per_byte(const struct chip *c)
{
    return chip_flop_per_s(c) / c->memory_byte_per_s;
}

/* The chip was rated as it stands, unless rated_w says otherwise. */
void chip_rate(struct chip *c);

/* Units of `h`, such as stacks, needed for the chip's memory capacity and bandwidth. */
static inline double chip_memory_stacks(const struct chip *c, const struct memory_kind *h)
{
    double slack = 1e-3; /* rounding in a data sheet must not add a stack */
    double for_byte = c->memory_byte / h->stack_byte;
    double for_rate = c->memory_byte_per_s / h->stack_byte_per_s;
    return (1 - h->on_die) * larger(1, ceil(larger(for_byte, for_rate) - slack));
}

#endif
