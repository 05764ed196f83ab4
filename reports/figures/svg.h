/* SVG primitives: log-scale axes, lines, marks and escaped text. */
#ifndef REPORTS_FIGURES_SVG_H
#define REPORTS_FIGURES_SVG_H

#include <stdio.h>

/* A log scale that maps the values lo .. hi to the pixels at .. end. */
struct scale {
    double lo, hi, at, end;
};

double scale_of(const struct scale *s, double value); /* pixel of a value */

/* Rounds both ends outward to 1, 2 or 5 times a power of ten. */
void scale_round(struct scale *s);

/* Widens the scale to include a value; ignores values that are not positive and finite. */
void scale_widen(struct scale *s, double v);

/* A text for XML and HTML, also inside quotes. */
void svg_escape(const char *text, FILE *out);
void svg_open(double width, double height, const char *label, FILE *out);
void svg_close(FILE *out);

/* `anchor` is start, middle or end; `class` is a class of picture_style. */
void svg_text(double x, double y, const char *anchor, const char *class, const char *text,
              FILE *out);
void svg_line(double x1, double y1, double x2, double y2, const char *class, FILE *out);

/* An axis with grid lines, tick labels ("1 MUSD") and a title. */
void svg_axis_x(const struct scale *x, double top, double bottom, const char *unit,
                const char *title, FILE *out);
void svg_axis_y(const struct scale *y, double left, double right, const char *unit,
                const char *title, FILE *out);

/* The CSS that all figures share: the content of a <style> element. */
extern const char *const picture_style;

/* A mark for a design: a square if `engine` is none, otherwise a circle. `about` is its tooltip. */
struct svg_point {
    double x, y;
    const char *engine, *colour, *class, *about;
};
void svg_point(const struct svg_point *p, FILE *out);

#endif
