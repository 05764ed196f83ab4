/* Trends for `exact`. A declared trend is checked along random lines: all points of a line differ
 * in one axis only. A trend that a line violates is dropped. Half of the tolerance of the bounds
 * (trend_room) is used here, so a line fails before a bound does. */
#include "search/study_problem.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "search/axis.h"
#include "search/metric_trend.h"

static void snap(const void *ctx, double *gene)
{
    const struct study *s = ctx;
    for (size_t i = 0; i < s->axes; i++) {
        const struct axis *a = &s->axis[i];
        if (a->real && a->parameter.field->whole)
            gene[i] = axis_unit(a, axis_at(a, gene[i]));
    }
}

static bool is_ordered(const struct axis *a)
{
    return !a->is_part && !a->text;
}

void explore_make(struct explore *out, const struct study *s, const struct columns *columns)
{
    *out = (struct explore){.study = s, .columns = columns};
    for (size_t i = 0; i < s->axes; i++) {
        const struct axis *a = &s->axis[i];
        out->gene[i] = a->real ? (struct gene){GENE_REAL, 0}
                               : (struct gene){is_ordered(a) ? GENE_ORDERED : GENE_CATEGORY, a->n};
    }
    for (size_t i = 0; i < s->objectives; i++)
        while (strcmp(columns->column[out->objective[i]].name, s->objective[i].metric->name) != 0)
            out->objective[i]++;
    out->problem = (struct problem){.genes = s->axes,
                                    .objectives = s->objectives,
                                    .limits = study_limits(s),
                                    .gene = out->gene,
                                    .budget = s->budget,
                                    .stall = isfinite(s->stall) ? s->stall : 0,
                                    .population = s->population,
                                    .seed = (uint64_t)s->seed,
                                    .snap = snap,
                                    .ctx = s};
}

void explore_outcomes(const struct explore *e, size_t n, const double *rows, double *outcomes)
{
    const struct problem *p = &e->problem;
    for (size_t i = 0; i < n; i++, rows += e->columns->stride) {
        for (size_t k = 0; k < p->objectives; k++)
            *outcomes++ = -e->study->objective[k].sense * rows[e->objective[k]];
        memcpy(outcomes, rows + e->columns->n, p->limits * sizeof *rows);
        outcomes += p->limits;
    }
}

/* ---- points out of order ---- */

struct cursor *explore_cursors(struct explore *e, size_t jobs)
{
    if (jobs > e->cursors) {
        e->cursor = mem_grow(e->cursor, jobs, sizeof *e->cursor);
        memset(e->cursor + e->cursors, 0, (jobs - e->cursors) * sizeof *e->cursor);
        e->cursors = jobs;
    }
    return e->cursor;
}

size_t explore_rows(const struct explore *e)
{
    return e->problem.relaxed ? 2 : 1;
}

/* Prices points; their rows are followed by those of relaxed designs if the problem is relaxed. */
static void price(struct explore *e, size_t n, const double *genes, double *rows, size_t jobs)
{
    struct point_list list = {n, genes, rows, e->problem.relaxed};
    sweep_points(e->study, e->columns, &list, explore_cursors(e, jobs), jobs);
}

void explore_price(struct explore *e, size_t n, const double *genes, double *rows, double *outcomes,
                   size_t jobs)
{
    price(e, n, genes, rows, jobs);
    explore_outcomes(e, n * explore_rows(e), rows, outcomes);
}

static void price_cheaply(void *ctx, size_t n, const double *genes, double *outcomes)
{
    struct explore *e = ctx;
    if (n > e->cheap_room)
        e->cheap_rows =
            mem_grow(e->cheap_rows, (e->cheap_room = n) * e->columns->stride, sizeof(double));
    explore_price(e, n, genes, e->cheap_rows, outcomes, e->cheap_jobs);
}

void explore_offer_cheap(struct explore *e, size_t jobs)
{
    e->cheap_jobs = jobs;
    e->problem.cheap = price_cheaply;
    e->problem.cheap_ctx = e;
    const struct evaluator *of = &e->study->evaluator;
    bool learns = e->study->strategy->tell != NULL;
    e->problem.batch = (size_t)(learns ? of->batch : fmax(of->batch, 4 * of->processes));
}

/* ---- trends along the axes ---- */

enum { LINES = 256, LINES_LEAST = 2, STEPS = 24 };
/* Bounds do not pay on grids with fewer points: these are priced in the time in which the search
 * provides its memory. */
static const double LEAST = 8000;
static const double STARTED = 0.01;   /* share of the grid's effort: the first point of a cursor */
static const double CHECKED = 0.01;   /* before the search */
static const double CONFIRMED = 0.25; /* share of the effort saved, after the search */

static const struct field *package_metric(void)
{
    return field_find(metrics_fields, "package_limit_ratio");
}

