/* Models as groups of layers: a list says what the short form says, and every kind of layer in the
 * registries keeps what all layers must keep. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arch/ffn.h"
#include "arch/layers.h"
#include "arch/mixer.h"
#include "tests/model.h"

/* Writes a model file and reads it. */
static const struct model *model_of(const char *path, const char *text, struct err *err)
{
    const struct entry *e;
    write_model(path, text);
    return catalogue_find(catalogue, PART_MODEL, path, &e, err) == 0 ? e->value : NULL;
}

#define MAVERICK                                                                                   \
    "attention: gqa\nhidden: 5120\nheads: 40\nkv_heads: 8\nhead_dim: 128\nffn: 16384\n"            \
    "experts: 128\ntop_k: 1\nmoe_ffn: 8192\nshared_ffn: 8192\nvocab: 202048\n"

static void a_list_says_what_the_short_form_says(void **state)
{
    struct err err;
    (void)state;
    const struct model *listed =
        model_of("./maverick.yaml",
                 MAVERICK "layers:\n"
                          "  - {count: 12, feed_forward: moe}\n"
                          "  - {count: 12, window: 8192, chunked: yes, feed_forward: moe}\n"
                          "  - {count: 24, window: 8192, chunked: yes, feed_forward: dense}\n",
                 &err);
    assert_non_null(listed);
    assert_close(model_params(listed), model_params(model_called("llama-4-maverick")), 0);
    struct metrics a = priced(SET("model=llama-4-maverick"));
    struct metrics b = priced(SET("model=./maverick.yaml"));
    for (size_t i = 0; i < metrics_fields.n; i++) {
        double x = field_get(&metrics_fields.row[i], &a), y = field_get(&metrics_fields.row[i], &b);
        assert_true((isnan(x) && isnan(y)) || x == y || fabs(x - y) <= 1e-14 * fabs(x));
    }
}

static void a_group_takes_from_the_model_what_it_does_not_state(void **state)
{
    struct err err;
    struct layers l;
    (void)state;
    const struct model *m = model_of("./two.yaml",
                                     MAVERICK "layers:\n"
                                              "  - {count: 3, heads: 80, feed_forward: none}\n"
                                              "  - {count: 2, mixer: none, feed_forward: dense}\n",
                                     &err);
    assert_non_null(m);
    layers_of(&l, m);
    assert_close(l.n, 5, 0);
    assert_close(layers_sublayers(&l), 5, 0);
    assert_close(layers_mixer_params(&l), 3.0 * 5120 * 128 * (2 * 80 + 2 * 8), 0);
    assert_close(layers_shared_params(&l), 2.0 * 3 * 5120 * 16384, 0);
    assert_null(layers_moe(&l));
}

