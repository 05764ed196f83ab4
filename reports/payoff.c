#include "reports/payoff.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/field.h"
#include "base/mem.h"
#include "reports/columns.h"

const char *const budget_text[] = {"cost", "area", "power", "none"};
const char *const payoff_verdict_text[] = {"pays", "too close to call", "does not pay",
                                           "no answer"};

/* What throughput is divided by, per budget; area counts the engine's silicon. */
static const char *const resource[] = {
    "system_cost_usd", "((die_area_mm2 + engine_area_mm2) * plan_tp * plan_dp)", "power_w", "1.0"};

/* An engine that adds no time, or whose gain is lost in rounding, does not speed anything up. */
static const double LEAST_GAIN = 1e-6;

int budget_parse(const char *text, enum budget *out, struct err *err)
{
    for (size_t i = 0; i < LEN(budget_text); i++)
        if (!strcmp(text, budget_text[i])) {
            *out = (enum budget)i;
            return 0;
        }
    return fail(err, "\"%s\" is no budget: one of cost, area, power, none", text);
}

/* Best design of each group, with or without an engine. */
static int winners(struct table *out, struct db *db, const struct db_run *run, const char *columns,
                   const char *where, enum budget budget, bool with, struct err *err)
{
    char *sql =
        mem_print("SELECT id, max(tokens_per_s / %s) AS value%s%s FROM point WHERE run = %lld AND "
                  "verdict = 'ok' AND engine_speedup IS %sNULL%s%s%s%s%s ORDER BY id",
                  resource[budget], *columns ? ", " : "", columns, (long long)run->id,
                  with ? "NOT " : "", where ? " AND (" : "", where ? where : "", where ? "\n)" : "",
                  " GROUP BY ", *columns ? columns : "run"); /* without any row: no group */
    int rc = db_select(db, sql, NULL, 0, out, err);
    free(sql);
    return rc;
}

static char *join(char *const *names, size_t n, const char *leave_out)
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

static bool cells_equal(const struct cell *a, const struct cell *b)
{
    if (a->kind != b->kind)
        return false;
    return a->kind == CELL_NUMBER ? a->number == b->number
           : a->kind == CELL_TEXT ? !strcmp(a->text, b->text)
                                  : true;
}

static struct cell cell_copy(const struct cell *c)
{
    struct cell copy = *c;
    if (c->kind == CELL_TEXT)
        copy.text = mem_text(c->text);
    return copy;
}

/* The row of `t` whose columns of the same name equal those of row `at` in `key`; -1 if none. */
static int matching_row(const struct table *t, const struct table *key, size_t at)
{
    for (size_t row = 0; row < t->rows; row++) {
        bool same = true;
        for (size_t i = 2; i < t->columns && same; i++) {
            int other = table_find(key, t->header[i]);
            same = other >= 0 && cells_equal(table_at(t, row, i), table_at(key, at, (size_t)other));
        }
        if (same)
            return (int)row;
    }
    return -1;
}

/* One whole point. */
static int point_row(struct table *out, struct db *db, double id, struct err *err)
{
    char *sql = mem_print("SELECT * FROM point WHERE id = %.0f", id);
    int rc = db_select(db, sql, NULL, 0, out, err);
    free(sql);
    return rc;
}

