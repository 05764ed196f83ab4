#include "arch/step_least.h"

#include "arch/step_hot.h"

/* ---- the engine's operators ---- */

/* Times of the operators of each class on the engine. */
struct engine_times {
    lane s[UNIT_CLASSES];
};

/* Fills those of the classes `of`. */
static void time_engine(struct engine_times *out, int of, const struct step *s,
                        const struct devices *d, const struct load_lanes *load,
                        struct steps_memo *memo)
{
    struct pass pass;
    struct run run;
    struct run_room room;
    struct placed placed;
    for (int class = 0; class < UNIT_CLASSES; class ++)
        lanes_set(out->s[class], d->n, 0);
    if (!of)
        return;
    pass_begin(&pass, s, d, LANE(load, load, most), LANE(load, load, mean), 1, memo);
    for (size_t k = 0; k < s->others; k++) {
        int class = unit_class_of(&s->ops.op[s->other[k]]);
        if (class == UNIT_CLASSES || !(of & 1 << class))
            continue;
        pass_run(&run, &room, &pass, s->other[k]);
        s->timing->place(&placed, &run, s, d);
        for (size_t i = 0; i < d->n; i++)
            out->s[class][i] += placed.engine_s[i];
    }
}

static double engine_s(const struct engine_times *t, int on_engine, size_t i)
{
    double s = 0;
    for (int class = 0; class < UNIT_CLASSES; class ++)
        s += on_engine & 1 << class ? t->s[class][i] : 0;
    return s;
}

/* ---- the tangents ---- */

/* Does the engine of a device hold what it runs? Then it has no choice of units. */
static bool engine_holds(const struct devices *one)
{
    struct rates r;
    LANES_TAKE(r, &one->rates, 0);
    return r.runs_core == RUNS_ALWAYS || r.runs_index == RUNS_ALWAYS ||
           r.runs_state == RUNS_ALWAYS || r.runs_experts == RUNS_ALWAYS;
}

/* Does the unit of one class decide what another sends over a link? */
static bool units_send(const struct devices *one, int open)
{
    const int both = UNITS_OF_ATTENTION;
    return LANE(&one->rates, rates, engine.s_per_wire_byte)[0] > 0 && (open & both) == both;
}

/* Is the time of a step convex, and a sum over its operators? Not with a scale of its power,
 * prompts within or beside it, halves, hidden collectives, or work that chip and engine share,
 * overlap or cannot exchange. */
static bool is_convex(const struct step *s, const struct devices *one)
{
    return s->timing->throttles && !s->timing->needs_calibration && !s->timing->whole &&
           !s->beside && !s->mixed && s->overlap == OVERLAP_NONE && step_halves(s) == 1 &&
           !some_engine_overlaps(one) && LANE(&one->rates, rates, runs_experts)[0] != RUNS_SHARED &&
           !engine_holds(one);
}

static size_t choices_of(int classes)
{
    return (size_t)1 << __builtin_popcount((unsigned)classes);
}

void step_tangents_find(struct step_tangents *out, const struct step *s, const struct devices *one,
                        struct load load, double clock, struct steps_memo *memo)
{
    struct load_lanes at;
    struct engine_times engine;
    struct hot h;
    int open = unit_classes_open(unit_classes(s), one, 0);
    out->n = 0;
    if (!is_convex(s, one) || units_send(one, open) || choices_of(open) > TANGENTS_MOST ||
        !unit_classes_are_single(s, open))
        return;
    LANES_PUT(&at, 0, load);
    time_engine(&engine, open, s, one, &at, memo);
    h.of[0] = 0;
    hot_open(&h, 1, s, one, &at, memo);
    clock = smaller(1, larger(CLOCK_LEAST, clock));
    for (int on_engine = open;; on_engine = (on_engine - 1) & open) {
        const double units = unit_choices_of(open, on_engine);
        devices_set_units(&h.devices, &units);
        hot_spend(&h, &clock, false);
        struct spent spent;
        LANES_TAKE(spent, &h.spent, 0);
        spent.work.experts = step_routes(s) ? 1 : 0;
        out->of[out->n++] = (struct tangent){.on_engine = on_engine,
                                             .fixed_s = spent.time_s - spent.clocked_s -
                                                        engine_s(&engine, on_engine, 0),
                                             .clocked_s = spent.clocked_s,
                                             .clock = clock,
                                             .work = spent.work};
        if (on_engine == 0)
            return;
    }
}

/* ---- bounds ---- */

/* The time on the tangent at the clock of a trial. */
INLINED double tangent_s(const struct trial *at, double clock)
{
    return at->time_s + at->clocked_s * (at->clock / clock - 1);
}

