/* Pseudo-random numbers from a seed, the same on every machine: xoshiro256** seeded by splitmix64
 * (Blackman and Vigna 2018, arXiv:1805.01407). */
#ifndef BASE_RANDOM_H
#define BASE_RANDOM_H

#include <stddef.h>
#include <stdint.h>

struct random {
    uint64_t state[4];
};

void random_seed(struct random *r, uint64_t seed);
uint64_t random_next(struct random *r);          /* 64 bits */
double random_unit(struct random *r);            /* in [0, 1), 53 bits */
size_t random_below(struct random *r, size_t n); /* 0 .. n - 1, n > 0 */
void random_shuffle(struct random *r, size_t *item, size_t n);

/* A well-mixed hash of `x`; also the step of splitmix64. */
uint64_t random_mix(uint64_t x);

#endif
