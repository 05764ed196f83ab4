/* The bound of a step's time holds on random designs, and is near it. */
#include "arch/devices.h"
#include "arch/step_least.h"
#include "tests/model.h"

static const char *pick(const char *const *from, size_t n)
{
    return from[(size_t)rand() % n];
}

struct seen {
    size_t steps, bounded, throttled, near, of_engine, late, told;
};

/* One device, and others with other power limits and engines. */
static void draw_devices(struct devices *d, const struct design *of, size_t n)
{
    d->n = n;
    LANES_FILL(&d->chip, n, of->chip);
    LANES_FILL(&d->engine, n, of->engine);
    for (size_t i = 1; i < n; i++) {
        LANE(&d->engine, engine, bandwidth_ratio)[i] *= 0.5 + 0.01 * (rand() % 100);
        LANE(&d->engine, engine, ridge_flop_per_byte)[i] *= pow(2, rand() % 5 - 2);
    }
    devices_time(d, of);
    for (size_t i = 1; i < n; i++)
        LANE(&d->energy, energy, limit_w)[i] *= 0.4 + 0.01 * (rand() % 100);
}

static void check_late(struct seen *seen, const struct step_tangents *t, struct mapped *m,
                       const struct devices *d, struct load load, const double *time_s)
{
    lane late, limit_s;
    for (size_t i = 0; i < d->n; i++)
        limit_s[i] = time_s[i] * (0.7 + 0.01 * (rand() % 40));
    step_tangents_late(late, t, &m->step, d, load, limit_s, &m->memo);
    for (size_t i = 0; i < d->n; i++) {
        assert_true(late[i] < 1 || time_s[i] > limit_s[i]);
        seen->late += time_s[i] > 1.01 * limit_s[i];
        seen->told += time_s[i] > 1.01 * limit_s[i] && late[i] > 0;
    }
}

static void check(struct seen *seen, struct mapped *m, const struct design *of)
{
    struct devices d, one;
    struct load load = step_load(&m->step, 1 + rand() % 500);
    struct load_lanes loads;
    struct clocked_lanes held;
    struct step_tangents tangents;
    const size_t first = 0;
    lane least_s;
    draw_devices(&d, of, LANES);
    LANES_FILL(&loads, LANES, load);
    steps_clock(&held, &m->step, &d, &loads, &m->memo);
    devices_pick(&one, &d, &first, 1);
    double clock = LANE(&held, clocked, ratio)[0] * (0.8 + 0.01 * (rand() % 40));
    step_tangents_find(&tangents, &m->step, &one, load, clock, &m->memo);
    seen->steps += LANES;
    if (tangents.n == 0)
        return;
    const double *time_s = LANE(&held, clocked, time_s);
    step_tangents_least_s(least_s, &tangents, &m->step, &d, load, &m->memo);
    for (size_t i = 0; i < LANES; i++) {
        assert_true(least_s[i] <= time_s[i] * (1 + 1e-9));
        seen->bounded++;
        seen->throttled += LANE(&held, clocked, ratio)[i] < 1;
        seen->near += least_s[i] > 0.98 * time_s[i];
        seen->of_engine += engine_is_there(&of->engine);
    }
    check_late(seen, &tangents, m, &d, load, time_s);
}

static void no_step_takes_less_than_its_bound(void **state)
{
    static const char *const chip[] = {"chip=b200", "chip=h200", "chip=gb300", "chip=mi300x"};
    static const char *const model[] = {"model=deepseek-r1",      "model=deepseek-v3.2",
                                        "model=llama-4-maverick", "model=qwen3-235b-a22b",
                                        "model=gpt3-175b",        "model=glm-5"};
    static const char *const engine[] = {"engine=none",          "engine=duplex", "engine=attacc",
                                         "engine=hbm-pim",       "engine=hbc",    "engine=stratum",
                                         "engine=logic-die-r128"};
    static const char *const phase[] = {"workload.phase=decode", "workload.phase=decode",
                                        "workload.phase=decode", "workload.phase=serving"};
    static const char *const overlap[] = {"plan.overlap=none", "plan.overlap=none",
                                          "plan.overlap=none", "plan.overlap=two_batch"};
    static const char *const math[] = {"precision.math=bf16", "precision.math=fp8"};
    struct seen seen = {0};
    (void)state;
    srand(5);
    for (int i = 0; i < 150; i++) {
        struct prepared p = {0};
        struct study *s = study_with(
            SET(pick(chip, LEN(chip)), pick(model, LEN(model)), pick(engine, LEN(engine)),
                pick(phase, LEN(phase)), pick(overlap, LEN(overlap)), pick(math, LEN(math)),
                "plan.devices=16", "workload.batch=max",
                rand() % 8 ? "engine.overlap=0" : "engine.overlap=0.5",
                rand() % 2 ? "workload.context=8192" : "workload.context=131072"));
        s->base.chip.tdp_w = s->base.chip.rated_w;
        prepare(&p, &s->base);
        for (size_t k = 0; k < p.n; k++)
            check(&seen, &p.mapped[k], &s->base);
        prepared_free(&p);
        study_free(s);
    }
    assert_true(seen.bounded > seen.steps / 5 && seen.bounded < seen.steps);
    assert_true(seen.throttled > seen.bounded / 4 && seen.of_engine > seen.bounded / 4);
    assert_true(seen.near > seen.bounded * 9 / 10 && seen.told > seen.late * 95 / 100);
}

/* A step on an engine that draws too much moves to the chip, which the bound must know. */
static void a_step_whose_unit_changes_keeps_its_bound(void **state)
{
    struct seen seen = {0};
    (void)state;
    srand(6);
    struct study *s =
        study_with(SET("model=deepseek-r1", "chip=gb300", "engine=logic-die-r128",
                       "plan.devices=64", "workload.batch=4096", "workload.context=8192"));
    s->base.chip.tdp_w = 900;
    for (int i = 0; i < 40; i++) {
        struct prepared p = {0};
        struct design d = s->base;
        d.chip.compute_units = 60 + 10 * i;
        prepare(&p, &d);
        for (size_t k = 0; k < p.n; k++)
            check(&seen, &p.mapped[k], &d);
        prepared_free(&p);
    }
    assert_true(seen.bounded == seen.steps && seen.throttled > seen.steps / 4);
    study_free(s);
}

/* Operators of one class may run on different units, which no tangent knows. */
static void two_kinds_of_attention_have_no_bound(void **state)
{
    struct seen seen = {0};
    struct prepared p = {0};
    (void)state;
    struct study *s = study_with(SET("model=llama-4-maverick", "engine=attacc", "plan.devices=16",
                                     "workload.context=131072"));
    prepare(&p, &s->base);
    for (size_t k = 0; k < p.n; k++)
        check(&seen, &p.mapped[k], &s->base);
    assert_true(seen.steps > 0 && seen.bounded == 0);
    prepared_free(&p);
    study_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_step_takes_less_than_its_bound),
        cmocka_unit_test(a_step_whose_unit_changes_keeps_its_bound),
        cmocka_unit_test(two_kinds_of_attention_have_no_bound),
    };
    return cmocka_run_group_tests(tests, open_tests, close_tests);
}
