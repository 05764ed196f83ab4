#include "arch/best_pools.h"

#include <string.h>

#include "arch/metrics.h"
#include "arch/step_clock.h"
#include "base/mem.h"

/* Numbers of micro-batches to try: more than 4 repeat kernels and hide nothing else
 * (arXiv:2504.02263 stops there). */
static const double parts_tried[] = {1, 2, 3, 4};

struct pools_search {
    struct prepared *p;
    const struct devices *d, *f;
    const struct design *like;
    const struct price_book *book;
    struct quote_lanes main_quote, ffn_quote;
    struct best_pools *out;
    bool any;
};

/* One system to be tried. */
struct pair {
    struct mapped *main, *ffn;
    double parts;
};

/* ---- time ---- */

static void set_passes(struct mapped *m, double parts)
{
    m->step.passes = m->outside.passes = parts;
}

/* A step of one side; nothing if it has no operators. */
static void clock_side(struct clocked_lanes *out, const struct step *s, const struct devices *d,
                       const struct load_lanes *load, struct steps_memo *memo)
{
    static const struct clocked nothing = {1, 0, 0};
    if (s->ops.n > 0)
        steps_clock(out, s, d, load, memo);
    else
        LANES_FILL(out, d->n, nothing);
}

/* Requests of a replica of the pool: tokens are spread evenly over it. */
static double ffn_load_of(const struct pair *x, double mean)
{
    return mean * x->main->step.dp / x->ffn->step.dp;
}

/* Transfers of `byte` per request over all layers, for one micro-batch and layer. */
struct transfer {
    double busy_s, latency_s;
};

static struct transfer transfer_of(const struct pair *x, const struct pools *pools,
                                   const struct devices *d, const struct devices *f, size_t i,
                                   struct load load, double byte)
{
    const struct plan *main = &x->main->plan, *ffn = &x->ffn->plan;
    double layers = x->ffn->step.shared_layers, share = 1 / (x->parts * layers);
    double all = load.mean * x->main->step.dp * byte * share;
    double of_fullest = load.most * byte * share / (main->tp * main->cp);
    struct rates a, b;
    LANES_TAKE(a, &d->rates, i);
    LANES_TAKE(b, &f->rates, i);
    bool near = main->devices + ffn->devices <= smaller(a.link_domain, b.link_domain);
    struct wire from = rates_wire(&a, near), to = rates_wire(&b, near);
    double ends = larger(of_fullest * from.s_per_byte, all / ffn->devices * to.s_per_byte);
    double given = all / smaller(main->devices, ffn->devices) / pools->ffn_link_byte_per_s;
    return (struct transfer){pools->ffn_link_byte_per_s < 0 ? ends : given,
                             pools->ffn_link_latency_s < 0 ? larger(from.latency_s, to.latency_s)
                                                           : pools->ffn_link_latency_s};
}

/* What the pool's domains forward, while it arrives. */
static double forward_s(const struct pair *x, const struct devices *f, size_t i, struct load load)
{
    double layers = x->ffn->step.shared_layers;
    double all = load.mean * x->main->step.dp * x->ffn->step.wire.inside_byte / 2;
    return all / (x->parts * layers) / x->ffn->plan.devices *
           LANE(&f->rates, rates, link.s_per_byte)[i];
}

