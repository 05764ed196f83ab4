/* Placement of the experts of a mixture on devices. */
#ifndef ARCH_PLACEMENT_H
#define ARCH_PLACEMENT_H

#include <stdbool.h>
#include <stddef.h>

enum placement {
    PLACE_RANDOM,      /* in the mean over random placements */
    PLACE_ROUND_ROBIN, /* in order of popularity, over the devices in turn */
    PLACE_CONTIGUOUS,  /* in order of popularity, the hottest on the first device */
    PLACE_REPLICATED,  /* hot experts copied, each copy on the least loaded device */
    PLACE_PACKED,      /* the same without copies */
};

/* `experts` on `devices`; each token uses `top_k` different ones, chosen in proportion to
 * rank^-skew. `copies`: additional copies with placement replicated; 0: one per device. `chance`:
 * random loads are of interest, besides the expected ones. */
struct routing_of {
    double experts, top_k, skew, placement, devices, copies;
    bool chance;
};

/* One copy of an expert. */
struct copy {
    double share; /* probability that a token uses it, and the logarithm of 1 - it */
    double log_idle;
    double variance; /* of its uses per token, before the total is given */
    size_t expert, device;

    /* Copies of its expert with itself, and if there are others: the covariance of its uses with
     * those of another is minus this, per token; and how many are on its device, less those on
     * another one in the mean. */
    size_t twins;
    double exclusion, apart;

    double active; /* probability that it has a token, at some number of tokens, and what that is */
    double alone;  /* before the total is given */
    double excess; /* of the variance of that, beside alone (1 - alone) */
};

/* By device, on each the most popular first; those of device d begin at first[d]. */
struct placed_experts {
    size_t devices, copies;
    struct copy *copy;
    size_t *first; /* [devices + 1] */
};

/* Places experts of this popularity (arch/popularity.h), with random placement like round robin;
 * placement_free releases the result. */
void placement_make(struct placed_experts *out, const struct routing_of *of, const double *pi);

/* Ways to choose one copy of each expert; 0: more than `most`. */
size_t placement_ways(const struct placed_experts *p, size_t most);

/* The same copies, of which only those chosen in this way, counted from 0, are used;
 * placement_free releases the result. */
void placement_choose(struct placed_experts *out, const struct placed_experts *p, size_t way);

void placement_free(struct placed_experts *p);

#endif
