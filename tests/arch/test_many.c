/* Devices priced together: each as it would be alone, and a step as a plain sum by hand says. */
#include <string.h>

#include "arch/dies.h"
#include "arch/step_time.h"
#include "arch/timing.h"
#include "base/power.h"
#include "base/random.h"
#include "search/block.h"
#include "search/sweep.h"
#include "tests/model.h"

static struct random draw;

static double drawn(double from, double to)
{
    return from * pow(to / from, random_unit(&draw));
}

static void draw_device(struct chip *c, struct engine *e, const struct study *s)
{
    static const char *const name[] = {"none",          "attacc",         "duplex",
                                       "on-die-r512",   "logic-die-r128", "memory-pool",
                                       "bank-group-pim"};
    const struct entry *entry;
    struct err err = {0};
    *c = s->base.chip;
    c->compute_units = floor(drawn(20, 1000));
    c->memory_byte_per_s = drawn(1e12, 60e12);
    c->memory_byte = drawn(40e9, 1e12);
    c->link_byte_per_s = drawn(50e9, 5e12);
    c->network_byte_per_s = drawn(5e9, 400e9);
    c->link_domain = drawn(1, 100) < 10 ? 8 : 72;
    c->node_nm = floor(drawn(2, 28));
    c->hbm = floor(random_unit(&draw) * MEMORY_KINDS);
    if (catalogue_find(catalogue, PART_ENGINE, name[random_next(&draw) % LEN(name)], &entry,
                       &err) != 0)
        assert_string_equal(err.text, "");
    *e = *(const struct engine *)entry->value;
    e->runs = 1 + (double)(random_next(&draw) % 3);
    e->overlap = random_unit(&draw) < 0.5 ? 0 : random_unit(&draw);
    bool starts = s->base.mode.timing != TIMING_CALIBRATED && fmod(c->compute_units, 2) > 0;
    c->kernel_start_s = starts ? 1e-7 * c->compute_units : 0;
}

/* Plans, phases and timings that take the model's different ways. */
static const char *const ways[][4] = {
    {"workload.phase=decode", "plan.devices=64", "plan.tp=auto", "workload.batch=max"},
    {"workload.phase=decode", "plan.devices=64", "plan.tp=8", "workload.batch=100"},
    {"workload.phase=prefill", "plan.devices=64", "plan.tp=auto", "workload.ttft=3"},
    {"workload.phase=serving", "plan.devices=64", "plan.tp=8", "workload.ttft=4"},
    {"workload.phase=disaggregated", "plan.devices=64", "plan.tp=8", "workload.ttft=10"},
    {"workload.phase=decode", "plan.devices=64", "plan.overlap=two_batch", "plan.pp=2"},
    {"workload.phase=decode", "plan.devices=64", "plan.all_reduce=best", "plan.tp=4"},
    {"workload.phase=decode", "plan.devices=64", "workload.skew=0.5", "plan.tp=8"},
    {"workload.phase=decode", "plan.devices=64", "workload.chance=yes", "plan.tp=8"},
    {"workload.phase=decode", "plan.devices=64", "workload.query_tokens=3", "plan.tp=8"},
    {"workload.phase=serving", "plan.devices=64", "workload.query_tokens=1.5", "plan.cp=2"},
    {"workload.phase=decode", "plan.devices=64", "timing=simulator", "plan.tp=8"},
    {"workload.phase=decode", "plan.devices=64", "timing=calibrated", "plan.tp=8"},
    {"workload.phase=serving", "plan.devices=64", "timing=calibrated", "plan.overlap=two_batch"},
    {"workload.phase=decode", "plan.devices=64", "plan.all_to_all=hierarchical", "plan.tp=1"},
    {"workload.phase=decode", "plan.devices=64", "workload.context_cv=1", "plan.tp=1"},
    {"workload.phase=serving", "workload.context_cv=1", "timing=calibrated", "plan.tp=1"},
};

