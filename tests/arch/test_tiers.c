/* A second tier of memory: its time by hand, its bytes, and what sits there. */
#include <string.h>

#include "arch/best_mapping.h"
#include "arch/metrics.h"
#include "base/random.h"
#include "tests/model.h"

static struct random draw;

static double drawn(double from, double to)
{
    return from * pow(to / from, random_unit(&draw));
}

static struct metrics metrics_of(const struct design *d, const struct price_book *book)
{
    struct metrics m;
    evaluate(d, book, &m, NULL);
    return m;
}

static void put_tier(struct design *d, double kind, double byte, double byte_per_s)
{
    d->chip.memory2_kind = kind;
    d->chip.memory2_byte = byte;
    d->chip.memory2_byte_per_s = byte_per_s;
}

static const char *const models[] = {"model=llama-3.1-8b", "model=deepseek-r1",
                                     "model=qwen3-next-80b-a3b", "model=gemma-3-27b"};

/* ---- by hand ---- */

/* The formulas of docs/model.md, operator by operator, on the chip alone and without collectives.
 */
static double step_by_hand_s(const struct step *s, const struct design *d, double requests)
{
    const struct chip *c = &d->chip;
    double w = d->plan.weight_share2, kv = d->plan.kv_share2, sum = 0;
    bool staged = c->memory2_kind == TIER2_CXL || c->memory2_kind == TIER2_HOST;
    for (size_t i = 0; i < s->ops.n; i++) {
        const struct op *o = &s->ops.op[i];
        double active = 1;
        if (o->unit == UNIT_EXPERT)
            active = step_active_share(
                s, o, requests,
                routing_idle_ratio(s->routing, o->routed * s->group_tokens * requests));
        double weight = o->weight_byte * active, held = (o->cache_byte + o->state_byte) * requests;
        double far = w * weight + kv * held, all = weight + held + o->act_byte * requests;
        double near_s = (staged ? all + far : all - far) / c->memory_byte_per_s;
        double flop_s = o->flop * requests / chip_flop_per_s(c);
        double first_s = fmax(flop_s, near_s), far_s = far / c->memory2_byte_per_s;
        sum += fmax(first_s, far_s) + (1 - c->memory2_overlap) * fmin(first_s, far_s);
    }
    return sum;
}

static void a_step_takes_what_a_hand_adds_up_over_both_tiers(void **state)
{
    static const double kinds[] = {TIER2_LPDDR5X, TIER2_CXL, TIER2_HBF, TIER2_HOST};
    static const double overlaps[] = {1, 0, 0.3};
    (void)state;
    random_seed(&draw, 5);
    for (size_t m = 0; m < LEN(models); m++)
        for (int point = 0; point < 24; point++) {
            struct study *s =
                study_with(SET(models[m], "chip=b200", "plan.devices=1", "workload.context=8192",
                               "chip.memory_byte=1e15", "chip.tdp_w=1e5", "precision.weight=bf16"));
            struct design d = s->base;
            struct prepared p = {0};
            put_tier(&d, kinds[point % 4], 1e15, drawn(1e10, 2e13));
            d.chip.memory2_overlap = overlaps[point % 3];
            d.chip.memory2_least_life_year = 0;
            d.plan.weight_share2 = random_unit(&draw);
            d.plan.kv_share2 = random_unit(&draw);
            d.workload.batch = floor(drawn(1, 500));
            prepare(&p, &d);
            double hand_s = step_by_hand_s(&p.mapped[0].step, &d, d.workload.batch);
            struct metrics got = metrics_of(&d, NULL);
            assert_int_equal(got.verdict, VERDICT_OK);
            assert_close(got.tpot_s, hand_s, 1e-12);
            assert_true(got.weight_share2 == d.plan.weight_share2);
            assert_true(got.kv_share2 == d.plan.kv_share2);
            double parts = got.attention_s + got.projection_s + got.ffn_s + got.expert_s +
                           got.communication_s + got.other_s + got.state_s;
            assert_close(parts, got.tpot_s, 1e-12);
            assert_true(got.memory2_s >= 0 && got.memory2_s <= got.tpot_s);
            prepared_free(&p);
            study_free(s);
        }
}

#define FLASH                                                                                      \
    "chip=b200", "plan.devices=1", "workload.context=8192", "workload.batch=1",                    \
        "precision.kv=bf16", "chip.memory_byte=1e15", "chip.tdp_w=100 kW",                         \
        "chip.memory2_kind=hbf", "chip.memory2_byte=1e15", "chip.memory2_byte_per_s=10 GB/s",      \
        "chip.memory2_overlap=0", "plan.weight_share2=0", "plan.kv_share2=1"

