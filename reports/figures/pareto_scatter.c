/* The Pareto front of throughput and system cost, and the roofline. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/field.h"
#include "base/mem.h"
#include "reports/figures/figures.h"
#include "reports/figures/svg.h"

enum { WIDTH = 760, HEIGHT = 430, LEFT = 100, RIGHT = 740, UP = 34, DOWN = 370 };

static void widen(struct scale *s, double v)
{
    if (v > 0 && v < INFINITY) {
        s->lo = fmin(s->lo, v);
        s->hi = fmax(s->hi, v);
    }
}

/* With an engine a circle, without a square. */
static void draw_point(double x, double y, const char *engine, const char *colour,
                       const char *class, const char *about, FILE *out)
{
    if (strcmp(engine, "none") == 0)
        fprintf(out,
                "<rect x=\"%.1f\" y=\"%.1f\" width=\"7\" height=\"7\" fill=\"%s\" class=\"%s\">",
                x - 3.5, y - 3.5, colour, class);
    else
        fprintf(out, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3.8\" fill=\"%s\" class=\"%s\">", x, y,
                colour, class);
    if (*about) {
        fputs("<title>", out);
        svg_escape(about, out);
        fputs("</title>", out);
    }
    fputs(strcmp(engine, "none") == 0 ? "</rect>\n" : "</circle>\n", out);
}

static void draw_steps(const struct table *front, const char *model, const struct scale *x,
                       const struct scale *y, const char *colour, FILE *out)
{
    bool first = true;
    double last_y = 0;
    fputs("<path fill=\"none\" stroke-width=\"1.5\" d=\"", out);
    for (size_t i = 0; i < front->rows; i++) { /* dearest first: throughput falls along the rows */
        if (strcmp(table_text_at(front, i, "model"), model) != 0)
            continue;
        double px = scale_of(x, table_number_at(front, i, "system_cost_usd")),
               py = scale_of(y, table_number_at(front, i, "tokens_per_s"));
        if (!first)
            fprintf(out, "L%.1f %.1f ", px, last_y);
        fprintf(out, "%c%.1f %.1f ", first ? 'M' : 'L', px, py);
        last_y = py;
        first = false;
    }
    fprintf(out, "\" stroke=\"%s\"/>\n", colour);
}

void front_svg(const struct table *front, const struct table *cloud,
               const struct model_colours *colours, FILE *out)
{
    struct scale x = {INFINITY, 0, LEFT, RIGHT}, y = {INFINITY, 0, DOWN, UP};
    const struct table *const both[] = {cloud, front};
    struct model_colours shown = {0}; /* in the legend */

    for (size_t k = 0; k < 2; k++)
        for (size_t i = 0; i < both[k]->rows; i++) {
            widen(&x, table_number_at(both[k], i, "system_cost_usd"));
            widen(&y, table_number_at(both[k], i, "tokens_per_s"));
        }
    model_colours_add(&shown, front);
    svg_open(WIDTH, HEIGHT + 20 * (double)((shown.n + 3) / 4),
             "Throughput against system cost with the Pareto front of each model", out);
    if (!front->rows) {
        svg_text(WIDTH / 2.0, HEIGHT / 2.0, "middle", "title", "no feasible point", out);
        svg_close(out);
        return;
    }
    scale_round(&x);
    scale_round(&y);
    svg_axis_x(&x, UP, DOWN, "USD", "price of the system", out);
    svg_axis_y(&y, LEFT, RIGHT, "", "tokens/s of the system", out);
    for (size_t i = 0; i < cloud->rows; i++)
        draw_point(scale_of(&x, table_number_at(cloud, i, "system_cost_usd")),
                   scale_of(&y, table_number_at(cloud, i, "tokens_per_s")),
                   table_text_at(cloud, i, "engine"),
                   model_colour(colours, table_text_at(cloud, i, "model")), "cloud", "", out);
    for (size_t i = 0; i < shown.n; i++)
        draw_steps(front, shown.model[i], &x, &y, model_colour(colours, shown.model[i]), out);
    for (size_t i = 0; i < front->rows; i++) {
        char rate[48], usd[48];
        char *about = mem_print(
            "%s, %s, engine %s: %s tokens/s for %s USD", table_text_at(front, i, "model"),
            table_text_at(front, i, "chip"), table_text_at(front, i, "engine"),
            number_readable(table_number_at(front, i, "tokens_per_s"), 4, rate, sizeof rate),
            number_readable(table_number_at(front, i, "system_cost_usd"), 3, usd, sizeof usd));
        draw_point(scale_of(&x, table_number_at(front, i, "system_cost_usd")),
                   scale_of(&y, table_number_at(front, i, "tokens_per_s")),
                   table_text_at(front, i, "engine"),
                   model_colour(colours, table_text_at(front, i, "model")), "point", about, out);
        free(about);
    }
    for (size_t i = 0; i < shown.n; i++) {
        double lx = LEFT + 160 * (double)(i % 4), ly = DOWN + 58 + 20 * (double)(i / 4);
        draw_point(lx, ly - 4, "none", model_colour(colours, shown.model[i]), "point", "", out);
        svg_text(lx + 10, ly, "start", "tick", shown.model[i], out);
    }
    svg_text(RIGHT, UP - 14, "end", "tick", "circles: with an engine · squares: without", out);
    svg_close(out);
}

static double roof(double intensity, double ridge)
{
    return fmin(1, intensity / ridge);
}

/* One operator of one model: the range of its intensity over the run. */
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

/* Each label below its point, further down where another stands already. */
static void place_labels(struct mark *mark, size_t n)
{
    qsort(mark, n, sizeof *mark, from_left);
    for (size_t i = 0; i < n; i++) {
        mark[i].label_y = mark[i].py + 24;
        for (size_t j = 0; j < i; j++)
            if (fabs(label_x(&mark[i]) - label_x(&mark[j])) < LABEL_WIDTH &&
                fabs(mark[i].label_y - mark[j].label_y) < LABEL_HEIGHT) {
                mark[i].label_y = mark[j].label_y + LABEL_HEIGHT;
                j = (size_t)-1; /* it may have met another now */
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
    draw_point(m->px, m->py, m->shape, m->colour, "point", m->label, out);
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
            widen(&x, table_number_at(t, i, column[k]));
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
    svg_axis_y(&y, LEFT, RIGHT, "", "share of peak compute that memory lets through", out);
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
        mark[n++] = (struct mark){.from = from,
                                  .to = to,
                                  .px = scale_of(&x, sqrt(from * to)),
                                  .py = scale_of(&y, roof(sqrt(from * to), middle)),
                                  .colour = model_colour(colours, table_text_at(t, i / 2, "model")),
                                  .shape = experts ? "none" : "circle",
                                  .label = mem_print("%s, %s", table_text_at(t, i / 2, "model"),
                                                     experts ? "experts" : "core attention")};
    }
    place_labels(mark, n);
    for (size_t i = 0; i < n; i++) {
        draw_mark(&mark[i], middle, &x, &y, out);
        free(mark[i].label);
    }
    free(mark);
    svg_close(out);
}
