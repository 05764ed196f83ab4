/* Least value of a function of a few variables, without derivatives. */
#ifndef BASE_MINIMISE_H
#define BASE_MINIMISE_H

#include <stddef.h>

enum { MINIMISE_MOST = 12 }; /* variables */

typedef double (*minimise_fn)(const double *x, void *ctx);

/* Nelder and Mead's simplex (Computer Journal 7, 1965) from x[n], with first steps of `step`, begun
 * anew from its best point until that helps no more. x becomes the best point; returns its value.
 * The same for the same arguments. */
double minimise(double *x, size_t n, double step, minimise_fn f, void *ctx);

#endif
