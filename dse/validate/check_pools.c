/* Published results of systems whose feed-forwards, or whose attention, run on devices apart. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "dse/validate/check.h"
#include "dse/validate/paper_claims.h"

/* What is compared, of both systems or of one. */
enum quantity {
    PER_DEVICE,      /* tokens per second and device of the system */
    PER_MAIN_DEVICE, /* and device of the main ones only */
    OF_SYSTEM,
    PER_COST,  /* of MegaScale-Infer's units: 1.85 an H20, 1.08 an L40S */
    ATTENTION, /* layers of attention per second */
    STEP_MS    /* of a decode step */
};

enum { SETS_MOST = 48 };

struct pool_check {
    const char *source, *what;
    double published;
    enum quantity of;
    enum { ONLY, MOST, LEAST } pick; /* of the ratios at `points` */
    const char *const *common, *const *with, *const *without, *const *points;
    const char *why;
    bool loose; /* not the same configuration, or a projection: shown, but not counted */
};

#define SET(...) ((const char *const[]){__VA_ARGS__, NULL})
#define NO_LIMIT "pools.ffn.chip.tdp_w=100 kW"

/* GB200 in one NVLink domain, nodes of four. The KV cache in BF16: with it the batches below are
 * those that fit 90 % of the memory, with FP8 they are half of them. */
#define QWEN                                                                                       \
    "model=qwen3-235b-a22b", "precision.weight=fp8", "precision.kv=bf16", "precision.math=fp8",    \
        "precision.dispatch=fp8", "plan.tp=1"
#define GB200 QWEN, "chip=gb200"
/* MiniMax-M2 has the same layers. */
#define MINIMAX                                                                                    \
    "model=minimax-m2", "precision.weight=fp8", "precision.kv=bf16", "precision.math=fp8",         \
        "precision.dispatch=fp8", "plan.tp=1", "chip=rubin"
#define EP4(batch) SET("plan.devices=4", "plan.ep=4", "workload.batch=" batch)
#define NODES(devices, batch, pool_chip, pool_devices)                                             \
    SET("plan.devices=" devices, "workload.batch=" batch, "pools.ffn.chip=" pool_chip, NO_LIMIT,   \
        "pools.ffn.devices=" pool_devices, "pools.ffn.runs=experts", "plan.micro_batches=2")

#define AFD_FP8                                                                                    \
    "precision.weight=fp8", "precision.math=fp8", "precision.dispatch=fp8", "precision.kv=bf16",   \
        "plan.tp=1"
#define HOPPER AFD_FP8, "chip=h800", "workload.context=4096", "workload.tpot=50 ms"

/* Table 8: three micro-batches of 2048 requests. */
#define STEP3_FP8                                                                                  \
    AFD_FP8, "precision.kv=fp8", "chip=h800", "model=step-3", "workload.batch=6144",               \
        "pools.ffn.chip=h800", NO_LIMIT, "pools.ffn.devices=16", "plan.micro_batches=3"
#define AF(devices, context) SET("plan.devices=" devices, "workload.context=" context)

/* 571 tokens in and 159 out; nodes of eight with 4 (H20) and 2 (L40S) links of 400 Gb/s. */
#define MIXTRAL                                                                                    \
    "model=mixtral-8x22b", "chip=h20", "plan.devices=8", "plan.tp=auto", "plan.dp=auto",           \
        "workload.context=730", "workload.tpot=150 ms", "chip.network_byte_per_s=25 GB/s"
#define L40S                                                                                       \
    "pools.ffn.chip=l40s", NO_LIMIT, "pools.ffn.runs=experts", "pools.ffn.copies=experts",         \
        "pools.ffn.chip.network_byte_per_s=12.5 GB/s", "pools.ffn.devices=16"

/* Two H20 attend for each H100, 400 Gb/s between them; over twice as many H100. */
#define LAMINA "model=llama-3.1-70b", "workload.tpot=200 ms"
#define WORKERS                                                                                    \
    SET("chip=h20", "plan.devices=8", "plan.tp=8", "pools.ffn.chip=h100", NO_LIMIT,                \
        "pools.ffn.runs=all_but_attention", "pools.ffn.devices=4", "pools.ffn.tp=4",               \
        "pools.ffn.link_byte_per_s=50 GB/s")

