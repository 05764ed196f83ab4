/* Parameters of each kind of layer, from the terms of a configuration. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "arch/catalogue/huggingface_families.h"
#include "arch/catalogue/huggingface_groups.h"
#include "arch/catalogue/huggingface_terms.h"
#include "arch/ffn.h"

/* ---- attention ---- */

static double heads_of(struct config *c)
{
    return term_need(c, TERM_HEADS);
}

static double in_map(struct config *c, const char *map, const char *key, double absent)
{
    const struct node *at = config_find(c, map);
    const struct node *n = at && node_kind(at) == NODE_MAP ? node_find(at, key) : NULL;
    char text[100];
    snprintf(text, sizeof text, "no \"%s\" in it: add it", key);
    if (isnan(absent) && !n)
        config_refuse(c, at, text);
    return n && !node_is(n, "null") ? config_count_of(c, n, absent) : absent;
}

/* MPT keeps them in a map of its own. */
static double kv_heads_in_map(struct config *c, double absent)
{
    static const struct word words[] = {{"multihead_attention", 0},
                                        {"multiquery_attention", 1},
                                        {"grouped_query_attention", 2},
                                        {NULL, 0}};
    const struct node *map = config_find(c, "attn_config");
    const struct node *type =
        map && node_kind(map) == NODE_MAP ? node_find(map, "attn_type") : NULL;
    double kind = type ? config_word(c, type, words) : 0;
    return kind == 2 ? in_map(c, "attn_config", "kv_n_heads", NAN) : kind == 1 ? 1 : absent;
}

static double kv_heads_of(struct config *c, double heads)
{
    double kv = kv_heads_in_map(c, term_or(c, TERM_KV_HEADS, c->family->kv_heads));
    bool one = config_flag(c, "multi_query", false),
         grouped = config_flag(c, "multi_query_attention", true);
    if (config_flag(c, "new_decoder_architecture", false))
        one = false;
    if (one)
        return 1;
    if (isnan(kv))
        kv = term_need(c, TERM_KV_HEADS);
    return kv > 0 && grouped ? kv : heads;
}

static double head_dim_of(struct config *c, double heads)
{
    double d = term_or(c, TERM_HEAD_DIM, NAN), even = term_need(c, TERM_HIDDEN) / heads;
    if (isnan(d) && c->family->head_dim == 0 && even == floor(even))
        return even;
    return isnan(d) ? term_need(c, TERM_HEAD_DIM) : d;
}

/* Query heads and KV heads of window layers, where they are not those of full layers. */
struct shape_of_heads {
    double heads, kv_heads, head_dim, v_head_dim;
};

static void set_window_heads(struct config *c, struct shape_of_heads *h)
{
    const struct node *other = config_find(c, "attention_other_setting");
    double heads = config_count(c, "swa_num_attention_heads", h->heads);
    h->kv_heads = config_count(c, "swa_num_key_value_heads", h->kv_heads);
    h->head_dim = config_count(c, "swa_head_dim", h->head_dim);
    h->v_head_dim = config_count(c, "swa_v_head_dim", h->v_head_dim);
    if (other && node_kind(other) == NODE_MAP) {
        const struct node *n;
        config_find(c, "attention_other_setting");
        heads =
            (n = node_find(other, "num_attention_heads")) ? config_count_of(c, n, heads) : heads;
        if ((n = node_find(other, "num_attention_groups")))
            h->kv_heads = config_count_of(c, n, h->kv_heads);
        if ((n = node_find(other, "head_dim")))
            h->head_dim = config_count_of(c, n, h->head_dim);
    } else if (c->family->wide_window_heads > 0) {
        heads = c->family->wide_window_heads;
        config_remark(c, REMARK_ASSUMED,
                      "%g query heads in window layers, as Step-3.5-Flash: "
                      "attention_other_setting is not in the file",
                      heads);
    }
    h->heads = heads;
}

/* Gemma 4: heads of full layers are wider and fewer. */
static void set_global_heads(struct config *c, struct shape_of_heads *h, double *v_is_k)
{
    h->head_dim = config_count(c, "global_head_dim", h->head_dim);
    h->kv_heads = config_count(c, "num_global_key_value_heads", h->kv_heads);
    *v_is_k = config_flag(c, "attention_k_eq_v", false);
}