/* One request of DeepSeek-V3.2 with all caches in flash: of 8192 tokens it reads 2048, each 576
 * numbers in BF16 of 61 layers. A page has 3.56 such entries, and there are 4 times as many. */
static void scattered_tokens_cost_a_page_each(void **state)
{
    static const struct {
        const char *page;
        double times;
    } row[] = {{"chip.memory2_page_byte=1 KiB", 1},
               {"chip.memory2_page_byte=auto", 4096 / 1152.0},
               {"chip.memory2_page_byte=1 MiB", 4}};
    static const char NO_PAGE[] = "chip.memory2_page_byte=0";
    double core_s = 61 * 2048 * 1152 / 10e9;
    struct metrics dense = priced(SET("model=deepseek-v3", FLASH, NO_PAGE));
    struct metrics sparse = priced(SET("model=deepseek-v3.2", FLASH, NO_PAGE));
    (void)state;
    for (size_t i = 0; i < LEN(row); i++) {
        struct metrics in_order = priced(SET("model=deepseek-v3", FLASH, row[i].page));
        struct metrics m = priced(SET("model=deepseek-v3.2", FLASH, row[i].page));
        assert_close(m.tpot_s, sparse.tpot_s + (row[i].times - 1) * core_s, 1e-9);
        assert_close(m.memory2_s, sparse.memory2_s + (row[i].times - 1) * core_s, 1e-9);
        assert_close(in_order.tpot_s, dense.tpot_s, 0);
    }
}

/* ---- the best shares ---- */

/* Larger is better. */
static double worth(const struct metrics *m)
{
    return m->verdict == VERDICT_OK       ? m->tokens_per_s
           : m->verdict == VERDICT_MEMORY ? -1e200 * (m->memory_used_byte + m->memory2_used_byte)
                                          : -m->tpot_s;
}

static void draw_tiered(struct design *d)
{
    double kind = 1 + (double)(random_next(&draw) % (TIER2_KINDS - 1));
    d->chip.memory_byte = drawn(20e9, 400e9);
    d->chip.memory_byte_per_s = drawn(1e12, 20e12);
    if (random_unit(&draw) < 0.5)
        d->chip.tdp_w = 1e5;
    put_tier(d, kind, drawn(50e9, 8e12), drawn(2e10, 2e13));
    d->workload.context = floor(drawn(1000, 1e6));
    d->workload.tpot_s = random_unit(&draw) < 0.5 ? INFINITY : drawn(5e-3, 0.2);
    d->workload.batch = random_unit(&draw) < 0.7 ? BATCH_MAX : floor(drawn(1, 1000));
    d->plan.tp = 8;
    d->plan.dp = 1;
    d->plan.ep = 1;
}

enum { PARTS = 64 };

/* The best of all multiples of 1/64 of the shares. */
static double best_of_grid(struct prepared *p, const struct design *d)
{
    double top = -INFINITY;
    for (int w = 0; w <= PARTS; w++)
        for (int kv = 0; kv <= PARTS; kv++) {
            struct metrics at;
            for (size_t k = 0; k < p->n; k++) {
                p->mapped[k].plan.weight_share2 = (double)w / PARTS;
                p->mapped[k].plan.kv_share2 = (double)kv / PARTS;
            }
            evaluate_prepared(p, d, NULL, &at, NULL);
            top = fmax(top, worth(&at));
        }
    return top;
}

/* The grid has 4225 pairs; `auto` tries a few hundred, and is better where a tier is full between
 * two points of the grid. */
static void auto_is_the_best_of_all_multiples_of_a_64th(void **state)
{
    size_t feasible = 0, better = 0;
    (void)state;
    random_seed(&draw, 7);
    for (size_t m = 0; m < LEN(models); m++)
        for (int point = 0; point < 10; point++) {
            struct study *s = study_with(SET(models[m], "chip=b200", "plan.devices=8"));
            struct design d = s->base;
            struct prepared p = {0};
            struct metrics best;
            draw_tiered(&d);
            prepare(&p, &d);
            evaluate_prepared(&p, &d, NULL, &best, NULL);
            double top = best_of_grid(&p, &d), got = worth(&best);
            assert_true(got >= top - 3e-3 * fabs(top));
            feasible += best.verdict == VERDICT_OK;
            better += got > top;
            prepared_free(&p);
            study_free(s);
        }
    assert_true(feasible > 20 && better > 10);
}

