/* Feed-forward layers: dense, gated or not, and mixture-of-experts with shared experts. */
#ifndef ARCH_FFN_H
#define ARCH_FFN_H

#include "arch/model.h"
#include "arch/op.h"

/* Feed-forward of all layers on one device. Of UNIT_EXPERT operators the weight_byte is that of
 * every expert the device holds; arch/step.h scales it by the share that is active. */
void ffn_ops(const struct model *m, const struct shape *s, struct ops *out);

/* Devices that hold one copy of all routed experts: ep, or the TP group where that is larger,
 * each expert then being cut into tp / ep slices. */
double ffn_expert_group(double tp, double ep);

#endif
