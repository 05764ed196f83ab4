/* Line charts of arXiv:2507.15465: a row per figure. */
#ifndef REPORTS_PRINT_PAPER_CHARTS_H
#define REPORTS_PRINT_PAPER_CHARTS_H

#include "reports/print/figure.h"
#include "reports/print/line_chart.h"

struct paper_chart {
    const char *columns; /* swept columns that `sql` needs, comma-separated */
    const char *sql;     /* of the points of run ?1 */
    struct line_chart chart;
};

int paper_chart_draw(struct drawing *d, struct table *data, const struct figure *f,
                     const struct figure_from *from, struct err *err);

/* The points of a figure of the paper. */
struct paper_points {
    const char *columns; /* swept columns that `sql` needs, comma-separated */
    const char *sql;     /* of the points of run ?1 */
};

/* Selects them. Fails if the run does not sweep all columns or has no such point, and names a study
 * that does. Caller frees `out`, also after an error. */
int paper_select(struct table *out, const struct figure *f, const struct figure_from *from,
                 const struct paper_points *points, struct err *err);

#endif
