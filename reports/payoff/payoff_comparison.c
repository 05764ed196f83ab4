/* P is recomputed from the parts of a step instead of a new evaluation: a time error scales the
 * seconds of an operator class by exp(z * error), a price changes only the cost of the device, and
 * a step on an engine that is not as stated is timed again (drawn_step.h). Mapping and batch stay,
 * and latency limits are not checked again; a mix runs its jobs in turn on the same hardware. */
#include "reports/payoff/payoff_comparison.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

const char *const budget_text[BUDGETS] = {[BUDGET_COST] = "cost",
                                          [BUDGET_AREA] = "area",
                                          [BUDGET_POWER] = "power",
                                          [BUDGET_NONE] = "none"};

int budget_parse(const char *text, enum budget *out, struct err *err)
{
    for (size_t i = 0; i < LEN(budget_text); i++)
        if (!strcmp(text, budget_text[i])) {
            *out = (enum budget)i;
            return 0;
        }
    return fail(err, "\"%s\" is no budget: one of cost, area, power, none", text);
}

void comparison_free(struct comparison *c)
{
    for (int s = 0; s < SIDES; s++) {
        for (size_t i = 0; i < c->n[s]; i++) {
            for (size_t j = 0; j < c->side[s][i].jobs; j++)
                free(c->side[s][i].job[j].step);
            free(c->side[s][i].job);
        }
        free(c->side[s]);
    }
    *c = (struct comparison){0};
}

void world_middle(struct world *out, const struct comparison *c)
{
    *out = (struct world){.prices = c->prices.middle};
    for (size_t i = 0; i < RANGED_MOST; i++)
        out->engine[i] = (struct stated_ratio){1, 1, 1, 1};
}

static const struct engine no_engine = {.capacity_ratio = 1};

/* Does the engine run this operator class? */
static bool on_engine(const struct candidate *k, const struct step_split *split,
                      enum op_class class)
{
    if (split->engine_byte <= 0)
        return false;
    return (class == OP_ATTENTION && (int)k->engine.runs & RUNS_ATTENTION &&
            split->attention_engine_s < split->attention_chip_s) ||
           (class == OP_STATE && (int)k->engine.runs & RUNS_STATE) ||
           (class == OP_EXPERT && (int)k->engine.runs & RUNS_EXPERTS);
}

/* The time of a step in a world. */
static double step_s(const struct candidate *k, const struct step_split *split,
                     const struct world *w)
{
    double s = 0;
    for (int i = 0; i < OP_CLASSES; i++) {
        enum op_class class = op_class_order[i];
        double z = on_engine(k, split, class) ? w->engine_z : w->time_z[class];
        double error = split->class_error[class];
        s += split->class_s[class] * (error > 0 && z != 0 ? exp(z * error) : 1);
    }
    return s;
}

/* The quotes of a candidate's devices; `pool` only if it has a prefill pool. */
struct quotes {
    struct quote step, pool;
};

double candidate_pool_devices(const struct candidate *k)
{
    double most = 0;
    for (size_t i = 0; i < k->jobs; i++)
        most = fmax(most, k->job[i].pool_devices);
    return most;
}

static void quotes_of(struct quotes *out, const struct candidate *k, bool without_engine,
                      const struct prices *p)
{
    cost_quote(&out->step, &k->chip, without_engine ? &no_engine : &k->engine, p);
    if (candidate_pool_devices(k) > 0)
        cost_quote(&out->pool, &k->chip, without_engine ? &no_engine : &k->pool_engine, p);
}

static double fleet_power_w(const struct candidate *k, double devices,
                            const struct step_split *split, const struct quote *q,
                            const struct prices *p)
{
    struct activity a = {devices, 1, split->board_w, split->engine_w, split->pool_w};
    struct running_cost running;
    cost_running(&running, q, &a, &k->chip, p);
    return running.power_w;
}

/* A step that takes longer or shorter by an error of its timing draws the same power. */
static double power_w(const struct candidate *k, const struct job *j,
                      const struct step_split *split, const struct quotes *q,
                      const struct prices *p)
{
    double w = fleet_power_w(k, k->devices, split, &q->step, p);
    return j->pool_devices > 0 ? w + fleet_power_w(k, j->pool_devices, &j->pool_split, &q->pool, p)
                               : w;
}

double candidate_tokens_per_s(const struct candidate *k, bool without_engine)
{
    double s = 0, weights = 0;
    for (size_t i = 0; i < k->jobs; i++) {
        weights += k->job[i].weight;
        s += k->job[i].weight /
             (without_engine ? k->job[i].no_engine_tokens_per_s : k->job[i].tokens_per_s);
    }
    return weights / s;
}