static void mistakes_in_a_list_are_named(void **state)
{
    static const struct {
        const char *group, *message;
    } wrong[] = {
        {"{feed_forward: dense}", ":13:5: layers.count: missing: give the number of layers"},
        {"{count: 4, mixer: gpa}", ":13:23: layers.mixer: unknown kind \"gpa\": one of gqa"},
        {"{count: 4, head: 4}", ":13:16: layers: no \"head\" here: did you mean \"heads\"?"},
        {"{count: 4, feed_forward: dense, top_k: 4}", ":13:37: layers: no \"top_k\""},
        {"{count: 4, mixer: none, feed_forward: none}", ":13:5: layers: neither a mixer nor"},
        {"{count: 4, window: wide}", ":13:24: layers.window: "},
        {"4", ":13:5: layers: not a map"},
        {"{count: 4}\n  - {draft: yes, count: 1}",
         ":14:5: layers.draft: an MTP module has one layer"},
        {"{count: 4}\n  - {draft: yes}\n  - {draft: yes}", ":15:5: layers.draft: a second one"},
        {"{count: 4}\n  - {draft: yes, heads: 9}", ":14:5: model.kv_heads: 8 does not divide 9"},
        {"{count: 4, feed_forward: moe, experts: 0}", ":13:5: model.experts: MoE layers have none"},
        {"{count: 4}\n  - {count: 2, kv_heads: 7}", ":14:5: model.kv_heads: 7 does not divide 40"},
        {"{count: 4}\n  - {count: 2, experts: 64}", ":14:5: model.experts: groups of layers with"},
        {"{count: 4}\n  - {count: 2, mixer: gdn, key_heads: 2}", ":14:5: value_heads: missing"},
        {"{count: 4, mixer: none}", ": model.layers: no layer keeps a cache or a state"},
        {"{count: 4, shares_kv: yes}", ": model.layers: no layer keeps a cache or a state"},
    };
    (void)state;
    for (size_t i = 0; i < LEN(wrong); i++) {
        struct err err = {0};
        char text[1000], path[40];
        snprintf(path, sizeof path, "./wrong%zu.yaml", i);
        snprintf(text, sizeof text, "%slayers:\n  - %s\n", MAVERICK, wrong[i].group);
        assert_null(model_of(path, text, &err));
        if (!strstr(err.text, wrong[i].message))
            assert_string_equal(err.text, wrong[i].message);
    }
    struct err err = {0};
    assert_null(
        model_of("./pattern.yaml", MAVERICK "moe_every: 2\nlayers:\n  - {count: 4}\n", &err));
    assert_non_null(
        strstr(err.text, ":12:12: moe_every: the groups of layers say it: leave it out"));
}

static void the_short_form_refuses_what_it_would_ignore(void **state)
{
    struct err err;
    struct design d;
    (void)state;
    struct study *s = study_with(SET("model=llama-3.1-8b"));
    d = s->base;
    d.model.top_k = 2;
    assert_int_equal(design_check(&d, &err), -1);
    assert_non_null(strstr(err.text, "model.top_k: 2 of 0 experts: give at most model.experts"));
    d = s->base;
    d.model.index_topk = 2048;
    assert_int_equal(design_check(&d, &err), -1);
    assert_non_null(strstr(err.text, "model.index_topk: attention gqa has no indexer"));
    study_free(s);
}

/* Groups of layers with nothing in common: a step has room for their operators, or they are
 * refused. */
static void groups_that_differ_are_priced_or_refused(void **state)
{
    char text[4000] = MAVERICK "kv_lora_rank: 512\nqk_nope_dim: 128\nqk_rope_dim: 64\nv_dim: 128\n"
                               "q_lora_rank: 1536\nindex_heads: 64\nindex_head_dim: 128\nlayers:\n";
    size_t refused = 0;
    (void)state;
    for (int n = 1; n <= GROUPS_MOST; n++) {
        struct err err = {0};
        char path[40], name[60];
        snprintf(text + strlen(text), sizeof text - strlen(text),
                 "  - {count: 1, mixer: mla, feed_forward: dense, heads: %d, q_lora_rank: %d, "
                 "index_topk: %d, ffn: %d}\n",
                 8 * n, 1000 + n, 100 * n, 1000 * n);
        snprintf(path, sizeof path, "./differ%d.yaml", n);
        snprintf(name, sizeof name, "model=%s", path);
        if (!model_of(path, text, &err)) {
            assert_non_null(strstr(err.text, "model.layers: too many operators"));
            refused++;
            continue;
        }
        struct metrics m =
            priced(SET(name, "plan.devices=8", "plan.tp=8", "workload.phase=serving"));
        assert_int_equal(m.verdict, VERDICT_OK);
    }
    assert_in_range(refused, 1, GROUPS_MOST - 4);
}

