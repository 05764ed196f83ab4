/* The model against published numbers, each with its source. */
#include <string.h>

#include "arch/layers.h"
#include "tests/model.h"

/* Models whose published figure is so rounded that it is 1 % and more off: the range that it
 * allows, in billions, and what it counts beyond the language model. */
static const struct {
    const char *name, *published;
    double low, high, beyond;
    const char *reason;
} rounded[] = {
    {"deepseek-v4-pro", "1.6T", 1550, 1650, 0, "rounded"},
    {"kimi-k2", "1T", 950, 1050, 0, "rounded"},
    {"falcon-h1-34b", "34B", 33.5, 34.5, 0, "rounded"},
    {"ernie-4.5-21b-a3b", "21B", 21, 22, 0, "cut off, not rounded: 21.8 would be 22"},
    {"llama-3.3-nemotron-super-49b", "49B", 49, 50, 0, "cut off, not rounded: 49.9 would be 50"},
    /* Two tables of 163840 x 2304. */
    {"kimi-linear-48b-a3b", "48B", 47.5, 48.5, -0.755, "without embedding and head"},
    /* 34 layers of 4 x 1408^2 + 2 x 1408 x 5632. */
    {"llama-4-scout", "109B", 108.5, 109.5, 0.809, "with its vision tower"},
};

static void rounded_figures_allow_what_is_counted(void **state)
{
    (void)state;
    for (size_t i = 0; i < LEN(rounded); i++) {
        double counted = model_params(model_called(rounded[i].name)) / 1e9 + rounded[i].beyond;
        print_message("%s: \"%s\" is %g to %g B (%s), counted %.2f B\n", rounded[i].name,
                      rounded[i].published, rounded[i].low, rounded[i].high, rounded[i].reason,
                      counted);
        assert_true(counted >= rounded[i].low && counted < rounded[i].high);
    }
}

/* Sizes in billions as published with the weights. Sources: model cards of each on Hugging Face;
 * GPT-3: arXiv:2005.14165; the files of models without an older source name theirs. DeepSeek-V2:
 * arXiv:2405.04434; DeepSeek-V3: arXiv:2412.19437. */
static void every_model_of_the_catalogue_has_its_published_size(void **state)
{
    static const struct {
        const char *name;
        double billion;
    } published[] = {
        {"gpt3-175b", 175},
        {"llama-2-70b", 69},
        {"llama-3.1-8b", 8.03},
        {"llama-3.1-70b", 70.6},
        {"llama-3.1-405b", 406},
        {"llama-4-maverick", 400},
        {"mixtral-8x7b", 46.7},
        {"mixtral-8x22b", 141},
        {"qwen3-235b-a22b", 235},
        {"qwen3-30b-a3b", 30.5},
        {"qwen3-32b", 32.8},
        {"qwen2.5-72b", 72.7},
        {"deepseek-v2", 236},
        {"deepseek-v2-lite", 15.7},
        {"deepseek-v3", 671},
        {"deepseek-r1", 671},
        {"deepseek-v3.2", 671},
        {"glm-4.5", 355},
        {"gpt-oss-120b", 116.8},
        {"glm-5", 744},
        {"deepseek-v4-flash", 284},
        {"ernie-4.5-300b-a47b", 300},
        {"exaone-4.0-32b", 32},
        {"gemma-3-27b", 27},
        {"gemma-4-26b-a4b", 25.2},
        {"gemma-4-31b", 30.7},
        {"glm-5.2", 744},
        {"glm-5.3-flash", 313.33},
        {"gpt-oss-20b", 20.91},
        {"granite-4.0-h-small", 32.2},
        {"hunyuan-a13b", 80},
        {"hunyuan-large", 389},
        {"jamba-1.5-mini", 51.6},
        {"kimi-k3", 2780},
        {"llama-3.2-90b-vision", 88},
        {"longcat-flash", 560},
        {"mimo-v2-flash", 309},
        {"mamba2-2.7b", 2.7},
        {"minimax-m2", 229},
        {"minimax-m3", 428},
        {"minimax-text-01", 456},
        {"mistral-large-3", 673},
        {"nemotron-3-nano-30b-a3b", 31.6},
        {"nemotron-3-super-120b-a12b", 120.6},
        {"nemotron-3-ultra-550b-a55b", 550},
        {"nemotron-h-47b", 47},
        {"nemotron-h-56b", 56},
        {"olmo-3.1-32b", 32},
        {"phi-4", 14.7},
        {"qwen3-next-80b-a3b", 80},
        {"qwen3.5-122b-a10b", 122},
        {"qwen3.5-27b", 27},
        {"qwen3.5-397b-a17b", 397},
        {"seed-oss-36b", 36},
        {"step-3", 316},
        {"step-3.5-flash", 196.81},
    };
    const char *const *name;
    size_t n;
    (void)state;
    catalogue_names(catalogue, PART_MODEL, &name, &n);
    assert_int_equal(n, LEN(published) + LEN(rounded));
    for (size_t i = 0; i < LEN(published); i++)
        assert_close(model_params(model_called(published[i].name)), published[i].billion * 1e9,
                     0.01);
}

