/* The columns of a row of points. */
#include <assert.h>
#include <string.h>

#include "base/mem.h"
#include "search/axis.h"
#include "search/space.h"

static struct column *add(struct columns *out, const char *name, const char *unit, const char *doc)
{
    struct column *c = &out->column[out->n++];
    size_t i = 0;
    *c = (struct column){.unit = unit, .doc = doc};
    for (; name[i] && i + 1 < sizeof c->name; i++)
        c->name[i] = name[i] == '.' ? '_' : name[i];
    c->name[i] = '\0';
    return c;
}

static const struct axis *axis_of_part(const struct study *s, size_t part, size_t *at)
{
    for (*at = 0; *at < s->axes; ++*at)
        if (s->axis[*at].is_part && s->axis[*at].part == part)
            return &s->axis[*at];
    return NULL;
}

/* The words of a metric, indexed by value. */
static void add_words(struct columns *out, struct column *c, const struct field *f)
{
    const char **texts = &out->word[out->words];
    struct word w;
    for (size_t i = 0; field_word_at(f, i, &w); i++) {
        size_t value = (size_t)w.value;
        assert((double)value == w.value && out->words + value < WORDS_MOST);
        texts[value] = w.text;
        c->n_texts = value + 1 > c->n_texts ? value + 1 : c->n_texts;
    }
    out->words += c->n_texts;
    c->texts = texts;
}

static bool has_column(const struct columns *c, const char *path)
{
    for (size_t i = 0; i < c->n; i++) {
        const char *name = c->column[i].name, *at = path;
        while (*name && *at && (*name == *at || (*name == '_' && *at == '.')))
            name++, at++;
        if (!*name && !*at)
            return true;
    }
    return false;
}

/* Is it a part of the mapping that evaluation chooses? */
static bool is_mapping(size_t part, const struct field *f)
{
    static const size_t chosen[] = {offsetof(struct plan, tp), offsetof(struct plan, dp),
                                    offsetof(struct plan, ep), offsetof(struct plan, pp),
                                    offsetof(struct plan, cp)};
    bool is = false;
    for (size_t i = 0; i < LEN(chosen) && part == PART_PLAN; i++)
        is = is || f->offset == chosen[i];
    return is;
}

static const struct study *scenario_at(const struct study *whole, size_t i)
{
    return i ? whole->overlay[i - 1] : whole;
}

static const struct axis *axis_of_parameter(const struct study *s, const struct parameter *p)
{
    for (size_t i = 0; i < s->axes; i++)
        if (!s->axis[i].is_part && s->axis[i].parameter.offset == p->offset)
            return &s->axis[i];
    return NULL;
}

/* Is every value of the parameter, in all scenarios, a word? */
static bool has_only_words(const struct study *whole, const struct parameter *p)
{
    for (size_t k = 0; k <= whole->overlays; k++) {
        const struct study *s = scenario_at(whole, k);
        const struct axis *a = axis_of_parameter(s, p);
        if (a ? !a->text : !field_word(p->field, study_value(s, p)))
            return false;
    }
    return true;
}

static void add_fixed(struct columns *out, const struct study *s, const struct parameter *p)
{
    char path[64];
    study_path(p, path, sizeof path);
    if (is_mapping(p->part, p->field) || has_column(out, path) || out->fixed == FIXED_MOST)
        return;
    size_t i = out->fixed++;
    struct column *c = add(out, path, p->field->unit, p->field->doc);
    double value = study_value(s, p);
    c->of = OF_FIXED;
    c->at = i;
    out->fixed_value[i] = value;
    if (!has_only_words(s->whole, p))
        return;
    out->fixed_text[i] = field_word(p->field, value);
    out->fixed_value[i] = 0;
    c->texts = &out->fixed_text[i];
    c->n_texts = 1;
}

