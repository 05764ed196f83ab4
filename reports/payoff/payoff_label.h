/* Groups and designs in words. */
#ifndef REPORTS_PAYOFF_PAYOFF_LABEL_H
#define REPORTS_PAYOFF_PAYOFF_LABEL_H

#include "reports/payoff/payoff_answer.h"
#include "reports/payoff/swept_columns.h"

/* A point, the one row of `t`: what its swept columns are but those in `by`, and the mapping.
 * Caller frees. */
char *design_label(const struct table *t, const struct swept *swept, char *const *by, size_t by_n);

/* "b200-paper, 192 GB, 8 TB/s, link 900 GB/s + duplex". Caller frees. */
char *hardware_label(const struct candidate *k, bool with);

/* "deepseek-r1, workload_context 8192": what tells a group from the others. Caller frees. */
char *group_title(const struct payoff *p, const struct payoff_group *g);

#endif