/* Distance, relative, at which a clock is surely below another. */
static const double BELOW = 1e-9;

/* What a step takes at least; 0 where the clock was not found. */
INLINED double bound(const struct trial *at)
{
    double near = trial_clock(at, at->clocked_s, CLOCK_LEAST, 1);
    double root = trial_clock_from(at, at->clocked_s, CLOCK_LEAST, 1, near);
    double clock = root >= 1 ? 1 : larger(CLOCK_LEAST, root * (1 - BELOW));
    bool holds = draw_w(&at->draw, tangent_s(at, clock), clock) <= at->limit_w;
    double left_w = at->limit_w - draw_floor_w(&at->draw, clock);
    double by_power_s = ((left_w > 0) & (clock < 1)) ? draw_j(&at->draw, clock) / left_w : 0;
    return (holds | (clock <= CLOCK_LEAST)) ? larger(tangent_s(at, 1), by_power_s) : 0;
}

INLINED struct trial trial_on(const struct tangent *t, const struct energy *e, double engine_s)
{
    return (struct trial){.draw = energy_draw(e, &t->work),
                          .time_s = t->fixed_s + t->clocked_s + engine_s,
                          .clocked_s = t->clocked_s,
                          .clock = t->clock,
                          .scale = 1,
                          .limit_w = e->limit_w};
}

/* Lowers `least` to the bounds by a tangent. */
FOR_ALL_VECTORS
static void lower_all(double *restrict least, const struct tangent *restrict t,
                      const double *restrict engine, const struct energy_lanes *restrict energy,
                      size_t n)
{
    const struct tangent on = *t;
    for (size_t i = 0; i < n; i++) {
        struct energy e;
        LANES_TAKE(e, energy, i);
        struct trial at = trial_on(&on, &e, engine[i]);
        least[i] = smaller(least[i], bound(&at));
    }
}

/* Does a step surely take more than limit_s? In time it would run at this clock or a higher one,
 * and draw at least what it draws there in all of that time. */
INLINED bool is_late(const struct trial *at, double limit_s)
{
    double left_s = limit_s - (at->time_s - at->clocked_s);
    double need = larger(CLOCK_LEAST, at->clocked_s * at->clock / larger(left_s, 1e-300));
    bool idles = draw_floor_w(&at->draw, CLOCK_LEAST) < at->limit_w;
    bool hot = draw_w(&at->draw, limit_s, need) > at->limit_w;
    return (left_s < 0) | (need > 1) | (idles & hot);
}

/* Clears `late` where a tangent leaves it open. */
FOR_ALL_VECTORS
static void clear_late(double *restrict late, const struct tangent *restrict t,
                       const double *restrict engine, const struct energy_lanes *restrict energy,
                       const double *restrict limit_s, size_t n)
{
    const struct tangent on = *t;
    for (size_t i = 0; i < n; i++) {
        struct energy e;
        LANES_TAKE(e, energy, i);
        struct trial at = trial_on(&on, &e, engine[i]);
        late[i] = is_late(&at, limit_s[i] * (1 + BELOW)) ? late[i] : 0;
    }
}

/* A bound by one tangent in all lanes; limit_s: of clear_late, NULL: lower_all. */
static void for_each_tangent(double *out, const struct step_tangents *t, const struct step *s,
                             const struct devices *d, struct load load, const double *limit_s,
                             struct steps_memo *memo)
{
    struct load_lanes at;
    struct engine_times engine;
    lane on_engine_s;
    LANES_FILL(&at, d->n, load);
    time_engine(&engine, t->of[0].on_engine, s, d, &at, memo);
    lanes_set(out, d->n, limit_s ? 1 : INFINITY);
    for (size_t k = 0; k < t->n; k++) {
        for (size_t i = 0; i < d->n; i++)
            on_engine_s[i] = engine_s(&engine, t->of[k].on_engine, i);
        if (limit_s)
            clear_late(out, &t->of[k], on_engine_s, &d->energy, limit_s, d->n);
        else
            lower_all(out, &t->of[k], on_engine_s, &d->energy, d->n);
    }
}

void step_tangents_least_s(double *out, const struct step_tangents *t, const struct step *s,
                           const struct devices *d, struct load load, struct steps_memo *memo)
{
    for_each_tangent(out, t, s, d, load, NULL, memo);
}

void step_tangents_late(double *late, const struct step_tangents *t, const struct step *s,
                        const struct devices *d, struct load load, const double *limit_s,
                        struct steps_memo *memo)
{
    for_each_tangent(late, t, s, d, load, limit_s, memo);
}
