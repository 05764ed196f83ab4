/* Comparisons priced again from the study of a run: slices, mixes, free engines, surfaces. */
#include <string.h>

#include "base/mem.h"
#include "reports/payoff/candidate_value.h"
#include "reports/payoff/payoff.h"
#include "reports/payoff/payoff_model.h"
#include "reports/payoff/payoff_surface.h"
#include "reports/payoff/required_engine.h"
#include "tests/model.h"

static const char *const spec = "models: [gpt3-175b, deepseek-r1]\n"
                                "chip: b200-paper\n"
                                "workload: {batch: max, tpot: 50 ms}\n"
                                "plan: {devices: 32}\n"
                                "sweep:\n"
                                "  workload.context: [8192, 32768]\n"
                                "  engine: [none, duplex, attacc]\n";

static struct payoff_study *opened_spec(const char *of)
{
    struct payoff_study *s;
    struct err err = {0};
    const struct db_run run = {.name = (char[]){"test"}, .spec = (char *)(uintptr_t)of};
    if (payoff_study_open(&s, &run, catalogue, &err) != 0)
        assert_string_equal(err.text, "");
    return s;
}

static struct payoff_study *opened(void)
{
    return opened_spec(spec);
}

static char *columns[] = {(char[]){"model"}, (char[]){"workload_context"}, (char[]){"engine"}};

static struct cell text_cell(const char *text)
{
    return (struct cell){.kind = CELL_TEXT, .text = (char *)(uintptr_t)text};
}

static double payoff_of(const struct payoff_study *s, const struct payoff_slice *slice)
{
    struct comparison c;
    if (payoff_compare(&c, s, slice) != 0)
        return NAN;
    double p = comparison_payoff_middle(&c, NULL);
    comparison_free(&c);
    return p;
}

/* P from two points, each priced alone. */
static double priced_payoff(const char *model, double context, const char *engine, const char *also)
{
    char m[64], c[64], e[64];
    snprintf(m, sizeof m, "model=%s", model);
    snprintf(c, sizeof c, "workload.context=%.0f", context);
    snprintf(e, sizeof e, "engine=%s", engine);
    const char *set[] = {m,
                         "chip=b200-paper",
                         c,
                         "workload.batch=max",
                         "workload.tpot=50 ms",
                         "plan.devices=32",
                         "engine=none",
                         also,
                         NULL};
    struct metrics without = priced(set);
    set[6] = e;
    struct metrics with = priced(set);
    return with.tokens_per_s / with.system_cost_usd /
           (without.tokens_per_s / without.system_cost_usd);
}

static void a_group_is_its_designs_priced_one_by_one(void **state)
{
    (void)state;
    struct payoff_study *s = opened();
    static const char *const models[] = {"gpt3-175b", "deepseek-r1"};
    static const char *const engines[] = {"duplex", "attacc"};
    for (int m = 0; m < 2; m++)
        for (int k = 0; k < 2; k++) {
            double p[2], best;
            double context = k ? 32768 : 8192;
            struct cell key[] = {text_cell(models[m]),
                                 {.kind = CELL_NUMBER, .number = context},
                                 {.kind = CELL_NULL}};
            struct payoff_slice slice = {.by = columns, .by_n = 3, .key = key};
            for (int e = 0; e < 2; e++) {
                key[2] = text_cell(engines[e]);
                p[e] = payoff_of(s, &slice);
                assert_close(p[e], priced_payoff(models[m], context, engines[e], NULL), 1e-9);
            }
            key[2] = (struct cell){.kind = CELL_NULL}; /* the best of all engines */
            best = payoff_of(s, &slice);
            assert_close(best, fmax(p[0], p[1]), 1e-12);
        }
    payoff_study_close(s);
}

/* Each side chooses the values that neither the group nor a setting fixes: here both choose the
 * short context, and the side with an engine the better engine. */
static void a_side_takes_the_best_of_what_is_left_free(void **state)
{
    (void)state;
    struct payoff_study *s = opened();
    const struct cell key[] = {text_cell("gpt3-175b")};
    const struct payoff_slice slice = {.by = columns, .by_n = 1, .key = key};
    double best[2] = {0, 0};
    static const char *const engines[] = {"engine=none", "engine=duplex", "engine=attacc"};
    static const char *const contexts[] = {"workload.context=8192", "workload.context=32768"};
    for (size_t e = 0; e < LEN(engines); e++)
        for (size_t c = 0; c < LEN(contexts); c++) {
            struct metrics m =
                priced(SET("model=gpt3-175b", "chip=b200-paper", "workload.batch=max",
                           "workload.tpot=50 ms", "plan.devices=32", contexts[c], engines[e]));
            best[e > 0] = fmax(best[e > 0], m.tokens_per_s / m.system_cost_usd);
        }
    assert_close(payoff_of(s, &slice), best[1] / best[0], 1e-9);
    struct comparison c;
    assert_int_equal(payoff_compare(&c, s, &slice), 0);
    assert_int_equal(c.n[WITHOUT], 1); /* a design per hardware */
    assert_int_equal(c.n[WITH], 2);
    comparison_free(&c);
    payoff_study_close(s);
}