/* Adds what another scenario sweeps or sets to another value than the base. */
static void add_fixed_columns(struct columns *out, const struct study *s)
{
    const struct study *whole = s->whole;
    for (size_t k = 0; k <= whole->overlays; k++) {
        const struct study *other = scenario_at(whole, k);
        for (size_t i = 0; i < other->axes; i++)
            if (!other->axis[i].is_part)
                add_fixed(out, s, &other->axis[i].parameter);
        for (size_t i = 0; i < other->overrides; i++) {
            const struct parameter *p = &other->override[i].parameter;
            if (design_get(&other->base, p) != design_get(&whole->base, p))
                add_fixed(out, s, p);
        }
    }
}

/* Does a point of any scenario have this part? */
static bool some_has(const struct study *whole, size_t part)
{
    bool has = false;
    for (size_t k = 0; k <= whole->overlays; k++)
        has = has || study_has(scenario_at(whole, k), part);
    return has;
}

static void add_reasons(struct columns *out)
{
    struct column *c = add(out, "reasons", "", "every reason why the point is infeasible");
    for (size_t set = 0; set < REASON_SETS; set++) {
        reasons_text(set, out->reason_text[set]);
        out->reason[set] = out->reason_text[set];
    }
    c->texts = out->reason;
    c->n_texts = REASON_SETS;
    c->of = OF_REASONS;
}

void columns_make(struct columns *out, const struct study *s)
{
    struct metric_scope scope;

    study_scope(s, &scope);
    *out = (struct columns){.scenario = s->scenario};
    add_reasons(out);
    struct column *scenario = add(out, "scenario", "", "the scenario of the study; base: none");
    scenario->texts = &out->scenario;
    scenario->n_texts = 1;
    scenario->of = OF_SCENARIO;
    if (s->evaluator.command) {
        struct column *by = add(out, "evaluated_by", "", "the evaluator, and what is its answer");
        out->evaluator = s->evaluator.label;
        by->texts = &out->evaluator;
        by->n_texts = 1;
        by->of = OF_EVALUATOR;
    }
    for (size_t part = 0; part < DESIGN_PARTS; part++) {
        size_t at;
        if (!design_parts[part].named || !some_has(s->whole, part))
            continue;
        const struct axis *a = axis_of_part(s, part, &at);
        memcpy(&out->part_text[part], (const char *)&s->base + design_parts[part].name_offset,
               sizeof out->part_text[part]);
        struct column *c = add(out, design_parts[part].fields->section, "", design_parts[part].doc);
        c->texts = a ? a->text : &out->part_text[part];
        c->n_texts = a ? a->n : 1;
        c->of = a ? OF_AXIS : OF_PART;
        c->at = at;
    }
    for (size_t i = 0; i < s->axes; i++) {
        const struct axis *a = &s->axis[i];
        if (a->is_part || is_mapping(a->part, a->parameter.field))
            continue;
        struct column *c = add(out, a->path, a->parameter.field->unit, a->parameter.field->doc);
        c->texts = a->text;
        c->n_texts = a->n;
        c->of = OF_AXIS;
        c->at = i;
    }
    add_fixed_columns(out, s);
    for (size_t i = 0; i < plan_fields.n; i++) {
        const struct field *f = &plan_fields.row[i];
        if (!is_mapping(PART_PLAN, f))
            continue;
        char path[64] = "plan.";
        strcat(path, f->name);
        struct column *c = add(out, path, f->unit, f->doc);
        c->of = OF_PLAN;
        c->at = f->offset;
    }
    for (size_t i = 0; i < metrics_fields.n; i++) {
        const struct field *f = &metrics_fields.row[i];
        if (!metric_is_listed(f, &scope))
            continue;
        struct column *c = add(out, f->name, f->unit, f->doc);
        c->of = OF_METRIC;
        out->metrics++;
        c->at = f->offset;
        if (f->only_words)
            add_words(out, c, f);
    }
    out->stride = out->n + study_limits(s);
}
