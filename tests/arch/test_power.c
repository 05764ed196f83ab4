/* The power of a device: never above its limit, whatever that costs in time. */
#include <string.h>

#include "arch/energy.h"
#include "arch/evaluate.h"
#include "tests/model.h"

static const double ROUNDING = 1 + 1e-9;
static const double MOST = 0.98 * (1 + 1e-9); /* of the limit, as the highest average measured */

static const char *pick(const char *const *from, size_t n)
{
    return from[(size_t)rand() % n];
}

/* A few hundred designs over chips, models, engines, formats, phases and timings. */
static void a_feasible_device_never_exceeds_its_power_limit(void **state)
{
    static const char *const chip[] = {"chip=b200", "chip=h200", "chip=h100", "chip=mi300x",
                                       "chip=b200-paper"};
    static const char *const model[] = {"model=deepseek-r1", "model=llama-3.1-8b",
                                        "model=gpt3-175b", "model=qwen3-30b-a3b"};
    static const char *const engine[] = {"engine=none", "engine=duplex", "engine=attacc",
                                         "engine=memory-pool", "engine=logic-die-r32"};
    static const char *const math[] = {"precision.math=bf16", "precision.math=fp8"};
    static const char *const phase[] = {"workload.phase=decode", "workload.phase=decode",
                                        "workload.phase=prefill", "workload.phase=serving",
                                        "workload.phase=disaggregated"};
    static const char *const tdp[] = {"chip.tdp_w=auto", "chip.tdp_w=500 W", "chip.tdp_w=800 W",
                                      "chip.tdp_w=1200 W"};
    static const char *const memory[] = {"chip.memory_byte_per_s=4 TB/s",
                                         "chip.memory_byte_per_s=12 TB/s"};
    static const char *const limit[] = {"workload.tpot=50 ms", "workload.tpot=none",
                                        "workload.batch=64"};
    static const char *const timing[] = {"timing=ideal", "timing=ideal", "timing=simulator"};
    size_t feasible = 0, throttled = 0;
    (void)state;
    srand(7);
    for (int i = 0; i < 300; i++) {
        bool dense = false;
        const char *of = pick(model, LEN(model)), *how = pick(timing, LEN(timing));
        dense = strstr(of, "gpt3") || strstr(of, "llama");
        struct metrics m =
            priced(SET(pick(chip, LEN(chip)), of, pick(engine, LEN(engine)), pick(math, LEN(math)),
                       pick(phase, LEN(phase)), pick(tdp, LEN(tdp)), pick(memory, LEN(memory)),
                       pick(limit, LEN(limit)), dense ? how : "timing=ideal", "plan.devices=8"));
        if (m.verdict != VERDICT_OK)
            continue;
        feasible++;
        throttled += m.throttle_ratio < 1;
        assert_true(m.power_limit_ratio > 0 && m.power_limit_ratio <= MOST);
        assert_true(m.throttle_ratio > 0 && m.throttle_ratio <= 1);
    }
    assert_true(feasible > 100 && throttled > 20 && throttled < feasible);
}

/* A low power limit of some chip, which `text` states. */
static double low_limit_w(char text[48], const char *path)
{
    double watts = 90 + 10 * (rand() % 30);
    snprintf(text, 48, "%s.tdp_w=%g W", path, watts);
    return watts;
}

/* Main devices under a low limit. */
struct main_draw {
    char tdp[48];
    double limit_w;
    const char *chip, *engine, *batch, *tpot, *math;
};

static struct main_draw main_draw(void)
{
    static const char *const chip[] = {"chip=h100", "chip=h200", "chip=b200", "chip=l40s"};
    static const char *const engine[] = {"engine=none", "engine=none", "engine=duplex",
                                         "engine=memory-pool", "engine=attacc"};
    static const char *const batch[] = {"workload.batch=8", "workload.batch=256",
                                        "workload.batch=max"};
    static const char *const tpot[] = {"workload.tpot=none", "workload.tpot=50 ms"};
    static const char *const math[] = {"precision.math=bf16", "precision.math=fp8"};
    struct main_draw m = {.chip = pick(chip, LEN(chip)),
                          .engine = pick(engine, LEN(engine)),
                          .batch = pick(batch, LEN(batch)),
                          .tpot = pick(tpot, LEN(tpot)),
                          .math = pick(math, LEN(math))};
    m.limit_w = low_limit_w(m.tdp, "chip");
    return m;
}

