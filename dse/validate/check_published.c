#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "arch/evaluate.h"
#include "arch/step.h"
#include "base/csv.h"
#include "base/mem.h"
#include "dse/validate/check.h"
#include "dse/validate/measured_kernels.h"
#include "dse/validate/measured_serving.h"
#include "dse/validate/published_serving.h"
#include "dse/validate/trtllm_bench.h"

static void price_published(struct metrics *out, const struct published *p)
{
    if (p->requests > 0)
        trtllm_bench_price(out, &p->design, p->requests);
    else
        evaluate(&p->design, NULL, out, NULL);
}

/* The known reason for a difference of more than 12 %. */
static const char *reason_of(const struct published *p, const char *link, double error)
{
    const struct design *d = &p->design;
    const struct chip *chip = &d->chip;
    bool hopper = chip->fp4_ratio <= chip->fp8_ratio, experts = d->model.experts > 0;
    bool prompts = d->workload.phase == PHASE_PREFILL || d->workload.input > d->workload.output;
    if (fabs(error) <= 0.12)
        return "";
    if (strstr(link, "Best_perf_practice"))
        return "early version of the server; its later results on B200 agree";
    if (experts && d->workload.phase == PHASE_PREFILL && d->plan.tp > 1)
        return "experts cut by tensor parallelism: measured with another server's kernel";
    if (experts && d->workload.phase == PHASE_PREFILL && error > 0)
        return "what redundant experts leave of the imbalance is not modelled; perfectly balanced "
               "experts agree";
    if (strstr(link, "large-scale-ep"))
        return "SGLang's first release with wide expert parallelism; DeepSeek's own result agrees";
    if (!experts || d->workload.phase != PHASE_SERVING)
        return "not explained";
    if (is_mxfp4(d->model_name) && hopper && d->plan.devices > 1)
        return "Triton experts over several devices: not measured in any table";
    if (prompts && (is_mxfp4(d->model_name) || d->model.moe_ffn < 1024))
        return "prefill with MXFP4 or narrow experts: not measured in any table";
    if (d->plan.devices > d->plan.tp)
        return "data-parallel attention: ranks wait for more than the mean of such systems, on "
               "Hopper up to a millisecond per layer; not explained";
    return "not explained";
}

/* Classes of the summary. */
enum { DECODES, PREFILLS, BATCH_KNOWN, DENSE, EXPERTS, WAITING, KINDS };

static const char *const kind_text[KINDS] = {
    [DECODES] = "decode",
    [PREFILLS] = "prefill",
    [BATCH_KNOWN] = "serving, batch known",
    [DENSE] = "TensorRT-LLM, dense",
    [EXPERTS] = "TensorRT-LLM, experts",
    [WAITING] = "TensorRT-LLM, experts, data-parallel attention",
};

static int kind_of(const struct published *p)
{
    const struct design *d = &p->design;
    return d->workload.phase == PHASE_DECODE    ? DECODES
           : d->workload.phase == PHASE_PREFILL ? PREFILLS
           : p->requests <= 0                   ? BATCH_KNOWN
           : d->model.experts <= 0              ? DENSE
           : d->plan.devices > d->plan.tp       ? WAITING
                                                : EXPERTS;
}

/* Tallies by class, of the half that constants were fitted to [0] and of the others [1]. */
struct classes {
    struct tally of[KINDS][2], tables[2], experts, all, h800;
};

static void add_classes(struct classes *to, const struct published *p, const char *id,
                        struct pair pair)
{
    int kind = kind_of(p);
    bool check = p->requests <= 0 || p->check; /* only runs of the tables are fitted to */
    tally_add(&to->of[kind][check], pair);
    if (p->requests > 0)
        tally_add(&to->tables[check], pair);
    if (check && (kind == EXPERTS || kind == WAITING))
        tally_add(&to->experts, pair);
    if (check)
        tally_add(&to->all, pair);
    if (!strcmp(id, "ds-profile-decode"))
        tally_add(&to->h800, pair);
}

static void check_serving(struct check *c, const struct csv *t)
{
    static const char source[] = "published serving";
    struct classes classes = {0};
    for (size_t row = 0; row < t->rows; row++) {
        struct published p;
        struct metrics m = {0};
        struct pair pair = {row_number(t, row, "tok_s_per_gpu"), NAN, NAN, NAN};
        const char *why = published_read(&p, t, row, c->catalogue), *id = row_text(t, row, "id");
        char *name = mem_print("published, %s", id);
        char *what = mem_print("tokens/s per device, %s, %s x %s, %s", row_text(t, row, "model"),
                               row_text(t, row, "n_gpu"), row_text(t, row, "gpu"),
                               row_text(t, row, "phase"));
        if (!why) {
            price_published(&m, &p);
            pair = (struct pair){p.tokens_per_s, m.tokens_per_s_per_device,
                                 m.tokens_per_s_per_device_low, m.tokens_per_s_per_device_high};
            why = m.verdict == VERDICT_OK ? reason_of(&p, row_text(t, row, "source_url_or_repo"),
                                                      pair.ours / pair.published - 1)
                                          : verdict_kinds[(enum verdict)m.verdict].name;
            if (!isnan(pair.ours))
                add_classes(&classes, &p, id, pair);
        }
        check_row(c, name, what, pair, why);
        free(name);
        free(what);
    }
    for (int i = 0; i < KINDS; i++) {
        check_summary(c, source, kind_text[i], "yes", &classes.of[i][0]);
        check_summary(c, source, kind_text[i], "no", &classes.of[i][1]);
    }
    check_summary(c, source, "TensorRT-LLM, all experts", "no", &classes.experts);
    check_summary(c, source, "TensorRT-LLM, all", "yes", &classes.tables[0]);
    check_summary(c, source, "TensorRT-LLM, all", "no", &classes.tables[1]);
    check_summary(c, source, "decode of DeepSeek-V3 on H800", "no", &classes.h800);
    check_summary(c, source, "all", "no", &classes.all);
}

/* DeepGEMM's dense shapes "M=64 N=2112 K=7168"; the first number is TFLOP/s. */
static void check_gemms(struct check *c, const struct csv *t)
{
    struct tally tally = {0};
    for (size_t row = 0; row < t->rows; row++) {
        const struct entry *chip = published_chip(c->catalogue, row_text(t, row, "gpu"));
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
            const struct entry *e = published_chip(c->catalogue, chip_name[i]);
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
