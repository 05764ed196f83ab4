/* Sources: the configuration_*.py of huggingface/transformers for keys and defaults, its modeling
 * code for which layers have a window or experts. */
#include "arch/catalogue/huggingface.h"

#include <stdio.h>
#include <string.h>

#include "arch/design.h"
#include "base/mem.h"

enum { TYPES_MOST = 4 };

/* The file; of a model with eyes and ears, `text` is the part that writes. */
struct config {
    const struct node *root, *text;
    const char *type;
};

/* Where a value of the model comes from: `key`, or `other` if that is not there; `absent` without
 * either or with null. `derive` does it all where one key is not enough. */
struct source {
    size_t member;
    const char *key, *other;
    double absent;
    int (*derive)(const struct config *c, const struct source *s, struct imported *out,
                  struct err *err);
};

struct family {
    const char *attention;
    const char *type[TYPES_MOST], *class[TYPES_MOST]; /* model_type, architectures */
    const struct source *source;                      /* in this order; ends with no key */
};

static const struct word truth[] = {{"false", 0}, {"true", 1}, {NULL, 0}};
static const struct field flag = {.unit = "1", .only_words = true, .words = truth};
static const struct field count = {.unit = "1", .lo = 0, .hi = 1e7, .whole = true};
static const struct field step = {.unit = "1", .lo = 1, .hi = 1e4, .whole = true};

/* ---- reading keys ---- */

struct value {
    const struct node *node; /* NULL: absent; null is a node */
    char path[80];
};

static struct value find(const struct config *c, const char *key)
{
    struct value v = {.node = node_find(c->text, key)};
    bool outside = !v.node && (v.node = node_find(c->root, key)) != NULL;
    snprintf(v.path, sizeof v.path, "%s%s", c->text == c->root || outside ? "" : "text_config.",
             key);
    return v;
}

static bool is_null(const struct value *v)
{
    return !v->node ||
           (node_kind(v->node) == NODE_SCALAR && strcmp(node_text(v->node), "null") == 0);
}

/* One number beside the model's own; `absent` NAN if it must be there. */
static int get(const struct config *c, const char *key, const struct field *f, double absent,
               double *out, struct err *err)
{
    struct value v = find(c, key);
    if (!is_null(&v))
        return node_bind_field(v.node, f, v.path, out, err);
    *out = absent;
    return isnan(absent) ? node_fail(c->text, v.path, err, "missing: add it") : 0;
}

/* A list that may be absent or null; *out is NULL then. */
static int get_list(const struct config *c, const char *key, struct value *out, struct err *err)
{
    *out = find(c, key);
    if (is_null(out))
        out->node = NULL;
    else if (node_kind(out->node) != NODE_LIST)
        return node_fail(out->node, out->path, err, "not a list: give one");
    return 0;
}

/* The same of one entry per layer. */
static int get_layer_list(const struct config *c, const char *key, double layers, struct value *out,
                          struct err *err)
{
    if (get_list(c, key, out, err) != 0)
        return -1;
    if (out->node && (double)node_count(out->node) < layers)
        return node_fail(out->node, out->path, err, "%zu entries: give one for each of %g layers",
                         node_count(out->node), layers);
    return 0;
}

static int list_has(const struct value *list, double number, bool *out, struct err *err)
{
    *out = false;
    for (size_t i = 0; list->node && i < node_count(list->node); i++) {
        double value;
        if (node_bind_field(node_at(list->node, i), &count, list->path, &value, err) != 0)
            return -1;
        *out |= value == number;
    }
    return 0;
}

/* Is entry i of the list the first of these words? It must be one of them. */
static int entry_is(const struct value *list, double i, const char *const *words, bool *out,
                    struct err *err)
{
    const struct node *n = node_at(list->node, (size_t)i);
    char known[120] = "";
    for (size_t w = 0; words[w]; w++) {
        *out = w == 0;
        if (!strcmp(node_text(n), words[w]))
            return 0;
        size_t used = strlen(known);
        snprintf(known + used, sizeof known - used, "%s%s", w ? ", " : "", words[w]);
    }
    return node_fail(n, list->path, err, "\"%.60s\" is not known: one of %s", node_text(n), known);
}

/* ---- values of the model ---- */

static size_t row_of(size_t member)
{
    size_t i = 0;
    while (model_fields.row[i].offset != member)
        i++;
    return i;
}

#define NOTE(out, member, text) ((out)->note[row_of(offsetof(struct model, member))] = (text))