/* A die of an Ascend 910C: half of it; INT8, of the size of FP8, at twice the rate of FP16. */
#define DIE(chip)                                                                                  \
    chip "=ascend-910c", chip ".compute_units=24", chip ".memory_byte=64 GB",                      \
        chip ".memory_byte_per_s=1.6 TB/s", chip ".link_byte_per_s=196 GB/s", chip ".fp8_ratio=2", \
        chip ".tdp_w=100 kW"
/* Forced routing reaches 4 of the 16 experts of each die of the pool, as 192A64F and 256A64F would.
 * The pool has the gate, all experts and dense feed-forwards; kernels of the sender carry BF16
 * there and back. EP64 runs one batch. */
#define A3 AFD_FP8, DIE("chip"), "model=deepseek-v3.2"
#define EP64(batch) SET("plan.devices=64", "plan.ep=64", batch)
#define A64F_PLAN(devices, batch)                                                                  \
    "plan.devices=" devices, "workload.batch=" batch, DIE("pools.ffn.chip"),                       \
        "pools.ffn.devices=64", "pools.ffn.runs=ffn", "pools.ffn.sends=within",                    \
        "precision.dispatch=bf16", "plan.micro_batches=2"
#define A64F(devices, batch) SET(A64F_PLAN(devices, batch))
/* Of the peaks of a die, and what each call takes beside. */
#define REACHED(chip)                                                                              \
    chip ".unit_flop_per_s=10 TFLOP/s", chip ".memory_byte_per_s=0.96 TB/s",                       \
        chip ".kernel_start_s=30.5 us"
#define A64F_REACHED(devices, batch) SET(A64F_PLAN(devices, batch), REACHED("pools.ffn.chip"))

static const char FAST[] = "FastAFD, Hao AI Lab 2026-07-04";
static const char STEP3[] = "Step-3, arXiv:2507.19427";
static const char MEGASCALE[] = "MegaScale-Infer, arXiv:2504.02263";
static const char LAMINA_AT[] = "Lamina, arXiv:2405.01814";
static const char VLLM[] = "vLLM AFD plugin, deepseek_v3_2";
static const char FROM_SHARES[] =
    "published: a projection from shares of time on GB200; here of Rubin at its own peaks, where "
    "experts are probably a smaller share, and two micro-batches read attention's weights twice";
static const char FROM_SHARES_BATCH[] =
    "as for Qwen3-235B; its batch is not published, here one whose cache is as large";
static const char DIES[] =
    "at peaks, where two micro-batches of 192 dies cost too little: the next rows";
static const char DIES_64A[] = "at peaks";
static const char DIES_FIT[] =
    "fitted to this row and one more: kernels reach 0.6 of the peaks and take 30.5 us each beside";
static const char DIES_STEP[] = "with the two constants fitted to 16K";
static const char DIES_OVER[] =
    "more requests for as many dies of experts take no less time, so at most 1.067; published: the "
    "larger system has the shorter step, which its source does not explain";
static const char DIES_LESS[] =
    "with the two constants fitted to 16K; half the requests with twice the context read the same "
    "weights and cache, so here they hardly take less";
static const char STEP3_8BIT[] = "peaks of the data sheet; at these requests a step takes 27 ms "
                                 "(4K) or 26 ms (8K), theirs about 50 ms";

/* github.com/Morteza1814/CENT (cent_simulation/simulation.sh, README, figure_source_data): 32
 * devices, 512 + 3584 tokens, 4 A100 with 128 requests at 917 tokens/s. Here TP 2, PP 16, 80
 * requests. A device: 32 channels of GDDR6-AiM with 0.5 GB, 512 GB/s and 1 FLOP per byte. */
static const char CENT[] =
    "not counted: no package here has such devices; at peaks 3512 tokens/s (published 1151) over "
    "3831 of 4 A100 (917, in whose step weights and cache take 33 of 140 ms)";

static const char LPX_MODEL[] = "not compared: the model is not published";

