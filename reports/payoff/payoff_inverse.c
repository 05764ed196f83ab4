/* The inverse questions: the cheapest system that serves so much, and the engine that would pay. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "reports/payoff/payoff_groups.h"

static double number_in(const struct table *t, const char *column)
{
    const struct cell *c = table_at(t, 0, (size_t)table_find(t, column));
    return c->kind == CELL_NUMBER ? c->number : NAN;
}

static char *list_of(const struct payoff *p)
{
    char *list = mem_text("");
    for (size_t i = 0; i < p->by_n; i++) {
        char *longer = mem_print("%s\"%s\", ", list, p->by[i]);
        free(list);
        list = longer;
    }
    return list;
}

static int add_cheapest(struct table *out, struct db *db, const struct payoff *p,
                        const struct swept *swept, const struct table *best, size_t row,
                        double cheapest_usd, struct err *err)
{
    struct table t;
    double systems = table_at(best, row, 1)->number;
    char *sql = mem_print("SELECT * FROM point WHERE id = %.0f", table_at(best, row, 0)->number);
    int rc = db_select(db, sql, NULL, 0, &t, err);
    free(sql);
    if (rc != 0)
        return -1;
    for (size_t k = 0; k < p->by_n; k++) {
        const struct cell *c = table_at(best, row, k + 3);
        if (c->kind == CELL_TEXT)
            table_text(out, c->text);
        else
            table_number(out, c->kind == CELL_NUMBER ? c->number : NAN);
    }
    char *hardware = design_label(&t, swept, (const char *const *)p->by, p->by_n);
    double rate = number_in(&t, "tokens_per_s");
    table_text(out, table_at(&t, 0, (size_t)table_find(&t, "engine"))->text);
    table_number(out, systems);
    table_number(out, systems * rate / number_in(&t, "tokens_per_s_per_device"));
    table_number(out, systems * number_in(&t, "system_cost_usd"));
    table_number(out, systems * number_in(&t, "system_cost_usd_low"));
    table_number(out, systems * number_in(&t, "system_cost_usd_high"));
    table_number(out, table_at(best, row, 2)->number / cheapest_usd);
    table_number(out, systems * rate);
    table_number(out, number_in(&t, "tpot_s"));
    table_number(out, systems * number_in(&t, "power_w"));
    table_number(out, number_in(&t, "usd_per_mtok"));
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
    begin_table(out, p, after, LEN(after));
}

/* The cheapest point of each group and engine; systems are whole. */
static int select_cheapest(struct table *out, struct db *db, const struct db_run *run,
                           const struct payoff *p, const char *where, double tokens_per_s,
                           struct err *err)
{
    char *list = list_of(p);
    char *systems = mem_print("(CAST(%.17g / tokens_per_s AS INTEGER) + (%.17g / tokens_per_s > "
                              "CAST(%.17g / tokens_per_s AS INTEGER)))",
                              tokens_per_s, tokens_per_s, tokens_per_s);
    char *sql = mem_print(
        "SELECT id, %s AS systems, min(%s * system_cost_usd) AS usd, %s engine AS of_engine FROM "
        "point WHERE run = %lld AND verdict = 'ok'%s%s%s GROUP BY %s engine ORDER BY %s usd, id",
        systems, systems, list, (long long)run->id, where ? " AND (" : "", where ? where : "",
        where ? "\n)" : "", list, list);
    int rc = db_select(db, sql, NULL, 0, out, err);
    free(sql);
    free(systems);
    free(list);
    return rc;
}

int cheapest_table(struct table *out, struct db *db, const struct db_run *run, const char *by,
                   const char *where, double tokens_per_s, struct err *err)
{
    struct payoff p = {0};
    struct swept swept;
    struct table best;
    int rc = where ? db_check_where(db, where, err) : 0;

    if (rc != 0 || swept_read(&swept, db, run, err) != 0)
        return -1;
    rc = groups_by(&p, &swept, by, err);
    if (rc == 0)
        rc = select_cheapest(&best, db, run, &p, where, tokens_per_s, err);
    if (rc == 0) {
        begin_cheapest(out, &p);
        double cheapest_usd = NAN;
        for (size_t row = 0; row < best.rows && rc == 0; row++) {
            bool first = row == 0;
            for (size_t k = 0; k < p.by_n && !first; k++)
                first = !cells_equal(table_at(&best, row, k + 3), table_at(&best, row - 1, k + 3));
            if (first)
                cheapest_usd = table_at(&best, row, 2)->number;
            rc = add_cheapest(out, db, &p, &swept, &best, row, cheapest_usd, err);
        }
        if (rc != 0)
            table_free(out);
        table_free(&best);
    }
    swept_free(&swept);
    payoff_free(&p);
    return rc;
}

/* What an engine of m and r is worth: P where it costs nothing. */
static double worth(const struct payoff *p, const struct payoff_question *q, const struct cell *key,
                    double m, double r, double *usd_per_device)
{
    struct payoff_setting set[] = {{"engine.bandwidth_ratio", m},
                                   {"engine.ridge_flop_per_byte", r}};
    struct contest c;
    struct world middle;
    size_t winner[SIDES];
    if (q->contest(q->ctx, p, key, set, LEN(set), &c) != 0)
        return NAN;
    world_middle(&middle, &c);
    double value = contest_payoff(&c, &middle, winner);
    if (usd_per_device && !isnan(value)) {
        const struct contender *k = &c.side[WITH][winner[WITH]];
        *usd_per_device =
            contender_resource(k, BUDGET_COST, &middle.prices, true) / k->devices * (value - 1);
    }
    contest_free(&c);
    return value;
}

void wanted_table(const struct payoff *p, const struct payoff_question *q, struct table *out)
{
    static const double ratio[] = {1.5, 2, 3, 4, 6, 8, 16}, cost[] = {0, 0.05, 0.1, 0.2};
    static const struct range ridges = {.from = 0.5, .to = 2048};
    enum { RIDGES = 25 };
    static const char *const after[] = {
        "bandwidth_ratio",     "ridge_at_0_percent", "ridge_at_5_percent", "ridge_at_10_percent",
        "ridge_at_20_percent", "most_cost_share",    "most_usd_per_device"};
    begin_table(out, p, after, LEN(after));
    for (size_t g = 0; g < p->n; g++)
        for (size_t i = 0; i < LEN(ratio); i++) {
            double value[RIDGES], usd = NAN;
            for (size_t k = 0; k < RIDGES; k++)
                value[k] = worth(p, q, p->group[g].key, ratio[i], range_value(&ridges, k, RIDGES),
                                 k + 1 == RIDGES ? &usd : NULL);
            for (size_t k = 0; k < p->by_n; k++)
                *table_add(out) = cell_copy(&p->group[g].key[k]);
            table_number(out, ratio[i]);
            for (size_t c = 0; c < LEN(cost); c++) {
                size_t k = 0; /* P does not fall with r */
                while (k < RIDGES && !(value[k] > (1 + cost[c]) * (1 + LEAST_GAIN)))
                    k++;
                double r = range_value(&ridges, k, RIDGES);
                if (k > 0 && k < RIDGES) {
                    double before = range_value(&ridges, k - 1, RIDGES);
                    double t =
                        (log1p(cost[c]) - log(value[k - 1])) / (log(value[k]) - log(value[k - 1]));
                    r = before * pow(r / before, fmin(fmax(t, 0), 1));
                }
                table_number(out, k == RIDGES ? NAN : r);
            }
            table_number(out, value[RIDGES - 1] - 1);
            table_number(out, usd);
        }
}
