/* The inverse question: the cheapest system that serves so many tokens per second. */
#ifndef REPORTS_PAYOFF_CHEAPEST_SYSTEM_H
#define REPORTS_PAYOFF_CHEAPEST_SYSTEM_H

#include "base/table.h"
#include "db/db.h"

struct cheapest_question {
    const char *by, *where; /* as in a payoff_question; may be NULL */
    double tokens_per_s;
};

/* For every group and engine the cheapest way to `tokens_per_s`: whole systems of the run, as many
 * as it takes, each within the limits; cheapest first. Columns: those of `by`, engine, systems,
 * devices, system_cost_usd with _low and _high, over_cheapest, tokens_per_s, tpot_s, power_w,
 * usd_per_mtok, hardware. Caller frees. */
int cheapest_table(struct table *out, struct db *db, const struct db_run *run,
                   const struct cheapest_question *q, struct err *err);

#endif
