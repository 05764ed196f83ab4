/* A hypothetical engine that costs nothing has the pay-off P(m, r, kappa), which never falls as one
 * of them grows. An engine that adds the share c to the cost pays where P > 1 + c, so the lowest r
 * is the root of P = 1 + c, found by false position (base/root.h) and then moved to the side that
 * pays. An engine at its price has a P that rises and falls with r, so the first r of a geometric
 * scale that pays brackets its root. Of m, r and kappa together the cheapest that pays is on the
 * curve of these roots over m at kappa = 1: its price grows with m and r and does not depend on
 * kappa, with which P never falls. Invariant: P at an answer is at least 1; the control is priced
 * once per group. */
#include "reports/payoff/required_engine.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/root.h"
#include "reports/payoff/payoff_table.h"

/* The ridge points and capacities that are searched. The upper ridge point is above the intensity
 * of any operator. */
static const double RIDGE_LEAST = 1e-3, RIDGE_MOST = 65536, CAPACITY_LEAST = 0.01;

/* An engine pays if P exceeds 1 by this: an idle engine that costs nothing has exactly 1. */
static const double MARGIN = 1e-7;

static const double TOLERANCE = 2e-7; /* of a root */
static const double A_THOUSANDTH_LOWER = 0.999;
static const double SCALE = 1.3; /* of the ridge points tried for a priced engine */
static const double RATIO_LEAST = 1.001, RATIO_MOST = 64; /* of the cheapest m */
static const double RATIO_TOLERANCE = 0.02;               /* of log m */
static const double NEAR = 1.02;                          /* of a guess */

static const double ratios[] = {1.5, 2, 3, 4, 6, 8, 16}, costs[] = {0, 0.05, 0.1, 0.2};

/* A group and its control, and the engine that is tried. */
struct search {
    const struct payoff *p;
    const struct payoff_question *q;
    const struct cell *key;
    double control; /* best throughput per unit of budget without an engine */
    double m, r, kappa;
    bool priced, limited;  /* as its base dies feed and cool it */
    double level;          /* P that is searched */
    double *unknown;       /* of m, r and kappa */
    double usd_per_device; /* of the last pricing: what the engine costs, or may cost if free */
};

static double payoff_here(struct search *s)
{
    const struct setting set[] = {{"engine.bandwidth_ratio", NULL, s->m},
                                  {"engine.ridge_flop_per_byte", NULL, s->r},
                                  {"engine.capacity_ratio", NULL, s->kappa},
                                  {"engine.limits", NULL, s->limited}};
    struct comparison c;
    struct payoff_slice slice = payoff_slice(s->p, s->key);
    size_t winner[SIDES];
    slice.set = set;
    slice.n = LEN(set);
    slice.engine_side = true;
    slice.priced = s->priced;
    slice.middle = true;
    if (payoff_compare(&c, s->q->study, &slice) != 0)
        return 0;
    double value = 0;
    if (c.n[WITH]) {
        comparison_payoff_middle(&c, winner);
        const struct candidate *k = &c.side[WITH][winner[WITH]];
        const struct prices *prices = &c.prices.middle;
        double bare = candidate_resource(k, BUDGET_COST, prices, true);
        value = comparison_best(&c, WITH) / s->control;
        s->usd_per_device = (s->priced ? candidate_resource(k, BUDGET_COST, prices, false) - bare
                                       : bare * (value - 1)) /
                            k->engine_devices;
    }
    comparison_free(&c);
    return value;
}

/* log(P / level) at a value of the unknown. */
static double excess(double x, void *ctx)
{
    struct search *s = ctx;
    *s->unknown = x;
    double p = payoff_here(s);
    return p > 0 ? log(p / s->level) : -100;
}

/* The least x of a bracket at which P reaches the level, for a P that rises in it. */
static double least_paying(struct search *s, const struct bracket *b)
{
    double x = b->fb == 0 ? b->b : root_between(b, TOLERANCE, excess, s);
    for (double step = TOLERANCE / 4; x < b->b && excess(x, s) < 0; step *= 2)
        x *= 1 + step;
    x = fmin(x, b->b);
    /* Batches are whole numbers, so P is a sawtooth and may jump over the level: go on below x
     * until P is at the level or x at the jump. */
    double paying = excess(x, s), below = x, at = paying;
    for (double step = TOLERANCE; paying > MARGIN && at >= 0 && below > b->a; step *= 2) {
        x = below, paying = at;
        below = fmax(x * (1 - step), b->a);
        at = excess(below, s);
    }
    while (paying > MARGIN && x - below > 1e-13 * x) {
        double middle = (below + x) / 2;
        at = excess(middle, s);
        if (at < 0)
            below = middle;
        else
            x = middle, paying = at;
    }
    return x;
}