/* Model cards: gpt-oss-120b 116.8 and 5.13 B, DeepSeek-V3 671 and 37 B. */
static void metrics_state_the_size_of_the_model(void **state)
{
    struct metrics m = priced(SET("model=gpt-oss-120b"));
    (void)state;
    assert_close(m.params, 116.83e9, 1e-3);
    assert_close(m.active_params, 5.13e9, 2e-3);
    m = priced(SET("model=deepseek-v3"));
    assert_close(m.params, 671e9, 1e-3);
    assert_close(m.active_params, 37e9, 0.011);
}

/* arXiv:2507.15465v3 sections III-IV (GPT-3 4.5 MB, R1 68.6 KB per token, binary units);
 * DeepSeek-V3 ISCA 2025 paper table 1 (405B 516 KB, Qwen2.5-72B 327.68 KB, R1 70.272 KB). */
static void the_kv_cache_of_a_token_is_as_published(void **state)
{
    static const struct {
        const char *name;
        double byte;
    } published[] = {{"gpt3-175b", 4718592},       {"llama-3.1-405b", 516096},
                     {"llama-4-maverick", 196608}, {"deepseek-r1", 70272},
                     {"kimi-k2", 70272},           {"qwen2.5-72b", 327680}};
    (void)state;
    for (size_t i = 0; i < LEN(published); i++) {
        struct layers l;
        layers_of(&l, model_called(published[i].name));
        assert_close(layers_kv_byte_per_token(&l, 1, 2, 2, 0), published[i].byte, 1e-12);
    }
}

static double intensity(const char *model, const char *more)
{
    char set[64];
    snprintf(set, sizeof set, "model=%s", model);
    return priced(SET(set, "workload.context=1e9", "workload.batch=32", "plan.dp=auto", more))
        .attention_intensity_flop_per_byte;
}

/* Lamina (arXiv:2405.01814): about 30 requests of 8K fill an empty H100. */
static void thirty_requests_fill_an_empty_gpu(void **state)
{
    (void)state;
    struct metrics m = priced(SET("model=llama-3.1-70b", "precision.kv=2"));
    assert_near(80e9 / (8192 * m.kv_byte_per_token), 30, 0.5);
}

/* Long contexts, BF16: 2 g q / b for GQA, 2 h (2 d_c + d_r) / (2 (d_c + d_r)) for absorbed MLA read
 * once (arXiv:2507.15465 table III with the rotary part kept; FlashMLA). */
static void core_attention_has_the_intensity_of_its_variant(void **state)
{
    (void)state;
    assert_close(intensity("gpt3-175b", "plan.tp=1"), 1.0, 0.005);
    assert_close(intensity("llama-3.1-405b", "plan.tp=1"), 16, 0.005);
    assert_close(intensity("llama-4-maverick", "plan.tp=1"), 5, 0.005);
    assert_close(intensity("deepseek-r1", "plan.tp=1"), 241.8, 0.001);
    assert_close(intensity("kimi-k2", "plan.tp=1"), 120.9, 0.001);
    assert_close(intensity("deepseek-r1", "model.latent_reads=2"), 128, 0.005);
    assert_close(intensity("deepseek-r1", "precision.kv=fp8"), 483.6, 0.005);
    assert_close(intensity("llama-3.1-405b", "workload.query_tokens=4"), 64, 0.005);
}

/* One latent serves all heads, so splitting the heads splits the work but not the bytes
 * (arXiv:2507.15465 observation 5); GQA keeps its intensity while there is a KV head for a rank. */
