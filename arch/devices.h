/* Devices side by side: chips with their engines, and what follows from them, so that one loop
 * prices them all. */
#ifndef ARCH_DEVICES_H
#define ARCH_DEVICES_H

#include "arch/unit.h"

struct devices {
    size_t n; /* at most LANES */
    struct chip_lanes chip;
    struct engine_lanes engine;
    struct hbm_lanes hbm;     /* devices_look_up: the memory that a chip names */
    struct rates_lanes rates; /* devices_time, and all that is not a rate in `like`: */
    struct device like;       /* of calibrated timing, which takes one device at a time */
};

/* Adds one; n is then at least 1. */
static inline void devices_add(struct devices *d, const struct chip *c, const struct engine *e)
{
    LANES_PUT(&d->chip, d->n, *c);
    LANES_PUT(&d->engine, d->n, *e);
    d->n++;
}

void devices_look_up(struct devices *d);

/* `like` has the precision and timing of all, and of a single device the calibration. */
void devices_time(struct devices *d, const struct design *like);

/* The i-th as one device. */
static inline struct device devices_one(const struct devices *d, size_t i)
{
    struct device one = d->like;
    LANES_TAKE(one.rates, &d->rates, i);
    return one;
}

#endif
