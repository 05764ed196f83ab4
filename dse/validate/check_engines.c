/* Speed-ups published by the makers of attention engines, at their own configurations. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "dse/validate/check.h"
#include "dse/validate/paper_claims.h"

enum { SET_MOST = 16, POINTS_MOST = 12, SIDE_MOST = 8 };

/* The workloads of a publication, and which statistic of their speed-ups it reports. */
struct speedup {
    const char *source, *what;
    double published;
    enum { MEAN, MOST, LEAST, CORE } of; /* CORE: core attention alone, metric S */
    const char *common[SET_MOST], *with[SIDE_MOST], *without[SIDE_MOST];
    const char *point[POINTS_MOST][3]; /* settings of each workload */
    const char *why;
    bool loose; /* not the same configuration: shown, but not counted */
};

/* AttAcc's stacks are attached to the A100s: NVLink 3, one direction; the memory is doubled. */
#define ATTACC                                                                                     \
    "engine=attacc", "engine.kind=pool", "engine.capacity_ratio=2",                                \
        "engine.link_byte_per_s=300 GB/s"
/* GPT-3 on a DGX A100 with 80 GB per device; 2048 input and 128 output tokens. */
#define DGX                                                                                        \
    "model=gpt3-175b", "chip=a100", "plan.devices=8", "plan.tp=8", "workload.batch=max",           \
        "workload.context=2112"
#define MIXTRAL "model=mixtral-8x7b", "chip=h100", "plan.devices=4", "plan.tp=4", "plan.ep=1"
/* Requests in flight; as many tokens in as out. Prompts run within the steps. */
#define SERVING "workload.phase=serving"
#define IN_AND_OUT(b, l) "workload.batch=" b, "workload.input=" l, "workload.output=" l
#define LENGTHS(b)                                                                                 \
    {IN_AND_OUT(b, "256")}, {IN_AND_OUT(b, "1024")}, {IN_AND_OUT(b, "2048")},                      \
    {                                                                                              \
        IN_AND_OUT(b, "4096")                                                                      \
    }
#define DUPLEX "engine=duplex", "engine.co_processing=1"
/* Their baseline with a unit in every bank, in the place of Duplex. */
#define BANK_PIM                                                                                   \
    "engine=attacc", "engine.bandwidth_ratio=16", "engine.limits=none", "engine.runs=both",        \
        "engine.co_processing=1"
/* Six chips of 32 GB and 19 TB/s beside a GPU's share of the work; nothing limits their own DRAM.
 */
#define STRATUM                                                                                    \
    "engine=stratum", "engine.limits=none", "engine.bandwidth_ratio=24", "plan.devices=1",         \
        "plan.tp=1", "plan.ep=1", "workload.context=1024"
/* 32 devices of 16 GB and 16 TB/s behind CXL; on the GPUs what is neither attention nor experts. */
#define CENT                                                                                       \
    "engine=cent", "engine.limits=none", "engine.bandwidth_ratio=63", "engine.capacity_ratio=2.6"
/* Two H20 do the attention of one H100; baseline two H100: 20.32 versus 22.12 USD per hour. */
#define LAMINA "model=llama-3.1-70b", "chip=h100", "workload.batch=max", "workload.tpot=200 ms"
#define WORKERS                                                                                    \
    "plan.devices=4", "plan.tp=4", "engine=memory-pool", "engine.bandwidth_ratio=2.39",            \
        "engine.ridge_flop_per_byte=37", "engine.capacity_ratio=3.4",                              \
        "engine.link_byte_per_s=50 GB/s"
/* Mamba-2 2.7B on one A100, states of 16 bits; Pimba's are of 8 and its units keep
 * pace with their banks: five operations on a byte that is read and written. */
#define SSM "model=mamba2-2.7b", "chip=a100", "plan.devices=1", "plan.tp=1", "workload.context=2048"
#define PIMBA "engine=pimba", "engine.ridge_flop_per_byte=2.5", "precision.state=mxfp8"
#define BATCHES                                                                                    \
    {"workload.batch=32"}, {"workload.batch=64"},                                                  \
    {                                                                                              \
        "workload.batch=128"                                                                       \
    }
