/* The throughput of the designs of a contest in worlds that were priced before. Throughput depends
 * only on what moves the times of steps (drawn_step.h), so it is the same in worlds that differ in
 * other prices, and a world bounds that in all worlds that are no faster. */
#ifndef REPORTS_PAYOFF_KNOWN_RATES_H
#define REPORTS_PAYOFF_KNOWN_RATES_H

#include "reports/payoff/payoff_comparison.h"

enum { KNOWN_MOST = 64 };

struct known_rates;
struct known_rates *known_rates_make(size_t designs);
void known_rates_free(struct known_rates *k); /* takes NULL */

/* The tokens per second of each design in a world with the speeds of w, NAN where they are not
 * known yet. Adds the world, in place of the oldest if there are many, if there is none. */
double *known_rates_at(struct known_rates *k, const struct world *w);

/* The same for a world that gives its place to no other while there are others: one in which every
 * design is priced. */
double *known_rates_keep(struct known_rates *k, const struct world *w);

/* The kept rows of worlds that are at least as fast as w, at most KNOWN_MOST. Returns how many.
 * Other rows bound nothing: near the lowest clock, far beyond the range of a power limit, a faster
 * world may take longer by more than rounding. */
size_t known_rates_faster(const double *rows[KNOWN_MOST], const struct known_rates *k,
                          const struct world *w);

#endif
