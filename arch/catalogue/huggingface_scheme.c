/* Formats by method, with the size of a group and of its scales: DeepSeek's blocks of 128 x 128
 * with an FP32 scale, OCP microscaling (MXFP4, MXFP8: E8M0 scales of 32), NVFP4 (E4M3 scales of
 * 16), compressed-tensors, GPTQ and AWQ (FP16 scale and packed zero of a group), bitsandbytes. */
#include "arch/catalogue/huggingface_scheme.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define MXFP4 (0.5 + 1 / 32.0)

static const struct word algorithms[] = {{"FP8", 1},
                                         {"FP8_PER_CHANNEL_PER_TOKEN", 1},
                                         {"FP8_PB_WO", 1 + 4 / 16384.0},
                                         {"MXFP8", 1 + 1 / 32.0},
                                         {"NVFP4", 0.5 + 1 / 16.0},
                                         {"NVFP4_AWQ", 0.5 + 1 / 16.0},
                                         {"W4A16_NVFP4", 0.5 + 1 / 16.0},
                                         {"W4A8_NVFP4_FP8", 0.5 + 1 / 16.0},
                                         {"MXFP4", MXFP4},
                                         {"W4A8_MXFP4_FP8", MXFP4},
                                         {"INT8", 1},
                                         {"W8A8_SQ_PER_CHANNEL", 1},
                                         {"INT4_AWQ", 0.5 + 2 / 128.0},
                                         {"W4A16_AWQ", 0.5 + 2 / 128.0},
                                         {"W4A8_AWQ", 0.5 + 2 / 128.0},
                                         {NULL, 0}};

static const struct node *in(const struct node *map, const char *key)
{
    const struct node *n = map && node_kind(map) == NODE_MAP ? node_find(map, key) : NULL;
    return node_is(n, "null") ? NULL : n;
}

static double number_in(const struct node *map, const char *key, double absent)
{
    const struct node *n = in(map, key);
    return n ? strtod(node_text(n), NULL) : absent;
}

double scheme_byte_of_entry(const struct scheme *s, size_t i)
{
    const struct node *algo = in(node_at(s->layers, i), "quant_algo");
    if (algo)
        return config_word(s->c, algo, algorithms);
    config_refuse(s->c, node_at(s->layers, i), "a module without quant_algo: not supported");
    return 0;
}

/* A group of config_groups: {num_bits, type, group_size, scale_dtype}. */
static double byte_of_group(const struct node *weights)
{
    double bits = number_in(weights, "num_bits", 8), group = number_in(weights, "group_size", 0);
    bool is_float = node_is(in(weights, "type"), "float");
    const struct node *scale = in(weights, "scale_dtype");
    double scale_byte =
        (scale && strstr(node_text(scale), "uint8")) || (is_float && bits == 4) ? 1 : 2;
    return bits / 8 + (group > 0 ? scale_byte / group : 0);
}

static const struct node *first_group(const struct node *q)
{
    const struct node *groups = in(q, "config_groups");
    return groups && node_kind(groups) == NODE_MAP && node_count(groups) > 0
               ? in(node_at(groups, 0), "weights")
               : NULL;
}

/* Blocks of FP8 with an FP32 scale, or an E8M0 one. */
static double byte_of_fp8(const struct node *q)
{
    const struct node *block = in(q, "weight_block_size");
    double scale = node_is(in(q, "scale_fmt"), "ue8m0") ? 1 : 4, elements = 1;
    if (!block || node_kind(block) != NODE_LIST)
        return 1;
    for (size_t i = 0; i < node_count(block); i++)
        elements *= strtod(node_text(node_at(block, i)), NULL);
    return 1 + (elements > 0 ? scale / elements : 0);
}

static double byte_of_bits_and_bytes(const struct node *q)
{
    if (node_is(in(q, "load_in_8bit"), "true"))
        return 1;
    return 0.5 +
           (node_is(in(q, "bnb_4bit_use_double_quant"), "true") ? (1 + 4 / 256.0) / 64 : 4 / 64.0);
}

enum method { METHOD_FP8, METHOD_MXFP4, METHOD_GROUPS, METHOD_GPTQ, METHOD_MODELOPT, METHOD_BNB };

