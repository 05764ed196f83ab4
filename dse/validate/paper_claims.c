#include "dse/validate/paper_claims.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "arch/routing.h"
#include "base/mem.h"
#include "search/study.h"

/* The paper's system: 32 B200 in one fabric, BF16. */
#define B200 "chip=b200-paper", "plan.devices=32", "chip.link_latency_s=0"
#define GPT3 B200, "model=gpt3-175b", "plan.tp=8", "plan.ep=1"
#define MAVERICK B200, "model=llama-4-maverick", "plan.tp=8", "plan.ep=32"
#define R1 B200, "model=deepseek-r1", "plan.tp=1", "plan.ep=32"
#define SET(...) ((const char *const[]){__VA_ARGS__, NULL})

static int price(struct catalogue *c, const char *const *set, const char *more, struct metrics *out,
                 struct err *err)
{
    struct study *s;
    if (study_open(&s, NULL, c, err) != 0)
        return -1;
    int rc = 0;
    for (; *set && rc == 0; set++)
        rc = study_set(s, c, *set, err);
    if (rc == 0 && more)
        rc = study_set(s, c, more, err);
    if (rc == 0)
        rc = study_settle(s, err);
    if (rc == 0)
        evaluate(&s->base, &s->prices, out, NULL);
    study_free(s);
    return rc;
}

int claim_price(struct catalogue *c, const char *const *set, struct metrics *out, struct err *err)
{
    return price(c, set, "chip.tdp_w=100 kW", out, err);
}

int run_price(struct catalogue *c, const char *const *set, struct metrics *out, struct err *err)
{
    return price(c, set, NULL, out, err);
}

/* A metric of one point, or its ratio to that of another point. */
static int metric(struct catalogue *c, size_t offset, const char *const *of,
                  const char *const *over, double *out, struct err *err)
{
    struct metrics a, b;
    if (claim_price(c, of, &a, err) != 0 || (over && claim_price(c, over, &b, err) != 0))
        return -1;
    *out = *(double *)((char *)&a + offset);
    if (over)
        *out /= *(double *)((char *)&b + offset);
    return 0;
}

#define CLAIM(name, member, of, over)                                                              \
    static int name(struct catalogue *c, double *out, struct err *err)                             \
    {                                                                                              \
        return metric(c, offsetof(struct metrics, member), of, over, out, err);                    \
    }

#define RIDGE(name, entry) CLAIM(name, ridge_flop_per_byte, SET("chip=" entry), NULL)
RIDGE(ridge_v100, "v100")
RIDGE(ridge_a100, "a100")
RIDGE(ridge_h200, "h200")
RIDGE(ridge_b200, "b200-paper")
RIDGE(ridge_tpu_v5p, "tpu-v5p")
RIDGE(ridge_tpu_v7, "tpu-v7")
RIDGE(ridge_mi325x, "mi325x")

CLAIM(throughput_over_gpt3, tokens_per_s, SET(R1), SET(GPT3))
CLAIM(throughput_over_maverick, tokens_per_s, SET(R1), SET(MAVERICK, "model.window=0"))
CLAIM(kv_gpt3, kv_byte_per_token, SET(GPT3), NULL)
CLAIM(kv_r1, kv_byte_per_token, SET(R1), NULL)
CLAIM(kv_maverick_over_r1, kv_byte_per_token, SET(MAVERICK), SET(R1))
CLAIM(cap_r1, batch_cap, SET(R1), NULL)
CLAIM(cap_maverick, batch_cap, SET(MAVERICK, "model.window=0"), NULL)
CLAIM(cap_gpt3, batch_cap, SET(GPT3), NULL)
CLAIM(intensity_gpt3, attention_intensity_flop_per_byte, SET(GPT3, "workload.context=1000000"),
      NULL)
CLAIM(intensity_r1, attention_intensity_flop_per_byte, SET(R1, "workload.context=1000000"), NULL)
CLAIM(intensity_r1_plain, attention_intensity_flop_per_byte,
      SET(R1, "workload.context=1000000", "model.absorb=no"), NULL)
