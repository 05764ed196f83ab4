#include "arch/steps.h"

#include <assert.h>

static bool is_plain(const struct step *s, const struct devices *d)
{
    return !d->like.calibration && !s->reduces_best && !s->exchanges_by_domain && !s->chance;
}

static struct load load_at(const struct load_lanes *l, size_t i)
{
    return (struct load){LANE(l, load, most)[i], LANE(l, load, mean)[i]};
}

/* ---- one operator ---- */

/* Where an operator that an engine may run goes, and what it costs there. */
struct placed {
    double flop, byte, wire_byte;
    double chip_s, engine_s; /* on either, allowed or not */
    bool on_engine;
};

static inline struct placed place(const struct op *o, const struct rates *r, double allowed,
                                  double requests, double share)
{
    struct placed c;
    c.flop = o->flop * requests;
    c.byte = o->byte * requests + o->weight_byte * share;
    c.wire_byte = o->wire_byte * requests;
    c.chip_s = unit_time_s(&r->main, c.flop, c.byte, 0);
    c.engine_s = unit_time_s(&r->engine, c.flop, c.byte, c.wire_byte);
    c.on_engine = (allowed > 0) & (c.engine_s < c.chip_s);
    return c;
}

static inline double on_wire_s(const struct op *o, const struct rates *r, double requests)
{
    bool near = o->group <= r->link_domain;
    double latency_s = near ? r->link.latency_s : r->network.latency_s;
    double s_per_byte = near ? r->link.s_per_byte : r->network.s_per_byte;
    return o->hops * latency_s + o->wire_byte * requests * s_per_byte;
}

static double waited_for(const struct step *s, const struct op *o)
{
    return step_waited(o, routing_busiest(&s->routing, 0, false));
}

/* ---- a step, in lanes ---- */

static_assert(LANES == 32, "as many ones as lanes");
#define EIGHT 1, 1, 1, 1, 1, 1, 1, 1
static const lane whole = {EIGHT, EIGHT, EIGHT, EIGHT}; /* weights that are read in full */

struct sums {
    lane chip_s, engine_s, wire_s;
    lane chip_slope, engine_slope, wire_slope; /* seconds a request; near enough for a search */
};

/* Which loads leave an expert idle; 1 for the others. */
FOR_ALL_VECTORS
static bool find_idle(double *restrict share, const double *restrict mean, size_t n, double all)
{
    int64_t some = 0;
    for (size_t i = 0; i < n; i++) {
        some |= mean[i] < all;
        share[i] = 1;
    }
    return some;
}

/* Shares of the experts of operator `op` that are read. */
static void active_shares(double *share, const struct step *s, size_t op, size_t n,
                          const double *mean, struct steps_memo *memo)
{
    const struct op *o = &s->ops.op[op];
    double all = -40 / (o->log_idle * s->group_tokens); /* e^-40 is below the last place of 1 */
    if (!find_idle(share, mean, n, all))
        return;
    for (size_t i = 0; i < n; i++) {
        if (mean[i] >= all)
            continue;
        size_t at = ((size_t)mean[i] + 37 * op) % SHARES, key = memo->steps * OPS_MOST + op;
        if (memo->share[at].mean != mean[i] || memo->share[at].key != key) {
            memo->share[at].mean = mean[i];
            memo->share[at].key = key;
            memo->share[at].share = step_active_share(s, o, (struct load){mean[i], mean[i]});
        }
        share[i] = memo->share[at].share;
    }
}

/* An operator takes max(F q f, (W + B q) b) at q requests, f seconds a FLOP and b a byte: all of
 * them b times the sum of max(F a, W + B q), where a = q f / b. Its slope follows: what is in the
 * sum beside the W of operators that memory holds back grows with q.
 *
 * With `slopes` they are found too; written out where it is called, so that no choice is left. */
INLINED void add_main(struct sums *restrict out, const struct main_ops *restrict m, size_t n,
                      const struct rates_lanes *restrict rates, const double *restrict requests,
                      bool slopes)
{
    const double *per_flop = LANE(rates, rates, main.s_per_flop);
    const double *per_byte = LANE(rates, rates, main.s_per_byte);
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
                size_t k = from + j;
                double compute = m->flop[k] * arithmetic[i];
                double memory = m->weight_byte[k] + m->byte[k] * requests[i];
                group += compute > memory ? compute : memory;
                still += compute > memory ? 0 : m->weight_byte[k];
            }
            sum[i] = group;
            if (slopes)
                fixed[i] = still;
        }
    for (size_t i = 0; i < n; i++) {
        out->chip_s[i] = sum[i] * per_byte[i];
        if (slopes)
            out->chip_slope[i] = (sum[i] - fixed[i]) * per_byte[i] / requests[i];
    }
}

