/* The fronts of both runs in one box: each objective runs from 0 at the best value of either front
 * to 1 at the reference, a tenth of the range beyond the worst. */
#include <stdlib.h>
#include <string.h>

#include "base/hypervolume.h"
#include "base/mem.h"
#include "base/pareto.h"
#include "reports/compare/compared_points.h"

static const double BEYOND = 0.1; /* of the range (assumed) */

/* The feasible points of a run, group by group: those of group g from begin[g] to begin[g + 1]. */
struct by_group {
    size_t *begin, *point;
};

static void sort_by_group(struct by_group out[RUNS], const struct compared_points *p)
{
    for (int side = 0; side < RUNS; side++) {
        size_t n = p->run[side].n;
        const struct compared_point *x = p->run[side].point;
        size_t *end = mem_alloc(p->groups + 2, sizeof *end), *point = mem_alloc(n + 1, sizeof *end);
        for (size_t i = 0; i < n; i++)
            end[x[i].group + 2] += point_is_feasible(p, &x[i]);
        for (size_t g = 2; g < p->groups + 2; g++)
            end[g] += end[g - 1];
        for (size_t i = 0; i < n; i++)
            if (point_is_feasible(p, &x[i]))
                point[end[x[i].group + 1]++] = i;
        out[side] = (struct by_group){end, point};
    }
}

static void by_group_free(struct by_group of[RUNS])
{
    for (int side = 0; side < RUNS; side++) {
        free(of[side].begin);
        free(of[side].point);
    }
}

/* The points of a front, by their index in the run. */
struct group_front {
    size_t n, *point;
};

static void find_front(struct group_front *out, const struct compared_points *p, int side,
                       const struct by_group *in, size_t group)
{
    size_t n = in->begin[group + 1] - in->begin[group], dim = p->objectives;
    size_t *of = mem_alloc(n + 1, sizeof *of);
    memcpy(of, in->point + in->begin[group], n * sizeof *of);
    double *at = mem_alloc(n * dim + 1, sizeof *at);
    bool *keep = mem_alloc(n + 1, sizeof *keep);
    for (size_t i = 0; i < n; i++)
        memcpy(at + i * dim, p->run[side].point[of[i]].at, dim * sizeof *at);
    pareto_front(at, n, dim, keep);
    *out = (struct group_front){0, of};
    for (size_t i = 0; i < n; i++)
        if (keep[i])
            of[out->n++] = of[i];
    free(at);
    free(keep);
}

static bool has_design(const struct compared_points *p, int side, const struct group_front *f,
                       const char *key)
{
    for (size_t i = 0; i < f->n; i++)
        if (!strcmp(p->run[side].point[f->point[i]].key, key))
            return true;
    return false;
}

/* Shares of the box that contains both fronts. */
static void find_volumes(double out[RUNS], const struct compared_points *p,
                         const struct group_front front[RUNS])
{
    size_t dim = p->objectives;
    double low[RULES_MOST], high[RULES_MOST], one[RULES_MOST];
    for (size_t k = 0; k < dim; k++) {
        low[k] = INFINITY;
        high[k] = -INFINITY;
        one[k] = 1;
        for (int side = 0; side < RUNS; side++)
            for (size_t i = 0; i < front[side].n; i++) {
                double at = p->run[side].point[front[side].point[i]].at[k];
                low[k] = fmin(low[k], at);
                high[k] = fmax(high[k], at);
            }
        double range = high[k] - low[k];
        high[k] += BEYOND * (range > 0 ? range : fmax(fabs(high[k]), 1));
    }
    for (int side = 0; side < RUNS; side++) {
        double *at = mem_alloc(front[side].n * dim + 1, sizeof *at);
        for (size_t i = 0; i < front[side].n; i++)
            for (size_t k = 0; k < dim; k++)
                at[i * dim + k] =
                    (p->run[side].point[front[side].point[i]].at[k] - low[k]) / (high[k] - low[k]);
        out[side] = front[side].n ? hypervolume(at, front[side].n, dim, one) : 0;
        free(at);
    }
}

static size_t count_missing(const struct compared_points *p, int side,
                            const struct group_front front[RUNS])
{
    size_t missing = 0;
    for (size_t i = 0; i < front[side].n; i++)
        missing +=
            !has_design(p, !side, &front[!side], p->run[side].point[front[side].point[i]].key);
    return missing;
}