static const char *const models[] = {"deepseek-r1",  "deepseek-v3.2", "llama-3.1-70b",
                                     "mixtral-8x7b", "gpt-oss-120b",  "gpt3-175b"};

static void on_every_way(void (*check)(const struct study *s))
{
    random_seed(&draw, 7);
    for (size_t m = 0; m < LEN(models); m++)
        for (size_t w = 0; w < LEN(ways); w++) {
            char model[64];
            snprintf(model, sizeof model, "model=%s", models[m]);
            struct study *s = study_with(SET(model, "chip=b200", "workload.tpot=40ms", ways[w][0],
                                             ways[w][1], ways[w][2], ways[w][3]));
            check(s);
            study_free(s);
        }
}

static bool same(double a, double b)
{
    return memcmp(&a, &b, sizeof a) == 0 || (isnan(a) && isnan(b));
}

static void check_alone(const struct study *s)
{
    struct prepared p = {0}, q = {0};
    struct devices d = {0}, e = {0};
    struct metrics_lanes many, rest;
    size_t mapped[LANES], also[LANES];

    prepare(&p, &s->base);
    while (d.n < LANES) {
        struct design at = s->base;
        draw_device(&at.chip, &at.engine, s);
        devices_add(&d, &at.chip, &at.engine);
        if (d.n > 5)
            devices_add(&e, &at.chip, &at.engine);
    }
    metrics_clear(&many, LANES);
    evaluate_many(&p, &s->base, &s->prices, &d, &many, mapped);
    for (size_t i = 0; i < d.n; i++) {
        struct design at = s->base;
        struct metrics alone, together;
        const struct mapped *chosen;
        prepare(&q, &s->base);
        LANES_TAKE(at.chip, &d.chip, i);
        LANES_TAKE(at.engine, &d.engine, i);
        LANES_TAKE(together, &many, i);
        evaluate_prepared(&q, &at, &s->prices, &alone, &chosen);
        for (size_t k = 0; k < metrics_fields.n; k++)
            if (!same(field_get(&metrics_fields.row[k], &together),
                      field_get(&metrics_fields.row[k], &alone)))
                assert_string_equal(metrics_fields.row[k].name, "the same together and alone");
        assert_true(!chosen || chosen == &q.mapped[mapped[i]]);
    }
    /* Others beside them change nothing. */
    if (e.n) {
        metrics_clear(&rest, LANES);
        evaluate_many(&p, &s->base, &s->prices, &e, &rest, also);
        for (size_t i = 0; i < e.n; i++)
            for (size_t k = 0; k < sizeof many.at / sizeof(lane); k++)
                assert_true(same(rest.at[k][i], many.at[k][i + 5]));
    }
    prepared_free(&p);
    prepared_free(&q);
}

static void each_costs_what_it_costs_alone(void **state)
{
    (void)state;
    on_every_way(check_alone);
}

/* Of all designs before. */
static struct prepared again;

static void check_again(const struct design *d, const struct study *s)
{
    struct prepared fresh = {0};
    struct metrics first, then;
    const struct mapped *chosen;
    prepare(&fresh, d);
    prepare(&again, d);
    evaluate_prepared(&fresh, d, &s->prices, &first, &chosen);
    evaluate_prepared(&again, d, &s->prices, &then, &chosen);
    for (size_t k = 0; k < metrics_fields.n; k++)
        if (!same(field_get(&metrics_fields.row[k], &first),
                  field_get(&metrics_fields.row[k], &then)))
            assert_string_equal(metrics_fields.row[k].name, "the same prepared again");
    prepared_free(&fresh);
}

