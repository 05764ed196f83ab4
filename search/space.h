/* The numbered points of a study: the index is a mixed-radix number over the axes, the first axis
 * its slowest digit. A cursor visits points in order, changes only what differs and prepares a step
 * again only if its operators change. */
#ifndef SEARCH_SPACE_H
#define SEARCH_SPACE_H

#include "search/reasons.h"
#include "base/table.h"
#include "search/study.h"

struct cursor {
    const struct study *study;
    uint64_t index;
    size_t digit[AXES_MOST];
    double real[AXES_MOST]; /* values of real axes */
    struct design design;
    struct price_book prices; /* if the study sweeps prices; cursor_prices */
    struct prepared prepared;
    bool fresh; /* `prepared` is that of `design` */
};

/* Moves a cursor to point `index`. Zero-initialise it first; free it with cursor_free. */
void cursor_seek(struct cursor *c, const struct study *s, uint64_t index);
void cursor_next(struct cursor *c);
void cursor_skip(struct cursor *c, size_t points); /* cursor_next `points` times */

/* Moves a cursor to the point with these genes: an index per axis, or the fraction of the range of
 * a real axis. cursor_next does not work from there. */
void cursor_put(struct cursor *c, const struct study *s, const double *gene);
void cursor_free(struct cursor *c);

/* The prices of the point at the cursor. */
const struct price_book *cursor_prices(const struct cursor *c);

/* Sets one axis to its value `i`, or to any value. cursor_next does not work from there. */
void cursor_set(struct cursor *c, const struct axis *a, size_t i);
void cursor_set_value(struct cursor *c, const struct axis *a, double value);

/* Sets one axis to the value in a cell of the store; false if the axis has no such value. */
bool cursor_take(struct cursor *c, const struct axis *a, const struct cell *cell);

/* Prepares the step of the point at the cursor. */
void cursor_prepare(struct cursor *c);

/* Prices the point at the cursor and checks the constraints of the study. `plan` receives the
 * chosen mapping; if no mapping is possible, it receives the plan as given, with 0 for auto. */
void cursor_evaluate(struct cursor *c, struct metrics *out, struct plan *plan);

/* A column of a row: the reasons why a point is infeasible, the scenario, what another program
 * evaluated, a catalogue name, a swept parameter, a parameter that another scenario varies, a part
 * of the mapping or a metric. */
struct column {
    char name[72]; /* the path, '.' as '_' */
    const char *unit, *doc;
    const char *const *texts; /* if not NULL, the row holds an index into them */
    size_t n_texts;
    enum {
        OF_REASONS,
        OF_SCENARIO,
        OF_EVALUATOR,
        OF_PART,
        OF_AXIS,
        OF_FIXED,
        OF_PLAN,
        OF_METRIC
    } of;
    size_t at; /* index of the part, axis or fixed value, or offset in struct plan or metrics */
};

enum {
    PLAN_COLUMNS = sizeof(struct plan) / sizeof(double),
    METRIC_COLUMNS = sizeof(struct metrics) / sizeof(double),
    FIXED_MOST = 64,
    COLUMNS_MOST = 3 + FIXED_MOST + DESIGN_PARTS + AXES_MOST + PLAN_COLUMNS + METRIC_COLUMNS,
    ROW_MOST = COLUMNS_MOST + STUDY_LIMITS_MOST, /* numbers of a row, including study_excess */
    WORDS_MOST = 256
};

struct columns {
    size_t n, metrics; /* the last `metrics` columns are metrics */
    size_t stride;     /* numbers of a row: the columns, then study_excess */
    struct column column[COLUMNS_MOST];
    const char *reason[REASON_SETS]; /* text of each set of reasons */
    char reason_text[REASON_SETS][REASONS_SIZE];
    const char *scenario;
    const char *evaluator;
    const char *part_text[DESIGN_PARTS]; /* names of parts that no axis varies */
    size_t fixed;                        /* parameters that only other scenarios vary */
    double fixed_value[FIXED_MOST];
    const char *fixed_text[FIXED_MOST]; /* of a parameter with words */
    const char *word[WORDS_MOST];       /* words of metrics like `verdict` */
    size_t words;
};

/* All scenarios of a study have the same columns, except for metrics of calibrated timing. The
 * columns point to texts in `out`: do not move it. */
void columns_make(struct columns *out, const struct study *s);

#endif
