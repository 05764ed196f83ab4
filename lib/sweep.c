/* Sweeps into a callback. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "lib/call.h"
#include "lib/handle.h"
#include "lib/json_text.h"
#include "lib/options.h"
#include "reports/write.h"
#include "search/study_problem.h"

static void write_columns(const void *what, FILE *out)
{
    const struct columns *c = what;
    for (size_t i = 0; i < c->n; i++) {
        fprintf(out, "%s{\"name\": ", i ? ",\n" : "[");
        json_text(c->column[i].name, out);
        fputs(", \"unit\": ", out);
        json_text(c->column[i].unit, out);
        for (size_t k = 0; c->column[i].texts && k < c->column[i].n_texts; k++) {
            fputs(k ? ", " : ", \"texts\": [", out);
            json_text(c->column[i].texts[k], out);
        }
        fputs(c->column[i].texts ? "]}" : "}", out);
    }
    fputs("]\n", out);
}

/* Scenarios have the same columns, but for those that exist only with calibrated timing. */
static int same_columns(const dse_study *study, struct columns *whole, struct err *err)
{
    struct columns *other = mem_alloc(1, sizeof *other);
    size_t different = 0;
    columns_make(whole, study->whole);
    for (size_t i = 1; i < study_scenarios(study->whole) && !different; i++) {
        columns_make(other, study_scenario(study->whole, i));
        different = other->n != whole->n ? i : 0;
    }
    free(other);
    return different ? fail(err,
                            "scenario %s: has other metrics than the base, since its timing is "
                            "another: sweep it as a study of its own",
                            study_scenario(study->whole, different)->scenario)
                     : 0;
}

static int columns_json(dse_study *study, char **json, struct err *err)
{
    *json = NULL;
    if (study_check(study, err) != 0)
        return -1;
    struct columns *c = mem_alloc(1, sizeof *c);
    int rc = same_columns(study, c, err);
    if (rc == 0)
        rc = json_text_of(json, write_columns, c, err);
    free(c);
    return rc;
}

int dse_sweep_columns(dse_study *study, char **json, dse_error *error)
{
    CALL(error, columns_json(study, json, &call.err));
}

/* One scenario, and who takes its rows. */
struct sweep {
    const struct study *study;
    const struct columns *columns;
    dse_rows take;
    void *context;
    size_t jobs;
    double *value; /* rows without what follows their columns */
    size_t room;
    bool stopped;
};

static int take_rows(void *ctx, uint64_t first, size_t count, const double *rows)
{
    struct sweep *w = ctx;
    size_t n = w->columns->n;
    if (count > w->room)
        w->value = mem_grow(w->value, (w->room = count) * n, sizeof *w->value);
    for (size_t i = 0; i < count; i++)
        memcpy(w->value + i * n, rows + i * w->columns->stride, n * sizeof *rows);
    w->stopped = w->take(w->context, w->study->first + first, count, n, w->value) != 0;
    return w->stopped;
}

static int sweep_grid(struct sweep *w, struct point_range range, struct err *err)
{
    fail_io(err, "no thread can be started: provide more memory, or allow more processes");
    return sweep_run(w->study, w->columns, range, w->jobs, take_rows, w) == -1 ? -1 : 0;
}

static void ask_and_tell(struct sweep *w)
{
    struct explore *e = mem_alloc(1, sizeof *e);
    explore_make(e, w->study, w->columns);
    struct search *search = search_open(w->study->strategy, &e->problem);
    size_t each = explore_rows(e), width = e->problem.objectives + e->problem.limits, n, room = 0;
    double *rows = NULL, *outcomes = NULL;
    bool *joined = NULL;
    const double *genes;
    while (!w->stopped && (n = search_ask(search, &genes)) > 0) {
        if (n > room) {
            room = n;
            rows = mem_grow(rows, each * room * w->columns->stride, sizeof *rows);
            outcomes = mem_grow(outcomes, each * room * width, sizeof *outcomes);
            joined = mem_grow(joined, room, sizeof *joined);
        }
        explore_price(e, n, genes, rows, outcomes, w->jobs);
        search_tell(search, outcomes, joined);
        if (search_front(search))
            archive_forget(search_front(search));
        take_rows(w, search_number(search, 0), n, rows);
    }
    free(rows);
    free(outcomes);
    free(joined);
    search_close(search);
    explore_free(e);
    free(e);
}

static int read_shard(const char *text, const struct study *s, struct point_range *out,
                      struct err *err)
{
    uint64_t i, n;
    struct err inner;
    *out = (struct point_range){0, study_points(s)};
    if (!text)
        return 0;
    if (shard_parse(text, &i, &n, &inner) != 0)
        return fail(err, "shard: %s", inner.text);
    for (size_t k = 0; k < study_scenarios((struct study *)s); k++)
        if (study_scenario((struct study *)s, k)->strategy != &strategy_grid)
            return fail(err, "shard: the strategy %s asks for all points: leave it out",
                        study_scenario((struct study *)s, k)->strategy->name);
    sweep_shard(s, i, n, &out->first, &out->last);
    return 0;
}

static int sweep(dse_study *study, dse_rows take, void *context, const char *const *options,
                 struct err *err)
{
    static const char *const known[] = {"jobs", "shard", NULL};
    struct sweep w = {.take = take, .context = context};
    struct point_range range;
    struct columns *columns = NULL;
    if (study_check(study, err) != 0 || options_check(options, known, err) != 0 ||
        options_jobs(options, &w.jobs, err) != 0 ||
        read_shard(options_value(options, "shard"), study->whole, &range, err) != 0)
        return -1;
    if (study->whole->evaluator.command)
        return fail(err,
                    "search.evaluator: asks another program: sweep it into a store with dse sweep");
    columns = mem_alloc(1, sizeof *columns);
    w.columns = columns;
    int rc = same_columns(study, columns, err);
    for (size_t i = 0; i < study_scenarios(study->whole) && rc == 0 && !w.stopped; i++) {
        const struct study *s = w.study = study_scenario(study->whole, i);
        struct point_range part = sweep_range_in(s, range);
        columns_make(columns, s);
        if (s->strategy == &strategy_grid)
            rc = part.first < part.last ? sweep_grid(&w, part, err) : 0;
        else if (s->strategy->ranks)
            rc = fail(err,
                      "search.strategy: %s evaluates bounds instead of points: sweep into a "
                      "store, or give another strategy",
                      s->strategy->name);
        else
            ask_and_tell(&w);
    }
    free(w.value);
    free(columns);
    return rc != 0 ? -1 : w.stopped ? DSE_STOPPED : DSE_DONE;
}

int dse_sweep(dse_study *study, dse_rows take, void *context, const char *const *options,
              dse_error *error)
{
    CALL(error, sweep(study, take, context, options, &call.err));
}
