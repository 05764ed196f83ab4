/* Sensitivity of the verdict with P closest to 1: a bar per constant, from P at its low value to P
 * at its high value. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/quantity.h"
#include "base/mem.h"
#include "reports/payoff/payoff_label.h"
#include "reports/payoff/payoff_table.h"
#include "reports/print/ruler.h"
#include "reports/print/figure.h"

enum { BARS_MOST = 10, LOW_STYLE = 2, HIGH_STYLE = 7 };

#define BAR_PT 11.0

static const struct payoff_group *closest(const struct payoff *p)
{
    const struct payoff_group *best = NULL;
    for (size_t i = 0; i < p->n; i++)
        if (p->group[i].swings && (!best || fabs(log(p->group[i].p)) < fabs(log(best->p))))
            best = &p->group[i];
    return best;
}

/* "0.7 to 3.4", with the unit of a price. */
static char *range_of(const struct swing *s)
{
    char low[48], high[48];
    const char *unit = s->price && strcmp(s->price->unit, "1") != 0 ? s->price->unit : "";
    if (s->timed)
        return mem_text("fast to slow");
    return mem_print("%s to %s", quantity_text(s->low, "", 3, low, sizeof low),
                     quantity_text(s->high, unit, 3, high, sizeof high));
}

static double draw_bar(struct drawing *d, const struct swing *s, const struct ruler *a, double y)
{
    const double p[] = {s->p_low, s->p_high};
    char *range = range_of(s);
    char *label = mem_print("%s, %s", s->name, range);
    double below =
        draw_wrapped(d, (struct spot){2, y + LINE_PT}, a->at - 6, false, label) - LINE_PT + 3;
    for (int i = 0; i < 2; i++) {
        double at = ruler_point(a, p[i]), half = (at + ruler_point(a, p[1 - i])) / 2;
        draw_area(d, (struct box){fmin(at, half), y + 2, fabs(at - half), BAR_PT - 3},
                  i ? HIGH_STYLE : LOW_STYLE);
    }
    free(range);
    free(label);
    return fmax(below, y + BAR_PT);
}

static void draw_axis(struct drawing *d, const struct ruler *a, double top, double p)
{
    const double marked[] = {1, p};
    const double ends[] = {a->lo, a->hi};
    char text[16];
    for (int i = 0; i < 2; i++)
        draw_line(d, (struct spot){ruler_point(a, marked[i]), top},
                  (struct spot){ruler_point(a, marked[i]), d->height + 2}, i ? PEN_RULE : PEN_ROOF);
    draw_line(d, (struct spot){a->at, d->height + 2}, (struct spot){a->end, d->height + 2},
              PEN_AXIS);
    double one = ruler_point(a, 1), room = text_width("0.00", false) + 4;
    draw_text(d, (struct spot){one, d->height + LINE_PT + 3},
              (struct face){.anchor = ANCHOR_MIDDLE}, "1");
    for (int i = 0; i < 2; i++) {
        double x = ruler_point(a, ends[i]);
        snprintf(text, sizeof text, "%.2f", ends[i]);
        if (fabs(x - one) > room)
            draw_text(d, (struct spot){x, d->height + LINE_PT + 3},
                      (struct face){.anchor = ANCHOR_MIDDLE}, text);
    }
    d->height += LINE_PT + 3;
}

static int draw(struct drawing *d, struct table *data, const struct figure *f,
                const struct figure_from *from, struct err *err)
{
    const struct payoff *p = from->payoff;
    const struct payoff_group *g = p->none ? NULL : closest(p);
    struct ruler a = {.lo = 1, .hi = 1};
    (void)f;
    if (!g)
        return fail(err, "%s",
                    p->none ? p->none
                            : "no constant could be moved: the study's files are missing");
    size_t bars = g->swings < BARS_MOST ? g->swings : BARS_MOST;
    double label = 0;
    for (size_t i = 0; i < bars; i++) {
        char *range = range_of(&g->swing[i]);
        char *text = mem_print("%s, %s", g->swing[i].name, range);
        label = fmax(label, text_width(text, false));
        a.lo = fmin(a.lo, fmin(g->swing[i].p_low, g->swing[i].p_high));
        a.hi = fmax(a.hi, fmax(g->swing[i].p_low, g->swing[i].p_high));
        free(range);
        free(text);
    }
    a.lo *= 0.98, a.hi *= 1.02, a.unit = "";
    a.at = fmin(label + 8, 0.55 * d->width);
    a.end = d->width - text_width("0.00", false) / 2 - 2;
    char *title = group_title(p, g);
    char *about = mem_print("%s, with %s: P %.2f, %s", title, g->engine ? g->engine : "an engine",
                            g->p, payoff_verdict_text[g->verdict]);
    d->height = draw_wrapped(d, (struct spot){2, d->height + LINE_PT}, d->width - 4, true, about) -
                LINE_PT + 4;
    double top = d->height;
    for (size_t i = 0; i < bars; i++)
        d->height = draw_bar(d, &g->swing[i], &a, d->height);
    draw_axis(d, &a, top, g->p);
    draw_legend(d,
                (const struct legend_entry[]){
                    {.text = "P at the low end", .style = LOW_STYLE, .area = true},
                    {.text = "P at the high end", .style = HIGH_STYLE, .area = true}},
                2);
    draw_note(
        d,
        "Each constant moves alone over its range; the dotted line is P with all at their middle.");
    payoff_swing_table(p, SIZE_MAX, data);
    free(title);
    free(about);
    return 0;
}

const struct figure figure_tornado = {
    .name = "tornado",
    .doc = "sensitivity of the verdict with P closest to 1 to prices and engine parameters",
    .need = NEEDS_PAYOFF,
    .draw = draw,
};
