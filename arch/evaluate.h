/* The only entry to the model: designs in, metrics and verdicts out. Pure. */
#ifndef ARCH_EVALUATE_H
#define ARCH_EVALUATE_H

#include "arch/cost.h"
#include "arch/design.h"
#include "arch/metrics.h"
#include "arch/prepared.h"

/* Each of the devices `d` (not empty, at most LANES, of one calibration) in the place of the chip
 * and engine of `like`: its best mapping of `p`, the one with most tokens per second among the
 * feasible ones, the first of equals (1e-12); if none is feasible, the one that comes nearest
 * (least memory, then shortest step). `mapped` gets its index in p->mapped, 0 if the plan allows
 * none. A point that does not fit still has all its numbers, with the smallest batch where batch is
 * max. Without a `book` costs are NAN. Of `p` only the memory of earlier calls changes, and no
 * result with it. */
void evaluate_many(struct prepared *p, const struct design *like, const struct price_book *book,
                   struct devices *d, struct metrics_lanes *out, size_t mapped[LANES]);

/* The same for the chip and engine of `d` itself. `mapped`, which may be NULL, gets the mapping, or
 * NULL. */
void evaluate_prepared(struct prepared *p, const struct design *d, const struct price_book *book,
                       struct metrics *out, const struct mapped **mapped);

/* Both together. `plan` gets the mapping; may be NULL. */
void evaluate(const struct design *d, const struct price_book *book, struct metrics *out,
              struct plan *plan);

#endif
