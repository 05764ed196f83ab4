/* The exact Pareto front of a stream of points. All objectives are minimised; equal points are all
 * kept, points with NAN never. Two objectives are stored in blocks of a sorted list, more in a tree
 * of boxes whose corners decide most comparisons (after the ND-tree of Jaszkiewicz and Lust 2018,
 * arXiv:1603.04798). */
#ifndef BASE_ARCHIVE_H
#define BASE_ARCHIVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct archive;

struct archive *archive_new(size_t dim); /* dim >= 1 */
void archive_free(struct archive *a);    /* takes NULL */

/* Offers a point. If no point of the archive dominates it, stores it under `id`, removes the points
 * that it dominates and returns true. */
bool archive_offer(struct archive *a, const double *at, uint64_t id);

/* Does a stored point dominate `at`? */
bool archive_dominates(const struct archive *a, const double *at);

/* Number of stored points. */
size_t archive_count(const struct archive *a);

/* All stored points, in an order that depends only on the points offered: at[count][dim],
 * id[count]; either may be NULL. */
void archive_list(const struct archive *a, double *at, uint64_t *id);

/* Ids of the points removed since the last archive_forget. */
const uint64_t *archive_removed(const struct archive *a, size_t *n);
void archive_forget(struct archive *a);

#endif