#define MAIN(m) (m).chip, (m).tdp, (m).engine, (m).batch, (m).tpot, (m).math, "plan.devices=8"

static const char *const pool_phase[] = {"workload.phase=decode", "workload.phase=disaggregated"};

/* A random design with a pool; `limit_w`: of a device of the pool, `power_w`: what it draws. */
static struct metrics with_ffn_pool(double *limit_w, double *power_w)
{
    static const char *const model[] = {"model=llama-3.1-70b", "model=deepseek-r1",
                                        "model=qwen3-30b-a3b"};
    static const char *const chip[] = {"pools.ffn.chip=l40s", "pools.ffn.chip=h100",
                                       "pools.ffn.chip=b200"};
    static const char *const runs[] = {"pools.ffn.runs=ffn", "pools.ffn.runs=ffn_and_head",
                                       "pools.ffn.runs=all_but_attention"};
    static const char *const sends[] = {"pools.ffn.sends=beside", "pools.ffn.sends=within"};
    static const char *const tier[] = {"chip.memory2_kind=none", "chip.memory2_kind=lpddr5x",
                                       "chip.memory2_kind=host"};
    static const char *const engine[] = {"pools.ffn.engine=none", "pools.ffn.engine=duplex",
                                         "pools.ffn.engine=memory-pool"};
    struct main_draw d = main_draw();
    char tdp[48];
    const char *of = pick(model, LEN(model));
    bool dense = strstr(of, "llama"), none = dense || rand() % 2 == 0;
    *limit_w = low_limit_w(tdp, "pools.ffn.chip");
    struct metrics m =
        priced(SET(MAIN(d), of, pick(chip, LEN(chip)), tdp, engine[none ? 0 : 1 + rand() % 2],
                   none ? "pools.ffn.link_latency_s=auto" : "pools.ffn.engine.runs=experts",
                   pick(runs, LEN(runs)), pick(sends, LEN(sends)), pick(tier, LEN(tier)),
                   pick(pool_phase, LEN(pool_phase)), "chip.memory2_byte=500 GB",
                   "chip.memory2_byte_per_s=400 GB/s"));
    *power_w = m.ffn_device_power_w;
    return m;
}

static struct metrics with_draft_pool(double *limit_w, double *power_w)
{
    static const char *const chip[] = {"pools.draft.chip=l40s", "pools.draft.chip=h100"};
    struct main_draw d = main_draw();
    char tdp[48];
    *limit_w = low_limit_w(tdp, "pools.draft.chip");
    struct metrics m = priced(SET(MAIN(d), "model=llama-3.1-70b", "pools.draft.model=llama-3.1-8b",
                                  pick(chip, LEN(chip)), tdp, pick(pool_phase, LEN(pool_phase)),
                                  "workload.query_tokens=4", "workload.accepted_tokens=2.2"));
    *power_w = m.draft_device_power_w;
    return m;
}

static struct metrics with_prefill_pool(double *limit_w, double *power_w)
{
    static const char *const model[] = {"model=llama-3.1-70b", "model=qwen3-30b-a3b"};
    static const char *const chip[] = {"pools.prefill.chip=h200", "pools.prefill.chip=h100",
                                       "pools.prefill.chip=b200"};
    static const char *const devices[] = {"pools.prefill.devices=share", "pools.prefill.devices=8",
                                          "pools.prefill.devices=64"};
    static const char *const engine[] = {"pools.prefill.engine=none", "pools.prefill.engine=same"};
    static const char *const output[] = {"workload.output=64", "workload.output=1024"};
    static const char *const timing[] = {"timing=ideal", "timing=calibrated"};
    struct main_draw d = main_draw();
    char tdp[48];
    *limit_w = low_limit_w(tdp, "pools.prefill.chip");
    struct metrics m = priced(SET(MAIN(d), "workload.phase=disaggregated", pick(model, LEN(model)),
                                  pick(chip, LEN(chip)), tdp, pick(devices, LEN(devices)),
                                  pick(output, LEN(output)), pick(timing, LEN(timing)),
                                  pick(engine, LEN(engine))));
    *power_w = m.prefill_device_power_w;
    return m;
}

