/* The figures of arXiv:2507.15465 that are lines over an axis of a study in dse/studies/paper. */
#include "reports/print/paper_charts.h"

#include <string.h>

#include "base/mem.h"
#include "reports/payoff/swept_columns.h"

#define DEVICES "round(tokens_per_s / tokens_per_s_per_device)"
#define PER_DEVICE "workload_batch / " DEVICES " AS requests_per_device"
#define CONTEXT "'context ' || CAST(workload_context AS INT)"
#define POOL "CASE plan_ep WHEN 256 THEN '1 pool of 256' ELSE '8 pools of 32' END AS pool"

/* The mappings of the paper: TP 8 for GPT-3 and Maverick, TP 1 for DeepSeek-R1. */
#define AS_MAPPED "((model = 'deepseek-r1') = (plan_tp = 1))"

/* Core attention and projections. */
#define BLOCK(point) "(" point ".attention_s + " point ".projection_s)"

#define REQUESTS                                                                                   \
    {                                                                                              \
        "requests_per_device", "", "requests per device", false                                    \
    }

#define PAPER_FIGURE(number, text, from, ...)                                                      \
    const struct figure figure_paper_##number = {.doc = text " (arXiv:2507.15465)",                \
                                                 .study = "dse/studies/paper/" from ".yaml",       \
                                                 .draw = paper_chart_draw,                         \
                                                 __VA_ARGS__}

/* clang-format off */
PAPER_FIGURE(2, "Figure 2: throughput per device over the batch, three models", "figure2-9",
    .name = "paper-2",
    .chart = &(const struct paper_chart){
        .columns = "model,plan_tp,workload_context,workload_batch",
        .sql = "SELECT model, " CONTEXT " AS context, " PER_DEVICE ", tokens_per_s_per_device FROM point "
               "WHERE run = ?1 AND verdict = 'ok' AND " AS_MAPPED " ORDER BY workload_context, point",
        .chart = {.panel = "context", .series = "model", .x = REQUESTS,
                  .y = {{"tokens_per_s_per_device", "", "tokens/s per device", false}}}});

PAPER_FIGURE(3, "Figure 3 and Table III: core attention and experts on the roofline", "table3-figure3",
    .name = "paper-3",
    .chart = &(const struct paper_chart){
        .columns = "model,model_absorb,workload_batch",
        .sql = "SELECT operator, NULL AS batch, intensity AS intensity_flop_per_byte, min(1, intensity / ridge) "
               "AS share_of_peak FROM (SELECT model || CASE WHEN model <> 'deepseek-r1' THEN ', attention' WHEN "
               "model_absorb = 'yes' THEN ', attention reordered' ELSE ', attention plain' END AS operator, "
               "max(attention_intensity_flop_per_byte) AS intensity, max(ridge_flop_per_byte) AS ridge, min(point) AS "
               "first FROM point WHERE run = ?1 GROUP BY operator) "
               "UNION ALL SELECT model || ', experts', workload_batch, expert_intensity_flop_per_byte, "
               "min(1, expert_intensity_flop_per_byte / ridge_flop_per_byte) FROM point WHERE run = ?1 AND "
               "model_absorb = 'yes' AND expert_intensity_flop_per_byte IS NOT NULL "
               "UNION ALL SELECT 'roof', NULL, i, min(1, i / ridge) FROM (SELECT max(ridge_flop_per_byte) AS ridge FROM "
               "point WHERE run = ?1), (SELECT 0.5 AS i UNION ALL SELECT max(ridge_flop_per_byte) FROM point WHERE "
               "run = ?1 UNION ALL SELECT 4 * max(ridge_flop_per_byte) FROM point WHERE run = ?1) ORDER BY 1, 3",
        .chart = {.series = "operator", .roof = "roof", .marks_only = true, .tall = true,
                  .x = {"intensity_flop_per_byte", "", "arithmetic intensity, FLOP/B", false},
                  .y = {{"share_of_peak", "", "attainable share of peak compute", false}},
                  .note = "Experts: a mark for each batch of the study."}});