static void a_list_is_not_contradicted(void **state)
{
    struct err err;
    struct design d;
    (void)state;
    assert_non_null(model_of("./four.yaml", MAVERICK "layers:\n  - {count: 4}\n", &err));
    struct study *s = study_with(SET("model=./four.yaml"));
    d = s->base;
    d.model.layers = 8;
    assert_int_equal(design_check(&d, &err), -1);
    assert_non_null(strstr(err.text, "model.layers: 8, but the groups of the model file have 4"));
    d = s->base;
    d.model.attention = mixer_index("mla");
    assert_int_equal(design_check(&d, &err), -1);
    assert_non_null(
        strstr(err.text, "model.attention: the groups of the model file have their own"));
    d = s->base;
    d.model.moe_every = 2;
    assert_int_equal(design_check(&d, &err), -1);
    assert_non_null(strstr(err.text, "model.moe_every: the groups of the model file say it"));
    study_free(s);
}

/* ---- whole models, against published sizes ---- */

#define V4_GROUP "feed_forward: moe, mixer: compressed, o_lora_rank: 1024, "
#define V4_INDEX "ratio: 4, index_heads: 64, index_head_dim: 128, index_topk: "

/* Values of the published configurations. */
static const char V4_PRO[] =
    "hidden: 7168\nheads: 128\nhead_dim: 512\nq_lora_rank: 1536\nexperts: 384\ntop_k: 6\n"
    "moe_ffn: 3072\nshared_ffn: 3072\nvocab: 129280\nattention: gqa\nlayers:\n"
    "  - {count: 31, " V4_GROUP "o_groups: 16, ratio: 128}\n"
    "  - {count: 30, " V4_GROUP "o_groups: 16, " V4_INDEX "1024}\n";
static const char V4_FLASH[] =
    "hidden: 4096\nheads: 64\nhead_dim: 512\nq_lora_rank: 1024\nexperts: 256\ntop_k: 6\n"
    "moe_ffn: 2048\nshared_ffn: 2048\nvocab: 129280\nattention: gqa\nlayers:\n"
    "  - {count: 2, " V4_GROUP "o_groups: 8, ratio: 0}\n"
    "  - {count: 20, " V4_GROUP "o_groups: 8, ratio: 128}\n"
    "  - {count: 21, " V4_GROUP "o_groups: 8, " V4_INDEX "512}\n";

/* A layer of each kind, with every value that has no default stated as below. */
static const char *const stated[][2] = {
    {"heads", "16"},       {"kv_heads", "4"},     {"head_dim", "64"},     {"kv_lora_rank", "128"},
    {"qk_nope_dim", "64"}, {"qk_rope_dim", "32"}, {"v_dim", "64"},        {"ffn", "1024"},
    {"experts", "16"},     {"top_k", "2"},        {"moe_ffn", "256"},     {"key_heads", "4"},
    {"value_heads", "8"},  {"key_dim", "32"},     {"value_dim", "32"},    {"inner", "2048"},
    {"dt_rank", "64"},     {"state_dim", "32"},   {"q_lora_rank", "192"}, {"o_lora_rank", "96"},
    {"ratio", "4"},        {"index_topk", "64"},  {"index_heads", "4"},   {"index_head_dim", "32"}};

/* The values that a group must state. */
static void print_required(char *text, size_t size, const struct fields *fields)
{
    for (size_t i = 0; i < fields->n; i++)
        for (size_t k = 0; k < LEN(stated); k++)
            if (!fields->row[i].parent && isnan(fields->row[i].init) &&
                !strcmp(fields->row[i].name, stated[k][0]))
                snprintf(text + strlen(text), size - strlen(text), ", %s: %s", stated[k][0],
                         stated[k][1]);
}

