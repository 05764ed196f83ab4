/* The pay-off over a mix of workloads, as a single group. */
#ifndef REPORTS_PAYOFF_PAYOFF_MIX_H
#define REPORTS_PAYOFF_PAYOFF_MIX_H

#include "reports/payoff/payoff_answer.h"

/* Uses the mix of q->study (payoff_study_mix). Free with payoff_free. */
void payoff_of_mix(struct payoff *out, const struct payoff_question *q);

#endif
