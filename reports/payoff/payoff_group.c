/* P is the ratio of the two winners. G, c*, c and the reason compare the winner with an engine to
 * its twin: the same hardware without the engine, at its best mapping (docs/model.md, "The engine
 * and pay-off"). */
#include "reports/payoff/payoff_group.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "arch/metrics.h"
#include "base/field.h"
#include "base/mem.h"
#include "reports/payoff/payoff_border.h"
#include "reports/payoff/payoff_certainty.h"
#include "reports/payoff/payoff_label.h"

const char *const payoff_verdict_text[PAYOFF_VERDICTS] = {
    [PAYS] = "pays",
    [TOO_CLOSE] = "too close to call",
    [DOES_NOT_PAY] = "does not pay",
    [NO_ANSWER] = "no answer",
};

/* The points of a group; `twin` may be empty. */
struct rows {
    struct table with, without, twin;
};

/* The best point without an engine among those that equal it in these columns. */
struct twins {
    const struct db_values **column;
    size_t n;
    uint32_t *of; /* the number of each point by these columns */
    size_t *best; /* of each number: the row + 1, or 0 */
};

struct twins *twins_make(void)
{
    return mem_alloc(1, sizeof(struct twins));
}

void twins_free(struct twins *t)
{
    free(t->column);
    free(t->of);
    free(t->best);
    free(t);
}

static void find_twins(struct twins *t, const struct points *p)
{
    free(t->of);
    free(t->best);
    t->of = mem_alloc(p->read.rows + 1, sizeof *t->of);
    t->best = mem_alloc(points_number(t->of, p, t->column, t->n) + 1, sizeof *t->best);
    for (size_t i = 0; i < p->read.rows; i++) {
        size_t *best = &t->best[t->of[i]];
        if (p->feasible[i] && !p->has_subject[i] &&
            (!*best || points_before(p, p->tokens_per_s, i, *best - 1)))
            *best = i + 1;
    }
}

/* The best point without an engine that equals the winner in every swept column except those of the
 * engine and of the mapping. Mapping columns must be equal only if they define the group. */
static int twin_row(struct table *out, const struct run_points *from, const struct payoff *p,
                    double with_point, struct err *err)
{
    const struct swept *swept = from->swept;
    const struct points *points = from->points;
    const struct payoff_subject *of = subject_or_engine(p->of);
    struct twins *t = from->twins;
    size_t with = points_row(points, with_point), n = 0;
    const struct db_values **column = mem_alloc(swept->n + 1, sizeof *column);
    for (size_t i = 0; i < swept->n; i++) {
        const struct db_values *v = points_column(points, swept->column[i].name);
        if (!subject_has_column(of, swept->column[i].name) &&
            v->cell[db_code(v, with)].kind != CELL_NULL &&
            (!swept->column[i].chosen || payoff_has_column(p, swept->column[i].name)))
            column[n++] = v;
    }
    if (!t->column || t->n != n || memcmp(t->column, column, n * sizeof *column) != 0) {
        free(t->column);
        t->column = column;
        t->n = n;
        find_twins(t, points);
    } else {
        free(column);
    }
    size_t best = t->best[t->of[with]];
    *out = (struct table){0};
    return best ? db_point(from->db, from->run, points->point[best - 1], out, err) : 0;
}

/* Why an engine that leaves the core to the chip gains nothing. */
static char *reason_without_core(const struct payoff_group *g)
{
    char text[48];
    if (g->runs == RUNS_INDEX)
        return mem_print("no gain at equal hardware (G = %.3f): of attention the engine may run "
                         "only sparse indexers",
                         g->g);
    if (g->runs != RUNS_EXPERTS || isnan(g->expert_intensity))
        return mem_print("no gain at equal hardware (G = %.3f): the engine may not run %s", g->g,
                         g->core);
    return mem_print("intensity: experts at %s FLOP/B, all that the engine may run, are no slower "
                     "on the chip (G = %.3f)",
                     number_readable(g->expert_intensity, 3, text, sizeof text), g->g);
}

