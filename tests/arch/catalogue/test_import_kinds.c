/* Configurations with layers of each kind, tests/configs/kind-NAME.json, against parameters and
 * bytes computed by hand: hidden 64, 4 heads of 16, 1,000 tokens, 8 experts of 32, unless they say
 * otherwise. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arch/catalogue/huggingface.h"
#include "arch/ffn.h"
#include "arch/mixer.h"
#include "tests/model.h"

enum {
    TABLES = 2 * 1000 * 64,
    GQA = 64 * 64 + 2 * 64 * 32 + 64 * 64,
    /* Query latent 24, KV latent 32, heads of 16 + 8; and without a query latent. */
    MLA = 64 * 24 + 24 * 4 * 24 + 64 * 40 + 32 * 4 * 32 + 64 * 64,
    MLA_Q = 64 * 4 * 24 + 64 * 40 + 32 * 4 * 32 + 64 * 64,
    INDEXER = 24 * 4 * 16 + 64 * 16 + 64 * 4,
    DENSE = 3 * 64 * 128,
    ROUTER = 64 * 8,
    EXPERT = 3 * 64 * 32,
    MOE = 8 * EXPERT + ROUTER,
    /* Keys 2 x 8, values 4 x 8, 4 taps. */
    GDN = 64 * (32 + 64) + 2 * 64 * 4 + 64 * 4 + 2 * 4 + 8 + 32 * 64,
    KDA = 4 * 64 * 64 + 3 * 64 * 4 + 64 * 16 + 16 * 64 + 64 * 4 + 64 + 4 + 16 + 128 * 16,
    /* Inner width 128, state 16, 2 groups, 8 heads, 4 taps. */
    MAMBA = 64 * (256 + 64 + 8) + 192 * 5 + 3 * 8 + 128 + 128 * 64,
    /* Compressed attention: one KV head of 32, output in 2 groups of 16. */
    COMPRESSED = 64 * 24 + 24 * 128 + 64 * 32 + 128 * 16 + 2 * 16 * 64,
};

/* Of an indexer: 16 elements in FP8, with an FP32 scale of 128. */
#define KEY_BYTE (16 * (1 + 4 / 128.0))

/* `needs`: a mixer, or a parameter of the feed-forward moe, that the model must know. */
static const struct {
    const char *name, *as, *needs;
    double params, kv_byte, state_byte;
} kinds[] = {
    {"indexer-shared", NULL, NULL, 6 * MLA + 2 * INDEXER + DENSE + 5 * (MOE + EXPERT) + TABLES,
     6 * 40 * 2 + 2 * KEY_BYTE, 0},
    {"shared-alias", NULL, NULL, 3 * MLA_Q + DENSE + 2 * (MOE + 2 * EXPERT) + TABLES, 3 * 40 * 2,
     0},
    {"quantised", NULL, NULL, 2 * (GQA + MOE) + TABLES, 2 * 128, 0},
    {"new-type", "mixtral", NULL, 3 * (GQA + MOE) + TABLES, 3 * 128, 0},
    {"vision", NULL, NULL, 2 * (GQA + MOE) + TABLES, 2 * 128, 0},
    {"windows", NULL, NULL, 7 * (GQA + DENSE) + TABLES, 7 * 128, 0},
    {"two-heads", NULL, NULL,
     64 * 4 * 24 + 64 * 40 + 64 * 64 + DENSE + 2 * (64 * 4 * 24 + 64 * 80 + 64 * 64 + MOE) + TABLES,
     40 * 2 + 2 * 80 * 2, 0},
    {"beside", NULL, NULL,
     2 * GQA + 64 * 128 + 64 * 32 + 128 * 64 + 3 * (MOE + 3 * 64 * 96) + TABLES / 2, 3 * 128, 0},
    {"blocks", NULL, NULL,
     2 * 1024 * 1024 + 2 * 1024 * 256 + 2 * 1024 * 1024 + 2 * 1024 * 512 + 3 * 1024 * (1024 + 512) +
         2 * 1000 * 1024,
     (2 + 4) * 128 * 2 * 2, 0},
    {"gdn", NULL, "gdn", 3 * GDN + GQA + 64 * 64 + 4 * (MOE + 3 * 64 * 16) + TABLES, 128,
     3 * (4 * 8 * 8 * 4 + 3 * 64 * 2)},
    {"kda", NULL, "kda", 3 * KDA + MLA + DENSE + 3 * (MOE + EXPERT) + TABLES, 40 * 2,
     3 * (4 * 16 * 16 * 4 + 3 * 192 * 2)},
    {"pattern", NULL, "mamba2",
     3 * MAMBA + GQA + 2 * (8 * 2 * 64 * 32 + ROUTER + 2 * 64 * 48) + 2 * 64 * 128 + TABLES, 128,
     3 * (128 * 16 * 4 + 3 * 192 * 2)},
    {"latent", NULL, "latent_ffn",
     MAMBA + GQA + 2 * (8 * 2 * 16 * 32 + ROUTER + 2 * 64 * 48 + 2 * 64 * 16) + TABLES, 128,
     128 * 16 * 4 + 3 * 192 * 2},
    {"doubled", NULL, "zero_experts", 4 * (MLA + DENSE) + 2 * (8 * EXPERT + 64 * (8 + 4)) + TABLES,
     4 * 40 * 2, 0},
    {"compressed", NULL, "compressed",
     4 * COMPRESSED + 2 * (2 * 64 * 64 + 4 * 64 + 2 * 64 * 32 + 24 * 64 + 64 * 4) + 2 * 64 * 32 +
         128 * 32 + 4 * (MOE + EXPERT) + 8 * (2 + 4) * 4 * 4 * 64 + TABLES,
     (2 / 4.0 + 1 / 128.0) * 32 * 2 + 2 / 4.0 * KEY_BYTE, NAN},
    {"block-sparse", NULL, "block_sparse",
     3 * GQA + 2 * (64 * 32 + 64 * 16) + DENSE + 2 * (MOE + EXPERT) + TABLES, 3 * 128 + 2 * 16 * 2,
     0},
    /* An image tile of 28 x 28 pixels in patches of 7 x 7, and a class token. */
    {"cross", NULL, "cross", 4 * (GQA + DENSE) + TABLES, 3 * 128, (4 * 4 + 1) * 128},
};

