/* Why a point is not feasible, in one sentence. */
#ifndef REPORTS_POINT_VERDICT_REASON_H
#define REPORTS_POINT_VERDICT_REASON_H

#include "arch/design.h"
#include "arch/metrics.h"

/* "" for a feasible point. `d` is the design as requested, before a mapping is chosen. */
const char *verdict_reason(const struct design *d, const struct metrics *m);

#endif
