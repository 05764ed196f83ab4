/* Time of a step, and the largest load within a limit by Newton's method on all devices at once.
 * Idea: step time is nearly linear in the load between the points where an operator's bound
 * changes, so Newton's method needs few iterations. Invariant: the iterates stay in a bracket,
 * which every third iteration halves, so that the search terminates. */
#include "arch/step_time.h"

#include <string.h>

#include "arch/step_run.h"

#define SPENT(member) LANE(out, spent, member)

/* ---- a step ---- */

/* The sums of a pass, less the attention that runs beside another. Both attentions are proportional
 * to the requests, and so is what is hidden. */
static void sum_pass(struct sums *x, const struct pass *p, enum summed what)
{
    lane hidden;
    p->step->timing->sum(x, p, what);
    if (!pass_hidden(hidden, p))
        return;
    for (size_t i = 0; i < p->devices->n; i++) {
        x->engine_s[i] -= hidden[i];
        x->engine_slope[i] -= sums_slopes(what) ? hidden[i] / p->most[i] : 0;
    }
}

/* Time and slope of a step from the sums of a pass. `times`: passes in sequence; `share`: slope of
 * the step over that of a pass. */
FOR_ALL_VECTORS
static void add_up(double *restrict time_s, double *restrict slope_s, const struct sums *restrict x,
                   size_t n, const double *restrict overlap, int overlap_kind, double times,
                   double share)
{
    for (size_t i = 0; i < n; i++) {
        double chip = x->chip_s[i], engine = x->engine_s[i], wire = x->wire_s[i];
        double compute = chip + engine - hidden_s(overlap[i], chip, engine);
        time_s[i] = times * (compute + wire - overlapped_s(overlap_kind, compute, wire));
        double shorter = chip < engine ? x->chip_slope[i] : x->engine_slope[i];
        double slope = x->chip_slope[i] + x->engine_slope[i] - overlap[i] * shorter;
        double longer = compute > wire ? slope : x->wire_slope[i];
        slope_s[i] = share * (overlap_kind == OVERLAP_NONE ? slope + x->wire_slope[i] : longer);
    }
}

/* The same for the work and what follows the clock. */
FOR_ALL_VECTORS
static void add_up_work(struct spent_lanes *restrict out, const struct sums *restrict x, size_t n,
                        const double *restrict overlap, int overlap_kind, double times)
{
    for (size_t i = 0; i < n; i++) {
        double chip = x->chip_s[i], engine = x->engine_s[i];
        double compute = chip + engine - hidden_s(overlap[i], chip, engine);
        double clocked = x->chip_clocked_s[i] + x->engine_clocked_s[i];
        double shorter = chip < engine ? x->chip_clocked_s[i] : x->engine_clocked_s[i];
        double shown = clocked - overlap[i] * shorter;
        bool behind = (overlap_kind != OVERLAP_NONE) & (compute <= x->wire_s[i]);
        SPENT(clocked_s)[i] = behind ? 0 : times * shown;
        SPENT(fixed_byte)[i] = times * x->fixed_byte[i];
        SPENT(moves_below)[i] = x->moves_below[i];
        SPENT(moves_above)[i] = x->moves_above[i];
        SPENT(work.flop)[i] = times * LANE(&x->work, work, flop)[i];
        SPENT(work.byte)[i] = times * LANE(&x->work, work, byte)[i];
        SPENT(work.engine_flop)[i] = times * LANE(&x->work, work, engine_flop)[i];
        SPENT(work.engine_byte)[i] = times * LANE(&x->work, work, engine_byte)[i];
        SPENT(work.wire_byte)[i] = times * LANE(&x->work, work, wire_byte)[i];
        SPENT(work.far_byte)[i] = times * LANE(&x->work, work, far_byte)[i];
    }
}

static void take_halves(struct spent_lanes *out, const struct spent_lanes *halved, size_t n,
                        const double *overlap, const double *engine_s, enum summed what)
{
    for (size_t i = 0; i < n; i++) {
        double halved_s = LANE(halved, spent, time_s)[i];
        if (!halves_gain(overlap[i], engine_s[i], halved_s, SPENT(time_s)[i]))
            continue;
        SPENT(time_s)[i] = halved_s;
        SPENT(slope_s)[i] = LANE(halved, spent, slope_s)[i];
        if (sums_work(what))
            LANES_COPY(out, i, halved, i);
    }
}

