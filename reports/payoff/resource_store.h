/* The units of the budget that designs use in each of many worlds. They depend on the hardware of a
 * design and on prices, not on its workload, so a store keeps them for the comparisons of other
 * workloads. */
#ifndef REPORTS_PAYOFF_RESOURCE_STORE_H
#define REPORTS_PAYOFF_RESOURCE_STORE_H

#include "reports/payoff/payoff_comparison.h"

struct resource_store;

/* For rows of `worlds` numbers. Threads may share the store. */
struct resource_store *resource_store_make(size_t worlds);
void resource_store_free(struct resource_store *s); /* takes NULL */

/* of[j][i]: what candidate j uses in world i. */
struct resource_rows {
    const double **of;
    double *own; /* rows that no store keeps */
};

/* The rows of n candidates, from the store of the worlds if they have one. Free with
 * resource_rows_free. */
struct resource_rows resource_rows_find(const struct worlds *w, const struct candidate *const k[],
                                        size_t n, enum budget budget);

/* Do the rows of n candidates fit into the store of the worlds, so that it keeps them for the next
 * workload? */
bool resource_rows_fit(const struct worlds *w, size_t n);

/* The same in the worlds where open[j * w->n + i], for candidate j in world i; elsewhere they may
 * be INFINITY. No store keeps them. */
struct resource_rows resource_rows_where(const struct worlds *w, const struct candidate *const k[],
                                         size_t n, enum budget budget, const bool *open);
void resource_rows_free(const struct resource_rows *r);

#endif
