/* Prices the contests of a run's study anew, with values of any axis, parameter or price set. */
#ifndef DSE_REFINE_H
#define DSE_REFINE_H

#include "arch/catalogue.h"
#include "reports/payoff.h"
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

#endif
