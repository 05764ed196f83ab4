#include "arch/step_clock.h"

#include <string.h>

#include "arch/timing.h"

/* ---- devices that surely keep the nominal clock ---- */

/* At least the work of a step on any unit: every expert is active and fills its tiles. */
struct work_most {
    double flop, byte, wire_byte;
};

static struct work_most work_most(const struct step *s, double most)
{
    double halves = step_halves(s), passing = most / step_parts(s);
    struct work_most w = {0, 0, 0};
    for (size_t i = 0; i < s->ops.n; i++) {
        const struct op *o = &s->ops.op[i];
        double tile = o->tile_tokens > 0 ? o->flop * o->tile_tokens / o->tokens : 0;
        w.flop += halves * (o->flop * passing + tile);
        w.byte += halves * (o->weight_byte + o->byte * passing);
        w.wire_byte += halves * o->wire_byte * passing;
    }
    return w;
}

/* Does every device keep the nominal clock? Times are those at the nominal clock. */
static bool all_fit(const struct step *s, const struct devices *d, const double *most,
                    const double *time_s)
{
    if (s->routing->load.n > 0 || s->routing->imbalance > 1)
        return false; /* the busiest device does more work than this */
    struct work_most none = work_most(s, 0), one = work_most(s, 1);
    struct work_most beside = s->beside ? work_most(s->beside, 1) : (struct work_most){0, 0, 0};
    double share = s->beside ? s->beside_per_request : 0;
    bool fits = true;
    for (size_t i = 0; i < d->n; i++) {
        struct energy e;
        LANES_TAKE(e, &d->energy, i);
        double q = most[i];
        double flop = none.flop + q * (one.flop - none.flop + share * beside.flop);
        double byte = none.byte + q * (one.byte - none.byte + share * beside.byte);
        double wire_byte = q * (one.wire_byte + share * beside.wire_byte);
        double per_flop = larger(e.j_per_flop, e.engine_j_per_flop * e.engine_on_board);
        double per_byte = larger(e.move_j_per_byte + e.memory_j_per_byte,
                                 e.engine_j_per_byte * e.engine_on_board);
        double floor_w = e.static_w + e.clocked_w + e.experts_w;
        double j = flop * per_flop + byte * per_byte + wire_byte * e.link_j_per_byte;
        fits = fits && floor_w + j / time_s[i] <= e.limit_w;
    }
    return fits;
}

/* ---- the clock of a step ---- */

/* Relative excess over the limit that counts as none. */
static const double CLOSE = 1e-12;

/* The search for one device's clock: `high` is above the limit; so is `low` unless low_fits. */
struct search {
    double low, high, clock;
    double scale; /* of the estimate of power */
    bool low_fits, open;
};

/* Board power at a clock, from the split of the step at x->clock. */
static double guess_w(const struct energy *e, const struct work *w, const struct step_split *split,
                      const struct search *x, double clock)
{
    double compute = smaller(split->bound_s[BY_COMPUTE], split->time_s);
    return x->scale * energy_board_w(e, w, split->time_s + compute * (x->clock / clock - 1), clock);
}

/* A step at the lowest clock that still exceeds the limit: idle time until it does not. */
static struct clocked idle_until_it_fits(const struct search *x, const struct energy *e,
                                         const struct work *w, double time_s)
{
    double floor_w =
        x->scale * energy_board_w(e, &(struct work){.experts = w->experts}, 1, x->clock);
    double work_w = x->scale * energy_board_w(e, w, time_s, x->clock) - floor_w;
    double slower = work_w / (e->limit_w - floor_w);
    return floor_w < e->limit_w ? (struct clocked){x->clock / slower, time_s * slower, 0}
                                : (struct clocked){x->clock, time_s, floor_w / e->limit_w - 1};
}

/* The clock between low and high at which guess_w meets the limit, by the Illinois method; low if
 * even low exceeds it. */
static double guess_clock(const struct energy *e, const struct work *w,
                          const struct step_split *split, const struct search *x)
{
    double low = x->low, high = x->high, limit_w = e->limit_w;
    double under = guess_w(e, w, split, x, low) - limit_w;
    double over = guess_w(e, w, split, x, high) - limit_w;
    if (!(under < 0) || !(over > 0))
        return under < 0 ? high : low;
    for (int turn = 0, side = 0; turn < 50 && high - low > 1e-16; turn++) {
        double clock = (low * over - high * under) / (over - under);
        double more = guess_w(e, w, split, x, clock) - limit_w;
        if (fabs(more) <= CLOSE / 10 * limit_w)
            return clock;
        if (more > 0) {
            high = clock;
            over = more;
            under /= side > 0 ? 2 : 1;
            side = 1;
        } else {
            low = clock;
            under = more;
            over /= side < 0 ? 2 : 1;
            side = -1;
        }
    }
    return low;
}