/* ---- what sits where ---- */

static bool is_of_tier2(const struct field *f)
{
    return metric_of(f)->needs_memory2;
}

/* Power and price aside: a tier that idles draws power, and is paid for. */
static bool is_of_time(const struct field *f)
{
    return !metric_of(f)->needs_prices && !strstr(f->name, "power");
}

static void a_second_tier_that_holds_nothing_changes_no_time(void **state)
{
    static const char *const phases[] = {"workload.phase=decode", "workload.phase=serving",
                                         "workload.phase=prefill", "workload.phase=disaggregated"};
    static const char *const engines[] = {"engine=none", "engine=duplex"};
    (void)state;
    for (size_t i = 0; i < LEN(models) * LEN(phases) * LEN(engines); i++) {
        struct study *s =
            study_with(SET(models[i % LEN(models)], phases[i / LEN(models) % LEN(phases)],
                           engines[i / LEN(models) / LEN(phases)], "chip=b200", "plan.devices=8",
                           "chip.tdp_w=1e5", "workload.tpot=50ms"));
        struct design with = s->base;
        put_tier(&with, 1 + (double)(i % (TIER2_KINDS - 1)), 1e12, 1e12);
        with.plan.weight_share2 = with.plan.kv_share2 = 0;
        struct metrics a = metrics_of(&s->base, NULL), b = metrics_of(&with, NULL);
        for (size_t k = 0; k < metrics_fields.n; k++) {
            const struct field *f = &metrics_fields.row[k];
            double x = field_get(f, &a), y = field_get(f, &b);
            if (is_of_time(f) && !is_of_tier2(f) && memcmp(&x, &y, sizeof x) != 0)
                assert_string_equal(f->name, "as without a second tier");
        }
        assert_true(b.memory2_used_byte == 0 && b.memory2_s == 0);
        study_free(s);
    }
}

static void every_byte_sits_in_one_tier(void **state)
{
    (void)state;
    random_seed(&draw, 11);
    for (size_t i = 0; i < 5 * LEN(models); i++) {
        struct study *s = study_with(SET(models[i % LEN(models)], "chip=b200", "plan.devices=8",
                                         "chip.memory_byte=1e15", "workload.batch=64"));
        struct design with = s->base;
        put_tier(&with, i % 2 ? TIER2_LPDDR5X : TIER2_HOST, 1e15, 1e12);
        with.plan.weight_share2 = random_unit(&draw);
        with.plan.kv_share2 = random_unit(&draw);
        struct prepared p = {0};
        const struct mapped *mapped;
        struct metrics m;
        prepare(&p, &with);
        evaluate_prepared(&p, &with, NULL, &m, &mapped);
        struct devices near, both;
        struct step_split one, two;
        struct load load = step_load(&mapped->step, m.batch);
        devices_of(&near, &s->base);
        devices_of(&both, &with);
        step_split_one(&one, &mapped->step, &near, load);
        step_split_one(&two, &mapped->step, &both, load);
        double copied = i % 2 ? 0 : two.far_byte;
        assert_close(two.byte - copied + two.far_byte, one.byte + copied, 1e-12);
        double held =
            mapped->step.weight_byte + mapped->step.fixed_byte +
            load.most * (mapped->step.kv_byte_per_request + mapped->step.act_byte_per_request);
        assert_close(m.memory_used_byte + m.memory2_used_byte, held, 1e-12);
        assert_close(m.memory2_used_byte, m.weight_share2 * m.weight_byte + m.kv_share2 * m.kv_byte,
                     1e-12);
        prepared_free(&p);
        study_free(s);
    }
}

/* Within what `auto` leaves of the best. */
static void more_of_a_second_tier_is_never_worse(void **state)
{
    (void)state;
    random_seed(&draw, 13);
    for (size_t i = 0; i < 8 * LEN(models); i++) {
        struct study *s = study_with(SET(models[i % LEN(models)], "chip=b200", "plan.devices=8"));
        struct design d = s->base;
        draw_tiered(&d);
        d.chip.tdp_w = 1e5; /* a larger tier draws more when idle */
        double first = worth(&(struct metrics[]){metrics_of(&d, NULL)}[0]);
        *(i % 2 ? &d.chip.memory2_byte : &d.chip.memory2_byte_per_s) *= 2;
        double second = worth(&(struct metrics[]){metrics_of(&d, NULL)}[0]);
        assert_true(second >= first - 3e-3 * fabs(first));
        study_free(s);
    }
}

