/* The parts of a device's cost, as a table and as JSON. */
#ifndef REPORTS_POINT_COSTS_H
#define REPORTS_POINT_COSTS_H

#include <stdio.h>

#include "arch/cost.h"
#include "arch/design.h"
#include "base/table.h"

/* Part, low, middle, high, as quantities; `what` heads the parts. Caller frees. */
void costs_table(struct table *out, const char *what, const struct design *d,
                 const struct price_book *book);

/* The value of "cost": an object with low, middle and high, each with the parts in USD and mm2. */
void costs_json(const struct design *d, const struct price_book *book, FILE *out);

#endif
