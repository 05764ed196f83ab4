/* The number formats of a design by class of weights. What the study does not set is as the model's
 * checkpoint states it, else BF16, of recurrent states FP32; precision.weight sets every class of
 * weights that has no setting of its own. */
#ifndef ARCH_PRECISION_H
#define ARCH_PRECISION_H

#include "arch/model.h"
#include "arch/plan.h"

/* `p` with every format resolved to bytes per element. */
struct precision precision_settled(const struct precision *p, const struct model *m);

/* The same for the layer of an MTP module. */
struct precision precision_of_draft(const struct precision *settled);

#endif
