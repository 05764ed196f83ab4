/* The simplex method of Nelder and Mead (Computer Journal 7, 1965) with reflection 1, expansion 2,
 * contraction 1/2 and shrinkage 1/2.
 *
 * Restarting the simplex at its best point frees it from a collapsed shape, so descents repeat
 * until one gains less than BETTER of the value.
 *
 * Invariant between moves: the vertices are sorted by value, at[0] the best and at[n] the worst. */
#include "base/minimise.h"

#include <assert.h>
#include <math.h>
#include <string.h>

enum { ROUNDS_MOST = 20, STEPS_MOST = 400 };
static const double FLAT = 1e-10, BETTER = 1e-6;

struct simplex {
    size_t n;
    double at[MINIMISE_MOST + 1][MINIMISE_MOST], value[MINIMISE_MOST + 1];
};

static void put(struct simplex *s, size_t i, const double *x, double value)
{
    memcpy(s->at[i], x, s->n * sizeof *x);
    s->value[i] = value;
}

/* Insertion sort by value: n is small and the order nearly right. */
static void sort(struct simplex *s)
{
    for (size_t i = 1; i <= s->n; i++) {
        double x[MINIMISE_MOST], v = s->value[i];
        size_t j = i;
        memcpy(x, s->at[i], sizeof x);
        for (; j > 0 && s->value[j - 1] > v; j--)
            put(s, j, s->at[j - 1], s->value[j - 1]);
        put(s, j, x, v);
    }
}

/* Sets x to centre + t (worst - centre) and returns its value. */
static double probe(const struct simplex *s, const double *centre, double t, double *x,
                    minimise_fn f, void *ctx)
{
    for (size_t j = 0; j < s->n; j++)
        x[j] = centre[j] + t * (s->at[s->n][j] - centre[j]);
    return f(x, ctx);
}

static void shrink(struct simplex *s, minimise_fn f, void *ctx)
{
    for (size_t i = 1; i <= s->n; i++) {
        for (size_t j = 0; j < s->n; j++)
            s->at[i][j] = 0.5 * (s->at[i][j] + s->at[0][j]);
        s->value[i] = f(s->at[i], ctx);
    }
}

static void replace_worst(struct simplex *s, minimise_fn f, void *ctx)
{
    double centre[MINIMISE_MOST] = {0}, x[MINIMISE_MOST], far[MINIMISE_MOST];
    for (size_t i = 0; i < s->n; i++)
        for (size_t j = 0; j < s->n; j++)
            centre[j] += s->at[i][j] / (double)s->n;
    double v = probe(s, centre, -1, x, f, ctx);
    if (v < s->value[0]) {
        double further = probe(s, centre, -2, far, f, ctx);
        put(s, s->n, further < v ? far : x, fmin(further, v));
    } else if (v < s->value[s->n - 1]) {
        put(s, s->n, x, v);
    } else {
        v = probe(s, centre, 0.5, x, f, ctx);
        if (v < s->value[s->n])
            put(s, s->n, x, v);
        else
            shrink(s, f, ctx);
    }
}

static double descend(double *x, size_t n, double step, minimise_fn f, void *ctx)
{
    struct simplex s = {.n = n};
    for (size_t i = 0; i <= n; i++) {
        memcpy(s.at[i], x, n * sizeof *x);
        if (i > 0)
            s.at[i][i - 1] += step;
        s.value[i] = f(s.at[i], ctx);
    }
    for (int i = 0; i < STEPS_MOST; i++) {
        sort(&s);
        if (s.value[n] - s.value[0] <= FLAT * fabs(s.value[0]))
            break;
        replace_worst(&s, f, ctx);
    }
    sort(&s);
    memcpy(x, s.at[0], n * sizeof *x);
    return s.value[0];
}

double minimise(double *x, size_t n, double step, minimise_fn f, void *ctx)
{
    assert(n >= 1 && n <= MINIMISE_MOST);
    double best = descend(x, n, step, f, ctx);
    for (int round = 0; round < ROUNDS_MOST; round++) {
        double before = best;
        best = descend(x, n, step, f, ctx);
        if (before - best <= BETTER * fabs(before))
            break;
    }
    return best;
}
