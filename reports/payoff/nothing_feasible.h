/* Why a run has no feasible point. The caller frees the texts. */
#ifndef REPORTS_PAYOFF_NOTHING_FEASIBLE_H
#define REPORTS_PAYOFF_NOTHING_FEASIBLE_H

#include "db/db.h"

/* One line per reason with its number of infeasible points and, if the sweep has stored it, the
 * nearest miss. For a run with feasible points: that none meets the conditions. */
int nothing_feasible_lines(char **out, struct db *db, const struct db_run *run, struct err *err);

/* The same in one sentence, for a page or a table. */
int nothing_feasible_sentence(char **out, struct db *db, const struct db_run *run, struct err *err);

#endif
