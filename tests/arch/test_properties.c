/* What must hold whatever the numbers: over models, chips and engines of the catalogue.
 */
#include <string.h>

#include "base/pareto.h"
#include "search/axis.h"
#include "search/space.h"
#include "tests/model.h"

static struct metrics evaluated(const struct study *s, const struct design *d)
{
    struct metrics m;
    evaluate(d, &s->prices, &m, NULL);
    return m;
}

/* One model of each kind that these properties are held on. */
static const char *const models[] = {"gpt3-175b",     "llama-3.1-405b", "llama-4-maverick",
                                     "llama-4-scout", "gpt-oss-120b",   "mixtral-8x22b",
                                     "deepseek-r1",   "deepseek-v3.2",  "deepseek-v2-lite",
                                     "kimi-k2",       "glm-5",          "qwen3-235b-a22b"};

/* One model of each kind of layers that is given as a list: compressed, block-sparse, mfa, cross,
 * kda, gdn, lightning, Mamba-1 and -2 mixers, zero experts. */
static const char *const lists[] = {"deepseek-v4-pro",
                                    "minimax-m3",
                                    "step-3",
                                    "llama-3.2-90b-vision",
                                    "kimi-k3",
                                    "minimax-text-01",
                                    "jamba-1.5-mini",
                                    "nemotron-3-super-120b-a12b",
                                    "qwen3-next-80b-a3b",
                                    "longcat-flash"};

/* Calls `check` on these with a few engines, on hardware large enough for all. */
static void on_each_of(const char *const *of, size_t n,
                       void (*check)(const struct study *s, const struct design *d))
{
    static const char *const engines[] = {"engine=none", "engine=attacc", "engine=duplex",
                                          "engine=logic-die-r128", "engine=memory-pool"};
    for (size_t i = 0; i < n; i++)
        for (size_t e = 0; e < LEN(engines); e++) {
            char model[64];
            snprintf(model, sizeof model, "model=%s", of[i]);
            struct study *s = study_with(
                SET(model, engines[e], "chip=gb300", "plan.devices=64", "workload.tpot=50ms"));
            s->prices.middle.package_limit_mm2 = 1e6; /* so that it limits nothing here */
            check(s, &s->base);
            study_free(s);
        }
}

static void on_every_kind(void (*check)(const struct study *s, const struct design *d))
{
    on_each_of(models, LEN(models), check);
}

/* Throughput along each path. */
static void check_more(const struct study *s, const struct design *d, double step)
{
    static const char *const path[] = {"chip.memory_byte_per_s", "chip.compute_units",
                                       "chip.link_byte_per_s", "chip.network_byte_per_s",
                                       "chip.memory_byte"};
    for (size_t i = 0; i < LEN(path); i++) {
        struct parameter p;
        struct err err;
        struct design at = *d;
        double last = 0;
        /* An operator that moves to a pool as the clock falls takes its power off the board at
         * once, so that the limit is not reached. */
        if (at.engine.kind == ENGINE_POOL)
            at.chip.tdp_w = 1e5;
        assert_int_equal(design_parameter(path[i], &p, &err), 0);
        for (double factor = 0.5; factor <= 4; factor *= step) {
            design_put(&at, &p, factor * design_get(d, &p));
            struct metrics m = evaluated(s, &at);
            double rate = m.verdict == VERDICT_OK ? m.tokens_per_s : 0;
            /* The clock is a root, found to 1e-12 (CLOSE in arch/step_hot.h); a choice of units is
             * shorter by UNIT_GAIN (arch/step_unit.h). */
            bool chooses = m.throttle_ratio < 1 && d->engine.bandwidth_ratio > 0;
            assert_true(rate >= last * (1 - (chooses ? 2e-9 : 2e-12)));
            last = rate;
        }
        assert_true(last > 0);
    }
}

static void check_more_is_not_less(const struct study *s, const struct design *d)
{
    check_more(s, d, 1.19);
}