static void put_time(struct paired *out, const struct pair *x, const struct pools_search *q,
                     size_t i)
{
    const struct pools *pools = &q->like->pools;
    const struct pool_wire *wire = &x->ffn->step.wire;
    double layers = x->ffn->step.shared_layers, calls = x->parts * layers;
    double both = x->main->step.sent_byte * x->main->plan.tp * x->main->plan.cp;
    bool apart = pools->ffn_runs == FFN_ALL_BUT_ATTENTION;
    double out_byte = apart ? both / 2 : wire->out_byte;
    double back_byte = apart ? both / 2 : wire->back_byte;
    struct transfer there = transfer_of(x, pools, q->d, q->f, i, out->load, out_byte);
    struct transfer back = transfer_of(x, pools, q->d, q->f, i, out->load, back_byte);
    double inside_s = forward_s(x, q->f, i, out->load);
    there.busy_s = larger(there.busy_s, inside_s);
    back.busy_s = larger(back.busy_s, inside_s);
    out->time.main_s = out->main_busy_s / calls;
    out->time.ffn_s = out->ffn_busy_s / calls;
    out->time.out_s = there.busy_s + there.latency_s;
    out->time.back_s = back.busy_s + back.latency_s;
    out->time.out_busy_s = there.busy_s;
    out->time.back_busy_s = back.busy_s;
    out->time.micro_batches = x->parts;
    out->time.layers = layers;
    out->time.within = pools->ffn_sends == SENDS_WITHIN ? 1 : 0;
    out->main.step_s = ping_pong_step_s(&out->time);
}

/* Times the pair at the loads in `out`; `excess` gets how much a device exceeds its power. */
static void time_pair(struct paired_lanes *out, double *excess, const struct pools_search *q,
                      const struct pair *x)
{
    struct load_lanes main, ffn;
    struct clocked_lanes a, a_outside, b, b_outside;
    size_t n = q->d->n;
    for (size_t i = 0; i < n; i++) {
        struct load l = {LANE(out, paired, load.most)[i], LANE(out, paired, load.mean)[i]};
        double of_ffn = ffn_load_of(x, l.mean);
        struct load lf = {of_ffn, of_ffn};
        LANE(out, paired, ffn_load)[i] = of_ffn;
        LANES_PUT(&main, i, l);
        LANES_PUT(&ffn, i, lf);
    }
    set_passes(x->main, x->parts);
    set_passes(x->ffn, x->parts);
    clock_side(&a, &x->main->step, q->d, &main, &x->main->memo);
    clock_side(&a_outside, &x->main->outside, q->d, &main, &x->main->outside_memo);
    clock_side(&b, &x->ffn->step, q->f, &ffn, &x->ffn->memo);
    clock_side(&b_outside, &x->ffn->outside, q->f, &ffn, &x->ffn->outside_memo);
    for (size_t i = 0; i < n; i++) {
        struct paired one;
        LANES_TAKE(one, out, i);
        one.main_busy_s = LANE(&a, clocked, time_s)[i];
        one.ffn_busy_s = LANE(&b, clocked, time_s)[i];
        one.time.outside_s =
            LANE(&a_outside, clocked, time_s)[i] + LANE(&b_outside, clocked, time_s)[i];
        one.main_clock = LANE(&a, clocked, ratio)[i];
        one.outside_clock = LANE(&a_outside, clocked, ratio)[i];
        one.ffn_clock = LANE(&b, clocked, ratio)[i];
        one.ffn_outside_clock = LANE(&b_outside, clocked, ratio)[i];
        put_time(&one, x, q, i);
        excess[i] = larger(LANE(&a, clocked, excess)[i], LANE(&b, clocked, excess)[i]);
        LANES_PUT(out, i, one);
    }
}

/* ---- the largest batch ---- */

/* Requests of a main replica that the memory of both sides holds. */
static double cap_of(const struct pools_search *q, const struct pair *x, size_t i)
{
    const struct step *s = &x->main->step, *f = &x->ffn->step;
    double room = LANE(&q->d->rates, rates, memory_byte)[i] - s->weight_byte - s->fixed_byte;
    double ffn_room = LANE(&q->f->rates, rates, memory_byte)[i] - f->weight_byte - f->fixed_byte;
    double fit = floor(room / (s->kv_byte_per_request + s->act_byte_per_request));
    double fed = floor(ffn_room / f->act_byte_per_request * f->dp / s->dp);
    return room > 0 && ffn_room > 0 ? larger(0, smaller(fit, fed)) : 0;
}