/* The same design without the engine: equal in every swept column but those of the engine. */
static int twin_row(struct table *out, struct db *db, const struct db_run *run,
                    const struct swept *swept, const struct table *with, struct err *err)
{
    char *sql = mem_print("SELECT * FROM point WHERE run = %lld AND engine_speedup IS NULL",
                          (long long)run->id);
    const char **texts = mem_alloc(swept->n + 1, sizeof *texts);
    char **owned = mem_alloc(swept->n + 1, sizeof *owned);
    size_t n = 0;

    for (size_t i = 0; i < swept->n; i++) {
        const struct cell *c = table_at(with, 0, (size_t)table_find(with, swept->column[i].name));
        if (swept->column[i].of_engine || c->kind == CELL_NULL)
            continue;
        char buffer[32];
        owned[n] = mem_text(c->kind == CELL_TEXT ? c->text
                                                 : number_text(c->number, buffer, sizeof buffer));
        texts[n] = owned[n];
        n++;
        /* Numbers are bound as text: + 0 compares them as numbers. */
        char *longer =
            mem_print(c->kind == CELL_TEXT ? "%s AND \"%s\" = ?%zu" : "%s AND \"%s\" = ?%zu + 0",
                      sql, swept->column[i].name, n);
        free(sql);
        sql = longer;
    }
    char *whole = mem_print("%s ORDER BY id LIMIT 1", sql);
    int rc = db_select(db, whole, texts, n, out, err);
    for (size_t i = 0; i < n; i++)
        free(owned[i]);
    free(owned);
    free(texts);
    free(whole);
    free(sql);
    return rc;
}

static double number(const struct table *t, const char *column)
{
    int i = table_find(t, column);
    const struct cell *c = i >= 0 && t->rows ? table_at(t, 0, (size_t)i) : NULL;
    return c && c->kind == CELL_NUMBER ? c->number : NAN;
}

static const char *text(const struct table *t, const char *column)
{
    int i = table_find(t, column);
    const struct cell *c = i >= 0 && t->rows ? table_at(t, 0, (size_t)i) : NULL;
    return c && c->kind == CELL_TEXT ? c->text : "";
}

/* The hardware of a winner: what a swept column of chip or engine is, and the mapping. */
static char *label(const struct table *t, const struct swept *swept, const char *const *by,
                   size_t by_n)
{
    char *out = mem_text(text(t, "chip")), buffer[48];
    for (size_t i = 0; i < swept->n; i++) {
        const struct swept_column *c = &swept->column[i];
        bool in_key = false;
        for (size_t j = 0; j < by_n; j++)
            in_key = in_key || !strcmp(by[j], c->name);
        if (in_key || !c->of_hardware || !strcmp(c->name, "chip"))
            continue;
        const struct cell *v = table_at(t, 0, (size_t)table_find(t, c->name));
        if (v->kind == CELL_NULL || (v->kind == CELL_TEXT && !strcmp(v->text, "none")))
            continue;
        char *longer = v->kind == CELL_TEXT
                           ? mem_print("%s + %s", out, v->text)
                           : mem_print("%s, %s %s", out,
                                       strchr(c->name, '_') ? strchr(c->name, '_') + 1 : c->name,
                                       quantity_text(v->number, strcmp(c->unit, "1") ? c->unit : "",
                                                     3, buffer, sizeof buffer));
        free(out);
        out = longer;
    }
    char *whole = mem_print("%s, TP %g DP %g EP %g", out, number(t, "plan_tp"),
                            number(t, "plan_dp"), number(t, "plan_ep"));
    free(out);
    return whole;
}

/* Why the engine does not pay: model.md's three reasons, and what took its place. */
static char *reason_of(const struct payoff_group *g, bool other_base)
{
    if (g->s <= 1 + LEAST_GAIN)
        return mem_print(
            "intensity: core attention at %.3g FLOP/B is no slower on the chip (S = %.2g)",
            g->intensity, g->s);
    if (g->g <= 1 + LEAST_GAIN)
        return mem_print("no gain at equal hardware (G = %.3f)", g->g);
    double most = 1 / (1 - g->attention_share) - 1;
    if (most < g->c)
        return mem_print("attention share: at %.0f %% of the step even an infinitely fast engine "
                         "gains less than it costs",
                         100 * g->attention_share);
    if (g->c_star <= g->c)
        return mem_print("cost: it may add %.1f %% and adds %.1f %%", 100 * g->c_star, 100 * g->c);
    return mem_print(other_base
                         ? "control: the money buys more in other hardware without an engine"
                         : "control: another mapping or design without an engine does better");
}

