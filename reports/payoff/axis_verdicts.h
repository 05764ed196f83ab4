/* Whether an engine pays in each draw, at values of an axis where that was found. A draw is the
 * same world at each value, and is taken to change its verdict at most once between two of them:
 * where it has the same one at both, it keeps it. */
#ifndef REPORTS_PAYOFF_AXIS_VERDICTS_H
#define REPORTS_PAYOFF_AXIS_VERDICTS_H

#include <stdbool.h>

#include "reports/payoff/payoff_answer.h"
#include "reports/payoff/payoff_certainty.h"

/* What was found at a value of the axis. */
struct verdicts {
    double x, share; /* of the draws that pay; NAN: some side has no design */
    bool all;        /* among all designs */
    enum draw_verdict verdict[PAYOFF_DRAWS];
};

/* All zero: none. Free with axis_verdicts_free. */
struct axis_verdicts {
    size_t n;
    struct verdicts **at;
};
void axis_verdicts_free(struct axis_verdicts *v);

/* What was found at x among all designs, some draws of it perhaps bridged, or NULL. */
const struct verdicts *axis_verdicts_find(const struct axis_verdicts *v, double x);

/* Sets the verdicts of the draws that have the same one at the nearest values on both sides of x,
 * among all designs if at->all. */
void axis_verdicts_bridge(struct verdicts *at, const struct axis_verdicts *v);

/* Adds a copy. */
void axis_verdicts_add(struct axis_verdicts *v, const struct verdicts *at);

/* Forgets what was found among some designs. */
void axis_verdicts_forget_some(struct axis_verdicts *v);

#endif
