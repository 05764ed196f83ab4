#include "reports/print/grid_chart.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

void grid_open(struct grid *g, size_t rows, size_t columns)
{
    *g = (struct grid){.rows = rows,
                       .columns = columns,
                       .heading = mem_alloc(rows + 1, sizeof(char *)),
                       .row = mem_alloc(rows + 1, sizeof(char *)),
                       .column = mem_alloc(columns + 1, sizeof(char *)),
                       .cell = mem_alloc(rows * columns + 1, sizeof(struct grid_cell))};
}

void grid_free(struct grid *g)
{
    for (size_t i = 0; i < g->rows; i++) {
        free(g->heading[i]);
        free(g->row[i]);
    }
    for (size_t i = 0; i < g->columns; i++)
        free(g->column[i]);
    for (size_t i = 0; i < g->rows * g->columns; i++) {
        free(g->cell[i].text);
        free(g->cell[i].below);
    }
    free(g->heading);
    free(g->row);
    free(g->column);
    free(g->cell);
    *g = (struct grid){0};
}

/* The sizes that all blocks share. */
struct layout {
    double label, cell, line; /* widths; height of a row */
};

static struct layout lay_out(const struct grid *g, double width)
{
    enum { PAD = 6 };
    struct layout l = {.line = LINE_PT + 3};
    for (size_t i = 0; i < g->rows; i++)
        l.label = fmax(l.label, text_width(g->row[i], false));
    for (size_t i = 0; i < g->columns; i++)
        l.cell = fmax(l.cell, text_width(g->column[i], false));
    for (size_t i = 0; i < g->rows * g->columns; i++) {
        const struct grid_cell *c = &g->cell[i];
        l.cell = fmax(l.cell, fmax(c->text ? text_width(c->text, true) : 0,
                                   c->below ? text_width(c->below, false) : 0));
        if (c->below)
            l.line = 2 * LINE_PT + 3;
    }
    l.label = fmin(l.label, width / 2) + PAD;
    l.cell = fmin(l.cell + PAD, width - l.label - 4);
    return l;
}

static void draw_cell(struct drawing *d, const struct grid_cell *c, struct box box)
{
    struct box inner = {box.x + 0.75, box.y + 0.75, box.w - 1.5, box.h - 1.5};
    double middle = box.x + box.w / 2;
    double first = box.y + box.h / 2 + CAPITAL_PT / 2 - (c->below ? LINE_PT / 2 : 0);
    if (!c->text)
        return;
    draw_box(d, inner, *c->fill ? c->fill : "#fff");
    if (c->dashed || !*c->fill)
        draw_frame(d, inner, c->dashed ? PEN_DASHED : PEN_GRID);
    if (c->framed)
        draw_frame(d, inner, PEN_FRAME);
    draw_text(d, (struct spot){middle, first}, (struct face){ANCHOR_MIDDLE, c->below != NULL},
              c->text);
    if (c->below)
        draw_text(d, (struct spot){middle, first + LINE_PT}, (struct face){ANCHOR_MIDDLE, false},
                  c->below);
}

/* Draws columns from .. from + n of all rows. */
static void draw_block(struct drawing *d, const struct grid *g, const struct layout *l, size_t from,
                       size_t n)
{
    double y = d->height;
    if (g->column_title) {
        draw_text(d, (struct spot){l->label, y + LINE_PT}, (struct face){.bold = true},
                  g->column_title);
        y += LINE_PT;
    }
    for (size_t i = 0; i < n; i++)
        draw_text(d, (struct spot){l->label + ((double)i + 0.5) * l->cell, y + LINE_PT},
                  (struct face){.anchor = ANCHOR_MIDDLE}, g->column[from + i]);
    y += LINE_PT + 3;
    const char *heading = "";
    for (size_t row = 0; row < g->rows; row++) {
        const char *own = g->heading[row] ? g->heading[row] : "";
        if (*own && strcmp(own, heading) != 0)
            y = draw_wrapped(d, (struct spot){2, y + LINE_PT}, d->width - 4, true, own) - LINE_PT +
                3;
        heading = own;
        double below = draw_wrapped(d, (struct spot){2, y + l->line / 2 + CAPITAL_PT / 2},
                                    l->label - 2, false, g->row[row]);
        for (size_t i = 0; i < n; i++)
            draw_cell(d, grid_at(g, row, from + i),
                      (struct box){l->label + (double)i * l->cell, y, l->cell, l->line});
        y = fmax(y + l->line, below - LINE_PT + 2);
    }
    d->height = y + 4;
}

void grid_draw(struct drawing *d, const struct grid *g)
{
    struct layout l = lay_out(g, d->width);
    size_t most = (size_t)fmax(1, floor((d->width - l.label - 2) / l.cell));
    size_t blocks = (g->columns + most - 1) / most;
    size_t each = blocks ? (g->columns + blocks - 1) / blocks : 0;
    if (each) /* use the whole width, but no cell wider than it helps */
        l.cell = fmin((d->width - l.label - 2) / (double)each, 1.4 * l.cell);
    for (size_t i = 0; i < g->columns; i += each)
        draw_block(d, g, &l, i, i + each <= g->columns ? each : g->columns - i);
}
