/* The answer of `dse report --figure`. */
#ifndef DSE_FIGURE_REPORT_H
#define DSE_FIGURE_REPORT_H

#include "dse/command.h"

/* Writes the figure named by --figure to --output (.svg, .pdf or .png; default: NAME.svg) and its
 * data as CSV beside it. Returns an exit status, or -1. */
int figure_report(const struct args *a, struct err *err);

#endif
