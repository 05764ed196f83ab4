/* Idea: the chosen mapping is a part of the row, so the design is evaluated with that mapping
 * alone; no search is repeated. Invariant: every metric is bit for bit that of the row. */
#include "dse/replay.h"

#include <inttypes.h>
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

static int fail_missing(const struct replay_question *q, const struct db_run *run, struct err *err)
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
static int find_only_run(struct db *db, const struct replay_question *q, struct db_run *out,
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

static int find_row(struct replay *out, struct db *db, const struct replay_question *q,
                    struct err *err)
{
    bool has;
    if (!q->run) {
        if (find_only_run(db, q, &out->run, err) != 0)
            return -1;
    } else if (db_run_find(db, q->run, &out->run, err) != 0 ||
               has_point(db, &out->run, q->point, &has, err) != 0) {
        return -1;
    } else if (!has) {
        return fail_missing(q, &out->run, err);
    }
    return db_point(db, &out->run, q->point, &out->row, err);
}

/* ---- the design of the row ---- */

/* The cell of a path; NULL if the store has no such column or no value. */
static const struct cell *cell_of(const struct table *row, const char *path)
{
    for (size_t i = 0; i < row->columns; i++) {
        const char *a = row->header[i], *b = path;
        while (*a && (*a == *b || (*a == '_' && *b == '.')))
            a++, b++;
        if (!*a && !*b)
            return row->cell[i].kind == CELL_NULL ? NULL : &row->cell[i];
    }
    return NULL;
}

static int put_axis(struct replay *r, const struct axis *a, struct err *err)
{
    const struct cell *c = cell_of(&r->row, a->path);
    if (!c)
        return 0; /* the index gives it, or the mapping */
    if (!cursor_take(&r->cursor, a, c) && a->part != PART_PLAN)
        return fail_io(err,
                       "run %s: point %.0f: %s is no value of its study: is the store damaged?",
                       r->run.name, r->point, a->path);
    return 0;
}

/* A stored number of `from`, which is a struct of doubles; NAN if the row has none. */
static double stored(const struct replay *r, const struct field *f, const char *section)
{
    char *path = mem_print("%s%s%s", section, *section ? "." : "", f->name);
    const struct cell *c = cell_of(&r->row, path);
    free(path);
    return c && c->kind == CELL_NUMBER ? c->number : NAN;
}

/* The stored mapping; what the row lacks is left to evaluation. */
static void fix_mapping(const struct replay *r, struct design *d)
{
    struct plan plan = d->plan;
    struct metrics m;
    for (size_t i = 0; i < plan_fields.n; i++) {
        const struct field *f = &plan_fields.row[i];
        double value = stored(r, f, plan_fields.section);
        if (!isnan(value))
            field_put(f, &plan, value);
    }
    for (size_t i = 0; i < metrics_fields.n; i++)
        field_put(&metrics_fields.row[i], &m, stored(r, &metrics_fields.row[i], ""));
    design_fix_mapping(d, &plan, &m);
}

static int evaluate_row(struct replay *r, struct err *err)
{
    const struct study *s = r->study;
    struct cursor *c = &r->cursor;
    double index = r->point - (double)s->first;
    /* A point of a strategy that proposes points has no index to seek. */
    bool ranked = s->strategy->ranks && index >= 0 && index < (double)s->size;
    cursor_seek(c, s, ranked ? (uint64_t)index : 0);
    for (size_t i = 0; i < s->axes; i++)
        if (put_axis(r, &s->axis[i], err) != 0)
            return -1;
    const struct design asked = c->design;
    fix_mapping(r, &c->design);
    c->fresh = false;
    cursor_evaluate(c, &r->metrics, &r->plan);
    /* Constraints on the mapping are about what was asked for. */
    if (r->metrics.verdict == VERDICT_OK || r->metrics.verdict == VERDICT_CONSTRAINT)
        r->metrics.verdict = study_allows(s, &asked, &r->metrics) ? VERDICT_OK : VERDICT_CONSTRAINT;
    return 0;
}

static int choose_scenario(struct replay *r, struct err *err)
{
    const struct cell *scenario = cell_of(&r->row, "scenario");
    r->study = r->whole;
    return scenario && scenario->kind == CELL_TEXT
               ? study_find_scenario(r->whole, scenario->text, &r->study, err)
               : 0;
}

static int open_run_study(struct replay *r, const struct db_run *run, struct catalogue *c,
                          struct err *err)
{
    return study_parse_in(&r->whole, run->folder, run->name, run->spec, c, err);
}

int replay_begin(struct replay *out, const struct db_run *run, struct catalogue *c, struct err *err)
{
    *out = (struct replay){.run = {.name = run->name, .program = run->program}};
    return open_run_study(out, run, c, err);
}

int replay_row(struct replay *r, const struct table *row, struct err *err)
{
    r->row = *row;
    r->point = table_number_at(row, 0, "point");
    return choose_scenario(r, err) != 0 ? -1 : evaluate_row(r, err);
}

void replay_end(struct replay *r)
{
    cursor_free(&r->cursor);
    study_free(r->whole);
}

int replay_open(struct replay *out, const struct replay_question *q, struct catalogue **catalogue,
                struct err *err)
{
    struct db *db;
    *out = (struct replay){.point = q->point};
    *catalogue = NULL;
    if (db_open(&db, q->path, DB_READ, err) != 0)
        return -1;
    int rc = find_row(out, db, q, err);
    if (rc == 0)
        rc = open_run_catalogue(catalogue, db, &out->run, err);
    if (rc == 0)
        rc = open_run_study(out, &out->run, *catalogue, err);
    if (rc == 0)
        rc = choose_scenario(out, err);
    if (rc == 0)
        rc = evaluate_row(out, err);
    db_close(db);
    return rc;
}

void replay_close(struct replay *r)
{
    cursor_free(&r->cursor);
    study_free(r->whole);
    table_free(&r->row);
    db_run_free(&r->run);
}

/* ---- comparison with the row ---- */

static bool is_stored(const struct field *f, double value, const struct cell *c)
{
    const char *word = f->only_words ? field_word(f, value) : NULL;
    return c->kind == CELL_NULL   ? isnan(value)
           : c->kind == CELL_TEXT ? word && !strcmp(word, c->text)
                                  : c->number == value;
}

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

/* The cell of metric `f` in the row, if the program computes another value now; else NULL. */
static const struct cell *differing(const struct replay *r, const struct field *f)
{
    size_t k = 0;
    while (k < r->row.columns && strcmp(r->row.header[k], f->name) != 0)
        k++;
    return k == r->row.columns || is_stored(f, field_get(f, &r->metrics), &r->row.cell[k])
               ? NULL
               : &r->row.cell[k];
}

bool replay_is_equal(const struct replay *r)
{
    for (size_t i = 0; i < metrics_fields.n; i++)
        if (differing(r, &metrics_fields.row[i]))
            return false;
    return true;
}

size_t replay_print_differences(const struct replay *r, FILE *out)
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
        const struct cell *c = differing(r, f);
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
