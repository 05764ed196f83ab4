/* The prefill pool of an evaluated point, as text. */
#ifndef DSE_PREFILL_POOL_TEXT_H
#define DSE_PREFILL_POOL_TEXT_H

#include "arch/metrics.h"

/* What the pool is, and what sets the pace of the system; `d` is disaggregated. */
void print_prefill_pool(const struct design *d, const struct metrics *m);

#endif
