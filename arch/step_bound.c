#include "arch/step_bound.h"

#include <assert.h>

#include "arch/timing.h"
#include "base/mem.h"

/* ---- independent of the device ---- */

static bool by_domain(const struct step *s, const struct op *o)
{
    return s->exchanges_by_domain && o->busiest > 0;
}

static void add_collective(struct step_bound *out, const struct step *s, const struct op *o)
{
    double waited = step_waited(o, s->routing->imbalance);
    bool one_shot = s->reduces_best && o->kernel == KERNEL_REDUCE, near = by_domain(s, o);
    double kept = s->timing->needs_calibration && o->kernel == KERNEL_EXCHANGE
                      ? 0.5
                      : 1; /* a device keeps its own part */
    size_t at = 0;
    while (at < out->wires && (out->wire[at].group != o->group || out->wire[at].near != near))
        at++;
    assert(at < BOUND_WIRES);
    if (at == out->wires)
        out->wire[out->wires++] = (struct bound_wire){.group = o->group, .near = near};
    out->wire[at].hops += one_shot ? smaller(o->hops, o->count) : o->hops;
    out->wire[at].byte += o->wire_byte * waited * kept / step_parts(s);
}

static void add_placed(struct step_bound *out, const struct step *s, const struct op *o)
{
    double waited = step_waited(o, s->routing->imbalance) / step_parts(s);
    bool expert = o->unit == UNIT_EXPERT;
    out->place[out->placed++] = (struct bound_placed){
        .flop = o->flop * waited,
        .byte = o->byte * waited,
        .wire_byte = o->wire_byte * waited,
        .read_byte = expert ? 0 : o->weight_byte,
        .weight_byte = expert ? o->weight_byte : 0,
        .idle = expert ? -o->log_idle * o->routed * s->group_tokens / step_parts(s) : 0,
        .starts = op_starts(o),
        .unit = o->unit,
        .expert = expert};
}

void step_bound_make(struct step_bound *out, const struct step *s)
{
    out->ridge = out->load = 0;
    out->starts = s->main.all_starts;
    out->wires = out->placed = 0;
    for (size_t k = 0; k < s->others; k++) {
        const struct op *o = &s->ops.op[s->other[k]];
        if (o->unit == UNIT_LINK)
            add_collective(out, s, o);
        else
            add_placed(out, s, o);
    }
}

/* Classifies each main operator as compute-bound or memory-bound at this ridge point and load. */
static void sort_main(struct step_bound *b, const struct step *s, double ridge, double load)
{
    const struct main_ops *m = &s->main;
    double parts = step_parts(s), passing = load / parts, flop = 0, weight_byte = 0, byte = 0;
    for (size_t k = 0; k < m->n; k++) {
        double memory = (m->weight_byte[k] + m->byte[k] * passing) * ridge;
        bool computes = m->flop[k] * passing > memory;
        flop += computes ? m->flop[k] : 0;
        weight_byte += computes ? 0 : m->weight_byte[k];
        byte += computes ? 0 : m->byte[k];
    }
    b->ridge = ridge;
    b->load = load;
    b->flop = flop / parts;
    b->weight_byte = weight_byte;
    b->byte = byte / parts;
}

static bool is_far(double a, double b)
{
    return a > 1.2 * b || b > 1.2 * a;
}

/* ---- in lanes ---- */

/* Lower bound on calibrated times: `ratio` times the roofline times at the higher peak that may
 * apply; latencies count `latency` times. */
static const double MEASURED_FLOOR = 1e-9; /* a given time may be far below that of the roofline */

struct floor_of {
    double ratio, latency;
};

static struct floor_of floor_of(const struct step *s, const struct devices *d)
{
    const struct calibration *c = d->like.calibration;
    if (s->timing->gives_time && !s->prefills)
        return (struct floor_of){MEASURED_FLOOR, 0};
    if (!c)
        return (struct floor_of){1, 1};
    double ratio = s->prefills ? 1 : smaller(c->serving.ratio, c->serving.weight_only_ratio);
    for (int number = 0; number < KV_NUMBERS; number++)
        if (c->decode[number].error > 0)
            ratio *= smaller(1, c->decode[number].per_head);
    return (struct floor_of){ratio, 0};
}

struct bound_sums {
    lane compute_s, fixed_s, wire_s, latency_s;
};

FOR_ALL_VECTORS
static void set_peaks(struct bound_devices *restrict out, size_t n,
                      const struct rates_lanes *restrict rates, double core)
{
    for (size_t i = 0; i < n; i++) {
        double chip = LANE(rates, rates, main.s_per_flop)[i];
        double engine = LANE(rates, rates, engine.s_per_flop)[i];
        double chip_core = LANE(rates, rates, main.s_per_core_flop)[i];
        double engine_core = LANE(rates, rates, engine.s_per_core_flop)[i];
        out->chip_s_per_flop[i] = core > 0 ? smaller(chip, chip_core) : chip;
        out->engine_s_per_flop[i] = core > 0 ? smaller(engine, engine_core) : engine;
    }
}

