/* A weighted mix of workloads from a CSV file with a row per workload: a column named like a
 * parameter sets that parameter, `weight` is the share of the tokens. */
#ifndef REPORTS_PAYOFF_WORKLOAD_MIX_H
#define REPORTS_PAYOFF_WORKLOAD_MIX_H

#include "base/csv.h"
#include "reports/payoff/payoff_designs.h"

struct mix {
    struct csv csv;
    struct setting *set;
    size_t n;
    struct mix_job *job;
};

int mix_read(struct mix *out, const char *path, struct err *err); /* mix_free */
void mix_free(struct mix *m);

/* Does the mix set this column? */
bool mix_sets(const struct mix *m, const char *column);

#endif
