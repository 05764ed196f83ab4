/* The largest load within a time limit at the clock that the device can hold.
 *
 * Idea: at the largest load the step takes the time limit and draws the power limit, two equations
 * for load and clock. Newton's method solves them from one step with its slopes; in the given time
 * the power is again a polynomial of the clock. A clock at which a step is in time and within the
 * power limit proves that its load meets the limit, one at which it is neither proves the opposite;
 * so few loads need the very clock that the device holds. Invariant: a load counts as tried only
 * with such a proof. */
#include <string.h>

#include "arch/step_hot.h"
#include "arch/step_unit.h"

/* The search for the largest load of a device between `low`, which meets the limit, and `high`,
 * which does not. */
struct bracket {
    double load, low, high, limit_s;
    double wide;         /* high - low some loads ago */
    double loads, vague; /* loads told; steps in sequence that told nothing */
    double open;         /* 1 or 0 */
    double clock;        /* to be tried at the load */
    double steps;        /* tried */
    double least, most;  /* clocks at this load: within the power limit, and above it */
    double least_holds;  /* 1 or 0 */
    double scale;        /* of the estimate of power at this load */
};
LANES_OF(bracket);

/* After so many steps, power probably jumps where an operator changes its unit. */
static const double PLAIN_STEPS = 5;

/* Distance from a jump, relative, that tells its sides apart at the next load too. */
static const double BESIDE = 1e-9;

/* How a step changes with the load. */
struct slopes {
    double time_s, clocked_j, steady_j; /* per request */
};

INLINED struct slopes slopes_at(const struct spent_lanes *spent, const struct energy_lanes *energy,
                                size_t i, const struct trial *at, double load)
{
    double byte = LANE(spent, spent, fixed_byte)[i], each = 1 / load;
    double move_j = byte * LANE(energy, energy, move_j_per_byte)[i];
    double memory_j = byte * LANE(energy, energy, memory_j_per_byte)[i];
    return (struct slopes){LANE(spent, spent, slope_s)[i], (at->draw.clocked_j - move_j) * each,
                           (at->draw.steady_j - memory_j) * each};
}

/* A load, not rounded, and a clock. */
struct aim {
    double load, clock;
    double by_load; /* d clock / d load midway between the limits of time and of power */
};

/* Power at the time limit, less the power limit, times that time and the clock. */
INLINED struct quartic excess_in(const struct trial *at, const struct slopes *by, double limit_s,
                                 double more, double more_by_clock)
{
    double over_w = at->draw.static_w - at->limit_w / at->scale;
    double clocked_j = at->draw.clocked_j + by->clocked_j * more;
    double steady_j = over_w * limit_s + at->draw.steady_j + by->steady_j * more;
    double floor_j = at->draw.clocked_w * limit_s;
    double clocked = by->clocked_j * more_by_clock, steady = by->steady_j * more_by_clock;
    return (struct quartic){{steady + clocked * SQUARE_0,
                             steady_j + clocked_j * SQUARE_0 + clocked * SQUARE_1,
                             floor_j * SQUARE_0 + clocked_j * SQUARE_1 + clocked * SQUARE_2,
                             floor_j * SQUARE_1 + clocked_j * SQUARE_2, floor_j * SQUARE_2}};
}

