/* The report of a run: one self-contained HTML file with the answer in a sentence, a pay-off map, a
 * Pareto front and a roofline; or only the figures (SVG), or only the text and tables (Markdown).
 */
#ifndef REPORTS_PAGE_H
#define REPORTS_PAGE_H

#include <stdio.h>

#include "db/db.h"
#include "reports/figures/model_colours.h"
#include "reports/payoff/payoff_answer.h"

/* The pay-off of one subject, such as engines or a pool. */
struct page_answer {
    const struct payoff *best; /* the best engine per workload */
    const struct payoff *each; /* each engine per workload */
};

/* Everything a page shows, read once. */
struct page {
    const struct db_run *run;
    const struct page_answer *answer; /* of each subject; the figures show the first */
    size_t answers;
    struct table front;    /* Pareto front of throughput and system cost, per model and workload */
    struct table cloud;    /* sample of the feasible points, drawn behind the front */
    struct table roofline; /* per model: ranges of intensity and of the ridge point */
    struct table verdicts; /* verdict, count */
    struct model_colours colours;
};

int page_make(struct page *out, struct db *db, const struct db_run *run,
              const struct page_answer *answer, size_t answers, struct err *err);
void page_free(struct page *p);

/* The content of the page's <style> element, with picture_style of reports/figures/svg.h, and of
 * its body. */
extern const char *const page_style;
void page_content(const struct page *p, FILE *out);

/* Return 0, or -1 if writing failed. */
int page_html(const struct page *p, FILE *out);
int page_svg(const struct page *p, FILE *out); /* map, front and roofline in one figure */
int page_md(const struct page *p, FILE *out);  /* the answer and the tables */

#endif
