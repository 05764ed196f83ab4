/* Prefill, serving and mappings: against counts by hand and what must hold between them. */
#include <string.h>

#include "tests/model.h"

static struct metrics of(const char *const *more, const char *a, const char *b, const char *c)
{
    const char *set[24] = {"chip=b200-paper", "chip.link_latency_s=0", "chip.network_latency_s=0",
                           "plan.devices=32", "chip.tdp_w=100 kW"};
    size_t n = 5;
    for (; *more; more++)
        set[n++] = *more;
    set[n++] = a, set[n++] = b, set[n++] = c;
    return priced(set);
}

/* A prefill of a dense model does 2 FLOP per weight and token, and 4 per head, width and pair of a
 * token and one before it; compute-bound, its time is that over the peak. */
static void a_prefill_is_two_flop_per_weight_and_the_causal_half_of_attention(void **state)
{
    struct metrics m = priced(SET("model=llama-3.1-405b", "chip=b200-paper", "plan.devices=1",
                                  "workload.phase=prefill", "workload.context=8192",
                                  "chip.memory_byte=2TB", "workload.batch=4", "chip.tdp_w=100 kW"));
    double layers = 126, heads = 128, width = 128, tokens = 4 * 8192.0;
    double weights = 405.9e9 - 2 * 128256 * 16384.0; /* embedding and head aside */
    double flop = tokens * 2 * weights + 4 * layers * 4 * heads * width * 8192.0 * 8193 / 2;
    (void)state;
    assert_close(m.ttft_s, flop / 2250e12, 0.02);
    assert_close(m.tokens_per_s, tokens / m.ttft_s, 1e-9);
    assert_true(isnan(m.tpot_s));
}

/* A cached prefix saves its projections and feed-forward; what follows still attends to it. */
static void a_cached_prefix_saves_its_part_of_a_prefill(void **state)
{
    struct metrics whole = of(SET("model=gpt3-175b", "plan.tp=8"), "workload.phase=prefill",
                              "workload.batch=64", "workload.context=16384");
    struct metrics half =
        of(SET("model=gpt3-175b", "plan.tp=8", "workload.prefix=8192"), "workload.phase=prefill",
           "workload.batch=64", "workload.context=16384");
    (void)state;
    assert_close(half.ffn_s, whole.ffn_s / 2, 0.01);
    assert_close(half.attention_s, whole.attention_s * 0.75, 0.01);
}

/* MLA: absorbing costs (2 d_c + d_r) / (d_n + d_r + d_v) of the core at prefill, 1088 / 320. */
static void absorbing_slows_the_core_of_a_prefill(void **state)
{
    struct metrics plain = of(SET("model=deepseek-r1"), "workload.phase=prefill",
                              "workload.batch=32", "workload.context=16384");
    struct metrics absorbed =
        of(SET("model=deepseek-r1", "model.absorb=yes"), "workload.phase=prefill",
           "workload.batch=32", "workload.context=16384");
    (void)state;
    assert_close(absorbed.attention_s / plain.attention_s, 1088.0 / 320, 0.01);
    assert_true(absorbed.ttft_s > plain.ttft_s);
}

/* The devices' time of a request: serving does in one pool what two pools do, so its rate lies
 * between that of separate pools and a bit more, weights being read for both at once. */
static void serving_takes_the_time_of_prefill_and_decode(void **state)
{
    static const char *const model[] = {"model=gpt3-175b", "model=deepseek-r1"};
    (void)state;
    for (size_t i = 0; i < LEN(model); i++) {
        struct metrics both = of(SET(model[i], "workload.input=2048", "workload.output=512"),
                                 "workload.phase=serving", "workload.tpot=50ms", "plan.pp=1");
        struct metrics apart =
            of(SET(model[i], "workload.input=2048", "workload.output=512"),
               "workload.phase=disaggregated", "workload.tpot=50ms", "plan.pp=1");
        assert_int_equal(both.verdict, VERDICT_OK);
        assert_int_equal(apart.verdict, VERDICT_OK);
        assert_true(both.ttft_s > 0 && apart.ttft_s > apart.kv_transfer_s);
        assert_true(apart.prefill_devices > 0);
        assert_close(both.tokens_per_s_per_device, apart.tokens_per_s_per_device, 0.5);
        /* Requests leave the decode pool as fast as the prefill pool makes them. */
        assert_close(apart.tokens_per_s_per_device * (32 + apart.prefill_devices),
                     apart.tokens_per_s, 1e-9);
    }
}