static double added(const struct table *with, const struct table *twin, const char *column)
{
    return number(with, column) / number(twin, column) - 1;
}

static enum payoff_verdict verdict_of(const struct payoff_group *g)
{
    if (isnan(g->p))
        return NO_ANSWER;
    return g->p_low > 1 + LEAST_GAIN ? PAYS : g->p_high > 1 + LEAST_GAIN ? TOO_CLOSE : DOES_NOT_PAY;
}

/* P, G and the rest from the two winners' points. */
static void fill(struct payoff_group *g, enum budget budget, const struct table *with,
                 const struct table *twin, const struct table *without, const struct swept *swept,
                 const struct payoff *p)
{
    static const char *const cost[3] = {"system_cost_usd", "system_cost_usd_low",
                                        "system_cost_usd_high"};
    const char *const *by = (const char *const *)p->by;

    g->engine = mem_text(text(with, "engine"));
    g->with = label(with, swept, by, p->by_n);
    g->without = label(without, swept, by, p->by_n);
    g->regime = mem_text(text(without, "limit"));
    g->s = number(with, "engine_speedup");
    g->p_low = g->p_high = g->p;
    bool has_twin = twin->rows > 0;
    g->g = has_twin ? number(with, "tokens_per_s") / number(twin, "tokens_per_s") : NAN;
    g->c_star = g->g - 1;
    g->c = has_twin ? added(with, twin, cost[0]) : NAN;
    const struct table *base = has_twin ? twin : without;
    g->attention_share = number(base, "attention_share");
    g->intensity = number(base, "attention_intensity_flop_per_byte");
    g->ridge = number(base, "ridge_flop_per_byte");
    if (has_twin && budget == BUDGET_COST) {
        double low = added(with, twin, cost[1]), high = added(with, twin, cost[2]);
        g->p_low = g->p * (1 + g->c) / (1 + fmax(fmax(low, high), g->c));
        g->p_high = g->p * (1 + g->c) / (1 + fmin(fmin(low, high), g->c));
    }
    g->verdict = verdict_of(g);
    g->reason = g->p > 1 + LEAST_GAIN
                    ? mem_text("")
                    : reason_of(g, has_twin && number(twin, "id") != number(without, "id"));
}

static int make_group(struct payoff_group *g, struct payoff *p, struct db *db,
                      const struct db_run *run, const struct swept *swept, const struct table *with,
                      size_t row, const struct table *without, int other, struct err *err)
{
    struct table a, b, twin;

    g->key = mem_alloc(p->by_n + 1, sizeof *g->key);
    for (size_t i = 0; i < p->by_n; i++)
        g->key[i] = cell_copy(table_at(with, row, (size_t)table_find(with, p->by[i])));
    if (other < 0) {
        g->p = g->p_low = g->p_high = g->g = g->c_star = g->c = g->s = g->attention_share =
            g->intensity = g->ridge = NAN;
        g->engine = mem_text(""), g->with = mem_text(""), g->without = mem_text(""),
        g->regime = mem_text("");
        g->reason = mem_text("no feasible design without an engine to hold it against");
        g->verdict = NO_ANSWER;
        return 0;
    }
    g->p = table_at(with, row, 1)->number / table_at(without, (size_t)other, 1)->number;
    if (point_row(&a, db, table_at(with, row, 0)->number, err) != 0)
        return -1;
    int rc = point_row(&b, db, table_at(without, (size_t)other, 0)->number, err);
    if (rc == 0) {
        rc = twin_row(&twin, db, run, swept, &a, err);
        if (rc == 0) {
            fill(g, p->budget, &a, &twin, &b, swept, p);
            table_free(&twin);
        }
        table_free(&b);
    }
    table_free(&a);
    return rc;
}

static void group_free(struct payoff_group *g, size_t by_n)
{
    for (size_t i = 0; g->key && i < by_n; i++)
        if (g->key[i].kind == CELL_TEXT)
            free(g->key[i].text);
    free(g->key);
    free(g->engine);
    free(g->with);
    free(g->without);
    free(g->regime);
    free(g->reason);
}