/* Where time and power meet their limits. */
INLINED struct aim aim_at(const struct trial *at, const struct slopes *by, double limit_s,
                          double load, double low, double high)
{
    /* The load in time at a clock: load + more + more_by_clock / clock. */
    double each = 1 / larger(by->time_s, 1e-300);
    double more = (limit_s - at->time_s + at->clocked_s) * each;
    double more_by_clock = -at->clocked_s * at->clock * each;
    struct quartic q = excess_in(at, by, limit_s, more, more_by_clock);
    double clock = quartic_root(&q, low, high, at->clock);
    double change = more + more_by_clock / clock, volt = clock_voltage(clock);
    double square = volt * volt, clocked_j = at->draw.clocked_j + by->clocked_j * change;
    double j = clocked_j * square + at->draw.steady_j + by->steady_j * change;
    double j_by_load = by->clocked_j * square + by->steady_j;
    /* With idle time at the lowest clock, energy sets the load. */
    double floor_w = at->draw.static_w + at->draw.clocked_w * clock * square;
    double idle = change + ((at->limit_w / at->scale - floor_w) * limit_s - j) / j_by_load;
    bool idles = (clock <= CLOCK_LEAST) & (idle < change);
    /* Slopes of power and of time at constant power and time limits. */
    double grows_s = at->clocked_s * at->clock / (clock * clock);
    double rise = 2 * volt * VOLTAGE_RISE;
    double w_by_clock = at->draw.clocked_w * (square + clock * rise) +
                        (clocked_j * rise + j / limit_s * grows_s) / limit_s;
    double w_by_load = (j_by_load - j / limit_s * by->time_s) / limit_s;
    double by_power = -w_by_load / w_by_clock;
    double by_time = by->time_s / larger(grows_s, 1e-300);
    return (struct aim){load + (idles ? idle : change), clock,
                        (by_power + smaller(by_time, 1 / load)) / 2};
}

/* Takes what a step at a load and clock tells, and sets the load and the clock to be tried next.
 * `costly`: 1 if a new load takes a step at the nominal clock first, else 0. */
INLINED void close_in(struct bracket *x, const struct trial *at, const struct slopes *by,
                      double below, double above, double costly)
{
    struct told told = trial_tell(at, x->limit_s);
    x->least = told.holds ? x->clock : x->least;
    bool least_holds = told.holds | (x->least_holds > 0);
    x->most = told.holds ? x->most : x->clock;
    bool close = (x->most - x->least <= CLOSE) & least_holds;
    bool proven = told.proven | close;
    x->low = (proven & told.in_time) ? x->load : x->low;
    x->high = (proven & !told.in_time) ? x->load : x->high;
    double vague = x->vague + 1, loads = x->loads + 1;
    x->vague = proven ? 0 : vague;
    x->loads = proven ? loads : x->loads;
    double width = x->high - x->low, turn = loads - 4 * floor(loads / 4);
    bool fourth = proven & (turn == 0), halve = fourth & (width > x->wide / 4);
    x->wide = fourth ? width : x->wide;

    bool jumps = x->steps >= PLAIN_STEPS;
    x->steps += 1;
    below = x->clock * below;
    above = x->clock * above;
    double low = jumps ? larger(CLOCK_LEAST, below * (1 + APART)) : CLOCK_LEAST;
    double high = jumps ? smaller(1, above * (1 - APART)) : 1;
    struct aim aim = aim_at(at, by, x->limit_s, x->load, low, high);
    double reach = floor(halve ? (x->low + x->high) / 2 : aim.load);
    double next = larger(smaller(reach, x->high - 1), x->low + 1), off = next - x->load;
    bool far = fabs(off) > 0.01 * costly * x->load;
    bool leaves = proven | (far & (vague <= 2));
    double load = leaves ? next : x->load;
    double clock = aim.clock + aim.by_load * (load - aim.load);
    clock = larger(larger(CLOCK_LEAST, smaller(1, clock)), floor(aim.clock)); /* 1 stays 1 */
    /* At a jump: below it if the load is expected to be in time, else above. */
    double side = load <= aim.load ? 1 - BESIDE : 1 + BESIDE;
    clock = (jumps & (aim.clock >= above * (1 - 2 * APART)))   ? above * side
            : (jumps & (aim.clock <= below * (1 + 2 * APART))) ? below * side
                                                               : clock;
    double stays = smaller(1, stop_at_moves(clock, x->clock, below, above));
    bool stuck = (stays >= x->most) | (stays <= x->least) | (vague > 8);
    double middle = least_holds ? smaller(1, (x->least + x->most) / 2) : CLOCK_LEAST;
    stays = stuck ? middle : stays;
    bool open = (x->open > 0) & (width > 1), starts = open & leaves;
    double first = larger(clock, costly);
    x->clock = open ? (leaves ? first : stays) : x->clock;
    x->least = starts ? CLOCK_LEAST : x->least;
    x->most = starts ? CLOCK_BEYOND : x->most;
    x->least_holds = (least_holds & !starts) ? 1 : 0;
    x->open = open ? 1 : 0;
    x->load = open ? load : x->load;
}

