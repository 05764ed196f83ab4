/* The designs that a page shows in full: a stored point evaluated again, as `dse eval` prints it.
 */
#ifndef REPORTS_PAGE_PAGE_DESIGNS_H
#define REPORTS_PAGE_PAGE_DESIGNS_H

#include "arch/catalogue/catalogue.h"
#include "reports/page/page_points.h"

struct page_designs {
    size_t n;
    size_t bytes; /* of all texts */
    struct page_design {
        double point;
        char *json; /* as of point_json, in one line */
    } * design;
};

struct page_designs_question {
    struct db *db;
    const struct db_run *run;
    struct catalogue *catalogue;
    const struct point_list *winners; /* the first of them, in this order */
    const struct point_list *front;   /* a few more */
};

/* Evaluates the designs. Caller frees. */
int page_designs_make(struct page_designs *out, const struct page_designs_question *q,
                      struct err *err);
void page_designs_free(struct page_designs *d);

/* Writes the value of "designs". */
void page_designs_json(const struct page_designs *d, FILE *out);

#endif
