/* Stop points: interpolated in log P between points of a run, and as a root on the model. */
#include "reports/payoff/payoff.h"
#include "reports/payoff/payoff_certainty.h"
#include "reports/payoff/payoff_stop.h"
#include "tests/model.h"
#include "tests/reports/payoff/made_up_run.h"

/* Two points, with and without an engine, at a context: P as given. */
#define PAIR(at, p)                                                                                \
    {.context = (at), .tokens_per_s = 100, .system_cost_usd = 100},                                \
    {                                                                                              \
        .context = (at), .engine = DUPLEX, .speedup = 2, .tokens_per_s = 100 * (p),                \
        .system_cost_usd = 100                                                                     \
    }

static struct payoff asked(const struct made_up *point, size_t n)
{
    struct made_up_run r = made_up_begin(point, n);
    struct payoff p;
    struct err err = {0};
    if (payoff_make(&p, r.db, &r.run, &(struct payoff_question){.by = "engine"}, &err) != 0)
        assert_string_equal(err.text, "");
    made_up_end(&r);
    return p;
}

static void a_stop_is_interpolated_in_the_logarithm_of_p(void **state)
{
    (void)state;
    const struct made_up point[] = {PAIR(1000, 1.25), PAIR(4000, 0.8)};
    struct payoff p = asked(point, LEN(point));
    assert_int_equal(p.stops, 1);
    const struct payoff_stop *s = &p.stop[0];
    assert_string_equal(p.axis[s->axis], "workload_context");
    assert_close(s->at, 2000, 1e-12); /* log 1.25 = -log 0.8: halfway on a log axis */
    assert_true(s->falls && !s->by_model);
    assert_true(s->from == 1000 && s->to == 4000);
    assert_close(s->p_from, 1.25, 1e-12);
    assert_close(s->p_to, 0.8, 1e-12);
    assert_close(s->p_before, 1.25, 1e-12);
    assert_true(isnan(s->at_low) && isnan(s->at_high));
    payoff_free(&p);
}

static void an_axis_that_starts_at_zero_is_linear(void **state)
{
    (void)state;
    const struct made_up point[] = {PAIR(0, 0.8), PAIR(4000, 1.25)};
    struct payoff p = asked(point, LEN(point));
    assert_int_equal(p.stops, 1);
    assert_close(p.stop[0].at, 2000, 1e-12);
    assert_true(!p.stop[0].falls);
    assert_close(p.stop[0].p_before, 1.25, 1e-12);
    payoff_free(&p);
}

/* Points come in any order, P may cross 1 more than once. */
static void every_crossing_between_neighbours_is_a_stop(void **state)
{
    (void)state;
    const struct made_up point[] = {PAIR(8000, 1.1), PAIR(1000, 1.2), PAIR(2000, 1.1),
                                    PAIR(16000, 0.7), PAIR(4000, 0.9)};
    struct payoff p = asked(point, LEN(point));
    const double from[] = {2000, 4000, 8000};
    const bool falls[] = {true, false, true};
    bool found[3] = {false, false, false};
    assert_int_equal(p.stops, 3);
    for (size_t i = 0; i < p.stops; i++)
        for (size_t k = 0; k < LEN(from); k++)
            if (p.stop[i].from == from[k]) {
                assert_true(p.stop[i].to == 2 * from[k]);
                assert_true(p.stop[i].falls == falls[k]);
                assert_true(p.stop[i].at > from[k] && p.stop[i].at < 2 * from[k]);
                found[k] = true;
            }
    assert_true(found[0] && found[1] && found[2]);
    payoff_free(&p);
}

static void an_engine_that_always_pays_has_no_stop(void **state)
{
    (void)state;
    const struct made_up point[] = {PAIR(1000, 1.25), PAIR(4000, 1.01)};
    struct payoff p = asked(point, LEN(point));
    assert_int_equal(p.stops, 0);
    payoff_free(&p);
}

/* ---- on the model ---- */

static const char *const spec = "models: [gpt3-175b]\n"
                                "chip: b200-paper\n"
                                "workload: {batch: max, tpot: 50 ms, context: 8192}\n"
                                "plan: {devices: 32}\n"
                                "sweep: {engine: [none, attacc]}\n";

/* P of the whole study with a parameter or price set. */
static double payoff_with(const struct payoff_study *s, const char *path, double x)
{
    const struct setting set = {path, NULL, x};
    const struct payoff_slice slice = {.set = &set, .n = 1};
    struct comparison c;
    if (payoff_compare(&c, s, &slice) != 0)
        return NAN;
    double p = comparison_payoff_middle(&c, NULL);
    comparison_free(&c);
    return p;
}

