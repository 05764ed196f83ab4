/* The part of a design that does not depend on chip and engine: the steps of every mapping that its
 * plan allows. Built once, priced on many chips. */
#ifndef ARCH_PREPARED_H
#define ARCH_PREPARED_H

#include "arch/design.h"
#include "arch/step.h"
#include "arch/step_bound.h"
#include "arch/step_time.h"

struct prepared {
    struct design of; /* all zero at first; its list of layers, if it has one, stays as it is */
    struct layers layers;
    double params, active_params;
    size_t n, room; /* mappings; members of the arrays */
    /* The mappings of the prefill pool: the same ones, or others behind them. */
    size_t pool_first, pool_n;
    /* The mappings of the pool that shares every step (arch/step_pool.h), behind all others; `step`
     * is then that of its side. */
    size_t ffn_first, ffn_n;
    struct mapped {
        struct plan plan;
        struct step step;
        struct step outside; /* with an FFN pool: what of `step` is outside the layers */
        struct step prefill; /* one prompt per request; phases serving and disaggregated */
        struct step_bound bound, prefill_bound;
        struct steps_memo memo, outside_memo, prefill_memo;
    } * mapped;
    struct merit *merit;           /* [room], used by best_mapping.c */
    struct plan *plan;             /* [room] */
    struct routing_store routings; /* of the steps */
};

/* Fills `out`, reusing its memory; nothing is done for a design that differs from the one before
 * only in chip and engine. Zero-initialise it before the first call; prepared_free releases it. */
void prepare(struct prepared *out, const struct design *d);
void prepared_free(struct prepared *p);

#endif
