/* Monte Carlo over the uncertain prices, times and engines. Draws are independent, and both sides
 * use the same draws, so common errors cancel; quantiles come from the sorted draws. Invariant: the
 * value of a constant in a draw depends only on the seed, the number of the draw and the name of
 * the constant (base/random.h), so new or reordered constants change no result. */
#include "reports/payoff/payoff_certainty.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/random.h"
#include "reports/payoff/contest.h"
#include "reports/payoff/resource_store.h"

/* Quantile u of the triangular distribution from a to b, in either order, with mode `middle`. */
static double triangle(double a, double middle, double b, double u)
{
    double lo = fmin(a, b), hi = fmax(a, b), peak = fmin(fmax(middle, lo), hi);
    if (hi <= lo)
        return middle;
    double below = (peak - lo) / (hi - lo);
    return u < below ? lo + sqrt(u * (hi - lo) * (peak - lo))
                     : hi - sqrt((1 - u) * (hi - lo) * (hi - peak));
}

enum { PRICES = sizeof(struct prices) / sizeof(double) };

/* The random stream of each constant. */
struct streams {
    uint64_t price[PRICES]; /* in the order of prices_fields */
    uint64_t time[OP_CLASSES], engine_time;
    /* In the order of the comparison. */
    uint64_t bandwidth[RANGED_MOST], ridge[RANGED_MOST], efficiency[RANGED_MOST],
        energy[RANGED_MOST];
};

static void open_streams(struct streams *out, const struct comparison *c, uint64_t seed)
{
    uint64_t bandwidth = random_stream(seed, "engine.bandwidth_ratio"),
             ridge = random_stream(seed, "engine.ridge_flop_per_byte"),
             efficiency = random_stream(seed, "engine.efficiency"),
             energy = random_stream(seed, "engine.power_ratio");
    for (size_t i = 0; i < c->n_ranged; i++) {
        out->bandwidth[i] = random_stream(bandwidth, c->ranged[i].name);
        out->ridge[i] = random_stream(ridge, c->ranged[i].name);
        out->efficiency[i] = random_stream(efficiency, c->ranged[i].name);
        out->energy[i] = random_stream(energy, c->ranged[i].name);
    }
    uint64_t prices = random_stream(seed, "price"), times = random_stream(seed, "time");
    for (size_t i = 0; i < PRICES; i++)
        out->price[i] = random_stream(prices, prices_fields.row[i].name);
    for (int i = 0; i < OP_CLASSES; i++)
        out->time[i] = random_stream(times, op_class_text[i]);
    out->engine_time = random_stream(times, "engine");
}

