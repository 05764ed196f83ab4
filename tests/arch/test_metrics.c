/* What the rows of metrics say of themselves, held to what the model fills. */
#include <string.h>

#include "tests/model.h"

/* A point for each setting that decides which metrics have a value. */
static const char *const models[] = {"model=llama-3.1-8b", "model=deepseek-v3"};
static const char *const engines[] = {"engine=none", "engine=logic-die-r32"};
static const char *const phases[] = {"workload.phase=decode", "workload.phase=prefill",
                                     "workload.phase=serving", "workload.phase=disaggregated"};
static const char *const timings[] = {"timing=ideal", "timing=simulator", "timing=calibrated"};

typedef void check_fn(const struct metrics *m, const struct metric_scope *scope, const char *what);

static void check_point(const char *const *set, check_fn *check)
{
    struct study *s = study_with(set);
    for (int with_prices = 0; with_prices < 2; with_prices++) {
        struct metrics m;
        struct metric_scope scope = {0};
        char what[200];
        metric_scope_add(&scope, &s->base);
        scope.prices = with_prices;
        snprintf(what, sizeof what, "%s %s %s %s, %s", set[0], set[1], set[2], set[3],
                 with_prices ? "priced" : "without prices");
        evaluate(&s->base, with_prices ? &s->prices : NULL, &m, NULL);
        check(&m, &scope, what);
    }
    study_free(s);
}

/* The simulator's server has no core attention that is its own: left out. */
static bool is_simulated_server(const char *phase, const char *timing)
{
    return strstr(phase, "serving") && strstr(timing, "simulator");
}

static void for_every_setting(check_fn *check)
{
    for (size_t i = 0; i < LEN(models); i++)
        for (size_t j = 0; j < LEN(engines); j++)
            for (size_t k = 0; k < LEN(phases); k++)
                for (size_t l = 0; l < LEN(timings); l++)
                    if (!is_simulated_server(phases[k], timings[l]))
                        check_point(SET(models[i], engines[j], phases[k], timings[l]), check);
}

static void has_what_exists(const struct metrics *m, const struct metric_scope *scope,
                            const char *what)
{
    struct err err;
    if (m->verdict == VERDICT_CALIBRATION)
        return;
    for (size_t i = 0; i < metrics_fields.n; i++) {
        const struct field *f = &metrics_fields.row[i];
        bool exists = metric_exists(f, scope, &err);
        if (exists == !isnan(field_get(f, m)))
            continue;
        print_error("%s: %s is %g\n", what, f->name, field_get(f, m));
        assert_string_equal(f->name, exists ? "a metric with a value" : "NAN");
    }
}

static void a_metric_has_a_value_just_where_its_row_says(void **state)
{
    (void)state;
    for_every_setting(has_what_exists);
}

static void what_cannot_exist_says_what_it_needs(void **state)
{
    static const struct {
        const char *metric, *needs;
    } rows[] = {
        {"ttft_s", "\"ttft_s\" has no value here: it needs workload.phase: prefill, serving or "
                   "disaggregated"},
        {"kv_transfer_s",
         "\"kv_transfer_s\" has no value here: it needs workload.phase: disaggregated"},
        {"timing_error", "\"timing_error\" has no value here: it needs timing: calibrated"},
        {"engine_speedup", "\"engine_speedup\" has no value here: it needs an engine with "
                           "engine.bandwidth_ratio above 0"},
        {"expert_intensity_flop_per_byte", "\"expert_intensity_flop_per_byte\" has no value here: "
                                           "it needs a model with routed experts"},
    };
    struct study *s = study_with(SET("model=llama-3.1-8b", "workload.phase=decode"));
    struct metric_scope scope;
    struct err err;
    (void)state;
    study_scope(s, &scope);
    for (size_t i = 0; i < LEN(rows); i++) {
        assert_false(metric_exists(field_find(metrics_fields, rows[i].metric), &scope, &err));
        assert_string_equal(err.text, rows[i].needs);
    }
    study_free(s);
}

static void only_a_limit_on_what_a_design_lacks_is_met_without_a_value(void **state)
{
    struct study *s;
    struct err err = {0};
    struct metrics m;
    (void)state;
    if (study_parse(&s, "test",
                    "model: llama-3.1-8b\nsweep: {engine: [none, duplex]}\n"
                    "constraints: [engine_stack_power_w >= 1, tpot_s <= 10 s]\n",
                    catalogue, &err) != 0)
        assert_string_equal(err.text, "");
    struct design without = s->base, with = s->base;
    with.engine = *(const struct engine *)s->axis[0].part_value[1];
    evaluate(&without, &s->prices, &m, NULL);
    assert_true(study_allows(s, &without, &m));
    m.tpot_s = NAN;
    assert_false(study_allows(s, &without, &m));
    evaluate(&with, &s->prices, &m, NULL);
    assert_true(study_allows(s, &with, &m));
    m.engine_stack_power_w = NAN;
    assert_false(study_allows(s, &with, &m));
    study_free(s);
}

static void an_axis_widens_what_exists(void **state)
{
    struct study *s;
    struct metric_scope scope;
    struct err err = {0};
    (void)state;
    if (study_parse(&s, "test",
                    "model: llama-3.1-8b\nworkload: {phase: prefill}\n"
                    "sweep:\n  timing: [ideal, calibrated]\n  engine.bandwidth_ratio: [0, 4]\n"
                    "  model.experts: [0, 8]\n  model.top_k: [0, 2]\n  model.moe_ffn: [1, 4096]\n",
                    catalogue, &err) != 0)
        assert_string_equal(err.text, "");
    study_scope(s, &scope);
    assert_true(scope.calibration && scope.engine && scope.experts);
    assert_true(metric_exists(field_find(metrics_fields, "timing_error"), &scope, &err));
    assert_true(metric_exists(field_find(metrics_fields, "ttft_s_low"), &scope, &err));
    assert_false(metric_exists(field_find(metrics_fields, "tpot_s"), &scope, &err));
    study_free(s);
}

/* Metrics and swept parameters are columns of one table. */
static void no_metric_has_the_column_of_a_parameter(void **state)
{
    (void)state;
    for (size_t part = 0; part < DESIGN_PARTS; part++)
        for (size_t i = 0; i < design_parts[part].fields->n; i++) {
            struct parameter p = {&design_parts[part].fields->row[i], part, 0};
            char column[64];
            design_path(&p, column, sizeof column);
            for (char *c = column; *c; c++)
                *c = *c == '.' ? '_' : *c;
            if (field_find(metrics_fields, column))
                print_error("%s is a parameter and a metric\n", column);
            assert_null(field_find(metrics_fields, column));
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_metric_has_a_value_just_where_its_row_says),
        cmocka_unit_test(what_cannot_exist_says_what_it_needs),
        cmocka_unit_test(only_a_limit_on_what_a_design_lacks_is_met_without_a_value),
        cmocka_unit_test(an_axis_widens_what_exists),
        cmocka_unit_test(no_metric_has_the_column_of_a_parameter),
    };
    return cmocka_run_group_tests(tests, open_tests, close_tests);
}
