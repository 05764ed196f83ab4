/* Prices a range of the points of a study with threads and passes their rows on in order. Memory
 * does not grow with the size of the space. */
#ifndef SEARCH_SWEEP_H
#define SEARCH_SWEEP_H

#include "search/space.h"

/* Receives `count` points from `first` on, each a row of columns->stride numbers. Called in
 * ascending order from the thread that called sweep_run. Returns 0 to continue. */
typedef int (*points_fn)(void *ctx, uint64_t first, size_t count, const double *rows);

/* Points first .. last - 1. */
struct point_range {
    uint64_t first, last;
};

/* Prices a range with `jobs` threads. Returns 0, the non-zero result of `fn`, or -1 if no thread
 * could be started. The calls of `fn` add up to the same rows for any number of `jobs`. */
int sweep_run(const struct study *s, const struct columns *columns, struct point_range range,
              size_t jobs, points_fn fn, void *ctx);

/* Points as genes[n][axes] (cursor_put) and their rows[n][stride]; if `relaxes`, n rows of relaxed
 * designs (devices_time) follow. */
struct point_list {
    size_t n;
    const double *genes;
    double *rows;
    bool relaxes;
};

/* Prices a list of points. `cursor` has `jobs` cursors, zero-initialised before the first call; the
 * caller frees them. */
void sweep_points(const struct study *s, const struct columns *columns,
                  const struct point_list *list, struct cursor *cursor, size_t jobs);

/* The part of a range over all scenarios that is in scenario `s`, numbered within it; may be empty.
 */
struct point_range sweep_range_in(const struct study *s, struct point_range range);

/* Reads "I/N", with I from 1 to N. err->text is "WHAT: RIGHT". */
int shard_parse(const char *text, uint64_t *i, uint64_t *n, struct err *err);

/* The range of shard `i` of `n`, with i from 1, among the points of all scenarios. */
void sweep_shard(const struct study *s, uint64_t i, uint64_t n, uint64_t *first, uint64_t *last);

#endif
