/* The operators of a point take the time that its metrics state, at the clock that devices hold. */
#include "reports/point/point_sides.h"
#include "tests/model.h"

static const double ROUNDING = 1e-9;

/* A priced point, and the time of its operators by class: of the main devices, of a pool. */
struct shown {
    struct metrics m;
    double class_s[2][OP_CLASSES];
};

static struct shown shown_of(const char *const *set)
{
    struct study *s = study_with(set);
    struct cursor c = {0};
    struct plan plan;
    struct point_side *side;
    struct shown out = {0};
    cursor_seek(&c, s, 0);
    cursor_evaluate(&c, &out.m, &plan);
    size_t n = point_sides(&side, &c, &plan, &out.m);
    for (size_t k = 0; k < n; k++)
        for (size_t i = 0; i < side[k].step.ops.n; i++)
            out.class_s[side[k].pool != DESIGN_PARTS][side[k].step.ops.op[i].class] +=
                point_op_cost(&side[k], i).time_s;
    free(side);
    cursor_free(&c);
    study_free(s);
    return out;
}

static void assert_takes(double shown_s, double class_s, const struct metrics *m)
{
    assert_true(fabs(shown_s - class_s) <= ROUNDING * classes_s(m));
}

static void check_classes(const double *class_s, const struct metrics *m)
{
    assert_takes(class_s[OP_ATTENTION], m->attention_s, m);
    assert_takes(class_s[OP_PROJECTION], m->projection_s, m);
    assert_takes(class_s[OP_FFN], m->ffn_s, m);
    assert_takes(class_s[OP_EXPERT], m->expert_s, m);
    assert_takes(class_s[OP_COMMUNICATION], m->communication_s, m);
    assert_takes(class_s[OP_STATE], m->state_s, m);
    if (isnan(m->calibrated_on)) /* else the host takes some, which is no operator */
        assert_takes(class_s[OP_OTHER], m->other_s, m);
    assert_true(class_s[OP_OTHER] <= m->other_s * (1 + ROUNDING));
}

/* Over models, engines, timings and power limits, down to those at which the device idles. */
static void operators_of_a_throttled_device_add_up_to_its_step(void **state)
{
    static const char *const model[] = {"model=deepseek-r1", "model=llama-3.1-70b",
                                        "model=qwen3-next-80b-a3b", "model=mamba2-2.7b"};
    static const char *const engine[] = {"engine=none", "engine=duplex", "engine=attacc",
                                         "engine=on-die-r512", "engine=memory-pool"};
    static const char *const timing[] = {"timing=ideal", "timing=calibrated"};
    static const char *const tdp[] = {"chip.tdp_w=auto", "chip.tdp_w=600 W", "chip.tdp_w=380 W"};
    size_t throttled[LEN(timing)] = {0}, idle = 0;
    (void)state;
    for (size_t i = 0; i < LEN(model); i++)
        for (size_t j = 0; j < LEN(engine); j++)
            for (size_t k = 0; k < LEN(timing); k++)
                for (size_t l = 0; l < LEN(tdp); l++) {
                    struct shown x = shown_of(SET("chip=b200", model[i], engine[j], timing[k],
                                                  tdp[l], "plan.devices=8", "workload.tpot=none",
                                                  "workload.batch=512", "precision.math=fp8"));
                    if (x.m.verdict == VERDICT_CALIBRATION)
                        continue;
                    check_classes(x.class_s[0], &x.m);
                    throttled[k] += x.m.throttle_ratio < 1;
                    idle += x.m.throttle_ratio < CLOCK_LEAST;
                }
    assert_true(throttled[0] > 10 && throttled[1] > 5 && idle > 0);
}

/* Beside a pool, what the main devices do counts in full (arch/pools_split.h). */
static void operators_of_both_sides_of_a_pool_are_at_their_own_clocks(void **state)
{
    (void)state;
    for (int limited = 0; limited < 2; limited++) {
        struct shown x = shown_of(SET(
            "model=deepseek-r1", "chip=b200", limited ? "chip.tdp_w=600 W" : "chip.tdp_w=100 kW",
            "pools.ffn.chip=h100", limited ? "pools.ffn.chip.tdp_w=350 W" : "engine=none",
            "pools.ffn.runs=experts", "pools.ffn.devices=16", "plan.devices=8",
            "plan.micro_batches=3", "workload.tpot=none", "workload.batch=1536"));
        double pool_s = 0, tpot_s = classes_s(&x.m);
        assert_takes(x.class_s[0][OP_ATTENTION], x.m.attention_s, &x.m);
        assert_takes(x.class_s[0][OP_PROJECTION], x.m.projection_s, &x.m);
        assert_takes(x.class_s[0][OP_OTHER], x.m.other_s, &x.m);
        for (int k = 0; k < OP_CLASSES; k++)
            pool_s += x.class_s[1][k];
        assert_takes(pool_s, x.m.ffn_busy_ratio * tpot_s, &x.m);
        assert_int_equal(x.m.throttle_ratio < 1, limited);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(operators_of_a_throttled_device_add_up_to_its_step),
        cmocka_unit_test(operators_of_both_sides_of_a_pool_are_at_their_own_clocks),
    };
    return cmocka_run_group_tests(tests, open_tests, close_tests);
}