INLINED void add_wire(struct sums *restrict out, const struct op *restrict o, double waited,
                      size_t n, const struct rates_lanes *restrict rates,
                      const double *restrict requests)
{
    for (size_t i = 0; i < n; i++) {
        struct rates r;
        LANES_TAKE(r, rates, i);
        double near = o->group <= r.link_domain ? r.link.s_per_byte : r.network.s_per_byte;
        out->wire_s[i] += on_wire_s(o, &r, requests[i] * waited);
        out->wire_slope[i] += o->wire_byte * waited * near;
    }
}

/* `idle_per_request`: by how much a request lowers the chance of an expert to stay idle. */
INLINED void add_placed(struct sums *restrict out, const struct op *restrict o, double waited,
                        size_t n, const struct rates_lanes *restrict rates,
                        const double *restrict allowed, const double *restrict load,
                        const double *restrict share, double idle_per_request, bool slopes)
{
    for (size_t i = 0; i < n; i++) {
        struct rates r;
        LANES_TAKE(r, rates, i);
        struct placed c = place(o, &r, allowed[i], load[i] * waited, share[i]);
        double per_flop = c.on_engine ? r.engine.s_per_flop : r.main.s_per_flop;
        double per_byte = c.on_engine ? r.engine.s_per_byte : r.main.s_per_byte;
        double idle = share[i] < 1 ? (1 - share[i]) * idle_per_request : 0;
        double more_byte = o->byte * waited + o->weight_byte * idle;
        double more_compute = o->flop * waited * per_flop, more_memory = more_byte * per_byte;
        double slope = c.flop * per_flop > c.byte * per_byte ? more_compute : more_memory;
        out->chip_s[i] += c.on_engine ? 0 : c.chip_s;
        out->engine_s[i] += c.on_engine ? c.engine_s : 0;
        if (slopes) {
            out->chip_slope[i] += c.on_engine ? 0 : slope;
            out->engine_slope[i] += c.on_engine ? slope : 0;
        }
    }
}

INLINED void add_all(struct sums *restrict out, const struct step *restrict s, size_t n,
                     const struct rates_lanes *restrict rates, const double *restrict most,
                     const double *restrict mean, struct steps_memo *restrict memo, bool slopes)
{
    lane share;
    add_main(out, &s->main, n, rates, most, slopes);
    for (size_t i = 0; i < n; i++) {
        out->engine_s[i] = out->wire_s[i] = out->engine_slope[i] = out->wire_slope[i] = 0;
        if (!slopes)
            out->chip_slope[i] = 0;
    }
    for (size_t k = 0; k < s->others; k++) {
        const struct op *o = &s->ops.op[s->other[k]];
        double waited = waited_for(s, o);
        if (o->unit == UNIT_LINK)
            add_wire(out, o, waited, n, rates, most);
        else if (o->unit == UNIT_ATTENTION)
            add_placed(out, o, waited, n, rates, LANE(rates, rates, runs_attention), most, whole, 0,
                       slopes);
        else {
            active_shares(share, s, s->other[k], n, mean, memo);
            add_placed(out, o, waited, n, rates, LANE(rates, rates, runs_experts), mean, share,
                       -o->log_idle * s->group_tokens, slopes);
        }
    }
}

FOR_ALL_VECTORS
static void add_times(struct sums *restrict out, const struct step *restrict s, size_t n,
                      const struct rates_lanes *restrict rates, const double *restrict most,
                      const double *restrict mean, struct steps_memo *restrict memo)
{
    add_all(out, s, n, rates, most, mean, memo, false);
}

FOR_ALL_VECTORS
static void add_times_and_slopes(struct sums *restrict out, const struct step *restrict s, size_t n,
                                 const struct rates_lanes *restrict rates,
                                 const double *restrict most, const double *restrict mean,
                                 struct steps_memo *restrict memo)
{
    add_all(out, s, n, rates, most, mean, memo, true);
}

/* The step of a plain one, by its sums; and by how much a request more makes it longer, of
 * which a pass sees a share. */
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

/* Requests of a pass, in `room` or as they are. */
FOR_ALL_VECTORS
static const double *passing(const double *restrict load, double *restrict room, size_t n,
                             double parts)
{
    if (parts == 1)
        return load;
    for (size_t i = 0; i < n; i++)
        room[i] = load[i] / parts;
    return room;
}