/* Why the engine does not pay: the three reasons of docs/model.md, or the control. */
static char *reason_of(const struct payoff_group *g, const struct payoff_subject *of)
{
    char text[48];
    bool core = !g->runs || g->runs & g->core_runs;
    if (!subject_is_engine(of))
        return g->g <= 1 + LEAST_GAIN
                   ? mem_print("no gain over the main devices alone (G = %.3f)", g->g)
               : g->c_star <= g->c
                   ? mem_print("cost: it may add %.1f %% and adds %.1f %%", 100 * g->c_star,
                               100 * g->c)
                   : mem_print("control: the money buys more in a system without %s", of->one);
    if (!core && g->g <= 1 + LEAST_GAIN)
        return reason_without_core(g);
    if (core && g->s <= 1 + LEAST_GAIN && !(g->g > 1 + LEAST_GAIN))
        return mem_print("intensity: %s at %s FLOP/B is no slower on the chip (S = %.2g)", g->core,
                         number_readable(g->intensity, 3, text, sizeof text), g->s);
    if (g->g <= 1 + LEAST_GAIN)
        return mem_print("no gain at equal hardware (G = %.3f)", g->g);
    if (core && g->s <= 1 + LEAST_GAIN && g->c_star <= g->c)
        return mem_print("intensity: only %s, %s at %s FLOP/B is no slower on the chip "
                         "(S = %.2g); it may add %.1f %% and adds %.1f %%",
                         !g->runs || g->runs & RUNS_EXPERTS ? "the experts gain"
                                                            : "other work or memory gains",
                         g->core, number_readable(g->intensity, 3, text, sizeof text), g->s,
                         100 * g->c_star, 100 * g->c);
    if (core && g->s > 1 + LEAST_GAIN && g->most_gain < g->c)
        return mem_print("%s share: at %.0f %% of the step even an infinitely fast engine "
                         "gains less than it costs",
                         strcmp(g->core, "state updates") ? "attention" : "state",
                         100 * g->attention_share);
    if (g->c_star <= g->c)
        return mem_print("cost: it may add %.1f %% and adds %.1f %%", 100 * g->c_star, 100 * g->c);
    return mem_print(g->other_base
                         ? "control: the money buys more in other hardware without an engine"
                         : "control: another mapping or design without an engine does better");
}

static void explain(struct payoff_group *g, const struct payoff_subject *of)
{
    g->reason = pays(g->p) ? mem_text("") : reason_of(g, of);
}

/* Explains a group of the store again, now that it is known what the engine of its winner may run.
 */
static void explain_by(struct payoff_group *g, const struct payoff *p, const struct candidate *with)
{
    if (g->runs || strcmp(with->subject, g->engine) != 0)
        return;
    g->runs = (int)with->engine.runs;
    if (g->runs & g->core_runs)
        return;
    free(g->reason);
    explain(g, subject_or_engine(p->of));
}

/* What is not known until designs are priced again. */
static void not_priced_again(struct payoff_group *g)
{
    g->probability = g->p_median = g->p_beyond = NAN;
    g->at_border = mem_text("");
    g->beyond_border = mem_text("");
    g->physical_limit = mem_text("");
    for (size_t i = 0; i < ENGINE_CLASSES; i++)
        g->p_only[i] = NAN;
}

static double area_mm2(const struct metrics *m)
{
    return m->die_area_mm2 + m->engine_area_mm2;
}

/* Silicon that two designs are compared by: of a device, or with a pool of the whole system. */
static double compared_mm2(const struct metrics *m, const struct payoff_subject *of)
{
    return subject_is_engine(of) ? area_mm2(m) : m->system_area_mm2;
}

enum payoff_verdict group_verdict(const struct payoff_group *g)
{
    if (isnan(g->p))
        return NO_ANSWER;
    if (!isnan(g->probability))
        return g->probability >= SURE ? PAYS : g->probability > 1 - SURE ? TOO_CLOSE : DOES_NOT_PAY;
    return pays(g->p_low) ? PAYS : pays(g->p_high) ? TOO_CLOSE : DOES_NOT_PAY;
}

/* P with engines that run only one class: no other pricing is needed if they run no other. */
static void payoff_by_class(struct payoff_group *g, const struct payoff *p,
                            const struct payoff_question *q, const struct comparison *c,
                            double p_all)
{
    struct payoff_slice slice = payoff_slice(p, g->key);
    slice.middle = true;
    for (size_t i = 0; i < ENGINE_CLASSES; i++) {
        struct comparison of;
        slice.only = engine_classes[i].runs;
        g->p_only[i] = c->runs == slice.only ? p_all : NAN;
        if (!(c->runs & slice.only) || c->runs == slice.only ||
            payoff_compare(&of, q->study, &slice) != 0)
            continue;
        g->p_only[i] = comparison_payoff_middle(&of, NULL);
        comparison_free(&of);
    }
}

