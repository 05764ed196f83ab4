#include "search/space.h"

#include <string.h>

#include "search/axis.h"

const struct price_book *cursor_prices(const struct cursor *c)
{
    return study_sweeps_prices(c->study) ? &c->prices : &c->study->prices;
}

void cursor_set_value(struct cursor *c, const struct axis *a, double value)
{
    if (axis_is_price(a))
        price_put(a->parameter.field, value, &c->prices);
    else
        axis_put_value(a, value, &c->design);
}

void cursor_set(struct cursor *c, const struct axis *a, size_t i)
{
    if (axis_is_price(a))
        cursor_set_value(c, a, a->value[i]);
    else
        axis_put(a, i, &c->design);
}

/* The value of an axis that has this cell; a->n if none has. */
static size_t value_of(const struct axis *a, const struct cell *cell)
{
    size_t i = 0;
    while (i < a->n && (cell->kind == CELL_TEXT ? !a->text || strcmp(a->text[i], cell->text) != 0
                                                : a->is_part || a->value[i] != cell->number))
        i++;
    return i;
}

bool cursor_take(struct cursor *c, const struct axis *a, const struct cell *cell)
{
    size_t i = value_of(a, cell);
    if (a->real && cell->kind == CELL_NUMBER)
        cursor_set_value(c, a, cell->number);
    else if (i < a->n)
        cursor_set(c, a, i);
    else
        return false;
    return true;
}

/* Starts from the values that no axis varies. */
static void start(struct cursor *c, const struct study *s)
{
    c->study = s;
    c->design = s->base;
    c->fresh = false;
    if (study_sweeps_prices(s))
        c->prices = s->prices;
}

/* Applies axis `axis` and all later ones to the design. */
static void put_from(struct cursor *c, size_t axis)
{
    const struct study *s = c->study;
    if (axis < s->slow)
        c->fresh = false;
    for (size_t i = axis; i < s->axes; i++) {
        if (s->axis[i].real)
            cursor_set_value(c, &s->axis[i], c->real[i]);
        else
            cursor_set(c, &s->axis[i], c->digit[i]);
    }
}

void cursor_seek(struct cursor *c, const struct study *s, uint64_t index)
{
    start(c, s);
    c->index = index;
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
    if (c->study != s)
        start(c, s);
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
    evaluate_prepared(&c->prepared, &c->design, cursor_prices(c), out, &mapped);
    *plan = mapped ? mapped->plan : c->design.plan;
    if (out->verdict == VERDICT_OK && !study_allows(c->study, &c->design, out))
        out->verdict = VERDICT_CONSTRAINT;
}
