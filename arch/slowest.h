/* Waiting for the slowest of data-parallel ranks, which exchange tokens in every layer: the
 * expected maximum over the ranks of the context that their requests hold. */
#ifndef ARCH_SLOWEST_H
#define ARCH_SLOWEST_H

#include <stdbool.h>

/* Mean, and mean of the square, of the largest of `ranks` standard normal variables. */
struct normal_most {
    double mean, square;
};

/* `ranks` may be a fraction, at least 1. */
struct normal_most normal_most(double ranks);

/* How requests are given to the ranks. */
enum dp_routing {
    DP_EQUAL_COUNT, /* the same number to each, whatever their lengths */
    DP_RANDOM,      /* at random: numbers differ too */
    DP_LEAST_COUNT, /* to the rank with the fewest requests */
    DP_LEAST_KV,    /* to the rank with the least context */
};

/* Context of a request on a rank: coefficient of variation and skewness over requests. */
struct contexts {
    double cv, skewness;
    enum dp_routing routing;
};

/* Do ranks hold different contexts? */
bool contexts_differ(const struct contexts *c);

/* The skewness of a gamma distribution with this coefficient of variation. */
double gamma_skewness(double cv);

/* Context of the fullest rank over the mean, as a function of the requests per rank. */
struct rank_wait {
    double by_root, by_count; /* 1 + by_root / sqrt(requests) + by_count / requests */
    double kv_by_count;       /* if requests go where least context is: 1 + this / requests */
    double most;              /* all ranks' context on one */
};

struct rank_wait rank_wait_of(const struct contexts *c, double ranks);

/* At least 1; 1 for a single rank. `requests`: mean number per rank, above 0. */
double rank_wait_ratio(const struct rank_wait *w, double requests);

/* Prefills that a step waits for, if each rank begins so many in its mean step, independently of
 * the others and spread evenly over its steps: below one, the probability 1 - (1 - prefills)^ranks
 * that some rank does. Ranks that prefill in the same steps wait for `prefills` of them only. */
double prefills_waited_for(double prefills, double ranks);

#endif