/* Prices beyond their ranges may favour what nobody would build today: it stays among the rivals.
 */
static void hardware_far_behind_the_best_is_kept(void **state)
{
    (void)state;
    struct payoff_study *s = opened_spec("models: [gpt3-175b]\n"
                                         "chip: b200-paper\n"
                                         "workload: {batch: max, tpot: 200 ms, context: 8192}\n"
                                         "plan: {devices: 32}\n"
                                         "sweep:\n"
                                         "  chip.memory_byte_per_s: [2 TB/s, 16 TB/s]\n"
                                         "  engine: [none, duplex]\n");
    const struct cell key[] = {text_cell("gpt3-175b")};
    const struct payoff_slice slice = {.by = columns, .by_n = 1, .key = key};
    struct comparison c;
    assert_int_equal(payoff_compare(&c, s, &slice), 0);
    for (int side = 0; side < SIDES; side++) {
        double value[2];
        assert_int_equal(c.n[side], 2);
        for (int k = 0; k < 2; k++)
            value[k] = candidate_tokens_per_s(&c.side[side][k], false) /
                       candidate_resource(&c.side[side][k], BUDGET_COST, &c.prices.middle, false);
        assert_true(value[0] < 0.5 * value[1]);
    }
    comparison_free(&c);
    payoff_study_close(s);
}

/* A setting replaces the value of the group. */
static void a_setting_wins_over_the_key_of_the_group(void **state)
{
    (void)state;
    struct payoff_study *s = opened();
    const struct cell key[] = {text_cell("gpt3-175b"), {.kind = CELL_NUMBER, .number = 8192}};
    const struct setting set[] = {{"workload.context", NULL, 32768},
                                  {"workload.query_tokens", NULL, 2}};
    struct payoff_slice slice = {.by = columns, .by_n = 2, .key = key, .set = set, .n = 1};
    double far = fmax(priced_payoff("gpt3-175b", 32768, "duplex", NULL),
                      priced_payoff("gpt3-175b", 32768, "attacc", NULL));
    assert_close(payoff_of(s, &slice), far, 1e-9);
    slice.n = 2;
    double drafted = fmax(priced_payoff("gpt3-175b", 32768, "duplex", "workload.query_tokens=2"),
                          priced_payoff("gpt3-175b", 32768, "attacc", "workload.query_tokens=2"));
    assert_close(payoff_of(s, &slice), drafted, 1e-9);
    assert_true(fabs(drafted / far - 1) > 1e-3);
    payoff_study_close(s);
}

static void a_value_the_study_does_not_know_has_no_comparison(void **state)
{
    (void)state;
    struct payoff_study *s = opened();
    const struct cell key[] = {text_cell("llama-2-70b")};
    struct payoff_slice slice = {.by = columns, .by_n = 1, .key = key};
    assert_true(isnan(payoff_of(s, &slice)));
    payoff_study_close(s);
}

/* The one group of a mix that sets everything. */
static struct payoff over_mix(const struct payoff_question *q)
{
    struct payoff p = {.n = 1, .group = mem_alloc(1, sizeof *p.group)};
    p.by = mem_alloc(1, sizeof *p.by);
    p.group->key = mem_alloc(1, sizeof *p.group->key);
    payoff_model_group(p.group, &p, q);
    return p;
}

