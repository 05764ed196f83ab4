#include "arch/traffic_metrics.h"

#include <stdlib.h>
#include <string.h>

#include "arch/step_clock.h"
#include "arch/step_pool.h"
#include "arch/timing.h"
#include "base/mem.h"

const char *traffic_refusal(const struct design *d)
{
    if (!workload_has_traffic(&d->workload))
        return NULL;
    if (!phase_of(&d->workload)->answers)
        return "workload.phase: requests that arrive have a prompt and an answer: write serving or "
               "disaggregated, or leave out workload.requests_per_s";
    if (timing_of(&d->mode)->gives_time)
        return "timing: a measured time is that of one batch, but traffic changes the batch: write "
               "another timing, or leave out workload.requests_per_s";
    if (design_shares_steps(d))
        return "workload.requests_per_s: a step shared with pools.ffn or pools.draft is timed at "
               "its largest batch only: leave it out";
    return NULL;
}

void traffic_demand(struct demand *out, const struct workload *w)
{
    *out = (struct demand){
        .requests_per_s = w->requests_per_s,
        .arrival_cv = w->arrival_cv,
        .output = w->output,
        .output_cv = w->output_cv,
        .prompt_cv = workload_prompt_cv(w),
        .chunks = workload_new_tokens(w) / CHUNK_TOKENS,
        .ttft_s = w->ttft_s,
        .tpot_s = w->tpot_s,
        .ttft_percentile = w->ttft_percentile,
        .tpot_percentile = w->tpot_percentile,
    };
}

/* Requests in flight at the nodes: from one to all, at equal ratios. */
static void find_nodes(struct service *s)
{
    s->nodes = s->slots > 1 ? SERVICE_NODES : 1;
    for (size_t i = 0; i < s->nodes; i++)
        s->requests[i] =
            s->nodes > 1 ? pow(s->slots, (double)i / (double)(s->nodes - 1)) : s->slots;
}

/* The time of a step of some devices at each node. */
static void time_nodes(double (*out)[SERVICE_NODES], const struct step *s, const struct devices *d,
                       const struct service *at, struct steps_memo *memo)
{
    for (size_t k = 0; k < SERVICE_NODES; k++) {
        struct load_lanes load;
        lane time_s;
        for (size_t i = 0; i < d->n; i++) {
            double each = at[i].requests[at[i].nodes > 1 ? k : 0] / at[i].replicas;
            const struct load l = {larger(1, each), each};
            LANES_PUT(&load, i, l);
        }
        steps_held_time_s(time_s, s, d, &load, memo);
        for (size_t i = 0; i < d->n; i++)
            out[i][k] = time_s[i];
    }
}

/* The decode step of a mapping without the prompts that a serving step has. */
static void build_decode(struct step *out, const struct traffic_system *q, const struct plan *plan)
{
    struct workload w = q->like->workload;
    w.phase = PHASE_DECODE;
    w.context = workload_held_context(&q->like->workload);
    const struct routing_of of = step_routing_of(&q->p->layers, plan, &w);
    out->routing = routing_find(&q->p->routings, &of);
    step_build(out, q->like, &q->p->layers, plan, &w);
}

/* Devices at mapping k: some of those of `q`. */
struct mapped_devices {
    struct devices d;
    size_t of[LANES];
};

/* What prompts add to a step, per prompt, from steps with and without them at each node: no longer
 * than a step of its own, or than with more requests in flight. A step with a small part of a
 * prompt reads most experts of a whole one. */
static void find_prompt(struct service *s, const double *mixed_s, const double *plain_s,
                        double output)
{
    double most_s = INFINITY; /* of a step with a prompt */
    for (size_t j = s->nodes; j-- > 0;) {
        double prompts = s->requests[j] / s->replicas * s->accepted / output;
        double spread_s = larger(0, mixed_s[j] - plain_s[j]) / prompts;
        if (j == s->nodes - 1)
            s->spread_s = spread_s;
        s->step_s[j] = plain_s[j];
        most_s = smaller(most_s, plain_s[j] + smaller(spread_s, s->alone_s));
        s->prompt_s[j] = larger(0, most_s - plain_s[j]);
    }
}

/* What a prompt adds to a step, from steps with and without prompts. */
static void find_prompts(struct service *at, const struct traffic_system *q, size_t k,
                         const struct devices *d)
{
    struct mapped *m = &q->p->mapped[k];
    double mixed_s[LANES][SERVICE_NODES], plain_s[LANES][SERVICE_NODES];
    struct {
        struct step step;
        struct steps_memo memo;
    } *decode = mem_alloc(1, sizeof *decode);
    steps_renew(&decode->memo);
    build_decode(&decode->step, q, &m->plan);
    time_nodes(mixed_s, &m->step, d, at, &m->memo);
    time_nodes(plain_s, &decode->step, d, at, &decode->memo);
    free(decode);
    for (size_t i = 0; i < d->n; i++)
        find_prompt(&at[i], mixed_s[i], plain_s[i], q->like->workload.output);
}

