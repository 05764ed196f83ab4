/* The points of a run in memory, read in one scan: the values of their parameters as codes, and
 * what groups need of their metrics. */
#ifndef REPORTS_PAYOFF_POINTS_H
#define REPORTS_PAYOFF_POINTS_H

#include "db/read_columns.h"
#include "reports/payoff/payoff_comparison.h"
#include "reports/payoff/payoff_subject.h"

struct points {
    struct db_columns_read read;
    size_t parameters; /* the first columns that were read, in the order of the store */
    char **unit;       /* of each of them */
    char **name;
    /* Of each point, if a budget was given. */
    const double *point;
    const double *tokens_per_s;
    const double *batch; /* NULL: the store does not say */
    double *value;       /* tokens per second and unit of budget; NAN: infeasible, or none */
    bool *has_subject, *feasible;
};

/* Reads the parameters, and with `metrics` also what follows from metrics for this budget. Caller
 * frees. */
int points_read(struct points *out, struct db *db, const struct db_run *run, bool metrics,
                enum budget budget, struct err *err);

/* Sets has_subject, after points_read with `metrics`. NULL: the engine. */
void points_find_subject(const struct points *p, const struct payoff_subject *of);
void points_free(struct points *p); /* takes an empty one */

/* The parameter called so; NULL if there is none. */
const struct db_values *points_column(const struct points *p, const char *name);

/* Numbers the points so that two have the same number if all n columns agree. Returns how many
 * numbers there are; `of` has a member for each point. */
size_t points_number(uint32_t *of, const struct points *p, const struct db_values *const column[],
                     size_t n);

/* The row of a point; false if it is not there, or the points are not in order. */
bool points_find_row(size_t *row, const struct points *p, double point);

/* The row of a point that is there. */
size_t points_row(const struct points *p, double point);

/* Is row `a` better than `b`: a higher value, or the same one and an earlier point? */
bool points_before(const struct points *p, const double *value, size_t a, size_t b);

#endif
