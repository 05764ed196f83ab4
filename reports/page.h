/* The page people look at: one self-contained HTML file with the answer in a sentence, a pay-off
 * map, a Pareto front and a roofline; or these pictures and tables alone. */
#ifndef REPORTS_PAGE_H
#define REPORTS_PAGE_H

#include <stdio.h>

#include "db/db.h"
#include "reports/figures/model_colours.h"
#include "reports/payoff/payoff_answer.h"

/* Everything a page shows, gathered once. */
struct page {
    const struct db_run *run;
    const struct payoff *payoff;  /* per workload, the best engine */
    const struct payoff *engines; /* per workload and engine */
    struct table front;           /* Pareto front of throughput and system cost, per model */
    struct table cloud;           /* feasible points to draw behind it, at most some thousands */
    struct table
        roofline; /* per model: name, core attention from, to, experts from, to, ridge from, to */
    struct table verdicts; /* verdict, count */
    struct model_colours colours;
};

int page_make(struct page *out, struct db *db, const struct db_run *run,
              const struct payoff *payoff, const struct payoff *engines, struct err *err);
void page_free(struct page *p);

int page_html(const struct page *p, FILE *out); /* 0, or -1 if writing failed */
int page_svg(const struct page *p, FILE *out);  /* map, front and roofline, one picture */
int page_md(const struct page *p, FILE *out);   /* the sentence and the tables */

#endif
