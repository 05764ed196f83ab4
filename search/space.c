#include "search/space.h"

#include <assert.h>
#include <string.h>

#include "base/mem.h"
#include "search/axis.h"

/* Applies axis `axis` and all later ones to the design. */
static void put_from(struct cursor *c, size_t axis)
{
    const struct study *s = c->study;
    if (axis < s->slow)
        c->fresh = false;
    for (size_t i = axis; i < s->axes; i++) {
        if (s->axis[i].real)
            axis_put_value(&s->axis[i], c->real[i], &c->design);
        else
            axis_put(&s->axis[i], c->digit[i], &c->design);
    }
}

void cursor_seek(struct cursor *c, const struct study *s, uint64_t index)
{
    c->study = s;
    c->index = index;
    c->design = s->base;
    c->fresh = false;
    for (size_t i = s->axes; i-- > 0; index /= s->axis[i].n) {
        c->digit[i] = (size_t)(index % s->axis[i].n);
        c->real[i] = s->axis[i].from;
    }
    put_from(c, 0);
}

void cursor_put(struct cursor *c, const struct study *s, const double *gene)
{
    size_t changed = c->study == s ? s->axes : 0;
    for (size_t i = 0; i < s->axes; i++) {
        const struct axis *a = &s->axis[i];
        size_t digit = a->real ? 0 : (size_t)gene[i];
        double real = a->real ? axis_at(a, gene[i]) : 0;
        if (changed > i && (digit != c->digit[i] || (a->real && real != c->real[i])))
            changed = i;
        c->digit[i] = digit;
        c->real[i] = real;
    }
    if (c->study != s) {
        c->study = s;
        c->design = s->base;
        c->fresh = false;
    }
    put_from(c, changed);
}

void cursor_skip(struct cursor *c, size_t points)
{
    const struct study *s = c->study;
    size_t i = s->axes;

    c->index += points;
    while (points > 0 && i-- > 0) {
        size_t digit = c->digit[i] + points;
        c->digit[i] = digit % s->axis[i].n;
        points = digit / s->axis[i].n;
    }
    if (!points)
        put_from(c, i);
}

void cursor_next(struct cursor *c)
{
    cursor_skip(c, 1);
}

void cursor_free(struct cursor *c)
{
    prepared_free(&c->prepared);
}

void cursor_prepare(struct cursor *c)
{
    if (!c->fresh)
        prepare(&c->prepared, &c->design);
    c->fresh = true;
}

void cursor_evaluate(struct cursor *c, struct metrics *out, struct plan *plan)
{
    const struct mapped *mapped;

    cursor_prepare(c);
    evaluate_prepared(&c->prepared, &c->design, &c->study->prices, out, &mapped);
    *plan = mapped ? mapped->plan : c->design.plan;
    if (out->verdict == VERDICT_OK && !study_allows(c->study, &c->design, out))
        out->verdict = VERDICT_CONSTRAINT;
}

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

/* Is it a part of the mapping that evaluation chooses? */
static bool is_mapping(const struct field *f)
{
    static const size_t chosen[] = {offsetof(struct plan, tp), offsetof(struct plan, dp),
                                    offsetof(struct plan, ep), offsetof(struct plan, pp),
                                    offsetof(struct plan, cp)};
    bool is = false;
    for (size_t i = 0; i < LEN(chosen); i++)
        is = is || f->offset == chosen[i];
    return is;
}

void columns_make(struct columns *out, const struct study *s)
{
    struct metric_scope scope;

    study_scope(s, &scope);
    *out = (struct columns){0};
    for (size_t part = 0; part < DESIGN_PARTS; part++) {
        size_t at;
        if (!design_parts[part].named)
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
        if (a->is_part || (a->part == PART_PLAN && is_mapping(a->parameter.field)))
            continue;
        struct column *c = add(out, a->path, a->parameter.field->unit, a->parameter.field->doc);
        c->texts = a->text;
        c->n_texts = a->n;
        c->of = OF_AXIS;
        c->at = i;
    }
    for (size_t i = 0; i < plan_fields.n; i++) {
        const struct field *f = &plan_fields.row[i];
        if (!is_mapping(f))
            continue;
        char path[64] = "plan.";
        strcat(path, f->name);
        struct column *c = add(out, path, f->unit, f->doc);
        c->of = OF_PLAN;
        c->at = f->offset;
    }
    for (size_t i = 0; i < metrics_fields.n; i++) {
        const struct field *f = &metrics_fields.row[i];
        if (metric_of(f)->needs_calibration && !scope.calibration)
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
