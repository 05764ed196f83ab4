/* A study: a base design, axes that vary it, constraints and objectives. Read from YAML and checked
 * completely before any point is priced. */
#ifndef SEARCH_STUDY_H
#define SEARCH_STUDY_H

#include <stdint.h>

#include "arch/catalogue/catalogue.h"
#include "arch/evaluate.h"
#include "search/axis.h"
#include "search/evaluator.h"
#include "search/strategies/strategy.h"

/* A key of a study whose value is a file: arch/catalogue/trace.h. */
#define STUDY_TRACE "workload.trace"

enum { RULES_MOST = 32, STUDY_LIMITS_MOST = RULES_MOST + 2 };

/* A limit on a metric or a parameter. */
struct constraint {
    char *text; /* as written */
    const struct field *metric;
    struct parameter parameter; /* if metric is NULL */
    enum relation { AT_MOST, AT_LEAST, BELOW, ABOVE } relation;
    double value;
};

struct objective {
    const struct field *metric;
    int sense; /* +1: more is better, -1: less is better */
};

enum keep { KEEP_ALL, KEEP_FEASIBLE, KEEP_FRONT };

/* How a new store holds the points. STORE_AUTO: in columns if they may be more than 100 000. */
enum store { STORE_AUTO, STORE_ROWS, STORE_COLUMNS };

enum { SCENARIOS_MOST = 100 }; /* reports split an answer by so many values */

/* A study and, as studies of their own, its scenarios: the study with an overlay of some of its
 * values. The base is the study without an overlay; it owns the others. */
struct study {
    char *name;
    char *text;                /* content of the file */
    char *folder;              /* relative paths start here; "" for the current folder */
    char *scenario;            /* "base", or the name of the overlay */
    const struct study *whole; /* the base */
    size_t overlays;           /* of the base */
    struct study **overlay;    /* in file order */
    uint64_t first;            /* number of its first point among those of all scenarios */
    struct design base;
    struct price_book prices;
    /* slowest first: axes that change the operators, then prices, then the hardware */
    size_t axes;
    struct axis axis[AXES_MOST];
    size_t slow;     /* number of axes that change the operators */
    size_t hardware; /* the first axis of chip or engine; those between are prices */
    size_t constraints, objectives;
    struct constraint constraint[RULES_MOST];
    struct objective objective[RULES_MOST];
    enum keep keep;
    bool keep_given;
    enum store store;
    const struct strategy *strategy;
    bool strategy_given;
    struct evaluator evaluator; /* of another program; dse proposes */
    double budget;              /* maximum number of points; INFINITY: no limit */
    double seed;
    double population; /* 0: the default of the strategy */
    double seconds;    /* stop after this time; INFINITY: never */
    double stall;      /* stop after this many points without a larger hypervolume; or INFINITY */
    uint64_t size;     /* points: the product of the axes, or the number to sample */
    size_t overrides, overrides_room;
    struct override {
        struct parameter parameter;
        double value;
    } * override; /* values that replace those of the catalogue */
};

/* Reads the study at `path`; NULL gives all defaults. Borrows the catalogue. Caller frees. */
int study_open(struct study **out, const char *path, struct catalogue *c, struct err *err);

/* Like study_open, but adds all mistakes of the file to `found`, in file order. err has the first
 * one, or the reason why the file cannot be read. `found` must be empty; free it with faults_free.
 */
int study_open_all(struct study **out, const char *path, struct catalogue *c, struct faults *found,
                   struct err *err);

/* Like study_open, but reads `text`; messages call it `name`. Relative paths start at `folder`. */
int study_parse_in(struct study **out, const char *folder, const char *name, const char *text,
                   struct catalogue *c, struct err *err);

/* The same in the current folder. */
int study_parse(struct study **out, const char *name, const char *text, struct catalogue *c,
                struct err *err);
void study_free(struct study *s); /* takes NULL */

/* The scenarios of a study: 0 is the base, then the overlays in file order. */
size_t study_scenarios(const struct study *base);
struct study *study_scenario(struct study *base, size_t i);