/* LLaMA-65B on A100s; its dense feed-forwards as one expert, which an engine may run. FC-PIM: four
 * units to a bank, 16 banks in parallel. */
#define LLAMA_65B                                                                                  \
    "model=mixtral-8x7b", "model.layers=80", "model.hidden=8192", "model.heads=64",                \
        "model.kv_heads=64", "model.head_dim=128", "model.experts=1", "model.top_k=1",             \
        "model.moe_ffn=22016", "chip=a100", "plan.devices=8", "plan.tp=8", "plan.ep=1",            \
        "workload.context=1024"
#define FC_PIM                                                                                     \
    "engine=papi-attention", "engine.runs=both", "engine.bandwidth_ratio=16",                      \
        "engine.ridge_flop_per_byte=4", "engine.limits=none"
#define DRAFTED(b)                                                                                 \
    {"workload.batch=" b}, {"workload.batch=" b, "workload.query_tokens=2"},                       \
    {                                                                                              \
        "workload.batch=" b, "workload.query_tokens=4"                                             \
    }
#define CONTEXTS                                                                                   \
    {"workload.context=2048"}, {"workload.context=4096"}, {"workload.context=8192"},               \
    {                                                                                              \
        "workload.context=16384"                                                                   \
    }

/* clang-format off */
static const struct speedup speedups[] = {
    { "AttAcc, ASPLOS 2024", "GPT-3 175B over a DGX A100 of equal capacity, up to", 2.8, MOST, { DGX }, { ATTACC }, { "chip.memory_byte=160 GB" }, { { NULL } },
      "nothing overlapped here; with all of it overlapped 2.9", false },
    { "AttAcc, ASPLOS 2024", "GPT-3 175B over a DGX A100", 3.91, MOST, { DGX }, { ATTACC }, { NULL }, { { NULL } }, "which of three numbers is GPT-3's is taken from their order", false },
    { "Duplex, MICRO 2024", "Mixtral over H100 in serving, batches 32 to 128, mean", 2.07, MEAN, { MIXTRAL, SERVING }, { DUPLEX }, { NULL },
      { LENGTHS("32"), LENGTHS("64"), LENGTHS("128") }, "mean of twelve workloads of as many tokens in as out; theirs are not listed", false },
    { "Duplex, MICRO 2024", "Mixtral over H100 in serving, batches 32 to 128, up to", 2.67, MOST, { MIXTRAL, SERVING }, { DUPLEX }, { NULL },
      { LENGTHS("32"), LENGTHS("64"), LENGTHS("128") }, "", false },
    { "Duplex, MICRO 2024", "Mixtral over H100 in serving, batch 64, 256 tokens", 2.05, MOST, { MIXTRAL, SERVING, IN_AND_OUT("64", "256") }, { DUPLEX }, { NULL },
      { { NULL } }, "all experts get the same tokens here; their hot ones leave the stacks those with few", false },
    { "Duplex, MICRO 2024", "Mixtral over H100 in serving, one unit per bank, batch 32, 4096 tokens", 2.17, MOST, { MIXTRAL, SERVING, IN_AND_OUT("32", "4096") },
      { BANK_PIM }, { NULL }, { { NULL } }, "", false },
    { "Duplex, MICRO 2024", "Mixtral over H100 in serving, one unit per bank, batch 64, 256 tokens", 1.18, MOST, { MIXTRAL, SERVING, IN_AND_OUT("64", "256") },
      { BANK_PIM }, { NULL }, { { NULL } }, "whether theirs runs beside the chip is not known to us; alone it gains 1.02", false },
    { "Duplex, MICRO 2024", "Mixtral over H100 in serving, one unit at a time, mean", 2.07, MEAN, { MIXTRAL, SERVING }, { DUPLEX, "engine.co_processing=0" }, { NULL },
      { LENGTHS("32"), LENGTHS("64"), LENGTHS("128") }, "without co-processing, which theirs has", true },
    { "NeuPIMs, ASPLOS 2024", "GPT-3 175B over an NPU alone, ShareGPT, batches 64 to 512, mean", 2.4, MEAN,
      { "model=gpt3-175b", "chip=a100", "plan.devices=32", "plan.tp=8", "plan.dp=1", "plan.pp=4", "workload.context=228" }, { "engine=neupims" }, { NULL },
      { { "workload.batch=64" }, { "workload.batch=256" }, { "workload.batch=512" } },
      "at 80 tokens in and 296 out attention is 4 to 22 % of an ideal step; their NPU reads the cache far below its bandwidth", false },
    { "AiMX, SK hynix 2025", "attention of Llama-3-70B, 2 H100 with 4 cards of 16 chips, about", 10, CORE,
      { "model=llama-3.1-70b", "chip=h100", "plan.devices=2", "plan.tp=2", "workload.batch=1", "workload.context=8192", "precision.weight=fp8" },
      { "engine=aim", "engine.kind=pool", "engine.bandwidth_ratio=9.6", "engine.limits=none" }, { NULL }, { { NULL } },
      "8 queries share a key and r is 1, so that ours is bound by arithmetic; what their baseline reads at is not known to us", true },
    { "Stratum, MICRO 2025", "Mixtral decode over a GPU with vLLM, up to", 5.39, MOST, { "model=mixtral-8x7b", "chip=h200" }, { STRATUM },
      { "plan.devices=1", "plan.tp=1", "plan.ep=1", "workload.context=1024" }, { { "workload.batch=1" }, { "workload.batch=8" }, { "workload.batch=32" } },
      "ours reads at 114 TB/s without a launch, a swap of experts or a wait; their baseline is a serving engine, their GPU and lengths not known to us", true },
    { "Stratum, MICRO 2025", "Llama-4 decode over a GPU with vLLM, up to", 4.48, MOST, { "model=llama-4-scout", "chip=h200", "chip.memory_byte=384 GB" }, { STRATUM },
      { "plan.devices=1", "plan.tp=1", "plan.ep=1", "workload.context=1024" }, { { "workload.batch=1" }, { "workload.batch=8" }, { "workload.batch=32" } },
      "the same; dense parts of the layer stay on the GPU here", true },
    { "CENT, ASPLOS 2025", "Llama2-70B over 4 A100", 2.3, MOST, { "model=llama-2-70b", "chip=a100", "plan.devices=4", "plan.tp=4", "workload.batch=max", "workload.context=2304" },
      { CENT }, { NULL }, { { NULL } }, "theirs has no GPU and runs all layers; here only attention moves", false },
    { "HBM-PIM, ISCA 2021", "a GEMV kernel (here core attention of MHA)", 8.9, CORE, { "model=gpt3-175b", "chip=a100", "plan.devices=8", "plan.tp=8", "workload.batch=1", "workload.context=2048" },
      { "engine=hbm-pim" }, { NULL }, { { NULL } }, "their host reads far below its bandwidth; ours reads at all of it, so that m = 4 is the most", true },
    { "Pimba, MICRO 2025", "Mamba-2 2.7B over an A100, batches 32 to 128, up to", 4.1, MOST, { SSM }, { PIMBA }, { "precision.state=bf16" }, { BATCHES },
      "the published figure is the most of six models; its GPU reaches 85 % of its bandwidth", false },
    { "Pimba, MICRO 2025", "Mamba-2 2.7B over an A100 with HBM-PIM, batches 32 to 128, up to", 2.1, MOST, { SSM }, { PIMBA }, { "engine=hbm-pim", "engine.runs=attention+state", "precision.state=bf16" }, { BATCHES },
      "HBM-PIM as built, m = 4 and r = 1; theirs shares its units in time between reads and updates", false },
    { "LPDDR5X-PIM, Hot Chips 2026", "Llama-3.1-8B on a phone, one request", 3.0, MOST, { NULL }, { NULL }, { NULL }, { { NULL } }, "not compared: it speeds up every layer, an engine here attention and experts only", false },
    { "PAPI, ASPLOS 2025", "LLaMA-65B over A100 with AttAcc, batches 4 to 64, 1 to 4 tokens drafted, mean", 1.8, MEAN, { LLAMA_65B }, { FC_PIM }, { ATTACC },
      { DRAFTED("4"), DRAFTED("16"), DRAFTED("64") }, "the gain is that of dense layers in memory: projections of attention, a third of them, stay on the GPU here; theirs also over two more models, weights of the mean not known to us", false },
    { "AMMA, arXiv:2604.26103", "attention over an H100, 16 cubes of 3.3 TB/s, up to", 15.5, CORE, { "model=llama-3.1-70b", "chip=h100", "plan.devices=4", "plan.tp=4", "workload.batch=1", "workload.context=1048576" },
      { "engine=memory-pool", "engine.bandwidth_ratio=15.76", "engine.ridge_flop_per_byte=32", "engine.limits=none" }, { NULL }, { { NULL } },
      "the ratio of both bandwidths; its arithmetic and model are not known to us", true },
    { "Lamina, arXiv:2405.01814", "LLaMA3-70B at similar cost, at least", 1.161, LEAST, { LAMINA }, { WORKERS }, { "plan.devices=8", "plan.tp=8" }, { CONTEXTS },
      "nothing overlapped here, so that the link of 50 GB/s costs all that it can", false },
    { "Lamina, arXiv:2405.01814", "LLaMA3-70B at similar cost, overlapped, up to", 1.901, MOST, { LAMINA }, { WORKERS, "engine.overlap=1" }, { "plan.devices=8", "plan.tp=8" }, { CONTEXTS },
      "the published range is over three models", false },
};
/* clang-format on */

