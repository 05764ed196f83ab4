/* The pay-off against closed forms, and properties of all comparisons. */
#include <string.h>

#include "reports/payoff/payoff_certainty.h"
#include "reports/payoff/payoff_designs.h"
#include "reports/payoff/payoff_swing.h"
#include "search/space.h"
#include "tests/model.h"

static struct study *parsed(const char *text)
{
    struct study *s;
    struct err err = {0};
    if (study_parse(&s, "test", text, catalogue, &err) != 0)
        assert_string_equal(err.text, "");
    return s;
}

static struct comparison gathered(const struct study *s, const struct setting *set, size_t n,
                                  const struct mix_job *jobs, size_t n_jobs, enum budget budget)
{
    struct comparison c;
    struct err err = {0};
    const struct design_choice q = {
        .study = s, .set = set, .n = n, .jobs = jobs, .n_jobs = n_jobs, .budget = budget};
    if (comparison_gather(&c, &q, &err) != 0)
        assert_string_equal(err.text, "");
    return c;
}

static double payoff_of(const struct comparison *c)
{
    struct world middle;
    world_middle(&middle, c);
    return comparison_payoff(c, &middle, NULL);
}

static const char *const small_study = "models: [gpt3-175b, deepseek-r1]\n"
                                       "chip: b200-paper\n"
                                       "workload: {batch: max, tpot: 50 ms}\n"
                                       "plan: {devices: 32, tp: auto, dp: auto, ep: auto}\n"
                                       "sweep:\n"
                                       "  workload.context: [8192, 131072]\n"
                                       "  engine: [none, duplex, attacc]\n"
                                       "  chip.memory_byte_per_s: [8 TB/s, 12 TB/s]\n"
                                       "  chip.memory_byte: [96 GB, 192 GB]\n";

/* Where a latency limit sets the batch, requests trade k_a of attention and k_r of the rest. */
static void a_latency_limit_gains_by_the_time_of_a_request(void **state)
{
    (void)state;
    const char *base[] = {"model=llama-2-70b",
                          "chip=b200-paper",
                          "plan.devices=8",
                          "plan.tp=8",
                          "chip.memory_byte=100 TB",
                          "workload.context=16384",
                          "workload.tpot=10 ms",
                          "chip.link_latency_s=0",
                          "chip.tdp_w=100 kW",
                          NULL,
                          NULL,
                          NULL};
    struct metrics m[2], few, more;
    base[9] = "workload.batch=16", few = priced(base);
    base[9] = "workload.batch=32", more = priced(base);
    base[9] = "workload.batch=max", m[0] = priced(base);
    base[10] = "engine=duplex", m[1] = priced(base);
    double attention = (more.attention_s - few.attention_s) / 16;
    double rest = (more.tpot_s - few.tpot_s) / 16 - attention;
    double s = m[1].engine_speedup;
    assert_true(m[0].batch_slo == m[0].batch && m[1].batch > m[0].batch && m[0].batch > 50);
    /* Batches are whole. */
    assert_close(m[1].tokens_per_s / m[0].tokens_per_s, (attention + rest) / (attention / s + rest),
                 2 / m[0].batch);
}

/* At their rooflines the device with the cheaper byte wins attention below the intensity
 * a* = (USD per byte of one) / (USD per FLOP of the other); Step-3 report (arXiv:2507.19427): H800
 * at 2 USD/h, H20 at 0.8 USD/h, FP8; its Table 6 has the cheaper of both for five models. */
