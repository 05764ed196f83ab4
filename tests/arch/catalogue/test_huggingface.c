/* The published configurations give the models of the catalogue, and what they leave open or say
 * in another way is read as transformers reads it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arch/catalogue/huggingface.h"
#include "tests/model.h"

/* tests/configs/FILE.json holds the keys that matter of huggingface.co/REPOSITORY, config.json. */
static const struct {
    const char *file, *repository, *model;
} published[] = {
    {"llama-2-70b", "meta-llama/Llama-2-70b-hf", "llama-2-70b"},
    {"llama-3.1-8b", "meta-llama/Llama-3.1-8B", "llama-3.1-8b"},
    {"llama-3.1-70b", "meta-llama/Llama-3.1-70B", "llama-3.1-70b"},
    {"llama-3.1-405b", "meta-llama/Llama-3.1-405B", "llama-3.1-405b"},
    {"llama-4-scout", "meta-llama/Llama-4-Scout-17B-16E-Instruct", "llama-4-scout"},
    {"llama-4-maverick", "meta-llama/Llama-4-Maverick-17B-128E-Instruct", "llama-4-maverick"},
    {"mixtral-8x7b", "mistralai/Mixtral-8x7B-v0.1", "mixtral-8x7b"},
    {"mixtral-8x22b", "mistralai/Mixtral-8x22B-v0.1", "mixtral-8x22b"},
    {"qwen2.5-72b", "Qwen/Qwen2.5-72B-Instruct", "qwen2.5-72b"},
    {"qwen3-32b", "Qwen/Qwen3-32B", "qwen3-32b"},
    {"qwen3-30b-a3b", "Qwen/Qwen3-30B-A3B", "qwen3-30b-a3b"},
    {"qwen3-235b-a22b", "Qwen/Qwen3-235B-A22B", "qwen3-235b-a22b"},
    {"deepseek-v2", "deepseek-ai/DeepSeek-V2", "deepseek-v2"},
    {"deepseek-v2-lite", "deepseek-ai/DeepSeek-V2-Lite", "deepseek-v2-lite"},
    {"deepseek-v3", "deepseek-ai/DeepSeek-V3", "deepseek-v3"},
    {"deepseek-v3", "deepseek-ai/DeepSeek-R1", "deepseek-r1"},
    {"deepseek-v3.2", "deepseek-ai/DeepSeek-V3.2", "deepseek-v3.2"},
    {"kimi-k2", "moonshotai/Kimi-K2-Instruct", "kimi-k2"},
    {"glm-4.5", "zai-org/GLM-4.5", "glm-4.5"},
    {"glm-5", "zai-org/GLM-5", "glm-5"},
    {"gpt-oss-120b", "openai/gpt-oss-120b", "gpt-oss-120b"},
};

static const char llama[] =
    "'model_type': 'llama', 'hidden_size': 4096, 'intermediate_size': 11008,"
    "'num_attention_heads': 32, 'num_hidden_layers': 32, 'vocab_size': 32000";
static const char mistral[] =
    "'model_type': 'mistral', 'hidden_size': 4096, 'intermediate_size': 14336,"
    "'num_attention_heads': 32, 'num_hidden_layers': 32, 'num_key_value_heads': 8,"
    "'vocab_size': 32000";
/* The numbers of Qwen/Qwen1.5-MoE-A2.7B. */
static const char qwen_moe[] =
    "'model_type': 'qwen2_moe', 'hidden_size': 2048, 'intermediate_size': 5632,"
    "'moe_intermediate_size': 1408, 'shared_expert_intermediate_size': 5632, 'num_experts': 60,"
    "'num_experts_per_tok': 4, 'num_attention_heads': 16, 'num_hidden_layers': 24,"
    "'num_key_value_heads': 16, 'sliding_window': 32768, 'max_window_layers': 21,"
    "'vocab_size': 151936";
