/* Start-up times of kernels in ideal timing: what they add to a step, with and without a pool. */
#include <string.h>

#include "arch/metrics.h"
#include "tests/model.h"

static const double START_S = 7e-6;
#define START "chip.kernel_start_s=7 us"
#define POOL_START "pools.ffn.chip.kernel_start_s=7 us"

/* One device without a limit of power or memory. */
#define ALONE                                                                                      \
    "chip=h100", "chip.tdp_w=100 kW", "chip.memory_byte=100 TB", "plan.devices=1",                 \
        "workload.batch=12"

static const char *const models[] = {"model=llama-3.1-8b", "model=deepseek-r1",
                                     "model=qwen3-next-80b-a3b", "model=gpt-oss-120b"};

static bool same(double a, double b)
{
    return memcmp(&a, &b, sizeof a) == 0 || (isnan(a) && isnan(b));
}

/* Kernels that a list of operators starts: collectives start none, and what is joined starts with
 * another. */
static double calls_of(const struct step *s)
{
    double calls = 0;
    for (size_t i = 0; i < s->ops.n; i++) {
        const struct op *o = &s->ops.op[i];
        calls += o->joined || o->unit == UNIT_LINK ? 0 : o->count;
    }
    return calls;
}

static double calls_of_step(const char *const *set)
{
    struct study *s = study_with(set);
    struct prepared p = {0};
    prepare(&p, &s->base);
    double calls = calls_of(&p.mapped[0].step);
    prepared_free(&p);
    study_free(s);
    return calls;
}

static void every_call_adds_one_start_up_time(void **state)
{
    static const char *const timings[] = {"timing=ideal", "timing=simulator"};
    (void)state;
    for (size_t i = 0; i < LEN(models) * LEN(timings); i++) {
        const char *model = models[i % LEN(models)], *timing = timings[i / LEN(models)];
        if (strstr(timing, "simulator") && strstr(model, "qwen3"))
            continue; /* it has no such layers */
        struct metrics a = priced(SET(model, timing, ALONE));
        struct metrics b = priced(SET(model, timing, ALONE, START));
        double start_s = START_S * calls_of_step(SET(model, timing, ALONE));
        assert_true(start_s > 0);
        assert_close(b.tpot_s - a.tpot_s, start_s, 1e-9);
        assert_close(b.start_s, start_s, 1e-12);
        assert_close(classes_s(&b), b.tpot_s, 1e-12);
        assert_true(isnan(a.start_s));
    }
}

static void two_batches_start_everything_twice(void **state)
{
    (void)state;
    struct metrics a = priced(SET(models[0], ALONE, "plan.overlap=two_batch"));
    struct metrics b = priced(SET(models[0], ALONE, "plan.overlap=two_batch", START));
    double calls = calls_of_step(SET(models[0], ALONE));
    assert_close(b.tpot_s - a.tpot_s, 2 * calls * START_S, 1e-9);
    assert_close(b.start_s, 2 * calls * START_S, 1e-12);
}

static void an_engine_is_started_as_the_chip_is(void **state)
{
    (void)state;
    for (size_t i = 0; i < LEN(models); i++) {
        struct metrics a =
            priced(SET(models[i], ALONE, "engine=logic-die-r128", "engine.overlap=0"));
        struct metrics b =
            priced(SET(models[i], ALONE, "engine=logic-die-r128", "engine.overlap=0", START));
        assert_close(b.tpot_s - a.tpot_s, START_S * calls_of_step(SET(models[i], ALONE)), 1e-9);
    }
}

static void a_prompt_starts_its_calls_too(void **state)
{
    (void)state;
    struct metrics a = priced(SET(models[0], ALONE, "workload.phase=prefill"));
    struct metrics b = priced(SET(models[0], ALONE, "workload.phase=prefill", START));
    double calls = calls_of_step(SET(models[0], ALONE, "workload.phase=prefill"));
    assert_close(b.ttft_s - a.ttft_s, calls * START_S, 1e-9);
}

/* A block in which other chips start slowly prices this one to the last bit as if it were alone. */
static void a_start_up_time_of_zero_changes_nothing(void **state)
{
    (void)state;
    for (size_t i = 0; i < LEN(models); i++) {
        struct study *s = study_with(
            SET(models[i], "chip=b200", "plan.devices=8", "engine=duplex", "workload.tpot=50 ms"));
        struct prepared p = {0};
        struct devices d = {0};
        struct metrics_lanes both;
        struct metrics alone, together;
        size_t mapped[LANES];
        struct chip slow = s->base.chip;
        slow.kernel_start_s = 1e-4;
        prepare(&p, &s->base);
        devices_add(&d, &s->base.chip, &s->base.engine);
        devices_add(&d, &slow, &s->base.engine);
        metrics_clear(&both, LANES);
        evaluate_many(&p, &s->base, &s->prices, &d, &both, mapped);
        evaluate_prepared(&p, &s->base, &s->prices, &alone, NULL);
        LANES_TAKE(together, &both, 0);
        for (size_t k = 0; k < metrics_fields.n; k++)
            if (!same(field_get(&metrics_fields.row[k], &together),
                      field_get(&metrics_fields.row[k], &alone)))
                assert_string_equal(metrics_fields.row[k].name, "as alone");
        prepared_free(&p);
        study_free(s);
    }
}

