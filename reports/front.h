/* The Pareto front of a run, or of each of its groups. */
#ifndef REPORTS_FRONT_H
#define REPORTS_FRONT_H

#include "db/db.h"

struct front_question {
    /* Comma-separated columns that define a group, or NULL. The swept columns of model and workload
     * follow, except those of `over`. */
    const char *by, *over;
    /* "+tokens_per_s,-system_cost_usd" (+: more is better, -: less is better, no sign: the metric's
     * own sense); NULL selects these two. */
    const char *objectives;
    const char *where; /* SQL condition or NULL */
};

/* The non-dominated feasible points of each group. `out` has the swept columns, the mapping and the
 * objectives, sorted by the first objective. Keeps all rows with equal objectives. Reads the points
 * as a stream, so memory grows only with the fronts. Caller frees. */
int front_make(struct table *out, struct db *db, const struct db_run *run,
               const struct front_question *q, struct err *err);

#endif
