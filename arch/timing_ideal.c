/* Timing at the peaks of the data sheet: the roofline of arXiv:2507.15465's simulator (Williams et
 * al. 2009), t = max(FLOP / peak, bytes / bandwidth, wire bytes / link bandwidth), collectives by
 * latency and bandwidth. Idea: at q requests an operator takes max(F q f, (W + B q) b), with f
 * seconds per FLOP and b per byte; so all operators take b times the sum of max(F a, W + B q), a =
 * q f / b. The slope follows: everything in the sum grows with q except the W of memory-bound
 * operators. A second tier of memory (arch/tier2.h) adds its reads to the time of the first.
 * Every call adds chip.kernel_start_s, whatever its work.
 * Invariant: sums run in the order of main_ops, at any vector width. */
#include "arch/timing_ideal.h"

#include "arch/step_run.h"

/* ---- main operators ---- */

struct sides {
    double compute, memory; /* in units of the seconds per byte */
};

/* Both sides of the roofline of operator k, at `arithmetic` (a above) and a number of requests. */
INLINED struct sides sides_of(const struct main_ops *m, size_t k, double arithmetic,
                              double requests)
{
    return (struct sides){m->flop[k] * arithmetic, m->weight_byte[k] + m->byte[k] * requests};
}

/* Adds up the main operators. Inlined, so that `what` is a constant. */
INLINED void add_main(struct sums *restrict out, const struct main_ops *restrict m, size_t n,
                      const double *restrict per_flop, const double *restrict per_byte,
                      const double *restrict start_s, const double *restrict requests,
                      enum summed what)
{
    bool slopes = sums_slopes(what), works = sums_work(what);
    lane arithmetic, sum, fixed, computes;
    for (size_t i = 0; i < n; i++) {
        arithmetic[i] = requests[i] * per_flop[i] / per_byte[i];
        sum[i] = fixed[i] = computes[i] = 0;
    }
    for (size_t from = 0; from < m->groups * MAIN_GROUP; from += MAIN_GROUP)
        for (size_t i = 0; i < n; i++) {
            double group = sum[i], still = slopes ? fixed[i] : 0;
            double compute_bound = works ? computes[i] : 0;
            UNROLLED
            for (size_t j = 0; j < MAIN_GROUP; j++) {
                struct sides x = sides_of(m, from + j, arithmetic[i], requests[i]);
                group += x.compute > x.memory ? x.compute : x.memory;
                still += x.compute > x.memory ? 0 : m->weight_byte[from + j];
                compute_bound += x.compute > x.memory ? x.compute : 0;
            }
            sum[i] = group;
            if (slopes)
                fixed[i] = still;
            if (works)
                computes[i] = compute_bound;
        }
    for (size_t i = 0; i < n; i++) {
        out->chip_s[i] = sum[i] * per_byte[i] + m->all_starts * start_s[i];
        out->chip_slope[i] = slopes ? (sum[i] - fixed[i]) * per_byte[i] / requests[i] : 0;
        out->engine_s[i] = out->wire_s[i] = out->engine_slope[i] = out->wire_slope[i] = 0;
        if (works)
            out->chip_clocked_s[i] = computes[i] * per_byte[i];
    }
}

/* An operator that reads both tiers of memory, in units of the seconds per byte of the first. */
struct tiered {
    double time, near; /* near: without the reads of the second tier */
    double fixed;      /* at any number of requests */
    double clocked;    /* of the time, what follows the clock */
    bool computes;     /* compute-bound */
};

/* `slower`: bandwidth of the first tier over that of the second. */
INLINED struct tiered tiered_of(const struct main_ops *m, size_t k, const struct tier2 *t,
                                double slower, double arithmetic, double requests)
{
    struct tier_byte b = tier2_byte(t, m->weight_byte[k], m->byte[k], m->held_byte[k], requests);
    double compute = m->flop[k] * arithmetic, far = b.far * slower;
    bool computes = compute > b.near;
    double near = computes ? compute : b.near, shown = 1 - t->overlap;
    double near_fixed = computes ? 0 : m->weight_byte[k] * t->weight_near;
    double far_fixed = m->weight_byte[k] * t->weight_share * slower;
    double clocked = near < far ? shown * near : near;
    return (struct tiered){.time = tier2_time_s(t->overlap, near, far),
                           .near = near,
                           .fixed = near_fixed + far_fixed -
                                    t->overlap * (near < far ? near_fixed : far_fixed),
                           .clocked = computes ? clocked : 0,
                           .computes = (compute >= b.near) & (far <= near)};
}

