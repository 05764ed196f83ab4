/* Gathers the two sides of a contest from a study: all its hardware, each at the best mapping and
 * workload values that are not held fixed. */
#ifndef REPORTS_PAYOFF_PAYOFF_DESIGNS_H
#define REPORTS_PAYOFF_PAYOFF_DESIGNS_H

#include "reports/payoff/payoff_comparison.h"
#include "search/study.h"

/* A value held fixed: of a swept axis, by one of its names or any number; of another parameter, or
 * of a price as `prices.NAME`, any number. '_' may stand for '.' in the path. */
struct setting {
    const char *path;
    const char *text; /* NULL: the number */
    double number;
};

/* One workload of a mix: what tells it from the others, and its share of the tokens. */
struct job_of {
    const struct setting *set;
    size_t n;
    double weight;
};

/* A single job without settings is everything that `set` leaves. Hardware (chip, engine,
 * plan.devices) must do every job. `engine` names the only engine of the side with one, NULL: all.
 * Contenders far behind the best of their side are left out. 0, or -1 if a path or name is not
 * known (STATUS_INPUT) or it takes over SIDES_DESIGNS_MOST designs. contest_free(out). */
int sides_gather(struct contest *out, const struct study *s, const struct setting *set, size_t n,
                 const struct job_of *jobs, size_t n_jobs, const char *engine, enum budget budget,
                 struct err *err);

enum { SIDES_DESIGNS_MOST = 200000 };

/* Do both name the same, '_' standing for '.' in either? */
bool path_is(const char *path, const char *given);

/* Reads `text` as a value of `path`: a name of the catalogue, a word or a number with its unit. The
 * setting borrows both. */
int setting_parse(struct setting *out, const char *path, const char *text, struct err *err);

/* Is `path` one that a setting may name, with a number? Fills its field: unit, range, whole. */
int setting_check(const char *path, const struct field **field, struct err *err);

/* The value that the study's first design has at a path. */
double setting_value(const struct study *s, const char *path);

#endif
