/* Plain SVG: axes with log scales, and text that is always escaped. */
#ifndef REPORTS_FIGURES_SVG_H
#define REPORTS_FIGURES_SVG_H

#include <stdio.h>

/* A log scale from value lo .. hi to pixels at .. end. */
struct scale {
    double lo, hi, at, end;
};

double scale_of(const struct scale *s, double value);

/* Rounds the ends outward to 1, 2 or 5 times a power of ten. */
void scale_round(struct scale *s);

/* Takes a value in, if it is above 0 and finite. */
void scale_widen(struct scale *s, double v);

void svg_escape(const char *text, FILE *out);
void svg_open(double width, double height, const char *label, FILE *out);
void svg_close(FILE *out);

/* `anchor` is start, middle or end; `class` names a style of the page. */
void svg_text(double x, double y, const char *anchor, const char *class, const char *text,
              FILE *out);
void svg_line(double x1, double y1, double x2, double y2, const char *class, FILE *out);

/* Decade ticks with grid lines and labels ("1 MUSD"), and the axis's title. */
void svg_axis_x(const struct scale *x, double top, double bottom, const char *unit,
                const char *title, FILE *out);
void svg_axis_y(const struct scale *y, double left, double right, const char *unit,
                const char *title, FILE *out);

/* The style all pictures share, as the content of a <style>. */
extern const char *const picture_style;

/* A design as a mark, a circle with an engine, a square where `engine` is none; `about` is shown
 * under the pointer. */
struct svg_point {
    double x, y;
    const char *engine, *colour, *class, *about;
};
void svg_point(const struct svg_point *p, FILE *out);

#endif
