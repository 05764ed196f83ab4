/* The answers to a list of points, as a table. */
#ifndef DSE_POINTS_TABLE_H
#define DSE_POINTS_TABLE_H

#include "base/table.h"
#include "dse/points.h"
#include "search/space.h"

/* Input columns unchanged, then the metrics, then the mapping. An input column with the name of one
 * of these becomes given_NAME. */
void points_begin(struct table *t, const struct csv *csv);

/* What the rows of a list are based on. */
struct points_base {
    struct study *base, *init; /* rows that name no scenario are of `init` */
    struct catalogue *catalogue;
    struct cursor cursor; /* zero-initialise it; free it with cursor_free */
    bool feasible;        /* was a row feasible? */
};

/* Evaluates a row and adds it to the table. -1 if `p->found` has a mistake. */
int points_evaluate(struct points_base *with, struct points *p, size_t row, struct table *t);

#endif