/* In larger steps, as there are many. */
static void check_more_in_large_steps(const struct study *s, const struct design *d)
{
    check_more(s, d, 1.41);
}

static void more_bandwidth_compute_link_or_memory_never_lowers_throughput(void **state)
{
    (void)state;
    on_every_kind(check_more_is_not_less);
}

static void no_kind_of_layer_loses_throughput_to_better_hardware(void **state)
{
    (void)state;
    on_each_of(lists, LEN(lists), check_more_in_large_steps);
}

static void check_parts(const struct study *s, const struct design *d)
{
    for (double overlap = 0; overlap <= 1; overlap += 0.5) {
        struct design at = *d;
        at.engine.overlap = overlap;
        struct metrics m = evaluated(s, &at);
        assert_int_equal(m.verdict, VERDICT_OK);
        assert_close(classes_s(&m), m.tpot_s, 1e-12);
        assert_close(m.attention_share * m.tpot_s, m.attention_s, 1e-12);
        assert_true(m.attention_s >= 0 && m.expert_s >= 0);
        assert_close(m.batch / m.tpot_s, m.tokens_per_s, 1e-12);
    }
}

static void the_parts_of_a_step_add_up(void **state)
{
    (void)state;
    on_every_kind(check_parts);
}

static void check_batch(const struct study *s, const struct design *d)
{
    struct metrics best = evaluated(s, d);
    struct design at = *d;
    struct prepared p = {0};
    const struct mapped *mapped;

    prepare(&p, d);
    evaluate_prepared(&p, d, &s->prices, &best, &mapped);
    at.plan = mapped->plan;
    double dp = mapped->plan.dp;
    prepared_free(&p);
    at.workload.batch = best.batch;
    assert_close(evaluated(s, &at).tokens_per_s, best.tokens_per_s, 1e-12);
    at.workload.batch = best.batch + dp;
    struct metrics more = evaluated(s, &at);
    assert_int_equal(more.verdict,
                     best.batch_cap <= best.batch_slo ? VERDICT_MEMORY : VERDICT_TPOT);
    assert_true(more.tokens_per_s >= best.tokens_per_s * (1 - 1e-12));
    if (best.batch > dp) {
        at.workload.batch = best.batch - dp;
        assert_true(evaluated(s, &at).tokens_per_s <= best.tokens_per_s * (1 + 1e-12));
    }
    assert_true(best.memory_used_byte <= at.chip.memory_byte * at.engine.capacity_ratio);
    assert_true(best.tpot_s <= d->workload.tpot_s);
}

static void the_largest_batch_is_the_largest_that_fits_and_the_best(void **state)
{
    (void)state;
    on_every_kind(check_batch);
}

static void check_neutral_engine(const struct study *s, const struct design *d)
{
    struct design without = *d, with;
    if (d->engine.bandwidth_ratio > 0)
        return;
    without.chip.tdp_w = 1e5; /* so that the clock stays: an engine has one of its own */
    with = without;
    with.engine.bandwidth_ratio = 1;
    with.engine.ridge_flop_per_byte = chip_ridge_flop_per_byte(&d->chip);
    with.engine.runs = RUNS_BOTH;
    with.engine.limits = 0;
    struct metrics a = evaluated(s, &without), b = evaluated(s, &with);
    assert_close(b.tokens_per_s, a.tokens_per_s, 1e-9);
    assert_close(b.batch, a.batch, 0);
    assert_close(b.engine_speedup, 1, 1e-9);
}

static void an_engine_like_the_chip_changes_nothing(void **state)
{
    (void)state;
    on_every_kind(check_neutral_engine);
}

static void check_engine_never_slows(const struct study *s, const struct design *d)
{
    struct design without = *d;
    if (d->engine.capacity_ratio < 1)
        return;
    without.engine.bandwidth_ratio = 0;
    struct metrics a = evaluated(s, d), b = evaluated(s, &without);
    assert_true(a.tokens_per_s >= b.tokens_per_s * (1 - 1e-12));
    if (d->engine.bandwidth_ratio > 0)
        assert_true(a.device_cost_usd > b.device_cost_usd);
}