void front_changes(struct table *out, const struct compared_points *p)
{
    static const char *const after[] = {
        "first", "second", "left", "came", "hypervolume_first", "hypervolume_second"};
    group_table_begin(out, p, after, LEN(after));
    struct by_group in[RUNS];
    sort_by_group(in, p);
    for (size_t g = 0; g < p->groups; g++) {
        struct group_front front[RUNS];
        double volume[RUNS];
        for (int side = 0; side < RUNS; side++)
            find_front(&front[side], p, side, &in[side], g);
        if (front[FIRST].n + front[SECOND].n) {
            find_volumes(volume, p, front);
            group_table_add(out, p, g);
            table_number(out, (double)front[FIRST].n);
            table_number(out, (double)front[SECOND].n);
            table_number(out, (double)count_missing(p, FIRST, front));
            table_number(out, (double)count_missing(p, SECOND, front));
            table_number(out, volume[FIRST]);
            table_number(out, volume[SECOND]);
        }
        for (int side = 0; side < RUNS; side++)
            free(front[side].point);
    }
    by_group_free(in);
}

static void add_design(struct table *out, const struct compared_points *p, int side,
                       const struct compared_point *x)
{
    group_table_add(out, p, x->group);
    table_text(out, side == FIRST ? "left" : "came");
    table_number(out, x->point);
    table_text(out, x->design);
    for (size_t k = 0; k < p->objectives; k++)
        table_number(out, -p->objective[k].sense * x->at[k]);
    const struct compared_point *other = find_design(p, !side, x->key);
    table_text(out, !other                        ? "no such point"
                    : point_is_feasible(p, other) ? "dominated"
                                                  : p->verdict[other->verdict]);
}

void front_designs(struct table *out, const struct compared_points *p)
{
    const char *after[RULES_MOST + 4] = {"change", "point", "design"};
    size_t n = 3;
    for (size_t k = 0; k < p->objectives; k++)
        after[n++] = p->objective[k].metric->name;
    after[n++] = "in_the_other";
    group_table_begin(out, p, after, n);
    struct by_group in[RUNS];
    sort_by_group(in, p);
    for (size_t g = 0; g < p->groups; g++) {
        struct group_front front[RUNS];
        for (int side = 0; side < RUNS; side++)
            find_front(&front[side], p, side, &in[side], g);
        for (int side = 0; side < RUNS; side++)
            for (size_t i = 0; i < front[side].n; i++) {
                const struct compared_point *x = &p->run[side].point[front[side].point[i]];
                if (!has_design(p, !side, &front[!side], x->key))
                    add_design(out, p, side, x);
            }
        for (int side = 0; side < RUNS; side++)
            free(front[side].point);
    }
    by_group_free(in);
}

/* The feasible point of a group with the highest value; NULL if there is none. */
static const struct compared_point *find_best(const struct compared_points *p, int side,
                                              const struct by_group *in, size_t group)
{
    const struct compared_point *best = NULL;
    for (size_t i = in->begin[group]; i < in->begin[group + 1]; i++) {
        const struct compared_point *x = &p->run[side].point[in->point[i]];
        if (!best || x->value > best->value)
            best = x;
    }
    return best;
}

void best_designs(struct table *out, const struct compared_points *p)
{
    static const char *const after[] = {"value_first",  "value_second", "change",
                                        "point_first",  "point_second", "design_first",
                                        "design_second"};
    group_table_begin(out, p, after, LEN(after));
    struct by_group in[RUNS];
    sort_by_group(in, p);
    for (size_t g = 0; g < p->groups; g++) {
        const struct compared_point *a = find_best(p, FIRST, &in[FIRST], g),
                                    *b = find_best(p, SECOND, &in[SECOND], g);
        if (!a && !b)
            continue;
        group_table_add(out, p, g);
        table_number(out, a ? a->value : NAN);
        table_number(out, b ? b->value : NAN);
        table_number(out, a && b ? b->value / a->value - 1 : NAN);
        table_number(out, a ? a->point : NAN);
        table_number(out, b ? b->point : NAN);
        table_text(out, a ? a->design : NULL);
        table_text(out, b ? b->design : NULL);
    }
    by_group_free(in);
}
