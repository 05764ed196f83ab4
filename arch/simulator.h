/* A decode step as the simulator of arXiv:2507.15465 (LLMSimulator, Seoul National University)
 * counts it, to be held against that paper: timing "simulator".
 *
 * It differs from our own list of operators in these: embedding and LM head take no time; the
 * activation of a feed-forward is an operator of its own; both residual additions of an MoE layer
 * count as norms; GQA has no RoPE and writes its scores to memory; the RoPE of MLA reads a table
 * as long as the context; shared experts are copied on every device, and each rank of a TP group
 * runs all its tokens through them; the embedding is copied on every device and the router's
 * weights count twice; all-to-alls leave out what stays in the TP group, and with 1-byte numbers
 * the combine returns BF16; activations of GQA models are those of 8192 tokens; every layer attends
 * to the whole context. */
#ifndef ARCH_SIMULATOR_H
#define ARCH_SIMULATOR_H

#include "arch/model.h"
#include "arch/op.h"
#include "arch/plan.h"

void simulator_ops(const struct model *m, const struct shape *s, struct ops *out);

/* On one device: weights, in parameters; activations, numbers per request and fixed ones. */
double simulator_weight_params(const struct model *m, const struct plan *p);
void simulator_live_numbers(const struct model *m, const struct shape *s, double *per_request,
                            double *fixed);

#endif
