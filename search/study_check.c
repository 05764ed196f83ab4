#include "search/study_check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const double MOST_POINTS = 9007199254740992.0; /* 2^53: exact as a double */
static const double LONG_BUDGET = 1e12;               /* if `seconds` or `stall` stops the search */
enum { DEFAULT_BUDGET = 25000, CALLS = 200 }; /* CALLS: of an evaluator, in endless spaces */

int reading_note(struct reading *r, const struct node *n, const struct err *what)
{
    node_add_fault(n, r->found, what);
    return -1;
}

const struct given *reading_given(const struct reading *r, const struct parameter *p)
{
    for (size_t i = 0; i < r->values; i++)
        if (r->given[i].parameter.offset == p->offset)
            return &r->given[i];
    return NULL;
}

const struct node *list_item(const struct node *n, size_t i)
{
    return node_kind(n) == NODE_LIST ? node_at(n, i) : n;
}

/* The value of a key, or of a key below it, in the overlay or else in the base; NULL if neither has
 * it. */
static const struct node *find_value(const struct reading *r, const char *key, const char *below)
{
    const struct node *layer[] = {r->overlay, r->root};
    for (size_t i = 0; i < 2; i++) {
        const struct node *n = layer[i] ? node_find(layer[i], key) : NULL;
        if (n && below)
            n = node_find(n, below);
        if (n)
            return n;
    }
    return NULL;
}

/* The place of mistakes that have no other. */
static const struct node *whole_of(const struct reading *r)
{
    return r->overlay ? r->overlay : r->root;
}

static bool axis_has_value(const struct axis *a, double v)
{
    bool is = a->real && v >= a->from && v <= a->to;
    for (size_t i = 0; i < a->n && !is; i++)
        is = a->value[i] == v;
    return is;
}

static bool axis_has_entry(const struct axis *a, const struct entry *e)
{
    bool is = false;
    for (size_t i = 0; i < a->n && !is; i++)
        is = a->entry[i] == e;
    return is;
}

/* A default word that stands for no number in range (auto, max, none) leaves the value open. */
static bool leaves_open(const struct field *f, double v)
{
    return !f->only_words && v == f->init && (v < f->lo || v > f->hi || isinf(v));
}

/* So does an engine that is none. */
static bool entry_leaves_open(const struct entry *e)
{
    return e->part == PART_ENGINE && !engine_is_there(e->value);
}

/* A base value must be a value of the axis that sweeps it, or leave it open: otherwise no point
 * would have it. Call it before the axes are sorted (axis_key). */
static void check_base_values(struct reading *r)
{
    for (size_t i = 0; i < r->s->axes; i++) {
        const struct axis *a = &r->s->axis[i];
        const struct given *value = a->is_part ? NULL : reading_given(r, &a->parameter);
        const struct node *unused = NULL;
        struct err err;
        const struct entry *entry = a->is_part ? r->entry[a->part] : NULL;
        if (entry && !entry_leaves_open(entry) && !axis_has_entry(a, entry))
            unused = r->name[a->part];
        else if (value && !leaves_open(a->parameter.field, value->value) &&
                 !axis_has_value(a, value->value))
            unused = value->node;
        if (!unused)
            continue;
        node_fail(unused, a->path, &err,
                  "given twice: %s here, other values by the axis at %zu:%zu: keep one, or list "
                  "the value there",
                  node_text(unused), node_line(r->axis_key[i]), node_column(r->axis_key[i]));
        reading_note(r, unused, &err);
    }
}

static int too_many(const struct node *n, double points, struct err *err)
{
    return node_fail(
        n, "sweep", err,
        "%.3g points are more than 2^53: remove values or axes, or give search a budget", points);
}

/* The default strategy: the grid if it fits the budget, otherwise one that suits the objectives. */
static void choose_strategy(struct study *s, double points)
{
    if (s->evaluator.command && s->objectives)
        s->strategy = &strategy_multifidelity;
    else if (isfinite(points) && points <= s->budget)
        s->strategy = &strategy_grid;
    else
        s->strategy = s->objectives == 0  ? &strategy_sobol
                      : s->objectives < 3 ? &strategy_nsga2
                                          : &strategy_nsga3;
}

