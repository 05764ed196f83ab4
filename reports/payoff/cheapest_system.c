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
#include "reports/payoff/payoff_sentence.h"
#include "reports/payoff/payoff_table.h"
#include "reports/payoff/pool_kind.h"

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

/* The pools whose chip is swept and in no key: offers are made with each chip and without. */
struct offered_pools {
    const struct pool_kind *kind[POOL_KINDS];
    size_t n;
};

static struct offered_pools offered_pools(const struct swept *swept, const struct payoff *p)
{
    struct offered_pools out = {.n = 0};
    size_t n;
    const struct pool_kind *kind = pool_kinds(&n);
    for (size_t i = 0; i < n; i++)
        if (swept_find(swept, kind[i].chip, strlen(kind[i].chip)) &&
            !payoff_has_column(p, kind[i].chip))
            out.kind[out.n++] = &kind[i];
    return out;
}

/* A row of select_cheapest, and the lowest cost in its group. */
struct offer {
    const struct table *best;
    size_t row;
    double cheapest_usd;
    const struct offered_pools *pools;
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
    for (size_t i = 0; i < o->pools->n; i++)
        table_text(out, table_text_at(&t, 0, o->pools->kind[i]->chip));
    table_number(out, systems);
    table_number(out, systems * rate / table_number_at(&t, 0, "tokens_per_s_per_device"));
    for (size_t i = 0; i < o->pools->n; i++)
        table_number(out, systems * table_number_at(&t, 0, o->pools->kind[i]->devices));
    table_number(out, systems * table_number_at(&t, 0, "system_cost_usd"));
    table_number(out, systems * table_number_at(&t, 0, "system_cost_usd_low"));
    table_number(out, systems * table_number_at(&t, 0, "system_cost_usd_high"));
    for (size_t i = 0; i < o->pools->n; i++)
        table_number(out, systems * table_number_at(&t, 0, o->pools->kind[i]->usd));
    table_number(out, table_number_at(best, row, "usd") / o->cheapest_usd);
    table_number(out, systems * rate);
    table_number(out, table_number_at(&t, 0, "tpot_s"));
    table_number(out, systems * table_number_at(&t, 0, "power_w"));
    table_number(out, table_number_at(&t, 0, "usd_per_mtok"));
    char *caveat = engine_caveat(table_text_at(&t, 0, "engine_limited_by"),
                                 table_text_at(&t, 0, "engine_maturity"));
    char *text = mem_print("%s%s%s", hardware, *caveat ? "; " : "", caveat);
    table_text(out, text);
    free(text);
    free(caveat);
    free(hardware);
    table_free(&t);
    return 0;
}

static void begin_cheapest(struct table *out, const struct payoff *p,
                           const struct offered_pools *pools)
{
    static const char *const prices[] = {"system_cost_usd", "system_cost_usd_low",
                                         "system_cost_usd_high"},
                             *const last[] = {"over_cheapest", "tokens_per_s", "tpot_s",
                                              "power_w",       "usd_per_mtok", "hardware"};
    const char *after[3 + 3 * POOL_KINDS + LEN(prices) + LEN(last)];
    size_t n = 0;
    after[n++] = "engine";
    for (size_t i = 0; i < pools->n; i++)
        after[n++] = pools->kind[i]->chip;
    after[n++] = "systems";
    after[n++] = "devices";
    for (size_t i = 0; i < pools->n; i++)
        after[n++] = pools->kind[i]->devices;
    for (size_t i = 0; i < LEN(prices); i++)
        after[n++] = prices[i];
    for (size_t i = 0; i < pools->n; i++)
        after[n++] = pools->kind[i]->usd;
    for (size_t i = 0; i < LEN(last); i++)
        after[n++] = last[i];
    payoff_table_begin(out, p, after, n);
}

/* The designs that answer, in SQL. Caller frees. */
static char *answering(const struct cheapest_question *q)
{
    return mem_print("verdict = 'ok' AND (%s\n)", q->limits ? q->limits : "1");
}