static enum trend limit_trend(const struct study *s, size_t limit, const struct axis *a)
{
    if (limit == 0)
        return trend_declared(s, NULL, a);
    if (limit == study_package_limit(s))
        return trend_declared(s, package_metric(), a);
    const struct constraint *r = &s->constraint[limit - 1];
    enum trend t = TREND_UNKNOWN;
    if (r->metric)
        t = trend_declared(s, r->metric, a);
    else if (!a->is_part && a->parameter.offset != r->parameter.offset)
        t = TREND_NONE;
    bool most = r->relation == AT_MOST || r->relation == BELOW;
    return most || t == TREND_NONE ? t
           : t == TREND_UP         ? TREND_DOWN
           : t == TREND_DOWN       ? TREND_UP
                                   : t;
}

/* Smallest and largest value of a line so far; both NAN at its start. */
struct extent {
    double least, most;
};

/* Does the next value follow the trend? */
static bool follows(enum trend t, const struct extent *x, double next, double dip, bool is_limit)
{
    bool falls = next < x->most - trend_room(x->most, dip, is_limit) / 2;
    bool rises = next > x->least + trend_room(x->least, dip, is_limit) / 2;
    return t == TREND_UNKNOWN || (t == TREND_UP     ? !falls
                                  : t == TREND_DOWN ? !rises
                                                    : !falls && !rises);
}

/* Lines that are priced together. */
struct lines {
    size_t n, points;
    struct {
        size_t axis, points;
    } line[SEARCH_BATCH];
    double *genes, *rows;
};

/* Is there a trend to check along the axis? */
static bool has_trend(const struct explore *e, size_t axis)
{
    const struct problem *p = &e->problem;
    bool found = false;
    for (size_t j = 0; j < p->objectives + p->limits; j++)
        found = found || e->trend[j * p->genes + axis] != TREND_UNKNOWN;
    return found && e->gene[axis].n > 1;
}

static size_t steps_of(const struct explore *e, size_t axis)
{
    return e->gene[axis].n < STEPS ? e->gene[axis].n : STEPS;
}

/* Effort of one line along every axis; `points` receives their number of points. */
static double effort_of_lines(const struct explore *e, size_t *points)
{
    const struct problem *p = &e->problem;
    double effort = p->effort.slow_genes ? p->effort.slow : 0;
    *points = 0;
    for (size_t i = 0; i < e->problem.genes; i++) {
        size_t steps = has_trend(e, i) ? steps_of(e, i) : 0;
        *points += steps;
        effort +=
            (p->effort.point + (i < p->effort.slow_genes ? p->effort.slow : 0)) * (double)steps;
    }
    return effort;
}

/* Adds a line along an axis through `gene`: consecutive values, or values spread over the axis. */
static void add_line(struct explore *e, struct lines *l, size_t axis, const double *gene)
{
    size_t axes = e->problem.genes, n = e->gene[axis].n, steps = steps_of(e, axis);
    double from = steps < n ? floor(random_unit(&e->random) * (double)(n - steps + 1)) : 0;
    double stride = random_next(&e->random) >> 63 ? 1 : (double)(n - 1) / (double)(steps - 1);
    if (stride > 1)
        from = 0;
    for (size_t step = 0; step < steps; step++) {
        double *to = l->genes + (l->points + step) * axes;
        memcpy(to, gene, axes * sizeof *to);
        to[axis] = floor(from + stride * (double)step);
    }
    l->line[l->n].axis = axis;
    l->line[l->n++].points = steps;
    l->points += steps;
}

/* Adds a line along every axis. The lines share their slow genes, except those along slow axes. */
static void add_lines(struct explore *e, struct lines *l)
{
    const struct problem *p = &e->problem;
    double gene[AXES_MOST];
    for (size_t i = 0; i < p->effort.slow_genes; i++)
        gene[i] = gene_at(&e->gene[i], random_unit(&e->random));
    for (size_t axis = p->genes; axis-- > 0;) { /* the slow ones last */
        for (size_t i = p->effort.slow_genes; i < p->genes; i++)
            gene[i] = gene_at(&e->gene[i], random_unit(&e->random));
        if (has_trend(e, axis))
            add_line(e, l, axis, gene);
    }
    e->lines++;
}