static void serving_almost_without_prompts_is_decode(void **state)
{
    struct metrics serving = of(SET("model=llama-4-maverick", "workload.input=1",
                                    "workload.output=1000000", "workload.batch=64"),
                                "workload.phase=serving", "plan.tp=1", "plan.ep=32");
    struct metrics decode =
        of(SET("model=llama-4-maverick", "workload.context=500001", "workload.batch=64"),
           "workload.phase=decode", "plan.tp=1", "plan.ep=32");
    (void)state;
    assert_close(serving.tpot_s, decode.tpot_s, 1e-4);
    assert_close(serving.attention_intensity_flop_per_byte,
                 decode.attention_intensity_flop_per_byte, 1e-4);
}

static void latency_limits_name_themselves(void **state)
{
    struct metrics m = of(SET("model=gpt3-175b", "workload.input=8192", "workload.output=64"),
                          "workload.phase=serving", "workload.ttft=1ms", "workload.batch=64");
    (void)state;
    assert_int_equal(m.verdict, VERDICT_TTFT);
    m = of(SET("model=gpt3-175b"), "workload.phase=prefill", "workload.ttft=1ms",
           "workload.batch=64");
    assert_int_equal(m.verdict, VERDICT_TTFT);
}

/* Two stages, each with half the layers: a step is that of half the requests on one device. */
static void stages_of_a_pipeline_share_layers_and_memory(void **state)
{
    struct metrics one = of(SET("model=gpt3-175b", "plan.tp=8", "workload.batch=64"),
                            "plan.devices=8", "plan.pp=1", "workload.context=4096");
    struct metrics two = of(SET("model=gpt3-175b", "plan.tp=8", "workload.batch=128"),
                            "plan.devices=16", "plan.pp=2", "workload.context=4096");
    (void)state;
    assert_close(two.weight_byte, one.weight_byte / 2, 1e-9);
    assert_close(two.kv_byte, one.kv_byte, 1e-9);
    assert_close(two.tpot_s, one.tpot_s, 0.01); /* but for what stages send each other */
    assert_true(two.communication_s > one.communication_s);
}

static void devices_that_share_a_context_share_its_cache(void **state)
{
    struct metrics one =
        of(SET("model=deepseek-r1", "plan.tp=1", "plan.ep=32", "workload.context=1000000"),
           "plan.cp=1", "workload.batch=32", "workload.phase=decode");
    struct metrics eight =
        of(SET("model=deepseek-r1", "plan.tp=1", "plan.ep=32", "workload.context=1000000"),
           "plan.cp=8", "workload.batch=32", "workload.phase=decode");
    (void)state;
    assert_close(eight.kv_byte, one.kv_byte, 1e-9); /* 8 requests, an eighth of each */
    assert_close(eight.attention_s, one.attention_s, 1e-9);
    struct metrics alone =
        of(SET("model=deepseek-r1", "plan.tp=1", "plan.ep=32", "workload.context=1000000"),
           "plan.cp=8", "workload.batch=1", "workload.phase=decode");
    struct metrics slow =
        of(SET("model=deepseek-r1", "plan.tp=1", "plan.ep=32", "workload.context=1000000"),
           "plan.cp=1", "workload.batch=1", "workload.phase=decode");
    assert_close(alone.attention_s, slow.attention_s / 8, 1e-6);
    assert_true(alone.tpot_s < slow.tpot_s);
}

