/* Scatter plot of throughput against system cost, with the Pareto front of each model and workload.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/quantity.h"
#include "base/mem.h"
#include "reports/figures/figures.h"
#include "reports/figures/svg.h"

enum { WIDTH = 760, HEIGHT = 430, LEFT = 100, RIGHT = 740, UP = 34, DOWN = 370 };

static void draw_steps(const struct table *front, const char *model, const struct scale *x,
                       const struct scale *y, const char *colour, FILE *out)
{
    const char *workload = NULL;
    double last_y = 0;
    fputs("<path fill=\"none\" stroke-width=\"1.5\" d=\"", out);
    /* Sorted by model and workload, then by falling throughput and cost. */
    for (size_t i = 0; i < front->rows; i++) {
        const char *of = table_text_at(front, i, "workload");
        if (strcmp(table_text_at(front, i, "model"), model) != 0)
            continue;
        bool first = !workload || strcmp(of, workload) != 0;
        workload = of;
        double px = scale_of(x, table_number_at(front, i, "system_cost_usd")),
               py = scale_of(y, table_number_at(front, i, "tokens_per_s"));
        if (!first)
            fprintf(out, "L%.1f %.1f ", px, last_y);
        fprintf(out, "%c%.1f %.1f ", first ? 'M' : 'L', px, py);
        last_y = py;
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
            scale_widen(&x, table_number_at(both[k], i, "system_cost_usd"));
            scale_widen(&y, table_number_at(both[k], i, "tokens_per_s"));
        }
    model_colours_add(&shown, front);
    size_t lines = (shown.n + 3) / 4;
    svg_open(WIDTH, HEIGHT + 20 * (double)lines,
             "Throughput against system cost with the Pareto front of each model and workload",
             out);
    if (!front->rows) {
        svg_text(WIDTH / 2.0, HEIGHT / 2.0, "middle", "title", "no feasible point", out);
        svg_close(out);
        return;
    }
    scale_round(&x);
    scale_round(&y);
    svg_axis_x(&x, UP, DOWN, "USD", "system cost", out);
    svg_axis_y(&y, LEFT, RIGHT, "", "system throughput, tokens/s", out);
    for (size_t i = 0; i < cloud->rows; i++)
        svg_point(&(struct svg_point){scale_of(&x, table_number_at(cloud, i, "system_cost_usd")),
                                      scale_of(&y, table_number_at(cloud, i, "tokens_per_s")),
                                      table_text_at(cloud, i, "engine"),
                                      model_colour(colours, table_text_at(cloud, i, "model")),
                                      "cloud", ""},
                  out);
    for (size_t i = 0; i < shown.n; i++)
        draw_steps(front, shown.model[i], &x, &y, model_colour(colours, shown.model[i]), out);
    for (size_t i = 0; i < front->rows; i++) {
        char rate[48], usd[48];
        char *about = mem_print(
            "%s%s, %s, engine %s: %s tokens/s for %s USD", table_text_at(front, i, "model"),
            table_text_at(front, i, "workload"), table_text_at(front, i, "chip"),
            table_text_at(front, i, "engine"),
            number_readable(table_number_at(front, i, "tokens_per_s"), 4, rate, sizeof rate),
            number_readable(table_number_at(front, i, "system_cost_usd"), 3, usd, sizeof usd));
        svg_point(&(struct svg_point){scale_of(&x, table_number_at(front, i, "system_cost_usd")),
                                      scale_of(&y, table_number_at(front, i, "tokens_per_s")),
                                      table_text_at(front, i, "engine"),
                                      model_colour(colours, table_text_at(front, i, "model")),
                                      "point", about},
                  out);
        free(about);
    }
    for (size_t i = 0; i < shown.n; i++) {
        size_t line = i / 4;
        double lx = LEFT + 160 * (double)(i % 4), ly = DOWN + 58 + 20 * (double)line;
        svg_point(&(struct svg_point){lx, ly - 4, "none", model_colour(colours, shown.model[i]),
                                      "point", ""},
                  out);
        svg_text(lx + 10, ly, "start", "tick", shown.model[i], out);
    }
    svg_text(RIGHT, UP - 14, "end", "tick", "circles: with an engine · squares: without", out);
    svg_close(out);
}
