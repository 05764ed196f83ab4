/* The figures of the page. Each is a complete <svg> and has a file of its own. */
#ifndef REPORTS_FIGURES_FIGURES_H
#define REPORTS_FIGURES_FIGURES_H

#include <stdio.h>

#include "reports/figures/model_colours.h"
#include "reports/payoff/payoff_answer.h"

void map_svg(const struct payoff *p, FILE *out);
double map_height(const struct payoff *p); /* in pixels */
void front_svg(const struct table *front, const struct table *cloud,
               const struct model_colours *colours, FILE *out);
void roofline_svg(const struct table *roofline, const struct model_colours *colours, FILE *out);
void tornado_svg(const struct payoff *p, FILE *out); /* of the group with P closest to 1 */

/* Blue for P above 1, orange below, pale near 1. */
void payoff_colour(double p, char *out, size_t size);

#endif
