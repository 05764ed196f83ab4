/* The inverse question: the engine that one would have to build. */
#ifndef REPORTS_PAYOFF_REQUIRED_ENGINE_H
#define REPORTS_PAYOFF_REQUIRED_ENGINE_H

#include "reports/payoff/payoff_answer.h"

/* For every group and bandwidth ratio m the least ridge r with which an engine pays at a price of
 * 0, 5, 10 and 20 % of the system, and the most it may cost at any r. q->study is of a free engine
 * (payoff_study_free_engine). Caller frees. */
void required_engine_table(const struct payoff *p, const struct payoff_question *q,
                           struct table *out);

#endif