/* The groups of `p->by`. */
static int make_groups(struct payoff *p, struct db *db, const struct db_run *run,
                       const struct swept *swept, const char *where, struct err *err)
{
    struct table with, without;
    if (where && db_check_where(db, where, err) != 0)
        return -1;
    char *all = join(p->by, p->by_n, NULL), *no_engine = join(p->by, p->by_n, "engine");
    int rc = winners(&with, db, run, all, where, p->budget, true, err);

    if (rc == 0) {
        rc = winners(&without, db, run, no_engine, where, p->budget, false, err);
        if (rc == 0) {
            p->group = mem_alloc(with.rows + 1, sizeof *p->group);
            for (size_t row = 0; row < with.rows && rc == 0; row++, p->n++)
                rc = make_group(&p->group[p->n], p, db, run, swept, &with, row, &without,
                                matching_row(&without, &with, row), err);
            table_free(&without);
        }
        table_free(&with);
    }
    free(all);
    free(no_engine);
    return rc;
}

/* Is a crossing; P at the grid value above 1 on one side, and at or under 1 on the other. */
static bool crosses(double a, double b)
{
    return (a > 1 + LEAST_GAIN) != (b > 1 + LEAST_GAIN);
}

static double between(double x, double y, double t)
{
    return x > 0 && y > 0 ? x * pow(y / x, t) : x + t * (y - x);
}

/* Where P leaves 1, by halving on the model; or, without one, by a straight line in log P. */
static void find_stop(struct payoff_stop *s, const struct payoff *p, const char *axis,
                      payoff_at_fn at, void *ctx)
{
    double lo = s->from, hi = s->to, t;

    if (at && crosses(at(ctx, p, s->key, axis, lo), at(ctx, p, s->key, axis, hi))) {
        bool pays_low = s->p_from > 1 + LEAST_GAIN;
        for (int i = 0; i < 40 && fabs(hi - lo) > 1e-4 * fabs(hi); i++) {
            double x = between(lo, hi, 0.5), px = at(ctx, p, s->key, axis, x);
            if (isnan(px))
                break;
            *((px > 1 + LEAST_GAIN) == pays_low ? &lo : &hi) = x;
        }
        s->at = between(lo, hi, 0.5);
        s->by_model = true;
        return;
    }
    t = log(s->p_from) / (log(s->p_from) - log(s->p_to));
    s->at = between(s->from, s->to, fmin(fmax(t, 0), 1));
}

static void add_stop(struct payoff *p, size_t axis, const struct payoff *fine, size_t i, size_t j,
                     size_t x, payoff_at_fn at, void *ctx)
{
    const struct payoff_group *a = &fine->group[i], *b = &fine->group[j];
    p->stop = mem_grow(p->stop, p->stops + 1, sizeof *p->stop);
    struct payoff_stop *s = &p->stop[p->stops++];

    *s = (struct payoff_stop){.axis = axis,
                              .from = a->key[x].number,
                              .to = b->key[x].number,
                              .p_from = a->p,
                              .p_to = b->p};
    s->key = mem_alloc(p->by_n + 1, sizeof *s->key);
    for (size_t k = 0; k < p->by_n; k++)
        for (size_t f = 0; f < fine->by_n; f++)
            if (f != x && !strcmp(fine->by[f], p->by[k]))
                s->key[k] = cell_copy(&a->key[f]);
    s->falls = a->p > b->p;
    s->p_before = s->falls ? a->p : b->p;
    s->reason = mem_text(s->falls ? b->reason : a->reason);
    find_stop(s, p, p->axis[axis], at, ctx);
}

/* Groups by `by` and the axis, ordered by both, so that neighbours are grid neighbours. */
static int make_stops(struct payoff *p, size_t axis, struct db *db, const struct db_run *run,
                      const struct swept *swept, const char *where, payoff_at_fn at, void *ctx,
                      struct err *err)
{
    struct payoff fine = {.budget = p->budget, .by = mem_alloc(p->by_n + 1, sizeof(char *))};
    size_t x;