/* Devices that wait for each other, a few hundred designs of each kind of pool. */
static void a_feasible_device_of_any_pool_never_exceeds_its_power_limit(void **state)
{
    static struct metrics (*const with_pool[])(double *, double *) = {
        with_ffn_pool, with_draft_pool, with_prefill_pool};
    (void)state;
    srand(11);
    for (size_t k = 0; k < LEN(with_pool); k++) {
        size_t feasible = 0, throttled = 0, infeasible = 0;
        for (int i = 0; i < 200; i++) {
            double limit_w, power_w;
            struct metrics m = with_pool[k](&limit_w, &power_w);
            infeasible += m.verdict == VERDICT_POWER;
            if (m.verdict != VERDICT_OK)
                continue;
            feasible++;
            throttled += m.throttle_ratio < 1;
            assert_true(m.power_limit_ratio > 0 && m.power_limit_ratio <= MOST);
            assert_true(power_w > 0 && power_w <= limit_w * ROUNDING);
        }
        assert_true(feasible > 20 && throttled > 10 && infeasible > 10);
    }
}

/* Its clock falls for its work; while it waits it keeps that clock. */
static void a_device_waits_at_the_clock_that_it_holds(void **state)
{
    const char *const *of = SET("model=llama-3.1-70b", "chip=h100", "chip.tdp_w=300 W",
                                "workload.batch=8", "pools.ffn.chip=l40s", "plan.devices=8");
    struct metrics m = priced(of);
    (void)state;
    assert_int_equal((int)m.verdict, VERDICT_OK);
    assert_true(m.throttle_ratio < 1 && m.main_busy_ratio < 0.9);
    assert_true(m.power_limit_ratio < 0.98 && m.device_power_w < 0.98 * 300);
}

/* A throttled batch max is the largest batch that, when given, is in time; an engine has its own
 * arithmetic, whose time does not follow the clock. */
static void the_largest_batch_under_a_power_limit_is_in_time_and_one_more_is_not(void **state)
{
    static const char *const engine[] = {"engine=none", "engine=duplex", "engine=attacc",
                                         "engine=logic-die-r32"};
    static const char *const tpot[] = {"workload.tpot=20 ms", "workload.tpot=50 ms"};
    static const char *const tdp[] = {"chip.tdp_w=500 W", "chip.tdp_w=700 W", "chip.tdp_w=900 W"};
    static const char *const model[] = {"model=deepseek-r1", "model=llama-3.1-8b"};
    size_t throttled = 0;
    (void)state;
    srand(11);
    for (int i = 0; i < 120; i++) {
        struct study *s = study_with(
            SET("chip=b200", pick(model, LEN(model)), pick(engine, LEN(engine)),
                pick(tpot, LEN(tpot)), pick(tdp, LEN(tdp)), "plan.devices=8", "plan.tp=8",
                "plan.ep=8", "workload.context=8192", "precision.weight=fp8", "precision.math=fp8",
                i % 2 ? "chip.memory_byte_per_s=8 TB/s" : "chip.memory_byte_per_s=6 TB/s"));
        struct metrics most, m;
        struct design d = s->base;
        evaluate(&d, NULL, &most, NULL);
        for (double more = 0; more <= 1 && most.batch_slo >= 1; more++) {
            d.workload.batch = most.batch_slo + more;
            evaluate(&d, NULL, &m, NULL);
            assert_int_equal(m.tpot_s > d.workload.tpot_s, more > 0);
            throttled += more > 0 && most.throttle_ratio < 1;
        }
        study_free(s);
    }
    assert_true(throttled > 20);
}

