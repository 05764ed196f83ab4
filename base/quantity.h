/* Numbers with a unit and an SI prefix, as people read and write them: "3.35 TB/s", "192 GiB".
 * Values are in SI units. A unit of NULL or "1" is none. */
#ifndef BASE_QUANTITY_H
#define BASE_QUANTITY_H

#include <stddef.h>

/* Reads a number with optional prefix and `unit`. 0, or -1 if `text` is not one. */
int quantity_parse(const char *text, const char *unit, double *out);

/* Formats `value` with `digits` significant digits and an SI prefix before `unit`. Fits in 48
 * bytes. Returns `buffer`. */
char *quantity_text(double value, const char *unit, int digits, char *buffer, size_t size);

/* The unit as it is written: "" for none. */
const char *unit_text(const char *unit);

/* A value that is usual in this unit, for examples. */
double quantity_sample(const char *unit);

/* Formats a number without a unit for people: whole numbers of up to seven digits in full, others
 * with `digits` significant digits and, instead of an exponent, an SI prefix: "131.07 k".
 * number_prefixed always uses a prefix. */
char *number_readable(double value, int digits, char *buffer, size_t size);
char *number_prefixed(double value, int digits, char *buffer, size_t size);

#endif
