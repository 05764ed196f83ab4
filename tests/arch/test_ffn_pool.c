/* The two sides of a step that an FFN pool shares: what each runs, holds and sends, and that
 * nothing is done twice or not at all. */
#include <string.h>

#include "arch/devices.h"
#include "arch/ffn_pool.h"
#include "arch/ping_pong.h"
#include "search/block.h"
#include "tests/model.h"

#define FREE "chip.memory_byte=100 TB", "chip.tdp_w=100 kW"
#define POOL_FREE                                                                                  \
    "pools.ffn.chip=h100", "pools.ffn.chip.memory_byte=100 TB", "pools.ffn.chip.tdp_w=100 kW"
#define H100 "chip=h100", FREE
#define NO_LINK "pools.ffn.link_byte_per_s=1e15", "pools.ffn.link_latency_s=0"

static const char *const words[] = {"experts", "ffn", "ffn_and_head", "all_but_attention"};

/* ---- sums over both sides ---- */

struct sum {
    double ops, count, flop, weight_byte, byte, cache_byte;
};

static void add(struct sum *out, const struct ops *list)
{
    for (size_t i = 0; i < list->n; i++) {
        const struct op *o = &list->op[i];
        out->ops++;
        out->count += o->count;
        out->flop += o->flop;
        out->weight_byte += o->weight_byte;
        out->byte += o->byte;
        out->cache_byte += o->cache_byte;
    }
}

static void check_sides(const char *model, const char *const *more)
{
    char name[96];
    snprintf(name, sizeof name, "model=%s", model);
    struct study *s = study_with(SET(name, H100, POOL_FREE, "plan.devices=1", "workload.batch=8",
                                     "pools.ffn.devices=1", more[0], more[1]));
    struct design whole = s->base;
    struct prepared one = {0}, two = {0};
    whole.ffn_chip = (struct chip){0};
    for (size_t w = 0; w < LEN(words); w++) {
        s->base.pools.ffn_runs = (double)w;
        prepare(&one, &whole);
        prepare(&two, &s->base);
        if (ffn_pool_layers((int)w, &two.layers) <= 0) {
            assert_int_equal(two.n, 0);
            continue;
        }
        assert_int_equal(one.n, 1);
        assert_int_equal(two.n, 1);
        const struct mapped *main = &two.mapped[0], *ffn = &two.mapped[two.ffn_first];
        struct sum a = {0}, b = {0};
        add(&a, &one.mapped[0].step.ops);
        add(&b, &main->step.ops);
        add(&b, &main->outside.ops);
        add(&b, &ffn->step.ops);
        add(&b, &ffn->outside.ops);
        assert_close(b.ops, a.ops, 0);
        assert_close(b.count, a.count, 1e-12);
        assert_close(b.flop, a.flop, 1e-12);
        assert_close(b.weight_byte, a.weight_byte, 1e-12);
        assert_close(b.byte, a.byte, 1e-12);
        assert_close(b.cache_byte, a.cache_byte, 1e-12);
        assert_close(main->step.weight_byte + ffn->step.weight_byte, one.mapped[0].step.weight_byte,
                     1e-12);
        assert_close(main->step.kv_byte_per_request, one.mapped[0].step.kv_byte_per_request, 0);
        assert_close(ffn->step.kv_byte_per_request, 0, 0);
    }
    prepared_free(&one);
    prepared_free(&two);
    study_free(s);
}

static void every_operator_weight_and_cache_byte_is_on_one_side(void **state)
{
    const char *const *names;
    size_t n;
    (void)state;
    catalogue_names(catalogue, PART_MODEL, &names, &n);
    assert_true(n > 50);
    for (size_t i = 0; i < n; i++)
        check_sides(names[i], SET("workload.query_tokens=1", "workload.context=4096"));
    check_sides("deepseek-r1", SET("workload.query_tokens=2", "workload.accepted_tokens=1.8"));
    check_sides("deepseek-v3.2", SET("workload.query_tokens=3", "workload.accepted_tokens=1.8"));
}

/* ---- time ---- */

