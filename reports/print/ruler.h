/* An axis of a chart for print: a linear or log scale with ticks whose labels do not overlap. */
#ifndef REPORTS_PRINT_RULER_H
#define REPORTS_PRINT_RULER_H

#include <stdbool.h>
#include <stddef.h>

struct ruler {
    bool linear;      /* from 0; else log */
    const char *unit; /* "" or NULL for none */
    double lo, hi;    /* values at the ends */
    double at, end;   /* points of the ends */
};

enum { TICKS_MOST = 24 };

struct ticks {
    size_t n;
    double value[TICKS_MOST];
    char text[TICKS_MOST][48];
    double widest; /* of the texts, in points */
};

/* Begins an axis without values; ruler_include widens it, ruler_round moves both ends outward to
 * round numbers. A value that the scale cannot show is left out. */
void ruler_begin(struct ruler *r, bool linear, const char *unit);
void ruler_include(struct ruler *r, double value);
bool ruler_shows(const struct ruler *r, double value);
void ruler_round(struct ruler *r);
double ruler_point(const struct ruler *r, double value);

/* Ends the ruler a little outside its first and last of the ascending `value`s, and puts a tick at
 * each of them. False, and nothing is changed, if there are too many for it. */
bool ruler_ticks_at(struct ruler *r, const double *value, size_t n, struct ticks *out);

/* The ticks of an axis that lies, or stands: as many as leave room between their labels. */
void ruler_ticks(const struct ruler *r, bool stands, struct ticks *out);

#endif
