/* `auto` is held against timing every mapping, and bounds against the steps they bound. */
#include <string.h>

#include "arch/best_mapping.h"
#include "base/random.h"
#include "tests/model.h"

static struct random draw;

static double drawn(double from, double to)
{
    return from * pow(to / from, random_unit(&draw));
}

static void draw_device(struct design *d)
{
    bool starts = d->mode.timing != TIMING_CALIBRATED && random_unit(&draw) < 0.5;
    static const char *const name[] = {"none", "attacc", "duplex", "logic-die-r128", "memory-pool"};
    const struct entry *entry;
    struct err err = {0};
    if (catalogue_find(catalogue, PART_ENGINE, name[random_next(&draw) % LEN(name)], &entry,
                       &err) != 0)
        assert_string_equal(err.text, "");
    d->engine = *(const struct engine *)entry->value;
    d->engine.runs = 1 + (double)(random_next(&draw) % 3);
    d->engine.overlap = random_unit(&draw) < 0.5 ? 0 : random_unit(&draw);
    d->chip.compute_units = floor(drawn(20, 1000));
    d->chip.memory_byte_per_s = drawn(1e12, 60e12);
    d->chip.memory_byte = drawn(20e9, 1e12);
    d->chip.link_byte_per_s = drawn(50e9, 5e12);
    d->chip.link_latency_s = random_unit(&draw) < 0.3 ? 0 : drawn(1e-7, 1e-5);
    d->chip.kernel_start_s = starts ? drawn(1e-7, 1e-4) : 0;
    d->chip.network_byte_per_s = drawn(5e9, 400e9);
    d->chip.link_domain = random_unit(&draw) < 0.5 ? 4 : 72;
    if (random_unit(&draw) < 0.25) {
        d->chip.memory2_kind = 1 + (double)(random_next(&draw) % (TIER2_KINDS - 1));
        d->chip.memory2_byte = drawn(20e9, 8e12);
        d->chip.memory2_byte_per_s = drawn(1e10, 2e13);
        d->chip.memory2_overlap = random_unit(&draw) < 0.5 ? -1 : random_unit(&draw);
    }
}

static const char *const ways[][4] = {
    {"plan.devices=24", "plan.pp=auto", "plan.cp=auto", "workload.tpot=20ms"},
    {"plan.devices=32", "workload.batch=100", "plan.all_reduce=best", "workload.tpot=20ms"},
    {"plan.devices=32", "workload.skew=0.8", "plan.all_to_all=hierarchical", "workload.tpot=9ms"},
    {"plan.devices=32", "workload.phase=serving", "workload.ttft=1", "workload.tpot=40ms"},
    {"plan.devices=16", "workload.phase=prefill", "workload.ttft=1", "plan.cp=auto"},
    {"plan.devices=32", "workload.phase=disaggregated", "workload.ttft=2", "workload.tpot=20ms"},
    {"plan.devices=32", "plan.overlap=two_batch", "plan.pp=auto", "workload.tpot=15ms"},
    {"plan.devices=32", "plan.overlap=ideal", "workload.chance=yes", "workload.tpot=10ms"},
    {"plan.devices=32", "workload.query_tokens=3", "plan.pp=auto", "workload.tpot=20ms"},
    {"plan.devices=32", "timing=simulator", "workload.context=4096", "workload.tpot=15ms"},
    {"plan.devices=32", "timing=calibrated", "plan.pp=auto", "workload.tpot=25ms"},
    {"plan.devices=16", "timing=calibrated", "workload.phase=serving", "workload.ttft=4"},
    {"plan.devices=32", "workload.context_cv=1", "workload.dp_routing=random",
     "workload.tpot=20ms"},
    {"plan.devices=32", "workload.context_cv=2", "timing=simulator", "workload.context=4096"},
};

static const char *const models[] = {"deepseek-r1", "llama-3.1-70b", "gpt-oss-120b"};

