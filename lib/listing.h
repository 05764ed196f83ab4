/* The lists of `dse list`: the catalogue, and every name with its unit, range and meaning. */
#ifndef LIB_LISTING_H
#define LIB_LISTING_H

#include "arch/catalogue/catalogue.h"
#include "base/table.h"

struct listing;

/* The list called `what`, such as "models" or "parameters"; NULL with "unknown list ..." in err. */
const struct listing *listing_named(const char *what, struct err *err);

/* `all`: all columns, for programs; else the few that tell entries apart. Caller frees `out`, also
 * after a failure. */
int listing_make(struct table *out, const struct listing *l, bool all, struct catalogue *c,
                 struct err *err);

#endif
