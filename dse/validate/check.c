#include "dse/validate/check.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text_file.h"

/* Rounds to hundredths of a percent. */
static double percent(double ratio)
{
    return round(1e4 * ratio) / 100;
}

static void add_row(struct check *c, const char *source, const char *what, struct pair pair,
                    double error, const char *why)
{
    table_text(&c->rows, source);
    table_text(&c->rows, what);
    table_number(&c->rows, pair.published);
    table_number(&c->rows, pair.ours);
    table_number(&c->rows, error);
    table_text(&c->rows, why);
}

void check_row(struct check *c, const char *source, const char *what, struct pair pair,
               const char *why)
{
    add_row(c, source, what, pair, percent(pair.ours / pair.published - 1), why);
}

void check_bound(struct check *c, const char *source, const char *what, struct pair pair,
                 const char *why)
{
    add_row(c, source, what, pair, NAN, why);
}

void tally_add(struct tally *t, struct pair pair)
{
    if (t->n == t->room)
        t->pair = mem_grow(t->pair, t->room = t->room ? 2 * t->room : 64, sizeof *t->pair);
    t->pair[t->n++] = pair;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* A value and its index. */
struct ranked {
    double value;
    size_t of;
};

/* Ranks from 1; equal values get their mean rank. */
static void ranks(double *rank, const double *value, size_t n)
{
    struct ranked *r = mem_alloc(n, sizeof *r);
    for (size_t i = 0; i < n; i++)
        r[i] = (struct ranked){value[i], i};
    qsort(r, n, sizeof *r, by_value);
    for (size_t i = 0, j; i < n; i = j) {
        for (j = i + 1; j < n && r[j].value == r[i].value; j++)
            ;
        for (size_t k = i; k < j; k++)
            rank[r[k].of] = ((double)(i + j) + 1) / 2;
    }
    free(r);
}

/* Spearman's rank correlation. */
static double rank_correlation(const struct tally *t)
{
    double *of[2] = {mem_alloc(t->n, sizeof(double)), mem_alloc(t->n, sizeof(double))};
    double *value = mem_alloc(t->n, sizeof *value), mean = ((double)t->n + 1) / 2;
    double both = 0, one = 0, two = 0;
    for (int side = 0; side < 2; side++) {
        for (size_t i = 0; i < t->n; i++)
            value[i] = side ? t->pair[i].ours : t->pair[i].published;
        ranks(of[side], value, t->n);
    }
    for (size_t i = 0; i < t->n; i++) {
        double x = of[0][i] - mean, y = of[1][i] - mean;
        both += x * y;
        one += x * x;
        two += y * y;
    }
    free(of[0]);
    free(of[1]);
    free(value);
    return both / sqrt(one * two);
}

/* Targets for results that nothing was fitted to: the largest errors allowed in percent, and the
 * least rank correlation. */
static const struct target {
    const char *source, *group;
    double mean, median, largest, rank;
} targets[] = {
    {"LLMSimulator, decode", "TPOT", INFINITY, 0.2, 1, 0},
    {"LLMSimulator, decode, skewed experts", "TPOT", INFINITY, INFINITY, 3, 0},
    {"LLMSimulator, weights and KV cache", "bytes", INFINITY, INFINITY, 0.5, 0},
    {"silicon, GEMM", "all", 9, INFINITY, INFINITY, 0},
    {"silicon, decode attention", "all", 11, INFINITY, INFINITY, 0},
    {"silicon, decode MLA", "all", 10, INFINITY, INFINITY, 0},
    {"silicon, MoE", "all", 16, INFINITY, INFINITY, 0},
    {"silicon, collectives", "all", 14, INFINITY, INFINITY, 0},
    {"silicon, prefill attention", "all", 10, INFINITY, INFINITY, 0},
    {"silicon, prefill MLA", "all", 10, INFINITY, INFINITY, 0},
    {"silicon, serving, TPOT", "all", 15, 9.5, INFINITY, 0.95},
    {"silicon, serving, TPOT", "each chip by its siblings", 14, INFINITY, INFINITY, 0},
    {"ML.ENERGY v3.0, models held out", "H100, dense", 12, INFINITY, INFINITY, 0},
    {"ML.ENERGY v3.0, models held out", "H100, experts", 12, INFINITY, INFINITY, 0},
    {"ML.ENERGY v3.0, models held out", "B200, dense", 12, INFINITY, INFINITY, 0},
    {"ML.ENERGY v3.0, models held out", "B200, experts", 12, INFINITY, INFINITY, 0},
    {"systems with pools", "measured on GB200", INFINITY, INFINITY, 5, 0},
    {"published serving", "all", INFINITY, 12, INFINITY, 0},
    {"published serving", "TensorRT-LLM, all", INFINITY, 8, INFINITY, 0},
    {"published serving", "TensorRT-LLM, all experts", INFINITY, 12, INFINITY, 0},
    {"published serving", "decode of DeepSeek-V3 on H800", INFINITY, INFINITY, 15, 0},
};

static const struct target *target_of(const char *source, const char *group, const char *fitted)
{
    for (size_t i = 0; i < LEN(targets) && !strcmp(fitted, "no"); i++)
        if (!strcmp(targets[i].source, source) && !strcmp(targets[i].group, group))
            return &targets[i];
    return NULL;
}

/* The target in words and whether it is met: two cells, empty without a target. */
static void add_target(struct check *c, const struct target *t, double mean, double median,
                       double largest, double rank)
{
    const struct {
        const char *name;
        double least, got, most;
    } part[] = {{"mean", 0, mean, t ? t->mean : INFINITY},
                {"median", 0, median, t ? t->median : INFINITY},
                {"largest", 0, largest, t ? t->largest : INFINITY},
                {"rank", t ? t->rank : 0, rank, INFINITY}};
    char *text = mem_text("");
    bool met = true;
    for (size_t i = 0; i < LEN(part) && t; i++) {
        if (part[i].most == INFINITY && part[i].least <= 0)
            continue;
        bool upper = part[i].most < INFINITY;
        char *longer = mem_print("%s%s%s %s %g", text, *text ? ", " : "", part[i].name,
                                 upper ? "<=" : ">=", upper ? part[i].most : part[i].least);
        free(text);
        text = longer;
        met = met && part[i].got <= part[i].most && part[i].got >= part[i].least;
    }
    table_text(&c->summary, text);
    table_text(&c->summary, t ? met ? "yes" : "no" : "");
    free(text);
}

void check_summary(struct check *c, const char *source, const char *group, const char *fitted,
                   struct tally *t)
{
    enum { RANKED = 5 }; /* a rank correlation of fewer results means little */
    double mean = 0, bias = 0, inside = 0, spans = 0;
    if (!t->n)
        return;
    double *error = mem_alloc(t->n, sizeof *error);
    for (size_t i = 0; i < t->n; i++) {
        const struct pair *p = &t->pair[i];
        error[i] = fabs(p->ours / p->published - 1);
        mean += error[i] / (double)t->n;
        bias += log(p->ours / p->published) / (double)t->n;
        spans += !isnan(p->low);
        inside += p->published >= p->low && p->published <= p->high;
    }
    qsort(error, t->n, sizeof *error, by_value);
    table_text(&c->summary, source);
    table_text(&c->summary, group);
    table_text(&c->summary, fitted);
    table_number(&c->summary, (double)t->n);
    double rank = t->n >= RANKED ? percent(rank_correlation(t)) / 100 : NAN;
    double median = percent(error[t->n / 2]), largest = percent(error[t->n - 1]);
    table_number(&c->summary, percent(mean));
    table_number(&c->summary, median);
    table_number(&c->summary, largest);
    table_number(&c->summary, rank);
    table_number(&c->summary, spans > 0 ? percent(inside / spans) : NAN);
    table_number(&c->summary, percent(exp(bias) - 1));
    add_target(c, target_of(source, group, fitted), percent(mean), median, largest, rank);
    free(error);
    free(t->pair);
    *t = (struct tally){0};
}

bool check_file(const struct check *c, const char *name, char **path)
{
    *path = mem_print("%s/%s", c->dir, name);
    if (!text_file_is_absent(*path))
        return true;
    free(*path);
    *path = NULL;
    return false;
}