static void an_engine_that_takes_no_memory_never_slows_a_step(void **state)
{
    (void)state;
    on_every_kind(check_engine_never_slows);
}

static void gqa_with_as_many_kv_heads_as_heads_is_mha(void **state)
{
    struct metrics gqa = priced(SET("model=llama-3.1-70b", "model.kv_heads=64", "chip=gb300"));
    struct metrics mha =
        priced(SET("model=llama-3.1-70b", "model.attention=mha", "model.kv_heads=0", "chip=gb300"));
    (void)state;
    assert_memory_equal(&gqa, &mha, offsetof(struct metrics, ttft_s));
    assert_close(gqa.tokens_per_s, mha.tokens_per_s, 0);
    assert_close(gqa.kv_byte_per_token, 2.0 * 64 * 128 * 2 * 80, 0);
}

static void a_window_as_wide_as_the_context_changes_nothing(void **state)
{
    struct metrics full = priced(SET("model=llama-3.1-70b", "workload.context=4096"));
    struct metrics window =
        priced(SET("model=llama-3.1-70b", "workload.context=4096", "model.window=4096"));
    struct metrics narrow =
        priced(SET("model=llama-3.1-70b", "workload.context=4096", "model.window=1024"));
    (void)state;
    assert_close(window.tokens_per_s, full.tokens_per_s, 1e-12);
    assert_close(window.batch_cap, full.batch_cap, 0);
    assert_true(narrow.tokens_per_s > full.tokens_per_s);
}

/* Counted by hand: 4 layers of width 8, 2 heads of 4, KV in BF16, context 16, one request, no
 * parallelism: scores and values 2 x 2 x 16 x 8 FLOP a layer; K and V 16 x 2 x 8 numbers. */
static void a_small_model_costs_what_a_hand_counts(void **state)
{
    struct study *s =
        study_with(SET("model=llama-3.1-8b", "model.layers=4", "model.hidden=8", "model.heads=2",
                       "model.kv_heads=2", "model.head_dim=4", "model.ffn=16", "model.vocab=32",
                       "plan.devices=1", "workload.context=16", "workload.batch=1"));
    struct prepared p = {0};
    (void)state;
    assert_close(model_params(&s->base.model), 4 * (4 * 8 * 8 + 3 * 8 * 16) + 2 * 32 * 8, 0);
    prepare(&p, &s->base);
    const struct step *step = &p.mapped[0].step;
    size_t seen = 0;
    for (size_t i = 0; i < step->ops.n; i++) {
        const struct op *o = &step->ops.op[i];
        if (!strcmp(o->name, "attention.core")) {
            assert_close(o->flop, 4 * (2.0 * 2 * 16 * 8), 0);
            assert_close(o->byte, 4 * 2 * (16.0 * 2 * 8 + 2 * 8), 0);
            assert_close(o->cache_byte, 4 * 2 * 16.0 * 2 * 8, 0);
            assert_close(o->act_byte, 4 * 2 * 2.0 * 8, 0);
            assert_true(o->state_byte == 0);
            seen++;
        } else if (!strcmp(o->name, "attention.qkv")) {
            assert_close(o->flop, 4 * 2.0 * 8 * 24, 0);
            assert_close(o->weight_byte, 4 * 2.0 * 8 * 24, 0);
            seen++;
        } else if (!strcmp(o->name, "ffn.up")) {
            assert_close(o->flop, 4 * 2.0 * 8 * 32, 0);
            seen++;
        } else if (!strcmp(o->name, "head")) {
            assert_close(o->flop, 2.0 * 8 * 32, 0);
            seen++;
        }
    }
    assert_int_equal(seen, 4);
    assert_close(step->weight_byte, 2 * model_params(&s->base.model), 1e-12);
    prepared_free(&p);
    study_free(s);
}

static const struct op *experts_of(const struct step *s)
{
    for (size_t i = 0; i < s->ops.n; i++)
        if (s->ops.op[i].unit == UNIT_EXPERT)
            return &s->ops.op[i];
    assert_true(false);
    return NULL;
}