/* One part after the other is changed. */
static void check_changes(const struct study *s)
{
    struct design d = s->base;
    check_again(&d, s);
    draw_device(&d.chip, &d.engine, s);
    check_again(&d, s);
    d.workload.context *= 2;
    check_again(&d, s);
    d.precision.weight = d.precision.weight == 1 ? 2 : 1;
    check_again(&d, s);
    d.plan.pp = 2;
    check_again(&d, s);
    d.model.ffn *= 2;
    check_again(&d, s);
    d.pools.prefill_tp = 2;
    check_again(&d, s);
    d = s->base;
    check_again(&d, s);
}

static void a_prepared_step_is_that_of_its_design(void **state)
{
    (void)state;
    on_every_way(check_changes);
    prepared_free(&again);
}

/* The same step by hand, one operator after the other, as docs/model.md states it: where timing is
 * at the peaks, experts are drawn without chance, and collectives are rings over one wire. */
struct by_hand {
    double time_s, class_s[OP_CLASSES], byte, engine_byte, wire_byte;
};

static bool is_plain(const struct step *s)
{
    return !s->timing->needs_calibration && s->routing->load.n == 0 && !s->reduces_best &&
           !s->exchanges_by_domain;
}

static struct by_hand halves_by_hand(const struct step *s, const struct rates *r, struct load load,
                                     double halves)
{
    double parts = s->stages * halves;
    double chip_s = 0, engine_s = 0, wire_s = 0, engine_class_s[OP_CLASSES] = {0};
    struct by_hand out = {0};
    for (size_t i = 0; i < s->ops.n; i++) {
        const struct op *o = &s->ops.op[i];
        bool expert = o->unit == UNIT_EXPERT;
        double mean = fmax(load.mean, load.most / s->expert_replicas) / parts;
        double requests = expert ? mean : load.most / parts, share = 1;
        if (expert)
            share = step_active_share(
                s, o, mean, routing_idle_ratio(s->routing, o->routed * s->group_tokens * mean));
        if (o->busiest > 0)
            requests *= fmax(1, o->busiest * s->routing->imbalance);
        double counted = requests;
        if (o->by_context > 0)
            requests *= 1 + o->by_context * (rank_wait_ratio(&s->wait, counted) - 1);
        double byte = o->weight_byte * share + o->byte * requests;
        double counted_byte = o->weight_byte * share + o->byte * counted;
        bool selects_apart = (r->runs_core > 0) != (r->runs_index > 0);
        double wire_byte = o->wire_byte + (selects_apart ? o->position_byte : 0);
        double sent_byte = wire_byte * requests, t;
        if (o->unit == UNIT_LINK) {
            const struct wire *w = o->group <= r->link_domain ? &r->link : &r->network;
            wire_s += t = o->hops * w->latency_s + sent_byte * w->s_per_byte;
            out.wire_byte += halves * sent_byte;
            out.class_s[o->class] += halves * t;
            continue;
        }
        bool allowed =
            (o->unit == UNIT_ATTENTION && r->runs_core > 0) || (expert && r->runs_experts > 0);
        double on_engine_s =
            fmax(fmax(o->flop * requests * r->engine.s_per_flop, byte * r->engine.s_per_byte),
                 sent_byte * r->engine.s_per_wire_byte);
        on_engine_s =
            fmax(on_engine_s, o->flop * requests * r->feed.s_per_flop + byte * r->feed.s_per_byte);
        t = fmax(o->flop * requests * r->main.s_per_flop, byte * r->main.s_per_byte);
        bool held = (expert ? r->runs_experts : r->runs_core) == RUNS_ALWAYS;
        bool moved = allowed && (held || on_engine_s < t);
        t = (moved ? on_engine_s : t) + (o->joined ? 0 : o->count * r->start_s);
        *(moved ? &engine_s : &chip_s) += t;
        *(moved ? &out.engine_byte : &out.byte) += halves * counted_byte;
        out.wire_byte += moved && r->engine.s_per_wire_byte > 0 ? halves * wire_byte * counted : 0;
        out.class_s[o->class] += halves * t;
        engine_class_s[o->class] += moved ? t : 0;
    }
    double overlap = halves > 1 ? r->overlap : 0;
    double hidden = overlap * fmin(chip_s, engine_s), compute_s = chip_s + engine_s - hidden;
    double behind = s->overlap == OVERLAP_NONE ? 0 : fmin(compute_s, wire_s);
    for (int i = 0; i < OP_CLASSES && hidden > 0; i++)
        out.class_s[i] -= halves * hidden * engine_class_s[i] / engine_s;
    out.class_s[OP_COMMUNICATION] -= halves * behind;
    out.time_s = halves * (compute_s + wire_s - behind);
    return out;
}