static int copy(const struct config *c, const struct source *s, struct imported *out,
                struct err *err)
{
    const struct field *f = &model_fields.row[row_of(s->member)];
    struct value v = find(c, s->key), other = {0};

    if (is_null(&v) && s->other && (other = find(c, s->other), !is_null(&other)))
        v = other;
    if (!is_null(&v))
        return node_bind_field(v.node, f, v.path, &out->model, err);
    if (isnan(s->absent))
        return node_fail(c->text, v.path, err, "missing: add it, as model.%s is read from it",
                         f->name);
    field_put(f, &out->model, s->absent);
    return 0;
}

static int copy_flag(const struct config *c, const struct source *s, struct imported *out,
                     struct err *err)
{
    double value;
    if (get(c, s->key, &flag, s->absent, &value, err) != 0)
        return -1;
    field_put(&model_fields.row[row_of(s->member)], &out->model, value);
    return 0;
}

/* null says that there is none; to leave the key out says nothing. */
static int copy_or_null(const struct config *c, const struct source *s, struct imported *out,
                        struct err *err)
{
    struct value v = find(c, s->key);
    struct source none = *s;
    if (v.node)
        none.absent = 0;
    return copy(c, &none, out, err);
}

static int kv_heads(const struct config *c, const struct source *s, struct imported *out,
                    struct err *err)
{
    struct source as_heads = *s;
    as_heads.absent = out->model.heads;
    return copy(c, &as_heads, out, err);
}

static int head_dim(const struct config *c, const struct source *s, struct imported *out,
                    struct err *err)
{
    struct source even = *s;
    double d = out->model.hidden / out->model.heads;
    if (d == floor(d))
        even.absent = d;
    return copy(c, &even, out, err);
}

/* ---- windows ---- */

/* Of L layers, `full` attend to everything and the others to `window` tokens. */
static int put_window(const struct config *c, const struct value *at, double window, double full,
                      struct imported *out, struct err *err)
{
    struct model *m = &out->model;
    double every = full > 0 ? floor(m->layers / full) : 0;

    m->window = m->full_every = 0;
    if (window <= 0 || full >= m->layers)
        return 0;
    if (full > 0 && floor(m->layers / every) != full)
        return node_fail(at->node ? at->node : c->text, at->path, err,
                         "%g of %g layers without a window: a model file says one in so many, "
                         "leave the windows out and set model.full_every",
                         full, m->layers);
    m->window = window;
    m->full_every = every;
    NOTE(out, full_every, full > 0 ? "one layer in so many attends to everything" : NULL);
    return 0;
}

/* How many of the layers layer_types lets attend to everything; without it, as `full` is. */
static int full_layers(const struct config *c, const struct model *m, struct value *list,
                       double *full, struct err *err)
{
    static const char *const words[] = {"full_attention", "sliding_attention", "chunked_attention",
                                        NULL};
    if (get_layer_list(c, "layer_types", m->layers, list, err) != 0)
        return -1;
    if (!list->node)
        return 0;
    *full = 0;
    for (double i = 0; i < m->layers; i++) {
        bool is;
        if (entry_is(list, i, words, &is, err) != 0)
            return -1;
        *full += is;
    }
    return 0;
}

/* Absent is the default of transformers, null is no window. */
static int windowed(const struct config *c, const struct source *s, double full,
                    struct imported *out, struct err *err)
{
    struct value list, given = find(c, s->key);
    double window;

    if (get(c, s->key, &count, given.node ? 0 : s->absent, &window, err) != 0 ||
        full_layers(c, &out->model, &list, &full, err) != 0)
        return -1;
    return put_window(c, &list, window, full, out, err);
}

static int window_all(const struct config *c, const struct source *s, struct imported *out,
                      struct err *err)
{
    return windowed(c, s, 0, out, err);
}

/* Every second layer attends to everything, from the second. */
static int window_alternating(const struct config *c, const struct source *s, struct imported *out,
                              struct err *err)
{
    return windowed(c, s, floor(out->model.layers / 2), out, err);
}

/* Qwen: only if it is switched on. Without layer_types, from layer max_window_layers. */
static int window_qwen(const struct config *c, const struct source *s, struct imported *out,
                       struct err *err)
{
    struct value list;
    double on, window, full = NAN;

