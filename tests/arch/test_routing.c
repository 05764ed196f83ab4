/* Popularity, placement and the busiest device: against drawing, and against the imbalances that
 * arXiv:2507.15465 (Fig. 13) and its simulator print for DeepSeek-R1's 8 of 256 experts. */
#include "arch/routing.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "arch/popularity.h"
#include "base/mem.h"
#include "tests/test.h"

enum { EXPERTS = 256, TOP_K = 8 };

#define FIRST_STATE 88172645463325252u

static uint64_t state_of_random = FIRST_STATE;

static double uniform(void)
{
    state_of_random ^= state_of_random << 13;
    state_of_random ^= state_of_random >> 7;
    state_of_random ^= state_of_random << 17;
    return (double)(state_of_random >> 11) * 0x1p-53;
}

/* Draws `tokens` tokens, adding the uses of each expert. */
static void draw(double *uses, int tokens, double skew)
{
    double upto[EXPERTS], sum = 0;
    for (int e = 0; e < EXPERTS; e++)
        upto[e] = sum += pow(e + 1, -skew);
    for (int t = 0; t < tokens; t++) {
        int chosen[TOP_K];
        for (int k = 0; k < TOP_K;) {
            double u = uniform() * sum;
            int lo = 0, hi = EXPERTS - 1;
            while (lo < hi) {
                int mid = (lo + hi) / 2;
                if (upto[mid] <= u)
                    lo = mid + 1;
                else
                    hi = mid;
            }
            int seen = 0;
            for (int j = 0; j < k; j++)
                seen = seen || chosen[j] == lo;
            if (!seen)
                chosen[k++] = lo;
        }
        for (int k = 0; k < TOP_K; k++)
            uses[chosen[k]]++;
    }
}

static struct routing routed(double skew, enum placement placement, double devices, double copies)
{
    struct routing r;
    routing_make(&r, &(struct routing_of){EXPERTS, TOP_K, skew, placement, devices, copies, true});
    return r;
}

static void popularity_is_that_of_drawing_without_putting_back(void **state)
{
    double pi[EXPERTS], uses[EXPERTS] = {0}, sum = 0;
    enum { TOKENS = 100000 };
    (void)state;
    routing_popularity(pi, EXPERTS, TOP_K, 0.8);
    draw(uses, TOKENS, 0.8);
    for (int e = 0; e < EXPERTS; e++) {
        sum += pi[e];
        assert_true(e == 0 || pi[e] < pi[e - 1]);
        if (e < 32)
            assert_close(pi[e], uses[e] / TOKENS, 0.05);
    }
    assert_close(sum, TOP_K, 1e-9);
    routing_popularity(pi, EXPERTS, TOP_K, 0);
    assert_close(pi[0], (double)TOP_K / EXPERTS, 1e-9);
    assert_close(pi[EXPERTS - 1], pi[0], 1e-12);
}

/* Of two different experts: drawn first, or second after any other. */
static void popularity_of_two_is_exact(void **state)
{
    enum { FEW = 6 };
    double pi[FEW], weight[FEW], all = 0;
    (void)state;
    routing_popularity(pi, FEW, 2, 1.5);
    for (int e = 0; e < FEW; e++)
        all += weight[e] = pow(e + 1, -1.5);
    for (int e = 0; e < FEW; e++) {
        double used = weight[e] / all;
        for (int first = 0; first < FEW; first++)
            if (first != e)
                used += weight[first] / all * weight[e] / (all - weight[first]);
        assert_close(pi[e], used, 2e-4);
    }
}

