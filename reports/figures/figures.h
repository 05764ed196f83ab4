/* The pictures of the page, each a whole <svg>, one file each. */
#ifndef REPORTS_FIGURES_FIGURES_H
#define REPORTS_FIGURES_FIGURES_H

#include <stdio.h>

#include "reports/figures/model_colours.h"
#include "reports/payoff/payoff_answer.h"

void map_svg(const struct payoff *p, FILE *out);
double map_height(const struct payoff *p); /* pixels of it */
void front_svg(const struct table *front, const struct table *cloud,
               const struct model_colours *colours, FILE *out);
void roofline_svg(const struct table *roofline, const struct model_colours *colours, FILE *out);
void tornado_svg(const struct payoff *p, FILE *out); /* of the verdict nearest to P = 1 */

/* Blue where P is above 1, orange below, pale around it. */
void payoff_colour(double p, char *out, size_t size);

#endif