/* A word of the mixer's `gate`. */
static const char *gate_of(struct config *c)
{
    bool full = config_flag(c, "attn_output_gate", c->family->gate);
    full = config_flag(c, "attention_output_gate", full);
    bool head = config_flag(c, "use_head_wise_attn_gate", c->family->wide_window_heads > 0);
    return full ? "full" : head ? "head" : "none";
}

static void set_gqa(struct config *c, const struct layer *l, struct stated_layers *out)
{
    bool local = l->mixer == MIX_WINDOW || l->mixer == MIX_CHUNK;
    double heads = heads_of(c), v_is_k = 0, window = 0;
    struct shape_of_heads h = {heads, l->kv_heads > 0 ? l->kv_heads : kv_heads_of(c, heads),
                               head_dim_of(c, heads), term_or(c, TERM_V_DIM, 0)};
    if (local) {
        set_window_heads(c, &h);
        const struct node *given = config_given(c, "attention_chunk_size");
        double absent = c->family->window;
        window = l->mixer == MIX_WINDOW ? term_or(c, TERM_WINDOW, absent)
                                        : term_or(c, TERM_CHUNK, given ? 0 : absent);
        if (window <= 0) {
            config_find(c, "sliding_window");
            config_refuse(c, NULL, "missing: add it, as there are layers with a window");
        }
    } else
        set_global_heads(c, &h, &v_is_k);
    group_mixer(c, out, "gqa");
    group_put(c, out, "heads", h.heads);
    group_put(c, out, "kv_heads", h.kv_heads);
    group_put(c, out, "head_dim", h.head_dim);
    group_put(c, out, "v_head_dim", h.v_head_dim == h.head_dim ? 0 : h.v_head_dim);
    group_put(c, out, "window", window);
    group_put(c, out, "chunked", l->mixer == MIX_CHUNK);
    group_put_word(c, out, "gate", gate_of(c));
    group_put(c, out, "shares_kv", l->shares_kv);
    group_put(c, out, "v_is_k", v_is_k);
}

static void set_indexer(struct config *c, const struct layer *l, struct stated_layers *out)
{
    double topk =
        c->family->indexed ? term_need(c, TERM_INDEX_TOPK) : term_or(c, TERM_INDEX_TOPK, 0);
    if (topk <= 0)
        return;
    group_put(c, out, "index_heads", term_need(c, TERM_INDEX_HEADS));
    group_put(c, out, "index_head_dim", term_need(c, TERM_INDEX_HEAD_DIM));
    group_put(c, out, "index_topk", topk);
    group_put(c, out, "index_pool", config_count(c, "index_kpool", 1));
    group_put(c, out, "index_shared", l->shares_index);
}

/* A null width of the query latent means none; an absent one is an error. */
static double q_lora_rank_of(struct config *c)
{
    return config_given(c, "q_lora_rank") ? term_or(c, TERM_Q_LORA_RANK, 0)
                                          : term_need(c, TERM_Q_LORA_RANK);
}

static void set_mla(struct config *c, const struct layer *l, struct stated_layers *out)
{
    term_dismiss(c, TERM_KV_HEADS);
    term_dismiss(c, TERM_HEAD_DIM);
    config_dismiss(c, "qk_head_dim");
    config_dismiss(c, "mla_scale_q_lora");
    config_dismiss(c, "mla_scale_kv_lora");
    group_mixer(c, out, "mla");
    group_put(c, out, "heads", heads_of(c));
    group_put(c, out, "kv_lora_rank", term_need(c, TERM_KV_LORA_RANK));
    group_put(c, out, "q_lora_rank", q_lora_rank_of(c));
    group_put(c, out, "qk_rope_dim", term_need(c, TERM_QK_ROPE_DIM));
    group_put(c, out, "qk_nope_dim", term_need(c, TERM_QK_NOPE_DIM));
    group_put(c, out, "v_dim", term_need(c, TERM_V_DIM));
    group_put(c, out, "gate", config_flag(c, "mla_use_output_gate", false));
    set_indexer(c, l, out);
}