static const char deepseek[] =
    "'model_type': 'deepseek_v3', 'hidden_size': 64, 'intermediate_size': 256,"
    "'kv_lora_rank': 16, 'q_lora_rank': 32, 'qk_nope_head_dim': 8, 'qk_rope_head_dim': 4,"
    "'v_head_dim': 8, 'moe_intermediate_size': 48, 'n_routed_experts': 16,"
    "'num_experts_per_tok': 4, 'num_attention_heads': 8, 'num_hidden_layers': 10,"
    "'vocab_size': 1000";
static const char llama4[] =
    "'model_type': 'llama4_text', 'head_dim': 128, 'hidden_size': 5120,"
    "'intermediate_size': 8192, 'intermediate_size_mlp': 16384, 'num_attention_heads': 40,"
    "'num_experts_per_tok': 1, 'num_hidden_layers': 12, 'num_key_value_heads': 8,"
    "'num_local_experts': 16, 'vocab_size': 202048";
static const char gpt_oss[] =
    "'model_type': 'gpt_oss', 'head_dim': 64, 'hidden_size': 2880, 'intermediate_size': 2880,"
    "'num_attention_heads': 64, 'num_hidden_layers': 24, 'num_key_value_heads': 8,"
    "'num_local_experts': 32, 'vocab_size': 201088";

/* JSON written with ' for ", of two parts. */
static int read_text(struct imported *out, const char *known, const char *more, struct err *err)
{
    struct conf *c;
    char *text = mem_print("{%s%s%s}", known, *known && *more ? ", " : "", more);
    for (char *at = text; (at = strchr(at, '\''));)
        *at = '"';
    int rc = conf_parse(&c, "config.json", text, err);
    free(text);
    if (rc == 0) {
        rc = huggingface_import(out, conf_root(c), NULL, err);
        conf_close(c);
    }
    return rc;
}

static struct model model_of(const char *known, const char *more)
{
    struct imported in;
    struct err err = {0};
    if (read_text(&in, known, more, &err) != 0)
        assert_string_equal(err.text, "");
    return in.model;
}

/* The groups of layers of a model that the short form cannot say. */
struct list_of {
    struct model model;
    struct layer_list list;
    double params, kv_byte, state_byte;
};

static struct list_of list_of(const char *known, const char *more)
{
    struct imported in;
    struct layers l;
    struct err err = {0};
    if (read_text(&in, known, more, &err) != 0)
        assert_string_equal(err.text, "");
    assert_non_null(in.model.list);
    layers_of(&l, &in.model);
    return (struct list_of){
        .model = in.model,
        .list = in.list,
        .params = model_params(&in.model),
        .kv_byte = layers_kv_byte_per_token(&l, 1, 2, 2, 0),
        .state_byte = layers_state_byte_per_request(&l, 1, &(struct state_bytes){4, 2, 2})};
}

static void refused(const char *known, const char *more, const char *why)
{
    struct imported in;
    struct err err = {0};
    assert_int_equal(read_text(&in, known, more, &err), -1);
    assert_int_equal(err.status, STATUS_INPUT);
    if (!strstr(err.text, why))
        assert_string_equal(err.text, why);
}

/* But for formats of weights that the catalogue leaves open. */
static size_t differences(const struct model *got, const struct model *want, const char *name)
{
    size_t n = 0;
    for (size_t i = 0; i < model_fields.n; i++) {
        const struct field *f = &model_fields.row[i];
        double a = field_get(f, got), b = field_get(f, want);
        bool unstated = b == 0 && strstr(f->name, "_byte");
        if (a == b || unstated)
            continue;
        n++;
        print_error("%s: %s: %g, the catalogue has %g\n", name, f->name, a, b);
    }
    return n;
}

