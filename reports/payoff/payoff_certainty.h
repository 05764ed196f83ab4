/* Certainty of a pay-off: the share of random draws of prices, times and engines with P above 1.
 */
#ifndef REPORTS_PAYOFF_PAYOFF_CERTAINTY_H
#define REPORTS_PAYOFF_PAYOFF_CERTAINTY_H

#include "reports/payoff/payoff_designs.h"

/* One draw in ten is below low, one in ten above high. */
struct certainty {
    double probability; /* share of the draws with P > 1 */
    double low, median, high;
};

/* Draws prices, and m, r, efficiency and energy of engines that give a range, from triangular
 * distributions over their low, middle and high values, and the time error of each operator class
 * from a normal distribution with the deviation that calibrated timing gives (ideal timing gives
 * none). All draws are independent, the same for both sides, and the same for the same seed. */
void comparison_certainty(struct certainty *out, const struct comparison *c, uint64_t seed,
                          size_t draws);

/* Whether an engine pays in a draw. */
enum draw_verdict { DRAW_OPEN, DRAW_FAILS, DRAW_PAYS };

/* Settles the draws that are open, for less than their values take: where a design with an engine
 * beats every one without, the best ones are not searched. Adds the hardware that decided them to
 * `deciding`, unless NULL: among it alone the verdicts are the same. False if a side has no
 * design. */
bool comparison_settle(enum draw_verdict *verdict, const struct comparison *c, struct draws of,
                       struct rivals *deciding);

/* The probability alone. */
double comparison_probability(const struct comparison *c, struct draws of, struct rivals *deciding);

/* The share of n draws that pay. */
double paying_share(const enum draw_verdict *verdict, size_t n);

#endif
