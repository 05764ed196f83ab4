/* Points given as arrays, a value per point and column, in any order: what a program that asks for
 * many points at once has. */
#ifndef SEARCH_POINT_ARRAYS_H
#define SEARCH_POINT_ARRAYS_H

#include <stdint.h>

#include "search/study.h"

/* What a column sets, and its values. */
struct point_array {
    bool is_part; /* names of the catalogue for `part`; else values of `parameter` */
    size_t part;
    struct parameter parameter; /* of a design, or a price */
    const double *number;       /* [points], or NULL: `code` is given. NAN leaves the value */
    const int32_t *code;        /* [points]: -1 leaves the value, else an index into: */
    size_t codes;
    const double *value;              /* [codes], of the parameter */
    const struct entry *const *entry; /* [codes], of the part */
};

/* A metric, or a value of the chosen mapping. */
struct wanted_array {
    bool of_plan;
    size_t at;                      /* offset in struct metrics, or in struct plan */
    double *out;                    /* [points]; NAN: none */
    bool needs_prices, tells_limit; /* of a metric */
};

struct point_arrays {
    size_t points, columns, wanted;
    const struct point_array *column;
    const struct wanted_array *want;
};

/* Evaluates every point: the base design and prices of the study, then the names, then the values
 * of the columns. Its axes are ignored, its constraints are not. Points with equal operators share
 * lanes, wherever they stand. On failure err->text is "point I: PATH: WHAT: RIGHT", I from 0 and
 * the first one with a mistake; `out` is then undefined. Results do not depend on `jobs`. */
int point_arrays_evaluate(const struct study *s, const struct point_arrays *p, size_t jobs,
                          struct err *err);

#endif