CLAIM(intensity_tp, attention_intensity_flop_per_byte, SET(R1, "workload.context=1000000"),
      SET(B200, "model=deepseek-r1", "plan.tp=8", "plan.ep=32", "workload.context=1000000"))

static int capacity(struct catalogue *c, const char *model, double *out, struct err *err)
{
    const struct entry *r1, *other;
    if (catalogue_find(c, PART_MODEL, "deepseek-r1", &r1, err) != 0 ||
        catalogue_find(c, PART_MODEL, model, &other, err) != 0)
        return -1;
    *out = model_params(r1->value) / model_params(other->value);
    return 0;
}

static int capacity_over_gpt3(struct catalogue *c, double *out, struct err *err)
{
    return capacity(c, "gpt3-175b", out, err);
}

static int capacity_over_maverick(struct catalogue *c, double *out, struct err *err)
{
    return capacity(c, "llama-4-maverick", out, err);
}

static int kv_of_a_request(struct catalogue *c, double *out, struct err *err)
{
    int rc = kv_gpt3(c, out, err);
    *out *= 2048;
    return rc;
}

/* Time of the attention block: projections and core. */
static int attention_block(struct catalogue *c, const char *const *of, const char *const *over,
                           double *out, struct err *err)
{
    struct metrics a, b;
    if (claim_price(c, of, &a, err) != 0 || claim_price(c, over, &b, err) != 0)
        return -1;
    *out = (a.attention_s + a.projection_s) / (b.attention_s + b.projection_s);
    return 0;
}

#define FIG6 R1, "timing=simulator", "workload.batch=4096", "workload.context=4096"
static int reordering_at_decode(struct catalogue *c, double *out, struct err *err)
{
    return attention_block(c, SET(FIG6, "model.absorb=no", "model.latent_reads=2"), SET(FIG6), out,
                           err);
}

static int reordering_at_prefill(struct catalogue *c, double *out, struct err *err)
{
    static const char *const context = "workload.context=16384";
    return attention_block(
        c, SET(R1, "workload.phase=prefill", "workload.batch=32", context, "model.absorb=yes"),
        SET(R1, "workload.phase=prefill", "workload.batch=32", context), out, err);
}

/* One all-to-all for 128 requests per device; a layer has two. */
static int all_to_all(struct catalogue *c, const char *link, double *out, struct err *err)
{
    struct metrics m;
    if (claim_price(c, SET(R1, "workload.batch=4096", link), &m, err) != 0)
        return -1;
    *out = m.communication_s / (2 * 58);
    return 0;
}

static int all_to_all_link(struct catalogue *c, double *out, struct err *err)
{
    return all_to_all(c, "chip.link_byte_per_s=900GB/s", out, err);
}

static int all_to_all_network(struct catalogue *c, double *out, struct err *err)
{
    return all_to_all(c, "chip.link_byte_per_s=100GB/s", out, err);
}

static int imbalance(struct catalogue *c, double *out, struct err *err)
{
    struct routing one, eight;
    struct routing_of of = {256, 8, 0.8, PLACE_RANDOM, 256, 0, false};
    (void)c, (void)err;
    routing_make(&one, &of);
    of.devices = 32;
    routing_make(&eight, &of);
    *out = one.imbalance / eight.imbalance;
    return 0;
}

/* Requests per device up to which an engine for the experts shortens the step. */
static int pim_for_experts(struct catalogue *c, double *out, struct err *err)
{
    double lo = 1, hi = 256;
    while (hi - lo > 0.5) {
        struct metrics with, without;
        double mid = floor((lo + hi) / 2);
        char batch[48];
        snprintf(batch, sizeof batch, "workload.batch=%.0f", 32 * mid);
        if (claim_price(
                c, SET(R1, "engine=duplex", "engine.limits=none", "engine.runs=experts", batch),
                &with, err) != 0 ||
            claim_price(c, SET(R1, batch), &without, err) != 0)
            return -1;
        if (mid <= lo)
            break;
        *(with.tpot_s < without.tpot_s * (1 - 1e-9) ? &lo : &hi) = mid;
    }
    *out = hi;
    return 0;
}

