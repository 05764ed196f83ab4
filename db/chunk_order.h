/* The rows of many chunks in the order of columns: as SQLite sorts (NULL, numbers, texts by their
 * bytes), equal rows in the order in which they were added. Takes 2 bytes a row, and 24 for the
 * equal rows of a chunk. */
#ifndef DB_CHUNK_ORDER_H
#define DB_CHUNK_ORDER_H

#include "db/chunk.h"

enum { SORTING_MOST = 4 };

struct chunk_order;

struct chunk_order *chunk_order_open(size_t columns); /* 1 to SORTING_MOST */
void chunk_order_close(struct chunk_order *o);        /* takes NULL */

/* Adds rows of the next chunk: at[k] is its column k. */
void chunk_order_add(struct chunk_order *o, const struct chunk_vector *const *at,
                     const uint16_t *row, size_t rows);

/* How many pieces the rows make. */
size_t chunk_order_pieces(const struct chunk_order *o);

/* The next rows of one chunk that are equal in all columns. */
struct chunk_piece {
    size_t chunk; /* that was added so many others before */
    const uint16_t *row;
    size_t rows;
    const double *value; /* of the columns */
};

/* When all are added: sorts. text[k]: the values of column k are ids of texts. SQLite's result
 * code. */
int chunk_order_sort(struct chunk_order *o, struct chunk_reader *reader, const bool *text);

/* After that: false after the last. */
bool chunk_order_next(struct chunk_order *o, struct chunk_piece *out);

#endif
