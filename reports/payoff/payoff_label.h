/* Short texts that name groups and designs. */
#ifndef REPORTS_PAYOFF_PAYOFF_LABEL_H
#define REPORTS_PAYOFF_PAYOFF_LABEL_H

#include "reports/payoff/payoff_answer.h"
#include "reports/payoff/swept_columns.h"

/* The chip, the swept columns that are not in `by` and the mapping of the only row of `t`. Caller
 * frees. */
char *design_label(const struct table *t, const struct swept *swept, char *const *by, size_t by_n);

/* The same for the hardware of a design, from the model. */
char *designed_label(const struct design *d, bool with);

/* "b200-paper, 192 GB, 8 TB/s, link 900 GB/s + duplex". Caller frees. */
char *hardware_label(const struct candidate *k, bool with);

/* The key of a group: "deepseek-r1, workload_context 8192". Caller frees. */
char *group_title(const struct payoff *p, const struct payoff_group *g);

#endif