static const char *const models[] = {"deepseek-r1",  "deepseek-v3.2",           "llama-3.1-70b",
                                     "gpt-oss-120b", "nemotron-3-nano-30b-a3b", "qwen3-235b-a22b"};

/* One device of each kind, one micro-batch, a link that takes no time: the step of the main device
 * and that of the pool are the step of one device that runs all, at any batch. */
static void a_pool_behind_an_infinite_link_changes_no_time(void **state)
{
    (void)state;
    for (size_t m = 0; m < LEN(models); m++)
        for (size_t w = 0; w < LEN(words); w++) {
            char model[64], runs[64];
            snprintf(model, sizeof model, "model=%s", models[m]);
            snprintf(runs, sizeof runs, "pools.ffn.runs=%s", words[w]);
            struct metrics one = priced(SET(model, H100, "plan.devices=1", "workload.batch=48"));
            struct metrics two =
                priced(SET(model, H100, "plan.devices=1", "workload.batch=48", POOL_FREE, NO_LINK,
                           "pools.ffn.devices=1", runs, "plan.micro_batches=1"));
            if (two.verdict == VERDICT_MAPPING)
                continue;
            assert_close(two.tpot_s, one.tpot_s, 1e-5); /* 1e15 B/s */
            assert_close(two.tokens_per_s, one.tokens_per_s, 1e-5);
            assert_close(two.main_busy_ratio + two.ffn_busy_ratio, 1, 0.2); /* less the head */
            assert_close(two.attention_s + two.projection_s + two.ffn_s + two.expert_s +
                             two.communication_s + two.other_s + two.state_s,
                         two.tpot_s, 1e-9);
        }
}

#define R1_16                                                                                      \
    "model=deepseek-r1", "chip=h20", "plan.devices=16", "plan.tp=1", "precision.weight=fp8",       \
        "precision.kv=fp8", "precision.math=fp8", "chip.tdp_w=100 kW", "pools.ffn.chip=h100",      \
        "pools.ffn.chip.tdp_w=100 kW"

static void classes_add_up_to_a_step(void **state)
{
    static const char *const m[] = {"plan.micro_batches=1", "plan.micro_batches=2",
                                    "plan.micro_batches=3"};
    static const char *const link[] = {"pools.ffn.link_latency_s=0",
                                       "pools.ffn.link_latency_s=1ms"};
    (void)state;
    for (size_t i = 0; i < LEN(m); i++)
        for (size_t j = 0; j < LEN(link); j++) {
            struct metrics x = priced(SET(R1_16, m[i], link[j], "workload.batch=640",
                                          "pools.ffn.devices=16", "pools.ffn.sends=within"));
            assert_close(x.attention_s + x.projection_s + x.ffn_s + x.expert_s + x.communication_s +
                             x.other_s + x.state_s,
                         x.tpot_s, 1e-9);
        }
}

/* A request passes through its layers in sequence: it cannot be in two micro-batches. */
static void a_micro_batch_has_a_request(void **state)
{
    (void)state;
    struct study *s = study_with(SET(R1_16, "workload.batch=32", "workload.context=1000000",
                                     "pools.ffn.devices=16", "plan.micro_batches=3"));
    struct metrics m;
    evaluate(&s->base, &s->prices, &m, NULL);
    assert_close(m.verdict, VERDICT_MAPPING, 0);
    assert_true(isnan(m.tpot_s));
    assert_string_equal(ffn_pool_fault(&s->base),
                        "plan.micro_batches is more than the requests of a replica");
    s->base.plan.micro_batches = PLAN_AUTO;
    evaluate(&s->base, &s->prices, &m, NULL);
    assert_true(m.micro_batches <= 2 && m.tpot_s > 0);
    study_free(s);
}

/* Engine and chip that overlap work on different micro-batches: each takes the time of both, so
 * that a loop that waits for the link gains nothing. */
