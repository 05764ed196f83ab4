/* Timing with constants fitted to measured kernels of the chip's generation: arch/kernel_time.h for
 * each call, and the overheads of serving engines (arch/calibration.h). Idea: a step is the sum of
 * its kernel calls; a decode step of a serving engine is that sum times a ratio, plus a time per
 * layer and its share of prompts, combined with the host's time. Invariant: all devices of a block
 * share one calibration, so its constants stay out of the loops. */
#include "arch/kernel_time.h"
#include "arch/step_run.h"

/* Constants of an operator for a loop over devices. */
struct timed {
    const struct calibration *from;
    int number;
    double start_s;
    double ratio, weight_only_ratio; /* of a serving engine */
    double tokens;                   /* as in a call, per request of a replica */
    bool few;
};

static struct timed timed_of(const struct op *o, const struct step *s, const struct devices *d)
{
    const struct calibration *c = d->like.calibration;
    int number = d->like.number[o->kernel];
    return (struct timed){
        .from = c,
        .number = number,
        .start_s = o->joined ? 0 : calibration_start_s(c, o->kernel, number),
        .ratio = s->prefills ? 1 : calibration_serving_ratio(c, o->kernel, false),
        .weight_only_ratio = s->prefills ? 1 : calibration_serving_ratio(c, o->kernel, true),
        .tokens = s->group_tokens,
        .few = d->like.few,
    };
}

/* ---- one operator ---- */

INLINED struct kernel_work work_of(enum kernel k, const struct calibration *c, int number,
                                   const struct call *x)
{
    switch (k) {
    case KERNEL_GEMM:
        return gemm_work(&c->gemm[number], x);
    case KERNEL_MOE:
        return moe_faster_work(c, number, x);
    case KERNEL_DECODE:
        return decode_work(&c->decode[number], x);
    case KERNEL_DECODE_MLA:
        return mla_work(&c->mla[number], x);
    case KERNEL_PREFILL:
        return prefill_work(&c->prefill[number], x);
    case KERNEL_PREFILL_MLA:
        return prefill_work(&c->prefill_mla[number], x);
    case KERNEL_VECTOR:
        return vector_work(&c->vector, x);
    case KERNEL_REDUCE:
        return reduce_work(c, x);
    case KERNEL_EXCHANGE:
        return exchange_work(&c->exchange, x);
    case KERNEL_UNKNOWN:
    case KERNELS:
        break;
    }
    return (struct kernel_work){NAN, NAN, NAN}; /* refused before: calibration_number */
}

/* `grows_s` is the slope times the load, so that a pass divides once: requests that wait grow with
 * those of the device; so does what they read of the experts. */
INLINED void time_calls(enum kernel k, double *restrict s, double *restrict grows_s,
                        double *restrict clocked_s, const struct op *restrict o,
                        const struct run *restrict r, size_t n, struct unit_lanes u,
                        const double *restrict weight_only, const double *restrict per_unit,
                        struct timed t, bool slopes)
{
    const double *requests = r->requests, *load = r->load, *share = r->share;
    const double *s_per_flop = op_s_per_flop(o, u);
    struct op_call call = op_call_of(o);
    double idle_per_request = r->idle, count = o->count;
    double weight_byte = o->weight_byte, byte = o->byte;
    for (size_t i = 0; i < n; i++) {
        double idle = (1 - share[i]) * idle_per_request;
        double more_byte = slopes ? byte * requests[i] + weight_byte * idle * load[i] : 0;
        struct call x =
            call_at(&call, s_per_flop[i], u.s_per_byte[i], requests[i], share[i], more_byte);
        x.per_unit = per_unit[i];
        x.tokens = t.tokens * load[i];
        x.few = t.few;
        struct kernel_work w = work_of(k, t.from, t.number, &x);
        double only = weight_only[i];
        bool unpacks = (k == KERNEL_MOE) & (only > 0);
        double all = count * (unpacks ? t.weight_only_ratio : t.ratio);
        double sent_byte = op_wire_byte(o, u.runs_core[i], u.runs_index[i]) * requests[i];
        s[i] = larger(all * (t.start_s + w.s), sent_byte * u.s_per_wire_byte[i]);
        if (slopes) {
            grows_s[i] = all * w.grows_s;
            clocked_s[i] = all * w.clocked_s;
        }
    }
}

