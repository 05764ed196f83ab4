#include "reports/print/line_chart.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "reports/print/ruler.h"

enum { SERIES_MOST = 256, PANELS_MOST = 24, CROWDED = 150 };

#define PLOT_HEIGHT_PT 96.0
#define TALL_PLOT_HEIGHT_PT 160.0
#define PANEL_LEAST_PT 150.0
#define PANEL_GAP_PT 14.0

/* The texts of a column in the order of their first rows; those beyond SERIES_MOST are left out. */
struct texts {
    size_t n;
    const char *text[SERIES_MOST];
};

static void texts_of(struct texts *out, const struct table *t, const char *column)
{
    *out = (struct texts){0};
    if (!column) {
        out->text[out->n++] = "";
        return;
    }
    for (size_t row = 0; row < t->rows; row++) {
        const char *text = table_text_at(t, row, column);
        size_t i = 0;
        while (i < out->n && strcmp(out->text[i], text) != 0)
            i++;
        if (i == out->n && out->n < SERIES_MOST)
            out->text[out->n++] = text;
    }
}

static bool is_text(const struct table *t, size_t row, const char *column, const char *text)
{
    return !column || strcmp(table_text_at(t, row, column), text) == 0;
}

static bool is_set(const struct table *t, size_t row, const char *column)
{
    return column && table_get(t, row, column)->kind != CELL_NULL;
}

/* One set of axes. */
struct panel {
    const struct line_chart *chart;
    const struct table *table;
    const char *text; /* of chart->panel */
    const struct chart_axis *value;
    struct ruler x, y;
    struct ticks xs, ys;
};

static bool is_drawn(const struct panel *p, size_t row)
{
    return !p->chart->shown || is_set(p->table, row, p->chart->shown);
}

static bool in_panel(const struct panel *p, size_t row)
{
    return is_drawn(p, row) && is_text(p->table, row, p->chart->panel, p->text);
}

static bool is_roof(const struct line_chart *c, const char *series)
{
    return c->roof && strncmp(c->roof, series, strlen(c->roof)) == 0;
}

static void include_rows(struct ruler *a, const struct panel *p, const char *column, bool all)
{
    for (size_t row = 0; row < p->table->rows; row++)
        if (all ? is_drawn(p, row) : in_panel(p, row))
            ruler_include(a, table_number_at(p->table, row, column));
}