bool some_engine_overlaps(const struct devices *d)
{
    const double *overlap = LANE(&d->rates, rates, overlap);
    bool some = false;
    for (size_t i = 0; i < d->n; i++)
        some |= overlap[i] > 0;
    return some;
}

/* The prefill step beside the decode step on each device. */
struct beside {
    struct spent_lanes one;
    struct spell spell; /* its time is NULL if there is none */
};

static void spend(struct spent_lanes *out, const struct step *s, const struct devices *d,
                  const struct load_lanes *load, enum summed what, struct steps_memo *memo);

static void find_beside(struct beside *out, const struct step *s, const struct devices *d,
                        enum summed what, struct steps_memo *memo)
{
    static const struct load one = {1, 1};
    struct load_lanes single;
    out->spell = (struct spell){NULL, NULL, NULL};
    if (!s->beside)
        return;
    LANES_FILL(&single, d->n, one);
    memo->beside = true;
    spend(&out->one, s->beside, d, &single, what, memo);
    memo->beside = false;
    out->spell.s = LANE(&out->one, spent, time_s);
    out->spell.clocked_s = sums_work(what) ? LANE(&out->one, spent, clocked_s) : NULL;
}

/* The chip runs `per_request` of a prompt for each request. */
static void add_beside_work(struct spent_lanes *out, const struct spent_lanes *one, size_t n,
                            double per_request, const double *most)
{
    for (size_t i = 0; i < n; i++) {
        struct spent x;
        LANES_TAKE(x, one, i);
        double times = per_request * most[i];
        SPENT(work.flop)[i] += times * (x.work.flop + x.work.engine_flop);
        SPENT(work.byte)[i] += times * x.work.byte;
        SPENT(work.wire_byte)[i] += times * x.work.wire_byte;
        SPENT(work.far_byte)[i] += times * x.work.far_byte;
    }
}

/* One or two halves of a step in sequence. Returns the engine's time in one of them in `x`. */
static void spend_halves(struct spent_lanes *out, struct sums *x, const struct step *s,
                         const struct devices *d, const struct load_lanes *load, double halves,
                         enum summed what, struct steps_memo *memo)
{
    const double *overlap = halves > 1 ? LANE(&d->rates, rates, overlap) : lanes_of_zero;
    struct pass pass;
    pass_begin(&pass, s, d, LANE(load, load, most), LANE(load, load, mean), halves, memo);
    sum_pass(x, &pass, what);
    add_up(SPENT(time_s), SPENT(slope_s), x, d->n, overlap, s->overlap, halves, 1 / s->stages);
    if (sums_work(what))
        add_up_work(out, x, d->n, overlap, s->overlap, halves);
}

/* Fills the time and the slope, and with work all other members. */
static void time_step(struct spent_lanes *out, const struct step *s, const struct devices *d,
                      const struct load_lanes *load, const struct beside *beside, enum summed what,
                      struct steps_memo *memo)
{
    struct sums x;
    spend_halves(out, &x, s, d, load, step_halves(s), what, memo);
    if (step_halves(s) == 1 && some_engine_overlaps(d)) {
        struct spent_lanes halved;
        spend_halves(&halved, &x, s, d, load, 2, what, memo);
        take_halves(out, &halved, d->n, LANE(&d->rates, rates, overlap), x.engine_s, what);
    }
    if (beside->spell.s && sums_work(what))
        add_beside_work(out, &beside->one, d->n, s->beside_per_request, LANE(load, load, most));
    struct spell whole = {SPENT(time_s), SPENT(slope_s), sums_work(what) ? SPENT(clocked_s) : NULL};
    if (s->timing->whole)
        s->timing->whole(whole, s, d, LANE(load, load, most), beside->spell);
}

static void spend(struct spent_lanes *out, const struct step *s, const struct devices *d,
                  const struct load_lanes *load, enum summed what, struct steps_memo *memo)
{
    struct beside beside;
    find_beside(&beside, s, d, what, memo);
    time_step(out, s, d, load, &beside, what, memo);
}

