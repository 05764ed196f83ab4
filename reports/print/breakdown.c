/* The step of the best design with an engine and of the best without, split by kind of operator;
 * for each model at the middle one of its workloads. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "reports/payoff/payoff_label.h"
#include "reports/print/figure.h"
#include "reports/print/step_times.h"

static const char *model_of(const struct payoff *p, size_t group)
{
    for (size_t k = 0; k < p->by_n; k++)
        if (!strcmp(p->by[k], "model") && p->group[group].key[k].kind == CELL_TEXT)
            return p->group[group].key[k].text;
    return "";
}

/* Is it the middle of the groups of its model? */
static bool is_middle(const struct payoff *p, size_t group)
{
    size_t before = 0, all = 0;
    for (size_t i = 0; i < p->n; i++) {
        bool same = strcmp(model_of(p, i), model_of(p, group)) == 0;
        all += same;
        before += same && i < group;
    }
    return before == (all - 1) / 2;
}

static int add_design(struct table *data, const struct figure_from *from, double point,
                      const char *of, const char *design, struct err *err)
{
    struct table row;
    if (db_point(from->db, from->run, point, &row, err) != 0)
        return -1;
    table_text(data, of);
    table_text(data, design);
    table_number(data, point);
    table_number(data, table_number_at(&row, 0, "batch"));
    for (size_t i = 0; i < STEP_TIMES; i++)
        table_number(data, table_number_at(&row, 0, step_times[i].column));
    table_free(&row);
    return 0;
}

static int draw(struct drawing *d, struct table *data, const struct figure *f,
                const struct figure_from *from, struct err *err)
{
    enum { KEYS = 4 };
    const struct payoff *p = from->payoff;
    const char *header[KEYS + STEP_TIMES] = {"workload", "design", "point", "batch"};
    int rc = 0;
    (void)f;
    if (p->none)
        return fail(err, "%s", p->none);
    for (size_t i = 0; i < STEP_TIMES; i++)
        header[KEYS + i] = step_times[i].column;
    table_begin(data, header, LEN(header));
    for (size_t i = 0; i < p->n && rc == 0; i++) {
        const struct payoff_group *g = &p->group[i];
        if (!is_middle(p, i) || isnan(g->with_point))
            continue;
        char *title = group_title(p, g);
        char *with = mem_print("with %s", g->engine ? g->engine : "an engine");
        rc = add_design(data, from, g->without_point, title, "without", err);
        if (rc == 0)
            rc = add_design(data, from, g->with_point, title, with, err);
        free(with);
        free(title);
    }
    if (rc == 0)
        bar_chart_draw(d,
                       &(struct bar_chart){.group = "workload",
                                           .bar = "design",
                                           .part = step_times,
                                           .parts = STEP_TIMES,
                                           .unit = "s",
                                           .title = "time of a step",
                                           .note =
                                               "The best designs with and without an engine; their "
                                               "batches differ (column batch of the data)."},
                       data);
    return rc;
}

const struct figure figure_breakdown = {
    .name = "breakdown",
    .doc = "the step by kind of operator, best design with and without an engine, per model",
    .need = NEEDS_PAYOFF,
    .draw = draw,
};