double resource_less(const struct payoff_subject *of, const struct candidate *k, enum budget budget,
                     const struct prices *p)
{
    struct candidate less = *k;
    if (subject_is_engine(of))
        return candidate_resource(k, budget, p, true);
    less.ffn_devices = 0;
    return of->part != PART_PREFILL_CHIP ? candidate_resource(&less, budget, p, false) : NAN;
}

/* What the subject costs if the main devices alone run nothing: over the price of these. */
static void price_without_twin(struct payoff_group *g, const struct payoff *p,
                               const struct comparison *c)
{
    size_t winner[SIDES];
    if (p->budget != BUDGET_COST || !isnan(g->c) || !c->n[WITH] || !c->n[WITHOUT])
        return;
    comparison_payoff_middle(c, winner);
    const struct candidate *with = &c->side[WITH][winner[WITH]];
    const struct prices *prices = &c->prices.middle;
    g->c = candidate_resource(with, BUDGET_COST, prices, false) /
               resource_less(subject_or_engine(p->of), with, BUDGET_COST, prices) -
           1;
    g->c_max = group_break_even_share(g, p->budget);
    g->price_ratio_max = g->c > 0 ? g->c_max / g->c : NAN;
}

static void fill_certainty(struct payoff_group *g, const struct payoff_question *q,
                           const struct comparison *c)
{
    struct certainty sure;
    if (q->depth == DEPTH_SUMMARY || q->depth == DEPTH_VERDICTS) {
        g->probability = comparison_probability(c, (struct draws){q->seed, PAYOFF_DRAWS}, NULL);
        return;
    }
    comparison_certainty(&sure, c, q->seed, PAYOFF_DRAWS);
    g->probability = sure.probability;
    g->p_median = sure.median;
    if (!isnan(sure.probability)) {
        g->p_low = sure.low;
        g->p_high = sure.high;
    }
}

static void fill_swings(struct payoff_group *g, const struct comparison *c)
{
    struct swing *all = mem_alloc(swings_most(c), sizeof *all);
    g->swings = swings_keep(all, comparison_swings(all, c));
    g->swing = mem_grow(all, g->swings + 1, sizeof *all);
    g->pair = mem_alloc(PAIRS_MOST, sizeof *g->pair);
    g->pairs = comparison_pair_flips(g->pair, c, g->swing, g->swings);
}

static void fill_deciding_swing(struct payoff_group *g, const struct comparison *c)
{
    g->swing = mem_alloc(1, sizeof *g->swing);
    g->swings = comparison_deciding_swing(g->swing, c);
}

/* The store may hold only a front or a sample: then the winners of all designs are others. */
static void take_winners(struct payoff_group *g, const struct payoff *p,
                         const struct payoff_question *q, const struct payoff_slice *slice,
                         const struct comparison *c, double p_all)
{
    struct winners_priced w;
    bool same = fabs(p_all / g->p - 1) <= LEAST_GAIN;
    if (!same && !payoff_study_sets(q->study, NULL) && payoff_winners(&w, c, q->study, slice))
        group_fill_from_model(g, p, p_all, &w);
    else if (!isnan(g->p))
        g->p = p_all;
}

void group_reprice(struct payoff_group *g, const struct payoff *p, const struct payoff_question *q)
{
    struct comparison c;
    const struct payoff_slice slice = payoff_slice(p, g->key);
    if (!q->study || payoff_compare(&c, q->study, &slice) != 0)
        return;
    size_t winner[SIDES];
    double p_all = comparison_payoff_middle(&c, winner);
    if (!isnan(p_all))
        take_winners(g, p, q, &slice, &c, p_all);
    if (!isnan(p_all) && !payoff_study_sets(q->study, NULL))
        explain_by(g, p, &c.side[WITH][winner[WITH]]);
    price_without_twin(g, p, &c);
    fill_certainty(g, q, &c);
    enum payoff_verdict verdict = group_verdict(g);
    bool summary = q->depth == DEPTH_SUMMARY, all = q->depth == DEPTH_ALL;
    if ((all || q->depth == DEPTH_STOPS || (summary && verdict == PAYS)) &&
        subject_is_engine(subject_or_engine(p->of)))
        payoff_by_class(g, p, q, &c, p_all);
    if (summary || all)
        payoff_border(g, p, q, &c);
    if (all)
        fill_swings(g, &c);
    if (summary && verdict == TOO_CLOSE)
        fill_deciding_swing(g, &c);
    comparison_free(&c);
}

