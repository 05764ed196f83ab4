/* The attention block of arXiv:2507.15465 Figure 6 (b) at 4K tokens of context, plain and
 * reordered. The decompression of the KV cache is among the projections. */
#include "reports/print/bar_chart.h"
#include "reports/print/paper_charts.h"

static int draw(struct drawing *d, struct table *data, const struct figure *f,
                const struct figure_from *from, struct err *err)
{
    static const struct bar_part parts[] = {{"attention_s", "core attention"},
                                            {"projection_s", "projections, decompression"}};
    const struct paper_points points = {
        "model_absorb,model_latent_reads,workload_context,workload_batch",
        "SELECT CASE model_absorb WHEN 'yes' THEN 'reordered' ELSE 'plain' END AS block, "
        "CAST(workload_batch / round(tokens_per_s / tokens_per_s_per_device) AS INT) || "
        "' per device' AS requests, attention_s, projection_s FROM point WHERE run = ?1 AND "
        "verdict = 'ok' AND workload_context = 4096 AND model_latent_reads = CASE model_absorb "
        "WHEN 'yes' THEN 1 ELSE 2 END ORDER BY model_absorb, workload_batch"};
    if (paper_select(data, f, from, &points, err) != 0)
        return -1;
    bar_chart_draw(d,
                   &(struct bar_chart){.group = "block",
                                       .bar = "requests",
                                       .part = parts,
                                       .parts = sizeof parts / sizeof parts[0],
                                       .unit = "",
                                       .title = "share of the attention block's time",
                                       .shares = true},
                   data);
    return 0;
}

const struct figure figure_paper_6b = {
    .name = "paper-6b",
    .doc = "Figure 6 (b): parts of the attention block, plain and reordered (arXiv:2507.15465)",
    .study = "dse/studies/paper/figure6.yaml",
    .draw = draw,
};
