/* The groups of a pay-off, from the points of a run. */
#ifndef REPORTS_PAYOFF_PAYOFF_GROUPS_H
#define REPORTS_PAYOFF_PAYOFF_GROUPS_H

#include "reports/payoff/payoff_group.h"

/* Fills p->by from `by` and `over` of the question. */
int groups_by(struct payoff *p, const struct swept *swept, const struct payoff_question *q,
              struct err *err);

/* The names quoted for SQL ("a", "b"), except `leave_out`, which may be NULL. Caller frees. */
char *columns_list(char *const *names, size_t n, const char *leave_out);

/* Makes the groups of p->by, which are then to be priced again (payoff_tasks.h). */
int groups_make(struct payoff *p, const struct run_points *from, struct err *err);

/* The same with no more than key, P and winners of each group. */
void groups_outline(struct payoff *p, const struct run_points *from);

#endif
