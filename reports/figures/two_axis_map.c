#include "reports/figures/two_axis_map.h"

#include <math.h>
#include <stdlib.h>

#include "base/quantity.h"
#include "base/mem.h"
#include "reports/figures/figures.h"
#include "reports/figures/svg.h"
#include "base/table.h"

enum { WIDTH = 760, HEIGHT = 470, LEFT = 120, RIGHT = 650, UP = 56, DOWN = 410 };

/* Pixel of lattice coordinate t, 0 .. SURFACE_STEPS - 1. */
static double at_x(double t)
{
    return LEFT + t * (RIGHT - LEFT) / (SURFACE_STEPS - 1);
}

static double at_y(double t)
{
    return DOWN - t * (DOWN - UP) / (SURFACE_STEPS - 1);
}

/* The contour P = 1 by marching squares on log P (Lorensen and Cline 1987, in two dimensions): the
 * edge crossings of each cell, interpolated linearly, are joined in pairs. */
static void contour(double p[SURFACE_STEPS][SURFACE_STEPS], const char *style, FILE *out)
{
    fputs("<path fill=\"none\" d=\"", out);
    for (size_t i = 0; i + 1 < SURFACE_STEPS; i++)
        for (size_t j = 0; j + 1 < SURFACE_STEPS; j++) {
            const double corner[4] = {p[i][j], p[i][j + 1], p[i + 1][j + 1], p[i + 1][j]};
            static const double cx[4] = {0, 1, 1, 0}, cy[4] = {0, 0, 1, 1};
            double x[4], y[4];
            size_t n = 0;
            for (int a = 0; a < 4; a++) {
                int b = (a + 1) % 4;
                double la = log(corner[a]), lb = log(corner[b]);
                if (isnan(la) || isnan(lb) || (la > 0) == (lb > 0))
                    continue;
                double t = la / (la - lb);
                x[n] = at_x((double)j + cx[a] + t * (cx[b] - cx[a]));
                y[n++] = at_y((double)i + cy[a] + t * (cy[b] - cy[a]));
            }
            for (size_t k = 0; k + 1 < n; k += 2)
                fprintf(out, "M%.1f %.1fL%.1f %.1f", x[k], y[k], x[k + 1], y[k + 1]);
        }
    fprintf(out, "\" %s/>\n", style);
}

static void ticks(const struct surface *s, FILE *out)
{
    char text[48];
    for (size_t i = 0; i < SURFACE_STEPS; i += 4) {
        svg_text(at_x((double)i), DOWN + 26, "middle", "tick",
                 quantity_text(s->at_x[i], s->x.unit, 3, text, sizeof text), out);
        svg_text(LEFT - 24, at_y((double)i) + 4, "end", "tick",
                 quantity_text(s->at_y[i], s->y.unit, 3, text, sizeof text), out);
    }
    svg_text((LEFT + RIGHT) / 2.0, DOWN + 48, "middle", "title", s->x.path, out);
    svg_text(LEFT - 17, UP - 18, "start", "title", s->y.path, out);
    svg_text((LEFT + RIGHT) / 2.0, 16, "middle", "title", s->title, out);
}

static void draw(const struct surface *s, FILE *out)
{
    double w = (RIGHT - LEFT) / (SURFACE_STEPS - 1.0), h = (DOWN - UP) / (SURFACE_STEPS - 1.0);
    char colour[32];
    for (size_t i = 0; i < SURFACE_STEPS; i++)
        for (size_t j = 0; j < SURFACE_STEPS; j++) {
            if (isnan(s->p[i][j]))
                continue;
            payoff_colour(s->p[i][j], colour, sizeof colour);
            fprintf(out,
                    "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" fill=\"%s\"><title>"
                    "P %.3f (%.3f to %.3f)</title></rect>\n",
                    at_x((double)j) - w / 2, at_y((double)i) - h / 2, w, h, colour, s->p[i][j],
                    s->low[i][j], s->high[i][j]);
        }
    double p[SURFACE_STEPS][SURFACE_STEPS];
    const double(*of[3])[SURFACE_STEPS] = {s->low, s->high, s->p};
    static const char *const style[3] = {
        "stroke=\"#111\" stroke-width=\"1.3\" stroke-dasharray=\"5 4\"",
        "stroke=\"#111\" stroke-width=\"1.3\" stroke-dasharray=\"5 4\"",
        "stroke=\"#111\" stroke-width=\"2.6\""};
    for (int k = 0; k < 3; k++) {
        for (size_t i = 0; i < SURFACE_STEPS; i++)
            for (size_t j = 0; j < SURFACE_STEPS; j++)
                p[i][j] = of[k][i][j];
        contour(p, style[k], out);
    }
    ticks(s, out);
}

void surface_svg(const struct surface *s, size_t n, FILE *out)
{
    double height = HEIGHT * (double)n + 30;
    svg_open(WIDTH, height, "Pay-off P over two axes", out);
    fprintf(out, "<style>%s</style><rect width=\"100%%\" height=\"100%%\" fill=\"#fff\"/>\n",
            picture_style);
    for (size_t k = 0; k < n; k++) {
        fprintf(out, "<g transform=\"translate(0 %zu)\">\n", k * HEIGHT);
        draw(&s[k], out);
        fputs("</g>\n", out);
    }
    svg_text(LEFT, height - 10, "start", "tick",
             "blue: pays · orange: does not · line: P = 1 · dashed: an end of its range is 1", out);
    svg_close(out);
}