#define KERNEL_CASE(k, slopes)                                                                     \
    case k:                                                                                        \
        time_calls(k, s, grows_s, clocked_s, o, r, n, u, weight_only, per_unit, t, slopes);        \
        return;

/* One loop per kernel that runs on a unit; other kernels give NAN, never the time of another
 * one. */
#define KERNEL_LOOPS(slopes)                                                                       \
    switch (o->kernel) {                                                                           \
        KERNEL_CASE(KERNEL_VECTOR, slopes)                                                         \
        KERNEL_CASE(KERNEL_GEMM, slopes)                                                           \
        KERNEL_CASE(KERNEL_MOE, slopes)                                                            \
        KERNEL_CASE(KERNEL_DECODE, slopes)                                                         \
        KERNEL_CASE(KERNEL_DECODE_MLA, slopes)                                                     \
        KERNEL_CASE(KERNEL_PREFILL, slopes)                                                        \
        KERNEL_CASE(KERNEL_PREFILL_MLA, slopes)                                                    \
    case KERNEL_UNKNOWN:                                                                           \
    case KERNEL_REDUCE:                                                                            \
    case KERNEL_EXCHANGE:                                                                          \
    case KERNELS:                                                                                  \
        break;                                                                                     \
    }                                                                                              \
    for (size_t i = 0; i < n; i++)                                                                 \
        s[i] = NAN;

FOR_ALL_VECTORS
static void unit_time(double *restrict s, const struct op *restrict o, const struct run *restrict r,
                      size_t n, struct unit_lanes u, const double *restrict weight_only,
                      const double *restrict per_unit, struct timed t)
{
    double *grows_s = NULL, *clocked_s = NULL;
    KERNEL_LOOPS(false)
}

FOR_ALL_VECTORS
static void unit_time_and_growth(double *restrict s, double *restrict grows_s,
                                 double *restrict clocked_s, const struct op *restrict o,
                                 const struct run *restrict r, size_t n, struct unit_lanes u,
                                 const double *restrict weight_only,
                                 const double *restrict per_unit, struct timed t)
{
    KERNEL_LOOPS(true)
}

static void on_unit(struct spell out, const struct run *r, const struct step *s,
                    const struct devices *d, bool engine)
{
    struct unit_lanes u = devices_unit(d, engine);
    struct timed t = timed_of(r->op, s, d);
    const double *per_unit = engine ? lanes_of_one : d->per_unit;
    if (out.slope_s)
        unit_time_and_growth(out.s, out.slope_s, out.clocked_s, r->op, r, d->n, u, d->weight_only,
                             per_unit, t);
    else
        unit_time(out.s, r->op, r, d->n, u, d->weight_only, per_unit, t);
}

FOR_ALL_VECTORS
static void choose_unit(double *restrict on_engine, size_t n, const double *restrict allowed,
                        const double *restrict chip_s, const double *restrict engine_s)
{
    for (size_t i = 0; i < n; i++)
        on_engine[i] = engine_runs(allowed[i], chip_s[i], engine_s[i]) ? 1 : 0;
}

/* The engine's time from that of its kernels: shared with the chip, and at least its energy over
 * its power limit. `slope_s`, in seconds over all requests as in time_calls, may be NULL. */
FOR_ALL_VECTORS
static void feed_engine(double *restrict s, double *restrict slope_s, size_t n,
                        const double *restrict chip_s, const struct op *restrict o,
                        const struct run *restrict r, const struct rates_lanes *restrict rates)
{
    bool core = o->class == OP_ATTENTION;
    struct run run = *r;
    for (size_t i = 0; i < n; i++) {
        struct feed feed = {core ? LANE(rates, rates, feed.s_per_core_flop)[i]
                                 : LANE(rates, rates, feed.s_per_flop)[i],
                            LANE(rates, rates, feed.s_per_byte)[i], 0};
        double flop = o->flop * run.requests[i], grows_byte = o->byte * run.requests[i];
        double fed_s = feed_time_s(&feed, flop, grows_byte + o->weight_byte * run.share[i]);
        double together_s = shared_s(chip_s[i], s[i]), less = together_s / s[i];
        bool shared = run.allowed[i] == RUNS_SHARED;
        double alone_s = shared ? together_s : s[i];
        if (slope_s) {
            double slope = slope_s[i] * (shared ? less : 1);
            slope_s[i] = fed_s > alone_s ? feed_time_s(&feed, flop, grows_byte) : slope;
        }
        s[i] = larger(fed_s, alone_s);
    }
}

