/* A range of values of an axis, a parameter or a price. */
#ifndef REPORTS_PAYOFF_RANGE_H
#define REPORTS_PAYOFF_RANGE_H

#include "search/study.h"

struct range {
    char *path;
    const char *unit; /* "" for 1 */
    double from, to;  /* from > 0: log scale */
    bool whole;
};

/* The i-th of `steps` evenly spaced values. */
double range_value(const struct range *r, size_t i, size_t steps);

/* Reads "PATH" or "PATH=FROM:TO". Without FROM:TO the range surrounds the study's value. `what`
 * starts an error message. The caller frees out->path. */
int range_read(struct range *out, const struct study *s, const char *text, const char *what,
               struct err *err);

#endif
