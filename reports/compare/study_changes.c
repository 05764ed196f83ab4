/* Two studies are compared as they were read, so that 192 GB and 0.192 TB are equal. A value that a
 * catalogue entry implies is compared only if both studies name the same entry. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/mem_stream.h"
#include "reports/compare/compare.h"
#include "search/axis.h"

enum { DIGITS = 12, VALUES_SHOWN = 8 };

size_t compared_scenarios(const struct compared_run *r)
{
    return r->alone ? 1 : study_scenarios(r->study);
}

const struct study *compared_scenario(const struct compared_run *r, size_t i)
{
    return i == 0 ? r->study : r->study->overlay[i - 1];
}

const struct study *compared_scenario_named(const struct compared_run *r, const char *name)
{
    for (size_t i = 0; i < compared_scenarios(r); i++)
        if (!strcmp(compared_scenario(r, i)->scenario, name))
            return compared_scenario(r, i);
    return NULL;
}

static void append(char **list, const char *between, const char *text)
{
    char *longer = mem_print("%s%s%s", *list, **list ? between : "", text);
    free(*list);
    *list = longer;
}

static char *value_text(const struct field *f, double value)
{
    char text[64];
    const char *word = field_word(f, value), *unit = strcmp(f->unit, "1") ? f->unit : "";
    return mem_text(word ? word : quantity_text(value, unit, DIGITS, text, sizeof text));
}

/* The values of an axis in one text. */
static char *axis_text(const struct axis *a)
{
    if (a->real) {
        char *from = value_text(a->parameter.field, a->from),
             *to = value_text(a->parameter.field, a->to);
        char *list = mem_print("any from %s to %s%s", from, to, a->log ? ", log" : "");
        free(from);
        free(to);
        return list;
    }
    struct mem_stream text;
    mem_stream_open(&text);
    for (size_t i = 0; i < a->n; i++) {
        char *value =
            a->is_part ? mem_text(a->text[i]) : value_text(a->parameter.field, a->value[i]);
        fprintf(text.out, "%s%s", i ? ", " : "", value);
        free(value);
    }
    return mem_stream_text(&text, NULL);
}

static const struct axis *axis_of(const struct study *s, const char *path)
{
    for (size_t i = 0; i < s->axes; i++)
        if (!strcmp(s->axis[i].path, path))
            return &s->axis[i];
    return NULL;
}

static const char *name_of(const struct study *s, size_t part)
{
    return design_name(&s->base, part);
}

/* Do both studies take the values of a part from the same place? */
static bool is_same_part(const struct study *a, const struct study *b, size_t part)
{
    const char *section = design_parts[part].fields->section;
    return !design_parts[part].named || (!axis_of(a, section) && !axis_of(b, section) &&
                                         !strcmp(name_of(a, part), name_of(b, part)));
}

/* What a study says of a parameter; NULL if that is left to an entry. */
static char *parameter_text(const struct study *s, const struct parameter *p, const char *path,
                            bool implied)
{
    const struct axis *a = axis_of(s, path);
    if (a)
        return axis_text(a);
    if (implied)
        return value_text(p->field, design_get(&s->base, p));
    for (size_t i = 0; i < s->overrides; i++)
        if (s->override[i].parameter.offset == p->offset)
            return value_text(p->field, s->override[i].value);
    return NULL;
}

/* "18 USD", or "18 USD, from 12 USD to 25 USD". */
static char *price_text(const struct study *s, const struct field *f, const char *path)
{
    const struct axis *a = axis_of(s, path);
    if (a)
        return axis_text(a);
    double low = field_get(f, &s->prices.low), high = field_get(f, &s->prices.high);
    char *middle = value_text(f, field_get(f, &s->prices.middle));
    if (low == high)
        return middle;
    char *from = value_text(f, low), *to = value_text(f, high);
    char *text = mem_print("%s, from %s to %s", middle, from, to);
    free(from);
    free(to);
    free(middle);
    return text;
}

/* The rows of one pair of scenarios. */
struct changes {
    struct table *out;
    const char *scenario;
    size_t base_rows; /* rows of the first pair, which later ones do not repeat */
};

