/* Weights that a device holds for a step. Invariant: over the devices that share a copy of a model,
 * or of a pool's part of it, each weight is held once, or on every device that reads it whole. */
#ifndef ARCH_STEP_WEIGHT_H
#define ARCH_STEP_WEIGHT_H

#include "arch/layers.h"
#include "arch/plan.h"

/* Parameters of the routed experts on a device, over all pipeline stages. */
double device_expert_params(const struct layers *l, const struct plan *p, const struct workload *w);

/* Weights on a device, over all pipeline stages, in bytes. */
double device_weight_byte(const struct layers *l, double vocab_params, const struct plan *p,
                          const struct workload *w, const struct precision *of);

/* The routed experts on a device of the FFN pool, in bytes, if `group` devices share one copy. */
double pool_expert_byte(const struct layers *l, const struct plan *p, const struct workload *w,
                        const struct precision *of, double group);

/* All weights on such a device; `runs`: FFN_... of arch/plan.h. */
double pool_weight_byte(const struct layers *l, double vocab_params, const struct plan *p,
                        const struct workload *w, const struct precision *of, int runs,
                        double group);

#endif