void steps_time_s(double *out, const struct step *s, const struct devices *d,
                  const struct load_lanes *load, struct steps_memo *memo)
{
    if (!is_plain(s, d)) {
        for (size_t i = 0; i < d->n; i++) {
            struct device one = devices_one(d, i);
            out[i] = step_time_s(s, &one, load_at(load, i));
        }
        return;
    }
    struct sums x;
    lane room, mean_room, slope;
    const double *most = passing(LANE(load, load, most), room, d->n, step_parts(s));
    const double *mean = passing(LANE(load, load, mean), mean_room, d->n, step_parts(s));
    add_times(&x, s, d->n, &d->rates, most, mean, memo);
    add_up(out, slope, &x, d->n, LANE(&d->rates, rates, overlap), s->overlap, step_halves(s), 1);
}

/* ---- the largest load ---- */

/* Closes in on the largest load between `low`, which fits, and `high`, which does not, by what its
 * guess `x` takes. The next guess is where the step would reach its limit if it went on as it does
 * here; or the middle. True while one is open. */
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

void steps_largest_load(double *out, const struct step *s, const struct devices *d,
                        const double *limit_s, const double *guess, struct steps_memo *memo)
{
    if (!is_plain(s, d)) {
        for (size_t i = 0; i < d->n; i++) {
            struct device one = devices_one(d, i);
            out[i] = step_largest_load(s, &one, limit_s[i], guess[i]);
        }
        return;
    }
    lane x, low, high, time_s, slope_s, room;
    struct sums sums;
    double parts = step_parts(s), halves = step_halves(s);
    const double *overlap = LANE(&d->rates, rates, overlap);
    bool any = false, overlaps = false;
    for (size_t i = 0; i < d->n; i++) {
        bool open = limit_s[i] < INFINITY;
        any |= open;
        overlaps |= overlap[i] > 0;
        out[i] = low[i] = open ? 0 : INFINITY;
        high[i] = INFINITY;
        x[i] = larger(1, floor(smaller(guess[i], LOAD_MOST)));
    }
    if (!any)
        return;
    if (overlaps) { /* an operator that moves to the engine can shorten the step: begin with one */
        static const struct load one = {1, 1};
        struct load_lanes single;
        LANES_FILL(&single, d->n, one);
        steps_time_s(time_s, s, d, &single, memo);
        for (size_t i = 0; i < d->n; i++)
            if (overlap[i] > 0 && time_s[i] > limit_s[i])
                x[i] = 1;
    }
    for (int turn = 1;; turn++) {
        const double *most = passing(x, room, d->n, parts);
        add_times_and_slopes(&sums, s, d->n, &d->rates, most, most, memo);
        add_up(time_s, slope_s, &sums, d->n, overlap, s->overlap, halves, halves / parts);
        if (!close_in(x, low, high, d->n, limit_s, time_s, slope_s,
                      turn % 3 == 0)) /* each third time, should it not close in */
            break;
    }
    for (size_t i = 0; i < d->n; i++)
        out[i] = low[i] > LOAD_MOST ? INFINITY : low[i];
}

/* ---- the step in parts ---- */

/* Of a pass, in the order of step_split. */
struct pieces {
    lane chip_s, engine_s, wire_s;
    lane engine_class_s[OP_CLASSES];
};

#define PIECE(member) LANE(out, step_split, member)

INLINED void split_some(double *restrict sum, double *restrict computes,
                        const struct main_ops *restrict m, size_t at, size_t count, size_t n,
                        const double *restrict arithmetic, const double *restrict requests)
{
    for (size_t i = 0; i < n; i++) {
        double group = sum[i], compute_bound = computes[i];
        UNROLLED
        for (size_t j = 0; j < count; j++) {
            double compute = m->flop[at + j] * arithmetic[i];
            double memory = m->weight_byte[at + j] + m->byte[at + j] * requests[i];
            group += compute > memory ? compute : memory;
            compute_bound += compute >= memory ? compute : 0;
        }
        sum[i] = group;
        computes[i] = compute_bound;
    }
}

