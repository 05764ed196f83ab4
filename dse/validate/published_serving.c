#include "dse/validate/published_serving.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "dse/validate/measured_kernels.h"
#include "dse/validate/measured_serving.h"
#include "dse/validate/trtllm_bench.h"

/* Servers leave a tenth of the memory free: the default of vLLM and TensorRT-LLM. */
static const double MEMORY_USED = 0.9;
/* Deployments that spread the experts over more devices than one server has replicate the busiest
 * experts, in prefill and decode: DeepSeek-V3 (arXiv:2412.19437 section 3.4) and LMSYS's deployment
 * of it. */
static const double WIDE_EP = 8, REDUNDANT_EXPERTS = 32;
static const double PREFILL_TOKENS =
    16384; /* per data-parallel rank, in published prefill results */

/* Names of models in publications: the catalogue's own, or one of these. */
static const char *const known_as[][2] = {
    {"DeepSeek-V3", "deepseek-v3"},
    {"DeepSeek-R1", "deepseek-r1"},
    {"Llama-3.3-70B", "llama-3.1-70b"},
    {"Llama-3.1-70B", "llama-3.1-70b"},
    {"Llama-4-Maverick", "llama-4-maverick"},
    {"Qwen3-235B", "qwen3-235b-a22b"},
    {"Qwen3-30B", "qwen3-30b-a3b"},
    {"gpt-oss-120b", "gpt-oss-120b"},
    {"Kimi-K2", "kimi-k2"},
};

static const struct entry *model_of(struct catalogue *c, const char *name)
{
    const struct entry *e;
    struct err ignored;
    for (size_t i = 0; i < LEN(known_as); i++)
        if (!strncmp(name, known_as[i][0], strlen(known_as[i][0])) &&
            catalogue_find(c, PART_MODEL, known_as[i][1], &e, &ignored) == 0)
            return e;
    return NULL;
}

const struct entry *published_chip(struct catalogue *c, const char *name)
{
    const struct entry *e;
    struct err ignored;
    char *lower = mem_text(name);
    for (char *p = lower; *p; p++)
        if (*p >= 'A' && *p <= 'Z')
            *p = (char)(*p - 'A' + 'a');
    int rc = strchr(lower, '/') ? -1 : catalogue_find(c, PART_CHIP, lower, &e, &ignored);
    free(lower);
    return rc == 0 ? e : NULL;
}

static double bytes_of(const char *name, double otherwise)
{
    return !strncmp(name, "fp8", 3)    ? 1
           : !strncmp(name, "bf16", 4) ? 2
           : !strcmp(name, "auto") ? 2 /* for a model with only its weights in a narrow format */
           : strstr(name, "fp4")   ? 0.5 + 1 / 16.0
                                   : otherwise;
}

/* All runs of LMSYS's post on wide expert parallelism overlap, including the one with a perfect
 * EPLB. */
static bool overlaps(const char *notes)
{
    return strstr(notes, "TBO") || strstr(notes, "two-batch") || strstr(notes, "micro-batch") ||
           strstr(notes, "dual-batch") || strstr(notes, "perfect EPLB");
}

/* Runs with routing forced to be balanced. */
static bool is_even(const char *notes)
{
    return strstr(notes, "balanced routing") || strstr(notes, "perfect EPLB");
}

/* Whether the result is of a kind that is compared, or why not. */
static const char *why_not(const struct csv *t, size_t row)
{
    const char *phase = row_text(t, row, "phase"), *notes = row_text(t, row, "notes");
    if (!strstr(phase, "agg") && strncmp(phase, "prefill", 7) != 0 && strcmp(phase, "decode") != 0)
        return "not decode, prefill or serving";
    if (strstr(notes, "MTP"))
        return "drafts tokens without stating how many are accepted";
    if (strstr(notes, "INCLUDING"))
        return "counts cached tokens";
    return NULL;
}

static struct precision precision_of(const struct csv *t, size_t row, const struct design *d)
{
    double weight = bytes_of(row_text(t, row, "precision_w"), 2);
    struct precision p = {.weight = weight,
                          .kv = bytes_of(row_text(t, row, "precision_kv"), weight < 2 ? 1 : 2),
                          .math = weight >= 1                             ? weight
                                  : d->chip.fp4_ratio > d->chip.fp8_ratio ? 0.5
                                                                          : 2,
                          .activation = 2,
                          .dispatch = weight < 2 ? 1 : 2};
    if (is_mxfp4(d->model_name) && weight < 2)
        precision_of_mxfp4(&p, &d->chip);
    return p;
}

