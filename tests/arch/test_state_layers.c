/* Layers with a recurrent state: what a request keeps, what a step moves, and how that compares
 * with a KV cache. Expected values are counted by hand from the published configurations. */
#include <stdio.h>
#include <string.h>

#include "arch/layers.h"
#include "tests/model.h"

static const struct model *model_of(const char *name, const char *text)
{
    char path[60];
    snprintf(path, sizeof path, "./%s.yaml", name);
    write_model(path, text);
    return model_called(path);
}

#define QWEN3_NEXT                                                                                 \
    "hidden: 2048\nvocab: 151936\nexperts: 512\ntop_k: 10\nmoe_ffn: 512\nshared_ffn: 512\n"        \
    "layers:\n"                                                                                    \
    "  - {count: 36, mixer: gdn, key_heads: 16, value_heads: 32, key_dim: 128, value_dim: 128}\n"  \
    "  - {count: 12, mixer: gqa, heads: 16, kv_heads: 2, head_dim: 256, gate: full}\n"

#define NEMOTRON_H                                                                                 \
    "hidden: 8192\nvocab: 131072\nffn: 32768\ngated_ffn: no\nlayers:\n"                            \
    "  - {count: 54, mixer: mamba2, heads: 256, head_dim: 64, state_dim: 256, groups: 8,\n"        \
    "     feed_forward: none}\n"                                                                   \
    "  - {count: 10, mixer: gqa, heads: 64, kv_heads: 8, head_dim: 128, feed_forward: none}\n"     \
    "  - {count: 54, mixer: none}\n"

/* `layers`: groups; `params_g`: 10^9 parameters; bytes kept at any context and per token of it. */
static const struct {
    const char *name, *text;
    double params_g, state_byte, kv_byte;
} hybrid[] = {
    {"qwen3-next", QWEN3_NEXT, 79.67, 77266944, 24576},
    {"nemotron-h-56b", NEMOTRON_H, 56.32, 912605184, 40960},
    {"kimi-linear",
     "hidden: 2304\nvocab: 163840\nffn: 9216\nexperts: 256\ntop_k: 8\nmoe_ffn: 1024\n"
     "shared_ffn: 1024\nheads: 32\nlayers:\n"
     "  - {count: 1, mixer: kda, head_dim: 128, feed_forward: dense}\n"
     "  - {count: 19, mixer: kda, head_dim: 128}\n"
     "  - {count: 7, mixer: mla, kv_lora_rank: 512, qk_rope_dim: 64, qk_nope_dim: 128,\n"
     "     v_dim: 128}\n",
     49.12, 43417600, 8064},
    {"minimax-01",
     "hidden: 6144\nvocab: 200064\nexperts: 32\ntop_k: 2\nmoe_ffn: 9216\nheads: 64\n"
     "kv_heads: 8\nhead_dim: 128\nlayers:\n"
     "  - {count: 70, mixer: lightning}\n"
     "  - {count: 10, mixer: gqa}\n",
     456.09, 293601280, 40960},
    {"jamba-mini",
     "hidden: 4096\nvocab: 65536\nffn: 14336\nexperts: 16\ntop_k: 2\nmoe_ffn: 14336\nlayers:\n"
     "  - {count: 14, mixer: mamba1, inner: 8192, dt_rank: 256}\n"
     "  - {count: 14, mixer: mamba1, inner: 8192, dt_rank: 256, feed_forward: dense}\n"
     "  - {count: 2, mixer: gqa, heads: 32, kv_heads: 8, head_dim: 128}\n"
     "  - {count: 2, mixer: gqa, heads: 32, kv_heads: 8, head_dim: 128, feed_forward: dense}\n",
     51.57, 16056320, 16384},
    {"falcon-h1-34b",
     "hidden: 5120\nvocab: 261120\nffn: 21504\nlayers:\n"
     "  - {count: 72, mixer: gqa, heads: 20, kv_heads: 4, head_dim: 128}\n"
     "  - {count: 72, mixer: mamba2, heads: 32, head_dim: 128, state_dim: 256, groups: 2,\n"
     "     feed_forward: none, beside: yes}\n",
     33.64, 304201728, 147456},
};

static void hybrid_models_hold_what_their_configurations_say(void **state)
{
    const struct state_bytes byte = {.state_byte = 4, .act_byte = 2, .kv_byte = 2};
    (void)state;
    for (size_t i = 0; i < LEN(hybrid); i++) {
        const struct model *m = model_of(hybrid[i].name, hybrid[i].text);
        struct layers l;
        layers_of(&l, m);
        assert_close(model_params(m), hybrid[i].params_g * 1e9, 2e-3);
        assert_close(layers_state_byte_per_request(&l, 1, &byte), hybrid[i].state_byte, 0);
        assert_close(layers_kv_byte_per_token(&l, 1, 2, 2, 0), hybrid[i].kv_byte, 0);
    }
}

/* The operator `name` of a decode step of one request on one device. */
static struct op op_of(const char *name, const char *const *set)
{
    struct study *s = study_with(set);
    struct prepared p = {0};
    struct op found = {0};
    prepare(&p, &s->base);
    const struct ops *ops = &p.mapped[0].step.ops;
    for (size_t i = 0; i < ops->n; i++)
        if (!strcmp(ops->op[i].name, name))
            found = ops->op[i];
    assert_non_null(found.name);
    prepared_free(&p);
    study_free(s);
    return found;
}