/* Uniform routing, k of E: E (1 - (1 - k/E)^tokens) experts are active; drawn at random here. */
static void as_many_experts_are_active_as_a_drawing_finds(void **state)
{
    struct study *s =
        study_with(SET("model=mixtral-8x7b", "plan.devices=1", "plan.ep=1", "workload.batch=3"));
    struct prepared p = {0};
    uint64_t random = 88172645463325252u;
    double active = 0, draws = 200000;
    (void)state;
    prepare(&p, &s->base);
    for (int i = 0; i < (int)draws; i++) {
        unsigned hit = 0;
        for (int token = 0; token < 3; token++) {
            random ^= random << 13, random ^= random >> 7, random ^= random << 17;
            unsigned a = (unsigned)(random >> 20) & 7,
                     b = (a + 1 + (unsigned)(random >> 40) % 7) & 7;
            hit |= 1u << a | 1u << b;
        }
        for (; hit; hit &= hit - 1)
            active++;
    }
    assert_close(routing_active(p.mapped[0].step.routing, 3), active / draws, 0.005);
    prepared_free(&p);
    study_free(s);
}

/* 128 experts over 32 devices, one per token: the busiest device's active experts, drawn. */
static void the_slowest_device_reads_as_many_experts_as_a_drawing_finds(void **state)
{
    static const char *const batch[] = {"workload.batch=4", "workload.batch=32",
                                        "workload.batch=256"};
    static const int tokens[] = {4, 32, 256};
    uint64_t random = 88172645463325252u;
    (void)state;
    for (size_t i = 0; i < LEN(batch); i++) {
        struct study *s = study_with(
            SET("model=llama-4-maverick", "plan.devices=32", "plan.tp=1", "plan.ep=32", batch[i]));
        struct prepared p = {0};
        double most = 0, draws = 20000;
        prepare(&p, &s->base);
        for (int d = 0; d < (int)draws; d++) {
            unsigned held[32] = {0};
            int busiest = 0;
            for (int t = 0; t < tokens[i]; t++) {
                random ^= random << 13, random ^= random >> 7, random ^= random << 17;
                unsigned e = (unsigned)(random >> 30) % 128;
                held[e / 4] |= 1u << e % 4;
            }
            for (int k = 0; k < 32; k++) {
                int active = (int)(held[k] & 1) + (int)(held[k] >> 1 & 1) +
                             (int)(held[k] >> 2 & 1) + (int)(held[k] >> 3 & 1);
                busiest = active > busiest ? active : busiest;
            }
            most += busiest;
        }
        const struct step *step = &p.mapped[0].step;
        double ratio = routing_idle_ratio(step->routing, tokens[i]);
        assert_close(4 * step_active_share(step, experts_of(step), tokens[i] / 32.0, ratio),
                     most / draws, 0.03);
        prepared_free(&p);
        study_free(s);
    }
}

/* The costs of an operator, per request and call. */
static struct op op_named(const char *name, const char *const *set)
{
    struct study *s = study_with(set);
    struct prepared p = {0};
    struct op found = {.count = 0};
    prepare(&p, &s->base);
    for (size_t i = 0; i < p.mapped[0].step.ops.n; i++)
        if (!p.mapped[0].step.ops.op[i].drafts && !strcmp(p.mapped[0].step.ops.op[i].name, name))
            found = p.mapped[0].step.ops.op[i];
    prepared_free(&p);
    study_free(s);
    assert_true(found.count > 0);
    return found;
}

#define SCOUT "model=llama-4-scout", "plan.devices=8", "plan.tp=1", "plan.ep=8"
#define DSA "model=deepseek-v3.2", "plan.devices=8", "plan.tp=1", "plan.ep=8"

/* Chunks of 8192: a decoded token sees 4096.5 of them, a prompt of 20000 two whole ones and a part
 * of 3616. */
