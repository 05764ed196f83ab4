/* Prices a range of a study's points on all cores and hands them over in order. The only module
 * with threads. Memory does not grow with the space. */
#ifndef SEARCH_SWEEP_H
#define SEARCH_SWEEP_H

#include "search/space.h"

/* `count` points from `first` on, each a row of columns->stride numbers, `rows` in order; always
 * called from the thread that called sweep_run, in ascending order. 0 to go on. */
typedef int (*points_fn)(void *ctx, uint64_t first, size_t count, const double *rows);

/* Points first .. last - 1. */
struct point_range {
    uint64_t first, last;
};

/* Prices a range with `jobs` threads. Returns 0, what `fn` stopped it with, or -1 if no thread
 * could be started. What `fn` sees does not depend on `jobs`. */
int sweep_run(const struct study *s, const struct columns *columns, struct point_range range,
              size_t jobs, points_fn fn, void *ctx);

/* Points by their genes (cursor_put), genes[n][axes], and where their numbers go, rows[n][stride].
 */
struct point_list {
    size_t n;
    const double *genes;
    double *rows;
};

/* Prices a list instead. `cursor` has `jobs` cursors, zero-initialised before the first call; the
 * caller frees them. */
void sweep_points(const struct study *s, const struct columns *columns,
                  const struct point_list *list, struct cursor *cursor, size_t jobs);

/* The range of shard `i` of `n`, i from 1. */
void sweep_shard(const struct study *s, uint64_t i, uint64_t n, uint64_t *first, uint64_t *last);

#endif
