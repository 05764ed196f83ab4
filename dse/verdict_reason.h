/* Why a point is not feasible, in a sentence. */
#ifndef DSE_VERDICT_REASON_H
#define DSE_VERDICT_REASON_H

#include "arch/design.h"
#include "arch/metrics.h"

/* "" of a feasible point. `d` is the design as it was asked for, its mapping not yet chosen. */
const char *verdict_reason(enum verdict v, const struct design *d);

#endif
