/* Pay-offs from the model instead of stored points: over a mix of workloads, with engines that run
 * other operators than those of the store, or beside the values of the study. */
#ifndef REPORTS_PAYOFF_PAYOFF_MODEL_H
#define REPORTS_PAYOFF_PAYOFF_MODEL_H

#include "reports/payoff/payoff_answer.h"

/* A group per value of the columns that the mix does not set. Uses the mix of q->study if there is
 * one. Caller frees with payoff_free. */
int payoff_of_model(struct payoff *out, struct db *db, const struct db_run *run,
                    const struct payoff_question *q, struct err *err);

/* Answers one group of p, whose key is set. */
void payoff_model_group(struct payoff_group *g, const struct payoff *p,
                        const struct payoff_question *q);

/* Why no engine pays in a slice; "" if one does. Caller frees. */
char *payoff_reason(const struct payoff *p, const struct payoff_question *q,
                    const struct payoff_slice *slice);

#endif