static void on_every_mixer(void (*check)(const struct mixer *kind, const char *model))
{
    for (size_t i = 0; i < mixers_n; i++) {
        char text[1500] = "hidden: 1024\nvocab: 1000\nffn: 4096\n", path[40], model[60];
        struct err err = {0};
        for (size_t k = 0; k < LEN(stated); k++)
            if (field_find(model_fields, stated[k][0]) && strcmp(stated[k][0], "ffn") != 0 &&
                strcmp(stated[k][0], "experts") != 0)
                snprintf(text + strlen(text), sizeof text - strlen(text), "%s: %s\n", stated[k][0],
                         stated[k][1]);
        snprintf(text + strlen(text), sizeof text - strlen(text),
                 "layers:\n  - {count: 4, mixer: %s, feed_forward: dense", mixers[i]->name);
        print_required(text, sizeof text, mixers[i]->fields);
        snprintf(text + strlen(text), sizeof text - strlen(text), "}\n");
        snprintf(path, sizeof path, "./kind-%s.yaml", mixers[i]->name);
        snprintf(model, sizeof model, "model=%s", path);
        if (!model_of(path, text, &err))
            assert_string_equal(err.text, "");
        check(mixers[i], model);
    }
}

/* Over all ranks, weights that are cut add up to those of the layer, and copies are copied. */
static void check_ranks(const struct mixer *kind, const char *model)
{
    struct study *s = study_with(SET(model));
    struct layers l;
    layers_of(&l, &s->base.model);
    const struct sublayer *of = &l.mixer[0].of;
    double all = kind->params(of), copied = mixer_copied_params(kind, of),
           tp = mixer_heads(kind, of) / 2;
    assert_true(all > 0 && copied >= 0 && copied <= all);
    assert_close(tp * layers_mixer_params_per_rank(&l, tp), 4 * (all + (tp - 1) * copied), 1e-12);
    struct kept one, many;
    kind->kept(&one, of, 1);
    kind->kept(&many, of, tp);
    assert_true(many.token <= one.token && many.token * tp >= one.token * (1 - 1e-12));
    assert_true(many.state <= one.state && many.state * tp >= one.state * (1 - 1e-12));
    assert_true(one.token_rope <= one.token);
    study_free(s);
}

static void the_ranks_of_a_tp_group_hold_each_weight(void **state)
{
    (void)state;
    on_every_mixer(check_ranks);
}

/* The weights that a step with one request reads, besides feed-forward and head. */
static double mixer_weights_read(const char *model, const char *phase)
{
    struct study *s = study_with(
        SET(model, phase, "plan.devices=1", "workload.batch=1", "workload.context=4096"));
    struct prepared p = {0};
    double weight = 0;
    prepare(&p, &s->base);
    const struct step *step = &p.mapped[0].step;
    for (size_t i = 0; i < step->ops.n; i++) {
        const struct op *o = &step->ops.op[i];
        assert_true(o->flop >= 0 && o->byte >= 0 && o->weight_byte >= 0 && o->count > 0);
        weight += o->class != OP_FFN && strcmp(o->name, "head") != 0 ? o->weight_byte : 0;
    }
    assert_true(step->kv_byte_per_request > 0);
    prepared_free(&p);
    study_free(s);
    return weight;
}

/* The weights of a layer's projections are its parameters. All are read while decoding, but those
 * of keys and values that only a prompt makes. */
static void check_operators(const struct mixer *kind, const char *model)
{
    struct study *s = study_with(SET(model));
    struct layers l;
    layers_of(&l, &s->base.model);
    double decode = mixer_weights_read(model, "workload.phase=decode");
    double prefill = mixer_weights_read(model, "workload.phase=prefill");
    double of_prompt = strcmp(kind->name, "cross") ? 0 : 4 * 2.0 * 2 * 1024 * 4 * 64;
    assert_close(decode + of_prompt, 2 * layers_mixer_params(&l), 2e-2);
    assert_close(prefill, 2 * layers_mixer_params(&l), 2e-2);
    study_free(s);
}

static void operators_read_the_weights_of_their_layer_once(void **state)
{
    (void)state;
    on_every_mixer(check_operators);
}

