#include "search/study_problem.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "search/axis.h"
#include "search/block.h"
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

void explore_worth(const struct explore *e, size_t n, const double *rows, double *outcomes)
{
    const struct problem *p = &e->problem;
    for (size_t i = 0; i < n; i++, rows += e->columns->stride) {
        for (size_t k = 0; k < p->objectives; k++)
            *outcomes++ = -e->study->objective[k].sense * rows[e->objective[k]];
        memcpy(outcomes, rows + e->columns->n, p->limits * sizeof *rows);
        outcomes += p->limits;
    }
}

/* ---- how things move along the axes ---- */

enum { LINES = 256, STEPS = 24 };

static enum trend limit_trend(const struct study *s, size_t limit, const struct axis *a)
{
    if (limit == 0)
        return trend_declared(s, NULL, a);
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

static bool follows(enum trend t, double before, double after)
{
    double slack = TREND_SLACK / 2 * fabs(before);
    return t == TREND_UNKNOWN || isnan(before) || isnan(after) || after == before ||
           (t == TREND_UP     ? after >= before - slack
            : t == TREND_DOWN ? after <= before + slack
                              : fabs(after - before) <= slack);
}

/* Walks one axis from a point drawn at random and takes back every trend that is not kept. */
static void walk(struct explore *e, struct random *random, size_t axis, struct cursor *c,
                 struct block *block)
{
    const struct problem *p = &e->problem;
    size_t width = p->objectives + p->limits, n = e->gene[axis].n;
    size_t steps = n < STEPS ? n : STEPS;
    double gene[AXES_MOST], row[ROW_MOST], now[2 * RULES_MOST + 1], before[2 * RULES_MOST + 1];

    for (size_t i = 0; i < p->genes; i++)
        gene[i] = gene_at(&e->gene[i], random_unit(random));
    double from = steps < n ? floor(random_unit(random) * (double)(n - steps + 1)) : 0;
    double stride = random_next(random) >> 63 ? 1 : (double)(n - 1) / (double)(steps - 1);
    if (stride > 1)
        from = 0;
    for (size_t step = 0; step < steps; step++) {
        gene[axis] = floor(from + stride * (double)step);
        cursor_put(c, e->study, gene);
        block_add(block, c, e->columns, row);
        block_price(block);
        explore_worth(e, 1, row, now);
        for (size_t j = 0; j < width; j++) {
            if (!e->always[j] && j != p->objectives && now[p->objectives] > 0)
                now[j] = NAN;
            enum trend *t = &e->trend[j * p->genes + axis];
            bool sign_only = j == p->objectives; /* how much is no one measure: memory or time */
            double a = sign_only ? before[j] > 0 : before[j], b = sign_only ? now[j] > 0 : now[j];
            if (step > 0 && !follows(*t, a, b))
                *t = TREND_UNKNOWN;
        }
        memcpy(before, now, width * sizeof *now);
    }
}

void explore_trends(struct explore *e)
{
    const struct study *s = e->study;
    size_t axes = s->axes, m = s->objectives, width = m + study_limits(s);
    struct random random;
    struct cursor c = {0};
    struct block *block = mem_alloc(1, sizeof *block);

    e->trend = mem_alloc(width * axes + 1, sizeof *e->trend);
    e->turns = mem_alloc(width * axes + 1, sizeof *e->turns);
    e->always = mem_alloc(width, sizeof *e->always);
    for (size_t j = 0; j < width; j++) {
        const struct field *f = j < m   ? s->objective[j].metric
                                : j > m ? s->constraint[j - m - 1].metric
                                        : NULL;
        e->always[j] = j == m || trend_always(f) || (j > m && !f);
        for (size_t i = 0; i < axes; i++) {
            enum trend t =
                j < m ? trend_declared(s, f, &s->axis[i]) : limit_trend(s, j - m, &s->axis[i]);
            if (j < m && s->objective[j].sense > 0) /* objectives are made small */
                t = t == TREND_UP ? TREND_DOWN : t == TREND_DOWN ? TREND_UP : t;
            e->trend[j * axes + i] = t;
            e->turns[j * axes + i] = t != TREND_UNKNOWN;
        }
    }
    random_seed(&random, (uint64_t)s->seed);
    for (size_t i = 0; i < axes; i++)
        for (size_t line = 0; line < LINES && e->gene[i].n > 1; line++)
            walk(e, &random, i, &c, block);
    cursor_free(&c);
    free(block);
    for (size_t k = 0; k < width * axes; k++)
        e->turns[k] = e->turns[k] && e->trend[k] == TREND_UNKNOWN;
    e->problem.trend = e->trend;
    e->problem.always = e->always;
}

void explore_free(struct explore *e)
{
    free(e->trend);
    free(e->always);
    free(e->turns);
}