static bool is_known(const char *needs)
{
    return !needs || mixer_named(needs) || field_find(*ffn_named("moe")->fields, needs);
}

/* Opens tests/configs/kind-NAME.json and reads it; the text of `err` is empty if it is accepted. */
static struct conf *read_kind(struct imported *in, const char *name,
                              const struct import_choice *choice, struct err *err)
{
    const char *source = getenv("DSE_SOURCE");
    struct conf *c;
    char *path = mem_print("%s/tests/configs/kind-%s.json", source ? source : ".", name);
    *err = (struct err){0};
    if (conf_open(&c, path, err) != 0)
        assert_string_equal(err->text, "");
    if (huggingface_import(in, conf_root(c), choice, err) == 0)
        err->text[0] = 0;
    free(path);
    return c;
}

static void layers_of_each_kind_have_the_size_computed_by_hand(void **state)
{
    (void)state;
    for (size_t i = 0; i < LEN(kinds); i++) {
        struct imported in;
        struct layers l;
        struct err err;
        struct import_choice choice = {.as = kinds[i].as};
        struct conf *c = read_kind(&in, kinds[i].name, &choice, &err);
        if (!is_known(kinds[i].needs)) {
            assert_non_null(strstr(err.text, "cannot be expressed"));
            conf_close(c);
            continue;
        }
        assert_string_equal(err.text, "");
        print_message("%s\n", kinds[i].name);
        layers_of(&l, &in.model);
        assert_close(model_params(&in.model), kinds[i].params, 2e-3);
        if (!isnan(kinds[i].kv_byte))
            assert_close(layers_kv_byte_per_token(&l, 1, 2, 2, 0), kinds[i].kv_byte, 0);
        if (!isnan(kinds[i].state_byte))
            assert_close(layers_state_byte_per_request(&l, 1, &(struct state_bytes){4, 2, 2}),
                         kinds[i].state_byte, 0);
        conf_close(c);
    }
}

static bool remarked(const struct imported *in, int kind, const char *text)
{
    for (size_t i = 0; i < in->remarks; i++)
        if ((int)in->remark[i].kind == kind && strstr(in->remark[i].text, text))
            return true;
    return false;
}

static void what_is_assumed_and_left_out_is_said(void **state)
{
    struct imported in;
    struct err err;
    (void)state;
    struct import_choice choice = {.as = "mixtral"};
    conf_close(read_kind(&in, "new-type", NULL, &err));
    assert_non_null(
        strstr(err.text, "model_type: unknown architecture \"some_new\": give --as TYPE"));
    assert_non_null(strstr(err.text, "perhaps --as mixtral"));
    conf_close(read_kind(&in, "new-type", &choice, &err));
    assert_true(remarked(&in, REMARK_ASSUMED, "as in mixtral"));
    conf_close(read_kind(&in, "vision", NULL, &err));
    assert_true(remarked(&in, REMARK_LEFT_OUT, "the vision tower"));
    if (!is_known("gdn"))
        return;
    conf_close(read_kind(&in, "gdn", NULL, &err));
    assert_true(remarked(&in, REMARK_LEFT_OUT, "1 MTP module"));
}

