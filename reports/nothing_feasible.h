/* Why a run has no feasible point. The caller frees the texts. */
#ifndef REPORTS_NOTHING_FEASIBLE_H
#define REPORTS_NOTHING_FEASIBLE_H

#include "db/db.h"

/* In lines: how many points are infeasible for which reason, and, where the sweep has left it, the
 * point that misses by least. Of a run with feasible points: that none meets the conditions. */
char *nothing_feasible_lines(struct db *db, const struct db_run *run);

/* The same in one sentence, for a page or a table. */
char *nothing_feasible_sentence(struct db *db, const struct db_run *run);

#endif