/* The expected busiest of 32 devices, for few tokens and many, flat and skewed. */
static void the_busiest_device_is_as_busy_as_in_a_drawing(void **state)
{
    static const int tokens[] = {256, 4096};
    static const double skew[] = {0, 0.2, 0.8};
    static const enum placement placement[] = {PLACE_ROUND_ROBIN, PLACE_CONTIGUOUS};
    enum { DEVICES = 32, DRAWS = 60 };
    (void)state;
    for (size_t i = 0; i < LEN(tokens); i++)
        for (size_t j = 0; j < LEN(skew); j++)
            for (size_t k = 0; k < LEN(placement); k++) {
                struct routing r = routed(skew[j], placement[k], DEVICES, 0);
                double most = 0;
                for (int n = 0; n < DRAWS; n++) {
                    double uses[EXPERTS] = {0}, load[DEVICES] = {0}, busiest = 0;
                    draw(uses, tokens[i], skew[j]);
                    for (int e = 0; e < EXPERTS; e++) {
                        int d =
                            placement[k] == PLACE_CONTIGUOUS ? e * DEVICES / EXPERTS : e % DEVICES;
                        busiest = fmax(busiest, load[d] += uses[e]);
                    }
                    most += busiest * DEVICES / (tokens[i] * TOP_K) / DRAWS;
                }
                assert_close(routing_busiest(&r, tokens[i]), most, 0.03);
            }
}

/* Imbalance at skew 0.8, where chance adds little: the simulator draws 2.82 for round robin and
 * 8.49 for contiguous placement on 32 devices, 17.80 on 256 (one expert each; the paper 17.86). */
static void imbalance_is_that_of_the_papers_simulator(void **state)
{
    (void)state;
    struct routing r = routed(0.8, PLACE_ROUND_ROBIN, 32, 0);
    assert_close(r.imbalance, 2.82, 0.02);
    r = routed(0.8, PLACE_CONTIGUOUS, 32, 0);
    assert_close(r.imbalance, 8.49, 0.02);
    r = routed(0.8, PLACE_RANDOM, 256, 0);
    assert_close(r.imbalance, 17.80, 0.02);
    double alone = r.imbalance;
    /* 6.13 times that of 32 devices in the paper, 5.7 to 6.4 for spread placements. */
    r = routed(0.8, PLACE_RANDOM, 32, 0);
    assert_true(alone / r.imbalance > 5.7 && alone / r.imbalance < 6.4);
}

/* Copies of hot experts flatten the load to within 2 %; nothing is lost or made up. */
static void copies_flatten_the_load(void **state)
{
    static const double copies[] = {32, 64, 128, 256};
    (void)state;
    for (size_t i = 0; i < LEN(copies); i++) {
        struct routing r = routed(0.8, PLACE_REPLICATED, 32, copies[i]);
        double held = 0, load = 0;
        for (size_t g = 0; g < r.groups; g++) {
            held += r.group[g].experts;
            load += r.group[g].experts * r.group[g].share;
        }
        assert_close(held, (EXPERTS + copies[i]) / 32, 1e-9);
        assert_close(load * 32 / TOP_K, r.imbalance, 1e-9);
        assert_true(r.imbalance >= 1 - 1e-9 && r.imbalance < 1.02);
    }
}

/* Without copies the busiest device has the hottest expert and 7 others, all of them lighter than
 * the mean if it is hot enough to matter. */
static void packing_is_bound_by_the_hottest_expert(void **state)
{
    static const double skew[] = {0, 0.2, 0.5, 0.7, 1};
    (void)state;
    for (size_t i = 0; i < LEN(skew); i++) {
        double packed = routed(skew[i], PLACE_PACKED, 32, 0).imbalance;
        double alone = routed(skew[i], PLACE_ROUND_ROBIN, EXPERTS, 0).imbalance;
        double hottest = alone * 32 / EXPERTS;
        assert_true(packed >= fmax(1, hottest) - 1e-9 && packed <= hottest + 7. / 8 + 1e-9);
        assert_true(packed <= routed(skew[i], PLACE_ROUND_ROBIN, 32, 0).imbalance + 1e-9);
    }
}