static void published_configurations_equal_the_catalogue(void **state)
{
    const char *source = getenv("DSE_SOURCE");
    size_t n = 0;
    (void)state;
    for (size_t i = 0; i < LEN(published); i++) {
        struct conf *c;
        struct imported in;
        struct err err = {0};
        const struct entry *e = NULL;
        char *path =
            mem_print("%s/tests/configs/%s.json", source ? source : ".", published[i].file);
        if (conf_open(&c, path, &err) != 0 ||
            huggingface_import(&in, conf_root(c), NULL, &err) != 0 ||
            catalogue_find(catalogue, PART_MODEL, published[i].model, &e, &err) != 0)
            assert_string_equal(err.text, "");
        n += differences(&in.model, e->value, published[i].repository);
        conf_close(c);
        free(path);
    }
    assert_int_equal(n, 0);
}

/* Only GPT-3 has none; models that list their layers are held to counted sizes by test_models.c. */
static void every_model_of_the_short_form_has_its_configuration(void **state)
{
    const char *const *name;
    size_t names;
    (void)state;
    catalogue_names(catalogue, PART_MODEL, &name, &names);
    for (size_t i = 0; i < names; i++) {
        const struct entry *e;
        struct err err;
        assert_int_equal(catalogue_find(catalogue, PART_MODEL, name[i], &e, &err), 0);
        bool is = !strcmp(name[i], "gpt3-175b") || ((const struct model *)e->value)->list;
        for (size_t j = 0; j < LEN(published); j++)
            is |= !strcmp(name[i], published[j].model);
        if (!is)
            assert_string_equal(name[i], "in tests/configs");
    }
}

static void what_is_left_out_has_the_default_of_transformers(void **state)
{
    (void)state;
    struct model m = model_of(llama, "");
    assert_close(m.kv_heads, 32, 0);
    assert_close(m.head_dim, 128, 0);
    assert_close(m.tied_embeddings, 0, 0);
    m = model_of(llama, "'head_dim': null, 'num_key_value_heads': null, 'rope_scaling': null");
    assert_close(m.kv_heads, 32, 0);
    assert_close(m.head_dim, 128, 0);
    m = model_of(llama, "'head_dim': 64, 'num_key_value_heads': 4, 'tie_word_embeddings': true");
    assert_close(m.kv_heads, 4, 0);
    assert_close(m.head_dim, 64, 0);
    assert_close(m.tied_embeddings, 1, 0);
    assert_close(m.gated_ffn, 1, 0);
    assert_close(model_of(deepseek, "'first_k_dense_replace': 1").shared_ffn, 0, 0);
}

/* Types of one importer that differ by the default of their class alone. */
static void a_head_is_tied_by_default_where_the_class_says_so(void **state)
{
    static const struct {
        const char *type;
        double tied;
    } defaults[] = {
        {"cohere", 1},         {"minicpm", 1},    {"smollm3", 1},  {"ernie4_5_moe", 1},
        {"starcoder2", 1},     {"gemma2", 1},     {"gpt2", 1},     {"falcon", 1},
        {"llama", 0},          {"phi3", 0},       {"stablelm", 0}, {"olmo2", 0},
        {"mixtral", 0},        {"minimax_m2", 0}, {"qwen3", 0},    {"gpt_neox", 0},
        {"codegen", 0},        {"phi", 0},        {"seed_oss", 0}, {"exaone4", 0},
        {"hunyuan_v1_moe", 0},
    };
    (void)state;
    for (size_t i = 0; i < LEN(defaults); i++) {
        char *of = mem_print("'model_type': '%s', 'hidden_size': 8192, 'intermediate_size': 22528,"
                             "'num_attention_heads': 64, 'num_key_value_heads': 64,"
                             "'head_dim': 128, 'num_hidden_layers': 40, 'vocab_size': 256000",
                             defaults[i].type);
        struct model m = model_of(of, "");
        assert_close(m.tied_embeddings, defaults[i].tied, 0);
        assert_close(model_of(of, "'tie_word_embeddings': true").tied_embeddings, 1, 0);
        assert_close(model_of(of, "'tie_word_embeddings': false").tied_embeddings, 0, 0);
        if (!strcmp(defaults[i].type, "cohere")) /* CohereForAI/c4ai-command-r-v01 */
            assert_close(model_params(&m), 34.98e9, 1e-3);
        free(of);
    }
}

