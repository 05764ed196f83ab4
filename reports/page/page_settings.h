/* What a study sets: with these values `dse eval` prices a design without the study. */
#ifndef REPORTS_PAGE_PAGE_SETTINGS_H
#define REPORTS_PAGE_PAGE_SETTINGS_H

#include <stdio.h>

#include "search/study.h"

/* Writes [{"scenario": NAME, "set": [[PATH, VALUE], ...]}, ...]: of each scenario the parts, and
 * the values and prices of its base design that are not those of the catalogue. */
void page_settings_json(const struct study *whole, struct catalogue *c, FILE *out);

#endif