    for (size_t i = 0; i < p->by_n; i++)
        if (strcmp(p->by[i], p->axis[axis]) != 0)
            fine.by[fine.by_n++] = p->by[i];
    x = fine.by_n;
    fine.by[fine.by_n++] = p->axis[axis];
    int rc = make_groups(&fine, db, run, swept, where, err);
    for (size_t i = 0; i < fine.n && rc == 0; i++) {
        size_t next = fine.n; /* the same group at the next value of the axis */
        for (size_t j = 0; j < fine.n; j++) {
            bool same = true;
            for (size_t k = 0; k < x && same; k++)
                same = cells_equal(&fine.group[i].key[k], &fine.group[j].key[k]);
            if (same && fine.group[j].key[x].number > fine.group[i].key[x].number &&
                (next == fine.n || fine.group[j].key[x].number < fine.group[next].key[x].number))
                next = j;
        }
        if (next < fine.n && !isnan(fine.group[i].p) && !isnan(fine.group[next].p) &&
            crosses(fine.group[i].p, fine.group[next].p))
            add_stop(p, axis, &fine, i, next, x, at, ctx);
    }
    for (size_t i = 0; i < fine.n; i++)
        group_free(&fine.group[i], fine.by_n);
    free(fine.group);
    free(fine.by);
    return rc;
}

static void add_by(struct payoff *p, const char *name)
{
    p->by[p->by_n++] = mem_text(name);
}

static bool in_by(const struct payoff *p, const char *name)
{
    for (size_t i = 0; i < p->by_n; i++)
        if (!strcmp(p->by[i], name))
            return true;
    return false;
}

static int choose_by(struct payoff *p, const struct swept *swept, const char *by, struct err *err)
{
    bool more = !by || *by == '+';

    p->by = mem_alloc(swept->n + 1, sizeof *p->by);
    for (size_t i = 0; i < swept->n && more; i++)
        if (swept->column[i].of_workload)
            add_by(p, swept->column[i].name);
    for (const char *at = by ? by + more : NULL; at; at = *at ? at + 1 : NULL) {
        size_t length = strcspn(at, ",");
        const struct swept_column *c = swept_find(swept, at, length);
        if (!c && !more)
            return fail(err, "--by: \"%.*s\" is not swept in this run: one of %s", (int)length, at,
                        swept->names);
        if (c && in_by(p, c->name) && !more)
            return fail(err, "--by: \"%s\" is given twice: keep one", c->name);
        if (c && !in_by(p, c->name))
            add_by(p, c->name);
        at += length;
        if (!*at)
            break;
    }
    return 0;
}

static void add_axis(struct payoff *p, const struct swept_column *c)
{
    p->axis[p->axes] = mem_text(c->name);
    p->axis_unit[p->axes++] = mem_text(strcmp(c->unit, "1") ? c->unit : "");
}

int payoff_make(struct payoff *out, struct db *db, const struct db_run *run, const char *by,
                const char *where, enum budget budget, payoff_at_fn at, void *ctx, struct err *err)
{
    struct swept swept;

    *out = (struct payoff){.budget = budget};
    if (swept_read(&swept, db, run, err) != 0)
        return -1;
    int rc = choose_by(out, &swept, by, err);
    out->axis = mem_alloc(swept.n + 1, sizeof *out->axis);
    out->axis_unit = mem_alloc(swept.n + 1, sizeof *out->axis_unit);
    for (size_t i = 0; i < swept.n; i++)
        if (swept.column[i].is_number)
            add_axis(out, &swept.column[i]);
    if (rc == 0)
        rc = make_groups(out, db, run, &swept, where, err);
    for (size_t i = 0; i < out->axes && rc == 0; i++)
        rc = make_stops(out, i, db, run, &swept, where, at, ctx, err);
    swept_free(&swept);
    if (rc != 0)
        payoff_free(out);
    return rc;
}

