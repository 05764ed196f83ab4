/* The groups of a pay-off, from the points of a run. */
#ifndef REPORTS_PAYOFF_PAYOFF_GROUPS_H
#define REPORTS_PAYOFF_PAYOFF_GROUPS_H

#include "reports/payoff/payoff_group.h"

/* Fills p->by from what a question says. */
int groups_by(struct payoff *p, const struct swept *swept, const char *by, struct err *err);

/* "a", "b": the names as they stand in SQL, but for `leave_out`, which may be NULL. Caller frees.
 */
char *columns_list(char *const *names, size_t n, const char *leave_out);

/* The groups of p->by. `reprice`: each anew where q->study can. */
int groups_make(struct payoff *p, const struct run_points *from, const struct payoff_question *q,
                bool reprice, struct err *err);

#endif
