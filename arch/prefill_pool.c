#include "arch/prefill_pool.h"

#include "arch/resident.h"
#include "arch/step_clock.h"

void design_become_prefill(struct design *d)
{
    if (design_pools_prefill(d)) {
        d->chip = d->prefill_chip;
        d->calibration = d->prefill_calibration;
        d->calibration_name = d->prefill_calibration_name;
        d->calibration_own = d->prefill_calibration_own;
    }
    if (d->pools.prefill_engine == POOL_WITHOUT_ENGINE)
        d->engine.bandwidth_ratio = 0;
}

/* The devices of the pools: without the engine, unless the design says otherwise. They keep what
 * they hold in the first tier of memory. */
static void find_pool_devices(struct prefill_choice *out, const struct devices *d,
                              const struct design *like)
{
    const double *m = LANE(&d->engine, engine, bandwidth_ratio);
    bool with = false, other = design_pools_prefill(like);
    for (size_t i = 0; i < d->n; i++)
        with = with || m[i] > 0;
    bool sheds = with && like->pools.prefill_engine == POOL_WITHOUT_ENGINE;
    out->d = d;
    if (!sheds && !other && !d->tiered)
        return;
    struct design near = *like;
    design_become_prefill(&near);
    near.plan.weight_share2 = near.plan.kv_share2 = 0;
    out->apart.n = d->n;
    out->apart.chip = d->chip;
    out->apart.engine = d->engine;
    if (other)
        LANES_FILL(&out->apart.chip, d->n, like->prefill_chip);
    if (sheds)
        lanes_set(LANE(&out->apart.engine, engine, bandwidth_ratio), d->n, 0);
    devices_time(&out->apart, &near);
    out->d = &out->apart;
}

/* Where caches lie with an engine apart, they cross its link too. */
static double engine_s_per_byte(const struct rates_lanes *r, size_t i)
{
    bool holds = engine_holds(LANE(r, rates, runs_core), r, i) ||
                 engine_holds(LANE(r, rates, runs_state), r, i);
    return holds ? LANE(r, rates, engine.s_per_wire_byte)[i] : 0;
}

/* A transfer is as slow as its slowest link. */
static void find_feed(struct pool_feed *out, const struct devices *prefill,
                      const struct devices *decode, const struct design *like)
{
    const struct pools *of = &like->pools;
    const double *from_s = LANE(&prefill->rates, rates, network.s_per_byte);
    const double *to_s = LANE(&decode->rates, rates, network.s_per_byte);
    const double *from_latency_s = LANE(&prefill->rates, rates, network.latency_s);
    const double *to_latency_s = LANE(&decode->rates, rates, network.latency_s);
    out->w = &like->workload;
    out->receivers = like->plan.devices;
    lanes_set(out->sent_below, decode->n, INFINITY);
    out->by_layer = of->prefill_transfer == TRANSFER_LAYERS;
    for (size_t i = 0; i < decode->n; i++) {
        double between_s = of->prefill_link_byte_per_s == POOL_LINK_AUTO
                               ? larger(from_s[i], to_s[i])
                               : 1 / of->prefill_link_byte_per_s;
        LANE(&out->link, pool_link, s_per_byte)
        [i] = larger(between_s, engine_s_per_byte(&decode->rates, i));
        LANE(&out->link, pool_link, latency_s)
        [i] = of->prefill_link_latency_s == POOL_LINK_AUTO
                  ? larger(from_latency_s[i], to_latency_s[i])
                  : of->prefill_link_latency_s;
    }
}

/* Splits the step of each pool. */
static void split_pools(struct prefill_choice *out, struct prepared *p)
{
    struct step_split_lanes split;
    struct load_lanes load;
    for (size_t i = 0; i < out->d->n; i++) {
        double prompts = LANE(&out->best, prefill_pool, load)[i];
        LANES_PUT(&load, i, ((struct load){prompts, prompts}));
    }
    for (size_t k = p->pool_first; k < p->pool_first + p->pool_n; k++) {
        struct mapped *m = &p->mapped[k];
        size_t of = 0;
        for (size_t i = 0; i < out->d->n; i++)
            of += out->mapped[i] == k;
        if (of == 0)
            continue;
        const struct held held = {LANE(&out->best, prefill_pool, clock),
                                  LANE(&out->best, prefill_pool, units)};
        steps_split_held(&split, &m->prefill, out->d, &load, held, &m->prefill_memo);
        for (size_t i = 0; i < out->d->n; i++)
            if (out->mapped[i] == k)
                LANES_COPY(&out->split, i, &split, i);
    }
}

/* Not 1 up to rounding errors, for which a last group would be one too many. */
static const double NEARLY = 1 - 1e-12;

