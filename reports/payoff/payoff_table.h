/* The pay-off as tables. The caller frees them. */
#ifndef REPORTS_PAYOFF_PAYOFF_TABLE_H
#define REPORTS_PAYOFF_PAYOFF_TABLE_H

#include "reports/payoff/payoff_answer.h"

/* Begins a table with the columns of p->by and `after`. */
void payoff_table_begin(struct table *out, const struct payoff *p, const char *const *after,
                        size_t n);

/* The groups, the stop points and what P turns on. */
void payoff_table(const struct payoff *p, struct table *out);
void payoff_stop_table(const struct payoff *p, struct table *out);
void payoff_swing_table(const struct payoff *p, size_t most, struct table *out);

/* P as a table: a row per model and engine, a column per value of the first swept number. */
void payoff_map_table(const struct payoff *by_engine, struct table *out);

#endif
