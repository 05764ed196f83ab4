/* Patterns of layers, after the modeling code of huggingface/transformers. Where a configuration
 * states a pattern in several ways, a list with one entry per layer wins. */
#include "arch/catalogue/huggingface_layers.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arch/catalogue/huggingface_families.h"
#include "arch/catalogue/huggingface_pattern.h"
#include "arch/catalogue/huggingface_terms.h"
#include "base/mem.h"

enum { LAYERS_MOST = 10000 };

/* ---- one sublayer per layer, and blocks of their own ---- */

/* Nemotron-H: M Mamba, * attention, E experts, - dense feed-forward; one sublayer per layer. */
static bool read_letters(struct pattern *p)
{
    const struct node *n = config_find(p->c, "hybrid_override_pattern");
    const char *text = n ? node_text(n) : "";
    if (!n)
        return false;
    if (strlen(text) != p->n) {
        config_refuse(p->c, n, "not one letter for each layer: give as many as num_hidden_layers");
        return false;
    }
    for (size_t i = 0; i < p->n; i++) {
        struct layer *l = &p->layer[i];
        l->mixer = text[i] == 'M' ? MIX_MAMBA : text[i] == '*' ? MIX_FULL : MIX_NONE;
        l->feed = text[i] == 'E' ? FEED_MOE : text[i] == '-' ? FEED_DENSE : FEED_NONE;
        if (!strchr("M*E-", text[i]))
            config_refuse(p->c, n, "a letter that is not known: one of M, *, E, -");
    }
    return true;
}

/* The same in words; without a feed-forward among them, every layer has one. */
static bool read_blocks(struct pattern *p)
{
    static const struct word words[] = {
        {"mamba", 0}, {"mamba2", 0}, {"attention", 1}, {"full_attention", 1},
        {"moe", 2},   {"mlp", 3},    {NULL, 0}};
    const struct node *list = config_list(p->c, "layers_block_type", p->n);
    bool single = false;
    if (!list)
        return false;
    for (size_t i = 0; i < p->n; i++)
        single |= node_is(node_at(list, i), "moe") || node_is(node_at(list, i), "mlp");
    for (size_t i = 0; i < p->n; i++) {
        double kind = config_word(p->c, node_at(list, i), words);
        p->layer[i].mixer = kind == 0 ? MIX_MAMBA : kind == 1 ? MIX_FULL : MIX_NONE;
        if (single)
            p->layer[i].feed = kind == 2 ? FEED_MOE : kind == 3 ? FEED_DENSE : FEED_NONE;
    }
    p->single = single;
    return true;
}

static const struct node *part_of_block(struct config *c, const struct node *block, const char *key)
{
    const struct node *n = node_kind(block) == NODE_MAP ? node_find(block, key) : NULL;
    if (!n || node_kind(n) != NODE_MAP) {
        config_refuse(c, block, "an entry without attention and ffn: not supported");
        return NULL;
    }
    const struct node *linear = node_find(n, "replace_with_linear");
    if (linear && !node_is(linear, "false"))
        config_refuse(c, linear, "a linear layer instead: cannot be expressed");
    return n;
}

static double number_in(struct config *c, const struct node *map, const char *key)
{
    static const struct field positive = {.unit = "1", .lo = 1e-3, .hi = 1e6};
    const struct node *n = node_find(map, key);
    double value = 1;
    if (!n || node_bind_field(n, &positive, c->path, &value, c->err) != 0) {
        if (n)
            c->failed = true;
        else
            config_refuse(c, map, "a block without its size: not supported");
    }
    return value;
}

/* Nemotron-NAS: attention with its own number of KV heads or none, feed-forward of its own width or
 * none. */
static bool read_block_configs(struct pattern *p)
{
    const struct node *list = config_list(p->c, "block_configs", p->n);
    double heads = list ? term_need(p->c, TERM_HEADS) : 0;
    double hidden = list ? term_need(p->c, TERM_HIDDEN) : 0;
    for (size_t i = 0; list && i < p->n && !p->c->failed; i++) {
        struct layer *l = &p->layer[i];
        config_find(p->c, "block_configs");
        const struct node *a = part_of_block(p->c, node_at(list, i), "attention");
        const struct node *f = part_of_block(p->c, node_at(list, i), "ffn");
        if (!a || !f)
            break;
        l->mixer = node_is(node_find(a, "no_op"), "true") ? MIX_NONE : MIX_FULL;
        l->feed = node_is(node_find(f, "no_op"), "true") ? FEED_NONE : FEED_DENSE;
        if (l->mixer == MIX_FULL)
            l->kv_heads = heads / number_in(p->c, a, "n_heads_in_group");
        if (l->feed == FEED_DENSE)
            l->ffn = ceil(floor(2 * number_in(p->c, f, "ffn_mult") * hidden / 3) / 256) * 256;
    }
    return list != NULL;
}

