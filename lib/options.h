/* Options of the public functions: texts "name=value" in an array that ends with NULL. */
#ifndef LIB_OPTIONS_H
#define LIB_OPTIONS_H

#include <stddef.h>

#include "base/err.h"

/* Fails if an option is not one of `known`, which ends with NULL, or is not "name=value". */
int options_check(const char *const *options, const char *const *known, struct err *err);

/* The value of an option, the last if it is given twice; NULL if it is not given. */
const char *options_value(const char *const *options, const char *name);

/* The number of threads: the option jobs, or all processors. */
int options_jobs(const char *const *options, size_t *out, struct err *err);

#endif