/* clang-format off */
static const struct pool_check pool_checks[] = {
    { FAST, "speed-up per GPU, Qwen3-235B on GB200, 28 + 4 devices, 8K", 1.41, PER_DEVICE, ONLY, SET(GB200, "workload.context=8192"),
      NODES("28", "2688", "gb200", "4"), EP4("256"), NULL, "", false },
    { FAST, "speed-up per GPU, Qwen3-235B on GB200, 44 + 4 devices, 16K", 1.44, PER_DEVICE, ONLY, SET(GB200, "workload.context=16384"),
      NODES("44", "2112", "gb200", "4"), EP4("128"), NULL, "", false },
    { FAST, "speed-up per Rubin, Qwen3-235B with two LPX racks, 8K", 1.75, PER_MAIN_DEVICE, ONLY, SET(QWEN, "chip=rubin", "workload.context=8192"),
      NODES("4", "384", "groq3-lpu", "512"), EP4("384"), NULL, FROM_SHARES, true },
    { FAST, "speed-up per Rubin, Qwen3-235B with two LPX racks, 16K", 1.71, PER_MAIN_DEVICE, ONLY, SET(QWEN, "chip=rubin", "workload.context=16384"),
      NODES("4", "192", "groq3-lpu", "512"), EP4("192"), NULL, FROM_SHARES, true },
    { FAST, "speed-up per Rubin, MiniMax-M2.5 with two LPX racks, 8K", 1.68, PER_MAIN_DEVICE, ONLY, SET(MINIMAX, "workload.context=8192"),
      NODES("4", "288", "groq3-lpu", "512"), EP4("288"), NULL, FROM_SHARES_BATCH, true },
    { FAST, "speed-up per Rubin, MiniMax-M2.5 with two LPX racks, 16K", 1.57, PER_MAIN_DEVICE, ONLY, SET(MINIMAX, "workload.context=16384"),
      NODES("4", "144", "groq3-lpu", "512"), EP4("144"), NULL, FROM_SHARES_BATCH, true },
    { STEP3, "tokens/s per GPU, Step-3 on H800, 3A2F", 3321, PER_DEVICE, ONLY, SET(HOPPER, "model=step-3", "precision.attention=bf16"),
      SET("plan.devices=24", "pools.ffn.chip=h800", NO_LIMIT, "pools.ffn.devices=16", "plan.micro_batches=3"), NULL, NULL, "at the requests that fit, 5376 to their 6048; peaks of the data sheet", false },
    { STEP3, "tokens/s per GPU, Step-3 on H800, 2A2F, FP8", 4039, PER_DEVICE, ONLY, SET(STEP3_FP8), AF("16", "4096"), NULL, NULL, STEP3_8BIT, false },
    { STEP3, "tokens/s per GPU, Step-3 on H800, 4A2F, FP8, 8K", 2643, PER_DEVICE, ONLY, SET(STEP3_FP8), AF("32", "8192"), NULL, NULL, STEP3_8BIT, false },
    { STEP3, "tokens/s per GPU, 4A2F at 8K over 2A2F at 4K", 0.654, PER_DEVICE, ONLY, SET(STEP3_FP8), AF("32", "8192"), AF("16", "4096"), NULL, "", false },
    { STEP3, "tokens/s per GPU, DeepSeek-V3 on 128 H800, no pool", 2324, PER_DEVICE, ONLY, SET(HOPPER, "model=deepseek-v3"),
      SET("plan.devices=128", "plan.ep=128", "plan.overlap=two_batch"), NULL, NULL, "peaks of the data sheet; measured kernels: see published serving", true },
    { MEGASCALE, "tokens/s per cost, H20 with L40S over H20, Mixtral-8x22B, up to", 1.86, PER_COST, ONLY, SET(MIXTRAL),
      SET(L40S), SET("plan.ep=auto"), NULL, "16 L40S for 8 H20; theirs is the best of three models, over TensorRT-LLM", false },
    { MEGASCALE, "two micro-batches over one, about", 1.9, OF_SYSTEM, ONLY, SET(MIXTRAL, L40S), SET("plan.micro_batches=2"), SET("plan.micro_batches=1"), NULL, "", false },
    { MEGASCALE, "three micro-batches over two, up to", 1.38, OF_SYSTEM, ONLY, SET(MIXTRAL, L40S), SET("plan.micro_batches=3"), SET("plan.micro_batches=2"), NULL, "", false },
    { LAMINA_AT, "tokens/s at similar cost, LLaMA3-70B, attention pool, at least", 1.161, OF_SYSTEM, LEAST, SET(LAMINA), WORKERS,
      SET("chip=h100", "plan.devices=8", "plan.tp=8"), SET("workload.context=2048", "workload.context=4096", "workload.context=8192", "workload.context=16384"),
      "at 2048 tokens the H100s set the pace, and read the weights once per micro-batch; their range is over three models", true },
    { LAMINA_AT, "tokens/s at similar cost, LLaMA3-70B, attention pool, up to", 1.901, OF_SYSTEM, MOST, SET(LAMINA), WORKERS,
      SET("chip=h100", "plan.devices=8", "plan.tp=8"), SET("workload.context=2048", "workload.context=4096", "workload.context=8192", "workload.context=16384"),
      "the published range is over three models", false },
    { VLLM, "tokens/s per die over EP64, Ascend A3, 48A16F, 16K", 0.947, PER_DEVICE, ONLY, SET(A3, "workload.context=16384"), A64F("192", "5376"), EP64("workload.batch=1024"), NULL, DIES, false },
    { VLLM, "tokens/s per die over EP64, Ascend A3, 64A16F, 16K", 1.113, PER_DEVICE, ONLY, SET(A3, "workload.context=16384"), A64F("256", "7168"), EP64("workload.batch=1024"), NULL, DIES_64A, false },
    { VLLM, "tokens/s per die over EP64, Ascend A3, 48A16F, 32K", 0.900, PER_DEVICE, ONLY, SET(A3, "workload.context=32768"), A64F("192", "2688"), EP64("workload.batch=512"), NULL, DIES, false },
    { VLLM, "tokens/s per die over EP64, Ascend A3, 64A16F, 32K", 1.090, PER_DEVICE, ONLY, SET(A3, "workload.context=32768"), A64F("256", "3584"), EP64("workload.batch=512"), NULL, DIES_64A, false },
    { VLLM, "tokens/s per die, 64A16F over 48A16F, 16K", 1.175, PER_DEVICE, ONLY, SET(A3, "workload.context=16384"), A64F("256", "7168"), A64F("192", "5376"), NULL, DIES_OVER, false },
    { VLLM, "step, Ascend A3, EP64, 16K, ms", 68.8, STEP_MS, ONLY, SET(A3, REACHED("chip"), "workload.context=16384"), EP64("workload.batch=1024"), NULL, NULL, DIES_FIT, true },
    { VLLM, "fitted: tokens/s per die over EP64, 48A16F, 16K", 0.947, PER_DEVICE, ONLY, SET(A3, REACHED("chip"), "workload.context=16384"), A64F_REACHED("192", "5376"), EP64("workload.batch=1024"), NULL, DIES_FIT, true },
    { VLLM, "predicted: tokens/s per die over EP64, 64A16F, 16K", 1.113, PER_DEVICE, ONLY, SET(A3, REACHED("chip"), "workload.context=16384"), A64F_REACHED("256", "7168"), EP64("workload.batch=1024"), NULL, DIES_OVER, false },
    { VLLM, "predicted: tokens/s per die over EP64, 48A16F, 32K", 0.900, PER_DEVICE, ONLY, SET(A3, REACHED("chip"), "workload.context=32768"), A64F_REACHED("192", "2688"), EP64("workload.batch=512"), NULL, DIES_STEP, false },
    { VLLM, "predicted: tokens/s per die over EP64, 64A16F, 32K", 1.090, PER_DEVICE, ONLY, SET(A3, REACHED("chip"), "workload.context=32768"), A64F_REACHED("256", "3584"), EP64("workload.batch=512"), NULL, DIES_STEP, false },
    { VLLM, "step, Ascend A3, 64A16F, 16K, ms", 86.5, STEP_MS, ONLY, SET(A3, REACHED("chip"), "workload.context=16384"), A64F_REACHED("256", "7168"), NULL, NULL, DIES_OVER, false },
    { VLLM, "step, Ascend A3, EP64, 32K, ms", 47.6, STEP_MS, ONLY, SET(A3, REACHED("chip"), "workload.context=32768"), EP64("workload.batch=512"), NULL, NULL, DIES_LESS, false },
    { VLLM, "step, Ascend A3, 48A16F, 32K, ms", 69.4, STEP_MS, ONLY, SET(A3, REACHED("chip"), "workload.context=32768"), A64F_REACHED("192", "2688"), NULL, NULL, DIES_LESS, false },
    { VLLM, "step, Ascend A3, 64A16F, 32K, ms", 61.1, STEP_MS, ONLY, SET(A3, REACHED("chip"), "workload.context=32768"), A64F_REACHED("256", "3584"), NULL, NULL, DIES_LESS, false },
    { "AMMA, arXiv:2604.26103", "attention of 16 cubes of HBM over an H100, Llama-3.1-70B", 15.5, ATTENTION, ONLY,
      SET("model=llama-3.1-70b", "chip=h100", "plan.devices=1", "plan.tp=1", "workload.batch=4", "workload.context=65536", "chip.memory_byte=576 GB"),
      SET("chip.memory_byte_per_s=52.8 TB/s"), SET("chip.memory_byte_per_s=3.35 TB/s"), NULL, "the ratio of the bandwidths; published: a simulation", false },
    { "CENT, ASPLOS 2025", "Llama2-70B, a pool for whole decode steps", 1.255, OF_SYSTEM, ONLY, NULL, NULL, NULL, NULL, CENT, true },
    { "Groq 3 LPX, NVIDIA 2026", "tokens/s per MW of Rubin and LPX over Blackwell, up to", 35, OF_SYSTEM, ONLY, NULL, NULL, NULL, NULL, "not compared: a claim at a speed per user that the comparison reaches with few requests", true },
    { STEP3, "tokens/s per GPU, Step-3 scaled to about 600B, 4F", 3291, PER_DEVICE, ONLY, NULL, NULL, NULL, NULL, "not compared: the scaled model's layers are not published", true },
    { MEGASCALE, "gain of disaggregation alone, NCCL for its own transfers, up to", 4.66, OF_SYSTEM, ONLY, NULL, NULL, NULL, NULL, "not modelled: the time a library takes on the host", true },
    { FAST, "step with dispatch, experts and combine in one kernel, change in percent", -44, OF_SYSTEM, ONLY, NULL, NULL, NULL, NULL, "not modelled: multiprocessors that transfers take from kernels", true },
    { "Corsair, d-Matrix 2025", "Llama3-70B at 2 ms a token, 128 of them, tokens/s", 30000, OF_SYSTEM, ONLY, NULL, NULL, NULL, NULL, "not compared: a target, and neither the links nor what is counted as one is published", true },
    { "Trainium3 with CS-3, AWS 2026", "fast tokens in the same footprint", 5, OF_SYSTEM, ONLY, NULL, NULL, NULL, NULL, "not compared: neither model, counts nor baseline is published", true },
    { "Groq 3 LPX, NVIDIA 2026", "GPT-OSS-2T, drafts on LPX, over NVL72, about", 3, OF_SYSTEM, ONLY, NULL, NULL, NULL, NULL, LPX_MODEL, true },
    { "Groq 3 LPX, NVIDIA 2026", "GPT-OSS-2T, feed-forwards on LPX, over NVL72, about", 3, OF_SYSTEM, ONLY, NULL, NULL, NULL, NULL, LPX_MODEL, true },
    { "Groq 3 LPX, NVIDIA 2026", "Gemma 4 31B on LPX alone, tokens/s of a user", 10996, OF_SYSTEM, ONLY, NULL, NULL, NULL, NULL, "not modelled: its weights need 64 LPUs, and TP ends at 32 heads", true },
    { "SN50, SambaNova 2026", "DeepSeek-R1, share of HBM's peak, 128 of them", 0.437, OF_SYSTEM, ONLY, NULL, NULL, NULL, NULL, "not compared: a share of peaks is what ideal timing leaves out", true },
    { "SN50, SambaNova 2026", "DeepSeek-R1, share of HBM's peak, 512 of them", 0.400, OF_SYSTEM, ONLY, NULL, NULL, NULL, NULL, "not compared: a share of peaks is what ideal timing leaves out", true },
    { FAST, "step without over with overlap across steps, 8K", 1.298, OF_SYSTEM, ONLY, NULL, NULL, NULL, NULL, "not modelled: time of the host; a step here waits for the last micro-batch", true },
    { "arXiv:2605.28302", "DeepSeek-V3.2 within strict limits, tokens/s", 4000, OF_SYSTEM, ONLY, NULL, NULL, NULL, NULL, "not compared: the abstract states neither devices nor limits", true },
};
/* clang-format on */

