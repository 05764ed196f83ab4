/* Hypervolume: the volume below `reference` that the points dominate, exactly. All objectives are
 * minimised; a point that is not below the reference in every objective adds nothing. */
#ifndef BASE_HYPERVOLUME_H
#define BASE_HYPERVOLUME_H

#include <stddef.h>

/* at[n][dim], dim >= 1; dominated and equal points are allowed. A point at -INFINITY makes the
 * volume NAN or infinite. Two and three objectives: a sweep, O(n log n). Four: a sweep over fronts
 * of three, O(n^2) at worst (as Guerreiro and Fonseca 2018, "Computing and updating hypervolume
 * contributions in up to four dimensions"). More: the space is halved until every point covers its
 * part in all but one dimension (after Chan 2013, "Klee's measure problem made easy"), about
 * O(n^(dim/2)). */
double hypervolume(const double *at, size_t n, size_t dim, const double *reference);

#endif