/* Experts in groups of 32 with a BF16 scale; attention, router, embedding and head stay BF16. */
static void classes_of_weights_have_their_own_formats(void **state)
{
    struct imported in;
    struct err err;
    (void)state;
    conf_close(read_kind(&in, "quantised", NULL, &err));
    assert_string_equal(err.text, "");
    assert_close(in.model.expert_weight_byte, 0.5 + 2 / 32.0, 0);
    assert_close(in.model.attention_weight_byte, 2, 0);
    assert_close(in.model.head_weight_byte, 2, 0);
    assert_true(remarked(&in, REMARK_PRECISION, "experts int4_g32"));
}

/* A small dense or sparse model with this quantization_config. */
static struct model with_formats(const char *more, const char *beside, const char *refused)
{
    struct imported in;
    struct conf *c, *b = NULL;
    struct err err = {0};
    char *text = mem_print(
        "{'model_type': 'deepseek_v3', 'hidden_size': 64, 'intermediate_size': 128,"
        "'kv_lora_rank': 32, 'q_lora_rank': 24, 'qk_nope_head_dim': 16, 'qk_rope_head_dim': 8,"
        "'v_head_dim': 16, 'moe_intermediate_size': 32, 'n_routed_experts': 8,"
        "'num_experts_per_tok': 2, 'num_attention_heads': 4, 'num_hidden_layers': 2,"
        "'n_shared_experts': 1, 'num_nextn_predict_layers': 1, 'first_k_dense_replace': 1,"
        "'vocab_size': 1000, %s}",
        more);
    for (char *at = text; (at = strchr(at, '\''));)
        *at = '"';
    assert_int_equal(conf_parse(&c, "config.json", text, &err), 0);
    if (beside)
        assert_int_equal(conf_parse(&b, "hf_quant_config.json", beside, &err), 0);
    struct import_choice choice = {.quantised = b ? conf_root(b) : NULL};
    int rc = huggingface_import(&in, conf_root(c), &choice, &err);
    if (refused)
        assert_non_null(strstr(rc == 0 ? "" : err.text, refused));
    else if (rc != 0)
        assert_string_equal(err.text, "");
    conf_close(c);
    conf_close(b);
    free(text);
    return in.model;
}

static void lists_of_modules_are_read_in_three_dialects(void **state)
{
    (void)state;
    /* Plain names: blocks of 128 x 128 with an FP32 scale. */
    struct model m = with_formats("'quantization_config': {'quant_method': 'fp8',"
                                  "'weight_block_size': [128, 128], 'modules_to_not_convert':"
                                  "['lm_head', 'gate', 'self_attn', 'model.layers.1.mlp.gate']}",
                                  NULL, NULL);
    assert_close(m.expert_weight_byte, 1 + 4 / 16384.0, 0);
    assert_close(m.ffn_weight_byte, 1 + 4 / 16384.0, 1e-15);
    assert_close(m.attention_weight_byte, 2, 0);
    assert_close(m.head_weight_byte, 2, 0);
    assert_close(m.draft_weight_byte, 0, 0);
    /* Globs, the MTP module as layer 2; the output projection is quantised, 64 x 64 of MLA. */
    m = with_formats("'quantization_config': {'quant_method': 'modelopt', 'quant_algo': 'NVFP4',"
                     "'kv_cache_scheme': {'num_bits': 8, 'type': 'float'}, 'ignore': ['lm_head',"
                     "'model.layers.*.self_attn.q_*', 'model.layers.*.self_attn.kv_*',"
                     "'model.layers.2.*', 'model.layers.1.mlp.shared_experts*']}",
                     NULL, NULL);
    assert_close(m.expert_weight_byte, 0.5625, 0);
    assert_close(m.attention_weight_byte, ((MLA - 4096) * 2 + 4096 * 0.5625) / MLA, 1e-12);
    assert_close(m.ffn_weight_byte, (128 * 0.5625 + 32 * 2) / 160, 1e-12);
    assert_close(m.draft_weight_byte, 2, 0);
    assert_close(m.cache_byte, 1, 0);
    /* Regular expressions. */
    m = with_formats(
        "'quantization_config': {'quant_method': 'compressed-tensors', 'config_groups':"
        "{'a': {'weights': {'num_bits': 4, 'type': 'float', 'group_size': 32,"
        "'scale_dtype': 'torch.uint8'}}}, 'ignore': ['re:.*self_attn.*',"
        "'re:.*shared_experts.*', 're:.*mlp[.](gate|up|down)_proj.*', 're:.*lm_head'"
        "]}",
        NULL, NULL);
    assert_close(m.expert_weight_byte, 0.53125, 0);
    assert_close(m.ffn_weight_byte, 2, 0);
    assert_close(m.attention_weight_byte, 2, 0);
    assert_close(m.head_weight_byte, 2, 0);
}

