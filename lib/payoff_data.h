/* The answer of a pay-off question as data. */
#ifndef LIB_PAYOFF_DATA_H
#define LIB_PAYOFF_DATA_H

#include <stdio.h>

#include "reports/payoff/payoff.h"
#include "reports/write.h"

/* JSON: one object; CSV and Markdown: the groups, the stop points, the sensitivity of P, the pairs
 * that flip a verdict, a note if there is no group, and the groups and stop points of each engine
 * on its own, unless `engines` is NULL; separated by empty lines. */
void payoff_data_write(const struct payoff *p, const struct payoff *engines, enum format format,
                       FILE *out);

#endif
