/* Systems scale by replication: a point with throughput t needs ceil(target / t) systems, and cost,
 * power and throughput are multiplied by that number; latency stays that of one system. */
#include "reports/payoff/cheapest_system.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "reports/payoff/payoff.h"
#include "reports/payoff/payoff_groups.h"
#include "reports/payoff/payoff_label.h"
#include "reports/payoff/payoff_table.h"

/* "a", "b", : the group columns in SQL, with a comma after each. Caller frees. */
static char *group_columns(const struct payoff *p)
{
    char *list = mem_text("");
    for (size_t i = 0; i < p->by_n; i++) {
        char *longer = mem_print("%s\"%s\", ", list, p->by[i]);
        free(list);
        list = longer;
    }
    return list;
}

/* A row of select_cheapest, and the lowest cost in its group. */
struct offer {
    const struct table *best;
    size_t row;
    double cheapest_usd;
};

static int add_offer(struct table *out, const struct run_points *from, const struct payoff *p,
                     const struct offer *o, struct err *err)
{
    const struct table *best = o->best;
    size_t row = o->row;
    struct table t;
    double systems = table_number_at(best, row, "systems");
    if (db_point(from->db, from->run, table_number_at(best, row, "point"), &t, err) != 0)
        return -1;
    for (size_t k = 0; k < p->by_n; k++)
        table_cell(out, table_get(best, row, p->by[k]));
    char *hardware = design_label(&t, from->swept, p->by, p->by_n);
    double rate = table_number_at(&t, 0, "tokens_per_s");
    table_text(out, table_text_at(&t, 0, "engine"));
    table_number(out, systems);
    table_number(out, systems * rate / table_number_at(&t, 0, "tokens_per_s_per_device"));
    table_number(out, systems * table_number_at(&t, 0, "system_cost_usd"));
    table_number(out, systems * table_number_at(&t, 0, "system_cost_usd_low"));
    table_number(out, systems * table_number_at(&t, 0, "system_cost_usd_high"));
    table_number(out, table_number_at(best, row, "usd") / o->cheapest_usd);
    table_number(out, systems * rate);
    table_number(out, table_number_at(&t, 0, "tpot_s"));
    table_number(out, systems * table_number_at(&t, 0, "power_w"));
    table_number(out, table_number_at(&t, 0, "usd_per_mtok"));
    table_text(out, hardware);
    free(hardware);
    table_free(&t);
    return 0;
}

static void begin_cheapest(struct table *out, const struct payoff *p)
{
    static const char *const after[] = {"engine",
                                        "systems",
                                        "devices",
                                        "system_cost_usd",
                                        "system_cost_usd_low",
                                        "system_cost_usd_high",
                                        "over_cheapest",
                                        "tokens_per_s",
                                        "tpot_s",
                                        "power_w",
                                        "usd_per_mtok",
                                        "hardware"};
    payoff_table_begin(out, p, after, LEN(after));
}

/* The cheapest point of each group and engine, for a whole number of systems. */
static int select_cheapest(struct table *out, const struct run_points *from, const struct payoff *p,
                           const struct cheapest_question *q, struct err *err)
{
    const char *where = q->where;
    double tokens_per_s = q->tokens_per_s;
    char *list = group_columns(p);
    char *systems = mem_print("(CAST(%.17g / tokens_per_s AS INTEGER) + (%.17g / tokens_per_s > "
                              "CAST(%.17g / tokens_per_s AS INTEGER)))",
                              tokens_per_s, tokens_per_s, tokens_per_s);
    char *sql = mem_print(
        "SELECT point, %s AS systems, min(%s * system_cost_usd) AS usd, %s engine AS of_engine "
        "FROM "
        "point WHERE run = %lld AND verdict = 'ok'%s%s%s GROUP BY %s engine ORDER BY %s usd, id",
        systems, systems, list, (long long)from->run->id, where ? " AND (" : "", where ? where : "",
        where ? "\n)" : "", list, list);
    int rc = db_select(from->db, sql, NULL, 0, out, err);
    free(sql);
    free(systems);
    free(list);
    return rc;
}

/* The groups, in the order of their first points: that of the study. */
static int select_groups(struct table *out, const struct run_points *from, const struct payoff *p,
                         const char *where, struct err *err)
{
    char *list = group_columns(p), *keys = columns_list(p->by, p->by_n, NULL);
    char *sql = mem_print("SELECT %s min(id) AS first FROM point WHERE run = %lld AND verdict = "
                          "'ok'%s%s%s GROUP BY %s ORDER BY first",
                          list, (long long)from->run->id, where ? " AND (" : "", where ? where : "",
                          where ? "\n)" : "", p->by_n ? keys : "run");
    int rc = db_select(from->db, sql, NULL, 0, out, err);
    free(sql);
    free(keys);
    free(list);
    return rc;
}

static bool is_of_group(const struct payoff *p, const struct table *best, size_t row,
                        const struct table *groups, size_t group)
{
    for (size_t k = 0; k < p->by_n; k++)
        if (!cell_equal(table_get(best, row, p->by[k]), table_at(groups, group, k)))
            return false;
    return true;
}

/* The offers of one group, cheapest first. */
static int add_group(struct table *out, const struct run_points *from, const struct payoff *p,
                     const struct table *best, const struct table *groups, size_t group,
                     struct err *err)
{
    double cheapest_usd = NAN;
    int rc = 0;
    for (size_t row = 0; row < best->rows && rc == 0; row++) {
        if (!is_of_group(p, best, row, groups, group))
            continue;
        if (isnan(cheapest_usd))
            cheapest_usd = table_number_at(best, row, "usd");
        rc = add_offer(out, from, p, &(struct offer){best, row, cheapest_usd}, err);
    }
    return rc;
}

int cheapest_table(struct table *out, struct db *db, const struct db_run *run,
                   const struct cheapest_question *q, struct err *err)
{
    struct payoff p = {0};
    struct swept swept;
    struct table best, groups = {0};
    const struct run_points from = {.db = db, .run = run, .swept = &swept};
    int rc = q->where ? db_check_where(db, q->where, err) : 0;

    if (rc != 0 || swept_read(&swept, db, run, err) != 0)
        return -1;
    rc = groups_by(&p, &swept, &(struct payoff_question){.by = q->by, .over = q->over}, err);
    if (rc == 0)
        rc = select_groups(&groups, &from, &p, q->where, err);
    if (rc == 0)
        rc = select_cheapest(&best, &from, &p, q, err);
    if (rc == 0) {
        begin_cheapest(out, &p);
        for (size_t i = 0; i < groups.rows && rc == 0; i++)
            rc = add_group(out, &from, &p, &best, &groups, i, err);
        if (rc != 0)
            table_free(out);
        table_free(&best);
    }
    table_free(&groups);
    swept_free(&swept);
    payoff_free(&p);
    return rc;
}
