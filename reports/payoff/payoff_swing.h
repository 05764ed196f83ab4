/* What a pay-off turns on: every constant moved alone from end to end of its range. */
#ifndef REPORTS_PAYOFF_PAYOFF_SWING_H
#define REPORTS_PAYOFF_PAYOFF_SWING_H

#include "reports/payoff/payoff_comparison.h"

/* One constant moved from end to end of its range, all others at the middle. */
struct swing {
    const struct field *price; /* NULL: a time */
    const char *name;          /* of the constant, or of what is timed */
    double low, middle, high;  /* its values; of a time, deviations of its error */
    double p_low, p_high;      /* P at these */
    double flips_at;           /* value where P = 1; NAN if it is nowhere near */
    bool inside;               /* flips_at lies in the range */
};

enum { SWINGS_MOST = 160 };

/* Every constant that moves P, the one that moves it most first. Returns how many. */
size_t comparison_swings(struct swing out[SWINGS_MOST], const struct comparison *c);

#endif
