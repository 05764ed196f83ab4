/* Pieces of the pay-off that its files share. */
#ifndef REPORTS_PAYOFF_PAYOFF_GROUPS_H
#define REPORTS_PAYOFF_PAYOFF_GROUPS_H

#include "reports/payoff/swept_columns.h"
#include "reports/payoff/payoff.h"

/* An engine that adds no time, or whose gain is lost in rounding, does not speed anything up. */
#define LEAST_GAIN 1e-6

static inline bool pays(double p)
{
    return p > 1 + LEAST_GAIN;
}

bool cells_equal(const struct cell *a, const struct cell *b);
struct cell cell_copy(const struct cell *c);

/* Fills p->by from what a question says. */
int groups_by(struct payoff *p, const struct swept *swept, const char *by, struct err *err);

/* A point, the one row of `t`: what its swept columns are but those in `by`, and the mapping.
 * Caller frees. */
char *design_label(const struct table *t, const struct swept *swept, const char *const *by,
                   size_t by_n);

/* Begins a table with the columns of p->by and `after`. */
void begin_table(struct table *out, const struct payoff *p, const char *const *after, size_t n);

/* The groups of p->by, from the points. `sure`: draw how sure each is. */
int groups_make(struct payoff *p, struct db *db, const struct db_run *run,
                const struct swept *swept, const struct payoff_question *q, bool sure,
                struct err *err);
void group_free(struct payoff_group *g, size_t by_n);

/* Stop points along p->axis[axis], which is swept. */
int stops_make(struct payoff *p, size_t axis, struct db *db, const struct db_run *run,
               const struct swept *swept, const struct payoff_question *q, struct err *err);

#endif
