/* Routing in a mixture-of-experts layer: popularity of the experts, their placement on devices, and
 * the load of the busiest device. */
#ifndef ARCH_ROUTING_H
#define ARCH_ROUTING_H

#include <stdbool.h>
#include <stddef.h>

enum placement {
    PLACE_RANDOM,      /* a typical one of many random placements */
    PLACE_ROUND_ROBIN, /* in order of popularity, over the devices in turn */
    PLACE_CONTIGUOUS,  /* in order of popularity, the hottest on the first device */
    PLACE_REPLICATED,  /* hot experts copied, each copy on the least loaded device */
};

enum { ROUTING_GROUPS = 8, ROUTING_LEADERS = 12 };

/* Experts of one device with similar popularity. */
struct expert_group {
    double experts; /* copies on the device */
    double share;   /* probability that a token uses one of them, 0..1 */
};

struct routing {
    size_t groups; /* of the busiest device, most popular first; one if uniform */
    struct expert_group group[ROUTING_GROUPS];
    double imbalance; /* load of the busiest device over the mean, Gamma >= 1 */
    bool even;        /* all devices have the same expected load */

    /* For the j busiest devices, j = 1, 2, 4, ...: their mean load over that of all devices, and
     * the random part of their expected maximum, times sqrt(tokens). */
    size_t leaders;
    double mean[ROUTING_LEADERS], chance[ROUTING_LEADERS];
};

/* Places `experts` on `devices`; each token uses `top_k` different ones, chosen in proportion to
 * rank^-skew. `copies`: additional copies with placement replicated (0: one per device). With skew
 * 0 every placement is even. Deterministic. */
void routing_make(struct routing *out, double experts, double top_k, double skew,
                  enum placement placement, double devices, double copies);

/* Expected load of the busiest device over the mean when `tokens` are routed: the imbalance, and
 * with `chance` random routing imbalance (normal approximation of the maximum). At least 1. */
double routing_busiest(const struct routing *r, double tokens, bool chance);

/* routing_busiest for n loads with `tokens` tokens per unit of load; 0 tokens: without chance. */
void routing_busiest_lanes(double *out, size_t n, const struct routing *r, double tokens,
                           const double *load);

/* Probability pi[i] that a token uses the expert of rank i = 0, 1, ..., if it draws top_k different
 * experts with weights w_i = (i + 1)^-skew, one after another without replacement: pi_i = 1 -
 * exp(-lambda w_i), with lambda from sum pi = top_k. */
void routing_popularity(double *pi, size_t experts, double top_k, double skew);

/* Expected maximum of n standard normal variables (Blom 1958). */
double routing_normal_maximum(double n);

#endif