static void overlap_of_an_engine_does_not_shorten_a_micro_batch(void **state)
{
    (void)state;
    const char *const *none =
        SET(R1_16, "engine=duplex", "engine.overlap=0", "workload.batch=640",
            "pools.ffn.devices=16", "plan.micro_batches=2", "pools.ffn.link_latency_s=5 ms");
    const char *const *full =
        SET(R1_16, "engine=duplex", "engine.overlap=1", "workload.batch=640",
            "pools.ffn.devices=16", "plan.micro_batches=2", "pools.ffn.link_latency_s=5 ms");
    struct metrics a = priced(none), b = priced(full);
    assert_close(a.paced_by, PACE_LOOP, 0);
    assert_close(b.tpot_s, a.tpot_s, 1e-9);
}

/* ---- what is sent ---- */

static const struct mapped *pool_of(struct prepared *p, const struct study *s)
{
    prepare(p, &s->base);
    assert_true(p->n >= 1 && p->ffn_n == 1);
    return &p->mapped[p->ffn_first];
}

/* Step-3's example (StepMesh): micro-batches of 128 tokens of two attention devices for each
 * feed-forward device, FP8 there and BF16 back, 3 H bytes per token and layer. */
static void step3_sends_its_bytes(void **state)
{
    (void)state;
    struct study *s =
        study_with(SET(R1_16, "pools.ffn.devices=8", "precision.dispatch=1", "precision.combine=2",
                       "pools.ffn.chip.link_domain=8", "pools.ffn.runs=experts"));
    struct prepared p = {0};
    const struct pool_wire *w = &pool_of(&p, s)->step.wire;
    double out = w->out_byte / 58, back = w->back_byte / 58, tokens = 2 * 128;
    assert_close(out + back, 3 * 7168, 1e-12);
    assert_close(tokens * out, 1835008, 1e-12);
    assert_close(tokens * back, 3670016, 1e-12);
    /* 50 ms over 61 layers and three micro-batches. */
    double slot_s = 50e-3 / 61 / 3;
    assert_near(slot_s, 273e-6, 0.5e-6);
    assert_near(tokens * (out + back) * 8 / 273e-6 / 1e9, 161.3, 0.05);
    /* 16 attention devices of 32 in that example. */
    assert_close(3 * 128 * 16 / (61 * 3 * slot_s) / 32, 3840, 1e-12);
    prepared_free(&p);
    study_free(s);
}

/* Step-3 (arXiv:2507.19427): the share of active experts at which feed-forward devices compute as
 * long as they read and receive, S >= H L FLOP/s / (network x memory x 11.1 ms): a product at the
 * ridge has FLOP / (2 S bytes) tokens, all of which must arrive in 16.6 ms of 61 layers. */
static void experts_too_few_to_use_starve_the_pool(void **state)
{
    static const struct {
        const char *chip;
        double network_byte_per_s, share; /* of a server */
    } row[] = {
        {"chip=h800", 400e9, 0.058}, {"chip=h20", 400e9, 0.007}, {"chip=a100", 200e9, 0.031}};
    (void)state;
    for (size_t i = 0; i < LEN(row); i++) {
        struct metrics m = priced(SET(R1_16, row[i].chip, "pools.ffn.devices=8",
                                      "precision.dispatch=1", "precision.combine=2",
                                      "pools.ffn.chip.link_domain=8", "pools.ffn.runs=experts"));
        double tokens = m.ridge_flop_per_byte / 2;
        double layer_byte = m.ffn_transfer_byte_per_token / 58;
        assert_near(tokens * layer_byte * 61 / row[i].network_byte_per_s / 16.6e-3, row[i].share,
                    0.0008);
    }
}

/* Lamina (arXiv:2405.01814): (2 + 2 / G) e d bytes per request and layer. */
static void lamina_sends_queries_keys_values_and_results(void **state)
{
    (void)state;
    struct metrics m =
        priced(SET("model=llama-3.1-70b", "chip=h20", "plan.devices=8", "pools.ffn.chip=h100",
                   "pools.ffn.runs=all_but_attention", "pools.ffn.devices=4",
                   "precision.activation=2", "workload.batch=300"));
    assert_close(m.ffn_transfer_byte_per_token * 300, 884736000, 1e-12);
    assert_close(m.weight_byte, 0, 0);
}

