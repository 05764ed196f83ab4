/* Stop points: where P = 1 along an axis. */
#ifndef REPORTS_PAYOFF_PAYOFF_STOP_H
#define REPORTS_PAYOFF_PAYOFF_STOP_H

#include "reports/payoff/payoff_group.h"
#include "reports/payoff/range.h"

/* Adds the stop points between neighbouring values of the swept axis p->axis[axis], without their
 * place. */
int stops_make(struct payoff *p, size_t axis, const struct run_points *from, struct err *err);

/* Finds the place of a stop point of p between two values of its axis. Changes nothing else. */
void stop_find(struct payoff_stop *s, const struct payoff *p, const struct payoff_question *q);

/* Adds the stop points along a range in every group, from P at `steps` values of the range. Needs
 * q->study. */
void payoff_scan(struct payoff *p, const struct payoff_question *q, const struct range *r,
                 size_t steps);

/* The same between neighbouring values of the numeric axes of each group's scenario. */
void payoff_scan_swept(struct payoff *p, const struct payoff_question *q);

#endif
