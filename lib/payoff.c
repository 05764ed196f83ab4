/* The pay-off of a run. */
#include <stdint.h>
#include <stdlib.h>

#include "base/field.h"
#include "base/mem.h"
#include "lib/call.h"
#include "lib/handle.h"
#include "lib/json_text.h"
#include "lib/options.h"
#include "lib/payoff_data.h"
#include "lib/stored_run.h"
#include "reports/payoff/payoff_model.h"
#include "reports/payoff/payoff_stop.h"
#include "reports/payoff/payoff_table.h"

struct writing {
    enum format format;
    FILE *out;
    size_t parts;
};

/* Writes a part of the answer, and frees it. */
static void write_part(struct writing *w, const char *name, struct table *part)
{
    if (w->format == FORMAT_JSON)
        fprintf(w->out, ", \"%s\": ", name);
    else if (w->parts > 0)
        fputs("\n", w->out);
    table_write(part, w->format, w->out);
    table_free(part);
    w->parts++;
}

static void write_groups(struct writing *w, const struct payoff *p, const char *groups,
                         const char *stops)
{
    struct table part;
    payoff_table(p, &part);
    write_part(w, groups, &part);
    payoff_stop_table(p, &part);
    write_part(w, stops, &part);
}

void payoff_data_write(const struct payoff *p, const struct payoff *engines, enum format format,
                       FILE *out)
{
    struct writing w = {format, out, 0};
    struct table part;
    if (format == FORMAT_JSON)
        fprintf(out, "{\"of\": \"%s\", \"budget\": \"%s\"", subject_or_engine(p->of)->path,
                budget_text[p->budget]);
    write_groups(&w, p, "groups", "stops");
    payoff_swing_table(p, SIZE_MAX, &part);
    write_part(&w, "constants", &part);
    payoff_pair_table(p, SIZE_MAX, &part);
    write_part(&w, "pairs", &part);
    if (p->none) {
        payoff_note_table(p, &part);
        write_part(&w, "note", &part);
    }
    if (engines)
        write_groups(&w, engines, "engines", "engine_stops");
    if (format == FORMAT_JSON)
        fputs("}\n", out);
}

static void write_json(const void *payoff, FILE *out)
{
    payoff_data_write(payoff, NULL, FORMAT_JSON, out);
}

/* Reads the options that are about the question. */
static int read_question(struct payoff_question *q, const char *const *options, struct err *err)
{
    static const char *const known[] = {"run", "by",   "over", "where", "budget",
                                        "of",  "runs", "jobs", NULL};
    const char *budget = options_value(options, "budget");
    struct err inner;
    double classes;
    *q = (struct payoff_question){.by = options_value(options, "by"),
                                  .over = options_value(options, "over"),
                                  .runs = options_value(options, "runs"),
                                  .depth = DEPTH_ALL};
    if (options_check(options, known, err) != 0 || options_jobs(options, &q->jobs, err) != 0)
        return -1;
    if (budget && budget_parse(budget, &q->budget, &inner) != 0)
        return fail(err, "budget: %s", inner.text);
    if (!(q->of = payoff_subject_named(options_value(options, "of"), &inner)))
        return fail(err, "of: %s", inner.text);
    if (q->runs && !subject_is_engine(q->of))
        return fail(err, "runs: is about engines: leave it out, or of");
    if (q->runs && field_parse(field_find(engine_fields, "runs"), q->runs, &classes, &inner) != 0)
        return fail(err, "runs: %s", inner.text);
    return 0;
}

static int answer(const struct stored_run *r, struct payoff_question *q, struct catalogue *c,
                  char **json, struct err *err)
{
    struct payoff p;
    struct payoff_study *study = NULL;
    struct err inner;
    /* If files of the study are missing, the grid alone answers. */
    if (payoff_study_open(&study, &r->run, c, &inner) != 0) {
        study = NULL;
        if (inner.status == STATUS_IO) {
            *err = inner;
            return -1;
        }
    }
    q->study = q->where ? NULL : study;
    q->seed = r->run.seed;
    int rc = -1;
    if (q->runs && !q->study)
        fail(err,
             "runs: evaluates new points, but this run's study cannot be read here or where was "
             "given: leave it out");
    else if (q->runs) {
        if ((rc = payoff_of_model(&p, r->db, &r->run, q, err)) == 0)
            payoff_scan_swept(&p, q);
    } else
        rc = payoff_make(&p, r->db, &r->run, q, err);
    if (rc == 0) {
        rc = json_text_of(json, write_json, &p, err);
        payoff_free(&p);
    }
    payoff_study_close(study);
    return rc;
}

static int payoff_of(const dse_catalogue *catalogue, const char *path, const char *const *options,
                     char **json, struct err *err)
{
    struct payoff_question q;
    struct stored_run r;
    struct catalogue *c = NULL;
    char *where = NULL;
    *json = NULL;
    if (read_question(&q, options, err) != 0 ||
        stored_run_open(&r, path, options_value(options, "run"), err) != 0)
        return -1;
    const char *condition = options_value(options, "where");
    int rc = condition ? db_where(r.db, condition, &where, err) : 0;
    q.where = where;
    if (rc == 0)
        rc = catalogue_open(&c, catalogue->folder, err);
    if (rc == 0)
        rc = run_files_give(c, r.db, &r.run, err);
    if (rc == 0)
        rc = answer(&r, &q, c, json, err);
    catalogue_close(c);
    free(where);
    stored_run_close(&r);
    return rc;
}

int dse_payoff(dse_catalogue *catalogue, const char *path, const char *const *options, char **json,
               dse_error *error)
{
    CALL(error, payoff_of(catalogue, path, options, json, &call.err));
}