static void copies_go_to_domains_devices_or_experts(void **state)
{
    static const char *const copies[] = {"pools.ffn.copies=domains", "pools.ffn.copies=devices",
                                         "pools.ffn.copies=experts"};
    double sent[3];
    (void)state;
    for (int i = 0; i < 3; i++) {
        struct study *s = study_with(SET(R1_16, copies[i], "pools.ffn.devices=32",
                                         "pools.ffn.runs=experts", "pools.ffn.chip.link_domain=8"));
        struct prepared p = {0};
        sent[i] = pool_of(&p, s)->step.wire.back_byte / 58 / 7168 / 2;
        prepared_free(&p);
        study_free(s);
    }
    assert_close(sent[0], parts_reached(4, 256, 8), 1e-12);
    assert_close(sent[1], parts_reached(32, 256, 8), 1e-12);
    assert_close(sent[2], 8, 1e-12);
}

/* The pool's device with the hottest experts receives most. */
static void the_busiest_device_of_a_pool_receives_most(void **state)
{
    (void)state;
    const char *const *even = SET(R1_16, "workload.batch=640", "pools.ffn.devices=32",
                                  "pools.ffn.runs=experts", "pools.ffn.copies=experts");
    const char *const *skewed =
        SET(R1_16, "workload.batch=640", "pools.ffn.devices=32", "pools.ffn.runs=experts",
            "pools.ffn.copies=experts", "workload.skew=1", "workload.placement=contiguous");
    assert_true(priced(skewed).ffn_transfer_s > 1.5 * priced(even).ffn_transfer_s);
}

/* All but attention on several devices: experts are on other devices of the pool than the tokens.
 */
static void a_pool_of_all_but_attention_exchanges_tokens(void **state)
{
    (void)state;
    struct study *s = study_with(
        SET(R1_16, "pools.ffn.devices=16", "pools.ffn.tp=1", "pools.ffn.runs=all_but_attention"));
    struct prepared p = {0};
    const struct ops *ops = &pool_of(&p, s)->step.ops;
    int exchanges = 0;
    for (size_t i = 0; i < ops->n; i++)
        exchanges +=
            !strcmp(ops->op[i].name, "moe.dispatch") || !strcmp(ops->op[i].name, "moe.combine");
    assert_int_equal(exchanges, 2);
    prepared_free(&p);
    study_free(s);
}

/* ---- what is held ---- */

/* 256 experts on 13 devices: the fullest has 20 of them, counted once in time and memory. */
static void uneven_experts_count_once(void **state)
{
    (void)state;
    struct study *s = study_with(SET(R1_16, "pools.ffn.devices=13", "pools.ffn.runs=experts"));
    struct prepared p = {0};
    const struct mapped *m = pool_of(&p, s);
    double expert_byte = 3.0 * 7168 * 2048 * 58;
    assert_close(m->plan.ep, 13, 0);
    assert_int_equal(m->step.ops.n, 1);
    assert_close(m->step.ops.op[0].weight_byte, 20 * expert_byte, 1e-12);
    assert_close(m->step.weight_byte, 20 * expert_byte, 1e-12);
    prepared_free(&p);
    study_free(s);
}

/* 256 experts and 32 copies on 36 devices are 8 each. */
static void copies_of_hot_experts_fill_up_a_device(void **state)
{
    (void)state;
    struct study *s =
        study_with(SET(R1_16, "pools.ffn.devices=36", "pools.ffn.runs=experts", "workload.skew=0.5",
                       "workload.placement=replicated", "plan.redundant_experts=32"));
    struct prepared p = {0};
    assert_close(pool_of(&p, s)->step.weight_byte, 8 * 3.0 * 7168 * 2048 * 58, 1e-9);
    prepared_free(&p);
    study_free(s);
}

static void a_model_without_such_layers_has_no_mapping(void **state)
{
    (void)state;
    struct study *s = study_with(SET("model=llama-3.1-70b", "chip=h20", "plan.devices=8",
                                     "pools.ffn.chip=h100", "pools.ffn.runs=experts"));
    struct metrics m;
    evaluate(&s->base, &s->prices, &m, NULL);
    assert_close(m.verdict, VERDICT_MAPPING, 0);
    assert_string_equal(ffn_pool_fault(&s->base), "pools.ffn.runs: the model has no such layers");
    study_free(s);
}