    if (get(c, "use_sliding_window", &flag, 0, &on, err) != 0)
        return -1;
    if (on == 0)
        return 0;
    if (get(c, s->key, &count, 0, &window, err) != 0 ||
        full_layers(c, &out->model, &list, &full, err) != 0)
        return -1;
    if (isnan(full)) {
        list = find(c, "max_window_layers");
        if (get(c, "max_window_layers", &count, NAN, &full, err) != 0)
            return -1;
    }
    return put_window(c, &list, window, full, out, err);
}

/* Llama 4: the layers without rotary embedding attend to everything, the others to their chunk. */
static int window_llama4(const struct config *c, const struct source *s, struct imported *out,
                         struct err *err)
{
    static const char *const words[] = {"0", "1", NULL};
    struct value given = find(c, s->key), list, rope;
    double window, interval, full;

    if (get(c, s->key, &count, given.node ? 0 : s->absent, &window, err) != 0 ||
        get(c, "no_rope_layer_interval", &step, 4, &interval, err) != 0 ||
        get_list(c, "no_rope_layers", &rope, err) != 0)
        return -1;
    full = floor(out->model.layers / interval);
    if (rope.node && node_count(rope.node) > 0) {
        if (get_layer_list(c, "no_rope_layers", out->model.layers, &rope, err) != 0)
            return -1;
        full = 0;
        for (double i = 0; i < out->model.layers; i++) {
            bool is;
            if (entry_is(&rope, i, words, &is, err) != 0)
                return -1;
            full += is;
        }
    }
    if (full_layers(c, &out->model, &list, &full, err) != 0 ||
        put_window(c, list.node ? &list : &rope, window, full, out, err) != 0)
        return -1;
    NOTE(out, window, out->model.window > 0 ? "a chunk is counted as full" : NULL);
    return 0;
}

/* ---- experts ---- */

struct tally {
    double moe, before; /* MoE layers, and dense layers before the first of them */
};

static void tally_add(struct tally *t, bool is_moe)
{
    t->before += t->moe == 0 && !is_moe;
    t->moe += is_moe;
}

/* Only how many layers are of either kind changes a number, so any pattern can be said. */
static void put_moe(const struct tally *t, double every, struct imported *out)
{
    struct model *m = &out->model;

    m->first_dense_layers = 0;
    m->moe_every = 1;
    if (t->moe == 0)
        m->experts = m->top_k = m->moe_ffn = m->shared_ffn = 0;
    else if (t->before + t->moe == m->layers)
        m->first_dense_layers = t->before;
    else if (floor(m->layers / every) == t->moe)
        m->moe_every = every;
    else {
        m->first_dense_layers = m->layers - t->moe;
        NOTE(out, first_dense_layers, "all dense layers, wherever they stand");
    }
    if (model_dense_layers(m) == 0)
        m->ffn = 0;
}

static int moe_deepseek(const struct config *c, const struct source *s, struct imported *out,
                        struct err *err)
{
    static const char *const words[] = {"sparse", "dense", NULL};
    struct tally t = {0};
    struct value list;
    double first, every;

    if (get_layer_list(c, "mlp_layer_types", out->model.layers, &list, err) != 0 ||
        get(c, s->key, &count, list.node ? 0 : s->absent, &first, err) != 0 ||
        get(c, "moe_layer_freq", &step, 1, &every, err) != 0)
        return -1;
    for (double i = 0; i < out->model.layers; i++) {
        bool is = i >= first && fmod(i, every) == 0;
        if (list.node && entry_is(&list, i, words, &is, err) != 0)
            return -1;
        tally_add(&t, is);
    }
    put_moe(&t, every, out);
    return 0;
}

static int moe_qwen(const struct config *c, const struct source *s, struct imported *out,
                    struct err *err)
{
    struct tally t = {0};
    struct value dense;
    double every;

    if (get(c, s->key, &step, s->absent, &every, err) != 0 ||
        get_list(c, "mlp_only_layers", &dense, err) != 0)
        return -1;
    for (double i = 0; i < out->model.layers; i++) {
        bool is;
        if (list_has(&dense, i, &is, err) != 0)
            return -1;
        tally_add(&t, !is && fmod(i + 1, every) == 0);
    }
    put_moe(&t, every, out);
    return 0;
}

static int moe_llama4(const struct config *c, const struct source *s, struct imported *out,
                      struct err *err)
{
    struct tally t = {0};
    struct value list;
    double every;

    if (get(c, s->key, &step, s->absent, &every, err) != 0 ||
        get_list(c, "moe_layers", &list, err) != 0)
        return -1;
    for (double i = 0; i < out->model.layers; i++) {
        bool is = fmod(i + 1, every) == 0;
        if (list.node && list_has(&list, i, &is, err) != 0)
            return -1;
        tally_add(&t, is);
    }
    put_moe(&t, every, out);
    return 0;
}