/* Some pools, at the places `of` in those of a choice. */
struct some_pools {
    size_t of[LANES], n;
    struct devices d;
    struct pool_feed feed;
    struct prefill_pool_lanes best;
    size_t mapped[LANES];
};

static void find_some(struct some_pools *out, const struct prefill_choice *choice,
                      const struct prepared *p, const struct pool_feed *feed)
{
    devices_pick(&out->d, choice->d, out->of, out->n);
    out->feed = *feed;
    for (size_t j = 0; j < out->n; j++) {
        LANES_COPY(&out->feed.link, j, &feed->link, out->of[j]);
        out->feed.sent_below[j] = pool_sent_byte(&p->mapped[choice->mapped[out->of[j]]]) * NEARLY;
    }
}

/* Requests per second of a system with pool i, and whether fewer bytes of each would raise them. */
static double fed_per_s(bool *by_link, const struct prefill_pool_lanes *pools, size_t i,
                        const struct matching *q)
{
    struct prefill_pool pool;
    LANES_TAKE(pool, pools, i);
    double received = q->receivers * pool.sends_per_s;
    double fed = q->given > 0 ? q->given * pool.requests_per_s : INFINITY;
    *by_link = pool.requests_per_s > 0 && received < smaller(q->decodes_per_s, fed);
    return pool.requests_per_s > 0 ? smaller(smaller(q->decodes_per_s, received), fed) : 0;
}

/* A mapping that prefills more may send more bytes of each prompt than the receivers take in time:
 * replaces it by those that send fewer while the system gains. */
static void relieve_links(struct prefill_choice *out, struct prepared *p,
                          const struct pool_feed *feed, struct matching *q,
                          const double *decodes_per_s)
{
    struct some_pools some = {.n = out->d->n};
    double least = INFINITY;
    for (size_t i = 0; i < some.n; i++)
        some.of[i] = i;
    for (size_t k = p->pool_first; k < p->pool_first + p->pool_n; k++)
        least = smaller(least, pool_sent_byte(&p->mapped[k]));
    while (some.n > 0) {
        size_t n = 0;
        for (size_t j = 0; j < some.n; j++) {
            size_t i = some.of[j];
            bool by_link;
            q->decodes_per_s = decodes_per_s[i];
            fed_per_s(&by_link, &out->best, i, q);
            if (by_link && least < pool_sent_byte(&p->mapped[out->mapped[i]]) * NEARLY)
                some.of[n++] = i;
        }
        some.n = n;
        if (n == 0)
            return;
        find_some(&some, out, p, feed);
        best_prefill_pools(&some.best, some.mapped, p, &some.d, &some.feed);
        some.n = 0;
        for (size_t j = 0; j < n; j++) {
            size_t i = some.of[j];
            bool by_link;
            q->decodes_per_s = decodes_per_s[i];
            if (fed_per_s(&by_link, &some.best, j, q) <= fed_per_s(&by_link, &out->best, i, q))
                continue;
            LANES_COPY(&out->best, i, &some.best, j);
            out->mapped[i] = some.mapped[j];
            some.of[some.n++] = i;
        }
    }
}

void prefill_pools_choose(struct prefill_choice *out, struct prepared *p, const struct devices *d,
                          const struct design *like, const double *tokens_per_s)
{
    struct pool_feed feed;
    struct matching q = {.receivers = like->plan.devices, .given = like->pools.prefill_devices};
    lane decodes_per_s;
    find_pool_devices(out, d, like);
    find_feed(&feed, out->d, d, like);
    best_prefill_pools(&out->best, out->mapped, p, out->d, &feed);
    for (size_t i = 0; i < d->n; i++)
        decodes_per_s[i] = tokens_per_s[i] / like->workload.output;
    relieve_links(out, p, &feed, &q, decodes_per_s);
    split_pools(out, p);
}

static double pool_devices(const struct prefill_pool *pool, double requests_per_s,
                           const struct matching *q)
{
    double share = requests_per_s / pool->requests_per_s;
    return q->given > 0            ? q->given
           : q->given == PLAN_AUTO ? larger(1, ceil(share / q->group * NEARLY)) * q->group
                                   : share;
}

