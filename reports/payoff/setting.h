/* Settings: fixed values of axes, parameters or prices for a pricing of a study. */
#ifndef REPORTS_PAYOFF_SETTING_H
#define REPORTS_PAYOFF_SETTING_H

#include "search/study.h"

/* A fixed value. `path` is a swept axis (by name or number), another parameter (number) or a price
 * as `prices.NAME` (number); '_' may replace '.'. */
struct setting {
    const char *path;
    const char *text; /* NULL: the number */
    double number;
};

/* Compares two paths; '_' and '.' are equal. */
bool path_equal(const char *path, const char *given);

/* Reads `text` as a value of `path`: a catalogue name, a word or a number with its unit. The
 * setting borrows both. */
int setting_parse(struct setting *out, const char *path, const char *text, struct err *err);

/* Fills the field of `path`, or fails if a setting cannot give it a number. */
int setting_check(const char *path, const struct field **field, struct err *err);

/* The value of `path` in the first design of the study. */
double setting_value(const struct study *s, const char *path);

/* Finds a parameter by its path; '_' may replace '.'. */
int setting_parameter(const char *path, struct parameter *out, struct err *err);

#endif
