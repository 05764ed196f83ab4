/* Dominance on plain arrays. All objectives are to be made small; negate what should be large. */
#ifndef BASE_PARETO_H
#define BASE_PARETO_H

#include <stdbool.h>
#include <stddef.h>

enum { PARETO_MOST = 8 }; /* objectives at most */

/* Is a at least as good as b everywhere and better somewhere? */
bool pareto_dominates(const double *a, const double *b, size_t dim);

/* keep[i] = no row of at[n][dim] dominates row i. Equal rows are all kept. NaN rows never are.
 * O(n log n) for dim <= 2; a sort and a tree of the front so far beyond. */
void pareto_front(const double *at, size_t n, size_t dim, bool *keep);

#endif