static void an_architecture_is_known_by_its_class_and_inside_a_text_config_too(void **state)
{
    (void)state;
    assert_close(model_of(strchr(llama, ',') + 1,
                          "'architectures': ['Fine', 'LlamaForCausalLM'], 'model_type': 'tuned'")
                     .layers,
                 32, 0);
    char *nested = mem_print("'model_type': 'mistral3', 'architectures':"
                             "['Mistral3ForConditionalGeneration'], 'tie_word_embeddings': true,"
                             "'vision_config': {'hidden_size': 1024}, 'text_config': {%s}",
                             mistral);
    struct model m = model_of(nested, "");
    assert_close(m.hidden, 4096, 0);
    assert_close(m.tied_embeddings, 1, 0);
    free(nested);
}

static void windows_follow_the_switches_and_the_layer_types(void **state)
{
    (void)state;
    struct model m = model_of(mistral, "'sliding_window': 2048");
    assert_close(m.window, 2048, 0);
    assert_close(m.full_every, 0, 0);
    assert_close(model_of(mistral, "").window, 4096, 0);
    assert_close(model_of(mistral, "'sliding_window': null").window, 0, 0);

    assert_close(model_of(qwen_moe, "").window, 0, 0);
    assert_close(model_of(qwen_moe, "'use_sliding_window': false").window, 0, 0);
    /* The first 21 of 24 layers have none: the short form says one in every n. */
    struct list_of uneven = list_of(qwen_moe, "'use_sliding_window': true");
    assert_int_equal(uneven.list.n, 2);
    assert_close(uneven.list.group[0].count, 21, 0);
    assert_close(uneven.list.group[1].count, 3, 0);
    char *above = mem_text(qwen_moe);
    memcpy(strstr(above, "21"), "28", 2);
    assert_close(model_of(above, "'use_sliding_window': true").window, 0, 0);
    free(above);

    m = model_of(gpt_oss, "'sliding_window': 128, 'experts_per_token': 4");
    assert_close(m.window, 128, 0);
    assert_close(m.full_every, 2, 0);
    assert_close(m.top_k, 4, 0);

    m = model_of(llama4, "'no_rope_layers': []");
    assert_close(m.window, 8192, 0);
    assert_close(m.full_every, 4, 0);
    m = model_of(llama4, "'no_rope_layers': [1,0,1,0,1,0,1,0,1,0,1,0], 'attention_chunk_size': 99");
    assert_close(m.window, 99, 0);
    assert_close(m.full_every, 2, 0);
    assert_close(model_of(llama4, "'no_rope_layer_interval': 3").full_every, 3, 0);
    assert_close(model_of(llama4, "'attention_chunk_size': null").window, 0, 0);
    refused(llama4, "'no_rope_layers': [1, 0]", "no_rope_layers: 2 entries: give one for each");
    refused(llama4, "'no_rope_layers': [1,0,1,0,1,0,1,0,1,0,1,7]", "\"7\" is not known: one of 0");
}

static void layer_types_override_the_switches(void **state)
{
    (void)state;
    char types[600] = "'use_sliding_window': true, 'layer_types': [";
    for (int i = 0; i < 24; i++)
        strcat(types, i % 3 == 2 ? "'full_attention'," : "'sliding_attention',");
    strcpy(strrchr(types, ','), "]");
    struct model m = model_of(qwen_moe, types);
    assert_close(m.window, 32768, 0);
    assert_close(m.full_every, 3, 0);
    *strstr(types, "full") = 'F';
    refused(qwen_moe, types, "layer_types: \"Full_attention\" is not known: one of full_attention");
}

