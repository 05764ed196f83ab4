/* Fields: const tables that describe structs of doubles.
 *
 * Every parameter and every metric is a double, in SI units, in a plain struct. One table per
 * struct has a row per member. YAML keys, --set, columns, help, reports and axes all use these
 * tables, so a name, a unit or a range is written once. */
#ifndef BASE_FIELD_H
#define BASE_FIELD_H

#include <math.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/nearest_name.h"
#include "base/quantity.h"

/* A word that stands for a number: "bf16" for 2 bytes, "max" for 0. */
struct word {
    const char *text;
    double value;
};

struct field {
    const char *name; /* name of the member, the YAML key, the column and the heading */
    const char *unit; /* "B", "B/s", "FLOP/s", "s", "USD", "mm2", ...; "1" for a plain number */
    size_t offset;    /* of the double in the struct */
    double lo, hi;    /* valid range, both ends included */
    double init;      /* default; NAN: the value is required */
    bool whole;       /* whole numbers only */
    bool only_words;  /* no numbers, only one of `words` */
    bool joined;      /* with `words`, whose values are bits: several may be joined by '+' */
    int sense;        /* metrics: +1 to maximise, -1 to minimise, 0 neither */
    const struct word *words; /* ends with { NULL, 0 }; NULL if there are none */
    const struct word
        *also; /* with `words`: synonyms that are read but never printed; ends with { NULL, 0 } */
    struct word (*registry)(size_t i); /* replaces `words`: built from the rows of a registry */
    /* A number without a unit that is below `plain_lo` or above `plain_hi` (0: no such bound) is
     * refused, since the user probably meant `plain_unit`. */
    double plain_lo, plain_hi;
    const char *plain_unit;
    size_t parent; /* a value that was not given is that of the owner's owner: 1 + its offset there;
                      0: none */
    const char *doc;  /* one sentence */
    const void *more; /* data of the table's owner about the row, or NULL */
};

extern const struct word yes_no_words[]; /* no: 0, yes: 1 */

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

/* Fails to compile if a member of the struct has no row, or two. */
#define COVERS(rows, type)                                                                         \
    _Static_assert(sizeof(rows) / sizeof((rows)[0]) * sizeof(double) == sizeof(struct type),       \
                   "one row per member of struct " #type)

/* The row called `name`, or NULL. A time such as `tpot_s` is also found as `tpot`. */
const struct field *field_find(struct fields table, const char *name);

/* The row whose name is nearest to `name`, as name_nearest says, or NULL. */
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

/* Reads "8 TB/s", "192 GiB", "50 ms", "4 M", "bf16", "max", "0.8" as the value of `f`, in SI. The
 * unit may be omitted; prefixes k M G T P E and m u n p, binary Ki Mi Gi Ti Pi. On failure
 * err->text is "WHAT: RIGHT" without a position, e.g. "\"3.35 TB\" is not in B/s: write a number
 * and B/s, like 1 TB/s". */
int field_parse(const struct field *f, const char *text, double *out, struct err *err);

/* The same for a text below a name that states the SI unit, as in our own tables: a number without
 * a unit is never questioned. */
int field_parse_si(const struct field *f, const char *text, double *out, struct err *err);

/* Is `value` in the range, and whole if it must be? Fails as field_parse does. */
int field_check(const struct field *f, double value, struct err *err);

/* Formats `value` for people: "8.00 TB/s", "192 GB", "31.2 ms", "bf16", "max". Fits in 48 bytes.
 * Returns `buffer`. */
char *field_text(const struct field *f, double value, char *buffer, size_t size);

/* Word `i` of `f`, synonyms last; false past the end. */
bool field_word_at(const struct field *f, size_t i, struct word *out);

/* The first word for `value` in `f`, or NULL. */
const char *field_word(const struct field *f, double value);

#endif