/* Drops every trend that a line violates. */
static void check_line(struct explore *e, size_t axis, size_t points, const double *rows)
{
    const struct problem *p = &e->problem;
    double now[RULES_MOST + STUDY_LIMITS_MOST] = {0};
    struct extent so_far[RULES_MOST + STUDY_LIMITS_MOST];
    size_t width = p->objectives + p->limits;
    for (size_t j = 0; j < width; j++)
        so_far[j] = (struct extent){NAN, NAN};
    for (size_t step = 0; step < points; step++, rows += e->columns->stride) {
        explore_outcomes(e, 1, rows, now);
        for (size_t j = 0; j < width; j++) {
            size_t at = j * p->genes + axis;
            bool is_limit = j >= p->objectives, sign_only = j == p->objectives;
            /* The excess over the model's limits mixes memory and latency. */
            double next = sign_only ? now[j] > 0 : is_limit ? fmax(now[j], 0) : now[j];
            if (!e->always[j] && j != p->objectives && now[p->objectives] > 0)
                continue;
            if (!follows(e->trend[at], &so_far[j], next, e->dip[at], j >= p->objectives))
                e->trend[at] = TREND_UNKNOWN;
            so_far[j].least = fmin(so_far[j].least, next);
            so_far[j].most = fmax(so_far[j].most, next);
        }
    }
}

static void check_lines(struct explore *e, struct lines *l, size_t jobs)
{
    size_t stride = e->columns->stride;
    l->rows = mem_grow(l->rows, explore_rows(e) * l->points * stride, sizeof *l->rows);
    price(e, l->points, l->genes, l->rows, jobs);
    const double *row = l->rows + (explore_rows(e) - 1) * l->points * stride;
    for (size_t i = 0; i < l->n; row += l->line[i++].points * stride)
        check_line(e, l->line[i].axis, l->line[i].points, row);
    l->n = l->points = 0;
}

/* Checks trends until each axis has LINES lines or the effort is used up. Returns the effort spent.
 */
static double check_trends(struct explore *e, double effort, size_t jobs)
{
    double spent = 0, more;
    struct lines *l = mem_alloc(1, sizeof *l);
    l->genes = mem_alloc(SEARCH_BATCH * e->problem.genes, sizeof *l->genes);
    for (size_t points; e->lines < LINES; spent += more) {
        more = effort_of_lines(e, &points);
        if (points == 0 || spent + more > effort)
            break;
        if (l->points + points > SEARCH_BATCH)
            check_lines(e, l, jobs);
        add_lines(e, l);
    }
    if (l->n > 0)
        check_lines(e, l, jobs);
    free(l->genes);
    free(l->rows);
    free(l);
    return spent;
}

/* Effort of the lines that are still needed to reach LINES_LEAST. */
static double effort_of_missing_lines(const struct explore *e)
{
    size_t points;
    double each = effort_of_lines(e, &points);
    return e->lines < LINES_LEAST && points > 0 ? each * (double)(LINES_LEAST - e->lines) : 0;
}

/* Fills the trends that metric_trend.c declares. */
static void declare_trends(struct explore *e)
{
    const struct study *s = e->study;
    size_t axes = s->axes, m = s->objectives, width = m + study_limits(s);

    e->trend = mem_alloc(width * axes + 1, sizeof *e->trend);
    e->dip = mem_alloc(width * axes + 1, sizeof *e->dip);
    e->turns = mem_alloc(width * axes + 1, sizeof *e->turns);
    e->always = mem_alloc(width, sizeof *e->always);
    for (size_t j = 0; j < width; j++) {
        const struct field *f = j < m                             ? s->objective[j].metric
                                : j - m == study_package_limit(s) ? package_metric()
                                : j > m                           ? s->constraint[j - m - 1].metric
                                                                  : NULL;
        e->always[j] = j == m || trend_always(f) || (j > m && !f);
        for (size_t i = 0; i < axes; i++) {
            enum trend t =
                j < m ? trend_declared(s, f, &s->axis[i]) : limit_trend(s, j - m, &s->axis[i]);
            if (j < m && s->objective[j].sense > 0) /* outcomes are minimised */
                t = t == TREND_UP ? TREND_DOWN : t == TREND_DOWN ? TREND_UP : t;
            e->trend[j * axes + i] = t;
            e->dip[j * axes + i] = trend_dip(f, &s->axis[i]);
            e->turns[j * axes + i] = t != TREND_UNKNOWN;
        }
    }
    e->problem.relaxed = trends_need_relaxing(s);
    e->problem.trend = e->trend;
    e->problem.dip = e->dip;
    e->problem.always = e->always;
}

/* ---- what a point costs ---- */

/* Instructions of a point out of order, and of a change of the slow genes besides, against those of
 * a point in order without one. Measured with `bench_search effort KIND order`, `near`, `apart`,
 * which says how, on 480 points of these kinds (x86-64 without AVX-512), in thousands:
 *
 *                        order   near   apart   point  slow
 *   large                 2198   2501            1.15
 *   many contexts         1296   1499   20402    1.19    15
 *   auto, contexts        2117   2902   72433    1.47    35
 *   all auto              6530   7917  509434    1.44    91
 *   calibrated            2524   2693            1.08
 *   calibrated, contexts  2647   2892   61351    1.15    23
 *   calibrated, auto      5806   8554  156367    1.56    27
 *
 *   engines               2718   6881   92940    2.53    32
 *   engines, auto         3431  12137  202554    3.54    55
 *
 * where slow = (apart - near) / 480 / a, and a = order / 480 less one change of the slow genes.
 * `start` is what the first point of a cursor costs, which provides the memory of its mappings. */