/* A mix of one workload has the P, G and shares of that workload. */
static void a_mix_of_one_workload_is_that_workload(void **state)
{
    (void)state;
    struct payoff_study *s = opened();
    struct setting set[] = {{"model", "gpt3-175b", 0}, {"workload.context", NULL, 8192}};
    struct mix_job job = {set, 2, 3};
    const struct mix mix = {.set = set, .n = 1, .job = &job};
    struct err err;
    assert_int_equal(payoff_study_mix(s, &mix, &err), 0);
    struct payoff p = over_mix(&(struct payoff_question){.study = s, .seed = 1});
    assert_int_equal(p.n, 1);
    const struct payoff_group *g = &p.group[0];
    const char *set_of[] = {
        "model=gpt3-175b", "chip=b200-paper",       "workload.batch=max", "workload.tpot=50 ms",
        "plan.devices=32", "workload.context=8192", "engine=none",        NULL};
    char engine[64];
    snprintf(engine, sizeof engine, "engine=%s", g->engine);
    struct metrics without = priced(set_of);
    set_of[6] = engine;
    struct metrics with = priced(set_of);
    double c = with.system_cost_usd / without.system_cost_usd - 1;
    assert_close(g->g, with.tokens_per_s / without.tokens_per_s, 1e-9);
    assert_close(g->c_star, g->g - 1, 1e-12);
    assert_close(g->c, c, 1e-9);
    assert_close(g->a, (with.die_area_mm2 + with.engine_area_mm2) / without.die_area_mm2 - 1, 1e-9);
    assert_close(g->p, g->g / (1 + c), 1e-9);
    assert_near(g->c_max, g->p * (1 + c) - 1, 1e-5);
    assert_true(g->probability >= 0 && g->probability <= 1 && g->p_low <= g->p_high);
    payoff_free(&p);
    payoff_study_close(s);
}

static void a_mix_that_no_hardware_serves_has_no_answer(void **state)
{
    (void)state;
    struct payoff_study *s = opened();
    struct setting set[] = {{"model", "gpt3-175b", 0}, {"workload.tpot_s", NULL, 1e-6}};
    struct mix_job job = {set, 2, 1};
    const struct mix mix = {.set = set, .n = 1, .job = &job};
    struct err err;
    assert_int_equal(payoff_study_mix(s, &mix, &err), 0);
    struct payoff p = over_mix(&(struct payoff_question){.study = s});
    assert_true(p.group[0].verdict == NO_ANSWER && isnan(p.group[0].p));
    assert_non_null(strstr(p.group[0].reason, "no hardware"));
    payoff_free(&p);
    payoff_study_close(s);
}

static double required_payoff(const struct payoff_study *s, const struct payoff *p, double m,
                              double r, bool priced)
{
    const struct setting set[] = {{"engine.bandwidth_ratio", NULL, m},
                                  {"engine.ridge_flop_per_byte", NULL, r}};
    struct payoff_slice slice = payoff_slice(p, p->group->key);
    slice.set = set;
    slice.n = 2;
    slice.priced = priced;
    return payoff_of(s, &slice);
}

/* P at every ridge point of the table is 1 to a millionth; a thousandth lower the engine does not
 * pay, priced by gathering both sides again. */
static void check_required_engines(const char *model)
{
    static const char *const column[] = {"ridge_at_0_percent", "ridge_at_5_percent",
                                         "ridge_at_10_percent", "ridge_at_20_percent"};
    static const double cost[] = {0, 0.05, 0.1, 0.2};
    struct payoff_study *s = opened();
    struct payoff_group group = {
        .key = (struct cell[]){text_cell(model), {.kind = CELL_NUMBER, .number = 8192}}};
    const struct payoff p = {.n = 1, .group = &group, .by = columns, .by_n = 2};
    struct table t;
    size_t tried = 0, jumps = 0;
    double usd = INFINITY, cheapest = NAN;
    payoff_study_free_engine(s, RUNS_ATTENTION);
    required_engine_table(&p, &(struct payoff_question){.study = s}, &t);
    for (size_t row = 0; row < t.rows; row++) {
        double m = table_number_at(&t, row, "bandwidth_ratio");
        double most = table_number_at(&t, row, "most_cost_share");
        for (size_t k = 0; k < LEN(cost); k++) {
            double r = table_number_at(&t, row, column[k]);
            assert_true(isnan(r) == (most <= cost[k]));
            if (isnan(r))
                continue;
            double at = required_payoff(s, &p, m, r, false) / (1 + cost[k]);
            double below = required_payoff(s, &p, m, 0.999 * r, false) / (1 + cost[k]);
            tried++;
            /* A batch that grows by whole requests may let P jump over 1. */
            double just_below = required_payoff(s, &p, m, r * (1 - 1e-9), false) / (1 + cost[k]);
            assert_true(at >= 1 && (at <= 1 + 1e-6 || just_below <= 1 + 1e-7));
            jumps += at > 1 + 1e-6;
            /* Idle and free: 1, but for the last bits of a throttled clock. */
            assert_true(k == 0 ? fabs(below - 1) < 1e-12 : below < 1);
        }
        double r = table_number_at(&t, row, "ridge_priced");
        double of = table_number_at(&t, row, "usd_per_device_priced");
        if (!isnan(r)) {
            double at = required_payoff(s, &p, m, r, true);
            assert_true(at >= 1 && at <= 1 + 1e-6);
            assert_true(required_payoff(s, &p, m, 0.999 * r, true) < 1);
            if (of < usd)
                usd = of;
        }
        if (table_number_at(&t, row, "cheapest") > 0)
            cheapest = of;
    }
    assert_true(tried > 10 && jumps < 2);
    assert_true(cheapest == usd);
    table_free(&t);
    payoff_study_close(s);
}

