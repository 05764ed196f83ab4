/* The figures for print. Each has a file of its own, with its row, and a line in figures.c. */
#ifndef REPORTS_PRINT_FIGURE_H
#define REPORTS_PRINT_FIGURE_H

#include "db/db.h"
#include "reports/payoff/payoff_answer.h"
#include "reports/print/drawing.h"

enum { COLUMN_PT = 240, TWO_COLUMNS_PT = 504 }; /* 84.7 mm and 177.8 mm */

/* What a figure asks of the pay-off analysis, which costs time. */
enum figure_need { NEEDS_POINTS, NEEDS_PAYOFF, NEEDS_ENGINES, NEEDS_VERDICTS };

/* What a figure is made from, borrowed. */
struct figure_from {
    struct db *db;
    const struct db_run *run;
    const struct payoff *payoff; /* as the figure needs: NULL for NEEDS_POINTS; with engines, each
                                    engine on its own; DEPTH_RANGES for NEEDS_VERDICTS */
    const struct study *study;   /* NULL if its files are missing */
};

struct paper_chart;

struct figure {
    const char *name, *doc;
    const char *study; /* a study with the data; NULL: any run */
    enum figure_need need;
    /* Adds the figure to `d`, and its data to `data`: text columns first. -1 with err filled if
     * the run lacks what it shows. */
    int (*draw)(struct drawing *d, struct table *data, const struct figure *f,
                const struct figure_from *from, struct err *err);
    const struct paper_chart *chart; /* for the figures of paper_charts.c */
};

/* All figures; ends with NULL. */
extern const struct figure *const figures[];

/* By name; NULL with err filled, and with a name that is near. */
const struct figure *figure_find(const char *name, struct err *err);

extern const struct figure figure_payoff_map, figure_front, figure_roofline, figure_tornado,
    figure_flips, figure_breakdown, figure_paper_6b, figure_paper_9, figure_paper_13;
extern const struct figure figure_paper_2, figure_paper_3, figure_paper_6, figure_paper_6_prefill,
    figure_paper_4, figure_paper_8, figure_paper_10, figure_paper_11, figure_paper_12,
    figure_paper_14, figure_paper_table1;

#endif
