/* Operators and memory of a decode step in the conventions of arXiv:2507.15465's simulator
 * (LLMSimulator, Seoul National University), for comparison with that paper: `timing: simulator`.
 *
 * Differences from our own operators: embedding and LM head take no time; the activation function
 * of a feed-forward is a separate operator; both residual additions of an MoE layer count as norms;
 * GQA has no RoPE and writes its scores to memory; the RoPE of MLA reads a table as long as the
 * context; shared experts are copied to every device, and each rank of a TP group runs all tokens
 * of the group through them; the embedding is copied to every device, and the router's weights
 * count twice; an all-to-all leaves out traffic within the TP group, and with 1-byte activations
 * the combine returns BF16; activations of GQA models are those of 8192 tokens; every layer attends
 * to the whole context. */
#ifndef ARCH_SIMULATOR_H
#define ARCH_SIMULATOR_H

#include "arch/model.h"
#include "arch/op.h"
#include "arch/plan.h"

void simulator_ops(const struct model *m, const struct shape *s, struct ops *out);

/* On one device: weights, in bytes by the settled formats `of`; live activations, in elements per
 * request and fixed. */
double simulator_weight_byte(const struct model *m, const struct plan *p,
                             const struct precision *of);
void simulator_live_numbers(const struct model *m, const struct shape *s, double *per_request,
                            double *fixed);

#endif