static void tensor_parallelism_divides_the_intensity_of_mla_only(void **state)
{
    (void)state;
    assert_close(intensity("deepseek-r1", "plan.tp=4"), 241.8 / 4, 0.005);
    assert_close(intensity("deepseek-r1", "plan.tp=16"), 241.8 / 16, 0.005);
    assert_close(intensity("llama-3.1-405b", "plan.tp=8"), 16, 0.005);
    assert_close(intensity("llama-3.1-405b", "plan.tp=16"), 8, 0.005);
}

/* MLA not absorbed: 2 q / b with K and V materialised (arXiv:2507.15465 table III: 1 at decode;
 * here keys are wider than values by the rotary part, shared by the heads: 320/256). DSA: FP8 keys
 * of 128 numbers and a 4-byte scale against 64 heads: 124. */
static void other_forms_of_mla_have_their_intensity(void **state)
{
    (void)state;
    assert_close(intensity("deepseek-r1", "model.absorb=no"), 320.0 / 256.5, 0.005);
    struct metrics m = priced(
        SET("model=deepseek-v3.2", "workload.context=1e9", "workload.batch=32", "plan.tp=1"));
    assert_close(m.attention_intensity_flop_per_byte, 2.0 * 64 * 128 / 132, 0.01);
}

/* AttAcc (ASPLOS 2024) m 9 r 1, Duplex (MICRO 2024) m 4 r 8 and two logic dies on a B200 of ridge
 * 281, by S = max(1, a/R) / max(1/m, a/(m r)). */
static void engines_speed_up_attention_as_their_roofline_says(void **state)
{
    static const struct {
        const char *engine;
        double s[5];
    } table[] = {{"attacc", {9.0, 0.56, 1.8, 0.037, 0.074}},
                 {"duplex", {4.0, 2.0, 4.0, 0.13, 0.26}},
                 {"logic-die-r32", {4.0, 4.0, 4.0, 0.53, 1.06}},
                 {"logic-die-r128", {2.0, 2.0, 2.0, 1.06, 2.0}}};
    static const char *const model[] = {"gpt3-175b", "llama-3.1-405b", "llama-4-maverick",
                                        "deepseek-r1", "kimi-k2"};
    (void)state;
    for (size_t e = 0; e < LEN(table); e++)
        for (size_t i = 0; i < LEN(model); i++) {
            char with[64], name[64];
            snprintf(with, sizeof with, "engine=%s", table[e].engine);
            snprintf(name, sizeof name, "model=%s", model[i]);
            struct metrics m =
                priced(SET(name, with, "chip=b200-paper", "plan.tp=1", "workload.context=1e8",
                           "workload.batch=32", "engine.limits=none", "chip.tdp_w=100 kW"));
            assert_close(m.engine_speedup, table[e].s[i], 0.02);
        }
}

/* arXiv:2507.15465 section VII-B: 17.65 us over NVLink and 151.8 us over InfiniBand, of which
 * 128 x 8 x 7168 x 2 B over 900 and 100 GB/s are 16.3 and 146.8 us. */
static void one_all_to_all_of_r1_takes_its_bytes_over_the_link(void **state)
{
    struct study *s = study_with(SET("model=deepseek-r1", "chip=b200-paper", "plan.tp=1",
                                     "plan.ep=32", "workload.batch=4096"));
    struct prepared p = {0};
    struct devices d;
    (void)state;
    prepare(&p, &s->base);
    devices_of(&d, &s->base);
    LANE(&d.rates, rates, link.latency_s)[0] = LANE(&d.rates, rates, network.latency_s)[0] = 0;
    const struct step *step = &p.mapped[0].step;
    int found = 0;
    for (size_t i = 0; i < step->ops.n; i++)
        if (!strcmp(step->ops.op[i].name, "moe.dispatch")) {
            const struct op *o = &step->ops.op[i];
            assert_close(step_op_cost(step, &d, i, step_load(step, 4096)).time_s / o->count,
                         16.3e-6, 0.002);
            LANE(&d.rates, rates, link_domain)[0] = 8;
            assert_close(step_op_cost(step, &d, i, step_load(step, 4096)).time_s / o->count,
                         146.8e-6, 0.002);
            found++;
        }
    assert_int_equal(found, 1);
    prepared_free(&p);
    study_free(s);
}

