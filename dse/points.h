/* A list of points: which of its columns set what, and the design of each row. */
#ifndef DSE_POINTS_H
#define DSE_POINTS_H

#include "arch/catalogue/catalogue.h"
#include "base/csv.h"

struct points {
    const char *path;
    struct csv csv; /* without blanks around the names of columns */
    struct target *target;
};

/* Reads the list. Refuses columns given twice, names that look like a parameter misspelt, and a
 * list that sets nothing. points_close. */
int points_open(struct points *out, const char *path, struct err *err);

/* The same from memory; `name` stands for the file in messages. */
int points_parse(struct points *out, const char *name, const char *text, size_t length,
                 struct err *err);

/* Puts a row over the design: entries of the catalogue first, single values on top. */
int points_put(const struct points *p, size_t row, struct catalogue *c, struct design *d,
               struct err *err);

void points_close(struct points *p);

#endif