PAPER_FIGURE(4, "Figure 4: time per output token over the batch, three models", "figure2-9",
    .name = "paper-4",
    .chart = &(const struct paper_chart){
        .columns = "model,plan_tp,workload_context,workload_batch",
        .sql = "SELECT model, " CONTEXT " AS context, " PER_DEVICE ", tpot_s FROM point "
               "WHERE run = ?1 AND verdict = 'ok' AND " AS_MAPPED " ORDER BY workload_context, point",
        .chart = {.panel = "context", .series = "model", .x = REQUESTS,
                  .y = {{"tpot_s", "s", "time per output token", false}}}});

PAPER_FIGURE(6, "Figure 6: speed-up of the attention block by reordering MLA at decode", "figure6",
    .name = "paper-6",
    .chart = &(const struct paper_chart){
        .columns = "model_absorb,model_latent_reads,workload_context,workload_batch",
        .sql = "SELECT " CONTEXT " AS context, workload_batch / devices AS requests_per_device, speed_up FROM (SELECT "
               "a.workload_context, a.workload_batch, round(a.tokens_per_s / a.tokens_per_s_per_device) AS devices, "
               BLOCK("b") " / " BLOCK("a") " AS speed_up FROM point a JOIN point b ON a.run = ?1 AND b.run = ?1 AND "
               "a.workload_context = b.workload_context AND a.workload_batch = b.workload_batch WHERE a.verdict = 'ok' "
               "AND a.model_absorb = 'yes' AND a.model_latent_reads = 1 AND b.model_absorb = 'no' AND "
               "b.model_latent_reads = 2) ORDER BY workload_context, workload_batch",
        .chart = {.series = "context", .x = REQUESTS,
                  .y = {{"speed_up", "", "speed-up of the attention block", false}}}});

PAPER_FIGURE(6_prefill, "Section IV-B: slow-down of the attention block by reordering MLA at prefill", "figure6-prefill",
    .name = "paper-6-prefill",
    .chart = &(const struct paper_chart){
        .columns = "model_absorb,workload_context",
        .sql = "SELECT a.workload_context, " BLOCK("a") " / " BLOCK("b") " AS slow_down FROM point a JOIN point b ON "
               "a.run = ?1 AND b.run = ?1 AND a.workload_context = b.workload_context WHERE a.model_absorb = 'yes' AND "
               "b.model_absorb = 'no' ORDER BY a.workload_context",
        .chart = {.rule = 1, .x = {"workload_context", "", "context, tokens", false},
                  .y = {{"slow_down", "", "time reordered over plain", true}}}});

PAPER_FIGURE(8, "Figure 8: TP divides the arithmetic intensity of reordered MLA", "figure8",
    .name = "paper-8",
    .chart = &(const struct paper_chart){
        .columns = "plan_tp,workload_context,workload_batch",
        .sql = "SELECT context, plan_tp, intensity_flop_per_byte FROM (SELECT workload_context, " CONTEXT " AS context, "
               "plan_tp, max(attention_intensity_flop_per_byte) AS intensity_flop_per_byte FROM point WHERE run = ?1 GROUP "
               "BY workload_context, plan_tp UNION ALL SELECT 0, 'ridge point', plan_tp, max(ridge_flop_per_byte) FROM "
               "point WHERE run = ?1 GROUP BY plan_tp) ORDER BY workload_context, plan_tp",
        .chart = {.series = "context", .roof = "ridge point", .x = {"plan_tp", "", "degree of tensor parallelism", false},
                  .y = {{"intensity_flop_per_byte", "", "arithmetic intensity of core attention, FLOP/B", false}}}});

PAPER_FIGURE(10, "Figure 10: throughput per device over the link bandwidth", "figure10-11",
    .name = "paper-10",
    .chart = &(const struct paper_chart){
        .columns = "plan_ep,workload_context,chip_link_byte_per_s",
        .sql = "SELECT " CONTEXT " AS context, " POOL ", chip_link_byte_per_s, tokens_per_s_per_device FROM point WHERE "
               "run = ?1 AND verdict = 'ok' ORDER BY workload_context, plan_ep, chip_link_byte_per_s",
        .chart = {.panel = "context", .series = "pool", .x = {"chip_link_byte_per_s", "B/s", "link bandwidth", false},
                  .y = {{"tokens_per_s_per_device", "", "tokens/s per device", true}}}});

