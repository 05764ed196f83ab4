/* Waiting for the slowest rank: closed forms against drawing, and against maxima that were
 * simulated on public traces of requests. */
#include <stdbool.h>

#include "arch/slowest.h"
#include "base/random.h"
#include "tests/test.h"

static double ratio_of(enum dp_routing routing, double cv, double skewness, double ranks,
                       double requests)
{
    const struct contexts c = {cv, skewness, routing};
    const struct rank_wait w = rank_wait_of(&c, ranks);
    return rank_wait_ratio(&w, requests);
}

static void the_largest_of_normal_variables_is_that_of_the_tables(void **state)
{
    static const double table[][2] = {{1, 0},       {2, .5642},   {4, 1.0294}, {8, 1.4236},
                                      {16, 1.766},  {32, 2.070},  {64, 2.344}, {72, 2.388},
                                      {128, 2.595}, {144, 2.635}, {256, 2.827}};
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        assert_near(normal_most(table[i][0]).mean, table[i][1], 1e-3);
    assert_close(normal_most(2).square, 1, 1e-9);
    assert_close(normal_most(2).mean, 1 / sqrt(acos(-1)), 1e-9);
    assert_close(normal_most(1).square, 1, 0);
    assert_close(normal_most(1 + 1e-9).square, 1, 1e-6);
    assert_near(normal_most(1 + 1e-9).mean, 0, 1e-6);
}

/* ---- drawing ---- */

static double draw_normal(struct random *r)
{
    double angle = 2 * acos(-1) * random_unit(r);
    return sqrt(-2 * log(1 - random_unit(r))) * cos(angle);
}

/* Marsaglia and Tsang 2000, for a shape of at least 1; below, of one more times u^(1 / shape). */
static double draw_gamma(struct random *r, double shape)
{
    if (shape < 1)
        return draw_gamma(r, shape + 1) * pow(1 - random_unit(r), 1 / shape);
    double d = shape - 1.0 / 3, c = 1 / sqrt(9 * d);
    for (;;) {
        double x = draw_normal(r), v = pow(1 + c * x, 3), u = 1 - random_unit(r);
        if (v > 0 && log(u) < x * x / 2 + d - d * v + d * log(v))
            return d * v;
    }
}

enum { GAMMA, LOGNORMAL };

/* A context of mean 1. */
static double draw_context(struct random *r, int law, double cv)
{
    if (law == GAMMA)
        return draw_gamma(r, 1 / (cv * cv)) * cv * cv;
    double square = log1p(cv * cv);
    return exp(sqrt(square) * draw_normal(r) - square / 2);
}

static double skewness_of(int law, double cv)
{
    return law == GAMMA ? gamma_skewness(cv) : 3 * cv + cv * cv * cv;
}

static unsigned draw_count(struct random *r, enum dp_routing routing, unsigned mean)
{
    unsigned n = 0;
    if (routing != DP_RANDOM)
        return mean;
    for (double left = mean + log(1 - random_unit(r)); left > 0; left += log(1 - random_unit(r)))
        n++;
    return n;
}

static double drawn(struct random *r, enum dp_routing routing, int law, double cv, unsigned ranks,
                    unsigned requests)
{
    const unsigned times = 400000 / (ranks * requests);
    double sum = 0;
    for (unsigned t = 0; t < times; t++) {
        double most = 0;
        for (unsigned d = 0; d < ranks; d++) {
            double held = 0;
            for (unsigned i = draw_count(r, routing, requests); i > 0; i--)
                held += draw_context(r, law, cv);
            most = fmax(most, held);
        }
        sum += most / requests;
    }
    return sum / times;
}

static void the_fullest_rank_holds_what_drawing_gives(void **state)
{
    static const unsigned ranks[] = {2, 8, 72, 144}, requests[] = {16, 64, 128};
    static const struct {
        int law;
        double cv;
    } of[] = {{GAMMA, 0.58}, {GAMMA, 1.26}, {LOGNORMAL, 0.58}, {LOGNORMAL, 0.91}};
    struct random r;
    (void)state;
    random_seed(&r, 1);
    for (size_t k = 0; k < sizeof of / sizeof *of; k++)
        for (size_t i = 0; i < 4; i++)
            for (size_t j = 0; j < 3; j++)
                for (int routing = DP_EQUAL_COUNT; routing <= DP_RANDOM; routing++) {
                    double want = drawn(&r, (enum dp_routing)routing, of[k].law, of[k].cv, ranks[i],
                                        requests[j]);
                    double got = ratio_of((enum dp_routing)routing, of[k].cv,
                                          skewness_of(of[k].law, of[k].cv), ranks[i], requests[j]);
                    assert_close(got, want, 0.03);
                }
}

