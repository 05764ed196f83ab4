/* The points that a page shows, of all points of a run: the front of the study's objectives in each
 * workload, points that must be there, and a sample of the others. */
#ifndef REPORTS_PAGE_PAGE_POINTS_H
#define REPORTS_PAGE_PAGE_POINTS_H

#include <stdint.h>
#include <stdio.h>

#include "db/db.h"
#include "search/study.h"

struct point_list {
    size_t n, room;
    double *point;
};

void point_list_add(struct point_list *l, double point); /* ignores NAN */
void point_list_sort(struct point_list *l);              /* ascending, each once */
bool point_list_has(const struct point_list *sorted, double point);
char *point_list_text(const struct point_list *l); /* "[1,2,3]"; caller frees */
void point_list_free(struct point_list *l);

struct page_points {
    uint64_t total;          /* points of the run */
    size_t front_total;      /* of them, on a front; `front` has a part of more than 6000 */
    struct table row;        /* every column of the points shown, ascending */
    struct table about;      /* name, unit, meaning of its columns */
    struct point_list front; /* sorted */
    char **axis;             /* columns that the study sweeps */
    size_t axes;
};

struct page_points_question {
    const struct study *study; /* NULL: no column is known to be an axis */
    const struct objective *objective;
    size_t objectives;         /* 0: throughput and cost */
    const char *over;          /* columns that do not split the workloads, or NULL */
    struct point_list *wanted; /* points that must be there, sorted */
};

int page_points_make(struct page_points *out, struct db *db, const struct db_run *run,
                     const struct page_points_question *q, struct err *err);
void page_points_free(struct page_points *p);

/* Writes the values of "columns", "points" and "front". */
void page_columns_json(const struct page_points *p, FILE *out);
void page_points_json(const struct page_points *p, FILE *out);
void page_front_json(const struct page_points *p, FILE *out);

#endif
