/* libdse: the accelerator design-space explorer as a library.
 *
 * A study (docs/study.md: model, chip, engine, workload, plan, precision, axes) is read from YAML
 * or JSON, changed value by value, evaluated at one point or at many, swept, and asked for fronts
 * and for the points where an attention engine stops paying off. Numbers are doubles in SI units
 * (B, s, FLOP/s, W, USD); names are those of `dse list parameters` and `dse list metrics`. Results
 * in JSON are those of the program `dse`, byte for byte.
 *
 *     dse_catalogue *catalogue;
 *     dse_study *study;
 *     dse_error error;
 *     char *json;
 *     const char *const set[] = {"model=deepseek-r1", "workload.tpot=50 ms", NULL};
 *     if (dse_catalogue_open(&catalogue, NULL, &error) ||
 *         dse_study_open(&study, catalogue, NULL, &error) || dse_study_set(study, set, &error) ||
 *         dse_evaluate(study, NULL, &json, &error))
 *         fprintf(stderr, "%s\n", error.text);
 *
 * Every function that can fail returns DSE_DONE or another status, and then fills `error`, which
 * may be NULL. The library prints nothing, never exits, has no state of its own, and handles no
 * signals. If memory runs out it returns DSE_FAILED; what the call had allocated is then lost.
 *
 * Threads: one catalogue and its studies may be used by several threads at once, but not while one
 * of them changes (dse_study_set) or closes what another uses. Functions with the option `jobs`
 * start and join threads of their own; results do not depend on their number.
 *
 * Options are texts "name=value" in an array that ends with NULL, or NULL: the options of the
 * command of the same name, without dashes. An unknown one is an error.
 *
 * Who frees: texts that a function returns through a pointer are freed by dse_free; others belong
 * to the library and live as long as what they describe. */
#ifndef DSE_H
#define DSE_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif
#ifdef __GNUC__
#pragma GCC visibility push(default)
#endif

typedef struct dse_catalogue dse_catalogue;
typedef struct dse_study dse_study;

enum {
    DSE_DONE = 0,
    DSE_FAILED = 1, /* disk, damaged store, memory */
    DSE_INPUT = 2,  /* what was given is wrong */
    DSE_STOPPED = 3 /* a callback asked to stop */
};

typedef struct dse_error {
    int status;      /* DSE_FAILED or DSE_INPUT */
    char text[4096]; /* a line per mistake: FILE:LINE:COLUMN: path: what is wrong: what would be
                        right */
} dse_error;

/* "0.1.0": major, minor and patch. The symbols of a minor version stay in the next ones. */
const char *dse_version(void);

/* Frees a text that the library returned; NULL is allowed. */
void dse_free(void *text);

/* ---- the catalogue: models, chips, engines, prices ---- */

/* Opens the catalogue in `folder`; NULL: the folder in the environment variable DSE_CATALOGUE, or
 * that installed with the library. Close it after its studies. */
int dse_catalogue_open(dse_catalogue **out, const char *folder, dse_error *error);
void dse_catalogue_close(dse_catalogue *catalogue); /* NULL is allowed */

/* What `dse list WHAT --format json` prints: an array of objects. `what`: models, chips, engines,
 * layers, parameters, metrics, strategies, prices, calibrations, figures. */
int dse_list(dse_catalogue *catalogue, const char *what, char **json, dse_error *error);

/* ---- studies ---- */

/* Reads the study at `path`; NULL: all defaults, deepseek-r1 on b200. */
int dse_study_open(dse_study **out, dse_catalogue *catalogue, const char *path, dse_error *error);

/* Reads a study from `text`, YAML or JSON; names its first mistake. `name` stands for the file in
 * messages; relative paths start at `folder` ("" or NULL: the current one). */
int dse_study_parse(dse_study **out, dse_catalogue *catalogue, const char *text, const char *name,
                    const char *folder, dse_error *error);
void dse_study_close(dse_study *study); /* NULL is allowed */

/* Sets values in every scenario, as `--set`, an array of texts that ends with NULL:
 * "model=gpt3-175b", "workload.tpot=50 ms", "prices.hbm4_usd_per_gb=18". They are checked together.
 * A value of an axis removes the axis. After a failure the study can only be closed. */
