#include "arch/step_clock.h"

#include <string.h>

#include "arch/step_hot.h"
#include "arch/step_unit.h"

/* ---- the clock of a step ---- */

/* The search for one device's clock: `high` is above the limit; so is `low` unless low_fits. */
struct search {
    double clock, low, high;      /* clock: the next to try */
    double low_fits, open;        /* 1 or 0 */
    double low_s, high_s;         /* times of the step at the ends */
    double scale;                 /* of the estimate of power */
    double ratio, time_s, excess; /* struct clocked so far */
};
LANES_OF(search);

/* Keeps a clock within the limit, and finds the next one to try. `first`: no clock was tried
 * before; `late`: many were. */
INLINED void close_in(struct search *x, const struct trial *at, double below, double above,
                      double turn, double halve)
{
    double governed_w = trial_w(at);
    bool fits = governed_w <= at->limit_w * (1 + CLOSE), least = x->clock <= CLOCK_LEAST;
    bool near = governed_w >= at->limit_w * (1 - CLOSE), idles = !fits & least;
    struct idle idle = trial_idle(at);
    x->ratio = fits ? x->clock : idles ? x->clock / idle.slower : x->ratio;
    x->time_s = fits ? at->time_s : idles ? at->time_s * idle.slower : x->time_s;
    x->excess = fits ? 0 : idles ? idle.excess : x->excess;
    x->low = fits ? x->clock : x->low;
    x->low_s = fits ? at->time_s : x->low_s;
    x->high = fits ? x->high : x->clock;
    x->high_s = fits ? x->high_s : at->time_s;
    bool low_fits = fits | (x->low_fits > 0);
    bool done = idles | (fits & ((x->clock >= 1) | near));
    double between_s = (x->low_s - x->high_s) / (x->clock / x->low - x->clock / x->high);
    double clocked_s = ((turn > 4) & low_fits) ? between_s : at->clocked_s;
    double next = trial_clock(at, clocked_s, x->low, x->high);
    next = turn <= 1 ? next : stop_at_moves(next, x->clock, x->clock * below, x->clock * above);
    bool stuck = (next >= x->high) | (next <= x->low) | (halve > 0);
    double middle = low_fits ? (x->low + x->high) / 2 : CLOCK_LEAST;
    bool close = (x->high - x->low <= CLOSE) & low_fits;
    bool open = (x->open > 0) & !(done | close);
    x->low_fits = low_fits ? 1 : 0;
    x->open = open ? 1 : 0;
    x->clock = open ? (stuck ? middle : next) : x->clock;
}

/* Closes in on the clocks of n devices from their steps; a closed one stays as it is. */
FOR_ALL_VECTORS
static void close_in_all(struct search_lanes *restrict out,
                         const struct spent_lanes *restrict spent,
                         const struct energy_lanes *restrict energy, size_t n, double experts,
                         int turn)
{
    double halve = turn > 8 && turn % 2 == 0 ? 1 : 0;
    for (size_t i = 0; i < n; i++) {
        struct search x;
        LANES_TAKE(x, out, i);
        struct trial at = trial_at(spent, energy, i, experts, x.clock, x.scale);
        close_in(&x, &at, LANE(spent, spent, moves_below)[i], LANE(spent, spent, moves_above)[i],
                 turn, halve);
        LANES_PUT(out, i, x);
    }
}

FOR_ALL_VECTORS
static void set_scales(double *restrict scale, const struct spent_lanes *restrict spent,
                       const struct energy_lanes *restrict energy, size_t n, double experts)
{
    for (size_t i = 0; i < n; i++) {
        struct trial at = trial_at(spent, energy, i, experts, 1, 1);
        scale[i] = trial_scale(&at, LANE(energy, energy, design_w)[i]);
    }
}

static void put_clock(struct clocked_lanes *out, size_t i, const struct search_lanes *x, size_t j)
{
    struct clocked c = {LANE(x, search, ratio)[j], LANE(x, search, time_s)[j],
                        LANE(x, search, excess)[j], 0};
    LANES_PUT(out, i, c);
}

