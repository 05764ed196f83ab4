/* Prices the contests of a run's study anew, with values of any axis, parameter or price set. */
#ifndef REPORTS_PAYOFF_PAYOFF_STUDY_H
#define REPORTS_PAYOFF_PAYOFF_STUDY_H

#include "arch/catalogue/catalogue.h"
#include "reports/payoff/payoff.h"
#include "reports/payoff/workload_mix.h"
#include "search/study.h"

struct refine;

/* From the study that the run keeps. Caller frees. */
int refine_open(struct refine **out, const struct db_run *run, struct catalogue *c,
                struct err *err);
void refine_close(struct refine *r); /* takes NULL */

const struct study *refine_study(const struct refine *r);

/* A payoff_contest_fn; ctx is a struct refine. -1 where a group has too many designs. */
int refine_contest(void *ctx, const struct payoff *p, const struct cell *key,
                   const struct payoff_setting *set, size_t n, struct contest *out);

/* Reads "PATH" or "PATH=FROM:TO"; without a range one around the study's value. `what` begins the
 * message. The caller frees out->path. */
int refine_range(struct range *out, const struct refine *r, const char *text, const char *what,
                 struct err *err);

/* From here on every contest is over the workloads of a mix, which the caller keeps. -1 if the
 * study does not know one of them. */
int refine_mix(struct refine *r, const struct mix *mix, struct err *err);

/* The side with an engine becomes one that is not in the study: in place, `runs` as engine.runs,
 * with m and r given as settings engine.bandwidth_ratio and engine.ridge_flop_per_byte. It costs
 * nothing, so P - 1 is the most that it may cost. */
void refine_free_engine(struct refine *r, double runs);

#endif
