/* The chosen mapping fixed, and the prefill pool of a disaggregated system. */
#include <string.h>

#include "tests/model.h"

static const char *const phases[] = {"workload.phase=decode", "workload.phase=prefill",
                                     "workload.phase=serving", "workload.phase=disaggregated"};
static const char *const timings[] = {"timing=ideal", "timing=simulator", "timing=calibrated"};

/* Evaluates the design, then again with its mapping fixed. */
static void assert_fixed_is_equal(const char *const *set)
{
    struct study *s = study_with(set);
    struct metrics m, again;
    struct plan plan;
    evaluate(&s->base, &s->prices, &m, &plan);
    design_fix_mapping(&s->base, &plan, &m);
    evaluate(&s->base, &s->prices, &again, NULL);
    for (size_t i = 0; i < metrics_fields.n; i++) {
        const struct field *f = &metrics_fields.row[i];
        double a = field_get(f, &m), b = field_get(f, &again);
        if (!(a == b || (isnan(a) && isnan(b))))
            print_error("%s %s %s: %s is %.17g, then %.17g\n", set[0], set[1], set[2], f->name, a,
                        b);
        assert_true(a == b || (isnan(a) && isnan(b)));
    }
    study_free(s);
}

static void fixing_the_chosen_mapping_changes_no_bit(void **state)
{
    static const char *const model[] = {"model=deepseek-r1", "model=llama-4-maverick",
                                        "model=gpt3-175b"};
    static const char *const limit[] = {"workload.tpot=50ms", "workload.tpot=1us",
                                        "workload.ttft=1us", "chip.memory_byte=1GB"};
    (void)state;
    for (size_t i = 0; i < LEN(model); i++)
        for (size_t j = 0; j < LEN(phases); j++)
            for (size_t k = 0; k < LEN(timings); k++)
                for (size_t l = 0; l < LEN(limit); l++)
                    assert_fixed_is_equal(SET(model[i], phases[j], timings[k], limit[l],
                                              "chip=h100", "engine=duplex", "plan.pp=auto",
                                              "plan.cp=auto", "plan.devices=16"));
}

static struct metrics pooled(const char *engine, const char *pool, const char *more)
{
    return priced(SET("model=llama-3.1-70b", "chip=h100", "plan.devices=16", "plan.pp=1",
                      "workload.phase=disaggregated", "workload.input=2048", "workload.batch=64",
                      "workload.output=1024", engine, pool, more));
}

/* The pool prefills as one without an engine does; only plan.devices carry the engine, and the
 * price is that of so many devices with an engine and so many without. */
static void a_prefill_pool_carries_the_engine_only_if_asked(void **state)
{
    static const char apart[] = "pools.prefill.engine=none", same[] = "pools.prefill.engine=same";
    struct metrics none = pooled("engine=none", apart, "plan.tp=8");
    struct metrics bare = pooled("engine=duplex", apart, "plan.tp=8");
    struct metrics with = pooled("engine=duplex", same, "plan.tp=8");
    (void)state;
    assert_int_equal(bare.verdict, VERDICT_OK);
    assert_true(bare.ttft_s == none.ttft_s);
    assert_true(none.engine_devices == 0 && bare.engine_devices == 16);
    assert_true(with.engine_devices == 16 + with.prefill_devices);
    assert_true(bare.tokens_per_s == with.tokens_per_s); /* decode does not change */

    /* 16 devices with an engine; decode has no pool, so its price is theirs. */
    struct metrics step = priced(SET("model=llama-3.1-70b", "chip=h100", "plan.devices=16",
                                     "engine=duplex", "workload.batch=64"));
    struct metrics chip = priced(SET("model=llama-3.1-70b", "chip=h100", "plan.devices=16",
                                     "engine=none", "workload.batch=64"));
    assert_true(16 + bare.prefill_devices < 64); /* one level of switches joins all */
    assert_close(bare.system_cost_usd,
                 step.system_cost_usd + chip.system_cost_usd / 16 * bare.prefill_devices, 1e-12);
    assert_close(with.system_cost_usd, step.system_cost_usd / 16 * (16 + with.prefill_devices),
                 1e-12);
}

/* A pool draws the power of a prefill: each of its devices as much as one that only prefills. */
static void a_prefill_pool_draws_the_power_of_its_prefill(void **state)
{
    struct metrics m = pooled("engine=none", "pools.prefill.tp=plan", "plan.tp=8");
    struct metrics prompt =
        priced(SET("model=llama-3.1-70b", "chip=h100", "plan.devices=16", "plan.tp=8",
                   "workload.phase=prefill", "workload.context=2048", "workload.batch=8"));
    struct metrics decode = priced(SET("model=llama-3.1-70b", "chip=h100", "plan.devices=16",
                                       "plan.tp=8", "workload.context=2560", "workload.batch=64"));
    (void)state;
    assert_close(m.power_w, decode.power_w + prompt.power_w / 16 * m.prefill_devices, 1e-3);
}

static void a_prefill_pool_has_a_mapping_of_its_own(void **state)
{
    struct metrics free = pooled("engine=none", "pools.prefill.tp=auto", "plan.tp=8");
    struct metrics given = pooled("engine=none", "pools.prefill.tp=4", "plan.tp=8");
    struct metrics bound = pooled("engine=none", "pools.prefill.tp=plan", "plan.tp=8");
    struct metrics wrong = pooled("engine=none", "pools.prefill.tp=5", "plan.tp=8");
    (void)state;
    assert_true(given.prefill_tp == 4 && given.prefill_dp == 4 && bound.prefill_tp == 8);
    assert_true(free.prefill_devices <= given.prefill_devices);
    assert_true(free.prefill_devices < bound.prefill_devices);
    assert_int_equal(wrong.verdict, VERDICT_MAPPING);
    assert_true(isnan(priced(SET("model=gpt3-175b")).prefill_tp));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fixing_the_chosen_mapping_changes_no_bit),
        cmocka_unit_test(a_prefill_pool_carries_the_engine_only_if_asked),
        cmocka_unit_test(a_prefill_pool_draws_the_power_of_its_prefill),
        cmocka_unit_test(a_prefill_pool_has_a_mapping_of_its_own),
    };
    return cmocka_run_group_tests_name("pools", tests, open_tests, close_tests);
}
