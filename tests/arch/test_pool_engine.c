/* An engine in the devices of an FFN pool: what it runs, holds and costs counts there. */
#include "arch/ffn_pool.h"
#include "tests/model.h"

/* A pool that runs experts alone, so that all its time is theirs. */
#define R1                                                                                         \
    "model=deepseek-r1", "chip=h20", "chip.tdp_w=100kW", "plan.devices=16", "plan.tp=1",           \
        "precision.weight=fp8", "precision.kv=fp8", "precision.math=fp8", "workload.batch=256",    \
        "pools.ffn.chip=h100", "pools.ffn.chip.tdp_w=100kW", "pools.ffn.runs=experts",             \
        "plan.micro_batches=2"
#define SIXTEEN "pools.ffn.devices=16", "pools.ffn.tp=1", "pools.ffn.ep=16"
/* In place, and as fast as it is said to be. */
#define ENGINE                                                                                     \
    "pools.ffn.engine=duplex", "pools.ffn.engine.limits=none", "pools.ffn.engine.runs=experts",    \
        "pools.ffn.engine.link_byte_per_s=0", "pools.ffn.engine.co_processing=0"

static const char RIDGE[] = "pools.ffn.engine.ridge_flop_per_byte=10000";

static double pool_s(const struct metrics *m)
{
    return m->ffn_busy_ratio * m->tpot_s;
}

/* An operator runs on the engine only where that is faster. */
static void an_engine_as_fast_as_the_chip_changes_no_time(void **state)
{
    struct study *s = study_with(SET(R1, SIXTEEN));
    char ridge[80];
    (void)state;
    struct metrics without, with;
    evaluate(&s->base, NULL, &without, NULL);
    snprintf(ridge, sizeof ridge, "pools.ffn.engine.ridge_flop_per_byte=%.17g",
             chip_flop_per_s(&s->base.ffn_chip) / s->base.ffn_chip.memory_byte_per_s);
    study_free(s);
    with = priced(SET(R1, SIXTEEN, ENGINE, "pools.ffn.engine.bandwidth_ratio=1", ridge));
    assert_close(with.tpot_s, without.tpot_s, 1e-9);
    assert_close(with.tokens_per_s, without.tokens_per_s, 1e-9);
    assert_close(with.ffn_weight_byte, without.ffn_weight_byte, 0);
    assert_close(with.ffn_memory_used_byte, without.ffn_memory_used_byte, 0);
    assert_close(with.batch_cap, without.batch_cap, 0);
}

/* The experts are bound by memory at this load, so m times the bandwidth takes an m-th of the
 * time. */
static void experts_of_a_pool_run_on_its_engine(void **state)
{
    struct metrics without = priced(SET(R1, SIXTEEN));
    struct metrics with =
        priced(SET(R1, SIXTEEN, ENGINE, RIDGE, "pools.ffn.engine.bandwidth_ratio=4"));
    (void)state;
    assert_close(pool_s(&with), pool_s(&without) / 4, 1e-9);
    assert_close(with.main_busy_ratio * with.tpot_s, without.main_busy_ratio * without.tpot_s,
                 1e-9);
    assert_close(with.ffn_engine_effective_bandwidth_ratio, 4, 1e-12);
    assert_true(isnan(without.ffn_engine_effective_bandwidth_ratio));
    assert_true(with.ffn_engine_power_w > 0);
    assert_close(with.engine_devices, 0, 0); /* none on the main devices */
}

static void a_faster_engine_of_a_pool_never_costs_throughput(void **state)
{
    static const char *const batch[] = {"workload.batch=512", "workload.batch=max"};
    static const char *const value[] = {"bandwidth_ratio", "ridge_flop_per_byte"};
    (void)state;
    for (size_t b = 0; b < LEN(batch); b++)
        for (size_t v = 0; v < LEN(value); v++) {
            double before = 0;
            for (double x = 0.5; x <= 16; x *= 2) {
                char set[80];
                snprintf(set, sizeof set, "pools.ffn.engine.%s=%g", value[v], x * (v ? 8 : 1));
                struct metrics m = priced(SET(R1, SIXTEEN, batch[b], "workload.tpot=50ms", ENGINE,
                                              "pools.ffn.engine.bandwidth_ratio=4",
                                              "pools.ffn.engine.ridge_flop_per_byte=64", set));
                assert_close(m.verdict, VERDICT_OK, 0);
                assert_true(m.tokens_per_s >= before * (1 - 1e-9));
                before = m.tokens_per_s;
            }
        }
}

