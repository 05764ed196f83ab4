#include "reports/print/bar_chart.h"

#include <math.h>
#include <string.h>

#include "reports/print/ruler.h"

enum { PARTS_MOST = AREA_STYLES };

#define BAR_PT 8.0

static double sum_of(const struct bar_chart *c, const struct table *t, size_t row)
{
    double sum = 0;
    for (size_t i = 0; i < c->parts; i++) {
        double v = table_number_at(t, row, c->part[i].column);
        sum += v > 0 ? v : 0;
    }
    return sum;
}

static void draw_bar(struct drawing *d, const struct bar_chart *c, const struct table *t,
                     size_t row, const struct ruler *a)
{
    double sum = 0, scale = c->shares ? 1 / sum_of(c, t, row) : 1;
    for (size_t i = 0; i < c->parts; i++) {
        double v = table_number_at(t, row, c->part[i].column) * scale;
        if (!(v > 0))
            continue;
        double from = ruler_point(a, sum), to = ruler_point(a, sum + v);
        draw_area(d, (struct box){from, d->height, to - from, BAR_PT - 1}, i);
        sum += v;
    }
}

static bool is_used(const struct table *t, const char *column)
{
    for (size_t row = 0; row < t->rows; row++)
        if (table_number_at(t, row, column) > 0)
            return true;
    return false;
}

static void draw_axis(struct drawing *d, const struct bar_chart *c, const struct ruler *a)
{
    struct ticks ticks;
    ruler_ticks(a, false, &ticks);
    for (size_t i = 0; i < ticks.n; i++) {
        double x = ruler_point(a, ticks.value[i]);
        double half = text_width(ticks.text[i], false) / 2;
        draw_line(d, (struct spot){x, d->height}, (struct spot){x, d->height + 2}, PEN_AXIS);
        draw_text(d, (struct spot){fmin(x, d->width - 1 - half), d->height + LINE_PT + 2},
                  (struct face){.anchor = ANCHOR_MIDDLE}, ticks.text[i]);
    }
    d->height = draw_wrapped(d, (struct spot){a->at, d->height + 2 * LINE_PT + 2}, d->width - a->at,
                             false, c->title) -
                LINE_PT + 3;
}

static void draw_parts_legend(struct drawing *d, const struct bar_chart *c, const struct table *t)
{
    struct legend_entry entry[PARTS_MOST];
    size_t n = 0;
    for (size_t i = 0; i < c->parts && i < PARTS_MOST; i++)
        if (is_used(t, c->part[i].column))
            entry[n++] = (struct legend_entry){.text = c->part[i].text, .style = i, .area = true};
    draw_legend(d, entry, n);
}

void bar_chart_draw(struct drawing *d, const struct bar_chart *c, const struct table *t)
{
    struct ruler a;
    double label = 0;
    ruler_begin(&a, true, c->unit);
    for (size_t row = 0; row < t->rows; row++) {
        label = fmax(label, text_width(table_text_at(t, row, c->bar), false));
        ruler_include(&a, c->shares ? 1 : sum_of(c, t, row));
    }
    label = fmin(label, d->width / 2);
    ruler_round(&a);
    a.at = label + 6;
    a.end = d->width - 8;
    const char *group = NULL;
    for (size_t row = 0; row < t->rows; row++) {
        const char *own = c->group ? table_text_at(t, row, c->group) : "";
        if (*own && (!group || strcmp(own, group) != 0))
            d->height =
                draw_wrapped(d, (struct spot){2, d->height + LINE_PT}, d->width - 4, true, own) -
                LINE_PT + 3;
        group = own;
        struct spot at = {2, d->height + BAR_PT / 2 + CAPITAL_PT / 2 - 0.5};
        draw_bar(d, c, t, row, &a);
        double below = draw_wrapped(d, at, label + 1, false, table_text_at(t, row, c->bar));
        double bottom = fmax(d->height + BAR_PT, below - CAPITAL_PT);
        draw_line(d, (struct spot){a.at, d->height - 1}, (struct spot){a.at, bottom}, PEN_AXIS);
        d->height = bottom;
    }
    draw_axis(d, c, &a);
    if (c->parts > 1)
        draw_parts_legend(d, c, t);
    if (c->note)
        draw_note(d, c->note);
}
