/* Minimum of a function of a few variables, without derivatives. */
#ifndef BASE_MINIMISE_H
#define BASE_MINIMISE_H

#include <stddef.h>

enum { MINIMISE_MOST = 24 }; /* variables */

typedef double (*minimise_fn)(const double *x, void *ctx);

/* Nelder and Mead's simplex method (Computer Journal 7, 1965) from x[n] with initial steps of
 * `step`, restarted at its best point until that gains nothing more. x becomes the best point;
 * returns its value. Deterministic. */
double minimise(double *x, size_t n, double step, minimise_fn f, void *ctx);

#endif