void match_pools(struct matched_pools *out, const struct prefill_pool *pool,
                 const struct matching *q)
{
    double received_per_s = q->receivers * pool->sends_per_s;
    double wanted_per_s = smaller(q->decodes_per_s, received_per_s);
    double devices = pool_devices(pool, wanted_per_s, q);
    double fed_per_s = q->given > 0 ? devices * pool->requests_per_s : INFINITY;
    double rate = smaller(wanted_per_s, fed_per_s);
    bool by_link = rate < fed_per_s || pool->requests_per_s < pool->prefills_per_s;
    out->requests_per_s = rate;
    out->devices = devices;
    out->busy = smaller(1, rate / (devices * pool->prefills_per_s));
    out->decode_busy = rate / q->decodes_per_s;
    out->link_ratio = rate / (smaller(devices, q->receivers) * pool->sends_per_s);
    out->pace = rate == q->decodes_per_s ? SYSTEM_PACE_DECODE
                : by_link                ? SYSTEM_PACE_LINK
                                         : SYSTEM_PACE_PREFILL;
}

#define OUT(metric) LANE(out, metrics, metric)[i]

static void put_matched(struct metrics_lanes *out, size_t i, const struct matched_pools *m,
                        double output)
{
    OUT(prefill_devices) = m->devices;
    OUT(prefill_busy_ratio) = m->busy;
    OUT(decode_busy_ratio) = m->decode_busy;
    OUT(kv_link_ratio) = m->link_ratio;
    OUT(system_paced_by) = m->pace;
    if (m->pace != SYSTEM_PACE_DECODE)
        OUT(tokens_per_s) = m->requests_per_s * output;
}

/* The limits leave the pool no mapping: nothing is prefilled. */
static void put_unfed(struct metrics_lanes *out, size_t i, double verdict)
{
    OUT(ttft_s) = OUT(prefill_s) = OUT(kv_transfer_s) = OUT(prefill_devices) = NAN;
    OUT(prefill_busy_ratio) = OUT(decode_busy_ratio) = OUT(kv_link_ratio) = NAN;
    OUT(system_paced_by) = OUT(prefill_device_power_w) = NAN;
    if (OUT(verdict) == VERDICT_OK)
        OUT(verdict) = verdict;
}

void prefill_pools_add(struct metrics_lanes *out, struct prefill_choice *pools,
                       const struct prepared *p, const struct design *like)
{
    double output = like->workload.output;
    for (size_t i = 0; i < pools->d->n; i++) {
        struct prefill_pool pool;
        struct matched_pools m = {.decode_busy = 1, .busy = 1};
        const struct plan *plan = &p->mapped[pools->mapped[i]].plan;
        LANES_TAKE(pool, &pools->best, i);
        OUT(ttft_s) = pool_ttft_s(&pool);
        OUT(prefill_s) = pool.step_s;
        OUT(kv_transfer_s) = pool.kv_transfer_s;
        OUT(prefill_memory_used_byte) = pool.memory_byte;
        OUT(prefill_throttle_ratio) = pool.clock;
        if (pool.requests_per_s > 0) {
            const struct matching q = {OUT(tokens_per_s) / output, like->plan.devices,
                                       plan->devices, like->pools.prefill_devices};
            match_pools(&m, &pool, &q);
            put_matched(out, i, &m, output);
        } else {
            put_unfed(out, i, pool.verdict);
        }
        pools->devices[i] = m.devices;
        pools->busy[i] = m.busy;
        pools->decode_busy[i] = m.decode_busy;
        OUT(prefill_tp) = plan->tp;
        OUT(prefill_dp) = plan->dp;
        OUT(prefill_ep) = plan->ep;
        OUT(prefill_pp) = plan->pp;
        OUT(prefill_cp) = plan->cp;
        if (OUT(engine_devices) > 0 && like->pools.prefill_engine == POOL_WITH_ENGINE)
            OUT(engine_devices) += pools->devices[i];
        OUT(system_devices) += pools->devices[i];
        OUT(tokens_per_s_per_device) = OUT(tokens_per_s) / OUT(system_devices);
    }
    prefill_pools_rest(&pools->split, pools->d, pools->busy);
    for (size_t i = 0; i < pools->d->n; i++)
        if (pools->devices[i] > 0)
            OUT(prefill_device_power_w) = LANE(&pools->split, step_split, board_w)[i];
}

#undef OUT

void prefill_pools_rest(struct step_split_lanes *split, const struct devices *d, const double *busy)
{
    for (size_t i = 0; i < d->n; i++) {
        struct step_split s;
        struct energy e;
        if (busy[i] >= NEARLY)
            continue;
        LANES_TAKE(s, split, i);
        LANES_TAKE(e, &d->energy, i);
        double wait_w = step_wait_w(&s, &e);
        s.board_w = wait_w + busy[i] * (s.board_w - wait_w);
        s.engine_w *= busy[i];
        s.pool_w = e.pool_static_w + busy[i] * (s.pool_w - e.pool_static_w);
        LANES_PUT(split, i, s);
    }
}
