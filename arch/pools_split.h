/* Splits a step that two kinds of devices share: by class and bound, and the power of both.
 * Invariant: the classes add up to the step. What the main devices do counts in full; of the pool
 * and of the transfers, what the step would not wait for without them. */
#ifndef ARCH_POOLS_SPLIT_H
#define ARCH_POOLS_SPLIT_H

#include "arch/best_pools.h"

/* `main`: of the step and of a main device; `ffn`: of a device of the pool, of which only time and
 * power are filled. Power is the average over the step: a device that waits draws its floor. */
void pools_split(struct step_split_lanes *main, struct step_split_lanes *ffn,
                 const struct best_pools *best, struct prepared *p, const struct devices *d,
                 const struct devices *f);

/* The same of one pair, for `n` of its devices, `of`: `at` is that of pair_time. */
void pair_split(struct step_split_lanes *main, struct step_split_lanes *ffn,
                const struct paired_lanes *at, const struct pair *x, const size_t *of, size_t n);

#endif
