/* Horizontal bars of stacked parts, in groups, from a table with a row per bar. */
#ifndef REPORTS_PRINT_BAR_CHART_H
#define REPORTS_PRINT_BAR_CHART_H

#include "base/table.h"
#include "reports/print/drawing.h"

struct bar_part {
    const char *column, *text; /* text: in the legend */
};

struct bar_chart {
    const char *group, *bar; /* columns of text: what a group and a bar are called */
    const struct bar_part *part;
    size_t parts;
    const char *unit, *title; /* of the axis */
    bool shares;              /* every bar is as long as the axis: shares of its sum */
    const char *note;         /* or NULL */
};

void bar_chart_draw(struct drawing *d, const struct bar_chart *c, const struct table *t);

#endif