static void the_required_engine_just_pays(void **state)
{
    (void)state;
    check_required_engines("gpt3-175b");
    check_required_engines("deepseek-r1");
}

static void a_surface_has_p_at_every_lattice_point(void **state)
{
    (void)state;
    struct payoff_study *s = opened();
    struct payoff_group group = {.key = (struct cell[]){text_cell("gpt3-175b")}};
    const struct payoff p = {.n = 1, .group = &group, .by = columns, .by_n = 1};
    const struct range axis[2] = {
        {.path = (char[]){"prices.engine_premium"}, .unit = "", .from = 1, .to = 16},
        {.path = (char[]){"workload.context"},
         .unit = "",
         .from = 2048,
         .to = 32768,
         .whole = true}};
    struct surface *out = mem_alloc(1, sizeof *out);
    surface_make(out, &p, 0, &(struct payoff_question){.study = s, .seed = 1}, axis);
    assert_string_equal(out->title, "gpt3-175b");
    for (size_t i = 0; i < SURFACE_STEPS; i += 8)
        for (size_t j = 0; j < SURFACE_STEPS; j += 8) {
            const struct setting set[] = {
                {axis[0].path, NULL, range_value(&axis[0], j, SURFACE_STEPS)},
                {axis[1].path, NULL, range_value(&axis[1], i, SURFACE_STEPS)}};
            struct payoff_slice slice = payoff_slice(&p, group.key);
            slice.set = set;
            slice.n = 2;
            assert_true(out->at_x[j] == set[0].number && out->at_y[i] == set[1].number);
            assert_close(out->p[i][j], payoff_of(s, &slice), 1e-12);
            assert_true(out->low[i][j] <= out->high[i][j]);
        }
    assert_true(out->p[0][0] > out->p[0][SURFACE_STEPS - 1]); /* falls with the price */
    surface_free(out);
    free(out);
    payoff_study_close(s);
}

/* A dense model has no experts, so an engine that may run only those adds nothing but its cost,
 * also where an axis varies a parameter of the engine and a choice before it kept what it priced.
 */
static void one_class_of_an_engine_whose_overlap_is_swept_is_priced_anew(void **state)
{
    (void)state;
    static const char *const swept = "model: llama-3.1-70b\nchip: b200\n"
                                     "plan: {devices: 32, tp: 2}\n"
                                     "workload: {context: 8192, tpot: 50 ms}\n"
                                     "sweep:\n  engine.overlap: [0, 0.7]\n"
                                     "  engine: [none, duplex]\n";
    struct study *study;
    struct comparison c;
    struct err err = {0};
    if (study_parse(&study, "test", swept, catalogue, &err) != 0)
        assert_string_equal(err.text, "");
    struct design_choice q = {
        .study = study, .budget = BUDGET_NONE, .kept = kept_best_make(), .middle = true};
    assert_int_equal(comparison_gather(&c, &q, &err), 0);
    assert_true(comparison_payoff_middle(&c, NULL) > 1.1);
    comparison_free(&c);
    q.only = RUNS_EXPERTS;
    assert_int_equal(comparison_gather(&c, &q, &err), 0);
    assert_close(comparison_payoff_middle(&c, NULL), 1, 1e-9);
    comparison_free(&c);
    kept_best_free(q.kept);
    study_free(study);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_group_is_its_designs_priced_one_by_one),
        cmocka_unit_test(a_side_takes_the_best_of_what_is_left_free),
        cmocka_unit_test(hardware_far_behind_the_best_is_kept),
        cmocka_unit_test(a_setting_wins_over_the_key_of_the_group),
        cmocka_unit_test(a_value_the_study_does_not_know_has_no_comparison),
        cmocka_unit_test(a_mix_of_one_workload_is_that_workload),
        cmocka_unit_test(a_mix_that_no_hardware_serves_has_no_answer),
        cmocka_unit_test(one_class_of_an_engine_whose_overlap_is_swept_is_priced_anew),
        cmocka_unit_test(the_required_engine_just_pays),
        cmocka_unit_test(a_surface_has_p_at_every_lattice_point),
    };
    return cmocka_run_group_tests(tests, open_tests, close_tests);
}
