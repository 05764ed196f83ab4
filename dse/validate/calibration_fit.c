/* Fits each set of constants to the rows that share it: minimises the sum of a robust loss (soft
 * L1) of log(calibrated / measured) with the simplex method, from a start value per constant.
 *
 * Constants are searched by logarithm, so they stay positive, up to a maximum. Half of the rows, by
 * a checksum of their configuration, is never fitted to and gives the error that calibrated timing
 * reports. Serving constants are fitted last, with the kernels fixed.
 *
 * Invariant: outside its set, a fit changes nothing in the calibration. */
#include "dse/validate/calibration_fit.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/minimise.h"

/* Log errors below this count by their square, larger ones linearly: soft L1. */
static const double KERNEL_SOFT = 0.03, SERVING_SOFT = 0.1;
static const double FEW_ROWS = 8;

/* Time that the host of a serving engine spends per request of a step. Fitted alone it is 42 us on
 * Hopper and 36 us on Blackwell; it is software, so one constant serves all. */
static const double REQUEST_S = 40e-6;

/* A constant to fit: its start value and its maximum. The maximum of a share of a peak is the best
 * seen on other chips, for rows that do not determine it. */
struct unknown {
    double *value, start, most;
};

/* Measured rows that share constants: a kernel in one format, with one kind of all-reduce. */
struct kernel_set {
    enum kernel kernel;
    int number;
    bool ring;
};

static size_t unknowns_of(struct unknown out[MINIMISE_MOST], struct calibration *c,
                          const struct kernel_set *set)
{
    int number = set->number;
    size_t n = 0;
#define UNKNOWN(member, from, to)                                                                  \
    out[n++] = (struct unknown)                                                                    \
    {                                                                                              \
        &(member), from, to                                                                        \
    }
    switch (set->kernel) {
    case KERNEL_GEMM:
        UNKNOWN(c->gemm[number].start_s, 4e-6, 1e-3);
        UNKNOWN(c->gemm[number].compute, 0.6, 0.95);
        UNKNOWN(c->gemm[number].memory, 0.85, 0.92);
        UNKNOWN(c->gemm[number].depth_s, 4e-7, 1e-4);
        break;
    case KERNEL_MOE:
        UNKNOWN(c->moe[number].start_s, 3e-5, 1e-3);
        UNKNOWN(c->moe[number].compute, 0.6, 0.85);
        UNKNOWN(c->moe[number].memory, 0.8, 0.92);
        UNKNOWN(c->moe[number].aside, 0.2, 1);
        break;
    case KERNEL_DECODE:
        UNKNOWN(c->decode[number].start_s, 1e-5, 1e-3);
        UNKNOWN(c->decode[number].memory, 0.9, 1);
        UNKNOWN(c->decode[number].small, 0.7, 1);
        UNKNOWN(c->decode[number].per_head, 1.1, 3);
        break;
    case KERNEL_DECODE_MLA:
        UNKNOWN(c->mla[number].start_s, 1e-5, 1e-3);
        UNKNOWN(c->mla[number].compute, 0.6, 0.8);
        UNKNOWN(c->mla[number].memory, 0.8, 0.95);
        break;
    case KERNEL_PREFILL:
        UNKNOWN(c->prefill[number].start_s, 1e-5, 1e-3);
        UNKNOWN(c->prefill[number].compute, 0.5, 0.95);
        UNKNOWN(c->prefill[number].pad_tokens, 200, 1e4);
        break;
    case KERNEL_PREFILL_MLA:
        UNKNOWN(c->prefill_mla[number].start_s, 1e-5, 1e-3);
        UNKNOWN(c->prefill_mla[number].compute, 0.5, 0.95);
        UNKNOWN(c->prefill_mla[number].pad_tokens, 200, 1e4);
        break;
    case KERNEL_REDUCE:
        if (set->ring) {
            UNKNOWN(c->ring.start_s, 5e-6, 1e-3);
            UNKNOWN(c->ring.link, 0.7, 1);
            UNKNOWN(c->ring.hop_s, 1e-6, 1e-3);
        } else {
            UNKNOWN(c->reduce.start_s, 4e-6, 1e-3);
            UNKNOWN(c->reduce.link, 0.7, 1);
            UNKNOWN(c->reduce.two_shot_s, 2e-5, 1e-3);
        }
        break;
    case KERNEL_EXCHANGE:
        UNKNOWN(c->exchange.start_s, 5e-6, 1e-3);
        UNKNOWN(c->exchange.link, 0.7, 1);
        UNKNOWN(c->exchange.hop_s, 1e-6, 1e-3);
        break;
    case KERNEL_UNKNOWN:
    case KERNEL_VECTOR:
    case KERNELS:
        break;
    }
    return n;
}

