#include "reports/payoff/payoff_comparison.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/random.h"
#include "base/root.h"

const char *const budget_text[BUDGETS] = {"cost", "area", "power", "none"};

/* One in ten of a normal distribution lies beyond this many deviations. */
static const double TENTH = 1.2816;

/* A constant is followed this many times beyond its range in search of P = 1. */
static const double BEYOND = 8;

/* What moves P by less than this is not worth a line. */
static const double LEAST_SWING = 1e-4;

int budget_parse(const char *text, enum budget *out, struct err *err)
{
    for (size_t i = 0; i < LEN(budget_text); i++)
        if (!strcmp(text, budget_text[i])) {
            *out = (enum budget)i;
            return 0;
        }
    return fail(err, "\"%s\" is no budget: one of cost, area, power, none", text);
}

void contest_free(struct contest *c)
{
    for (int s = 0; s < SIDES; s++) {
        for (size_t i = 0; i < c->n[s]; i++)
            free(c->side[s][i].job);
        free(c->side[s]);
    }
    *c = (struct contest){0};
}

void world_middle(struct world *out, const struct contest *c)
{
    *out = (struct world){.prices = c->prices.middle};
}

/* Is a class timed on the engine? */
static bool on_engine(const struct contender *k, const struct job *j, int class)
{
    if (j->split.engine_byte <= 0)
        return false;
    return (class == OP_ATTENTION && (int)k->engine.runs & RUNS_ATTENTION &&
            j->split.attention_engine_s < j->split.attention_chip_s) ||
           (class == OP_EXPERT && (int)k->engine.runs & RUNS_EXPERTS);
}

static double job_tokens_per_s(const struct contender *k, const struct job *j,
                               const struct world *w)
{
    double s = 0;
    for (int i = 0; i < OP_CLASSES; i++) {
        double z = on_engine(k, j, i) ? w->engine_z : w->time_z[i];
        double error = j->split.class_error[i];
        s += j->split.class_s[i] * (error > 0 && z != 0 ? exp(z * error) : 1);
    }
    return j->tokens_per_s * j->split.time_s / s;
}

static double power_w(const struct contender *k, const struct job *j, double tokens_per_s,
                      const struct quote *q, const struct prices *p)
{
    const struct step_split *split = &j->split;
    struct activity a = {k->devices,         split->time_s * j->tokens_per_s / tokens_per_s,
                         tokens_per_s,       split->flop,
                         k->precision.math,  split->byte,
                         split->engine_byte, split->wire_byte};
    struct running_cost running;
    cost_running(&running, q, &a, &k->chip, p);
    return running.power_w;
}

static const struct engine no_engine = {.capacity_ratio = 1};

double contender_tokens_per_s(const struct contender *k, bool alone)
{
    double s = 0, weights = 0;
    for (size_t i = 0; i < k->jobs; i++) {
        weights += k->job[i].weight;
        s += k->job[i].weight / (alone ? k->job[i].alone_tokens_per_s : k->job[i].tokens_per_s);
    }
    return weights / s;
}

static double spent(const struct contender *k, const struct quote *q, enum budget budget,
                    const struct prices *p)
{
    return budget == BUDGET_COST   ? cost_system_usd(q, k->devices, &k->chip, p)
           : budget == BUDGET_AREA ? (q->device.die_mm2 + q->device.engine_mm2) * k->devices
                                   : 1;
}

double contender_resource(const struct contender *k, enum budget budget, const struct prices *p,
                          bool alone)
{
    struct quote q;
    cost_quote(&q, &k->chip, alone ? &no_engine : &k->engine, p);
    return spent(k, &q, budget, p);
}

/* Tokens per second and unit of budget. Jobs of a mix take turns, each its share of the tokens. */
static double value(const struct contender *k, const struct world *w, enum budget budget)
{
    double s_per_token = 0, j_per_token = 0, weights = 0;
    struct quote q;
    if (budget != BUDGET_NONE)
        cost_quote(&q, &k->chip, &k->engine, &w->prices);
    for (size_t i = 0; i < k->jobs; i++) {
        double rate = job_tokens_per_s(k, &k->job[i], w);
        weights += k->job[i].weight;
        s_per_token += k->job[i].weight / rate;
        if (budget == BUDGET_POWER)
            j_per_token += k->job[i].weight * power_w(k, &k->job[i], rate, &q, &w->prices) / rate;
    }
    return budget == BUDGET_POWER  ? weights / j_per_token
           : budget == BUDGET_NONE ? weights / s_per_token
                                   : weights / s_per_token / spent(k, &q, budget, &w->prices);
}

double contest_payoff(const struct contest *c, const struct world *w, size_t *winner)
{
    double best[SIDES] = {NAN, NAN};
    for (int s = 0; s < SIDES; s++)
        for (size_t i = 0; i < c->n[s]; i++) {
            double v = value(&c->side[s][i], w, c->budget);
            if (!(v <= best[s])) {
                best[s] = v;
                if (winner)
                    winner[s] = i;
            }
        }
    return best[WITH] / best[WITHOUT];
}

/* Box and Muller 1958. */
static double normal(struct random *r)
{
    double radius = sqrt(-2 * log(1 - random_unit(r)));
    return radius * cos(2 * acos(-1) * random_unit(r));
}

/* Quantile u of the triangle over a, b with its peak at `middle`; the ends in either order. */
static double triangle(double a, double middle, double b, double u)
{
    double lo = fmin(a, b), hi = fmax(a, b), peak = fmin(fmax(middle, lo), hi);
    if (hi <= lo)
        return middle;
    double below = (peak - lo) / (hi - lo);
    return u < below ? lo + sqrt(u * (hi - lo) * (peak - lo))
                     : hi - sqrt((1 - u) * (hi - lo) * (hi - peak));
}

