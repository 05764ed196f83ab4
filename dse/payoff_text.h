/* The readable form of a pay-off. */
#ifndef DSE_PAYOFF_TEXT_H
#define DSE_PAYOFF_TEXT_H

#include "reports/payoff/payoff_answer.h"

/* Prints the answer `p` and the same with the groups split by engine. */
void payoff_text(const struct payoff *p, const struct payoff *engines);

/* Prints the best engine of each group with a legend, the borders of the study, and the constants
 * that flip a verdict. */
void payoff_text_groups(const struct payoff *p);

void payoff_text_stops(const struct payoff *p);

/* Says which columns have too many values to split the answer, and how to split it; nothing if none
 * has. */
void payoff_print_too_many(const struct payoff *p);

#endif
