#include "reports/print/drawing.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "reports/figures/svg.h"

enum { LEGEND_SAMPLE = 18, LEGEND_GAP = 10 };

#define FONT_PT 7.5
#define MARGIN_PT 1.0

/* The palette of Okabe and Ito, which colour-blind readers can tell apart; a dash and a mark each.
 */
static const struct style {
    const char *colour, *dash, *mark; /* mark: a path around (0,0) */
} styles[SERIES_STYLES] = {
    {"#0072b2", "none", "M-2.4 0a2.4 2.4 0 1 0 4.8 0a2.4 2.4 0 1 0 -4.8 0z"},
    {"#d55e00", "5 2", "M-2.2 -2.2h4.4v4.4h-4.4z"},
    {"#009e73", "1.5 1.5", "M0 -2.9L2.7 2H-2.7z"},
    {"#cc79a7", "6 2 1.5 2", "M0 -3L3 0L0 3L-3 0z"},
    {"#e69f00", "3 1.5", "M0 2.9L2.7 -2H-2.7z"},
    {"#56b4e9", "8 2", "M-1 -2.8h2v1.8h1.8v2h-1.8v1.8h-2v-1.8h-1.8v-2h1.8z"},
    {"#555555", "4 1.5 1.5 1.5 1.5 1.5", "M-2.6 -1.3h5.2v2.6h-5.2z"},
    {"#8c6d31", "2 3", "M-1.3 -2.6h2.6v5.2h-2.6z"},
};

/* Areas: a colour and the lines on it. Neighbours differ in lightness or in their lines. */
static const struct area {
    const char *colour, *lines; /* in a square of 4 points */
} areas[AREA_STYLES] = {
    {"#0072b2", ""},
    {"#f0d9a8", ""},
    {"#56b4e9", "M-1 5L5 -1M-1 1L1 -1M3 5L5 3"},
    {"#009e73", "M0 2H4"},
    {"#ffffff", "M-1 -1L5 5M-1 3L1 5M3 -1L5 1"},
    {"#cc79a7", "M2 0V4"},
    {"#d0d0d0", "M0 2H4M2 0V4"},
    {"#d55e00", ""},
};

static const char *const pens[] = {
    [PEN_AXIS] = "fill=\"none\" stroke=\"#111\" stroke-width=\"0.6\"",
    [PEN_GRID] = "fill=\"none\" stroke=\"#ddd\" stroke-width=\"0.5\"",
    [PEN_ROOF] = "fill=\"none\" stroke=\"#111\" stroke-width=\"1.2\"",
    [PEN_RULE] = "fill=\"none\" stroke=\"#111\" stroke-width=\"0.8\" stroke-dasharray=\"1 2\"",
    [PEN_FRAME] = "fill=\"none\" stroke=\"#111\" stroke-width=\"1.6\"",
    [PEN_DASHED] = "fill=\"none\" stroke=\"#111\" stroke-width=\"0.8\" stroke-dasharray=\"3 2\"",
};

void drawing_open(struct drawing *d, double width_pt)
{
    *d = (struct drawing){.width = width_pt, .height = MARGIN_PT};
    mem_stream_open(&d->body);
}

void drawing_free(struct drawing *d)
{
    mem_stream_drop(&d->body);
    *d = (struct drawing){0};
}

static void write_patterns(FILE *out)
{
    fputs("<defs>\n", out);
    for (size_t i = 0; i < AREA_STYLES; i++)
        fprintf(out,
                "<pattern id=\"area%zu\" width=\"4\" height=\"4\" patternUnits=\"userSpaceOnUse\">"
                "<rect width=\"4\" height=\"4\" fill=\"%s\"/><path d=\"%s\" fill=\"none\" "
                "stroke=\"#111\" stroke-width=\"0.5\"/></pattern>\n",
                i, areas[i].colour, *areas[i].lines ? areas[i].lines : "M0 0");
    fputs("</defs>\n", out);
}

