/* A chip, as a buyer or an architect parametrises it: one accelerator with its memory, its
 * scale-up link and its share of the scale-out network. */
#ifndef ARCH_CHIP_H
#define ARCH_CHIP_H

#include "base/field.h"

struct chip {
    double compute_units, unit_flop_per_s, fp8_ratio, fp4_ratio;
    double memory_byte, memory_byte_per_s, hbm;
    double link_byte_per_s, link_latency_s, link_domain;
    double network_byte_per_s, network_latency_s;
    double node_nm, tdp_w;
    /* Of the area only; what a data sheet says. The last two override what follows from it. */
    double clock_hz, fp64_flop_per_s, unit_sram_byte, unit_register_byte, cache_byte,
        spare_unit_ratio;
    double compute_flop_per_s_per_mm2, uncore_mm2;
};

extern const struct fields chip_fields;

/* Dense BF16 peak. */
double chip_flop_per_s(const struct chip *c);

/* Peak for numbers of `math_byte` bytes: about 2 as bf16, about 1 as fp8, about 0.5 as fp4, each
 * with or without the scales of its blocks; FP32 runs at half. */
double chip_math_flop_per_s(const struct chip *c, double math_byte);

/* Peak of BF16 over memory bandwidth. */
double chip_ridge_flop_per_byte(const struct chip *c);

/* A generation of stacked memory. */
struct hbm {
    double stack_byte, stack_byte_per_s;
    double dies, pins; /* DRAM dies of a stack; data pins */
    double edge_mm;    /* die edge that a stack stands at: its width */
};

const struct hbm *chip_hbm(const struct chip *c);

/* Stacks that hold memory_byte and deliver memory_byte_per_s. */
double chip_memory_stacks(const struct chip *c);

#endif
