#include "arch/model.h"

#include "arch/ffn.h"
#include "arch/layers.h"
#include "arch/mixer.h"
#include "arch/plan.h"
#include "base/mem.h"

static const struct word absorb_words[] = {{"no", 0}, {"yes", 1}, {"auto", ABSORB_AUTO}, {NULL, 0}};
static const double INDEX_BYTE = 1 + 4 / 128.0;

/* Formats, and that none is stated. */
static struct word stated_word(size_t i)
{
    return i == 0 ? (struct word){"unstated", 0} : number_word(i - 1);
}

/* clang-format off */
static const struct field rows[] = {
    { FIELD(model, attention, "1"), .init = NAN, .only_words = true, .registry = mixer_word,
      .doc = "Attention variant; MHA is GQA with as many KV heads as query heads, MQA with one." },
    { FIELD(model, layers, "1"), .lo = 1, .hi = 1e4, .init = NAN, .whole = true, .doc = "Transformer layers." },
    { FIELD(model, hidden, "1"), .lo = 1, .hi = 1e6, .init = NAN, .whole = true, .doc = "Width of the residual stream." },
    { FIELD(model, residual_streams, "1"), .lo = 1, .hi = 64, .init = 1, .whole = true,
      .doc = "Copies of the residual stream, mixed before and after each sublayer (hyper-connections); 1: a plain residual." },
    { FIELD(model, heads, "1"), .lo = 1, .hi = 1e5, .init = NAN, .whole = true, .doc = "Query heads." },
    { FIELD(model, kv_heads, "1"), .lo = 0, .hi = 1e5, .init = 0, .whole = true, .doc = "KV heads (GQA; 0: as many as query heads)." },
    { FIELD(model, head_dim, "1"), .lo = 0, .hi = 1e5, .init = 0, .whole = true, .doc = "Width of a head (GQA; 0: hidden / heads)." },
    { FIELD(model, window, "tokens"), .lo = 0, .hi = 1e9, .init = 0, .whole = true,
      .doc = "Sliding window or chunk of the layers with local attention; 0: none." },
    { FIELD(model, full_every, "1"), .lo = 0, .hi = 1e4, .init = 0, .whole = true,
      .doc = "With a window: one layer in this many has full attention; 0: none has." },
    { FIELD(model, chunked, "1"), .lo = 0, .hi = 1, .init = 0, .whole = true, .words = yes_no_words,
      .doc = "The window is a chunk: a token attends to the tokens of its chunk up to itself, on average half a chunk." },
    { FIELD(model, kv_lora_rank, "1"), .lo = 0, .hi = 1e5, .init = 0, .whole = true, .doc = "MLA: width of the KV latent, d_c." },
    { FIELD(model, q_lora_rank, "1"), .lo = 0, .hi = 1e5, .init = 0, .whole = true, .doc = "MLA: width of the query latent; 0: none." },
    { FIELD(model, qk_rope_dim, "1"), .lo = 0, .hi = 1e5, .init = 0, .whole = true, .doc = "MLA: width of the rotary part of a head, d_r." },
    { FIELD(model, qk_nope_dim, "1"), .lo = 0, .hi = 1e5, .init = 0, .whole = true, .doc = "MLA: width of the non-rotary part of a query or key head, d_n." },
    { FIELD(model, v_dim, "1"), .lo = 0, .hi = 1e5, .init = 0, .whole = true, .doc = "MLA: width of a value head, d_v." },
    { FIELD(model, index_heads, "1"), .lo = 0, .hi = 1e5, .init = 0, .whole = true, .doc = "DSA: heads of the indexer." },
    { FIELD(model, index_head_dim, "1"), .lo = 0, .hi = 1e5, .init = 0, .whole = true, .doc = "DSA: width of an indexer head." },
    { FIELD(model, index_topk, "tokens"), .lo = 0, .hi = 1e9, .init = 0, .whole = true, .doc = "DSA: tokens that core attention reads; 0: dense attention." },
    { FIELD(model, index_byte, "B"), .lo = 0.25, .hi = 8, .init = INDEX_BYTE, .registry = number_word,
      .doc = "Format of the cached keys of an indexer; mxfp8 takes as many bytes as FP8 with an FP32 scale of 128 elements (DeepSeek-V3.2)." },
    { FIELD(model, absorb, "1"), .lo = 0, .hi = ABSORB_AUTO, .init = ABSORB_AUTO, .whole = true, .words = absorb_words,
      .doc = "MLA: up-projections absorbed into the queries (\"reordered\"), so that core attention works on the latent; auto: in decode, not in prefill." },
    { FIELD(model, latent_reads, "1"), .lo = 1, .hi = 2, .init = 1, .whole = true,
      .doc = "MLA absorbed: how often the latent is read: 1 as in FlashMLA, 2 for separate score and context kernels." },
    { FIELD(model, ffn, "1"), .lo = 0, .hi = 1e7, .init = 0, .whole = true, .doc = "Width of the dense feed-forward layers." },
    { FIELD(model, gated_ffn, "1"), .lo = 0, .hi = 1, .init = 1, .whole = true, .words = yes_no_words,
      .doc = "Feed-forward with three matrices (gate, up, down) instead of two." },
    { FIELD(model, experts, "1"), .lo = 0, .hi = 1e5, .init = 0, .whole = true, .doc = "Routed experts of an MoE layer; 0: no MoE layers." },
    { FIELD(model, top_k, "1"), .lo = 0, .hi = 1e5, .init = 0, .whole = true, .doc = "Routed experts a token uses." },
    { FIELD(model, moe_ffn, "1"), .lo = 0, .hi = 1e7, .init = 0, .whole = true, .doc = "Width of one routed expert." },
    { FIELD(model, shared_ffn, "1"), .lo = 0, .hi = 1e7, .init = 0, .whole = true, .doc = "Total width of the shared experts; 0: none." },
    { FIELD(model, first_dense_layers, "1"), .lo = 0, .hi = 1e4, .init = 0, .whole = true, .doc = "Dense layers before the first MoE layer." },
    { FIELD(model, moe_every, "1"), .lo = 1, .hi = 1e4, .init = 1, .whole = true, .doc = "After the first dense layers, every n-th layer is MoE." },
    { FIELD(model, vocab, "1"), .lo = 1, .hi = 1e8, .init = NAN, .whole = true, .doc = "Vocabulary size." },
    { FIELD(model, tied_embeddings, "1"), .lo = 0, .hi = 1, .init = 0, .whole = true, .words = yes_no_words,
      .doc = "Embedding and head share their weights." },
    { FIELD(model, layer_embedding, "1"), .lo = 0, .hi = 1e5, .init = 0, .whole = true,
      .doc = "Width of the embedding of a token that each layer has of its own (Gemma 3n and 4 E); 0: none." },
    { FIELD(model, layer_vocab, "1"), .lo = 0, .hi = 1e8, .init = 0, .whole = true, .doc = "Vocabulary of the embeddings of each layer; 0: as vocab." },
    { FIELD(model, draft_layers, "1"), .lo = 0, .hi = 100, .init = 0, .whole = true,
      .doc = "MTP modules of one layer each, which draft the query tokens beyond the first; 0: drafting takes no time." },
    { FIELD(model, expert_weight_byte, "B"), .lo = 0, .hi = 8, .init = 0, .registry = stated_word,
      .doc = "Format of routed experts in the checkpoint." },
    { FIELD(model, ffn_weight_byte, "B"), .lo = 0, .hi = 8, .init = 0, .registry = stated_word,
      .doc = "Format of dense feed-forwards and shared experts in the checkpoint." },
    { FIELD(model, attention_weight_byte, "B"), .lo = 0, .hi = 8, .init = 0, .registry = stated_word,
      .doc = "Format of attention in the checkpoint." },
    { FIELD(model, state_layer_weight_byte, "B"), .lo = 0, .hi = 8, .init = 0, .registry = stated_word,
      .doc = "Format of layers with a recurrent state in the checkpoint." },
    { FIELD(model, router_weight_byte, "B"), .lo = 0, .hi = 8, .init = 0, .registry = stated_word,
      .doc = "Format of routers in the checkpoint." },
    { FIELD(model, head_weight_byte, "B"), .lo = 0, .hi = 8, .init = 0, .registry = stated_word,
      .doc = "Format of embedding and head in the checkpoint." },
    { FIELD(model, draft_weight_byte, "B"), .lo = 0, .hi = 8, .init = 0, .registry = stated_word,
      .doc = "Format of MTP modules in the checkpoint." },
    { FIELD(model, cache_byte, "B"), .lo = 0, .hi = 8, .init = 0, .registry = stated_word,
      .doc = "Format of the KV cache in the checkpoint." },
    { FIELD(model, state_byte, "B"), .lo = 0, .hi = 8, .init = 0, .registry = stated_word,
      .doc = "Format of recurrent states in the checkpoint." },
};
/* clang-format on */
/* The list is no value, and takes as much room as one. */
_Static_assert((LEN(rows) + 1) * sizeof(double) == sizeof(struct model),
               "one row per value of a model");

