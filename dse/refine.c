#include "dse/refine.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "search/axis.h"
#include "search/space.h"

static const double DESIGNS_MOST = 1e5;

struct refine {
    struct study *study;
};

int refine_open(struct refine **out, const struct db_run *run, struct catalogue *c, struct err *err)
{
    struct study *s;
    if (study_parse(&s, run->name, run->spec, c, err) != 0)
        return -1;
    *out = mem_alloc(1, sizeof **out);
    (*out)->study = s;
    return 0;
}

void refine_close(struct refine *r)
{
    if (r)
        study_free(r->study);
    free(r);
}

static bool is_column(const struct axis *a, const char *column)
{
    size_t i = 0;
    while (column[i] && (a->path[i] == column[i] || (a->path[i] == '.' && column[i] == '_')))
        i++;
    return !column[i] && !a->path[i];
}

/* The alternative of an axis that a key's cell names; a->n if none does. */
static size_t alternative(const struct axis *a, const struct cell *c)
{
    size_t i = 0;
    while (i < a->n && (a->text ? c->kind != CELL_TEXT || strcmp(a->text[i], c->text) != 0
                                : c->kind != CELL_NUMBER || a->value[i] != c->number))
        i++;
    return i;
}

static double resource(enum budget budget, const struct metrics *m, const struct plan *plan)
{
    switch (budget) {
    case BUDGET_COST:
        return m->system_cost_usd;
    case BUDGET_AREA:
        return (m->die_area_mm2 + m->engine_area_mm2) * plan->tp * plan->dp;
    case BUDGET_POWER:
        return m->power_w;
    case BUDGET_NONE:
        break;
    }
    return 1;
}

/* A copy of the study with every axis of the key at its value and `axis` at x. The copy borrows all
 * but `fixed`, which holds the single values. */
static bool restrict_to(struct study *out, double *fixed, const struct study *s,
                        const struct payoff *p, const struct cell *key, const char *axis, double x)
{
    *out = *s;
    for (size_t i = 0; i < out->axes; i++) {
        struct axis *a = &out->axis[i];
        if (is_column(a, axis)) {
            fixed[i] = a->parameter.field->whole ? round(x) : x;
            a->value = &fixed[i];
            a->n = 1;
            continue;
        }
        for (size_t k = 0; k < p->by_n; k++) {
            size_t at;
            if (!is_column(a, p->by[k]) || key[k].kind == CELL_NULL)
                continue;
            if ((at = alternative(a, &key[k])) == a->n)
                return false;
            if (a->is_part) {
                a->entry += at;
                a->part_value += at;
            } else {
                a->value += at;
            }
            a->n = 1;
        }
    }
    double size = 1;
    for (size_t i = 0; i < out->axes; i++)
        size *= (double)out->axis[i].n;
    out->size = (uint64_t)size;
    return size <= DESIGNS_MOST;
}

double refine_payoff(void *ctx, const struct payoff *p, const struct cell *key, const char *axis,
                     double x)
{
    const struct refine *r = ctx;
    struct study *s = mem_alloc(1, sizeof *s);
    double fixed[AXES_MOST], best[2] = {0, 0};
    struct cursor c = {0};
    struct metrics m;
    struct plan plan;

    /* A key that names an engine holds only that one against none. */
    const char *engine = NULL;
    struct payoff free_engine = *p;
    struct cell *free_key = mem_alloc(p->by_n + 1, sizeof *free_key);
    for (size_t k = 0; k < p->by_n; k++) {
        free_key[k] = key[k];
        if (!strcmp(p->by[k], "engine") && key[k].kind == CELL_TEXT) {
            engine = key[k].text;
            free_key[k].kind = CELL_NULL;
        }
    }
    if (!restrict_to(s, fixed, r->study, &free_engine, free_key, axis, x)) {
        free(free_key);
        free(s);
        return NAN;
    }
    cursor_seek(&c, s, 0);
    for (uint64_t i = 0; i < s->size; i++, cursor_next(&c)) {
        bool with = engine_is_there(&c.design.engine);
        if (with && engine && strcmp(engine, c.design.engine_name) != 0)
            continue;
        cursor_evaluate(&c, &m, &plan);
        if (m.verdict == VERDICT_OK)
            best[with] = fmax(best[with], m.tokens_per_s / resource(p->budget, &m, &plan));
    }
    cursor_free(&c);
    free(free_key);
    free(s);
    return best[0] > 0 && best[1] > 0 ? best[1] / best[0] : NAN;
}
