/* The tables of `dse list`. */
#ifndef DSE_LISTING_H
#define DSE_LISTING_H

#include <stdbool.h>

#include "arch/catalogue/catalogue.h"
#include "base/err.h"
#include "base/table.h"

/* Fills the table of `dse list WHAT`; its first column is a name, one of the others the meaning.
 * `all`: every column of a part, for programs. Free with table_free, also on failure. */
int listing_make(struct table *out, const char *what, struct catalogue *c, bool all,
                 struct err *err);

#endif
