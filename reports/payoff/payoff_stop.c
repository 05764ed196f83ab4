/* Stop points: two neighbouring values of an axis with P on either side of 1 bracket a root of log
 * P. With the study at hand the root is found on the model (winners_root.h); without it, log P is
 * interpolated linearly between the two values. The ends of its range are roots of the share of
 * draws that pay. Invariant: each bracket has exactly one sign change of log P at its ends. */
#include "reports/payoff/payoff_stop.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "reports/payoff/axis_verdicts.h"
#include "reports/payoff/payoff_certainty.h"
#include "reports/payoff/payoff_groups.h"
#include "reports/payoff/payoff_model.h"
#include "reports/payoff/payoff_tasks.h"
#include "reports/payoff/winners_root.h"

static const double TOLERANCE = 1e-4; /* of the axis */

/* The ends of the range of a stop rest on draws: of the axis, and of their share, whose standard
 * error is more than twice as large. */
static const double END_TOLERANCE = 2e-3, SHARE_TOLERANCE = 4e-3;

static bool crosses(double a, double b)
{
    return pays(a) != pays(b);
}

/* Values of an axis and what was found there: searches meet the same ones. */
enum { REMEMBERED = 64 };
struct remembered {
    size_t n;
    double x[REMEMBERED], found[REMEMBERED];
};

/* One group along an axis. */
struct along {
    const struct payoff *p;
    const struct payoff_question *q;
    const struct cell *key;
    const char *axis;
    bool whole;
    struct remembered payoff;
    struct axis_verdicts drawn;
    double share;           /* of the draws that pay: the one that is sought */
    struct rivals winners;  /* at the values that were priced */
    struct rivals deciding; /* in the draws at the values where they were drawn */
};

/* The comparison at a value: `middle`: for the best at middle values; `among`: those alone, unless
 * NULL. Free with comparison_free. */
static int compare_at(struct comparison *out, const struct along *a, double x, bool middle,
                      const struct rivals *among)
{
    const struct setting set = {a->axis, NULL, a->whole ? round(x) : x};
    struct payoff_slice slice = payoff_slice(a->p, a->key);
    slice.set = &set;
    slice.n = 1;
    slice.middle = middle;
    slice.among = among;
    return payoff_compare(out, a->q->study, &slice);
}

/* P at a value, of all designs or among those that won somewhere. */
static double price_at(struct along *a, double x, bool all)
{
    struct comparison c;
    size_t winner[SIDES];
    if (compare_at(&c, a, x, true, all ? NULL : &a->winners) != 0)
        return NAN;
    double p = comparison_payoff_middle(&c, winner);
    for (int side = 0; side < SIDES && all; side++)
        if (c.n[side])
            rivals_add(&a->winners, c.side[side][winner[side]].hardware);
    comparison_free(&c);
    return p;
}

/* Which draws are made, among which designs. */
enum drawing {
    ALL_OF_ALL,
    OPEN_OF_ALL,     /* where the verdict may change */
    OPEN_OF_DECIDING /* likewise, among those that decided somewhere */
};

/* The share of the draws that pay. */
static double draw_at(struct along *a, double x, enum drawing of)
{
    struct comparison c;
    bool all = of != OPEN_OF_DECIDING;
    struct verdicts at = {.x = x, .share = NAN, .all = all};
    size_t known = a->deciding.n;
    if (compare_at(&c, a, x, false, all ? NULL : &a->deciding) == 0) {
        if (of != ALL_OF_ALL)
            axis_verdicts_bridge(&at, &a->drawn);
        if (comparison_settle(at.verdict, &c, (struct draws){a->q->seed, PAYOFF_DRAWS},
                              all ? &a->deciding : NULL))
            at.share = paying_share(at.verdict, PAYOFF_DRAWS);
        comparison_free(&c);
    }
    if (a->deciding.n > known)
        axis_verdicts_forget_some(&a->drawn);
    axis_verdicts_add(&a->drawn, &at);
    return at.share;
}

/* P at a value, or what was found there before. */
static double payoff_at(struct along *a, double x)
{
    struct remembered *r = &a->payoff;
    for (size_t i = 0; i < r->n; i++)
        if (r->x[i] == x)
            return r->found[i];
    double found = price_at(a, x, true);
    if (r->n < REMEMBERED) {
        r->x[r->n] = x;
        r->found[r->n++] = found;
    }
    return found;
}

static double log_payoff(double x, void *ctx)
{
    return log(payoff_at(ctx, x) / (1 + LEAST_GAIN));
}

