/* A drawing for print: SVG in points (1/72 inch), 7.5 pt text, white background. Series differ in
 * colour, dash and mark, areas in colour and hatching, so that they can be told apart in black and
 * white. */
#ifndef REPORTS_PRINT_DRAWING_H
#define REPORTS_PRINT_DRAWING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "base/mem_stream.h"

struct drawing {
    double width, height;   /* in points; parts add to the height */
    struct mem_stream body; /* elements go here */
};

/* Height of a line of text, and of its capitals. */
#define LINE_PT 9.5
#define CAPITAL_PT 5.6

void drawing_open(struct drawing *d, double width_pt);
void drawing_write(struct drawing *d, const char *about, FILE *out); /* the whole SVG; once */
void drawing_free(struct drawing *d);

enum anchor { ANCHOR_START, ANCHOR_MIDDLE, ANCHOR_END };

struct spot {
    double x, y; /* of a text: its baseline */
};

struct box {
    double x, y, w, h;
};

struct face {
    enum anchor anchor;
    bool bold;
};

void draw_text(struct drawing *d, struct spot at, struct face face, const char *text);

/* The width of a text in points, not less than in any of the usual sans-serif fonts. */
double text_width(const char *text, bool bold);

/* Writes a text in lines of at most `width` points, broken at blanks; a longer word is broken
 * between characters. Returns the y below. */
double draw_wrapped(struct drawing *d, struct spot at, double width, bool bold, const char *text);

enum pen { PEN_AXIS, PEN_GRID, PEN_ROOF, PEN_RULE, PEN_FRAME, PEN_DASHED };
void draw_line(struct drawing *d, struct spot from, struct spot to, enum pen pen);
void draw_box(struct drawing *d, struct box box, const char *fill);
void draw_frame(struct drawing *d, struct box box, enum pen pen);

/* Styles of series, by index; they repeat after SERIES_STYLES. */
enum { SERIES_STYLES = 8, AREA_STYLES = 8 };
void draw_path(struct drawing *d, const struct spot *spot, size_t n, size_t style);
struct mark {
    size_t style;
    bool hollow, small;
};
void draw_mark(struct drawing *d, struct spot at, struct mark mark);
void draw_faint_mark(struct drawing *d, struct spot at, size_t style);
void draw_area(struct drawing *d, struct box box, size_t style); /* hatched */

/* An entry of a legend. */
struct legend_entry {
    const char *text;
    size_t style;
    bool path, mark, hollow, area;
    bool roof; /* a black line; has no style */
};

/* Writes a legend in lines below the drawing, and adds its height. */
void draw_legend(struct drawing *d, const struct legend_entry *entry, size_t n);

/* Writes a note below the drawing. */
void draw_note(struct drawing *d, const char *text);

#endif
