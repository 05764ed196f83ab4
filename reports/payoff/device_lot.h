/* Devices of up to LANES candidates, quoted together at the prices of many worlds. Compute
 * dies that several of them have are priced once. */
#ifndef REPORTS_PAYOFF_DEVICE_LOT_H
#define REPORTS_PAYOFF_DEVICE_LOT_H

#include "reports/payoff/payoff_comparison.h"

struct device_lot;

/* Do units of this budget come from quotes? If not, every candidate uses 1. */
static inline bool budget_has_quotes(enum budget budget)
{
    return budget == BUDGET_COST || budget == BUDGET_AREA;
}

/* Looks up the devices of n candidates: k[of[0]] and so on. Free with free(). */
struct device_lot *device_lot_make(const struct candidate *const k[], const size_t *of, size_t n);

/* Units of the budget that each candidate uses. */
void device_lot_used(double *out, const struct device_lot *lot, enum budget budget,
                     const struct prices *p);

#endif