/* ---- public traces ---- */

/* Resident contexts of Azure's 2023 traces and of Mooncake's conversations (FAST 2025). */
static const struct {
    double cv, skewness;
} code = {0.913, 0}, talk = {0.583, 2.33}, mooncake = {1.259, 0};

static void maxima_that_were_simulated_on_traces_are_met(void **state)
{
    const struct {
        double cv, skewness, ranks, requests;
        enum dp_routing routing;
        double ratio, within;
    } of[] = {
        {code.cv, 0, 8, 64, DP_EQUAL_COUNT, 1.162, 0.02},
        {code.cv, 0, 72, 64, DP_EQUAL_COUNT, 1.284, 0.02},
        {code.cv, 0, 144, 16, DP_EQUAL_COUNT, 1.687, 0.02},
        {code.cv, 0, 144, 64, DP_EQUAL_COUNT, 1.316, 0.02},
        {code.cv, 0, 144, 128, DP_EQUAL_COUNT, 1.224, 0.02},
        {talk.cv, talk.skewness, 32, 64, DP_EQUAL_COUNT, 1.157, 0.02},
        {talk.cv, talk.skewness, 144, 16, DP_EQUAL_COUNT, 1.468, 0.02},
        {talk.cv, talk.skewness, 144, 64, DP_EQUAL_COUNT, 1.216, 0.02},
        {talk.cv, talk.skewness, 144, 128, DP_EQUAL_COUNT, 1.145, 0.02},
        {mooncake.cv, 0, 32, 64, DP_EQUAL_COUNT, 1.353, 0.02},
        {mooncake.cv, 0, 72, 64, DP_EQUAL_COUNT, 1.426, 0.02},
        {mooncake.cv, 0, 144, 128, DP_EQUAL_COUNT, 1.318, 0.02},
        {talk.cv, talk.skewness, 8, 64, DP_RANDOM, 1.200, 0.03},
        {talk.cv, talk.skewness, 32, 64, DP_RANDOM, 1.315, 0.03},
        {talk.cv, talk.skewness, 72, 64, DP_RANDOM, 1.376, 0.03},
        {talk.cv, talk.skewness, 72, 128, DP_RANDOM, 1.269, 0.03},
        {mooncake.cv, 0, 32, 64, DP_RANDOM, 1.425, 0.03},
        {mooncake.cv, 0, 72, 64, DP_RANDOM, 1.651, 0.08}, /* one seed of a long tail */
        {mooncake.cv, 0, 72, 128, DP_RANDOM, 1.362, 0.03},
        {talk.cv, talk.skewness, 8, 64, DP_LEAST_COUNT, 1.105, 0.03},
        {talk.cv, talk.skewness, 32, 64, DP_LEAST_COUNT, 1.174, 0.03},
        {talk.cv, talk.skewness, 72, 64, DP_LEAST_COUNT, 1.195, 0.03},
        {talk.cv, talk.skewness, 72, 128, DP_LEAST_COUNT, 1.140, 0.03},
        {mooncake.cv, 0, 8, 64, DP_LEAST_COUNT, 1.258, 0.03},
        {mooncake.cv, 0, 32, 64, DP_LEAST_COUNT, 1.397, 0.03},
        {mooncake.cv, 0, 72, 128, DP_LEAST_COUNT, 1.297, 0.03},
        {talk.cv, talk.skewness, 32, 64, DP_LEAST_KV, 1.044, 0.02},
        {talk.cv, talk.skewness, 72, 128, DP_LEAST_KV, 1.023, 0.02},
        {mooncake.cv, 0, 8, 64, DP_LEAST_KV, 1.049, 0.02},
        {mooncake.cv, 0, 32, 64, DP_LEAST_KV, 1.076, 0.02},
        {mooncake.cv, 0, 72, 64, DP_LEAST_KV, 1.089, 0.02},
    };
    (void)state;
    for (size_t i = 0; i < sizeof of / sizeof *of; i++) {
        double skewness = of[i].skewness > 0 ? of[i].skewness : gamma_skewness(of[i].cv);
        assert_close(ratio_of(of[i].routing, of[i].cv, skewness, of[i].ranks, of[i].requests),
                     of[i].ratio, of[i].within);
    }
}

