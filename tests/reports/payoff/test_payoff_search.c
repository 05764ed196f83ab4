/* Searches that leave designs out, against pricing every design in every world. */
#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "reports/payoff/payoff_certainty.h"
#include "reports/payoff/payoff_designs.h"
#include "reports/payoff/payoff_search.h"
#include "reports/payoff/payoff_swing.h"
#include "tests/model.h"

enum { WORLDS = 66 };

static const char *const engines[] = {"attacc", "duplex", "logic-die-r32"};

/* Designs that differ little, some of which reach their power limit. */
static const char *const text =
    "model: llama-4-maverick\nchip: b200-paper\n"
    "workload: {phase: decode, batch: max, tpot: 50 ms, context: 16384}\n"
    "plan: {devices: 32, tp: auto, dp: auto, ep: auto}\n"
    "sweep:\n"
    "  engine: [none, attacc, duplex, logic-die-r32]\n"
    "  chip.memory_byte_per_s: [8 TB/s, 12 TB/s, 16 TB/s]\n"
    "  chip.memory_byte: [96 GB, 192 GB]\n"
    "  chip.link_byte_per_s: [450 GB/s, 900 GB/s]\n";

static struct study *parse_text(const char *of)
{
    struct study *s;
    struct err err = {0};
    if (study_parse(&s, "test", of, catalogue, &err) != 0)
        assert_string_equal(err.text, "");
    return s;
}

static struct study *parse(void)
{
    return parse_text(text);
}

static void gather(struct comparison *out, const struct study *s, const char *engine,
                   enum budget budget)
{
    struct err err = {0};
    const struct design_choice q = {.study = s, .engine = engine, .budget = budget};
    assert_int_equal(comparison_gather(out, &q, &err), 0);
    out->engine = engine;
    assert_true(out->n[WITH] > 3 && out->n[WITHOUT] > 3);
}

static double between(double low, double high, uint64_t stream, uint64_t i)
{
    return low + (high - low) * random_unit_at(stream, i);
}

/* Every price anywhere in its range, and every engine up to 30 % off what it states. */
static struct world *draw(const struct comparison *c)
{
    struct world *w = mem_alloc(WORLDS, sizeof *w);
    for (size_t i = 0; i < WORLDS; i++) {
        uint64_t stream = random_stream(i, "world");
        world_middle(&w[i], c);
        for (size_t k = 0; k < prices_fields.n; k++) {
            const struct field *f = &prices_fields.row[k];
            field_put(
                f, &w[i].prices,
                between(field_get(f, &c->prices.low), field_get(f, &c->prices.high), stream, k));
        }
        for (size_t k = 0; k < c->n_ranged; k++) {
            w[i].engine[k].bandwidth = between(0.7, 1.3, stream, 1000 + k);
            w[i].engine[k].ridge = between(0.7, 1.3, stream, 2000 + k);
        }
    }
    return w;
}

static void a_search_over_many_worlds_finds_the_best_of_each(void **state)
{
    (void)state;
    struct study *s = parse();
    for (int budget = 0; budget < BUDGETS; budget++) {
        struct comparison c;
        double p[WORLDS];
        gather(&c, s, NULL, (enum budget)budget);
        struct world *w = draw(&c);
        comparison_payoffs(p, &c, w, WORLDS);
        for (size_t i = 0; i < WORLDS; i++)
            assert_true(p[i] == comparison_payoff(&c, &w[i], NULL));
        free(w);
        comparison_free(&c);
    }
    study_free(s);
}

static void a_search_between_two_worlds_finds_the_best_between_them(void **state)
{
    (void)state;
    struct study *s = parse();
    struct comparison c;
    gather(&c, s, NULL, BUDGET_COST);
    struct world *w = draw(&c);
    for (size_t i = 0; i + 1 < WORLDS; i += 8) {
        struct payoff_search *x = payoff_search_open(&c, &(struct between){{w[i], w[i + 1]}}, 1);
        struct world middle = w[i];
        double *to = (double *)&middle;
        for (size_t k = 0; k < sizeof middle / sizeof(double); k++)
            to[k] = (to[k] + ((const double *)&w[i + 1])[k]) / 2;
        assert_true(payoff_search_at(x, &middle) == comparison_payoff(&c, &middle, NULL));
        assert_true(payoff_search_at(x, &w[i + 1]) == comparison_payoff(&c, &w[i + 1], NULL));
        payoff_search_close(x);
    }
    free(w);
    comparison_free(&c);
    study_free(s);
}