/* So many shared experts, each as wide as a routed one. */
static int shared_experts(const struct config *c, const struct source *s, struct imported *out,
                          struct err *err)
{
    double n;
    if (get(c, s->key, &count, s->absent, &n, err) != 0)
        return -1;
    out->model.shared_ffn = n * out->model.moe_ffn;
    NOTE(out, shared_ffn, n > 1 ? "shared experts together" : NULL);
    return 0;
}

/* Layers that reuse the tokens an earlier layer's indexer picked have no value in the model. */
static int indexer(const struct config *c, const struct source *s, struct imported *out,
                   struct err *err)
{
    struct value types, pattern = find(c, "index_topk_pattern");
    double every;
    bool shared = !is_null(&pattern);

    if (get(c, "index_topk_freq", &step, 1, &every, err) != 0 ||
        get_list(c, "indexer_types", &types, err) != 0)
        return -1;
    for (size_t i = 0; types.node && i < node_count(types.node); i++)
        shared |= !strcmp(node_text(node_at(types.node, i)), "shared");
    if (shared || every > 1)
        NOTE(out, index_heads, "the layers share indexers, but are counted with one each");
    return copy(c, s, out, err);
}

/* ---- the table ---- */

#define NEED NAN
#define TO(name) offsetof(struct model, name)

/* clang-format off */
#define COMMON                                                                          \
    { TO(layers),          "num_hidden_layers",       NULL, NEED, NULL },               \
    { TO(hidden),          "hidden_size",             NULL, NEED, NULL },               \
    { TO(heads),           "num_attention_heads",     NULL, NEED, NULL },               \
    { TO(vocab),           "vocab_size",              NULL, NEED, NULL },               \
    { TO(tied_embeddings), "tie_word_embeddings",     NULL, 0,    copy_flag }

#define DEEPSEEK                                                                        \
    COMMON,                                                                             \
    { TO(kv_lora_rank),    "kv_lora_rank",            NULL, NEED, NULL },               \
    { TO(q_lora_rank),     "q_lora_rank",             NULL, NEED, copy_or_null },       \
    { TO(qk_rope_dim),     "qk_rope_head_dim",        NULL, NEED, NULL },               \
    { TO(qk_nope_dim),     "qk_nope_head_dim",        NULL, NEED, NULL },               \
    { TO(v_dim),           "v_head_dim",              NULL, NEED, NULL },               \
    DEEPSEEK_FFN

#define DEEPSEEK_FFN                                                                    \
    { TO(ffn),             "intermediate_size",       NULL, NEED, NULL },               \
    { TO(experts),         "n_routed_experts",        "num_experts", NEED, NULL },      \
    { TO(top_k),           "num_experts_per_tok",     NULL, NEED, NULL },               \
    { TO(moe_ffn),         "moe_intermediate_size",   NULL, NEED, NULL },               \
    { TO(shared_ffn),      "n_shared_experts",        NULL, 0,    shared_experts },     \
    { TO(moe_every),       "first_k_dense_replace",   NULL, NEED, moe_deepseek }

#define QWEN_MOE                                                                        \
    { TO(ffn),             "intermediate_size",       NULL, NEED, NULL },               \
    { TO(experts),         "num_experts",             "num_local_experts", NEED, NULL },\
    { TO(top_k),           "num_experts_per_tok",     NULL, NEED, NULL },               \
    { TO(moe_ffn),         "moe_intermediate_size",   NULL, NEED, NULL }

