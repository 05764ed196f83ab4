/* Values held fixed while a study is priced: of a swept axis, another parameter or a price. */
#ifndef REPORTS_PAYOFF_SETTING_H
#define REPORTS_PAYOFF_SETTING_H

#include "search/study.h"

/* A value held fixed: of a swept axis, by one of its names or any number; of another parameter, or
 * of a price as `prices.NAME`, any number. '_' may stand for '.' in the path. */
struct setting {
    const char *path;
    const char *text; /* NULL: the number */
    double number;
};

/* Do both name the same, '_' standing for '.' in either? */
bool path_is(const char *path, const char *given);

/* Reads `text` as a value of `path`: a name of the catalogue, a word or a number with its unit. The
 * setting borrows both. */
int setting_parse(struct setting *out, const char *path, const char *text, struct err *err);

/* Is `path` one that a setting may name, with a number? Fills its field: unit, range, whole. */
int setting_check(const char *path, const struct field **field, struct err *err);

/* The value that the study's first design has at a path. */
double setting_value(const struct study *s, const char *path);

/* The field of a price as `prices.NAME`, or NULL. */
const struct field *setting_price(const char *path);

/* A parameter by its path, '_' standing for '.'. */
int setting_parameter(const char *path, struct parameter *out, struct err *err);

#endif
