/* Pareto fronts of plain arrays. All objectives are minimised; negate those to maximise. */
#ifndef BASE_PARETO_H
#define BASE_PARETO_H

#include "base/dominance.h"

/* Sets keep[i] if no row of at[n][dim] dominates row i. Equal rows are all kept, rows with NAN
 * never. Rows that a few good rows dominate are removed first, the rest is radix-sorted: O(n) for
 * dim <= 2; O(n log n) with a tree of minima for 3 and O(n log^2 n) by halving for 4 (after Kung,
 * Luccio and Preparata 1975); the archive's tree for more. */
void pareto_front(const double *at, size_t n, size_t dim, bool *keep);

#endif