/* Engine and chip overlap on two halves, each of which reads the weights, if that is faster. */
static struct by_hand time_by_hand(const struct step *s, const struct rates *r, struct load load)
{
    if (s->overlap == OVERLAP_TWO_BATCH)
        return halves_by_hand(s, r, load, 2);
    struct by_hand whole = halves_by_hand(s, r, load, 1), halved = halves_by_hand(s, r, load, 2);
    return r->overlap > 0 && halved.engine_byte > 0 && halved.time_s < whole.time_s ? halved
                                                                                    : whole;
}

static void check_by_hand(const struct step_split *split, const struct by_hand *hand)
{
    assert_close(split->time_s, hand->time_s, 1e-12);
    for (int i = 0; i < OP_CLASSES; i++)
        assert_true(fabs(split->class_s[i] - hand->class_s[i]) <= 1e-12 * hand->time_s);
    assert_close(split->byte, hand->byte, 1e-12);
    assert_true(fabs(split->engine_byte - hand->engine_byte) <= 1e-12 * hand->byte);
    assert_true(fabs(split->wire_byte - hand->wire_byte) <= 1e-12 * hand->byte);
}

/* One operator after the other, where nothing runs behind another and no server adds to it. */
static void check_operators(const struct step *s, const struct devices *d, struct load load,
                            double time_s)
{
    double sum = 0;
    if (s->overlap != OVERLAP_NONE || LANE(&d->rates, rates, overlap)[0] > 0 ||
        (s->timing->whole && !s->prefills))
        return;
    for (size_t i = 0; i < s->ops.n; i++)
        sum += step_op_cost(s, d, i, load).time_s;
    assert_close(sum, time_s, 1e-12);
}

static double alone_s(const struct step *s, const struct devices *d, double requests)
{
    struct step_split split;
    step_split_one(&split, s, d, (struct load){requests, requests});
    return split.time_s;
}

static void check_step(const struct study *s)
{
    struct prepared p = {0};
    struct devices d = {0};

    prepare(&p, &s->base);
    while (d.n < LANES) {
        struct chip c;
        struct engine e;
        draw_device(&c, &e, s);
        devices_add(&d, &c, &e);
    }
    devices_time(&d, &s->base);
    for (size_t m = 0; m < p.n; m++) {
        const struct step *step = &p.mapped[m].step;
        struct load_lanes load;
        struct step_split_lanes split;
        lane time_s, limit_s, guess, largest;
        for (size_t i = 0; i < d.n; i++) {
            double mean = drawn(0.3, 5000);
            struct load at = {ceil(mean), mean};
            LANES_PUT(&load, i, at);
            limit_s[i] = i % 7 ? drawn(1e-3, 1) : INFINITY;
            guess[i] = floor(drawn(1, 1e5));
        }
        if (step->timing->needs_calibration && !step_is_measured(step, d.like.number))
            continue;
        steps_time_s(time_s, step, &d, &load, &p.mapped[m].memo);
        steps_split(&split, step, &d, &load, &p.mapped[m].memo);
        steps_largest_load(largest, step, &d, limit_s, guess, &p.mapped[m].memo);
        for (size_t i = 0; i < d.n; i++) {
            struct design at_i = s->base;
            struct devices one;
            struct load at;
            struct rates rates;
            struct step_split many;
            LANES_TAKE(at_i.chip, &d.chip, i);
            LANES_TAKE(at_i.engine, &d.engine, i);
            LANES_TAKE(at, &load, i);
            LANES_TAKE(many, &split, i);
            LANES_TAKE(rates, &d.rates, i);
            devices_of(&one, &at_i);
            assert_close(time_s[i], many.time_s, 1e-12);
            if (is_plain(step)) {
                struct by_hand hand = time_by_hand(step, &rates, at);
                check_by_hand(&many, &hand);
            }
            if (i % 8 == 0)
                check_operators(step, &one, at, time_s[i]);
            assert_true(limit_s[i] < INFINITY || largest[i] == INFINITY);
            if (largest[i] >= LOAD_MOST)
                continue;
            assert_true(largest[i] == 0 || alone_s(step, &one, largest[i]) <= limit_s[i]);
            assert_true(rates.overlap > 0 || alone_s(step, &one, largest[i] + 1) > limit_s[i]);
        }
    }
    prepared_free(&p);
}

