/* The pay-off of attention engines from the points of a run (payoff_answer.h). */
#ifndef REPORTS_PAYOFF_PAYOFF_H
#define REPORTS_PAYOFF_PAYOFF_H

#include "db/db.h"
#include "reports/payoff/payoff_tasks.h"

/* Caller frees. */
int payoff_make(struct payoff *out, struct db *db, const struct db_run *run,
                const struct payoff_question *q, struct err *err);
void payoff_free(struct payoff *p);

/* Answers several questions of one study, which share what they price. */
int payoff_make_all(const struct asked *answer, size_t n, struct db *db, const struct db_run *run,
                    struct err *err);

/* Fills only the keys of the groups with a feasible design. Caller frees. */
int payoff_keys(struct payoff *out, struct db *db, const struct db_run *run,
                const struct payoff_question *q, struct err *err);

#endif
