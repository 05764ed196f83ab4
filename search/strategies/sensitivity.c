/* Morris (1991): random paths on a grid of LEVELS change one input at a time; each change is an
 * elementary effect. Sobol' indices: two independent samples a and b of a Sobol' sequence, and one
 * sample per input that is a with this input of b (Saltelli et al. 2010, Jansen 1999). Confidence
 * intervals come from bootstrap resamples of the points. */
#include "search/strategies/sensitivity.h"

#include <assert.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/random.h"
#include "base/sobol.h"

enum { LEVELS = 4, BLOCK = 4096, RESAMPLES = 500 };

static void evaluate_all(const struct sensitivity *s, sensitivity_fn f, void *ctx, size_t n,
                         const double *x, double *y)
{
    for (size_t at = 0; at < n; at += BLOCK)
        f(ctx, n - at < BLOCK ? n - at : (size_t)BLOCK, x + at * s->inputs, y + at * s->outputs);
}

/* ---- Morris: paths on a grid of levels that change one input at a time ---- */

static void draw_path(const struct sensitivity *s, struct random *r, double *x, size_t *order)
{
    const double step = LEVELS / (2.0 * (LEVELS - 1));
    for (size_t i = 0; i < s->inputs; i++) {
        x[i] = (double)random_below(r, LEVELS / 2) / (LEVELS - 1);
        if (random_next(r) >> 63)
            x[i] += step;
        order[i] = i;
    }
    random_shuffle(r, order, s->inputs);
    for (size_t k = 0; k < s->inputs; k++) {
        const double *before = x + k * s->inputs;
        double *now = x + (k + 1) * s->inputs, *moved = now + order[k];
        memcpy(now, before, s->inputs * sizeof *x);
        *moved += *moved < step ? step : -step;
    }
}

static void morris(const struct sensitivity *s, sensitivity_fn f, void *ctx, struct effect *effect)
{
    const double step = LEVELS / (2.0 * (LEVELS - 1));
    size_t each = s->inputs + 1, n = s->paths * each;
    double *x = mem_alloc(n * s->inputs, sizeof *x), *y = mem_alloc(n * s->outputs, sizeof *y);
    size_t *order = mem_alloc(n, sizeof *order);
    struct random r;

    random_seed(&r, s->seed);
    for (size_t p = 0; p < s->paths; p++)
        draw_path(s, &r, x + p * each * s->inputs, order + p * each);
    evaluate_all(s, f, ctx, n, x, y);
    for (size_t o = 0; o < s->outputs; o++)
        for (size_t i = 0; i < s->inputs; i++) {
            double count = 0, size = 0, sum = 0, square = 0;
            for (size_t p = 0; p < s->paths; p++)
                for (size_t k = 0; k < s->inputs; k++) {
                    size_t at = p * each + k;
                    if (order[at] != i)
                        continue;
                    bool up = x[(at + 1) * s->inputs + i] > x[at * s->inputs + i];
                    double by = (y[(at + 1) * s->outputs + o] - y[at * s->outputs + o]) / step;
                    if (isnan(by))
                        continue;
                    by = up ? by : -by;
                    count++;
                    size += fabs(by);
                    sum += by;
                    square += by * by;
                }
            struct effect *e = &effect[o * s->inputs + i];
            e->mean = count > 0 ? size / count : NAN;
            e->deviation =
                count > 1 ? sqrt(fmax(0, square - sum * sum / count) / (count - 1)) : NAN;
        }
    free(order);
    free(x);
    free(y);
}

/* ---- Sobol': two samples, and one that mixes them for every input ---- */

/* Values of one output: each row has f(a), f(b), then f(a with input i of b) for every i. */
struct sample {
    size_t n, inputs;
    double *y;
};

struct indices {
    double first[SOBOL_MOST / 2], total[SOBOL_MOST / 2];
};