static void dense_layers_among_moe_layers_are_counted(void **state)
{
    (void)state;
    struct model m = model_of(qwen_moe, "");
    assert_close(model_moe_layers(&m), 24, 0);
    assert_close(m.shared_ffn, 5632, 0);
    assert_close(m.ffn, 0, 0);
    m = model_of(qwen_moe, "'mlp_only_layers': [0, 1, 23], 'decoder_sparse_step': 1");
    assert_close(model_moe_layers(&m), 21, 0);
    assert_close(m.ffn, 5632, 0);
    m = model_of(qwen_moe, "'mlp_only_layers': [3], 'decoder_sparse_step': 2");
    assert_close(model_moe_layers(&m), 11, 0);
    m = model_of(qwen_moe, "'decoder_sparse_step': 2");
    assert_close(m.moe_every, 2, 0);
    assert_close(m.first_dense_layers, 0, 0);
    assert_close(model_moe_layers(&m), 12, 0);

    m = model_of(llama4, "'moe_layers': [1, 4, 7, 10], 'interleave_moe_layer_step': 1");
    assert_close(model_moe_layers(&m), 4, 0);
    m = model_of(llama4, "'moe_layers': []");
    assert_close(m.experts, 0, 0);
    assert_close(m.ffn, 16384, 0);

    /* Layers 4, 6 and 8; first and step alone would say 3.5. */
    assert_close(model_of(deepseek, "'first_k_dense_replace': 1, 'num_nextn_predict_layers': 2")
                     .draft_layers,
                 2, 0);
    assert_close(model_of(deepseek, "'first_k_dense_replace': 1").draft_layers, 0, 0);
    m = model_of(deepseek, "'first_k_dense_replace': 3, 'moe_layer_freq': 2");
    assert_close(model_moe_layers(&m), 3, 0);
    m = model_of(deepseek, "'first_k_dense_replace': 2, 'n_shared_experts': 3");
    assert_close(m.first_dense_layers, 2, 0);
    assert_close(m.moe_every, 1, 0);
    assert_close(m.shared_ffn, 3 * 48, 0);
    m = model_of(deepseek, "'mlp_layer_types': ['dense','sparse','sparse','sparse','sparse',"
                           "'sparse','sparse','sparse','sparse','sparse']");
    assert_close(m.first_dense_layers, 1, 0);
}

/* Layers 0, 4 and 8 of 10 have an indexer, the others use what it selects. */
static void layers_share_indexers(void **state)
{
    (void)state;
    char *dsa = mem_print("%s, 'first_k_dense_replace': 1, 'index_n_heads': 2,"
                          "'index_head_dim': 8, 'index_topk': 64",
                          strchr(deepseek, ',') + 1);
    assert_close(model_of(dsa, "'model_type': 'glm_moe_dsa'").index_topk, 64, 0);
    struct list_of l = list_of(dsa, "'model_type': 'glm_moe_dsa', 'index_topk_freq': 4");
    /* An FP8 key of 8, with an FP32 scale of 128 elements. */
    const double key_byte = 8 * (1 + 4 / 128.0);
    assert_close(l.kv_byte, 10 * 20 * 2 + 3 * key_byte, 0);
    struct list_of same =
        list_of(dsa, "'model_type': 'glm_moe_dsa', 'indexer_types': ['full','shared','shared',"
                     "'shared','full','shared','shared','shared','full','shared']");
    assert_close(same.params, l.params, 0);
    struct list_of late = list_of(
        dsa, "'model_type': 'glm_moe_dsa', 'index_topk_freq': 4, 'index_skip_topk_offset': 3");
    assert_close(late.kv_byte, 10 * 20 * 2 + 4 * key_byte, 0); /* layers 0, 1, 2 and 6 */
    struct list_of pooled = list_of(dsa, "'model_type': 'glm_moe_dsa', 'index_kpool': 4");
    assert_close(pooled.kv_byte, 10 * 20 * 2 + 10 * key_byte / 4, 0);
    refused(strchr(deepseek, ',') + 1,
            "'model_type': 'deepseek_v32', 'first_k_dense_replace': 1, 'index_head_dim': 8,"
            "'index_topk': 64",
            "config.json:1:1: index_n_heads: missing: add it, as model.index_heads is read");
    free(dsa);
}