static void a_chunk_is_half_full_on_average(void **state)
{
    struct op seen = op_named("attention.window", SET(SCOUT, "workload.context=65536"));
    struct op full = op_named("attention.core", SET(SCOUT, "workload.context=65536"));
    struct op prompt =
        op_named("prefill.window", SET(SCOUT, "workload.phase=prefill", "workload.context=20000"));
    (void)state;
    assert_close(seen.cache_byte / seen.count * 65536 / 4096.5, full.cache_byte / full.count, 1e-9);
    assert_close(prompt.flop / prompt.count,
                 4.0 * 40 * 128 * (2 * 8192.0 * 8193 / 2 + 3616.0 * 3617 / 2), 1e-9);
}

/* The union of 4 selections of 2048 tokens, 0.8 of each the same as that of its neighbour. */
static void drafted_tokens_read_the_union_of_their_selections(void **state)
{
    struct op one = op_named("attention.core", SET(DSA, "workload.context=65536"));
    struct op four =
        op_named("attention.core", SET(DSA, "workload.context=65536", "workload.query_tokens=4"));
    struct op few =
        op_named("attention.core", SET(DSA, "workload.context=2500", "workload.query_tokens=4"));
    (void)state;
    assert_close(four.cache_byte, 1.6 * one.cache_byte, 1e-9);
    assert_close(four.flop, 4 * one.flop, 1e-9);
    assert_close(few.cache_byte, 2500.0 / 2048 * one.cache_byte, 1e-9);
}

/* FP32 scores are written and read, positions of 4 bytes written. */
static void the_selection_of_tokens_takes_time(void **state)
{
    struct op select = op_named("index.select", SET(DSA, "workload.context=65536"));
    struct op prompt =
        op_named("prefill.select", SET(DSA, "workload.phase=prefill", "workload.context=1000"));
    (void)state;
    assert_close(select.byte / select.count, 8.0 * 65536 + 4 * 2048, 1e-9);
    assert_close(prompt.byte / prompt.count, 8 * 1000.0 * 1001 / 2 + 4.0 * 2048 * 1000, 1e-9);
}

/* For each drafted token 64 heads of 128 numbers of one byte, their weights in FP32, and a key of
 * 128 numbers with its scale; positions of 4 bytes go back. */
static void an_indexer_on_a_linked_engine_sends_its_queries(void **state)
{
    struct op scan =
        op_named("index.score", SET(DSA, "workload.context=65536", "workload.query_tokens=2"));
    (void)state;
    assert_close(scan.wire_byte / scan.count, 2.0 * (64 * 128 + 64 * 4 + 132), 1e-12);
    assert_close(scan.position_byte / scan.count, 2.0 * 2048 * 4, 1e-12);
}

/* 7 of 8 parts of the logits of a token reach a rank of TP 8, 7 hops round the ring. */
static void tensor_parallelism_gathers_the_logits(void **state)
{
    struct op gather =
        op_named("head.gather", SET("model=gpt3-175b", "plan.devices=8", "plan.tp=8"));
    (void)state;
    assert_close(gather.wire_byte, 7.0 / 8 * 50257 * 2, 0.01);
    assert_close(gather.hops, 7, 1e-12);
}

/* One token: a device reads at least one expert at every skew, also where requests are fewer than
 * copies of the experts. */
static void a_token_reads_an_expert_at_every_skew(void **state)
{
    static const char *const skew[] = {"workload.skew=0", "workload.skew=1e-6", "workload.skew=1"};
    static const char *const tp[] = {"plan.tp=1", "plan.tp=2"};
    static const char *const ep[] = {"plan.ep=8", "plan.ep=2"};
    (void)state;
    for (size_t k = 0; k < LEN(tp); k++) {
        double even_s = 0;
        for (size_t i = 0; i < LEN(skew); i++) {
            struct metrics m = priced(SET("model=mixtral-8x7b", "chip=b200", "plan.devices=8",
                                          tp[k], ep[k], skew[i], "workload.batch=1"));
            double one_s = 32.0 * 3 * 4096 * 14336 * 2 / 8e12; /* weights of one expert */
            assert_true(m.expert_s >= one_s * (1 - 1e-9));
            even_s = i == 0 ? m.expert_s : even_s;
            if (i == 1)
                assert_close(m.expert_s, even_s, 1e-6);
        }
    }
}

