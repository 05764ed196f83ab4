/* dse sensitivity: which axes of a study matter to which metrics. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "dse/command.h"
#include "dse/terminal.h"
#include "dse/store.h"
#include "search/study_problem.h"
#include "search/strategies/sensitivity.h"

enum { METRICS_MOST = 64 };

struct job {
    const struct study *study;
    struct explore *explore;
    const struct columns *columns;
    size_t jobs, metrics;
    size_t metric[METRICS_MOST]; /* columns; SIZE_MAX: 1 if the point is feasible, else 0 */
    struct cursor *cursor;
};

static void price(void *ctx, size_t n, const double *x, double *y)
{
    const struct job *j = ctx;
    size_t axes = j->study->axes, stride = j->columns->stride, verdict = 0;
    double *genes = mem_alloc(n * axes + 1, sizeof *genes);
    double *rows = mem_alloc(n * stride, sizeof *rows);

    while (strcmp(j->columns->column[verdict].name, "verdict") != 0)
        verdict++;
    for (size_t i = 0; i < n * axes; i++)
        genes[i] = gene_at(&j->explore->gene[i % axes], x[i]);
    sweep_points(j->study, j->columns, &(struct point_list){.n = n, .genes = genes, .rows = rows},
                 j->cursor, j->jobs);
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < j->metrics; k++)
            y[i * j->metrics + k] = j->metric[k] == SIZE_MAX
                                        ? rows[i * stride + verdict] == VERDICT_OK
                                        : rows[i * stride + j->metric[k]];
    free(genes);
    free(rows);
}

static const char *metric_name(const struct job *j, size_t k)
{
    return j->metric[k] == SIZE_MAX ? "feasible" : j->columns->column[j->metric[k]].name;
}

static int add_metric(struct job *j, const char *name, struct err *err)
{
    bool feasible = !strcmp(name, "feasible");
    struct metric_scope scope;
    struct err inner;
    const struct field *f = feasible ? NULL : metric_number(name, &inner);
    size_t at = 0;
    if (!f && !feasible)
        return fail(err, "dse sensitivity: --metrics: %s", inner.text);
    study_scope(j->study, &scope);
    if (f && !metric_exists(f, &scope, &inner))
        return fail(err, "dse sensitivity: --metrics: %s", inner.text);
    while (f && strcmp(j->columns->column[at].name, f->name) != 0)
        at++;
    for (size_t k = 0; k < j->metrics; k++)
        if (j->metric[k] == (f ? at : SIZE_MAX))
            return 0;
    if (j->metrics == METRICS_MOST)
        return fail(err, "dse sensitivity: --metrics: too many: give at most %d", METRICS_MOST);
    j->metric[j->metrics++] = f ? at : SIZE_MAX;
    return 0;
}

/* The metrics of --metrics, else the objectives, else throughput and cost; feasibility always. */
static int choose_metrics(struct job *j, const char *list, struct err *err)
{
    int rc = 0;
    if (list) {
        char *copy = mem_text(list);
        for (char *at = copy, *next; rc == 0 && at; at = next) {
            next = strchr(at, ',');
            if (next)
                *next++ = '\0';
            rc = add_metric(j, at, err);
        }
        free(copy);
        return rc;
    }
    for (size_t i = 0; i < j->study->objectives && rc == 0; i++)
        rc = add_metric(j, j->study->objective[i].metric->name, err);
    if (j->metrics == 0)
        rc = add_metric(j, "tokens_per_s", err) || add_metric(j, "system_cost_usd", err) ? -1 : 0;
    return rc == 0 ? add_metric(j, "feasible", err) : rc;
}

static int store(const struct args *a, const struct job *j, const struct sensitivity *s,
                 const struct effect *effect, struct err *err)
{
    const struct study *of = j->study;
    char *path = store_path(a), hash[17];
    char *name = of->whole == of ? mem_text(of->name) : mem_print("%s/%s", of->name, of->scenario);
    size_t n = j->metrics * s->inputs;
    struct db_effect *row = mem_alloc(n + 1, sizeof *row);
    struct db *db;

    store_hash(j->study->text, hash);
    for (size_t i = 0; i < n; i++) {
        const struct effect *e = &effect[i];
        row[i] = (struct db_effect){.study = name,
                                    .spec_hash = hash,
                                    .metric = metric_name(j, i / s->inputs),
                                    .axis = j->study->axis[i % s->inputs].path,
                                    .morris_mean = e->mean,
                                    .morris_deviation = e->deviation,
                                    .first = e->first.value,
                                    .first_low = e->first.low,
                                    .first_high = e->first.high,
                                    .total = e->total.value,
                                    .total_low = e->total.low,
                                    .total_high = e->total.high,
                                    .points = (double)s->points,
                                    .seed = (double)s->seed};
    }
    int rc = db_open(&db, path, DB_WRITE, err);
    if (rc == 0) {
        rc = db_put_effects(db, row, n, err);
        if (rc == 0)
            rc = db_finish(db, err);
        else
            db_discard(db);
    }
    free(row);
    free(name);
    free(path);
    return rc;
}

/* The answer: the effects of one or several scenarios. */
struct answer {
    struct table t;
    bool by_scenario;
};

static void begin(struct answer *out, bool by_scenario)
{
    static const char *const header[] = {"scenario",   "metric",     "axis",      "total",
                                         "total_low",  "total_high", "first",     "first_low",
                                         "first_high", "morris",     "deviation", "points_used"};
    out->by_scenario = by_scenario;
    table_begin(&out->t, header + !by_scenario, LEN(header) - !by_scenario);
}