static void formats_of_single_modules_are_read(void **state)
{
    (void)state;
    struct model m = with_formats(
        "'quantization_config': {'quant_method': 'modelopt', 'quant_algo': 'MIXED_PRECISION',"
        "'quantized_layers': {'model.layers.1.mlp.experts': {'quant_algo': 'NVFP4'},"
        "'model.layers.1.mlp.shared_experts.up_proj': {'quant_algo': 'MXFP8'},"
        "'model.layers.0.mlp.gate_proj': {'quant_algo': 'MXFP8'},"
        "'lm_head': {'quant_algo': 'FP8'}}}",
        NULL, NULL);
    assert_close(m.expert_weight_byte, 0.5625, 0);
    assert_close(m.ffn_weight_byte, 1 + 1 / 32.0, 1e-15);
    assert_close(m.attention_weight_byte, 2, 0);
    assert_close(m.head_weight_byte, 1.5, 0);
    with_formats("'quantization_config': {'quant_method': 'modelopt', 'quant_algo': 'NVFP5'}", NULL,
                 "\"NVFP5\" is not known: one of FP8");
    with_formats("'quantization_config': {'quant_method': 'magic'}", NULL,
                 "quantization_config: \"magic\" is not known: one of fp8");
    with_formats("'quantization_config': {'quant_method': 'compressed-tensors', 'config_groups':"
                 "{'a': {'weights': {'num_bits': 8}}}, 'ignore': ['re:(']}",
                 NULL, "(: at character");
}

/* expert_dtype beats quantization_config, hf_quant_config.json beats both. */
static void statements_of_formats_have_an_order(void **state)
{
    static const char fp8[] = "'quantization_config': {'quant_method': 'fp8', 'scale_fmt': 'ue8m0',"
                              "'weight_block_size': [128, 128]}";
    (void)state;
    char *fp4 = mem_print("%s, 'expert_dtype': 'fp4'", fp8);
    struct model m = with_formats(fp4, NULL, NULL);
    assert_close(m.expert_weight_byte, 0.53125, 0);
    assert_close(m.attention_weight_byte, 1 + 1 / 16384.0, 1e-15);
    m = with_formats(fp8,
                     "{\"quantization\": {\"quant_algo\": \"NVFP4\", \"kv_cache_quant_algo\":"
                     "\"FP8\", \"exclude_modules\": [\"lm_head\", \"*self_attn*\"]}}",
                     NULL);
    assert_close(m.expert_weight_byte, 0.5625, 0);
    assert_close(m.attention_weight_byte, 2, 0);
    assert_close(m.cache_byte, 1, 0);
    m = with_formats("'quantization_config': {'quant_method': 'mxfp4'}", NULL, NULL);
    assert_close(m.expert_weight_byte, 0.53125, 0);
    assert_close(m.ffn_weight_byte, 2, 0);
    m = with_formats(
        "'quantization_config': {'quant_method': 'gptq', 'bits': 4, 'group_size': 128}", NULL,
        NULL);
    assert_close(m.attention_weight_byte, 0.5 + 2.5 / 128, 0);
    assert_close(m.head_weight_byte, 2, 0);
    m = with_formats("'quantization_config': {'quant_method': 'bitsandbytes', 'load_in_4bit': true,"
                     "'bnb_4bit_use_double_quant': true}",
                     NULL, NULL);
    assert_close(m.attention_weight_byte, 0.5 + (1 + 4 / 256.0) / 64, 1e-15);
    free(fp4);
}

/* Tables of 500 x 4 layers x 8 beside that of 1000 x 64, which is the head too; matrices of 64 x 8,
 * three per layer; the feed-forward is twice as wide in the two layers that share keys and values.
 */
