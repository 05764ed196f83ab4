/* Number formats by class of weights: sizes of published checkpoints, and which setting wins. */
#include <stdio.h>

#include "arch/precision.h"
#include "tests/model.h"

/* Sizes in 10^9 B: gpt-oss-120b as its card says (60.8 GiB), Llama-3.1-70B FP8 as a server reported
 * it, the text part of Kimi-K2.5 INT4 counted from its groups and ignore list. */
static void checkpoints_are_as_large_as_published(void **state)
{
    static const struct {
        const char *base, *formats;
        double gb;
    } checkpoint[] = {
        {"gpt-oss-120b", "expert_weight_byte: mxfp4\n", 65.25},
        {"llama-3.1-70b",
         "attention_weight_byte: fp8\nffn_weight_byte: fp8\nhead_weight_byte: bf16\n", 72.7},
        {"kimi-k2", "expert_weight_byte: int4_g32\n", 594.2},
    };
    (void)state;
    for (size_t i = 0; i < LEN(checkpoint); i++) {
        char text[300];
        snprintf(text, sizeof text, "base: %s\n%s", checkpoint[i].base, checkpoint[i].formats);
        char name[40];
        snprintf(name, sizeof name, "./checkpoint%zu.yaml", i);
        write_model(name, text);
        char set[60];
        snprintf(set, sizeof set, "model=%s", name);
        struct metrics m = priced(SET(set, "plan.devices=1", "workload.batch=1"));
        assert_close(m.weight_byte, checkpoint[i].gb * 1e9, 5e-3);
    }
}

static struct precision settled(const char *const *set)
{
    struct study *s = study_with(set);
    struct precision p = precision_settled(&s->base.precision, &s->base.model);
    study_free(s);
    return p;
}

static void settings_of_a_class_win_then_those_of_all_weights(void **state)
{
    (void)state;
    write_model("./stated.yaml", "base: deepseek-r1\nexpert_weight_byte: mxfp4\n"
                                 "attention_weight_byte: fp8\ncache_byte: fp8\n");
#define STATED "model=./stated.yaml"
    struct precision p = settled(SET(STATED));
    assert_close(p.expert, 0.53125, 0);
    assert_close(p.attention, 1, 0);
    assert_close(p.head, 2, 0);
    assert_close(p.kv, 1, 0);
    p = settled(SET(STATED, "precision.weight=bf16"));
    assert_close(p.expert, 2, 0);
    assert_close(p.attention, 2, 0);
    p = settled(
        SET(STATED, "precision.weight=bf16", "precision.expert=nvfp4", "precision.kv=bf16"));
    assert_close(p.expert, 0.5625, 0);
    assert_close(p.attention, 2, 0);
    assert_close(p.kv, 2, 0);
    p = settled(SET("model=deepseek-r1"));
    assert_close(p.expert, 2, 0);
    assert_close(p.kv, 2, 0);
}

static void the_format_of_states_is_that_of_the_model_else_fp32(void **state)
{
    (void)state;
    write_model("./states.yaml", "base: qwen3-next-80b-a3b\nstate_byte: bf16\n");
    assert_close(settled(SET("model=qwen3-next-80b-a3b")).state, 4, 0);
    assert_close(settled(SET("model=./states.yaml")).state, 2, 0);
    assert_close(settled(SET("model=./states.yaml", "precision.state=fp8")).state, 1, 0);
    struct metrics wide = priced(SET("model=qwen3-next-80b-a3b", "workload.batch=32"));
    struct metrics narrow = priced(SET("model=./states.yaml", "workload.batch=32"));
    /* 36 layers, 32 value heads of 128 x 128. */
    assert_close(wide.state_byte_per_request - narrow.state_byte_per_request,
                 2 * 36.0 * 32 * 128 * 128, 1e-12);
    assert_true(narrow.state_s < 0.6 * wide.state_s);
}

/* 61 - 3 layers of 256 experts of 3 x 7168 x 2048; nothing else changes. */
static void the_simulator_takes_the_formats_of_the_classes(void **state)
{
    (void)state;
    write_model("./narrow.yaml", "base: deepseek-r1\nexpert_weight_byte: mxfp4\n");
#define PLAN "timing=simulator", "plan.tp=1", "plan.dp=32", "plan.ep=32", "workload.batch=32"
    struct metrics wide = priced(SET("model=deepseek-r1", PLAN));
    struct metrics narrow = priced(SET("model=./narrow.yaml", PLAN));
    assert_close(wide.weight_byte - narrow.weight_byte,
                 58 * 256.0 / 32 * 3 * 7168 * 2048 * (2 - 0.53125), 1e-9);
    assert_true(narrow.expert_s < 0.6 * wide.expert_s);
    assert_close(narrow.projection_s, wide.projection_s, 0);
    struct metrics all = priced(SET("model=deepseek-r1", PLAN, "precision.attention=fp8"));
    assert_true(all.projection_s < 0.7 * wide.projection_s);
}

/* Narrow experts shorten the time of the experts and of nothing else. */
static void a_class_changes_its_own_operators(void **state)
{
#define R1 "model=deepseek-r1", "plan.tp=1", "plan.dp=32", "plan.ep=32", "workload.batch=32"
    struct metrics wide = priced(SET(R1)), narrow = priced(SET(R1, "precision.expert=fp8"));
    struct metrics head = priced(SET(R1, "precision.head=fp8"));
    (void)state;
    assert_true(narrow.expert_s < 0.6 * wide.expert_s);
    assert_close(narrow.attention_s, wide.attention_s, 0);
    assert_close(narrow.projection_s, wide.projection_s, 0);
    assert_true(head.other_s < wide.other_s);
    assert_close(head.expert_s, wide.expert_s, 0);
    assert_close(wide.weight_byte - head.weight_byte, 2.0 * 129280 * 7168 / 32, 1e-9);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(checkpoints_are_as_large_as_published),
        cmocka_unit_test(settings_of_a_class_win_then_those_of_all_weights),
        cmocka_unit_test(the_format_of_states_is_that_of_the_model_else_fp32),
        cmocka_unit_test(the_simulator_takes_the_formats_of_the_classes),
        cmocka_unit_test(a_class_changes_its_own_operators),
    };
    return cmocka_run_group_tests_name("precision", tests, open_tests, close_tests);
}
