#include "reports/payoff/payoff.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/field.h"
#include "base/mem.h"
#include "reports/payoff/payoff_groups.h"

const char *const payoff_verdict_text[] = {"pays", "too close to call", "does not pay",
                                           "no answer"};

/* What throughput is divided by, per budget; area counts the engine's silicon. */
static const char *const resource[BUDGETS] = {
    "system_cost_usd",
    "((die_area_mm2 + engine_area_mm2) * tokens_per_s / tokens_per_s_per_device)", "power_w",
    "1.0"};

/* Nine draws in ten have to agree. */
static const double SURE = 0.9;

enum { KEPT_SWINGS = 12 };

/* A column of more values was drawn, not swept: no two sides would share a value. */
enum { GROUPED_VALUES_MOST = 100 };

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

bool cells_equal(const struct cell *a, const struct cell *b)
{
    if (a->kind != b->kind)
        return false;
    return a->kind == CELL_NUMBER ? a->number == b->number
           : a->kind == CELL_TEXT ? !strcmp(a->text, b->text)
                                  : true;
}

struct cell cell_copy(const struct cell *c)
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

static bool in_by(const struct payoff *p, const char *name)
{
    for (size_t i = 0; i < p->by_n; i++)
        if (!strcmp(p->by[i], name))
            return true;
    return false;
}

/* The same design without the engine, at its best mapping: equal in every swept column but those of
 * the engine, and those of the mapping only where the group holds them. */
static int twin_row(struct table *out, struct db *db, const struct db_run *run,
                    const struct payoff *p, const struct swept *swept, const struct table *with,
                    struct err *err)
{
    char *sql = mem_print("SELECT * FROM point WHERE run = %lld AND engine_speedup IS NULL AND "
                          "verdict = 'ok'",
                          (long long)run->id);
    const char **texts = mem_alloc(swept->n + 1, sizeof *texts);
    char **owned = mem_alloc(swept->n + 1, sizeof *owned);
    size_t n = 0;

