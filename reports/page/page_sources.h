/* The files that a run was priced with, and where their figures come from. */
#ifndef REPORTS_PAGE_PAGE_SOURCES_H
#define REPORTS_PAGE_PAGE_SOURCES_H

#include <stdio.h>

#include "base/table.h"

/* Writes the value of "sources". `files`: kind, name, text (db_files). */
void page_sources_json(const struct table *files, FILE *out);

/* The text of the run's price list; NULL if the store has none. */
const char *page_price_list(const struct table *files);

#endif
