/* Quotes in lots: the same as those of each design alone, never below the bound of their lot; and
 * the search that leaves out designs by that bound, against pricing every design in every world. */
#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "reports/payoff/payoff_designs.h"
#include "reports/payoff/quoted.h"
#include "reports/payoff/resource_store.h"
#include "tests/model.h"

enum { DESIGNS = 100, WORLDS = 64 };

static double between(double low, double high, uint64_t stream, uint64_t i)
{
    return low + (high - low) * random_unit_at(stream, i);
}

static struct price_book prices(void)
{
    struct price_book out;
    struct err err = {0};
    assert_int_equal(catalogue_prices(catalogue, NULL, &out, &err), 0);
    return out;
}

static const void *found(size_t part, const char *name)
{
    const struct entry *e;
    struct err err = {0};
    assert_int_equal(catalogue_find(catalogue, part, name, &e, &err), 0);
    return e->value;
}

/* Every price anywhere in its range. */
static void draw_prices(struct prices *out, const struct price_book *from, uint64_t i)
{
    uint64_t stream = random_stream(i, "prices");
    *out = from->middle;
    for (size_t k = 0; k < prices_fields.n; k++) {
        const struct field *f = &prices_fields.row[k];
        field_put(f, out, between(field_get(f, &from->low), field_get(f, &from->high), stream, k));
    }
}

/* What may differ within a lot. */
static const char *const growing[] = {"memory_byte",        "memory_byte_per_s", "link_byte_per_s",
                                      "network_byte_per_s", "unit_flop_per_s",   "cache_byte",
                                      "unit_sram_byte"};

static void scale(struct chip *c, size_t part, double by)
{
    const struct field *f = field_find(chip_fields, growing[part]);
    field_put(f, c, by * field_get(f, c));
}

/* A chip that has more or less of it; every tenth device count differs. */
static void draw_candidate(struct candidate *out, const struct chip *chip, const struct engine *e,
                           uint64_t i)
{
    static const struct engine none = {.capacity_ratio = 1};
    uint64_t stream = random_stream(i, "chip");
    *out = (struct candidate){.chip = *chip,
                              .engine = *e,
                              .pool_engine = none,
                              .ffn_engine = none,
                              .devices = i % 10 ? 32 : 8};
    for (size_t k = 0; k < LEN(growing); k++)
        scale(&out->chip, k, between(0.4, 2.5, stream, k));
}

/* Returns how many designs have a bound. */
static size_t check_lots(const struct candidate *const k[], size_t n, const struct prices *p)
{
    struct quoted *q = quoted_make(k, n);
    double(*least)[PARTS] = mem_alloc(quoted_lots(q), sizeof *least);
    size_t bounded = 0, seen = 0;
    quoted_least(least, q, BUDGET_COST, p);
    for (size_t lot = 0; lot < quoted_lots(q); lot++) {
        const size_t *of;
        lane used;
        size_t in_lot = quoted_lot(&of, q, lot);
        quoted_lot_resources(used, q, lot, BUDGET_COST, p);
        for (size_t i = 0; i < in_lot; i++) {
            assert_true(used[i] == candidate_resource(k[of[i]], BUDGET_COST, p, false));
            assert_true(used[i] >= least[lot][i / IN_PART]);
            bounded += least[lot][i / IN_PART] > 0;
        }
        seen += in_lot;
    }
    assert_int_equal(seen, n);
    quoted_free(q);
    free(least);
    return bounded;
}

static void no_design_costs_less_than_the_least_of_its_lot(void **state)
{
    const char *const *chip, *const *engine;
    size_t chips, engines;
    struct candidate *k = mem_alloc(DESIGNS, sizeof *k);
    const struct candidate *at[DESIGNS];
    const struct price_book book = prices();
    (void)state;
    catalogue_names(catalogue, PART_CHIP, &chip, &chips);
    catalogue_names(catalogue, PART_ENGINE, &engine, &engines);
    for (size_t i = 0; i < chips; i++)
        for (size_t e = i % 3; e < engines; e += 3) {
            struct prices p;
            for (size_t j = 0; j < DESIGNS; j++) {
                draw_candidate(&k[j], found(PART_CHIP, chip[i]), found(PART_ENGINE, engine[e]), j);
                at[j] = &k[j];
            }
            draw_prices(&p, &book, i * engines + e);
            assert_true(check_lots(at, DESIGNS, &p) > DESIGNS / 2);
        }
    free(k);
}

/* Every engine on a chip, on chips that have more of one part, and on one with a little less
 * memory, which mostly takes as many stacks: lots price dies that are alike once. */