/* ---- shape ---- */

static double gamma_ratio(enum dp_routing routing, double cv, double ranks, double requests)
{
    return ratio_of(routing, cv, gamma_skewness(cv), ranks, requests);
}

static void nothing_waits_without_spread_or_with_one_rank(void **state)
{
    (void)state;
    assert_close(gamma_ratio(DP_EQUAL_COUNT, 0, 64, 1), 1, 0);
    for (int k = DP_EQUAL_COUNT; k <= DP_LEAST_KV; k++)
        assert_close(gamma_ratio((enum dp_routing)k, 1, 1, 3), 1, 0);
}

static void waiting_rises_with_the_spread_and_the_ranks_and_has_no_jumps(void **state)
{
    (void)state;
    for (int k = DP_EQUAL_COUNT; k <= DP_LEAST_KV; k++)
        for (double requests = 1; requests <= 256; requests *= 4) {
            enum dp_routing how = (enum dp_routing)k;
            double before = 1, ranks_before = 1;
            for (double cv = 0; cv <= 3; cv += 0.05) {
                double now = gamma_ratio(how, cv, 24, requests);
                assert_true(now >= before);
                assert_true(cv == 0 || now - before < 0.06 * 24 / sqrt(requests));
                before = now;
            }
            for (double ranks = 1; ranks <= 300; ranks += 0.5) {
                double now = gamma_ratio(how, 1, ranks, requests);
                assert_true(now >= ranks_before - 1e-12 && now <= ranks + 1e-12);
                ranks_before = now;
            }
        }
}

/* So a step never gets shorter as requests are added. */
static void the_fullest_rank_never_holds_less_with_more_requests(void **state)
{
    (void)state;
    for (int k = DP_EQUAL_COUNT; k <= DP_LEAST_KV; k++)
        for (double cv = 0; cv <= 3; cv += 0.5) {
            double before = 0;
            for (double requests = 0.25; requests < 1000; requests *= 1.1) {
                double held = requests * gamma_ratio((enum dp_routing)k, cv, 32, requests);
                assert_true(held >= before);
                before = held;
            }
        }
}

static void smarter_routing_waits_less(void **state)
{
    (void)state;
    for (double requests = 1; requests <= 256; requests *= 2) {
        double random = gamma_ratio(DP_RANDOM, 1, 32, requests);
        double count = gamma_ratio(DP_LEAST_COUNT, 1, 32, requests);
        assert_true(gamma_ratio(DP_EQUAL_COUNT, 1, 32, requests) <= count);
        assert_true(count <= random);
        assert_true(gamma_ratio(DP_LEAST_KV, 1, 32, requests) <= count);
    }
}

static void ranks_wait_for_the_prefill_of_any(void **state)
{
    struct random r;
    double waited = 0, steps = 20000;
    (void)state;
    random_seed(&r, 2);
    for (double i = 0; i < steps; i++) {
        bool some = false;
        for (int d = 0; d < 8; d++)
            some |= random_unit(&r) < 0.05;
        waited += some ? 1 / steps : 0;
    }
    assert_close(prefills_waited_for(0.05, 8), waited, 0.03);
    assert_close(prefills_waited_for(0.05, 8), 1 - pow(0.95, 8), 1e-12);
    assert_close(prefills_waited_for(0.3, 1), 0.3, 1e-12);
    assert_close(prefills_waited_for(0, 64), 0, 0);
    assert_close(prefills_waited_for(1, 64), 1, 0);
    assert_close(prefills_waited_for(2.25, 2), 2 + 1 - 0.75 * 0.75, 1e-12);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_largest_of_normal_variables_is_that_of_the_tables),
        cmocka_unit_test(the_fullest_rank_holds_what_drawing_gives),
        cmocka_unit_test(maxima_that_were_simulated_on_traces_are_met),
        cmocka_unit_test(nothing_waits_without_spread_or_with_one_rank),
        cmocka_unit_test(waiting_rises_with_the_spread_and_the_ranks_and_has_no_jumps),
        cmocka_unit_test(the_fullest_rank_never_holds_less_with_more_requests),
        cmocka_unit_test(smarter_routing_waits_less),
        cmocka_unit_test(ranks_wait_for_the_prefill_of_any),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
