/* The unit of an operator under a power limit: better hardware never gives less throughput. */
#include <string.h>

#include "arch/step_unit.h"
#include "tests/model.h"

static const char *pick(const char *const *from, size_t n)
{
    return from[(size_t)rand() % n];
}

static struct metrics evaluated(const struct study *s, const struct design *d)
{
    struct metrics m;
    evaluate(d, &s->prices, &m, NULL);
    return m;
}

static double rate_of(const struct metrics *m)
{
    return m->verdict == VERDICT_OK ? m->tokens_per_s : 0;
}

/* Where attention on the chip becomes as fast as on the engine. */
static void an_operator_moves_to_the_chip_only_if_the_step_gets_shorter(void **state)
{
    double last = 0;
    size_t throttled = 0;
    (void)state;
    struct study *s = study_with(SET("model=deepseek-r1", "chip=gb300", "engine=logic-die-r128",
                                     "chip.tdp_w=545 W", "plan.devices=64", "workload.tpot=50 ms",
                                     "workload.batch=4096", "workload.context=8192"));
    s->prices.middle.package_limit_mm2 = 1e6; /* so that it limits nothing here */
    for (double units = 100; units <= 420; units += 4) {
        s->base.chip.compute_units = units;
        struct metrics m = evaluated(s, &s->base);
        throttled += m.throttle_ratio < 1;
        assert_true(rate_of(&m) >= last * (1 - UNIT_GAIN));
        last = rate_of(&m);
    }
    assert_true(last > 0 && throttled > 20);
    study_free(s);
}

/* Under a limit that covers the engine, over chips, models, engines, phases and formats. Without
 * overlap; a pool is no part of the board. */
static void better_hardware_never_gives_less_throughput_under_a_power_limit(void **state)
{
    static const char *const chip[] = {"chip=b200", "chip=h200", "chip=gb300", "chip=mi300x"};
    static const char *const model[] = {"model=deepseek-r1", "model=deepseek-v3.2",
                                        "model=llama-4-maverick", "model=qwen3-235b-a22b",
                                        "model=glm-5"};
    static const char *const engine[] = {"engine=duplex", "engine=attacc", "engine=logic-die-r128",
                                         "engine=hbc", "engine=stratum"};
    static const char *const phase[] = {"workload.phase=decode", "workload.phase=serving"};
    static const char *const math[] = {"precision.math=bf16", "precision.math=fp8"};
    static const char *const load[] = {"workload.batch=256", "workload.batch=max"};
    static const char *const path[] = {"chip.memory_byte_per_s", "chip.compute_units", "chip.tdp_w",
                                       "engine.bandwidth_ratio", "engine.ridge_flop_per_byte"};
    size_t compared = 0, throttled = 0;
    (void)state;
    srand(3);
    for (int i = 0; i < 60; i++) {
        struct study *s = study_with(
            SET(pick(chip, LEN(chip)), pick(model, LEN(model)), pick(engine, LEN(engine)),
                pick(phase, LEN(phase)), pick(math, LEN(math)), pick(load, LEN(load)),
                "plan.devices=16", "engine.overlap=0", "workload.tpot=100 ms",
                rand() % 2 ? "workload.context=8192" : "workload.context=32768"));
        s->prices.middle.package_limit_mm2 = 1e6; /* so that it limits nothing here */
        s->base.chip.tdp_w = s->base.chip.rated_w * (0.4 + 0.1 * (rand() % 6));
        s->base.engine.ridge_flop_per_byte *= pow(2, rand() % 5 - 2);
        struct design d = s->base;
        struct parameter p;
        struct err err;
        double last = 0, from = 0.5 + 0.25 * (rand() % 5);
        assert_int_equal(design_parameter(path[(size_t)i % LEN(path)], &p, &err), 0);
        for (double factor = from; factor < 2 * from; factor *= 1.12) {
            design_put(&d, &p, factor * design_get(&s->base, &p));
            struct metrics m = evaluated(s, &d);
            throttled += m.throttle_ratio < 1;
            compared += last > 0;
            assert_true(rate_of(&m) >= last * (1 - 2 * UNIT_GAIN));
            last = rate_of(&m);
        }
        study_free(s);
    }
    assert_true(compared > 100 && throttled > 100);
}