void steps_time_s(double *out, const struct step *s, const struct devices *d,
                  const struct load_lanes *load, struct steps_memo *memo)
{
    struct spent_lanes spent;
    spend(&spent, s, d, load, SUM_TIMES, memo);
    memcpy(out, LANE(&spent, spent, time_s), d->n * sizeof *out);
}

void steps_spend(struct spent_lanes *out, const struct step *s, const struct devices *d,
                 const struct load_lanes *load, bool slopes, struct steps_memo *memo)
{
    spend(out, s, d, load, slopes ? SUM_ALL : SUM_WORK, memo);
}

/* ---- the largest load ---- */

/* One iteration of the search for the largest load between `low`, which meets the limit, and
 * `high`, which does not, from the step time at the guess `x`. The next guess is the Newton step,
 * or the middle if `halve`. Returns true while a device is not finished. */
FOR_ALL_VECTORS
static bool close_in(double *restrict x, double *restrict low, double *restrict high, size_t n,
                     const double *restrict limit_s, const double *restrict time_s,
                     const double *restrict slope_s, bool halve)
{
    int64_t open = 0;
    for (size_t i = 0; i < n; i++) {
        bool fits = time_s[i] <= limit_s[i];
        low[i] = fits ? larger(x[i], low[i]) : low[i];
        high[i] = fits ? high[i] : x[i];
        bool closed = (high[i] - low[i] <= 1) | (low[i] > LOAD_MOST);
        double reach = x[i] + (limit_s[i] - time_s[i]) / larger(slope_s[i], 1e-300);
        double middle = low[i] + (high[i] - low[i]) / 2;
        bool by_half = halve & (high[i] < INFINITY);
        double next = floor(by_half ? middle : smaller(reach, 4 * LOAD_MOST));
        next = larger(smaller(next, high[i] - 1), low[i] + 1);
        x[i] = closed ? x[i] : next;
        open |= !closed;
    }
    return open;
}

/* First guess. If an engine overlaps and a single request exceeds the limit, the guess is 1. */
static void guess_first(double *x, const struct step *s, const struct devices *d,
                        const double *limit_s, const double *guess, struct steps_memo *memo)
{
    static const struct load one = {1, 1};
    const double *overlap = LANE(&d->rates, rates, overlap);
    for (size_t i = 0; i < d->n; i++)
        x[i] = larger(1, floor(smaller(guess[i], LOAD_MOST)));
    if (!some_engine_overlaps(d)) { /* no guess changes the result */
        for (size_t i = 0; i < d->n; i++)
            x[i] = memo->largest[i] > 0 ? memo->largest[i] : x[i];
        return;
    }
    lane time_s;
    struct load_lanes single;
    LANES_FILL(&single, d->n, one);
    steps_time_s(time_s, s, d, &single, memo);
    for (size_t i = 0; i < d->n; i++)
        if (overlap[i] > 0 && time_s[i] > limit_s[i])
            x[i] = 1;
}

void steps_largest_load(double *out, const struct step *s, const struct devices *d,
                        const double *limit_s, const double *guess, struct steps_memo *memo)
{
    lane low, high;
    struct load_lanes load;
    struct spent_lanes spent;
    struct beside beside;
    double *x = LANE(&load, load, most);
    bool any = false;
    for (size_t i = 0; i < d->n; i++) {
        bool open = limit_s[i] < INFINITY;
        any |= open;
        out[i] = low[i] = open ? 0 : INFINITY;
        high[i] = INFINITY;
    }
    if (!any)
        return;
    guess_first(x, s, d, limit_s, guess, memo);
    find_beside(&beside, s, d, SUM_TIMES, memo);
    for (int turn = 1;; turn++) {
        memcpy(LANE(&load, load, mean), x, d->n * sizeof *x);
        time_step(&spent, s, d, &load, &beside, SUM_SLOPES, memo);
        if (!close_in(x, low, high, d->n, limit_s, LANE(&spent, spent, time_s),
                      LANE(&spent, spent, slope_s), turn % 3 == 0))
            break;
    }
    for (size_t i = 0; i < d->n; i++) {
        out[i] = low[i] > LOAD_MOST ? INFINITY : low[i];
        memo->largest[i] = smaller(low[i], LOAD_MOST);
    }
}
