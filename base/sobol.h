/* Sobol' points, which fill the unit cube evenly. Direction numbers of Joe and Kuo (2008, SIAM J.
 * Sci. Comput. 30, 2635; set new-joe-kuo-6), with a digital shift drawn from a seed. */
#ifndef BASE_SOBOL_H
#define BASE_SOBOL_H

#include <stddef.h>
#include <stdint.h>

enum { SOBOL_MOST = 64, SOBOL_BITS = 32 }; /* dimensions; 2^32 points */

struct sobol {
    size_t dim;
    uint32_t direction[SOBOL_MOST][SOBOL_BITS], shift[SOBOL_MOST];
};

/* `seed` 0: no shift, so the first point is 0. */
void sobol_make(struct sobol *s, size_t dim, uint64_t seed);

/* Point `index`, dim numbers in [0, 1). */
void sobol_at(const struct sobol *s, uint64_t index, double *out);

#endif
