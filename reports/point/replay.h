/* A stored point, evaluated again from what the store keeps of it: the study and its files, the
 * swept values and the chosen mapping. */
#ifndef REPORTS_POINT_REPLAY_H
#define REPORTS_POINT_REPLAY_H

#include "db/db.h"
#include "search/space.h"

struct replay {
    struct db_run run;
    double point;
    struct study *whole, *study; /* with all scenarios; the scenario of the point */
    struct cursor cursor;        /* at the design, with its mapping */
    struct metrics metrics;
    struct plan plan;
    struct table row; /* as stored */
};

/* Opens the study of a run, whose name and program it borrows, then evaluates rows of `point` with
 * all columns, of which `r` borrows one at a time. End with replay_end. */
int replay_begin(struct replay *out, const struct db_run *run, struct catalogue *c,
                 struct err *err);
int replay_row(struct replay *r, const struct table *row, struct err *err);
void replay_end(struct replay *r);

/* Is every metric that of the row, bit for bit? */
bool replay_is_equal(const struct replay *r);

/* The cell of metric `f` in the row, if the program computes another value now; else NULL. */
const struct cell *replay_difference(const struct replay *r, const struct field *f);

#endif
