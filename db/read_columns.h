/* The points of a run as columns, read in one scan. */
#ifndef DB_READ_COLUMNS_H
#define DB_READ_COLUMNS_H

#include "db/db.h"

/* A column that is read, as numbers or as codes. */
struct db_values {
    const char *name; /* of the column, borrowed */
    bool coded;
    double *number; /* not coded: of each row; NAN: not a number */
    /* Coded: the value of each row as an index into `cell`. NULL while all rows have cell 0, so a
     * column with one value takes no memory. */
    uint32_t *code;
    size_t cells;
    struct cell *cell; /* the different values, in the order of their first rows */
    /* Of the reader. */
    size_t *slot, slots;
};

struct db_columns_read {
    size_t rows, n;
    struct db_values *column; /* name and coded are the caller's; the rest is filled */
};

/* Reads the columns of all points of a run, in the order of the store. Free with
 * db_columns_read_free, also after a failure. */
int db_read_columns(struct db *db, const struct db_run *run, struct db_columns_read *out,
                    struct err *err);
void db_columns_read_free(struct db_columns_read *r);

static inline uint32_t db_code(const struct db_values *v, size_t row)
{
    return v->code ? v->code[row] : 0;
}

#endif