/* More tokens never cost less, in every phase. */
static void check_longer(const struct mixer *kind, const char *model)
{
    static const char *const phase[] = {"workload.phase=decode", "workload.phase=prefill",
                                        "workload.phase=serving"};
    (void)kind;
    for (size_t i = 0; i < LEN(phase); i++) {
        double last = 0;
        for (double context = 64; context <= 65536; context *= 4) {
            char at[60], input[60];
            snprintf(at, sizeof at, "workload.context=%g", context);
            snprintf(input, sizeof input, "workload.input=%g", context);
            struct metrics m =
                priced(SET(model, phase[i], at, input, "plan.devices=1", "workload.batch=4"));
            assert_true(m.verdict == VERDICT_OK || m.verdict == VERDICT_MEMORY);
            double time = i == 1 ? m.ttft_s : m.tpot_s;
            assert_true(time >= last * (1 - 1e-12));
            last = time;
        }
    }
}

static void longer_contexts_never_cost_less(void **state)
{
    (void)state;
    on_every_mixer(check_longer);
}

static void compressed_attention_has_the_size_of_v4(void **state)
{
    /* An entry takes 584 B: 448 in FP8 with 8 B of scales, 64 in BF16. An index entry of 4 tokens
     * takes 132 B: 30 (584 + 132) / 4 + 31 x 584 / 128, 21 (584 + 132) / 4 + 20 x 584 / 128. */
    const double latent_byte = 456.0 / 448, pro_kv = 5511.4, flash_kv = 3850.25;
    struct layers l;
    struct err err;
    (void)state;
    const struct model *m = model_of("./v4-pro.yaml", V4_PRO, &err);
    assert_non_null(m);
    assert_close(model_params(m), 1573e9, 2e-3);
    layers_of(&l, m);
    assert_close(layers_kv_byte_per_token(&l, 1, latent_byte, 2, 0), pro_kv, 1e-4);
    m = model_of("./v4-flash.yaml", V4_FLASH, &err);
    assert_non_null(m);
    assert_close(model_params(m), 284e9, 1e-2);
    layers_of(&l, m);
    assert_close(layers_kv_byte_per_token(&l, 1, latent_byte, 2, 0), flash_kv, 1e-4);
}

/* What a request keeps at any context: the window in the format of the cache, and entries and gates
 * of open groups as FP32. With an indexer, two sets of columns and of groups. */
static void compressed_attention_keeps_its_window_and_open_groups(void **state)
{
    struct layers l;
    struct err err;
    (void)state;
    const struct model *m = model_of("./v4-pro.yaml", V4_PRO, &err);
    assert_non_null(m);
    layers_of(&l, m);
    double open = 31 * 128 * 2.0 * 512 + 30 * 2 * 4 * 2 * 2.0 * (512 + 128);
    assert_close(layers_state_byte_per_request(&l, 1, &(struct state_bytes){4, 2, 2}),
                 61 * 128 * 512 * 2.0 + open * 4, 1e-12);
}

static const char M3[] =
    "hidden: 6144\nheads: 64\nkv_heads: 4\nhead_dim: 128\nffn: 12288\nexperts: 128\ntop_k: 4\n"
    "moe_ffn: 3072\nshared_ffn: 3072\nvocab: 200064\nattention: gqa\nlayers:\n"
    "  - {count: 3, feed_forward: dense}\n"
    "  - {count: 57, mixer: block_sparse, feed_forward: moe, block: 128, blocks: 16,"
    " index_heads: 4, index_dim: 128}\n";
static const char STEP_3[] =
    "hidden: 7168\nheads: 64\nhead_dim: 256\nq_lora_rank: 2048\nffn: 18432\nexperts: 48\n"
    "top_k: 3\nmoe_ffn: 5120\nshared_ffn: 5120\nvocab: 128815\nattention: gqa\nlayers:\n"
    "  - {count: 5, mixer: mfa, feed_forward: dense}\n"
    "  - {count: 56, mixer: mfa, feed_forward: moe}\n";