static void place(struct placed *out, const struct run *r, const struct step *s,
                  const struct devices *d, bool slopes)
{
    lane unused;
    struct spell chip = {out->chip_s, slopes ? out->chip_slope : NULL, out->chip_clocked_s};
    struct spell engine = {out->engine_s, slopes ? out->engine_slope : NULL, unused};
    on_unit(chip, r, s, d, false);
    on_unit(engine, r, s, d, true);
    feed_engine(out->engine_s, slopes ? out->engine_slope : NULL, d->n, out->chip_s, r->op, r,
                &d->rates);
    choose_unit(out->on_engine, d->n, r->allowed, out->chip_s, out->engine_s);
}

/* Collectives were measured within a link domain; over the network they take its latency and the
 * reached share of its bandwidth. What an exchange sends within the domain takes the link at the
 * same time. A call is given the whole message, of which a ring all-reduce sends 2 (p - 1) / p. */
INLINED void time_sent(enum kernel k, double *restrict s, double *restrict grows_s,
                       const struct op *restrict o, const struct run *restrict r,
                       const struct route *to, size_t n, const struct rates_lanes *restrict rates,
                       struct timed t)
{
    const double *requests = r->requests;
    double all = t.ratio * o->count, each = 1 / o->count, network = 1 / t.from->serving.network;
    bool exchanges = k == KERNEL_EXCHANGE;
    double start_s = exchanges ? o->count * t.from->serving.network_start_s : 0;
    double link = 1 / t.from->exchange.link;
    for (size_t i = 0; i < n; i++) {
        struct rates at;
        LANES_TAKE(at, rates, i);
        double reach = to ? to->reach[i] : 1, p = to ? to->group[i] : o->group;
        bool near = to ? to->near[i] > 0 : o->group <= at.link_domain;
        double byte = o->wire_byte * requests[i] * reach;
        double message_byte = k == KERNEL_REDUCE ? byte * (p / (2 * (p - 1))) : byte;
        struct call x = {
            .wire_s = message_byte * at.link.s_per_byte * each, .per_unit = 1, .group = p};
        struct kernel_work w = work_of(k, t.from, t.number, &x);
        double local = exchanges && !to ? at.link_domain / p : 0;
        double far_s = byte * larger((1 - local) * at.network.s_per_byte * network,
                                     local * at.link.s_per_byte * link);
        s[i] += near ? all * w.s : o->hops * at.network.latency_s + start_s + far_s;
        grows_s[i] += near ? all * w.grows_s : far_s;
    }
}

FOR_ALL_VECTORS
static void add_reduce(double *restrict s, double *restrict grows_s, const struct op *restrict o,
                       const struct run *restrict r, size_t n,
                       const struct rates_lanes *restrict rates, struct timed t)
{
    time_sent(KERNEL_REDUCE, s, grows_s, o, r, NULL, n, rates, t);
}

FOR_ALL_VECTORS
static void add_exchange(double *restrict s, double *restrict grows_s, const struct op *restrict o,
                         const struct run *restrict r, size_t n,
                         const struct rates_lanes *restrict rates, struct timed t)
{
    time_sent(KERNEL_EXCHANGE, s, grows_s, o, r, NULL, n, rates, t);
}

FOR_ALL_VECTORS
static void add_routed_calls(double *restrict s, double *restrict grows_s,
                             const struct op *restrict o, const struct run *restrict r,
                             const struct route *restrict to, size_t n,
                             const struct rates_lanes *restrict rates, struct timed t)
{
    time_sent(KERNEL_EXCHANGE, s, grows_s, o, r, to, n, rates, t);
}

