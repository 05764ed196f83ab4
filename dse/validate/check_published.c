#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "arch/evaluate.h"
#include "arch/routing.h"
#include "arch/step.h"
#include "base/csv.h"
#include "base/mem.h"
#include "dse/validate/check.h"
#include "dse/validate/measured_kernels.h"
#include "dse/validate/trtllm_bench.h"
#include "dse/validate/measured_serving.h"

/* Servers leave a tenth of the memory free: the default of vLLM and TensorRT-LLM. */
static const double MEMORY_USED = 0.9;
/* Deployments that spread the experts over more devices than one server has replicate the busiest
 * experts, in prefill and decode: DeepSeek-V3 (arXiv:2412.19437 section 3.4) and LMSYS's deployment
 * of it. */
static const double WIDE_EP = 8, REDUNDANT_EXPERTS = 32;
static const double PREFILL_TOKENS = 16384; /* per device, in the published prefill results */

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

static const struct entry *chip_of(struct catalogue *c, const char *name)
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
    return strstr(notes, "TBO") || strstr(notes, "micro-batch") || strstr(notes, "dual-batch") ||
           strstr(notes, "perfect EPLB");
}

/* Runs with routing forced to be balanced. */
static bool is_even(const char *notes)
{
    return strstr(notes, "balanced routing") || strstr(notes, "perfect EPLB");
}

/* Returns NULL and sets the design of the result, or returns why the result is not compared. */
static const char *published_design(struct design *d, const struct csv *t, size_t row,
                                    struct catalogue *c)
{
    const char *phase = row_text(t, row, "phase"), *notes = row_text(t, row, "notes");
    const struct entry *model = model_of(c, row_text(t, row, "model"));
    const struct entry *chip = chip_of(c, row_text(t, row, "gpu"));
    struct err ignored;
    bool serving = strstr(phase, "agg"), prefill = !strncmp(phase, "prefill", 7);
    bool decode = !strcmp(phase, "decode");

    if (!model || !chip)
        return "model or chip not in the catalogue";
    if (!serving && !prefill && !decode)
        return "not decode, prefill or serving";
    if (strstr(notes, "MTP"))
        return "drafts tokens without stating how many are accepted";
    if (strstr(notes, "INCLUDING"))
        return "counts cached tokens";
    if (row_number(t, row, "tok_s_per_gpu") <= 0)
        return "no throughput";
    if (catalogue_default_design(c, d, &ignored) != 0)
        return "no catalogue";
    entry_put(model, PART_MODEL, d);
    entry_put(chip, PART_CHIP, d);
    double n = row_number(t, row, "n_gpu"), in = row_number(t, row, "in_len");
    double out = row_number(t, row, "out_or_kv_len"), batch = row_number(t, row, "batch_per_gpu");
    d->mode.timing = TIMING_CALIBRATED;
    d->plan.devices = n;
    d->plan.tp = fmax(1, row_number(t, row, "tp"));
    d->plan.ep = d->model.experts > 0 ? fmax(1, row_number(t, row, "ep")) : 1;
    d->plan.shared_over = SHARED_OVER_TP;
    if (overlaps(notes))
        d->plan.overlap = OVERLAP_TWO_BATCH;
    if (prefill) /* DeepEP's high-throughput kernels */
        d->plan.all_to_all = EXCHANGE_HIERARCHICAL;
    double weight = bytes_of(row_text(t, row, "precision_w"), 2);
    d->precision =
        (struct precision){.weight = weight,
                           .kv = bytes_of(row_text(t, row, "precision_kv"), weight < 2 ? 1 : 2),
                           .math = weight >= 1                             ? weight
                                   : d->chip.fp4_ratio > d->chip.fp8_ratio ? 0.5
                                                                           : 2,
                           .activation = 2,
                           .dispatch = weight < 2 ? 1 : 2};
    if (is_mxfp4(d->model_name))
        precision_of_mxfp4(&d->precision, &d->chip);
    d->chip.memory_byte *= MEMORY_USED;
    d->workload.skew = is_even(notes) ? 0 : SERVED_SKEW;
    if (d->workload.skew > 0 && d->plan.ep > WIDE_EP) {
        d->workload.placement = PLACE_REPLICATED;
        d->plan.redundant_experts = REDUNDANT_EXPERTS;
    }
    d->workload.phase = serving ? PHASE_SERVING : prefill ? PHASE_PREFILL : PHASE_DECODE;
    d->workload.input = in;
    d->workload.output = out;
    d->workload.context = prefill ? fmax(1, in) : fmax(1, out);
    d->workload.batch = prefill ? n * fmax(1, round(PREFILL_TOKENS / fmax(1, in)))
                                : round(batch * n); /* 0 if not stated: the largest that fits */
    if (decode && batch <= 0)
        d->workload.tpot_s = row_number(t, row, "tpot_ms") / 1e3;
    return d->calibration ? NULL : "chip without calibration";
}

