/* The roofline: the intensity of core attention and experts against the ridge point. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "reports/figures/figures.h"
#include "reports/figures/svg.h"

enum { WIDTH = 760, HEIGHT = 430, LEFT = 100, RIGHT = 740, UP = 34, DOWN = 370 };

static double roof(double intensity, double ridge)
{
    return fmin(1, intensity / ridge);
}

/* One operator of one model: the range of its arithmetic intensity over the run. */
struct mark {
    double from, to, px, py, label_y;
    const char *colour, *shape;
    char *label;
};

enum { LABEL_WIDTH = 190, LABEL_HEIGHT = 15 };

static int from_left(const void *a, const void *b)
{
    double x = ((const struct mark *)a)->px, y = ((const struct mark *)b)->px;
    return (x > y) - (x < y);
}

static bool is_left_half(double px)
{
    return px < (LEFT + RIGHT) / 2.0 + 60;
}

static double label_x(const struct mark *m)
{
    return is_left_half(m->px) ? m->px + 20 : m->px - 20 - LABEL_WIDTH;
}

/* Puts each label below its point, further down if another label is in the way. */
static void place_labels(struct mark *mark, size_t n)
{
    qsort(mark, n, sizeof *mark, from_left);
    for (size_t i = 0; i < n; i++) {
        mark[i].label_y = mark[i].py + 24;
        for (size_t j = 0; j < i; j++)
            if (fabs(label_x(&mark[i]) - label_x(&mark[j])) < LABEL_WIDTH &&
                mark[i].label_y < mark[j].label_y + LABEL_HEIGHT &&
                mark[j].label_y < mark[i].label_y + LABEL_HEIGHT) {
                mark[i].label_y = mark[j].label_y + LABEL_HEIGHT; /* further down: this ends */
                j = (size_t)-1; /* start over: it may now overlap an earlier label */
            }
        mark[i].label_y = fmin(mark[i].label_y, DOWN - 4);
    }
}

static void draw_mark(const struct mark *m, double ridge, const struct scale *x,
                      const struct scale *y, FILE *out)
{
    double knee = fmin(fmax(ridge, m->from), m->to);
    fprintf(out,
            "<path d=\"M%.1f %.1f L%.1f %.1f L%.1f %.1f\" fill=\"none\" stroke=\"%s\" "
            "stroke-width=\"7\" opacity=\"0.35\"/>\n",
            scale_of(x, m->from), scale_of(y, roof(m->from, ridge)), scale_of(x, knee),
            scale_of(y, roof(knee, ridge)), scale_of(x, m->to), scale_of(y, roof(m->to, ridge)),
            m->colour);
    svg_point(&(struct svg_point){m->px, m->py, m->shape, m->colour, "point", m->label}, out);
    bool right = is_left_half(m->px);
    svg_line(m->px, m->py, m->px + (right ? 16 : -16), m->label_y - 4, "leader", out);
    svg_text(m->px + (right ? 20 : -20), m->label_y, right ? "start" : "end", "label", m->label,
             out);
}

void roofline_svg(const struct table *t, const struct model_colours *colours, FILE *out)
{
    struct scale x = {0.5, 1000, LEFT, RIGHT}, y = {0.002, 1, DOWN, UP};
    double ridge_from = INFINITY, ridge_to = 0;

    for (size_t i = 0; i < t->rows; i++) {
        static const char *const column[] = {"attention_from", "attention_to", "experts_from",
                                             "experts_to"};
        for (size_t k = 0; k < LEN(column); k++)
            scale_widen(&x, table_number_at(t, i, column[k]));
        ridge_from = fmin(ridge_from, table_number_at(t, i, "ridge_from"));
        ridge_to = fmax(ridge_to, table_number_at(t, i, "ridge_to"));
    }
    svg_open(WIDTH, HEIGHT,
             "Roofline: arithmetic intensity of core attention and experts against the chip's "
             "ridge point",
             out);
    if (!t->rows) {
        svg_text(WIDTH / 2.0, HEIGHT / 2.0, "middle", "title",
                 "no feasible point without an engine", out);
        svg_close(out);
        return;
    }
    scale_round(&x);
    y.lo = fmin(y.lo, roof(x.lo, ridge_to));
    scale_round(&y);
    svg_axis_x(&x, UP, DOWN, "", "arithmetic intensity, FLOP/B", out);
    svg_axis_y(&y, LEFT, RIGHT, "", "attainable share of peak compute", out);
    double ridge[2] = {ridge_from, ridge_to};
    for (int i = 0; i < (ridge_to > ridge_from ? 2 : 1); i++) {
        char label[48];
        fprintf(out, "<path class=\"roof\" d=\"M%.1f %.1f L%.1f %.1f L%d %.1f\"/>\n",
                scale_of(&x, fmax(x.lo, y.lo * ridge[i])),
                scale_of(&y, roof(fmax(x.lo, y.lo * ridge[i]), ridge[i])), scale_of(&x, ridge[i]),
                scale_of(&y, 1), RIGHT, scale_of(&y, 1));
        snprintf(label, sizeof label, "ridge %.0f", ridge[i]);
        svg_text(scale_of(&x, ridge[i]), UP - 4, i ? "start" : "end", "tick", label, out);
    }
    double middle = sqrt(ridge_from * ridge_to);
    struct mark *mark = mem_alloc(2 * t->rows, sizeof *mark);
    size_t n = 0;
    for (size_t i = 0; i < 2 * t->rows; i++) {
        bool experts = i % 2;
        double from = table_number_at(t, i / 2, experts ? "experts_from" : "attention_from");
        double to = table_number_at(t, i / 2, experts ? "experts_to" : "attention_to");
        if (isnan(from))
            continue;
        mark[n++] = (struct mark){
            .from = from,
            .to = to,
            .px = scale_of(&x, sqrt(from * to)),
            .py = scale_of(&y, roof(sqrt(from * to), middle)),
            .colour = model_colour(colours, table_text_at(t, i / 2, "model")),
            .shape = experts ? "none" : "circle",
            .label = mem_print("%s, %s", table_text_at(t, i / 2, "model"),
                               experts ? "experts" : table_text_at(t, i / 2, "core"))};
    }
    place_labels(mark, n);
    for (size_t i = 0; i < n; i++) {
        draw_mark(&mark[i], middle, &x, &y, out);
        free(mark[i].label);
    }
    free(mark);
    svg_close(out);
}