/* MFA (Step-3): one query latent and one wide KV head for all heads. */
static void set_mfa(struct config *c, struct stated_layers *out)
{
    double heads = heads_of(c);
    config_find(c, "share_q_dim");
    group_mixer(c, out, "mfa");
    group_put(c, out, "heads", heads);
    group_put(c, out, "head_dim", head_dim_of(c, heads));
    group_put(c, out, "kv_heads", kv_heads_of(c, heads));
    group_put(c, out, "q_lora_rank", config_count(c, "share_q_dim", 0));
}

/* DeepSeek-V4, whose layers have ratio 4 with an indexer or 128 without; the border is assumed. */
static void set_compressed(struct config *c, const struct layer *l, struct stated_layers *out)
{
    bool indexed = l->ratio > 0 && l->ratio <= 16;
    double heads = heads_of(c), topk = term_need(c, TERM_INDEX_TOPK);
    double index_heads = term_need(c, TERM_INDEX_HEADS), width = term_need(c, TERM_INDEX_HEAD_DIM);
    term_dismiss(c, TERM_KV_HEADS);
    config_find(c, "compress_ratios");
    group_mixer(c, out, "compressed");
    group_put(c, out, "heads", heads);
    group_put(c, out, "head_dim", head_dim_of(c, heads));
    group_put(c, out, "q_lora_rank", term_need(c, TERM_Q_LORA_RANK));
    group_put(c, out, "qk_rope_dim", term_need(c, TERM_QK_ROPE_DIM));
    group_put(c, out, "o_lora_rank", config_count(c, "o_lora_rank", 0));
    group_put(c, out, "o_groups", config_count(c, "o_groups", 1));
    group_put(c, out, "ratio", l->ratio);
    group_put(c, out, "window", term_need(c, TERM_WINDOW));
    group_put(c, out, "index_heads", indexed ? index_heads : 0);
    group_put(c, out, "index_head_dim", indexed ? width : 0);
    group_put(c, out, "index_topk", indexed ? topk : 0);
}

/* MiniMax-M3. */
static void set_block_sparse(struct config *c, struct stated_layers *out)
{
    static const char map[] = "sparse_attention_config";
    double heads = heads_of(c);
    config_find(c, map);
    group_mixer(c, out, "block_sparse");
    group_put(c, out, "heads", heads);
    group_put(c, out, "kv_heads", kv_heads_of(c, heads));
    group_put(c, out, "head_dim", head_dim_of(c, heads));
    group_put(c, out, "block", in_map(c, map, "sparse_block_size", NAN));
    group_put(c, out, "blocks", in_map(c, map, "sparse_topk_blocks", NAN));
    group_put(c, out, "index_heads", in_map(c, map, "sparse_num_index_heads", NAN));
    group_put(c, out, "index_dim", in_map(c, map, "sparse_index_dim", NAN));
}

/* Tokens of an image tile: its patches and a class token (Llama 3.2 Vision: 40 x 40 and 1). */
static double tile_tokens(struct config *c)
{
    const struct node *tower = node_find(c->part[c->parts - 1].map, "vision_config"), *image,
                      *patch;
    if (!tower || node_kind(tower) != NODE_MAP || !(image = node_find(tower, "image_size")) ||
        !(patch = node_find(tower, "patch_size")))
        return NAN;
    double patches =
        config_count_of(c, image, NAN) / fmax(1, config_count_of(c, patch, NAN)); /* per side */
    return floor(patches) * floor(patches) + 1;
}

static void set_cross(struct config *c, struct stated_layers *out)
{
    double heads = heads_of(c), tokens = tile_tokens(c);
    config_find(c, "cross_attention_layers");
    group_mixer(c, out, "cross");
    config_remark(c, REMARK_ASSUMED, "a request has one image of one tile (image_tokens)");
    if (!isnan(tokens))
        group_put(c, out, "image_tokens", tokens);
    group_put(c, out, "heads", heads);
    group_put(c, out, "kv_heads", kv_heads_of(c, heads));
    group_put(c, out, "head_dim", head_dim_of(c, heads));
}