/* Throughput per device of 256 devices with one copy of the experts over that of 32 devices. */
static int pool(struct catalogue *c, const char *context, const char *link, double *out,
                struct err *err)
{
    return metric(c, offsetof(struct metrics, tokens_per_s_per_device),
                  SET("chip=b200-paper", "model=deepseek-r1", "plan.tp=1", "plan.devices=256",
                      "plan.ep=256", "chip.link_domain=1024", context, link),
                  SET("chip=b200-paper", "model=deepseek-r1", "plan.tp=1", "plan.devices=32",
                      "plan.ep=32", context),
                  out, err);
}

static int pool_short(struct catalogue *c, double *out, struct err *err)
{
    return pool(c, "workload.context=2048", "chip.link_byte_per_s=900GB/s", out, err);
}

static int pool_long(struct catalogue *c, double *out, struct err *err)
{
    return pool(c, "workload.context=16384", "chip.link_byte_per_s=300GB/s", out, err);
}

/* ---- claims about one model's dimensions ---- */

static const struct model *model_find(struct catalogue *c, const char *name, struct err *err)
{
    const struct entry *e;
    return catalogue_find(c, PART_MODEL, name, &e, err) == 0 ? e->value : NULL;
}

#define DIMENSION(name, model_name, expression)                                                    \
    static int name(struct catalogue *c, double *out, struct err *err)                             \
    {                                                                                              \
        const struct model *m = model_find(c, model_name, err);                                    \
        if (!m)                                                                                    \
            return -1;                                                                             \
        *out = expression;                                                                         \
        return 0;                                                                                  \
    }

/* Width of all heads of R1, d_dec. */
#define HEADS (m->heads * m->qk_nope_dim)
DIMENSION(r1_hidden, "deepseek-r1", m->hidden)
DIMENSION(r1_heads, "deepseek-r1", m->heads)
DIMENSION(r1_head_dim, "deepseek-r1", m->qk_nope_dim)
DIMENSION(r1_heads_width, "deepseek-r1", HEADS)
DIMENSION(r1_query_latent, "deepseek-r1", m->q_lora_rank)
DIMENSION(r1_latent, "deepseek-r1", m->kv_lora_rank)
DIMENSION(r1_rope, "deepseek-r1", m->qk_rope_dim)
DIMENSION(r1_ffn, "deepseek-r1", m->ffn)
DIMENSION(r1_moe_ffn, "deepseek-r1", m->moe_ffn)
DIMENSION(r1_experts, "deepseek-r1", m->experts)
DIMENSION(r1_top_k, "deepseek-r1", m->top_k)
DIMENSION(r1_params, "deepseek-r1", model_params(m))
DIMENSION(r1_active, "deepseek-r1", model_active_params(m))
DIMENSION(projection_plain, "deepseek-r1", m->hidden *HEADS)
DIMENSION(projection_latent, "deepseek-r1", m->kv_lora_rank *(m->hidden + HEADS))
DIMENSION(score_flop, "deepseek-r1", m->kv_lora_rank / m->qk_nope_dim)
DIMENSION(latent_read, "deepseek-r1", HEADS / m->kv_lora_rank)
DIMENSION(decompressed_keys, "deepseek-r1",
          256 * 4096 * m->heads * (m->qk_nope_dim + m->qk_rope_dim) * 2)
DIMENSION(prefill_plain_intensity, "deepseek-r1", m->qk_nope_dim)
DIMENSION(prefill_reordered_intensity, "deepseek-r1", m->kv_lora_rank)
DIMENSION(decompress_reordered_intensity, "deepseek-r1",
          1 / (1 / m->qk_nope_dim + 1 / m->kv_lora_rank))

CLAIM(kv_gpt3_over_r1, kv_byte_per_token, SET(GPT3), SET(R1))
CLAIM(intensity_maverick, attention_intensity_flop_per_byte,
      SET(MAVERICK, "workload.context=1000000", "model.window=0"), NULL)
CLAIM(cap_over_gpt3, batch_cap, SET(R1), SET(GPT3))
CLAIM(cap_over_maverick, batch_cap, SET(R1), SET(MAVERICK, "model.window=0"))
CLAIM(tpot_over_gpt3, tpot_s, SET(R1, "workload.batch=32"), SET(GPT3, "workload.batch=32"))
CLAIM(tpot_over_maverick, tpot_s, SET(R1, "workload.batch=3304"),
      SET(MAVERICK, "model.window=0", "workload.batch=3304"))
