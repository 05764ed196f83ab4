/* Kinds of memory: what a unit of each holds and delivers, what it takes on and beside a chip, and
 * what its bytes cost. */
#ifndef ARCH_MEMORY_H
#define ARCH_MEMORY_H

#include "arch/prices.h"
#include "base/field.h"
#include "base/lanes.h"

/* A kind of memory, by its unit: a stack of HBM, or a 32-bit channel of GDDR or LPDDR with its
 * packages. A member that is 0 says what the kind lacks: without `bank_byte_per_s` its dies hold no
 * engine, without `group_byte_per_s` it has no base die for one. */
struct memory_kind {
    double stack_byte, stack_byte_per_s;
    double dies, pins;     /* DRAM dies per unit; data pins per unit */
    double edge_mm;        /* die edge taken by a unit */
    double pin_area_ratio; /* PHY and controller of a pin over those of a pin of HBM */
    double on_interposer;  /* 1: beside the compute dies; 0: on the board, or on the dies */
    double on_die;         /* 1: SRAM of the compute dies: no units, but area of the dies */
    double seam_ratio;     /* 1: any die may read all of it; 0: each die reads its own */
    double j_per_byte;     /* of the unit, for a byte sent to the chip */
    double move_ratio;     /* way from there to the compute units over that of HBM, in energy */
    double bank_byte_per_s, group_byte_per_s; /* inside: all banks, or all bank groups, at once */
    double base_mm2, base_free_ratio;         /* base die, and its share free for an engine */
};
LANES_OF(memory_kind);

/* The kinds, values of parameters such as chip.hbm. */
enum {
    HBM2,
    HBM2E,
    HBM3,
    HBM3E,
    HBM3E_12H,
    HBM4,
    HBM3E_12H_FAST,
    HBM4_FAST,
    HBM4E,
    GDDR6,
    GDDR7,
    LPDDR5X,
    DRAM_3D,
    SRAM,
    HBF,
    MEMORY_KINDS
};

/* Kind i with its word; the word is NULL after the last. */
struct word memory_word(size_t i);

const struct memory_kind *memory_of(double kind);

/* 0 for SRAM, whose price is that of its area. */
double memory_usd_per_gb(double kind, const struct prices *p);

#endif
