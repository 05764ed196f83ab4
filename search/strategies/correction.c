#include "search/strategies/correction.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"

/* Lengths in units of the range of a gene, INFINITY: it has no influence; noise as a share of the
 * variance (assumed). */
static const double lengths[] = {0.35, 0.7, 1.4, 2.8, INFINITY}, noises[] = {1e-6, 1e-2};
enum { PASSES = 2 }; /* over all genes, each length in turn */

struct correction {
    struct lessons from;
    double noise, mean, variance;
    double *length; /* [genes] */
    double *lower;  /* [n][n], Cholesky factor of the correlations */
    double *weight; /* [n], their inverse times value - mean */
    double *row;    /* [n], for correction_at */
};

/* Each gene counts from 0 to 1, in units of its length; between categories lies 1. */
static double correlation(const struct correction *c, const double *a, const double *b)
{
    const struct lessons *l = &c->from;
    double sum = 0;
    for (size_t i = 0; i < l->genes; i++) {
        const struct gene *g = &l->gene[i];
        double d = g->kind == GENE_CATEGORY ? a[i] != b[i]
                   : g->kind == GENE_REAL   ? a[i] - b[i]
                   : g->n > 1               ? (a[i] - b[i]) / (double)(g->n - 1)
                                            : 0;
        d /= c->length[i];
        sum += d * d;
    }
    return exp(-sum / 2);
}

static const double *lesson(const struct correction *c, size_t i)
{
    return c->from.at + i * c->from.genes;
}

/* Replaces the correlations in c->lower by their Cholesky factor. False if rounding forbids it. */
static bool factorise(struct correction *c)
{
    size_t n = c->from.n;
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j <= i; j++) {
            double sum = c->lower[i * n + j];
            for (size_t k = 0; k < j; k++)
                sum -= c->lower[i * n + k] * c->lower[j * n + k];
            if (i == j && !(sum > 0))
                return false;
            c->lower[i * n + j] = i == j ? sqrt(sum) : sum / c->lower[j * n + j];
        }
    return true;
}

/* x = lower^-1 x, and x = lower^-T x. */
static void solve_lower(const struct correction *c, double *x)
{
    size_t n = c->from.n;
    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k < i; k++)
            x[i] -= c->lower[i * n + k] * x[k];
        x[i] /= c->lower[i * n + i];
    }
}

static void solve_upper(const struct correction *c, double *x)
{
    size_t n = c->from.n;
    for (size_t i = n; i-- > 0;) {
        for (size_t k = i + 1; k < n; k++)
            x[i] -= c->lower[k * n + i] * x[k];
        x[i] /= c->lower[i * n + i];
    }
}

/* Fits mean, variance and weights to c->length and c->noise; the log of the marginal likelihood,
 * whose maximum over mean and variance is known. */
static double fit(struct correction *c)
{
    size_t n = c->from.n;
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j <= i; j++)
            c->lower[i * n + j] =
                correlation(c, lesson(c, i), lesson(c, j)) + (i == j ? c->noise : 0);
    if (!factorise(c))
        return -INFINITY;
    double *one = c->row, ones = 0, values = 0, squares = 0, log_det = 0;
    for (size_t i = 0; i < n; i++) {
        one[i] = 1;
        c->weight[i] = c->from.value[i];
    }
    solve_lower(c, one);
    solve_lower(c, c->weight);
    for (size_t i = 0; i < n; i++) {
        ones += one[i] * one[i];
        values += one[i] * c->weight[i];
        log_det += log(c->lower[i * n + i]);
    }
    c->mean = values / ones;
    for (size_t i = 0; i < n; i++) {
        c->weight[i] -= c->mean * one[i];
        squares += c->weight[i] * c->weight[i];
    }
    c->variance = squares / (double)n;
    solve_upper(c, c->weight);
    return c->variance > 0 ? -0.5 * (double)n * log(c->variance) - log_det : INFINITY;
}

/* Chooses one length for all genes and the noise. Returns the likelihood. */
static double choose_common(struct correction *c)
{
    double best = -INFINITY, length = lengths[0], noise = noises[LEN(noises) - 1];
    for (size_t i = 0; i < LEN(lengths); i++)
        for (size_t j = 0; j < LEN(noises) && isfinite(lengths[i]); j++) {
            for (size_t k = 0; k < c->from.genes; k++)
                c->length[k] = lengths[i];
            c->noise = noises[j];
            double likelihood = fit(c);
            if (likelihood > best) {
                best = likelihood;
                length = lengths[i];
                noise = noises[j];
            }
        }
    for (size_t k = 0; k < c->from.genes; k++)
        c->length[k] = length;
    c->noise = noise;
    return best;
}

/* Chooses a length for each gene. */
static void choose_each(struct correction *c, double best)
{
    for (size_t k = 0; k < PASSES * c->from.genes; k++) {
        double *length = &c->length[k % c->from.genes], chosen = *length;
        for (size_t i = 0; i < LEN(lengths); i++) {
            *length = lengths[i];
            double likelihood = fit(c);
            if (likelihood > best) {
                best = likelihood;
                chosen = lengths[i];
            }
        }
        *length = chosen;
    }
}

struct correction *correction_learn(const struct lessons *from)
{
    struct correction *c = mem_alloc(1, sizeof *c);
    c->from = *from;
    if (from->n == 0)
        return c;
    c->length = mem_alloc(from->genes + 1, sizeof *c->length);
    c->lower = mem_alloc(from->n * from->n, sizeof *c->lower);
    c->weight = mem_alloc(from->n, sizeof *c->weight);
    c->row = mem_alloc(from->n, sizeof *c->row);
    choose_each(c, choose_common(c));
    fit(c);
    return c;
}

void correction_free(struct correction *c)
{
    if (!c)
        return;
    free(c->length);
    free(c->lower);
    free(c->weight);
    free(c->row);
    free(c);
}

void correction_at(const struct correction *c, const double *gene, double *mean, double *deviation)
{
    size_t n = c->from.n;
    double known = 0;
    *mean = c->mean;
    *deviation = 0;
    if (n == 0 || !(c->variance > 0))
        return;
    for (size_t i = 0; i < n; i++) {
        c->row[i] = correlation(c, gene, lesson(c, i));
        *mean += c->row[i] * c->weight[i];
    }
    solve_lower(c, c->row);
    for (size_t i = 0; i < n; i++)
        known += c->row[i] * c->row[i];
    *deviation = sqrt(c->variance * fmax(0, 1 - known));
}
