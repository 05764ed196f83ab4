/* Time of a step, and the largest load within a limit by Newton's method on all devices at once.
 * Idea: step time is nearly linear in the load between the points where an operator's bound
 * changes, so Newton's method needs few iterations. Invariant: the iterates stay in a bracket,
 * which every third iteration halves, so that the search terminates. */
#include "arch/step_time.h"

#include "arch/step_run.h"

/* ---- a step ---- */

/* The sums of a pass, less the attention that runs beside another. Both attentions are proportional
 * to the requests, and so is what is hidden. */
static void sum_pass(struct sums *x, const struct pass *p, bool slopes)
{
    lane hidden;
    p->step->timing->sum(x, p, slopes);
    if (!pass_hidden(hidden, p))
        return;
    for (size_t i = 0; i < p->devices->n; i++) {
        x->engine_s[i] -= hidden[i];
        x->engine_slope[i] -= slopes ? hidden[i] / p->most[i] : 0;
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

FOR_ALL_VECTORS
static void take_halves(double *restrict time_s, double *restrict slope_s, size_t n,
                        const double *restrict overlap, const double *restrict engine_s,
                        const double *restrict halved_s, const double *restrict halved_slope_s)
{
    for (size_t i = 0; i < n; i++) {
        bool gains = halves_gain(overlap[i], engine_s[i], halved_s[i], time_s[i]);
        time_s[i] = gains ? halved_s[i] : time_s[i];
        slope_s[i] = gains ? halved_slope_s[i] : slope_s[i];
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

/* Time of the prefill step beside the decode step on each device; NULL if there is none. */
static const double *find_beside(double *room, const struct step *s, const struct devices *d,
                                 struct steps_memo *memo)
{
    static const struct load one = {1, 1};
    struct load_lanes single;
    if (!s->beside)
        return NULL;
    LANES_FILL(&single, d->n, one);
    memo->beside = true;
    steps_time_s(room, s->beside, d, &single, memo);
    memo->beside = false;
    return room;
}

/* Time and slope of a step at its load. */
static void time_step(double *time_s, double *slope_s, const struct step *s,
                      const struct devices *d, const double *most, const double *mean,
                      const double *beside_s, bool slopes, struct steps_memo *memo)
{
    const double *overlap = LANE(&d->rates, rates, overlap);
    struct pass pass;
    struct sums x;
    bool halved = step_halves(s) > 1;
    pass_begin(&pass, s, d, most, mean, step_halves(s), memo);
    sum_pass(&x, &pass, slopes);
    add_up(time_s, slope_s, &x, d->n, halved ? overlap : lanes_of_zero, s->overlap, step_halves(s),
           1 / s->stages);
    if (!halved && some_engine_overlaps(d)) {
        lane halved_s, halved_slope_s;
        pass_begin(&pass, s, d, most, mean, 2, memo);
        sum_pass(&x, &pass, slopes);
        add_up(halved_s, halved_slope_s, &x, d->n, overlap, s->overlap, 2, 1 / s->stages);
        take_halves(time_s, slope_s, d->n, overlap, x.engine_s, halved_s, halved_slope_s);
    }
    if (s->timing->whole)
        s->timing->whole((struct spell){time_s, slope_s}, s, d, most, beside_s);
}

void steps_time_s(double *out, const struct step *s, const struct devices *d,
                  const struct load_lanes *load, struct steps_memo *memo)
{
    lane slope, room;
    const double *beside_s = find_beside(room, s, d, memo);
    time_step(out, slope, s, d, LANE(load, load, most), LANE(load, load, mean), beside_s, false,
              memo);
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
    lane x, low, high, time_s, slope_s, room;
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
    const double *beside_s = find_beside(room, s, d, memo);
    for (int turn = 1;; turn++) {
        time_step(time_s, slope_s, s, d, x, x, beside_s, true, memo);
        if (!close_in(x, low, high, d->n, limit_s, time_s, slope_s, turn % 3 == 0))
            break;
    }
    for (size_t i = 0; i < d->n; i++) {
        out[i] = low[i] > LOAD_MOST ? INFINITY : low[i];
        memo->largest[i] = smaller(low[i], LOAD_MOST);
    }
}
