/* Pseudo-random numbers from a seed, the same on every machine.
 * In sequence: xoshiro256** seeded by splitmix64 (Blackman and Vigna 2018, arXiv:1805.01407).
 * By name: a counter-based generator (Salmon et al. 2011, "Parallel random numbers: as easy as 1,
 * 2, 3"), splitmix64 (Steele, Lea, Flood 2014) started at a hash of seed and name. Invariant: a
 * number depends on the seed, the name and its count alone, not on which others are drawn, or when.
 */
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

/* The stream called `name`; a sub-stream if `seed` is a stream itself. */
uint64_t random_stream(uint64_t seed, const char *name);
double random_unit_at(uint64_t stream, uint64_t count);   /* in [0, 1), 53 bits */
double random_normal_at(uint64_t stream, uint64_t count); /* mean 0, deviation 1 */

/* A well-mixed hash of `x`; also the step of splitmix64. */
uint64_t random_mix(uint64_t x);

/* The next number of splitmix64. */
uint64_t random_splitmix(uint64_t *state);

#endif