static const char LONGCAT[] =
    "hidden: 6144\nheads: 64\nkv_lora_rank: 512\nq_lora_rank: 1536\nqk_rope_dim: 64\n"
    "qk_nope_dim: 128\nv_dim: 128\nffn: 12288\nexperts: 512\ntop_k: 12\nmoe_ffn: 2048\n"
    "vocab: 131072\nattention: mla\nlayers:\n"
    "  - {count: 28, feed_forward: moe, zero_experts: 256}\n"
    "  - {count: 28, beside: yes, feed_forward: dense}\n"
    "  - {count: 28, beside: yes, mixer: none, feed_forward: dense}\n";
static const char NEMOTRON[] =
    "hidden: 4096\nheads: 32\nkv_heads: 2\nhead_dim: 128\nexperts: 512\ntop_k: 22\n"
    "moe_ffn: 2688\nshared_ffn: 5376\ngated_ffn: no\nvocab: 131072\nattention: gqa\nlayers:\n"
    "  - {count: 40, mixer: mamba2, feed_forward: none, heads: 128, head_dim: 64, state_dim: 128,"
    " groups: 8}\n"
    "  - {count: 8, feed_forward: none}\n"
    "  - {count: 40, mixer: none, feed_forward: moe, latent_ffn: 1024}\n";

static const struct {
    const char *path, *text;
    double params, kv_elements; /* published; computed by hand, per token */
} published[] = {
    {"./m3.yaml", M3, 428e9, 60 * 2 * 4 * 128 + 57 * 128},
    {"./step-3.yaml", STEP_3, 316e9, 61 * 512},
    {"./longcat.yaml", LONGCAT, 560e9, 28 * 2 * 576},
    {"./nemotron-3-super.yaml", NEMOTRON, 120.6e9, 8 * 2 * 2 * 128},
};

static void models_in_lists_have_their_published_sizes(void **state)
{
    (void)state;
    for (size_t i = 0; i < LEN(published); i++) {
        struct layers l;
        struct err err = {0};
        const struct model *m = model_of(published[i].path, published[i].text, &err);
        assert_string_equal(err.text, "");
        assert_close(model_params(m), published[i].params, 1e-2);
        layers_of(&l, m);
        assert_close(layers_kv_byte_per_token(&l, 1, 2, 2, 0), 2 * published[i].kv_elements, 0);
    }
}

/* LongCat's report: 27 B of parameters at a mean of 8 routed experts of 12. A token of Nemotron-3
 * Super carries the latent to 22 experts: 4 times less than the stream. */
static void zero_and_latent_experts_cost_less(void **state)
{
    struct err err;
    struct layers l;
    (void)state;
    const struct model *m = model_of("./longcat.yaml", LONGCAT, &err);
    assert_non_null(m);
    assert_close(model_active_params(m), 27.15e9, 2e-3);
    layers_of(&l, m);
    assert_close(layers_router_params(&l), 28.0 * 6144 * (512 + 256), 0);
    m = model_of("./nemotron-3-super.yaml", NEMOTRON, &err);
    assert_non_null(m);
    layers_of(&l, m);
    assert_close(layers_shared_params(&l), 40.0 * (2 * 4096 * 5376.0 + 2 * 4096 * 1024), 0);
    assert_close(layers_routed_params(&l), 40.0 * 512 * 2 * 1024 * 2688, 0);
    struct study *s = study_with(SET("model=./nemotron-3-super.yaml", "plan.devices=8", "plan.tp=1",
                                     "plan.ep=8", "workload.batch=8"));
    struct prepared p = {0};
    prepare(&p, &s->base);
    const struct ops *ops = &p.mapped[0].step.ops;
    double sent = 0;
    for (size_t i = 0; i < ops->n; i++)
        if (!strcmp(ops->op[i].name, "moe.dispatch"))
            sent += ops->op[i].wire_byte;
    assert_close(sent, 40.0 * 22 * 1024 * 2, 1e-12);
    prepared_free(&p);
    study_free(s);
}

