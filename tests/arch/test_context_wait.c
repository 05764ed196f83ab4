/* Steps in which data-parallel ranks wait for the one with most context. */
#include <string.h>

#include "arch/evaluate.h"
#include "arch/prepared.h"
#include "tests/model.h"

/* 64 ranks with an attention of their own and one copy of the experts. */
#define RANKS                                                                                      \
    "chip=h200", "plan.devices=64", "plan.tp=1", "plan.dp=64", "plan.ep=64", "workload.context=8192"
#define FULL "model=deepseek-v3", RANKS, "workload.batch=4096", "chip.tdp_w=3000"
#define SPREAD "workload.context_cv=0.9"

static struct metrics metrics_with(const char *const *set)
{
    struct study *s = study_with(set);
    struct metrics m;
    evaluate(&s->base, NULL, &m, NULL);
    assert_true(m.verdict == VERDICT_OK);
    study_free(s);
    return m;
}

static double ratio_of(double cv, double ranks, double requests)
{
    const struct contexts c = {cv, gamma_skewness(cv), DP_EQUAL_COUNT};
    const struct rank_wait w = rank_wait_of(&c, ranks);
    return rank_wait_ratio(&w, requests);
}

static const char *const timings[] = {"timing=ideal", "timing=simulator", "timing=calibrated"};

/* The cache is nearly all that attention reads; kernels start once. */
static void the_attention_of_the_fullest_rank_takes_longer_and_nothing_else(void **state)
{
    (void)state;
    for (size_t t = 0; t < LEN(timings); t++) {
        struct metrics equal = metrics_with(SET(FULL, timings[t]));
        struct metrics spread = metrics_with(SET(FULL, timings[t], SPREAD));
        double more = spread.attention_s / equal.attention_s - 1;
        double most = ratio_of(0.9, 64, 64) - 1;
        assert_true(isnan(equal.context_wait_s));
        assert_true(more > 0.75 * most && more <= most * (1 + 1e-9));
        assert_close(spread.context_wait_s, spread.attention_s - equal.attention_s, 1e-9);
        assert_close(spread.expert_s, equal.expert_s, 1e-12);
        assert_close(spread.projection_s, equal.projection_s, 1e-12);
        assert_close(spread.attention_intensity_flop_per_byte,
                     equal.attention_intensity_flop_per_byte, 1e-12);
        assert_true(spread.device_power_w < equal.device_power_w); /* the same work in more time */
        assert_close(spread.batch_cap, equal.batch_cap, 0);
    }
}

static void a_small_spread_costs_little(void **state)
{
    static const char *const models[] = {"model=deepseek-v3.2", "model=gpt-oss-120b",
                                         "model=deepseek-v4-flash", "model=qwen3-235b-a22b"};
    static const char *const phases[] = {"workload.phase=decode", "workload.phase=serving"};
    (void)state;
    for (size_t i = 0; i < LEN(models); i++)
        for (size_t p = 0; p < LEN(phases); p++) {
            struct metrics none =
                metrics_with(SET(models[i], RANKS, "workload.batch=256", phases[p]));
            double before = none.tpot_s;
            static const char *const cv[] = {"workload.context_cv=1e-9", "workload.context_cv=0.3",
                                             "workload.context_cv=1", "workload.context_cv=3"};
            for (size_t k = 0; k < LEN(cv); k++) {
                struct metrics m =
                    metrics_with(SET(models[i], RANKS, "workload.batch=256", phases[p], cv[k]));
                assert_true(m.tpot_s >= before * (1 - 1e-12));
                if (k == 0)
                    assert_close(m.tpot_s, none.tpot_s, 1e-8);
                before = m.tpot_s;
            }
            assert_true(before > none.tpot_s * 1.001);
        }
}

/* A full window reads the same of any longer context. */
static void a_full_window_does_not_wait(void **state)
{
    struct study *s = study_with(SET("model=gpt-oss-120b", RANKS, SPREAD));
    struct prepared p = {0};
    size_t windows = 0, cores = 0;
    (void)state;
    prepare(&p, &s->base);
    const struct ops *ops = &p.mapped[0].step.ops;
    for (size_t i = 0; i < ops->n; i++) {
        const struct op *o = &ops->op[i];
        bool core = strcmp(o->name, "attention.core") == 0;
        windows += strcmp(o->name, "attention.window") == 0;
        cores += core;
        assert_true(core ? o->by_context > 0.9 && o->by_context <= 1 : o->by_context == 0);
    }
    assert_true(windows == 1 && cores == 1);
    prepared_free(&p);
    study_free(s);
}

/* Replicas that share no experts, and requests of a single rank, wait for nobody. */
static void ranks_that_exchange_nothing_do_not_wait(void **state)
{
    static const char *const alone[][3] = {
        {"model=llama-3.1-8b", "plan.dp=4", "plan.tp=1"},
        {"model=mixtral-8x7b", "plan.dp=4", "plan.ep=1"},
        {"model=mixtral-8x7b", "plan.dp=1", "plan.tp=4"},
    };
    (void)state;
    for (size_t i = 0; i < LEN(alone); i++) {
        const char *const *a = alone[i];
        struct metrics none =
            metrics_with(SET("chip=h200", "plan.devices=4", "workload.batch=64", a[0], a[1], a[2]));
        struct metrics some = metrics_with(
            SET("chip=h200", "plan.devices=4", "workload.batch=64", a[0], a[1], a[2], SPREAD));
        assert_close(some.tpot_s, none.tpot_s, 0);
        assert_close(some.context_wait_s, 0, 0);
    }
}

/* All main devices wait for each other at the pool. */
static void all_ranks_of_an_ffn_pool_wait(void **state)
{
    const char *const pool[] = {"model=deepseek-v3",
                                "chip=h200",
                                "pools.ffn.chip=h200",
                                "pools.ffn.devices=32",
                                "plan.devices=16",
                                "plan.tp=1",
                                "plan.dp=16",
                                "workload.batch=1024",
                                NULL,
                                NULL,
                                NULL};
    const char *with[11];
    (void)state;
    memcpy(with, pool, sizeof with);
    with[8] = SPREAD;
    struct metrics none = metrics_with(pool), some = metrics_with(with);
    assert_true(some.context_wait_s > 0);
    assert_true(some.tpot_s > none.tpot_s);
}

/* It was measured with whatever waiting there was. */
static void a_measured_time_waits_for_nothing_more(void **state)
{
    struct metrics none = metrics_with(SET(FULL, "timing=measured", "workload.measured_tpot=50ms"));
    struct metrics some =
        metrics_with(SET(FULL, "timing=measured", "workload.measured_tpot=50ms", SPREAD));
    (void)state;
    assert_close(some.tpot_s, none.tpot_s, 0);
    assert_close(some.device_power_w, none.device_power_w, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_attention_of_the_fullest_rank_takes_longer_and_nothing_else),
        cmocka_unit_test(a_small_spread_costs_little),
        cmocka_unit_test(a_full_window_does_not_wait),
        cmocka_unit_test(ranks_that_exchange_nothing_do_not_wait),
        cmocka_unit_test(all_ranks_of_an_ffn_pool_wait),
        cmocka_unit_test(a_measured_time_waits_for_nothing_more),
    };
    return cmocka_run_group_tests(tests, open_tests, close_tests);
}