/* The paper's plan: 32 B200 of 192 GB and 8 TB/s, BF16, 8192 tokens of context, at most 50 ms. */
static struct metrics paper(const char *model, const char *engine)
{
    char name[64], with[64];
    bool mla = !strcmp(model, "deepseek-r1") || !strcmp(model, "kimi-k2");
    bool dense = !strncmp(model, "gpt3", 4) || !strncmp(model, "llama-3", 7);
    snprintf(name, sizeof name, "model=%s", model);
    snprintf(with, sizeof with, "engine=%s", engine);
    return priced(SET(name, with, "chip=b200-paper", mla ? "plan.tp=1" : "plan.tp=8",
                      dense ? "plan.ep=1" : "plan.ep=32", "workload.tpot=50ms",
                      "chip.link_latency_s=0", "engine.limits=none", "chip.tdp_w=100 kW",
                      "model.chunked=no")); /* the published figures count whole chunks */
}

/* arXiv:2507.15465 section VII-A: B_cap 7360, 3328 and 124. */
static void the_largest_batch_is_that_of_the_paper(void **state)
{
    (void)state;
    assert_close(paper("deepseek-r1", "none").batch_cap, 7360, 0.04);
    assert_close(paper("llama-4-maverick", "none").batch_cap, 3328, 0.04);
    assert_close(paper("gpt3-175b", "none").batch_cap, 124, 0.04);
}

/* The paper's ridge points (table I): B200 281.25, A100 153.02, H200 206.15. */
static void chips_have_their_published_ridge_point(void **state)
{
    (void)state;
    assert_close(priced(SET("chip=b200-paper")).ridge_flop_per_byte, 281.25, 1e-3);
    assert_close(priced(SET("chip=a100")).ridge_flop_per_byte, 153.02, 1e-3);
    assert_close(priced(SET("chip=h200")).ridge_flop_per_byte, 206.15, 1e-3);
}

/* arXiv:2507.15465 figure 14: PIM of m 4, r 8 for the experts of R1 on 32 B200 stops helping at 32
 * requests per device, where an expert gets m r = 32 tokens. */
static void an_engine_for_experts_stops_helping_at_32_requests_per_device(void **state)
{
    static const char *const batch[] = {"workload.batch=512", "workload.batch=992",
                                        "workload.batch=1088", "workload.batch=2048"};
    (void)state;
    for (size_t i = 0; i < LEN(batch); i++) {
        double with = priced(SET("model=deepseek-r1", "chip=b200-paper", "plan.tp=1", "plan.ep=32",
                                 "engine=duplex", "engine.limits=none", batch[i]))
                          .expert_s;
        double without =
            priced(SET("model=deepseek-r1", "chip=b200-paper", "plan.tp=1", "plan.ep=32", batch[i]))
                .expert_s;
        assert_true(i < 2 ? with < 0.999 * without : with > 0.999 * without);
    }
}

/* Serial Amdahl: G = 1 / (1 - f + f / S), an identity of any model whose engine takes attention
 * alone. The shares are those of an independent computation of the same plan, to two digits. */
static void an_engine_gains_what_amdahl_says(void **state)
{
    static const struct {
        const char *model;
        double share, gain[4];
    } worked[] = {{"gpt3-175b", 0.76, {3.05, 2.31, 2.31, 1.61}},
                  {"llama-3.1-405b", 0.42, {1.00, 1.27, 1.46, 1.27}},
                  {"llama-4-maverick", 0.78, {1.53, 2.39, 2.39, 1.63}},
                  {"deepseek-r1", 0.55, {1.00, 1.00, 1.00, 1.03}},
                  {"kimi-k2", 0.51, {1.00, 1.00, 1.03, 1.34}}};
    static const char *const engine[] = {"attacc", "duplex", "logic-die-r32", "logic-die-r128"};
    (void)state;
    for (size_t i = 0; i < LEN(worked); i++) {
        struct metrics without = paper(worked[i].model, "none");
        assert_close(without.attention_share, worked[i].share, 0.08);
        for (size_t e = 0; e < LEN(engine); e++) {
            struct metrics with = paper(worked[i].model, engine[e]);
            double f = without.attention_share, s = fmax(1, with.engine_speedup),
                   gain = with.tokens_per_s / without.tokens_per_s;
            assert_close(gain, worked[i].gain[e], 0.08);
            if (e != 1) /* Duplex also takes the experts */
                assert_close(gain, 1 / (1 - f + f / s), 1e-3);
        }
    }
}

