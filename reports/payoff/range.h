/* A range of an axis, a parameter or a price, whether the study sweeps it or not. */
#ifndef REPORTS_PAYOFF_RANGE_H
#define REPORTS_PAYOFF_RANGE_H

#include "search/study.h"

struct range {
    char *path;
    const char *unit; /* "" for 1 */
    double from, to;  /* above 0 where the scale is to be logarithmic */
    bool whole;
};

/* The i-th of `steps` values of a range. */
double range_value(const struct range *r, size_t i, size_t steps);

/* Reads "PATH" or "PATH=FROM:TO"; without a range one around the study's value. `what` begins the
 * message. The caller frees out->path. */
int range_read(struct range *out, const struct study *s, const char *text, const char *what,
               struct err *err);

#endif
