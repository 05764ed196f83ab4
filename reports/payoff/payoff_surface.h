/* P of one group on a lattice over two axes, each point priced again. */
#ifndef REPORTS_PAYOFF_PAYOFF_SURFACE_H
#define REPORTS_PAYOFF_PAYOFF_SURFACE_H

#include "reports/payoff/payoff_answer.h"
#include "reports/payoff/range.h"

enum { SURFACE_STEPS = 17 };

struct surface {
    char *title;
    struct range x, y;
    double at_x[SURFACE_STEPS], at_y[SURFACE_STEPS];
    double p[SURFACE_STEPS][SURFACE_STEPS]; /* [y][x]; NAN if one side has no feasible design */
    double low[SURFACE_STEPS][SURFACE_STEPS], high[SURFACE_STEPS][SURFACE_STEPS];
};

/* Prices group `group` of p over axis[0] (x) and axis[1] (y). Caller frees. */
void surface_make(struct surface *out, const struct payoff *p, size_t group,
                  const struct payoff_question *q, const struct range axis[2]);
void surface_free(struct surface *s);

/* Makes a table with a row per lattice point of n surfaces: group, x, y, P, low, high. */
void surface_table(const struct surface *s, size_t n, struct table *out);

#endif
