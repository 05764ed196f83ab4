/* Inverse question: which engine would pay off? */
#ifndef REPORTS_PAYOFF_REQUIRED_ENGINE_H
#define REPORTS_PAYOFF_REQUIRED_ENGINE_H

#include "reports/payoff/payoff_answer.h"

/* A row for every group and bandwidth ratio m:
 *
 * - ridge_at_C_percent: the lowest ridge point at which an engine pays that adds C % (0, 5, 10, 20)
 *   to the cost of the system; payoff_at_C_percent, payoff_below_C_percent: P there and at a ridge
 *   point a thousandth lower.
 *
 * - most_cost_share, most_usd_per_device: the most it may cost at any ridge point.
 *
 * - least_capacity_ratio: the least memory it may leave, at any ridge point and no cost.
 *
 * - ridge_priced: the lowest ridge point at which it pays as logic on the base dies, at the prices
 *   of the study; payoff_priced, payoff_priced_below: as above; usd_per_device_priced: what it then
 *   costs; payoff_fed: P of that engine as the base dies feed and cool it, below 1 where it cannot
 *   be had.
 *
 * - cheapest: 1 in the row of the least usd_per_device_priced.
 *
 * A row with the m that minimises usd_per_device_priced follows those of the scale of m. Empty:
 * there is none. q->study must have a free engine (payoff_study_free_engine). Caller frees. */
void required_engine_table(const struct payoff *p, const struct payoff_question *q,
                           struct table *out);

#endif