static void a_step_takes_what_a_hand_adds_up(void **state)
{
    (void)state;
    on_every_way(check_step);
}

/* `fewer` full dies of what is on a chip, as arch/manufacturing.c states it. */
static double full_usd(const struct area *a, double fewer, const struct process *at,
                       const struct prices *p)
{
    double full = p->reticle_mm2, compute = a->compute_mm2 / fewer;
    double harmless = a->blank_mm2 + a->sram_mm2;
    double uncore = a->die_mm2 - a->compute_mm2 - harmless - (fewer > 1 ? 0 : a->seam_mm2);
    double held = compute > full ? full / compute : 1;
    struct die die = {compute * held, fmin(uncore / fewer, full), 0, a->spare_units / fewer * held};
    die.blank_mm2 = full - die.compute_mm2 - die.uncore_mm2;
    return fewer * good_die_usd(&die, at, p);
}

/* Most numbers of dies below the one needed are not looked at: they could not cost more. */
static void dies_cost_no_less_than_any_fewer_full_ones(void **state)
{
    struct study *s = study_with(SET("chip=b200"));
    size_t split = 0;
    (void)state;
    random_seed(&draw, 3);
    for (int i = 0; i < 20000; i++) {
        struct prices p = i % 3 == 0   ? s->prices.low
                          : i % 3 == 1 ? s->prices.middle
                                       : s->prices.high;
        struct chip c;
        struct engine e;
        struct device_cost cost;
        struct area area;
        draw_device(&c, &e, s);
        p.reticle_mm2 = i % 2 ? 858 : 429;
        p.spare_unit_ratio = drawn(1e-3, 0.2);
        p.uncore_repair_ratio = random_unit(&draw);
        cost_device(&cost, &area, &c, &e, &p);
        const struct area *a = &area;
        struct process at = process_at(node_place(c.node_nm), &p);
        double n = a->dies, most = 0;
        double harmless = a->blank_mm2 + a->sram_mm2;
        struct die one = {a->compute_mm2 / n, (a->die_mm2 - a->compute_mm2 - harmless) / n,
                          harmless / n, a->spare_units / n};
        most = n * good_die_usd(&one, &at, &p);
        for (double fewer = fmax(1, n - 16); fewer < n; fewer++)
            most = fmax(most, full_usd(a, fewer, &at, &p));
        assert_close(cost.logic_usd, most, 1e-12);
        split += n > 2;
    }
    assert_true(split > 5000);
    study_free(s);
}

/* With overlap a step may get shorter with one request more. Whatever the search for the largest
 * batch then finds: no point is fine whose step is too long. */