/* The pool of device i, whose KV caches the devices at mapping k wait for. */
static void find_pool(struct service *out, const struct traffic_system *q, size_t i)
{
    const struct prefill_choice *pools = q->pools;
    struct mapped *m = &q->p->mapped[pools->mapped[i]];
    struct prefill_pool pool;
    struct devices one;
    struct load_lanes load;
    lane alone_s;
    LANES_TAKE(pool, &pools->best, i);
    devices_pick(&one, pools->d, &i, 1);
    LANES_PUT(&load, 0, ((struct load){1, 1}));
    steps_held_time_s(alone_s, &m->prefill, &one, &load, &m->prefill_memo);
    out->servers = larger(1, pools->devices[i] / m->plan.devices * m->plan.dp);
    out->read_s = out->servers / (pools->devices[i] * pool.requests_per_s);
    out->alone_s = alone_s[0];
    out->transfer_s = pool_ttft_s(&pool) - pool.step_s;
}

void traffic_services(struct service *out, const struct traffic_system *q)
{
    for (size_t k = 0; k < q->p->n; k++) {
        const struct step *s = &q->p->mapped[k].step;
        struct service at[LANES];
        struct devices some;
        size_t of[LANES], n = 0;
        for (size_t i = 0; i < q->d->n; i++)
            if (q->mapped[i] == k)
                of[n++] = i;
        if (n == 0)
            continue;
        devices_pick(&some, q->d, of, n);
        for (size_t j = 0; j < n; j++) {
            at[j] = (struct service){.groups = s->dp / s->expert_replicas,
                                     .replicas = s->expert_replicas,
                                     .accepted = s->accepted_tokens,
                                     .alone_s = LANE(&q->best->of, candidate, prompt_s)[of[j]]};
            at[j].slots = larger(1, LANE(&q->best->load, load, mean)[of[j]] * at[j].replicas);
            find_nodes(&at[j]);
        }
        if (q->pools) {
            double step_s[LANES][SERVICE_NODES];
            time_nodes(step_s, s, &some, at, &q->p->mapped[k].memo);
            for (size_t j = 0; j < n; j++) {
                memcpy(at[j].step_s, step_s[j], sizeof at[j].step_s);
                find_pool(&at[j], q, of[j]);
            }
        } else {
            find_prompts(at, q, k, &some);
        }
        for (size_t j = 0; j < n; j++)
            out[of[j]] = at[j];
    }
}

#define OUT(metric) LANE(out, metrics, metric)[i]

static void put_spreads(struct metrics_lanes *out, size_t i, const struct response *r)
{
    OUT(ttft_mean_s) = r->ttft.mean_s;
    OUT(ttft_p50_s) = r->ttft.p50_s;
    OUT(ttft_p90_s) = r->ttft.p90_s;
    OUT(ttft_p99_s) = r->ttft.p99_s;
    OUT(tpot_mean_s) = r->tpot.mean_s;
    OUT(tpot_p50_s) = r->tpot.p50_s;
    OUT(tpot_p90_s) = r->tpot.p90_s;
    OUT(tpot_p99_s) = r->tpot.p99_s;
}

void traffic_metrics(struct metrics_lanes *out, const struct traffic_system *q)
{
    struct service service[LANES];
    struct demand demand;
    traffic_demand(&demand, &q->like->workload);
    traffic_services(service, q);
    for (size_t i = 0; i < q->d->n; i++) {
        struct response r;
        bool fed = !q->pools || q->pools->devices[i] > 0;
        if (!fed)
            continue; /* nothing is served, as the verdict says */
        respond(&r, &service[i], &demand);
        put_spreads(out, i, &r);
        OUT(load_ratio) = r.load_ratio;
        OUT(requests_in_flight) = r.in_flight;
        OUT(goodput_per_s) = r.goodput_per_s;
        OUT(most_requests_per_s) = r.most_per_s;
        if (OUT(verdict) != VERDICT_OK)
            continue;
        OUT(verdict) = r.load_ratio >= 1                  ? VERDICT_OVERLOAD
                       : r.ttft_limited_s > demand.ttft_s ? VERDICT_TTFT
                       : r.tpot_limited_s > demand.tpot_s ? VERDICT_TPOT
                                                          : VERDICT_OK;
    }
}

#undef OUT
