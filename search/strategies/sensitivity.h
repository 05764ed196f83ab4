/* Which inputs matter: Morris screening, then Sobol' indices, of any function on the unit cube. */
#ifndef SEARCH_STRATEGIES_SENSITIVITY_H
#define SEARCH_STRATEGIES_SENSITIVITY_H

#include <stddef.h>
#include <stdint.h>

/* y[n][outputs] at x[n][inputs], each input from 0 to 1. NaN: no value there. */
typedef void (*sensitivity_fn)(void *ctx, size_t n, const double *x, double *y);

struct interval {
    double value, low, high; /* 95 % of bootstrap resamples lie between */
};

/* Of one input on one output. */
struct effect {
    /* Elementary effects, change of the output over the whole range of the input at the slope
     * found: mean of their sizes and standard deviation (Morris 1991; Campolongo et al. 2007). */
    double mean, deviation;
    /* Shares of the output's variance: by this input alone, and with all it acts together with
     * (estimators of Saltelli et al. 2010 and Jansen 1999). NaN if the output does not vary. */
    struct interval first, total;
};

struct sensitivity {
    size_t inputs, outputs; /* inputs at most SOBOL_MOST / 2 */
    size_t paths;           /* of Morris: paths * (inputs + 1) evaluations */
    size_t points;          /* of Sobol': points * (inputs + 2) evaluations */
    uint64_t seed;
};

/* Fills effect[outputs][inputs]; used[outputs] gets the share of points without NaN. */
void sensitivity_run(const struct sensitivity *s, sensitivity_fn f, void *ctx,
                     struct effect *effect, double *used);

#endif