static void check_in_time(const struct study *s)
{
    struct design d = s->base;
    struct prepared p = {0};
    double late = 0, fine = 0;
    prepare(&p, &d);
    for (int i = 0; i < 300; i++) {
        struct metrics m;
        draw_device(&d.chip, &d.engine, s);
        d.engine.overlap = 1;
        d.workload.batch = i % 2 ? floor(drawn(1, 2000)) : BATCH_MAX;
        d.workload.tpot_s = drawn(1e-4, 1e-2);
        evaluate_prepared(&p, &d, NULL, &m, NULL);
        bool in_time = m.tpot_s <= d.workload.tpot_s * (1 + 1e-12);
        assert_true(m.verdict != VERDICT_OK || in_time);
        assert_true(m.verdict != VERDICT_TPOT || !in_time);
        late += m.verdict == VERDICT_TPOT;
        fine += m.verdict == VERDICT_OK;
        if (d.workload.batch == BATCH_MAX || m.verdict == VERDICT_MEMORY)
            continue;
        d.workload.tpot_s = m.tpot_s * (1 + 1e-9); /* a limit just above the step, and just below */
        evaluate_prepared(&p, &d, NULL, &m, NULL);
        assert_true(m.verdict == VERDICT_OK);
        d.workload.tpot_s = m.tpot_s * (1 - 1e-9);
        evaluate_prepared(&p, &d, NULL, &m, NULL);
        assert_true(m.verdict == VERDICT_TPOT);
    }
    assert_true(late > 10 && fine > 10);
    prepared_free(&p);
}

static void what_is_in_time_is_fine_and_nothing_else(void **state)
{
    static const char *const model[] = {"model=llama-4-scout", "model=deepseek-r1",
                                        "model=llama-3.1-8b"};
    struct metrics m;
    (void)state;
    random_seed(&draw, 5);
    for (size_t i = 0; i < LEN(model); i++) {
        struct study *s = study_with(
            SET(model[i], "chip=b200", "plan.devices=32", "plan.tp=8", "workload.context=4096"));
        check_in_time(s);
        study_free(s);
    }
    /* One request takes too long, many do not. */
    m = priced(SET("model=llama-4-scout", "chip=b200", "plan.devices=96", "plan.tp=1", "plan.ep=16",
                   "plan.overlap=ideal", "plan.shared_over=tp", "workload.tpot=1ms",
                   "workload.skew=0.3", "workload.context=1024", "workload.batch=7",
                   "chip.memory_byte_per_s=20333333333333.332", "chip.compute_units=100",
                   "chip.node_nm=2", "chip.unit_flop_per_s=1e12", "engine=bank-group-pim",
                   "engine.overlap=1", "engine.kind=on_die"));
    assert_true(m.verdict == VERDICT_TPOT && m.tpot_s > 1e-3);
}

/* Mappings that are as good but for rounding, as where an engine hides what differs: the first. */
static void of_mappings_as_good_the_first_is_taken(void **state)
{
    struct study *s = study_with(SET(
        "model=deepseek-v3.2", "chip=mi355x", "plan.devices=4", "plan.tp=1", "plan.ep=auto",
        "plan.cp=2", "plan.overlap=ideal", "workload.phase=serving", "workload.batch=256",
        "workload.input=100000", "precision.weight=fp8", "precision.kv=fp8", "precision.math=bf16",
        "chip.memory_byte=3TB", "engine=bank-group-pim", "engine.overlap=1", "chip.tdp_w=100 kW"));
    enum { MOST = 8 };
    struct plan plans[MOST];
    size_t n = plan_mappings(&s->base.plan, &s->base.model, plans, MOST), ties = 0;
    (void)state;
    assert_true(n <= MOST);
    random_seed(&draw, 13);
    for (int point = 0; point < 400; point++) {
        struct design d = s->base;
        double best = 0, rate[MOST];
        struct metrics m;
        struct plan chosen;
        d.chip.memory_byte_per_s = drawn(5e12, 40e12);
        evaluate(&d, NULL, &m, &chosen);
        for (size_t i = 0; i < n; i++) {
            struct design one = d;
            one.plan = plans[i];
            evaluate(&one, NULL, &m, NULL);
            rate[i] = m.tokens_per_s;
            best = fmax(best, rate[i]);
        }
        size_t first = 0;
        while (rate[first] < best * (1 - 1e-12))
            first++;
        assert_true(chosen.ep == plans[first].ep);
        for (size_t i = first + 1; i < n; i++)
            ties += rate[i] >= best * (1 - 1e-12);
    }
    assert_true(ties > 100);
    study_free(s);
}