static void add_wire(struct spell total, const struct run *r, const struct route *route,
                     const struct step *s, const struct devices *d)
{
    struct timed t = timed_of(r->op, s, d);
    enum kernel k = r->op->kernel;
    lane scratch;
    if (!total.slope_s)
        lanes_set(total.slope_s = scratch, d->n, 0);
    if (k == KERNEL_EXCHANGE && route)
        add_routed_calls(total.s, total.slope_s, r->op, r, route, d->n, &d->rates, t);
    else if (k == KERNEL_EXCHANGE)
        add_exchange(total.s, total.slope_s, r->op, r, d->n, &d->rates, t);
    else if (k == KERNEL_REDUCE && !route)
        add_reduce(total.s, total.slope_s, r->op, r, d->n, &d->rates, t);
    else
        lanes_set(total.s, d->n, NAN); /* no other kernel sends */
}

/* ---- main operators ---- */

/* Compute-bound or memory-bound is decided by the data sheet's rates. */
FOR_ALL_VECTORS
static void add_part(double *restrict class_s, double *restrict variance,
                     double *restrict compute_s, const double *restrict s, size_t n,
                     const struct op *restrict o, const double *restrict requests,
                     const double *restrict per_flop, const double *restrict per_byte, double error)
{
    for (size_t i = 0; i < n; i++) {
        double compute = o->flop * requests[i] * per_flop[i];
        double memory = op_byte(o, requests[i], 1) * per_byte[i], off = s[i] * error;
        class_s[i] += s[i];
        variance[i] += off * off;
        compute_s[i] += compute >= memory ? s[i] : 0;
    }
}

static double error_of(const struct op *o, const struct devices *d)
{
    return calibration_error(d->like.calibration, o->kernel, d->like.number[o->kernel]);
}

static void split_main(struct main_split *out, const struct step *s, const struct devices *d,
                       const double *requests)
{
    lane one;
    lanes_set(out->compute_s, d->n, 0);
    for (int class = 0; class < OP_CLASSES; class ++) {
        lanes_set(out->class_s[class], d->n, 0);
        lanes_set(out->variance[class], d->n, 0);
    }
    for (size_t k = 0; k < s->main.n; k++) {
        const struct op *o = &s->ops.op[s->main.op[k]];
        struct run r = {o, requests, requests, lanes_of_one, lanes_of_one, 0, lanes_of_zero};
        on_unit((struct spell){one, NULL, NULL}, &r, s, d, false);
        add_part(out->class_s[o->class], out->variance[o->class], out->compute_s, one, d->n, o,
                 requests, LANE(&d->rates, rates, main.s_per_flop),
                 LANE(&d->rates, rates, main.s_per_byte), error_of(o, d));
    }
}

/* ---- a pass ---- */

FOR_ALL_VECTORS
static void clear_sums(struct sums *restrict x, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        x->chip_s[i] = x->engine_s[i] = x->wire_s[i] = 0;
        x->chip_slope[i] = x->engine_slope[i] = x->wire_slope[i] = x->chip_clocked_s[i] = 0;
    }
}

FOR_ALL_VECTORS
static void add_main(struct sums *restrict x, const struct placed *restrict p, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        x->chip_s[i] += p->chip_s[i];
        x->chip_slope[i] += p->chip_slope[i];
        x->chip_clocked_s[i] += p->chip_clocked_s[i];
    }
}

/* Turns times that grow with the load into slopes. */
FOR_ALL_VECTORS
static void divide(struct sums *restrict x, const double *restrict load, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        double each = 1 / load[i];
        x->chip_slope[i] *= each;
        x->engine_slope[i] *= each;
        x->wire_slope[i] *= each;
    }
}

FOR_ALL_VECTORS
static void add_placed_calls(struct sums *restrict x, const struct placed *restrict p, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        bool moved = p->on_engine[i] > 0;
        x->chip_s[i] += moved ? 0 : p->chip_s[i];
        x->engine_s[i] += moved ? p->engine_s[i] : 0;
        x->chip_slope[i] += moved ? 0 : p->chip_slope[i];
        x->engine_slope[i] += moved ? p->engine_slope[i] : 0;
    }
}