static void what_is_wrong_is_named_with_its_place(void **state)
{
    (void)state;
    refused("", "'model_type': 'llame'",
            "config.json:1:16: model_type: unknown architecture \"llame\": give --as TYPE if its "
            "layers are those of a known one, perhaps --as llama: one of llama, mistral");
    refused("", "'architectures': ['GPT8LMHeadModel']",
            "config.json:1:20: architectures: unknown architecture \"GPT8LMHeadModel\": give --as");
    refused("", "'hidden_size': 4096", "config.json:1:1: model_type: missing: give --as TYPE");
    refused("", "'model_type': ['llama']", "model_type: missing: give --as TYPE");
    refused("", "'model_type': 'llama', 'num_hidden_layers': 32",
            "config.json:1:1: hidden_size: missing: add it, as model.hidden is read from it");
    refused("", "'model_type': 'llama4', 'text_config': {'hidden_size': 1}",
            "config.json:1:41: text_config.num_hidden_layers: missing: add it");
    refused(llama, "'num_key_value_heads': 5", "5 does not divide 32 heads");
    refused(llama, "'num_key_value_heads': 'many'", "num_key_value_heads: \"many\" is not");
    refused(llama, "'head_dim': [128]", "head_dim: a list: write one value");
    refused(llama, "'tie_word_embeddings': 'perhaps'", "one of false, true");
    refused(strchr(llama, ',') + 1, "'model_type': 'llama', 'hidden_size': 1",
            "hidden_size: given twice");
    refused(deepseek, "", "first_k_dense_replace: missing: add it");
    refused(deepseek, "'first_k_dense_replace': 1, 'moe_layer_freq': 0", "0 is out of range");
    refused(deepseek, "'first_k_dense_replace': 1, 'n_shared_experts': 1e9", "out of range");
    refused(qwen_moe, "'mlp_only_layers': 3", "mlp_only_layers: not a list: give one");
    refused(qwen_moe, "'mlp_only_layers': ['x']", "mlp_only_layers: \"x\" is not a number");

    struct conf *c;
    struct imported in;
    struct err err = {0};
    assert_int_equal(conf_parse(&c, "config.json", "[1]", &err), 0);
    assert_int_equal(huggingface_import(&in, conf_root(c), NULL, &err), -1);
    assert_string_equal(err.text, "config.json:1:1: not a configuration: give a config.json");
    conf_close(c);
}

/* Tabs, escapes, no blanks, Windows lines: what JSON writers leave. */
static void json_is_read_as_it_is_found(void **state)
{
    (void)state;
    struct model m = model_of(
        llama, "\r\n\t'_name_or_path':'models\\/mine\\t\\u00e9',\n\t'id2label':{'0' :null},"
               "'eos_token_id':[1,\t2],'rms_norm_eps':1e-05,'rope_scaling':[[[[{'a':[[{}]]}]]]],"
               "'chat_template':'{% if a %}{{ b }} # c: d'\r\n");
    assert_close(m.layers, 32, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(published_configurations_equal_the_catalogue),
        cmocka_unit_test(every_model_of_the_short_form_has_its_configuration),
        cmocka_unit_test(what_is_left_out_has_the_default_of_transformers),
        cmocka_unit_test(a_head_is_tied_by_default_where_the_class_says_so),
        cmocka_unit_test(an_architecture_is_known_by_its_class_and_inside_a_text_config_too),
        cmocka_unit_test(windows_follow_the_switches_and_the_layer_types),
        cmocka_unit_test(layer_types_override_the_switches),
        cmocka_unit_test(dense_layers_among_moe_layers_are_counted),
        cmocka_unit_test(layers_share_indexers),
        cmocka_unit_test(what_is_wrong_is_named_with_its_place),
        cmocka_unit_test(json_is_read_as_it_is_found),
    };
    return cmocka_run_group_tests(tests, open_tests, close_tests);
}
