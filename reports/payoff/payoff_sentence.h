/* The pay-off in words. The caller frees the texts. */
#ifndef REPORTS_PAYOFF_PAYOFF_SENTENCE_H
#define REPORTS_PAYOFF_PAYOFF_SENTENCE_H

#include "reports/payoff/payoff_answer.h"

/* Where it pays and where it stops, in a sentence or two. */
char *payoff_sentence(const struct payoff *p);

/* One line per model on a pay-off by engine: which engines pay, which do not, and P from least to
 * most over the workloads. `i` counts from 0; NULL after the last. */
char *payoff_line(const struct payoff *by_engine, size_t i);

#endif
