/* A point of a store that a user names, opened and evaluated again. */
#ifndef DSE_STORED_POINT_H
#define DSE_STORED_POINT_H

#include <stdio.h>

#include "dse/command.h"
#include "reports/point/replay.h"

/* Which point: `path` is the store's; `run` may be NULL if only one run has the point. */
struct stored_point_question {
    const char *path, *run;
    double point;
};

/* Opens the store and a catalogue of its files, and evaluates the point. Close with
 * stored_point_close, then the catalogue. */
int stored_point_open(struct replay *out, const struct stored_point_question *q,
                      struct catalogue **catalogue, struct err *err);
void stored_point_close(struct replay *r);

/* Prints every metric that is not that of the store, with the version that made the run if it is
 * another one. Returns the number of metrics. */
size_t stored_point_print_differences(const struct replay *r, FILE *out);

#endif