static void set_load(struct paired_lanes *out, size_t i, struct load load)
{
    LANE(out, paired, load.most)[i] = load.most;
    LANE(out, paired, load.mean)[i] = load.mean;
}

/* The largest whole load of each device up to `high` (the first that is known to be late, or
 * LOAD_MOST) whose step takes at most limit_s; 0: none. Bisection, on a log scale while wide. */
static void largest_load(double *out, const struct pools_search *q, const struct pair *x,
                         double limit_s, const double *guess)
{
    struct paired_lanes at;
    lane low, high, excess;
    size_t n = q->d->n;
    bool open = true;
    for (size_t i = 0; i < n; i++) {
        low[i] = 0;
        high[i] = INFINITY;
        set_load(&at, i, (struct load){guess[i], guess[i]});
    }
    for (int turn = 0; open; turn++) {
        time_pair(&at, excess, q, x);
        open = false;
        for (size_t i = 0; i < n; i++) {
            double load = LANE(&at, paired, load.most)[i];
            double s = LANE(&at, paired, main.step_s)[i];
            double *end = s <= limit_s ? &low[i] : &high[i];
            *end = s <= limit_s ? larger(load, low[i]) : smaller(load, high[i]);
            if (high[i] - low[i] <= 1 || low[i] >= LOAD_MOST)
                continue;
            open = true;
            double linear = floor(load * limit_s / s), middle = floor((low[i] + high[i]) / 2);
            double next = high[i] < INFINITY && turn % 2 ? middle : linear;
            next = larger(low[i] + 1, smaller(next, high[i] < INFINITY ? high[i] - 1 : 4 * load));
            set_load(&at, i, (struct load){next, next});
        }
    }
    for (size_t i = 0; i < n; i++)
        out[i] = low[i] >= LOAD_MOST ? INFINITY : low[i];
}

static double step_limit_s(const struct pools_search *q, const struct pair *x)
{
    return q->like->workload.tpot_s * x->main->step.accepted_tokens;
}

/* Sets the loads, times them, and fills cap and slo. */
static void time_at_best(struct paired_lanes *out, double *excess, const struct pools_search *q,
                         const struct pair *x)
{
    double limit_s = step_limit_s(q, x), batch = q->like->workload.batch;
    double *cap = LANE(out, paired, main.cap), *slo = LANE(out, paired, main.slo);
    size_t n = q->d->n;
    lane guess;
    bool late = false;
    for (size_t i = 0; i < n; i++) {
        cap[i] = cap_of(q, x, i);
        guess[i] = larger(1, smaller(cap[i], LOAD_MOST));
        slo[i] = limit_s < INFINITY ? NAN : INFINITY;
        set_load(out, i,
                 batch == BATCH_MAX ? (struct load){guess[i], guess[i]}
                                    : step_load(&x->main->step, batch));
    }
    time_pair(out, excess, q, x);
    for (size_t i = 0; i < n; i++)
        late = late || (cap[i] >= 1 && LANE(out, paired, main.step_s)[i] > limit_s);
    if (!late || batch != BATCH_MAX)
        return;
    largest_load(slo, q, x, limit_s, guess);
    for (size_t i = 0; i < n; i++) {
        double load = larger(1, smaller(cap[i], slo[i]));
        set_load(out, i, (struct load){load, load});
    }
    time_pair(out, excess, q, x);
}

/* ---- merit ---- */

/* What throughput is divided by: the price of the system, or its devices. */
static double price_of(const struct pools_search *q, const struct pair *x, size_t i)
{
    double devices = x->main->plan.devices, more = x->ffn->plan.devices;
    if (!q->book)
        return devices + more;
    const struct prices *p = &q->book->middle;
    double levels = network_levels(devices + more, p->switch_ports);
    return devices * (LANE(&q->main_quote, quote, usd_per_device)[i] +
                      network_usd(levels, LANE(&q->d->chip, chip, network_byte_per_s)[i], p)) +
           more * (LANE(&q->ffn_quote, quote, usd_per_device)[i] +
                   network_usd(levels, LANE(&q->f->chip, chip, network_byte_per_s)[i], p));
}