/* add_main on devices with a second tier; fills all members. */
INLINED void add_tiered_main(struct sums *restrict out, const struct main_ops *restrict m, size_t n,
                             const double *restrict per_flop, const double *restrict per_byte,
                             const double *restrict start_s,
                             const struct tier2_lanes *restrict tiers,
                             const double *restrict requests)
{
    for (size_t i = 0; i < n; i++) {
        struct tier2 t;
        LANES_TAKE(t, tiers, i);
        double arithmetic = requests[i] * per_flop[i] / per_byte[i];
        double slower = t.s_per_byte / per_byte[i], sum = 0, fixed = 0, clocked = 0;
        for (size_t k = 0; k < m->groups * MAIN_GROUP; k++) {
            struct tiered x = tiered_of(m, k, &t, slower, arithmetic, requests[i]);
            sum += x.time;
            fixed += x.fixed;
            clocked += x.clocked;
        }
        out->chip_s[i] = sum * per_byte[i] + m->all_starts * start_s[i];
        out->chip_slope[i] = (sum - fixed) * per_byte[i] / requests[i];
        out->engine_s[i] = out->wire_s[i] = out->engine_slope[i] = out->wire_slope[i] = 0;
        out->chip_clocked_s[i] = clocked * per_byte[i];
    }
}

/* Splits as split_main does, and finds the time that shows of the second tier. */
FOR_ALL_VECTORS
static void split_tiered_main(struct main_split *restrict out, const struct main_ops *restrict m,
                              size_t n, const double *restrict per_flop,
                              const double *restrict per_byte,
                              const struct tier2_lanes *restrict tiers,
                              const double *restrict requests)
{
    for (size_t i = 0; i < n; i++) {
        struct tier2 t;
        LANES_TAKE(t, tiers, i);
        double arithmetic = requests[i] * per_flop[i] / per_byte[i];
        double slower = t.s_per_byte / per_byte[i], computes = 0, far = 0;
        for (int c = 0; c < OP_CLASSES; c++) {
            enum op_class class = op_class_order[c];
            double sum = 0;
            for (size_t k = m->first[class]; k < m->end[class]; k++) {
                struct tiered x = tiered_of(m, k, &t, slower, arithmetic, requests[i]);
                sum += x.time;
                computes += x.computes ? x.time : 0;
                far += x.time - x.near;
            }
            out->class_s[class][i] = sum * per_byte[i];
        }
        out->compute_s[i] = computes * per_byte[i];
        out->far_s[i] = far * per_byte[i];
    }
}

INLINED void split_some(double *restrict sum, double *restrict computes,
                        const struct main_ops *restrict m, size_t at, size_t count, size_t n,
                        const double *restrict arithmetic, const double *restrict requests)
{
    for (size_t i = 0; i < n; i++) {
        double group = sum[i], compute_bound = computes[i];
        UNROLLED
        for (size_t j = 0; j < count; j++) {
            struct sides x = sides_of(m, at + j, arithmetic[i], requests[i]);
            group += x.compute > x.memory ? x.compute : x.memory;
            compute_bound += x.compute >= x.memory ? x.compute : 0;
        }
        sum[i] = group;
        computes[i] = compute_bound;
    }
}

FOR_ALL_VECTORS
static void split_main(double (*restrict class_s)[LANES], double *restrict compute_s,
                       const struct main_ops *restrict m, size_t n, const double *restrict per_flop,
                       const double *restrict per_byte, const double *restrict requests)
{
    lane arithmetic, computes, sum;
    for (size_t i = 0; i < n; i++) {
        arithmetic[i] = requests[i] * per_flop[i] / per_byte[i];
        computes[i] = 0;
    }
    for (int k = 0; k < OP_CLASSES; k++) {
        enum op_class class = op_class_order[k];
        for (size_t i = 0; i < n; i++)
            sum[i] = 0;
        size_t at = m->first[class], last = m->end[class];
        for (; at + MAIN_GROUP <= last; at += MAIN_GROUP)
            split_some(sum, computes, m, at, MAIN_GROUP, n, arithmetic, requests);
        for (; at < last; at++)
            split_some(sum, computes, m, at, 1, n, arithmetic, requests);
        for (size_t i = 0; i < n; i++)
            class_s[class][i] = sum[i] * per_byte[i];
    }
    for (size_t i = 0; i < n; i++)
        compute_s[i] = computes[i] * per_byte[i];
}