/* ---- layers with a state ---- */

static void set_gdn(struct config *c, struct stated_layers *out)
{
    group_mixer(c, out, "gdn");
    group_put(c, out, "key_heads", config_count(c, "linear_num_key_heads", 0));
    group_put(c, out, "value_heads", config_count(c, "linear_num_value_heads", 0));
    group_put(c, out, "key_dim", config_count(c, "linear_key_head_dim", 0));
    group_put(c, out, "value_dim", config_count(c, "linear_value_head_dim", 0));
    group_put(c, out, "conv", config_count(c, "linear_conv_kernel_dim", 4));
}

static void set_kda(struct config *c, struct stated_layers *out)
{
    static const char map[] = "linear_attn_config";
    const struct node *at = config_find(c, map);
    group_mixer(c, out, "kda");
    group_put(c, out, "heads", in_map(c, map, "num_heads", NAN));
    group_put(c, out, "head_dim", in_map(c, map, "head_dim", NAN));
    group_put(c, out, "conv", in_map(c, map, "short_conv_kernel_size", NAN));
    group_put(c, out, "full_rank_gate", node_is(node_find(at, "use_full_rank_gate"), "true"));
}

static void set_lightning(struct config *c, struct stated_layers *out)
{
    double heads = heads_of(c);
    group_mixer(c, out, "lightning");
    group_put(c, out, "heads", heads);
    group_put(c, out, "head_dim", head_dim_of(c, heads));
    group_put(c, out, "block", config_count(c, "block_size", 256));
}

static void set_linear(struct config *c, struct stated_layers *out)
{
    if (config_find(c, "linear_num_value_heads"))
        set_gdn(c, out);
    else if (config_find(c, "linear_attn_config"))
        set_kda(c, out);
    else if (c->family->linear == LINEAR_LIGHTNING)
        set_lightning(c, out);
    else
        config_refuse(c, NULL, "linear attention of an unknown kind: cannot be expressed");
}

static void set_mamba1(struct config *c, struct stated_layers *out)
{
    double hidden = term_need(c, TERM_HIDDEN);
    double rank =
        config_find(c, "mamba_dt_rank") && !node_is(config_find(c, "mamba_dt_rank"), "auto")
            ? config_count(c, "mamba_dt_rank", 0)
            : ceil(hidden / 16);
    config_dismiss(c, "mamba_proj_bias");
    config_dismiss(c, "mamba_inner_layernorms");
    group_mixer(c, out, "mamba1");
    group_put(c, out, "inner", config_count(c, "mamba_expand", 2) * hidden);
    group_put(c, out, "state_dim", term_or(c, TERM_STATE_DIM, 16));
    group_put(c, out, "conv", term_or(c, TERM_STATE_CONV, 4));
    group_put(c, out, "dt_rank", rank);
}

static void set_mamba2(struct config *c, struct stated_layers *out)
{
    double heads = term_need(c, TERM_STATE_HEADS);
    double inner = config_count(c, "mamba_d_ssm", 0);
    double expand = config_count(c, "mamba_expand", 2);
    if (inner <= 0)
        inner = expand * term_need(c, TERM_HIDDEN);
    config_dismiss(c, "mamba_norm_before_gate");
    config_dismiss(c, "mamba_rms_norm");
    config_dismiss(c, "mamba_use_mlp");
    group_mixer(c, out, "mamba2");
    group_put(c, out, "heads", heads);
    group_put(c, out, "head_dim", term_or(c, TERM_STATE_HEAD_DIM, inner / heads));
    group_put(c, out, "state_dim", term_need(c, TERM_STATE_DIM));
    group_put(c, out, "groups", term_or(c, TERM_STATE_GROUPS, 1));
    group_put(c, out, "conv", term_or(c, TERM_STATE_CONV, 4));
    group_put(c, out, "chunk", term_or(c, TERM_STATE_CHUNK, 256));
}