static void designs_that_share_dies_cost_what_each_does(void **state)
{
    enum { CHIPS = 2 + LEN(growing), SOME = 2, EVERY = 4 };
    const char *const *chip, *const *engine;
    size_t chips, engines;
    const struct price_book book = prices();
    struct world *w = mem_alloc(SOME, sizeof *w);
    const struct worlds worlds = {.n = SOME, .world = w};
    (void)state;
    catalogue_names(catalogue, PART_CHIP, &chip, &chips);
    catalogue_names(catalogue, PART_ENGINE, &engine, &engines);
    struct candidate *k = mem_alloc(CHIPS * engines, sizeof *k);
    const struct candidate **at = mem_alloc(CHIPS * engines, sizeof(struct candidate *));
    bool *open = mem_alloc(CHIPS * engines * SOME, sizeof *open);
    size_t left = 0;
    for (size_t i = 0; i < SOME; i++)
        draw_prices(&w[i].prices, &book, i);
    for (size_t i = 0; i < CHIPS * engines; i++) /* the second world: of one design */
        open[i * SOME] = i % 3 == 0, open[i * SOME + 1] = i == 5;
    for (size_t from = 0; from < chips; from++) {
        const struct chip *c = found(PART_CHIP, chip[from]);
        if (from % EVERY > 0 && !(memory_of(c->hbm)->on_die > 0))
            continue;
        for (size_t i = 0; i < CHIPS * engines; i++) {
            draw_candidate(&k[i], c, found(PART_ENGINE, engine[i / CHIPS]), 1 + from);
            if (i % CHIPS == CHIPS - 1)
                k[i].chip.memory_byte *= 0.999;
            else if (i % CHIPS > 0)
                scale(&k[i].chip, i % CHIPS - 1, 1.5);
            at[i] = &k[i];
        }
        for (int b = BUDGET_COST; b <= BUDGET_AREA; b++) {
            const struct resource_rows all =
                resource_rows_find(&worlds, at, CHIPS * engines, (enum budget)b);
            const struct resource_rows some =
                resource_rows_where(&worlds, at, CHIPS * engines, (enum budget)b, open);
            for (size_t i = 0; i < CHIPS * engines; i++)
                for (size_t j = 0; j < SOME; j++) {
                    double used = candidate_resource(at[i], (enum budget)b, &w[j].prices, false);
                    bool left_out = isinf(some.of[i][j]) && !open[i * SOME + j];
                    assert_true(all.of[i][j] == used);
                    assert_true(left_out || some.of[i][j] == used);
                    left += left_out;
                }
            resource_rows_free(&some);
            resource_rows_free(&all);
        }
    }
    assert_true(left > 0);
    free(open);
    free(at);
    free(k);
    free(w);
}

static const char *const text =
    "model: deepseek-r1\nchip: b200-paper\n"
    "workload: {phase: decode, batch: max, tpot: 50 ms, context: 65536}\n"
    "plan: {devices: 32, tp: auto, dp: auto, ep: auto}\n"
    "sweep:\n"
    "  engine: [none, attacc, logic-die-r128]\n"
    "  chip.memory_byte_per_s: {from: 8 TB/s, to: 20 TB/s, steps: 13}\n"
    "  chip.memory_byte: {from: 96 GB, to: 384 GB, steps: 9}\n"
    "  chip.link_byte_per_s: {from: 100 GB/s, to: 2700 GB/s, steps: 12}\n";

static void a_search_that_leaves_out_lots_finds_the_best_of_each_world(void **state)
{
    struct study *s;
    struct err err = {0};
    struct comparison c, fresh;
    struct worlds worlds;
    (void)state;
    assert_int_equal(study_parse(&s, "test", text, catalogue, &err), 0);
    const struct design_choice q = {.study = s, .budget = BUDGET_COST};
    assert_int_equal(comparison_gather(&c, &q, &err), 0);
    assert_int_equal(comparison_gather(&fresh, &q, &err), 0);
    assert_true(c.n[WITH] > (size_t)64 * LANES && c.n[WITHOUT] > (size_t)16 * LANES);
    struct world *w = mem_alloc(WORLDS, sizeof *w);
    for (size_t i = 0; i < WORLDS; i++) {
        world_middle(&w[i], &c);
        draw_prices(&w[i].prices, &c.prices, i);
        for (size_t k = 0; k < c.n_ranged; k++)
            w[i].engine[k].bandwidth = between(0.7, 1.3, random_stream(i, "engine"), k);
    }
    worlds_make(&worlds, w, WORLDS, &c);
    double best[SIDES][WORLDS];
    comparison_quote(&c);
    comparison_bests(best[WITH], &c, WITH, &worlds);
    comparison_bests(best[WITHOUT], &c, WITHOUT, &worlds);
    for (size_t i = 0; i < WORLDS; i++) /* without memory, in one world every design is priced */
        assert_true(best[WITH][i] / best[WITHOUT][i] == comparison_payoff(&fresh, &w[i], NULL));
    worlds_free(&worlds);
    comparison_free(&c);
    comparison_free(&fresh);
    study_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_design_costs_less_than_the_least_of_its_lot),
        cmocka_unit_test(designs_that_share_dies_cost_what_each_does),
        cmocka_unit_test(a_search_that_leaves_out_lots_finds_the_best_of_each_world),
    };
    return cmocka_run_group_tests(tests, open_tests, close_tests);
}
