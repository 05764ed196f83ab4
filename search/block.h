/* Points of a study that differ in their chips and engines only, priced together: one way from a
 * cursor to rows. */
#ifndef SEARCH_BLOCK_H
#define SEARCH_BLOCK_H

#include "search/space.h"

/* Zero-initialise it once for a study; it borrows the cursor. */
struct block {
    const struct study *study;
    const struct columns *columns;
    struct prepared *prepared;
    struct design like; /* the first point */
    /* Of block_fill: whose values are in all lanes, and which members of a part its axes vary. */
    const struct study *filled;
    size_t members[AXES_MOST];
    unsigned char member[AXES_MOST][sizeof(struct chip) / sizeof(double)];
    struct devices devices;
    lane axis[AXES_MOST]; /* what rows show of them */
    struct metrics_lanes metrics;
    size_t mapped[LANES];
    double *row[LANES];
};

/* Adds the point under the cursor, to be written to `row`, columns->stride numbers; without columns
 * it only gets its metrics. False where the block has to be priced before. */
bool block_add(struct block *b, struct cursor *c, const struct columns *columns, double *row);

/* The same for as many points as it takes, of `most` in order from the one under the cursor, which
 * then stands behind them; their rows follow one another from `row`. The block has to be empty;
 * returns how many. */
size_t block_fill(struct block *b, struct cursor *c, const struct columns *columns, double *row,
                  size_t most);

/* Prices all that were added, holds them to the study's constraints and writes their rows. The
 * block is empty then; returns how many they were. */
size_t block_price(struct block *b);

#endif