/* The best of all at each flip, which was sought among winners. */
static void p_is_1_where_a_swing_flips(void **state)
{
    (void)state;
    size_t flips = 0;
    struct study *s = parse();
    for (int budget = 0; budget < BUDGETS; budget++) {
        struct comparison c;
        gather(&c, s, NULL, (enum budget)budget);
        struct swing *swing = mem_alloc(swings_most(&c), sizeof *swing);
        size_t n = comparison_swings(swing, &c);
        for (size_t i = 0; i < n; i++) {
            struct world w;
            if (isnan(swing[i].flips_at))
                continue;
            world_middle(&w, &c);
            *(double *)((char *)&w + swing[i].at) = swing[i].flips_at;
            assert_close(comparison_payoff(&c, &w, NULL), 1, 1e-5);
            flips++;
        }
        free(swing);
        comparison_free(&c);
    }
    study_free(s);
    assert_true(flips > 8);
}

/* Moves one price of the middle world to an end of its range. */
static void move_one(struct world *w, const struct comparison *c, size_t price, bool high)
{
    const struct field *f = &prices_fields.row[price];
    world_middle(w, c);
    field_put(f, &w->prices, field_get(f, high ? &c->prices.high : &c->prices.low));
}

static void what_earlier_searches_priced_changes_no_later_one(void **state)
{
    (void)state;
    struct study *s = parse();
    for (int budget = 0; budget < BUDGETS; budget++) {
        struct comparison fresh, remembers;
        gather(&fresh, s, NULL, (enum budget)budget);
        gather(&remembers, s, NULL, (enum budget)budget);
        comparison_quote(&remembers);
        struct world *drawn = draw(&fresh);
        for (size_t i = 0; i < WORLDS + 2 * prices_fields.n; i++) {
            struct world w = drawn[i % WORLDS];
            size_t winner[SIDES], same[SIDES];
            if (i >= WORLDS)
                move_one(&w, &fresh, (i - WORLDS) / 2, i % 2);
            /* Without memory, a search in one world prices every design. */
            double p = comparison_payoff(&fresh, &w, winner);
            assert_true(comparison_payoff(&remembers, &w, same) == p);
            assert_memory_equal(winner, same, sizeof winner);
        }
        free(drawn);
        comparison_free(&fresh);
        comparison_free(&remembers);
    }
    study_free(s);
}

static void draws_kept_from_each_engine_give_those_of_all(void **state)
{
    (void)state;
    struct study *s = parse();
    struct kept_draws *kept = kept_draws_make();
    struct comparison all, one;
    struct certainty apart, shared;
    for (size_t i = 0; i < LEN(engines); i++) {
        gather(&one, s, engines[i], BUDGET_COST);
        comparison_certainty(&apart, &one, 7, 300);
        one.kept = kept;
        comparison_certainty(&shared, &one, 7, 300);
        assert_memory_equal(&apart, &shared, sizeof apart);
        comparison_free(&one);
    }
    gather(&all, s, NULL, BUDGET_COST);
    comparison_certainty(&apart, &all, 7, 300);
    all.kept = kept;
    comparison_certainty(&shared, &all, 7, 300);
    assert_memory_equal(&apart, &shared, sizeof apart);
    /* Other draws are not mistaken for them. */
    struct certainty other;
    comparison_certainty(&other, &all, 8, 300);
    assert_true(other.median != shared.median);
    comparison_free(&all);
    kept_draws_free(kept);
    study_free(s);
}

/* Makes every design with an engine so many times as fast. */
static void speed_up(struct comparison *c, double times)
{
    for (size_t i = 0; i < c->n[WITH]; i++)
        for (size_t j = 0; j < c->side[WITH][i].jobs; j++)
            c->side[WITH][i].job[j].tokens_per_s *= times;
}

