/* Prices a block of points that differ only in chip and engine, in lanes, and writes their rows. */
#ifndef SEARCH_BLOCK_H
#define SEARCH_BLOCK_H

#include "search/space.h"

/* Zero-initialise it once per study. Borrows the cursor. */
struct block {
    const struct study *study;
    const struct columns *columns;
    struct prepared *prepared;
    struct design like;       /* the first point; the others share all but chip and engine */
    struct price_book prices; /* of all points, if the study sweeps prices */
    /* block_fill: the study whose constant values are in all lanes, and for each fast axis the
     * members of its part that vary. */
    const struct study *filled;
    size_t members[AXES_MOST];
    unsigned char member[AXES_MOST][sizeof(struct chip) / sizeof(double)];
    struct devices devices;
    lane axis[AXES_MOST]; /* values of the axes as written to rows */
    struct metrics_lanes metrics;
    size_t mapped[LANES];
    double *row[LANES];
    bool brief;        /* metrics of metric_tells_limit that nothing asks for may have any value */
    size_t relaxed_at; /* > 0: also prices relaxed designs, into rows that many numbers behind */
};

/* Adds the point at the cursor. block_price writes it to `row` (columns->stride numbers); without
 * columns it only computes the metrics. False if the block must be priced first. */
bool block_add(struct block *b, struct cursor *c, const struct columns *columns, double *row);

/* Adds up to `most` consecutive points to an empty block, starting at the cursor, and moves the
 * cursor past them. Their rows are consecutive from `row`. Returns how many were added. */
size_t block_fill(struct block *b, struct cursor *c, const struct columns *columns, double *row,
                  size_t most);

/* Prices all added points, checks the constraints of the study, writes the rows and empties the
 * block. Returns the number of points. */
size_t block_price(struct block *b);

#endif