/* The least x from `least` to `most` at which P reaches the level; NAN if it does not. `guess` is
 * near it, or NAN. */
static double find_least(struct search *s, double least, double most, double guess)
{
    bool guessed = guess / NEAR > least && guess * NEAR < most;
    struct bracket b = {.a = guessed ? guess / NEAR : least, .b = guessed ? guess * NEAR : most};
    b.fa = excess(b.a, s);
    if (b.fa >= 0 && guessed) {
        b.b = b.a, b.fb = b.fa, b.a = least;
        b.fa = excess(b.a, s);
    } else if (b.fa < 0) {
        b.fb = excess(b.b, s);
        if (b.fb < 0 && guessed) {
            b.a = b.b, b.fa = b.fb, b.b = most;
            b.fb = excess(b.b, s);
        }
    }
    return b.fa >= 0 ? b.a : b.fb < 0 ? NAN : least_paying(s, &b);
}

/* A root, and P there and a thousandth below, over 1 + the cost that the level stands for. */
struct answer {
    double at, p, p_below;
};

static struct answer answer_at(struct search *s, double x, double cost)
{
    struct answer a = {x, NAN, NAN};
    if (isnan(x))
        return a;
    *s->unknown = x * A_THOUSANDTH_LOWER;
    a.p_below = payoff_here(s) / (1 + cost);
    *s->unknown = x;
    a.p = payoff_here(s) / (1 + cost);
    return a;
}

/* The lowest ridge point of a free engine that may add `cost`, at least `least`. */
static double least_ridge(struct search *s, double cost, double least, double guess)
{
    s->priced = false;
    s->unknown = &s->r;
    s->level = 1 + cost + MARGIN;
    return find_least(s, least, RIDGE_MOST, guess);
}

/* The lowest ridge point at which an engine pays at its price. It is above that of a free one,
 * `from`; above 64 times that the engine only gets dearer. */
static double priced_ridge(struct search *s, double from)
{
    struct bracket b = {.a = from, .fa = -1};
    s->priced = true;
    s->unknown = &s->r;
    s->level = 1 + MARGIN;
    for (b.b = from; b.b < 64 * from; b.a = b.b, b.fa = b.fb, b.b *= SCALE) {
        b.fb = excess(b.b, s);
        if (b.fb >= 0)
            return b.b == from ? from : least_paying(s, &b);
    }
    return NAN;
}

/* Everything about one bandwidth ratio. */
struct required {
    double m, most, usd_most, capacity, usd_priced;
    double fed; /* P of the priced engine as its base dies feed and cool it */
    struct answer at[LEN(costs)], priced;
};

static void begin_ratio(struct search *s, double m)
{
    s->m = m;
    s->r = RIDGE_MOST;
    s->kappa = 1;
    s->priced = false;
}

/* `like`: the answers at another ratio, or NULL. m r is then nearly the same. */
static void find_ratio(struct required *out, struct search *s, double m,
                       const struct required *like)
{
    *out = (struct required){.m = m};
    begin_ratio(s, m);
    out->most = payoff_here(s) - 1;
    out->usd_most = s->usd_per_device;
    s->level = 1 + MARGIN;
    s->unknown = &s->kappa;
    out->capacity = find_least(s, CAPACITY_LEAST, 1, like ? like->capacity : NAN);
    begin_ratio(s, m);
    double least = RIDGE_LEAST;
    for (size_t i = 0; i < LEN(costs); i++) {
        double r = NAN;
        if (out->most > costs[i])
            r = least_ridge(s, costs[i], least, like ? like->at[i].at * like->m / m : NAN);
        out->at[i] = answer_at(s, r, costs[i]);
        least = isnan(r) ? least : r;
    }
    double r = isnan(out->at[0].at) ? NAN : priced_ridge(s, out->at[0].at);
    out->priced = answer_at(s, r, 0);
    out->usd_priced = isnan(r) ? NAN : s->usd_per_device;
    s->limited = true;
    out->fed = isnan(r) ? NAN : payoff_here(s);
    s->limited = false;
}

/* USD per device of the engine that pays at ratio m; INFINITY if none does. */
static double usd_at_ratio(struct search *s, double m, const struct required *like)
{
    begin_ratio(s, m);
    double r = least_ridge(s, 0, RIDGE_LEAST, like->at[0].at * like->m / m);
    r = isnan(r) ? NAN : priced_ridge(s, r);
    if (isnan(r))
        return INFINITY;
    excess(r, s);
    return s->usd_per_device;
}

