/* A study with some axes fixed by settings. */
#ifndef REPORTS_PAYOFF_RESTRICTED_STUDY_H
#define REPORTS_PAYOFF_RESTRICTED_STUDY_H

#include "reports/payoff/payoff_designs.h"

/* Borrows the arrays of the original study. */
struct restricted {
    struct study study;
    double fixed[AXES_MOST];
};

/* Restricts the study of a choice to its settings and those of a job. -1 if a path or name is
 * unknown or there are more than DESIGNS_MOST designs. */
int restrict_to(struct restricted *r, const struct design_choice *q, const struct mix_job *job,
                struct err *err);

#endif