/* The cheapest point of each group, engine and chips of pools, for a whole number of systems. */
static int select_cheapest(struct table *out, const struct run_points *from, const struct payoff *p,
                           const struct cheapest_question *q, struct err *err)
{
    double tokens_per_s = q->tokens_per_s;
    const struct offered_pools pools = offered_pools(from->swept, p);
    char *list = group_columns(p), *parts = mem_text("engine"), *answers = answering(q);
    for (size_t i = 0; i < pools.n; i++) {
        char *longer = mem_print("%s, \"%s\"", parts, pools.kind[i]->chip);
        free(parts);
        parts = longer;
    }
    char *systems = mem_print("(CAST(%.17g / tokens_per_s AS INTEGER) + (%.17g / tokens_per_s > "
                              "CAST(%.17g / tokens_per_s AS INTEGER)))",
                              tokens_per_s, tokens_per_s, tokens_per_s);
    char *sql = mem_print(
        "SELECT point, %s AS systems, min(%s * system_cost_usd) AS usd, %s engine AS of_engine "
        "FROM point WHERE run = %lld AND %s AND (%s\n) GROUP BY %s %s ORDER BY %s usd, id",
        systems, systems, list, (long long)from->run->id, answers, q->where ? q->where : "1", list,
        parts, list);
    int rc = db_select(from->db, sql, NULL, 0, out, err);
    free(sql);
    free(systems);
    free(parts);
    free(list);
    free(answers);
    return rc;
}

/* The groups, in the order of their first points that answer: that of the study. `first` is NULL in
 * those without any. */
static int select_groups(struct table *out, const struct run_points *from, const struct payoff *p,
                         const struct cheapest_question *q, struct err *err)
{
    char *list = group_columns(p), *keys = columns_list(p->by, p->by_n, NULL);
    char *answers = answering(q);
    char *sql = mem_print("SELECT %s min(CASE WHEN %s THEN id END) AS first FROM point WHERE run = "
                          "%lld AND (%s\n) GROUP BY %s ORDER BY first IS NULL, first, min(id)",
                          list, answers, (long long)from->run->id, q->where ? q->where : "1",
                          p->by_n ? keys : "run");
    int rc = db_select(from->db, sql, NULL, 0, out, err);
    free(sql);
    free(answers);
    free(keys);
    free(list);
    return rc;
}

/* Names the groups that nothing answers. */
static char *unanswered(const struct payoff *p, const struct table *groups)
{
    char *out = mem_text("");
    for (size_t i = 0; i < groups->rows; i++) {
        if (table_get(groups, i, "first")->kind != CELL_NULL)
            continue;
        struct cell *key = mem_alloc(p->by_n + 1, sizeof *key);
        for (size_t k = 0; k < p->by_n; k++)
            key[k] = *table_at(groups, i, k);
        char *title = group_title(p, &(struct payoff_group){.key = key});
        char *longer = mem_print("%s%s\n", out, title);
        free(title);
        free(out);
        free(key);
        out = longer;
    }
    return out;
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
    const struct offered_pools pools = offered_pools(from->swept, p);
    double cheapest_usd = NAN;
    int rc = 0;
    for (size_t row = 0; row < best->rows && rc == 0; row++) {
        if (!is_of_group(p, best, row, groups, group))
            continue;
        if (isnan(cheapest_usd))
            cheapest_usd = table_number_at(best, row, "usd");
        rc = add_offer(out, from, p, &(struct offer){best, row, cheapest_usd, &pools}, err);
    }
    return rc;
}

/* The columns of `by`, the model and the swept workload. */
static int split_by(struct payoff *p, const struct swept *swept, const struct cheapest_question *q,
                    struct err *err)
{
    p->by = split_columns(swept, &(struct split){.by = q->by, .over = q->over}, &p->by_n, err);
    return p->by ? 0 : -1;
}

int cheapest_table(struct table *out, char **none, struct db *db, const struct db_run *run,
                   const struct cheapest_question *q, struct err *err)
{
    struct payoff p = {0};
    struct swept swept;
    struct table best, groups = {0};
    const struct run_points from = {.db = db, .run = run, .swept = &swept};
    int rc = q->where ? db_check_where(db, q->where, err) : 0;

    if (rc != 0 || swept_read(&swept, db, run, err) != 0)
        return -1;
    rc = split_by(&p, &swept, q, err);
    if (rc == 0)
        rc = select_groups(&groups, &from, &p, q, err);
    if (rc == 0)
        rc = select_cheapest(&best, &from, &p, q, err);
    if (rc == 0) {
        const struct offered_pools pools = offered_pools(&swept, &p);
        begin_cheapest(out, &p, &pools);
        for (size_t i = 0; i < groups.rows && rc == 0; i++)
            rc = add_group(out, &from, &p, &best, &groups, i, err);
        if (rc != 0)
            table_free(out);
        else
            *none = unanswered(&p, &groups);
        table_free(&best);
    }
    table_free(&groups);
    swept_free(&swept);
    payoff_free(&p);
    return rc;
}
