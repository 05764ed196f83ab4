/* Of a design whose data do not fit: which of its memories lacks most, and by how much. */
#ifndef ARCH_MEMORY_LACK_H
#define ARCH_MEMORY_LACK_H

#include "arch/design.h"
#include "arch/metrics.h"

enum memory_of {
    MEMORY_OF_CHIP,
    MEMORY_OF_ENGINE,   /* what an engine apart adds */
    MEMORY_OF_BOTH,     /* of these together */
    MEMORY_SECOND_TIER, /* of the chip */
    MEMORY_OF_FFN,      /* as those above, of the devices of pools.ffn */
    MEMORY_OF_FFN_ENGINE,
    MEMORY_OF_FFN_TIER,
    MEMORY_OF_DRAFT,        /* of the devices of pools.draft */
    MEMORY_OF_PREFILL,      /* of a prefill pool with the main chip */
    MEMORY_OF_PREFILL_CHIP, /* of one with a chip of its own */
    MEMORIES_OF
};

/* What needs to grow, in words. */
extern const char *const memory_of_limit[MEMORIES_OF];

struct memory_lack {
    enum memory_of of;
    double ratio; /* needed over what there is; NAN: unknown */
};

/* `m`: metrics of `d`, of which chip, engine, workload, plan and pools are read. */
struct memory_lack memory_lack_of(const struct design *d, const struct metrics *m);

#endif
