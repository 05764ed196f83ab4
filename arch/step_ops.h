/* The operators of a step, in its order: vocabulary, norms, the layers of the model, those that
 * draft, and what is sent between devices. A timing may have a list of its own (arch/timing.h). */
#ifndef ARCH_STEP_OPS_H
#define ARCH_STEP_OPS_H

#include "arch/design.h"
#include "arch/ffn_pool.h"
#include "arch/step_draft.h"

/* What the operators of a step are listed from. */
struct listing {
    const struct design *design;
    const struct layers *layers;
    const struct plan *plan;
    enum step_side side;
    struct shape shape;
    struct draft draft;
};

void step_ops_list(struct ops *out, const struct listing *of);

/* Finds what grows with the context of a request, by listing the operators at twice the context. */
void step_ops_by_context(struct ops *out, const struct listing *of);

/* An upper bound of the operators of a step with these layers, whatever mapping and workload. */
size_t step_ops_bound(const struct layers *l);

#endif