static double *error_of(struct calibration *c, const struct kernel_set *set)
{
    int number = set->number;
    switch (set->kernel) {
    case KERNEL_GEMM:
        return &c->gemm[number].error;
    case KERNEL_MOE:
        return &c->moe[number].error;
    case KERNEL_DECODE:
        return &c->decode[number].error;
    case KERNEL_DECODE_MLA:
        return &c->mla[number].error;
    case KERNEL_PREFILL:
        return &c->prefill[number].error;
    case KERNEL_PREFILL_MLA:
        return &c->prefill_mla[number].error;
    case KERNEL_REDUCE:
        return set->ring ? &c->ring.error : &c->reduce.error;
    case KERNEL_EXCHANGE:
        return &c->exchange.error;
    case KERNEL_UNKNOWN:
    case KERNEL_VECTOR:
    case KERNELS:
        break;
    }
    return NULL;
}

static double soft_l1(double log_error, double scale)
{
    double e = log_error / scale;
    return sqrt(1 + e * e) - 1;
}

/* A set of constants and the rows it is fitted to. */
struct fit {
    struct calibration *c;
    size_t unknowns, n;
    struct unknown unknown[MINIMISE_MOST];
    const struct measured_kernel **row;
};

static void set_constants(const struct fit *f, const double *x)
{
    for (size_t i = 0; i < f->unknowns; i++)
        *f->unknown[i].value = fmin(f->unknown[i].start * exp(x[i]), f->unknown[i].most);
}

static double loss(const double *x, void *ctx)
{
    const struct fit *f = ctx;
    double sum = 0, n = 0;
    set_constants(f, x);
    for (size_t i = 0; i < f->n; i++) {
        if (f->row[i]->check)
            continue;
        sum += soft_l1(log(kernel_time_s(f->row[i], f->c) / f->row[i]->measured_s), KERNEL_SOFT);
        n++;
    }
    return sum / n;
}

static struct quality fit_quality(const struct fit *f)
{
    struct quality q = {0};
    double sum = 0, squares = 0;
    for (size_t i = 0; i < f->n; i++) {
        const struct measured_kernel *k = f->row[i];
        double ratio = kernel_time_s(k, f->c) / k->measured_s;
        q.rows[k->check]++;
        q.mean[k->check] += fabs(ratio - 1);
        if (k->check) {
            sum += log(ratio);
            squares += log(ratio) * log(ratio);
        }
    }
    q.mean[0] /= q.rows[0];
    q.mean[1] /= q.rows[1];
    q.deviation = sqrt(squares / q.rows[1] - pow(sum / q.rows[1], 2));
    return q;
}

/* Is `name` in the comma-separated list? */
static bool is_listed(const char *list, const char *name)
{
    size_t length = strlen(name);
    for (const char *at = list; (at = strstr(at, name)); at += length)
        if ((at == list || at[-1] == ',') && (at[length] == '\0' || at[length] == ','))
            return true;
    return false;
}

static bool fit_set(struct calibration *c, const struct kernels *rows, const char *chips,
                    const struct kernel_set *set, struct quality *quality)
{
    struct fit f = {.c = c, .row = mem_alloc(rows->n + 1, sizeof *f.row)};
    double x[MINIMISE_MOST] = {0}, fitted = 0;
    for (size_t i = 0; i < rows->n; i++) {
        const struct measured_kernel *r = &rows->row[i];
        if (r->kernel == set->kernel && r->number == set->number && r->ring == set->ring &&
            !r->out && is_listed(chips, r->chip)) {
            f.row[f.n++] = r;
            fitted += !r->check;
        }
    }
    bool enough = fitted >= FEW_ROWS && (double)f.n - fitted >= FEW_ROWS;
    if (enough) {
        f.unknowns = unknowns_of(f.unknown, c, set);
        minimise(x, f.unknowns, 0.3, loss, &f);
        set_constants(&f, x);
        *quality = fit_quality(&f);
        *error_of(c, set) = quality->deviation;
    }
    free(f.row);
    return enough;
}

/* ---- serving: a step is a weighted sum of its parts plus the host's work ---- */

enum { PART_KERNELS, PART_WEIGHT_ONLY, PART_LAYER, SERVING_PARTS };

struct serving_fit {
    struct calibration *c;
    const struct servings *rows;
    double (*part)[SERVING_PARTS + 1]; /* seconds per unit of each constant, then the rest */
    double *requests;                  /* requests of a step */
    bool *used;
};

static double *serving_constant(struct calibration *c, int part)
{
    double *const constant[SERVING_PARTS] = {&c->serving.ratio, &c->serving.weight_only_ratio,
                                             &c->serving.layer_s};
    return constant[part];
}

static double serving_sum(const struct calibration *c, double requests, const double *part,
                          const double *x)
{
    double s = part[SERVING_PARTS];
    for (int i = 0; i < SERVING_PARTS; i++)
        s += exp(x[i]) * part[i];
    return calibration_step_s(c, s, requests);
}

static double serving_loss(const double *x, void *ctx)
{
    const struct serving_fit *f = ctx;
    double sum = 0, n = 0;
    for (size_t i = 0; i < f->rows->n; i++) {
        if (!f->used[i] || f->rows->row[i].check)
            continue;
        sum +=
            soft_l1(log(serving_sum(f->c, f->requests[i], f->part[i], x) / f->rows->row[i].tpot_s),
                    SERVING_SOFT);
        n++;
    }
    return sum / n;
}

