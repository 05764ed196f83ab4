/* Tornado diagram of the group with P closest to 1: a bar per constant, from P at its low value to
 * P at its high value. */
#include <math.h>
#include <stdlib.h>

#include "base/quantity.h"
#include "base/mem.h"
#include "reports/figures/figures.h"
#include "reports/figures/svg.h"
#include "reports/payoff/payoff_label.h"

enum { WIDTH = 760, LEFT = 300, RIGHT = 720, TOP = 60, BAR = 26, BARS_MOST = 9 };

static const struct payoff_group *closest(const struct payoff *p)
{
    const struct payoff_group *best = NULL;
    for (size_t i = 0; i < p->n; i++)
        if (p->group[i].swings && (!best || fabs(log(p->group[i].p)) < fabs(log(best->p))))
            best = &p->group[i];
    return best;
}

static void bar(const struct scale *x, const struct swing *s, double y, FILE *out)
{
    char text[48];
    static const char *const colour[] = {"#56b4e9", "#d55e00"};
    const double p[] = {s->p_low, s->p_high}, value[] = {s->low, s->high};
    svg_text(LEFT - 12, y + 15, "end", "label", s->name, out);
    for (int i = 0; i < 2; i++) {
        double at = scale_of(x, p[i]), other = scale_of(x, p[1 - i]);
        double half = (at + other) / 2;
        fprintf(out, "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%d\" fill=\"%s\"><title>",
                fmin(at, half), y, fabs(at - half), BAR - 8, colour[i]);
        svg_escape(s->name, out);
        fprintf(out, " at %s: P %.3f</title></rect>\n",
                s->timed ? (i ? "the slow end" : "the fast end")
                         : quantity_text(value[i], s->price ? s->price->unit : "1", 3, text,
                                         sizeof text),
                p[i]);
    }
}

void tornado_svg(const struct payoff *p, FILE *out)
{
    const struct payoff_group *g = closest(p);
    size_t bars = !g ? 0 : g->swings < BARS_MOST ? g->swings : BARS_MOST;
    struct scale x = {.lo = 1, .hi = 1, .at = LEFT, .end = RIGHT};
    char text[48];

    double height = TOP + (double)bars * BAR + 60;
    svg_open(WIDTH, height, "Sensitivity of the verdict with P closest to 1", out);
    if (g) {
        char *title = group_title(p, g);
        for (size_t i = 0; i < bars; i++) {
            x.lo = fmin(x.lo, fmin(g->swing[i].p_low, g->swing[i].p_high));
            x.hi = fmax(x.hi, fmax(g->swing[i].p_low, g->swing[i].p_high));
        }
        x.lo *= 0.98, x.hi *= 1.02;
        svg_text(LEFT, 18, "start", "title", title, out);
        snprintf(text, sizeof text, "P with %.24s", g->engine);
        svg_text(LEFT, 38, "start", "label", text, out);
        for (size_t i = 0; i < bars; i++)
            bar(&x, &g->swing[i], TOP + (double)i * BAR, out);
        double bottom = TOP + (double)bars * BAR;
        const double marks[] = {x.lo, 1, g->p, x.hi};
        for (size_t i = 0; i < LEN(marks); i++) {
            bool line = i == 1 || i == 2;
            double at = scale_of(&x, marks[i]);
            if (line)
                svg_line(at, TOP - 6, at, bottom, i == 1 ? "roof" : "leader", out);
            if (i == 1 || fabs(at - scale_of(&x, 1)) > 36) {
                snprintf(text, sizeof text, i == 1 ? "1" : "%.2f", marks[i]);
                svg_text(at, bottom + 16, "middle", "tick", text, out);
            }
        }
        svg_text(LEFT, bottom + 40, "start", "tick",
                 "blue: low value (cheaper or faster) · orange: high value (costlier or slower)",
                 out);
        free(title);
    }
    svg_close(out);
}