static void the_intensity_decides_between_two_device_types(void **state)
{
    (void)state;
    struct metrics big = priced(SET("chip=h800", "plan.devices=32")),
                   small = priced(SET("chip=h20", "plan.devices=32"));
    double byte_usd = 2.0 / 3.35e12, flop_usd = 0.8 / 296e12; /* an hour's price over its work */
    double balance = byte_usd / flop_usd;
    assert_close(balance, 221, 0.01);
    assert_close(big.ridge_flop_per_byte, 989e12 / 3.35e12, 0.01);
    assert_close(small.ridge_flop_per_byte, 148e12 / 4.0e12, 0.01);
    /* Intensity of core attention with an FP8 cache, and whether the H20 is the cheaper one. */
    static const struct {
        const char *model;
        bool h20;
    } published[] = {{"model=deepseek-v3", false},
                     {"model=kimi-k2", false},
                     {"model=qwen3-235b-a22b", true},
                     {"model=llama-4-maverick", true}};
    for (size_t i = 0; i < LEN(published); i++) {
        struct metrics m = priced(SET(published[i].model, "plan.devices=32", "precision.kv=fp8",
                                      "precision.math=fp8", "workload.context=32768"));
        assert_true((m.attention_intensity_flop_per_byte < balance) == published[i].h20);
    }
}

static void payoff_is_the_best_with_over_the_best_without(void **state)
{
    (void)state;
    struct study *s = parsed(small_study);
    for (int b = 0; b < BUDGETS; b++)
        for (int model = 0; model < 2; model++) {
            const struct setting set[] = {
                {"model", model ? "deepseek-r1" : "gpt3-175b", 0},
                {"workload_context", NULL, 8192},
            };
            struct comparison c = gathered(s, set, 2, NULL, 0, (enum budget)b);
            struct cursor at = {0};
            struct metrics m;
            struct plan plan;
            double best[2] = {0, 0};
            cursor_seek(&at, s, 0);
            for (uint64_t i = 0; i < s->size; i++, cursor_next(&at)) {
                if (strcmp(at.design.model_name, set[0].text) != 0 ||
                    at.design.workload.context != 8192)
                    continue;
                cursor_evaluate(&at, &m, &plan);
                double resource = b == BUDGET_COST    ? m.system_cost_usd
                                  : b == BUDGET_AREA  ? (m.die_area_mm2 + m.engine_area_mm2) * 32
                                  : b == BUDGET_POWER ? m.power_w
                                                      : 1;
                bool with = engine_is_there(&at.design.engine);
                if (m.verdict == VERDICT_OK)
                    best[with] = fmax(best[with], m.tokens_per_s / resource);
            }
            cursor_free(&at);
            assert_close(payoff_of(&c), best[1] / best[0], 1e-9);
            comparison_free(&c);
        }
    study_free(s);
}

static void without_uncertainty_every_draw_is_the_middle(void **state)
{
    (void)state;
    struct study *s = parsed(small_study);
    const struct setting set[] = {{"model", "gpt3-175b", 0}, {"workload.context", NULL, 8192}};
    struct comparison c = gathered(s, set, 2, NULL, 0, BUDGET_COST);
    struct certainty sure;
    c.prices.low = c.prices.high = c.prices.middle;
    c.n_ranged = 0;
    comparison_certainty(&sure, &c, 1, 50);
    assert_close(sure.low, payoff_of(&c), 1e-12);
    assert_close(sure.high, payoff_of(&c), 1e-12);
    assert_true(sure.probability == 1);
    struct swing *swing = mem_alloc(swings_most(&c), sizeof *swing);
    assert_int_equal(comparison_swings(swing, &c), 0);
    free(swing);
    comparison_free(&c);
    study_free(s);
}

/* Quantile u of a triangle over a, c with its peak at b. */
static double triangle(double a, double b, double c, double u)
{
    return u * (c - a) < b - a ? a + sqrt(u * (c - a) * (b - a))
                               : c - sqrt((1 - u) * (c - a) * (c - b));
}

