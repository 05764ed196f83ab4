/* What a candidate is worth in a world: tokens per second and unit of budget. */
#ifndef REPORTS_PAYOFF_CANDIDATE_VALUE_H
#define REPORTS_PAYOFF_CANDIDATE_VALUE_H

#include "reports/payoff/payoff_comparison.h"

/* The value in n worlds, at most LANES; `resource`: units of the budget used in each, for the
 * budgets cost and area. */
void candidate_values(double *out, const struct candidate *k, enum budget budget,
                      const double *resource, const struct world *const w[], size_t n);

/* Tokens per second of n candidates in one world. */
void candidates_tokens_per_s(double *out, const struct candidate *k, size_t n,
                             const struct world *w);

/* At most so many tokens per second in any world that is not faster than one of these n, at most
 * LANES (world_fastest); INFINITY if its times have errors, which have no bound. */
void candidate_most_tokens_per_s(double *out, const struct candidate *k,
                                 const struct world *const fastest[], size_t n);

/* In which of n worlds, at most LANES, may it reach so many tokens per second (NAN: any)? Moves
 * them to the front of `world`, indices into w, and returns how many. */
size_t candidate_may_reach(size_t *world, size_t n, const double *tokens_per_s,
                           const struct candidate *k, const struct world *w);

/* Has its time an error, so that no world bounds it? */
bool candidate_has_errors(const struct candidate *k);

#endif