struct rows {
    size_t stride;
    double *at;
};

static int keep_rows(void *ctx, uint64_t first, size_t count, const double *rows)
{
    struct rows *r = ctx;
    memcpy(r->at + first * r->stride, rows, count * r->stride * sizeof *rows);
    return 0;
}

/* Swept by any number of threads, or each sought, by its index or by its genes. */
static void a_row_does_not_depend_on_the_way_to_it(void **state)
{
    static const char engines[] =
        "models: [deepseek-r1, llama-3.1-8b]\nplan: {devices: 16, tp: auto}\n"
        "workload: {batch: max, tpot: 30 ms}\nsweep:\n  workload.context: [1024, 9000]\n"
        "  chip: [b200, h100, mi300x]\n  chip.memory_byte: [40 GB, 80 GB, 180 GB]\n"
        "  chip.compute_units: {from: 50, to: 150, steps: 7}\n"
        "  engine: [none, duplex, on-die-r512, memory-pool]\n"
        "constraints: [chip.memory_byte >= 60 GB, tokens_per_s > 100, system_cost_usd < 900000]\n";
    static const char engine_parameters[] =
        "models: [deepseek-r1, mixtral-8x7b]\nplan: {devices: 8, tp: 1, ep: 8}\n"
        "workload: {batch: 24}\n"
        "sweep:\n  workload.query_tokens: [1, 2]\n  engine: [none, duplex]\n  "
        "engine.bandwidth_ratio: [1, 2, 4]\n"
        "  engine.capacity_ratio: [0.9, 1]\n"
        "  chip.memory_byte_per_s: {from: 1 TB/s, to: 9 TB/s, steps: 11}\n"
        "constraints: [engine.bandwidth_ratio < 3, usd_per_mtok < 1]\n";
    static const char calibrated[] =
        "model: gpt-oss-120b\ntiming: calibrated\nplan: {devices: 8, tp: 8}\n"
        "precision: {weight: fp4, math: fp8, kv: fp8}\nsweep:\n"
        "  chip: [b200, h100, h800, mi300x]\n  workload.batch: [16, 64]\n"
        "  chip.fp4_ratio: [1, 4]\n  engine: [none, duplex]\n"
        "  chip.memory_byte_per_s: {from: 1 TB/s, to: 9 TB/s, steps: 5}\n";
    static const char timings[] = /* some points have errors */
        "model: gpt-oss-120b\nplan: {devices: 8, tp: 8}\n"
        "precision: {weight: fp4, math: fp8, kv: fp8}\nsweep:\n"
        "  timing: [calibrated, ideal]\n  chip: [b200, mi300x]\n  engine: [none, duplex]\n"
        "  chip.memory_byte_per_s: {from: 1 TB/s, to: 9 TB/s, steps: 5}\n";
    static const char phases[] = /* some points have a prefill pool */
        "model: gpt-oss-120b\nplan: {devices: 8, tp: 8}\nsweep:\n"
        "  workload.phase: [disaggregated, decode]\n  engine: [none, duplex]\n"
        "  chip.memory_byte: [10 GB, 100 GB]\n"
        "  chip.memory_byte_per_s: {from: 1 TB/s, to: 9 TB/s, steps: 5}\n";
    static const char places[] = /* of caches and experts beside an engine apart */
        "models: [deepseek-v3.2, nemotron-h-47b]\nplan: {devices: 8, tp: auto}\n"
        "workload: {batch: max, context: 32768, tpot: 60 ms}\nsweep:\n  chip: [h200, b200]\n"
        "  engine: [none, memory-pool, cent, lpddr-pim]\n"
        "  engine.runs: [attention, experts, attention+state+experts]\n"
        "  engine.capacity_ratio: [1.1, 5]\n  chip.memory_byte: [60 GB, 120 GB, 180 GB]\n";
    static const char *const texts[] = {engines, engine_parameters, calibrated, timings, phases,
                                        places};
    (void)state;
    for (size_t t = 0; t < LEN(texts); t++) {
        struct study *s;
        struct err err = {0};
        if (study_parse(&s, "ways", texts[t], catalogue, &err) != 0)
            assert_string_equal(err.text, "");
        struct columns *columns = mem_alloc(1, sizeof *columns);
        struct block *block = mem_alloc(1, sizeof *block);
        struct cursor c = {0}, cursor[1] = {{0}};
        columns_make(columns, s);
        size_t stride = columns->stride, verdicts = 0;
        struct rows swept = {stride, mem_alloc(s->size * stride, sizeof(double))};
        double *genes = mem_alloc(s->size * s->axes, sizeof *genes);
        double *asked = mem_alloc(s->size * stride, sizeof *asked);
        double *row = mem_alloc(stride, sizeof *row);
        for (size_t jobs = 1; jobs <= 3; jobs += 2) {
            assert_int_equal(
                sweep_run(s, columns, (struct point_range){0, s->size}, jobs, keep_rows, &swept),
                0);
            for (uint64_t i = 0; i < s->size; i++) {
                uint64_t other = (i * 13 + 5) % s->size, at = other;
                for (size_t k = s->axes; k-- > 0; at /= s->axis[k].n)
                    genes[i * s->axes + k] = (double)(at % s->axis[k].n);
                cursor_seek(&c, s, other);
                assert_true(block_add(block, &c, columns, row));
                assert_int_equal(block_price(block), 1);
                for (size_t k = 0; k < stride; k++)
                    assert_true(same(row[k], swept.at[other * stride + k]));
            }
            sweep_points(s, columns,
                         &(struct point_list){.n = s->size, .genes = genes, .rows = asked}, cursor,
                         1);
            for (uint64_t i = 0; i < s->size; i++)
                for (size_t k = 0; k < stride; k++)
                    assert_true(
                        same(asked[i * stride + k], swept.at[(i * 13 + 5) % s->size * stride + k]));
        }
        for (size_t k = 0; k < columns->n; k++)
            for (uint64_t i = 0; i < s->size && !strcmp(columns->column[k].name, "verdict"); i++)
                verdicts |= (size_t)1 << (size_t)swept.at[i * stride + k];
        assert_true(verdicts & (verdicts - 1)); /* more than one kind */
        cursor_free(&c);
        cursor_free(cursor);
        free(swept.at);
        free(genes);
        free(asked);
        free(row);
        free(block);
        free(columns);
        study_free(s);
    }
}

/* The C library's exp is within one unit of the last place. */
static void exp_is_exp(void **state)
{
    (void)state;
    for (double x = 0; x >= -700; x -= 0.00137)
        assert_close(power_exp(x), exp(x), 4.5e-16);
    assert_true(power_exp(0) == 1 && power_exp(-1e9) == 0 && power_exp(-INFINITY) == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_costs_what_it_costs_alone),
        cmocka_unit_test(a_prepared_step_is_that_of_its_design),
        cmocka_unit_test(a_step_takes_what_a_hand_adds_up),
        cmocka_unit_test(what_is_in_time_is_fine_and_nothing_else),
        cmocka_unit_test(of_mappings_as_good_the_first_is_taken),
        cmocka_unit_test(dies_cost_no_less_than_any_fewer_full_ones),
        cmocka_unit_test(a_row_does_not_depend_on_the_way_to_it),
        cmocka_unit_test(exp_is_exp),
    };
    return cmocka_run_group_tests_name("many", tests, open_tests, close_tests);
}
