/* Popularity of the experts of a mixture. */
#ifndef ARCH_POPULARITY_H
#define ARCH_POPULARITY_H

#include <stddef.h>

/* Probability pi[i] that a token uses the expert of rank i = 0, 1, ..., if it draws top_k different
 * experts with weights (i + 1)^-skew, one after another without replacement. */
void routing_popularity(double *pi, size_t experts, double top_k, double skew);

#endif