/* All panels share the scale of x; those of the same value share that of y. */
static void scale(struct panel *p)
{
    const struct line_chart *c = p->chart;
    ruler_begin(&p->x, c->x.linear, c->x.unit);
    include_rows(&p->x, p, c->x.column, true);
    ruler_round(&p->x);
    ruler_begin(&p->y, p->value->linear, p->value->unit);
    include_rows(&p->y, p, p->value->column, true);
    if (c->rule > 0)
        ruler_include(&p->y, c->rule);
    ruler_round(&p->y);
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Ticks at the values of x themselves if they are few, as in a swept axis. */
static void make_x_ticks(struct panel *p)
{
    const struct table *t = p->table;
    double *value = mem_alloc(t->rows + 1, sizeof *value);
    size_t n = 0, distinct = 0;
    for (size_t row = 0; row < t->rows; row++) {
        double x = table_number_at(t, row, p->chart->x.column);
        if (ruler_shows(&p->x, x))
            value[n++] = x;
    }
    qsort(value, n, sizeof *value, by_value);
    for (size_t i = 0; i < n; i++)
        if (!distinct || value[i] != value[distinct - 1])
            value[distinct++] = value[i];
    if (!ruler_ticks_at(&p->x, value, distinct, &p->xs))
        ruler_ticks(&p->x, false, &p->xs);
    free(value);
}

static void draw_axes(struct drawing *d, struct panel *p, struct box plot)
{
    for (size_t i = 0; i < p->xs.n; i++) {
        double x = ruler_point(&p->x, p->xs.value[i]);
        draw_line(d, (struct spot){x, plot.y}, (struct spot){x, plot.y + plot.h}, PEN_GRID);
        double half = text_width(p->xs.text[i], false) / 2;
        double at = fmin(x, d->width - 1 - half); /* a label at the right end stays inside */
        draw_text(d, (struct spot){at, plot.y + plot.h + LINE_PT},
                  (struct face){.anchor = ANCHOR_MIDDLE}, p->xs.text[i]);
    }
    for (size_t i = 0; i < p->ys.n; i++) {
        double y = ruler_point(&p->y, p->ys.value[i]);
        draw_line(d, (struct spot){plot.x, y}, (struct spot){plot.x + plot.w, y}, PEN_GRID);
        draw_text(d, (struct spot){plot.x - 3, y + CAPITAL_PT / 2},
                  (struct face){.anchor = ANCHOR_END}, p->ys.text[i]);
    }
    draw_frame(d, plot, PEN_AXIS);
    if (p->chart->rule > 0) {
        double y = ruler_point(&p->y, p->chart->rule);
        draw_line(d, (struct spot){plot.x, y}, (struct spot){plot.x + plot.w, y}, PEN_RULE);
    }
}

/* One line of a series. */
struct line_of {
    const char *series, *line;
};

/* Its marks, in the order of the rows. Returns how many. */
static size_t marks_of(struct spot *out, const struct panel *p, const struct line_of *of,
                       bool *hollow)
{
    const struct line_chart *c = p->chart;
    size_t n = 0;
    for (size_t row = 0; row < p->table->rows; row++) {
        double x = table_number_at(p->table, row, c->x.column);
        double y = table_number_at(p->table, row, p->value->column);
        if (!in_panel(p, row) || !is_text(p->table, row, c->series, of->series) ||
            !is_text(p->table, row, c->line, of->line) || is_set(p->table, row, c->faint) ||
            !ruler_shows(&p->x, x) || !ruler_shows(&p->y, y))
            continue;
        hollow[n] = is_set(p->table, row, c->hollow);
        out[n++] = (struct spot){ruler_point(&p->x, x), ruler_point(&p->y, y)};
    }
    return n;
}

static void draw_faint(struct drawing *d, const struct panel *p, const char *series, size_t style)
{
    const struct line_chart *c = p->chart;
    for (size_t row = 0; row < p->table->rows && c->faint; row++) {
        double x = table_number_at(p->table, row, c->x.column);
        double y = table_number_at(p->table, row, p->value->column);
        if (in_panel(p, row) && is_text(p->table, row, c->series, series) &&
            is_set(p->table, row, c->faint) && ruler_shows(&p->x, x) && ruler_shows(&p->y, y))
            draw_faint_mark(d, (struct spot){ruler_point(&p->x, x), ruler_point(&p->y, y)}, style);
    }
}

static void draw_one_line(struct drawing *d, const struct panel *p, const struct line_of *of,
                          size_t style)
{
    size_t rows = p->table->rows;
    struct spot *mark = mem_alloc(rows + 1, sizeof *mark);
    struct spot *stair = mem_alloc(2 * rows + 1, sizeof *stair);
    bool *hollow = mem_alloc(rows + 1, sizeof *hollow);
    size_t n = marks_of(mark, p, of, hollow), stairs = 0;

    for (size_t i = 0; i < n; i++) {
        if (i && p->chart->steps)
            stair[stairs++] = (struct spot){mark[i].x, mark[i - 1].y};
        stair[stairs++] = mark[i];
    }
    if (is_roof(p->chart, of->series)) {
        for (size_t i = 1; i < n; i++)
            draw_line(d, mark[i - 1], mark[i], PEN_ROOF);
    } else {
        if (n > 1 && !p->chart->marks_only)
            draw_path(d, stair, stairs, style);
        for (size_t i = 0; i < n; i++)
            draw_mark(d, mark[i], (struct mark){style, hollow[i], rows > CROWDED});
    }
    free(mark);
    free(stair);
    free(hollow);
}

static void draw_series(struct drawing *d, const struct panel *p, const char *series, size_t style)
{
    struct texts lines;
    texts_of(&lines, p->table, p->chart->line);
    for (size_t i = 0; i < lines.n; i++)
        draw_one_line(d, p, &(struct line_of){series, lines.text[i]}, style);
}

static void draw_all_series(struct drawing *d, const struct panel *p, const struct texts *series)
{
    size_t style = 0; /* of the next series that is not a roof */
    for (size_t i = 0; i < series->n; i++)
        draw_faint(d, p, series->text[i], i);
    for (size_t i = 0; i < series->n; i++) {
        draw_series(d, p, series->text[i], style);
        style += !is_roof(p->chart, series->text[i]);
    }
}

static void draw_chart_legend(struct drawing *d, const struct line_chart *c,
                              const struct texts *series)
{
    struct legend_entry entry[SERIES_MOST];
    size_t n = 0, style = 0;
    if (!c->series)
        return;
    for (size_t i = 0; i < series->n; i++, n++)
        entry[n] = is_roof(c, series->text[i])
                       ? (struct legend_entry){.text = series->text[i], .roof = true}
                       : (struct legend_entry){.text = series->text[i],
                                               .style = style++,
                                               .path = !c->marks_only,
                                               .mark = true};
    draw_legend(d, entry, n);
}

/* "tokens/s per device: context 8192" */
static char *title_of(const struct panel *p)
{
    return mem_print("%s%s%s", p->value->title, *p->text ? ": " : "", p->text);
}

static double height_of(const struct line_chart *c)
{
    return c->tall ? TALL_PLOT_HEIGHT_PT : PLOT_HEIGHT_PT;
}

/* Draws n panels in a row that has room for `beside`. Returns the y below. */
static double draw_row(struct drawing *d, struct panel *panel, size_t n, size_t beside,
                       const struct texts *series)
{
    double widest = 0, each = (d->width - PANEL_GAP_PT * (double)(beside - 1)) / (double)beside;
    double top = d->height;
    for (size_t i = 0; i < n; i++) {
        panel[i].y.at = height_of(panel[i].chart), panel[i].y.end = 0;
        ruler_ticks(&panel[i].y, true, &panel[i].ys);
        widest = fmax(widest, panel[i].ys.widest);
    }
    double left = widest + 6, title_bottom = top;
    for (size_t i = 0; i < n; i++) {
        char *title = title_of(&panel[i]);
        double x = (each + PANEL_GAP_PT) * (double)i;
        double y = draw_wrapped(d, (struct spot){x + 2, top + LINE_PT}, each - 2, true, title);
        title_bottom = fmax(title_bottom, y);
        free(title);
    }
    double y = title_bottom - LINE_PT + 5, below = y;
    for (size_t i = 0; i < n; i++) {
        struct panel *p = &panel[i];
        double x = (each + PANEL_GAP_PT) * (double)i;
        struct box plot = {x + left, y, each - left - 8, height_of(p->chart)};
        p->x.at = plot.x, p->x.end = plot.x + plot.w;
        p->y.at = plot.y + plot.h, p->y.end = plot.y;
        make_x_ticks(p);
        draw_axes(d, p, plot);
        draw_all_series(d, p, series);
        below = fmax(below, draw_wrapped(d, (struct spot){plot.x, plot.y + plot.h + 2 * LINE_PT},
                                         plot.w + 8, false, p->chart->x.title));
    }
    return below - LINE_PT + 4;
}

void line_chart_draw(struct drawing *d, const struct line_chart *c, const struct table *t)
{
    struct texts panels, series;
    static const size_t values_most = CHART_VALUES;
    struct panel *panel = mem_alloc(PANELS_MOST, sizeof *panel);
    size_t n = 0;
    texts_of(&panels, t, c->panel);
    texts_of(&series, t, c->series);
    for (size_t i = 0; i < panels.n; i++)
        for (size_t k = 0; k < values_most && c->y[k].column && n < PANELS_MOST; k++) {
            panel[n] =
                (struct panel){.chart = c, .table = t, .text = panels.text[i], .value = &c->y[k]};
            scale(&panel[n++]);
        }
    size_t beside =
        (size_t)fmax(1, floor((d->width + PANEL_GAP_PT) / (PANEL_LEAST_PT + PANEL_GAP_PT)));
    size_t rows = (n + beside - 1) / beside;
    beside = rows ? (n + rows - 1) / rows : 1;
    for (size_t i = 0; i < n; i += beside)
        d->height = draw_row(d, &panel[i], i + beside <= n ? beside : n - i, beside, &series);
    draw_chart_legend(d, c, &series);
    if (c->note)
        draw_note(d, c->note);
    free(panel);
}
