/* How a search came to its front: the hypervolume over the number of points. */
#ifndef REPORTS_PAGE_PAGE_SEARCH_H
#define REPORTS_PAGE_PAGE_SEARCH_H

#include <stdio.h>

#include "db/db.h"
#include "search/study.h"

struct page_search {
    size_t n; /* steps; 0: the points have no order, so there is nothing to show */
    struct search_step {
        double points, hypervolume; /* as a share of the box of the last step */
    } * step;
};

/* `objective`: n objectives. Caller frees. */
int page_search_make(struct page_search *out, struct db *db, const struct db_run *run,
                     const struct study *s, const struct objective *objective, struct err *err);
void page_search_free(struct page_search *p);

/* Writes the value of "search". */
void page_search_json(const struct page_search *p, FILE *out);

#endif
