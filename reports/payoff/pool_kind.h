/* The pools of a design, by name and by the columns of the store. */
#ifndef REPORTS_PAYOFF_POOL_KIND_H
#define REPORTS_PAYOFF_POOL_KIND_H

#include "arch/design.h"

enum { POOL_KINDS = 3 };

struct pool_kind {
    size_t part;         /* of a design: its chip */
    const char *noun;    /* "FFN pool" */
    const char *prefix;  /* of its columns: "pools_ffn_" */
    const char *chip;    /* column of its chip */
    const char *devices; /* metric: their number */
    const char *usd;     /* metric: their share of the price */
};

/* `n` gets their number. */
const struct pool_kind *pool_kinds(size_t *n);

/* The pool that a column, or a path with '.', is about; NULL: none. */
const struct pool_kind *pool_of(const char *column);

#endif
