/* The time per output token of arXiv:2507.15465 Figure 9, by kind of operator, at 8K tokens of
 * context. */
#include "reports/print/paper_charts.h"
#include "reports/print/step_times.h"

static int draw(struct drawing *d, struct table *data, const struct figure *f,
                const struct figure_from *from, struct err *err)
{
    const struct paper_points points = {
        "model,plan_tp,workload_context,workload_batch",
        "SELECT model, CAST(workload_batch / round(tokens_per_s / tokens_per_s_per_device) "
        "AS INT) || ' per device' AS requests, tpot_s, " STEP_TIMES_SQL
        " FROM point WHERE run = ?1 AND verdict = 'ok' AND workload_context = 8192 AND "
        "((model = 'deepseek-r1') = (plan_tp = 1)) ORDER BY point"};
    if (paper_select(data, f, from, &points, err) != 0)
        return -1;
    bar_chart_draw(d,
                   &(struct bar_chart){.group = "model",
                                       .bar = "requests",
                                       .part = step_times,
                                       .parts = STEP_TIMES,
                                       .unit = "s",
                                       .title = "time per output token"},
                   data);
    return 0;
}

const struct figure figure_paper_9 = {
    .name = "paper-9",
    .doc = "Figure 9: parts of the time per output token over the batch, three models "
           "(arXiv:2507.15465)",
    .study = "dse/studies/paper/figure2-9.yaml",
    .draw = draw,
};