    for (size_t i = 0; i < swept->n; i++) {
        const struct cell *c = table_at(with, 0, (size_t)table_find(with, swept->column[i].name));
        if (swept->column[i].of_engine || c->kind == CELL_NULL ||
            (swept->column[i].chosen && !in_by(p, swept->column[i].name)))
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
    char *whole = mem_print("%s ORDER BY tokens_per_s DESC, id LIMIT 1", sql);
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

char *design_label(const struct table *t, const struct swept *swept, const char *const *by,
                   size_t by_n)
{
    char *out = mem_text(text(t, "chip")), buffer[48];
    bool with = !isnan(number(t, "engine_speedup"));
    for (size_t i = 0; i < swept->n; i++) {
        const struct swept_column *c = &swept->column[i];
        bool in_key = false;
        for (size_t j = 0; j < by_n; j++)
            in_key = in_key || !strcmp(by[j], c->name);
        if (in_key || c->chosen || !strcmp(c->name, "chip") || (c->of_engine && !with))
            continue;
        const struct cell *v = table_at(t, 0, (size_t)table_find(t, c->name));
        if (v->kind == CELL_NULL || (v->kind == CELL_TEXT && !strcmp(v->text, "none")))
            continue;
        char *longer =
            v->kind == CELL_TEXT
                ? mem_print(c->of_engine ? "%s + %s" : "%s, %s", out, v->text)
                : mem_print("%s, %s %s", out,
                            c->of_hardware && strchr(c->name, '_') ? strchr(c->name, '_') + 1
                                                                   : c->name,
                            quantity_text(v->number, strcmp(c->unit, "1") ? c->unit : "", 3, buffer,
                                          sizeof buffer));
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

static double area_mm2(const struct table *t)
{
    return number(t, "die_area_mm2") + number(t, "engine_area_mm2");
}

static enum payoff_verdict verdict_of(const struct payoff_group *g)
{
    if (isnan(g->p))
        return NO_ANSWER;
    if (!isnan(g->probability))
        return g->probability >= SURE ? PAYS : g->probability > 1 - SURE ? TOO_CLOSE : DOES_NOT_PAY;
    return pays(g->p_low) ? PAYS : pays(g->p_high) ? TOO_CLOSE : DOES_NOT_PAY;
}

/* Draws how sure P is, and what it turns on. */
static void draw(struct payoff_group *g, const struct payoff *p, const struct payoff_question *q)
{
    struct contest c;
    struct certainty sure;
    struct world middle;
    if (!q->contest || q->contest(q->ctx, p, g->key, NULL, 0, &c) != 0)
        return;
    world_middle(&middle, &c);
    double p_all = contest_payoff(&c, &middle, NULL);
    if (!isnan(p_all) && !isnan(g->p)) /* a store may hold a front or a sample only */
        g->p = p_all;
    contest_certainty(&sure, &c, q->seed, PAYOFF_DRAWS);
    g->probability = sure.probability;
    if (!isnan(sure.probability)) {
        g->p_low = sure.low;
        g->p_high = sure.high;
    }
    if (q->swings) {
        struct swing *all = mem_alloc(SWINGS_MOST, sizeof *all);
        size_t n = contest_swings(all, &c);
        g->swings = n < KEPT_SWINGS ? n : KEPT_SWINGS;
        g->swing = mem_grow(all, g->swings + 1, sizeof *all);
    }
    contest_free(&c);
}

/* The share of the budget at which the best design without an engine catches up. */
static double most_share(const struct payoff_group *g, enum budget budget)
{
    double share = budget == BUDGET_COST    ? g->c
                   : budget == BUDGET_AREA  ? g->a
                   : budget == BUDGET_POWER ? g->w
                                            : 0;
    double most = g->p * (1 + share) - 1;
    return isnan(most) ? NAN : fmax(most, LEAST_GAIN) - LEAST_GAIN;
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
    g->with = design_label(with, swept, by, p->by_n);
    g->without = design_label(without, swept, by, p->by_n);
    g->regime = mem_text(text(without, "limit"));
    g->s = number(with, "engine_speedup");
    g->p_low = g->p_high = g->p;
    bool has_twin = twin->rows > 0;
    g->g = has_twin ? number(with, "tokens_per_s") / number(twin, "tokens_per_s") : NAN;
    g->c_star = g->g - 1;
    g->c = has_twin ? added(with, twin, cost[0]) : NAN;
    g->a = has_twin ? area_mm2(with) / area_mm2(twin) - 1 : NAN;
    g->w = has_twin ? added(with, twin, "power_w") : NAN;
    g->c_max = most_share(g, budget);
    g->a_star_mm2 = g->c_star * (has_twin ? area_mm2(twin) : NAN);
    g->w_star_w = g->c_star * (has_twin ? number(twin, "power_w") / number(twin, "tokens_per_s") *
                                              number(twin, "tokens_per_s_per_device")
                                        : NAN);
    const struct table *base = has_twin ? twin : without;
    g->attention_share = number(base, "attention_share");
    g->intensity = number(base, "attention_intensity_flop_per_byte");
    g->ridge = number(base, "ridge_flop_per_byte");
    if (has_twin && budget == BUDGET_COST) {
        double low = added(with, twin, cost[1]), high = added(with, twin, cost[2]);
        g->p_low = g->p * (1 + g->c) / (1 + fmax(fmax(low, high), g->c));
        g->p_high = g->p * (1 + g->c) / (1 + fmin(fmin(low, high), g->c));
    }
    g->reason = pays(g->p) ? mem_text("")
                           : reason_of(g, has_twin && number(twin, "id") != number(without, "id"));
}

static int make_group(struct payoff_group *g, struct payoff *p, struct db *db,
                      const struct db_run *run, const struct swept *swept, const struct table *with,
                      size_t row, const struct table *without, int other, struct err *err)
{
    struct table a, b, twin;

    g->probability = NAN;
    g->key = mem_alloc(p->by_n + 1, sizeof *g->key);
    for (size_t i = 0; i < p->by_n; i++)
        g->key[i] = cell_copy(table_at(with, row, (size_t)table_find(with, p->by[i])));
    if (other < 0) {
        g->p = g->p_low = g->p_high = g->g = g->c_star = g->c = g->s = g->attention_share =
            g->intensity = g->ridge = g->c_max = g->a = g->w = g->a_star_mm2 = g->w_star_w = NAN;
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
        rc = twin_row(&twin, db, run, p, swept, &a, err);
        if (rc == 0) {
            fill(g, p->budget, &a, &twin, &b, swept, p);
            table_free(&twin);
        }
        table_free(&b);
    }
    table_free(&a);
    return rc;
}

void group_free(struct payoff_group *g, size_t by_n)
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
    free(g->swing);
}

int groups_make(struct payoff *p, struct db *db, const struct db_run *run,
                const struct swept *swept, const struct payoff_question *q, bool sure,
                struct err *err)
{
    struct table with, without;
    if (q->where && db_check_where(db, q->where, err) != 0)
        return -1;
    char *all = join(p->by, p->by_n, NULL), *no_engine = join(p->by, p->by_n, "engine");
    int rc = winners(&with, db, run, all, q->where, p->budget, true, err);

    if (rc == 0) {
        rc = winners(&without, db, run, no_engine, q->where, p->budget, false, err);
        if (rc == 0) {
            p->group = mem_alloc(with.rows + 1, sizeof *p->group);
            for (size_t row = 0; row < with.rows && rc == 0; row++, p->n++) {
                struct payoff_group *g = &p->group[p->n];
                rc = make_group(g, p, db, run, swept, &with, row, &without,
                                matching_row(&without, &with, row), err);
                if (rc == 0 && sure)
                    draw(g, p, q);
                g->verdict = verdict_of(g);
            }
            table_free(&without);
        }
        table_free(&with);
    }
    free(all);
    free(no_engine);
    return rc;
}

static void add_by(struct payoff *p, const char *name)
{
    p->by[p->by_n++] = mem_text(name);
}

int groups_by(struct payoff *p, const struct swept *swept, const char *by, struct err *err)
{
    bool more = !by || *by == '+';

    p->by = mem_alloc(swept->n + 1, sizeof *p->by);
    for (size_t i = 0; i < swept->n && more; i++)
        if (swept->column[i].of_workload && swept->column[i].values <= GROUPED_VALUES_MOST)
            add_by(p, swept->column[i].name);
    for (const char *at = by ? by + more : ""; *at; at += *at == ',') {
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

/* Names what of the workload each side may choose. */
static void note_left(struct payoff *p, const struct swept *swept)
{
    for (size_t i = 0; i < swept->n; i++) {
        const struct swept_column *c = &swept->column[i];
        if (!c->of_workload || in_by(p, c->name))
            continue;
        char *longer = mem_print("%s%s%s", p->left ? p->left : "", p->left ? ", " : "", c->name);
        free(p->left);
        p->left = longer;
    }
}

static void add_axis(struct payoff *p, const struct swept_column *c)
{
    p->axis[p->axes] = mem_text(c->name);
    p->axis_unit[p->axes++] = mem_text(strcmp(c->unit, "1") ? c->unit : "");
}

int payoff_make(struct payoff *out, struct db *db, const struct db_run *run,
                const struct payoff_question *q, struct err *err)
{
    struct swept swept;

    *out = (struct payoff){.budget = q->budget};
    if (swept_read(&swept, db, run, err) != 0)
        return -1;
    int rc = groups_by(out, &swept, q->by, err);
    note_left(out, &swept);
    out->axis = mem_alloc(swept.n + 1, sizeof *out->axis);
    out->axis_unit = mem_alloc(swept.n + 1, sizeof *out->axis_unit);
    for (size_t i = 0; i < swept.n; i++)
        if (swept.column[i].is_number &&
            (!swept.column[i].chosen || in_by(out, swept.column[i].name)))
            add_axis(out, &swept.column[i]);
    if (rc == 0)
        rc = groups_make(out, db, run, &swept, q, true, err);
    for (size_t i = 0; i < out->axes && rc == 0; i++)
        rc = stops_make(out, i, db, run, &swept, q, err);
    swept_free(&swept);
    if (rc != 0)
        payoff_free(out);
    return rc;
}

int payoff_keys(struct payoff *out, struct db *db, const struct db_run *run,
                const struct payoff_question *q, struct err *err)
{
    struct swept swept;
    struct table t;

    *out = (struct payoff){.budget = q->budget};
    if (swept_read(&swept, db, run, err) != 0)
        return -1;
    int rc = groups_by(out, &swept, q->by, err);
    if (rc == 0) {
        char *keys = join(out->by, out->by_n, NULL);
        char *sql = mem_print("SELECT count(*)%s%s FROM point WHERE run = %lld AND verdict = 'ok' "
                              "GROUP BY %s ORDER BY min(id)",
                              *keys ? ", " : "", keys, (long long)run->id, *keys ? keys : "run");
        rc = db_select(db, sql, NULL, 0, &t, err);
        free(sql);
        free(keys);
    }
    if (rc == 0) {
        out->group = mem_alloc(t.rows + 1, sizeof *out->group);
        for (; out->n < t.rows; out->n++) {
            out->group[out->n].key = mem_alloc(out->by_n + 1, sizeof(struct cell));
            for (size_t k = 0; k < out->by_n; k++)
                out->group[out->n].key[k] = cell_copy(table_at(&t, out->n, k + 1));
        }
        table_free(&t);
    }
    swept_free(&swept);
    if (rc != 0)
        payoff_free(out);
    return rc;
}

/* "b200-paper, 192 GB, 8 TB/s, link 900 GB/s + duplex". */
static char *hardware_label(const struct contender *k, bool with)
{
    char byte[48], byte_per_s[48], link[48];
    return mem_print(
        "%s, %s, %s, link %s%s%s", k->chip_name,
        quantity_text(k->chip.memory_byte, "B", 3, byte, sizeof byte),
        quantity_text(k->chip.memory_byte_per_s, "B/s", 3, byte_per_s, sizeof byte_per_s),
        quantity_text(k->chip.link_byte_per_s, "B/s", 3, link, sizeof link), with ? " + " : "",
        with ? k->engine_name : "");
}

void payoff_of_mix(struct payoff *out, const struct payoff_question *q)
{
    struct contest c;
    struct world middle;
    size_t winner[SIDES];

    *out = (struct payoff){.budget = q->budget, .n = 1, .group = mem_alloc(1, sizeof *out->group)};
    out->by = mem_alloc(1, sizeof *out->by);
    struct payoff_group *g = out->group;
    g->key = mem_alloc(1, sizeof *g->key);
    g->p = g->p_low = g->p_high = g->probability = g->g = g->c_star = g->c = g->c_max = NAN;
    g->a = g->w = g->a_star_mm2 = g->w_star_w = NAN;
    g->s = g->attention_share = g->intensity = g->ridge = NAN;
    g->regime = mem_text("");
    bool known = q->contest(q->ctx, out, g->key, NULL, 0, &c) == 0;
    bool both = known && c.n[WITH] && c.n[WITHOUT];
    if (both) {
        world_middle(&middle, &c);
        g->p = contest_payoff(&c, &middle, winner);
        const struct contender *with = &c.side[WITH][winner[WITH]];
        g->g = contender_tokens_per_s(with, false) / contender_tokens_per_s(with, true);
        g->c_star = g->g - 1;
        g->c = contender_resource(with, BUDGET_COST, &middle.prices, false) /
                   contender_resource(with, BUDGET_COST, &middle.prices, true) -
               1;
        g->a = contender_resource(with, BUDGET_AREA, &middle.prices, false) /
                   contender_resource(with, BUDGET_AREA, &middle.prices, true) -
               1;
        g->c_max = q->budget == BUDGET_POWER ? NAN : most_share(g, q->budget);
        g->engine = mem_text(with->engine_name);
        g->with = hardware_label(with, true);
        g->without = hardware_label(&c.side[WITHOUT][winner[WITHOUT]], false);
        draw(g, out, q);
    } else {
        g->engine = mem_text(""), g->with = mem_text(""), g->without = mem_text("");
    }
    if (known)
        contest_free(&c);
    g->verdict = verdict_of(g);
    g->reason = mem_text(!both        ? "no hardware of one side does every workload of the mix"
                         : pays(g->p) ? ""
                         : g->c_star <= g->c ? "cost: it gains less than it adds"
                                             : "control: the money buys more in other hardware");
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
    free(p->left);
    free(p->axis);
    free(p->axis_unit);
    free(p->group);
    free(p->stop);
    *p = (struct payoff){0};
}
