/* A table of numbers and texts: the result of a query, or what is printed. */
#ifndef BASE_TABLE_H
#define BASE_TABLE_H

#include <stdbool.h>
#include <stddef.h>

struct cell {
    enum cell_kind { CELL_NULL, CELL_NUMBER, CELL_TEXT } kind;
    bool whole;    /* CELL_NUMBER stored as an integer */
    bool quantity; /* CELL_TEXT that is a number with its unit: aligned like a number */
    double number; /* if CELL_NUMBER */
    char *text;    /* if CELL_TEXT; owned by the table */
};

struct table {
    size_t rows, columns;
    char **header;
    struct cell *cell;
    size_t filled, room; /* cells in use, and allocated */
};

void table_free(struct table *t);        /* leaves an empty table */
void table_forget_rows(struct table *t); /* keeps the header */

/* Appends a cell, row by row, as a NULL for the caller to fill. `rows` counts complete rows. */
struct cell *table_add(struct table *t);

static inline struct cell *table_at(const struct table *t, size_t row, size_t column)
{
    return &t->cell[row * t->columns + column];
}

/* The column called `name`, or -1. */
int table_find(const struct table *t, const char *name);

/* The cell of that row and column; a NULL cell if either does not exist. */
const struct cell *table_get(const struct table *t, size_t row, const char *column);

/* That cell as a number, or NAN if it is not one; as a text, or "". */
double table_number_at(const struct table *t, size_t row, const char *column);
const char *table_text_at(const struct table *t, size_t row, const char *column);

bool cell_equal(const struct cell *a, const struct cell *b);
struct cell cell_copy(const struct cell *c); /* with its own copy of the text */

/* A table built by hand: headers first, then cells row by row. Release with table_free. */
void table_begin(struct table *t, const char *const *header, size_t columns);
void table_number(struct table *t, double value);   /* NAN makes a NULL */
void table_text(struct table *t, const char *text); /* NULL makes a NULL */
void table_quantity(struct table *t, const char *text);
void table_cell(struct table *t, const struct cell *c);

/* Shortest decimal text that reads back as the same double. */
char *number_text(double value, char *buffer, size_t size);

#endif