/* Adds the start-up times of the main operators to a split, by the bounds of the operators. */
static void split_starts(struct main_split *out, const struct main_ops *m, const struct devices *d,
                         const double *requests)
{
    const double *per_flop = LANE(&d->rates, rates, main.s_per_flop);
    const double *per_byte = LANE(&d->rates, rates, main.s_per_byte);
    const double *start_s = LANE(&d->rates, rates, start_s);
    for (int c = 0; c < OP_CLASSES; c++)
        for (size_t k = m->first[c]; k < m->end[c]; k++)
            for (size_t i = 0; i < d->n; i++) {
                double s = m->starts[k] * start_s[i], arithmetic = per_flop[i] / per_byte[i];
                struct sides x = sides_of(m, k, requests[i] * arithmetic, requests[i]);
                out->class_s[c][i] += s;
                out->compute_s[i] += x.compute >= x.memory ? s : 0;
            }
}

void ideal_main_split(struct main_split *out, const struct step *s, const struct devices *d,
                      const double *requests)
{
    if (d->tiered)
        split_tiered_main(out, &s->main, d->n, LANE(&d->rates, rates, main.s_per_flop),
                          LANE(&d->rates, rates, main.s_per_byte), &d->tier2, requests);
    else
        split_main(out->class_s, out->compute_s, &s->main, d->n,
                   LANE(&d->rates, rates, main.s_per_flop), LANE(&d->rates, rates, main.s_per_byte),
                   requests);
    if (d->starts)
        split_starts(out, &s->main, d, requests);
}

/* ---- one operator ---- */

/* Times on both units without start-up times, and the FLOPs and bytes that one more request adds.
 */
struct both {
    double chip_s, engine_s;
    bool on_engine, shared;
    double flop, byte, more_flop, more_byte;
    double near_s, far_s; /* of the chip, on both tiers of memory */
};

/* The time of the chip with a second tier of memory. */
INLINED void read_tiers(struct both *b, const struct op *o, double requests, double share,
                        const struct rates *at, const struct tier2 *t)
{
    struct tier_byte x = op_tier_byte(o, t, o->weight_byte * share, requests);
    b->near_s = unit_time_s(&at->main, b->flop, x.near, 0);
    b->far_s = x.far * t->s_per_byte;
    b->chip_s = tier2_time_s(t->overlap, b->near_s, b->far_s);
}

/* The part of it that follows the clock. */
INLINED double tiers_clocked_s(const struct both *b, const struct rates *at, const struct tier2 *t)
{
    double shown_s = b->near_s < b->far_s ? (1 - t->overlap) * b->near_s : b->near_s;
    return b->flop * at->main.s_per_flop >= b->near_s ? shown_s : 0;
}

/* `tier2`, which may be NULL: the second tier of memory. */
INLINED struct both on_units(const struct op *o, const struct run *r, const struct rates *at,
                             const struct tier2 *tier2, size_t i, bool waits)
{
    double requests = r->requests[i], waited = waits ? r->waited[i] : 1, share = r->share[i];
    double idle = share < 1 ? (1 - share) * r->idle : 0;
    struct both b;
    b.flop = o->flop * requests;
    b.byte = op_byte(o, requests, share);
    b.more_flop = o->flop * waited;
    b.more_byte = o->byte * waited + o->weight_byte * idle;
    b.chip_s = unit_time_s(&at->main, b.flop, b.byte, 0);
    if (tier2)
        read_tiers(&b, o, requests, share, at, tier2);
    double wire_byte = op_wire_byte(o, at->runs_core, at->runs_index) * requests;
    double alone_s = unit_time_s(&at->engine, b.flop, b.byte, wire_byte);
    double together_s = shared_s(b.chip_s, alone_s);
    b.shared = r->allowed[i] == RUNS_SHARED;
    b.engine_s = larger(b.shared ? together_s : alone_s, feed_time_s(&at->feed, b.flop, b.byte));
    b.on_engine = engine_runs(r->allowed[i], b.chip_s, b.engine_s);
    return b;
}