CLAIM(latent_copies, kv_byte,
      SET(B200, "model=deepseek-r1", "plan.tp=8", "plan.ep=32", "workload.batch=4"),
      SET(R1, "workload.batch=32"))
CLAIM(core_latency, attention_s, SET(R1, "workload.batch=4096", "model.absorb=no"),
      SET(R1, "workload.batch=4096"))
CLAIM(skewed_throughput, tokens_per_s,
      SET(R1, "workload.batch=4096", "workload.skew=0.8", "workload.context=2048"),
      SET(R1, "workload.batch=4096", "workload.context=2048"))
CLAIM(ridge_in_fp8, ridge_flop_per_byte, SET(R1, "precision.math=fp8"), SET(R1))
CLAIM(cap_in_fp8, batch_cap,
      SET(R1, "precision.math=fp8", "precision.weight=fp8", "precision.kv=fp8"), SET(R1))

/* Maverick's KV cache at R1's hidden size. */
static int kv_at_equal_hidden(struct catalogue *c, double *out, struct err *err)
{
    const struct model *r1 = model_find(c, "deepseek-r1", err);
    const struct model *maverick = r1 ? model_find(c, "llama-4-maverick", err) : NULL;
    if (!maverick || kv_maverick_over_r1(c, out, err) != 0)
        return -1;
    *out *= r1->hidden / maverick->hidden;
    return 0;
}

static int cap_a_device(struct catalogue *c, const char *const *set, double *out, struct err *err)
{
    int rc = metric(c, offsetof(struct metrics, batch_cap), set, NULL, out, err);
    *out /= 32;
    return rc;
}

static int r1_a_device(struct catalogue *c, double *out, struct err *err)
{
    return cap_a_device(c, SET(R1), out, err);
}

static int maverick_a_device(struct catalogue *c, double *out, struct err *err)
{
    return cap_a_device(c, SET(MAVERICK, "model.window=0"), out, err);
}

/* Share of the attention block's time in operators whose names start with `name`; not reordered, as
 * in Figure 6. */
static int share_of_block(struct catalogue *c, const char *name, double *out, struct err *err)
{
    struct study *s;
    struct prepared p = {0};
    struct devices device;
    double block_s = 0, part_s = 0;
    if (study_open(&s, NULL, c, err) != 0)
        return -1;
    static const char *const set[] = {FIG6, "model.absorb=no", "model.latent_reads=2"};
    for (size_t i = 0; i < LEN(set); i++)
        if (study_set(s, c, set[i], err) != 0)
            goto failed;
    if (study_settle(s, err) != 0)
        goto failed;
    prepare(&p, &s->base);
    devices_of(&device, &s->base);
    const struct step *step = &p.mapped[0].step;
    for (size_t i = 0; i < step->ops.n; i++) {
        const struct op *o = &step->ops.op[i];
        double t = step_op_cost(step, &device, i, step_load(step, s->base.workload.batch)).time_s;
        if (o->class == OP_ATTENTION || o->class == OP_PROJECTION)
            block_s += t;
        if (!strcmp(name, o->name) || (!*name && o->class == OP_ATTENTION))
            part_s += t;
    }
    *out = part_s / block_s;
    prepared_free(&p);
    study_free(s);
    return 0;
failed:
    study_free(s);
    return -1;
}

static int decompression_share(struct catalogue *c, double *out, struct err *err)
{
    return share_of_block(c, "attention.kv_up", out, err);
}

static int core_share(struct catalogue *c, double *out, struct err *err)
{
    return share_of_block(c, "", out, err);
}

/* Eq. 10: requests at which projections, or experts, reach the ridge point of B200 in BF16, where
 * an operator on n tokens does n FLOP per byte. */
static int balanced_batch(struct catalogue *c, const char *name, bool experts, double *out,
                          struct err *err)
{
    const struct model *m = model_find(c, name, err);
    if (!m || ridge_b200(c, out, err) != 0)
        return -1;
    *out *= experts ? m->experts / m->top_k : 32;
    return 0;
}

