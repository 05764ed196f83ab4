/* Stop points between grid values: prices a run's study again with one axis at another value. */
#ifndef DSE_REFINE_H
#define DSE_REFINE_H

#include "arch/catalogue.h"
#include "reports/payoff.h"

struct refine;

/* From the study that the run keeps. Caller frees. */
int refine_open(struct refine **out, const struct db_run *run, struct catalogue *c,
                struct err *err);
void refine_close(struct refine *r); /* takes NULL */

/* A payoff_at_fn; ctx is a struct refine. NAN where a group has over 100 000 designs. */
double refine_payoff(void *ctx, const struct payoff *p, const struct cell *key, const char *axis,
                     double x);

#endif
