/* The pay-off P over two axes as SVG. */
#ifndef REPORTS_FIGURES_TWO_AXIS_MAP_H
#define REPORTS_FIGURES_TWO_AXIS_MAP_H

#include <stdio.h>

#include "reports/payoff/payoff_surface.h"

/* Draws n surfaces below each other in one <svg>: colour for P, a solid line at P = 1, dashed lines
 * where an end of the range of P is 1. */
void surface_svg(const struct surface *s, size_t n, FILE *out);

#endif
