/* The non-dominated points of a run. */
#ifndef REPORTS_FRONT_H
#define REPORTS_FRONT_H

#include "db/db.h"

/* Rows that no feasible point of their group dominates. `objectives` is "+tokens_per_s,
 * -system_cost_usd" (+ more is better, - less is; without a sign the metric's own sense); NULL for
 * these two. `by` names columns, one front per group, or NULL. `where` is an SQL condition or NULL.
 * `out`: the swept columns, the mapping, the objectives, in the order of the first objective. Rows
 * with equal objectives are all kept. Streams: memory grows with the fronts only. Caller frees. */
int front_make(struct table *out, struct db *db, const struct db_run *run, const char *by,
               const char *objectives, const char *where, struct err *err);

#endif
