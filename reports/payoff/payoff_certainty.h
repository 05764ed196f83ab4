/* How sure a pay-off is: the share of random draws of prices and times in which P is above 1. */
#ifndef REPORTS_PAYOFF_PAYOFF_CERTAINTY_H
#define REPORTS_PAYOFF_PAYOFF_CERTAINTY_H

#include "reports/payoff/payoff_comparison.h"

/* One draw in ten lies below low, one in ten above high. */
struct certainty {
    double probability; /* share of the draws with P > 1 */
    double low, median, high;
};

/* Draws worlds: each price from a triangle over its low, middle and high value, each class's time
 * error from a normal distribution with the deviation that calibrated timing states (ideal timing
 * states none), all independent, the same world for both sides. The same for the same seed. */
void comparison_certainty(struct certainty *out, const struct comparison *c, uint64_t seed,
                          size_t draws);

#endif
