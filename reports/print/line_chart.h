/* Lines and marks over two axes, in panels, from a table with a row per mark. */
#ifndef REPORTS_PRINT_LINE_CHART_H
#define REPORTS_PRINT_LINE_CHART_H

#include "base/table.h"
#include "reports/print/drawing.h"

/* A column of the table as an axis. */
struct chart_axis {
    const char *column, *unit, *title;
    bool linear;
};

enum { CHART_VALUES = 2 };

struct line_chart {
    const char *panel;  /* a panel for each text of this column; NULL: one */
    const char *series; /* a line for each text of this column, in order */
    const char *line;   /* a series has a line for each text of this column; NULL: one */
    const char *shown;  /* rows where this column is empty are only data; NULL: all are drawn */
    const char *hollow; /* marks are hollow where this column is not empty; NULL: none */
    const char *faint;  /* only faint marks, not in the legend, where it is not empty; NULL: none */
    struct chart_axis x;
    struct chart_axis y[CHART_VALUES]; /* a panel for each; the second may be absent */
    bool steps;                        /* a staircase, for fronts */
    bool marks_only;
    bool tall;
    const char *roof; /* series whose names begin so are black lines without marks; NULL: none */
    double rule;      /* a dotted line at this y; 0: none */
    const char *note; /* below the legend; NULL: none */
};

void line_chart_draw(struct drawing *d, const struct line_chart *c, const struct table *t);

#endif
