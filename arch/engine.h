/* An attention engine: processing near or in memory, with m times the memory bandwidth of the chip
 * and its own ridge point. `none` has bandwidth_ratio 0. Its kind is its location, which sets its
 * cost (arch/manufacturing.h) and the limits on m and r (arch/engine_limits.h). */
#ifndef ARCH_ENGINE_H
#define ARCH_ENGINE_H

#include <stdbool.h>

#include "base/field.h"
#include "base/lanes.h"

struct engine {
    double kind;
    double bandwidth_ratio, ridge_flop_per_byte;
    double capacity_ratio, link_byte_per_s, overlap, runs;
    double dram_area_ratio, logic_mm2_per_stack, added_stack_ratio, power_ratio, j_per_flop,
        power_budget;
    double power_w_per_stack, node_nm, limits, co_processing, status;
    double bandwidth_low_ratio, bandwidth_high_ratio, ridge_low_ratio, ridge_high_ratio;
    double efficiency_low_ratio, energy_low_ratio, energy_high_ratio;
    double memory;
};
LANES_OF(engine);

enum {
    ENGINE_BANK,      /* in the DRAM dies of the chip's stacks */
    ENGINE_LOGIC_DIE, /* in the base dies of the chip's stacks */
    ENGINE_ON_DIE,    /* on the compute dies */
    ENGINE_POOL,      /* separate devices with memory and package, behind a link */
    ENGINE_KINDS
};

/* Whether it exists: built and measured, designed in a publication, or assumed by us. */
enum { STATUS_BUILT, STATUS_PUBLISHED, STATUS_HYPOTHETICAL, STATUSES };
extern const struct word engine_status_words[];

/* The memory that it is designed for. */
enum { MEMORY_HBM, MEMORY_GDDR6, MEMORY_LPDDR5X, MEMORY_DRAM_3D, MEMORY_SRAM, MEMORIES };

/* Bits of `runs`: operators by their unit. Attention is core attention and its indexers, which
 * differ in intensity up to 30 times. */
enum {
    RUNS_CORE = 1,
    RUNS_EXPERTS = 2,
    RUNS_STATE = 4,
    RUNS_INDEX = 8,
    RUNS_ATTENTION = RUNS_CORE | RUNS_INDEX,
    RUNS_BOTH = RUNS_ATTENTION | RUNS_EXPERTS
};

/* The classes of operators that an engine may run, for answers by class. */
enum { ENGINE_CLASSES = 3 };
struct engine_class {
    const char *word; /* of engine.runs */
    int runs;
};
extern const struct engine_class engine_classes[ENGINE_CLASSES];

extern const struct fields engine_fields, ffn_engine_fields;

static inline bool engine_is_there(const struct engine *e)
{
    return e->bandwidth_ratio > 0;
}

/* Memory of a chip of `chip_byte` that the chip reads, with an engine. */
static inline double engine_chip_byte(const struct engine *e, double chip_byte)
{
    bool apart = (e->kind == ENGINE_POOL) & (e->capacity_ratio > 1);
    return chip_byte * ((engine_is_there(e) & !apart) ? e->capacity_ratio : 1);
}

/* Memory that an engine apart adds to a chip of `chip_byte`. */
static inline double engine_own_byte(const struct engine *e, double chip_byte)
{
    bool apart = engine_is_there(e) & (e->kind == ENGINE_POOL) & (e->capacity_ratio > 1);
    return apart ? (e->capacity_ratio - 1) * chip_byte : 0;
}

/* Stacks added by the engine over those of the chip: none unless it is a pool; by default a pool
 * has as many as its bandwidth and its memory need. */
static inline double engine_added_stack_ratio(const struct engine *e)
{
    if (e->kind != ENGINE_POOL)
        return 0;
    double needed = larger(e->bandwidth_ratio, e->capacity_ratio - 1);
    return e->added_stack_ratio >= 0 ? e->added_stack_ratio : needed;
}

/* Does it have memory that no stack holds? In place it adds none; a pool adds as much as its stacks
 * hold, unless they are of another kind than those of the chip. */
static inline bool engine_lacks_stacks(const struct engine *e)
{
    bool other = (e->kind == ENGINE_POOL) & (e->memory != MEMORY_HBM);
    double most = (1 + engine_added_stack_ratio(e)) * (1 + 1e-9);
    return engine_is_there(e) & !other & (e->capacity_ratio > most);
}

#endif
