/* Core attention and routed experts of each model over the run's designs without an engine, on the
 * roofline of its chips: from the lowest to the highest arithmetic intensity. */
#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "reports/print/figure.h"
#include "reports/print/line_chart.h"

static const char *const sql =
    "SELECT model, CASE WHEN max(attention_s) > 0 THEN 'core attention' ELSE 'state updates' END "
    "AS core, min(attention_intensity_flop_per_byte) AS attention_from, "
    "max(attention_intensity_flop_per_byte) AS attention_to, "
    "min(expert_intensity_flop_per_byte) AS experts_from, "
    "max(expert_intensity_flop_per_byte) AS experts_to, "
    "min(ridge_flop_per_byte) AS ridge_from, max(ridge_flop_per_byte) AS ridge_to "
    "FROM point WHERE run = ?1 AND verdict = 'ok' AND engine_speedup IS NULL GROUP BY model "
    "ORDER BY attention_from";

static void add(struct table *t, const char *series, double intensity, double ridge)
{
    table_text(t, series);
    table_number(t, intensity);
    table_number(t, fmin(1, intensity / ridge));
}

static int draw(struct drawing *d, struct table *data, const struct figure *f,
                const struct figure_from *from, struct err *err)
{
    struct table of_model;
    static const char *const header[] = {"series", "intensity_flop_per_byte", "share_of_peak"};
    char id[32];
    const char *const texts[] = {id};
    double lo = INFINITY, hi = 0, ridge[2] = {INFINITY, 0};
    (void)f;
    snprintf(id, sizeof id, "%lld", (long long)from->run->id);
    if (db_select(from->db, sql, texts, 1, &of_model, err) != 0)
        return -1;
    for (size_t i = 0; i < of_model.rows; i++) {
        ridge[0] = fmin(ridge[0], table_number_at(&of_model, i, "ridge_from"));
        ridge[1] = fmax(ridge[1], table_number_at(&of_model, i, "ridge_to"));
    }
    double middle = sqrt(ridge[0] * ridge[1]);
    table_begin(data, header, LEN(header));
    for (size_t i = 0; i < of_model.rows; i++)
        for (int experts = 0; experts < 2; experts++) {
            double least =
                table_number_at(&of_model, i, experts ? "experts_from" : "attention_from");
            double most = table_number_at(&of_model, i, experts ? "experts_to" : "attention_to");
            if (isnan(least))
                continue;
            char *series = mem_print("%s, %s", table_text_at(&of_model, i, "model"),
                                     experts ? "experts" : table_text_at(&of_model, i, "core"));
            add(data, series, least, middle);
            if (most > least)
                add(data, series, most, middle);
            free(series);
            lo = fmin(lo, least);
            hi = fmax(hi, most);
        }
    table_free(&of_model);
    if (!(hi > 0))
        return fail(err, "no feasible point without an engine");
    for (int i = 0; i < (ridge[1] > ridge[0] ? 2 : 1); i++) {
        char *roof = mem_print("ridge %.4g", ridge[i]);
        double at[] = {fmin(lo, ridge[i] / 4), ridge[i], fmax(hi, ridge[1] * 2)};
        for (size_t k = 0; k < LEN(at); k++)
            add(data, roof, at[k], ridge[i]);
        free(roof);
    }
    line_chart_draw(d,
                    &(struct line_chart){
                        .series = "series",
                        .roof = "ridge ",
                        .tall = true,
                        .x = {"intensity_flop_per_byte", "", "arithmetic intensity, FLOP/B", false},
                        .y = {{"share_of_peak", "", "attainable share of peak compute", false}},
                        .note = "Left of the ridge point an operator is memory-bound and an "
                                "engine can help; right of it, it is compute-bound."},
                    data);
    return 0;
}

const struct figure figure_roofline = {
    .name = "roofline",
    .doc =
        "arithmetic intensity of core attention and experts of each model against the ridge point",
    .draw = draw,
};
