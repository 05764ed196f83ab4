/* A table of numbers and texts in rows and columns: what the store answers, and what is printed. */
#ifndef BASE_TABLE_H
#define BASE_TABLE_H

#include <stdbool.h>
#include <stddef.h>

struct cell {
    enum cell_kind { CELL_NULL, CELL_NUMBER, CELL_TEXT } kind;
    bool whole;    /* CELL_NUMBER that the store held as an integer */
    double number; /* of CELL_NUMBER */
    char *text;    /* of CELL_TEXT; owned by the table */
};

struct table {
    size_t rows, columns;
    char **header;
    struct cell *cell;
    size_t filled, room; /* cells that the table owns, and for how many there is memory */
};

void table_free(struct table *t); /* leaves an empty table */

/* The next cell, row by row: a NULL for the caller to fill. `rows` counts complete rows. */
struct cell *table_add(struct table *t);

static inline struct cell *table_at(const struct table *t, size_t row, size_t column)
{
    return &t->cell[row * t->columns + column];
}

/* The column called `name`, or -1. */
int table_find(const struct table *t, const char *name);

/* The cell of that row and column: a NULL where there is no such row or column. */
const struct cell *table_get(const struct table *t, size_t row, const char *column);

/* The same as a number, NAN if there is none; as a text, "" if there is
 * none. */
double table_number_at(const struct table *t, size_t row, const char *column);
const char *table_text_at(const struct table *t, size_t row, const char *column);

bool cell_equal(const struct cell *a, const struct cell *b);
struct cell cell_copy(const struct cell *c); /* with a text of its own */

/* A table built by hand: headers first, then cells row by row. table_free frees it. */
void table_begin(struct table *t, const char *const *header, size_t columns);
void table_number(struct table *t, double value);   /* NAN makes a NULL */
void table_text(struct table *t, const char *text); /* NULL makes a NULL */
void table_cell(struct table *t, const struct cell *c);

/* Shortest text that reads back the same. */
char *number_text(double value, char *buffer, size_t size);

#endif
