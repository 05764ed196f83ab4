/* Throughput against system cost: the Pareto front of each model and workload, over a sample of the
 * feasible points. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "reports/front.h"
#include "reports/payoff/swept_columns.h"
#include "reports/print/figure.h"
#include "reports/print/line_chart.h"

enum { CLOUD_MOST = 600 };

static char *add_text(char *to, const char *more, const char *between)
{
    char *longer = mem_print("%s%s%s", to, *to ? between : "", more);
    free(to);
    return longer;
}

/* The points of the front, comma-separated. NULL if it could not be made. Caller frees. */
static char *front_points(const struct figure_from *from, struct err *err)
{
    struct table front;
    char *list = mem_text(""), id[32];
    if (front_make(&front, from->db, from->run, &(struct front_question){0}, err) != 0) {
        free(list);
        return NULL;
    }
    for (size_t i = 0; i < front.rows; i++) {
        snprintf(id, sizeof id, "%.0f", table_at(&front, i, 0)->number);
        list = add_text(list, id, ",");
    }
    table_free(&front);
    return list;
}

/* The columns that split the fronts, as SQL that joins their values. Caller frees. */
static char *workload_sql(const struct figure_from *from, struct err *err)
{
    struct swept swept;
    if (swept_read(&swept, from->db, from->run, err) != 0)
        return NULL;
    char *sql = mem_text("");
    for (size_t i = 0; i < swept.n; i++) {
        const struct swept_column *c = &swept.column[i];
        if (!c->of_question || !strcmp(c->name, "model"))
            continue;
        char *column = mem_print("'%s ' || \"%s\"", c->name, c->name);
        sql = add_text(sql, column, " || ', ' || ");
        free(column);
    }
    swept_free(&swept);
    return *sql ? sql : add_text(sql, "''", "");
}

static int draw(struct drawing *d, struct table *data, const struct figure *f,
                const struct figure_from *from, struct err *err)
{
    char id[32], *points = front_points(from, err);
    char *workload = points ? workload_sql(from, err) : NULL;
    const char *const texts[] = {id, points};
    (void)f;
    if (!workload) {
        free(points);
        return -1;
    }
    snprintf(id, sizeof id, "%lld", (long long)from->run->id);
    char *sql = mem_print(
        "SELECT model, %s AS workload, point, engine, CASE engine WHEN 'none' THEN 1 END AS "
        "without, "
        "on_front, CASE on_front WHEN 0 THEN 1 END AS dominated, system_cost_usd, tokens_per_s "
        "FROM "
        "(SELECT *, point IN (SELECT value FROM json_each('[%s]')) AS on_front FROM point WHERE "
        "run = ?1 "
        "AND verdict = 'ok') WHERE on_front OR point %% %zu = 0 ORDER BY model, workload, "
        "on_front, tokens_per_s DESC",
        workload, points, (size_t)from->run->feasible / CLOUD_MOST + 1);
    int rc = db_select(from->db, sql, texts, 1, data, err);
    free(sql);
    free(workload);
    free(points);
    if (rc == 0 && !data->rows)
        rc = fail(err, "no point is feasible");
    if (rc == 0)
        line_chart_draw(
            d,
            &(struct line_chart){.series = "model",
                                 .line = "workload",
                                 .hollow = "without",
                                 .faint = "dominated",
                                 .steps = true,
                                 .tall = true,
                                 .x = {"system_cost_usd", "USD", "system cost", false},
                                 .y = {{"tokens_per_s", "", "system throughput, tokens/s", false}},
                                 .note = "Filled: with an engine; hollow: without; dots: "
                                         "a sample of the dominated designs."},
            data);
    return rc;
}

const struct figure figure_front = {
    .name = "front",
    .doc = "Pareto front of throughput and system cost, one per model and workload",
    .draw = draw,
};
