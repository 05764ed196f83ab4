/* Gathers the designs of a comparison from a study: all its hardware, each at the best mapping and
 * workload values that are not held fixed. */
#ifndef REPORTS_PAYOFF_PAYOFF_DESIGNS_H
#define REPORTS_PAYOFF_PAYOFF_DESIGNS_H

#include "reports/payoff/payoff_comparison.h"
#include "reports/payoff/setting.h"

/* One workload of a mix: what tells it from the others, and its share of the tokens. */
struct mix_job {
    const struct setting *set;
    size_t n;
    double weight;
};

/* Which designs of a study are compared. */
struct design_choice {
    const struct study *study;
    const struct setting *set; /* held fixed in every job */
    size_t n;
    const struct mix_job *jobs; /* n_jobs 0: one job of everything that `set` leaves */
    size_t n_jobs;
    const char *engine; /* the only one of the side with an engine; NULL: all */
    enum budget budget;
};

/* Hardware (chip, engine, plan.devices) must do every job. Designs far behind the best of their
 * side are left out. 0, or -1 if a path or name is not known (STATUS_INPUT) or there are more than
 * DESIGNS_MOST designs. comparison_free(out). */
int comparison_gather(struct comparison *out, const struct design_choice *q, struct err *err);

enum { DESIGNS_MOST = 200000 };

#endif
