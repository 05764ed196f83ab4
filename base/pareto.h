/* Fronts of plain arrays. All objectives are to be made small; negate what should be large. */
#ifndef BASE_PARETO_H
#define BASE_PARETO_H

#include "base/dominance.h"

/* keep[i] = no row of at[n][dim] dominates row i. Equal rows are all kept. NaN rows never are. What
 * a few good rows dominate goes first, the rest is sorted by digits: O(n) for dim <= 2; O(n log n)
 * with a tree of minima for 3 and O(n log^2 n) by halving for 4 (after Kung, Luccio and Preparata
 * 1975); the archive's tree beyond. */
void pareto_front(const double *at, size_t n, size_t dim, bool *keep);

#endif
