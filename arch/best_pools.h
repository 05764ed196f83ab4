/* The best mapping of a system whose main devices share every step with a pool: an FFN pool, or
 * devices that draft.
 *
 * Idea: a design is a mapping of the main devices, one of the pool with its number of devices, and
 * a number of micro-batches. Throughput is at most that of the main devices with a pool that takes
 * no time, and a pair wins only if it is in time at the load at which it equals the best: one step
 * rules out most pairs. Invariant: the result is that of timing all of them: the feasible one with
 * most tokens per second and USD (per device without prices), the first of equals (1e-12); if none
 * is feasible, the nearest. It does not depend on the other devices of a block. */
#ifndef ARCH_BEST_POOLS_H
#define ARCH_BEST_POOLS_H

#include "arch/cost.h"
#include "arch/pair_time.h"

struct best_pools {
    struct paired_lanes of;
    size_t main[LANES], ffn[LANES]; /* mappings in p->mapped */
};

/* `f`: the pool's devices, timed; one for each of `d`. `book` may be NULL. Only caches in `p`
 * change. */
void best_pools(struct best_pools *out, struct prepared *p, const struct devices *d,
                const struct devices *f, const struct design *like, const struct price_book *book);

/* The devices of `n` that have the same mappings and micro-batches as device `from`, in `of`;
 * 0 if one before it has. */
size_t best_pools_alike(size_t *of, const struct best_pools *b, size_t from, size_t n);

#endif
