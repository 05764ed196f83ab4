/* The swept columns of a run, and what part of a design each belongs to. */
#ifndef REPORTS_PAYOFF_SWEPT_COLUMNS_H
#define REPORTS_PAYOFF_SWEPT_COLUMNS_H

#include <stdbool.h>

#include "db/db.h"
#include "base/table.h"

struct swept_column {
    char *name, *unit;
    bool is_number;
    bool of_engine, of_hardware,
        of_workload; /* engine and chip are hardware; the rest is workload */
    bool chosen;     /* a mapping that each point may have chosen: none of these */
    size_t values;   /* distinct ones */
};

struct swept {
    struct db *db;
    size_t n;
    struct swept_column *column;
    char *names; /* comma-separated, for messages */
};

/* Columns before `verdict` that take more than one value in the run. Caller frees. */
int swept_read(struct swept *out, struct db *db, const struct db_run *run, struct err *err);
void swept_free(struct swept *s);

/* By its name or its path with '.', `length` characters; NULL if it is not swept. */
const struct swept_column *swept_find(const struct swept *s, const char *name, size_t length);

/* The same, where it must be swept: else NULL and "WHAT: RIGHT" in err->text. */
const struct swept_column *swept_named(const struct swept *s, const char *name, size_t length,
                                       struct err *err);

#endif
