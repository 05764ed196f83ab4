/* Hypervolume: how much of the space below `reference` the points dominate. Exact. All objectives
 * are to be made small; points that are not below the reference everywhere add nothing. */
#ifndef BASE_HYPERVOLUME_H
#define BASE_HYPERVOLUME_H

#include <stddef.h>

/* at[n][dim], dim >= 1; dominated and equal points are allowed; without
 * bound, like a point at -INFINITY, no volume is a number. Two and three objectives: a sweep,
 * O(n log n). Four: a sweep over fronts of three, O(n^2) at worst (as Guerreiro and Fonseca 2018,
 * "Computing and updating hypervolume contributions in up to four dimensions"). More: the space is
 * halved until every point covers a part in all but one dimension (after Chan 2013, "Klee's measure
 * problem made easy"), about O(n^(dim/2)). */
double hypervolume(const double *at, size_t n, size_t dim, const double *reference);

#endif
