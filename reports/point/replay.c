/* Idea: the chosen mapping is a part of the row, so the design is evaluated with that mapping
 * alone; no search is repeated. Invariant: every metric is bit for bit that of the row. */
#include "reports/point/replay.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

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

int replay_begin(struct replay *out, const struct db_run *run, struct catalogue *c, struct err *err)
{
    *out = (struct replay){.run = {.name = run->name, .program = run->program}};
    return study_parse_in(&out->whole, run->folder, run->name, run->spec, c, err);
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

/* ---- comparison with the row ---- */

static bool is_stored(const struct field *f, double value, const struct cell *c)
{
    const char *word = f->only_words ? field_word(f, value) : NULL;
    return c->kind == CELL_NULL   ? isnan(value)
           : c->kind == CELL_TEXT ? word && !strcmp(word, c->text)
                                  : c->number == value;
}

const struct cell *replay_difference(const struct replay *r, const struct field *f)
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
        if (replay_difference(r, &metrics_fields.row[i]))
            return false;
    return true;
}
