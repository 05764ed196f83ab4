/* The swept columns of a run, and the part of a design that each belongs to. */
#ifndef REPORTS_PAYOFF_SWEPT_COLUMNS_H
#define REPORTS_PAYOFF_SWEPT_COLUMNS_H

#include <stdbool.h>

#include "db/db.h"
#include "base/table.h"
#include "reports/payoff/points.h"

struct swept_column {
    char *name, *unit;
    bool is_number;
    bool of_engine, of_pool, of_hardware,
        of_workload;  /* engine, pools and chip are hardware; the rest is workload */
    bool of_question; /* model, scenario, workload.*, prices.*: what is asked, never a choice */
    bool chosen;      /* part of a mapping that each point may have chosen */
    size_t values;    /* number of distinct values */
};

struct swept {
    struct db *db;
    size_t n;
    struct swept_column *column;
    char *names;    /* comma-separated, for messages */
    size_t fixed_n; /* other parameters of the run, which have one value */
    char **fixed;
    bool scenarios; /* the run has several, which are its first column */
};

/* Finds the columns, except keys and metrics, with more than one value in the run. Caller frees. */
int swept_read(struct swept *out, struct db *db, const struct db_run *run, struct err *err);
void swept_free(struct swept *s);

/* The same in points that were read. */
void swept_find_in(struct swept *out, struct db *db, const struct points *p,
                   const struct db_run *run);

/* A column with more values was sampled, not swept: two designs would rarely share one. */
enum { SPLIT_VALUES_MOST = 100 };

/* Which columns split an answer. */
struct split {
    /* Comma-separated columns, which come first; NULL: none. A leading '+' adds columns after
     * `defaults` and skips names that are not swept. */
    const char *by;
    const char *over; /* comma-separated columns that never split, may be fixed; NULL: none */
    /* Split by these columns too, unless `over` has them or they have over SPLIT_VALUES_MOST
     * values: those of the question always, all of the workload if `by` is NULL or starts with '+'
     * and `all` is set. */
    bool all;
};

/* Is column `c` in a comma-separated list of names? NULL lists none. */
bool swept_is_listed(const struct swept *s, const char *list, const struct swept_column *c);

/* The names of the columns that split an answer, n of them. NULL if a name is wrong. The caller
 * frees the names and the array (split_free). */
char **split_columns(const struct swept *s, const struct split *q, size_t *n, struct err *err);
void split_free(char **names, size_t n);

/* Finds a column by name or by path with '.', of `length` characters; NULL if it is not swept. */
const struct swept_column *swept_find(const struct swept *s, const char *name, size_t length);

/* Like swept_find, but a column that is not swept is an error: err->text is "WHAT: RIGHT". */
const struct swept_column *swept_named(const struct swept *s, const char *name, size_t length,
                                       struct err *err);

#endif
