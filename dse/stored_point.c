#include "dse/stored_point.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "dse/store.h"

/* ---- finding the row ---- */

static int has_point(struct db *db, const struct db_run *run, double point, bool *out,
                     struct err *err)
{
    struct table t;
    char *sql = mem_print("SELECT 1 FROM point WHERE id = (%" PRId64 " << %d | %.0f)", run->id,
                          POINT_BITS, point);
    int rc = db_select(db, sql, NULL, 0, &t, err);
    free(sql);
    if (rc != 0)
        return -1;
    *out = t.rows > 0;
    table_free(&t);
    return 0;
}

static int fail_missing(const struct stored_point_question *q, const struct db_run *run,
                        struct err *err)
{
    uint64_t end = run->first + run->done;
    if (q->point < (double)run->first || q->point >= (double)end)
        return run->done == 0
                   ? fail(err, "%s: --point %.0f: run %s has no points yet: run dse sweep", q->path,
                          q->point, run->name)
                   : fail(err,
                          "%s: --point %.0f: not in run %s: give a point from %" PRIu64
                          " to %" PRIu64,
                          q->path, q->point, run->name, run->first, end - 1);
    if (!strcmp(run->keep, "all"))
        return fail_io(err,
                       "%s: is damaged: point %.0f of run %s is missing: run dse check --repair %s",
                       q->path, q->point, run->name, q->path);
    return fail(
        err,
        "%s: --point %.0f: run %s does not keep it (keep: %s): `dse query` shows those that "
        "it keeps",
        q->path, q->point, run->name, run->keep);
}

/* The only run that has the point. */
static int find_only_run(struct db *db, const struct stored_point_question *q, struct db_run *out,
                         struct err *err)
{
    struct db_run *runs;
    size_t n, found = 0, at = 0;
    char *names = mem_text("");
    int rc = db_runs(db, &runs, &n, err);
    for (size_t i = 0; i < n && rc == 0; i++) {
        bool has;
        rc = has_point(db, &runs[i], q->point, &has, err);
        if (rc != 0 || !has)
            continue;
        char *longer = mem_print("%s%s%s", names, *names ? ", " : "", runs[i].name);
        free(names);
        names = longer;
        at = i;
        found++;
    }
    if (rc == 0 && found > 1)
        rc = fail(err, "%s: --point %.0f: several runs have it: give --run, one of %s", q->path,
                  q->point, names);
    else if (rc == 0 && n > 0 && found == 0)
        rc = fail_missing(q, &runs[n - 1], err);
    else if (rc == 0 && n == 0)
        rc = db_run_find(db, NULL, out, err);
    if (rc == 0) {
        *out = runs[at];
        runs[at] = (struct db_run){0};
    }
    for (size_t i = 0; i < n; i++)
        db_run_free(&runs[i]);
    free(runs);
    free(names);
    return rc;
}

static int find_row(struct db_run *run, struct table *row, struct db *db,
                    const struct stored_point_question *q, struct err *err)
{
    bool has;
    if (!q->run) {
        if (find_only_run(db, q, run, err) != 0)
            return -1;
    } else if (db_run_find(db, q->run, run, err) != 0 ||
               has_point(db, run, q->point, &has, err) != 0) {
        return -1;
    } else if (!has) {
        return fail_missing(q, run, err);
    }
    return db_point(db, run, q->point, row, err);
}

int stored_point_open(struct replay *out, const struct stored_point_question *q,
                      struct catalogue **catalogue, struct err *err)
{
    struct db *db;
    struct db_run run = {0};
    struct table row = {0};
    *out = (struct replay){.point = q->point};
    *catalogue = NULL;
    if (db_open(&db, q->path, DB_READ, err) != 0)
        return -1;
    int rc = find_row(&run, &row, db, q, err);
    if (rc == 0)
        rc = open_run_catalogue(catalogue, db, &run, err);
    if (rc == 0)
        rc = replay_begin(out, &run, *catalogue, err);
    if (rc == 0)
        rc = replay_row(out, &row, err);
    out->run = run;
    out->row = row;
    db_close(db);
    return rc;
}

void stored_point_close(struct replay *r)
{
    cursor_free(&r->cursor);
    study_free(r->whole);
    table_free(&r->row);
    db_run_free(&r->run);
}

/* ---- comparison with the row ---- */

static void print_cell(const struct cell *c, FILE *out)
{
    if (c->kind == CELL_NUMBER)
        fprintf(out, "%.17g", c->number);
    else
        plain_text(c->kind == CELL_TEXT ? c->text : "empty", out);
}

static void print_run(const struct replay *r, FILE *out)
{
    fputs("run ", out);
    plain_text(r->run.name, out);
    fputs(": ", out);
}

size_t stored_point_print_differences(const struct replay *r, FILE *out)
{
    static const char made_by[] = "dse " DSE_VERSION;
    bool other = strcmp(r->run.program, made_by) != 0;
    size_t n = 0;
    if (other) {
        print_run(r, out);
        fputs("was made by ", out);
        plain_text(r->run.program, out);
        fprintf(out, "; this is %s\n", made_by);
    }
    for (size_t i = 0; i < metrics_fields.n; i++) {
        const struct field *f = &metrics_fields.row[i];
        const struct cell *c = replay_difference(r, f);
        if (!c)
            continue;
        double value = field_get(f, &r->metrics);
        const char *word = f->only_words ? field_word(f, value) : NULL;
        print_run(r, out);
        fprintf(out, "point %.0f: %s: ", r->point, f->name);
        print_cell(c, out);
        if (word || isnan(value))
            fprintf(out, " in the store, %s now\n", word ? word : "empty");
        else
            fprintf(out, " in the store, %.17g now\n", value);
        n++;
    }
    return n;
}