/* Step-3 system report (arXiv:2507.19427) table 6: USD per million tokens of attention at 32K in
 * FP8, from FLOP, bytes and hourly prices; two device types at their rooflines. */
static void unit_prices_give_the_attention_cost_of_step_3(void **state)
{
    static const struct {
        double flop_per_s, byte_per_s, usd_per_hour;
    } chip[] = {{1979e12, 3.35e12, 2.0}, {296e12, 4.0e12, 0.8}}; /* H800, H20 */
    static const struct {
        double byte, flop, usd[2];
    } model[] = {{1.15e9, 589e9, {0.197, 0.459}},
                 {1.15e9, 295e9, {0.194, 0.231}},
                 {3.15e9, 101e9, {0.527, 0.185}},
                 {2.21e9, 14.1e9, {0.369, 0.127}},
                 {1.02e9, 131e9, {0.175, 0.114}}};
    const double linear[] = {22.8e9, 12.3e9, 13.4e9, 6.04e9, 20.7e9};
    (void)state;
    for (size_t i = 0; i < LEN(model); i++)
        for (size_t c = 0; c < LEN(chip); c++) {
            struct unit u = {.s_per_flop = 1 / chip[c].flop_per_s,
                             .s_per_byte = 1 / chip[c].byte_per_s};
            double s =
                unit_time_s(&u, model[i].flop, model[i].byte, 0) + unit_time_s(&u, linear[i], 0, 0);
            assert_close(s * chip[c].usd_per_hour / 3600 * 1e6, model[i].usd[c], 0.01);
        }
}

/* At a context of 8192 on 32 B200 of 192 GiB, from its own accounting of memory. */
static void batches_fit_as_in_the_papers_simulator(void **state)
{
    static const struct {
        const char *model, *tp, *ep;
        double cap, tolerance;
    } row[] = {{"model=deepseek-v3", "plan.tp=1", "plan.ep=32", 7360, 0.005},
               {"model=llama-4-maverick", "plan.tp=8", "plan.ep=32", 3340, 0.002},
               {"model=gpt3-175b", "plan.tp=8", "plan.ep=1", 128, 0.001}};
    (void)state;
    for (size_t i = 0; i < LEN(row); i++) {
        struct metrics m =
            priced(SET("chip=b200-paper", "chip.memory_byte=192GiB", "timing=simulator",
                       "workload.context=8193", "plan.devices=32", row[i].model, row[i].tp,
                       row[i].ep, i == 0 ? "model.layers=60" : "precision.kv=bf16"));
        print_message("%s batch_cap %g, simulator %g\n", row[i].model, m.batch_cap, row[i].cap);
        assert_close(m.batch_cap, row[i].cap, row[i].tolerance);
    }
}

/* Scales: a byte for 32 numbers (OCP Microscaling 1.0), for 16 (NVFP4). They are stored and read,
 * and do not change which peak counts. */
static void block_scales_are_stored_but_not_computed_with(void **state)
{
    struct metrics plain = priced(SET("model=deepseek-r1", "chip=b200", "precision.weight=fp4",
                                      "precision.kv=fp8", "precision.math=fp4"));
    struct metrics scaled = priced(SET("model=deepseek-r1", "chip=b200", "precision.weight=nvfp4",
                                       "precision.kv=mxfp8", "precision.math=nvfp4"));
    (void)state;
    assert_close(scaled.weight_byte / plain.weight_byte, 1.125, 1e-12);
    assert_close(scaled.kv_byte_per_token / plain.kv_byte_per_token, 33.0 / 32, 1e-12);
    assert_close(scaled.ridge_flop_per_byte, plain.ridge_flop_per_byte, 1e-12);
}

/* FlashMLA's README: a token of its FP8 cache is 512 FP8 numbers, 4 FP32 scales and 64 BF16 rotary
 * numbers, 656 bytes; DeepSeek-V3.2 keeps an indexer key of 128 FP8 numbers and a scale beside. */
