/* Public configurations, where a folder of them is at hand ($DSE_SHARED/configs, or shared/configs
 * beside the project): a table of what is accepted, and what is accepted must be right. Skipped
 * without the folder. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arch/catalogue/huggingface.h"
#include "tests/model.h"

/* Totals in 1e9 and the growing KV cache in bytes per token at BF16, index keys with it, of the
 * models whose files have this text in their name: published figures where they have three digits,
 * else counted by a program of its own (layers by kind, from the modules of transformers). */
static const struct {
    const char *name;
    double params, kv_byte;
} models[] = {
    {"Qwen3.5-397B", 396.35, 30720},
    {"wen3.5-122B", 122.11, 24576},
    {"Qwen3.6-27B", 26.90, 65536},
    {"wen3-235B", 235.09, 192512},
    {"Kimi-K2", 1026.41, 70272},
    {"Kimi-K3", 2779.48, 27648},
    {"MiniMax-M2", 228.69, 253952},
    {"MiniMax-M3", 426.17, 122880 + 57 * 256},
    {"Nemotron-H-56B", 56.32, 40960},
    {"Nemotron-3-Nano", 31.58, 6144},
    {"Nemotron-3-Super", 120.67, 8192},
    {"Nemotron-3-Ultra", 549.31, 12288},
    {"Nemotron-Super-49B", 49.87, 200704},
    {"ai--DeepSeek-V3.json", 671.03, 70272},
    {"deepseek_v3.json", 671.03, 70272},
    {"DeepSeek-V3.1", 671.03, 70272},
    {"eepSeek-V3.2", 671.88, 70272 + 61 * 132},
    {"deepseek_v3.2", 671.88, 70272 + 61 * 132},
    {"DeepSeek-V4-Flash", 284.33, 5536 + 21 * 132 / 4},
    {"DeepSeek-V4-Pro", 1573.00, 7928 + 30 * 132 / 4},
    {"GLM-5-", 743.91, 89856 + 78 * 132},
    {"GLM-5.1", 743.91, 89856 + 78 * 132},
    {"GLM-5.2", 743.38, 89856 + 21 * 132},
    {"emma-4-26B", 25.23, 20480},
    /* 5.1 with 0.15 of vision and 0.3 of audio. */
    {"Gemma4_config_config", 4.65, 3 * 2 * 512 * 2},
    {"Step-3.7", 196.96, 49152},
    {"MiMo-V2-Flash", 308.78, 23040},
    {"Hunyuan-A13B", 80.39, 131072},
    {"ERNIE-4.5-21B", 21.83, 57344},
    {"Llama-4-Scout", 107.77, 12 * 4096},
    {"Olmo-3.1-32B", 32.23, 65536},
    {"lama-3.1-70B", 70.55, 327680},
    {"Qwen2-72B", 72.71, 327680},
    {"Llama-3.1-405B", 405.85, 516096},
    {"Mixtral-8x7B", 46.70, 131072},
    {"llama-65b", 65.29, 2621440},
    {"opt-175b", 174.6, 4718592},
    {"falcon-40b", 41.3, 122880},
    {"Qwen-72B", 72.29, 2621440},
};

/* Encoder-decoders and captioners have no KV cache as meant here. */
static const char *const not_generative[] = {"t5", "whisper", "git"};

static char *folder(void)
{
    const char *shared = getenv("DSE_SHARED"), *source = getenv("DSE_SOURCE");
    return shared ? mem_print("%s/configs", shared)
                  : mem_print("%s/../shared/configs", source ? source : ".");
}

/* Files that name a framework and a task only are no configurations. */
static bool is_generative(const struct node *root)
{
    const struct node *type = node_find(root, "model_type");
    for (size_t i = 0; type && i < LEN(not_generative); i++)
        if (!strcmp(node_text(type), not_generative[i]))
            return false;
    return type || node_find(root, "num_layers");
}

struct count {
    size_t generative, accepted, wrong;
};

static void check_model(const char *file, const struct model *m, struct count *n)
{
    struct layers l;
    layers_of(&l, m);
    double params = model_params(m) / 1e9, kv = layers_kv_byte_per_token(&l, 1, 2, 2, 1e15);
    print_message("%s: accepted, %.2f e9 parameters, %.0f B per token", file, params, kv);
    for (size_t i = 0; i < LEN(models); i++) {
        if (!strstr(file, models[i].name))
            continue;
        double error = params / models[i].params - 1, kv_error = kv / models[i].kv_byte - 1;
        print_message(", total %+.2f %%, KV %+.2f %%", 100 * error, 100 * kv_error);
        n->wrong += fabs(error) > 1e-2 || fabs(kv_error) > 1e-3;
    }
    print_message("\n");
}

static void read_file(const char *path, const char *file, struct count *n)
{
    struct conf *c;
    struct imported in;
    struct err err = {0};
    if (conf_open(&c, path, &err) != 0)
        return;
    if (node_kind(conf_root(c)) == NODE_MAP && is_generative(conf_root(c))) {
        bool typed = node_find(conf_root(c), "model_type");
        struct import_choice choice = {.as = typed ? NULL : "opt"};
        n->generative++;
        if (huggingface_import(&in, conf_root(c), &choice, &err) == 0) {
            n->accepted++;
            check_model(file, &in.model, n);
        } else
            print_message("%s: refused: %.160s\n", file, strstr(err.text, ": "));
    }
    conf_close(c);
}

static void public_configurations_are_accepted_and_right(void **state)
{
    struct count n = {0};
    char *path = folder();
    DIR *dir = opendir(path);
    struct dirent *e;
    (void)state;
    while (dir && (e = readdir(dir))) {
        char *file = mem_print("%s/%s", path, e->d_name);
        if (strstr(e->d_name, ".json"))
            read_file(file, e->d_name, &n);
        free(file);
    }
    free(path);
    if (!dir)
        skip();
    closedir(dir);
    print_message("%zu generative configurations, %zu accepted, %zu wrong\n", n.generative,
                  n.accepted, n.wrong);
    assert_int_equal(n.wrong, 0);
    assert_true((double)n.accepted >= 0.95 * (double)n.generative);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(public_configurations_are_accepted_and_right),
    };
    return cmocka_run_group_tests_name("import_public", tests, open_tests, close_tests);
}
