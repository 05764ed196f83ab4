/* One axis of a study: read from the file and applied to designs. */
#ifndef SEARCH_AXIS_H
#define SEARCH_AXIS_H

#include "arch/catalogue/catalogue.h"
#include "arch/evaluate.h"
#include "base/conf.h"
#include "base/faults.h"

enum { AXES_MOST = 32 };

/* The part of an axis of prices, which are no part of a design. */
enum { PART_PRICES = DESIGN_PARTS };

/* An axis varies a catalogue part (model, chip, engine), one parameter or one price. */
struct axis {
    char path[64]; /* "chip", "chip.memory_byte", "prices.hbm4_usd_per_gb" */
    bool is_part;
    struct parameter parameter; /* unless is_part; of a price: price_parameter */
    size_t part;
    size_t n;
    double *value;              /* of the parameter */
    const struct entry **entry; /* of the part */
    void **part_value;          /* the entry's struct with the overrides of the study */
    const char **text;          /* names of the values; NULL if they are numbers */
    bool keeps_none;            /* do not apply to a design whose engine is `none` */
    /* real: a range without steps, so any value in it (for a count, any whole number). Then n is 1
     * and value[0] is `from`. */
    bool real, log;
    double from, to;
};

/* An axis in the file of a study. */
struct axis_source {
    struct axis *axis; /* the axes of the study so far, with room for AXES_MOST */
    size_t *axes;      /* how many; axis_read adds one */
    struct catalogue *catalogue;
    const char *folder; /* of the study: relative paths start here */
    const struct node *key;
    const char *name; /* path; equals the text of the key except for `models` */
    const struct node *value;
};

/* Reads one axis: `name: [a, b]`, `name: /regex/` over the catalogue, a single value, or
 * `name: {from, to, steps, scale}`. Rejects an empty axis and a repeated one. Adds every mistake to
 * `found`. */
void axis_read(const struct axis_source *from, struct faults *found);

/* Approximate number of values of an axis, found without making them. */
double axis_count(const struct node *value);

void axis_free(struct axis *a);

/* The field of a price by its path "prices.NAME" ('_' may replace the '.'); NULL if there is none.
 */
const struct field *price_field(const char *path);

/* The same as a parameter, whose offset is that of no parameter of a design. -1 with "unknown
 * price: did you mean ..." in err. */
int price_parameter(const char *path, struct parameter *out, struct err *err);

/* Writes the path of a parameter or price, such as "prices.hbm4_usd_per_gb". Returns `buffer`. */
char *study_path(const struct parameter *p, char *buffer, size_t size);

/* Is it a parameter of a design, or a price? */
bool study_find(const char *path, struct parameter *out);

/* The same; messages as design_parameter and price_parameter. */
int study_parameter(const char *path, struct parameter *out, struct err *err);

/* Is it a path of prices, whether or not there is such a price? */
bool path_is_of_prices(const char *path);

static inline bool axis_is_price(const struct axis *a)
{
    return a->part == PART_PRICES;
}

/* Why a price that is a factor (price_is_factor) takes no other value: "WHAT: RIGHT". */
extern const char factor_is_fixed[];

/* Sets one price; a number is certain: low, middle and high are equal. */
void price_put(const struct field *price, double value, struct price_book *out);

/* Applies value `i` of the axis to the design, which has no prices. */
void axis_put(const struct axis *a, size_t i, struct design *d);

/* The value of a real axis at the fraction `u` of its range (0 to 1), rounded if the parameter is a
 * whole number; and the fraction of a value. */
double axis_at(const struct axis *a, double u);
double axis_unit(const struct axis *a, double value);

/* Sets the parameter of the axis, not a price, to any value. */
void axis_put_value(const struct axis *a, double value, struct design *d);

/* Is value `i` the engine or the chip `none`? Parameters of a study do not apply to it. */
bool axis_is_none(const struct axis *a, size_t i);

#endif