static bool is_in_base(const struct changes *c, const char *what, const char *name,
                       const char *first, const char *second)
{
    const struct table *t = c->out;
    for (size_t i = 0; i < c->base_rows; i++)
        if (!strcmp(table_text_at(t, i, "what"), what) &&
            !strcmp(table_text_at(t, i, "name"), name) &&
            !strcmp(table_text_at(t, i, "first"), first ? first : "") &&
            !strcmp(table_text_at(t, i, "second"), second ? second : ""))
            return true;
    return false;
}

/* Long lists of values are cut. */
static char *shown(const char *text)
{
    size_t length = 0, values = 0;
    for (size_t i = 0; text[i]; i++)
        if (!strncmp(text + i, ", ", 2) && ++values == VALUES_SHOWN)
            length = i;
    return length && values >= VALUES_SHOWN + 2
               ? mem_print("%.*s, ... (%zu values)", (int)length, text, values + 1)
               : mem_text(text);
}

static void add_row(struct changes *c, const char *what, const char *name, const char *first,
                    const char *second)
{
    table_text(c->out, c->scenario);
    table_text(c->out, what);
    table_text(c->out, name);
    table_text(c->out, first);
    table_text(c->out, second);
}

/* Adds a row if the texts differ. Takes both. */
static void compare(struct changes *c, const char *what, const char *name, char *first,
                    char *second)
{
    bool same = first && second ? !strcmp(first, second) : !first && !second;
    char *one = first ? shown(first) : NULL, *two = second ? shown(second) : NULL;
    if (!same && one && two && !strcmp(one, two)) { /* they differ where they are cut */
        free(one);
        free(two);
        one = mem_text(first);
        two = mem_text(second);
    }
    if (!same && !is_in_base(c, what, name, one, two))
        add_row(c, what, name, one, two);
    free(one);
    free(two);
    free(first);
    free(second);
}

static void compare_part(struct changes *c, const struct study *a, const struct study *b,
                         size_t part)
{
    const struct fields *fields = design_parts[part].fields;
    bool same = is_same_part(a, b, part);
    if (!study_has(a, part) && !study_has(b, part))
        return;
    if (design_parts[part].named) {
        const struct axis *x = axis_of(a, fields->section), *y = axis_of(b, fields->section);
        compare(c, x || y ? "axis" : "parameter", fields->section,
                x ? axis_text(x) : mem_text(name_of(a, part)),
                y ? axis_text(y) : mem_text(name_of(b, part)));
    }
    for (size_t i = 0; i < fields->n; i++) {
        char path[64];
        const struct parameter p = {&fields->row[i], part,
                                    design_parts[part].offset + fields->row[i].offset};
        design_path(&p, path, sizeof path);
        compare(c, axis_of(a, path) || axis_of(b, path) ? "axis" : "parameter", path,
                parameter_text(a, &p, path, same), parameter_text(b, &p, path, same));
    }
}

static void compare_prices(struct changes *c, const struct study *a, const struct study *b)
{
    for (size_t i = 0; i < prices_fields.n; i++) {
        const struct field *f = &prices_fields.row[i];
        char *path = mem_print("%s.%s", prices_fields.section, f->name);
        compare(c, axis_of(a, path) || axis_of(b, path) ? "axis" : "price", path,
                price_text(a, f, path), price_text(b, f, path));
        free(path);
    }
}

static char *constraints_text(const struct study *s)
{
    char *list = mem_text("");
    for (size_t i = 0; i < s->constraints; i++)
        append(&list, "; ", s->constraint[i].text);
    return list;
}

static char *objectives_text(const struct study *s)
{
    char *list = mem_text("");
    for (size_t i = 0; i < s->objectives; i++) {
        char *goal =
            mem_print("%c%s", s->objective[i].sense > 0 ? '+' : '-', s->objective[i].metric->name);
        append(&list, ", ", goal);
        free(goal);
    }
    return list;
}

static char *search_text(const struct study *s)
{
    return mem_print("%s, budget %g, population %g, stall %g", s->strategy->name, s->budget,
                     s->population, s->stall);
}

