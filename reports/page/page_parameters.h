/* What a reader of the page may change: every parameter of the base design and every price. */
#ifndef REPORTS_PAGE_PAGE_PARAMETERS_H
#define REPORTS_PAGE_PAGE_PARAMETERS_H

#include <stdio.h>

#include "search/study.h"

/* Writes the value of "parameters": path, unit, meaning, range, words, value and swept values. */
void page_parameters_json(const struct study *s, struct catalogue *c, FILE *out);

/* Writes the value of "prices". `list`: the text of the study's price list, for its sources, or
 * NULL. */
void page_prices_json(const struct study *s, const char *list, FILE *out);

#endif