/* ---- what it costs, on the devices of the pool alone ---- */

static void the_engine_costs_on_each_device_of_the_pool(void **state)
{
    static const char *const h100[] = {"model=llama-3.1-8b", "chip=h100", "plan.devices=1",
                                       "workload.batch=1", NULL};
    struct metrics without = priced(SET(R1, SIXTEEN));
    struct metrics with =
        priced(SET(R1, SIXTEEN, "pools.ffn.engine=duplex", "pools.ffn.engine.runs=experts"));
    struct metrics chip = priced(h100);
    struct metrics engine = priced(SET(h100[0], h100[1], h100[2], h100[3], "engine=duplex"));
    (void)state;
    assert_true(engine.engine_area_mm2 > 0 && engine.system_cost_usd > chip.system_cost_usd);
    assert_close(with.system_area_mm2 - without.system_area_mm2, 16 * engine.engine_area_mm2, 1e-9);
    /* Cooling is priced by the power limit, which the tests above lift on either side. */
    assert_close(with.system_cost_usd - without.system_cost_usd,
                 16 * (engine.system_cost_usd - chip.system_cost_usd), 1e-6);
    assert_close(with.device_cost_usd, without.device_cost_usd, 0); /* of a main device */
    assert_close(with.engine_area_mm2, 0, 0);
    assert_true(with.engine_power_w > 0);
}

/* ---- what it holds ---- */

/* 654 GB of experts in FP8 do not fit in 8 times 80 GB, but in the 160 GB that each pool adds. */
static void the_capacity_of_the_engine_is_that_of_the_pool(void **state)
{
#define ADDS(ratio)                                                                                \
    ENGINE, "pools.ffn.engine.kind=pool", "pools.ffn.engine.bandwidth_ratio=4",                    \
        "pools.ffn.engine.capacity_ratio=" ratio
#define EIGHT "pools.ffn.devices=8", "pools.ffn.tp=1", "pools.ffn.ep=8"
    struct metrics without = priced(SET(R1, EIGHT));
    struct metrics with = priced(SET(R1, EIGHT, ADDS("3")));
    struct metrics few = priced(SET(R1, "pools.ffn.devices=auto", ADDS("4")));
    (void)state;
    assert_close(without.verdict, VERDICT_MEMORY, 0);
    assert_close(with.verdict, VERDICT_OK, 0);
    assert_close(with.ffn_weight_byte, without.ffn_weight_byte, 0);
    assert_true(few.ffn_devices < 9 && few.verdict == VERDICT_OK);
}

/* An engine apart with memory of its own holds the experts; none are left on the chips. */
static void an_engine_apart_holds_the_experts_once(void **state)
{
#define APART                                                                                      \
    "pools.ffn.engine=memory-pool", "pools.ffn.engine.runs=experts", "pools.ffn.engine.overlap=0", \
        EIGHT
    struct metrics ample = priced(SET(R1, APART, "pools.ffn.engine.capacity_ratio=3"));
    struct metrics small = priced(SET(R1, APART, "pools.ffn.engine.capacity_ratio=1.9"));
    struct metrics both =
        priced(SET(R1, APART, "pools.ffn.engine.capacity_ratio=1.9", "pools.ffn.engine.runs=both"));
    (void)state;
    assert_close(ample.verdict, VERDICT_OK, 0);
    assert_true(ample.ffn_weight_byte > 80e9);
    /* 0.9 * 80 GB hold no 81.7 GB of experts, though chip and engine together would. */
    assert_close(small.verdict, VERDICT_MEMORY, 0);
    assert_close(both.verdict, VERDICT_MEMORY, 0); /* there is no attention to run */
}