/* USD per million tokens of decode, attention and feed-forward each on the cheaper of H800 and H20,
 * at peaks and without what is between them (arXiv:2507.19427). */
static const struct {
    const char *model, *context;
    double published;
    const char *why;
} step3_costs[] = {
    {"model=step-3", "32768", 0.129, ""},
    {"model=deepseek-v3", "8192", 0.068, ""},
    {"model=deepseek-v3", "32768", 0.211, ""},
    {"model=qwen3-235b-a22b", "8192", 0.062, ""},
    {"model=kimi-k2", "32768", 0.208, ""},
    {"model=llama-4-maverick", "8192", 0.067,
     "with the experts on H20, where the paper's sparsity floor puts 1 of 128, 0.0675"},
};

static size_t add_sets(const char **out, size_t n, const char *const *set)
{
    for (; set && *set && n < SETS_MOST; set++)
        out[n++] = *set;
    return n;
}

static double quantity_of(const struct metrics *m, enum quantity of)
{
    double ffn = isnan(m->ffn_devices) ? 0 : m->ffn_devices, main = m->system_devices - ffn;
    if (of == ATTENTION) /* whatever package the stacks would need */
        return 1 / m->attention_s;
    if (m->verdict != VERDICT_OK)
        return NAN;
    switch (of) {
    case PER_DEVICE:
        return m->tokens_per_s_per_device;
    case PER_MAIN_DEVICE:
        return m->tokens_per_s / main;
    case PER_COST:
        return m->tokens_per_s / (1.85 * main + 1.08 * ffn);
    case STEP_MS:
        return 1e3 * m->tpot_s;
    default:
        return m->tokens_per_s;
    }
}