void drawing_write(struct drawing *d, const char *about, FILE *out)
{
    size_t length;
    char *body = mem_stream_text(&d->body, &length);
    double height = ceil(d->height + MARGIN_PT);
    fprintf(out,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%gpt\" height=\"%gpt\" "
            "viewBox=\"0 0 %g %g\" font-family=\"Helvetica, Arial, 'Liberation Sans', 'DejaVu "
            "Sans', sans-serif\" font-size=\"%g\" fill=\"#111\">\n<title>",
            d->width, height, d->width, height, FONT_PT);
    svg_escape(about, out);
    fprintf(out, "</title>\n<rect width=\"%g\" height=\"%g\" fill=\"#fff\"/>\n", d->width, height);
    write_patterns(out);
    fwrite(body, 1, length, out);
    free(body);
    fputs("</svg>\n", out);
}

/* Advances of DejaVu Sans, the widest of the usual fonts, from ' ' to '~'; in hundredths of the
 * size. */
static const unsigned char advance[] = {
    32, 41, 46, 84, 64, 96, 78, 28, 40,  40, 50, 84, 32, 37, 32, 34, 64, 64, 64, 64, 64, 64, 64, 64,
    64, 64, 34, 34, 84, 84, 84, 54, 100, 69, 69, 70, 78, 64, 58, 78, 76, 30, 30, 66, 56, 87, 75, 79,
    61, 79, 70, 64, 62, 74, 69, 99, 69,  62, 69, 40, 34, 40, 84, 50, 50, 62, 64, 55, 64, 62, 36, 64,
    64, 28, 28, 58, 28, 98, 64, 62, 64,  64, 42, 53, 40, 64, 60, 82, 60, 60, 53, 64, 34, 64, 84};

static double advance_of(unsigned character)
{
    enum { WIDE = 0x1100 }; /* from Hangul on, characters may fill a square */
    if (character >= ' ' && character <= '~')
        return advance[character - ' '] / 100.0;
    return character < WIDE ? 0.85 : 1.05;
}

double text_width(const char *text, bool bold)
{
    double sum = 0;
    while (*text)
        sum += advance_of(text_next(&text));
    return sum * FONT_PT * (bold ? 1.13 : 1);
}

static void write_text(struct drawing *d, struct spot at, struct face face, const char *text)
{
    static const char *const anchors[] = {
        [ANCHOR_START] = "start", [ANCHOR_MIDDLE] = "middle", [ANCHOR_END] = "end"};
    fprintf(d->body.out, "<text x=\"%.2f\" y=\"%.2f\" text-anchor=\"%s\"%s>", at.x, at.y,
            anchors[face.anchor], face.bold ? " font-weight=\"bold\"" : "");
    svg_escape(text, d->body.out);
    fputs("</text>\n", d->body.out);
}

void draw_text(struct drawing *d, struct spot at, struct face face, const char *text)
{
    write_text(d, at, face, text);
}

/* Bytes of the longest start of a text that fits: up to a blank, or at least one character. */
static size_t fitting(const char *text, double width, bool bold)
{
    double sum = 0, scale = FONT_PT * (bold ? 1.13 : 1);
    size_t blank = 0, fits = 0;
    for (const char *at = text; *at;) {
        const char *from = at;
        if (*from == ' ')
            blank = (size_t)(from - text);
        sum += advance_of(text_next(&at)) * scale;
        if (sum > width && fits)
            return blank ? blank : fits;
        fits = (size_t)(at - text);
    }
    return fits;
}

double draw_wrapped(struct drawing *d, struct spot at, double width, bool bold, const char *text)
{
    while (*text) {
        size_t n = fitting(text, width, bold);
        char *line = mem_text(text);
        line[n] = '\0';
        write_text(d, at, (struct face){ANCHOR_START, bold}, line);
        free(line);
        text += n;
        text += strspn(text, " ");
        at.y += LINE_PT;
    }
    return at.y;
}

void draw_line(struct drawing *d, struct spot from, struct spot to, enum pen pen)
{
    fprintf(d->body.out, "<path d=\"M%.2f %.2fL%.2f %.2f\" %s/>\n", from.x, from.y, to.x, to.y,
            pens[pen]);
}

