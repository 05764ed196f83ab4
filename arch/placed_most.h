/* The slowest of devices whose experts are known. */
#ifndef ARCH_PLACED_MOST_H
#define ARCH_PLACED_MOST_H

#include "arch/placement.h"

struct device_load;
struct slot;

struct placed_most {
    struct placed_experts placed;
    double top_k;
    double
        one; /* expected maximum at one token, if there are copies and it is known; 0: it is not */
    struct device_load *load; /* [devices], about the most loaded first */
    struct slot *slot;        /* [most experts of a device] */
};

/* Places the experts as placement_make does; placed_most_free releases the result. */
void placed_most_make(struct placed_most *out, const struct routing_of *of, const double *pi);
void placed_most_free(struct placed_most *s);

/* Device with the highest expected load, and that load per token. */
size_t placed_busiest(const struct placed_most *s, double *share);

/* Expected maximum over the devices when this many tokens are routed: of the experts with a token,
 * and of the tokens. */
double placed_active(struct placed_most *s, double tokens);
double placed_load(struct placed_most *s, double tokens);

/* Sets the copies' probabilities to be active; returns the standard deviation of the number of
 * active copies: that of independent ones less what the given number of uses explains. */
double placed_set_active(struct placed_experts *p, double tokens);

#endif