/* With overlap a step may get shorter with one request more, so that only this holds. */
static void the_largest_batch_of_an_engine_that_overlaps_is_in_time(void **state)
{
    static const char *const engine[] = {"engine=duplex", "engine=attacc", "engine=logic-die-r32",
                                         "engine=logic-die-r128"};
    static const char *const tdp[] = {"chip.tdp_w=300 W", "chip.tdp_w=400 W", "chip.tdp_w=500 W"};
    static const char *const model[] = {"model=deepseek-r1", "model=llama-3.1-70b",
                                        "model=llama-4-maverick"};
    size_t throttled = 0;
    (void)state;
    srand(5);
    for (int i = 0; i < 150; i++) {
        struct study *s =
            study_with(SET("chip=b200", pick(model, LEN(model)), pick(engine, LEN(engine)),
                           pick(tdp, LEN(tdp)), "workload.tpot=50 ms", "plan.devices=8",
                           "plan.tp=8", "plan.ep=8", "precision.weight=fp8", "engine.overlap=1"));
        struct metrics most, m;
        struct design d = s->base;
        d.chip.memory_byte_per_s = 4e12 + 1e11 * (double)(rand() % 120);
        d.workload.context = 2048 << rand() % 6;
        evaluate(&d, NULL, &most, NULL);
        if (most.batch_slo >= 1) {
            d.workload.batch = most.batch_slo;
            evaluate(&d, NULL, &m, NULL);
            assert_true(m.tpot_s <= d.workload.tpot_s * ROUNDING);
            throttled += most.throttle_ratio < 1;
        }
        study_free(s);
    }
    assert_true(throttled > 20);
}

/* A lower limit costs time, and never gives throughput. */
static void less_power_never_makes_a_system_faster(void **state)
{
    static const char *const load[] = {"workload.batch=256", "workload.batch=max"};
    (void)state;
    for (size_t k = 0; k < LEN(load); k++) {
        double slower_s = 0, rate = INFINITY;
        for (double watts = 1600; watts >= 450; watts -= 50) {
            char *limit = mem_print("chip.tdp_w=%g", watts);
            struct metrics m = priced(SET(
                "chip=b200", "model=deepseek-r1", "precision.weight=fp8", "precision.math=fp8",
                "plan.devices=8", "workload.context=2048", "workload.tpot=40 ms", load[k], limit));
            free(limit);
            if (m.verdict != VERDICT_OK)
                break;
            if (k == 0)
                assert_true(m.tpot_s * ROUNDING >= slower_s);
            assert_true(m.tokens_per_s <= rate * ROUNDING);
            slower_s = m.tpot_s;
            rate = m.tokens_per_s;
        }
        assert_true(rate < INFINITY);
    }
}

/* The floor of a B200 is 0.34 of 1000 W; half of it does not follow the clock. */
static void a_floor_over_the_limit_has_the_verdict_power(void **state)
{
    struct metrics m = priced(SET("chip=b200", "model=llama-3.1-8b", "chip.tdp_w=150 W",
                                  "workload.batch=8", "plan.devices=1"));
    (void)state;
    assert_int_equal((int)m.verdict, VERDICT_POWER);
    assert_true(m.power_limit_ratio > 1);
}

/* 40 TB/s at 4 pJ/bit is 1.28 kW of DRAM alone: below the lowest clock the memory has to wait. */
static void memory_that_cannot_be_fed_waits(void **state)
{
    struct metrics m =
        priced(SET("chip=b200", "model=llama-3.1-8b", "chip.memory_byte_per_s=60 TB/s",
                   "workload.batch=8", "plan.devices=1"));
    struct metrics free_m =
        priced(SET("chip=b200", "model=llama-3.1-8b", "chip.memory_byte_per_s=60 TB/s",
                   "chip.tdp_w=90 kW", "workload.batch=8", "plan.devices=1"));
    (void)state;
    assert_int_not_equal((int)m.verdict, VERDICT_POWER);
    assert_true(m.throttle_ratio < CLOCK_LEAST && m.tpot_s > free_m.tpot_s);
    assert_close(m.power_limit_ratio, 0.98, 1e-9);
    assert_close(free_m.throttle_ratio, 1, 0);
}