/* Embedding and head run once per step, however many micro-batches the layers have. */
static void what_is_outside_the_layers_runs_once(void **state)
{
    (void)state;
    struct study *s = study_with(
        SET(R1_16, "workload.batch=640", "pools.ffn.devices=16", "plan.micro_batches=4"));
    struct prepared p = {0};
    struct metrics m;
    const struct mapped *chosen;
    prepare(&p, &s->base);
    evaluate_prepared(&p, &s->base, &s->prices, &m, &chosen);
    assert_close(chosen->step.passes, 4, 0);
    assert_close(chosen->outside.passes, 1, 0);
    prepared_free(&p);
    study_free(s);
}

/* ---- the search ---- */

/* More of a resource of either side, at given devices and mappings and without a limit on power,
 * never costs throughput: at a given batch, and at the largest within a TPOT. */
static void more_resources_never_cost_throughput(void **state)
{
    static const struct {
        const char *path;
        double from;
    } axis[] = {{"chip.memory_byte_per_s", 2e12},   {"pools.ffn.chip.memory_byte_per_s", 1.5e12},
                {"chip.memory_byte", 60e9},         {"pools.ffn.chip.memory_byte", 60e9},
                {"chip.compute_units", 40},         {"pools.ffn.chip.compute_units", 60},
                {"pools.ffn.link_byte_per_s", 10e9}};
    static const char *const batch[] = {"workload.batch=640", "workload.batch=max"};
    static const char *const m[] = {"plan.micro_batches=auto", "plan.micro_batches=2"};
    (void)state;
    for (size_t a = 0; a < LEN(axis); a++)
        for (size_t b = 0; b < 2; b++)
            for (size_t k = 0; k < 2; k++) {
                double last = 0;
                for (double x = 1; x <= 8; x *= 2) {
                    char set[96];
                    snprintf(set, sizeof set, "%s=%.0f", axis[a].path, axis[a].from * x);
                    struct metrics y = priced(SET(R1_16, batch[b], m[k], "workload.tpot=50ms",
                                                  "pools.ffn.devices=16", "pools.ffn.tp=1", set));
                    double rate = y.verdict == VERDICT_OK ? y.tokens_per_s : 0;
                    assert_true(rate >= last * (1 - 1e-9));
                    last = rate;
                }
            }
}

/* The best of all whole numbers of devices, mappings and micro-batches, by throughput per device,
 * is what auto finds. */
static void auto_is_the_best_of_all(void **state)
{
    static const char *const way[][3] = {
        {"model=qwen3-235b-a22b", "pools.ffn.runs=experts", "workload.tpot=40ms"},
        {"model=llama-3.1-70b", "pools.ffn.runs=ffn", "workload.tpot=100ms"},
        {"model=llama-3.1-70b", "pools.ffn.runs=all_but_attention", "workload.batch=64"},
        {"model=qwen3-235b-a22b", "pools.ffn.runs=experts", "workload.batch=1"},
        {"model=llama-3.1-70b", "pools.ffn.runs=ffn", "workload.batch=2"}};
    (void)state;
    for (size_t i = 0; i < LEN(way); i++) {
        struct study *s = study_with(SET(
            way[i][0], way[i][1], way[i][2], "chip=h20", "plan.devices=4", "plan.tp=auto",
            "plan.dp=auto", "precision.weight=fp8", "precision.math=fp8", "pools.ffn.chip=h100"));
        struct metrics found, m;
        double best = 0;
        evaluate(&s->base, NULL, &found, NULL);
        assert_close(found.verdict, VERDICT_OK, 0);
        for (double devices = 1; devices <= 16; devices++)
            for (double tp = 1; tp <= 8; tp *= 2)
                for (double main_tp = 1; main_tp <= 4; main_tp *= 2)
                    for (double parts = 1; parts <= 4; parts++) {
                        struct design d = s->base;
                        d.pools.ffn_devices = devices;
                        d.pools.ffn_tp = tp;
                        d.plan.tp = main_tp;
                        d.plan.micro_batches = parts;
                        if ((d.pools.ffn_runs == FFN_EXPERTS && tp > 1) || fmod(devices, tp) != 0)
                            continue;
                        evaluate(&d, NULL, &m, NULL);
                        if (m.verdict == VERDICT_OK)
                            best = fmax(best, m.tokens_per_s_per_device);
                    }
        assert_close(found.tokens_per_s_per_device, best, 1e-9);
        study_free(s);
    }
}