static void on_every_way(void (*check)(const struct study *s))
{
    random_seed(&draw, 3);
    for (size_t m = 0; m < LEN(models); m++)
        for (size_t w = 0; w < LEN(ways); w++) {
            char model[64];
            snprintf(model, sizeof model, "model=%s", models[m]);
            struct study *s = study_with(SET(model, "chip=b200", "workload.context=8192",
                                             ways[w][0], ways[w][1], ways[w][2], ways[w][3]));
            check(s);
            study_free(s);
        }
}

/* How good a mapping is, larger is better: feasible, late, does not fit. */
static double worth(const struct metrics *m, bool prefills, double accepted)
{
    double step_s = prefills ? m->ttft_s : m->tpot_s * accepted;
    double second_byte = isnan(m->memory2_used_byte) ? 0 : m->memory2_used_byte;
    return m->verdict == VERDICT_OK       ? m->tokens_per_s
           : m->verdict == VERDICT_MEMORY ? -1e200 * (m->memory_used_byte + second_byte)
                                          : -step_s;
}

static bool same(double a, double b)
{
    return memcmp(&a, &b, sizeof a) == 0 || (isnan(a) && isnan(b));
}

static size_t feasible, others;

static void check_best(const struct study *s)
{
    bool pools = s->base.workload.phase == PHASE_DISAGGREGATED;
    bool prefills = s->base.workload.phase == PHASE_PREFILL;
    size_t n = plan_mappings(&s->base.plan, &s->base.model, NULL, 0);
    struct plan *plan = mem_alloc(n, sizeof *plan);
    plan_mappings(&s->base.plan, &s->base.model, plan, n);
    assert_true(n > 3);
    for (int point = 0; point < 3; point++) {
        struct design d = s->base;
        struct metrics best, one, first = {0};
        double top = -INFINITY;
        draw_device(&d);
        evaluate(&d, NULL, &best, NULL);
        if (best.verdict == VERDICT_CALIBRATION) { /* no kernel reads a second tier */
            assert_true(d.chip.memory2_kind != TIER2_NONE);
            continue;
        }
        for (int pass = 0; pass < 2; pass++)
            for (size_t k = 0; k < n; k++) {
                struct design fixed = d;
                fixed.plan = plan[k];
                evaluate(&fixed, NULL, &one, NULL);
                double w = worth(&one, prefills, d.workload.accepted_tokens);
                if (pass == 0)
                    top = fmax(top, w);
                else if (w >= top - 1e-12 * fabs(top)) {
                    first = one;
                    break;
                }
            }
        /* The pool beside is chosen for itself, and found by the same search. */
        for (size_t k = 0; k < metrics_fields.n && !pools; k++)
            if (!same(field_get(&metrics_fields.row[k], &best),
                      field_get(&metrics_fields.row[k], &first)))
                assert_string_equal(metrics_fields.row[k].name, "that of the best mapping");
        if (pools && first.verdict != VERDICT_TTFT)
            assert_true(same(best.tokens_per_s, first.tokens_per_s));
        *(best.verdict == VERDICT_OK ? &feasible : &others) += 1;
    }
    free(plan);
}

static void the_best_mapping_is_that_of_timing_all(void **state)
{
    (void)state;
    feasible = others = 0;
    on_every_way(check_best);
    assert_true(feasible > 20 && others > 5);
}

static double bounds, steps;