/* Closes in on the clocks of the hot devices. */
static void clock_hot(struct clocked_lanes *out, struct hot *h, struct search_lanes *x,
                      double experts)
{
    const double *open = LANE(x, search, open);
    for (int turn = 2; h->n > 0; turn++) {
        size_t left = 0;
        hot_spend(h, LANE(x, search, clock), false);
        close_in_all(x, &h->spent, &h->devices.energy, h->devices.n, experts, turn);
        if (!hot_shrinks(h, open))
            continue;
        for (size_t j = 0; j < h->n; j++) {
            if (!(open[j] > 0)) {
                put_clock(out, h->of[j], x, j);
                continue;
            }
            hot_move(h, left, j);
            LANES_COPY(x, left, x, j);
            left++;
        }
        h->n = left;
    }
}

/* With the choices of the devices. Steps longer than limit_s, which may be NULL, keep the nominal
 * clock. */
static void clock_as_chosen(struct clocked_lanes *out, const struct step *s,
                            const struct devices *d, const struct load_lanes *load,
                            const double *limit_s, struct steps_memo *memo)
{
    const struct search begin = {
        .clock = 1, .low = CLOCK_LEAST, .high = 1, .open = 1, .scale = 1, .ratio = 1};
    struct hot h;
    struct search_lanes x = {0};
    size_t n = 0;
    if (!step_throttles(s)) {
        steps_time_s(LANE(out, clocked, time_s), s, d, load, memo);
        lanes_set(LANE(out, clocked, ratio), d->n, 1);
        lanes_set(LANE(out, clocked, excess), d->n, 0);
        lanes_set(LANE(out, clocked, units), d->n, 0);
        return;
    }
    double experts = step_routes(s) ? 1 : 0;
    steps_spend(&h.spent, s, d, load, false, memo);
    LANES_FILL(&x, d->n, begin);
    if (s->timing->needs_calibration)
        set_scales(LANE(&x, search, scale), &h.spent, &d->energy, d->n, experts);
    close_in_all(&x, &h.spent, &d->energy, d->n, experts, 1);
    for (size_t i = 0; i < d->n; i++) {
        double nominal_s = LANE(&h.spent, spent, time_s)[i];
        bool late = limit_s && nominal_s > limit_s[i];
        put_clock(out, i, &x, i);
        if (late)
            LANES_PUT(out, i, ((struct clocked){.ratio = 1, .time_s = nominal_s}));
        else if (LANE(&x, search, open)[i] > 0)
            h.of[n++] = i;
    }
    if (n == 0)
        return;
    hot_open(&h, n, s, d, load, memo);
    struct search_lanes y;
    for (size_t j = 0; j < h.devices.n; j++)
        LANES_COPY(&y, j, &x, h.of[j]);
    clock_hot(out, &h, &y, experts);
}

/* Leaves those with other choices that are faster, or draw less, at the clock that they hold with
 * theirs. */
static void leave_promising(struct chosen *c, const struct clocked_lanes *clocked,
                            const struct step *s, const struct devices *d,
                            const struct load_lanes *load, const double *most_s,
                            struct steps_memo *memo)
{
    struct hot h;
    lane clock;
    bool keep[LANES];
    double experts = step_routes(s) ? 1 : 0;
    if (c->n == 0)
        return;
    for (size_t j = 0; j < c->n; j++)
        h.of[j] = j;
    hot_open(&h, c->n, s, &c->devices, &c->load, memo);
    for (size_t j = 0; j < h.devices.n; j++)
        clock[j] = larger(CLOCK_LEAST, LANE(clocked, clocked, ratio)[c->of[h.of[j]]]);
    hot_spend(&h, clock, false);
    for (size_t j = 0; j < c->n; j++) {
        struct trial at = trial_at(&h.spent, &h.devices.energy, j, experts, clock[j], 1);
        bool idles = LANE(clocked, clocked, ratio)[c->of[j]] < CLOCK_LEAST;
        keep[j] =
            idles || at.time_s <= most_s[c->of[j]] || trial_w(&at) < at.limit_w * (1 - UNIT_GAIN);
    }
    chosen_keep(c, keep, d, load);
}