/* Attention devices for each of 16 of the pool at a load of 192 requests each, as the best of all
 * whole numbers of them. */
static struct metrics with_main_devices(struct design *d, double n)
{
    struct metrics m;
    d->plan.devices = n;
    d->workload.batch = 192 * n;
    evaluate(d, NULL, &m, NULL);
    assert_close(m.verdict, VERDICT_OK, 0);
    return m;
}

/* The best number from a third of `near` to three times it, in steps of a fiftieth. */
static double best_main_devices(struct design *d, double near)
{
    double best = 0, at = 0;
    for (double n = ceil(near / 3); n <= 3 * near; n += fmax(1, floor(n / 50))) {
        double rate = with_main_devices(d, n).tokens_per_s_per_device;
        at = rate > best ? n : at;
        best = fmax(best, rate);
    }
    return at;
}

/* arXiv:2601.21351, transfers hidden: with t_F = a r + b, the ratio r is the larger of
 * (t_A - b) / a and sqrt(b / a). */
static double ratio_of(double main_s, double a, double b)
{
    return fmax((main_s - b) / a, sqrt(fmax(0, b / a)));
}

/* The line is fitted to our times around n main devices. */
static double closed_ratio(struct design *d, double n)
{
    double at[2] = {ceil(n * 0.8), ceil(n * 1.2)}, ffn_s[2], main_s = 0;
    for (int k = 0; k < 2; k++) {
        struct metrics m = with_main_devices(d, at[k]);
        ffn_s[k] = m.ffn_busy_ratio * m.tpot_s;
        main_s = m.main_busy_ratio * m.tpot_s;
    }
    double a = (ffn_s[1] - ffn_s[0]) / (at[1] - at[0]) * 16, b = ffn_s[0] - a * at[0] / 16;
    return ratio_of(main_s, a, b);
}

static void the_ratio_of_both_sides_is_that_of_the_closed_form(void **state)
{
    static const char *const way[][4] = {
        {"model=deepseek-v3", "chip=h800", "pools.ffn.chip=h800", "workload.context=4096"},
        {"model=deepseek-v3", "chip=h20", "pools.ffn.chip=h100", "workload.context=8192"},
        {"model=qwen3-235b-a22b", "chip=h200", "pools.ffn.chip=h100", "workload.context=2048"},
        {"model=kimi-k2", "chip=b200", "pools.ffn.chip=b200", "workload.context=8192"}};
    (void)state;
    /* B 256, theta 600, in ms. */
    assert_near(ratio_of(1e-4 * 256 * 600 + 0.5, 2e-3 * 256, 1), 29.0234, 5e-5);
    for (size_t i = 0; i < LEN(way); i++) {
        struct study *s =
            study_with(SET(way[i][0], way[i][1], way[i][2], way[i][3], "plan.tp=1",
                           "plan.micro_batches=3", NO_LINK, "pools.ffn.runs=experts",
                           "pools.ffn.devices=16", "precision.weight=fp8", "precision.kv=fp8",
                           "precision.math=fp8", "chip.tdp_w=100 kW", "pools.ffn.chip.tdp_w=100 kW",
                           "chip.memory_byte=100 TB", "pools.ffn.chip.memory_byte=100 TB"));
        double n = 64;
        for (int turn = 0; turn < 4; turn++)
            n = 16 * closed_ratio(&s->base, n);
        assert_close(best_main_devices(&s->base, n), n, 0.1);
        study_free(s);
    }
}

