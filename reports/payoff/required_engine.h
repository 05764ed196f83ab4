/* Inverse question: which engine would pay off? */
#ifndef REPORTS_PAYOFF_REQUIRED_ENGINE_H
#define REPORTS_PAYOFF_REQUIRED_ENGINE_H

#include "reports/payoff/payoff_answer.h"

/* For every group and bandwidth ratio m: the lowest ridge point r at which an engine pays if it
 * costs 0, 5, 10 or 20 % of the system, and the most that it may cost at any r. q->study must have
 * a free engine (payoff_study_free_engine). Caller frees. */
void required_engine_table(const struct payoff *p, const struct payoff_question *q,
                           struct table *out);

#endif