void group_set_mixer(struct config *c, const struct layer *l, struct stated_layers *out)
{
    switch (l->mixer) {
    case MIX_LINEAR:
        set_linear(c, out);
        return;
    case MIX_MAMBA:
        if (c->family->linear == LINEAR_MAMBA1)
            set_mamba1(c, out);
        else
            set_mamba2(c, out);
        return;
    case MIX_COMPRESSED:
        set_compressed(c, l, out);
        return;
    case MIX_BLOCKS:
        set_block_sparse(c, out);
        return;
    case MIX_CROSS:
        set_cross(c, out);
        return;
    case MIX_NONE:
        return;
    default:
        break;
    }
    if (c->family->mla || config_find(c, "kv_lora_rank"))
        set_mla(c, l, out);
    else if (config_find(c, "share_q_dim"))
        set_mfa(c, out);
    else
        set_gqa(c, l, out);
}

/* ---- feed-forward ---- */

static bool is_gated(struct config *c)
{
    bool relu2 = node_is(config_find(c, "mlp_hidden_act"), "relu2");
    return !relu2 && !c->family->plain && !config_find(c, "ffn_embed_dim");
}

/* Width of a dense layer's feed-forward. */
static double ffn_of(struct config *c)
{
    double times = config_count(c, "expansion_ratio", c->family->ffn_times);
    double f = term_or(c, TERM_DENSE_FFN, NAN), all = term_or(c, TERM_FFN, NAN);
    f = isnan(f) ? all : f;
    if (isnan(f) && !isnan(times))
        f = times * term_need(c, TERM_HIDDEN);
    if (isnan(f))
        f = term_need(c, TERM_FFN);
    return c->family->halved ? f / 2 : f;
}

/* The width of a routed expert; without a key of its own, intermediate_size is one. */
static double expert_ffn_of(struct config *c)
{
    double f = term_or(c, TERM_MOE_FFN, NAN);
    term_dismiss(c, TERM_FFN);
    term_dismiss(c, TERM_DENSE_FFN);
    return isnan(f) ? term_need(c, TERM_FFN) : f;
}

/* A width counts all shared experts; a number counts experts as wide as a routed one. */
static double shared_ffn_of(struct config *c, double expert)
{
    double width = term_or(c, TERM_SHARED_FFN, NAN);
    double n = term_or(c, TERM_SHARED_EXPERTS, c->family->shared_as_expert ? 1 : 0);
    config_dismiss(c, "use_mixed_mlp_moe");
    if (isnan(width) && n > 1)
        NOTE(c->out, shared_ffn, "shared experts together");
    return isnan(width) ? n * expert : width;
}

static void set_moe(struct config *c, struct stated_layers *out)
{
    double expert = expert_ffn_of(c), shared = shared_ffn_of(c, expert);
    group_feed(c, out, "moe");
    group_put(c, out, "experts", term_need(c, TERM_EXPERTS));
    group_put(c, out, "top_k", term_need(c, TERM_TOP_K));
    group_put(c, out, "moe_ffn", expert);
    group_put(c, out, "shared_ffn", shared);
    group_put(c, out, "gated_ffn", is_gated(c));
    group_put(c, out, "latent_ffn", term_or(c, TERM_LATENT_FFN, 0));
    group_put(c, out, "zero_experts", term_or(c, TERM_ZERO_EXPERTS, 0));
    if (c->family->shared_gate)
        group_put(c, out, "shared_gate", shared > 0);
}

static void set_dense(struct config *c, const struct layer *l, struct stated_layers *out)
{
    group_feed(c, out, "dense");
    /* Gemma 4 E2B: twice as wide in layers that share keys and values. */
    bool twice = config_flag(c, "use_double_wide_mlp", false) && l->shares_kv;
    group_put(c, out, "ffn", l->ffn > 0 ? l->ffn : ffn_of(c) * (twice ? 2 : 1));
    group_put(c, out, "gated_ffn", is_gated(c));
}

void group_set_feed(struct config *c, const struct layer *l, struct stated_layers *out)
{
    if (l->feed == FEED_MOE)
        set_moe(c, out);
    else if (l->feed == FEED_DENSE)
        set_dense(c, l, out);
}
