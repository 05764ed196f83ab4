/* Axes of a study: read, ordered, and put into designs. */
#ifndef SEARCH_AXIS_H
#define SEARCH_AXIS_H

#include "search/study.h"

/* An axis as it stands in the file of a study. */
struct axis_source {
    struct study *study;
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

/* Takes the axis of this path out of the study, if it is there. */
void axis_drop(struct study *s, const char *path);

/* Orders the axes slowest first and sets study->slow. */
void axes_sort(struct study *s);

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
