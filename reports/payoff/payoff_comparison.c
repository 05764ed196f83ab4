/* P is recomputed from the parts of a step instead of a new evaluation: a time error scales the
 * seconds of an operator class by exp(z * error), a price changes only the cost of the device.
 * Latency limits are not checked again; a mix runs its jobs in turn on the same hardware. */
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
        for (size_t i = 0; i < c->n[s]; i++)
            free(c->side[s][i].job);
        free(c->side[s]);
    }
    *c = (struct comparison){0};
}

void world_middle(struct world *out, const struct comparison *c)
{
    *out = (struct world){.prices = c->prices.middle};
}

static const struct engine no_engine = {.capacity_ratio = 1};

/* Does the engine run this operator class? */
static bool on_engine(const struct candidate *k, const struct job *j, enum op_class class)
{
    if (j->split.engine_byte <= 0)
        return false;
    return (class == OP_ATTENTION && (int)k->engine.runs & RUNS_ATTENTION &&
            j->split.attention_engine_s < j->split.attention_chip_s) ||
           (class == OP_EXPERT && (int)k->engine.runs & RUNS_EXPERTS);
}

static double job_tokens_per_s(const struct candidate *k, const struct job *j,
                               const struct world *w)
{
    double s = 0;
    for (int i = 0; i < OP_CLASSES; i++) {
        enum op_class class = op_class_order[i];
        double z = on_engine(k, j, class) ? w->engine_z : w->time_z[class];
        double error = j->split.class_error[class];
        s += j->split.class_s[class] * (error > 0 && z != 0 ? exp(z * error) : 1);
    }
    return j->tokens_per_s * j->split.time_s / s;
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

/* A step that takes longer or shorter than timed draws the same power. */
static double power_w(const struct candidate *k, const struct job *j, const struct quotes *q,
                      const struct prices *p)
{
    double w = fleet_power_w(k, k->devices, &j->split, &q->step, p);
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

/* Tokens per second and unit of budget. The jobs of a mix run in turn, each for its share of the
 * tokens. */
static double tokens_per_s_per_resource(const struct candidate *k, const struct world *w,
                                        enum budget budget)
{
    double s_per_token = 0, j_per_token = 0, weights = 0;
    struct quotes q;
    if (budget != BUDGET_NONE)
        quotes_of(&q, k, false, &w->prices);
    for (size_t i = 0; i < k->jobs; i++) {
        double rate = job_tokens_per_s(k, &k->job[i], w);
        weights += k->job[i].weight;
        s_per_token += k->job[i].weight / rate;
        if (budget == BUDGET_POWER)
            j_per_token += k->job[i].weight * power_w(k, &k->job[i], &q, &w->prices) / rate;
    }
    return budget == BUDGET_POWER ? weights / j_per_token
           : budget == BUDGET_NONE
               ? weights / s_per_token
               : weights / s_per_token / quote_resource(k, &q, budget, &w->prices);
}

static double best_of_side(const struct comparison *c, enum side s, const struct world *w,
                           size_t *winner)
{
    double best = NAN;
    for (size_t i = 0; i < c->n[s]; i++) {
        double v = tokens_per_s_per_resource(&c->side[s][i], w, c->budget);
        if (!(v <= best)) {
            best = v;
            if (winner)
                *winner = i;
        }
    }
    return best;
}

double comparison_best(const struct comparison *c, enum side s)
{
    struct world middle;
    world_middle(&middle, c);
    return best_of_side(c, s, &middle, NULL);
}

double comparison_payoff(const struct comparison *c, const struct world *w, size_t *winner)
{
    double without = best_of_side(c, WITHOUT, w, winner ? &winner[WITHOUT] : NULL);
    return best_of_side(c, WITH, w, winner ? &winner[WITH] : NULL) / without;
}

double comparison_payoff_middle(const struct comparison *c, size_t *winner)
{
    struct world middle;
    world_middle(&middle, c);
    return comparison_payoff(c, &middle, winner);
}