/* Those of the main operators, as add_main finds them; the other pieces are 0. */
FOR_ALL_VECTORS
static void split_main(struct step_split_lanes *restrict out, struct pieces *restrict x,
                       const struct main_ops *restrict m, size_t n,
                       const struct rates_lanes *restrict rates, const double *restrict requests)
{
    const double *per_flop = LANE(rates, rates, main.s_per_flop);
    const double *per_byte = LANE(rates, rates, main.s_per_byte);
    lane arithmetic, computes, sum;
    for (size_t i = 0; i < n; i++) {
        arithmetic[i] = requests[i] * per_flop[i] / per_byte[i];
        computes[i] = x->chip_s[i] = x->engine_s[i] = x->wire_s[i] = 0;
        PIECE(flop)[i] = m->all_flop * requests[i];
        PIECE(byte)[i] = m->all_weight_byte + m->all_byte * requests[i];
        PIECE(engine_byte)[i] = PIECE(wire_byte)[i] = PIECE(bound_s[BY_LINK])[i] = 0;
        PIECE(expert_flop)[i] = PIECE(expert_byte)[i] = 0;
        PIECE(attention_flop)[i] = PIECE(attention_byte)[i] = 0;
        PIECE(attention_chip_s)[i] = PIECE(attention_engine_s)[i] = 0;
    }
    for (int class = 0; class < OP_CLASSES; class ++) {
        double *class_s = LANE_OF(out, step_split, class_s, class);
        for (size_t i = 0; i < n; i++)
            sum[i] = 0;
        size_t at = m->first[class], last = m->first[class + 1];
        for (; at + MAIN_GROUP <= last; at += MAIN_GROUP)
            split_some(sum, computes, m, at, MAIN_GROUP, n, arithmetic, requests);
        for (; at < last; at++)
            split_some(sum, computes, m, at, 1, n, arithmetic, requests);
        for (size_t i = 0; i < n; i++) {
            double s = sum[i] * per_byte[i];
            class_s[i] = s;
            x->engine_class_s[class][i] = 0;
            x->chip_s[i] += s;
        }
    }
    for (size_t i = 0; i < n; i++) {
        double s = computes[i] * per_byte[i];
        PIECE(bound_s[BY_COMPUTE])[i] = s;
        PIECE(bound_s[BY_MEMORY])[i] = larger(x->chip_s[i] - s, 0);
    }
}

/* Core attention that only the chip runs, on either unit. */
FOR_ALL_VECTORS
static void split_attention(struct step_split_lanes *restrict out, const struct op *restrict o,
                            size_t n, const struct rates_lanes *restrict rates,
                            const double *restrict requests)
{
    for (size_t i = 0; i < n; i++) {
        struct rates r;
        LANES_TAKE(r, rates, i);
        struct placed c = place(o, &r, 0, requests[i], 1);
        PIECE(attention_flop)[i] += c.flop;
        PIECE(attention_byte)[i] += c.byte;
        PIECE(attention_chip_s)[i] += c.chip_s;
        PIECE(attention_engine_s)[i] += c.engine_s;
    }
}

FOR_ALL_VECTORS
static void split_wire(struct step_split_lanes *restrict out, struct pieces *restrict x,
                       const struct op *restrict o, double waited, size_t n,
                       const struct rates_lanes *restrict rates, const double *restrict requests)
{
    double *class_s = LANE_OF(out, step_split, class_s, o->class);
    for (size_t i = 0; i < n; i++) {
        struct rates r;
        LANES_TAKE(r, rates, i);
        double s = on_wire_s(o, &r, requests[i] * waited);
        class_s[i] += s;
        x->wire_s[i] += s;
        PIECE(bound_s[BY_LINK])[i] += s;
        PIECE(wire_byte)[i] += o->wire_byte * (requests[i] * waited);
    }
}

FOR_ALL_VECTORS
static void split_placed(struct step_split_lanes *restrict out, struct pieces *restrict x,
                         const struct op *restrict o, double waited, size_t n,
                         const struct rates_lanes *restrict rates, const double *restrict allowed,
                         const double *restrict load, const double *restrict share)
{
    double *class_s = LANE_OF(out, step_split, class_s, o->class);
    double *engine_class_s = x->engine_class_s[o->class];
    double attends = o->unit == UNIT_ATTENTION ? 1 : 0, experts = 1 - attends;
    for (size_t i = 0; i < n; i++) {
        struct rates r;
        LANES_TAKE(r, rates, i);
        struct placed c = place(o, &r, allowed[i], load[i] * waited, share[i]);
        double s = c.on_engine ? c.engine_s : c.chip_s, on_engine_s = c.on_engine ? s : 0;
        double compute = c.flop * (c.on_engine ? r.engine.s_per_flop : r.main.s_per_flop);
        double memory = c.byte * (c.on_engine ? r.engine.s_per_byte : r.main.s_per_byte);
        double wire = c.wire_byte * r.engine.s_per_wire_byte;
        bool by_link = c.on_engine & (wire >= larger(compute, memory));
        bool by_compute = !by_link & (compute >= memory), sends = r.engine.s_per_wire_byte > 0;
        class_s[i] += s;
        engine_class_s[i] += on_engine_s;
        x->engine_s[i] += on_engine_s;
        x->chip_s[i] += c.on_engine ? 0 : s;
        PIECE(bound_s[BY_LINK])[i] += by_link ? s : 0;
        PIECE(bound_s[BY_COMPUTE])[i] += by_compute ? s : 0;
        PIECE(bound_s[BY_MEMORY])[i] += (by_link | by_compute) ? 0 : s;
        PIECE(flop)[i] += c.flop;
        PIECE(byte)[i] += c.on_engine ? 0 : c.byte;
        PIECE(engine_byte)[i] += c.on_engine ? c.byte : 0;
        PIECE(wire_byte)[i] += (c.on_engine & sends) ? c.wire_byte : 0;
        PIECE(expert_flop)[i] += experts * c.flop;
        PIECE(expert_byte)[i] += experts * c.byte;
        PIECE(attention_flop)[i] += attends * c.flop;
        PIECE(attention_byte)[i] += attends * c.byte;
        PIECE(attention_chip_s)[i] += attends * c.chip_s;
        PIECE(attention_engine_s)[i] += attends * c.engine_s;
    }
}