static void estimate(struct indices *out, const struct sample *s, const size_t *row)
{
    double sum = 0, square = 0, n = (double)s->n;
    size_t width = s->inputs + 2;
    for (size_t k = 0; k < s->n; k++) {
        const double *y = s->y + row[k] * width;
        sum += y[0] + y[1];
        square += y[0] * y[0] + y[1] * y[1];
    }
    double mean = sum / (2 * n), variance = square / (2 * n) - mean * mean;
    bool varies = variance > 1e-20 * square / (2 * n);
    for (size_t i = 0; i < s->inputs; i++) {
        double first = 0, total = 0;
        for (size_t k = 0; k < s->n; k++) {
            const double *y = s->y + row[k] * width;
            double change = y[2 + i] - y[0];
            first += (y[1] - mean) * change;
            total += change * change;
        }
        out->first[i] = varies ? first / n / variance : NAN;
        out->total[i] = varies ? total / (2 * n) / variance : NAN;
    }
}

static int by_value(const void *a, const void *b)
{
    const double *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

static struct interval interval_of(double value, double *resampled)
{
    qsort(resampled, RESAMPLES, sizeof *resampled, by_value);
    return (struct interval){value, resampled[RESAMPLES * 25 / 1000],
                             resampled[RESAMPLES - 1 - RESAMPLES * 25 / 1000]};
}

static void indices_of(const struct sample *s, uint64_t seed, struct effect *effect)
{
    size_t *row = mem_alloc(s->n, sizeof *row);
    double *drawn = mem_alloc(s->inputs * 2 * RESAMPLES, sizeof *drawn);
    struct indices whole, *one = mem_alloc(1, sizeof *one);
    struct random r;

    for (size_t k = 0; k < s->n; k++)
        row[k] = k;
    estimate(&whole, s, row);
    random_seed(&r, seed);
    for (size_t b = 0; b < RESAMPLES && s->n; b++) {
        for (size_t k = 0; k < s->n; k++)
            row[k] = random_below(&r, s->n);
        estimate(one, s, row);
        for (size_t i = 0; i < s->inputs; i++) {
            drawn[2 * i * RESAMPLES + b] = one->first[i];
            drawn[(2 * i + 1) * RESAMPLES + b] = one->total[i];
        }
    }
    for (size_t i = 0; i < s->inputs; i++) {
        struct interval none = {NAN, NAN, NAN};
        bool there = s->n && !isnan(whole.total[i]);
        effect[i].first = there ? interval_of(whole.first[i], drawn + 2 * i * RESAMPLES) : none;
        effect[i].total =
            there ? interval_of(whole.total[i], drawn + (2 * i + 1) * RESAMPLES) : none;
    }
    free(row);
    free(drawn);
    free(one);
}

static void sobol(const struct sensitivity *s, sensitivity_fn f, void *ctx, struct effect *effect,
                  double *used)
{
    size_t width = s->inputs + 2, n = s->points * width;
    double *x = mem_alloc(n * s->inputs, sizeof *x), *y = mem_alloc(n * s->outputs, sizeof *y);
    double both[SOBOL_MOST];
    struct sobol *even = mem_alloc(1, sizeof *even);

    sobol_make(even, 2 * s->inputs, s->seed + 1);
    for (size_t k = 0; k < s->points; k++) {
        double *at = x + k * width * s->inputs;
        sobol_at(even, k, both);
        memcpy(at, both, 2 * s->inputs * sizeof *at);
        for (size_t i = 0; i < s->inputs; i++) {
            double *mixed = at + (2 + i) * s->inputs;
            memcpy(mixed, both, s->inputs * sizeof *at);
            mixed[i] = both[s->inputs + i];
        }
    }
    evaluate_all(s, f, ctx, n, x, y);
    for (size_t o = 0; o < s->outputs; o++) {
        struct sample sample = {0, s->inputs, mem_alloc(n, sizeof *y)};
        for (size_t k = 0; k < s->points; k++) {
            double *row = sample.y + sample.n * width;
            bool whole = true;
            for (size_t i = 0; i < width; i++) {
                row[i] = y[(k * width + i) * s->outputs + o];
                whole = whole && isfinite(row[i]);
            }
            sample.n += whole;
        }
        used[o] = (double)sample.n / (double)s->points;
        indices_of(&sample, s->seed + o, effect + o * s->inputs);
        free(sample.y);
    }
    free(x);
    free(y);
    free(even);
}

void sensitivity_run(const struct sensitivity *s, sensitivity_fn f, void *ctx,
                     struct effect *effect, double *used)
{
    assert(2 * s->inputs <= SOBOL_MOST);
    morris(s, f, ctx, effect);
    sobol(s, f, ctx, effect, used);
}
