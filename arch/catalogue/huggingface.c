/* The table of architectures. Source of keys and defaults: configuration_*.py in
 * huggingface/transformers. */
#include "arch/catalogue/huggingface.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "arch/catalogue/huggingface_derive.h"
#include "arch/design.h"
#include "base/mem.h"

enum { TYPES_MOST = 4 };

struct family {
    const char *attention;
    const char *type[TYPES_MOST], *class[TYPES_MOST]; /* model_type, architectures */
    const struct source *source;                      /* read in this order; ends with a NULL key */
};

#define NEED NAN
#define TO(name) offsetof(struct model, name)

/* clang-format off */
#define COMMON                                                                          \
    { TO(layers),          "num_hidden_layers",       NULL, NEED, NULL },               \
    { TO(hidden),          "hidden_size",             NULL, NEED, NULL },               \
    { TO(heads),           "num_attention_heads",     NULL, NEED, NULL },               \
    { TO(vocab),           "vocab_size",              NULL, NEED, NULL },               \
    { TO(tied_embeddings), "tie_word_embeddings",     NULL, 0,    derive_flag }

#define DEEPSEEK                                                                        \
    COMMON,                                                                             \
    { TO(kv_lora_rank),    "kv_lora_rank",            NULL, NEED, NULL },               \
    { TO(q_lora_rank),     "q_lora_rank",             NULL, NEED, derive_or_null },       \
    { TO(qk_rope_dim),     "qk_rope_head_dim",        NULL, NEED, NULL },               \
    { TO(qk_nope_dim),     "qk_nope_head_dim",        NULL, NEED, NULL },               \
    { TO(v_dim),           "v_head_dim",              NULL, NEED, NULL },               \
    DEEPSEEK_FFN

#define DEEPSEEK_FFN                                                                    \
    { TO(ffn),             "intermediate_size",       NULL, NEED, NULL },               \
    { TO(experts),         "n_routed_experts",        "num_experts", NEED, NULL },      \
    { TO(top_k),           "num_experts_per_tok",     NULL, NEED, NULL },               \
    { TO(moe_ffn),         "moe_intermediate_size",   NULL, NEED, NULL },               \
    { TO(shared_ffn),      "n_shared_experts",        NULL, 0,    derive_shared_experts },     \
    { TO(draft_layers),    "num_nextn_predict_layers", NULL, 0, NULL },                \
    { TO(moe_every),       "first_k_dense_replace",   NULL, NEED, derive_moe_deepseek }

#define QWEN_MOE                                                                        \
    { TO(ffn),             "intermediate_size",       NULL, NEED, NULL },               \
    { TO(experts),         "num_experts",             "num_local_experts", NEED, NULL },\
    { TO(top_k),           "num_experts_per_tok",     NULL, NEED, NULL },               \
    { TO(moe_ffn),         "moe_intermediate_size",   NULL, NEED, NULL }

