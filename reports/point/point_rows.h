/* The table of what a step consists of. Invariant: its rows add up to the time of the step. */
#ifndef REPORTS_POINT_POINT_ROWS_H
#define REPORTS_POINT_POINT_ROWS_H

#include "reports/point/point_sides.h"

enum { ROW_NAME_SIZE = 64 };

/* An operator, or what else takes time: `prefill` of a server's prompts between decode steps,
 * `host` (its work, and gaps between kernels), `transfer` between both sides of a step, and
 * `overlap`, what of all these hides behind others: below 0. */
struct point_row {
    char name[ROW_NAME_SIZE];
    const char *class, *unit, *bound;
    double count;
    struct op_cost cost;
};

/* Returns their number; caller frees `out`. step_s gets the time of the step, NAN without rows. */
size_t point_rows(struct point_row **out, double *step_s, const struct cursor *c,
                  const struct plan *plan, const struct metrics *m);

#endif
