/* The price of an evaluated system with pools, by pool, as text. */
#ifndef DSE_PRICE_SHARES_TEXT_H
#define DSE_PRICE_SHARES_TEXT_H

#include "arch/metrics.h"

/* Prints for which devices the price is; nothing for a system without pools. */
void price_shares_print(const struct metrics *m);

#endif