PAPER_FIGURE(11, "Figure 11: one pool of 256 devices against 8 of 32 at 900 GB/s", "figure10-11",
    .name = "paper-11",
    .chart = &(const struct paper_chart){
        .columns = "plan_ep,workload_context,chip_link_byte_per_s",
        .sql = "SELECT " CONTEXT " AS context, a.chip_link_byte_per_s, a.tokens_per_s_per_device / "
               "b.tokens_per_s_per_device AS gain FROM point a JOIN (SELECT workload_context AS at, "
               "tokens_per_s_per_device FROM point WHERE run = ?1 AND plan_ep = 32 AND chip_link_byte_per_s = 9e11) b ON "
               "at = a.workload_context WHERE a.run = ?1 AND a.plan_ep = 256 ORDER BY a.workload_context, 2",
        .chart = {.series = "context", .rule = 1,
                  .x = {"chip_link_byte_per_s", "B/s", "link bandwidth of the pool of 256", false},
                  .y = {{"gain", "", "throughput over 8 pools of 32 at 900 GB/s", true}}}});

PAPER_FIGURE(12, "Figure 12: throughput under skewed expert popularity", "figure12-13",
    .name = "paper-12",
    .chart = &(const struct paper_chart){
        .columns = "plan_ep,workload_placement,workload_skew",
        .sql = "SELECT workload_placement AS placement, " POOL ", workload_skew, tokens_per_s_per_device FROM point "
               "WHERE run = ?1 AND verdict = 'ok' ORDER BY point",
        .chart = {.panel = "placement", .series = "pool", .x = {"workload_skew", "", "Zipf exponent of the experts", true},
                  .y = {{"tokens_per_s_per_device", "", "tokens/s per device", true}}}});

PAPER_FIGURE(14, "Figure 14: speed-up of the step by a near-memory engine on the experts", "figure14",
    .name = "paper-14",
    .chart = &(const struct paper_chart){
        .columns = "engine,workload_context,workload_batch",
        .sql = "SELECT 'context ' || CAST(a.workload_context AS INT) AS context, a.workload_batch / "
               "round(a.tokens_per_s / a.tokens_per_s_per_device) AS requests_per_device, b.tpot_s / a.tpot_s AS speed_up "
               "FROM point a JOIN point b ON a.run = ?1 AND b.run = ?1 AND a.workload_context = b.workload_context AND "
               "a.workload_batch = b.workload_batch WHERE a.engine = 'duplex' AND b.engine = 'none' AND "
               "a.verdict = 'ok' ORDER BY a.workload_context, 2",
        .chart = {.series = "context", .rule = 1, .x = REQUESTS, .y = {{"speed_up", "", "speed-up of the step", true}}}});
/* clang-format on */

static int check_columns(const struct figure *f, const struct figure_from *from,
                         const char *columns, struct err *err)
{
    struct swept swept;
    bool all = true;
    if (swept_read(&swept, from->db, from->run, err) != 0)
        return -1;
    for (const char *at = columns; *at && all;) {
        size_t n = strcspn(at, ",");
        all = swept_find(&swept, at, n) != NULL;
        at += n + (at[n] == ',');
    }
    swept_free(&swept);
    return all ? 0
               : fail(err, "run %s does not sweep %s: the figure is made from %s", from->run->name,
                      columns, f->study);
}

int paper_select(struct table *out, const struct figure *f, const struct figure_from *from,
                 const struct paper_points *points, struct err *err)
{
    char id[32];
    const char *const texts[] = {id};
    snprintf(id, sizeof id, "%lld", (long long)from->run->id);
    if (check_columns(f, from, points->columns, err) != 0 ||
        db_select(from->db, points->sql, texts, 1, out, err) != 0)
        return -1;
    return out->rows ? 0
                     : fail(err, "run %s has no feasible point for this figure: it is made from %s",
                            from->run->name, f->study);
}

int paper_chart_draw(struct drawing *d, struct table *data, const struct figure *f,
                     const struct figure_from *from, struct err *err)
{
    const struct paper_points points = {f->chart->columns, f->chart->sql};
    if (paper_select(data, f, from, &points, err) != 0)
        return -1;
    line_chart_draw(d, &f->chart->chart, data);
    return 0;
}