#define MODEL(section)                                                                             \
    {                                                                                              \
        section, rows, LEN(rows), sizeof(struct model)                                             \
    }
const struct fields model_fields = MODEL("model"), draft_model_fields = MODEL("pools.draft.model");

double model_vocab_params(const struct model *m)
{
    return m->vocab * m->hidden * (m->tied_embeddings > 0 ? 1 : 2);
}

double model_params_in(const struct model *m, const struct layers *l)
{
    return layers_mixer_params(l) + layers_shared_params(l) + layers_router_params(l) +
           layers_routed_params(l) + layers_residual_params(l) + layers_embedding_params(l) +
           layers_embedding_matrix_params(l) + model_vocab_params(m);
}

double model_active_params_in(const struct model *m, const struct layers *l)
{
    return layers_active_params(l) + m->vocab * m->hidden;
}

double model_params(const struct model *m)
{
    struct layers l;
    layers_of(&l, m);
    return model_params_in(m, &l);
}

double model_active_params(const struct model *m)
{
    struct layers l;
    layers_of(&l, m);
    return model_active_params_in(m, &l);
}

double model_moe_layers(const struct model *m)
{
    struct layers l;
    double sum = 0;
    layers_of(&l, m);
    for (size_t i = 0; i < l.ffns; i++)
        sum += l.ffn[i].kind->routed ? l.ffn[i].of.count : 0;
    return sum;
}