/* Takes the steps that are shorter with choice k. */
static void try_choice(struct clocked_lanes *out, const struct unit_list *l, size_t k,
                       const struct step *s, const struct devices *d, const struct load_lanes *load,
                       struct steps_memo *memo)
{
    struct chosen c;
    struct clocked_lanes at;
    lane most_s;
    c.n = 0;
    for (size_t i = 0; i < d->n; i++) {
        most_s[i] = LANE(out, clocked, time_s)[i] * (1 - UNIT_GAIN);
        if (!(LANE(out, clocked, ratio)[i] < 1) || !unit_choice_is_open(l, k, i))
            continue;
        /* At the nominal clock the step takes at least `ratio` of its time. */
        double least_s = LANE(out, clocked, time_s)[i] * LANE(out, clocked, ratio)[i];
        if (s->overlap == OVERLAP_NONE && least_s + unit_choice_more_s(l, k, i) > most_s[i])
            continue;
        c.units[c.n] = l->units[k];
        c.of[c.n++] = i;
    }
    chosen_pick_short(&c, s, d, load, most_s, memo);
    if (!s->timing->needs_calibration)
        leave_promising(&c, out, s, d, load, most_s, memo);
    if (c.n == 0)
        return;
    clock_as_chosen(&at, s, &c.devices, &c.load, NULL, memo);
    memcpy(LANE(&at, clocked, units), c.units, c.n * sizeof *c.units);
    for (size_t j = 0; j < c.n; j++)
        if (LANE(&at, clocked, time_s)[j] <= most_s[c.of[j]] &&
            LANE(&at, clocked, excess)[j] <= LANE(out, clocked, excess)[c.of[j]])
            LANES_COPY(out, c.of[j], &at, j);
}

void steps_clock_within(struct clocked_lanes *out, const struct step *s, const struct devices *d,
                        const struct load_lanes *load, const double *limit_s,
                        struct steps_memo *memo)
{
    struct unit_list list;
    bool throttled[LANES];
    clock_as_chosen(out, s, d, load, limit_s, memo);
    for (size_t i = 0; i < d->n; i++)
        throttled[i] = LANE(out, clocked, ratio)[i] < 1;
    unit_choices(&list, throttled, s, d, load, memo);
    for (size_t k = 0; k < list.n; k++)
        try_choice(out, &list, k, s, d, load, memo);
}

void steps_clock(struct clocked_lanes *out, const struct step *s, const struct devices *d,
                 const struct load_lanes *load, struct steps_memo *memo)
{
    steps_clock_within(out, s, d, load, NULL, memo);
}

void steps_held_time_s(double *out, const struct step *s, const struct devices *d,
                       const struct load_lanes *load, struct steps_memo *memo)
{
    struct clocked_lanes clocked;
    steps_clock(&clocked, s, d, load, memo);
    memcpy(out, LANE(&clocked, clocked, time_s), d->n * sizeof *out);
}

/* ---- is a load in time? ---- */

/* The search for a clock that tells. */
struct meet {
    double clock, low, high;
    double low_fits, open, in_time; /* 1 or 0 */
    double limit_s, scale;
};
LANES_OF(meet);

/* The next clock to try: between that of the power limit and that of the time limit, where a proof
 * is most likely. */
INLINED double between_limits(const struct trial *at, double limit_s, double low, double high)
{
    double by_power = trial_clock(at, at->clocked_s, low, smaller(1, high));
    double slower = 1 + (limit_s - at->time_s) / larger(at->clocked_s, 1e-300);
    double by_time = slower > 0 ? at->clock / slower : high;
    return (by_power + larger(low, smaller(high, by_time))) / 2;
}