static void price_published(struct metrics *out, const struct design *d)
{
    const struct workload *w = &d->workload;
    double requests = w->phase == PHASE_SERVING && w->batch == BATCH_MAX
                          ? trtllm_bench_requests(w->input, w->output)
                          : 0;
    if (requests > 0)
        trtllm_bench_price(out, d, requests);
    else
        evaluate(d, NULL, out, NULL);
}

/* The known reason for a difference of more than 12 %. */
static const char *reason_of(const struct design *d, const struct metrics *m, const char *link,
                             double error)
{
    const struct chip *chip = &d->chip;
    bool hopper = chip->fp4_ratio <= chip->fp8_ratio, experts = d->model.experts > 0;
    if (fabs(error) <= 0.12)
        return "";
    if (strstr(link, "Best_perf_practice"))
        return "early version of the server; its later results on B200 agree";
    if (strstr(link, "large-scale-ep"))
        return "SGLang's first release with wide expert parallelism; DeepSeek's own result agrees";
    if (!experts || d->workload.phase != PHASE_SERVING)
        return "not explained";
    if (is_mxfp4(d->model_name) && hopper && d->plan.devices > 1)
        return "Triton experts over several devices: not measured in any table";
    if (error < 0 && m->batch / d->plan.devices > 1000)
        return "over 1000 requests per device: the host takes less per request than at the 512 "
               "measured";
    if (d->workload.input > d->workload.output &&
        (is_mxfp4(d->model_name) || d->model.moe_ffn < 1024))
        return "prefill with MXFP4 or narrow experts: not measured in any table";
    if (d->plan.devices > d->plan.tp)
        return "data-parallel attention: up to a millisecond per layer more than its kernels, "
               "mostly on Hopper; not explained";
    return "not explained";
}

static void check_serving(struct check *c, const struct csv *t)
{
    enum { DECODES, PREFILLS, BATCH_KNOWN, AS_MANY_AS_FIT, KINDS };
    static const char *const kind[KINDS] = {
        [DECODES] = "decode",
        [PREFILLS] = "prefill",
        [BATCH_KNOWN] = "serving, batch known",
        [AS_MANY_AS_FIT] = "serving, as many as fit",
    };
    struct tally of[KINDS] = {0}, all = {0}, h800 = {0};
    for (size_t row = 0; row < t->rows; row++) {
        struct design d;
        struct metrics m = {0};
        struct pair pair = {row_number(t, row, "tok_s_per_gpu"), NAN, NAN, NAN};
        const char *why = published_design(&d, t, row, c->catalogue);
        char *source = mem_print("published, %s", row_text(t, row, "id"));
        char *what = mem_print("tokens/s per device, %s, %s x %s, %s", row_text(t, row, "model"),
                               row_text(t, row, "n_gpu"), row_text(t, row, "gpu"),
                               row_text(t, row, "phase"));
        if (!why) {
            price_published(&m, &d);
            pair.ours = m.tokens_per_s_per_device;
            pair.low = m.tokens_per_s_per_device_low;
            pair.high = m.tokens_per_s_per_device_high;
            why = m.verdict == VERDICT_OK
                      ? reason_of(&d, &m, row_text(t, row, "source_url_or_repo"),
                                  pair.ours / pair.published - 1)
                      : verdict_kinds[(enum verdict)m.verdict].name;
            if (!isnan(pair.ours)) {
                bool serving = d.workload.phase == PHASE_SERVING;
                tally_add(&of[d.workload.phase == PHASE_DECODE    ? DECODES
                              : d.workload.phase == PHASE_PREFILL ? PREFILLS
                              : serving && d.workload.batch > 0   ? BATCH_KNOWN
                                                                  : AS_MANY_AS_FIT],
                          pair);
                tally_add(&all, pair);
                if (!strcmp(row_text(t, row, "id"), "ds-profile-decode"))
                    tally_add(&h800, pair);
            }
        }
        check_row(c, source, what, pair, why);
        free(source);
        free(what);
    }
    for (int i = 0; i < KINDS; i++)
        check_summary(c, "published serving", kind[i], "no", &of[i]);
    check_summary(c, "published serving", "decode of DeepSeek-V3 on H800", "no", &h800);
    check_summary(c, "published serving", "all", "no", &all);
}

