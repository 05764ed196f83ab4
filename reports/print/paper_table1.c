/* The ridge points of arXiv:2507.15465 Table I. */
#include "reports/print/bar_chart.h"
#include "reports/print/paper_charts.h"

static int draw(struct drawing *d, struct table *data, const struct figure *f,
                const struct figure_from *from, struct err *err)
{
    static const struct bar_part ridge = {"ridge_flop_per_byte", "ridge point"};
    char id[32];
    const char *const texts[] = {id};
    snprintf(id, sizeof id, "%lld", (long long)from->run->id);
    if (paper_needs(f, from, "chip", err) != 0 ||
        db_select(from->db,
                  "SELECT chip, max(ridge_flop_per_byte) AS ridge_flop_per_byte FROM point WHERE "
                  "run = ?1 GROUP BY chip ORDER BY min(point)",
                  texts, 1, data, err) != 0)
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