static void write_box(struct drawing *d, struct box b)
{
    fprintf(d->body.out, "<rect x=\"%.2f\" y=\"%.2f\" width=\"%.2f\" height=\"%.2f\" ", b.x, b.y,
            fmax(b.w, 0), fmax(b.h, 0));
}

void draw_box(struct drawing *d, struct box box, const char *fill)
{
    write_box(d, box);
    fprintf(d->body.out, "fill=\"%s\"/>\n", fill);
}

void draw_frame(struct drawing *d, struct box box, enum pen pen)
{
    write_box(d, box);
    fprintf(d->body.out, "%s/>\n", pens[pen]);
}

void draw_area(struct drawing *d, struct box box, size_t style)
{
    write_box(d, box);
    fprintf(d->body.out, "fill=\"url(#area%zu)\" stroke=\"#111\" stroke-width=\"0.5\"/>\n",
            style % AREA_STYLES);
}

void draw_path(struct drawing *d, const struct spot *spot, size_t n, size_t style)
{
    const struct style *s = &styles[style % SERIES_STYLES];
    fputs("<path d=\"", d->body.out);
    for (size_t i = 0; i < n; i++)
        fprintf(d->body.out, "%c%.2f %.2f", i ? 'L' : 'M', spot[i].x, spot[i].y);
    fprintf(d->body.out,
            "\" fill=\"none\" stroke=\"%s\" stroke-width=\"1.2\" stroke-dasharray=\"%s\"/>\n",
            s->colour, s->dash);
}

void draw_mark(struct drawing *d, struct spot at, struct mark mark)
{
    const struct style *s = &styles[mark.style % SERIES_STYLES];
    fprintf(d->body.out,
            "<path transform=\"translate(%.2f %.2f)%s\" d=\"%s\" fill=\"%s\" stroke=\"%s\" "
            "stroke-width=\"0.8\"/>\n",
            at.x, at.y, mark.small ? " scale(0.6)" : "", s->mark, mark.hollow ? "#fff" : s->colour,
            mark.hollow ? s->colour : "#fff");
}

void draw_faint_mark(struct drawing *d, struct spot at, size_t style)
{
    fprintf(d->body.out,
            "<circle cx=\"%.2f\" cy=\"%.2f\" r=\"0.9\" fill=\"%s\" opacity=\"0.3\"/>\n", at.x, at.y,
            styles[style % SERIES_STYLES].colour);
}

static void draw_sample(struct drawing *d, struct spot at, const struct legend_entry *e)
{
    double middle = at.y - CAPITAL_PT / 2;
    if (e->area)
        draw_area(d, (struct box){at.x, at.y - CAPITAL_PT - 0.5, LEGEND_SAMPLE - 5, 6.5}, e->style);
    if (e->roof)
        draw_line(d, (struct spot){at.x, middle}, (struct spot){at.x + LEGEND_SAMPLE - 3, middle},
                  PEN_ROOF);
    if (e->path)
        draw_path(d, (const struct spot[]){{at.x, middle}, {at.x + LEGEND_SAMPLE - 3, middle}}, 2,
                  e->style);
    if (e->mark)
        draw_mark(d, (struct spot){at.x + (LEGEND_SAMPLE - 3) / 2.0, middle},
                  (struct mark){e->style, e->hollow, false});
}

void draw_legend(struct drawing *d, const struct legend_entry *entry, size_t n)
{
    double x = 2, y = d->height + LINE_PT;
    for (size_t i = 0; i < n; i++) {
        double width = LEGEND_SAMPLE + text_width(entry[i].text, false);
        if (x > 2 && x + width > d->width - 2) {
            x = 2;
            y += LINE_PT + 1;
        }
        draw_sample(d, (struct spot){x, y}, &entry[i]);
        double below = draw_wrapped(d, (struct spot){x + LEGEND_SAMPLE, y},
                                    d->width - 2 - x - LEGEND_SAMPLE, false, entry[i].text);
        y = below - LINE_PT;
        x += width + LEGEND_GAP;
    }
    if (n)
        d->height = y + 3;
}

void draw_note(struct drawing *d, const char *text)
{
    d->height = draw_wrapped(d, (struct spot){2, d->height + LINE_PT}, d->width - 4, false, text) -
                LINE_PT + 3;
}