static void sum(struct sums *x, const struct pass *p, enum summed what)
{
    bool works = sums_work(what), slopes = works || sums_slopes(what);
    const struct step *s = p->step;
    const struct devices *d = p->devices;
    struct run run;
    struct run_room room;
    struct placed placed;
    struct spell chip = {placed.chip_s, slopes ? placed.chip_slope : NULL, placed.chip_clocked_s};
    clear_sums(x, d->n);
    lanes_set(placed.chip_slope, d->n, 0);
    lanes_set(placed.engine_slope, d->n, 0);
    lanes_set(placed.chip_clocked_s, d->n, 0);
    if (works)
        sum_main_work(x, p);
    for (size_t k = 0; k < s->main.n; k++) {
        run = (struct run){&s->ops.op[s->main.op[k]],
                           p->most,
                           p->most,
                           lanes_of_one,
                           lanes_of_one,
                           0,
                           lanes_of_zero};
        on_unit(chip, &run, s, d, false);
        add_main(x, &placed, d->n);
    }
    for (size_t k = 0; k < s->others; k++) {
        pass_run(&run, &room, p, s->other[k]);
        if (run.op->unit == UNIT_LINK) {
            pass_send((struct spell){x->wire_s, x->wire_slope, NULL}, p, &run);
            if (works)
                sum_sent_work(x, &run, d->n);
            continue;
        }
        place(&placed, &run, s, d, slopes);
        add_placed_calls(x, &placed, d->n);
        if (works)
            sum_placed_work(x, &run, &placed, d);
    }
    if (slopes)
        divide(x, p->most, d->n);
}

/* ---- the whole step ---- */

FOR_ALL_VECTORS
static void add_serving(double *restrict s, double *restrict slope_s, double *restrict clocked_s,
                        size_t n, double between_s, const struct serving_set *restrict of,
                        double beside_per_request, const double *restrict beside_s,
                        const double *restrict beside_clocked_s, const double *restrict most)
{
    const struct serving_set c = *of;
    for (size_t i = 0; i < n; i++) {
        double prompt_s = beside_per_request * beside_s[i];
        double prompt_clocked_s = beside_per_request * beside_clocked_s[i];
        double device_s = s[i] + between_s + most[i] * prompt_s;
        struct kernel_work host = host_work(&c, most[i]);
        double whole_s = norm2(device_s, host.s);
        s[i] = whole_s;
        slope_s[i] = (device_s * (slope_s[i] + prompt_s) + host.s * host.grows_s) / whole_s;
        clocked_s[i] = device_s * (clocked_s[i] + most[i] * prompt_clocked_s) / whole_s;
    }
}

static void whole(struct spell out, const struct step *s, const struct devices *d,
                  const double *most, struct spell beside)
{
    const struct serving_set *c = &d->like.calibration->serving;
    lane scratch, clocked;
    if (s->prefills)
        return;
    if (!out.slope_s)
        lanes_set(out.slope_s = scratch, d->n, 0);
    if (!out.clocked_s)
        lanes_set(out.clocked_s = clocked, d->n, 0);
    add_serving(
        out.s, out.slope_s, out.clocked_s, d->n, s->layers * c->layer_s + s->waits * c->wait_s, c,
        beside.s ? s->beside_per_request * c->prompt_ratio : 0, beside.s ? beside.s : lanes_of_zero,
        beside.clocked_s ? beside.clocked_s : lanes_of_zero, most);
}

/* Error of a step beyond its kernels, with the error of a chip that was not measured itself. */
static double error_beyond(const struct step *s, const struct devices *d)
{
    const struct calibration *c = d->like.calibration;
    double own = calibration_serving_error(c, step_routes(s), s->waits > 0);
    return norm2(own, d->like.calibration_own ? 0 : c->serving.moved_error);
}

static double prompt_ratio(const struct devices *d)
{
    return d->like.calibration->serving.prompt_ratio;
}

static void place_calls(struct placed *out, const struct run *r, const struct step *s,
                        const struct devices *d)
{
    place(out, r, s, d, false);
}

const struct timing timing_calibrated = {
    .name = "calibrated",
    .shown = "calibrated",
    .throttles = true,
    .needs_calibration = true,
    .prompts_apart = true,
    .sum = sum,
    .main_split = split_main,
    .place = place_calls,
    .add_wire = add_wire,
    .whole = whole,
    .prompt_ratio = prompt_ratio,
    .error = error_of,
    .error_beyond = error_beyond,
};