/* So many designs that they are quoted only where they may win. */
static const char *const large =
    "model: llama-4-maverick\nchip: b200-paper\n"
    "workload: {phase: decode, batch: max, tpot: 50 ms, context: 16384}\n"
    "plan: {devices: 32, tp: 8, dp: 4, ep: 32}\n"
    "sweep:\n"
    "  engine: [none, duplex]\n"
    "  chip.memory_byte_per_s: {from: 8 TB/s, to: 12 TB/s, steps: 13}\n"
    "  chip.memory_byte: {from: 150 GB, to: 250 GB, steps: 13}\n"
    "  chip.link_byte_per_s: {from: 600 GB/s, to: 900 GB/s, steps: 13}\n";

static void a_search_among_many_designs_finds_the_best_of_each_world(void **state)
{
    (void)state;
    struct study *s = parse_text(large);
    struct comparison c;
    struct worlds worlds;
    double best[SIDES][WORLDS];
    gather(&c, s, NULL, BUDGET_COST);
    worlds_make(&worlds, draw(&c), WORLDS, &c);
    assert_true(worlds.engine.n > 0);
    for (int side = 0; side < SIDES; side++) {
        assert_true(c.n[side] > 2048);
        comparison_bests(best[side], &c, (enum side)side, &worlds);
    }
    for (size_t i = 0; i < WORLDS; i += 13)
        assert_true(best[WITH][i] / best[WITHOUT][i] ==
                    comparison_payoff(&c, &worlds.world[i], NULL));
    struct certainty sure, close;
    comparison_certainty(&sure, &c, 7, WORLDS);
    speed_up(&c, 1 / sure.median);
    comparison_certainty(&close, &c, 7, WORLDS);
    assert_true(close.probability > 0 && close.probability < 1);
    assert_true(comparison_probability(&c, (struct draws){7, WORLDS}, NULL) == close.probability);
    worlds_free(&worlds);
    comparison_free(&c);
    study_free(s);
}

/* An engine that works beside the chip may be in time at one clock, but not at another. */
static const char *const overlapping =
    "model: jamba-1.5-mini\n"
    "chip: h100\n"
    "precision: {weight: fp8, kv: fp8, math: fp8}\n"
    "workload: {phase: decode, batch: max, tpot: 50 ms, context: 16384}\n"
    "plan: {devices: 8, tp: auto, dp: auto, ep: auto}\n"
    "sweep:\n"
    "  engine: [none, neupims]\n"
    "  chip.memory_byte_per_s: [4 TB/s, 4.2 TB/s, 5 TB/s, 5.2 TB/s]\n"
    "  chip.memory_byte: [96 GB, 100 GB, 128 GB]\n";

static void an_engine_that_overlaps_wins_wherever_it_is_best(void **state)
{
    (void)state;
    struct study *s = parse_text(overlapping);
    for (int budget = 0; budget < BUDGETS; budget++) {
        struct err err = {0};
        struct comparison c;
        struct worlds worlds;
        double best[SIDES][WORLDS];
        const struct design_choice q = {.study = s, .budget = (enum budget)budget};
        assert_int_equal(comparison_gather(&c, &q, &err), 0);
        worlds_make(&worlds, draw(&c), WORLDS, &c);
        for (int side = 0; side < SIDES; side++) {
            assert_true(c.n[side] > 1);
            comparison_bests(best[side], &c, (enum side)side, &worlds);
        }
        for (size_t i = 0; i < WORLDS; i++)
            assert_true(best[WITH][i] / best[WITHOUT][i] ==
                        comparison_payoff(&c, &worlds.world[i], NULL));
        worlds_free(&worlds);
        comparison_free(&c);
    }
    study_free(s);
}

/* The swing that decides is the widest of those that flip the verdict inside their range. */
static void decides(const struct comparison *c)
{
    struct swing *all = mem_alloc(swings_most(c), sizeof *all), one;
    size_t n = comparison_swings(all, c), i = 0;
    while (i < n && !all[i].inside)
        i++;
    assert_int_equal(comparison_deciding_swing(&one, c), i < n);
    if (i < n) {
        assert_string_equal(one.name, all[i].name);
        assert_true(one.flips_at == all[i].flips_at && one.p_low == all[i].p_low);
    }
    free(all);
}