static void draw_world(struct world *out, const struct comparison *c, const struct streams *from,
                       size_t count)
{
    world_middle(out, c);
    for (size_t i = 0; i < PRICES; i++) {
        const struct field *f = &prices_fields.row[i];
        double u = random_unit_at(from->price[i], count);
        field_put(f, &out->prices,
                  triangle(field_get(f, &c->prices.low), field_get(f, &c->prices.middle),
                           field_get(f, &c->prices.high), u));
    }
    for (size_t i = 0; i < c->n_ranged; i++) {
        const struct ranged_engine *r = &c->ranged[i];
        out->engine[i].bandwidth = triangle(r->low.bandwidth, 1, r->high.bandwidth,
                                            random_unit_at(from->bandwidth[i], count));
        out->engine[i].ridge =
            triangle(r->low.ridge, 1, r->high.ridge, random_unit_at(from->ridge[i], count));
        out->engine[i].efficiency = triangle(r->low.efficiency, 1, r->high.efficiency,
                                             random_unit_at(from->efficiency[i], count));
        out->engine[i].energy =
            triangle(r->low.energy, 1, r->high.energy, random_unit_at(from->energy[i], count));
    }
    for (int i = 0; i < OP_CLASSES; i++)
        out->time_z[i] = random_normal_at(from->time[i], count);
    out->engine_z = random_normal_at(from->engine_time, count);
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void draw_all(struct world *out, const struct comparison *c, struct draws of)
{
    struct streams from;
    open_streams(&from, c, of.seed);
    for (size_t i = 0; i < of.n; i++)
        draw_world(&out[i], c, &from, i);
}

/* The draws of a comparison, made when they are first needed. */
struct drawn {
    const struct comparison *c;
    struct draws of;
    const struct worlds *worlds; /* NULL: not yet */
    struct worlds own;
};

static const struct worlds *worlds_of(struct drawn *d)
{
    const struct comparison *c = d->c;
    if (!d->worlds && c->worlds)
        d->worlds = drawn_store_find(c->worlds, c, d->of, draw_all);
    if (!d->worlds) {
        struct world *world = mem_alloc(d->of.n, sizeof *world);
        draw_all(world, c, d->of);
        worlds_make(&d->own, world, d->of.n, c);
        d->worlds = &d->own;
    }
    return d->worlds;
}

/* The best of all engines, if that of each one with a design in the comparison is kept. */
static bool best_of_kept(double *out, const struct drawn *d)
{
    const struct comparison *c = d->c;
    if (c->engine || !c->kept)
        return false;
    for (size_t k = 0; k < c->n[WITH]; k++)
        if (!kept_draws_find(c->kept, c->side[WITH][k].subject, d->of))
            return false;
    for (size_t k = 0; k < c->n[WITH]; k++) {
        const char *engine = c->side[WITH][k].subject;
        if (k > 0 && !strcmp(engine, c->side[WITH][k - 1].subject))
            continue;
        const double *of = kept_draws_find(c->kept, engine, d->of);
        for (size_t i = 0; i < d->of.n; i++)
            out[i] = k > 0 ? fmax(out[i], of[i]) : of[i];
    }
    return true;
}

/* The best value of a side in each draw. */
static void find_bests(double *out, struct drawn *d, enum side s)
{
    const struct comparison *c = d->c;
    bool keep = c->kept && (s == WITHOUT || c->engine);
    const char *engine = s == WITH ? c->engine : NULL;
    const double *kept = keep ? kept_draws_find(c->kept, engine, d->of) : NULL;
    if (kept)
        memcpy(out, kept, d->of.n * sizeof *out);
    if (kept || (s == WITH && best_of_kept(out, d)))
        return;
    comparison_bests(out, c, s, worlds_of(d));
    if (keep)
        kept_draws_add(c->kept, engine, d->of, out);
}

void comparison_certainty(struct certainty *out, const struct comparison *c, uint64_t seed,
                          size_t draws)
{
    double *p = mem_alloc(draws, sizeof *p), *without = mem_alloc(draws, sizeof *without);
    size_t pays = 0;
    struct drawn d = {.c = c, .of = {seed, draws}};

    *out = (struct certainty){NAN, NAN, NAN, NAN};
    if (c->n[WITH] && c->n[WITHOUT]) {
        find_bests(without, &d, WITHOUT);
        find_bests(p, &d, WITH);
        for (size_t i = 0; i < draws; i++) {
            p[i] /= without[i];
            pays += p[i] > 1;
        }
        qsort(p, draws, sizeof *p, by_value);
        *out = (struct certainty){(double)pays / (double)draws, p[draws / 10], p[draws / 2],
                                  p[draws - 1 - draws / 10]};
    }
    worlds_free(&d.own);
    free(without);
    free(p);
}

/* Raises the values of worlds, and adds the hardware that does. */
static void raise_by(struct rivals *deciding, double *best, const struct comparison *c, enum side s,
                     const struct contest *x, const struct worlds *w)
{
    size_t *winner = mem_alloc(w->n, sizeof *winner), none = c->n[s];
    for (size_t i = 0; i < w->n; i++)
        winner[i] = none;
    contest_raise(best, winner, x, w);
    for (size_t i = 0; i < w->n; i++)
        if (winner[i] != none)
            rivals_add(deciding, c->side[s][winner[i]].hardware);
    free(winner);
}

/* Of more designs few need to be quoted. */
enum { QUOTED_MOST = 32 * LANES };

/* What the designs of both sides use of the budget in each world: chips that both have are priced
 * once. Free with resource_rows_free. */
static struct resource_rows quote_both(struct contest *const x[SIDES], const struct comparison *c,
                                       const struct worlds *w)
{
    struct resource_rows rows = {0};
    size_t all = c->n[WITH] + c->n[WITHOUT], n = 0;
    if (all > QUOTED_MOST)
        return rows;
    const struct candidate **k = mem_alloc(all, sizeof(struct candidate *));
    for (int s = 0; s < SIDES; s++)
        for (size_t i = 0; i < c->n[s]; i++)
            k[n++] = &c->side[s][i];
    rows = resource_rows_find(w, k, all, c->budget);
    contest_use(x[WITHOUT], rows.of);
    contest_use(x[WITH], rows.of + c->n[WITHOUT]);
    free(k);
    return rows;
}

/* Sets in which worlds some design with an engine beats all without. `best`: the value of one of
 * them in each. A control that reaches that much is beaten only by another design. */
static void find_paying(bool *pays, struct rivals *deciding, const struct comparison *c,
                        const struct worlds *w)
{
    struct contest *with = contest_open(c, WITH, w, true),
                   *without = contest_open(c, WITHOUT, w, true);
    const struct resource_rows rows =
        quote_both((struct contest *[SIDES]){[WITH] = with, [WITHOUT] = without}, c, w);
    double *best = mem_alloc(w->n, sizeof *best), *control = mem_alloc(w->n, sizeof *control);
    rivals_add(deciding, c->side[WITH][contest_favourite(best, with, w)].hardware);
    rivals_add(deciding, c->side[WITHOUT][0].hardware); /* some control */
    for (size_t i = 0; i < w->n; i++)
        control[i] = nextafter(best[i], 0);
    raise_by(deciding, control, c, WITHOUT, without, w);
    for (size_t i = 0; i < w->n; i++)
        best[i] = control[i] < best[i] ? INFINITY : control[i];
    raise_by(deciding, best, c, WITH, with, w);
    for (size_t i = 0; i < w->n; i++)
        pays[i] = best[i] > control[i];
    contest_close(with);
    contest_close(without);
    resource_rows_free(&rows);
    free(control);
    free(best);
}

/* The draws that are open. Returns how many. */
static size_t list_open(size_t *out, const enum draw_verdict *verdict, size_t draws)
{
    size_t n = 0;
    for (size_t i = 0; i < draws; i++)
        if (verdict[i] == DRAW_OPEN)
            out[n++] = i;
    return n;
}

bool comparison_settle(enum draw_verdict *verdict, const struct comparison *c, struct draws of,
                       struct rivals *deciding)
{
    struct rivals ignored = {0};
    struct drawn d = {.c = c, .of = of};
    struct worlds some = {0};
    if (!c->n[WITH] || !c->n[WITHOUT])
        return false;
    bool *pays = mem_alloc(of.n, sizeof *pays);
    size_t *open = mem_alloc(of.n, sizeof *open), n = list_open(open, verdict, of.n);
    if (n > 0 && n < of.n)
        worlds_pick(&some, worlds_of(&d), open, n);
    if (n > 0)
        find_paying(pays, deciding ? deciding : &ignored, c, n < of.n ? &some : worlds_of(&d));
    for (size_t i = 0; i < n; i++)
        verdict[open[i]] = pays[i] ? DRAW_PAYS : DRAW_FAILS;
    worlds_free(&some);
    worlds_free(&d.own);
    free(open);
    free(pays);
    return true;
}

double paying_share(const enum draw_verdict *verdict, size_t n)
{
    size_t pays = 0;
    for (size_t i = 0; i < n; i++)
        pays += verdict[i] == DRAW_PAYS;
    return (double)pays / (double)n;
}

double comparison_probability(const struct comparison *c, struct draws of, struct rivals *deciding)
{
    enum draw_verdict *verdict = mem_alloc(of.n, sizeof *verdict);
    bool settled = comparison_settle(verdict, c, of, deciding);
    double share = settled ? paying_share(verdict, of.n) : NAN;
    free(verdict);
    return share;
}
