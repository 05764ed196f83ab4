/* Drafting of the query tokens beyond the first: `passes` of one layer, each with the embedding, a
 * projection of it and the previous hidden state, and the head (DeepSeek-V3's MTP module, arXiv:
 * 2412.19437). The first pass reads the tokens accepted in the last step, each other pass one; here
 * all passes read their mean. A prompt passes through the layer once. */
#ifndef ARCH_STEP_DRAFT_H
#define ARCH_STEP_DRAFT_H

#include "arch/design.h"
#include "arch/layers.h"
#include "arch/routing.h"

struct draft {
    double passes;             /* 0: nothing is drafted, or elsewhere */
    const struct model *model; /* of its own; NULL: MTP modules of the model that they draft for */
    struct layers layer;
    struct precision precision;
    struct routing routing; /* of the experts of a draft model of its own */
    struct shape shape;
};

/* What drafts for a step of this shape: MTP modules of the model, or a draft model of its own. */
void draft_of(struct draft *out, const struct design *d, const struct layers *l,
              const struct shape *s, const struct workload *w);

/* The projection of an MTP module, in bytes. */
double draft_projection_byte(const struct draft *d);

/* Weights of an MTP module on a device, in bytes: its layer, and its projection on every rank.
 * Embedding and head are the model's own. Or those of a draft model. */
double draft_weight_byte(const struct draft *d, const struct plan *p, const struct workload *w);

/* Of these, those of routed experts. */
double draft_expert_byte(const struct draft *d, const struct plan *p, const struct workload *w);

#endif