/* `auto` is the power of the data sheet as it stands, and grows with memory and arithmetic. */
static void the_automatic_limit_follows_the_hardware(void **state)
{
    struct metrics plain = priced(SET("chip=b200", "model=llama-3.1-8b"));
    struct metrics automatic = priced(SET("chip=b200", "model=llama-3.1-8b", "chip.tdp_w=auto"));
    struct metrics twice = priced(SET("chip=b200", "model=llama-3.1-8b", "chip.tdp_w=auto",
                                      "chip.memory_byte_per_s=15.4 TB/s"));
    (void)state;
    assert_close(automatic.tokens_per_s, plain.tokens_per_s, 1e-9);
    assert_true(twice.device_power_w / twice.power_limit_ratio > 1100);
}

/* Prices never change a time, a power or a clock. */
static void results_do_not_depend_on_prices(void **state)
{
    struct study *s = study_with(SET("chip=b200", "model=deepseek-r1", "engine=duplex"));
    struct metrics with, without;
    (void)state;
    evaluate(&s->base, &s->prices, &with, NULL);
    evaluate(&s->base, NULL, &without, NULL);
    assert_close(with.tpot_s, without.tpot_s, 0);
    assert_close(with.device_power_w, without.device_power_w, 0);
    assert_close(with.throttle_ratio, without.throttle_ratio, 0);
    study_free(s);
}

/* A measured step takes its time; a longer one draws less. */
static void a_measured_step_takes_the_time_it_is_given(void **state)
{
    static const char *const tpot[] = {"workload.measured_tpot=20 ms",
                                       "workload.measured_tpot=40 ms", NULL};
    double watts = INFINITY;
    (void)state;
    for (const char *const *t = tpot; *t; t++) {
        struct metrics m = priced(SET("chip=b200", "model=deepseek-r1", "precision.weight=fp8",
                                      "precision.math=fp8", "plan.devices=8", "plan.tp=8",
                                      "plan.ep=8", "workload.batch=64", "timing=measured", *t));
        assert_close(m.tpot_s, t == tpot ? 0.02 : 0.04, 1e-12);
        assert_close(m.attention_s + m.projection_s + m.ffn_s + m.expert_s + m.communication_s +
                         m.other_s,
                     m.tpot_s, 1e-9);
        assert_true(m.device_power_w < watts && m.power_limit_ratio <= MOST);
        watts = m.device_power_w;
    }
}

/* Only the step was measured: its prompt takes what it does in ideal timing, at the clock that the
 * power limit leaves. */
static void a_prompt_beside_a_measured_step_is_timed_at_its_clock(void **state)
{
    const char *const common = "model=llama-3.1-70b";
    const char *const serving[] = {common,
                                   "chip=b200",
                                   "plan.devices=8",
                                   "plan.tp=8",
                                   "workload.phase=serving",
                                   "workload.input=8192",
                                   "workload.output=1024",
                                   "workload.batch=32",
                                   NULL,
                                   NULL,
                                   NULL};
    const char *measured[LEN(serving)];
    struct metrics prefill =
        priced(SET(common, "chip=b200", "plan.devices=8", "plan.tp=8", "workload.phase=prefill",
                   "workload.context=8192", "workload.batch=1"));
    (void)state;
    memcpy(measured, serving, sizeof serving);
    measured[LEN(serving) - 3] = "timing=measured";
    measured[LEN(serving) - 2] = "workload.measured_tpot=30 ms";
    struct metrics ideal = priced(serving), m = priced(measured);
    assert_true(prefill.throttle_ratio < 1);
    assert_close(ideal.ttft_s - ideal.tpot_s, prefill.ttft_s, 1e-9);
    assert_close(m.ttft_s - 0.03, prefill.ttft_s, 1e-9);
}

