/* The pay-off as tables. The caller frees them. */
#ifndef REPORTS_PAYOFF_PAYOFF_TABLE_H
#define REPORTS_PAYOFF_PAYOFF_TABLE_H

#include "reports/payoff/payoff_answer.h"

/* Begins a table with the columns of p->by followed by `after`. */
void payoff_table_begin(struct table *out, const struct payoff *p, const char *const *after,
                        size_t n);

/* The groups, the stop points, and at most `most` sensitivities or pairs per group. */
void payoff_table(const struct payoff *p, struct table *out);
void payoff_stop_table(const struct payoff *p, struct table *out);
void payoff_swing_table(const struct payoff *p, size_t most, struct table *out);
void payoff_pair_table(const struct payoff *p, size_t most, struct table *out);

/* One column, `note`: why there is no group. No rows if there is one. */
void payoff_note_table(const struct payoff *p, struct table *out);

/* P as a table: a column per value of the first numeric group column, a row per combination of the
 * other columns. */
void payoff_map_table(const struct payoff *by_engine, struct table *out);

#endif
