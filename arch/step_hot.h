/* Devices that may exceed their power limit, at clocks of their own: shared by the search for a
 * clock (arch/step_clock.c) and for the largest load (arch/step_held_load.c).
 *
 * Idea: from a step at one clock, its time at another is a scalar formula: the compute-bound part
 * follows 1 / clock, the rest does not. So are power and the clock within the limit. All of it is
 * inline and without branches: loops over devices become vector instructions. */
#ifndef ARCH_STEP_HOT_H
#define ARCH_STEP_HOT_H

#include "arch/step_clock.h"
#include "arch/timing.h"
#include "base/quartic.h"

/* Does the clock fall within the power limit? A prefill of its own takes no measured time. */
static inline bool step_throttles(const struct step *s)
{
    return s->timing->throttles || (s->timing->gives_time && s->prefills);
}

/* ---- devices ---- */

/* The devices of a search that is not finished, in lanes of their own. */
struct hot {
    const struct step *step;
    struct steps_memo *memo;
    size_t n, of[LANES];      /* `of`: index among all devices */
    struct devices devices;   /* at the clocks to be tried; in whole vectors, at least n */
    lane flop_s, core_flop_s; /* at the nominal clock */
    struct load_lanes load;
    struct spent_lanes spent;
};

/* Opens n of the devices, those of h->of, at their loads. */
void hot_open(struct hot *h, size_t n, const struct step *s, const struct devices *d,
              const struct load_lanes *load, struct steps_memo *memo);

/* Fills h->spent with the steps at a clock of each device. */
void hot_spend(struct hot *h, const double *clock, bool slopes);

/* Moves device `from` to place `to`, in front of it. */
void hot_move(struct hot *h, size_t to, size_t from);

/* Is it time to remove the lanes that are not open? */
static inline bool hot_shrinks(const struct hot *h, const double *open)
{
    size_t left = 0;
    for (size_t i = 0; i < h->n; i++)
        left += open[i] > 0;
    return left <= h->n / 2;
}

/* ---- one device at one clock ---- */

/* Relative excess over the limit that counts as none. */
static const double CLOSE = 1e-12;

/* Above the nominal clock, which is the highest one to be tried. */
static const double CLOCK_BEYOND = 2;

/* A step at some clock: its time, and what the device draws. */
struct trial {
    struct draw draw;
    double time_s, clocked_s, clock;
    double scale, limit_w; /* scale: of the estimate of power */
};

INLINED struct trial trial_at(const struct spent_lanes *spent, const struct energy_lanes *energy,
                              size_t i, double experts, double clock, double scale)
{
    struct energy e;
    LANES_TAKE(e, energy, i);
    struct work w = {LANE(spent, spent, work.flop)[i],
                     LANE(spent, spent, work.byte)[i],
                     LANE(spent, spent, work.engine_flop)[i],
                     LANE(spent, spent, work.engine_byte)[i],
                     LANE(spent, spent, work.wire_byte)[i],
                     LANE(spent, spent, work.far_byte)[i],
                     experts};
    return (struct trial){.draw = energy_draw(&e, &w),
                          .time_s = LANE(spent, spent, time_s)[i],
                          .clocked_s = LANE(spent, spent, clocked_s)[i],
                          .clock = clock,
                          .scale = scale,
                          .limit_w = e.limit_w};
}

/* Power under the limit at the clock tried. */
INLINED double trial_w(const struct trial *x)
{
    return x->scale * draw_w(&x->draw, x->time_s, x->clock);
}

/* The scale of an estimate of power that exceeds the design power at the nominal clock: the clock
 * of `x`. */
INLINED double trial_scale(const struct trial *x, double design_w)
{
    return smaller(1, design_w / draw_w(&x->draw, x->time_s, 1));
}

/* The step at the lowest clock, with idle time until it fits the limit. */
struct idle {
    double slower, excess; /* slower: time over that without; excess: of the floor, relative */
};

INLINED struct idle trial_idle(const struct trial *x)
{
    double floor_w = x->scale * draw_floor_w(&x->draw, x->clock);
    double slower = (trial_w(x) - floor_w) / (x->limit_w - floor_w);
    bool fits = floor_w < x->limit_w;
    return (struct idle){fits ? slower : 1, fits ? 0 : floor_w / x->limit_w - 1};
}

/* The square of clock_voltage, a polynomial of the clock. */
#define SQUARE_0 (VOLTAGE_LEAST * VOLTAGE_LEAST)
#define SQUARE_1 (2 * VOLTAGE_LEAST * VOLTAGE_RISE)
#define SQUARE_2 (VOLTAGE_RISE * VOLTAGE_RISE)

/* The clock between low and high at which the step meets the limit, whose time changes by
 * `clocked_s`: the root of (power - limit) * time * clock, searched from a guess. */
INLINED double trial_clock_from(const struct trial *x, double clocked_s, double low, double high,
                                double guess)
{
    double fixed_s = x->time_s - clocked_s, grows_s = clocked_s * x->clock;
    double over_w = x->draw.static_w - x->limit_w / x->scale;
    double j = x->draw.clocked_j + x->draw.clocked_w * grows_s;
    double fixed_j = x->draw.clocked_w * fixed_s;
    const struct quartic q = {{over_w * grows_s, over_w * fixed_s + x->draw.steady_j + j * SQUARE_0,
                               j * SQUARE_1 + fixed_j * SQUARE_0, j * SQUARE_2 + fixed_j * SQUARE_1,
                               fixed_j * SQUARE_2}};
    return quartic_root(&q, low, high, guess);
}

INLINED double trial_clock(const struct trial *x, double clocked_s, double low, double high)
{
    return trial_clock_from(x, clocked_s, low, high, x->clock);
}

/* Distance, relative, at which an operator has surely changed its unit or not. */
static const double APART = 1e-14;

/* The next clock on the way from the present one to `next`, which stops before the first operator
 * that changes its unit, then behind it: power may jump there. */
INLINED double stop_at_moves(double next, double clock, double below, double above)
{
    double under = above * (1 - APART), over = below * (1 + APART);
    double up = clock < under * (1 - APART) ? under : above * (1 + APART);
    double down = clock > over * (1 + APART) ? over : below * (1 - APART);
    return next > above ? up : next < below ? down : next;
}

/* Does a load meet its time limit? A clock at which the step is in time and within the power limit
 * proves it; one at which it is neither proves the opposite. */
struct told {
    bool proven, in_time, holds; /* holds: within the power limit */
};

INLINED struct told trial_tell(const struct trial *x, double limit_s)
{
    struct idle idle = trial_idle(x);
    bool holds = trial_w(x) <= x->limit_w * (1 + CLOSE), fits = x->time_s <= limit_s;
    bool least = x->clock <= CLOCK_LEAST, full = x->clock >= 1;
    bool idle_fits = x->time_s * idle.slower <= limit_s;
    bool over = !holds, late = !fits;
    return (struct told){.proven = (holds & (fits | full)) | (over & (late | least)),
                         .in_time = (holds & fits) | (over & least & idle_fits),
                         .holds = holds};
}

#endif
