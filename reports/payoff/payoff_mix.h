/* The pay-off over a mix of workloads, as one group. */
#ifndef REPORTS_PAYOFF_PAYOFF_MIX_H
#define REPORTS_PAYOFF_PAYOFF_MIX_H

#include "reports/payoff/payoff_answer.h"

/* Over the workloads of a mix, which q->study knows. payoff_free(out). */
void payoff_of_mix(struct payoff *out, const struct payoff_question *q);

#endif