/* Draws that are settled stay as they are; the others have the verdict that they have among all. */
static void only_open_draws_are_settled(void **state)
{
    (void)state;
    enum { DRAWS = 300 };
    struct study *s = parse();
    struct drawn_store *store = drawn_store_make();
    for (int budget = 0; budget < BUDGETS; budget++) {
        enum draw_verdict all[DRAWS] = {DRAW_OPEN}, some[DRAWS];
        struct comparison c;
        struct certainty sure;
        gather(&c, s, NULL, (enum budget)budget);
        comparison_certainty(&sure, &c, 7, DRAWS);
        speed_up(&c, 1 / sure.median);
        c.worlds = budget % 2 ? store : NULL;
        assert_true(comparison_settle(all, &c, (struct draws){7, DRAWS}, NULL));
        for (size_t every = 2; every < DRAWS; every = 5 * every) {
            for (size_t i = 0; i < DRAWS; i++)
                some[i] = i % every == 1         ? DRAW_OPEN
                          : all[i] == DRAW_FAILS ? DRAW_PAYS
                                                 : DRAW_FAILS;
            assert_true(comparison_settle(some, &c, (struct draws){7, DRAWS}, NULL));
            for (size_t i = 0; i < DRAWS; i++)
                assert_true((some[i] == all[i]) == (i % every == 1));
        }
        assert_true(comparison_settle(all, &c, (struct draws){7, DRAWS}, NULL));
        comparison_free(&c);
    }
    drawn_store_free(store);
    study_free(s);
}

static void the_probability_needs_no_best_designs(void **state)
{
    (void)state;
    struct study *s = parse();
    for (int budget = 0; budget < BUDGETS; budget++) {
        struct comparison c;
        struct certainty sure;
        gather(&c, s, NULL, (enum budget)budget);
        comparison_certainty(&sure, &c, 7, 300);
        assert_true(comparison_probability(&c, (struct draws){7, 300}, NULL) == sure.probability);
        const double close[] = {1.02 / sure.high, 1 / sure.high, 1 / sure.median, 1 / sure.low};
        for (size_t i = 0; i < LEN(close); i++) {
            struct certainty moved;
            speed_up(&c, close[i]);
            comparison_certainty(&moved, &c, 7, 300);
            assert_true(comparison_probability(&c, (struct draws){7, 300}, NULL) ==
                        moved.probability);
            decides(&c);
            assert_true(i == 0 || budget == BUDGET_NONE ||
                        (moved.probability > 0 && moved.probability < 1));
            speed_up(&c, 1 / close[i]);
        }
        comparison_free(&c);
    }
    study_free(s);
}

static void designs_kept_for_the_middle_give_the_same_payoff(void **state)
{
    (void)state;
    struct study *s = parse();
    for (int budget = 0; budget < BUDGETS; budget++) {
        struct comparison all, middle;
        struct err err = {0};
        gather(&all, s, NULL, (enum budget)budget);
        const struct design_choice q = {.study = s, .budget = (enum budget)budget, .middle = true};
        assert_int_equal(comparison_gather(&middle, &q, &err), 0);
        assert_true(middle.n[WITH] < all.n[WITH]);
        assert_true(comparison_payoff_middle(&middle, NULL) ==
                    comparison_payoff_middle(&all, NULL));
        comparison_free(&middle);
        comparison_free(&all);
    }
    study_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_search_over_many_worlds_finds_the_best_of_each),
        cmocka_unit_test(a_search_between_two_worlds_finds_the_best_between_them),
        cmocka_unit_test(p_is_1_where_a_swing_flips),
        cmocka_unit_test(what_earlier_searches_priced_changes_no_later_one),
        cmocka_unit_test(draws_kept_from_each_engine_give_those_of_all),
        cmocka_unit_test(a_search_among_many_designs_finds_the_best_of_each_world),
        cmocka_unit_test(an_engine_that_overlaps_wins_wherever_it_is_best),
        cmocka_unit_test(the_probability_needs_no_best_designs),
        cmocka_unit_test(only_open_draws_are_settled),
        cmocka_unit_test(designs_kept_for_the_middle_give_the_same_payoff),
    };
    return cmocka_run_group_tests(tests, open_tests, close_tests);
}
