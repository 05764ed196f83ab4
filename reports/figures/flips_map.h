/* The table of flips as SVG. */
#ifndef REPORTS_FIGURES_FLIPS_MAP_H
#define REPORTS_FIGURES_FLIPS_MAP_H

#include <stdio.h>

#include "reports/payoff/payoff_flips.h"

void flips_svg(const struct flips *f, FILE *out);

#endif