static bool fit_serving(struct calibration *c, const struct servings *rows, const char *chips,
                        struct quality *q)
{
    static const double unit[SERVING_PARTS] = {1, 1, 1e-5}, usual[] = {0.9, 1.8, 1e-5};
    struct serving_fit f = {.c = c,
                            .rows = rows,
                            .part = mem_alloc(rows->n + 1, sizeof *f.part),
                            .requests = mem_alloc(rows->n + 1, sizeof *f.requests),
                            .used = mem_alloc(rows->n + 1, sizeof *f.used)};
    double x[SERVING_PARTS] = {0}, squares = 0;
    bool seen[SERVING_PARTS] = {false};

    *q = (struct quality){0};
    double request_s = c->serving.request_s;
    c->serving.request_s = 0; /* so that the parts are those of the device */
    for (int j = 0; j < SERVING_PARTS; j++)
        *serving_constant(c, j) = 0;
    for (size_t i = 0; i < rows->n; i++) {
        const struct measured_serving *r = &rows->row[i];
        struct step_split split;
        if (!is_listed(chips, r->design.chip_name))
            continue;
        f.used[i] = true;
        f.requests[i] = ceil(r->design.workload.batch / r->design.plan.dp);
        f.part[i][SERVING_PARTS] = serving_tpot_s(r, c, &split);
        for (int j = 0; j < SERVING_PARTS; j++) {
            *serving_constant(c, j) = unit[j];
            f.part[i][j] = serving_tpot_s(r, c, &split) - f.part[i][SERVING_PARTS];
            seen[j] = seen[j] || f.part[i][j] > 0;
            *serving_constant(c, j) = 0;
        }
        q->rows[r->check]++;
    }
    c->serving.request_s = request_s;
    bool enough = q->rows[0] >= FEW_ROWS && q->rows[1] >= FEW_ROWS;
    if (enough)
        minimise(x, SERVING_PARTS, 0.3, serving_loss, &f);
    for (int j = 0; j < SERVING_PARTS; j++)
        *serving_constant(c, j) = enough && seen[j] ? unit[j] * exp(x[j]) : usual[j];
    for (size_t i = 0; i < rows->n && enough; i++) {
        if (!f.used[i])
            continue;
        const struct measured_serving *r = &rows->row[i];
        double ratio = serving_sum(c, f.requests[i], f.part[i], x) / r->tpot_s;
        q->mean[r->check] += fabs(ratio - 1) / q->rows[r->check];
        if (r->check)
            squares += log(ratio) * log(ratio) / q->rows[1];
    }
    q->deviation = sqrt(squares);
    c->serving.error = enough ? q->deviation : 0.25;
    free(f.part);
    free(f.requests);
    free(f.used);
    return enough;
}

static const struct {
    enum kernel kernel;
    int numbers;
    bool ring;
} sets[] = {
    {KERNEL_GEMM, NUMBERS, false},       {KERNEL_MOE, NUMBERS, false},
    {KERNEL_DECODE, KV_NUMBERS, false},  {KERNEL_DECODE_MLA, KV_NUMBERS, false},
    {KERNEL_PREFILL, KV_NUMBERS, false}, {KERNEL_PREFILL_MLA, KV_NUMBERS, false},
    {KERNEL_REDUCE, 1, false},           {KERNEL_REDUCE, 1, true},
    {KERNEL_EXCHANGE, 1, false},
};

size_t calibration_fit(struct calibration *c, const struct kernels *k, const struct servings *s,
                       const char *chips, struct fitted out[FITTED_MOST])
{
    struct fitted unused[FITTED_MOST];
    size_t n = 0;

    *c = (struct calibration){.vector = {2e-6, 0.8, 0.3}, /* assumed */
                              .serving = {.request_s = REQUEST_S,
                                          .network = 0.8, /* DeepEP's README: 39-46 of 50 GB/s */
                                          .moved_error = 0.15}};
    if (!out)
        out = unused;
    for (size_t i = 0; i < LEN(sets); i++)
        for (int number = 0; number < sets[i].numbers; number++) {
            struct unknown unknown[MINIMISE_MOST];
            struct fitted *f = &out[n];
            const struct kernel_set set = {sets[i].kernel, number, sets[i].ring};
            if (!fit_set(c, k, chips, &set, &f->quality))
                continue;
            f->n = unknowns_of(unknown, c, &set);
            for (size_t j = 0; j < f->n; j++)
                f->constant[j] = unknown[j].value;
            f->constant[f->n++] = error_of(c, &set);
            n++;
        }
    struct fitted *f = &out[n];
    fit_serving(c, s, chips, &f->quality);
    for (f->n = 0; f->n < SERVING_PARTS; f->n++)
        f->constant[f->n] = serving_constant(c, (int)f->n);
    f->constant[f->n++] = &c->serving.error;
    return n + 1;
}