INLINED void tell(struct meet *x, const struct trial *at, double below, double above, double turn)
{
    struct told told = trial_tell(at, x->limit_s);
    x->in_time = told.in_time ? 1 : 0;
    x->low = told.holds ? x->clock : x->low;
    x->high = told.holds ? x->high : x->clock;
    bool low_fits = told.holds | (x->low_fits > 0);
    double next = between_limits(at, x->limit_s, x->low, x->high);
    next = turn <= 1 ? next : stop_at_moves(next, x->clock, x->clock * below, x->clock * above);
    next = smaller(1, next);
    bool stuck = (next >= x->high) | (next <= x->low) | (turn > 8);
    double middle = low_fits ? smaller(1, (x->low + x->high) / 2) : CLOCK_LEAST;
    bool close = (x->high - x->low <= CLOSE) & low_fits;
    bool open = (x->open > 0) & !(told.proven | close);
    x->low_fits = low_fits ? 1 : 0;
    x->open = open ? 1 : 0;
    x->clock = open ? (stuck ? middle : next) : x->clock;
}

FOR_ALL_VECTORS
static void tell_all(struct meet_lanes *restrict out, const struct spent_lanes *restrict spent,
                     const struct energy_lanes *restrict energy, size_t n, double experts, int turn)
{
    for (size_t i = 0; i < n; i++) {
        struct meet x;
        LANES_TAKE(x, out, i);
        struct trial at = trial_at(spent, energy, i, experts, x.clock, x.scale);
        tell(&x, &at, LANE(spent, spent, moves_below)[i], LANE(spent, spent, moves_above)[i], turn);
        LANES_PUT(out, i, x);
    }
}

/* Tells of each open device whether its load meets the limit. nominal_s gets what the step takes at
 * least at the nominal clock: at any other clock at most 1 / clock of that. */
static void tell_hot(double *out, double *nominal_s, struct hot *h, struct meet_lanes *x,
                     double experts)
{
    bool estimate = h->step->timing->needs_calibration;
    const double *open = LANE(x, meet, open);
    for (int turn = 1; h->n > 0; turn++) {
        size_t left = 0;
        hot_spend(h, LANE(x, meet, clock), false);
        if (estimate && turn == 1)
            set_scales(LANE(x, meet, scale), &h->spent, &h->devices.energy, h->devices.n, experts);
        for (size_t j = 0; j < h->n && turn == 1; j++)
            nominal_s[h->of[j]] = LANE(&h->spent, spent, time_s)[j] * LANE(x, meet, clock)[j];
        tell_all(x, &h->spent, &h->devices.energy, h->devices.n, experts, turn);
        if (!hot_shrinks(h, open))
            continue;
        for (size_t j = 0; j < h->n; j++) {
            if (!(open[j] > 0)) {
                out[h->of[j]] = LANE(x, meet, in_time)[j];
                continue;
            }
            hot_move(h, left, j);
            LANES_COPY(x, left, x, j);
            left++;
        }
        h->n = left;
    }
}

/* Tells of n devices `of` with their choices; nominal_s as tell_hot. */
static void tell_as_chosen(double *out, double *nominal_s, const size_t *of, size_t n,
                           const struct step *s, const struct devices *d,
                           const struct load_lanes *load, const struct meeting *within,
                           struct steps_memo *memo)
{
    struct hot h;
    struct meet_lanes x = {0};
    if (n == 0)
        return;
    memcpy(h.of, of, n * sizeof *of);
    hot_open(&h, n, s, d, load, memo);
    for (size_t j = 0; j < h.devices.n; j++) {
        double clock = larger(CLOCK_LEAST, within->clock[h.of[j]]);
        struct meet begin = {.clock = s->timing->needs_calibration ? 1 : clock,
                             .low = CLOCK_LEAST,
                             .high = CLOCK_BEYOND,
                             .open = 1,
                             .limit_s = within->limit_s[h.of[j]],
                             .scale = 1};
        LANES_PUT(&x, j, begin);
    }
    tell_hot(out, nominal_s, &h, &x, step_routes(s) ? 1 : 0);
}