static const struct family families[] = {
    { "gqa", { "llama" }, { "LlamaForCausalLM" }, (const struct source[]){
        COMMON,
        { TO(kv_heads),    "num_key_value_heads",     NULL, 0,    kv_heads },
        { TO(head_dim),    "head_dim",                NULL, NEED, head_dim },
        { TO(ffn),         "intermediate_size",       NULL, NEED, NULL },
        { 0 } } },
    { "gqa", { "mistral" }, { "MistralForCausalLM" }, (const struct source[]){
        COMMON,
        { TO(kv_heads),    "num_key_value_heads",     NULL, NEED, NULL },
        { TO(head_dim),    "head_dim",                NULL, NEED, head_dim },
        { TO(window),      "sliding_window",          NULL, 4096, window_all },
        { TO(ffn),         "intermediate_size",       NULL, NEED, NULL },
        { 0 } } },
    { "gqa", { "mixtral" }, { "MixtralForCausalLM" }, (const struct source[]){
        COMMON,
        { TO(kv_heads),    "num_key_value_heads",     NULL, NEED, NULL },
        { TO(head_dim),    "head_dim",                NULL, NEED, head_dim },
        { TO(window),      "sliding_window",          NULL, 0,    window_all },
        { TO(experts),     "num_local_experts",       "num_experts", NEED, NULL },
        { TO(top_k),       "num_experts_per_tok",     NULL, NEED, NULL },
        { TO(moe_ffn),     "intermediate_size",       NULL, NEED, NULL },
        { 0 } } },
    { "gqa", { "qwen2" }, { "Qwen2ForCausalLM" }, (const struct source[]){
        COMMON,
        { TO(kv_heads),    "num_key_value_heads",     NULL, NEED, NULL },
        { TO(head_dim),    "head_dim",                NULL, NEED, head_dim },
        { TO(window),      "sliding_window",          NULL, 0,    window_qwen },
        { TO(ffn),         "intermediate_size",       NULL, NEED, NULL },
        { 0 } } },
    { "gqa", { "qwen2_moe" }, { "Qwen2MoeForCausalLM" }, (const struct source[]){
        COMMON,
        { TO(kv_heads),    "num_key_value_heads",     NULL, NEED, NULL },
        { TO(head_dim),    "head_dim",                NULL, NEED, head_dim },
        { TO(window),      "sliding_window",          NULL, 0,    window_qwen },
        QWEN_MOE,
        { TO(shared_ffn),  "shared_expert_intermediate_size", NULL, NEED, NULL },
        { TO(moe_every),   "decoder_sparse_step",     NULL, 1,    moe_qwen },
        { 0 } } },
    { "gqa", { "qwen3" }, { "Qwen3ForCausalLM" }, (const struct source[]){
        COMMON,
        { TO(kv_heads),    "num_key_value_heads",     NULL, NEED, NULL },
        { TO(head_dim),    "head_dim",                NULL, NEED, NULL },
        { TO(window),      "sliding_window",          NULL, 0,    window_qwen },
        { TO(ffn),         "intermediate_size",       NULL, NEED, NULL },
        { 0 } } },
    { "gqa", { "qwen3_moe" }, { "Qwen3MoeForCausalLM" }, (const struct source[]){
        COMMON,
        { TO(kv_heads),    "num_key_value_heads",     NULL, NEED, NULL },
        { TO(head_dim),    "head_dim",                NULL, NEED, head_dim },
        { TO(window),      "sliding_window",          NULL, 0,    window_qwen },
        QWEN_MOE,
        { TO(moe_every),   "decoder_sparse_step",     NULL, 1,    moe_qwen },
        { 0 } } },
    { "gqa", { "glm4_moe" }, { "Glm4MoeForCausalLM" }, (const struct source[]){
        COMMON,
        { TO(kv_heads),    "num_key_value_heads",     NULL, NEED, NULL },
        { TO(head_dim),    "head_dim",                NULL, NEED, head_dim },
        DEEPSEEK_FFN,
        { 0 } } },
    { "gqa", { "gpt_oss" }, { "GptOssForCausalLM" }, (const struct source[]){
        COMMON,
        { TO(kv_heads),    "num_key_value_heads",     NULL, NEED, NULL },
        { TO(head_dim),    "head_dim",                NULL, NEED, NULL },
        { TO(window),      "sliding_window",          NULL, NEED, window_alternating },
        { TO(experts),     "num_local_experts",       "num_experts", NEED, NULL },
        { TO(top_k),       "num_experts_per_tok",     "experts_per_token", NEED, NULL },
        { TO(moe_ffn),     "intermediate_size",       NULL, NEED, NULL },
        { 0 } } },
    { "gqa", { "llama4", "llama4_text" },
      { "Llama4ForConditionalGeneration", "Llama4ForCausalLM" }, (const struct source[]){
        COMMON,
        { TO(kv_heads),    "num_key_value_heads",     NULL, NEED, NULL },
        { TO(head_dim),    "head_dim",                NULL, NEED, NULL },
        { TO(window),      "attention_chunk_size",    NULL, 8192, window_llama4 },
        { TO(ffn),         "intermediate_size_mlp",   NULL, NEED, NULL },
        { TO(experts),     "num_local_experts",       NULL, NEED, NULL },
        { TO(top_k),       "num_experts_per_tok",     NULL, NEED, NULL },
        { TO(moe_ffn),     "intermediate_size",       NULL, NEED, NULL },
        { TO(shared_ffn),  "intermediate_size",       NULL, NEED, NULL },
        { TO(moe_every),   "interleave_moe_layer_step", NULL, 1,  moe_llama4 },
        { 0 } } },
    { "mla", { "deepseek_v2", "deepseek_v3", "kimi_k2", "kimi_k25" },
      { "DeepseekV2ForCausalLM", "DeepseekV3ForCausalLM", "KimiK25ForConditionalGeneration" },
      (const struct source[]){
        DEEPSEEK,
        { 0 } } },
    { "mla", { "deepseek_v32", "glm_moe_dsa" },
      { "DeepseekV32ForCausalLM", "GlmMoeDsaForCausalLM" }, (const struct source[]){
        DEEPSEEK,
        { TO(index_heads),    "index_n_heads",        NULL, NEED, indexer },
        { TO(index_head_dim), "index_head_dim",       NULL, NEED, NULL },
        { TO(index_topk),     "index_topk",           NULL, NEED, NULL },
        { 0 } } },
};
/* clang-format on */

