/* Which engines of a run nobody designed, or cannot be fed or cooled as their files state. */
#ifndef REPORTS_PAYOFF_ENGINE_CAVEATS_H
#define REPORTS_PAYOFF_ENGINE_CAVEATS_H

#include "base/table.h"
#include "db/db.h"

/* engine, caveat: a row per such engine, of main devices or of an FFN pool, by name, as most of its
 * feasible points have it; no rows if the store is too old to know any. Caller frees. */
int engine_caveats_read(struct table *out, struct db *db, const struct db_run *run,
                        struct err *err);

#endif
