/* A picture of P over two axes: colour for P, a line where it is 1. */
#ifndef REPORTS_FIGURES_TWO_AXIS_MAP_H
#define REPORTS_FIGURES_TWO_AXIS_MAP_H

#include <stdio.h>

#include "reports/payoff/payoff_surface.h"

/* The pictures under one another, as one <svg>: colour for P, a line where it is 1, dashed lines
 * where the ends of its range are 1. */
void surface_svg(const struct surface *s, size_t n, FILE *out);

#endif
