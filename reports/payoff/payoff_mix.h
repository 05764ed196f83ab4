/* The pay-off over a mix of workloads: a group per value of the columns that the mix does not set.
 */
#ifndef REPORTS_PAYOFF_PAYOFF_MIX_H
#define REPORTS_PAYOFF_PAYOFF_MIX_H

#include "reports/payoff/payoff_answer.h"

/* Uses the mix of q->study (payoff_study_mix). Caller frees with payoff_free. */
int payoff_of_mix(struct payoff *out, struct db *db, const struct db_run *run,
                  const struct payoff_question *q, struct err *err);

/* Answers one group of p, whose key is set. */
void payoff_mix_group(struct payoff_group *g, const struct payoff *p,
                      const struct payoff_question *q);

#endif