static double log_payoff_of_winners(double x, void *ctx)
{
    return log(price_at(ctx, x, false) / (1 + LEAST_GAIN));
}

/* A share of the draws less the one that is sought; 0 if that is found. */
static double excess(const struct along *a, double share)
{
    double more = share - a->share;
    return fabs(more) <= SHARE_TOLERANCE ? 0 : more;
}

static double find_excess(struct along *a, double x, enum drawing of)
{
    const struct verdicts *found = axis_verdicts_find(&a->drawn, x);
    return excess(a, found ? found->share : draw_at(a, x, of));
}

static double excess_share(double x, void *ctx)
{
    return find_excess(ctx, x, ALL_OF_ALL);
}

static double excess_share_across(double x, void *ctx)
{
    return find_excess(ctx, x, OPEN_OF_ALL);
}

static double excess_share_of_deciding(double x, void *ctx)
{
    return excess(ctx, draw_at(ctx, x, OPEN_OF_DECIDING));
}

/* Where P passes 1 as it does between the values of the stop. */
static double find_root(struct along *a, const struct payoff_stop *s)
{
    struct bracket e = {.a = s->from, .b = s->to};
    e.fa = log_payoff(e.a, a);
    e.fb = log_payoff(e.b, a);
    bool crosses_down = e.fa > 0 && e.fb <= 0, crosses_up = e.fa <= 0 && e.fb > 0;
    if (s->falls ? crosses_down : crosses_up)
        return winners_root_find(
            &(struct winners_root){log_payoff, log_payoff_of_winners, a, TOLERANCE, NULL}, e);
    return NAN;
}

/* Where `share` of the draws pay: between the stop point and the next value of its axis towards
 * which the share is passed, or else in an interval of the same width beyond it. At a jump, where
 * more pay. NAN if it is not passed there, or a side has no design on the way. */
static double find_end(struct along *a, const struct payoff_stop *s, double share)
{
    a->share = share;
    struct bracket e = {.b = s->at, .fb = excess_share(s->at, a)};
    bool rises = (e.fb > 0) == s->falls; /* the axis, on the way */
    double near = rises ? s->to : s->from, other = rises ? s->from : s->to;
    double far = near > 0 && other > 0 ? near * near / other : 2 * near - other;
    const double next[] = {near, far};
    for (size_t i = 0; i < LEN(next); i++) {
        e = (struct bracket){e.b, e.fb, next[i], excess_share(next[i], a)};
        if (isnan(e.fa) || isnan(e.fb))
            return NAN;
        if (e.fa != 0 && (e.fa > 0) == (e.fb > 0))
            continue;
        return winners_root_find(&(struct winners_root){excess_share, excess_share_of_deciding, a,
                                                        END_TOLERANCE, excess_share_across},
                                 e);
    }
    return NAN;
}

/* Sets s->at and its range, in which the draws leave the verdict open. */
static void find_stop(struct payoff_stop *s, struct along *a)
{
    double at = a->q->study ? find_root(a, s) : NAN;

    s->at_low = s->at_high = NAN;
    if (!isnan(at)) {
        s->at = at;
        s->by_model = true;
        double few = find_end(a, s, 1 - SURE), most = find_end(a, s, SURE);
        s->at_low = s->falls ? most : few;
        s->at_high = s->falls ? few : most;
        return;
    }
    double t = log(s->p_from) / (log(s->p_from) - log(s->p_to));
    t = fmin(fmax(t, 0), 1);
    s->at = s->from > 0 && s->to > 0 ? s->from * pow(s->to / s->from, t)
                                     : s->from + t * (s->to - s->from);
}

static struct payoff_stop *add_stop(struct payoff *p, const struct payoff_stop *of)
{
    p->stop = mem_grow(p->stop, p->stops + 1, sizeof *p->stop);
    struct payoff_stop *s = &p->stop[p->stops++];
    *s = *of;
    s->falls = s->p_from > s->p_to;
    s->p_before = fmax(s->p_from, s->p_to);
    s->key = mem_alloc(p->by_n + 1, sizeof *s->key);
    return s;
}

/* Two groups at neighbouring values of the axis, which is the last column of `fine->by`. */
struct neighbours {
    const struct payoff *fine;
    const struct run_points *store;
    struct payoff_group *from, *to;
};

