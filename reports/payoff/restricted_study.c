#include "reports/payoff/restricted_study.h"

#include <string.h>

#include "search/axis.h"

static size_t value_index(const struct axis *a, const char *text)
{
    size_t i = 0;
    while (i < a->n && (!a->text || strcmp(a->text[i], text) != 0))
        i++;
    return i;
}

/* Takes a price for all designs; the study then has no axis of it. */
static void fix_price(struct study *s, const struct field *price, double value)
{
    price_put(price, value, &s->prices);
    for (size_t i = s->slow; i < s->hardware; i++)
        if (s->axis[i].parameter.field == price) {
            s->axes--;
            s->hardware--;
            memmove(&s->axis[i], &s->axis[i + 1], (s->axes - i) * sizeof s->axis[0]);
            return;
        }
}

/* Prices are no choice of a design: each must have one value. */
static int fix_prices(struct study *s, struct err *err)
{
    while (s->hardware > s->slow) {
        const struct axis *a = &s->axis[s->slow];
        if (a->n > 1 || a->real)
            return fail(err, "%s has several values: give one", a->path);
        fix_price(s, a->parameter.field, a->value[0]);
    }
    return 0;
}

static int apply_setting(struct restricted *r, const struct setting *set, struct err *err)
{
    struct study *s = &r->study;
    const struct field *price = price_field(set->path);
    if (price) {
        fix_price(s, price, set->number);
        return 0;
    }
    for (size_t i = 0; i < s->axes; i++) {
        struct axis *a = &s->axis[i];
        if (!path_equal(a->path, set->path))
            continue;
        if (!set->text && !a->is_part) {
            r->fixed[i] = a->parameter.field->whole ? round(set->number) : set->number;
            a->value = &r->fixed[i];
            a->text = NULL;
            a->real = false;
            a->n = 1;
            return 0;
        }
        size_t at = set->text ? value_index(a, set->text) : a->n;
        if (at == a->n)
            return fail(err, "\"%s\" is not a value of %s", set->text ? set->text : "a number",
                        a->path);
        if (a->is_part)
            a->entry += at, a->part_value += at;
        else
            a->value += at;
        a->text += at;
        a->n = 1;
        return 0;
    }
    struct axis *a = &s->axis[s->axes];
    struct parameter p;
    if (setting_parameter(set->path, &p, err) != 0)
        return -1;
    if (s->axes == AXES_MOST)
        return fail(err, "more than %d axes", AXES_MOST);
    double value = set->number;
    if (set->text && field_parse(p.field, set->text, &value, err) != 0)
        return -1;
    *a = (struct axis){.parameter = p, .part = p.part, .n = 1};
    design_path(&p, a->path, sizeof a->path);
    r->fixed[s->axes] = p.field->whole ? round(value) : value;
    a->value = &r->fixed[s->axes++];
    study_sort_axes(s);
    return 0;
}

int restrict_to(struct restricted *r, const struct design_choice *q, const struct mix_job *job,
                struct err *err)
{
    r->study = *q->study;
    for (size_t i = 0; i < q->n; i++)
        if (apply_setting(r, &q->set[i], err) != 0)
            return -1;
    for (size_t i = 0; i < job->n; i++)
        if (apply_setting(r, &job->set[i], err) != 0)
            return -1;
    if (fix_prices(&r->study, err) != 0)
        return -1;
    double size = 1;
    for (size_t i = 0; i < r->study.axes; i++) {
        if (r->study.axis[i].real)
            return fail(err, "%s is continuous: give steps", r->study.axis[i].path);
        size *= (double)r->study.axis[i].n;
    }
    if (size > DESIGNS_MOST)
        return fail(err, "the study has %.0f designs: the maximum is %d", size, DESIGNS_MOST);
    r->study.size = (uint64_t)size;
    return 0;
}
