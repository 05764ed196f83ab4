/* Kinds of memory: what a unit of each holds and delivers, what it takes on and beside a chip, and
 * what its bytes cost. */
#ifndef ARCH_MEMORY_H
#define ARCH_MEMORY_H

#include "arch/prices.h"
#include "base/field.h"
#include "base/lanes.h"

/* A kind of memory. */
struct memory_kind {
    double stack_byte, stack_byte_per_s;
    double dies, pins;                        /* DRAM dies per stack; data pins per stack */
    double edge_mm;                           /* die edge taken by a stack: its width */
    double j_per_byte;                        /* of the stack, for a byte sent to the chip */
    double bank_byte_per_s, group_byte_per_s; /* inside: all banks, or all bank groups, at once */
    double base_mm2, base_free_ratio;         /* base die, and its share free for an engine */
};
LANES_OF(memory_kind);

/* The kinds, values of parameters such as chip.hbm. */
enum { HBM2, HBM2E, HBM3, HBM3E, HBM3E_12H, HBM4, MEMORY_KINDS };

/* Kind i with its word; the word is NULL after the last. */
struct word memory_word(size_t i);

const struct memory_kind *memory_of(double kind);

double memory_usd_per_gb(double kind, const struct prices *p);

#endif