/* Golden section in log m between the neighbours of the cheapest of the scale. */
static double cheapest_ratio(struct search *s, const struct required *row, size_t best)
{
    const double g = (sqrt(5) - 1) / 2;
    double a = log(best > 0 ? row[best - 1].m : RATIO_LEAST);
    double b = log(best + 1 < LEN(ratios) ? row[best + 1].m : RATIO_MOST);
    double x = b - g * (b - a), y = a + g * (b - a);
    double fx = usd_at_ratio(s, exp(x), &row[best]), fy = usd_at_ratio(s, exp(y), &row[best]);
    while (b - a > RATIO_TOLERANCE) {
        if (fx <= fy) {
            b = y, y = x, fy = fx;
            x = b - g * (b - a);
            fx = usd_at_ratio(s, exp(x), &row[best]);
        } else {
            a = x, x = y, fx = fy;
            y = a + g * (b - a);
            fy = usd_at_ratio(s, exp(y), &row[best]);
        }
    }
    return exp(fx <= fy ? x : y);
}

static void add_row(struct table *out, const struct payoff *p, const struct cell *key,
                    const struct required *r, bool cheapest)
{
    for (size_t k = 0; k < p->by_n; k++)
        table_cell(out, &key[k]);
    table_number(out, r->m);
    for (size_t i = 0; i < LEN(costs); i++)
        table_number(out, r->at[i].at);
    table_number(out, r->most);
    table_number(out, r->usd_most);
    table_number(out, r->capacity);
    table_number(out, r->priced.at);
    table_number(out, r->usd_priced);
    table_number(out, cheapest);
    for (size_t i = 0; i < LEN(costs); i++) {
        table_number(out, r->at[i].p);
        table_number(out, r->at[i].p_below);
    }
    table_number(out, r->priced.p);
    table_number(out, r->priced.p_below);
    table_number(out, r->fed);
}

/* The best throughput per unit of budget without an engine; NAN if there is no design. */
static double control_of(const struct payoff *p, const struct payoff_question *q,
                         const struct cell *key)
{
    struct comparison c;
    struct payoff_slice slice = payoff_slice(p, key);
    slice.middle = true;
    if (payoff_compare(&c, q->study, &slice) != 0)
        return NAN;
    double best = comparison_best(&c, WITHOUT);
    comparison_free(&c);
    return best;
}

static void add_group(struct table *out, const struct payoff *p, const struct payoff_question *q,
                      const struct cell *key)
{
    struct search s = {.p = p, .q = q, .key = key, .control = control_of(p, q, key)};
    struct required row[LEN(ratios) + 1];
    size_t best = 0, n = LEN(ratios);
    if (isnan(s.control))
        return;
    for (size_t i = 0; i < n; i++) {
        find_ratio(&row[i], &s, ratios[i], i > 0 ? &row[i - 1] : NULL);
        if (row[i].usd_priced < row[best].usd_priced || isnan(row[best].usd_priced))
            best = i;
    }
    bool any = !isnan(row[best].usd_priced);
    if (any) {
        find_ratio(&row[n], &s, cheapest_ratio(&s, row, best), &row[best]);
        if (row[n].usd_priced < row[best].usd_priced)
            best = n;
        n++;
    }
    for (size_t i = 0; i < n; i++)
        add_row(out, p, key, &row[i], any && i == best);
}

void required_engine_table(const struct payoff *p, const struct payoff_question *q,
                           struct table *out)
{
    static const char *const after[] = {"bandwidth_ratio",
                                        "ridge_at_0_percent",
                                        "ridge_at_5_percent",
                                        "ridge_at_10_percent",
                                        "ridge_at_20_percent",
                                        "most_cost_share",
                                        "most_usd_per_device",
                                        "least_capacity_ratio",
                                        "ridge_priced",
                                        "usd_per_device_priced",
                                        "cheapest",
                                        "payoff_at_0_percent",
                                        "payoff_below_0_percent",
                                        "payoff_at_5_percent",
                                        "payoff_below_5_percent",
                                        "payoff_at_10_percent",
                                        "payoff_below_10_percent",
                                        "payoff_at_20_percent",
                                        "payoff_below_20_percent",
                                        "payoff_priced",
                                        "payoff_priced_below",
                                        "payoff_fed"};
    payoff_table_begin(out, p, after, LEN(after));
    for (size_t g = 0; g < p->n; g++)
        add_group(out, p, q, p->group[g].key);
}