static void embeddings_of_each_layer_are_read(void **state)
{
    struct imported in;
    struct conf *c;
    struct err err = {0};
    const char *text =
        "{\"model_type\": \"gemma4\", \"hidden_size\": 64, \"intermediate_size\": 128,"
        "\"num_attention_heads\": 4, \"num_key_value_heads\": 2, \"head_dim\": 16,"
        "\"num_hidden_layers\": 4, \"vocab_size\": 1000, \"hidden_size_per_layer_input\": 8,"
        "\"vocab_size_per_layer_input\": 500, \"use_double_wide_mlp\": true,"
        "\"num_kv_shared_layers\": 2}";
    (void)state;
    assert_int_equal(conf_parse(&c, "config.json", text, &err), 0);
    if (huggingface_import(&in, conf_root(c), NULL, &err) != 0)
        assert_string_equal(err.text, "");
    double used = 2 * GQA + 2 * (64 * 64 + 64 * 64) + 6 * DENSE + 3 * 4 * 64 * 8 + TABLES / 2;
    assert_close(model_active_params(&in.model), used, 0);
    assert_close(model_params(&in.model), used + 500 * 4 * 8, 0);
    conf_close(c);
}

static void the_format_of_recurrent_states_is_read(void **state)
{
    (void)state;
    assert_close(with_formats("'rope_theta': 1e4", NULL, NULL).state_byte, 0, 0);
    assert_close(with_formats("'mamba_ssm_dtype': 'float32'", NULL, NULL).state_byte, 4, 0);
    assert_close(with_formats("'mamba_ssm_cache_dtype': 'bfloat16'", NULL, NULL).state_byte, 2, 0);
    with_formats("'mamba_ssm_cache_dtype': 'int3'", NULL,
                 "mamba_ssm_cache_dtype: \"int3\" is not known: one of float32");
}

static void keys_that_are_not_understood_are_named(void **state)
{
    (void)state;
    with_formats("'rope_theta': 1e4, 'initializer_range': 0.02, 'bos_token_id': 1", NULL, NULL);
    with_formats("'memory_layers': 0, 'use_memory': false, 'memory': null, 'memories': []", NULL,
                 NULL);
    with_formats("'memory_layers': 3", NULL,
                 "memory_layers: not understood for models of this kind, and may change size or "
                 "cost: give --ignore memory_layers");
    with_formats("'cross_attention_layers': [1]", NULL,
                 is_known("cross") ? NULL : "cannot be expressed");
    with_formats("'num_routed_experts': 9", NULL,
                 "9, but \"n_routed_experts\" is 8: they mean the same, give one");
}

/* A dense model of 6 layers: its groups of layers, "COUNT KIND,", and KV cache. */
static void check_layers(const char *more, const char *groups, double kv_byte)
{
    struct imported in;
    struct conf *c;
    struct layers l;
    struct err err = {0};
    char got[300] = "";
    char *text = mem_print("{'hidden_size': 64, 'intermediate_size': 128, 'num_attention_heads': 4,"
                           "'num_key_value_heads': 2, 'head_dim': 16, 'num_hidden_layers': 6,"
                           "'vocab_size': 1000, %s}",
                           more);
    for (char *at = text; (at = strchr(at, '\''));)
        *at = '"';
    assert_int_equal(conf_parse(&c, "config.json", text, &err), 0);
    if (huggingface_import(&in, conf_root(c), NULL, &err) != 0) {
        if (!strstr(err.text, groups))
            assert_string_equal(err.text, groups);
    } else {
        layers_of(&l, &in.model);
        for (size_t i = 0; i < in.list.n; i++)
            snprintf(got + strlen(got), sizeof got - strlen(got), "%.0f %s %s,",
                     in.list.group[i].count,
                     in.list.group[i].mixer ? in.list.group[i].mixer->name : "none",
                     in.list.group[i].ffn ? in.list.group[i].ffn->name : "none");
        assert_string_equal(got, groups);
        assert_close(layers_kv_byte_per_token(&l, 1, 2, 2, 1e15), kv_byte, 1e-9);
    }
    conf_close(c);
    free(text);
}

