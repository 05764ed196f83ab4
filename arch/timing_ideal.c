/* Timing at the peaks of the data sheet: the roofline of arXiv:2507.15465's simulator (Williams et
 * al. 2009), t = max(FLOP / peak, bytes / bandwidth, wire bytes / link bandwidth), collectives by
 * latency and bandwidth.
 * Idea: an operator takes max(F q f, (W + B q) b) at q requests, f seconds a FLOP and b a byte: all
 * of them b times the sum of max(F a, W + B q), where a = q f / b. Its slope follows: what is in
 * the sum beside the W of operators that memory holds back grows with q.
 * Invariant: sums run in the order of main_ops, whatever the width of vectors. */
#include "arch/timing_ideal.h"

/* ---- main operators ---- */

struct sides {
    double compute, memory; /* over the seconds a byte takes */
};

/* Of operator k at an arithmetic intensity and a number of requests. */
INLINED struct sides sides_of(const struct main_ops *m, size_t k, double arithmetic,
                              double requests)
{
    return (struct sides){m->flop[k] * arithmetic, m->weight_byte[k] + m->byte[k] * requests};
}

/* With `slope_s` it is found too; written out where it is called, so that no choice is left. */
INLINED void add_main(double *restrict s, double *restrict slope_s,
                      const struct main_ops *restrict m, size_t n, const double *restrict per_flop,
                      const double *restrict per_byte, const double *restrict requests, bool slopes)
{
    lane arithmetic, sum, fixed;
    for (size_t i = 0; i < n; i++) {
        arithmetic[i] = requests[i] * per_flop[i] / per_byte[i];
        sum[i] = fixed[i] = 0;
    }
    for (size_t from = 0; from < m->groups * MAIN_GROUP; from += MAIN_GROUP)
        for (size_t i = 0; i < n; i++) {
            double group = sum[i], still = slopes ? fixed[i] : 0;
            UNROLLED
            for (size_t j = 0; j < MAIN_GROUP; j++) {
                struct sides x = sides_of(m, from + j, arithmetic[i], requests[i]);
                group += x.compute > x.memory ? x.compute : x.memory;
                still += x.compute > x.memory ? 0 : m->weight_byte[from + j];
            }
            sum[i] = group;
            if (slopes)
                fixed[i] = still;
        }
    for (size_t i = 0; i < n; i++) {
        s[i] = sum[i] * per_byte[i];
        if (slopes)
            slope_s[i] = (sum[i] - fixed[i]) * per_byte[i] / requests[i];
    }
}

FOR_ALL_VECTORS
static void main_time(double *restrict s, const struct main_ops *restrict m, size_t n,
                      const double *restrict per_flop, const double *restrict per_byte,
                      const double *restrict requests)
{
    add_main(s, NULL, m, n, per_flop, per_byte, requests, false);
}

FOR_ALL_VECTORS
static void main_time_and_slope(double *restrict s, double *restrict slope_s,
                                const struct main_ops *restrict m, size_t n,
                                const double *restrict per_flop, const double *restrict per_byte,
                                const double *restrict requests)
{
    add_main(s, slope_s, m, n, per_flop, per_byte, requests, true);
}

