/* Is an answer limited by the axes of its study? An axis is at its border if the best design with
 * an engine or the control has its least or greatest value and a wider axis would change P. */
#ifndef REPORTS_PAYOFF_PAYOFF_BORDER_H
#define REPORTS_PAYOFF_PAYOFF_BORDER_H

#include "reports/payoff/payoff_answer.h"

/* Sets g->at_border, g->beyond_border, g->physical_limit and g->p_beyond of a group whose designs
 * were gathered. */
void payoff_border(struct payoff_group *g, const struct payoff *p, const struct payoff_question *q,
                   const struct comparison *c);

#endif