/* Where chip and engine overlap, in turn is one of the choices: it reads weights once. Without it
 * these lost 29 and 36 % as the memory gets faster. */
static void overlap_that_draws_too_much_is_left(void **state)
{
    static const char *const of[][5] = {{"chip=b200", "model=deepseek-r1", "chip.tdp_w=400 W",
                                         "engine.overlap=0.5", "workload.context=8192"},
                                        {"chip=gb300", "model=deepseek-v3.2", "chip.tdp_w=980 W",
                                         "engine.overlap=1", "workload.context=32768"}};
    (void)state;
    for (size_t i = 0; i < LEN(of); i++) {
        struct study *s = study_with(SET(of[i][0], of[i][1], of[i][2], of[i][3], of[i][4],
                                         "engine=logic-die-r128", "workload.tpot=100 ms",
                                         "workload.batch=max", "plan.devices=16"));
        s->prices.middle.package_limit_mm2 = 1e6; /* so that it limits nothing here */
        if (i == 0)
            s->base.engine.ridge_flop_per_byte = 32;
        double stated = s->base.chip.memory_byte_per_s, last = 0;
        for (double factor = 1; factor < 3.2; factor *= 1.1) {
            s->base.chip.memory_byte_per_s = factor * stated;
            struct metrics m = evaluated(s, &s->base);
            assert_true(m.verdict == VERDICT_OK && m.throttle_ratio < 1);
            assert_true(rate_of(&m) >= last * 0.99);
            last = rate_of(&m);
        }
        study_free(s);
    }
}

/* All on the chip is one of the choices. */
static void an_engine_never_slows_a_step_under_a_power_limit(void **state)
{
    static const char *const engine[] = {"engine=duplex", "engine=attacc", "engine=hbc",
                                         "engine=logic-die-r32"};
    static const char *const tdp[] = {"chip.tdp_w=400 W", "chip.tdp_w=550 W", "chip.tdp_w=700 W"};
    size_t faster = 0;
    (void)state;
    for (size_t e = 0; e < LEN(engine); e++)
        for (size_t k = 0; k < LEN(tdp); k++) {
            struct metrics with =
                priced(SET("chip=b200", "model=llama-4-maverick", engine[e], tdp[k],
                           "plan.devices=8", "workload.batch=256", "plan.tp=8", "plan.ep=8",
                           "engine.capacity_ratio=1", "precision.weight=fp8", "engine.overlap=0"));
            struct metrics without = priced(
                SET("chip=b200", "model=llama-4-maverick", "engine=none", tdp[k], "plan.devices=8",
                    "workload.batch=256", "plan.tp=8", "plan.ep=8", "precision.weight=fp8"));
            assert_int_equal(with.verdict, without.verdict);
            assert_true(with.tpot_s <= without.tpot_s * (1 + UNIT_GAIN));
            faster += with.tpot_s < without.tpot_s * 0.99;
        }
    assert_true(faster > 0);
}

/* The power of a step is that of the choice it was timed with. */
static void a_split_has_the_time_and_power_of_the_choice(void **state)
{
    size_t throttled = 0;
    (void)state;
    for (double watts = 300; watts <= 900; watts += 50) {
        char *limit = mem_print("chip.tdp_w=%g", watts);
        struct metrics m =
            priced(SET("chip=b200", "model=llama-4-maverick", "engine=hbc", limit, "plan.devices=8",
                       "workload.batch=256", "precision.weight=fp8", "engine.overlap=0"));
        free(limit);
        if (m.verdict != VERDICT_OK)
            continue;
        throttled += m.throttle_ratio < 1;
        assert_true(m.power_limit_ratio <= 0.98 * (1 + 1e-9));
        assert_close(classes_s(&m), m.tpot_s, 1e-9);
        assert_close(m.batch / m.tpot_s, m.tokens_per_s, 1e-9);
    }
    assert_true(throttled > 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_operator_moves_to_the_chip_only_if_the_step_gets_shorter),
        cmocka_unit_test(better_hardware_never_gives_less_throughput_under_a_power_limit),
        cmocka_unit_test(overlap_that_draws_too_much_is_left),
        cmocka_unit_test(an_engine_never_slows_a_step_under_a_power_limit),
        cmocka_unit_test(a_split_has_the_time_and_power_of_the_choice),
    };
    return cmocka_run_group_tests_name("unit choice", tests, open_tests, close_tests);
}
