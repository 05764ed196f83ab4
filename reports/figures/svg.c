#include "reports/figures/svg.h"

#include <math.h>
#include <string.h>

#include "base/quantity.h"
#include "base/text.h"

double scale_of(const struct scale *s, double value)
{
    return s->at + (s->end - s->at) * log(value / s->lo) / log(s->hi / s->lo);
}

static double step_down(double v)
{
    double decade = pow(10, floor(log10(v) + 1e-9)), lead = v / decade;
    return decade * (lead >= 5 - 1e-9 ? 5 : lead >= 2 - 1e-9 ? 2 : 1);
}

void scale_round(struct scale *s)
{
    double decade = pow(10, floor(log10(s->hi) + 1e-9)), lead = s->hi / decade;
    s->lo = step_down(s->lo);
    s->hi = decade * (lead <= 1 + 1e-9 ? 1 : lead <= 2 + 1e-9 ? 2 : lead <= 5 + 1e-9 ? 5 : 10);
    if (s->hi <= s->lo)
        s->hi = 10 * s->lo;
}

void svg_escape(const char *text, FILE *out)
{
    for (const char *from = text, *at = text; *from != '\0'; from = at) {
        unsigned c = text_next(&at);
        switch (c) {
        case '<':
            fputs("&lt;", out);
            break;
        case '>':
            fputs("&gt;", out);
            break;
        case '&':
            fputs("&amp;", out);
            break;
        case '"':
            fputs("&quot;", out);
            break;
        case '\'':
            fputs("&#39;", out);
            break;
        default:
            if (c == NOT_UTF8 || (text_is_control(c) && c != '\n' && c != '\t'))
                fputs(REPLACEMENT, out);
            else
                fwrite(from, 1, (size_t)(at - from), out);
        }
    }
}

void svg_open(double width, double height, const char *label, FILE *out)
{
    fprintf(out,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %g %g\" width=\"%g\" "
            "height=\"%g\" role=\"img\" aria-label=\"",
            width, height, width, height);
    svg_escape(label, out);
    fputs("\">\n", out);
}

void svg_close(FILE *out)
{
    fputs("</svg>\n", out);
}

void svg_text(double x, double y, const char *anchor, const char *class, const char *text,
              FILE *out)
{
    fprintf(out, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\" class=\"%s\">", x, y, anchor,
            class);
    svg_escape(text, out);
    fputs("</text>\n", out);
}

void svg_line(double x1, double y1, double x2, double y2, const char *class, FILE *out)
{
    fprintf(out, "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" class=\"%s\"/>\n", x1, y1,
            x2, y2, class);
}

/* The next of 1, 2, 5, 10, ... after v; the next decade if the scale spans more than 200 times. */
static double next_tick(const struct scale *s, double v)
{
    double decade = pow(10, floor(log10(v) + 1e-9)), lead = v / decade;
    if (s->hi / s->lo > 200)
        return 10 * decade;
    return decade * (lead < 1.5 ? 2 : lead < 3 ? 5 : 10);
}

void svg_axis_x(const struct scale *x, double top, double bottom, const char *unit,
                const char *title, FILE *out)
{
    char text[48];
    for (double v = step_down(x->lo); v <= x->hi * (1 + 1e-9); v = next_tick(x, v)) {
        if (v < x->lo * (1 - 1e-9))
            continue;
        double at = scale_of(x, v);
        svg_line(at, top, at, bottom, "grid", out);
        svg_text(at, bottom + 16, "middle", "tick", quantity_text(v, unit, 3, text, sizeof text),
                 out);
    }
    svg_text((x->at + x->end) / 2, bottom + 36, "middle", "title", title, out);
}

void svg_axis_y(const struct scale *y, double left, double right, const char *unit,
                const char *title, FILE *out)
{
    char text[48];
    for (double v = step_down(y->lo); v <= y->hi * (1 + 1e-9); v = next_tick(y, v)) {
        if (v < y->lo * (1 - 1e-9))
            continue;
        double at = scale_of(y, v);
        svg_line(left, at, right, at, "grid", out);
        svg_text(left - 6, at + 4, "end", "tick", quantity_text(v, unit, 3, text, sizeof text),
                 out);
    }
    svg_text(left, y->end - 10, "start", "title", title, out);
}

const char *const picture_style =
    "svg{font-family:system-ui,-apple-system,'Segoe UI',Roboto,sans-serif}"
    ".tick{font-size:12px;fill:var(--soft,#555)}.label{font-size:13px;fill:var(--ink,#1b1b1b)}"
    ".title{font-size:13px;font-weight:600;fill:var(--ink,#1b1b1b)}.cell{font-size:13px}.cell."
    "light{fill:#fff}.cell.dark{fill:#111}"
    ".grid{stroke:var(--line,#ddd);stroke-width:1}.leader{stroke:var(--soft,#777);stroke-width:1}"
    ".roof{fill:none;stroke:var(--ink,#1b1b1b);stroke-width:2}.cloud{opacity:.13}.point{stroke:var("
    "--paper,#fff);stroke-width:.8}";

void scale_widen(struct scale *s, double v)
{
    if (v > 0 && v < INFINITY) {
        s->lo = fmin(s->lo, v);
        s->hi = fmax(s->hi, v);
    }
}

void svg_point(const struct svg_point *p, FILE *out)
{
    if (strcmp(p->engine, "none") == 0)
        fprintf(out,
                "<rect x=\"%.1f\" y=\"%.1f\" width=\"7\" height=\"7\" fill=\"%s\" class=\"%s\">",
                p->x - 3.5, p->y - 3.5, p->colour, p->class);
    else
        fprintf(out, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3.8\" fill=\"%s\" class=\"%s\">", p->x,
                p->y, p->colour, p->class);
    if (*p->about) {
        fputs("<title>", out);
        svg_escape(p->about, out);
        fputs("</title>", out);
    }
    fputs(strcmp(p->engine, "none") == 0 ? "</rect>\n" : "</circle>\n", out);
}
