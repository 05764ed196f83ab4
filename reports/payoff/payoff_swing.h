/* Sensitivity of a pay-off: each constant moves alone over its range. */
#ifndef REPORTS_PAYOFF_PAYOFF_SWING_H
#define REPORTS_PAYOFF_PAYOFF_SWING_H

#include "reports/payoff/payoff_comparison.h"

/* P over the range of one constant, all others at their middle values. */
struct swing {
    const struct field *price; /* NULL: a time */
    const char *name;          /* of the price or the timed operators */
    double low, middle, high;  /* values; for a time, standard deviations of its error */
    double p_low, p_high;      /* P at low and high */
    double flips_at;           /* value at which P = 1; NAN if not found */
    bool inside;               /* flips_at is in the range */
};

/* Finds every constant that changes P, largest change first. Returns how many, at most
 * swings_most(). */
size_t swings_most(void);
size_t comparison_swings(struct swing *out, const struct comparison *c);

/* Of swings with the widest first: keeps the 12 widest and all that flip the verdict inside their
 * range, in the same order. Returns how many. */
size_t swings_keep(struct swing *swing, size_t n);

#endif