static const struct point_effort {
    double point, slow, start;
} effort_fixed = {1.2, 15, 20}, effort_calibrated = {1.2, 25, 30}, effort_auto = {1.5, 35, 80},
  effort_all_auto = {1.5, 90, 600};

static bool has_auto(const struct study *s, const char *path, double base)
{
    return study_can_be(s, path, base, PLAN_AUTO);
}

/* The search's own work per point, for each objective beyond two: archive and corners. In points
 * (assumed; with four objectives a search that prices a third of the points breaks even). */
static const double OBJECTIVE_WORK = 0.4;

/* Bounds of relaxed designs, which are priced with the points (the rows "engines" over those
 * without engines). Points that lower the clock cost more in order, so these are the upper ends. */
static const double RELAXED_POINT = 2.4, RELAXED_SLOW = 2.1;

static struct point_effort usual_effort(const struct study *s)
{
    const struct plan *p = &s->base.plan;
    if (has_auto(s, "plan.pp", p->pp) || has_auto(s, "plan.cp", p->cp))
        return effort_all_auto;
    if (has_auto(s, "plan.tp", p->tp) || has_auto(s, "plan.dp", p->dp) ||
        has_auto(s, "plan.ep", p->ep))
        return effort_auto;
    return study_can_be(s, "timing", s->base.mode.timing, TIMING_CALIBRATED) ? effort_calibrated
                                                                             : effort_fixed;
}

static struct point_effort point_effort_of(const struct study *s)
{
    struct point_effort p = usual_effort(s);
    bool relaxes = trends_need_relaxing(s);
    return (struct point_effort){.point = p.point * (relaxes ? RELAXED_POINT : 1),
                                 .slow = p.slow * (relaxes ? RELAXED_SLOW : 1),
                                 .start = p.start};
}

/* In points of the grid; each point includes its share of a change of the slow genes. */
static struct effort effort_of(const struct study *s, double grid)
{
    double fast = 1;
    for (size_t i = s->slow; i < s->axes; i++)
        fast *= (double)s->axis[i].n;
    struct point_effort p = point_effort_of(s);
    double unit = 1 + p.slow / fast, more = fmax(0, (double)s->objectives - 2);
    return (struct effort){.grid = grid,
                           .least = LEAST + p.start / unit / STARTED,
                           .spent = p.start / unit,
                           .point = (p.point + OBJECTIVE_WORK * more) / unit,
                           .slow = p.slow / unit,
                           .slow_genes = s->slow};
}

void explore_trends(struct explore *e, double grid, size_t jobs)
{
    bool whole = e->problem.budget >= genes_size(e->gene, e->problem.genes);
    e->problem.effort = effort_of(e->study, whole ? grid : 0);
    declare_trends(e);
    random_seed(&e->random, (uint64_t)e->study->seed);
    bool bounded = e->problem.effort.grid > 0;
    if (!bounded || grid >= e->problem.effort.least)
        e->problem.effort.spent += check_trends(e, bounded ? CHECKED * grid : INFINITY, jobs);
    e->problem.effort.check = bounded ? effort_of_missing_lines(e) : 0;
    for (size_t k = 0; k < (e->problem.objectives + e->problem.limits) * e->problem.genes; k++)
        e->turns[k] = e->turns[k] && e->trend[k] == TREND_UNKNOWN;
}

enum confirmed explore_confirm(struct explore *e, const struct search *s, size_t jobs)
{
    size_t n = (e->problem.objectives + e->problem.limits) * e->problem.genes;
    const struct effort *effort = &e->problem.effort;
    double saved = effort->grid - effort->spent - effort->point * (double)search_asked(s);
    double most = effort->grid > 0 ? fmax(CONFIRMED * saved, effort->check) : INFINITY;
    enum trend *relied = mem_alloc(n, sizeof *relied);
    memcpy(relied, e->trend, n * sizeof *relied);
    check_trends(e, most, jobs);
    bool kept = memcmp(relied, e->trend, n * sizeof *relied) == 0;
    bool enough = effort_of_missing_lines(e) <= 0;
    free(relied);
    return !kept ? BOUNDS_BROKEN : enough ? BOUNDS_KEPT : BOUNDS_UNCHECKED;
}

void explore_free(struct explore *e)
{
    for (size_t i = 0; i < e->cursors; i++)
        cursor_free(&e->cursor[i]);
    free(e->cursor);
    free(e->cheap_rows);
    free(e->trend);
    free(e->dip);
    free(e->always);
    free(e->turns);
}