static void an_fp8_latent_keeps_its_rotary_part_wide(void **state)
{
    struct metrics v3 = priced(SET("model=deepseek-v3", "chip=b200", "plan.devices=32",
                                   "precision.kv=mxfp8", "precision.rope=bf16"));
    struct metrics v32 = priced(SET("model=deepseek-v3.2", "chip=b200", "plan.devices=32",
                                    "precision.kv=mxfp8", "precision.rope=bf16"));
    struct metrics llama[2] = {
        priced(SET("model=llama-3.1-70b", "chip=b200", "precision.kv=fp8")),
        priced(SET("model=llama-3.1-70b", "chip=b200", "precision.kv=fp8", "precision.rope=bf16"))};
    (void)state;
    assert_close(v3.kv_byte_per_token, 656 * 61, 1e-12);
    assert_close(v32.kv_byte_per_token, (656 + 132) * 61, 1e-12);
    assert_close(llama[0].kv_byte_per_token, llama[1].kv_byte_per_token, 0);
}

/* What is read follows what is stored: at long contexts the core's bytes are those of the cache. */
static void the_core_reads_the_rotary_part_as_it_is_stored(void **state)
{
    double per_token[2], flop[2];
    (void)state;
    for (int i = 0; i < 2; i++) {
        struct metrics m =
            priced(SET("model=deepseek-v3", "chip=b200", "plan.devices=32", "plan.tp=1",
                       "plan.ep=32", "workload.context=1000000", "workload.batch=32",
                       "precision.kv=mxfp8", i ? "precision.rope=bf16" : "precision.rope=kv"));
        per_token[i] = m.kv_byte_per_token;
        flop[i] = m.attention_intensity_flop_per_byte * m.kv_byte_per_token;
    }
    assert_true(per_token[1] > per_token[0]);
    assert_close(flop[1], flop[0], 1e-3);
}

/* DeepEP dispatches FP8 and combines BF16: on the wire the way back is twice the way there. */
static void a_combine_may_be_wider_than_the_dispatch(void **state)
{
    static const char *const combine[] = {"precision.combine=activation", "precision.combine=bf16",
                                          "precision.combine=fp8"};
    static const double back_over_there[] = {2, 2, 1};
    (void)state;
    for (size_t i = 0; i < LEN(combine); i++) {
        struct study *s =
            study_with(SET("model=deepseek-v3", "chip=h800", "plan.devices=32", "plan.tp=1",
                           "plan.ep=32", "precision.dispatch=fp8", combine[i]));
        struct prepared p = {0};
        double there = 0, back = 0;
        prepare(&p, &s->base);
        for (size_t j = 0; j < p.mapped[0].step.ops.n; j++) {
            const struct op *o = &p.mapped[0].step.ops.op[j];
            there += strcmp(o->name, "moe.dispatch") == 0 ? o->wire_byte : 0;
            back += strcmp(o->name, "moe.combine") == 0 ? o->wire_byte : 0;
        }
        assert_close(back / there, back_over_there[i], 1e-12);
        prepared_free(&p);
        study_free(s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(block_scales_are_stored_but_not_computed_with),
        cmocka_unit_test(an_fp8_latent_keeps_its_rotary_part_wide),
        cmocka_unit_test(the_core_reads_the_rotary_part_as_it_is_stored),
        cmocka_unit_test(a_combine_may_be_wider_than_the_dispatch),
        cmocka_unit_test(batches_fit_as_in_the_papers_simulator),
        cmocka_unit_test(every_model_of_the_catalogue_has_its_published_size),
        cmocka_unit_test(rounded_figures_allow_what_is_counted),
        cmocka_unit_test(metrics_state_the_size_of_the_model),
        cmocka_unit_test(the_kv_cache_of_a_token_is_as_published),
        cmocka_unit_test(thirty_requests_fill_an_empty_gpu),
        cmocka_unit_test(core_attention_has_the_intensity_of_its_variant),
        cmocka_unit_test(tensor_parallelism_divides_the_intensity_of_mla_only),
        cmocka_unit_test(other_forms_of_mla_have_their_intensity),
        cmocka_unit_test(engines_speed_up_attention_as_their_roofline_says),
        cmocka_unit_test(one_all_to_all_of_r1_takes_its_bytes_over_the_link),
        cmocka_unit_test(the_largest_batch_is_that_of_the_paper),
        cmocka_unit_test(chips_have_their_published_ridge_point),
        cmocka_unit_test(an_engine_for_experts_stops_helping_at_32_requests_per_device),
        cmocka_unit_test(an_engine_gains_what_amdahl_says),
        cmocka_unit_test(unit_prices_give_the_attention_cost_of_step_3),
    };
    return cmocka_run_group_tests_name("published", tests, open_tests, close_tests);
}