static void longer_start_up_times_are_never_faster(void **state)
{
    static const char *const ways[][3] = {
        {"workload.batch=max", "workload.tpot=60 ms", "engine=duplex"},
        {"workload.batch=64", "chip.tdp_w=400 W", "engine=none"},
        {"workload.batch=max", "workload.phase=serving", "workload.ttft=3"},
        {"workload.batch=max", "workload.tpot=60 ms", "plan.overlap=two_batch"},
    };
    (void)state;
    for (size_t i = 0; i < LEN(models) * LEN(ways); i++) {
        const char *const *way = ways[i / LEN(models)];
        double last = INFINITY;
        for (int k = 0; k < 6; k++) {
            char start[64];
            snprintf(start, sizeof start, "chip.kernel_start_s=%d us", k * k);
            struct metrics m = priced(SET(models[i % LEN(models)], "chip=h200", "plan.devices=16",
                                          "plan.tp=auto", way[0], way[1], way[2], start));
            double rate = m.verdict == VERDICT_OK ? m.tokens_per_s : 0;
            assert_true(rate <= last * (1 + 1e-9));
            last = rate;
        }
    }
}

/* ---- with a pool ---- */

#define SHARED                                                                                     \
    "model=deepseek-r1", "chip=h100", "chip.tdp_w=100 kW", "chip.memory_byte=100 TB",              \
        "plan.devices=8", "plan.tp=1", "pools.ffn.chip=h100", "pools.ffn.chip.tdp_w=100 kW",       \
        "pools.ffn.link_byte_per_s=1e15", "pools.ffn.chip.memory_byte=100 TB",                     \
        "pools.ffn.devices=8", "pools.ffn.runs=experts"

/* Without prices: whatever package the memory would need. */
static struct metrics timed(const char *const *set)
{
    struct study *s = study_with(set);
    struct metrics m;
    evaluate(&s->base, NULL, &m, NULL);
    study_free(s);
    assert_int_equal(m.verdict, VERDICT_OK);
    return m;
}

/* Busy times of both sides in a step. */
struct busy {
    double main_s, ffn_s;
};

static struct busy busy_of(const char *parts, const char *one, const char *two)
{
    struct metrics m = timed(SET(SHARED, "workload.batch=512", parts, one, two));
    return (struct busy){m.main_busy_ratio * m.tpot_s, m.ffn_busy_ratio * m.tpot_s};
}

/* What is outside the layers runs once per step on the whole batch. */
static void both_sides_start_their_calls_once_per_micro_batch(void **state)
{
    struct study *s = study_with(SET(SHARED));
    struct prepared p = {0};
    (void)state;
    prepare(&p, &s->base);
    double main_calls = calls_of(&p.mapped[0].step),
           ffn_calls = calls_of(&p.mapped[p.ffn_first].step);
    assert_true(main_calls > ffn_calls && ffn_calls > 0);
    for (int parts = 1; parts <= 4; parts++) {
        char text[64];
        snprintf(text, sizeof text, "plan.micro_batches=%d", parts);
        struct busy none =
            busy_of(text, "chip.kernel_start_s=0", "pools.ffn.chip.kernel_start_s=0");
        struct busy main = busy_of(text, START, "pools.ffn.chip.kernel_start_s=0");
        struct busy ffn = busy_of(text, "chip.kernel_start_s=0", POOL_START);
        assert_close(main.main_s - none.main_s, parts * main_calls * START_S, 1e-9);
        assert_close(ffn.ffn_s - none.ffn_s, parts * ffn_calls * START_S, 1e-9);
        assert_close(main.ffn_s, none.ffn_s, 1e-9);
        assert_close(ffn.main_s, none.main_s, 1e-9);
    }
    prepared_free(&p);
    study_free(s);
}

/* The mechanism by which slow starts cost: more micro-batches start more calls. */
static void slow_starts_make_fewer_micro_batches_better(void **state)
{
    (void)state;
    struct metrics quick = timed(SET(SHARED, "workload.batch=65536", "plan.micro_batches=auto"));
    struct metrics slow =
        timed(SET(SHARED, "workload.batch=65536", "plan.micro_batches=auto",
                  "chip.kernel_start_s=2 ms", "pools.ffn.chip.kernel_start_s=2 ms"));
    assert_true(quick.micro_batches > 2);
    assert_true(slow.micro_batches < quick.micro_batches);
    assert_true(slow.tpot_s > quick.tpot_s);
}

/* ---- where they do not belong ---- */

static void calibrated_timing_refuses_them(void **state)
{
    struct study *s = study_with(SET("model=llama-3.1-8b", "chip=h200", "timing=calibrated"));
    struct err err = {0};
    struct design d = s->base;
    struct metrics m;
    (void)state;
    assert_int_equal(study_set(s, catalogue, START, &err), 0);
    assert_int_equal(study_settle(s, &err), -1);
    assert_non_null(
        strstr(err.text, "chip.kernel_start_s: calibrated timing has the start-up times"));
    d.chip.kernel_start_s = START_S; /* as of an axis */
    evaluate(&d, NULL, &m, NULL);
    assert_int_equal(m.verdict, VERDICT_CALIBRATION);
    assert_true(isnan(m.tpot_s));
    study_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_call_adds_one_start_up_time),
        cmocka_unit_test(two_batches_start_everything_twice),
        cmocka_unit_test(an_engine_is_started_as_the_chip_is),
        cmocka_unit_test(a_prompt_starts_its_calls_too),
        cmocka_unit_test(a_start_up_time_of_zero_changes_nothing),
        cmocka_unit_test(longer_start_up_times_are_never_faster),
        cmocka_unit_test(both_sides_start_their_calls_once_per_micro_batch),
        cmocka_unit_test(slow_starts_make_fewer_micro_batches_better),
        cmocka_unit_test(calibrated_timing_refuses_them),
    };
    return cmocka_run_group_tests_name("starts", tests, open_tests, close_tests);
}