static int price(struct catalogue *c, const struct pool_check *x, const char *const *side,
                 const char *point, double *out, struct err *err)
{
    const char *set[SETS_MOST + 1];
    struct metrics m;
    size_t n = add_sets(set, 0, x->common);
    n = add_sets(set, n, side);
    n = add_sets(set, n, (const char *const[]){point, NULL});
    set[n] = NULL;
    if (claim_price(c, set, &m, err) != 0)
        return -1;
    *out = quantity_of(&m, x->of);
    return 0;
}

static int compare(struct catalogue *c, const struct pool_check *x, double *out, struct err *err)
{
    double most = NAN, least = NAN;
    const char *const *point = x->points;
    do {
        double with, without = 1;
        if (price(c, x, x->with, point ? *point : NULL, &with, err) != 0 ||
            (x->without && price(c, x, x->without, point ? *point : NULL, &without, err) != 0))
            return -1;
        most = fmax(most, with / without);
        least = fmin(least, with / without);
    } while (point && *++point);
    *out = x->pick == LEAST ? least : most;
    return 0;
}

static int check_step3_costs(struct check *c, struct err *err)
{
    static const char *const chips[] = {"chip=h800", "chip=h20"};
    static const double usd_per_hour[] = {2.0, 0.8}; /* its Table 4 */
    static const double batch = 1e5;                 /* weights are read for nothing */
    struct tally tally = {0};
    for (size_t i = 0; i < LEN(step3_costs); i++) {
        char *context = mem_print("workload.context=%s", step3_costs[i].context);
        double attention = INFINITY, ffn = INFINITY;
        for (size_t k = 0; k < LEN(chips); k++) {
            struct metrics m;
            if (claim_price(c->catalogue,
                            SET(AFD_FP8, "precision.kv=fp8", "chip.memory_byte=1000 TB",
                                "plan.devices=1", "workload.batch=1e5", "model.window=0",
                                step3_costs[i].model, chips[k], context),
                            &m, err) != 0) {
                free(context);
                return -1;
            }
            double usd = usd_per_hour[k] / 3600 * 1e6 / batch;
            attention = fmin(attention, usd * (m.attention_s + m.projection_s));
            ffn = fmin(ffn, usd * (m.ffn_s + m.expert_s));
        }
        struct pair pair = {step3_costs[i].published, attention + ffn, NAN, NAN};
        char *what = mem_print("USD per million tokens, the cheaper GPU for each side, %s, %s",
                               strchr(step3_costs[i].model, '=') + 1, step3_costs[i].context);
        check_row(c, "Step-3, arXiv:2507.19427", what, pair, step3_costs[i].why);
        tally_add(&tally, pair);
        free(what);
        free(context);
    }
    check_summary(c, "systems with pools", "cost of Step-3's theory", "no", &tally);
    return 0;
}

int check_pools(struct check *c, struct err *err)
{
    struct tally all = {0}, measured = {0};
    for (size_t i = 0; i < LEN(pool_checks); i++) {
        const struct pool_check *x = &pool_checks[i];
        struct pair pair = {x->published, NAN, NAN, NAN};
        if (x->with && compare(c->catalogue, x, &pair.ours, err) != 0)
            return -1;
        (x->with ? check_row : check_bound)(c, x->source, x->what, pair, x->why);
        if (!x->loose)
            tally_add(&all, pair);
        if (!x->loose && x->source == FAST)
            tally_add(&measured, pair);
    }
    check_summary(c, "systems with pools", "measured on GB200", "no", &measured);
    check_summary(c, "systems with pools", "all", "no", &all);
    return check_step3_costs(c, err);
}