double group_break_even_share(const struct payoff_group *g, enum budget budget)
{
    double share = budget == BUDGET_COST    ? g->c
                   : budget == BUDGET_AREA  ? g->a
                   : budget == BUDGET_POWER ? g->w
                                            : 0;
    double most = g->p * (1 + share) - 1;
    return isnan(most) ? NAN : fmax(most, LEAST_GAIN) - LEAST_GAIN;
}

/* The metrics of the winners and of the twin of the one with an engine. */
struct compared {
    const struct metrics *with, *without, *twin; /* twin: NULL if it is not feasible */
    bool same_base;                              /* the twin is the control */
    int runs;                                    /* of the engine; 0: unknown */
};

/* The gain of an infinitely fast engine, which leaves nothing of the classes that it may run (0:
 * any) in the step: G, and the requests that the latency limits keep out may enter. */
static double most_gain(const struct metrics *with, double g, int runs)
{
    const struct {
        int runs;
        double time_s;
    } of[] = {{RUNS_ATTENTION, with->attention_s},
              {RUNS_EXPERTS, with->expert_s},
              {RUNS_STATE, with->state_s}};
    double more = with->limit == LIMIT_LATENCY ? with->batch_cap / with->batch : 1, left = 1;
    int core = metrics_core_runs(with);
    for (size_t i = 0; i < LEN(of); i++) {
        double share = fmax(0, of[i].time_s / with->tpot_s);
        if (of[i].runs & core)
            share = fmax(share, with->attention_share);
        left -= !runs || runs & of[i].runs ? share : 0;
    }
    return left > 0 ? g / left * fmax(more, 1) - 1 : INFINITY;
}

/* Everything that follows from metrics. */
static void fill_numbers(struct payoff_group *g, const struct payoff *p, const struct compared *m)
{
    const enum budget budget = p->budget;
    const struct payoff_subject *of = subject_or_engine(p->of);
    const struct metrics *with = m->with, *twin = m->twin;
    const struct metrics *base = twin ? twin : m->without;
    g->s = with->engine_speedup;
    g->engine_maturity = with->engine_maturity;
    g->engine_limited_by = with->engine_limited_by;
    g->p_low = g->p_high = g->p;
    g->g = twin ? with->tokens_per_s / twin->tokens_per_s : NAN;
    g->c_star = g->g - 1;
    g->most_gain = most_gain(with, g->g, m->runs);
    g->c = twin ? with->system_cost_usd / twin->system_cost_usd - 1 : NAN;
    g->a = twin ? compared_mm2(with, of) / compared_mm2(twin, of) - 1 : NAN;
    g->w = twin ? with->power_w / twin->power_w - 1 : NAN;
    g->c_max = group_break_even_share(g, budget);
    g->price_ratio_max = budget == BUDGET_COST && g->c > 0 ? g->c_max / g->c : NAN;
    g->a_star_mm2 = g->c_star * (twin ? area_mm2(twin) : NAN);
    g->w_star_w = g->c_star *
                  (twin ? twin->power_w / twin->tokens_per_s * twin->tokens_per_s_per_device : NAN);
    g->core = metrics_core(base);
    g->core_runs = metrics_core_runs(base);
    g->runs = m->runs;
    g->other_base = !m->same_base;
    g->attention_share = base->attention_share;
    g->intensity = base->attention_intensity_flop_per_byte;
    g->expert_intensity = base->expert_intensity_flop_per_byte;
    g->ridge = base->ridge_flop_per_byte;
    if (twin && budget == BUDGET_COST) {
        double low = with->system_cost_usd_low / twin->system_cost_usd_low - 1;
        double high = with->system_cost_usd_high / twin->system_cost_usd_high - 1;
        g->p_low = g->p * (1 + g->c) / (1 + fmax(fmax(low, high), g->c));
        g->p_high = g->p * (1 + g->c) / (1 + fmin(fmin(low, high), g->c));
    }
    explain(g, of);
}

/* The store holds words as text. */
static double number_of(const struct field *f, const struct cell *c)
{
    double value;
    struct err ignored;
    if (c->kind != CELL_TEXT)
        return c->kind == CELL_NUMBER ? c->number : NAN;
    return field_parse(f, c->text, &value, &ignored) == 0 ? value : NAN;
}

