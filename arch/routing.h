/* Where the tokens of a mixture-of-experts layer go: how popular experts are, which device holds
 * which, and how much the busiest device has to do. */
#ifndef ARCH_ROUTING_H
#define ARCH_ROUTING_H

#include <stdbool.h>
#include <stddef.h>

enum placement {
    PLACE_RANDOM,      /* expected over random placements */
    PLACE_ROUND_ROBIN, /* by falling popularity over the devices in turn */
    PLACE_CONTIGUOUS,  /* by falling popularity, the first device the hottest */
    PLACE_REPLICATED,  /* hot experts copied, then each to the device with least to do */
};

enum { ROUTING_GROUPS = 8, ROUTING_LEADERS = 12 };

/* Experts of one device that are about as popular. */
struct expert_group {
    double experts; /* copies on the device */
    double share;   /* probability that a token uses one of them, 0..1 */
};

struct routing {
    size_t groups; /* of the busiest device, most popular first; one if all are alike */
    struct expert_group group[ROUTING_GROUPS];
    double imbalance; /* its mean load over that of all devices, Gamma >= 1 */
    bool even;        /* no device is busier than another, but for chance */

    /* The j busiest devices taken together, j = 1, 2, 4, ...: mean load over that of all, and what
     * chance adds to the expected maximum, times sqrt(tokens). */
    size_t leaders;
    double mean[ROUTING_LEADERS], chance[ROUTING_LEADERS];
};

/* `experts` of which each token uses `top_k` different ones, chosen in proportion to rank^-skew,
 * over `devices`; `copies` more experts than that are held where placement is replicated (0: one a
 * device). With skew 0 every placement is even. Pure, and the same for the same arguments. */
void routing_make(struct routing *out, double experts, double top_k, double skew,
                  enum placement placement, double devices, double copies);

/* Expected load of the busiest device over the mean when `tokens` are routed: the imbalance, and
 * with `chance` what the draw adds (normal approximation of the maximum). At least 1. */
double routing_busiest(const struct routing *r, double tokens, bool chance);

/* The same of n loads that bring so many tokens each; 0 tokens: without chance. */
void routing_busiest_lanes(double *out, size_t n, const struct routing *r, double tokens,
                           const double *load);

/* Popularity: probability that a token uses the expert of rank i = 0, 1, ..., when it draws top_k
 * different ones in proportion to (i + 1)^-skew. pi_i = 1 - exp(-lambda w_i), which holds for
 * drawing one after another without putting back; lambda from sum pi = top_k. */
void routing_popularity(double *pi, size_t experts, double top_k, double skew);

/* Expected maximum of n standard normal numbers (Blom 1958). */
double routing_normal_maximum(double n);

#endif
