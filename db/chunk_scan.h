/* A scan of points in chunks: rows in ascending id, or in the order of columns, and of each chunk
 * only the columns that are asked for. Functions that return int: SQLite's result code. */
#ifndef DB_CHUNK_SCAN_H
#define DB_CHUNK_SCAN_H

#include "db/chunk_order.h"

struct stored_column {
    int64_t number; /* chunk_column.number */
    bool text;
};

/* Where the points are. */
struct chunk_source {
    sqlite3 *sqlite;
    char *schema;
    size_t columns;
    struct stored_column *column;
    struct chunk_reader *reader;
};

enum { CONDITIONS_MOST = 4 };

/* What is asked for. Columns are counted from 0 in chunk_source.column; the one after them is the
 * run. */
struct chunk_asked {
    int64_t first, last; /* ids */
    size_t conditions;
    struct {
        size_t column; /* of texts */
        double id;     /* of the text that it equals */
    } condition[CONDITIONS_MOST];
    size_t sorting, by[SORTING_MOST]; /* 0: in ascending id */
};

struct chunk_scan;

/* Borrows the source. Close it even if it could not be opened. */
int chunk_scan_open(struct chunk_scan **out, const struct chunk_source *from);
void chunk_scan_close(struct chunk_scan *s);

/* Goes to the first row, or to the next. */
int chunk_scan_begin(struct chunk_scan *s, const struct chunk_asked *asked);
int chunk_scan_next(struct chunk_scan *s);
bool chunk_scan_is_over(const struct chunk_scan *s);

/* Do the rows of a chunk, in the order that is asked for, make few pieces (on average at most
 * PIECES_FEW)? Else SQLite sorts them faster. From a sample, without the conditions. */
enum { PIECES_FEW = 64 };
int chunk_scan_has_few_pieces(bool *out, const struct chunk_source *from,
                              const struct chunk_asked *asked);

/* The current row: its id, its point, and the value of a column, NAN for NULL. */
int64_t chunk_scan_id(const struct chunk_scan *s);
int64_t chunk_scan_point(const struct chunk_scan *s);
int chunk_scan_value(double *out, struct chunk_scan *s, size_t column);

#endif