/* The engine of the main devices is none of the pool's. */
static void engines_of_both_sides_are_apart(void **state)
{
    struct metrics none = priced(SET(R1, SIXTEEN));
    struct metrics main = priced(SET(R1, SIXTEEN, "engine=memory-pool"));
    struct metrics both = priced(SET(R1, SIXTEEN, "engine=memory-pool", ENGINE, RIDGE,
                                     "pools.ffn.engine.bandwidth_ratio=4"));
    (void)state;
    assert_close(pool_s(&main), pool_s(&none), 1e-9);
    assert_close(pool_s(&both), pool_s(&none) / 4, 1e-9);
    assert_close(both.main_busy_ratio * both.tpot_s, main.main_busy_ratio * main.tpot_s, 1e-9);
}

/* ---- what is refused ---- */

static void assert_refused(const struct design *d, const char *path)
{
    assert_non_null(design_refusal(d));
    assert_memory_equal(design_refusal(d), path, strlen(path));
}

static void an_engine_with_nothing_to_run_is_refused(void **state)
{
    struct study *s = study_with(SET(R1, SIXTEEN, ENGINE));
    struct design d = s->base;
    (void)state;
    assert_null(design_refusal(&d));
    d.ffn_engine.runs = RUNS_ATTENTION + RUNS_STATE;
    assert_refused(&d, "pools.ffn.engine.runs: ");
    d.pools.ffn_runs = FFN_ALL_BUT_ATTENTION; /* the main devices keep attention and states */
    assert_refused(&d, "pools.ffn.engine.runs: ");
    d = s->base;
    d.model = *model_called("llama-3.1-70b");
    d.pools.ffn_runs = FFN_ALL;
    assert_refused(&d, "pools.ffn.engine: ");
    d = s->base;
    d.ffn_engine.overlap = 0.5;
    assert_refused(&d, "pools.ffn.engine.overlap: ");
    d.ffn_chip = (struct chip){0}; /* no pool */
    assert_null(design_refusal(&d));
    study_free(s);
}

static void an_engine_of_no_pool_is_refused(void **state)
{
    struct study *s;
    struct err err = {0};
    (void)state;
    assert_int_equal(study_open(&s, NULL, catalogue, &err), 0);
    assert_int_equal(study_set(s, catalogue, "pools.ffn.engine=duplex", &err), 0);
    assert_int_equal(study_settle(s, &err), -1);
    assert_string_equal(err.text, "pools.ffn.engine: no design has this pool: give pools.ffn.chip");
    study_free(s);
}

/* Experts lie in the memory that the engine adds: auto takes as many devices as hold them there. */
static void there_are_enough_devices_for_experts_with_the_engine(void **state)
{
    struct metrics m = priced(SET("model=glm-5", "chip=h200", "plan.devices=8",
                                  "pools.ffn.chip=a100", "pools.ffn.engine=cent",
                                  "pools.ffn.engine.capacity_ratio=1.3", "workload.batch=1"));
    (void)state;
    assert_close(m.verdict, VERDICT_OK, 0);
    assert_true(m.ffn_expert_byte <= 0.3 * 80e9);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_engine_as_fast_as_the_chip_changes_no_time),
        cmocka_unit_test(experts_of_a_pool_run_on_its_engine),
        cmocka_unit_test(a_faster_engine_of_a_pool_never_costs_throughput),
        cmocka_unit_test(the_engine_costs_on_each_device_of_the_pool),
        cmocka_unit_test(the_capacity_of_the_engine_is_that_of_the_pool),
        cmocka_unit_test(an_engine_apart_holds_the_experts_once),
        cmocka_unit_test(engines_of_both_sides_are_apart),
        cmocka_unit_test(an_engine_with_nothing_to_run_is_refused),
        cmocka_unit_test(an_engine_of_no_pool_is_refused),
        cmocka_unit_test(there_are_enough_devices_for_experts_with_the_engine),
    };
    return cmocka_run_group_tests_name("pool engine", tests, open_tests, close_tests);
}
