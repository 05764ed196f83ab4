/* The lines of `dse eval` about traffic. */
#ifndef DSE_TRAFFIC_TEXT_H
#define DSE_TRAFFIC_TEXT_H

#include "arch/metrics.h"

void traffic_print(const struct design *d, const struct metrics *m);

#endif