static const struct family families[] = {
    { "gqa", { "llama" }, { "LlamaForCausalLM" }, (const struct source[]){
        COMMON,
        { TO(kv_heads),    "num_key_value_heads",     NULL, 0,    derive_kv_heads },
        { TO(head_dim),    "head_dim",                NULL, NEED, derive_head_dim },
        { TO(ffn),         "intermediate_size",       NULL, NEED, NULL },
        { 0 } } },
    { "gqa", { "mistral" }, { "MistralForCausalLM" }, (const struct source[]){
        COMMON,
        { TO(kv_heads),    "num_key_value_heads",     NULL, NEED, NULL },
        { TO(head_dim),    "head_dim",                NULL, NEED, derive_head_dim },
        { TO(window),      "sliding_window",          NULL, 4096, derive_window_all },
        { TO(ffn),         "intermediate_size",       NULL, NEED, NULL },
        { 0 } } },
    { "gqa", { "mixtral" }, { "MixtralForCausalLM" }, (const struct source[]){
        COMMON,
        { TO(kv_heads),    "num_key_value_heads",     NULL, NEED, NULL },
        { TO(head_dim),    "head_dim",                NULL, NEED, derive_head_dim },
        { TO(window),      "sliding_window",          NULL, 0,    derive_window_all },
        { TO(experts),     "num_local_experts",       "num_experts", NEED, NULL },
        { TO(top_k),       "num_experts_per_tok",     NULL, NEED, NULL },
        { TO(moe_ffn),     "intermediate_size",       NULL, NEED, NULL },
        { 0 } } },
    { "gqa", { "qwen2" }, { "Qwen2ForCausalLM" }, (const struct source[]){
        COMMON,
        { TO(kv_heads),    "num_key_value_heads",     NULL, NEED, NULL },
        { TO(head_dim),    "head_dim",                NULL, NEED, derive_head_dim },
        { TO(window),      "sliding_window",          NULL, 0,    derive_window_qwen },
        { TO(ffn),         "intermediate_size",       NULL, NEED, NULL },
        { 0 } } },
    { "gqa", { "qwen2_moe" }, { "Qwen2MoeForCausalLM" }, (const struct source[]){
        COMMON,
        { TO(kv_heads),    "num_key_value_heads",     NULL, NEED, NULL },
        { TO(head_dim),    "head_dim",                NULL, NEED, derive_head_dim },
        { TO(window),      "sliding_window",          NULL, 0,    derive_window_qwen },
        QWEN_MOE,
        { TO(shared_ffn),  "shared_expert_intermediate_size", NULL, NEED, NULL },
        { TO(moe_every),   "decoder_sparse_step",     NULL, 1,    derive_moe_qwen },
        { 0 } } },
    { "gqa", { "qwen3" }, { "Qwen3ForCausalLM" }, (const struct source[]){
        COMMON,
        { TO(kv_heads),    "num_key_value_heads",     NULL, NEED, NULL },
        { TO(head_dim),    "head_dim",                NULL, NEED, NULL },
        { TO(window),      "sliding_window",          NULL, 0,    derive_window_qwen },
        { TO(ffn),         "intermediate_size",       NULL, NEED, NULL },
        { 0 } } },
    { "gqa", { "qwen3_moe" }, { "Qwen3MoeForCausalLM" }, (const struct source[]){
        COMMON,
        { TO(kv_heads),    "num_key_value_heads",     NULL, NEED, NULL },
        { TO(head_dim),    "head_dim",                NULL, NEED, derive_head_dim },
        { TO(window),      "sliding_window",          NULL, 0,    derive_window_qwen },
        QWEN_MOE,
        { TO(moe_every),   "decoder_sparse_step",     NULL, 1,    derive_moe_qwen },
        { 0 } } },
    { "gqa", { "glm4_moe" }, { "Glm4MoeForCausalLM" }, (const struct source[]){
        COMMON,
        { TO(kv_heads),    "num_key_value_heads",     NULL, NEED, NULL },
        { TO(head_dim),    "head_dim",                NULL, NEED, derive_head_dim },
        DEEPSEEK_FFN,
        { 0 } } },
    { "gqa", { "gpt_oss" }, { "GptOssForCausalLM" }, (const struct source[]){
        COMMON,
        { TO(kv_heads),    "num_key_value_heads",     NULL, NEED, NULL },
        { TO(head_dim),    "head_dim",                NULL, NEED, NULL },
        { TO(window),      "sliding_window",          NULL, NEED, derive_window_alternating },
        { TO(experts),     "num_local_experts",       "num_experts", NEED, NULL },
        { TO(top_k),       "num_experts_per_tok",     "experts_per_token", NEED, NULL },
        { TO(moe_ffn),     "intermediate_size",       NULL, NEED, NULL },
        { 0 } } },
    { "gqa", { "llama4", "llama4_text" },
      { "Llama4ForConditionalGeneration", "Llama4ForCausalLM" }, (const struct source[]){
        COMMON,
        { TO(kv_heads),    "num_key_value_heads",     NULL, NEED, NULL },
        { TO(head_dim),    "head_dim",                NULL, NEED, NULL },
        { TO(window),      "attention_chunk_size",    NULL, 8192, derive_window_llama4 },
        { TO(ffn),         "intermediate_size_mlp",   NULL, NEED, NULL },
        { TO(experts),     "num_local_experts",       NULL, NEED, NULL },
        { TO(top_k),       "num_experts_per_tok",     NULL, NEED, NULL },
        { TO(moe_ffn),     "intermediate_size",       NULL, NEED, NULL },
        { TO(shared_ffn),  "intermediate_size",       NULL, NEED, NULL },
        { TO(moe_every),   "interleave_moe_layer_step", NULL, 1,  derive_moe_llama4 },
        { 0 } } },
    { "mla", { "deepseek_v2", "deepseek_v3", "kimi_k2", "kimi_k25" },
      { "DeepseekV2ForCausalLM", "DeepseekV3ForCausalLM", "KimiK25ForConditionalGeneration" },
      (const struct source[]){
        DEEPSEEK,
        { 0 } } },
    { "mla", { "deepseek_v32", "glm_moe_dsa" },
      { "DeepseekV32ForCausalLM", "GlmMoeDsaForCausalLM" }, (const struct source[]){
        DEEPSEEK,
        { TO(index_heads),    "index_n_heads",        NULL, NEED, derive_indexer },
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

/* Recognises the architecture by model_type, then by architectures, then by the text part's
 * model_type. */
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
    const struct family *family = NULL;
    struct err inner;

    if (node_kind(root) != NODE_MAP)
        return node_fail(root, NULL, err, "not a configuration: give a config.json");
    if (!c.text || node_kind(c.text) != NODE_MAP)
        c.text = root;
    if (identify(&c, &family, err) != 0)
        return -1;
    assert(family);
    *out = (struct imported){.type = c.type};
    fields_init(model_fields, &out->model);
    const struct field *attention = &model_fields.row[model_row_of(TO(attention))];
    if (field_parse(attention, family->attention, &out->model.attention, err) != 0)
        return -1;
    for (const struct source *s = family->source; s->key; s++)
        if ((s->derive ? s->derive : derive_copy)(&c, s, out, err) != 0)
            return -1;
    for (size_t i = 0; i < model_fields.n; i++) {
        const struct field *f = &model_fields.row[i];
        if (field_check(f, field_get(f, &out->model), &inner) != 0)
            return node_fail(c.text, f->name, err, "%s", inner.text);
    }
    return design_check_model(&out->model, &inner) == 0
               ? 0
               : node_fail(c.text, NULL, err, "%s", inner.text);
}