FOR_ALL_VECTORS
static void close_in_loads(struct bracket_lanes *restrict out,
                           const struct spent_lanes *restrict spent,
                           const struct energy_lanes *restrict energy, size_t n, double experts,
                           double costly)
{
    for (size_t i = 0; i < n; i++) {
        struct bracket x;
        LANES_TAKE(x, out, i);
        struct trial at = trial_at(spent, energy, i, experts, x.clock, x.scale);
        double scale = trial_scale(&at, LANE(energy, energy, design_w)[i]);
        at.scale = costly * x.clock >= 1 ? scale : x.scale;
        struct slopes by = slopes_at(spent, energy, i, &at, x.load);
        x.scale = at.scale;
        close_in(&x, &at, &by, LANE(spent, spent, moves_below)[i],
                 LANE(spent, spent, moves_above)[i], costly);
        LANES_PUT(out, i, x);
    }
}

/* Closes in on the largest load of each hot device, from its load in `h` on. */
static void load_hot(double *out, struct hot *h, struct bracket_lanes *x)
{
    double costly = h->step->timing->needs_calibration ? 1 : 0;
    double experts = step_routes(h->step) ? 1 : 0;
    const double *open = LANE(x, bracket, open), *load = LANE(x, bracket, load);
    while (h->n > 0) {
        size_t left = 0;
        hot_spend(h, LANE(x, bracket, clock), true);
        close_in_loads(x, &h->spent, &h->devices.energy, h->devices.n, experts, costly);
        bool shrinks = hot_shrinks(h, open);
        for (size_t j = 0; j < h->n && shrinks; j++) {
            if (!(open[j] > 0)) {
                out[h->of[j]] = LANE(x, bracket, low)[j];
                continue;
            }
            hot_move(h, left, j);
            LANES_COPY(x, left, x, j);
            left++;
        }
        h->n = shrinks ? left : h->n;
        for (size_t j = 0; j < h->n; j++)
            LANE(&h->load, load, most)[j] = LANE(&h->load, load, mean)[j] = load[j];
    }
}

void steps_lower_late(double *slo, struct load_lanes *load, const struct step *s,
                      const struct devices *d, const double *limit_s, struct steps_memo *memo)
{
    double *most = LANE(load, load, most), *mean = LANE(load, load, mean);
    lane low, high, time_s;
    bool open = some_engine_overlaps(d);
    lanes_set(low, d->n, 0);
    memcpy(high, most, d->n * sizeof *high);
    for (bool first = true; open; first = false) {
        steps_held_time_s(time_s, s, d, load, memo);
        open = false;
        for (size_t i = 0; i < d->n; i++) {
            bool fits = time_s[i] <= limit_s[i];
            if (first)
                low[i] = fits ? high[i] : 0;
            else
                *(fits ? &low[i] : &high[i]) = most[i];
            if (high[i] - low[i] > 1) {
                most[i] = mean[i] = floor((low[i] + high[i]) / 2);
                open = true;
            } else {
                most[i] = mean[i] = larger(low[i], 1);
                slo[i] = smaller(slo[i], low[i] < high[i] ? low[i] : slo[i]);
                low[i] = high[i] = most[i];
            }
        }
    }
}

/* With overlap and idle time the bracket can close at a load that is late. */
static void lower_all(double *out, const struct step *s, const struct devices *d,
                      const double *limit_s, struct steps_memo *memo)
{
    struct load_lanes load;
    for (size_t i = 0; i < d->n; i++) {
        double most = out[i] >= 1 && out[i] < INFINITY ? out[i] : 1;
        LANE(&load, load, most)[i] = LANE(&load, load, mean)[i] = most;
    }
    steps_lower_late(out, &load, s, d, limit_s, memo);
}