/* Slope per request on the unit that runs it; of shared work, in proportion to its time. */
INLINED double slope_of(const struct both *b, const struct rates *at)
{
    bool engine = b->on_engine & !b->shared;
    double per_flop = engine ? at->engine.s_per_flop : at->main.s_per_flop;
    double per_byte = engine ? at->engine.s_per_byte : at->main.s_per_byte;
    double compute = b->more_flop * per_flop, memory = b->more_byte * per_byte;
    double alone = b->flop * per_flop > b->byte * per_byte ? compute : memory;
    double less = (b->on_engine & b->shared) ? b->engine_s / b->chip_s : 1, rate = alone * less;
    double feed = b->more_flop * at->feed.s_per_flop + b->more_byte * at->feed.s_per_byte;
    return (b->on_engine & (feed > rate)) ? feed : rate;
}

/* The slope on the chip with a second tier of memory. */
INLINED double tiered_slope_of(const struct both *b, const struct op *o, const struct run *r,
                               size_t i, const struct rates *at, const struct tier2 *t)
{
    double waited = r->waited[i], share = r->share[i];
    double idle = share < 1 ? (1 - share) * r->idle : 0;
    struct tier_byte more = op_tier_byte(o, t, o->weight_byte * idle, waited);
    bool computes = b->flop * at->main.s_per_flop >= b->near_s;
    double near = computes ? b->more_flop * at->main.s_per_flop : more.near * at->main.s_per_byte;
    double far = more.far * t->s_per_byte;
    return near + far - t->overlap * (b->near_s < b->far_s ? near : far);
}

FOR_ALL_VECTORS
static void place(struct placed *restrict out, const struct op *restrict o,
                  const struct run *restrict r, size_t n, const struct rates_lanes *restrict rates)
{
    struct run run = *r;
    double starts = op_starts(o);
    for (size_t i = 0; i < n; i++) {
        struct rates at;
        LANES_TAKE(at, rates, i);
        struct both b = on_units(o, &run, &at, NULL, i, false);
        double start_s = starts * at.start_s;
        out->chip_s[i] = b.chip_s + start_s;
        out->engine_s[i] = b.engine_s + start_s;
        out->on_engine[i] = b.on_engine ? 1 : 0;
    }
}

FOR_ALL_VECTORS
static void place_tiered(struct placed *restrict out, const struct op *restrict o,
                         const struct run *restrict r, size_t n,
                         const struct rates_lanes *restrict rates,
                         const struct tier2_lanes *restrict tiers)
{
    struct run run = *r;
    double starts = op_starts(o);
    for (size_t i = 0; i < n; i++) {
        struct rates at;
        struct tier2 t;
        LANES_TAKE(at, rates, i);
        LANES_TAKE(t, tiers, i);
        struct both b = on_units(o, &run, &at, &t, i, false);
        double start_s = starts * at.start_s;
        out->chip_s[i] = b.chip_s + start_s;
        out->near_s[i] = b.near_s + start_s;
        out->engine_s[i] = b.engine_s + start_s;
        out->on_engine[i] = b.on_engine ? 1 : 0;
    }
}

void ideal_place(struct placed *out, const struct run *r, const struct step *s,
                 const struct devices *d)
{
    (void)s;
    if (d->tiered)
        place_tiered(out, r->op, r, d->n, &d->rates, &d->tier2);
    else
        place(out, r->op, r, d->n, &d->rates);
}

INLINED void add_placed(struct sums *restrict x, struct placed *restrict out,
                        const struct op *restrict o, const struct run *restrict r, size_t n,
                        const struct rates_lanes *restrict rates, enum summed what, bool waits)
{
    bool slopes = sums_slopes(what);
    struct run run = *r;
    double starts = op_starts(o);
    for (size_t i = 0; i < n; i++) {
        struct rates at;
        LANES_TAKE(at, rates, i);
        struct both b = on_units(o, &run, &at, NULL, i, waits);
        double start_s = starts * at.start_s;
        x->chip_s[i] += b.on_engine ? 0 : b.chip_s + start_s;
        x->engine_s[i] += b.on_engine ? b.engine_s + start_s : 0;
        if (slopes) {
            double slope = slope_of(&b, &at);
            x->chip_slope[i] += b.on_engine ? 0 : slope;
            x->engine_slope[i] += b.on_engine ? slope : 0;
        }
        if (sums_work(what)) {
            out->chip_s[i] = b.chip_s + start_s;
            out->engine_s[i] = b.engine_s + start_s;
            out->chip_clocked_s[i] = b.flop * at.main.s_per_flop >= b.chip_s ? b.chip_s : 0;
            out->on_engine[i] = b.on_engine ? 1 : 0;
        }
    }
}