/* ---- layers with a state ---- */

/* Kimi: lists of layers, counted from 1, or from 0 if one of them has a 0. */
static bool read_kimi(struct pattern *p)
{
    const struct node *map = config_find(p->c, "linear_attn_config");
    bool is_map = map && node_kind(map) == NODE_MAP;
    const struct node *list = is_map ? node_find(map, "kda_layers") : NULL;
    const struct node *full = list ? node_find(map, "full_attn_layers") : NULL;
    if (!list || !full)
        return false;
    bool from_0 = config_list_has(p->c, list, 0) || config_list_has(p->c, full, 0);
    for (size_t i = 0; i < p->n; i++) {
        double number = (double)i + (from_0 ? 0 : 1);
        bool linear = config_list_has(p->c, list, number);
        p->layer[i].mixer = linear ? MIX_LINEAR : MIX_FULL;
        if (linear == config_list_has(p->c, full, number))
            config_refuse(p->c, linear ? full : list,
                          "kda_layers and full_attn_layers do not part the layers: each needs one "
                          "entry, from 1");
    }
    return true;
}

static bool read_types(struct pattern *p)
{
    static const struct word words[] = {{"full_attention", MIX_FULL},
                                        {"sliding_attention", MIX_WINDOW},
                                        {"chunked_attention", MIX_CHUNK},
                                        {"attention", MIX_FULL},
                                        {"deepseek_sparse_attention", MIX_FULL},
                                        {"linear_attention", MIX_LINEAR},
                                        {"mamba", MIX_MAMBA},
                                        {NULL, 0}};
    const struct node *list = config_list(p->c, "layer_types", p->n);
    for (size_t i = 0; list && i < p->n; i++)
        p->layer[i].mixer = (int)config_word(p->c, node_at(list, i), words);
    return list != NULL;
}

/* 0 linear, 1 full (MiniMax-01). */
static bool read_type_numbers(struct pattern *p)
{
    const struct node *list = config_list(p->c, "attn_type_list", p->n);
    for (size_t i = 0; list && i < p->n; i++)
        p->layer[i].mixer = config_list_has(p->c, list, 0) && node_is(node_at(list, i), "0")
                                ? MIX_LINEAR
                                : MIX_FULL;
    return list != NULL;
}

static bool read_intervals(struct pattern *p)
{
    double full = config_count(p->c, "full_attention_interval", 0);
    double period = config_count(p->c, "attn_layer_period", 0);
    double offset = config_count(p->c, "attn_layer_offset", 0);
    for (size_t i = 0; i < p->n && full > 0; i++)
        p->layer[i].mixer = fmod((double)i + 1, full) == 0 ? MIX_FULL : MIX_LINEAR;
    for (size_t i = 0; i < p->n && period > 0; i++)
        p->layer[i].mixer = fmod((double)i, period) == offset ? MIX_FULL : MIX_MAMBA;
    return full > 0 || period > 0;
}

/* ---- sparse attention ---- */

static bool read_ratios(struct pattern *p)
{
    const struct node *list = config_list(p->c, "compress_ratios", p->n);
    for (size_t i = 0; list && i < p->n; i++) {
        p->layer[i].mixer = MIX_COMPRESSED;
        p->layer[i].ratio = config_count_of(p->c, node_at(list, i), 0);
    }
    return list != NULL;
}

static void read_block_sparse(struct pattern *p)
{
    const struct node *map = config_find(p->c, "sparse_attention_config");
    if (!map || node_kind(map) != NODE_MAP ||
        !node_is(node_find(map, "use_sparse_attention"), "true"))
        return;
    const struct node *list = node_find(map, "sparse_attention_freq");
    if (list && (node_kind(list) != NODE_LIST || node_count(list) < p->n))
        config_refuse(p->c, list, "not a list with an entry for each layer: give one");
    for (size_t i = 0; i < p->n && !p->c->failed; i++)
        if (!list || !node_is(node_at(list, i), "0"))
            p->layer[i].mixer = MIX_BLOCKS;
}