/* Keeps a clock within the limit, and finds the next one to try. */
static void close_in(struct search *x, struct clocked *out, const struct energy *e,
                     const struct work *w, const struct step_split *split, int turn)
{
    double board_w = x->scale * energy_board_w(e, w, split->time_s, x->clock);
    bool fits = board_w <= e->limit_w * (1 + CLOSE), least = x->clock <= CLOCK_LEAST;
    if (fits)
        *out = (struct clocked){x->clock, split->time_s, 0};
    else if (least)
        *out = idle_until_it_fits(x, e, w, split->time_s);
    *(fits ? &x->low : &x->high) = x->clock;
    x->low_fits = x->low_fits || fits;
    x->open = (!fits || (x->clock < 1 && board_w < e->limit_w * (1 - CLOSE))) &&
              !(least && !fits) && x->high - x->low > 1e-15;
    double next = guess_clock(e, w, split, x), middle = (x->low + x->high) / 2;
    bool stuck = next >= x->high || next <= x->low || turn > 8;
    x->clock = !stuck ? next : x->low_fits ? middle : CLOCK_LEAST;
}

/* Splits the step at the clocks to be tried; closes in on devices that are not finished. `slowed`:
 * a copy of the devices `d`. */
static bool split_once(struct search *x, struct clocked_lanes *out, const struct step *s,
                       struct devices *slowed, const struct devices *d,
                       const struct load_lanes *load, struct steps_memo *memo, int turn)
{
    struct step_split_lanes splits;
    lane clock;
    bool open = false;
    for (size_t i = 0; i < d->n; i++)
        clock[i] = x[i].clock;
    devices_set_clock(slowed, d, clock);
    steps_split(&splits, s, slowed, load, memo);
    for (size_t i = 0; i < d->n; i++) {
        if (!x[i].open)
            continue;
        struct energy e;
        struct step_split split;
        struct clocked c;
        LANES_TAKE(e, &d->energy, i);
        LANES_TAKE(split, &splits, i);
        LANES_TAKE(c, out, i);
        struct work w = split_work(&split, step_routes(s));
        if (turn == 1 && s->timing->needs_calibration)
            x[i].scale = smaller(1, e.design_w / energy_board_w(&e, &w, split.time_s, 1));
        close_in(&x[i], &c, &e, &w, &split, turn);
        LANES_PUT(out, i, c);
        open = open || x[i].open;
    }
    return open;
}

void steps_clock(struct clocked_lanes *out, const struct step *s, const struct devices *d,
                 const struct load_lanes *load, struct steps_memo *memo)
{
    struct search x[LANES];
    double *time_s = LANE(out, clocked, time_s);
    lane nominal_s;
    steps_time_s(time_s, s, d, load, memo);
    lanes_set(LANE(out, clocked, ratio), d->n, 1);
    lanes_set(LANE(out, clocked, excess), d->n, 0);
    if (!s->timing->throttles || all_fit(s, d, LANE(load, load, most), time_s))
        return;
    memcpy(nominal_s, time_s, d->n * sizeof *time_s);
    for (size_t i = 0; i < d->n; i++)
        x[i] = (struct search){CLOCK_LEAST, 1, 1, 1, false, true};
    struct devices slowed = *d;
    for (int turn = 1; split_once(x, out, s, &slowed, d, load, memo, turn); turn++)
        ;
    for (size_t i = 0; i < d->n; i++)
        if (LANE(out, clocked, ratio)[i] >= 1)
            time_s[i] = nominal_s[i];
}

void steps_held_time_s(double *out, const struct step *s, const struct devices *d,
                       const struct load_lanes *load, struct steps_memo *memo)
{
    struct clocked_lanes clocked;
    steps_clock(&clocked, s, d, load, memo);
    memcpy(out, LANE(&clocked, clocked, time_s), d->n * sizeof *out);
}

/* ---- power ---- */

/* The clock at which the work fits the limit in a given time. */
static double clock_in_time(const struct energy *e, const struct work *w, double time_s)
{
    double low = CLOCK_LEAST, high = 1;
    if (energy_board_w(e, w, time_s, 1) <= e->limit_w)
        return 1;
    while (high - low > 1e-13) {
        double middle = (low + high) / 2;
        *(energy_board_w(e, w, time_s, middle) > e->limit_w ? &high : &low) = middle;
    }
    return low;
}

