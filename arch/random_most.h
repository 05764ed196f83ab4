/* The slowest of devices with randomly placed experts, in the mean over the placements. */
#ifndef ARCH_RANDOM_MOST_H
#define ARCH_RANDOM_MOST_H

#include "arch/placement.h"

enum { HOT_MOST = 5, PATTERNS_MOST = 512, CLASSES_MOST = 32 };

/* Experts without the first `hot`: means per token. */
struct cold_experts {
    double experts, share, variance;
    double spread, third; /* of the shares: second and third central moment */
};

struct expert_uses {
    double share, variance; /* per token */
};

/* Ranks from `first` to before `last`. */
struct expert_class {
    size_t first, last;
    struct expert_uses mean;
};

/* Where the hottest experts are: in blocks, one per device that has some. */
struct hot_pattern {
    double probability;
    size_t blocks, large; /* blocks on devices with an expert more than others */
    unsigned char members[HOT_MOST], is_large[HOT_MOST];
};

struct random_most {
    struct placed_experts all; /* on one device */
    double experts, devices, top_k;
    double held, large; /* experts of most devices; devices with one more */
    size_t hot;
    struct expert_uses expert[HOT_MOST];
    struct cold_experts cold;
    size_t classes; /* of the cold ones */
    struct expert_class class[CLASSES_MOST];
    size_t patterns;
    struct hot_pattern pattern[PATTERNS_MOST];
};

/* random_most_free releases the result. */
void random_most_make(struct random_most *out, const struct routing_of *of, const double *pi);
void random_most_free(struct random_most *r);

/* Means over the placements, of the load per token of the device on which most is expected, and of
 * the expected maximum over the devices of active experts and of tokens. */
double random_imbalance(const struct random_most *r);
double random_active(struct random_most *r, double tokens);
double random_load(struct random_most *r, double tokens);

#endif
