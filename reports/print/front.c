/* Throughput against system cost: the Pareto front of each model and workload, over a sample of the
 * feasible points. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "reports/front.h"
#include "reports/payoff/swept_columns.h"
#include "reports/print/figure.h"
#include "reports/print/line_chart.h"

enum { CLOUD_MOST = 600, FRONTS_MOST = 12 };

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

/* The columns that split the fronts, as SQL: their values joined, and a list that begins with a
 * comma. Caller frees. */
struct split_sql {
    char *text, *list;
};

static int make_split(struct split_sql *out, const struct figure_from *from, struct err *err)
{
    struct swept swept;
    if (swept_read(&swept, from->db, from->run, err) != 0)
        return -1;
    *out = (struct split_sql){mem_text(""), mem_text("")};
    for (size_t i = 0; i < swept.n; i++) {
        const struct swept_column *c = &swept.column[i];
        if (!c->of_question || !strcmp(c->name, "model"))
            continue;
        char *value = mem_print(c->is_number ? "printf('%%.10g', \"%s\")" : "\"%s\"", c->name);
        char *text = mem_print("'%s ' || %s", c->name, value);
        char *column = mem_print(", \"%s\"", c->name);
        out->text = add_text(out->text, text, " || ', ' || ");
        out->list = add_text(out->list, column, "");
        free(column);
        free(text);
        free(value);
    }
    swept_free(&swept);
    if (!*out->text)
        out->text = add_text(out->text, "''", "");
    return 0;
}

static bool same_front(const struct table *t, size_t a, size_t b)
{
    return strcmp(table_text_at(t, a, "model"), table_text_at(t, b, "model")) == 0 &&
           strcmp(table_text_at(t, a, "workload"), table_text_at(t, b, "workload")) == 0;
}

/* The rows of a model are together, and in them those of a workload. Of many fronts, those of the
 * first, middle and last workload of each model are shown. Returns whether all are. */
static bool choose_fronts(struct table *t)
{
    size_t fronts = 0, column = (size_t)table_find(t, "shown");
    for (size_t row = 0; row < t->rows; row++)
        fronts += row == 0 || !same_front(t, row, row - 1);
    for (size_t row = 0, end; row < t->rows; row = end) {
        size_t n = 0, at = 0;
        for (end = row; end < t->rows &&
                        !strcmp(table_text_at(t, end, "model"), table_text_at(t, row, "model"));
             end++)
            n += end == row || !same_front(t, end, end - 1);
        for (size_t i = row; i < end; i++) {
            at += i > row && !same_front(t, i, i - 1);
            if (fronts <= FRONTS_MOST || at == 0 || at == (n - 1) / 2 || at == n - 1)
                *table_at(t, i, column) =
                    (struct cell){.kind = CELL_NUMBER, .whole = true, .number = 1};
        }
    }
    return fronts <= FRONTS_MOST;
}

static int draw(struct drawing *d, struct table *data, const struct figure *f,
                const struct figure_from *from, struct err *err)
{
    char id[32], *points = front_points(from, err);
    struct split_sql split = {0};
    const char *const texts[] = {id};
    (void)f;
    if (!points || make_split(&split, from, err) != 0) {
        free(points);
        return -1;
    }
    snprintf(id, sizeof id, "%lld", (long long)from->run->id);
    char *sql = mem_print(
        "SELECT model, %s AS workload, point, engine, CASE engine WHEN 'none' THEN 1 END AS "
        "without, "
        "on_front, CASE on_front WHEN 0 THEN 1 END AS dominated, NULL AS shown, system_cost_usd, "
        "tokens_per_s FROM (SELECT *, point IN (SELECT value FROM json_each('[%s]')) AS on_front "
        "FROM "
        "point WHERE run = ?1 AND verdict = 'ok') WHERE on_front OR point %% %zu = 0 ORDER BY "
        "model%s, "
        "on_front, tokens_per_s DESC",
        split.text, points, (size_t)from->run->feasible / CLOUD_MOST + 1, split.list);
    int rc = db_select(from->db, sql, texts, 1, data, err);
    free(sql);
    free(split.text);
    free(split.list);
    free(points);
    if (rc == 0 && !data->rows)
        rc = fail(err, "no point is feasible");
    if (rc != 0)
        return -1;
    bool all = choose_fronts(data);
    line_chart_draw(
        d,
        &(struct line_chart){
            .series = "model",
            .line = "workload",
            .shown = "shown",
            .hollow = "without",
            .faint = "dominated",
            .steps = true,
            .tall = true,
            .x = {"system_cost_usd", "USD", "system cost", false},
            .y = {{"tokens_per_s", "", "system throughput, tokens/s", false}},
            .note = all ? "Filled: with an engine; hollow: without; dots: a sample of the "
                          "dominated designs."
                        : "Fronts of the first, middle and last workload of each model. "
                          "Filled: with an engine; hollow: without; dots: a sample of the "
                          "dominated designs."},
        data);
    return 0;
}

const struct figure figure_front = {
    .name = "front",
    .doc = "Pareto front of throughput and system cost, one per model and workload",
    .draw = draw,
};