/* DeepSeek-R1 in FP8 on 8 B200, 128 requests, 44.8 ms a step: 891 W on the board (ML.ENERGY v3.0,
 * arXiv:2601.22076). */
static void deepseek_in_the_measured_time_draws_about_what_was_measured(void **state)
{
    struct metrics m =
        priced(SET("chip=b200", "model=deepseek-r1", "precision.weight=fp8", "precision.math=fp8",
                   "plan.devices=8", "plan.tp=8", "plan.ep=8", "workload.batch=128",
                   "workload.context=6000", "timing=measured", "workload.measured_tpot=44.8 ms"));
    (void)state;
    assert_close(m.device_power_w, 891, 0.15);
}

/* An expert with one token executes a whole tile of 128 rows in FP8: its energy counts. */
static void an_expert_executes_whole_tiles(void **state)
{
    const char *const common = "workload.measured_tpot=50 ms";
    struct metrics narrow =
        priced(SET("chip=b200", "model=qwen3-235b-a22b", "precision.weight=fp8",
                   "precision.math=fp8", "plan.devices=8", "plan.tp=8", "plan.ep=8",
                   "workload.batch=16", "timing=measured", common));
    struct metrics wide =
        priced(SET("chip=b200", "model=qwen3-235b-a22b", "precision.weight=fp8", "plan.devices=8",
                   "plan.tp=8", "plan.ep=8", "workload.batch=16", "timing=measured", common));
    (void)state;
    assert_true(narrow.device_power_w > wide.device_power_w);
}

/* With `auto` an engine has watts of its own: those of an idle one do not raise the chip's clock.
 */
static void an_idle_engine_gives_the_chip_no_watt(void **state)
{
    (void)state;
    struct metrics m[2];
    static const char *const engine[] = {"engine=none", "engine=logic-die-r32"};
    for (int i = 0; i < 2; i++)
        m[i] =
            priced(SET("model=deepseek-r1", "chip=b200-paper", engine[i], "engine.runs=attention",
                       "chip.tdp_w=auto", "plan.devices=32", "plan.dp=32", "plan.ep=32",
                       "workload.context=32768", "workload.batch=1760"));
    assert_true(m[1].engine_speedup < 1 && m[1].engine_power_w == 0);
    assert_true(m[0].throttle_ratio < 1);
    assert_true(fabs(m[1].throttle_ratio / m[0].throttle_ratio - 1) < 1e-12);
    assert_true(fabs(m[1].tokens_per_s / m[0].tokens_per_s - 1) < 1e-12);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_feasible_device_never_exceeds_its_power_limit),
        cmocka_unit_test(a_feasible_device_of_any_pool_never_exceeds_its_power_limit),
        cmocka_unit_test(a_device_waits_at_the_clock_that_it_holds),
        cmocka_unit_test(the_largest_batch_under_a_power_limit_is_in_time_and_one_more_is_not),
        cmocka_unit_test(the_largest_batch_of_an_engine_that_overlaps_is_in_time),
        cmocka_unit_test(less_power_never_makes_a_system_faster),
        cmocka_unit_test(an_idle_engine_gives_the_chip_no_watt),
        cmocka_unit_test(a_floor_over_the_limit_has_the_verdict_power),
        cmocka_unit_test(memory_that_cannot_be_fed_waits),
        cmocka_unit_test(the_automatic_limit_follows_the_hardware),
        cmocka_unit_test(results_do_not_depend_on_prices),
        cmocka_unit_test(a_measured_step_takes_the_time_it_is_given),
        cmocka_unit_test(a_prompt_beside_a_measured_step_is_timed_at_its_clock),
        cmocka_unit_test(deepseek_in_the_measured_time_draws_about_what_was_measured),
        cmocka_unit_test(an_expert_executes_whole_tiles),
    };
    return cmocka_run_group_tests_name("power", tests, open_tests, close_tests);
}
