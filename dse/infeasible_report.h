/* Why points are infeasible: how many for each reason, and the nearest miss. */
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
        double least; /* sum of all excesses of `point`, the nearest miss */
        double by;    /* the part of it that is due to this limit */
        size_t others;
    } of[VERDICTS], of_constraint[RULES_MOST];
};

/* Adds a point with its row of numbers. */
void misses_take(struct misses *m, enum verdict verdict, uint64_t point, const double *row);

void misses_print(const struct misses *m, FILE *out);

/* The text that misses_print prints. Caller frees. */
char *misses_text(const struct misses *m);

/* Why a run or a query has no answer, with the misses that the sweep stored. Caller frees. */
int infeasible_text(char **out, struct db *db, const struct db_run *run, struct err *err);
int infeasible_print(struct db *db, const struct db_run *run, FILE *out, struct err *err);

#endif
