/* Sensitivity of a pay-off: each constant moves alone over its range. */
#ifndef REPORTS_PAYOFF_PAYOFF_SWING_H
#define REPORTS_PAYOFF_PAYOFF_SWING_H

#include "reports/payoff/payoff_comparison.h"

/* P over the range of one constant, all others at their middle values. */
struct swing {
    const struct field *price; /* NULL: a time, or m or r of an engine */
    char name[64];             /* of the price, the timed operators, or the engine's parameter */
    size_t at;                 /* offset of its double in struct world */
    double low, middle, high;  /* values; for a time, standard deviations of its error; for m and r,
                                  over what the engine states */
    double p_low, p_high;      /* P at low and high */
    double flips_at;           /* value at which P = 1; NAN if not found */
    bool timed;                /* an error of times */
    bool inside;               /* flips_at is in the range */
};

/* Finds every constant that changes P, largest change first. Returns how many, at most
 * swings_most(). */
size_t swings_most(const struct comparison *c);
size_t comparison_swings(struct swing *out, const struct comparison *c);

/* Finds the widest of those that flip the verdict inside their range, for less; false if none does.
 */
bool comparison_deciding_swing(struct swing *out, const struct comparison *c);

/* Of swings with the widest first: keeps the 12 widest and all that flip the verdict inside their
 * range, in the same order. Returns how many. */
size_t swings_keep(struct swing *swing, size_t n);

/* Two constants of which neither flips the verdict inside its range while both together do. */
struct pair_flip {
    const char *name[2]; /* borrowed from the swings */
    double at[2];        /* values at which P = 1, nearest to the middle */
    /* How near: the root of the sum of the squares of both moves, each as a share of the way from
     * its middle to that end of its range. At most sqrt(2). */
    double distance;
    double p_ends; /* P with both at that end */
};

enum { PAIRED_SWINGS = 6, PAIRS_MOST = PAIRED_SWINGS * (PAIRED_SWINGS - 1) / 2 };

/* Finds the pairs among the n widest swings, nearest first. Returns how many. */
size_t comparison_pair_flips(struct pair_flip out[PAIRS_MOST], const struct comparison *c,
                             const struct swing *swing, size_t n);

#endif