static const struct word methods[] = {{"fp8", METHOD_FP8},
                                      {"mxfp4", METHOD_MXFP4},
                                      {"compressed-tensors", METHOD_GROUPS},
                                      {"gptq", METHOD_GPTQ},
                                      {"awq", METHOD_GPTQ},
                                      {"auto-round", METHOD_GPTQ},
                                      {"modelopt", METHOD_MODELOPT},
                                      {"bitsandbytes", METHOD_BNB},
                                      {NULL, 0}};

static void read_method(struct scheme *s, const struct node *q, enum method method)
{
    double bits = number_in(q, "bits", 4), group = number_in(q, "group_size", 128);
    switch (method) {
    case METHOD_FP8:
        s->byte = byte_of_fp8(q);
        break;
    case METHOD_MXFP4:
        s->byte = MXFP4;
        s->experts_only = true;
        break;
    case METHOD_GPTQ:
        s->byte = bits / 8 + (group > 0 ? (2 + bits / 8) / group : 0);
        s->head_too = node_is(in(q, "lm_head"), "true");
        break;
    case METHOD_BNB:
        s->byte = byte_of_bits_and_bytes(q);
        break;
    case METHOD_GROUPS:
    case METHOD_MODELOPT:
        s->head_too = true;
        if (first_group(q)) {
            s->byte = byte_of_group(first_group(q));
            s->integers = node_is(in(first_group(q), "type"), "int");
        } else
            config_refuse(s->c, q, "no config_groups: not supported");
        break;
    }
}

/* {num_bits: 8, type: float}, or "FP8". */
static double cache_byte(const struct node *q)
{
    const struct node *scheme = in(q, "kv_cache_scheme"), *algo = in(q, "kv_cache_quant_algo");
    if (scheme && node_kind(scheme) == NODE_MAP)
        return byte_of_group(scheme);
    if (node_is(scheme, "FP8") || node_is(algo, "FP8") || node_is(algo, "INT8"))
        return 1;
    return node_is(algo, "NVFP4") ? 0.5 + 1 / 16.0 : 0;
}

static const struct node *list_of(const struct node *q)
{
    static const char *const names[] = {"ignore", "exclude_modules", "modules_to_not_convert",
                                        "llm_int8_skip_modules", "ignored_layers"};
    for (size_t i = 0; i < LEN(names); i++) {
        const struct node *n = in(q, names[i]);
        if (n && node_kind(n) == NODE_LIST && node_count(n) > 0)
            return n;
    }
    return NULL;
}

static void read_quantised(struct scheme *s, const struct node *q)
{
    const struct node *method = in(q, "quant_method"), *algo = in(q, "quant_algo");
    s->ignore = list_of(q);
    s->cache_byte = cache_byte(q);
    if (node_is(algo, "MIXED_PRECISION")) {
        /* What is not listed is in the format of the method, if that is FP8 with blocks. */
        s->layers = in(q, "quantized_layers");
        s->rest_byte = node_is(method, "fp8") ? byte_of_fp8(q) : 2;
        if (!s->layers || node_kind(s->layers) != NODE_MAP)
            config_refuse(s->c, q, "no quantized_layers: not supported");
    } else if (algo) {
        s->head_too = true;
        s->byte = config_word(s->c, algo, algorithms);
    } else if (method)
        read_method(s, q, (enum method)config_word(s->c, method, methods));
    else
        config_refuse(s->c, q, "neither quant_method nor quant_algo: not supported");
}

bool scheme_read(struct scheme *out, struct config *c, const struct node *beside)
{
    const struct node *q = config_find(c, "quantization_config");
    const struct node *more = in(beside, "quantization"), *expert;
    *out = (struct scheme){.c = c, .byte = 2};
    if (more && in(more, "quant_algo"))
        q = more;
    if (q && node_kind(q) == NODE_MAP)
        read_quantised(out, q);
    expert = config_find(c, "expert_dtype");
    if (node_is(expert, "fp4"))
        out->expert_byte = MXFP4;
    else if (expert && !node_is(expert, "fp8"))
        config_refuse(c, expert, "an unknown format of experts: give fp4 or fp8");
    return !c->failed && (q || out->expert_byte > 0);
}