static double fleet_resource(const struct candidate *k, double devices, double joined,
                             const struct quote *q, enum budget budget, const struct prices *p)
{
    return budget == BUDGET_COST ? cost_system_usd(q, devices, joined, &k->chip, p)
                                 : (q->device.die_mm2 + q->device.engine_mm2) * devices;
}

static double quote_resource(const struct candidate *k, const struct quotes *q, enum budget budget,
                             const struct prices *p)
{
    double pool = candidate_pool_devices(k), joined = k->devices + pool;
    if (budget != BUDGET_COST && budget != BUDGET_AREA)
        return 1;
    double used = fleet_resource(k, k->devices, joined, &q->step, budget, p);
    return pool > 0 ? used + fleet_resource(k, pool, joined, &q->pool, budget, p) : used;
}

double candidate_resource(const struct candidate *k, enum budget budget, const struct prices *p,
                          bool without_engine)
{
    struct quotes q;
    quotes_of(&q, k, without_engine, p);
    return quote_resource(k, &q, budget, p);
}

/* Sums over the jobs of a mix, which run in turn, each for its share of the tokens. */
struct totals {
    double s_per_token[LANES], j_per_token[LANES], weights;
};

/* Adds a job in n worlds. `q`: the quotes in each, if the budget is power; else NULL. */
static void add_job(struct totals *out, const struct candidate *k, const struct job *j,
                    const struct quotes *q, const struct world *w, size_t n)
{
    struct step_split_lanes lanes;
    bool moved = j->step && drawn_step_split(&lanes, j->step, k->ranged, w, n);
    out->weights += j->weight;
    for (size_t i = 0; i < n; i++) {
        struct step_split split = j->split;
        if (moved)
            LANES_TAKE(split, &lanes, i);
        double s = step_s(k, &split, &w[i]);
        double s_per_token = j->weight / (j->tokens_per_s * j->split.time_s / s);
        out->s_per_token[i] += s_per_token;
        if (q)
            out->j_per_token[i] += power_w(k, j, &split, &q[i], &w[i].prices) * s_per_token;
    }
}

/* Tokens per second and unit of budget in n worlds. */
static void find_values(double *out, const struct candidate *k, enum budget budget,
                        const struct world *w, size_t n)
{
    struct totals x = {0};
    struct quotes q[LANES];
    for (size_t i = 0; i < n && budget != BUDGET_NONE; i++)
        quotes_of(&q[i], k, false, &w[i].prices);
    for (size_t i = 0; i < k->jobs; i++)
        add_job(&x, k, &k->job[i], budget == BUDGET_POWER ? q : NULL, w, n);
    for (size_t i = 0; i < n; i++)
        out[i] = budget == BUDGET_POWER  ? x.weights / x.j_per_token[i]
                 : budget == BUDGET_NONE ? x.weights / x.s_per_token[i]
                                         : x.weights / x.s_per_token[i] /
                                               quote_resource(k, &q[i], budget, &w[i].prices);
}

/* The best value of a side in n worlds, at most LANES. `winner`, which may be NULL, gets its design
 * in the first of them. */
static void find_best(double *out, const struct comparison *c, enum side s, const struct world *w,
                      size_t n, size_t *winner)
{
    double value[LANES];
    for (size_t i = 0; i < n; i++)
        out[i] = NAN;
    for (size_t k = 0; k < c->n[s]; k++) {
        find_values(value, &c->side[s][k], c->budget, w, n);
        if (winner && !(value[0] <= out[0]))
            *winner = k;
        for (size_t i = 0; i < n; i++)
            out[i] = value[i] <= out[i] ? out[i] : value[i];
    }
}

double comparison_best(const struct comparison *c, enum side s)
{
    double best;
    struct world middle;
    world_middle(&middle, c);
    find_best(&best, c, s, &middle, 1, NULL);
    return best;
}

void comparison_payoffs(double *out, const struct comparison *c, const struct world *w, size_t n)
{
    double without[LANES];
    for (size_t first = 0; first < n; first += LANES) {
        size_t some = n - first < LANES ? n - first : LANES;
        find_best(without, c, WITHOUT, w + first, some, NULL);
        find_best(out + first, c, WITH, w + first, some, NULL);
        for (size_t i = 0; i < some; i++)
            out[first + i] /= without[i];
    }
}

double comparison_payoff(const struct comparison *c, const struct world *w, size_t *winner)
{
    double best[SIDES];
    for (int s = 0; s < SIDES; s++)
        find_best(&best[s], c, (enum side)s, w, 1, winner ? &winner[s] : NULL);
    return best[WITH] / best[WITHOUT];
}

double comparison_payoff_middle(const struct comparison *c, size_t *winner)
{
    struct world middle;
    world_middle(&middle, c);
    return comparison_payoff(c, &middle, winner);
}
