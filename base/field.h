/* Fields: const tables that describe structs of doubles.
 *
 * Every parameter and every metric is a double, in SI, in a plain struct. Beside the struct
 * stands one table with a row per member. YAML keys, --set, columns, help, reports and axes
 * all walk the tables, so a name, a unit or a range is written once. */
#ifndef BASE_FIELD_H
#define BASE_FIELD_H

#include <math.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

/* A word that stands for a number: "bf16" for 2 bytes, "max" for 0. */
struct word {
    const char *text;
    double value;
};

struct field {
    const char *name; /* the member's name; also YAML key, column and heading */
    const char *unit; /* "B", "B/s", "FLOP/s", "s", "USD", "mm2", ...; "1" for a plain number */
    size_t offset;    /* of the double in the struct */
    double lo, hi;    /* range a number must lie in, both ends allowed */
    double init;      /* default; NAN: the value is required */
    bool whole;       /* only whole numbers */
    bool only_words;  /* numbers are not accepted, one of `words` is needed */
    int sense;        /* metrics: +1 more is better, -1 less is better, 0 neither */
    const struct word *words; /* ends with { NULL, 0 }; NULL for none */
    const struct word *also;  /* with `words`: others that are read, not written; ends likewise */
    struct word (*registry)(size_t i); /* instead of `words`: made of the rows of a registry */
    /* A number without a unit below `plain_lo` or above `plain_hi` (0: no such end) is questioned:
     * more likely it was meant in `plain_unit`. */
    double plain_lo, plain_hi;
    const char *plain_unit;
    const char *doc;  /* one sentence */
    const void *more; /* what else the owner of the table says of the row; NULL: nothing */
};

/* A table. `section` names the struct in paths: "chip" in chip.memory_byte; "" for metrics. */
struct fields {
    const char *section;
    const struct field *row;
    size_t n;
    size_t size; /* of the struct */
};

/* Rows are written { FIELD(chip, memory_byte, "B"), .lo = ..., .doc = "..." }. */
#define FIELD(type, member, of_unit)                                                               \
    .name = #member, .unit = of_unit, .offset = offsetof(struct type, member)

/* Does not compile if a member of the struct has no row (or a row is there twice). */
#define COVERS(rows, type)                                                                         \
    _Static_assert(sizeof(rows) / sizeof((rows)[0]) * sizeof(double) == sizeof(struct type),       \
                   "one row per member of struct " #type)

/* The row called `name`, or NULL. A row of a time, `tpot_s`, is also found as `tpot`. */
const struct field *field_find(struct fields table, const char *name);

/* Letters put in, left out, changed or swapped with the next that make `b` of `a`, whatever their
 * case; SIZE_MAX for names over 63 letters. */
size_t name_distance(const char *a, const char *b);

/* The row whose name is nearest to `name` by edit distance, or NULL if none is near. */
const char *name_nearest(const char *name, const char *const *names, size_t n);
const char *field_nearest(struct fields table, const char *name);

static inline double field_get(const struct field *f, const void *object)
{
    return *(const double *)((const char *)object + f->offset);
}

static inline void field_put(const struct field *f, void *object, double value)
{
    *(double *)((char *)object + f->offset) = value;
}

/* Sets every member to its default; a required one becomes NAN. */
void fields_init(struct fields table, void *object);

/* Reads "8 TB/s", "192 GiB", "50 ms", "4 M", "bf16", "max", "0.8" as the value of `f`, in SI.
 * The unit may be left out; prefixes k M G T P E and m u n p, binary Ki Mi Gi Ti Pi.
 * On failure err->text is "WHAT: RIGHT" without a place, e.g.
 * "\"3.35 TB\" is not in B/s: write a number and B/s, like 1 TB/s". */
int field_parse(const struct field *f, const char *text, double *out, struct err *err);

/* Is `value` in the range, whole where it must be? Same form of failure. */
int field_check(const struct field *f, double value, struct err *err);

/* Reads a number with optional prefix and `unit` ("1" or NULL: none). 0, or -1 if it is not one. */
int quantity_parse(const char *text, const char *unit, double *out);

/* Writes `value` the way people read it: "8.00 TB/s", "192 GB", "31.2 ms", "bf16", "max".
 * Fits in 48 bytes. Returns `buffer`. */
char *field_text(const struct field *f, double value, char *buffer, size_t size);

/* Word `i` of `f`, those that are only read after the others; false past the last. */
bool field_word_at(const struct field *f, size_t i, struct word *out);

/* The first word that stands for `value` in `f`, or NULL. */
const char *field_word(const struct field *f, double value);

/* `value` with `digits` significant digits and an SI prefix before `unit`. */
char *quantity_text(double value, const char *unit, int digits, char *buffer, size_t size);

/* A number without a unit as people read it: whole ones of at most seven digits in full, all others
 * with `digits` significant digits and, where that would need an exponent, an SI prefix: "131.07
 * k". number_prefixed has the prefix in any case. */
char *number_readable(double value, int digits, char *buffer, size_t size);
char *number_prefixed(double value, int digits, char *buffer, size_t size);

#endif
