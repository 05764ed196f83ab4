#include "reports/payoff/payoff_groups.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* Stores of earlier versions do not say which devices carry the engine: then all do. */
static const char old_area[] =
    "((die_area_mm2 + engine_area_mm2) * tokens_per_s / tokens_per_s_per_device)";

/* What throughput is divided by. Area includes the silicon of the engine, on the devices that carry
 * it. */
static const char *resource_of(struct db *db, enum budget budget)
{
    static const char column[] = "engine_devices";
    switch (budget) {
    case BUDGET_COST:
        return "system_cost_usd";
    case BUDGET_AREA:
        return !db_is_column(db, column, sizeof column - 1)
                   ? old_area
                   : "(die_area_mm2 * tokens_per_s / tokens_per_s_per_device"
                     " + engine_area_mm2 * engine_devices)";
    case BUDGET_POWER:
        return "power_w";
    case BUDGET_NONE:
    case BUDGETS:
        break;
    }
    return "1.0";
}

struct side_query {
    const char *columns, *where;
    enum budget budget;
    bool with;
};

/* Best design of each group, with or without an engine. */
static int find_winners(struct table *out, const struct run_points *from,
                        const struct side_query *q, struct err *err)
{
    const char *columns = q->columns, *where = q->where;
    char *sql = mem_print(
        "SELECT point, max(tokens_per_s / %s) AS value%s%s FROM point WHERE run = %lld AND "
        "verdict = 'ok' AND engine_speedup IS %sNULL%s%s%s%s%s ORDER BY id",
        resource_of(from->db, q->budget), *columns ? ", " : "", columns, (long long)from->run->id,
        q->with ? "NOT " : "", where ? " AND (" : "", where ? where : "", where ? "\n)" : "",
        " GROUP BY ", *columns ? columns : "run"); /* GROUP BY run: no row if there is no point */
    int rc = db_select(from->db, sql, NULL, 0, out, err);
    free(sql);
    return rc;
}

char *columns_list(char *const *names, size_t n, const char *leave_out)
{
    char *list = mem_text("");
    for (size_t i = 0; i < n; i++) {
        if (leave_out && !strcmp(names[i], leave_out))
            continue;
        char *longer = mem_print("%s%s\"%s\"", list, *list ? ", " : "", names[i]);
        free(list);
        list = longer;
    }
    return list;
}

/* The row of `t` whose group columns equal those of row `at` of `key`; -1 if there is none. */
static int matching_row(const struct table *t, const struct table *key, size_t at)
{
    for (size_t row = 0; row < t->rows; row++) {
        bool same = true;
        for (size_t i = 2; i < t->columns && same; i++) {
            int other = table_find(key, t->header[i]);
            same = other >= 0 && cell_equal(table_at(t, row, i), table_at(key, at, (size_t)other));
        }
        if (same)
            return (int)row;
    }
    return -1;
}

static void add_group(struct payoff *p, const struct table *with, size_t row,
                      const struct table *without)
{
    struct payoff_group *g = &p->group[p->n++];
    int other = matching_row(without, with, row);

    g->key = mem_alloc(p->by_n + 1, sizeof *g->key);
    for (size_t i = 0; i < p->by_n; i++)
        g->key[i] = cell_copy(table_get(with, row, p->by[i]));
    if (other < 0) {
        group_unanswered(g, "no feasible design without an engine to compare with");
        return;
    }
    g->with_point = table_number_at(with, row, "point");
    g->without_point = table_number_at(without, (size_t)other, "point");
    g->p = table_number_at(with, row, "value") / table_number_at(without, (size_t)other, "value");
}

int groups_outline(struct payoff *p, const struct run_points *from, const struct payoff_question *q,
                   struct err *err)
{
    struct table with = {0}, without = {0};
    if (q->where && db_check_where(from->db, q->where, err) != 0)
        return -1;
    char *all = columns_list(p->by, p->by_n, NULL);
    char *no_engine = columns_list(p->by, p->by_n, "engine");
    struct side_query side = {all, q->where, p->budget, true};
    int rc = find_winners(&with, from, &side, err);

    if (rc == 0) {
        side = (struct side_query){no_engine, q->where, p->budget, false};
        rc = find_winners(&without, from, &side, err);
    }
    if (rc == 0)
        p->group = mem_alloc(with.rows + 1, sizeof *p->group);
    for (size_t row = 0; row < with.rows && rc == 0; row++)
        add_group(p, &with, row, &without);
    table_free(&without);
    table_free(&with);
    free(all);
    free(no_engine);
    return rc;
}

int groups_make(struct payoff *p, const struct run_points *from, const struct payoff_question *q,
                struct err *err)
{
    int rc = groups_outline(p, from, q, err);
    for (size_t i = 0; i < p->n && rc == 0; i++) {
        struct payoff_group *g = &p->group[i];
        if (!g->reason)
            rc = group_fill(g, p, from, err);
    }
    return rc;
}

int groups_by(struct payoff *p, const struct swept *swept, const struct payoff_question *q,
              struct err *err)
{
    const struct split split = {.by = q->by, .over = q->over, .all = true};
    p->by = split_columns(swept, &split, &p->by_n, err);
    return p->by ? 0 : -1;
}
