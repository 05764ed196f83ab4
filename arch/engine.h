/* An attention engine: processing beside or in the memory, with m times the memory bandwidth of
 * the chip and a ridge point of its own. `none` has bandwidth_ratio 0. Its kind says where it
 * stands and so what it costs (arch/manufacturing.h) and what bounds m. */
#ifndef ARCH_ENGINE_H
#define ARCH_ENGINE_H

#include <math.h>
#include <stdbool.h>

#include "base/field.h"
#include "base/lanes.h"

struct engine {
    double kind;
    double bandwidth_ratio, ridge_flop_per_byte;
    double capacity_ratio, link_byte_per_s, overlap, runs;
    double dram_area_ratio, logic_mm2_per_stack, added_stack_ratio, power_ratio, power_budget;
};
LANES_OF(engine);

enum {
    ENGINE_BANK,      /* in the DRAM dies of the chip's stacks */
    ENGINE_LOGIC_DIE, /* in the base dies of the chip's stacks */
    ENGINE_ON_DIE,    /* on the compute dies */
    ENGINE_POOL       /* a device of its own, with memory and package, behind a link */
};

enum { RUNS_ATTENTION = 1, RUNS_EXPERTS = 2, RUNS_BOTH = 3 };

extern const struct fields engine_fields;

static inline bool engine_is_there(const struct engine *e)
{
    return e->bandwidth_ratio > 0;
}

/* The m that the engine really has: in the banks, no more than the power of a stack feeds; on the
 * compute dies, no more than the chip's own memory brings (1). */
static inline double engine_bandwidth_ratio(const struct engine *e)
{
    double fed = e->power_ratio > 0 ? e->power_budget / e->power_ratio : INFINITY;
    double bank = e->kind == ENGINE_BANK ? fed : INFINITY;
    return smaller(e->bandwidth_ratio, e->kind == ENGINE_ON_DIE ? 1 : bank);
}

/* Stacks that come with the engine over those of the chip; where it is not said, a pool has as many
 * as its bandwidth needs, the others none. */
static inline double engine_added_stack_ratio(const struct engine *e)
{
    if (e->kind != ENGINE_POOL)
        return 0;
    return e->added_stack_ratio >= 0 ? e->added_stack_ratio : e->bandwidth_ratio;
}

#endif