/* Finds the largest loads of n devices `of` with their choices, from `load` on: at least `out`,
 * which meets the limit or is 0, and at most `most`. */
static void search_loads(double *out, const size_t *of, size_t n, const struct step *s,
                         const struct devices *d, const struct load_lanes *load, const double *most,
                         const double *limit_s, struct steps_memo *memo)
{
    struct hot h;
    struct bracket_lanes x = {0};
    if (n == 0)
        return;
    memcpy(h.of, of, n * sizeof *of);
    hot_open(&h, n, s, d, load, memo);
    for (size_t j = 0; j < h.devices.n; j++) {
        struct bracket begin = {.load = LANE(&h.load, load, most)[j],
                                .low = out[h.of[j]],
                                .high = most[h.of[j]] + 1,
                                .limit_s = limit_s[h.of[j]],
                                .wide = INFINITY,
                                .open = 1,
                                .clock = 1,
                                .least = CLOCK_LEAST,
                                .most = CLOCK_BEYOND,
                                .scale = 1};
        LANES_PUT(&x, j, begin);
    }
    load_hot(out, &h, &x);
}

/* Raises the loads of devices that meet the limit with one request more with choice k. */
static void raise_loads(double *out, const struct unit_list *l, size_t k, const struct step *s,
                        const struct devices *d, const double *most, const double *limit_s,
                        struct steps_memo *memo)
{
    struct chosen c;
    struct load_lanes load;
    lane largest, high, within_s;
    size_t all[LANES];
    c.n = 0;
    for (size_t i = 0; i < d->n; i++) {
        LANE(&load, load, most)[i] = LANE(&load, load, mean)[i] = out[i] + 1;
        if (!(out[i] < most[i] && most[i] < INFINITY) || !unit_choice_is_open(l, k, i))
            continue;
        c.units[c.n] = l->units[k];
        c.of[c.n++] = i;
    }
    chosen_pick_short(&c, s, d, &load, limit_s, memo);
    for (size_t j = 0; j < c.n; j++) {
        all[j] = j;
        largest[j] = out[c.of[j]];
        high[j] = most[c.of[j]];
        within_s[j] = limit_s[c.of[j]];
    }
    search_loads(largest, all, c.n, s, &c.devices, &c.load, high, within_s, memo);
    for (size_t j = 0; j < c.n; j++)
        out[c.of[j]] = largest[j];
}

void steps_largest_held_load(double *out, const struct step *s, const struct devices *d,
                             const double *limit_s, const double *guess, struct steps_memo *memo)
{
    struct load_lanes load;
    struct unit_list list;
    size_t of[LANES], n = 0;
    lane most;
    bool some_overlap = some_engine_overlaps(d); /* the first load may change the result */
    steps_largest_load(out, s, d, limit_s, guess, memo);
    if (!step_throttles(s))
        return;
    memcpy(most, out, d->n * sizeof *out);
    for (size_t i = 0; i < d->n; i++) {
        LANE(&load, load, most)[i] = LANE(&load, load, mean)[i] = 1;
        if (!(out[i] >= 1 && out[i] < INFINITY))
            continue;
        double first = some_overlap ? out[i] : larger(1, smaller(out[i], floor(guess[i])));
        LANE(&load, load, most)[i] = LANE(&load, load, mean)[i] = first;
        out[i] = 0;
        of[n++] = i;
    }
    if (n == 0)
        return;
    search_loads(out, of, n, s, d, &load, most, limit_s, memo);
    bool throttled[LANES];
    for (size_t i = 0; i < d->n; i++) {
        throttled[i] = out[i] < most[i] && most[i] < INFINITY;
        LANE(&load, load, most)[i] = LANE(&load, load, mean)[i] = out[i] + 1;
    }
    unit_choices(&list, throttled, s, d, &load, memo);
    for (size_t k = 0; k < list.n; k++)
        raise_loads(out, &list, k, s, d, most, limit_s, memo);
    if (some_overlap)
        lower_all(out, s, d, limit_s, memo);
}