void ideal_main(struct spell out, const struct step *s, const struct devices *d,
                const double *requests)
{
    const double *per_flop = LANE(&d->rates, rates, main.s_per_flop);
    const double *per_byte = LANE(&d->rates, rates, main.s_per_byte);
    if (out.slope_s)
        main_time_and_slope(out.s, out.slope_s, &s->main, d->n, per_flop, per_byte, requests);
    else
        main_time(out.s, &s->main, d->n, per_flop, per_byte, requests);
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
    for (int class = 0; class < OP_CLASSES; class ++) {
        for (size_t i = 0; i < n; i++)
            sum[i] = 0;
        size_t at = m->first[class], last = m->first[class + 1];
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

void ideal_main_split(struct main_split *out, const struct step *s, const struct devices *d,
                      const double *requests)
{
    split_main(out->class_s, out->compute_s, &s->main, d->n,
               LANE(&d->rates, rates, main.s_per_flop), LANE(&d->rates, rates, main.s_per_byte),
               requests);
}

/* ---- one operator ---- */

INLINED void time_on_unit(double *restrict s, double *restrict slope_s, const struct op *restrict o,
                          const struct run *restrict r, size_t n, const struct unit_lanes u,
                          bool slopes)
{
    const double *requests = r->requests, *waited = r->waited, *share = r->share;
    double idle_per_request = r->idle;
    for (size_t i = 0; i < n; i++) {
        struct unit unit = unit_at(u, i);
        double flop = o->flop * requests[i], byte = op_byte(o, requests[i], share[i]);
        s[i] = unit_time_s(&unit, flop, byte, o->wire_byte * requests[i]);
        if (slopes) {
            double idle = share[i] < 1 ? (1 - share[i]) * idle_per_request : 0;
            double more_byte = o->byte * waited[i] + o->weight_byte * idle;
            double compute = o->flop * waited[i] * unit.s_per_flop;
            double memory = more_byte * unit.s_per_byte;
            slope_s[i] = flop * unit.s_per_flop > byte * unit.s_per_byte ? compute : memory;
        }
    }
}

FOR_ALL_VECTORS
static void unit_time(double *restrict s, const struct op *restrict o, const struct run *restrict r,
                      size_t n, struct unit_lanes u)
{
    time_on_unit(s, NULL, o, r, n, u, false);
}

FOR_ALL_VECTORS
static void unit_time_and_slope(double *restrict s, double *restrict slope_s,
                                const struct op *restrict o, const struct run *restrict r, size_t n,
                                struct unit_lanes u)
{
    time_on_unit(s, slope_s, o, r, n, u, true);
}

void ideal_on_unit(struct spell out, const struct run *r, const struct step *s,
                   const struct devices *d, bool engine)
{
    (void)s;
    struct unit_lanes u = devices_unit(d, engine);
    if (out.slope_s)
        unit_time_and_slope(out.s, out.slope_s, r->op, r, d->n, u);
    else
        unit_time(out.s, r->op, r, d->n, u);
}

/* One shot of an all-reduce sends all to everyone at once: (p - 1) times the numbers, one latency.
 */
INLINED void time_on_wire(double *restrict s, double *restrict slope_s, const struct op *restrict o,
                          const struct run *restrict r, const struct route *restrict to, size_t n,
                          const struct rates_lanes *restrict rates, bool best)
{
    const double *requests = r->requests, *waited = r->waited;
    const double *near = to->near, *reach = to->reach;
    double shots = o->group / 2; /* (p - 1) n bytes of the 2 (p - 1) / p n of a ring */
    for (size_t i = 0; i < n; i++) {
        struct rates at;
        LANES_TAKE(at, rates, i);
        struct wire w = rates_wire(&at, near[i] > 0);
        double byte = o->wire_byte * requests[i] * reach[i];
        double ring_s = o->hops * w.latency_s + byte * w.s_per_byte;
        double shot_s = o->count * w.latency_s + byte * shots * w.s_per_byte;
        double slope = o->wire_byte * waited[i] * reach[i] * w.s_per_byte;
        bool shot = best & (shot_s < ring_s);
        s[i] = shot ? shot_s : ring_s;
        slope_s[i] = shot ? slope * shots : slope;
    }
}

FOR_ALL_VECTORS
static void ring_time(double *restrict s, double *restrict slope_s, const struct op *restrict o,
                      const struct run *restrict r, const struct route *restrict to, size_t n,
                      const struct rates_lanes *restrict rates)
{
    time_on_wire(s, slope_s, o, r, to, n, rates, false);
}

FOR_ALL_VECTORS
static void best_time(double *restrict s, double *restrict slope_s, const struct op *restrict o,
                      const struct run *restrict r, const struct route *restrict to, size_t n,
                      const struct rates_lanes *restrict rates)
{
    time_on_wire(s, slope_s, o, r, to, n, rates, true);
}

void ideal_on_wire(struct spell out, const struct run *r, const struct route *to,
                   const struct step *s, const struct devices *d)
{
    lane scratch;
    double *slope_s = out.slope_s ? out.slope_s : scratch;
    bool best = s->reduces_best && r->op->kernel == KERNEL_REDUCE;
    (best ? best_time : ring_time)(out.s, slope_s, r->op, r, to, d->n, &d->rates);
}

/* clang-format off */
const struct timing timing_ideal = {
    .name = "ideal",
    .shown = "ideal",
    .main = ideal_main,
    .main_split = ideal_main_split,
    .on_unit = ideal_on_unit,
    .on_wire = ideal_on_wire,
};
/* clang-format on */
