/* The points of a study, numbered: the first axis is the slowest digit of the index. A cursor walks
 * them in order, changing only what differs and keeping what no chip changes prepared. */
#ifndef SEARCH_SPACE_H
#define SEARCH_SPACE_H

#include "search/study.h"

struct cursor {
    const struct study *study;
    uint64_t index;
    size_t digit[AXES_MOST];
    double real[AXES_MOST]; /* values of real axes */
    struct design design;
    struct prepared prepared;
    bool fresh; /* prepared belongs to design */
};

/* Puts a cursor on point `index`. Zero-initialise it first; cursor_free releases it. */
void cursor_seek(struct cursor *c, const struct study *s, uint64_t index);
void cursor_next(struct cursor *c);
void cursor_skip(struct cursor *c, size_t points); /* so many times cursor_next */

/* Puts it on a point by its genes instead: an index per axis, a share of the range of a real one.
 * cursor_next cannot go on from there. */
void cursor_put(struct cursor *c, const struct study *s, const double *gene);
void cursor_free(struct cursor *c);

/* Makes `prepared` that of the point under the cursor. */
void cursor_prepare(struct cursor *c);

/* Prices the point under the cursor and holds it to the study's constraints. `plan` gets the
 * mapping that was chosen; a plan that allows none is returned as it is, auto being 0. */
void cursor_evaluate(struct cursor *c, struct metrics *out, struct plan *plan);

/* What is written down of a point: its names, swept parameters, mapping and metrics. */
struct column {
    char name[72]; /* the path, '.' as '_' */
    const char *unit, *doc;
    const char *const *texts; /* the row's number is an index into them; NULL: a number */
    size_t n_texts;
    enum { OF_PART, OF_AXIS, OF_PLAN, OF_METRIC } of;
    size_t at; /* part, axis, or offset in plan or metrics */
};

enum {
    PLAN_COLUMNS = sizeof(struct plan) / sizeof(double),
    METRIC_COLUMNS = sizeof(struct metrics) / sizeof(double),
    COLUMNS_MOST = DESIGN_PARTS + AXES_MOST + PLAN_COLUMNS + METRIC_COLUMNS,
    ROW_MOST = COLUMNS_MOST + 1 + RULES_MOST, /* numbers of a row, with study_excess */
    WORDS_MOST = 256
};

struct columns {
    size_t n, metrics; /* those of metrics come last */
    size_t stride;     /* numbers of a row: the columns, then study_excess */
    struct column column[COLUMNS_MOST];
    const char *part_text[DESIGN_PARTS]; /* names that no axis varies */
    const char *word[WORDS_MOST];        /* of the metrics that are words */
    size_t words;
};

/* The texts live in `out`: do not move it. */
void columns_make(struct columns *out, const struct study *s);

#endif