static void parts_add_up_however_a_step_is_laid_out(void **state)
{
    static const char *const phase[] = {"workload.phase=decode", "workload.phase=prefill",
                                        "workload.phase=serving", "workload.phase=disaggregated"};
    static const char *const layout[][2] = {
        {"plan.overlap=none", "plan.pp=1"},
        {"plan.overlap=two_batch", "plan.pp=2"},
        {"plan.overlap=ideal", "plan.cp=4"},
        {"plan.all_reduce=best", "plan.all_to_all=hierarchical"}};
    static const char *const model[] = {"model=deepseek-v3.2", "model=llama-4-maverick",
                                        "model=gpt-oss-120b", "model=qwen2.5-72b"};
    (void)state;
    for (size_t i = 0; i < LEN(phase); i++)
        for (size_t j = 0; j < LEN(layout); j++)
            for (size_t k = 0; k < LEN(model); k++) {
                struct metrics m =
                    of(SET(model[k], "chip.link_domain=8", "workload.batch=256", layout[j][0]),
                       phase[i], layout[j][1], "workload.context=4000");
                double parts = m.attention_s + m.projection_s + m.ffn_s + m.expert_s +
                               m.communication_s + m.other_s;
                assert_int_equal(m.verdict, VERDICT_OK);
                assert_close(parts, i == 1 ? m.ttft_s : m.tpot_s, 1e-9);
                assert_true(m.communication_s >= -1e-12 * parts);
            }
}

static void better_collectives_are_never_slower(void **state)
{
    static const char *const batch[] = {"workload.batch=32", "workload.batch=4096"};
    (void)state;
    for (size_t i = 0; i < LEN(batch); i++) {
        const char *const plain[] = {"model=deepseek-r1", "plan.tp=4", "plan.ep=32",
                                     "chip.link_domain=8", NULL};
        double flat = of(plain, batch[i], "plan.all_to_all=flat", "plan.overlap=none").tpot_s;
        assert_true(
            of(plain, batch[i], "plan.all_to_all=hierarchical", "plan.overlap=none").tpot_s < flat);
        assert_true(of(plain, batch[i], "plan.all_reduce=best", "plan.overlap=none").tpot_s <=
                    flat);
        assert_true(of(plain, batch[i], "plan.all_to_all=flat", "plan.overlap=ideal").tpot_s <
                    flat);
    }
}

/* auto takes no worse mapping than any given one, and a mapping that fails says why. */
static void auto_finds_the_best_mapping(void **state)
{
    const char *const free[] = {"model=deepseek-r1", "workload.tpot=50ms", NULL};
    double best = of(free, "plan.pp=auto", "plan.cp=auto", "plan.ep=auto").tokens_per_s;
    static const char *const tp[] = {"plan.tp=1", "plan.tp=2", "plan.tp=8"};
    static const char *const pp[] = {"plan.pp=1", "plan.pp=2", "plan.pp=4"};
    static const char *const ep[] = {"plan.ep=4", "plan.ep=8", "plan.ep=32"};
    (void)state;
    for (size_t i = 0; i < 3; i++)
        for (size_t j = 0; j < 3; j++)
            for (size_t k = 0; k < 3; k++) {
                struct metrics m = of(free, tp[i], pp[j], ep[k]);
                assert_true(m.verdict != VERDICT_OK || m.tokens_per_s <= best * (1 + 1e-12));
            }
    struct study *s = study_with(
        SET("model=gpt3-175b", "plan.devices=32", "plan.tp=5", "plan.dp=6", "plan.ep=1"));
    assert_non_null(strstr(plan_fault(&s->base.plan, &s->base.model), "is not plan.devices"));
    study_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_prefill_is_two_flop_per_weight_and_the_causal_half_of_attention),
        cmocka_unit_test(a_cached_prefix_saves_its_part_of_a_prefill),
        cmocka_unit_test(absorbing_slows_the_core_of_a_prefill),
        cmocka_unit_test(serving_takes_the_time_of_prefill_and_decode),
        cmocka_unit_test(serving_almost_without_prompts_is_decode),
        cmocka_unit_test(latency_limits_name_themselves),
        cmocka_unit_test(stages_of_a_pipeline_share_layers_and_memory),
        cmocka_unit_test(devices_that_share_a_context_share_its_cache),
        cmocka_unit_test(parts_add_up_however_a_step_is_laid_out),
        cmocka_unit_test(better_collectives_are_never_slower),
        cmocka_unit_test(auto_finds_the_best_mapping),
    };
    return cmocka_run_group_tests_name("serving", tests, open_tests, close_tests);
}