static int price(struct catalogue *c, const struct speedup *s, const char *const *side,
                 const char *const *point, double *out, struct err *err)
{
    const char *set[SET_MOST + SIDE_MOST + 4];
    struct metrics m;
    size_t n = 0;
    for (size_t i = 0; i < SET_MOST && s->common[i]; i++)
        set[n++] = s->common[i];
    for (size_t i = 0; i < SIDE_MOST && side[i]; i++)
        set[n++] = side[i];
    for (size_t i = 0; i < 3 && point[i]; i++)
        set[n++] = point[i];
    set[n] = NULL;
    if (claim_price(c, set, &m, err) != 0)
        return -1;
    *out = m.verdict != VERDICT_OK ? NAN : s->of == CORE ? m.engine_speedup : m.tokens_per_s;
    return 0;
}

static int speedup(struct catalogue *c, const struct speedup *s, double *out, struct err *err)
{
    double sum = 0, most = -INFINITY, least = INFINITY;
    size_t n = 0;
    if (s->of == CORE)
        return price(c, s, s->with, s->point[0], out, err);
    do {
        double with, without;
        if (price(c, s, s->with, s->point[n], &with, err) != 0 ||
            price(c, s, s->without, s->point[n], &without, err) != 0)
            return -1;
        sum += with / without;
        most = fmax(most, with / without);
        least = fmin(least, with / without);
        n++;
    } while (n < POINTS_MOST && s->point[n][0]);
    *out = s->of == MEAN ? sum / (double)n : s->of == MOST ? most : least;
    return 0;
}

int check_engines(struct check *c, struct err *err)
{
    struct tally tally = {0};
    for (size_t i = 0; i < LEN(speedups); i++) {
        const struct speedup *s = &speedups[i];
        struct pair pair = {s->published, NAN, NAN, NAN};
        bool given = s->common[0] != NULL, counted = given && !s->loose;
        if (given && speedup(c->catalogue, s, &pair.ours, err) != 0)
            return -1;
        char *what = mem_print("speed-up of %s", s->what);
        (counted ? check_row : check_bound)(c, s->source, what, pair, s->why);
        free(what);
        if (counted)
            tally_add(&tally, pair);
    }
    check_summary(c, "makers of engines", "speed-up", "no", &tally);
    return 0;
}
