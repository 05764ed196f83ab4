#include "arch/step_clock.h"

#include <assert.h>
#include <string.h>

#include "arch/timing.h"
#include "base/quartic.h"

/* Does the clock fall within the power limit? A prefill of its own takes no measured time. */
static bool step_throttles(const struct step *s)
{
    return s->timing->throttles || (s->timing->gives_time && s->prefills);
}

/* ---- devices that surely keep the nominal clock ---- */

/* At least the work of a step on any unit: every expert is active and fills its tiles. */
struct work_most {
    double flop, byte, wire_byte;
};

static struct work_most work_most(const struct step *s, double most, double halves)
{
    double passing = most / (s->stages * halves);
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

/* Lists the devices that may not keep the nominal clock. Times are those at the nominal clock. */
static size_t find_hot(size_t *of, const struct step *s, const struct devices *d,
                       const double *most, const double *time_s)
{
    size_t hot = 0;
    /* The busiest device may do more work than this. */
    bool more = s->routing->load.n > 0 || s->routing->imbalance > 1;
    double halves = some_engine_overlaps(d) ? 2 : step_halves(s);
    struct work_most none = work_most(s, 0, halves), one = work_most(s, 1, halves);
    struct work_most beside =
        s->beside ? work_most(s->beside, 1, halves) : (struct work_most){0, 0, 0};
    double share = s->beside ? s->beside_per_request : 0;
    for (size_t i = 0; i < d->n; i++) {
        struct energy e;
        LANES_TAKE(e, &d->energy, i);
        double q = most[i];
        double flop = none.flop + q * (one.flop - none.flop + share * beside.flop);
        double byte = none.byte + q * (one.byte - none.byte + share * beside.byte);
        double wire_byte = q * (one.wire_byte + share * beside.wire_byte);
        double per_flop = larger(e.j_per_flop, e.engine_j_per_flop * (1 - e.engine_apart));
        double per_byte = larger(e.move_j_per_byte + e.memory_j_per_byte,
                                 e.engine_j_per_byte * (1 - e.engine_apart));
        double floor_w = e.static_w + e.clocked_w + e.experts_w;
        double j = flop * per_flop + byte * per_byte + wire_byte * e.link_j_per_byte;
        if (more || !(floor_w + j / time_s[i] <= e.limit_w))
            of[hot++] = i;
    }
    return hot;
}

/* ---- the clock of a step ---- */

/* Relative excess over the limit that counts as none. */
static const double CLOSE = 1e-12;

/* Last step of Newton's method for a clock; its error is about the square of that. */
static const double FINE = 1e-7, ROUGH = 1e-3;

/* The search for one device's clock: `high` is above the limit; so is `low` unless low_fits. */
struct search {
    double low, high, clock;
    bool low_fits;
};

/* A step at some clock: its time, and what the device draws. */
struct spent {
    struct draw draw;
    double time_s, clocked_s, clock;
    double scale, limit_w; /* scale: of the estimate of power */
};

/* Power under the limit at another clock: the compute-bound part of the time follows it. */
static double guess_w(const struct spent *x, double clock)
{
    return x->scale * draw_w(&x->draw, x->time_s + x->clocked_s * (x->clock / clock - 1), clock);
}

/* A step at the lowest clock that still exceeds the limit: idle time until it does not. */
static struct clocked idle_until_it_fits(const struct spent *x)
{
    struct draw idle = {.static_w = x->draw.static_w, .clocked_w = x->draw.clocked_w};
    double floor_w = x->scale * draw_w(&idle, 1, x->clock);
    double work_w = guess_w(x, x->clock) - floor_w;
    double slower = work_w / (x->limit_w - floor_w);
    return floor_w < x->limit_w ? (struct clocked){x->clock / slower, x->time_s * slower, 0}
                                : (struct clocked){x->clock, x->time_s, floor_w / x->limit_w - 1};
}

/* (guess_w - limit) * time * clock, a polynomial of the clock. */
static struct quartic excess_of(const struct spent *x)
{
    double fixed_s = x->time_s - x->clocked_s, clocked_s = x->clocked_s * x->clock;
    double over_w = x->draw.static_w - x->limit_w / x->scale;
    double j = x->draw.clocked_j + x->draw.clocked_w * clocked_s;
    double fixed_j = x->draw.clocked_w * fixed_s;
    /* The square of clock_voltage. */
    const double v0 = VOLTAGE_LEAST * VOLTAGE_LEAST, v1 = 2 * VOLTAGE_LEAST * VOLTAGE_RISE,
                 v2 = VOLTAGE_RISE * VOLTAGE_RISE;
    return (struct quartic){{over_w * clocked_s, over_w * fixed_s + x->draw.steady_j + j * v0,
                             j * v1 + fixed_j * v0, j * v2 + fixed_j * v1, fixed_j * v2}};
}

/* The clock between low and high at which guess_w meets the limit, by steps of Newton's method
 * down to `close`; low if even low exceeds it. */
static double guess_clock(const struct spent *x, double low, double high, double close)
{
    const struct quartic q = excess_of(x);
    return quartic_root(&q, low, high, x->clock, close);
}

/* Keeps a clock within the limit, and finds the next one to try. Returns true until there is
 * none. */
static bool close_in(struct search *x, struct clocked *out, const struct spent *at, int turn)
{
    double governed_w = guess_w(at, x->clock);
    bool fits = governed_w <= at->limit_w * (1 + CLOSE), least = x->clock <= CLOCK_LEAST;
    if (fits)
        *out = (struct clocked){x->clock, at->time_s, 0};
    else if (least)
        *out = idle_until_it_fits(at);
    *(fits ? &x->low : &x->high) = x->clock;
    x->low_fits = x->low_fits || fits;
    if (fits ? x->clock >= 1 || governed_w >= at->limit_w * (1 - CLOSE) : least)
        return false;
    double next = guess_clock(at, x->low, x->high, FINE), middle = (x->low + x->high) / 2;
    bool stuck = next >= x->high || next <= x->low || turn > 8;
    x->clock = !stuck ? next : x->low_fits ? middle : CLOCK_LEAST;
    return x->high - x->low > CLOSE || !x->low_fits;
}

/* The devices of a search that are not finished, in lanes of their own. */
struct open {
    size_t n, of[LANES];
    struct devices devices;   /* at the clocks to be tried */
    lane flop_s, core_flop_s; /* at the nominal clock */
    struct load_lanes load;
    struct step_split_lanes split;
    lane scale;
};

/* Lanes come in whole vectors of four, which are cheaper than the rest of one: behind the open
 * devices stand copies, or devices that are finished. */
static size_t whole_vectors(size_t n)
{
    return (n + 3) / 4 * 4;
}
static_assert(LANES % 4 == 0, "the lanes have no place for whole vectors");

/* Opens n of the devices, those of o->of, at their loads. */
static void open_devices(struct open *o, size_t n, const struct devices *d,
                         const struct load_lanes *load)
{
    o->n = n;
    for (; n % 4 > 0; n++)
        o->of[n] = o->of[o->n - 1];
    devices_pick(&o->devices, d, o->of, n);
    memcpy(o->flop_s, LANE(&o->devices.rates, rates, main.s_per_flop), n * sizeof(double));
    memcpy(o->core_flop_s, LANE(&o->devices.rates, rates, main.s_per_core_flop),
           n * sizeof(double));
    for (size_t j = 0; j < n; j++)
        LANES_COPY(&o->load, j, load, o->of[j]);
}

/* Splits the step at a clock for each open device. */
static void split_open(struct open *o, const struct step *s, double *clock, struct steps_memo *memo)
{
    o->devices.n = whole_vectors(o->n);
    for (size_t j = o->n; j < o->devices.n; j++)
        clock[j] = 1;
    devices_set_clock(&o->devices, o->flop_s, o->core_flop_s, clock);
    steps_split_work(&o->split, s, &o->devices, &o->load, memo);
}

/* What device j of them spends. An estimate above the design power at the nominal clock, `first`,
 * sets the scale of a calibrated timing. */
static struct spent open_spent(struct open *o, const struct step *s, size_t j, double clock,
                               bool first)
{
    struct energy e;
    struct step_split split;
    LANES_TAKE(e, &o->devices.energy, j);
    LANES_TAKE(split, &o->split, j);
    struct work w = split_work(&split, step_routes(s));
    struct spent x = {.draw = energy_draw(&e, &w),
                      .time_s = split.time_s,
                      .clocked_s = smaller(split.clocked_s, split.time_s),
                      .clock = clock,
                      .limit_w = e.limit_w};
    if (first)
        o->scale[j] = s->timing->needs_calibration
                          ? smaller(1, e.design_w / draw_w(&x.draw, x.time_s, clock))
                          : 1;
    x.scale = o->scale[j];
    return x;
}

/* Moves device `from` to place `to`, in front of it. */
static void move_open(struct open *o, size_t to, size_t from)
{
    devices_move(&o->devices, to, from);
    o->flop_s[to] = o->flop_s[from];
    o->core_flop_s[to] = o->core_flop_s[from];
    o->of[to] = o->of[from];
    o->scale[to] = o->scale[from];
    LANES_COPY(&o->load, to, &o->load, from);
}

/* Closes in on the clocks of the hot devices. */
static void clock_hot(struct clocked_lanes *out, struct open *o, const struct step *s,
                      struct steps_memo *memo)
{
    struct search x[LANES];
    lane clock;
    for (size_t j = 0; j < o->n; j++)
        x[j] = (struct search){CLOCK_LEAST, 1, 1, false};
    for (int turn = 1; o->n > 0; turn++) {
        size_t left = 0;
        for (size_t j = 0; j < o->n; j++)
            clock[j] = x[j].clock;
        split_open(o, s, clock, memo);
        for (size_t j = 0; j < o->n; j++) {
            struct clocked c;
            size_t i = o->of[j];
            LANES_TAKE(c, out, i);
            struct spent at = open_spent(o, s, j, clock[j], turn == 1);
            bool open = close_in(&x[j], &c, &at, turn);
            if (c.ratio < 1)
                LANES_PUT(out, i, c);
            if (!open)
                continue;
            move_open(o, left, j);
            x[left++] = x[j];
        }
        o->n = left;
    }
}

void steps_clock(struct clocked_lanes *out, const struct step *s, const struct devices *d,
                 const struct load_lanes *load, struct steps_memo *memo)
{
    struct open o;
    double *time_s = LANE(out, clocked, time_s);
    steps_time_s(time_s, s, d, load, memo);
    lanes_set(LANE(out, clocked, ratio), d->n, 1);
    lanes_set(LANE(out, clocked, excess), d->n, 0);
    if (!step_throttles(s))
        return;
    size_t hot = find_hot(o.of, s, d, LANE(load, load, most), time_s);
    if (hot == 0)
        return;
    open_devices(&o, hot, d, load);
    clock_hot(out, &o, s, memo);
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
    if (energy_governed_w(e, w, time_s, 1) <= e->limit_w)
        return 1;
    while (high - low > 1e-13) {
        double middle = (low + high) / 2;
        *(energy_governed_w(e, w, time_s, middle) > e->limit_w ? &high : &low) = middle;
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
    double held = step_throttles(s) ? clock : clock_in_time(e, &w, split->time_s);
    double estimate_w = energy_governed_w(e, &w, split->time_s, larger(held, CLOCK_LEAST));
    bool given = !step_throttles(s) || s->timing->needs_calibration;
    bool holds = given || estimate_w <= e->limit_w * (1 + 1e-9); /* else the verdict is power */
    double governed_w = holds ? smaller(estimate_w, AVERAGE_MOST * e->limit_w) : estimate_w;
    split->clock = held;
    split->limit_ratio = governed_w / e->limit_w;
    split->board_w = energy_board_w(e, &w, split->time_s, governed_w);
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
        devices_set_clock(&slowed, LANE(&d->rates, rates, main.s_per_flop),
                          LANE(&d->rates, rates, main.s_per_core_flop), running);
        steps_split(out, s, &slowed, load, memo);
    } else {
        steps_split(out, s, d, load, memo);
    }
    for (size_t i = 0; i < d->n; i++) {
        struct step_split split;
        struct energy e;
        LANES_TAKE(split, out, i);
        LANES_TAKE(e, &d->energy, i);
        if (step_is_served(s))
            energy_serve(&e);
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

/* The search for the largest load of a device between `low`, which meets the limit, and `high`,
 * which does not. Idea: a clock at which the
 * step is in time and within the power limit proves that a load meets the limit, one at which it is
 * neither proves the opposite; so few loads need the very clock that the device holds. */
struct bracket {
    double low, high, limit_s;
    double last, last_s; /* the load before, and its time */
    double wide;         /* high - low some loads ago */
    struct search clock;
    int loads, clocks; /* tried; clocks: at the current load */
};

/* A whole load between the ends: where the line through the two last loads meets the limit, or the
 * middle if the ends do not close in. */
static double between(struct bracket *x, double load, double load_s)
{
    double rise = (load_s - x->last_s) / (load - x->last);
    double reach = load + (x->limit_s - load_s) / rise;
    bool halve = x->loads % 4 == 0 && x->high - x->low > x->wide / 4;
    if (x->loads % 4 == 0)
        x->wide = x->high - x->low;
    double next = floor(halve || !(rise > 0) ? (x->low + x->high) / 2 : reach);
    x->last = load;
    x->last_s = load_s;
    return larger(smaller(next, x->high - 1), x->low + 1);
}

/* An estimate of the clock that the device can hold, from a step at another; `held_s`: its time. */
static double guess_held(double *held_s, const struct spent *at)
{
    double clock = guess_clock(at, CLOCK_LEAST, 1, ROUGH);
    struct spent there = *at;
    there.time_s += at->clocked_s * (at->clock / clock - 1);
    there.clock = clock;
    bool idles = guess_w(&there, clock) > at->limit_w * (1 + CLOSE);
    *held_s = idles ? idle_until_it_fits(&there).time_s : there.time_s;
    return clock;
}

/* The next clock to try at the same load: between that of the power limit and that of the time
 * limit, where a proof is most likely. */
static double next_clock(const struct bracket *x, const struct spent *at)
{
    const struct search *c = &x->clock;
    double by_power = guess_clock(at, c->low, c->high, ROUGH);
    double slower = 1 + (x->limit_s - at->time_s) / larger(at->clocked_s, 1e-300);
    double by_time = slower > 0 ? at->clock / slower : c->high;
    double next = (by_power + larger(c->low, smaller(c->high, by_time))) / 2;
    bool stuck = next >= c->high || next <= c->low || x->clocks > 8;
    return !stuck ? next : c->low_fits ? (c->low + c->high) / 2 : CLOCK_LEAST;
}

/* Tells from a step at a clock whether its load meets the limit, or sets the clock to be tried
 * next. */
static bool tell(bool *in_time, struct bracket *x, const struct spent *at)
{
    struct search *c = &x->clock;
    bool holds = guess_w(at, at->clock) <= at->limit_w * (1 + CLOSE);
    bool fits = at->time_s <= x->limit_s, least = at->clock <= CLOCK_LEAST;
    *in_time = fits;
    if (holds ? fits || at->clock >= 1 : !fits)
        return true;
    if (!holds && least) {
        *in_time = idle_until_it_fits(at).time_s <= x->limit_s;
        return true;
    }
    *(holds ? &c->low : &c->high) = at->clock;
    c->low_fits = c->low_fits || holds;
    c->clock = next_clock(x, at);
    x->clocks++;
    *in_time = false;
    return c->high - c->low <= CLOSE;
}

/* Closes in on the largest load from a step at a clock, or sets the load `most` or the clock to be
 * tried next. Returns true until it is found, which is then `low`. */
static bool close_in_load(struct bracket *x, double *most, const struct spent *at, bool estimate)
{
    bool in_time;
    double held_s;
    if (!tell(&in_time, x, at))
        return true;
    double held = guess_held(&held_s, at);
    *(in_time ? &x->low : &x->high) = *most;
    x->clock = (struct search){CLOCK_LEAST, 1, estimate ? held : 1, false};
    x->loads++;
    x->clocks = 0;
    if (x->high - x->low <= 1)
        return false;
    *most = between(x, *most, held_s);
    return true;
}

/* Closes in on the largest load of each open device, from its load in `o` on. */
static void load_hot(struct bracket *x, double *out, struct open *o, const struct step *s,
                     struct steps_memo *memo)
{
    lane clock;
    double *most = LANE(&o->load, load, most);
    bool estimate = !s->timing->needs_calibration;
    while (o->n > 0) {
        size_t left = 0;
        for (size_t j = 0; j < o->n; j++)
            clock[j] = x[j].clock.clock;
        split_open(o, s, clock, memo);
        for (size_t j = 0; j < o->n; j++) {
            struct spent at = open_spent(o, s, j, clock[j], x[j].clocks == 0);
            bool open = close_in_load(&x[j], &most[j], &at, estimate);
            LANE(&o->load, load, mean)[j] = most[j];
            if (!open) {
                out[o->of[j]] = x[j].low;
                continue;
            }
            move_open(o, left, j);
            x[left++] = x[j];
        }
        o->n = left;
    }
}

/* Tells of each open device whether its load meets the limit. */
static void tell_hot(struct bracket *x, double *out, struct open *o, const struct step *s,
                     struct steps_memo *memo)
{
    lane clock;
    while (o->n > 0) {
        size_t left = 0;
        for (size_t j = 0; j < o->n; j++)
            clock[j] = x[j].clock.clock;
        split_open(o, s, clock, memo);
        for (size_t j = 0; j < o->n; j++) {
            bool in_time;
            struct spent at = open_spent(o, s, j, clock[j], x[j].clocks == 0);
            if (tell(&in_time, &x[j], &at)) {
                out[o->of[j]] = in_time ? 1 : 0;
                continue;
            }
            move_open(o, left, j);
            x[left++] = x[j];
        }
        o->n = left;
    }
}

void steps_meet(double *out, const struct step *s, const struct devices *d,
                const struct load_lanes *load, const struct meeting *within,
                struct steps_memo *memo)
{
    struct bracket x[LANES];
    struct open o;
    lane time_s;
    const double *limit_s = within->limit_s;
    steps_time_s(time_s, s, d, load, memo);
    for (size_t i = 0; i < d->n; i++)
        out[i] = time_s[i] <= limit_s[i] ? 1 : 0;
    if (!step_throttles(s))
        return;
    size_t n = 0, hot = find_hot(o.of, s, d, LANE(load, load, most), time_s);
    for (size_t j = 0; j < hot; j++) {
        size_t i = o.of[j];
        if (!(out[i] > 0))
            continue;
        double clock = s->timing->needs_calibration ? 1 : larger(CLOCK_LEAST, within->clock[i]);
        x[n] = (struct bracket){.limit_s = limit_s[i], .clock = {CLOCK_LEAST, 1, clock, false}};
        o.of[n++] = i;
    }
    if (n == 0)
        return;
    open_devices(&o, n, d, load);
    tell_hot(x, out, &o, s, memo);
}

void steps_largest_held_load(double *out, const struct step *s, const struct devices *d,
                             const double *limit_s, const double *guess, struct steps_memo *memo)
{
    struct bracket x[LANES];
    struct open o;
    struct load_lanes load;
    lane time_s;
    bool any = false;
    size_t n = 0;

    bool some_overlap = some_engine_overlaps(d); /* the first load may change the result */
    steps_largest_load(out, s, d, limit_s, guess, memo);
    for (size_t i = 0; i < d->n; i++) {
        bool bounded = out[i] >= 1 && out[i] < INFINITY;
        LANE(&load, load, most)[i] = LANE(&load, load, mean)[i] = bounded ? out[i] : 1;
        any = any || bounded;
    }
    if (!any || !step_throttles(s))
        return;
    steps_time_s(time_s, s, d, &load, memo);
    size_t hot = find_hot(o.of, s, d, LANE(&load, load, most), time_s);
    for (size_t j = 0; j < hot; j++) {
        size_t i = o.of[j];
        if (!(out[i] >= 1 && out[i] < INFINITY))
            continue;
        double first = some_overlap ? out[i] : larger(1, smaller(out[i], floor(guess[i])));
        LANE(&load, load, most)[i] = LANE(&load, load, mean)[i] = first;
        x[n] = (struct bracket){.high = out[i] + 1,
                                .limit_s = limit_s[i],
                                .wide = INFINITY,
                                .clock = {CLOCK_LEAST, 1, 1, false}};
        o.of[n++] = i;
    }
    if (n == 0)
        return;
    open_devices(&o, n, d, &load);
    load_hot(x, out, &o, s, memo);
}
