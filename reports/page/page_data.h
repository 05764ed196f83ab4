/* Everything the live page shows, as JSON (the keys: docs/page.md). */
#ifndef REPORTS_PAGE_PAGE_DATA_H
#define REPORTS_PAGE_PAGE_DATA_H

#include <stdio.h>

#include "reports/page/page_designs.h"
#include "reports/page/page_points.h"
#include "reports/page/page_search.h"
#include "reports/page.h"
#include "reports/payoff/payoff_answer.h"

struct page_data_question {
    struct db *db;
    const struct db_run *run;
    const struct study *study; /* of the run; NULL if it cannot be read */
    struct catalogue *catalogue;
    const struct page_answer *answer; /* of each subject */
    size_t answers;
};

struct page_data {
    const struct page_data_question *q;
    struct objective objective[RULES_MOST];
    size_t objectives;
    struct page_points points;
    struct page_designs designs;
    struct page_search search;
    struct table verdicts; /* verdict, points */
    struct table files;    /* kind, name, text: what the run was priced with */
};

/* Borrows `q`. Caller frees. */
int page_data_make(struct page_data *out, const struct page_data_question *q, struct err *err);
void page_data_free(struct page_data *d);

void page_data_json(const struct page_data *d, FILE *out);

/* "model": what the model in the page is given, {"study": {"name", "folder", "text"}, "files":
 * [{"folder", "name", "text"}]} with all texts as JSON in a string (what_if.h); null if the build
 * has no model for the page. */
void page_model_json(const struct page_data *d, FILE *out);

#endif
