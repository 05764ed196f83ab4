/* Feed-forward layers: dense, gated or not, and mixture-of-experts with shared experts. */
#ifndef ARCH_FFN_H
#define ARCH_FFN_H

#include "arch/model.h"
#include "arch/op.h"

/* Adds the feed-forward operators of all layers on one device. In UNIT_EXPERT operators weight_byte
 * counts every expert of the device; arch/step.h scales it by the active share. */
void ffn_ops(const struct model *m, const struct shape *s, struct ops *out);

/* Devices that share one copy of all routed experts: ep, or tp if larger, with each expert split
 * into tp / ep slices. */
double ffn_expert_group(double tp, double ep);

#endif
