/* The only entry to the model: a design in, metrics and a verdict out. Pure. */
#ifndef ARCH_EVALUATE_H
#define ARCH_EVALUATE_H

#include "arch/cost.h"
#include "arch/design.h"
#include "arch/metrics.h"
#include "arch/step.h"

/* The part of a design that no chip or engine changes: the steps of every mapping its plan allows.
 * Made once, priced on many chips. */
struct prepared {
    size_t n, room;
    struct mapped {
        struct plan plan;
        struct step step;
        struct step prefill; /* of one prompt a request; phases serving and disaggregated */
    } * mapped;
};

/* Fills `out`, reusing its memory. Zero-initialise it first; prepared_free releases it. */
void prepare(struct prepared *out, const struct design *d);
void prepared_free(struct prepared *p);

/* The best mapping of `p` on the chip and engine of `d`: most tokens per second among the feasible
 * ones, the first of equals; if none is feasible, the one that comes nearest (least memory, then
 * shortest step). `mapped` gets it, NULL if the plan allows none; may be NULL. A point that does
 * not fit still has all its numbers, with the smallest batch where batch is max. Without a `book`
 * costs are NAN. */
void evaluate_prepared(const struct prepared *p, const struct design *d,
                       const struct price_book *book, struct metrics *out,
                       const struct mapped **mapped);

/* Both together. `plan` gets the mapping; may be NULL. */
void evaluate(const struct design *d, const struct price_book *book, struct metrics *out,
              struct plan *plan);

#endif