/* The scenario called `name`. err->text is "\"NAME\": WHAT: RIGHT". */
int study_find_scenario(struct study *base, const char *name, struct study **out, struct err *err);

/* Number of points of all scenarios. */
uint64_t study_points(const struct study *base);

/* The objectives of a scenario in a study's text, RULES_MOST at most, read without a catalogue. */
int study_objectives(struct objective *out, size_t *n, const char *text, const char *scenario,
                     struct err *err);

/* Sets one value of the base design, or a price, and removes its axis: `--set chip=h100`, `--set
 * plan.tp=8`, `--set prices.hbm4_usd_per_gb=18`, or the price list: `--set prices=my.yaml`. On
 * failure err->text is "--set PATH=VALUE: PATH: WHAT: RIGHT". */
int study_set(struct study *s, struct catalogue *c, const char *assignment, struct err *err);

/* The value of a parameter, or of a price (middle), that no axis varies. */
double study_value(const struct study *s, const struct parameter *p);

/* Do points of the study differ in prices? */
static inline bool study_sweeps_prices(const struct study *s)
{
    return s->hardware > s->slow;
}

/* Records a value that replaces that of the catalogue; study_settle applies it. */
void study_override(struct study *s, const struct parameter *p, double value);

/* Removes the axis with this path, if there is one. */
void study_drop_axis(struct study *s, const char *path);

/* Sorts the axes slowest first and sets study->slow and study->hardware. */
void study_sort_axes(struct study *s);

/* Gives a design another entry of the catalogue for a part, with the values that the study
 * overrides.
 */
void study_put_entry(const struct study *s, const struct entry *e, size_t part, struct design *d);

/* Applies all overrides to the catalogue entries and checks the designs. Call it after study_set.
 */
int study_settle(struct study *s, struct err *err);

/* Does some point of the study have this part? Call it after study_settle. */
bool study_has(const struct study *s, size_t part);

/* The values that points of the study can have, for metric_exists. Call it after study_settle. If
 * axes depend on each other, the scope may be too large but never too small. */
void study_scope(const struct study *s, struct metric_scope *out);

/* Does a point meet all constraints? */
bool study_allows(const struct study *s, const struct design *d, const struct metrics *m);

/* Does a point have this value of a parameter, whose value in the base design is `base`? */
bool study_can_be(const struct study *s, const char *path, double base, double value);

/* Number of limits of a point: one for the limits of the model (memory, latency), then the
 * constraints, then the package. */
static inline size_t study_package_limit(const struct study *s)
{
    return 1 + s->constraints;
}

static inline size_t study_limits(const struct study *s)
{
    return study_package_limit(s) + 1;
}

/* By how much device i of `d` exceeds each limit, relative to the limit: positive only if the limit
 * is exceeded, infinite if the excess cannot be measured. The other parts of the design are those
 * of `like`; m has the verdict of the model. */
void study_excess(const struct study *s, const struct design *like, const struct devices *d,
                  const struct metrics_lanes *m, size_t i, double *excess);

/* Makes the verdict of a point that exceeds a constraint VERDICT_CONSTRAINT, unless it has one. */
static inline void study_judge(const struct study *s, const double *excess, double *verdict)
{
    for (size_t i = 0; i < s->constraints && *verdict == VERDICT_OK; i++)
        if (excess[1 + i] > 0)
            *verdict = VERDICT_CONSTRAINT;
}

/* By how much a value exceeds a constraint, as study_excess. */
double constraint_excess(const struct constraint *r, double value);

/* The value of a point that constraint `i` limits. */
double study_limited(const struct study *s, size_t i, const struct design *d,
                     const struct metrics *m);

/* Reads "metric <= value" and "+metric"; err->text is "WHAT: RIGHT". */
int constraint_parse(struct constraint *out, const char *text, struct err *err);
int objective_parse(struct objective *out, const char *text, struct err *err);

/* Fails if constraint `i` contradicts an earlier one or, for a parameter, if no value in the study
 * meets it. err->text is "WHAT: RIGHT". */
int constraint_check(const struct study *s, size_t i, struct err *err);

#endif