/* Idle time below the lowest clock counts for every class. */
static void add_idle(struct step_split *split, double slower)
{
    for (int class = 0; class < OP_CLASSES; class ++)
        split->class_s[class] *= slower;
    for (int k = 0; k < BOUNDS; k++)
        split->bound_s[k] *= slower;
    split->time_s *= slower;
}

static void put_power(struct step_split *split, const struct energy *e, const struct step *s,
                      bool routes, double clock)
{
    struct work w = split_work(split, routes);
    if (clock < CLOCK_LEAST)
        add_idle(split, CLOCK_LEAST / clock);
    double held = s->timing->throttles ? clock : clock_in_time(e, &w, split->time_s);
    double board_w = energy_board_w(e, &w, split->time_s, larger(held, CLOCK_LEAST));
    bool given = !s->timing->throttles || s->timing->needs_calibration;
    split->clock = held;
    split->board_w = given ? smaller(board_w, e->limit_w) : board_w;
    split->engine_w = energy_engine_w(e, &w, split->time_s);
    split->pool_w = energy_pool_w(e, &w, split->time_s);
}

void steps_split_held(struct step_split_lanes *out, const struct step *s, const struct devices *d,
                      const struct load_lanes *load, const double *clock, struct steps_memo *memo)
{
    bool routes = step_routes(s), slow = false;
    lane running;
    for (size_t i = 0; i < d->n; i++) {
        running[i] = larger(clock[i], CLOCK_LEAST);
        slow = slow || clock[i] < 1;
    }
    if (slow) {
        struct devices slowed = *d;
        devices_set_clock(&slowed, d, running);
        steps_split(out, s, &slowed, load, memo);
    } else {
        steps_split(out, s, d, load, memo);
    }
    for (size_t i = 0; i < d->n; i++) {
        struct step_split split;
        struct energy e;
        LANES_TAKE(split, out, i);
        LANES_TAKE(e, &d->energy, i);
        put_power(&split, &e, s, routes, clock[i]);
        LANES_PUT(out, i, split);
    }
}

void step_split_held_one(struct step_split *out, const struct step *s, const struct devices *d,
                         struct load load)
{
    static const struct step_split nothing;
    struct clocked_lanes clocked;
    struct step_split_lanes lanes;
    struct load_lanes at;
    struct steps_memo memo = {0};
    steps_renew(&memo);
    LANES_PUT(&at, 0, load);
    LANES_PUT(&lanes, 0, nothing);
    steps_clock(&clocked, s, d, &at, &memo);
    steps_split_held(&lanes, s, d, &at, LANE(&clocked, clocked, ratio), &memo);
    LANES_TAKE(*out, &lanes, 0);
}

/* ---- the largest load ---- */

/* The search for the largest load between `low`, which meets the limit, and `high`, which does
 * not; low_s and high_s are the times at them over the limit. */
struct bracket {
    double low, high, low_s, high_s;
};

/* A whole load between the ends: where the line through them meets the limit, or the middle. */
static double between(const struct bracket *x, double limit_s, bool halve)
{
    double rise = (x->high_s - x->low_s) / (x->high - x->low);
    double reach = x->low + (limit_s - x->low_s) / rise;
    double next = floor(halve || !(rise > 0) ? (x->low + x->high) / 2 : reach);
    return larger(smaller(next, x->high - 1), x->low + 1);
}

void steps_largest_held_load(double *out, const struct step *s, const struct devices *d,
                             const double *limit_s, const double *guess, struct steps_memo *memo)
{
    struct bracket x[LANES];
    struct load_lanes load;
    lane time_s;
    double *most = LANE(&load, load, most), *mean = LANE(&load, load, mean);
    bool open = false;

    steps_largest_load(out, s, d, limit_s, guess, memo);
    for (size_t i = 0; i < d->n; i++) {
        bool bounded = out[i] >= 1 && out[i] < INFINITY;
        x[i] = (struct bracket){0, bounded ? out[i] + 1 : 1, 0, 0};
        most[i] = mean[i] = bounded ? out[i] : 1;
        open = open || bounded;
    }
    for (int turn = 0; open; turn++) {
        steps_held_time_s(time_s, s, d, &load, memo);
        open = false;
        for (size_t i = 0; i < d->n; i++) {
            if (x[i].high - x[i].low <= 1)
                continue;
            bool fits = time_s[i] <= limit_s[i];
            *(fits ? &x[i].low : &x[i].high) = most[i];
            *(fits ? &x[i].low_s : &x[i].high_s) = time_s[i];
            if (x[i].high - x[i].low > 1) {
                most[i] = mean[i] = between(&x[i], limit_s[i], turn % 4 == 3);
                open = true;
            } else
                out[i] = x[i].low;
        }
    }
}
