/* Fits each set of constants to the rows that share it: minimises the sum of a robust loss (soft
 * L1) of log(calibrated / measured) with the simplex method, from a start value per constant.
 *
 * The number formats of a kernel are fitted together: what does not depend on the format (a share
 * of the memory bandwidth) is one constant of all, and so is what kernels have in common (the share
 * of the peak that a GEMM reaches, grouped or not). What differs little between generations has one
 * value for all of them and is not fitted. Serving constants have usual values, from which rows
 * must draw them.
 *
 * Constants are searched by logarithm, so they stay positive, up to a maximum. Half of the rows, by
 * a checksum of their configuration, is never fitted to and gives the error that calibrated timing
 * reports. Serving constants are fitted last, with the kernels fixed.
 *
 * Invariant: outside its set, a fit changes nothing in the calibration. */
#include "dse/validate/calibration_fit.h"

#include <stdlib.h>
#include <string.h>

#include "arch/evaluate.h"
#include "base/mem.h"
#include "base/minimise.h"

/* Log errors below this count by their square, larger ones linearly: soft L1. */
static const double KERNEL_SOFT = 0.03, SERVING_SOFT = 0.1;
static const double FEW_ROWS = 8;
static const double GROUP_ROWS = 12;    /* of one chip or engine, for an error of its own */
static const double USUAL_ERROR = 0.25; /* of serving, where it was not measured (assumed) */

/* Time that the host of a serving engine spends per request of a step, and the requests at which it
 * halves. It is software, so one pair serves all: fitted to points of all generations (of 8 to 512
 * requests per rank) and to runs (to 1500). */
static const double REQUEST_S = 50e-6, CROWD = 1500;

/* A run of the benchmark counts as much as this many points: runs are few, and of kinds that the
 * points lack. */
static const double RUN_WEIGHT = 4;

/* One value for all generations: each was replaced by the mean of its fitted values, rounded, and
 * the errors stayed within their targets. */
static const double QUANTISE_START_S =
    13e-6; /* of per-tensor FP8, with the kernel that quantises */
static const double PREFILL_START_S = 16e-6, PREFILL_MLA_PAD_TOKENS = 100;
static const double TWO_SHOT_S = 22e-6, REDUCE_HOP_S = 2e-6, EXCHANGE_HOP_S = 1e-6;
static const double WEIGHT_ONLY_RATIO = 1.8, PROMPT_RATIO = 1, WAIT_S = 60e-6;

/* A constant to fit: its start value and its maximum. The maximum of a share of a peak is the best
 * seen on other chips, for rows that do not determine it. Constants with the same `as` are equal;
 * if a kernel fitted before has it, it is known. Without room above its start value it is known,
 * too. */
struct unknown {
    double *value, start, most;
    const double *as; /* NULL: of its own */
};

/* Measured rows of one set of constants: a kernel in one format, with one kind of all-reduce. */
struct kernel_set {
    enum kernel kernel;
    int number;
    bool ring, few;
    bool per_expert; /* its time depends on how many experts there are */
};

/* The sets of a kernel's number formats. */
struct kernel_sets {
    enum kernel kernel;
    int first, end;
    bool ring, few;
};

enum { UNKNOWNS_MOST = 24 }; /* of all sets of a kernel */

/* What does not depend on the format is as in this one. */
enum { ANY = NUMBER_BF16 };