/* Tells of those that were late so far. nominal_s: as tell_hot, with no choice. */
static void tell_chosen(double *out, const double *nominal_s, const struct unit_list *l, size_t k,
                        const struct step *s, const struct devices *d,
                        const struct load_lanes *load, const struct meeting *within,
                        struct steps_memo *memo)
{
    struct chosen c;
    lane in_time, limit_s, clock, ignored;
    size_t all[LANES];
    c.n = 0;
    for (size_t i = 0; i < d->n; i++) {
        if (!(out[i] < 1) || !unit_choice_is_open(l, k, i))
            continue;
        if (s->overlap == OVERLAP_NONE &&
            nominal_s[i] + unit_choice_more_s(l, k, i) > within->limit_s[i] * (1 + UNIT_GAIN))
            continue;
        c.units[c.n] = l->units[k];
        c.of[c.n++] = i;
    }
    chosen_pick_short(&c, s, d, load, within->limit_s, memo);
    for (size_t j = 0; j < c.n; j++) {
        all[j] = j;
        limit_s[j] = within->limit_s[c.of[j]];
        clock[j] = within->clock[c.of[j]];
    }
    const struct meeting some = {limit_s, clock};
    tell_as_chosen(in_time, ignored, all, c.n, s, &c.devices, &c.load, &some, memo);
    for (size_t j = 0; j < c.n; j++)
        out[c.of[j]] = in_time[j];
}

void steps_meet(double *out, const struct step *s, const struct devices *d,
                const struct load_lanes *load, const struct meeting *within,
                struct steps_memo *memo)
{
    size_t of[LANES], n = 0;
    const double *limit_s = within->limit_s;
    if (!step_throttles(s)) {
        lane time_s;
        steps_time_s(time_s, s, d, load, memo);
        for (size_t i = 0; i < d->n; i++)
            out[i] = time_s[i] <= limit_s[i] ? 1 : 0;
        return;
    }
    for (size_t i = 0; i < d->n; i++) {
        out[i] = 0;
        if (limit_s[i] > 0)
            of[n++] = i;
    }
    lane nominal_s;
    tell_as_chosen(out, nominal_s, of, n, s, d, load, within, memo);
    struct unit_list list;
    bool late[LANES];
    for (size_t i = 0; i < d->n; i++)
        late[i] = limit_s[i] > 0 && out[i] < 1;
    unit_choices(&list, late, s, d, load, memo);
    for (size_t k = 0; k < list.n; k++)
        tell_chosen(out, nominal_s, &list, k, s, d, load, within, memo);
}

/* ---- power ---- */

#define SPLIT(member) LANE(out, step_split, member)

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
static void add_idle(struct step_split_lanes *out, size_t i, double slower)
{
    for (int class = 0; class < OP_CLASSES; class ++)
        LANE_OF(out, step_split, class_s, class)[i] *= slower;
    for (int k = 0; k < BOUNDS; k++)
        LANE_OF(out, step_split, bound_s, k)[i] *= slower;
    SPLIT(time_s)[i] *= slower;
}

INLINED struct work work_at(const struct step_split_lanes *out, size_t i, double experts)
{
    return (struct work){SPLIT(flop)[i] - SPLIT(engine_flop)[i] + SPLIT(padding_flop)[i],
                         SPLIT(byte)[i],
                         SPLIT(engine_flop)[i],
                         SPLIT(engine_byte)[i],
                         SPLIT(wire_byte)[i],
                         SPLIT(far_byte)[i],
                         experts};
}

/* Fills the power at the clocks that the devices hold. A device that exceeds its limit by the share
 * `beyond` has the verdict power; the others draw less on average than at their peak. */
FOR_ALL_VECTORS
static void put_power(struct step_split_lanes *restrict out,
                      const struct energy_lanes *restrict energy, size_t n,
                      const double *restrict held, double experts, double beyond)
{
    for (size_t i = 0; i < n; i++) {
        struct energy e;
        LANES_TAKE(e, energy, i);
        struct work w = work_at(out, i, experts);
        double time_s = SPLIT(time_s)[i];
        double estimate_w = energy_governed_w(&e, &w, time_s, larger(held[i], CLOCK_LEAST));
        double average_w = smaller(estimate_w, AVERAGE_MOST * e.limit_w);
        double governed_w = estimate_w <= e.limit_w * (1 + beyond) ? average_w : estimate_w;
        SPLIT(clock)[i] = held[i];
        SPLIT(limit_ratio)[i] = governed_w / e.limit_w;
        SPLIT(board_w)[i] = energy_board_w(&e, &w, time_s, governed_w);
        SPLIT(engine_w)[i] = energy_engine_w(&e, &w, time_s);
        SPLIT(pool_w)[i] = energy_pool_w(&e, &w, time_s);
    }
}

