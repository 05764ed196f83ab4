/* arXiv:2507.15465 Figure 13: expected load of the busiest device over the mean, from
 * arch/routing.h. */
#include <string.h>

#include "arch/plan.h"
#include "arch/routing.h"
#include "base/mem.h"
#include "reports/print/paper_charts.h"
#include "search/study.h"

static const char *const sql =
    "SELECT workload_placement AS placement, CAST(plan_ep AS INT) || ' devices' AS devices, "
    "plan_ep, "
    "workload_skew, NULL AS imbalance FROM point WHERE run = ?1 ORDER BY point";

static int draw(struct drawing *d, struct table *data, const struct figure *f,
                const struct figure_from *from, struct err *err)
{
    const struct field *placement = field_find(workload_fields, "placement");
    if (!from->study)
        return fail(err, "the files of the study of run %s are missing", from->run->name);
    const struct paper_points points = {"plan_ep,workload_placement,workload_skew", sql};
    if (paper_select(data, f, from, &points, err) != 0)
        return -1;
    const struct model *m = &from->study->base.model;
    for (size_t i = 0; i < data->rows; i++) {
        struct routing r;
        struct routing_of of = {.experts = m->experts,
                                .top_k = m->top_k,
                                .skew = table_number_at(data, i, "workload_skew"),
                                .devices = table_number_at(data, i, "plan_ep")};
        if (field_parse(placement, table_text_at(data, i, "placement"), &of.placement, err) != 0)
            return -1;
        routing_make(&r, &of);
        struct cell *cell = table_at(data, i, (size_t)table_find(data, "imbalance"));
        cell->kind = CELL_NUMBER;
        cell->number = r.imbalance;
    }
    line_chart_draw(
        d,
        &(struct line_chart){
            .panel = "placement",
            .series = "devices",
            .x = {"workload_skew", "", "Zipf exponent of the experts", true},
            .y = {{"imbalance", "", "load of the busiest device over the mean", false}}},
        data);
    return 0;
}

const struct figure figure_paper_13 = {
    .name = "paper-13",
    .doc = "Figure 13: imbalance of the experts' load over their skew (arXiv:2507.15465)",
    .study = "dse/studies/paper/figure12-13.yaml",
    .need = NEEDS_POINTS,
    .draw = draw,
};