/* No share of the bytes makes two tiers faster than both of their bandwidths together. A copied
 * tier adds none. */
FOR_ALL_VECTORS
static void join_tiers(double *restrict out, size_t n, const double *restrict s_per_byte,
                       const struct tier2_lanes *restrict tiers)
{
    for (size_t i = 0; i < n; i++) {
        struct tier2 t;
        LANES_TAKE(t, tiers, i);
        double more = t.staged > 0 ? 0 : t.byte_per_s;
        out[i] = s_per_byte[i] / (1 + more * s_per_byte[i]);
    }
}

void bound_devices_make(struct bound_devices *out, const struct devices *d)
{
    const double *domain = LANE(&d->rates, rates, link_domain);
    out->chip_s_per_byte = LANE(&d->rates, rates, main.s_per_byte);
    if (d->tiered) {
        join_tiers(out->s_per_byte, d->n, out->chip_s_per_byte, &d->tier2);
        out->chip_s_per_byte = out->s_per_byte;
    }
    set_peaks(out, d->n, &d->rates, d->like.calibration ? 1 : 0);
    out->devices = d;
    out->least_domain = out->most_domain = domain[0];
    for (size_t i = 1; i < d->n; i++) {
        out->least_domain = smaller(out->least_domain, domain[i]);
        out->most_domain = larger(out->most_domain, domain[i]);
    }
}

/* Least and largest of n lanes. */
static void find_ends(double *restrict least, double *restrict most, const double *restrict x,
                      size_t n)
{
    *least = *most = x[0];
    for (size_t i = 1; i < n; i++) {
        *least = smaller(*least, x[i]);
        *most = larger(*most, x[i]);
    }
}

bool bound_devices_best(struct devices *out, struct bound_devices *values,
                        const struct bound_devices *d)
{
    const struct devices *of = d->devices;
    struct rates least, most;
    for (size_t k = 0; k < LEN(of->rates.at); k++)
        find_ends((double *)&least + k, (double *)&most + k, of->rates.at[k], of->n);
    if (of->tiered || least.runs_core < most.runs_core || least.runs_index < most.runs_index ||
        least.runs_state < most.runs_state || least.runs_experts < most.runs_experts ||
        least.pool_byte < most.pool_byte)
        return false;
    least.overlap = most.overlap;
    least.memory_byte = most.memory_byte;
    out->n = 1;
    out->like = of->like;
    out->tiered = false;
    LANES_PUT(&out->rates, 0, least);
    bound_devices_make(values, out);
    values->least_domain = d->least_domain;
    values->most_domain = d->most_domain;
    return true;
}

INLINED void bound_main(struct bound_sums *restrict out, const struct step_bound *restrict b,
                        size_t n, const double *restrict per_byte,
                        const double *restrict s_per_flop, const double *restrict start_s,
                        const double *restrict load)
{
    double flop = b->flop, byte = b->byte, weight_byte = b->weight_byte, starts = b->starts;
    for (size_t i = 0; i < n; i++) {
        double fixed = weight_byte * per_byte[i] + starts * start_s[i];
        out->fixed_s[i] = fixed;
        out->compute_s[i] = fixed + load[i] * (flop * s_per_flop[i] + byte * per_byte[i]);
    }
}

/* Sums of a step's collectives: over the link on all devices, over the network on all devices, over
 * either depending on the device. */
struct bound_sent {
    double hops[3], byte[3];
};

enum { NEAR, FAR, EITHER };

/* Of what a group sends, calibrated timing takes the part within a link domain over the link. */
static void sum_wires(struct bound_sent *out, const struct step_bound *b,
                      const struct bound_devices *d, double latency)
{
    bool splits = d->devices->like.calibration != NULL;
    *out = (struct bound_sent){0};
    for (size_t k = 0; k < b->wires; k++) {
        const struct bound_wire *w = &b->wire[k];
        bool near = w->near || w->group <= d->least_domain;
        int where = near ? NEAR : w->group > d->most_domain ? FAR : EITHER;
        out->hops[where] += w->hops * latency;
        bool near_part = splits && where != NEAR;
        out->byte[where] += w->byte * (near_part ? larger(0, 1 - d->most_domain / w->group) : 1);
    }
}