#define NEXT "model=./qwen3-next.yaml", "plan.devices=1", "workload.batch=1"

/* Gated delta rule: 7 FLOP per element of the state and token, which is read once and written once
 * per token: 0.875 FLOP per byte for one token, at most 1.75 for many. */
static void drafting_does_not_lift_a_state_to_the_ridge(void **state)
{
    static const struct {
        const char *tokens;
        double q, intensity;
    } steps[] = {{"workload.query_tokens=1", 1, 0.875},
                 {"workload.query_tokens=2", 2, 7.0 / 6},
                 {"workload.query_tokens=4", 4, 1.4},
                 {"workload.query_tokens=8", 8, 14.0 / 9}};
    const double numbers = 36.0 * 32 * 128 * 128;
    (void)state;
    for (size_t i = 0; i < LEN(steps); i++) {
        struct op o = op_of("state.update", SET(NEXT, steps[i].tokens));
        assert_close(o.flop, 7 * numbers * steps[i].q, 0);
        assert_close(o.state_byte, 4 * numbers * (1 + steps[i].q), 0);
        assert_close(o.flop / o.state_byte, steps[i].intensity, 1e-12);
        assert_int_equal(o.unit, UNIT_STATE);
    }
}

static void a_state_costs_the_same_at_any_context(void **state)
{
    struct op near = op_of("state.update", SET(NEXT, "workload.context=1024"));
    struct op far = op_of("state.update", SET(NEXT, "workload.context=1000000"));
    (void)state;
    assert_close(near.flop, far.flop, 0);
    assert_close(near.byte, far.byte, 0);
    /* The cache of the 12 full layers is read as much at 6288 tokens as the states are moved. */
    struct op core = op_of("attention.core", SET(NEXT, "workload.context=6288"));
    assert_close(core.cache_byte, 154533888, 1e-3);
}

/* 183 kFLOP per token and value head in chunks of 64 tokens, 1.6 times those of step by step;
 * states between chunks are written and read in the format of activations. */
static void a_prompt_goes_through_in_chunks(void **state)
{
    const double heads = 36.0 * 32, numbers = heads * 128 * 128, tokens = 8192;
    struct op o =
        op_of("prefill.state", SET(NEXT, "workload.phase=prefill", "workload.context=8192"));
    (void)state;
    assert_close(o.flop, heads * tokens * (2.0 * 64 * 640 + 6.0 * 128 * 128 + 64.0 * 64 * 2 / 3),
                 1e-12);
    assert_close(o.state_byte, 2 * 4 * numbers + 2 * tokens / 64 * 2 * numbers, 1e-12);
    assert_true(o.flop / o.byte > 65 && o.flop / o.byte < 110); /* below the ridge of an H100 */
}

static void an_engine_runs_states_only_if_it_may(void **state)
{
    (void)state;
#define H1 "model=./nemotron-h-56b.yaml", "workload.batch=256", "engine=attacc"
    struct metrics chip = priced(SET(H1, "engine.runs=attention"));
    struct metrics engine = priced(SET(H1, "engine.runs=attention+state"));
    assert_true(chip.state_s > 0 && engine.state_s < 0.5 * chip.state_s);
    assert_close(engine.attention_s, chip.attention_s, 1e-9);
    assert_close(chip.attention_s + chip.projection_s + chip.ffn_s + chip.expert_s +
                     chip.communication_s + chip.other_s + chip.state_s,
                 chip.tpot_s, 1e-9);
    assert_close(chip.state_byte_per_request, 912605184, 0);
}

static void a_state_is_not_split_over_the_context(void **state)
{
    struct metrics m = priced(SET("model=./qwen3-next.yaml", "plan.devices=4", "plan.cp=2"));
    (void)state;
    assert_int_equal(m.verdict, VERDICT_MAPPING);
    struct study *s = study_with(SET("model=./qwen3-next.yaml", "plan.devices=4", "plan.cp=2"));
    assert_non_null(strstr(plan_fault(&s->base.plan, &s->base.model), "a recurrent state cannot"));
    study_free(s);
}

/* Ranks share the heads, and with them state and traffic. */
static void ranks_share_the_heads_of_a_state(void **state)
{
    struct op one = op_of("state.update", SET(NEXT));
    struct op four = op_of(
        "state.update", SET("model=./qwen3-next.yaml", "plan.devices=4", "plan.tp=4", "plan.dp=1"));
    (void)state;
    assert_close(4 * four.state_byte, one.state_byte, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hybrid_models_hold_what_their_configurations_say),
        cmocka_unit_test(drafting_does_not_lift_a_state_to_the_ridge),
        cmocka_unit_test(a_state_costs_the_same_at_any_context),
        cmocka_unit_test(a_prompt_goes_through_in_chunks),
        cmocka_unit_test(an_engine_runs_states_only_if_it_may),
        cmocka_unit_test(a_state_is_not_split_over_the_context),
        cmocka_unit_test(ranks_share_the_heads_of_a_state),
    };
    return cmocka_run_group_tests_name("state_layers", tests, open_tests, close_tests);
}
