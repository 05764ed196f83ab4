/* The core of layers with a recurrent state: linear attention and state-space layers. A decode step
 * reads the state of a request and writes it once per new token, so that any drafted token can be
 * rolled back; a prompt goes through in chunks, each of which writes the state and reads that of
 * the chunk before (chunked forms: Mamba-2, arXiv:2405.21060; gated delta rule, arXiv:2412.06464).
 * Invariant: per request and layer, neither FLOP nor bytes of a decode step depend on the context.
 */
#ifndef ARCH_MIXER_STATE_H
#define ARCH_MIXER_STATE_H

#include "arch/op.h"

/* One layer on one of the ranks of a TP group. */
struct state_core {
    double numbers;    /* elements of the state */
    double flop;       /* per token, step by step */
    double chunk_flop; /* per token of a prompt, in chunks */
    double chunk;      /* tokens of a chunk */
    double
        chunk_byte; /* bytes per element of the states between chunks; 0: they stay on the chip */
    double inputs, outputs; /* elements per token */
};

void state_add(struct ops *out, double layers, const struct shape *s, const struct state_core *c);

/* A short convolution over the last `width` tokens of `channels` channels. */
void state_add_convolution(struct ops *out, double layers, const struct shape *s, double width,
                           double channels);

/* FLOP per token and head of a delta rule in chunks of c tokens: the products of the causal
 * triangle in full, as kernels compute them, and its inverse. */
double state_delta_rule_flop(double c, double key_dim, double value_dim);

#endif