/* An engine behind a link: link-bound unless the context is above a m W / W_l tokens. */
static void a_discrete_engine_is_link_bound_at_short_contexts(void **state)
{
    struct metrics near, far;
    static const char *const context[] = {"workload.context=200", "workload.context=40000"};
    (void)state;
    for (int i = 0; i < 2; i++) {
        const char *const set[] = {
            "model=llama-3.1-405b", "chip=b200-paper",    "plan.tp=8", "workload.batch=64",
            "engine=logic-die-r32", "engine.limits=none", context[i],  NULL};
        const char *const linked[] = {"model=llama-3.1-405b",
                                      "chip=b200-paper",
                                      "plan.tp=8",
                                      "workload.batch=64",
                                      "engine=logic-die-r32",
                                      "engine.limits=none",
                                      context[i],
                                      "engine.link_byte_per_s=0.9TB/s",
                                      NULL};
        near = priced(set);
        far = priced(linked);
        if (i == 0)
            assert_true(far.engine_speedup < 0.6 * near.engine_speedup);
        else
            assert_close(far.engine_speedup, near.engine_speedup, 1e-9);
    }
}

/* Two steps of half the batch, each of which reads all weights; collectives are not hidden. */
static void full_overlap_hides_the_shorter_side_of_two_halves(void **state)
{
#define AT(batch) "model=gpt3-175b", "chip=b200-paper", "plan.tp=8", "chip.tdp_w=100 kW", batch
    struct metrics half = priced(SET(AT("workload.batch=128")));
    struct metrics apart = priced(SET(AT("workload.batch=256"), "engine=duplex"));
    struct metrics with =
        priced(SET(AT("workload.batch=256"), "engine=duplex", "engine.overlap=1"));
#undef AT
    double engine_s = half.attention_s / with.engine_speedup, wire_s = half.communication_s;
    double chip_s = half.tpot_s - half.attention_s - wire_s;
    (void)state;
    assert_true(with.tpot_s < 0.95 * apart.tpot_s);
    assert_close(with.tpot_s, 2 * (fmax(engine_s, chip_s) + wire_s), 1e-9);
}

/* At one request the second read of the weights takes longer than attention. */
static void an_engine_does_not_overlap_where_weights_take_longer(void **state)
{
    struct metrics apart = priced(SET("model=gpt3-175b", "chip=b200-paper", "plan.tp=8",
                                      "workload.batch=1", "engine=duplex"));
    struct metrics with = priced(SET("model=gpt3-175b", "chip=b200-paper", "plan.tp=8",
                                     "workload.batch=1", "engine=duplex", "engine.overlap=1"));
    (void)state;
    assert_true(with.tpot_s == apart.tpot_s);
}

static void tables_list_their_structs_in_order(void **state)
{
    const struct fields *const all[] = {&model_fields, &chip_fields,     &engine_fields,
                                        &plan_fields,  &workload_fields, &precision_fields,
                                        &mode_fields,  &metrics_fields,  &prices_fields};
    (void)state;
    for (size_t i = 0; i < LEN(all); i++)
        for (size_t j = 0; j < all[i]->n; j++) {
            const struct field *f = &all[i]->row[j];
            assert_int_equal(f->offset, j * sizeof(double));
            assert_true(f->doc && strlen(f->doc) > 8 && f->lo <= f->hi && f->unit);
        }
}

static void every_entry_of_the_catalogue_can_be_read(void **state)
{
    (void)state;
    for (size_t part = 0; part < DESIGN_PARTS; part++) {
        const char *const *name;
        size_t n;
        if (!design_parts[part].named)
            continue;
        catalogue_names(catalogue, part, &name, &n);
        assert_true(n >= 9);
        for (size_t i = 0; i < n; i++) {
            const struct entry *e;
            struct err err = {0};
            if (catalogue_find(catalogue, part, name[i], &e, &err) != 0)
                assert_string_equal(err.text, "");
            assert_true(*e->about && *e->source);
        }
    }
}