/* DeepGEMM's dense shapes "M=64 N=2112 K=7168"; the first number is TFLOP/s. */
static void check_gemms(struct check *c, const struct csv *t)
{
    struct tally tally = {0};
    for (size_t row = 0; row < t->rows; row++) {
        const struct entry *chip = chip_of(c->catalogue, row_text(t, row, "gpu"));
        double m, n, k, flop_per_s = row_number(t, row, "value") * 1e12;
        if (!chip || !chip->calibration ||
            strcmp(row_text(t, row, "kernel"), "DeepGEMM fp8 dense") != 0 ||
            sscanf(row_text(t, row, "config"), "M=%lf N=%lf K=%lf", &m, &n, &k) != 3)
            continue;
        struct measured_kernel gemm;
        kernel_of_gemm(&gemm, chip->value, NUMBER_FP8_BLOCK, m, n, k);
        double ours_s = kernel_time_s(&gemm, chip->calibration->value);
        struct pair pair = {2 * m * n * k / flop_per_s, ours_s, NAN, NAN};
        char *what = mem_print("time of a GEMM, %s, %s, s", row_text(t, row, "config"),
                               row_text(t, row, "gpu"));
        check_row(c, "published, DeepGEMM", what, pair,
                  "published: the best time of the kernel alone");
        free(what);
        tally_add(&tally, pair);
    }
    check_summary(c, "published kernels", "DeepGEMM dense, by other chips' constants", "no",
                  &tally);
}

/* Cost per million tokens: the larger of the cost of the FLOP and of the bytes, at hourly prices
 * per device, as the Step-3 report computes its cost of attention (arXiv:2507.19427 Table 6). The
 * table does not repeat the prices, so the ratio of two chips is compared. */
static void check_step3(struct check *c, const struct csv *t)
{
    static const char *const chip_name[2] = {"h800", "h20"};
    static const double usd_per_hour[2] = {2.0, 0.8}; /* its Table 4 */
    struct tally tally = {0};
    for (size_t row = 0; row < t->rows; row++) {
        double cost[2] = {0, 0};
        for (int i = 0; i < 2; i++) {
            const struct entry *e = chip_of(c->catalogue, chip_name[i]);
            if (!e)
                return;
            const struct chip *chip = e->value;
            double compute_s = row_number(t, row, "attention_flop") / chip_math_flop_per_s(chip, 1);
            double memory_s = row_number(t, row, "attention_bytes") / chip->memory_byte_per_s;
            double linear_s = row_number(t, row, "linear_flop") / chip_math_flop_per_s(chip, 1);
            cost[i] = (fmax(compute_s, memory_s) + linear_s) / 3600 * usd_per_hour[i] * 1e6;
        }
        struct pair pair = {row_number(t, row, "h800_over_h20"), cost[0] / cost[1], NAN, NAN};
        char *what = mem_print("cost of attention, H800 over H20, %s", row_text(t, row, "model"));
        check_row(c, "arXiv:2507.19427 Table 6", what, pair, "");
        free(what);
        tally_add(&tally, pair);
    }
    check_summary(c, "arXiv:2507.19427 Table 6", "H800 over H20", "no", &tally);
}

static int with_file(struct check *c, const char *name,
                     void (*check)(struct check *c, const struct csv *t), struct err *err)
{
    struct csv t;
    char *path;
    if (!check_file(c, name, &path))
        return 0;
    int rc = csv_read(&t, path, err);
    free(path);
    if (rc != 0)
        return -1;
    check(c, &t);
    csv_free(&t);
    return 0;
}

int check_published(struct check *c, struct err *err)
{
    return with_file(c, "published_serving.csv", check_serving, err) == 0 &&
                   with_file(c, "published_kernels.csv", check_gemms, err) == 0
               ? with_file(c, "step3_table6.csv", check_step3, err)
               : -1;
}