static int add_grid_stop(struct payoff *p, size_t axis, const struct neighbours *n, struct err *err)
{
    size_t x = n->fine->by_n - 1;
    struct payoff_stop *s = add_stop(p, &(struct payoff_stop){.axis = axis,
                                                              .from = n->from->key[x].number,
                                                              .to = n->to->key[x].number,
                                                              .p_from = n->from->p,
                                                              .p_to = n->to->p});
    for (size_t k = 0; k < p->by_n; k++)
        for (size_t f = 0; f < x; f++)
            if (!strcmp(n->fine->by[f], p->by[k]))
                s->key[k] = cell_copy(&n->from->key[f]);
    struct payoff_group *stopped = s->falls ? n->to : n->from;
    if (!stopped->reason && group_fill(stopped, n->fine, n->store, err) != 0)
        return -1;
    s->reason = mem_text(stopped->reason);
    return 0;
}

void stop_find(struct payoff_stop *s, const struct payoff *p, const struct payoff_question *q)
{
    struct along along = {.p = p, .q = q, .key = s->key, .axis = p->axis[s->axis]};
    find_stop(s, &along);
    axis_verdicts_free(&along.drawn);
}

/* Adds the axis to the group columns, then compares each group with the same group at the next
 * value of the axis. */
int stops_make(struct payoff *p, size_t axis, const struct run_points *from, struct err *err)
{
    struct payoff fine = {
        .budget = p->budget, .of = p->of, .by = mem_alloc(p->by_n + 1, sizeof(char *))};
    size_t x;

    for (size_t i = 0; i < p->by_n; i++)
        if (strcmp(p->by[i], p->axis[axis]) != 0)
            fine.by[fine.by_n++] = p->by[i];
    x = fine.by_n;
    fine.by[fine.by_n++] = p->axis[axis];
    int rc = 0;
    groups_outline(&fine, from);
    for (size_t i = 0; i < fine.n && rc == 0; i++) {
        size_t next = fine.n; /* index of the group at the next value; fine.n: none */
        for (size_t j = 0; j < fine.n; j++) {
            bool same = true;
            for (size_t k = 0; k < x && same; k++)
                same = cell_equal(&fine.group[i].key[k], &fine.group[j].key[k]);
            if (same && fine.group[j].key[x].number > fine.group[i].key[x].number &&
                (next == fine.n || fine.group[j].key[x].number < fine.group[next].key[x].number))
                next = j;
        }
        if (next < fine.n && !isnan(fine.group[i].p) && !isnan(fine.group[next].p) &&
            crosses(fine.group[i].p, fine.group[next].p))
            rc = add_grid_stop(
                p, axis, &(struct neighbours){&fine, from, &fine.group[i], &fine.group[next]}, err);
    }
    for (size_t i = 0; i < fine.n; i++)
        group_free(&fine.group[i], fine.by_n);
    free(fine.group);
    free(fine.by);
    return rc;
}

/* The values of an axis at which P is priced, rising. */
struct scale_values {
    size_t axis;              /* index into payoff.axis */
    const struct study *only; /* the scenario whose groups are priced; NULL: all */
    const char *path;
    bool whole;
    const double *value;
    size_t n;
};

/* Adds the stop points of the groups whose key is `key`, except for the axis's own column. */
static void scan_group(struct payoff *p, const struct payoff_question *q, const struct cell *key,
                       const struct scale_values *x)
{
    struct along a = {.p = p, .q = q, .key = key, .axis = x->path, .whole = x->whole};
    double x_before = NAN, p_before = NAN;
    for (size_t i = 0; i < x->n; i++) {
        if (x->value[i] == x_before)
            continue;
        double here = payoff_at(&a, x->value[i]);
        if (isnan(here))
            continue;
        if (!isnan(p_before) && crosses(p_before, here)) {
            struct payoff_stop *s = add_stop(p, &(struct payoff_stop){.axis = x->axis,
                                                                      .from = x_before,
                                                                      .to = x->value[i],
                                                                      .p_from = p_before,
                                                                      .p_to = here});
            for (size_t k = 0; k < p->by_n; k++)
                if (!path_equal(p->by[k], x->path))
                    s->key[k] = cell_copy(&key[k]);
            struct payoff_slice slice = payoff_slice(p, s->key);
            const struct setting beyond = {x->path, NULL, s->falls ? s->to : s->from};
            slice.set = &beyond;
            slice.n = 1;
            s->reason = payoff_reason(p, q, &slice);
            a.key = s->key;
            find_stop(s, &a);
            a.key = key;
        }
        x_before = x->value[i], p_before = here;
    }
    axis_verdicts_free(&a.drawn);
}

