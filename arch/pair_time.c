#include "arch/pair_time.h"

#include "arch/resident.h"
#include "arch/step_clock.h"
#include "arch/step_pool.h"

/* A share of 1 fits exactly, up to rounding. */
static const double NEARLY_NOTHING = 1e-12;

const struct devices *pair_pool_devices(struct devices *room, const struct pair *x)
{
    lane weight_share, kv_share;
    if (!x->ffn || !x->f->tiered || !(x->ffn->plan.weight_share2 > 0))
        return x->f;
    devices_copy(room, x->f);
    lanes_set(weight_share, x->f->n, x->ffn->plan.weight_share2);
    lanes_set(kv_share, x->f->n, 0);
    devices_share(room, weight_share, kv_share);
    return room;
}

/* Requests of a replica of the pool: tokens are spread evenly over it. */
static double ffn_load_of(const struct pair *x, double mean)
{
    return mean * x->main->step.dp / x->ffn->step.dp;
}

/* Requests of its fullest replica: one that drafts serves whole requests; the tokens of a layer are
 * spread evenly. */
static double ffn_most_of(const struct pair *x, double load)
{
    return x->even || design_pools_ffn(x->like) ? load : ceil(load * (1 - 1e-12));
}

/* Load of the busiest device of the pool over the mean, at a load of the main devices. */
static double busiest_of(const struct pair *x, double mean)
{
    const struct step *f = &x->ffn->step;
    return routing_busiest(f->routing, f->group_tokens * ffn_load_of(x, mean) / x->parts);
}

/* Transfers of `byte` per request over all layers, for one micro-batch and layer. */
struct transfer {
    double busy_s, latency_s;
};

static struct transfer transfer_of(const struct pair *x, size_t i, struct load load, double byte)
{
    const struct plan *main = &x->main->plan, *ffn = &x->ffn->plan;
    double layers = x->ffn->step.shared_layers, share = 1 / (x->parts * layers);
    double all = load.mean * x->main->step.dp * byte * share;
    double of_fullest = load.most * byte * share / (main->tp * main->cp);
    struct rates a, b;
    LANES_TAKE(a, &x->d->rates, i);
    LANES_TAKE(b, &x->f->rates, i);
    bool near = main->devices + ffn->devices <= smaller(a.link_domain, b.link_domain);
    struct wire from = rates_wire(&a, near), to = rates_wire(&b, near);
    double of_busiest =
        all / ffn->devices * pool_wire_busiest(&x->ffn->step.wire, busiest_of(x, load.mean));
    double ends = larger(of_fullest * from.s_per_byte, of_busiest * to.s_per_byte);
    double byte_per_s = step_pool_byte_per_s(x->like), latency_s = step_pool_latency_s(x->like);
    double given = all / smaller(main->devices, ffn->devices) / byte_per_s;
    return (struct transfer){byte_per_s < 0 ? ends : given,
                             latency_s < 0 ? larger(from.latency_s, to.latency_s) : latency_s};
}

/* What the pool's domains forward, while it arrives. */
static double forward_s(const struct pair *x, size_t i, struct load load)
{
    double layers = x->ffn->step.shared_layers;
    const struct pool_wire *w = &x->ffn->step.wire;
    double of_mean = load.mean * x->main->step.dp * w->inside_byte / 2 / x->ffn->plan.devices;
    return of_mean * smaller(busiest_of(x, load.mean), w->most) / (x->parts * layers) *
           LANE(&x->f->rates, rates, link.s_per_byte)[i];
}

struct exchange mapped_exchange(const struct mapped *main, const struct mapped *ffn,
                                const struct design *d)
{
    const struct pool_wire *wire = &ffn->step.wire;
    double half = main->step.sent_byte * main->plan.tp * main->plan.cp / 2;
    return step_pool_by_operators(d) ? (struct exchange){half, half}
                                     : (struct exchange){wire->out_byte, wire->back_byte};
}