static char *calibration_text(const struct study *s)
{
    return s->base.calibration_name ? mem_text(s->base.calibration_name) : NULL;
}

static void compare_studies(struct changes *c, const struct study *a, const struct study *b)
{
    for (size_t part = 0; part < DESIGN_PARTS; part++)
        compare_part(c, a, b, part);
    if (is_same_part(a, b, PART_CHIP))
        compare(c, "parameter", "calibration", calibration_text(a), calibration_text(b));
    compare_prices(c, a, b);
    compare(c, "rule", "constraints", constraints_text(a), constraints_text(b));
    compare(c, "rule", "objectives", objectives_text(a), objectives_text(b));
    compare(c, "search", "search", search_text(a), search_text(b));
}

static void compare_scenarios(struct table *out, const struct compared_run run[RUNS])
{
    struct changes c = {.out = out};
    if (compares_scenarios(run)) {
        compare_studies(&c, run[FIRST].study, run[SECOND].study);
        return;
    }
    for (size_t i = 0; i < compared_scenarios(&run[FIRST]); i++) {
        const struct study *a = compared_scenario(&run[FIRST], i),
                           *b = compared_scenario_named(&run[SECOND], a->scenario);
        c.scenario = a->scenario;
        if (b)
            compare_studies(&c, a, b);
        else
            add_row(&c, "scenario", a->scenario, "there", NULL);
        c.base_rows = i == 0 ? out->rows : c.base_rows;
    }
    for (size_t i = 0; i < compared_scenarios(&run[SECOND]); i++) {
        c.scenario = compared_scenario(&run[SECOND], i)->scenario;
        if (!compared_scenario_named(&run[FIRST], c.scenario))
            add_row(&c, "scenario", c.scenario, NULL, "there");
    }
}

/* The row of a file; the number of rows if there is none. */
static size_t find_file(const struct table *files, const struct table *of, size_t row)
{
    size_t i = 0;
    while (i < files->rows &&
           (strcmp(table_text_at(files, i, "kind"), table_text_at(of, row, "kind")) != 0 ||
            strcmp(table_text_at(files, i, "name"), table_text_at(of, row, "name")) != 0))
        i++;
    return i;
}

static void compare_files(struct changes *c, const struct table file[RUNS])
{
    for (int side = 0; side < RUNS; side++) {
        const struct table *own = &file[side], *other = &file[!side];
        for (size_t i = 0; i < own->rows; i++) {
            size_t k = find_file(other, own, i);
            bool there = k < other->rows;
            if (there && (side == SECOND ||
                          !strcmp(table_text_at(own, i, "text"), table_text_at(other, k, "text"))))
                continue;
            const char *name = table_text_at(own, i, "name");
            char *path = mem_print("%s/%s", table_text_at(own, i, "kind"), *name ? name : "newest");
            const char *one = there ? "one text" : "there", *two = there ? "another text" : NULL;
            add_row(c, "file", path, side == FIRST ? one : two, side == FIRST ? two : one);
            free(path);
        }
    }
}

int study_changes(struct table *out, const struct compared_run run[RUNS], struct err *err)
{
    static const char *const header[] = {"scenario", "what", "name", "first", "second"};
    struct table file[RUNS] = {{0}, {0}};
    struct changes c = {.out = out};
    table_begin(out, header, LEN(header));
    int rc = 0;
    for (int side = 0; side < RUNS && rc == 0; side++)
        rc = db_files(run[side].db, run[side].run, &file[side], err);
    if (rc == 0) {
        const struct db_run *a = run[FIRST].run, *b = run[SECOND].run;
        compare_scenarios(out, run);
        compare(&c, "search", "seed", mem_print("%" PRIu64, a->seed),
                mem_print("%" PRIu64, b->seed));
        compare(&c, "rule", "keep", mem_text(a->keep), mem_text(b->keep));
        compare(&c, "program", "version", mem_text(a->program), mem_text(b->program));
        if (file[FIRST].rows && file[SECOND].rows) /* older versions kept none */
            compare_files(&c, file);
    }
    for (int side = 0; side < RUNS; side++)
        table_free(&file[side]);
    if (rc != 0)
        table_free(out);
    return rc;
}