static double share_among(struct rivals *deciding, const struct payoff_study *s, const char *path,
                          double x, const struct rivals *among)
{
    const struct setting set = {path, NULL, x};
    const struct payoff_slice slice = {.set = &set, .n = 1, .among = among};
    struct comparison c;
    assert_int_equal(payoff_compare(&c, s, &slice), 0);
    double share = comparison_probability(&c, (struct draws){1, PAYOFF_DRAWS}, deciding);
    comparison_free(&c);
    return share;
}

/* The designs that decide a share give it alone. */
static double share_with(const struct payoff_study *s, const char *path, double x)
{
    struct rivals deciding = {0};
    double share = share_among(&deciding, s, path, x, NULL);
    assert_true(deciding.n > 0);
    assert_true(share_among(NULL, s, path, x, &deciding) == share);
    return share;
}

/* The share of the draws that pay is `share` at x, or passes it there in a jump. */
static void check_share(const struct payoff_study *s, const char *path, double x, double share)
{
    double here = share_with(s, path, x);
    bool left = share_with(s, path, x * 0.997) > share,
         right = share_with(s, path, x * 1.003) > share;
    assert_true(fabs(here - share) <= 0.004 || left != right);
}

/* Between the ends of a stop the draws leave the verdict open. */
static void check_ends(const struct payoff_study *s, const char *path, const struct payoff_stop *at)
{
    check_share(s, path, at->falls ? at->at_high : at->at_low, 1 - SURE);
    check_share(s, path, at->falls ? at->at_low : at->at_high, SURE);
}

static void check_scan(const struct payoff_study *s, const struct range *r, size_t steps)
{
    struct payoff_group group = {.key = (struct cell[1]){{0}}, .reason = ""};
    struct payoff p = {.n = 1, .group = &group, .by = (char *[1]){NULL}};
    const struct payoff_question q = {.study = s, .seed = 1};
    double before = NAN;
    size_t crossings = 0;
    for (size_t i = 0; i < steps; i++) {
        double here = payoff_with(s, r->path, range_value(r, i, steps));
        crossings += !isnan(before) && (before > 1) != (here > 1);
        before = here;
    }
    payoff_scan(&p, &q, r, steps);
    assert_true(crossings > 0);
    assert_int_equal(p.stops, crossings);
    for (size_t i = 0; i < p.stops; i++) {
        const struct payoff_stop *stop = &p.stop[i];
        assert_string_equal(p.axis[stop->axis], r->path);
        assert_true(stop->by_model && stop->at > stop->from && stop->at < stop->to);
        assert_true((payoff_with(s, r->path, stop->from) > 1) == stop->falls);
        assert_true((payoff_with(s, r->path, stop->to) > 1) == !stop->falls);
        if (!r->whole) {
            assert_close(payoff_with(s, r->path, stop->at), 1, 1e-3);
            check_ends(s, r->path, stop);
        }
        assert_false(stop->at_low > stop->at_high);
        assert_true(!isnan(stop->at_low) || !isnan(stop->at_high));
        free(stop->key);
        free(stop->reason);
    }
    free(p.stop);
    free(p.axis[0]);
    free(p.axis_unit[0]);
    free(p.axis);
    free(p.axis_unit);
}

static void a_scan_finds_where_p_is_one_on_the_model(void **state)
{
    (void)state;
    struct payoff_study *s;
    struct err err = {0};
    const struct db_run run = {.name = (char[]){"scan"}, .spec = (char *)(uintptr_t)spec};
    if (payoff_study_open(&s, &run, catalogue, &err) != 0)
        assert_string_equal(err.text, "");
    check_scan(
        s,
        &(struct range){.path = (char[]){"prices.engine_premium"}, .unit = "", .from = 1, .to = 64},
        25);
    check_scan(s,
               &(struct range){.path = (char[]){"workload.query_tokens"},
                               .unit = "",
                               .from = 1,
                               .to = 64,
                               .whole = true},
               7);
    payoff_study_close(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_stop_is_interpolated_in_the_logarithm_of_p),
        cmocka_unit_test(an_axis_that_starts_at_zero_is_linear),
        cmocka_unit_test(every_crossing_between_neighbours_is_a_stop),
        cmocka_unit_test(an_engine_that_always_pays_has_no_stop),
        cmocka_unit_test(a_scan_finds_where_p_is_one_on_the_model),
    };
    return cmocka_run_group_tests(tests, open_tests, close_tests);
}
