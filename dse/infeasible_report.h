/* Why points were infeasible: how many for each reason, and which of them missed by least. */
#ifndef DSE_INFEASIBLE_REPORT_H
#define DSE_INFEASIBLE_REPORT_H

#include <stdio.h>

#include "db/db.h"
#include "search/space.h"

struct misses {
    const struct study *study;
    const struct columns *columns;
    uint64_t by_verdict[VERDICTS];
    struct miss {
        uint64_t n, point;
        double least; /* sum of all excesses of `point` */
        double by;    /* how much of it is this one's */
        size_t others;
    } of[VERDICTS], of_constraint[RULES_MOST];
};

/* A point and its row of numbers. */
void misses_take(struct misses *m, enum verdict verdict, uint64_t point, const double *row);

void misses_print(const struct misses *m, FILE *out);

/* The same as a text. Caller frees. */
char *misses_text(const struct misses *m);

/* Why a run or a question has no answer: with what the run's sweep has left of its misses. */
void infeasible_print(struct db *db, const struct db_run *run, FILE *out);

#endif
