/* The shares of weights and of caches in a second tier of memory with most tokens per second, at
 * one mapping on each device.
 *
 * Idea: with shares given, the best batch is the largest that both tiers hold and the latency
 * limits allow. Were requests and experts divisible, the merit would have no other maximum than its
 * best one: step time is jointly convex in the requests and the bytes in the second tier. So a grid
 * of eighths finds the region, with the share that balances both tiers and the smallest ones that
 * fit a batch; steps from the best so far, each half as wide as those before, follow the edge where
 * a tier is full. Invariants: the result of a device does not depend on the others; of equals
 * (1e-12) the first one stands, and 0 is first. Tests hold it to every multiple of 1/64. */
#ifndef ARCH_BEST_SHARES_H
#define ARCH_BEST_SHARES_H

#include "arch/best_mapping.h"

struct share_search {
    const struct devices *d;
    const struct step *step;
    double weight_share, kv_share; /* of the plan: SHARE_AUTO, or given */
    double requests;               /* of a replica; 0: as many as possible */
    /* Finds the candidates on devices with shares set, and how good one is. */
    void (*time)(struct candidates *out, const struct devices *d, const void *of);
    double (*merit)(const struct candidate *c);
    const void *of;
};

/* Fills all members of the candidates. */
void best_shares(struct candidates *out, const struct share_search *s);

/* The largest loads that fit in the memory of each device with its shares. `joined`: an upper bound
 * of them at any share. */
void tiers_caps(double *cap, const struct step *s, const struct devices *d, bool joined);

#endif