/* ---- in lanes ---- */

static bool same(double a, double b)
{
    return memcmp(&a, &b, sizeof a) == 0 || (isnan(a) && isnan(b));
}

static void check_alone(const struct study *s)
{
    struct prepared p = {0}, q = {0};
    struct devices d = {0};
    struct metrics_lanes many;
    size_t mapped[LANES];
    prepare(&p, &s->base);
    for (size_t i = 0; i < 9; i++) {
        struct chip c = s->base.chip;
        c.memory_byte_per_s *= 0.5 + 0.3 * (double)i;
        c.memory_byte *= 0.7 + 0.1 * (double)i;
        c.compute_units = floor(c.compute_units * (0.4 + 0.2 * (double)(8 - i)));
        devices_add(&d, &c, &s->base.engine);
    }
    metrics_clear(&many, LANES);
    evaluate_many(&p, &s->base, &s->prices, &d, &many, mapped);
    for (size_t i = 0; i < d.n; i++) {
        struct design at = s->base;
        struct metrics alone, together;
        prepare(&q, &s->base);
        LANES_TAKE(at.chip, &d.chip, i);
        LANES_TAKE(together, &many, i);
        evaluate_prepared(&q, &at, &s->prices, &alone, NULL);
        for (size_t k = 0; k < metrics_fields.n; k++)
            if (!same(field_get(&metrics_fields.row[k], &together),
                      field_get(&metrics_fields.row[k], &alone)))
                assert_string_equal(metrics_fields.row[k].name, "the same together and alone");
    }
    prepared_free(&p);
    prepared_free(&q);
}

static void each_costs_what_it_costs_alone(void **state)
{
    static const char *const way[][4] = {
        {"model=deepseek-r1", "workload.tpot=50ms", "engine=none", "pools.ffn.runs=ffn"},
        {"model=qwen3-235b-a22b", "workload.batch=256", "engine=duplex", "engine.overlap=0.8"},
        {"model=qwen3-235b-a22b", "workload.tpot=30ms", "workload.skew=0.6", "workload.chance=yes"},
        {"model=llama-3.1-70b", "workload.tpot=60ms", "engine=none",
         "pools.ffn.runs=all_but_attention"}};
    (void)state;
    for (size_t i = 0; i < LEN(way); i++) {
        struct study *s = study_with(SET("chip=h20", "plan.devices=16", way[i][0], way[i][1],
                                         way[i][2], way[i][3], "pools.ffn.chip=h100",
                                         "pools.ffn.devices=16", "pools.ffn.link_latency_s=20us"));
        check_alone(s);
        study_free(s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_operator_weight_and_cache_byte_is_on_one_side),
        cmocka_unit_test(a_pool_behind_an_infinite_link_changes_no_time),
        cmocka_unit_test(classes_add_up_to_a_step),
        cmocka_unit_test(a_micro_batch_has_a_request),
        cmocka_unit_test(overlap_of_an_engine_does_not_shorten_a_micro_batch),
        cmocka_unit_test(step3_sends_its_bytes),
        cmocka_unit_test(experts_too_few_to_use_starve_the_pool),
        cmocka_unit_test(lamina_sends_queries_keys_values_and_results),
        cmocka_unit_test(copies_go_to_domains_devices_or_experts),
        cmocka_unit_test(the_busiest_device_of_a_pool_receives_most),
        cmocka_unit_test(a_pool_of_all_but_attention_exchanges_tokens),
        cmocka_unit_test(uneven_experts_count_once),
        cmocka_unit_test(copies_of_hot_experts_fill_up_a_device),
        cmocka_unit_test(a_model_without_such_layers_has_no_mapping),
        cmocka_unit_test(what_is_outside_the_layers_runs_once),
        cmocka_unit_test(more_resources_never_cost_throughput),
        cmocka_unit_test(auto_is_the_best_of_all),
        cmocka_unit_test(the_ratio_of_both_sides_is_that_of_the_closed_form),
        cmocka_unit_test(each_costs_what_it_costs_alone),
    };
    return cmocka_run_group_tests(tests, open_tests, close_tests);
}
