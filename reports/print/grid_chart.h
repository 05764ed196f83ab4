/* A grid of coloured cells with one or two lines of text, in blocks as wide as the drawing. */
#ifndef REPORTS_PRINT_GRID_CHART_H
#define REPORTS_PRINT_GRID_CHART_H

#include "reports/print/drawing.h"

struct grid_cell {
    char *text, *below; /* owned; NULL: none */
    char fill[32];      /* "" for white */
    bool dashed, framed;
};

struct grid {
    size_t rows, columns;
    char **heading; /* before each row, in bold, if it differs from the row above; "" for none */
    char **row, **column;     /* labels */
    struct grid_cell *cell;   /* rows * columns */
    const char *column_title; /* or NULL */
};

/* Allocates the labels and cells, all empty. */
void grid_open(struct grid *g, size_t rows, size_t columns);
void grid_free(struct grid *g);

static inline struct grid_cell *grid_at(const struct grid *g, size_t row, size_t column)
{
    return &g->cell[row * g->columns + column];
}

void grid_draw(struct drawing *d, const struct grid *g);

#endif