/* Below every feasible merit: late, then too large for the memory. */
static double merit_of(const struct paired *x, double price, double rate)
{
    int distance = verdict_kinds[(int)x->main.verdict].distance;
    return distance == 0   ? rate / price
           : distance == 1 ? -x->main.step_s
                           : -1e200 * (x->main.memory_byte + x->ffn_memory_byte);
}

static void judge(struct paired *x, const struct pair *of, const struct pools_search *q, size_t i,
                  double excess)
{
    const struct step *s = &of->main->step, *f = &of->ffn->step;
    double load = x->load.most;
    bool given = q->like->workload.batch != BATCH_MAX;
    bool late = given ? x->main.step_s > step_limit_s(q, of) : load > x->main.slo;
    x->main.memory_byte =
        s->weight_byte + s->fixed_byte + load * (s->kv_byte_per_request + s->act_byte_per_request);
    x->ffn_memory_byte = f->weight_byte + f->fixed_byte + x->ffn_load * f->act_byte_per_request;
    x->main.prompt_s = NAN;
    x->main.verdict = load > x->main.cap ? VERDICT_MEMORY
                      : late             ? VERDICT_TPOT
                      : excess > 0       ? VERDICT_POWER
                                         : VERDICT_OK;
    x->main.clock = x->main_clock;
    x->main.rate = x->load.mean * s->dp * s->made / x->main.step_s;
    x->merit = merit_of(x, price_of(q, of, i), x->main.rate);
}

/* ---- the search ---- */

/* Time of one side at the largest load that fits, at the nominal clock: no load has a higher
 * throughput. */
static void bound_rates(double *out, const struct pools_search *q, const struct pair *x,
                        const double *load)
{
    struct load_lanes main, ffn;
    lane main_s, ffn_s;
    size_t n = q->d->n;
    for (size_t i = 0; i < n; i++) {
        double of_ffn = ffn_load_of(x, load[i]);
        struct load l = {load[i], load[i]}, lf = {of_ffn, of_ffn};
        LANES_PUT(&main, i, l);
        LANES_PUT(&ffn, i, lf);
    }
    set_passes(x->main, x->parts);
    set_passes(x->ffn, x->parts);
    steps_time_s(main_s, &x->main->step, q->d, &main, &x->main->memo);
    steps_time_s(ffn_s, &x->ffn->step, q->f, &ffn, &x->ffn->memo);
    for (size_t i = 0; i < n; i++)
        out[i] = load[i] * x->main->step.dp * x->main->step.made / larger(main_s[i], ffn_s[i]);
}

/* May the pair beat the best on some device? */
static bool may_win(const struct pools_search *q, const struct pair *x)
{
    lane load, rate;
    bool fits = false;
    size_t n = q->d->n;
    if (!q->any)
        return true;
    for (size_t i = 0; i < n; i++) {
        double cap = cap_of(q, x, i), batch = q->like->workload.batch;
        load[i] = batch == BATCH_MAX ? larger(1, smaller(cap, LOAD_MOST))
                                     : step_load(&x->main->step, batch).mean;
        fits = fits || cap >= 1 || LANE(&q->out->of, paired, merit)[i] <= 0;
    }
    if (!fits)
        return false;
    bound_rates(rate, q, x, load);
    for (size_t i = 0; i < n; i++)
        if (rate[i] / price_of(q, x, i) * (1 + 1e-9) >= LANE(&q->out->of, paired, merit)[i])
            return true;
    return false;
}

