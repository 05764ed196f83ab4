/* A stored point, evaluated again from what the store keeps of it: the study and its files, the
 * swept values and the chosen mapping. */
#ifndef DSE_REPLAY_H
#define DSE_REPLAY_H

#include <stdio.h>

#include "dse/command.h"
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

/* Which point: `path` is the store's; `run` may be NULL if only one run has the point. */
struct replay_question {
    const char *path, *run;
    double point;
};

/* Opens the store and a catalogue of its files, and evaluates the point. Close with replay_close,
 * then the catalogue. */
int replay_open(struct replay *out, const struct replay_question *q, struct catalogue **catalogue,
                struct err *err);
void replay_close(struct replay *r);

/* Many rows of one run: opens its study, then evaluates a row of `point` with all columns, of which
 * `r` borrows. End with replay_end. */
int replay_begin(struct replay *out, const struct db_run *run, struct catalogue *c,
                 struct err *err);
int replay_row(struct replay *r, const struct table *row, struct err *err);
void replay_end(struct replay *r);

/* Is every metric that of the row, bit for bit? */
bool replay_is_equal(const struct replay *r);

/* Prints every metric that is not that of the store, with the version that made the run if it is
 * another one. Returns the number of metrics. */
size_t replay_print_differences(const struct replay *r, FILE *out);

#endif
