/* What a run lacks of its study. */
#ifndef REPORTS_RUN_GAP_H
#define REPORTS_RUN_GAP_H

#include "db/db.h"

/* "86016 of 160000 points are priced, so answers may change: ..." of a run that was stopped or is
 * being swept, and of a shard alone. NULL if the run is whole; a search is when it has ended.
 * Caller frees. */
char *run_gap_text(const struct db_run *run);

/* Of a run with keep: front, that answers for a part of its points may lack designs; else NULL.
 * Caller frees. */
char *run_front_text(const struct db_run *run);

/* Both in one text; NULL if there is neither. Caller frees. */
char *run_lacks_text(const struct db_run *run);

#endif