/* The index of an axis, which is added if it is new. */
static size_t place_axis(struct payoff *p, const char *path, const char *unit)
{
    for (size_t i = 0; i < p->axes; i++)
        if (!strcmp(p->axis[i], path))
            return i;
    p->axis = mem_grow(p->axis, p->axes + 1, sizeof *p->axis);
    p->axis_unit = mem_grow(p->axis_unit, p->axes + 1, sizeof *p->axis_unit);
    p->axis[p->axes] = mem_text(path);
    p->axis_unit[p->axes] = mem_text(unit);
    return p->axes++;
}

/* Do two groups differ in no column but that of the axis? */
static bool same_group(const struct payoff *p, size_t a, size_t b, const char *axis)
{
    for (size_t k = 0; k < p->by_n; k++)
        if (!path_equal(p->by[k], axis) && !cell_equal(&p->group[a].key[k], &p->group[b].key[k]))
            return false;
    return true;
}

static const struct study *study_of_group(const struct payoff *p, const struct payoff_question *q,
                                          size_t g)
{
    const struct payoff_slice slice = payoff_slice(p, p->group[g].key);
    return payoff_study_for(q->study, &slice);
}

/* Groups that are scanned, each with the stop points that it adds. */
struct scan {
    const struct scale_values *x;
    struct payoff *part;
    size_t *group;
};

static void scan_one(void *ctx, size_t i, const struct payoff_question *q)
{
    const struct scan *s = ctx;
    struct payoff *part = &s->part[i];
    scan_group(part, q, part->group[s->group[i]].key, s->x);
}

static void scan_groups(struct payoff *p, const struct payoff_question *q,
                        const struct scale_values *x)
{
    struct scan s = {.x = x,
                     .part = mem_alloc(p->n + 1, sizeof *s.part),
                     .group = mem_alloc(p->n + 1, sizeof *s.group)};
    size_t n = 0;
    for (size_t g = 0; g < p->n; g++) {
        bool first = !x->only || study_of_group(p, q, g) == x->only;
        for (size_t h = 0; h < g && first; h++)
            first = !same_group(p, h, g, x->path);
        if (!first)
            continue;
        s.part[n] = *p;
        s.part[n].stop = NULL;
        s.part[n].stops = 0;
        s.group[n++] = g;
    }
    payoff_each(n, q, scan_one, &s);
    for (size_t i = 0; i < n; i++) {
        p->stop = mem_grow(p->stop, p->stops + s.part[i].stops, sizeof *p->stop);
        if (s.part[i].stops)
            memcpy(p->stop + p->stops, s.part[i].stop, s.part[i].stops * sizeof *p->stop);
        p->stops += s.part[i].stops;
        free(s.part[i].stop);
    }
    free(s.group);
    free(s.part);
}

void payoff_scan(struct payoff *p, const struct payoff_question *q, const struct range *r,
                 size_t steps)
{
    double *value = mem_alloc(steps, sizeof *value);
    for (size_t i = 0; i < steps; i++)
        value[i] = range_value(r, i, steps);
    size_t axis = place_axis(p, r->path, r->unit);
    scan_groups(p, q, &(struct scale_values){axis, NULL, r->path, r->whole, value, steps});
    free(value);
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Scans an axis of a scenario over the groups of that scenario. */
static void scan_axis(struct payoff *p, const struct payoff_question *q, const struct study *s,
                      const struct axis *a)
{
    const struct field *f = a->parameter.field;
    double *value = mem_alloc(a->n, sizeof *value);
    char *column = mem_text(a->path);
    memcpy(value, a->value, a->n * sizeof *value);
    qsort(value, a->n, sizeof *value, by_value);
    for (char *c = column; *c; c++)
        *c = *c == '.' ? '_' : *c; /* as the columns of the store */
    size_t axis = place_axis(p, column, strcmp(f->unit, "1") != 0 ? f->unit : "");
    scan_groups(p, q, &(struct scale_values){axis, s, a->path, f->whole, value, a->n});
    free(column);
    free(value);
}

void payoff_scan_swept(struct payoff *p, const struct payoff_question *q)
{
    for (size_t g = 0; g < p->n; g++) {
        const struct study *s = study_of_group(p, q, g);
        bool first = s != NULL;
        for (size_t h = 0; h < g && first; h++)
            first = study_of_group(p, q, h) != s;
        for (size_t i = 0; first && i < s->axes; i++) {
            const struct axis *a = &s->axis[i];
            if (!a->is_part && !a->text && !a->real && a->n > 1 &&
                !payoff_study_sets(q->study, a->path))
                scan_axis(p, q, s, a);
        }
    }
}
