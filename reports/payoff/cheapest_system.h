/* Inverse question: which system reaches a given throughput at the lowest cost? */
#ifndef REPORTS_PAYOFF_CHEAPEST_SYSTEM_H
#define REPORTS_PAYOFF_CHEAPEST_SYSTEM_H

#include "base/table.h"
#include "db/db.h"

struct cheapest_question {
    const char *by, *over; /* may be NULL; the model and the swept workload split the answer too */
    const char *where;     /* SQL condition on the points that are asked about; NULL: all */
    const char *limits;    /* the same, on a design that answers */
    double tokens_per_s;
};

/* For every group and engine, the number of identical systems that reaches `tokens_per_s` at the
 * lowest total cost, cheapest engine first. Columns: those of `by`, engine, systems, devices,
 * system_cost_usd with _low and _high, over_cheapest, tokens_per_s, tpot_s, power_w, usd_per_mtok,
 * hardware. `none`: the groups that no feasible design within the limits answers, a line for each.
 * Caller frees both. */
int cheapest_table(struct table *out, char **none, struct db *db, const struct db_run *run,
                   const struct cheapest_question *q, struct err *err);

#endif
