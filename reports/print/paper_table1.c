/* The ridge points of arXiv:2507.15465 Table I. */
#include "reports/print/bar_chart.h"
#include "reports/print/paper_charts.h"

static int draw(struct drawing *d, struct table *data, const struct figure *f,
                const struct figure_from *from, struct err *err)
{
    static const struct bar_part ridge = {"ridge_flop_per_byte", "ridge point"};
    const struct paper_points points = {
        "chip", "SELECT chip, max(ridge_flop_per_byte) AS ridge_flop_per_byte FROM point WHERE "
                "run = ?1 GROUP BY chip ORDER BY min(point)"};
    if (paper_select(data, f, from, &points, err) != 0)
        return -1;
    bar_chart_draw(d,
                   &(struct bar_chart){.bar = "chip",
                                       .part = &ridge,
                                       .parts = 1,
                                       .unit = "",
                                       .title = "ridge point in BF16, FLOP/B"},
                   data);
    return 0;
}

const struct figure figure_paper_table1 = {
    .name = "paper-table1",
    .doc = "Table I: ridge points of accelerators (arXiv:2507.15465)",
    .study = "dse/studies/paper/table1.yaml",
    .draw = draw,
};
