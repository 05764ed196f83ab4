/* A language model: its configuration, and the parameter counts derived from it. */
#ifndef ARCH_MODEL_H
#define ARCH_MODEL_H

#include "base/field.h"

struct model {
    double attention; /* index of the variant: attention_of, attention_kind (arch/attention.h) */
    double layers, hidden, heads, kv_heads, head_dim;
    double window, full_every, chunked;
    double kv_lora_rank, q_lora_rank, qk_rope_dim, qk_nope_dim, v_dim;
    double index_heads, index_head_dim, index_topk;
    double absorb, latent_reads;
    double ffn, gated_ffn;
    double experts, top_k, moe_ffn, shared_ffn, first_dense_layers, moe_every;
    double vocab, tied_embeddings;
    double draft_layers;
};

enum { ABSORB_AUTO = 2 };

extern const struct fields model_fields;

double model_moe_layers(const struct model *m);   /* layers with routed experts */
double model_dense_layers(const struct model *m); /* layers with a dense feed-forward */
/* A model of one layer: the last one, as an MTP module repeats it (arXiv:2412.19437). */
struct model model_draft_layer(const struct model *m);

double model_ffn_matrices(const struct model *m); /* 3 gated (gate, up, down), 2 plain */

/* Weights, in parameters; norms and biases (below 0.1 %) are left out. */
double model_expert_params(const struct model *m); /* one routed expert of one layer */
double model_routed_params(const struct model *m); /* all routed experts of all layers */
double model_vocab_params(const struct model *m);  /* embedding and head */
double model_params(const struct model *m);        /* everything but drafts */
double model_active_params(const struct model *m); /* used by one token, without the embedding */

#endif