static int balanced_attention(struct catalogue *c, double *out, struct err *err)
{
    return balanced_batch(c, "deepseek-r1", false, out, err);
}

static int balanced_experts(struct catalogue *c, double *out, struct err *err)
{
    return balanced_batch(c, "deepseek-r1", true, out, err);
}

static int balanced_experts_of_maverick(struct catalogue *c, double *out, struct err *err)
{
    return balanced_batch(c, "llama-4-maverick", true, out, err);
}

/* Requests at which a weight in FP8, used once per request, reaches the ridge point; over BF16. */
static int balanced_in_fp8(struct catalogue *c, double *out, struct err *err)
{
    int rc = ridge_in_fp8(c, out, err);
    *out *= 1.0 / 2; /* bytes of an FP8 weight over those of a BF16 weight */
    return rc;
}

#define KIB 1024.0
#define MIB (KIB * KIB)
#define ROPE_COUNTED "RoPE included here, not in the paper"
#define UNSTATED "batch not stated in the paper; here "
#define FORMULA "a formula without a number: "

/* clang-format off */
const struct claim claims[] = {
    { "Table I", "ridge point of V100, FLOP/B", 138.89, ridge_v100, "", CLAIM_EQUAL },
    { "Table I", "ridge point of A100, FLOP/B", 153.02, ridge_a100, "", CLAIM_EQUAL },
    { "Table I", "ridge point of H200, FLOP/B", 206.15, ridge_h200, "", CLAIM_EQUAL },
    { "Table I", "ridge point of B200, FLOP/B", 281.25, ridge_b200, "", CLAIM_EQUAL },
    { "Table I", "ridge point of TPUv5p, FLOP/B", 166, ridge_tpu_v5p, "", CLAIM_EQUAL },
    { "Table I", "ridge point of TPUv7, FLOP/B", 320.42, ridge_tpu_v7, "the paper divides by 7.2 TB/s and prints 7.4", CLAIM_EQUAL },
    { "Table I", "ridge point of MI325X, FLOP/B", 217.9, ridge_mi325x, "", CLAIM_EQUAL },
    { "Table II", "R1: hidden size", 7168, r1_hidden, "", CLAIM_EQUAL },
    { "Table II", "R1: heads", 128, r1_heads, "", CLAIM_EQUAL },
    { "Table II", "R1: width of a head", 128, r1_head_dim, "", CLAIM_EQUAL },
    { "Table II", "R1: width of all heads", 16384, r1_heads_width, "", CLAIM_EQUAL },
    { "Table II", "R1: latent of queries", 1536, r1_query_latent, "", CLAIM_EQUAL },
    { "Table II", "R1: latent of keys and values", 512, r1_latent, "", CLAIM_EQUAL },
    { "Table II", "R1: rotary part", 64, r1_rope, "", CLAIM_EQUAL },
    { "Table II", "R1: dense feed-forward", 18432, r1_ffn, "", CLAIM_EQUAL },
    { "Table II", "R1: feed-forward of an expert", 2048, r1_moe_ffn, "", CLAIM_EQUAL },
    { "Table II", "R1: experts", 256, r1_experts, "", CLAIM_EQUAL },
    { "Table II", "R1: experts of a token", 8, r1_top_k, "", CLAIM_EQUAL },
    { "Table III", "intensity of R1's score at prefill, plain, FLOP/B", 128, prefill_plain_intensity, "the paper's formula", CLAIM_EQUAL },
    { "Table III", "intensity of R1's score at prefill, reordered, FLOP/B", 512, prefill_reordered_intensity, "the paper's formula", CLAIM_EQUAL },
    { "Table III", "intensity of R1's key decompression at prefill, reordered, FLOP/B", 100, decompress_reordered_intensity, "the paper's formula; it rounds", CLAIM_EQUAL },
    { "Table III", "intensity of R1's score at decode, plain, FLOP/B", 1, intensity_r1_plain,
      "RoPE included, and the keys' rotary part is shared by the heads", CLAIM_EQUAL },
    { "Table III", "intensity of R1's core, reordered with reuse, FLOP/B", 204.8, intensity_r1,
      "the paper leaves RoPE out and writes scores to memory; 2 h (2 d_c + d_r) / (2 (d_c + d_r)) is exact", CLAIM_EQUAL },
    { "1, Fig. 2", "throughput of R1 over GPT-3, 8K, up to", 41, throughput_over_gpt3,
      "ideal rooflines at the largest batch of each", CLAIM_EQUAL },
    { "1, Fig. 2", "throughput of R1 over Maverick, 8K, up to", 2, throughput_over_maverick, "", CLAIM_EQUAL },
    { "2, III", "TPOT of R1 over GPT-3, 8K", 0.7, tpot_over_gpt3, UNSTATED "32 requests (0.64 with the simulator's operators)", CLAIM_EQUAL },
    { "2, III", "TPOT of R1 over Maverick, 8K", 0.66, tpot_over_maverick, UNSTATED "the largest of Maverick", CLAIM_EQUAL },
    { "3, III", "parameters of R1 over GPT-3", 3.8, capacity_over_gpt3, "", CLAIM_EQUAL },
    { "3, III", "parameters of R1 over Maverick", 1.7, capacity_over_maverick, "", CLAIM_EQUAL },
    { "4, Fig. 3", "intensity of MHA, FLOP/B", 1, intensity_gpt3, "", CLAIM_EQUAL },
    { "4, III", "queries of Maverick that share a KV head, by its intensity, FLOP/B", 5, intensity_maverick, "", CLAIM_EQUAL },
    { "5, III", "KV cache of a GPT-3 request of 2048 tokens, B", 9 * KIB * MIB, kv_of_a_request, "", CLAIM_EQUAL },
    { "6, III", "KV cache of GPT-3, B a token", 4.5 * MIB, kv_gpt3, "", CLAIM_EQUAL },
    { "6, III", "KV cache of R1, B a token", 68.6 * KIB, kv_r1, "", CLAIM_EQUAL },
    { "6, IV", "KV cache of GPT-3 over R1", 67, kv_gpt3_over_r1, "", CLAIM_EQUAL },
    { "7, III", "KV cache of Maverick over R1", 2.84, kv_maverick_over_r1, "61 layers here, 60 in the paper", CLAIM_EQUAL },
    { "7, III", "KV cache of Maverick over R1 at equal hidden size, about", 4, kv_at_equal_hidden, "61 layers here, 60 in the paper", CLAIM_EQUAL },
    { "8, III", "parameters of R1", 671e9, r1_params, "", CLAIM_EQUAL },
    { "8, III", "parameters of R1 that a token uses", 37e9, r1_active, "", CLAIM_EQUAL },
    { "9, Fig. 2", "requests a device that R1 has room for, 8K: 128 and more", 128, r1_a_device, "", CLAIM_MORE },
    { "9, Fig. 2", "requests a device that Maverick has room for, 8K: under 128", 128, maverick_a_device, "", CLAIM_LESS },
    { "10, IV-A", "key projection of R1 without a latent, parameters", 112 * MIB, projection_plain, "binary millions", CLAIM_EQUAL },
    { "10, IV-A", "key projection of R1 with its latent, parameters", 11.5 * MIB, projection_latent, "binary millions", CLAIM_EQUAL },
    { "11, Fig. 6", "share of decompression in the plain attention block, 128 a device, 4K", 0.59, decompression_share, "", CLAIM_EQUAL },
    { "11, Fig. 6", "share of core attention in the plain attention block, 128 a device, 4K", 0.40, core_share, "", CLAIM_EQUAL },
    { "12, IV-B", "FLOP of the score, reordered over plain", 4, score_flop, ROPE_COUNTED " (3.0 with it)", CLAIM_EQUAL },
    { "13, IV-B", "read for the score, plain over reordered", 32, latent_read, "", CLAIM_EQUAL },
    { "14, IV-B", "decompressed keys, 256 requests of 4K, B", 50e9, decompressed_keys, "the paper rounds", CLAIM_EQUAL },
    { "15, IV-B", "core attention's time, plain over reordered, about", 64, core_latency, ROPE_COUNTED, CLAIM_EQUAL },
    { "16, Fig. 6", "attention block, plain over reordered, decode, up to", 103.12, reordering_at_decode,
      "128 requests per device at 4K; the paper's largest point is not stated", CLAIM_EQUAL },
    { "17, IV-B", "attention block, reordered over plain, prefill, up to", 2.21, reordering_at_prefill,
      "causal half here, full square in the paper", CLAIM_EQUAL },
    { "18, IV-C", "intensity of R1's core at TP 1 over TP 8", 8, intensity_tp, "", CLAIM_EQUAL },
    { "18, IV-C", "latent of one request a replica on a device, TP 8 over TP 1", 1, latent_copies, "", CLAIM_EQUAL },
    { "19, V-B", "batch at which R1's projections reach the ridge point, 32 B200", 9000, balanced_attention, "", CLAIM_EQUAL },
    { "19, V-B", "batch at which R1's experts reach the ridge point", 9000, balanced_experts, "", CLAIM_EQUAL },
    { "19, V-B", "batch at which Maverick's experts reach the ridge point", 36000, balanced_experts_of_maverick, "", CLAIM_EQUAL },
    { "20, VII-A", "largest batch of R1, 8K", 7360, cap_r1, "192e9 B and 61 layers here, 192 GiB and 60 in the paper", CLAIM_EQUAL },
    { "20, VII-A", "largest batch of Maverick, 8K", 3328, cap_maverick, "192e9 B here, 192 GiB in the paper", CLAIM_EQUAL },
    { "20, VII-A", "largest batch of GPT-3, 8K", 124, cap_gpt3, "192e9 B here, 192 GiB in the paper", CLAIM_EQUAL },
    { "20, VII-A", "largest batch, R1 over GPT-3, 8K", 60, cap_over_gpt3, "", CLAIM_EQUAL },
    { "20, VII-A", "largest batch, R1 over Maverick, 8K", 2.21, cap_over_maverick, "61 layers here, 60 in the paper", CLAIM_EQUAL },
    { "21, V-C", "least TPOT, eq. 12", NAN, NULL, FORMULA "memory and communication alone, as our step without compute", CLAIM_EQUAL },
    { "22, V-D", "time of an all-to-all, eq. 13", NAN, NULL, FORMULA "claim 23 evaluates it, and our formula is the same", CLAIM_EQUAL },
    { "23, VII-B", "one all-to-all, 128 requests a device, 900 GB/s, s", 17.65e-6, all_to_all_link,
      "no latency and even loads here; the paper adds about 1.3 us", CLAIM_EQUAL },
    { "23, VII-B", "one all-to-all, 128 requests a device, 100 GB/s, s", 151.8e-6, all_to_all_network,
      "no latency and even loads here; the paper adds about 5 us", CLAIM_EQUAL },
    { "24, Fig. 11", "256 devices over 8 x 32, 2K, 900 GB/s", 1, pool_short, "largest batch of each", CLAIM_EQUAL },
    { "24, Fig. 11", "256 devices over 8 x 32, 16K, 300 GB/s: more than", 1, pool_long, "largest batch of each", CLAIM_MORE },
    { "25, Fig. 12", "throughput at skew 0.8 over skew 0: less than", 1, skewed_throughput, "", CLAIM_LESS },
    { "25, Fig. 13", "imbalance of 256 devices over 32 at skew 0.8", 6.13, imbalance, "random placement", CLAIM_EQUAL },
    { "26, Fig. 14", "requests a device where PIM for experts stops helping", 32, pim_for_experts, "", CLAIM_EQUAL },
    { "27, VIII", "ridge point of B200, FP8 over BF16", 2, ridge_in_fp8, "", CLAIM_EQUAL },
    { "27, VIII", "batch at which weights reach the ridge point, FP8 over BF16", 1, balanced_in_fp8, "", CLAIM_EQUAL },
    { "27, VIII", "requests R1 has room for, 8K, FP8 over BF16: more than", 1, cap_in_fp8, "", CLAIM_MORE },
    { "28, IX", "engines for attention are no longer necessary", NAN, NULL, "a conclusion without a number: the pay-off studies test it", CLAIM_EQUAL },
};
/* clang-format on */
const size_t claims_n = LEN(claims);