static void patterns_of_layers_are_read_in_every_way_they_are_stated(void **state)
{
    static const char moe[] =
        "'model_type': 'mixtral', 'num_experts': 8, 'num_experts_per_tok': 2,";
    (void)state;
    /* Windows: letters, a number, flags; only full layers grow the cache, 128 bytes a token each.
     */
    check_layers("'model_type': 'exaone4', 'sliding_window': 8, 'sliding_window_pattern': 'LLG'",
                 "4 gqa dense,2 gqa dense,", 2 * 128);
    check_layers("'model_type': 'gemma3', 'sliding_window': 8, 'sliding_window_pattern': 3",
                 "4 gqa dense,2 gqa dense,", 2 * 128);
    check_layers("'model_type': 'gemma3', 'sliding_window': 8", "5 gqa dense,1 gqa dense,", 128);
    check_layers("'model_type': 'llama', 'sliding_window': 8, 'hybrid_layer_pattern':"
                 "[0, 1, 1, 1, 1, 0]",
                 "4 gqa dense,2 gqa dense,", 2 * 128);
    /* Keys and values of an earlier layer. */
    check_layers("'model_type': 'hunyuan', 'use_cla': true, 'cla_share_factor': 2",
                 "3 gqa dense,3 gqa dense,", 3 * 128);
    check_layers("'model_type': 'gemma', 'num_kv_shared_layers': 2", "4 gqa dense,2 gqa dense,",
                 4 * 128);
    /* Experts: numbers of layers as text, flags, bounds, a period. */
    char *text = mem_print("%s 'moe_layers_enum': '1,3,5'", moe);
    check_layers(text, "3 gqa dense,3 gqa moe,", 6 * 128);
    free(text);
    text = mem_print("%s 'moe_layer_freq': [0, 1, 1, 1, 1, 1]", moe);
    check_layers(text, "1 gqa dense,5 gqa moe,", 6 * 128);
    free(text);
    text = mem_print("%s 'moe_layer_start_index': 1, 'moe_layer_end_index': 4", moe);
    check_layers(text, "4 gqa moe,2 gqa dense,", 6 * 128);
    free(text);
    text = mem_print("%s 'expert_layer_period': 3, 'expert_layer_offset': 1", moe);
    check_layers(text, "2 gqa moe,4 gqa dense,", 6 * 128);
    free(text);
    text = mem_print("%s 'moe_layers_enum': '1,9'", moe);
    check_layers(text, "moe_layers_enum: not numbers of layers with commas between", 0);
    free(text);
    /* An MTP module of attention and feed-forward, where layers have one of them. */
    static const char mamba[] =
        "'model_type': 'nemotron_h', 'hybrid_override_pattern': 'M*-M*-', 'mamba_num_heads': 8,"
        "'mamba_head_dim': 16, 'ssm_state_size': 16, 'n_groups': 2, 'conv_kernel': 4,"
        "'chunk_size': 32, 'num_nextn_predict_layers': 1";
    check_layers(mamba, "2 mamba2 none,2 gqa none,2 none dense,", 2 * 128);
    text = mem_print("%s, 'mtp_hybrid_override_pattern': '*-'", mamba);
    check_layers(text, "2 mamba2 none,2 gqa none,2 none dense,1 gqa dense,", 2 * 128);
    free(text);
    text = mem_print("%s, 'mtp_layers_block_type': ['attention', 'mlp']", mamba);
    check_layers(text, "2 mamba2 none,2 gqa none,2 none dense,1 gqa dense,", 2 * 128);
    free(text);
    check_layers("'model_type': 'nemotron_h', 'hybrid_override_pattern': 'M*E'",
                 "hybrid_override_pattern: not one letter for each layer", 0);
    check_layers("'model_type': 'nemotron_h', 'hybrid_override_pattern': 'M*-X*-'",
                 "hybrid_override_pattern: a letter that is not known: one of M, *, E, -", 0);
    check_layers("'model_type': 'qwen3_next', 'full_attention_interval': 2",
                 "linear attention of an unknown kind: cannot be expressed", 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(layers_of_each_kind_have_the_size_computed_by_hand),
        cmocka_unit_test(what_is_assumed_and_left_out_is_said),
        cmocka_unit_test(classes_of_weights_have_their_own_formats),
        cmocka_unit_test(lists_of_modules_are_read_in_three_dialects),
        cmocka_unit_test(formats_of_single_modules_are_read),
        cmocka_unit_test(statements_of_formats_have_an_order),
        cmocka_unit_test(embeddings_of_each_layer_are_read),
        cmocka_unit_test(the_format_of_recurrent_states_is_read),
        cmocka_unit_test(keys_that_are_not_understood_are_named),
        cmocka_unit_test(patterns_of_layers_are_read_in_every_way_they_are_stated),
    };
    return cmocka_run_group_tests_name("import_kinds", tests, open_tests, close_tests);
}