static void check_bound(const struct study *s)
{
    struct prepared p = {0};
    struct devices d = {0};
    struct bound_devices of;
    prepare(&p, &s->base);
    while (d.n < 8) {
        struct design at = s->base;
        draw_device(&at);
        devices_add(&d, &at.chip, &at.engine);
    }
    devices_time(&d, &s->base);
    lane weight_share, kv_share;
    for (size_t i = 0; i < d.n; i++) {
        weight_share[i] = random_unit(&draw) < 0.3 ? 0 : random_unit(&draw);
        kv_share[i] = random_unit(&draw) < 0.3 ? 0 : random_unit(&draw);
    }
    devices_share(&d, weight_share, kv_share);
    bound_devices_make(&of, &d);
    for (size_t k = 0; k < p.n; k++) {
        struct mapped *m = &p.mapped[k];
        struct load_lanes load;
        lane bound_s, fixed_s, half_s, half_fixed_s, half, time_s;
        for (size_t i = 0; i < d.n; i++) {
            LANE(&load, load, most)[i] = LANE(&load, load, mean)[i] = floor(drawn(1, 2000));
            half[i] = LANE(&load, load, most)[i] / 2;
        }
        const double *most = LANE(&load, load, most);
        steps_time_s(time_s, &m->step, &d, &load, &m->memo);
        step_bound_s(bound_s, fixed_s, &m->bound, &m->step, &of, most, most);
        step_bound_s(half_s, half_fixed_s, &m->bound, &m->step, &of, half, half);
        for (size_t i = 0; i < d.n; i++) {
            assert_true(bound_s[i] <= time_s[i] * (1 + 1e-8));
            assert_true(fixed_s[i] <= bound_s[i]);
            double rise = (bound_s[i] - fixed_s[i]) / most[i];
            steps_time_s(time_s, &m->step, &d, &load, &m->memo);
            /* It limits smaller loads, too. */
            struct load_lanes fewer = load;
            LANE(&fewer, load, most)[i] = LANE(&fewer, load, mean)[i] = half[i];
            lane fewer_s;
            steps_time_s(fewer_s, &m->step, &d, &fewer, &m->memo);
            assert_true(fixed_s[i] + rise * half[i] <= fewer_s[i] * (1 + 1e-8));
            /* That of two tiers of memory limits all shares, not just these. */
            bool tiered = d.tiered && LANE(&d.tier2, tier2, byte)[i] > 0;
            bounds += tiered ? 0 : bound_s[i] / time_s[i];
            steps += !tiered;
        }
    }
    prepared_free(&p);
}

/* And near enough to rule something out. */
static void a_bound_is_never_above_the_step(void **state)
{
    (void)state;
    bounds = steps = 0;
    on_every_way(check_bound);
    assert_true(steps > 1000 && bounds / steps > 0.6);
}

static void every_mapping_is_tried_however_many_there_are(void **state)
{
    struct study *s =
        study_with(SET("model=deepseek-r1", "chip=b200", "plan.devices=1024", "plan.tp=auto",
                       "plan.ep=auto", "plan.pp=auto", "plan.cp=auto"));
    struct plan best, first;
    struct metrics m, other;
    (void)state;
    size_t n = plan_mappings(&s->base.plan, &s->base.model, NULL, 0);
    assert_true(n > 256);
    struct plan *plan = mem_alloc(n, sizeof *plan);
    assert_int_equal(plan_mappings(&s->base.plan, &s->base.model, plan, n), n);
    assert_int_equal(plan_mappings(&s->base.plan, &s->base.model, &first, 1), n);
    assert_memory_equal(&first, plan, sizeof first);
    evaluate(&s->base, NULL, &m, &best);
    for (size_t k = n - 1; k > n - 50; k--) {
        struct design fixed = s->base;
        fixed.plan = plan[k];
        evaluate(&fixed, NULL, &other, NULL);
        assert_true(other.verdict != VERDICT_OK || other.tokens_per_s <= m.tokens_per_s);
    }
    /* The last alone. */
    s->base.plan.pp = plan[n - 1].pp;
    s->base.plan.cp = plan[n - 1].cp;
    assert_true(plan_mappings(&s->base.plan, &s->base.model, plan, n) >= 1);
    free(plan);
    study_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_best_mapping_is_that_of_timing_all),
        cmocka_unit_test(a_bound_is_never_above_the_step),
        cmocka_unit_test(every_mapping_is_tried_however_many_there_are),
    };
    return cmocka_run_group_tests(tests, open_tests, close_tests);
}
