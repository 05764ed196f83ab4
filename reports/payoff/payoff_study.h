/* The study of a run, from which comparisons are priced anew with any axis, parameter or price set.
 */
#ifndef REPORTS_PAYOFF_PAYOFF_STUDY_H
#define REPORTS_PAYOFF_PAYOFF_STUDY_H

#include "arch/catalogue/catalogue.h"
#include "base/table.h"
#include "db/db.h"
#include "reports/payoff/payoff_designs.h"
#include "reports/payoff/workload_mix.h"

struct payoff_study;

/* From the study that the run keeps. Caller closes. */
int payoff_study_open(struct payoff_study **out, const struct db_run *run, struct catalogue *c,
                      struct err *err);
void payoff_study_close(struct payoff_study *s); /* takes NULL */

/* The study itself, borrowed. */
const struct study *payoff_study_of(const struct payoff_study *s);

/* From here on every comparison is over the workloads of a mix, which the caller keeps. -1 if the
 * study does not know one of them. */
int payoff_study_mix(struct payoff_study *s, const struct mix *mix, struct err *err);

/* The side with an engine becomes one that is not in the study: in place, `runs` as engine.runs,
 * with m and r given as settings engine.bandwidth_ratio and engine.ridge_flop_per_byte. It costs
 * nothing, so P - 1 is the most that it may cost. */
void payoff_study_free_engine(struct payoff_study *s, double runs);

/* One group of designs, with some values set anew. */
struct payoff_slice {
    char *const *by; /* by_n columns, and the group's value of each; CELL_NULL: any */
    size_t by_n;
    const struct cell *key;
    const struct setting *set;
    size_t n;
    enum budget budget;
};

/* Gathers the designs of a slice. -1 if the study does not know a value or has too many designs.
 * comparison_free(out). */
int payoff_compare(struct comparison *out, const struct payoff_study *s,
                   const struct payoff_slice *slice);

#endif