int dse_study_set(dse_study *study, const char *const *assignments, dse_error *error);

const char *dse_study_name(const dse_study *study);

/* Number of points of all scenarios: that of the grid, or the budget of another strategy. */
uint64_t dse_study_points(const dse_study *study);

/* ---- points ---- */

/* Evaluates the first point of a study, without axes its only one, in `scenario` (NULL: the base).
 * `json`: the object that `dse eval --format json` prints: verdict, metrics, parameters, operators.
 * An infeasible point is a result, with its reason. */
int dse_evaluate(dse_study *study, const char *scenario, char **json, dse_error *error);

/* One parameter, or one catalogue name, of many points. */
typedef struct dse_column {
    const char *name;        /* "chip.memory_byte_per_s", "engine", "prices.hbm4_usd_per_gb" */
    const double *number;    /* [points], SI units; NAN leaves the value of the study. Or NULL: */
    const int32_t *code;     /* [points]: the value is text[code]; -1 leaves that of the study */
    const char *const *text; /* [texts]: "b200", "8 TB/s", "bf16" */
    size_t texts;
} dse_column;

/* Evaluates `points` points, each the base design of the study (its axes are ignored) with the
 * values of the `columns` columns: names of the catalogue first, then single values. `out`
 * [wanted][points] gets the metrics called `metric`[wanted], or the chosen mapping as "plan.tp"
 * ...; NAN where there is no such value. A metric with words, such as `verdict` and `limit`, is a
 * number that dse_word translates. Points that differ only in chip, engine and prices are evaluated
 * together, in whatever order they come. Options: jobs (default: all processors). */
int dse_evaluate_many(dse_study *study, size_t points, size_t columns, const dse_column *column,
                      size_t wanted, const char *const *metric, double *out,
                      const char *const *options, dse_error *error);

/* The word for a value of a metric or parameter: "ok" for verdict 0. NULL if it has none. */
const char *dse_word(const char *name, double value);

/* ---- sweeps ---- */

/* The columns of the rows of a sweep, as a JSON array of {"name", "unit", "texts"}: a value of a
 * column with texts is an index into them, else a number in the unit. */
int dse_sweep_columns(dse_study *study, char **json, dse_error *error);

/* Receives `rows` points as value[rows][columns], in ascending order from the thread that called
 * dse_sweep. Points are numbered as in a store. Not 0: stop. */
typedef int (*dse_rows)(void *context, uint64_t first, size_t rows, size_t columns,
                        const double *value);

/* Evaluates the points of a study, all scenarios, without a store: its grid, or what its strategy
 * asks for; not `exact`, which evaluates bounds instead of points, and not what another program
 * answers (search.evaluator). Returns DSE_STOPPED if `take` does. Options: jobs, and of a grid
 * shard=I/N. */
int dse_sweep(dse_study *study, dse_rows take, void *context, const char *const *options,
              dse_error *error);

/* ---- fronts and pay-off ---- */

/* Sets on_front[i] to 1 if no row of value[n][objectives] dominates row i, else 0. sense[k]: +1
 * more is better, -1 less is better. Of equal rows all are on the front, rows with NAN never. */
int dse_pareto(size_t n, size_t objectives, const double *value, const int *sense,
               unsigned char *on_front, dse_error *error);

/* The front of a run in the store at `path`, as `dse pareto --format json` prints it. Options: run,
 * by, over, objectives, where. */
int dse_front(const char *path, const char *const *options, char **json, dse_error *error);

/* When an attention engine pays off, from the store at `path`, as `dse payoff --format json` prints
 * it: {"of", "budget", "groups", "stops", "constants", "pairs"}. `catalogue` gives what the store
 * did not keep. Options: run, by, over, where, budget, of, runs, jobs. */
int dse_payoff(dse_catalogue *catalogue, const char *path, const char *const *options, char **json,
               dse_error *error);

#ifdef __GNUC__
#pragma GCC visibility pop
#endif
#ifdef __cplusplus
}
#endif

#endif