double step_wait_w(const struct step_split *s, const struct energy *e)
{
    const struct draw idle = {.static_w = e->static_w, .clocked_w = e->clocked_w};
    double floor_w = draw_floor_w(&idle, larger(s->clock, CLOCK_LEAST));
    return s->limit_ratio > 1 ? floor_w : smaller(floor_w, AVERAGE_MOST * e->limit_w);
}

/* The clocks of a timing that gives the time: those at which the work fits the limit in it. */
static void find_clocks_in_time(double *held, const struct step_split_lanes *out,
                                const struct energy_lanes *energy, size_t n, double experts)
{
    for (size_t i = 0; i < n; i++) {
        struct energy e;
        LANES_TAKE(e, energy, i);
        struct work w = work_at(out, i, experts);
        held[i] = clock_in_time(&e, &w, SPLIT(time_s)[i]);
    }
}

static const struct energy_lanes *serve_energies(struct energy_lanes *out, const struct devices *d)
{
    for (size_t i = 0; i < d->n; i++) {
        struct energy e;
        LANES_TAKE(e, &d->energy, i);
        energy_serve(&e);
        LANES_PUT(out, i, e);
    }
    return out;
}

/* Devices at clocks of their own, at most 1, with their choices of units. */
static void slow_devices(struct devices *out, const struct devices *d, const double *clock,
                         const double *units)
{
    devices_copy(out, d);
    devices_set_units(out, units);
    devices_set_clock(out, LANE(&d->rates, rates, main.s_per_flop),
                      LANE(&d->rates, rates, main.s_per_core_flop), clock);
}

/* Splits the step at a clock of each device, at most 1, with its choice of units. */
static void split_at(struct step_split_lanes *out, const struct step *s, const struct devices *d,
                     const struct load_lanes *load, const double *clock, const double *units,
                     struct steps_memo *memo)
{
    struct devices slowed;
    bool slow = false;
    for (size_t i = 0; i < d->n; i++)
        slow = slow || clock[i] < 1 || units[i] > 0;
    if (slow)
        slow_devices(&slowed, d, clock, units);
    steps_split(out, s, slow ? &slowed : d, load, memo);
}

void steps_split_held(struct step_split_lanes *out, const struct step *s, const struct devices *d,
                      const struct load_lanes *load, struct held held, struct steps_memo *memo)
{
    bool throttles = step_throttles(s), fitted = !throttles || s->timing->needs_calibration;
    double experts = step_routes(s) ? 1 : 0;
    const double *clock = held.clock;
    lane running, in_time;
    struct energy_lanes served;
    const struct energy_lanes *energy = &d->energy;
    for (size_t i = 0; i < d->n; i++)
        running[i] = larger(clock[i], CLOCK_LEAST);
    split_at(out, s, d, load, running, held.units, memo);
    for (size_t i = 0; i < d->n; i++)
        if (clock[i] < CLOCK_LEAST)
            add_idle(out, i, CLOCK_LEAST / clock[i]);
    if (step_is_served(s))
        energy = serve_energies(&served, d);
    if (!throttles)
        find_clocks_in_time(in_time, out, energy, d->n, experts);
    put_power(out, energy, d->n, throttles ? clock : in_time, experts, fitted ? INFINITY : 1e-9);
}

#undef SPLIT

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
    steps_split_held(&lanes, s, d, &at, held_of(&clocked), &memo);
    LANES_TAKE(*out, &lanes, 0);
}

double device_hold(struct devices *d, const struct step *s, struct load load)
{
    struct clocked_lanes clocked;
    struct load_lanes at;
    struct steps_memo memo = {0};
    const struct devices nominal = *d;
    steps_renew(&memo);
    LANES_PUT(&at, 0, load);
    steps_clock(&clocked, s, &nominal, &at, &memo);
    double held = LANE(&clocked, clocked, ratio)[0], running = larger(held, CLOCK_LEAST);
    slow_devices(d, &nominal, &running, LANE(&clocked, clocked, units));
    return running / held;
}