/* P falls as the price rises, so the low quantile of P is P at the high quantile of the price. */
static void one_uncertain_price_gives_p_a_triangular_distribution(void **state)
{
    (void)state;
    struct study *s = parsed(small_study);
    const struct setting set[] = {{"model", "gpt3-175b", 0}, {"workload.context", NULL, 8192}};
    struct comparison c = gathered(s, set, 2, NULL, 0, BUDGET_COST);
    const struct field *f = field_find(prices_fields, "engine_premium");
    struct certainty sure;
    struct world w;
    const double low = 1, middle = 4, high = 24;
    c.prices.low = c.prices.high = c.prices.middle;
    c.n_ranged = 0;
    field_put(f, &c.prices.low, low);
    field_put(f, &c.prices.middle, middle);
    field_put(f, &c.prices.high, high);
    comparison_certainty(&sure, &c, 1, 4000);
    world_middle(&w, &c);
    const double p[] = {sure.high, sure.median, sure.low}, u[] = {0.1, 0.5, 0.9};
    for (size_t i = 0; i < LEN(u); i++) {
        field_put(f, &w.prices, triangle(low, middle, high, u[i]));
        assert_close(p[i], comparison_payoff(&c, &w, NULL), 0.005);
    }
    field_put(f, &w.prices, low);
    double most = comparison_payoff(&c, &w, NULL);
    field_put(f, &w.prices, high);
    assert_true(most / comparison_payoff(&c, &w, NULL) > 1.1);
    comparison_free(&c);
    study_free(s);
}

static void a_seed_gives_the_same_draws(void **state)
{
    (void)state;
    struct study *s = parsed(small_study);
    const struct setting set[] = {{"model", "deepseek-r1", 0}, {"workload.context", NULL, 131072}};
    struct comparison c = gathered(s, set, 2, NULL, 0, BUDGET_COST);
    struct certainty a, b, other;
    comparison_certainty(&a, &c, 7, 300);
    comparison_certainty(&b, &c, 7, 300);
    comparison_certainty(&other, &c, 8, 300);
    assert_memory_equal(&a, &b, sizeof a);
    assert_true(a.median != other.median);
    assert_close(a.median, other.median, 0.03);
    assert_true(a.low < a.median && a.median < a.high);
    comparison_free(&c);
    study_free(s);
}

static void payoff_is_one_where_a_constant_flips_the_verdict(void **state)
{
    (void)state;
    struct study *s = parsed(small_study);
    size_t flips = 0;
    for (int context = 0; context < 2; context++) {
        const struct setting set[] = {{"model", "deepseek-r1", 0},
                                      {"workload.context", NULL, context ? 131072 : 8192}};
        struct comparison c = gathered(s, set, 2, NULL, 0, BUDGET_COST);
        struct swing *swing = mem_alloc(swings_most(&c), sizeof *swing);
        size_t n = comparison_swings(swing, &c);
        assert_true(n > 5 && n <= swings_most(&c));
        for (size_t i = 0; i < n; i++) {
            struct world w;
            if (isnan(swing[i].flips_at))
                continue;
            flips++;
            world_middle(&w, &c);
            *(double *)((char *)&w + swing[i].at) = swing[i].flips_at;
            assert_close(comparison_payoff(&c, &w, NULL), 1, 1e-4);
            assert_int_equal(
                swing[i].inside,
                (swing[i].flips_at - swing[i].low) * (swing[i].flips_at - swing[i].high) <= 0);
        }
        for (size_t i = 1; i < n; i++) /* widest first */
            assert_true(fabs(log(swing[i].p_high / swing[i].p_low)) <=
                        fabs(log(swing[i - 1].p_high / swing[i - 1].p_low)) + 1e-12);
        free(swing);
        comparison_free(&c);
    }
    assert_true(flips > 0);
    study_free(s);
}

static void a_mix_of_one_workload_is_that_workload(void **state)
{
    (void)state;
    struct study *s = parsed(small_study);
    const struct setting set[] = {{"model", "gpt3-175b", 0}, {"workload.context", NULL, 8192}};
    const struct mix_job twice[] = {{set, 2, 1}, {set, 2, 5}};
    struct comparison one = gathered(s, set, 2, NULL, 0, BUDGET_COST);
    struct comparison mix = gathered(s, NULL, 0, twice, 2, BUDGET_COST);
    assert_close(payoff_of(&mix), payoff_of(&one), 1e-12);
    comparison_free(&one);
    comparison_free(&mix);
    study_free(s);
}