/* add_placed on devices with a second tier of memory; fills all members. */
FOR_ALL_VECTORS
static void add_tiered_placed(struct sums *restrict x, struct placed *restrict out,
                              const struct op *restrict o, const struct run *restrict r, size_t n,
                              const struct rates_lanes *restrict rates,
                              const struct tier2_lanes *restrict tiers)
{
    struct run run = *r;
    double starts = op_starts(o);
    for (size_t i = 0; i < n; i++) {
        struct rates at;
        struct tier2 t;
        LANES_TAKE(at, rates, i);
        LANES_TAKE(t, tiers, i);
        struct both b = on_units(o, &run, &at, &t, i, true);
        double start_s = starts * at.start_s;
        x->chip_s[i] += b.on_engine ? 0 : b.chip_s + start_s;
        x->engine_s[i] += b.on_engine ? b.engine_s + start_s : 0;
        x->chip_slope[i] += b.on_engine ? 0 : tiered_slope_of(&b, o, &run, i, &at, &t);
        x->engine_slope[i] += b.on_engine ? slope_of(&b, &at) : 0;
        out->chip_s[i] = b.chip_s + start_s;
        out->near_s[i] = b.near_s + start_s;
        out->engine_s[i] = b.engine_s + start_s;
        out->chip_clocked_s[i] = tiers_clocked_s(&b, &at, &t);
        out->on_engine[i] = b.on_engine ? 1 : 0;
    }
}

/* A one-shot all-reduce sends all data to every device at once: (p - 1) times the elements, one
 * latency. */
INLINED void time_on_wire(double *restrict s, double *restrict slope_s, const struct op *restrict o,
                          const struct run *restrict r, const struct route *to, size_t n,
                          const struct rates_lanes *restrict rates, bool best)
{
    const double *requests = r->requests, *waited = r->waited;
    double shots = o->group / 2; /* (p - 1) n bytes of the 2 (p - 1) / p n of a ring */
    for (size_t i = 0; i < n; i++) {
        struct rates at;
        LANES_TAKE(at, rates, i);
        double reach = to ? to->reach[i] : 1;
        struct wire w = rates_wire(&at, to ? to->near[i] > 0 : o->group <= at.link_domain);
        double byte = o->wire_byte * requests[i] * reach;
        double ring_s = o->hops * w.latency_s + byte * w.s_per_byte;
        double shot_s = o->count * w.latency_s + byte * shots * w.s_per_byte;
        double slope = o->wire_byte * waited[i] * reach * w.s_per_byte;
        bool shot = best & (shot_s < ring_s);
        s[i] += shot ? shot_s : ring_s;
        slope_s[i] += shot ? slope * shots : slope;
    }
}

FOR_ALL_VECTORS
static void add_ring(double *restrict s, double *restrict slope_s, const struct op *restrict o,
                     const struct run *restrict r, size_t n,
                     const struct rates_lanes *restrict rates)
{
    time_on_wire(s, slope_s, o, r, NULL, n, rates, false);
}

FOR_ALL_VECTORS
static void add_best(double *restrict s, double *restrict slope_s, const struct op *restrict o,
                     const struct run *restrict r, size_t n,
                     const struct rates_lanes *restrict rates)
{
    time_on_wire(s, slope_s, o, r, NULL, n, rates, true);
}

FOR_ALL_VECTORS
static void add_routed(double *restrict s, double *restrict slope_s, const struct op *restrict o,
                       const struct run *restrict r, const struct route *restrict to, size_t n,
                       const struct rates_lanes *restrict rates)
{
    time_on_wire(s, slope_s, o, r, to, n, rates, false);
}

void ideal_add_wire(struct spell sum, const struct run *r, const struct route *route,
                    const struct step *s, const struct devices *d)
{
    lane scratch;
    if (!sum.slope_s)
        lanes_set(sum.slope_s = scratch, d->n, 0);
    if (route)
        add_routed(sum.s, sum.slope_s, r->op, r, route, d->n, &d->rates);
    else if (s->reduces_best && r->op->kernel == KERNEL_REDUCE)
        add_best(sum.s, sum.slope_s, r->op, r, d->n, &d->rates);
    else
        add_ring(sum.s, sum.slope_s, r->op, r, d->n, &d->rates);
}

/* ---- a pass ---- */

