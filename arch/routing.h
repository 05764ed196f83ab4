/* Routing in a mixture-of-experts layer: tokens and active experts of the slowest device. */
#ifndef ARCH_ROUTING_H
#define ARCH_ROUTING_H

#include "arch/load_curve.h"
#include "arch/placement.h"

enum { ROUTING_GROUPS = 8 };

/* Experts of one device with similar popularity. */
struct expert_group {
    double experts; /* copies on the device */
    double share;   /* probability that a token uses one of them, 0..1 */
};

struct routing {
    struct routing_of of;
    size_t groups; /* of the device with the highest expected load, most popular first */
    struct expert_group group[ROUTING_GROUPS];
    double imbalance; /* expected load of the busiest device over the mean, Gamma >= 1 */
    double share;     /* of a token's uses that a device has in the mean */

    /* Expected maximum over the devices, if there are several: of the experts with a token, and of
     * the tokens (with chance). */
    struct load_curve active, load;
};

/* All 0: no experts. */
void routing_make(struct routing *out, const struct routing_of *of);

struct popularity {
    size_t experts;
    double top_k, skew;
    double pi[]; /* routing_popularity of these */
};

/* Routings that are made once. Zero-initialise it; routing_store_free releases it. */
struct routing_store {
    size_t n, room;
    struct routing **of;
    size_t popularities, popularity_room;
    struct popularity **popularity;
};

/* The routing of these arguments, kept until routing_store_free. */
const struct routing *routing_find(struct routing_store *store, const struct routing_of *of);
void routing_store_free(struct routing_store *store);

/* Load of the busiest device over the mean when `tokens` are routed, at least 1: the imbalance, or
 * with chance the expected maximum of random loads. */
double routing_busiest(const struct routing *r, double tokens);

/* routing_busiest for n loads with `tokens` tokens per unit of load. */
void routing_busiest_lanes(double *out, size_t n, const struct routing *r, double tokens,
                           const double *load);

/* Expected number of active experts, those with a token, on the device that has most of them. */
double routing_active(const struct routing *r, double tokens);

/* Idle experts of that device over those of the device of the groups, 0..1: an expert of a group is
 * idle with this times (1 - share)^tokens, so that the groups have routing_active active ones. */
double routing_idle_ratio(const struct routing *r, double tokens);

#endif
