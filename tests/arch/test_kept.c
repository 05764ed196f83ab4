/* What a device keeps: weights that it reads whole, index keys, windows and images, an embedding of
 * each layer. */
#include <stdio.h>
#include <string.h>

#include "arch/layers.h"
#include "arch/prepared.h"
#include "tests/model.h"

static const struct model *model_of(const char *path, const char *text)
{
    const struct entry *e;
    struct err err = {0};
    write_model(path, text);
    if (catalogue_find(catalogue, PART_MODEL, path, &e, &err) != 0)
        assert_string_equal(err.text, "");
    return e->value;
}

/* Gemma 4 E4B: 7.5 B without its towers, of them 262144 x 42 x 256 in the tables of its layers, of
 * which a token reads a row (fairseq2; google/gemma.cpp). */
static void each_layer_may_have_an_embedding(void **state)
{
    static const char model[] = "model=./gemma-4-e4b.yaml";
    (void)state;
    const struct model *m =
        model_of("./gemma-4-e4b.yaml",
                 "attention: gqa\nhidden: 2560\nheads: 8\nkv_heads: 2\nffn: 10240\nvocab: 262144\n"
                 "tied_embeddings: yes\nlayer_embedding: 256\nlayers:\n"
                 "  - {count: 20, head_dim: 256, window: 512}\n  - {count: 4, head_dim: 512}\n"
                 "  - {count: 15, head_dim: 256, window: 512, shares_kv: yes}\n"
                 "  - {count: 3, head_dim: 512, shares_kv: yes}\n");
    assert_non_null(m);
    assert_close(model_params(m), 7.5e9, 0.01);
    assert_close(model_params(m) - model_active_params(m), 262144.0 * 42 * 256, 1e-9);
    /* One row read, one read of the projected stream, one write; the matrices are read whole. */
    assert_close(layer_op_byte(model, "layer-embedding"), 42 * 256 * 3 * 2.0, 1e-12);
    struct metrics one = priced(SET(model, "plan.devices=1", "workload.batch=1"));
    struct metrics four = priced(SET(model, "plan.devices=4", "plan.tp=4", "workload.batch=1"));
    double matrices = 3 * 2560.0 * 42 * 256 * 2;
    assert_close(one.weight_byte, 2 * model_params(m), 1e-12);
    assert_true(four.weight_byte > (one.weight_byte - matrices) / 4 + 0.999 * matrices);
}

static double weight_byte_of(const char *model, const char *format)
{
    return priced(SET(model, "plan.devices=32", "plan.tp=1", "plan.ep=32", "workload.batch=32",
                      format))
        .weight_byte;
}

/* 8 layers of attention and MoE. Every device reads the router, and the matrices into and out of
 * the latent, so it keeps them whole; its share of the experts, a 32nd, is all else that grows. */
static void a_device_keeps_what_it_reads(void **state)
{
    static const char text[] = "hidden: 1024\nheads: 8\nhead_dim: 128\nexperts: 64\ntop_k: 2\n"
                               "moe_ffn: 512\nvocab: 32000\nlayers:\n"
                               "  - {count: 8, mixer: gqa, feed_forward: moe, latent_ffn: %d}\n";
    char latent[400], wide[400];
    (void)state;
    snprintf(latent, sizeof latent, text, 256);
    snprintf(wide, sizeof wide, text, 0);
    model_of("./latent.yaml", latent);
    model_of("./no-latent.yaml", wide);
    double a = weight_byte_of("model=./latent.yaml", "precision.weight=bf16");
    double b = weight_byte_of("model=./no-latent.yaml", "precision.weight=bf16");
    assert_close(a - b, 2 * 8.0 * (2 * 1024 * 256 - 3 * 512 * 2 * (1024 - 256)), 1e-9);
    double narrow = weight_byte_of("model=./latent.yaml", "precision.router=fp8");
    assert_close(a - narrow, 8.0 * 1024 * 64, 1e-9);
}

static double kv_byte_per_token_of(const char *model, const char *format)
{
    return priced(SET(model, format)).kv_byte_per_token;
}

/* 30 layers of V4-Pro cache a key of 128 per 4 tokens: 132 B in FP8 with its scale, 68 in MXFP4. */
static void index_keys_follow_their_format(void **state)
{
    (void)state;
    double fp8 = kv_byte_per_token_of("model=deepseek-v4-pro", "model.index_byte=mxfp8");
    assert_close(kv_byte_per_token_of("model=deepseek-v4-pro", "workload.batch=1"), fp8, 0);
    double fp4 = kv_byte_per_token_of("model=deepseek-v4-pro", "model.index_byte=mxfp4");
    assert_close(fp8 - fp4, 30 * (132 - 68) / 4.0, 1e-9);
    fp8 = kv_byte_per_token_of("model=deepseek-v3.2", "model.index_byte=mxfp8");
    fp4 = kv_byte_per_token_of("model=deepseek-v3.2", "model.index_byte=mxfp4");
    assert_close(fp8 - fp4, 61 * (132 - 68.0), 1e-9);
}

static struct metrics shared_by(const char *model, const char *cp, const char *more)
{
    return priced(SET(model, "plan.devices=4", "plan.tp=1", cp, "workload.batch=32",
                      "workload.context=65536", more));
}

/* 4 devices: 32 requests are spread over them however they share contexts. A device keeps the
 * windows and image tokens of the requests whose tokens it computes, and exchanges nothing of them;
 * of a prompt, its neighbour sends the keys and values of one window. */
static void windows_and_images_stay_with_their_request(void **state)
{
    static const char text[] = "hidden: 1024\nheads: 8\nkv_heads: 4\nhead_dim: 128\nffn: 2048\n"
                               "vocab: 32000\nlayers:\n  - {count: 8, mixer: %s}\n";
    static const char *const kinds[] = {"gqa, window: 1024", "cross, image_tokens: 1024", "gqa"};
    (void)state;
    for (size_t i = 0; i < LEN(kinds); i++) {
        char body[300], path[40], model[60];
        snprintf(body, sizeof body, text, kinds[i]);
        snprintf(path, sizeof path, "./near%zu.yaml", i);
        snprintf(model, sizeof model, "model=%s", path);
        model_of(path, body);
        struct metrics one = shared_by(model, "plan.cp=1", "workload.phase=decode");
        struct metrics four = shared_by(model, "plan.cp=4", "workload.phase=decode");
        assert_close(four.kv_byte, one.kv_byte, 1e-9);
        assert_close(four.attention_s, one.attention_s, 1e-9);
        assert_true((four.communication_s > 0) == (i == 2));
    }
    struct metrics near = shared_by("model=./near0.yaml", "plan.cp=4", "workload.phase=prefill");
    struct metrics all = shared_by("model=./near2.yaml", "plan.cp=4", "workload.phase=prefill");
    assert_true(near.communication_s > 0 && near.communication_s < all.communication_s / 8);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_layer_may_have_an_embedding),
        cmocka_unit_test(a_device_keeps_what_it_reads),
        cmocka_unit_test(index_keys_follow_their_format),
        cmocka_unit_test(windows_and_images_stay_with_their_request),
    };
    return cmocka_run_group_tests_name("kept", tests, open_tests, close_tests);
}
