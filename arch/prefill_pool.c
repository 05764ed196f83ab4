#include "arch/prefill_pool.h"

#include "arch/step_clock.h"

/* The devices of the pools: without the engine, unless the design says otherwise. */
static void find_pool_devices(struct prefill_choice *out, const struct devices *d,
                              const struct design *like)
{
    const double *m = LANE(&d->engine, engine, bandwidth_ratio);
    bool with = false;
    for (size_t i = 0; i < d->n; i++)
        with = with || m[i] > 0;
    out->d = d;
    if (!with || like->pools.prefill_engine == POOL_WITH_ENGINE)
        return;
    out->apart.n = d->n;
    out->apart.chip = d->chip;
    out->apart.engine = d->engine;
    lanes_set(LANE(&out->apart.engine, engine, bandwidth_ratio), d->n, 0);
    devices_time(&out->apart, like);
    out->d = &out->apart;
}

/* Splits the step of each pool. */
static void split_pools(struct prefill_choice *out, struct prepared *p, const struct workload *w)
{
    struct step_split_lanes split;
    struct load_lanes load;
    for (size_t k = p->pool_first; k < p->pool_first + p->pool_n; k++) {
        struct mapped *m = &p->mapped[k];
        size_t of = 0;
        for (size_t i = 0; i < out->d->n; i++)
            of += out->mapped[i] == k;
        if (of == 0)
            continue;
        struct load at = step_load(&m->prefill, pool_batch(m, w));
        LANES_FILL(&load, out->d->n, at);
        steps_split_held(&split, &m->prefill, out->d, &load, LANE(&out->best, prefill_pool, clock),
                         &m->prefill_memo);
        for (size_t i = 0; i < out->d->n; i++)
            if (out->mapped[i] == k)
                LANES_COPY(&out->split, i, &split, i);
    }
}

void prefill_pools_choose(struct prefill_choice *out, struct prepared *p, const struct devices *d,
                          const struct design *like)
{
    find_pool_devices(out, d, like);
    best_prefill_pools(&out->best, out->mapped, p, out->d, &like->workload);
    split_pools(out, p, &like->workload);
}

#define OUT(metric) LANE(out, metrics, metric)[i]

void prefill_pools_add(struct metrics_lanes *out, struct prefill_choice *pools,
                       const struct prepared *p, const struct design *like)
{
    double output = like->workload.output;
    for (size_t i = 0; i < pools->d->n; i++) {
        struct prefill_pool pool;
        const struct plan *plan = &p->mapped[pools->mapped[i]].plan;
        LANES_TAKE(pool, &pools->best, i);
        double requests_per_s = OUT(tokens_per_s) / output;
        bool fed = pool.requests_per_s > 0;
        OUT(ttft_s) = pool.ttft_s;
        OUT(kv_transfer_s) = pool.kv_transfer_s;
        OUT(prefill_devices) = fed ? requests_per_s / pool.requests_per_s : NAN;
        pools->devices[i] = fed ? OUT(prefill_devices) : 0;
        if (!fed && OUT(verdict) == VERDICT_OK)
            OUT(verdict) = VERDICT_TTFT;
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
}

#undef OUT