static void fill(struct answer *out, const struct job *j, const struct sensitivity *s,
                 const struct effect *effect, const double *used)
{
    struct table *t = &out->t;
    for (size_t k = 0; k < j->metrics; k++)
        for (size_t i = 0; i < s->inputs; i++) {
            const struct effect *e = &effect[k * s->inputs + i];
            if (out->by_scenario)
                table_text(t, j->study->scenario);
            table_text(t, metric_name(j, k));
            table_text(t, j->study->axis[i].path);
            const double v[] = {e->total.value, e->total.low, e->total.high,
                                e->first.value, e->first.low, e->first.high,
                                e->mean,        e->deviation, used[k] * (double)s->points};
            for (size_t c = 0; c < LEN(v); c++)
                table_number(t, v[c]);
        }
}

static int analyse(struct answer *out, const struct args *a, const struct study *study,
                   double points, double jobs, struct err *err)
{
    struct columns *columns = mem_alloc(1, sizeof *columns);
    struct explore *explore = mem_alloc(1, sizeof *explore);
    struct job j = {.study = study, .columns = columns, .explore = explore, .jobs = (size_t)jobs};
    struct sensitivity s = {.inputs = study->axes,
                            .paths = (size_t)fmax(10, points / 16),
                            .points = (size_t)points,
                            .seed = (uint64_t)study->seed};

    columns_make(columns, study);
    explore_make(explore, study, columns);
    j.cursor = mem_alloc(j.jobs, sizeof *j.cursor);
    int rc = choose_metrics(&j, args_value(a, "--metrics"), err);
    if (rc == 0) {
        s.outputs = j.metrics;
        struct effect *effect = mem_alloc(s.inputs * s.outputs, sizeof *effect);
        double used[METRICS_MOST];
        sensitivity_run(&s, price, &j, effect, used);
        rc = store(a, &j, &s, effect, err);
        if (rc == 0)
            fill(out, &j, &s, effect, used);
        free(effect);
    }
    for (size_t i = 0; i < j.jobs; i++)
        cursor_free(&j.cursor[i]);
    free(j.cursor);
    free(explore);
    free(columns);
    return rc;
}

/* The scenario of --scenario; NULL: all. */
static int choose_scenario(const struct args *a, struct study *base, struct study **out,
                           struct err *err)
{
    const char *name = args_value(a, "--scenario");
    struct err inner;
    *out = NULL;
    if (!name || study_find_scenario(base, name, out, &inner) == 0)
        return 0;
    return fail(err, "dse sensitivity: --scenario: %s", inner.text);
}

/* Analyses one scenario, or (NULL) all that have axes. */
static int analyse_all(const struct args *a, struct study *base, struct study *only,
                       struct answer *out, double points, double jobs, struct err *err)
{
    size_t scenarios = only ? 1 : study_scenarios(base), analysed = 0;
    double seed;
    for (size_t i = 0; i < scenarios; i++) {
        struct study *s = only ? only : study_scenario(base, i);
        if (s->axes == 0)
            continue;
        if (args_whole(a, "--seed", 0, 9007199254740992.0, s->seed, &seed, err) != 0)
            return -1;
        s->seed = seed;
        if (analyse(out, a, s, points, jobs, err) != 0)
            return -1;
        analysed++;
    }
    return analysed ? 0
                    : fail(err, "%s: sweep: no axis varies: give at least one with several values",
                           a->argument[0]);
}

static int run(const struct args *a, struct err *err)
{
    struct catalogue *catalogue;
    struct study *base, *only;
    struct answer answer;
    enum format format;
    double jobs, points;
    int rc = -1;

    if (args_format(a, FORMAT_TABLE, &format, err) != 0 || args_jobs(a, &jobs, err) != 0 ||
        args_whole(a, "--points", 16, 1e6, 1024, &points, err) != 0 ||
        open_catalogue(&catalogue, err) != 0)
        return -1;
    if (open_study(&base, a->argument[0], catalogue, err) == 0) {
        if (choose_scenario(a, base, &only, err) == 0) {
            begin(&answer, !only && base->overlays > 0);
            rc = analyse_all(a, base, only, &answer, points, jobs, err);
            if (rc == 0)
                print_table(&answer.t, format, answer.by_scenario ? 3 : 2);
            table_free(&answer.t);
        }
        study_free(base);
    }
    catalogue_close(catalogue);
    return rc;
}

static const struct option options[] = {
    {"--db", "FILE", "the store; default: the study's file name with .db, in this folder"},
    {"--scenario", "NAME", "this scenario of the study; default: all"},
    {"--metrics", "A,B", "metrics to analyse; default: the objectives, and feasibility"},
    {"--points", "N", "base points; each axis takes N more evaluations; default 1024"},
    JOBS_OPTION,
    {"--seed", "S", "random seed; default: the study's"},
    {"--format", "table|csv|json|md", "table (default), csv, json, md"},
    {NULL, NULL, NULL},
};

const struct command cmd_sensitivity = {
    .name = "sensitivity",
    .arguments = "STUDY.yaml",
    .least = 1,
    .most = 1,
    .summary = "which axes of a study matter to which metrics (Morris, Sobol')",
    .example = "  dse sensitivity dse/studies/attention-payoff.yaml --metrics tokens_per_s",
    .options = options,
    .run = run,
};
