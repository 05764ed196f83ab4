/* The pay-off in sentences. The caller frees the texts. */
#ifndef REPORTS_PAYOFF_PAYOFF_SENTENCE_H
#define REPORTS_PAYOFF_PAYOFF_SENTENCE_H

#include "reports/payoff/payoff_answer.h"

/* The models for which an engine pays, pays for some workloads, is too close to call, or does not
 * pay; without a group, why there is none. */
char *payoff_sentence(const struct payoff *p);

/* For the i-th model of a pay-off by engine, counted from 0: which engines pay, which do not, and
 * the range of P over the workloads. NULL after the last model. */
char *payoff_line(const struct payoff *by_engine, size_t i);

/* What a reader must know of an engine, from metrics engine_limited_by and engine_maturity (NULL:
 * none): that nobody designed it, or that it cannot be fed or cooled as stated: "hypothetical,
 * limited by temperature"; "" if neither. Caller frees. */
char *engine_caveat(const char *limited_by, const char *status);
char *payoff_caveat(const struct payoff_group *g);

/* Adds an engine and its caveat to a line, "" at first, which it replaces. */
void engine_caveat_add(char **line, const char *engine, const char *caveat);

#endif