/* Layers that use the tokens selected by an earlier layer's indexer (GLM-5.2). Without a list, the
 * first `offset` layers and then every `freq`-th layer have their own. */
static void read_indexers(struct pattern *p)
{
    static const struct word words[] = {{"full", 0}, {"shared", 1}, {NULL, 0}};
    const struct node *list = config_list(p->c, "indexer_types", p->n);
    const struct node *letters = config_find(p->c, "index_topk_pattern");
    double freq = config_count(p->c, "index_topk_freq", 1);
    double offset = config_count(p->c, "index_skip_topk_offset", 1);
    if (freq < 1) {
        config_find(p->c, "index_topk_freq");
        config_refuse(p->c, config_find(p->c, "index_topk_freq"),
                      "0 is out of range: give 1 or more");
        return;
    }
    if (letters && !list &&
        (node_kind(letters) != NODE_SCALAR || strlen(node_text(letters)) < p->n ||
         strspn(node_text(letters), "FS") < p->n)) {
        config_find(p->c, "index_topk_pattern");
        config_refuse(p->c, letters, "not one letter F or S for each layer: give one");
        return;
    }
    config_find(p->c, "indexer_types");
    for (size_t i = 0; i < p->n; i++) {
        bool shares = (double)i >= offset && fmod((double)i - offset + 1, freq) != 0;
        if (letters)
            shares = node_text(letters)[i] == 'S';
        if (list)
            shares = config_word(p->c, node_at(list, i), words) > 0;
        p->layer[i].shares_index = shares;
    }
}

/* ---- keys and values of other layers ---- */

static void read_sharing(struct pattern *p)
{
    double last = config_count(p->c, "num_kv_shared_layers", 0);
    bool cla = config_flag(p->c, "use_cla", false);
    double factor = config_count(p->c, "cla_share_factor", 2);
    for (size_t i = 0; i < p->n; i++)
        p->layer[i].shares_kv =
            (double)i >= (double)p->n - last || (cla && factor > 1 && fmod((double)i, factor) != 0);
    const struct node *cross = config_list(p->c, "cross_attention_layers", 0);
    for (size_t i = 0; cross && i < p->n; i++)
        if (config_list_has(p->c, cross, (double)i))
            p->layer[i].mixer = MIX_CROSS;
}

static size_t count_layers(struct config *c)
{
    double n = term_or(c, TERM_LAYERS, NAN);
    const struct node *blocks = config_find(c, "layers_block_type");
    if (isnan(n) && blocks)
        return node_count(blocks);
    if (isnan(n))
        n = term_need(c, TERM_LAYERS);
    if (!c->failed && (n < 1 || n > LAYERS_MOST)) {
        config_find(c, "num_hidden_layers");
        config_refuse(c, config_find(c, "num_hidden_layers"), "out of range: give 1 to 10000");
    }
    return c->failed ? 0 : (size_t)n;
}

struct layer *layers_read(struct config *c, size_t *n)
{
    struct pattern p = {.c = c, .n = count_layers(c)};
    term_need(c, TERM_HIDDEN);
    if (c->failed)
        return NULL;
    p.layer = mem_alloc(p.n, sizeof *p.layer);
    p.single = read_letters(&p);
    /* Every key is looked up, so that all count as understood. */
    bool kimi = read_kimi(&p), numbers = read_type_numbers(&p), steps = read_intervals(&p);
    bool blocks = !p.single && read_blocks(&p), own = read_block_configs(&p);
    bool ratios = read_ratios(&p), types = read_types(&p);
    if (p.single && types)
        read_letters(&p);
    if (c->family->indexed && !c->family->mla && !ratios) {
        config_find(c, "compress_ratios");
        config_refuse(c, NULL, "missing: add it, as layers differ in it");
    }
    if (!kimi && !numbers && !steps && !p.single && !blocks && !own && !ratios)
        pattern_read_windows(&p, types);
    read_block_sparse(&p);
    read_indexers(&p);
    read_sharing(&p);
    if (!p.single && !own)
        pattern_read_experts(&p);
    *n = p.n;
    if (!c->failed)
        return p.layer;
    free(p.layer);
    return NULL;
}