void payoff_free(struct payoff *p)
{
    for (size_t i = 0; i < p->n; i++)
        group_free(&p->group[i], p->by_n);
    for (size_t i = 0; i < p->stops; i++) {
        for (size_t k = 0; k < p->by_n; k++)
            if (p->stop[i].key[k].kind == CELL_TEXT)
                free(p->stop[i].key[k].text);
        free(p->stop[i].key);
        free(p->stop[i].reason);
    }
    for (size_t i = 0; i < p->by_n; i++)
        free(p->by[i]);
    for (size_t i = 0; i < p->axes; i++)
        free(p->axis[i]), free(p->axis_unit[i]);
    free(p->by);
    free(p->axis);
    free(p->axis_unit);
    free(p->group);
    free(p->stop);
    *p = (struct payoff){0};
}

static void table_cell(struct table *t, const struct cell *c)
{
    if (c->kind == CELL_TEXT)
        table_text(t, c->text);
    else
        table_number(t, c->kind == CELL_NUMBER ? c->number : NAN);
}

void payoff_table(const struct payoff *p, struct table *out)
{
    static const char *const after[] = {"payoff",
                                        "payoff_low",
                                        "payoff_high",
                                        "verdict",
                                        "gain",
                                        "c_star",
                                        "engine_cost_share",
                                        "engine_speedup",
                                        "attention_share",
                                        "attention_intensity_flop_per_byte",
                                        "engine",
                                        "with",
                                        "without",
                                        "regime",
                                        "reason"};
    const char **header = mem_alloc(p->by_n + LEN(after), sizeof *header);
    size_t n = 0;

    for (size_t i = 0; i < p->by_n; i++)
        header[n++] = !strcmp(p->by[i], "engine") ? "engine_group" : p->by[i];
    for (size_t i = 0; i < LEN(after); i++)
        header[n++] = after[i];
    table_begin(out, header, n);
    free(header);
    for (size_t i = 0; i < p->n; i++) {
        const struct payoff_group *g = &p->group[i];
        for (size_t k = 0; k < p->by_n; k++)
            table_cell(out, &g->key[k]);
        table_number(out, g->p);
        table_number(out, g->p_low);
        table_number(out, g->p_high);
        table_text(out, payoff_verdict_text[g->verdict]);
        table_number(out, g->g);
        table_number(out, g->c_star);
        table_number(out, g->c);
        table_number(out, g->s);
        table_number(out, g->attention_share);
        table_number(out, g->intensity);
        table_text(out, g->engine);
        table_text(out, g->with);
        table_text(out, g->without);
        table_text(out, g->regime);
        table_text(out, g->reason);
    }
}

void payoff_stop_table(const struct payoff *p, struct table *out)
{
    static const char *const after[] = {"axis",      "stops_at", "direction",
                                        "grid_from", "grid_to",  "payoff_from",
                                        "payoff_to", "found_by", "reason"};
    const char **header = mem_alloc(p->by_n + LEN(after), sizeof *header);
    size_t n = 0;

    for (size_t i = 0; i < p->by_n; i++)
        header[n++] = p->by[i];
    for (size_t i = 0; i < LEN(after); i++)
        header[n++] = after[i];
    table_begin(out, header, n);
    free(header);
    for (size_t i = 0; i < p->stops; i++) {
        const struct payoff_stop *s = &p->stop[i];
        for (size_t k = 0; k < p->by_n; k++)
            table_cell(out, &s->key[k]);
        table_text(out, p->axis[s->axis]);
        table_number(out, s->at);
        table_text(out, s->falls ? "pays below" : "pays above");
        table_number(out, s->from);
        table_number(out, s->to);
        table_number(out, s->p_from);
        table_number(out, s->p_to);
        table_text(out, s->by_model ? "model" : "interpolation");
        table_text(out, s->reason);
    }
}