static void put_transfers(struct paired *out, const struct pair *x, size_t i)
{
    const struct exchange sent = mapped_exchange(x->main, x->ffn, x->like);
    struct transfer there = transfer_of(x, i, out->load, sent.out_byte);
    struct transfer back = transfer_of(x, i, out->load, sent.back_byte);
    double inside_s = forward_s(x, i, out->load);
    there.busy_s = larger(there.busy_s, inside_s);
    back.busy_s = larger(back.busy_s, inside_s);
    out->main_sent_byte = out->load.most * sent.out_byte / (x->main->plan.tp * x->main->plan.cp);
    out->ffn_sent_byte = out->load.mean * x->main->step.dp * sent.back_byte / x->ffn->plan.devices;
    out->time.out_s = there.busy_s + there.latency_s;
    out->time.back_s = back.busy_s + back.latency_s;
    out->time.out_busy_s = there.busy_s;
    out->time.back_busy_s = back.busy_s;
}

/* A step whose sides have been timed. */
static void put_time(struct paired *out, const struct pair *x, size_t i, double hidden_s)
{
    double layers = x->ffn ? x->ffn->step.shared_layers : x->main->step.layers;
    double calls = x->parts * layers;
    out->time.main_s = out->main_busy_s / calls;
    out->time.ffn_s = out->ffn_busy_s / calls;
    out->time.beside_s = hidden_s / calls;
    out->time.out_s = out->time.back_s = out->time.out_busy_s = out->time.back_busy_s = 0;
    if (x->ffn)
        put_transfers(out, x, i);
    out->time.micro_batches = x->parts;
    out->time.layers = layers;
    out->time.within = x->like->pools.ffn_sends == SENDS_WITHIN ? 1 : 0;
    out->main.step_s = ping_pong_step_s(&out->time);
}

/* One side, within the layers and outside of them. */
struct side_time {
    struct clocked_lanes layers, outside;
};

static void time_side(struct side_time *out, struct mapped *m, const struct devices *d,
                      const struct load_lanes *load, double parts)
{
    static const struct clocked nothing = {
        .ratio = 1,
    };
    LANES_FILL(&out->layers, d->n, nothing);
    LANES_FILL(&out->outside, d->n, nothing);
    if (!m)
        return;
    m->step.passes = parts;
    m->outside.passes = 1; /* once per step, on the whole batch */
    if (m->step.ops.n > 0)
        steps_clock(&out->layers, &m->step, d, load, &m->memo);
    if (m->outside.ops.n > 0)
        steps_clock(&out->outside, &m->outside, d, load, &m->outside_memo);
}

/* Time of all micro-batches on the main devices that the overlap of engine and chip hides: these
 * work on different ones, each of which takes the time of both. */
static void find_hidden(double *out, const struct pair *x, const struct load_lanes *load)
{
    lane apart_s, overlapped_s;
    lanes_set(out, x->d->n, 0);
    if (!x->in_turn || x->parts == 1)
        return;
    steps_time_s(apart_s, &x->main->step, x->in_turn, load, &x->main->memo);
    steps_time_s(overlapped_s, &x->main->step, x->d, load, &x->main->memo);
    for (size_t i = 0; i < x->d->n; i++)
        out[i] = larger(0, apart_s[i] - overlapped_s[i]);
}

void pair_time(struct paired_lanes *out, const struct pair *x)
{
    struct load_lanes main, ffn;
    struct side_time a, b;
    struct devices shared;
    lane hidden_s;
    for (size_t i = 0; i < x->d->n; i++) {
        struct load l = {LANE(out, paired, load.most)[i], LANE(out, paired, load.mean)[i]};
        double of_ffn = x->ffn ? ffn_load_of(x, l.mean) : 0;
        struct load lf = {x->ffn ? ffn_most_of(x, of_ffn) : 0, of_ffn};
        LANE(out, paired, ffn_load)[i] = lf.mean;
        LANE(out, paired, ffn_most)[i] = lf.most;
        LANES_PUT(&main, i, l);
        LANES_PUT(&ffn, i, lf);
    }
    time_side(&a, x->main, x->d, &main, x->parts);
    time_side(&b, x->ffn, pair_pool_devices(&shared, x), &ffn, x->parts);
    find_hidden(hidden_s, x, &main);
    for (size_t i = 0; i < x->d->n; i++) {
        struct paired one;
        LANES_TAKE(one, out, i);
        one.main_busy_s = LANE(&a.layers, clocked, time_s)[i];
        one.ffn_busy_s = LANE(&b.layers, clocked, time_s)[i];
        one.time.outside_s =
            LANE(&a.outside, clocked, time_s)[i] + LANE(&b.outside, clocked, time_s)[i];
        one.main_clock = LANE(&a.layers, clocked, ratio)[i];
        one.main_units = LANE(&a.layers, clocked, units)[i];
        one.ffn_units = LANE(&b.layers, clocked, units)[i];
        one.outside_clock = LANE(&a.outside, clocked, ratio)[i];
        one.ffn_clock = LANE(&b.layers, clocked, ratio)[i];
        one.ffn_outside_clock = LANE(&b.outside, clocked, ratio)[i];
        one.excess =
            larger(LANE(&a.layers, clocked, excess)[i], LANE(&b.layers, clocked, excess)[i]);
        put_time(&one, x, i, hidden_s[i]);
        LANES_PUT(out, i, one);
    }
}

