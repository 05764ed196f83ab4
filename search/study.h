/* A study: a base design, axes that vary it, limits on the result and what is wanted of it. Read
 * from YAML; everything in it is checked before anything runs. */
#ifndef SEARCH_STUDY_H
#define SEARCH_STUDY_H

#include <stdint.h>

#include "arch/catalogue/catalogue.h"
#include "arch/evaluate.h"
#include "search/axis.h"
#include "search/strategies/strategy.h"

enum { RULES_MOST = 32 };

/* A limit on a metric or parameter. */
struct constraint {
    char *text; /* as written */
    const struct field *metric;
    struct parameter parameter; /* if not a metric */
    enum relation { AT_MOST, AT_LEAST, BELOW, ABOVE } relation;
    double value;
};

struct objective {
    const struct field *metric;
    int sense; /* +1 more is better */
};

enum keep { KEEP_ALL, KEEP_FEASIBLE, KEEP_FRONT };

struct study {
    char *name;
    char *text; /* of the file */
    struct design base;
    struct price_book prices;
    size_t axes; /* slowest first: those that change a step's operators before those of chips */
    struct axis axis[AXES_MOST];
    size_t slow; /* axes before this one change the operators */
    size_t constraints, objectives;
    struct constraint constraint[RULES_MOST];
    struct objective objective[RULES_MOST];
    enum keep keep;
    bool keep_given;
    const struct strategy *strategy;
    bool strategy_given;
    double budget, seed; /* points at most; INFINITY: any number */
    double population;   /* of strategies that have one; 0: theirs */
    double seconds;      /* stop after; INFINITY: never */
    double stall;  /* stop after so many points without a larger hypervolume; INFINITY: never */
    uint64_t size; /* points: the product of the axes, or those to be drawn from them */
    size_t overrides, overrides_room;
    struct override {
        struct parameter parameter;
        double value;
    } * override; /* values the study sets on top of the catalogue */
};

/* Reads the study at `path`; with NULL all defaults. The catalogue must outlive it. Caller frees.
 */
int study_open(struct study **out, const char *path, struct catalogue *c, struct err *err);

/* The same, with all mistakes of the file, in its order; err has the first, or what kept the file
 * from being read at all. `found` is empty to begin with; faults_free. */
int study_open_all(struct study **out, const char *path, struct catalogue *c, struct faults *found,
                   struct err *err);

/* The same from a text that `name` stands for in messages. */
int study_parse(struct study **out, const char *name, const char *text, struct catalogue *c,
                struct err *err);
void study_free(struct study *s); /* takes NULL */

/* Sets one value of the base design, over what the file says: `--set chip=h100`,
 * `--set plan.tp=8`. On failure err->text is "--set PATH=VALUE: PATH: WHAT: RIGHT". */
int study_set(struct study *s, struct catalogue *c, const char *assignment, struct err *err);

/* Sets one value on top of the catalogue; study_settle puts it into the design. */
void study_override(struct study *s, const struct parameter *p, double value);

/* Removes the axis with this path, if there is one. */
void study_drop_axis(struct study *s, const char *path);

/* Sorts the axes slowest first and sets study->slow. */
void study_sort_axes(struct study *s);

/* Puts catalogue entries and overrides together once more; after study_set. Checks the whole. */
int study_settle(struct study *s, struct err *err);

/* What its points can be, for metric_exists: any value of each axis; after study_settle. Says of
 * more than there is rather than of less, where axes depend on each other. */
void study_scope(const struct study *s, struct metric_scope *out);

/* Does a point meet the constraints? */
bool study_allows(const struct study *s, const struct design *d, const struct metrics *m);

/* Limits a point may exceed: what the model holds it to (memory, latency), then the constraints. */
static inline size_t study_limits(const struct study *s)
{
    return 1 + s->constraints;
}

/* By how much each is exceeded, relative to the limit: positive just where it is not kept, infinite
 * where there is no measure of it. Of device i of `d`, priced in the place of the chip and engine
 * of `like`, with its model's verdict. */
void study_excess(const struct study *s, const struct design *like, const struct devices *d,
                  const struct metrics_lanes *m, size_t i, double *excess);

/* What constraint `i` looks at in a point. */
double study_limited(const struct study *s, size_t i, const struct design *d,
                     const struct metrics *m);

/* Reads "metric <= value" and "+metric"; err->text is "WHAT: RIGHT". */
int constraint_parse(struct constraint *out, const char *text, struct err *err);
int objective_parse(struct objective *out, const char *text, struct err *err);

/* Can constraint `i` be met, next to those before it and by any value of the axes? Of a metric only
 * the former is known. Same form of failure. */
int constraint_check(const struct study *s, size_t i, struct err *err);

#endif