static size_t unknowns_of(struct unknown *out, struct calibration *c, const struct kernel_set *set)
{
    int number = set->number;
    int narrow = number == NUMBER_BF16 ? NUMBER_BF16 : NUMBER_FP8_BLOCK; /* than BF16: one share */
    size_t n = 0;
#define EQUAL(member, from, to, other)                                                             \
    out[n++] = (struct unknown)                                                                    \
    {                                                                                              \
        &(member), from, to, other                                                                 \
    }
#define UNKNOWN(member, from, to) EQUAL(member, from, to, NULL)
#define KNOWN(member, value) EQUAL(member, value, value, NULL)
    switch (set->kernel) {
    case KERNEL_GEMM:
        if (number == NUMBER_FP8)
            KNOWN(c->gemm[number].start_s, QUANTISE_START_S);
        else
            EQUAL(c->gemm[number].start_s, 4e-6, 1e-3, &c->gemm[ANY].start_s);
        EQUAL(c->gemm[number].compute, 0.6, 0.95, &c->gemm[narrow].compute);
        EQUAL(c->gemm[number].memory, 0.85, 0.92, &c->gemm[ANY].memory);
        UNKNOWN(c->gemm[number].depth_s, 4e-7, 1e-4);
        break;
    case KERNEL_MOE:
        if (set->few) {
            UNKNOWN(c->moe_few.start_s, 2e-5, 1e-3);
            UNKNOWN(c->moe_few.compute, 0.7, 0.85);
            EQUAL(c->moe_few.memory, 0.85, 0.92, &c->gemm[ANY].memory);
            UNKNOWN(c->moe_few.token_s, 3e-8, 1e-5);
            break;
        }
        EQUAL(c->moe[number].start_s, 3e-5, 1e-3,
              number == NUMBER_FP8 ? &c->moe[NUMBER_BF16].start_s : &c->moe[number].start_s);
        EQUAL(c->moe[number].compute, 0.6, 0.85,
              number == NUMBER_FP8_BLOCK ? &c->moe[number].compute : &c->gemm[narrow].compute);
        EQUAL(c->moe[number].memory, 0.8, 0.92, &c->moe[ANY].memory);
        EQUAL(c->moe[number].aside, 0.2, 1, &c->moe[ANY].aside);
        if (set->per_expert)
            UNKNOWN(c->moe[number].expert_s, 2e-7, 1e-5);
        break;
    case KERNEL_DECODE:
        UNKNOWN(c->decode[number].start_s, 1e-5, 1e-3);
        EQUAL(c->decode[number].memory, 0.9, 1, &c->gemm[ANY].memory);
        EQUAL(c->decode[number].small, 0.7, 1, &c->decode[ANY].small);
        if (number == NUMBER_BF16)
            KNOWN(c->decode[number].per_head, 1);
        else
            UNKNOWN(c->decode[number].per_head, 1.1, 3);
        break;
    case KERNEL_DECODE_MLA:
        EQUAL(c->mla[number].start_s, 1e-5, 1e-3, &c->mla[ANY].start_s);
        UNKNOWN(c->mla[number].compute, 0.6, 0.8);
        EQUAL(c->mla[number].memory, 0.8, 0.95, &c->mla[ANY].memory);
        break;
    case KERNEL_PREFILL:
        KNOWN(c->prefill[number].start_s, PREFILL_START_S);
        UNKNOWN(c->prefill[number].compute, 0.5, 0.95);
        EQUAL(c->prefill[number].pad_tokens, 200, 1e4, &c->prefill[ANY].pad_tokens);
        break;
    case KERNEL_PREFILL_MLA:
        KNOWN(c->prefill_mla[number].start_s, PREFILL_START_S);
        if (number == NUMBER_BF16) {
            EQUAL(c->prefill_mla[number].compute, 0.5, 0.95, &c->prefill[number].compute);
            KNOWN(c->prefill_mla[number].pad_tokens, PREFILL_MLA_PAD_TOKENS);
        } else {
            UNKNOWN(c->prefill_mla[number].compute, 0.5, 0.95);
            UNKNOWN(c->prefill_mla[number].pad_tokens, 200, 1e4);
        }
        break;
    case KERNEL_REDUCE:
        if (set->ring) {
            UNKNOWN(c->ring.start_s, 5e-6, 1e-3);
            UNKNOWN(c->ring.link, 0.7, 1);
            KNOWN(c->ring.hop_s, REDUCE_HOP_S);
        } else {
            UNKNOWN(c->reduce.start_s, 4e-6, 1e-3);
            UNKNOWN(c->reduce.link, 0.7, 1);
            KNOWN(c->reduce.two_shot_s, TWO_SHOT_S);
        }
        break;
    case KERNEL_EXCHANGE:
        EQUAL(c->exchange.start_s, 5e-6, 1e-3, &c->ring.start_s);
        EQUAL(c->exchange.link, 0.7, 1, &c->ring.link);
        KNOWN(c->exchange.hop_s, EXCHANGE_HOP_S);
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
        return set->few ? &c->moe_few.error : &c->moe[number].error;
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

/* The sets of a kernel, one per number format, and the rows they are fitted to. Equal unknowns are
 * one variable. */
struct fit {
    struct calibration *c;
    size_t unknowns, variables, n;
    struct unknown unknown[UNKNOWNS_MOST];
    size_t variable[UNKNOWNS_MOST];
    const struct measured_kernel **row;
};

enum { NO_VARIABLE = UNKNOWNS_MOST }; /* of a constant that is known */

/* The variable of the last unknown: that of an equal one, or a new one. */
static size_t variable_of(struct fit *f, size_t last)
{
    struct unknown *u = &f->unknown[last];
    if (u->as && *u->as > 0)
        u->start = u->most = *u->as;
    if (u->start >= u->most)
        return NO_VARIABLE;
    for (size_t i = 0; u->as && i < last; i++)
        if (f->unknown[i].as == u->as || f->unknown[i].value == u->as)
            return f->variable[i];
    return f->variables++;
}

static void set_constants(const struct fit *f, const double *x)
{
    for (size_t i = 0; i < f->unknowns; i++) {
        const struct unknown *u = &f->unknown[i];
        double log_ratio = f->variable[i] == NO_VARIABLE ? 0 : x[f->variable[i]];
        *u->value = fmin(u->start * exp(log_ratio), u->most);
    }
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

static struct quality fit_quality(const struct fit *f, int number)
{
    struct quality q = {0};
    double sum = 0, squares = 0;
    for (size_t i = 0; i < f->n; i++) {
        const struct measured_kernel *k = f->row[i];
        if (k->number != number)
            continue;
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

/* Adds the set's rows, and its unknowns, if there are enough; are there? */
static bool add_set(struct fit *f, const struct kernels *rows, const char *chips,
                    struct kernel_set *set)
{
    size_t before = f->n;
    double fitted = 0;
    for (size_t i = 0; i < rows->n; i++) {
        const struct measured_kernel *r = &rows->row[i];
        if (r->kernel == set->kernel && r->number == set->number && r->ring == set->ring &&
            r->few == set->few && !r->out && is_listed(chips, r->chip)) {
            f->row[f->n++] = r;
            fitted += !r->check;
            set->per_expert |= r->call.experts > 0;
        }
    }
    if (fitted < FEW_ROWS || (double)(f->n - before) - fitted < FEW_ROWS) {
        f->n = before;
        return false;
    }
    size_t first = f->unknowns;
    f->unknowns += unknowns_of(&f->unknown[first], f->c, set);
    for (size_t i = first; i < f->unknowns; i++)
        f->variable[i] = variable_of(f, i);
    return true;
}

/* Fits the sets of a kernel together; returns how many were measured. */
static size_t fit_sets(struct calibration *c, const struct kernels *rows, const char *chips,
                       const struct kernel_sets *of, struct fitted *out)
{
    struct fit f = {.c = c, .row = mem_alloc(rows->n + 1, sizeof *f.row)};
    double x[MINIMISE_MOST] = {0};
    struct kernel_set set[NUMBERS];
    size_t n = 0;
    for (int number = of->first; number < of->end; number++) {
        set[n] = (struct kernel_set){of->kernel, number, of->ring, of->few, false};
        n += add_set(&f, rows, chips, &set[n]);
    }
    if (f.variables)
        minimise(x, f.variables, 0.3, loss, &f);
    if (n)
        set_constants(&f, x);
    for (size_t i = 0; i < n; i++) {
        struct unknown unknown[UNKNOWNS_MOST];
        out[i].n = unknowns_of(unknown, c, &set[i]);
        for (size_t j = 0; j < out[i].n; j++)
            out[i].constant[j] = unknown[j].value;
        out[i].quality = fit_quality(&f, set[i].number);
        out[i].constant[out[i].n++] = error_of(c, &set[i]);
        *error_of(c, &set[i]) = out[i].quality.deviation;
    }
    free(f.row);
    return n;
}

/* ---- serving: a step is a weighted sum of its parts plus the host's work ---- */

enum { OF_KERNELS, OF_LAYERS, SERVING_PARTS };

struct serving_fit {
    struct calibration *c;
    const struct servings *rows;
    /* Of a step of each part of a row: seconds per unit of each constant, then the rest. */
    double (*part)[SERVED_PARTS][SERVING_PARTS + 1];
    bool *used;
};

static double *serving_constant(struct calibration *c, int part)
{
    double *const constant[SERVING_PARTS] = {
        [OF_KERNELS] = &c->serving.ratio,
        [OF_LAYERS] = &c->serving.layer_s,
    };
    return constant[part];
}

/* Values between those of the generations, and how far (a standard deviation of the logarithm) one
 * is from them: a constant that few rows determine stays near (assumed). */
static const double SERVING_SPREAD = 0.3;
static const double serving_usual[SERVING_PARTS] = {0.86, 1.5e-5};

static double serving_sum(const struct serving_fit *f, size_t row, const double *x)
{
    const struct measured_serving *r = &f->rows->row[row];
    double sum_s = 0;
    for (size_t k = 0; k < r->parts; k++) {
        double s = f->part[row][k][SERVING_PARTS];
        for (int i = 0; i < SERVING_PARTS; i++)
            s += exp(x[i]) * f->part[row][k][i];
        sum_s += r->part[k].steps * calibration_step_s(f->c, s, serving_requests(r, k));
    }
    return sum_s;
}

static double serving_loss(const double *x, void *ctx)
{
    const struct serving_fit *f = ctx;
    double sum = 0, n = 0;
    for (size_t i = 0; i < f->rows->n; i++) {
        const struct measured_serving *r = &f->rows->row[i];
        double weight = r->run ? RUN_WEIGHT : 1;
        if (!f->used[i] || r->check)
            continue;
        sum += weight * soft_l1(log(serving_sum(f, i, x) / r->measured_s), SERVING_SOFT);
        n += weight;
    }
    for (int i = 0; i < SERVING_PARTS; i++)
        sum += pow(x[i] / SERVING_SPREAD, 2) / 2;
    return sum / n;
}

/* Seconds of a step of each part of a row per unit of each constant; the others are 0. */
static void find_parts(struct serving_fit *f, size_t row)
{
    struct measured_serving one = f->rows->row[row];
    size_t parts = one.parts;
    struct step_split split;
    one.parts = 1;
    for (size_t k = 0; k < parts; k++) {
        double *part = f->part[row][k];
        one.part[0] = (struct served_part){f->rows->row[row].part[k].batch, 1};
        part[SERVING_PARTS] = serving_s(&one, f->c, &split);
        for (int j = 0; j < SERVING_PARTS; j++) {
            *serving_constant(f->c, j) = serving_usual[j];
            part[j] = serving_s(&one, f->c, &split) - part[SERVING_PARTS];
            *serving_constant(f->c, j) = 0;
        }
    }
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The standard deviation of a normal variable with 80 % of these absolute errors inside its middle
 * 80 %. Sorts them. */
static double deviation_of(double *error, size_t n)
{
    qsort(error, n, sizeof *error, by_size);
    return error[(size_t)(0.8 * (double)(n - 1))] / NORMAL_TENTH;
}

/* Rows of a class that nothing is fitted to, of one chip and engine where they are given. */
struct group {
    bool routes, waits;
    const char *chip, *engine;
};

static bool in_group(const struct group *g, const struct measured_serving *r)
{
    return r->check && serving_routes(r) == g->routes && serving_waits(r) == g->waits &&
           (!g->chip || !strcmp(g->chip, r->design.chip_name)) &&
           (!g->engine || !strcmp(g->engine, r->engine));
}

static double group_error(const struct serving_fit *f, const double *x, const struct group *g,
                          double least_rows, double otherwise)
{
    double *error = mem_alloc(f->rows->n + 1, sizeof *error);
    size_t n = 0;
    for (size_t i = 0; i < f->rows->n; i++)
        if (f->used[i] && in_group(g, &f->rows->row[i]))
            error[n++] = fabs(log(serving_sum(f, i, x) / f->rows->row[i].measured_s));
    double deviation = (double)n < least_rows ? otherwise : deviation_of(error, n);
    free(error);
    return deviation;
}

/* Error of a class: the largest of its chips and engines, so that each of them has four fifths of
 * its rows within the range. */
static double class_error(const struct serving_fit *f, const double *x, bool routes, bool waits)
{
    const struct group all = {routes, waits, NULL, NULL};
    double most = group_error(f, x, &all, FEW_ROWS, USUAL_ERROR);
    for (size_t i = 0; i < f->rows->n; i++) {
        const struct measured_serving *r = &f->rows->row[i];
        if (!f->used[i] || !in_group(&all, r))
            continue;
        struct group of_chip = all, of_engine = all;
        of_chip.chip = r->design.chip_name;
        of_engine.engine = r->engine;
        most = fmax(most, group_error(f, x, &of_chip, GROUP_ROWS, 0));
        most = fmax(most, group_error(f, x, &of_engine, GROUP_ROWS, 0));
    }
    return most;
}

static void serving_errors(const struct serving_fit *f, const double *x, struct quality *q)
{
    double squares = 0;
    for (size_t i = 0; i < f->rows->n; i++) {
        const struct measured_serving *r = &f->rows->row[i];
        if (!f->used[i])
            continue;
        double ratio = serving_sum(f, i, x) / r->measured_s;
        q->mean[r->check] += fabs(ratio - 1) / q->rows[r->check];
        if (r->check)
            squares += log(ratio) * log(ratio) / q->rows[1];
    }
    q->deviation = sqrt(squares);
    struct serving_set *to = &f->c->serving;
    to->error = class_error(f, x, false, false);
    to->experts_error = class_error(f, x, true, false);
    to->wait_error = class_error(f, x, true, true);
}

static void fit_serving(struct calibration *c, const struct servings *rows, const char *chips,
                        struct quality *q)
{
    struct serving_fit f = {.c = c,
                            .rows = rows,
                            .part = mem_alloc(rows->n + 1, sizeof *f.part),
                            .used = mem_alloc(rows->n + 1, sizeof *f.used)};
    double x[SERVING_PARTS] = {0};
    bool seen[SERVING_PARTS] = {false};

    *q = (struct quality){0};
    double request_s = c->serving.request_s;
    c->serving.request_s = 0; /* so that the parts are those of the device */
    for (int j = 0; j < SERVING_PARTS; j++)
        *serving_constant(c, j) = 0;
    for (size_t i = 0; i < rows->n; i++) {
        const struct measured_serving *r = &rows->row[i];
        f.used[i] = is_listed(chips, r->design.chip_name);
        if (!f.used[i])
            continue;
        find_parts(&f, i);
        for (int j = 0; j < SERVING_PARTS; j++)
            seen[j] = seen[j] || f.part[i][0][j] > 0;
        q->rows[r->check]++;
    }
    c->serving.request_s = request_s;
    bool enough = q->rows[0] >= FEW_ROWS && q->rows[1] >= FEW_ROWS;
    if (enough)
        minimise(x, SERVING_PARTS, 0.3, serving_loss, &f);
    for (int j = 0; j < SERVING_PARTS; j++)
        *serving_constant(c, j) =
            enough && seen[j] ? serving_usual[j] * exp(x[j]) : serving_usual[j];
    if (enough)
        serving_errors(&f, x, q);
    else
        c->serving.error = c->serving.experts_error = c->serving.wait_error = USUAL_ERROR;
    free(f.part);
    free(f.used);
}

static const struct kernel_sets sets[] = {
    {KERNEL_GEMM, 0, NUMBERS, false, false},
    {KERNEL_MOE, 0, NUMBERS, false, false},
    {KERNEL_MOE, NUMBER_FP4, NUMBER_FP4 + 1, false, true},
    {KERNEL_DECODE, 0, KV_NUMBERS, false, false},
    {KERNEL_DECODE_MLA, 0, KV_NUMBERS, false, false},
    {KERNEL_PREFILL, 0, KV_NUMBERS, false, false},
    {KERNEL_PREFILL_MLA, 0, KV_NUMBERS, false, false},
    {KERNEL_REDUCE, 0, 1, false, false},
    {KERNEL_REDUCE, 0, 1, true, false},
    {KERNEL_EXCHANGE, 0, 1, false, false},
};

size_t calibration_fit(struct calibration *c, const struct kernels *k, const struct servings *s,
                       const char *chips, struct fitted out[FITTED_MOST])
{
    struct fitted unused[FITTED_MOST];
    size_t n = 0;

    *c = (struct calibration){.vector = {2e-6, 0.8, 0.3}, /* assumed */
                              .serving = {.weight_only_ratio = WEIGHT_ONLY_RATIO,
                                          .prompt_ratio = PROMPT_RATIO,
                                          .wait_s = WAIT_S,
                                          .request_s = REQUEST_S,
                                          .crowd = CROWD,
                                          .network = 0.8, /* DeepEP's README: 39-46 of 50 GB/s, */
                                          .network_start_s = 16e-6, /* EP 16 to 256 */
                                          .moved_error = 0.15}};
    for (size_t i = k->n; i-- > 0;)
        if (is_listed(chips, k->row[i].chip))
            c->unit_flop_per_s = k->row[i].unit_flop_per_s;
    if (!out)
        out = unused;
    for (size_t i = 0; i < LEN(sets); i++)
        n += fit_sets(c, k, chips, &sets[i], &out[n]);
    struct fitted *f = &out[n];
    fit_serving(c, s, chips, &f->quality);
    for (f->n = 0; f->n < SERVING_PARTS; f->n++)
        f->constant[f->n] = serving_constant(c, (int)f->n);
    f->constant[f->n++] = &c->serving.error;
    f->constant[f->n++] = &c->serving.experts_error;
    f->constant[f->n++] = &c->serving.wait_error;
    return n + 1;
}
