/* A cell per scenario and model: P and the best engine, coloured by the verdict. Blue, pale and
 * orange differ in lightness too, so that they can be told apart without colours. */
#include "reports/figures/flips_map.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "reports/figures/figures.h"
#include "reports/figures/svg.h"
#include "reports/payoff/payoff_sentence.h"
#include "reports/payoff/payoff_summary.h"

enum { ROW_LABEL = 170, TOP = 40, CELL_W = 124, CELL_H = 44, BOTTOM = 60, INSET = 2 };

/* How a verdict is drawn. */
static const struct look {
    const char *fill, *stroke, *text, *small;
} looks[PAYOFF_VERDICTS] = {
    [PAYS] = {"#0072b2", "", "cell light", "tick light"},
    [TOO_CLOSE] = {"#f4f4f0", " stroke=\"#555\" stroke-dasharray=\"4 3\"", "cell dark",
                   "tick dark"},
    [DOES_NOT_PAY] = {"#eda65f", "", "cell dark", "tick dark"},
    [NO_ANSWER] = {"#fff", " stroke=\"#bbb\"", "cell dark", "tick dark"},
};

static void draw_box(double x, double y, double w, double h, const char *fill, const char *stroke,
                     FILE *out)
{
    fprintf(out, "<rect x=\"%g\" y=\"%g\" width=\"%g\" height=\"%g\" fill=\"%s\"%s/>\n", x, y, w, h,
            fill, stroke);
}

/* Marks an engine that cannot be had as stated. */
static const char MARK[] = " †";

static void draw_tooltip(const struct payoff_group *g, const char *caveat, FILE *out)
{
    fprintf(out, "<title>%s: P %.3f (median draw %.3f, 8 of 10 %.3f to %.3f). ",
            payoff_verdict_text[g->verdict], g->p, g->p_median, g->p_low, g->p_high);
    svg_escape(g->reason ? g->reason : "", out);
    if (*caveat) {
        fprintf(out, "%s%s: ", g->reason && *g->reason ? ". " : "", g->engine);
        svg_escape(caveat, out);
    }
    fputs("</title>", out);
}

static void draw_cell(const struct flips *f, size_t row, size_t column, FILE *out)
{
    const struct payoff_group *g = flips_at(f, row, column);
    double x = ROW_LABEL + (double)column * CELL_W, y = TOP + (double)row * CELL_H;
    double w = CELL_W - 2 * INSET, h = CELL_H - 2 * INSET, middle = x + CELL_W / 2.0;
    bool answered = g && !isnan(g->p);
    char *caveat = g && g->engine ? payoff_caveat(g) : mem_text("");
    const struct look *look = &looks[answered ? g->verdict : NO_ANSWER];
    char text[16];

    fputs("<g>", out);
    if (answered)
        draw_tooltip(g, caveat, out);
    draw_box(x + INSET, y + INSET, w, h, look->fill, look->stroke, out);
    if (answered && flips_is_flip(f, g))
        draw_box(x + INSET + 1, y + INSET + 1, w - 2, h - 2, "none",
                 " stroke=\"#111\" stroke-width=\"3\"", out);
    if (answered)
        snprintf(text, sizeof text, "%.2f", g->p);
    svg_text(middle, y + 20, "middle", look->text, answered ? text : "none feasible", out);
    if (answered && g->engine) {
        char *engine = mem_print("%s%s", g->engine, *caveat ? MARK : "");
        svg_text(middle, y + 35, "middle", look->small, engine, out);
        free(engine);
    }
    fputs("</g>\n", out);
    free(caveat);
}

static void draw_legend(double y, FILE *out)
{
    static const struct {
        enum payoff_verdict verdict;
        const char *text;
        double x;
    } entries[] = {{PAYS, "pays", 0},
                   {TOO_CLOSE, "too close to call", 90},
                   {DOES_NOT_PAY, "does not pay", 240}};
    for (size_t i = 0; i < sizeof entries / sizeof entries[0]; i++) {
        const struct look *look = &looks[entries[i].verdict];
        double x = ROW_LABEL + INSET + entries[i].x;
        draw_box(x, y - 12, 20, 14, look->fill, look->stroke, out);
        svg_text(x + 28, y, "start", "tick", entries[i].text, out);
    }
    double x = ROW_LABEL + INSET + 360;
    draw_box(x + 1, y - 11, 18, 12, "none", " stroke=\"#111\" stroke-width=\"3\"", out);
    svg_text(x + 28, y, "start", "tick", "another verdict than in base", out);
}

void flips_svg(const struct flips *f, FILE *out)
{
    double width = ROW_LABEL + fmax(5, (double)f->columns) * CELL_W + 10,
           height = TOP + (double)f->rows * CELL_H + BOTTOM;
    svg_open(width, height, "Verdict, pay-off P and best engine per scenario and model", out);
    fprintf(out,
            "<style>%s.tick.light{fill:#fff}.tick.dark{fill:#111}.cell{font-weight:600}</style>"
            "<rect width=\"100%%\" height=\"100%%\" fill=\"#fff\"/>\n",
            picture_style);
    for (size_t j = 0; j < f->columns; j++)
        svg_text(ROW_LABEL + ((double)j + 0.5) * CELL_W, TOP - 12, "middle", "label", f->column[j],
                 out);
    for (size_t i = 0; i < f->rows; i++) {
        svg_text(ROW_LABEL - 10, TOP + ((double)i + 0.5) * CELL_H + 4, "end", "label", f->row[i],
                 out);
        for (size_t j = 0; j < f->columns; j++)
            draw_cell(f, i, j, out);
    }
    draw_legend(height - 36, out);
    char *caveats = payoff_caveats(f->payoff);
    char *about =
        mem_print("P: best throughput per unit of budget (%s) with an engine over the best "
                  "without; below it, the best engine%s",
                  budget_text[f->payoff->budget],
                  *caveats ? " (†: hypothetical, or not fed or cooled as stated)" : "");
    svg_text(ROW_LABEL + INSET, height - 12, "start", "tick", about, out);
    free(about);
    free(caveats);
    svg_close(out);
}
