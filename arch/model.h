/* A language model: its configuration, and the parameter counts derived from it.
 *
 * The flat values describe a model whose layers are alike but for windows and experts, and are the
 * defaults of the groups of layers that a model file lists (arch/layers.h). */
#ifndef ARCH_MODEL_H
#define ARCH_MODEL_H

#include "base/field.h"

struct layer_list;
struct layers;

struct model {
    double attention; /* index in the registry of mixers (arch/mixer.h) */
    double layers, hidden, residual_streams, heads, kv_heads, head_dim;
    double window, full_every, chunked;
    double kv_lora_rank, q_lora_rank, qk_rope_dim, qk_nope_dim, v_dim;
    double index_heads, index_head_dim, index_topk, index_byte;
    double absorb, latent_reads;
    double ffn, gated_ffn;
    double experts, top_k, moe_ffn, shared_ffn, first_dense_layers, moe_every;
    double vocab, tied_embeddings, layer_embedding, layer_vocab;
    double draft_layers;
    /* Formats of the checkpoint, bytes per element; 0: not stated. */
    double expert_weight_byte, ffn_weight_byte, attention_weight_byte, state_layer_weight_byte,
        router_weight_byte, head_weight_byte, draft_weight_byte, cache_byte, state_byte;
    const struct layer_list *list; /* borrowed; NULL: the layers are as the values above say */
};

enum { ABSORB_AUTO = 2 };

extern const struct fields model_fields, draft_model_fields;

/* A design without a draft model has the model `none`, all zeros. */
static inline bool model_is_there(const struct model *m)
{
    return m->layers > 0;
}

/* Parameters; norms and biases (below 0.1 %) are left out. */
double model_vocab_params(const struct model *m);  /* embedding and head */
double model_params(const struct model *m);        /* everything but drafts */
double model_active_params(const struct model *m); /* used by one token, without the embedding */

double model_moe_layers(const struct model *m); /* layers with routed experts */

/* The first two from the layers of the model (arch/layers.h), which take longer to resolve. */
double model_params_in(const struct model *m, const struct layers *l);
double model_active_params_in(const struct model *m, const struct layers *l);

#endif