/* Kimi-K2's published prefill server balances its experts but asks for no redundant ones, which its
 * decode server does (sgl-project/ome, config/runtimes/srt/kimi-k2-pd-rt.yaml). */
static void set_placement(struct design *d, bool prefill)
{
    struct workload *w = &d->workload;
    if (w->skew <= 0 || d->plan.ep <= WIDE_EP)
        return;
    w->placement = prefill && !strcmp(d->model_name, "kimi-k2") ? PLACE_PACKED : PLACE_REPLICATED;
    d->plan.redundant_experts = REDUNDANT_EXPERTS;
}

/* "drafted 2 tokens, 1.85 kept": tokens that a step checks, and how many of them it keeps. */
static void set_drafts(struct workload *w, const char *notes)
{
    const char *drafted = strstr(notes, "drafted ");
    double tokens, kept;
    if (drafted && sscanf(drafted, "drafted %lf tokens, %lf kept", &tokens, &kept) == 2) {
        w->query_tokens = tokens;
        w->accepted_tokens = kept;
    }
}

static void set_workload(struct design *d, const struct csv *t, size_t row)
{
    const char *phase = row_text(t, row, "phase"), *notes = row_text(t, row, "notes");
    bool prefill = !strncmp(phase, "prefill", 7);
    double n = d->plan.devices, in = row_number(t, row, "in_len");
    double out = row_number(t, row, "out_or_kv_len"), batch = row_number(t, row, "batch_per_gpu");
    struct workload *w = &d->workload;
    w->skew = is_even(notes) ? 0 : SERVED_SKEW;
    set_placement(d, prefill);
    w->phase = prefill ? PHASE_PREFILL : strstr(phase, "agg") ? PHASE_SERVING : PHASE_DECODE;
    set_drafts(w, notes);
    w->input = in;
    w->output = out;
    /* a cache holds the prompt: fewer tokens are an answer, half of which is there */
    w->context = fmax(1, prefill ? in : out < in ? in + out / 2 : out);
    w->batch =
        prefill ? n / d->plan.tp * fmax(1, round(PREFILL_TOKENS / fmax(1, in))) : round(batch * n);
    if (w->phase == PHASE_DECODE && batch <= 0)
        w->tpot_s = row_number(t, row, "tpot_ms") / 1e3;
}

static void set_plan(struct design *d, const struct csv *t, size_t row)
{
    d->plan.devices = row_number(t, row, "n_gpu");
    d->plan.tp = fmax(1, row_number(t, row, "tp"));
    d->plan.ep = d->model.experts > 0 ? fmax(1, row_number(t, row, "ep")) : 1;
    d->plan.shared_over = SHARED_OVER_TP;
    if (overlaps(row_text(t, row, "notes")))
        d->plan.overlap = OVERLAP_TWO_BATCH;
    if (!strncmp(row_text(t, row, "phase"), "prefill", 7)) /* DeepEP's high-throughput kernels */
        d->plan.all_to_all = EXCHANGE_HIERARCHICAL;
}

const char *published_read(struct published *out, const struct csv *t, size_t row,
                           struct catalogue *c)
{
    const struct entry *model = model_of(c, row_text(t, row, "model"));
    const struct entry *chip = published_chip(c, row_text(t, row, "gpu"));
    struct err ignored;
    struct design *d = &out->design;
    const char *why = why_not(t, row);

    if (!model || !chip)
        return "model or chip not in the catalogue";
    if (why)
        return why;
    if (catalogue_default_design(c, d, &ignored) != 0)
        return "no catalogue";
    entry_put(model, PART_MODEL, d);
    entry_put(chip, PART_CHIP, d);
    d->mode.timing = TIMING_CALIBRATED;
    set_plan(d, t, row);
    d->precision = precision_of(t, row, d);
    set_workload(d, t, row);
    const struct workload *w = &d->workload;
    double batch = row_number(t, row, "batch_per_gpu"), tpot_ms = row_number(t, row, "tpot_ms");
    out->tokens_per_s = row_number(t, row, "tok_s_per_gpu");
    if (!(out->tokens_per_s > 0) && w->phase == PHASE_DECODE && batch > 0 && tpot_ms > 0)
        out->tokens_per_s = batch / tpot_ms * 1e3;
    if (!(out->tokens_per_s > 0))
        return "no throughput";
    out->requests = w->phase == PHASE_SERVING && w->batch == BATCH_MAX
                        ? trtllm_bench_requests(w->input, w->output)
                        : 0;
    if (out->requests <= 0) /* trtllm_bench leaves memory free itself */
        d->chip.memory_byte *= MEMORY_USED;
    out->check = row_is_check(t, row, "tok_s_per_gpu");
    return d->calibration ? NULL : "chip without calibration";
}