FOR_ALL_VECTORS
static void split_end(struct step_split_lanes *restrict out, const struct pieces *restrict x,
                      size_t n, const double *restrict overlap, int overlap_kind, double times)
{
    lane hidden_part, behind;
    for (size_t i = 0; i < n; i++) {
        double chip = x->chip_s[i] * times, engine = x->engine_s[i] * times;
        double wire = x->wire_s[i] * times, hidden = hidden_s(overlap[i], chip, engine);
        double compute = chip + engine - hidden;
        behind[i] = overlapped_s(overlap_kind, compute, wire);
        PIECE(time_s)[i] = compute + wire - behind[i];
        hidden_part[i] = hidden;
        PIECE(flop)[i] *= times;
        PIECE(byte)[i] *= times;
        PIECE(engine_byte)[i] *= times;
        PIECE(wire_byte)[i] *= times;
    }
    for (int k = 0; k < BOUNDS; k++) {
        double *bound_s = LANE_OF(out, step_split, bound_s, k);
        for (size_t i = 0; i < n; i++)
            bound_s[i] *= times;
    }
    for (int class = 0; class < OP_CLASSES; class ++) {
        double *class_s = LANE_OF(out, step_split, class_s, class);
        for (size_t i = 0; i < n; i++) {
            double s = class_s[i] * times - (class == OP_COMMUNICATION ? behind[i] : 0);
            double engine = x->engine_class_s[class][i] * times;
            double less = hidden_part[i] * engine / (x->engine_s[i] * times);
            class_s[i] = hidden_part[i] > 0 ? s - less : s;
        }
    }
}

void steps_split(struct step_split_lanes *out, const struct step *s, const struct devices *d,
                 const struct load_lanes *load, struct steps_memo *memo)
{
    if (!is_plain(s, d)) {
        for (size_t i = 0; i < d->n; i++) {
            struct device one = devices_one(d, i);
            struct step_split split;
            step_split(&split, s, &one, load_at(load, i));
            LANES_PUT(out, i, split);
        }
        return;
    }
    struct pieces x;
    lane room, mean_room, share;
    const double *most = passing(LANE(load, load, most), room, d->n, step_parts(s));
    const double *mean = passing(LANE(load, load, mean), mean_room, d->n, step_parts(s));

    split_main(out, &x, &s->main, d->n, &d->rates, most);
    for (size_t k = s->main.first[OP_ATTENTION]; k < s->main.first[OP_ATTENTION + 1]; k++)
        if (!s->mixed)
            split_attention(out, &s->ops.op[s->main.op[k]], d->n, &d->rates, most);
    for (size_t k = 0; k < s->others; k++) {
        const struct op *o = &s->ops.op[s->other[k]];
        double waited = waited_for(s, o);
        if (o->unit == UNIT_LINK)
            split_wire(out, &x, o, waited, d->n, &d->rates, most);
        else if (o->unit == UNIT_ATTENTION)
            split_placed(out, &x, o, waited, d->n, &d->rates,
                         LANE(&d->rates, rates, runs_attention), most, whole);
        else {
            active_shares(share, s, s->other[k], d->n, mean, memo);
            split_placed(out, &x, o, waited, d->n, &d->rates, LANE(&d->rates, rates, runs_experts),
                         mean, share);
        }
    }
    split_end(out, &x, d->n, LANE(&d->rates, rates, overlap), s->overlap, step_halves(s));
}
