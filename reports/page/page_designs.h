/* The designs that a page shows in full: a stored point evaluated again, as `dse eval` prints it.
 */
#ifndef REPORTS_PAGE_PAGE_DESIGNS_H
#define REPORTS_PAGE_PAGE_DESIGNS_H

#include "reports/page/page_points.h"

struct page_designs {
    size_t n;
    struct page_design {
        double point;
        char *json; /* as of point_json */
    } * design;
};

/* Evaluates the first points of a list. Caller frees. */
int page_designs_make(struct page_designs *out, struct db *db, const struct db_run *run,
                      struct catalogue *c, const struct point_list *points, struct err *err);
void page_designs_free(struct page_designs *d);

/* Writes the value of "designs". */
void page_designs_json(const struct page_designs *d, FILE *out);

#endif
