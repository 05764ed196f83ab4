/* The table of families. Source of the defaults: configuration_*.py and modeling_*.py in
 * huggingface/transformers. */
#include "arch/catalogue/huggingface_families.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"

#define NEED NAN
#define GPT .ffn_times = 4, .plain = true

/* clang-format off */
static const struct family families[] = {
    { .type = { "llama", "baichuan", "minicpmv", "internlm2", "phi3", "phi4mm", "stablelm", "seed_oss", "exaone4", "olmo2", "olmo3", "nemotron-nas", "deci", "aquila", "yi", "internlm3" },
      .ffn_times = NEED },
    { .type = { "mistral", "ministral", "ministral3" }, .kv_heads = NEED, .ffn_times = NEED, .window = 4096 },
    { .type = { "mixtral", "phimoe", "minimax_m2", "minimax_m3", "minimax_m3_vl", "mimo_v2_flash", "hunyuan", "hunyuan_v1_moe", "glm4v", "glm4", "step3", "step3_text", "olmoe" },
      .kv_heads = NEED, .ffn_times = NEED },
    { .type = { "cohere", "minicpm", "smollm3" }, .ffn_times = NEED, .tied = true },
    { .type = { "ernie4_5_moe" }, .kv_heads = NEED, .ffn_times = NEED, .tied = true },
    { .type = { "step3p5", "step3p7" }, .kv_heads = NEED, .head_dim = NEED, .ffn_times = NEED, .wide_window_heads = 96 },
    { .type = { "minimax", "minimax_text_01", "minimax_m1" }, .kv_heads = NEED, .ffn_times = NEED, .linear = LINEAR_LIGHTNING },
    { .type = { "qwen2", "mimo", "qwen2_vl", "qwen2_5_vl", "qwen2_5_omni", "qwen3_moe", "qwen3_vl_moe", "qwen3_omni_moe" },
      .kv_heads = NEED, .ffn_times = NEED, .window_rule = WINDOW_SWITCHED },
    { .type = { "qwen3", "qwen3_vl", "qwen3_asr" }, .kv_heads = NEED, .head_dim = NEED, .ffn_times = NEED, .window_rule = WINDOW_SWITCHED },
    { .type = { "qwen2_moe" }, .kv_heads = NEED, .ffn_times = NEED, .window_rule = WINDOW_SWITCHED, .shared_gate = true },
    { .type = { "qwen3_next", "qwen3_5", "qwen3_5_moe" }, .kv_heads = NEED, .head_dim = NEED, .ffn_times = NEED, .shared_gate = true, .gate = true },
    { .type = { "qwen" }, .ffn_times = NEED, .halved = true },
    { .type = { "molmo" }, .kv_heads = NEED, .ffn_times = NEED, .halved = true },
    { .type = { "chatglm" }, .ffn_times = NEED },
    { .type = { "glm4_moe" }, .kv_heads = NEED, .ffn_times = NEED, .first_dense = true },
    { .type = { "gpt_oss" }, .kv_heads = NEED, .head_dim = NEED, .ffn_times = NEED, .window_rule = WINDOW_PATTERN, .full_every = 2 },
    { .type = { "llama4" }, .kv_heads = NEED, .head_dim = NEED, .ffn_times = NEED, .window_rule = WINDOW_NO_ROPE, .window = 8192, .full_every = 4, .shared_as_expert = true },
    { .type = { "gemma" }, .kv_heads = NEED, .head_dim = NEED, .ffn_times = NEED, .tied = true },
    { .type = { "gemma2" }, .kv_heads = NEED, .head_dim = NEED, .ffn_times = NEED, .tied = true, .window_rule = WINDOW_PATTERN, .window = 4096, .full_every = 2 },
    { .type = { "gemma3", "gemma4" }, .kv_heads = NEED, .head_dim = NEED, .ffn_times = NEED, .tied = true, .window_rule = WINDOW_PATTERN, .full_every = 6 },
    { .type = { "deepseek_v2", "deepseek_v3", "kimi_k2", "kimi_k25", "mistral_large_3" }, .ffn_times = NEED, .first_dense = true, .mla = true },
    { .type = { "deepseek_v32", "glm_moe_dsa" }, .ffn_times = NEED, .first_dense = true, .mla = true, .indexed = true },
    { .type = { "deepseek_v4", "deepseek_ref" }, .ffn_times = NEED, .indexed = true },
    { .type = { "kimi_linear", "kimi_k3" }, .ffn_times = NEED, .first_dense = true, .mla = true },
    { .type = { "longcat_flash" }, .mla = true, .ffn_times = NEED, .doubled = true },
    { .type = { "nemotron_h" }, .kv_heads = NEED, .ffn_times = NEED, .plain = true },
    { .type = { "jamba" }, .kv_heads = NEED, .ffn_times = NEED, .linear = LINEAR_MAMBA1 },
    { .type = { "falcon_h1" }, .kv_heads = NEED, .ffn_times = NEED, .beside = true },
    { .type = { "granitemoehybrid", "bamba" }, .kv_heads = NEED, .ffn_times = NEED },
    { .type = { "mllama" }, .kv_heads = NEED, .ffn_times = NEED },
    { .type = { "gptj", "codegen", "gpt_neox", "phi" }, GPT },
    { .type = { "gpt2", "opt", "bloom", "mpt", "falcon", "gpt_bigcode", "starcoder2" }, GPT, .tied = true },
};
/* clang-format on */

/* Class names are types in another spelling: Qwen2MoeForCausalLM is qwen2_moe. */
static void plain_name(const char *name, char *out, size_t size)
{
    static const char *const ends[] = {"ForCausalLM", "ForConditionalGeneration", "LMHeadModel",
                                       "_text_model", "_text"};
    size_t n = strlen(name), used = 0;
    for (size_t i = 0; i < LEN(ends); i++)
        if (n > strlen(ends[i]) && !strcmp(name + n - strlen(ends[i]), ends[i]))
            n -= strlen(ends[i]);
    for (size_t i = 0; i < n && used + 1 < size; i++)
        if (name[i] != '_')
            out[used++] = (char)tolower((unsigned char)name[i]);
    out[used] = 0;
}

const struct family *family_of(const char *name)
{
    char wanted[80], type[80];
    plain_name(name, wanted, sizeof wanted);
    for (size_t i = 0; i < LEN(families); i++)
        for (size_t j = 0; j < TYPES_MOST && families[i].type[j]; j++) {
            plain_name(families[i].type[j], type, sizeof type);
            if (!strcmp(wanted, type))
                return &families[i];
        }
    return NULL;
}

/* The first type of each family: the others are like it. */
void family_names(char *out, size_t size)
{
    size_t used = 0;
    for (size_t i = 0; i < LEN(families) && used < size; i++)
        used += (size_t)snprintf(out + used, size - used, "%s%s", used ? ", " : "",
                                 families[i].type[0]);
}
