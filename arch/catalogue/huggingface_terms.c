/* The table of keys. Source of the spellings: configuration_*.py in huggingface/transformers and
 * the configurations of public repositories. A width is in elements, a number counts. */
#include "arch/catalogue/huggingface_terms.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { SPELLINGS_MOST = 8 };

struct spellings {
    const char *parameter; /* that is read from it, for messages */
    bool first_wins;       /* spellings may disagree */
    const char *key[SPELLINGS_MOST];
};

/* clang-format off */
static const struct spellings terms[TERMS] = {
    [TERM_LAYERS] = { "model.layers", false, { "num_hidden_layers", "num_layers", "n_layer", "n_layers" } },
    [TERM_HIDDEN] = { "model.hidden", false, { "hidden_size", "n_embd", "n_embed", "d_model", "dim", "hidden_dim" } },
    [TERM_VOCAB] = { "model.vocab", true, { "padded_vocab_size", "embedding_size", "vocab_size" } },
    [TERM_HEADS] = { "model.heads", false, { "num_attention_heads", "n_head", "n_heads", "num_heads" } },
    [TERM_KV_HEADS] = { "model.kv_heads", false, { "num_key_value_heads", "num_kv_heads", "n_kv_heads", "n_head_kv", "multi_query_group_num", "num_query_groups", "num_attention_groups" } },
    [TERM_HEAD_DIM] = { "model.head_dim", false, { "head_dim", "attention_head_dim", "kv_channels", "head_size" } },
    [TERM_WINDOW] = { "model.window", false, { "sliding_window", "sliding_window_size", "window_size" } },
    [TERM_CHUNK] = { "model.window", false, { "attention_chunk_size" } },
    [TERM_KV_LORA_RANK] = { "model.kv_lora_rank", false, { "kv_lora_rank" } },
    [TERM_Q_LORA_RANK] = { "model.q_lora_rank", false, { "q_lora_rank", "share_q_dim" } },
    [TERM_QK_ROPE_DIM] = { "model.qk_rope_dim", false, { "qk_rope_head_dim" } },
    [TERM_QK_NOPE_DIM] = { "model.qk_nope_dim", false, { "qk_nope_head_dim" } },
    [TERM_V_DIM] = { "model.v_dim", false, { "v_head_dim" } },
    [TERM_INDEX_HEADS] = { "model.index_heads", false, { "index_n_heads", "index_num_heads" } },
    [TERM_INDEX_HEAD_DIM] = { "model.index_head_dim", false, { "index_head_dim" } },
    [TERM_INDEX_TOPK] = { "model.index_topk", false, { "index_topk" } },
    [TERM_FFN] = { "model.ffn", false, { "intermediate_size", "ffn_hidden_size", "n_inner", "ffn_dim", "d_ff", "ffn_embed_dim" } },
    [TERM_DENSE_FFN] = { "model.ffn", false, { "intermediate_size_mlp", "dense_intermediate_size" } },
    [TERM_EXPERTS] = { "model.experts", false, { "n_routed_experts", "num_routed_experts", "num_experts", "num_local_experts", "moe_num_experts" } },
    [TERM_TOP_K] = { "model.top_k", false, { "num_experts_per_tok", "num_experts_per_token", "experts_per_token", "moe_topk", "moe_k", "moe_top_k", "top_k_experts" } },
    [TERM_MOE_FFN] = { "model.moe_ffn", false, { "moe_intermediate_size", "expert_ffn_hidden_size", "expert_intermediate_size", "expert_hidden_dim", "moe_ffn_hidden_size" } },
    [TERM_SHARED_EXPERTS] = { "the number of shared experts", false, { "n_shared_experts", "num_shared_experts", "num_shared_expert", "moe_num_shared_experts" } },
    [TERM_SHARED_FFN] = { "model.shared_ffn", false, { "shared_expert_intermediate_size", "moe_shared_expert_intermediate_size", "shared_intermediate_size", "share_expert_dim" } },
    [TERM_LATENT_FFN] = { "the width that experts work in", false, { "moe_latent_size", "routed_expert_hidden_size" } },
    [TERM_ZERO_EXPERTS] = { "the number of zero experts", false, { "zero_expert_num" } },
    [TERM_DRAFT_LAYERS] = { "model.draft_layers", false, { "num_nextn_predict_layers", "num_mtp_modules", "mtp_num_hidden_layers", "num_mtp_layers" } },
    [TERM_STATE_HEADS] = { "the heads of the state", false, { "mamba_num_heads", "mamba_n_heads" } },
    [TERM_STATE_HEAD_DIM] = { "the width of a head of the state", false, { "mamba_head_dim", "mamba_d_head" } },
    [TERM_STATE_DIM] = { "the width of the state", false, { "ssm_state_size", "mamba_d_state" } },
    [TERM_STATE_GROUPS] = { "the groups of the state", false, { "n_groups", "mamba_n_groups" } },
    [TERM_STATE_CONV] = { "the taps of the convolution", false, { "conv_kernel", "mamba_d_conv" } },
    [TERM_STATE_CHUNK] = { "the chunk of the scan", false, { "chunk_size", "mamba_chunk_size" } },
};
/* clang-format on */

/* A list with one number per layer counts if all are equal. */
static double number_of(struct config *c, const char *key)
{
    const struct node *n = config_find(c, key);
    if (!n || node_is(n, "auto"))
        return NAN;
    if (node_kind(n) != NODE_LIST || node_count(n) < 2)
        return config_count(c, key, NAN);
    for (size_t i = 1; i < node_count(n); i++)
        if (strcmp(node_text(node_at(n, i)), node_text(node_at(n, 0))) != 0)
            config_refuse(c, node_at(n, i), "differs from layer to layer: cannot be expressed");
    return config_count_of(c, node_at(n, 0), NAN);
}

double term_or(struct config *c, enum term t, double absent)
{
    const struct spellings *s = &terms[t];
    double found = NAN;
    const char *from = "";
    for (size_t i = 0; i < SPELLINGS_MOST && s->key[i]; i++) {
        double value = number_of(c, s->key[i]);
        if (isnan(value))
            continue;
        if (!isnan(found) && value != found && !s->first_wins) {
            char text[160];
            snprintf(text, sizeof text, "%g, but \"%s\" is %g: they mean the same, give one", value,
                     from, found);
            config_refuse(c, config_find(c, s->key[i]), text);
        }
        if (isnan(found)) {
            found = value;
            from = s->key[i];
        }
    }
    if (!isnan(found))
        config_find(c, from); /* for messages */
    return isnan(found) ? absent : found;
}

double term_need(struct config *c, enum term t)
{
    double value = term_or(c, t, NAN);
    if (isnan(value)) {
        char text[160];
        snprintf(text, sizeof text, "missing: add it, as %s is read from it", terms[t].parameter);
        config_find(c, terms[t].key[0]);
        config_refuse(c, NULL, text);
        return 0;
    }
    return value;
}

void term_dismiss(struct config *c, enum term t)
{
    for (size_t i = 0; i < SPELLINGS_MOST && terms[t].key[i]; i++)
        config_dismiss(c, terms[t].key[i]);
}
