/* What can feed and cool an engine. From its stated m and r, its kind, its process node and the
 * memory stacks of the chip follow the m and r that it has in effect, and the power that its
 * kernels may draw.
 *
 * Idea: a stack has a power limit, set by its supply or by the temperature of its DRAM. A byte
 * costs the energy of its path, a FLOP that of the engine's node; so besides the roofline of m and
 * r a kernel takes at least its energy over the power limit (the energy roofline of Choi et al.,
 * IPDPS 2013). Banks and bank groups limit m, the free area of the base die limits TSVs and
 * arithmetic. Invariant: m, the peak and the power never exceed what is stated, and never fall as a
 * limit rises. Sources of all constants: engine_limits.c. */
#ifndef ARCH_ENGINE_LIMITS_H
#define ARCH_ENGINE_LIMITS_H

#include "arch/chip.h"
#include "arch/engine.h"

/* What lowers m, or else r, or else the rate of a kernel that uses both in full. */
enum engine_limit {
    LIMITED_BY_NOTHING,
    LIMITED_BY_POWER,       /* the supply of the DRAM dies, of a pool's device, or the TDP */
    LIMITED_BY_TEMPERATURE, /* of the DRAM, or of the base die */
    LIMITED_BY_AREA,        /* of the base die */
    LIMITED_BY_TSV,         /* bandwidth to the base die, by the area of its TSVs */
    LIMITED_BY_BANKS,       /* bandwidth of all banks, or of all bank groups */
    LIMITED_BY_MEMORY, /* kind on_die: the chip's own memory; pool: its stacks; in a memory that
                        * has no place for it: that */
    ENGINE_LIMITS
};

/* Of one device. */
struct engine_limits {
    double bandwidth_ratio, ridge_flop_per_byte; /* m and r in effect */
    double read_ratio;             /* energy of a byte over that of one sent to the chip */
    double j_per_byte, j_per_flop; /* at the stack; BF16 arithmetic */
    double power_w;                /* limit over all stacks; INFINITY: none */
    double stack_w, stack_mm2;     /* of a stack: drawn at most; logic on its base */
    double base_mm2;               /* free area of a base die */
    double hosted;                 /* 1: its place and its memory exist */
    double limited_by;             /* enum engine_limit */
};
LANES_OF(engine_limits);

/* By kind: energy of a byte by the engine's path over that of a byte sent to the chip. */
double engine_read_ratio(const struct engine *e);

void engine_limits_of(struct engine_limits *out, const struct chip *c, const struct engine *e);

/* The power limit of a stack, W; INFINITY: none. */
double engine_stack_limit_w(const struct chip *c, const struct engine *e);

/* The limits of n devices with their chips' memory generations. */
void engine_limits_lanes(struct engine_limits_lanes *out, size_t n, const struct chip_lanes *chip,
                         const struct memory_kind_lanes *memory, const struct engine_lanes *engine);

/* Energy of a BF16 operation of the engine on this chip. */
double engine_j_per_flop(const struct engine *e, const struct chip *c);

/* The process of its logic; auto: by kind, or that of the chip's compute dies. */
double engine_node_nm(const struct engine *e, const struct chip *c);

#endif
