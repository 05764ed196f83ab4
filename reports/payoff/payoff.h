/* The pay-off of attention engines from the points of a run (payoff_answer.h). */
#ifndef REPORTS_PAYOFF_PAYOFF_H
#define REPORTS_PAYOFF_PAYOFF_H

#include "db/db.h"
#include "reports/payoff/payoff_answer.h"

/* Caller frees. */
int payoff_make(struct payoff *out, struct db *db, const struct db_run *run,
                const struct payoff_question *q, struct err *err);
void payoff_free(struct payoff *p);

/* Fills only the keys of the groups with a feasible design. Caller frees. */
int payoff_keys(struct payoff *out, struct db *db, const struct db_run *run,
                const struct payoff_question *q, struct err *err);

#endif
