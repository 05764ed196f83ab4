/* What a cheap level of fidelity gets wrong, learnt at some points: a Gaussian process over the
 * genes (Rasmussen and Williams 2006, algorithm 2.1) with a constant mean and a squared-exponential
 * kernel with a length for each gene (automatic relevance determination, section 5.1). Lengths and
 * noise are those of the largest marginal likelihood. */
#ifndef SEARCH_STRATEGIES_CORRECTION_H
#define SEARCH_STRATEGIES_CORRECTION_H

#include <stddef.h>

#include "search/strategies/strategy.h"

struct correction;

/* What to learn: `value[n]` at the points genes[n][genes]; the time grows with n cubed. */
struct lessons {
    const struct gene *gene;
    size_t genes, n;
    const double *at, *value;
};

/* Borrows gene and at. Caller frees. */
struct correction *correction_learn(const struct lessons *from);
void correction_free(struct correction *c); /* takes NULL */

/* The value to expect at a point, and its standard deviation. Without lessons: 0 and 0. */
void correction_at(const struct correction *c, const double *gene, double *mean, double *deviation);

#endif