static void shares_that_were_chosen_give_the_same_numbers(void **state)
{
    (void)state;
    random_seed(&draw, 17);
    for (size_t i = 0; i < 6 * LEN(models); i++) {
        struct study *s =
            study_with(SET(models[i % LEN(models)], "chip=b200", "plan.devices=8",
                           i % 3 ? "workload.phase=decode" : "workload.phase=disaggregated"));
        struct design d = s->base;
        struct metrics first, again;
        struct plan plan;
        draw_tiered(&d);
        evaluate(&d, &s->prices, &first, &plan);
        design_fix_mapping(&d, &plan, &first);
        assert_true(d.plan.weight_share2 >= 0 && d.plan.kv_share2 >= 0);
        evaluate(&d, &s->prices, &again, NULL);
        assert_memory_equal(&first, &again, sizeof first);
        study_free(s);
    }
}

static void flash_that_wears_out_is_no_place_for_a_cache(void **state)
{
    struct study *s = study_with(SET("model=llama-3.1-8b", "chip=b200", "plan.devices=1"));
    struct design d = s->base;
    (void)state;
    put_tier(&d, TIER2_HBF, 512e9, 1.6e12);
    d.plan.weight_share2 = 0;
    d.plan.kv_share2 = 0.5;
    struct metrics m = metrics_of(&d, NULL);
    /* New tokens, 131072 B each, half of them to flash whose bytes take 1e5 writes. */
    double byte_per_s = m.tokens_per_s * 131072 * 0.5, year_s = 365.25 * 24 * 3600;
    assert_close(m.memory2_life_year, 512e9 * 1e5 / byte_per_s / year_s, 1e-9);
    assert_int_equal(m.verdict, m.memory2_life_year < 5 ? VERDICT_ENDURANCE : VERDICT_OK);
    d.chip.memory2_least_life_year = m.memory2_life_year * 1.01;
    assert_int_equal(metrics_of(&d, NULL).verdict, VERDICT_ENDURANCE);
    d.chip.memory2_least_life_year = m.memory2_life_year * 0.99;
    assert_int_equal(metrics_of(&d, NULL).verdict, VERDICT_OK);
    put_tier(&d, TIER2_LPDDR5X, 512e9, 1.6e12);
    assert_true(isinf(metrics_of(&d, NULL).memory2_life_year));
    study_free(s);
}

static void an_engine_does_not_read_the_second_tier(void **state)
{
    struct study *s = study_with(SET("model=llama-3.1-70b", "chip=b200", "plan.devices=8",
                                     "engine=duplex", "workload.batch=64"));
    struct design d = s->base, none;
    (void)state;
    put_tier(&d, TIER2_LPDDR5X, 1e12, 1e12);
    d.chip.tdp_w = 1e5;
    d.plan.weight_share2 = 0;
    d.plan.kv_share2 = 0.1;
    none = d;
    none.engine.bandwidth_ratio = 0;
    assert_true(metrics_of(&d, NULL).attention_s == metrics_of(&none, NULL).attention_s);
    d.plan.kv_share2 = 0;
    assert_true(metrics_of(&d, NULL).attention_s < metrics_of(&none, NULL).attention_s);
    study_free(s);
}

static void calibrated_timing_refuses_a_second_tier(void **state)
{
    struct study *s =
        study_with(SET("model=llama-3.1-8b", "chip=h100", "plan.devices=1", "timing=calibrated"));
    (void)state;
    assert_int_equal(metrics_of(&s->base, NULL).verdict, VERDICT_OK);
    put_tier(&s->base, TIER2_LPDDR5X, 512e9, 5e11);
    assert_int_equal(metrics_of(&s->base, NULL).verdict, VERDICT_CALIBRATION);
    study_free(s);
}

static void a_second_tier_is_priced_by_its_gigabytes(void **state)
{
    struct study *s = study_with(SET("model=llama-3.1-8b", "chip=b200", "plan.devices=1"));
    struct design with = s->base;
    (void)state;
    put_tier(&with, TIER2_DDR5, 500e9, 2e11);
    struct metrics a = metrics_of(&s->base, &s->prices), b = metrics_of(&with, &s->prices);
    assert_close(b.device_cost_usd - a.device_cost_usd, 500 * s->prices.middle.ddr5_usd_per_gb,
                 1e-9);
    study_free(s);
}

/* 58 layers of 256 experts with three matrices of 7168 x 2048, one byte per weight, on 8 devices.
 */
static const double V32_EXPERT_BYTE = 58 * 256 * 3 * 7168.0 * 2048 / 8;