static int count_points(const struct reading *r, struct err *err)
{
    struct study *s = r->s;
    double points = 1;
    const struct node *root = whole_of(r);
    const struct node *named = find_value(r, "search", "strategy");
    bool real = false;

    for (size_t i = 0; i < s->axes; i++) {
        points *= s->axis[i].real ? INFINITY : (double)s->axis[i].n;
        real = real || s->axis[i].real;
        if (s->axis[i].real && s->strategy_given && s->strategy->lists) {
            const struct node *axis = find_value(r, "sweep", s->axis[i].path);
            return node_fail(axis ? axis : root, s->axis[i].path, err,
                             "%s cannot search a range without steps: give steps, or choose "
                             "another strategy, like nsga2",
                             s->strategy->name);
        }
    }
    if (s->strategy_given && s->strategy->aims && !s->objectives)
        return node_fail(named ? named : root, "search.strategy", err,
                         "%s needs objectives: write objectives: [+tokens_per_s, ...]",
                         s->strategy->name);
    if (!s->strategy_given)
        choose_strategy(s, real ? INFINITY : points);
    if (s->strategy == &strategy_multifidelity && isinf(s->budget))
        s->budget = isinf(points) ? (double)CALLS : fmax(1, ceil(s->evaluator.share * points));
    if (!s->strategy->lists) {
        if (isinf(s->budget))
            s->budget = isinf(s->seconds) && isinf(s->stall) ? (double)DEFAULT_BUDGET : LONG_BUDGET;
        s->budget = floor(fmin(s->budget, MOST_POINTS));
        s->size = (uint64_t)fmin(points, s->budget);
        return 0;
    }
    if (points > MOST_POINTS)
        return too_many(root, points, err);
    if (points > s->budget && s->strategy == &strategy_grid)
        return node_fail(
            find_value(r, "search", "budget"), "search.budget", err,
            "%g is less than the %.0f points of the grid: raise it, shorten an axis, or choose "
            "another strategy",
            s->budget, points);
    s->size = (uint64_t)points;
    return 0;
}

/* The node that sets the parameter at the start of a message like "model.top_k: ..."; the study if
 * there is none. */
static const struct node *find_blamed(const struct reading *r, const char *complaint)
{
    char path[64];
    const struct node *n;

    snprintf(path, sizeof path, "%.*s", (int)strcspn(complaint, ":"), complaint);
    if ((n = find_value(r, path, NULL)) || (n = find_value(r, "sweep", path)))
        return n;
    char *dot = strchr(path, '.');
    if (dot)
        *dot = '\0';
    if (dot && (n = find_value(r, path, dot + 1)))
        return n;
    n = find_value(r, path, NULL);
    return n ? n : whole_of(r);
}

/* Approximate number of values of the axes in `sweep`, without those that `over` replaces. */
static double count_axes(const struct node *sweep, const struct node *over)
{
    double points = 1;
    for (size_t i = 0; sweep && node_kind(sweep) == NODE_MAP && i < node_count(sweep); i++)
        if (!over || !node_find(over, node_key(sweep, i)))
            points *= fmax(1, axis_count(node_at(sweep, i)));
    return points;
}

int check_size(const struct reading *r, struct err *err)
{
    const struct study *s = r->s;
    const struct node *models = find_value(r, "models", NULL);
    const struct node *sweep = node_find(r->root, "sweep");
    const struct node *over = r->overlay ? node_find(r->overlay, "sweep") : NULL;
    double points = (models ? axis_count(models) : 1) * count_axes(over, NULL) *
                    count_axes(sweep, over && node_kind(over) == NODE_MAP ? over : NULL);
    const struct node *place = over ? over : sweep ? sweep : whole_of(r);
    bool samples = s->strategy_given ? !s->strategy->lists : isfinite(s->budget);
    return points > MOST_POINTS && !samples ? too_many(place, points, err) : 0;
}

static void check_rules(struct reading *r)
{
    const struct study *s = r->s;
    const struct node *limits = find_value(r, "constraints", NULL),
                      *goals = find_value(r, "objectives", NULL);
    struct metric_scope scope;
    struct err err, inner;

    study_scope(s, &scope);
    for (size_t i = 0; i < s->constraints; i++) {
        const struct field *metric = s->constraint[i].metric;
        if ((metric && !metric_exists(metric, &scope, &inner)) ||
            constraint_check(s, i, &inner) != 0) {
            node_fail(list_item(limits, i), "constraints", &err, "%s", inner.text);
            reading_note(r, list_item(limits, i), &err);
        }
    }
    for (size_t i = 0; i < s->objectives; i++)
        if (!metric_exists(s->objective[i].metric, &scope, &inner)) {
            node_fail(list_item(goals, i), "objectives", &err, "%s", inner.text);
            reading_note(r, list_item(goals, i), &err);
        }
}

int check_whole(struct reading *r, struct err *err)
{
    struct study *s = r->s;
    struct err inner;

    check_base_values(r);
    study_sort_axes(s);
    if (count_points(r, err) != 0)
        return -1;
    if (study_settle(s, &inner) != 0)
        return node_fail(find_blamed(r, inner.text), NULL, err, "%s", inner.text);
    if (evaluator_check(r, err) != 0)
        return -1;
    if (s->strategy == &strategy_exact && s->keep_given && s->keep != KEEP_FRONT)
        return node_fail(find_value(r, "keep", NULL), "keep", err,
                         "exact prices only points that may be on the front: write keep: front");
    if (s->strategy == &strategy_exact)
        s->keep = KEEP_FRONT;
    if (s->keep == KEEP_FRONT && !s->objectives)
        return node_fail(find_value(r, "keep", NULL), "keep", err,
                         "a front needs objectives: write objectives: [+tokens_per_s, ...]");
    if (s->keep == KEEP_FRONT && s->store == STORE_COLUMNS)
        return node_fail(find_value(r, "store", NULL), "store", err,
                         "columns cannot lose points, and keep: front does: write store: rows");
    check_rules(r);
    return 0;
}
