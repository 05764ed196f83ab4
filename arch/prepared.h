/* The part of a design that no chip or engine changes: the steps of every mapping its plan allows.
 * Made once, priced on many chips. */
#ifndef ARCH_PREPARED_H
#define ARCH_PREPARED_H

#include "arch/design.h"
#include "arch/step.h"
#include "arch/step_bound.h"
#include "arch/step_time.h"

struct prepared {
    size_t n, room;
    struct mapped {
        struct plan plan;
        struct step step;
        struct step prefill; /* of one prompt a request; phases serving and disaggregated */
        struct step_bound bound, prefill_bound;
        struct steps_memo memo, prefill_memo;
    } * mapped;
    struct merit *merit; /* [n], of best_mapping.c */
    struct plan *plan;   /* [room] */
};

/* Fills `out`, reusing its memory. Zero-initialise it first; prepared_free releases it. */
void prepare(struct prepared *out, const struct design *d);
void prepared_free(struct prepared *p);

#endif
