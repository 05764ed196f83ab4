/* The non-dominated points of a stream, exactly: equal points are all kept, NaN never is. All
 * objectives are to be made small. Two objectives are held in order (blocks of a sorted list), more
 * in a tree of boxes whose corners settle most comparisons (after the ND-tree of Jaszkiewicz and
 * Lust 2018, arXiv:1603.04798). */
#ifndef BASE_ARCHIVE_H
#define BASE_ARCHIVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct archive;

struct archive *archive_new(size_t dim); /* dim >= 1 */
void archive_free(struct archive *a);    /* takes NULL */

/* Is `at` on the front of what was offered so far? Then it is held under `id`, and points that it
 * dominates leave. */
bool archive_offer(struct archive *a, const double *at, uint64_t id);

/* Is it dominated by a point that is held? */
bool archive_dominates(const struct archive *a, const double *at);

/* Points held. */
size_t archive_count(const struct archive *a);

/* All of them, in an order that depends only on what was offered: at[count][dim], id[count]; each
 * may be NULL. */
void archive_list(const struct archive *a, double *at, uint64_t *id);

/* Ids that left since the last archive_forget. */
const uint64_t *archive_left(const struct archive *a, size_t *n);
void archive_forget(struct archive *a);

#endif