static void draw(struct world *out, const struct contest *c, struct random *r)
{
    for (size_t i = 0; i < prices_fields.n; i++) {
        const struct field *f = &prices_fields.row[i];
        field_put(f, &out->prices,
                  triangle(field_get(f, &c->prices.low), field_get(f, &c->prices.middle),
                           field_get(f, &c->prices.high), random_unit(r)));
    }
    for (int i = 0; i < OP_CLASSES; i++)
        out->time_z[i] = normal(r);
    out->engine_z = normal(r);
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

void contest_certainty(struct certainty *out, const struct contest *c, uint64_t seed, size_t draws)
{
    double *p = mem_alloc(draws, sizeof *p);
    size_t pays = 0;
    struct world w;
    struct random r;
    random_seed(&r, seed);

    *out = (struct certainty){NAN, NAN, NAN, NAN};
    if (c->n[WITH] && c->n[WITHOUT]) {
        for (size_t i = 0; i < draws; i++) {
            draw(&w, c, &r);
            p[i] = contest_payoff(c, &w, NULL);
            pays += p[i] > 1;
        }
        qsort(p, draws, sizeof *p, by_value);
        *out = (struct certainty){(double)pays / (double)draws, p[draws / 10], p[draws / 2],
                                  p[draws - 1 - draws / 10]};
    }
    free(p);
}

/* Puts a constant at a value; of a time, that many times as long. */
static double payoff_at(const struct contest *c, const struct swing *s, int class, double value)
{
    struct world w;
    world_middle(&w, c);
    if (s->price)
        field_put(s->price, &w.prices, value);
    else
        *(class < OP_CLASSES ? &w.time_z[class] : &w.engine_z) = value;
    return contest_payoff(c, &w, NULL);
}

struct at {
    const struct contest *contest;
    const struct swing *swing;
    int class;
};

static double log_payoff(double x, void *ctx)
{
    const struct at *at = ctx;
    return log(payoff_at(at->contest, at->swing, at->class, x));
}

/* The value between a and b where P = 1, which lies between them. */
static double root(const struct contest *c, const struct swing *s, int class, double a, double b)
{
    struct at at = {c, s, class};
    return root_between(a, log_payoff(a, &at), b, log_payoff(b, &at), 1e-6, log_payoff, &at);
}

/* Looks for P = 1 from the middle to both ends, then beyond them. */
static void find_flip(struct swing *s, const struct contest *c, int class, double p_middle)
{
    const double ends[2] = {s->low, s->high}, p_end[2] = {s->p_low, s->p_high};
    s->flips_at = NAN;
    for (int i = 0; i < 2; i++)
        if ((p_end[i] > 1) != (p_middle > 1)) {
            s->flips_at = root(c, s, class, s->middle, ends[i]);
            s->inside = true;
            return;
        }
    for (int i = 0; s->price && i < 2; i++) {
        double far = ends[i] > s->middle ? ends[i] * BEYOND : ends[i] / BEYOND;
        far = fmin(fmax(far, s->price->lo), s->price->hi);
        if (ends[i] != s->middle && (payoff_at(c, s, class, far) > 1) != (p_middle > 1)) {
            s->flips_at = root(c, s, class, ends[i], far);
            return;
        }
    }
}

static double width(const struct swing *s)
{
    return fabs(log(s->p_high / s->p_low));
}

static int widest_first(const void *a, const void *b)
{
    double x = width(a), y = width(b);
    return (x < y) - (x > y);
}

static bool swing_of(struct swing *s, const struct contest *c, int class, double p_middle)
{
    if (s->low == s->high)
        return false;
    s->p_low = payoff_at(c, s, class, s->low);
    s->p_high = payoff_at(c, s, class, s->high);
    if (!(width(s) > LEAST_SWING))
        return false;
    find_flip(s, c, class, p_middle);
    return true;
}

size_t contest_swings(struct swing out[SWINGS_MOST], const struct contest *c)
{
    static const char *const timed[OP_CLASSES + 1] = {
        [OP_ATTENTION] = "time of attention on the chip",
        [OP_PROJECTION] = "time of projections",
        [OP_FFN] = "time of dense FFN",
        [OP_EXPERT] = "time of experts",
        [OP_COMMUNICATION] = "time of communication",
        [OP_OTHER] = "time of other operators",
        [OP_CLASSES] = "time of what the engine runs",
    };
    struct world middle;
    size_t n = 0;
    world_middle(&middle, c);
    double p_middle = contest_payoff(c, &middle, NULL);

    if (isnan(p_middle))
        return 0;
    for (size_t i = 0; i < prices_fields.n && n < SWINGS_MOST; i++) {
        const struct field *f = &prices_fields.row[i];
        out[n] = (struct swing){.price = f,
                                .name = f->name,
                                .low = field_get(f, &c->prices.low),
                                .middle = field_get(f, &c->prices.middle),
                                .high = field_get(f, &c->prices.high)};
        n += swing_of(&out[n], c, 0, p_middle);
    }
    for (int i = 0; i <= OP_CLASSES && n < SWINGS_MOST; i++) {
        out[n] = (struct swing){.name = timed[i], .low = -TENTH, .middle = 0, .high = TENTH};
        n += swing_of(&out[n], c, i, p_middle);
    }
    qsort(out, n, sizeof *out, widest_first);
    return n;
}
