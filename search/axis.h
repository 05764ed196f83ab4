/* Axes of a study: read, ordered, and put into designs. */
#ifndef SEARCH_AXIS_H
#define SEARCH_AXIS_H

#include "arch/catalogue/catalogue.h"
#include "arch/evaluate.h"
#include "base/conf.h"
#include "base/faults.h"

enum { AXES_MOST = 32 };

/* One axis: alternatives of a catalogue part, or values of one parameter. */
struct axis {
    char path[64]; /* "chip", "chip.memory_byte" */
    bool is_part;
    struct parameter parameter; /* unless is_part */
    size_t part;
    size_t n;
    double *value;              /* of the parameter */
    const struct entry **entry; /* of the part */
    void **part_value;          /* the entry's struct with the study's own values on top */
    const char **text;          /* the alternatives' names; NULL if they are numbers */
    bool keeps_none;            /* of an engine: not put where none was chosen among engines */
    /* A range without steps: any value (whole numbers: any of them) in it. n is 1, value[0] is
     * from.
     */
    bool real, log;
    double from, to;
};

/* An axis as it stands in the file of a study. */
struct axis_source {
    struct axis *axis; /* the axes of the study so far, with room for AXES_MOST */
    size_t *axes;      /* how many; axis_read adds one */
    struct catalogue *catalogue;
    const struct node *key;
    const char *name; /* path; the key's text except for `models` */
    const struct node *value;
};

/* Reads one axis of the study: `name: [a, b]`, `name: /regex/` over the catalogue, a single value,
 * or `name: {from, to, steps, scale}`. Refuses an empty axis and one given twice: every mistake
 * goes to `found`. */
void axis_read(const struct axis_source *from, struct faults *found);

/* About how many values an axis given like this has, known without making them. */
double axis_count(const struct node *value);

void axis_free(struct axis *a);

/* Puts alternative `i` into the design. */
void axis_put(const struct axis *a, size_t i, struct design *d);

/* The value of a real axis at `u` of its range, 0 to 1; and back. Whole where it must be. */
double axis_at(const struct axis *a, double u);
double axis_unit(const struct axis *a, double value);

/* Puts any value of the axis' parameter into the design. */
void axis_put_value(const struct axis *a, double value, struct design *d);

/* Is alternative `i` the engine that is none? No value of a study makes it one. */
bool axis_is_none(const struct axis *a, size_t i);

#endif