/* With one hardware per side, the time per token of a mix is the weighted mean of its workloads. */
static void jobs_of_a_mix_run_in_turn(void **state)
{
    (void)state;
    struct study *s = parsed("models: [gpt3-175b, deepseek-r1]\nchip: b200-paper\n"
                             "plan: {devices: 32}\nworkload: {context: 8192}\n"
                             "sweep: {engine: [none, duplex]}\n");
    const struct setting gpt = {"model", "gpt3-175b", 0}, r1 = {"model", "deepseek-r1", 0};
    const struct mix_job jobs[] = {{&gpt, 1, 1}, {&r1, 1, 9}};
    struct comparison mix = gathered(s, NULL, 0, jobs, 2, BUDGET_NONE);
    struct comparison a = gathered(s, NULL, 0, &jobs[0], 1, BUDGET_NONE);
    struct comparison b = gathered(s, NULL, 0, &jobs[1], 1, BUDGET_NONE);
    for (int side = 0; side < SIDES; side++) {
        double ra = candidate_tokens_per_s(a.side[side], false);
        double rb = candidate_tokens_per_s(b.side[side], false);
        assert_close(candidate_tokens_per_s(mix.side[side], false), 1 / (0.1 / ra + 0.9 / rb),
                     1e-12);
    }
    assert_close(candidate_tokens_per_s(a.side[WITH], true),
                 candidate_tokens_per_s(a.side[WITHOUT], false), 1e-12);
    comparison_free(&mix);
    comparison_free(&a);
    comparison_free(&b);
    study_free(s);
}

static void a_setting_may_set_parameters_that_are_not_swept(void **state)
{
    (void)state;
    struct study *s = parsed(small_study);
    struct err err;
    struct comparison c;
    const struct setting set[] = {{"model", "gpt3-175b", 0}, {"workload.context", NULL, 8192}};
    double before = 0;
    /* Drafted tokens raise the intensity, so they reduce the engine's advantage: worked values of
     * AttAcc on GPT-3: S = 9, 4.5, 2.25, 1.1 at q = 1, 2, 4, 8. */
    for (double q = 1; q <= 8; q *= 2) {
        const struct setting with_q[] = {set[0], set[1], {"workload.query_tokens", NULL, q}};
        c = gathered(s, with_q, 3, NULL, 0, BUDGET_COST);
        double p = payoff_of(&c);
        assert_true(before == 0 || p < before);
        before = p;
        comparison_free(&c);
    }
    /* A higher engine price lowers P. */
    const struct setting dear[] = {set[0], set[1], {"prices.engine_premium", NULL, 50}};
    const struct setting cheap[] = {set[0], set[1], {"prices.engine_premium", NULL, 1}};
    c = gathered(s, dear, 3, NULL, 0, BUDGET_COST);
    struct comparison d = gathered(s, cheap, 3, NULL, 0, BUDGET_COST);
    assert_true(payoff_of(&c) < payoff_of(&d));
    comparison_free(&c);
    comparison_free(&d);
    const struct setting unknown = {"model", "no-such-model", 0};
    const struct design_choice q = {.study = s, .set = &unknown, .n = 1, .budget = BUDGET_COST};
    assert_int_equal(comparison_gather(&c, &q, &err), -1);
    /* Engine parameters do not apply to the engine `none`. */
    const struct setting wide[] = {set[0], set[1], {"engine.bandwidth_ratio", NULL, 16}};
    c = gathered(s, wide, 3, NULL, 0, BUDGET_COST);
    assert_true(c.n[WITHOUT] > 0 && c.n[WITH] > 0);
    comparison_free(&c);
    study_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_latency_limit_gains_by_the_time_of_a_request),
        cmocka_unit_test(the_intensity_decides_between_two_device_types),
        cmocka_unit_test(payoff_is_the_best_with_over_the_best_without),
        cmocka_unit_test(without_uncertainty_every_draw_is_the_middle),
        cmocka_unit_test(one_uncertain_price_gives_p_a_triangular_distribution),
        cmocka_unit_test(a_seed_gives_the_same_draws),
        cmocka_unit_test(payoff_is_one_where_a_constant_flips_the_verdict),
        cmocka_unit_test(a_mix_of_one_workload_is_that_workload),
        cmocka_unit_test(jobs_of_a_mix_run_in_turn),
        cmocka_unit_test(a_setting_may_set_parameters_that_are_not_swept),
    };
    return cmocka_run_group_tests(tests, open_tests, close_tests);
}