#define APART                                                                                      \
    "model=deepseek-v3.2", "precision.weight=fp8", "precision.kv=fp8", "precision.math=fp8",       \
        "workload.context=8192", "chip=h200", "chip.tdp_w=100 kW", "plan.devices=8", "plan.tp=8",  \
        "engine=memory-pool", "engine.limits=none", "engine.overlap=0"
#define SLOW_TIER                                                                                  \
    "chip.memory2_kind=lpddr5x", "chip.memory2_byte=480 GB", "chip.memory2_byte_per_s=10 GB/s"

/* Shares are of what lies with the chip: of no expert that the memory of the engine holds. */
static void what_an_engine_apart_holds_has_no_share_in_the_second_tier(void **state)
{
#define EXPERTS_APART APART, "engine.runs=experts", "plan.expert_place=engine", "workload.batch=64"
    struct metrics none = priced(SET(EXPERTS_APART));
    struct metrics half =
        priced(SET(EXPERTS_APART, SLOW_TIER, "plan.weight_share2=0.5", "plan.kv_share2=0"));
    struct metrics quarter =
        priced(SET(EXPERTS_APART, SLOW_TIER, "plan.weight_share2=0.25", "plan.kv_share2=0"));
    struct metrics all =
        priced(SET(EXPERTS_APART, SLOW_TIER, "plan.weight_share2=1", "plan.kv_share2=0"));
    double rest_byte = none.weight_byte - V32_EXPERT_BYTE;
    double request_byte = (none.memory_used_byte - none.weight_byte) / 64;
    (void)state;
    assert_true(rest_byte > 2e9 && rest_byte < 5e9);
    assert_close(half.expert_place, PLACE_ENGINE, 0);
    assert_true(half.tpot_s < none.tpot_s + rest_byte / 2 / 10e9);
    assert_close(half.attention_s, none.attention_s, 1e-12);
    assert_close(half.memory2_used_byte, rest_byte / 2, 1e-9);
    assert_close(half.memory_used_byte, none.memory_used_byte - rest_byte / 2, 1e-9);
    /* Projections wait for the second tier. */
    assert_close(half.projection_s, 2 * quarter.projection_s, 1e-9);
    assert_true(fabs(all.batch_cap - none.batch_cap - rest_byte / request_byte) <= 1);
}

static void caches_of_an_engine_apart_have_no_share_in_the_second_tier(void **state)
{
#define CACHES_APART APART, "engine.runs=attention", "plan.kv_place=engine", "workload.batch=64"
    struct metrics none = priced(SET(CACHES_APART));
    struct metrics half =
        priced(SET(CACHES_APART, SLOW_TIER, "plan.weight_share2=0", "plan.kv_share2=0.5"));
    struct metrics flash = priced(SET(CACHES_APART, SLOW_TIER, "chip.memory2_kind=hbf",
                                      "plan.weight_share2=0", "plan.kv_share2=0.5"));
    (void)state;
    assert_close(half.kv_place, PLACE_ENGINE, 0);
    assert_close(half.tpot_s, none.tpot_s, 1e-12);
    assert_close(half.batch_cap, none.batch_cap, 0);
    assert_true(half.memory2_used_byte < 1e-6 * none.kv_byte);
    assert_true(flash.memory2_life_year > 1e6); /* nothing is written there */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_step_takes_what_a_hand_adds_up_over_both_tiers),
        cmocka_unit_test(scattered_tokens_cost_a_page_each),
        cmocka_unit_test(auto_is_the_best_of_all_multiples_of_a_64th),
        cmocka_unit_test(a_second_tier_that_holds_nothing_changes_no_time),
        cmocka_unit_test(every_byte_sits_in_one_tier),
        cmocka_unit_test(more_of_a_second_tier_is_never_worse),
        cmocka_unit_test(shares_that_were_chosen_give_the_same_numbers),
        cmocka_unit_test(flash_that_wears_out_is_no_place_for_a_cache),
        cmocka_unit_test(an_engine_does_not_read_the_second_tier),
        cmocka_unit_test(what_an_engine_apart_holds_has_no_share_in_the_second_tier),
        cmocka_unit_test(caches_of_an_engine_apart_have_no_share_in_the_second_tier),
        cmocka_unit_test(calibrated_timing_refuses_a_second_tier),
        cmocka_unit_test(a_second_tier_is_priced_by_its_gigabytes),
    };
    return cmocka_run_group_tests_name("tiers", tests, open_tests, close_tests);
}