INLINED void bound_wires(struct bound_sums *restrict out, const struct bound_sent *restrict w,
                         size_t n, const struct rates_lanes *restrict rates,
                         const double *restrict load)
{
    const double *link_s = LANE(rates, rates, link.latency_s);
    const double *network_s = LANE(rates, rates, network.latency_s);
    const double *link_byte_s = LANE(rates, rates, link.s_per_byte);
    const double *network_byte_s = LANE(rates, rates, network.s_per_byte);
    for (size_t i = 0; i < n; i++) {
        double latency = w->hops[NEAR] * link_s[i] + w->hops[FAR] * network_s[i] +
                         w->hops[EITHER] * smaller(link_s[i], network_s[i]);
        double each = w->byte[NEAR] * link_byte_s[i] + w->byte[FAR] * network_byte_s[i] +
                      w->byte[EITHER] * smaller(link_byte_s[i], network_byte_s[i]);
        out->latency_s[i] = latency;
        out->wire_s[i] = latency + each * load[i];
    }
}

INLINED void bound_placed(struct bound_sums *restrict out, const struct bound_placed *restrict o,
                          size_t n, const struct rates_lanes *restrict rates,
                          const struct bound_devices *restrict d, const double *restrict allowed,
                          const double *restrict load)
{
    const double *chip_s_per_byte = d->chip_s_per_byte;
    const double *engine_s_per_byte = LANE(rates, rates, engine.s_per_byte);
    const double *s_per_wire_byte = LANE(rates, rates, engine.s_per_wire_byte);
    const double *start_s = LANE(rates, rates, start_s);
    struct bound_placed op = *o;
    for (size_t i = 0; i < n; i++) {
        double x = op.idle * load[i];
        double series = 1 + x * (1 + x * (1.0 / 2 + x * (1.0 / 6 + x * (1.0 / 24))));
        double flop = op.flop * load[i];
        double byte = op.read_byte + op.byte * load[i] + op.weight_byte * (1 - 1 / series);
        double chip_s = larger(flop * d->chip_s_per_flop[i], byte * chip_s_per_byte[i]);
        double wire_s = op.wire_byte * load[i] * s_per_wire_byte[i];
        double engine_s =
            larger(larger(flop * d->engine_s_per_flop[i], byte * engine_s_per_byte[i]), wire_s);
        double faster_s = smaller(chip_s, engine_s), both_s = shared_s(chip_s, engine_s);
        double either_s = allowed[i] == RUNS_SHARED ? both_s : faster_s;
        double s = (allowed[i] > 0 ? either_s : chip_s) + op.starts * start_s[i];
        out->compute_s[i] += allowed[i] == RUNS_BESIDE ? 0 : s; /* all of it may be hidden */
    }
}

/* Overlap with an engine hides at most half of the computation. */
INLINED void bound_end(double *restrict time_s, double *restrict fixed_s,
                       const struct bound_sums *restrict x, size_t n,
                       const double *restrict overlap, bool behind, double times)
{
    for (size_t i = 0; i < n; i++) {
        double left = times * (1 - overlap[i] / 2), wire = times * x->wire_s[i];
        double compute = left * x->compute_s[i], fixed = left * x->fixed_s[i];
        double latency = times * x->latency_s[i];
        time_s[i] = behind ? larger(compute, wire) : compute + wire;
        fixed_s[i] = behind ? smaller(fixed, latency) : fixed + latency;
    }
}

FOR_ALL_VECTORS
static void bound_all(double *restrict time_s, double *restrict fixed_s,
                      const struct step_bound *restrict b, const struct bound_sent *restrict sent,
                      const struct bound_devices *restrict d, const double *restrict most,
                      const double *restrict mean, bool behind, double times)
{
    const struct rates_lanes *rates = &d->devices->rates;
    size_t n = d->devices->n;
    struct bound_sums x;
    bound_main(&x, b, n, d->chip_s_per_byte, d->chip_s_per_flop, LANE(rates, rates, start_s), most);
    bound_wires(&x, sent, n, rates, most);
    for (size_t k = 0; k < b->placed; k++) {
        const struct bound_placed *o = &b->place[k];
        bound_placed(&x, o, n, rates, d, unit_allowed(rates, o->unit), o->expert ? mean : most);
    }
    bound_end(time_s, fixed_s, &x, n, LANE(rates, rates, overlap), behind, times);
}

void step_bound_s(double *time_s, double *fixed_s, struct step_bound *b, const struct step *s,
                  const struct bound_devices *d, const double *most, const double *mean)
{
    const struct rates_lanes *rates = &d->devices->rates;
    struct floor_of floor = floor_of(s, d->devices);
    struct bound_sent sent;
    size_t middle = d->devices->n / 2;
    double ridge = d->chip_s_per_byte[middle] / LANE(rates, rates, main.s_per_flop)[middle];
    if (is_far(ridge, b->ridge) || is_far(most[middle], b->load))
        sort_main(b, s, ridge, most[middle]);
    sum_wires(&sent, b, d, floor.latency);
    bound_all(time_s, fixed_s, b, &sent, d, most, mean, s->overlap != OVERLAP_NONE,
              step_halves(s) * floor.ratio);
}
