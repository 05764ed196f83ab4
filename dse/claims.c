#include "dse/claims.h"

#include <math.h>
#include <stdio.h>

#include "arch/attention.h"
#include "arch/routing.h"
#include "base/mem.h"
#include "search/study.h"

/* The setting of the paper: 32 B200 of one fabric, BF16. */
#define B200 "chip=b200-paper", "plan.devices=32", "chip.link_latency_s=0"
#define GPT3 B200, "model=gpt3-175b", "plan.tp=8", "plan.ep=1"
#define MAVERICK B200, "model=llama-4-maverick", "plan.tp=8", "plan.ep=32"
#define R1 B200, "model=deepseek-r1", "plan.tp=1", "plan.ep=32"
#define SET(...) ((const char *const[]){__VA_ARGS__, NULL})

static int price(struct catalogue *c, const char *const *set, struct metrics *out, struct err *err)
{
    struct study *s;
    if (study_open(&s, NULL, c, err) != 0)
        return -1;
    int rc = 0;
    for (; *set && rc == 0; set++)
        rc = study_set(s, c, *set, err);
    if (rc == 0)
        rc = study_settle(s, err);
    if (rc == 0)
        evaluate(&s->base, &s->prices, out, NULL);
    study_free(s);
    return rc;
}

/* A metric of one point, or of one over that of another. */
static int metric(struct catalogue *c, size_t offset, const char *const *of,
                  const char *const *over, double *out, struct err *err)
{
    struct metrics a, b;
    if (price(c, of, &a, err) != 0 || (over && price(c, over, &b, err) != 0))
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

/* The attention block: projections and core. */
static int block(struct catalogue *c, const char *const *of, const char *const *over, double *out,
                 struct err *err)
{
    struct metrics a, b;
    if (price(c, of, &a, err) != 0 || price(c, over, &b, err) != 0)
        return -1;
    *out = (a.attention_s + a.projection_s) / (b.attention_s + b.projection_s);
    return 0;
}

#define FIG6 R1, "timing=simulator", "workload.batch=4096", "workload.context=4096"
static int reordering_at_decode(struct catalogue *c, double *out, struct err *err)
{
    return block(c, SET(FIG6, "model.absorb=no", "model.latent_reads=2"), SET(FIG6), out, err);
}

static int reordering_at_prefill(struct catalogue *c, double *out, struct err *err)
{
    static const char *const context = "workload.context=16384";
    return block(
        c, SET(R1, "workload.phase=prefill", "workload.batch=32", context, "model.absorb=yes"),
        SET(R1, "workload.phase=prefill", "workload.batch=32", context), out, err);
}

/* One all-to-all of 128 requests a device, of the 2 a layer has. */
static int all_to_all(struct catalogue *c, const char *link, double *out, struct err *err)
{
    struct metrics m;
    if (price(c, SET(R1, "workload.batch=4096", link), &m, err) != 0)
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
    (void)c, (void)err;
    routing_make(&one, 256, 8, 0.8, PLACE_RANDOM, 256, 0);
    routing_make(&eight, 256, 8, 0.8, PLACE_RANDOM, 32, 0);
    *out = one.imbalance / eight.imbalance;
    return 0;
}

/* Requests a device up to which an engine on the experts makes a step shorter. */
static int pim_for_experts(struct catalogue *c, double *out, struct err *err)
{
    double lo = 1, hi = 256;
    while (hi - lo > 0.5) {
        struct metrics with, without;
        double mid = floor((lo + hi) / 2);
        char batch[48];
        snprintf(batch, sizeof batch, "workload.batch=%.0f", 32 * mid);
        if (price(c, SET(R1, "engine=duplex", "engine.runs=experts", batch), &with, err) != 0 ||
            price(c, SET(R1, batch), &without, err) != 0)
            return -1;
        if (mid <= lo)
            break;
        *(with.tpot_s < without.tpot_s * (1 - 1e-9) ? &lo : &hi) = mid;
    }
    *out = hi;
    return 0;
}

/* Throughput a device of 256 devices with all experts once over that of 32 devices. */
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

#define KIB 1024.0
#define SLIP "the paper divides by 7.2 TB/s and prints 7.4"

/* clang-format off */
const struct claim claims[] = {
    { "Table I", "ridge point of V100, FLOP/B", 138.89, ridge_v100, "" },
    { "Table I", "ridge point of A100, FLOP/B", 153.02, ridge_a100, "" },
    { "Table I", "ridge point of H200, FLOP/B", 206.15, ridge_h200, "" },
    { "Table I", "ridge point of B200, FLOP/B", 281.25, ridge_b200, "" },
    { "Table I", "ridge point of TPUv5p, FLOP/B", 166, ridge_tpu_v5p, "" },
    { "Table I", "ridge point of TPUv7, FLOP/B", 320.42, ridge_tpu_v7, SLIP },
    { "Table I", "ridge point of MI325X, FLOP/B", 217.9, ridge_mi325x, "" },
    { "Table III", "intensity of R1's score at decode, plain, FLOP/B", 1, intensity_r1_plain,
      "RoPE counted and keys' rotary part shared by the heads" },
    { "Table III", "intensity of R1's core, reordered with reuse, FLOP/B", 204.8, intensity_r1,
      "the paper leaves RoPE out and writes scores to memory; 2 h (2 d_c + d_r) / (2 (d_c + d_r)) is exact" },
    { "Fig. 2", "throughput of R1 over GPT-3, 8K, up to", 41, throughput_over_gpt3,
      "ideal rooflines at the largest batch of each" },
    { "Fig. 2", "throughput of R1 over Maverick, 8K, up to", 2, throughput_over_maverick, "" },
    { "Fig. 3", "intensity of MHA, FLOP/B", 1, intensity_gpt3, "" },
    { "III", "parameters of R1 over GPT-3", 3.8, capacity_over_gpt3, "" },
    { "III", "parameters of R1 over Maverick", 1.7, capacity_over_maverick, "" },
    { "III", "KV cache of a GPT-3 request of 2048 tokens, B", 9 * KIB * KIB * KIB, kv_of_a_request, "" },
    { "III", "KV cache of GPT-3, B a token", 4.5 * KIB * KIB, kv_gpt3, "" },
    { "III", "KV cache of R1, B a token", 68.6 * KIB, kv_r1, "" },
    { "III", "KV cache of Maverick over R1", 2.84, kv_maverick_over_r1, "61 layers here, 60 there" },
    { "Fig. 6", "attention block, plain over reordered, decode, up to", 103.12, reordering_at_decode,
      "128 requests a device at 4K; the paper's largest point is not stated" },
    { "IV-B", "attention block, reordered over plain, prefill, up to", 2.21, reordering_at_prefill,
      "causal half here, full square there" },
    { "IV-C", "intensity of R1's core at TP 1 over TP 8", 8, intensity_tp, "" },
    { "VII-A", "largest batch of R1, 8K", 7360, cap_r1, "192e9 B and 61 layers here, 192 GiB and 60 there" },
    { "VII-A", "largest batch of Maverick, 8K", 3328, cap_maverick, "192e9 B here, 192 GiB there" },
    { "VII-A", "largest batch of GPT-3, 8K", 124, cap_gpt3, "192e9 B here, 192 GiB there" },
    { "VII-B", "one all-to-all, 128 requests a device, 900 GB/s, s", 17.65e-6, all_to_all_link,
      "no latency and even loads here; the paper's has about 1.3 us more" },
    { "VII-B", "one all-to-all, 128 requests a device, 100 GB/s, s", 151.8e-6, all_to_all_network,
      "no latency and even loads here; the paper's has about 5 us more" },
    { "Fig. 11", "256 devices over 8 x 32, 2K, 900 GB/s", 1, pool_short, "largest batch of each" },
    { "Fig. 11", "256 devices over 8 x 32, 16K, 300 GB/s: more than", 1, pool_long, "largest batch of each" },
    { "Fig. 13", "imbalance of 256 devices over 32 at skew 0.8", 6.13, imbalance, "random placement" },
    { "Fig. 14", "requests a device where PIM for experts stops helping", 32, pim_for_experts, "" },
};
/* clang-format on */
const size_t claims_n = LEN(claims);