static void groups_hold_what_their_device_does(void **state)
{
    static const double devices[] = {1, 2, 8, 32, 48, 256};
    (void)state;
    for (size_t i = 0; i < LEN(devices); i++)
        for (int p = PLACE_RANDOM; p <= PLACE_CONTIGUOUS; p++) {
            struct routing r = routed(0.6, (enum placement)p, devices[i], 0);
            double load = 0;
            for (size_t g = 0; g < r.groups; g++)
                load += r.group[g].experts * r.group[g].share;
            assert_close(load * devices[i] / TOP_K, r.imbalance, 1e-9);
            assert_true(r.imbalance >= 1 - 1e-9);
            /* Chance never makes the busiest device less busy, and fades with many tokens. */
            assert_true(routing_busiest(&r, 100) >= r.imbalance);
            assert_close(routing_busiest(&r, 1e12), r.imbalance, 1e-3);
        }
}

/* ---- tokens and active experts of the slowest device ---- */

enum { EXPERTS_MOST = 512, COPIES_MOST = 2 * EXPERTS_MOST, DEVICES_MOST = 256 };

/* Draws an index with the probabilities that `upto` adds up. */
static int drawn_of(const double *upto, int n)
{
    double u = uniform() * upto[n - 1];
    int lo = 0, hi = n - 1;
    while (lo < hi) {
        int mid = (lo + hi) / 2;
        if (upto[mid] <= u)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

struct routed_case {
    struct routing_of of;
    int tokens;
};

/* The copies of each expert: at[first], ..., of the placed ones. */
struct drawing {
    struct placed_experts placed;
    int first[EXPERTS_MOST], copies[EXPERTS_MOST], at[COPIES_MOST];
    double upto[EXPERTS_MOST];
};

static void draw_from(struct drawing *d, const struct routing_of *of)
{
    double sum = 0;
    int experts = (int)of->experts, at = 0;
    double pi[EXPERTS_MOST];
    routing_popularity(pi, (size_t)experts, of->top_k, of->skew);
    placement_make(&d->placed, of, pi);
    for (int e = 0; e < experts; e++) {
        d->upto[e] = sum += pow(e + 1, -of->skew);
        d->first[e] = at;
        for (size_t i = 0; i < d->placed.copies; i++)
            if (d->placed.copy[i].expert == (size_t)e)
                d->at[at++] = (int)i;
        d->copies[e] = at - d->first[e];
    }
}

struct drawn {
    double mean, error;
};

/* Shuffles the devices of the experts. */
static void place_again(struct placed_experts *p)
{
    for (size_t i = p->copies; i > 1; i--) {
        size_t j = (size_t)(uniform() * (double)i), device = p->copy[i - 1].device;
        p->copy[i - 1].device = p->copy[j].device;
        p->copy[j].device = device;
    }
}

/* Mean of the largest number of tokens, and of active experts, of a device. */
static void draw_most(struct drawn *load, struct drawn *active, struct drawing *d,
                      const struct routed_case *c, int draws)
{
    double sum[2] = {0}, square[2] = {0};
    state_of_random = FIRST_STATE; /* another case before this one changes nothing */
    int top_k = (int)c->of.top_k, devices = (int)c->of.devices;
    for (int n = 0; n < draws; n++) {
        int uses[COPIES_MOST] = {0}, held[2][DEVICES_MOST] = {{0}}, most[2] = {0};
        for (int t = 0; t < c->tokens; t++) {
            bool seen[EXPERTS_MOST] = {false};
            for (int k = 0; k < top_k;) {
                int e = drawn_of(d->upto, (int)c->of.experts);
                if (seen[e])
                    continue;
                seen[e] = true;
                uses[d->at[d->first[e] + (int)(uniform() * d->copies[e])]]++;
                k++;
            }
        }
        if (c->of.placement == PLACE_RANDOM)
            place_again(&d->placed);
        for (size_t i = 0; i < d->placed.copies; i++) {
            held[0][d->placed.copy[i].device] += uses[i];
            held[1][d->placed.copy[i].device] += uses[i] > 0;
        }
        for (int what = 0; what < 2; what++) {
            for (int k = 0; k < devices; k++)
                most[what] = most[what] > held[what][k] ? most[what] : held[what][k];
            sum[what] += most[what];
            square[what] += (double)most[what] * most[what];
        }
    }
    for (int what = 0; what < 2; what++) {
        double mean = sum[what] / draws, variance = square[what] / draws - mean * mean;
        *(what ? active : load) = (struct drawn){mean, sqrt(fmax(0, variance) / draws)};
    }
}

static void assert_drawn(double found, const struct drawn *d)
{
    if (fabs(found - d->mean) > 0.03 * d->mean + 2 * d->error)
        print_error("found %g, drawn %g (+- %g)\n", found, d->mean, d->error);
    assert_true(fabs(found - d->mean) <= 0.03 * d->mean + 2 * d->error);
}

/* Both maxima of a case against a drawing of it. */
static void compare(const struct routing *r, struct drawing *drawing, const struct routed_case *c,
                    int draws)
{
    struct drawn load, active;
    draw_most(&load, &active, drawing, c, draws);
    assert_drawn(routing_busiest(r, c->tokens) * c->tokens * c->of.top_k / c->of.devices, &load);
    assert_drawn(routing_active(r, c->tokens), &active);
}

/* From a hundredth of a token per expert to a hundred. */
static void the_slowest_device_is_that_of_a_drawing(void **state)
{
    static const struct {
        double experts, top_k, devices;
    } mixture[] = {{8, 2, 8},    {8, 2, 2},     {16, 1, 8},   {64, 8, 8},    {128, 1, 32},
                   {128, 8, 2},  {128, 4, 3},   {256, 8, 32}, {256, 8, 256}, {384, 8, 128},
                   {384, 6, 32}, {512, 16, 64}, {512, 4, 64}, {20, 16, 4}};
    static const double skew[] = {0, 0.3, 0.8, 1.2, 1.5},
                        per_expert[] = {0.01, 0.1, 0.5, 2, 10, 100};
    (void)state;
    for (size_t i = 0; i < LEN(mixture); i++)
        for (size_t j = 0; j < LEN(skew); j++)
            for (int place = PLACE_RANDOM; place <= PLACE_PACKED; place++) {
                struct routed_case c = {{mixture[i].experts, mixture[i].top_k, skew[j], place,
                                         mixture[i].devices, 0, true},
                                        0};
                struct drawing drawing;
                struct routing r;
                routing_make(&r, &c.of);
                draw_from(&drawing, &c.of);
                for (size_t k = (i + j + (size_t)place) % 2; k < LEN(per_expert); k += 2) {
                    double tokens = per_expert[k] * c.of.experts / c.of.top_k;
                    c.tokens = tokens < 1 ? 1 : (int)tokens;
                    compare(&r, &drawing, &c, (int)fmax(40, 8000 / (c.tokens * c.of.top_k)));
                }
                placement_free(&drawing.placed);
            }
}

/* Two to four tokens on about as many devices as experts: most devices have none or one use. */
static void few_uses_are_those_of_a_drawing(void **state)
{
    static const struct {
        double experts, top_k, devices;
    } mixture[] = {{64, 2, 64}, {256, 2, 144}, {256, 8, 144}, {128, 4, 96}, {97, 3, 89}};
    static const double skew[] = {0, 0.6, 1.4};
    (void)state;
    for (size_t i = 0; i < LEN(mixture); i++)
        for (size_t j = 0; j < LEN(skew); j++)
            for (int place = PLACE_RANDOM; place <= PLACE_PACKED; place++) {
                struct routed_case c = {{mixture[i].experts, mixture[i].top_k, skew[j], place,
                                         mixture[i].devices, 0, true},
                                        0};
                struct drawing drawing;
                struct routing r;
                routing_make(&r, &c.of);
                draw_from(&drawing, &c.of);
                for (c.tokens = 2; c.tokens <= 4; c.tokens++)
                    compare(&r, &drawing, &c, 2500);
                placement_free(&drawing.placed);
            }
}

static double between(double low, double high)
{
    return low + (high - low) * uniform();
}

static void compare_with_drawing(const struct routed_case *c)
{
    struct drawing drawing;
    struct routing r;
    routing_make(&r, &c->of);
    draw_from(&drawing, &c->of);
    compare(&r, &drawing, c, 2500);
    placement_free(&drawing.placed);
}

/* Mixtures that nobody chose: any number of experts on any number of devices, a quarter of them
 * used by a token at most. */
static void any_mixture_is_that_of_a_drawing(void **state)
{
    enum { MIXTURES = 150 };
    uint64_t next = FIRST_STATE;
    (void)state;
    for (int i = 0; i < MIXTURES; i++) {
        state_of_random = next;
        struct routed_case c = {.of.chance = true, .tokens = (int)between(1, 13)};
        c.of.experts = floor(between(4, 257));
        c.of.top_k = floor(between(1, fmin(16, c.of.experts / 4) + 1));
        c.of.devices = floor(between(2, fmin(c.of.experts, DEVICES_MOST) + 1));
        c.of.skew = fmax(0, between(-0.4, 1.5));
        c.of.placement = floor(between(0, PLACE_PACKED + 1));
        next = state_of_random;
        compare_with_drawing(&c);
    }
}

/* Copies of an expert exclude each other, most where a token uses many of few experts. */
static void copies_are_those_of_a_drawing(void **state)
{
    enum { MIXTURES = 120 };
    uint64_t next = FIRST_STATE;
    (void)state;
    for (int i = 0; i < MIXTURES; i++) {
        state_of_random = next;
        struct routed_case c = {.of.chance = true, .tokens = (int)between(1, 7)};
        c.of.experts = floor(between(6, 33));
        c.of.top_k = floor(between(c.of.experts / 4, c.of.experts * 3 / 4 + 1));
        c.of.devices = floor(between(2, c.of.experts * 3 / 4 + 1));
        c.of.skew = fmax(0, between(-0.4, 1.5));
        c.of.placement = PLACE_REPLICATED;
        c.of.copies = floor(fmax(0, between(-c.of.experts, c.of.experts)));
        next = state_of_random;
        compare_with_drawing(&c);
    }
}

/* Copies of what every token uses, on two devices or on one; and devices with so steady a load that
 * it is never the largest. */
static void copies_of_steady_experts_are_those_of_a_drawing(void **state)
{
    static const struct {
        struct routing_of of;
        int tokens;
    } of[] = {
        {{5, 4, 1.499, PLACE_REPLICATED, 2, 0, true}, 1},
        {{5, 4, 0.988, PLACE_REPLICATED, 2, 0, true}, 2},
        {{5, 3, 0.712, PLACE_REPLICATED, 4, 2, true}, 1},
        {{8, 2, 1.333, PLACE_REPLICATED, 2, 1, true}, 1},
        {{5, 4, 0.747, PLACE_REPLICATED, 4, 1, true}, 1},
        {{11, 10, 0.884, PLACE_REPLICATED, 11, 3, true}, 1},
        {{17, 16, 1.191, PLACE_REPLICATED, 6, 0, true}, 8},
        {{238, 115, 1.119, PLACE_ROUND_ROBIN, 230, 0, true}, 50},
    };
    (void)state;
    for (size_t i = 0; i < LEN(of); i++) {
        struct routed_case c = {of[i].of, of[i].tokens};
        struct drawing drawing;
        struct routing r;
        routing_make(&r, &c.of);
        draw_from(&drawing, &c.of);
        compare(&r, &drawing, &c, 40000 / (c.tokens * (int)c.of.top_k) + 100);
        placement_free(&drawing.placed);
    }
}

/* No placement jumps at skew 0, whether the experts divide evenly or not. */
static void nothing_jumps_at_skew_0(void **state)
{
    static const double devices[] = {1, 8, 48, 256};
    (void)state;
    for (size_t i = 0; i < LEN(devices); i++)
        for (int place = PLACE_RANDOM; place <= PLACE_PACKED; place++) {
            struct routing even = routed(0, (enum placement)place, devices[i], 0);
            struct routing skewed = routed(1e-6, (enum placement)place, devices[i], 0);
            for (double tokens = 0.25; tokens < 1e5; tokens *= 1.7) {
                assert_close(routing_active(&skewed, tokens), routing_active(&even, tokens), 2e-5);
                assert_close(routing_busiest(&skewed, tokens), routing_busiest(&even, tokens),
                             2e-5);
            }
        }
}

/* A device with a token reads an expert; more tokens are never less work, nor more work each. */
static void work_grows_with_the_tokens_at_most_in_proportion(void **state)
{
    static const double devices[] = {2, 8, 32, 48, 256}, skew[] = {0, 0.4, 1.2};
    (void)state;
    for (size_t i = 0; i < LEN(devices); i++)
        for (size_t j = 0; j < LEN(skew); j++)
            for (int place = PLACE_RANDOM; place <= PLACE_PACKED; place++) {
                struct routing r = routed(skew[j], (enum placement)place, devices[i], 0);
                double active = 0, load = 0, before = 1;
                for (double tokens = 1; tokens < 1e6; tokens *= 1.03) {
                    double a = routing_active(&r, tokens), l = tokens * routing_busiest(&r, tokens);
                    assert_true(a >= 1 - 1e-9 && a * devices[i] >= fmin(TOP_K, EXPERTS) - 1e-9);
                    assert_true(a >= active * (1 - 1e-9) && l >= load * (1 - 1e-9));
                    assert_true(tokens == 1 || a <= active * tokens / before * (1 + 1e-9));
                    assert_true(tokens == 1 || l <= load * tokens / before * (1 + 1e-9));
                    active = a, load = l, before = tokens;
                }
            }
}

/* The groups of the slowest device have its active experts. */
static void groups_read_what_the_slowest_device_reads(void **state)
{
    (void)state;
    for (int place = PLACE_RANDOM; place <= PLACE_PACKED; place++) {
        struct routing r = routed(0.7, (enum placement)place, 48, 0);
        for (double tokens = 0.5; tokens < 1e5; tokens *= 3) {
            double ratio = routing_idle_ratio(&r, tokens), active = 0;
            for (size_t g = 0; g < r.groups; g++)
                active += r.group[g].experts * (1 - exp(tokens * log1p(-r.group[g].share)) * ratio);
            assert_true(ratio >= 0 && ratio <= 1);
            assert_close(active, routing_active(&r, tokens), 1e-9);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(popularity_is_that_of_drawing_without_putting_back),
        cmocka_unit_test(popularity_of_two_is_exact),
        cmocka_unit_test(the_busiest_device_is_as_busy_as_in_a_drawing),
        cmocka_unit_test(imbalance_is_that_of_the_papers_simulator),
        cmocka_unit_test(copies_flatten_the_load),
        cmocka_unit_test(packing_is_bound_by_the_hottest_expert),
        cmocka_unit_test(groups_hold_what_their_device_does),
        cmocka_unit_test(the_slowest_device_is_that_of_a_drawing),
        cmocka_unit_test(few_uses_are_those_of_a_drawing),
        cmocka_unit_test(any_mixture_is_that_of_a_drawing),
        cmocka_unit_test(copies_are_those_of_a_drawing),
        cmocka_unit_test(copies_of_steady_experts_are_those_of_a_drawing),
        cmocka_unit_test(nothing_jumps_at_skew_0),
        cmocka_unit_test(work_grows_with_the_tokens_at_most_in_proportion),
        cmocka_unit_test(groups_read_what_the_slowest_device_reads),
    };
    return cmocka_run_group_tests_name("routing", tests, NULL, NULL);
}
