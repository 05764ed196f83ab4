/* Each end of an axis on which a winner sits is priced once more, one step beyond: both sides may
 * then use that value with any other hardware of the study. A step repeats the last difference of
 * the axis, or its last ratio if the axis is logarithmic, inside the range of the parameter. A
 * value at an end of that range is physical and no border. */
#include "reports/payoff/payoff_border.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* One end of an axis. */
struct end {
    const struct axis *axis;
    double at, next; /* the last value and the one beyond it */
    bool by[SIDES];  /* whose winner sits on it */
};

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The value one step beyond `end`, whose neighbour on the axis is `near` and the one after `far`.
 */
static double next_value(const struct axis *a, double end, double near, double far)
{
    const struct field *f = a->parameter.field;
    bool even = fabs((end - near) - (near - far)) < 1e-6 * fabs(end - near);
    double linear = 2 * end - near, ratio = end > 0 && near > 0 ? end * end / near : NAN;
    double next = !isnan(ratio) && (a->log || !even || linear <= 0) ? ratio : linear;
    next = fmin(fmax(next, f->lo), f->hi);
    return f->whole ? round(next) : next;
}

/* The low (0) or high (1) end of an axis; false if it is the end of the parameter's range. */
static bool end_of(struct end *out, const struct axis *a, int high)
{
    const struct field *f = a->parameter.field;
    double *value = mem_alloc(a->n, sizeof *value);
    memcpy(value, a->value, a->n * sizeof *value);
    qsort(value, a->n, sizeof *value, by_value);
    size_t last = high ? a->n - 1 : 0, near = high ? a->n - 2 : 1;
    size_t far = a->n < 3 ? near : high ? a->n - 3 : 2;
    *out = (struct end){.axis = a, .at = value[last]};
    out->next = next_value(a, value[last], value[near], value[far]);
    free(value);
    return out->at != f->lo && out->at != f->hi && out->next != out->at;
}

/* A swept numeric axis whose value each side may choose. */
static bool is_free(const struct payoff *p, const struct axis *a)
{
    return !a->is_part && !a->text && !a->real && a->n > 1 && !payoff_has_column(p, a->path);
}

/* Says what a step beyond an end does, and lets it take part in the best of both sides. */
static char *price_end(const struct end *e, const struct payoff_group *g, const struct payoff *p,
                       const struct payoff_question *q, const struct winners_priced *w,
                       const double now[SIDES], double best[SIDES])
{
    const struct field *f = e->axis->parameter.field;
    const char *unit = strcmp(f->unit, "1") != 0 ? f->unit : "";
    const struct setting set = {e->axis->path, NULL, e->next};
    struct payoff_slice slice = payoff_slice(p, g->key);
    struct comparison c;
    char at[48], next[48];
    const char *who = e->by[WITH] && e->by[WITHOUT] ? "both sides"
                      : e->by[WITH]                 ? "the engine's design"
                                                    : "the control";
    quantity_text(e->at, unit, 3, at, sizeof at);
    quantity_text(e->next, unit, 3, next, sizeof next);
    slice.set = &set;
    slice.n = 1;
    if (payoff_compare(&c, q->study, &slice) != 0)
        return mem_print("%s: %s at %s", e->axis->path, who, at);
    double gain[SIDES];
    for (int s = 0; s < SIDES; s++) {
        double v = comparison_best(&c, (enum side)s);
        gain[s] = isnan(v) ? NAN : v / now[s] - 1;
        best[s] = fmax(best[s], v);
    }
    comparison_free(&c);
    if (isnan(gain[WITH]) && isnan(gain[WITHOUT])) {
        struct design beyond = e->by[WITHOUT] ? w->without : w->with;
        struct metrics m;
        design_put(&beyond, &e->axis->parameter, e->next);
        evaluate(&beyond, &payoff_study_for(q->study, &slice)->prices, &m, NULL);
        const char *why = field_word(field_find(metrics_fields, "verdict"), m.verdict);
        return mem_print("%s: %s at %s, and %s is infeasible (%s)", e->axis->path, who, at, next,
                         m.verdict == VERDICT_OK || !why ? "constraint" : why);
    }
    if (!(gain[WITH] > LEAST_GAIN) && !(gain[WITHOUT] > LEAST_GAIN))
        return mem_print("%s: %s at %s, %s gains nothing", e->axis->path, who, at, next);
    double after = fmax(now[WITH], now[WITH] * (1 + gain[WITH])) /
                   fmax(now[WITHOUT], now[WITHOUT] * (1 + gain[WITHOUT]));
    return mem_print("%s: %s at %s, %s gains %.1f %% with an engine and %.1f %% without, P %.3f",
                     e->axis->path, who, at, next, 100 * fmax(0, gain[WITH]),
                     100 * fmax(0, gain[WITHOUT]), after);
}

static void append(char **list, const char *between, const char *text)
{
    char *longer = mem_print("%s%s%s", *list, **list ? between : "", text);
    free(*list);
    *list = longer;
}

void payoff_border(struct payoff_group *g, const struct payoff *p, const struct payoff_question *q,
                   const struct comparison *c)
{
    const struct payoff_slice slice = payoff_slice(p, g->key);
    const struct study *s = payoff_study_for(q->study, &slice);
    const double now[SIDES] = {comparison_best(c, WITHOUT), comparison_best(c, WITH)};
    double best[SIDES] = {now[WITHOUT], now[WITH]};
    struct winners_priced *w = mem_alloc(1, sizeof *w);

    if (payoff_winners(w, c, q->study, &slice)) {
        for (size_t i = 0; i < 2 * s->axes; i++) {
            const struct axis *a = &s->axis[i / 2];
            struct end e;
            if (!is_free(p, a) || !end_of(&e, a, (int)(i % 2)))
                continue;
            e.by[WITH] = design_get(&w->with, &a->parameter) == e.at;
            e.by[WITHOUT] =
                a->part != PART_ENGINE && design_get(&w->without, &a->parameter) == e.at;
            if (!e.by[WITH] && !e.by[WITHOUT])
                continue;
            char *text = price_end(&e, g, p, q, w, now, best);
            append(&g->at_border, ", ", a->path);
            append(&g->beyond_border, "; ", text);
            free(text);
        }
        g->p_beyond = best[WITH] / best[WITHOUT];
    }
    free(w);
}