static const struct family *family_of(const char *name)
{
    for (size_t i = 0; i < LEN(families); i++)
        for (size_t j = 0; j < TYPES_MOST; j++)
            if ((families[i].type[j] && !strcmp(name, families[i].type[j])) ||
                (families[i].class[j] && !strcmp(name, families[i].class[j])))
                return &families[i];
    return NULL;
}

static int fail_unknown(const struct node *at, const char *path, struct err *err)
{
    char list[400] = "";
    for (size_t i = 0; i < LEN(families); i++)
        for (size_t j = 0; j < TYPES_MOST && families[i].type[j]; j++) {
            size_t used = strlen(list);
            snprintf(list + used, sizeof list - used, "%s%s", used ? ", " : "",
                     families[i].type[j]);
        }
    if (node_kind(at) == NODE_SCALAR)
        return node_fail(at, path, err, "unknown architecture \"%.80s\": one of %s", node_text(at),
                         list);
    return node_fail(at, path, err, "missing: one of %s", list);
}

/* By model_type, then by architectures, then by what the text part says of itself. */
static int identify(struct config *c, const struct family **out, struct err *err)
{
    const struct node *type = node_find(c->root, "model_type");
    const struct node *classes = node_find(c->root, "architectures");
    const struct node *inner = node_find(c->text, "model_type");
    const struct node *first = NULL;

    for (size_t i = 0; i < 2 + (classes ? node_count(classes) : 0); i++) {
        const struct node *n = i == 0 ? type : inner;
        if (i > 0 && classes && i <= node_count(classes))
            n = node_at(classes, i - 1);
        if (!n)
            continue;
        first = first ? first : n;
        c->type = node_text(n);
        if ((*out = family_of(c->type)))
            return 0;
    }
    return fail_unknown(first ? first : c->root, first && !type ? "architectures" : "model_type",
                        err);
}

int huggingface_import(struct imported *out, const struct node *root, struct err *err)
{
    struct config c = {.root = root, .text = node_find(root, "text_config")};
    struct design d = {.workload = {.query_tokens = 1, .accepted_tokens = 1}};
    const struct family *family;
    struct err inner;

    if (node_kind(root) != NODE_MAP)
        return node_fail(root, NULL, err, "not a configuration: give a config.json");
    if (!c.text || node_kind(c.text) != NODE_MAP)
        c.text = root;
    if (identify(&c, &family, err) != 0)
        return -1;
    *out = (struct imported){.type = c.type};
    fields_init(model_fields, &out->model);
    const struct field *attention = &model_fields.row[row_of(TO(attention))];
    if (field_parse(attention, family->attention, &out->model.attention, err) != 0)
        return -1;
    for (const struct source *s = family->source; s->key; s++)
        if ((s->derive ? s->derive : copy)(&c, s, out, err) != 0)
            return -1;
    for (size_t i = 0; i < model_fields.n; i++) {
        const struct field *f = &model_fields.row[i];
        if (field_check(f, field_get(f, &out->model), &inner) != 0)
            return node_fail(c.text, f->name, err, "%s", inner.text);
    }
    d.model = out->model;
    return design_check(&d, &inner) == 0 ? 0 : node_fail(c.text, NULL, err, "%s", inner.text);
}
