/* The best values of a workload in all draws, kept for the comparisons that ask for them again:
 * that of all engines, and that of each engine on its own, with the same control. */
#ifndef REPORTS_PAYOFF_KEPT_DRAWS_H
#define REPORTS_PAYOFF_KEPT_DRAWS_H

#include <stddef.h>
#include <stdint.h>

struct kept_draws;

/* Which draws. */
struct draws {
    uint64_t seed;
    size_t n;
};

/* Keeps the draws of one workload. Free with kept_draws_free, which takes NULL. */
struct kept_draws *kept_draws_make(void);
void kept_draws_free(struct kept_draws *k);

/* The best value of an engine's designs in each draw, or (NULL) that of the designs without one.
 * NULL if it is not kept. */
const double *kept_draws_find(const struct kept_draws *k, const char *engine, struct draws of);

/* Copies `best`. */
void kept_draws_add(struct kept_draws *k, const char *engine, struct draws of, const double *best);

#endif
