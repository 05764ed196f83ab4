/* An attention engine: processing beside or in the memory, with m times the memory bandwidth of
 * the chip and a ridge point of its own. `none` has bandwidth_ratio 0. */
#ifndef ARCH_ENGINE_H
#define ARCH_ENGINE_H

#include <stdbool.h>

#include "base/field.h"

struct engine {
    double bandwidth_ratio, ridge_flop_per_byte;
    double capacity_ratio, link_byte_per_s, overlap, runs;
    double dram_area_ratio, logic_mm2_per_stack, added_stack_ratio, power_ratio;
};

enum { RUNS_ATTENTION = 1, RUNS_EXPERTS = 2, RUNS_BOTH = 3 };

extern const struct fields engine_fields;

static inline bool engine_is_there(const struct engine *e)
{
    return e->bandwidth_ratio > 0;
}

#endif