/* ---- the largest load ---- */

/* Requests of a replica that the memory of device i holds, also a part of one. */
static double fit_of(const struct step *s, const struct devices *d, size_t i)
{
    struct resident h = resident_of(s, &d->rates, i);
    double chip_byte = LANE(&d->rates, rates, memory_byte)[i];
    double pool_byte = LANE(&d->rates, rates, pool_byte)[i];
    struct tier2 t;
    if (!d->tiered)
        return resident_fit(&h, chip_byte, pool_byte);
    LANES_TAKE(t, &d->tier2, i);
    return resident_fit_tiers(&h, chip_byte, pool_byte, &t, NEARLY_NOTHING);
}

double pair_main_cap(const struct pair *x, size_t i)
{
    return floor(fit_of(&x->main->step, x->d, i));
}

double pair_cap(const struct pair *x, size_t i)
{
    const struct step *s = &x->main->step, *f = &x->ffn->step;
    struct devices shared;
    double fit = pair_main_cap(x, i), held = fit_of(f, pair_pool_devices(&shared, x), i);
    double fed = floor((design_pools_ffn(x->like) ? held : floor(held)) * f->dp / s->dp);
    return smaller(fit, fed);
}

double pair_limit_s(const struct pair *x)
{
    return x->like->workload.tpot_s * x->main->step.accepted_tokens;
}

/* A bracket: the load `low` is in time, `high` is late. */
struct bracket {
    double low, high, low_s, high_s;
};

/* The next load to try: where a line through both ends meets the limit; every third time the
 * middle, so that the search ends. */
static double next_load(const struct bracket *b, double load, double s, double limit_s, int turn)
{
    double line = b->high < INFINITY && b->low_s > 0
                      ? b->low + (b->high - b->low) * (limit_s - b->low_s) / (b->high_s - b->low_s)
                      : load * limit_s / s;
    double middle = (b->low + b->high) / 2;
    double next = floor(b->high < INFINITY && turn % 3 == 2 ? middle : line);
    return larger(b->low + 1, smaller(next, b->high < INFINITY ? b->high - 1 : 4 * load));
}

void pair_largest_load(double *out, const struct pair *x, const double *guess)
{
    struct paired_lanes at;
    struct bracket b[LANES];
    double limit_s = pair_limit_s(x), *largest = x->main->memo.largest;
    bool open = limit_s < INFINITY, monotone = !some_engine_overlaps(x->d);
    for (size_t i = 0; i < x->d->n; i++) {
        double first = monotone && largest[i] > 0 ? largest[i] : guess[i];
        b[i] = (struct bracket){open ? 0 : LOAD_MOST, INFINITY, 0, 0};
        pair_set_load(&at, i, (struct load){first, first});
    }
    for (int turn = 0; open; turn++) {
        pair_time(&at, x);
        open = false;
        for (size_t i = 0; i < x->d->n; i++) {
            double load = LANE(&at, paired, load.most)[i];
            double s = LANE(&at, paired, main.step_s)[i];
            if (s <= limit_s && load > b[i].low) {
                b[i].low = load;
                b[i].low_s = s;
            } else if (s > limit_s && load < b[i].high) {
                b[i].high = load;
                b[i].high_s = s;
            }
            if (b[i].high - b[i].low <= 1 || b[i].low >= LOAD_MOST)
                continue;
            open = true;
            double next = next_load(&b[i], load, s, limit_s, turn);
            pair_set_load(&at, i, (struct load){next, next});
        }
    }
    for (size_t i = 0; i < x->d->n; i++)
        out[i] = b[i].low >= LOAD_MOST ? INFINITY : b[i].low;
    for (size_t i = 0; i < x->d->n && limit_s < INFINITY; i++)
        largest[i] = smaller(b[i].low, LOAD_MOST);
}
