/* The parts of a device's cost, as text and as JSON. */
#ifndef DSE_COSTS_H
#define DSE_COSTS_H

#include "arch/cost.h"
#include "arch/design.h"

void costs_text(const struct design *d, const struct price_book *book);

/* The value of "cost": an object with low, middle and high, each with the parts in USD and mm2. */
void costs_json(const struct design *d, const struct price_book *book);

#endif