/* FLOP of a decode step of one request, over all operators of a class, or all (-1). */
static double step_flop(const char *model, const char *context, enum op_unit unit, bool all)
{
    struct study *s = study_with(SET(model, context, "plan.devices=1", "workload.batch=1"));
    struct prepared p = {0};
    double flop = 0;
    prepare(&p, &s->base);
    const struct ops *ops = &p.mapped[0].step.ops;
    for (size_t i = 0; i < ops->n; i++)
        flop += all || ops->op[i].unit == unit ? ops->op[i].flop : 0;
    prepared_free(&p);
    study_free(s);
    return flop;
}

/* Bytes of the cache that a unit's operators read in a decode step of one request. */
static double step_cache_byte(const char *model, const char *context, enum op_unit unit)
{
    struct study *s = study_with(SET(model, context, "plan.devices=1", "workload.batch=1"));
    struct prepared p = {0};
    double byte = 0;
    prepare(&p, &s->base);
    const struct ops *ops = &p.mapped[0].step.ops;
    for (size_t i = 0; i < ops->n; i++)
        byte += ops->op[i].unit == unit ? ops->op[i].cache_byte : 0;
    prepared_free(&p);
    study_free(s);
    return byte;
}

/* At a million tokens the index reads 15 GB, and 57 layers of core attention 0.24 GB: 2048 tokens
 * of 2 KB. The three dense layers read all tokens. */
static void the_index_of_block_sparse_attention_reads_more_than_its_core(void **state)
{
    static const char model[] = "model=./m3.yaml", at[] = "workload.context=1048576";
    const double million = 1048576;
    struct err err;
    (void)state;
    assert_non_null(model_of("./m3.yaml", M3, &err));
    double index = step_cache_byte(model, at, UNIT_INDEX);
    assert_close(index, 57 * million * 256, 1e-12);
    assert_close(step_cache_byte(model, at, UNIT_ATTENTION) - 3 * million * 2048,
                 57.0 * 2048 * 2048, 1e-9);
    assert_close(step_flop(model, at, UNIT_INDEX, false) / index, 4, 1e-12);
}

/* DeepSeek's report states 27 % and 10 % of the FLOP of V3.2 at a million tokens. */
static void sparse_attention_takes_the_flop_of_a_million_tokens(void **state)
{
    struct err err;
    (void)state;
    assert_non_null(model_of("./v4-pro.yaml", V4_PRO, &err));
    assert_non_null(model_of("./v4-flash.yaml", V4_FLASH, &err));
    double million = 1e6;
    assert_close(step_flop("model=deepseek-v3.2", "workload.context=1e6", UNIT_INDEX, false),
                 61 * million * 2 * 64 * 128, 1e-12);
    assert_close(step_flop("model=./v4-pro.yaml", "workload.context=1e6", UNIT_INDEX, false),
                 30 * million / 4 * 2 * 64 * 128, 1e-12);
    assert_close(step_flop("model=./v4-pro.yaml", "workload.context=1e6", UNIT_ATTENTION, false),
                 4 * 128 * 512 * (30 * (1024 + 128) + 31 * (million / 128 + 128)), 1e-12);
    double v32 = step_flop("model=deepseek-v3.2", "workload.context=1048576", UNIT_MAIN, true);
    double pro = step_flop("model=./v4-pro.yaml", "workload.context=1048576", UNIT_MAIN, true);
    double flash = step_flop("model=./v4-flash.yaml", "workload.context=1048576", UNIT_MAIN, true);
    assert_close(v32, 1158e9, 2e-2);
    assert_close(pro, 303e9, 3e-2);
    assert_close(flash, 140e9, 3e-2);
}

static double kept_bytes(const char *model, const char *setting)
{
    struct study *s = study_with(SET(model, setting, "plan.devices=1", "workload.batch=1",
                                     "workload.context=65536", "precision.kv=bf16"));
    struct prepared p = {0};
    prepare(&p, &s->base);
    double byte = p.mapped[0].step.kv_byte_per_request;
    prepared_free(&p);
    study_free(s);
    return byte;
}