/* A cursor that walks gives what one that jumps gives, and what `evaluate` gives. */
static void points_do_not_depend_on_the_way_to_them(void **state)
{
    struct study *s;
    struct err err = {0};
    struct cursor walk = {0}, jump = {0};
    static const char text[] = "models: [deepseek-r1, llama-3.1-8b]\nplan: {devices: 16, tp: "
                               "auto}\nsweep:\n  chip: [b200, h100]\n"
                               "  engine: [none, duplex]\n  workload.context: [1024, 8192]\n  "
                               "chip.memory_byte: [80 GB, 180 GB]\n";
    (void)state;
    if (study_parse(&s, "test", text, catalogue, &err) != 0)
        assert_string_equal(err.text, "");
    assert_int_equal(s->size, 32);
    cursor_seek(&walk, s, 0);
    for (uint64_t i = 0; i < s->size; i++, cursor_next(&walk)) {
        struct metrics a, b, c;
        struct plan pa, pb;
        struct cursor fresh = {0};
        uint64_t other = (i * 13 + 5) % s->size;
        cursor_evaluate(&walk, &a, &pa);
        cursor_seek(&jump, s, other);
        cursor_evaluate(&jump, &c, &pb);
        cursor_seek(&fresh, s, i);
        cursor_evaluate(&fresh, &b, &pb);
        evaluate(&walk.design, &s->prices, &c, &pb);
        assert_memory_equal(&a, &b, sizeof a);
        assert_memory_equal(&a, &c, sizeof a);
        assert_memory_equal(&pa, &pb, sizeof pa);
        cursor_free(&fresh);
    }
    cursor_free(&walk);
    cursor_free(&jump);
    study_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(more_bandwidth_compute_link_or_memory_never_lowers_throughput),
        cmocka_unit_test(no_kind_of_layer_loses_throughput_to_better_hardware),
        cmocka_unit_test(the_parts_of_a_step_add_up),
        cmocka_unit_test(the_largest_batch_is_the_largest_that_fits_and_the_best),
        cmocka_unit_test(an_engine_like_the_chip_changes_nothing),
        cmocka_unit_test(an_engine_that_takes_no_memory_never_slows_a_step),
        cmocka_unit_test(gqa_with_as_many_kv_heads_as_heads_is_mha),
        cmocka_unit_test(a_window_as_wide_as_the_context_changes_nothing),
        cmocka_unit_test(a_small_model_costs_what_a_hand_counts),
        cmocka_unit_test(as_many_experts_are_active_as_a_drawing_finds),
        cmocka_unit_test(the_slowest_device_reads_as_many_experts_as_a_drawing_finds),
        cmocka_unit_test(a_chunk_is_half_full_on_average),
        cmocka_unit_test(drafted_tokens_read_the_union_of_their_selections),
        cmocka_unit_test(the_selection_of_tokens_takes_time),
        cmocka_unit_test(an_indexer_on_a_linked_engine_sends_its_queries),
        cmocka_unit_test(tensor_parallelism_gathers_the_logits),
        cmocka_unit_test(a_token_reads_an_expert_at_every_skew),
        cmocka_unit_test(a_discrete_engine_is_link_bound_at_short_contexts),
        cmocka_unit_test(full_overlap_hides_the_shorter_side_of_two_halves),
        cmocka_unit_test(an_engine_does_not_overlap_where_weights_take_longer),
        cmocka_unit_test(tables_list_their_structs_in_order),
        cmocka_unit_test(every_entry_of_the_catalogue_can_be_read),
        cmocka_unit_test(points_do_not_depend_on_the_way_to_them),
    };
    return cmocka_run_group_tests_name("properties", tests, open_tests, close_tests);
}