INLINED void add_all(struct sums *restrict x, const struct pass *restrict p, size_t n,
                     const struct rates_lanes *restrict rates, enum summed what)
{
    const struct step *s = p->step;
    bool plain = !s->reduces_best && !s->exchanges_by_domain;
    struct run run;
    struct run_room room;
    struct placed placed;
    add_main(x, &s->main, n, LANE(rates, rates, main.s_per_flop),
             LANE(rates, rates, main.s_per_byte), LANE(rates, rates, start_s), p->most, what);
    if (sums_work(what))
        sum_main_work(x, p);
    for (size_t k = 0; k < s->others; k++) {
        pass_run(&run, &room, p, s->other[k]);
        bool waits = run.waited != lanes_of_one;
        if (run.op->unit != UNIT_LINK && waits)
            add_placed(x, &placed, run.op, &run, n, rates, what, true);
        else if (run.op->unit != UNIT_LINK)
            add_placed(x, &placed, run.op, &run, n, rates, what, false);
        else if (plain)
            time_on_wire(x->wire_s, x->wire_slope, run.op, &run, NULL, n, rates, false);
        else
            pass_send((struct spell){x->wire_s, x->wire_slope, NULL}, p, &run);
        if (sums_work(what) && run.op->unit == UNIT_LINK)
            sum_sent_work(x, &run, n);
        else if (sums_work(what))
            sum_placed_work(x, &run, &placed, p->devices);
    }
}

FOR_ALL_VECTORS
static void add_times(struct sums *restrict x, const struct pass *restrict p, size_t n,
                      const struct rates_lanes *restrict rates)
{
    add_all(x, p, n, rates, SUM_TIMES);
}

FOR_ALL_VECTORS
static void add_times_and_slopes(struct sums *restrict x, const struct pass *restrict p, size_t n,
                                 const struct rates_lanes *restrict rates)
{
    add_all(x, p, n, rates, SUM_SLOPES);
}

FOR_ALL_VECTORS
static void add_times_and_work(struct sums *restrict x, const struct pass *restrict p, size_t n,
                               const struct rates_lanes *restrict rates)
{
    add_all(x, p, n, rates, SUM_WORK);
}

FOR_ALL_VECTORS
static void add_times_slopes_and_work(struct sums *restrict x, const struct pass *restrict p,
                                      size_t n, const struct rates_lanes *restrict rates)
{
    add_all(x, p, n, rates, SUM_ALL);
}

FOR_ALL_VECTORS
static void add_all_tiered_main(struct sums *restrict x, const struct pass *restrict p, size_t n,
                                const struct rates_lanes *restrict rates)
{
    add_tiered_main(x, &p->step->main, n, LANE(rates, rates, main.s_per_flop),
                    LANE(rates, rates, main.s_per_byte), LANE(rates, rates, start_s),
                    &p->devices->tier2, p->most);
}

/* The same on devices with a second tier of memory. */
static void add_all_tiered(struct sums *x, const struct pass *p)
{
    const struct devices *d = p->devices;
    struct run run;
    struct run_room room;
    struct placed placed;
    add_all_tiered_main(x, p, d->n, &d->rates);
    sum_main_work(x, p);
    for (size_t k = 0; k < p->step->others; k++) {
        pass_run(&run, &room, p, p->step->other[k]);
        if (run.op->unit == UNIT_LINK) {
            pass_send((struct spell){x->wire_s, x->wire_slope, NULL}, p, &run);
            sum_sent_work(x, &run, d->n);
            continue;
        }
        add_tiered_placed(x, &placed, run.op, &run, d->n, &d->rates, &d->tier2);
        sum_placed_work(x, &run, &placed, d);
    }
}

void ideal_sum(struct sums *out, const struct pass *p, enum summed what)
{
    size_t n = p->devices->n;
    const struct rates_lanes *rates = &p->devices->rates;
    if (p->devices->tiered) {
        add_all_tiered(out, p);
        return;
    }
    switch (what) {
    case SUM_TIMES:
        add_times(out, p, n, rates);
        break;
    case SUM_SLOPES:
        add_times_and_slopes(out, p, n, rates);
        break;
    case SUM_WORK:
        add_times_and_work(out, p, n, rates);
        break;
    case SUM_ALL:
        add_times_slopes_and_work(out, p, n, rates);
        break;
    }
}

/* clang-format off */
const struct timing timing_ideal = {
    .name = "ideal",
    .shown = "ideal",
    .throttles = true,
    .sum = ideal_sum,
    .main_split = ideal_main_split,
    .place = ideal_place,
    .add_wire = ideal_add_wire,
};
/* clang-format on */