/* The metrics of a stored row; NAN where the store has none. Its columns are mostly in the order of
 * the fields. */
static struct metrics metrics_of_row(const struct table *t)
{
    struct metrics m;
    size_t next = 0;
    for (size_t i = 0; i < metrics_fields.n; i++) {
        const struct field *f = &metrics_fields.row[i];
        bool here = next < t->columns && !strcmp(t->header[next], f->name);
        int at = here ? (int)next : table_find(t, f->name);
        bool there = at >= 0 && t->rows > 0;
        field_put(f, &m, there ? number_of(f, table_at(t, 0, (size_t)at)) : NAN);
        next = at < 0 ? next : (size_t)at + 1;
    }
    return m;
}

static void fill_from_rows(struct payoff_group *g, const struct payoff *p,
                           const struct swept *swept, const struct rows *rows)
{
    const struct metrics with = metrics_of_row(&rows->with),
                         without = metrics_of_row(&rows->without);
    const bool has_twin = rows->twin.rows > 0;
    const struct metrics twin = has_twin ? metrics_of_row(&rows->twin) : with;
    not_priced_again(g);
    g->twin_point = table_number_at(&rows->twin, 0, "point");
    g->engine = mem_text(table_text_at(&rows->with, 0, subject_or_engine(p->of)->column));
    g->with = design_label(&rows->with, swept, p->by, p->by_n);
    g->without = design_label(&rows->without, swept, p->by, p->by_n);
    g->regime = mem_text(table_text_at(&rows->without, 0, "limit"));
    fill_numbers(g, p,
                 &(struct compared){&with, &without, has_twin ? &twin : NULL,
                                    !has_twin || table_number_at(&rows->twin, 0, "point") ==
                                                     table_number_at(&rows->without, 0, "point"),
                                    0});
}

void group_fill_from_model(struct payoff_group *g, const struct payoff *p, double payoff,
                           const struct winners_priced *w)
{
    struct payoff_group of = {
        .key = g->key, .p = payoff, .with_point = NAN, .without_point = NAN, .twin_point = NAN};
    g->key = NULL;
    group_free(g, 0);
    *g = of;
    const struct field *limit = field_find(metrics_fields, "limit");
    const char *regime = field_word(limit, field_get(limit, &w->without_metrics));
    bool same = w->twin && !memcmp(&w->with.chip, &w->without.chip, sizeof w->with.chip) &&
                w->with.plan.devices == w->without.plan.devices;
    not_priced_again(g);
    g->engine = mem_text(design_name(&w->with, subject_or_engine(p->of)->part));
    g->with = designed_label(&w->with, true);
    g->without = designed_label(&w->without, false);
    g->regime = mem_text(regime ? regime : "");
    fill_numbers(g, p,
                 &(struct compared){&w->with_metrics, &w->without_metrics,
                                    w->twin ? &w->twin_metrics : NULL, !w->twin || same,
                                    (int)w->with.engine.runs});
}

int group_fill(struct payoff_group *g, const struct payoff *p, const struct run_points *from,
               struct err *err)
{
    struct rows rows = {0};
    int rc = db_point(from->db, from->run, g->with_point, &rows.with, err);

    if (rc == 0)
        rc = db_point(from->db, from->run, g->without_point, &rows.without, err);
    if (rc == 0)
        rc = twin_row(&rows.twin, from, p, g->with_point, err);
    if (rc == 0)
        fill_from_rows(g, p, from->swept, &rows);
    table_free(&rows.with);
    table_free(&rows.without);
    table_free(&rows.twin);
    return rc;
}

void group_unanswered(struct payoff_group *g, const char *reason)
{
    not_priced_again(g);
    g->with_point = g->without_point = g->twin_point = NAN;
    g->p = g->p_low = g->p_high = g->g = g->c_star = g->c = g->c_max = NAN;
    g->price_ratio_max = NAN;
    g->a = g->w = g->a_star_mm2 = g->w_star_w = NAN;
    g->engine_maturity = g->engine_limited_by = NAN;
    g->s = g->attention_share = g->intensity = g->ridge = NAN;
    g->engine = mem_text(""), g->with = mem_text(""), g->without = mem_text("");
    g->regime = mem_text("");
    g->reason = mem_text(reason);
    g->verdict = NO_ANSWER;
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
    free(g->at_border);
    free(g->beyond_border);
    free(g->physical_limit);
    free(g->swing);
    free(g->pair);
}