static void try_pair(struct pools_search *q, size_t main, size_t ffn, double parts)
{
    struct pair x = {&q->p->mapped[main], &q->p->mapped[ffn], parts};
    struct paired_lanes next;
    lane excess;
    if (!may_win(q, &x))
        return;
    time_at_best(&next, excess, q, &x);
    for (size_t i = 0; i < q->d->n; i++) {
        struct paired one;
        LANES_TAKE(one, &next, i);
        judge(&one, &x, q, i, excess[i]);
        double best = LANE(&q->out->of, paired, merit)[i];
        if (q->any && one.merit <= best + fabs(best) * 1e-12)
            continue;
        LANES_PUT(&q->out->of, i, one);
        q->out->main[i] = main;
        q->out->ffn[i] = ffn;
    }
    q->any = true;
}

/* Do devices i and j have the same pair? */
static bool same_pair(const struct best_pools *b, size_t i, size_t j)
{
    const double *parts = LANE(&b->of, paired, time.micro_batches);
    return b->main[i] == b->main[j] && b->ffn[i] == b->ffn[j] && parts[i] == parts[j];
}

size_t best_pools_alike(size_t *of, const struct best_pools *b, size_t from, size_t n)
{
    size_t alike = 0;
    for (size_t j = 0; j < from; j++)
        if (same_pair(b, j, from))
            return 0;
    for (size_t j = from; j < n; j++)
        if (same_pair(b, j, from))
            of[alike++] = j;
    return alike;
}

/* Finds for a pair chosen what affects no choice: largest loads, and what stops the throughput. */
static void complete(struct pools_search *q, const struct pair *x, const size_t *of, size_t n)
{
    double *slo = LANE(&q->out->of, paired, main.slo);
    struct paired_lanes twice = q->out->of;
    lane all, guess, excess;
    bool open = false;
    for (size_t j = 0; j < q->d->n; j++) {
        struct load l = {LANE(&twice, paired, load.most)[j], LANE(&twice, paired, load.mean)[j]};
        guess[j] = larger(1, l.most);
        set_load(&twice, j, (struct load){2 * l.most, 2 * l.mean});
    }
    for (size_t j = 0; j < n; j++)
        open = open || isnan(slo[of[j]]);
    if (open)
        largest_load(all, q, x, step_limit_s(q, x), guess);
    time_pair(&twice, excess, q, x);
    for (size_t j = 0; j < n; j++) {
        size_t i = of[j];
        double step_s = LANE(&q->out->of, paired, main.step_s)[i];
        if (isnan(slo[i]))
            slo[i] = all[i];
        LANE(&q->out->of, paired, stopped)
        [i] = LANE(&twice, paired, main.step_s)[i] <= 2 * step_s / 1.05 ? 1 : 0;
    }
}

void best_pools(struct best_pools *out, struct prepared *p, const struct devices *d,
                const struct devices *f, const struct design *like, const struct price_book *book)
{
    struct pools_search q = {.p = p, .d = d, .f = f, .like = like, .book = book, .out = out};
    double given = like->plan.micro_batches;
    size_t tried = given == PLAN_AUTO ? LEN(parts_tried) : 1;
    if (book) {
        cost_quotes(&q.main_quote, d, &book->middle);
        cost_quotes(&q.ffn_quote, f, &book->middle);
    }
    for (size_t j = p->ffn_first; j < p->ffn_first + p->ffn_n; j++)
        for (size_t k = 0; k < p->n; k++)
            for (size_t m = 0; m < tried; m++)
                try_pair(&q, k, j, given == PLAN_AUTO ? parts_tried[m] : given);
    for (size_t i = 0; i < d->n; i++) {
        struct pair x = {&p->mapped[out->main[i]], &p->mapped[out->ffn[i]],
                         LANE(&out->of, paired, time.micro_batches)[i]};
        size_t of[LANES], n = best_pools_alike(of, out, i, d->n);
        if (n > 0)
            complete(&q, &x, of, n);
    }
}
