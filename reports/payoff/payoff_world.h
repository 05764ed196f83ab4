/* One set of values of everything that is uncertain in a pay-off. */
#ifndef REPORTS_PAYOFF_PAYOFF_WORLD_H
#define REPORTS_PAYOFF_PAYOFF_WORLD_H

#include "arch/op.h"
#include "arch/prices.h"

/* Engines with ranges of their own. */
enum { RANGED_MOST = 64 };

/* m, r, the rates it reaches and the energy of a byte of an engine, over what its file states. */
struct stated_ratio {
    double bandwidth, ridge, efficiency, energy;
};

struct world {
    struct prices prices;
    double time_z[OP_CLASSES]; /* time error of an operator class, in standard deviations */
    double engine_z;           /* time error of the operators on the engine */
    struct stated_ratio engine[RANGED_MOST]; /* in the order of struct comparison */
};

#endif
