/* P of one group over two axes, priced anew at a lattice of values, with the contour P = 1. */
#ifndef REPORTS_FIGURES_TWO_AXIS_MAP_H
#define REPORTS_FIGURES_TWO_AXIS_MAP_H

#include <stdio.h>

#include "reports/payoff/payoff.h"

enum { SURFACE_STEPS = 17 };

struct surface {
    char *title;
    struct range x, y;
    double at_x[SURFACE_STEPS], at_y[SURFACE_STEPS];
    double p[SURFACE_STEPS][SURFACE_STEPS]; /* [y][x]; NAN where nothing fits */
    double low[SURFACE_STEPS][SURFACE_STEPS], high[SURFACE_STEPS][SURFACE_STEPS];
};

/* Of group `group` of p. Caller frees. */
void surface_make(struct surface *out, const struct payoff *p, size_t group,
                  const struct payoff_question *q, const struct range *x, const struct range *y);
void surface_free(struct surface *s);

/* Adds a row per lattice point: group, x, y, P, low, high. */
void surface_table(const struct surface *s, size_t n, struct table *out);

/* The pictures under one another, as one <svg>: colour for P, a line where it is 1, dashed lines
 * where the ends of its range are 1. */
void surface_svg(const struct surface *s, size_t n, FILE *out);

#endif
