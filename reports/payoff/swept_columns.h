/* The swept columns of a run, and the part of a design that each belongs to. */
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
    bool chosen;     /* part of a mapping that each point may have chosen */
    size_t values;   /* number of distinct values */
};

struct swept {
    struct db *db;
    size_t n;
    struct swept_column *column;
    char *names; /* comma-separated, for messages */
};

/* Finds the columns, except keys and metrics, with more than one value in the run. Caller frees. */
int swept_read(struct swept *out, struct db *db, const struct db_run *run, struct err *err);
void swept_free(struct swept *s);

/* Finds a column by name or by path with '.', of `length` characters; NULL if it is not swept. */
const struct swept_column *swept_find(const struct swept *s, const char *name, size_t length);

/* Like swept_find, but a column that is not swept is an error: err->text is "WHAT: RIGHT". */
const struct swept_column *swept_named(const struct swept *s, const char *name, size_t length,
                                       struct err *err);

#endif
