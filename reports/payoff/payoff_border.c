/* Each end of an axis on which a winner sits is priced once more, one step beyond: both sides may
 * then use that value with any other hardware of the study. A step repeats the last difference of
 * the axis, or its last ratio if the axis is logarithmic, inside the range of the parameter; if no
 * design is feasible there, half of the step is tried. The end limits the answer only if a side
 * gains more than BORDER_GAIN by the step. If the step is infeasible and half of it gains nothing,
 * the limit is physical, as is the end of the range of a parameter. */
#include "reports/payoff/payoff_border.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* A side that gains less by one more step has found its best value (assumed: a tenth of the errors
 * of price and time). */
static const double BORDER_GAIN = 0.005;

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
    return !axis_is_price(a) && !a->is_part && !a->text && !a->real && a->n > 1 &&
           !payoff_has_column(p, a->path);
}

/* What is known about an answer without steps beyond its axes. */
struct inside {
    const struct payoff *p;
    const struct payoff_question *q;
    const struct design *winner; /* [SIDES] */
    double best[SIDES];          /* throughput per unit of budget */
    const struct price_book *prices;
};

/* One step beyond an end. */
struct beyond {
    double gain[SIDES]; /* over the best inside; NAN: no design is feasible */
    const char *why; /* the verdict if none is feasible on a side that sits on the end; or NULL */
};

static bool gains(const struct beyond *b)
{
    return b->gain[WITH] > BORDER_GAIN || b->gain[WITHOUT] > BORDER_GAIN;
}

/* The verdict of a winner at the value beyond the end. */
static const char *why_infeasible(const struct end *e, const struct inside *in, enum side side)
{
    struct design beyond = in->winner[side];
    struct metrics m;
    design_put(&beyond, &e->axis->parameter, e->next);
    evaluate(&beyond, in->prices, &m, NULL);
    return verdict_kinds[m.verdict == VERDICT_OK ? VERDICT_CONSTRAINT : (enum verdict)m.verdict]
        .name;
}

/* Prices a step; false if it cannot be priced. */
static bool step_beyond(struct beyond *out, const struct end *e, const struct payoff_group *g,
                        const struct inside *in)
{
    const struct setting set = {e->axis->path, NULL, e->next};
    struct payoff_slice slice = payoff_slice(in->p, g->key);
    struct comparison c;
    *out = (struct beyond){.gain = {NAN, NAN}};
    slice.set = &set;
    slice.n = 1;
    slice.middle = true;
    if (payoff_compare(&c, in->q->study, &slice) != 0)
        return false;
    for (int s = 0; s < SIDES; s++) {
        out->gain[s] = comparison_best(&c, (enum side)s) / in->best[s] - 1;
        if (e->by[s] && isnan(out->gain[s]) && !out->why)
            out->why = why_infeasible(e, in, (enum side)s);
    }
    comparison_free(&c);
    return true;
}

/* "the control at 288 GB, 384 GB" */
static char *step_text(const struct end *e, const struct payoff_subject *of)
{
    const struct field *f = e->axis->parameter.field;
    const char *unit = strcmp(f->unit, "1") != 0 ? f->unit : "";
    char at[48], next[48];
    const char *who = e->by[WITH] && e->by[WITHOUT] ? "both sides"
                      : !e->by[WITH]                ? "the control"
                      : subject_is_engine(of)       ? "the engine's design"
                                                    : "the pool's design";
    return mem_print("%s: %s at %s, %s", e->axis->path, who,
                     quantity_text(e->at, unit, 3, at, sizeof at),
                     quantity_text(e->next, unit, 3, next, sizeof next));
}

static void append(char **list, const char *between, const char *text)
{
    char *longer = mem_print("%s%s%s", *list, **list ? between : "", text);
    free(*list);
    *list = longer;
}

/* The same end with half of the step. */
static struct end half_step(const struct end *e)
{
    struct end half = *e;
    half.next = (e->at + e->next) / 2;
    if (e->axis->parameter.field->whole)
        half.next = round(half.next);
    return half;
}

/* Names the axis as a border and lets the step take part in the best of both sides. */
static void add_border(struct payoff_group *g, const struct end *e, const struct beyond *b,
                       const struct inside *in, double best[SIDES])
{
    double with = fmax(0, b->gain[WITH]), without = fmax(0, b->gain[WITHOUT]);
    double p = in->best[WITH] * (1 + with) / (in->best[WITHOUT] * (1 + without));
    const struct payoff_subject *of = subject_or_engine(in->p->of);
    char *step = step_text(e, of);
    char *text = mem_print("%s gains %.1f %% with %s and %.1f %% without, P %.3f", step, 100 * with,
                           of->one, 100 * without, p);
    append(&g->at_border, ", ", e->axis->path);
    append(&g->beyond_border, "; ", text);
    for (int s = 0; s < SIDES; s++)
        best[s] = fmax(best[s], in->best[s] * (1 + b->gain[s]));
    free(text);
    free(step);
}

static void add_physical_limit(struct payoff_group *g, const struct end *e,
                               const struct payoff_subject *of, const char *why)
{
    char *step = step_text(e, of);
    char *text = mem_print("%s is infeasible (%s)", step, why);
    append(&g->physical_limit, "; ", text);
    free(text);
    free(step);
}

static void add_end(struct payoff_group *g, const struct end *e, const struct inside *in,
                    double best[SIDES])
{
    struct beyond whole, half;
    const struct end halfway = half_step(e);
    if (!step_beyond(&whole, e, g, in))
        return;
    if (gains(&whole))
        add_border(g, e, &whole, in, best);
    else if (whole.why && step_beyond(&half, &halfway, g, in) && gains(&half))
        add_border(g, &halfway, &half, in, best);
    else if (whole.why)
        add_physical_limit(g, e, subject_or_engine(in->p->of), whole.why);
}

/* Has the design the value at the end, and the part that it is about? */
static bool sits_on(const struct design *d, const struct end *e)
{
    const struct axis *a = e->axis;
    size_t part = a->part == PART_POOLS ? pool_part(a->parameter.field) : a->part;
    bool has = part == PART_ENGINE ? engine_is_there(&d->engine)
                                   : part >= DESIGN_PARTS || design_has(d, part);
    return has && design_get(d, &a->parameter) == e->at;
}

void payoff_border(struct payoff_group *g, const struct payoff *p, const struct payoff_question *q,
                   const struct comparison *c)
{
    const struct payoff_slice slice = payoff_slice(p, g->key);
    const struct study *s = payoff_study_for(q->study, &slice);
    struct design *winner = mem_alloc(SIDES, sizeof *winner);
    double without = comparison_best(c, WITHOUT), with = comparison_best(c, WITH);
    const struct inside in = {p, q, winner, {[WITHOUT] = without, [WITH] = with}, &c->prices};
    double best[SIDES] = {[WITHOUT] = without, [WITH] = with};

    if (payoff_winner_designs(winner, c, q->study, &slice)) {
        for (size_t i = 0; i < 2 * s->axes; i++) {
            const struct axis *a = &s->axis[i / 2];
            struct end e;
            if (!is_free(p, a) || !end_of(&e, a, (int)(i % 2)))
                continue;
            e.by[WITH] = sits_on(&winner[WITH], &e);
            e.by[WITHOUT] = sits_on(&winner[WITHOUT], &e);
            if (!e.by[WITH] && !e.by[WITHOUT])
                continue;
            add_end(g, &e, &in, best);
        }
        g->p_beyond = best[WITH] / best[WITHOUT];
    }
    free(winner);
}
