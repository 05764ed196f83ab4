/* The best mapping of a system whose main devices share every step with an FFN pool.
 *
 * Idea: a design is a mapping of the main devices, one of the pool with its number of devices, and
 * a number of micro-batches. Bounds rule most of them out: throughput is at most that of either
 * side alone at the largest batch that fits, over the price of the system. Invariant: the result is
 * that of timing all of them: the feasible one with most tokens per second and USD (per device
 * without prices), the first of equals (1e-12); if none is feasible, the nearest. */
#ifndef ARCH_BEST_POOLS_H
#define ARCH_BEST_POOLS_H

#include "arch/best_mapping.h"
#include "arch/cost.h"
#include "arch/ping_pong.h"

/* A system of two kinds of devices at its best batch. */
struct paired {
    struct candidate main; /* of the main devices; step_s is that of the whole step */
    struct load load;      /* of the main devices */
    double ffn_load;       /* requests of a replica of the pool */
    double ffn_memory_byte;
    double main_clock, outside_clock, ffn_clock, ffn_outside_clock;
    double main_busy_s, ffn_busy_s; /* in a step */
    double merit;
    double stopped; /* 1: twice the requests would give at least 5 % more tokens per second */
    struct ping_pong time;
};
LANES_OF(paired);

struct best_pools {
    struct paired_lanes of;
    size_t main[LANES], ffn[LANES]; /* mappings in p->mapped */
};

/* `f`: the pool's devices, timed; one for each of `d`. `book` may be NULL. */
void best_pools(struct best_pools *out, struct prepared *p, const struct devices *d,
                const struct devices *f, const struct design *like, const struct price_book *book);

/* The devices of `n` that have the same mappings and micro-batches as device `from`, in `of`;
 * 0 if one before it has. */
size_t best_pools_alike(size_t *of, const struct best_pools *b, size_t from, size_t n);

#endif