/* 36 layers with a chunk of 8192 tokens, 8 KV heads of 128 elements: 4096 B per token. */
static void servers_may_cache_windows_whole(void **state)
{
    (void)state;
    double window = kept_bytes("model=llama-4-maverick", "workload.window_cache=window");
    double whole = kept_bytes("model=llama-4-maverick", "workload.window_cache=whole");
    assert_close(whole, 48 * 65536.0 * 4096, 1e-12);
    assert_close(window, (12 * 65536.0 + 36 * 8192.0) * 4096, 1e-12);
}

/* 40 layers of Mamba-2 with 1048576 FP32 elements and 3 inputs of 10240 channels in BF16. */
static void prefix_caching_keeps_several_states(void **state)
{
    static const char model[] = "model=./nemotron-3-super.yaml";
    struct err err;
    (void)state;
    assert_non_null(model_of("./nemotron-3-super.yaml", NEMOTRON, &err));
    double one = kept_bytes(model, "workload.state_slots=1");
    double five = kept_bytes(model, "workload.state_slots=5");
    assert_close(five - one, 4 * 40.0 * (1048576 * 4 + 3 * 10240 * 2), 1e-12);
}

/* Each of 122 sublayers maps 4 streams of 7168 to 6 weights per stream; 4 streams are read and
 * written, and the output of the sublayer read. */
static void hyper_connections_widen_the_residual_stream(void **state)
{
    static const char plain[] = "model=./v4-pro.yaml", at[] = "workload.context=8192";
    char text[sizeof V4_PRO + 40];
    struct err err;
    (void)state;
    snprintf(text, sizeof text, "residual_streams: 4\n%s", V4_PRO);
    const struct model *one = model_of("./v4-pro.yaml", V4_PRO, &err);
    const struct model *four = model_of("./v4-hc.yaml", text, &err);
    assert_true(one && four);
    const double site = 6.0 * 4 * 4 * 7168;
    assert_close(model_params(four) - model_params(one), 122 * site, 1e-9);
    double more = step_flop("model=./v4-hc.yaml", at, UNIT_MAIN, true) -
                  step_flop(plain, at, UNIT_MAIN, true);
    assert_close(more, 122 * (2 * site + 3 * 7168), 1e-9);
    assert_close(layer_op_byte("model=./v4-hc.yaml", "residual"), 122 * 9.0 * 7168 * 2, 1e-12);
    assert_close(layer_op_byte(plain, "residual"), 122 * 3.0 * 7168 * 2, 1e-12);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_list_says_what_the_short_form_says),
        cmocka_unit_test(a_group_takes_from_the_model_what_it_does_not_state),
        cmocka_unit_test(mistakes_in_a_list_are_named),
        cmocka_unit_test(the_short_form_refuses_what_it_would_ignore),
        cmocka_unit_test(groups_that_differ_are_priced_or_refused),
        cmocka_unit_test(a_list_is_not_contradicted),
        cmocka_unit_test(the_ranks_of_a_tp_group_hold_each_weight),
        cmocka_unit_test(operators_read_the_weights_of_their_layer_once),
        cmocka_unit_test(longer_contexts_never_cost_less),
        cmocka_unit_test(compressed_attention_has_the_size_of_v4),
        cmocka_unit_test(compressed_attention_keeps_its_window_and_open_groups),
        cmocka_unit_test(hyper_connections_widen_the_residual_stream),
        cmocka_unit_test(servers_may_cache_windows_whole),
        cmocka_unit_test(prefix_caching_keeps_several_states),
        cmocka_unit_test(models_in_lists_have_their_published_sizes),
        cmocka_unit_test(zero_and_latent_experts_cost_less),
        cmocka_unit_test(the_index_of_block_sparse_attention_reads_more_than_its_core),
        cmocka_unit_test(sparse_attention_takes_the_flop_of_a_million_tokens),
    };
    return cmocka_run_group_tests_name("layers", tests, open_tests, close_tests);
}
