/* Global sensitivity analysis of any function on the unit cube: Morris screening and Sobol'
 * indices.
 */
#ifndef SEARCH_STRATEGIES_SENSITIVITY_H
#define SEARCH_STRATEGIES_SENSITIVITY_H

#include <stddef.h>
#include <stdint.h>

/* Fills y[n][outputs] for x[n][inputs], each input from 0 to 1. NaN: undefined at this point. */
typedef void (*sensitivity_fn)(void *ctx, size_t n, const double *x, double *y);

struct interval {
    double value, low, high; /* 95 % of the bootstrap resamples are between low and high */
};

/* The effect of one input on one output. */
struct effect {
    /* Elementary effects, scaled to the whole range of the input: mean of their absolute values and
     * standard deviation (Morris 1991; Campolongo et al. 2007). */
    double mean, deviation;
    /* Shares of the variance of the output: first-order index, of this input alone, and total
     * index, with all its interactions (estimators of Saltelli et al. 2010 and Jansen 1999). NaN if
     * the output does not vary. */
    struct interval first, total;
};

struct sensitivity {
    size_t inputs, outputs; /* inputs at most SOBOL_MOST / 2 */
    size_t paths;           /* of Morris: paths * (inputs + 1) evaluations */
    size_t points;          /* of Sobol': points * (inputs + 2) evaluations */
    uint64_t seed;
};

/* Fills effect[outputs][inputs] and used[outputs], the share of points without NaN. */
void sensitivity_run(const struct sensitivity *s, sensitivity_fn f, void *ctx,
                     struct effect *effect, double *used);

#endif
