#include "arch/best_mapping.h"

#include <string.h>

#include "arch/best_shares.h"
#include "arch/mapping_bound.h"
#include "arch/mapping_trial.h"
#include "arch/metrics.h"

double pool_ttft_s(const struct prefill_pool *p)
{
    double busy_s = p->kv_transfer_s - p->link_latency_s;
    if (p->layers == 0)
        return p->step_s + p->kv_transfer_s;
    return larger(p->step_s + busy_s / p->layers, busy_s + p->step_s / p->layers) +
           p->link_latency_s;
}

/* Is a larger than b by more than rounding? */
static bool is_more(double a, double b, double equal)
{
    return a > b + fabs(b) * equal;
}

enum { SEEDS = 5, ALIKE_LEAST = 8 };

struct found {
    struct candidates *best;
    size_t *mapped;
    lane merit; /* of `mapped` */
    lane top;   /* largest merit timed; equals `merit` up to rounding */
    size_t n;   /* mappings timed */
};

/* Keeps lane j of `c` for device i. */
static void keep_candidate(struct found *f, size_t k, size_t i, const struct candidates *c,
                           size_t j, double merit)
{
    LANES_COPY(&f->best->of, i, &c->of, j);
    LANES_COPY(&f->best->load, i, &c->load, j);
    f->merit[i] = merit;
    f->mapped[i] = k;
}

/* A mapping that is timed at shares of a second tier of memory. */
struct shared_mapping {
    const struct mapping_search *q;
    size_t k;
};

static void time_shared(struct candidates *out, const struct devices *d, const void *of)
{
    const struct shared_mapping *m = of;
    struct trial a;
    trial_make(&a, m->q, d, m->k, NULL);
    trial_time(out, &a, d, m->q->w, NULL, true);
}

/* Times a mapping at the best shares of its plan. */
static void share_mapping(struct candidates *out, const struct mapping_search *q, size_t k,
                          const struct devices *d)
{
    const struct mapped *m = &q->p->mapped[k];
    const struct shared_mapping of = {q, k};
    double batch = q->w->batch;
    const struct share_search s = {.d = d,
                                   .step = &m->step,
                                   .weight_share = m->plan.weight_share2,
                                   .kv_share = m->plan.kv_share2,
                                   .requests =
                                       batch == BATCH_MAX ? 0 : step_load(&m->step, batch).most,
                                   .time = time_shared,
                                   .merit = candidate_merit,
                                   .of = &of};
    best_shares(out, &s);
}

/* Times a mapping on `n` of the devices. `guess`: of loads, in the order of all devices, or NULL.
 */
static void time_mapping(struct candidates *out, const struct mapping_search *q, size_t k,
                         const size_t *of, size_t n, const double *guess)
{
    struct devices some;
    const struct devices *d = q->d;
    struct trial a;
    lane from;
    if (n < d->n) {
        devices_pick(&some, d, of, n);
        d = &some;
    }
    if (d->tiered && !q->pool) {
        share_mapping(out, q, k, d);
        return;
    }
    for (size_t j = 0; j < n && guess; j++)
        from[j] = guess[of[j]];
    trial_make(&a, q, d, k, n < q->d->n ? of : NULL);
    trial_time(out, &a, d, q->w, guess ? from : NULL, true);
}

/* Merit of a mapping on a device that was not timed: below all others. */
static const double NOT_TIMED = -1e300;

/* Times a mapping on the devices where it may be the best, and keeps it where it is. */
static void try_mapping(struct found *f, const struct mapping_search *q, size_t k)
{
    struct merit *m = &q->p->merit[k];
    struct candidates next;
    size_t of[LANES] = {0}, n = 0;
    bool first = f->n == 0;
    for (size_t i = 0; i < q->d->n; i++) {
        if (first || m->of[i] >= f->top[i])
            of[n++] = i;
        else
            m->of[i] = NOT_TIMED;
    }
    time_mapping(&next, q, k, of, n, q->overlaps ? NULL : m->load);
    m->exact = true;
    for (size_t j = 0; j < n; j++) {
        struct candidate c;
        LANES_TAKE(c, &next.of, j);
        size_t i = of[j];
        double merit = m->of[i] = candidate_merit(&c);
        bool equal =
            !is_more(merit, f->merit[i], q->equal) && !is_more(f->merit[i], merit, q->equal);
        if (first || is_more(merit, f->merit[i], q->equal) || (equal && k < f->mapped[i]))
            keep_candidate(f, k, i, &next, j, merit);
        f->top[i] = first ? merit : larger(f->top[i], merit);
    }
    f->n++;
}

/* The mapping with the highest bound on device i. */
static size_t most_promising(const struct mapping_search *q, size_t i)
{
    const struct merit *merit = q->p->merit;
    size_t at = q->first;
    for (size_t k = at + 1; k < q->last; k++)
        if (merit[k].of[i] > merit[at].of[i])
            at = k;
    return at;
}

FOR_ALL_VECTORS
static bool may_win(const double *restrict bound, const double *restrict top, size_t n)
{
    int64_t any = 0;
    for (size_t i = 0; i < n; i++)
        any |= bound[i] >= top[i];
    return any;
}

/* Replaces the best mapping by the first one that equals it: rounding may have excluded that
 * one. */
static void choose_first_of_equals(struct found *f, const struct mapping_search *q)
{
    for (size_t i = 0; i < q->d->n; i++) {
        size_t k = q->first;
        while (!q->p->merit[k].exact || is_more(f->top[i], q->p->merit[k].of[i], q->equal))
            k++;
        if (k == f->mapped[i])
            continue;
        struct candidates again;
        time_mapping(&again, q, k, &i, 1, NULL);
        keep_candidate(f, k, i, &again, 0, q->p->merit[k].of[i]);
    }
}

/* Bounds all mappings on all devices. */
static void bound_each(const struct mapping_search *q)
{
    for (size_t k = q->first; k < q->last; k++) {
        trial_bound(&q->p->merit[k], q, k, ROUGH);
        q->p->merit[k].exact = false;
    }
}

/* Bounds all mappings on a device that is at least as good as each, times the most promising one,
 * and bounds those on each device that may then still win: few if the devices are alike. False,
 * with nothing done, if there is no such device. */
static bool bound_together(struct found *f, const struct mapping_search *q)
{
    struct devices best;
    struct mapping_search together = *q;
    struct merit *merit = q->p->merit;
    size_t n = q->d->n, first;
    together.d = &best;
    if (n < ALIKE_LEAST || q->pool || !bound_devices_best(&best, &together.bounds, &q->bounds))
        return false;
    bound_each(&together);
    for (first = most_promising(&together, 0); !merit[first].refined;
         first = most_promising(&together, 0))
        trial_bound(&merit[first], &together, first, REFINED);
    lanes_set(merit[first].load, n, merit[first].load[0]);
    try_mapping(f, q, first);
    double least = f->top[0];
    for (size_t i = 1; i < n; i++)
        least = smaller(least, f->top[i]);
    for (size_t k = q->first; k < q->last; k++) {
        if (k == first)
            continue;
        if (merit[k].of[0] >= least)
            trial_bound(&merit[k], q, k, ROUGH);
        else
            lanes_set(merit[k].of, n, NOT_TIMED);
    }
    return true;
}

static void search(struct candidates *out, size_t mapped[LANES], struct mapping_search *q)
{
    struct prepared *p = q->p;
    struct found f = {.best = out, .mapped = mapped};
    bound_devices_make(&q->bounds, q->d);
    for (size_t i = 0; i < q->d->n; i++)
        q->overlaps |= LANE(&q->d->rates, rates, overlap)[i] > 0;
    if (!bound_together(&f, q))
        bound_each(q);
    /* The most promising mappings of a few devices first: their merits rule most others out. */
    size_t n = q->d->n;
    for (size_t j = 0; j < SEEDS; j++) {
        size_t i = j * (n - 1) / (SEEDS - 1), k = most_promising(q, i);
        while (!p->merit[k].refined && !p->merit[k].exact) {
            trial_bound(&p->merit[k], q, k, REFINED);
            k = most_promising(q, i);
        }
        if (!p->merit[k].exact)
            try_mapping(&f, q, k);
    }
    for (size_t k = q->first; k < q->last; k++) {
        struct merit *m = &p->merit[k];
        if (m->exact || !may_win(m->of, f.top, n))
            continue;
        if (!m->refined)
            trial_bound(m, q, k, REFINED);
        if (may_win(m->of, f.top, n))
            try_mapping(&f, q, k);
    }
    choose_first_of_equals(&f, q);
}

/* Sets the shares and places that were chosen for device of[j] on device j of n. */
static void share_chosen(struct devices *d, const struct candidates *chosen, const size_t *of,
                         size_t n)
{
    lane weight, kv, kv_place, expert_place;
    for (size_t j = 0; j < n && d->tiered; j++) {
        weight[j] = LANE(&chosen->of, candidate, weight_share2)[of[j]];
        kv[j] = LANE(&chosen->of, candidate, kv_share2)[of[j]];
    }
    for (size_t j = 0; j < n; j++) {
        kv_place[j] = LANE(&chosen->of, candidate, kv_place)[of[j]];
        expert_place[j] = LANE(&chosen->of, candidate, expert_place)[of[j]];
    }
    devices_share(d, weight, kv);
    devices_place(d, kv_place, expert_place);
}

/* Finds the largest loads that the search left. */
static void find_slos(struct candidates *out, const size_t mapped[LANES],
                      const struct mapping_search *q)
{
    const double *slo = LANE(&out->of, candidate, slo);
    for (size_t k = q->first; k < q->last; k++) {
        struct devices some;
        struct trial a;
        size_t of[LANES], n = 0;
        for (size_t i = 0; i < q->d->n; i++)
            if (mapped[i] == k && isnan(slo[i]))
                of[n++] = i;
        if (n == 0)
            continue;
        devices_pick(&some, q->d, of, n);
        share_chosen(&some, out, of, n);
        trial_make(&a, q, &some, k, of);
        trial_find_slo(out, &a, &some, q->w, of);
    }
}

void best_mappings_bound(double *tokens_per_s, struct prepared *p, const struct devices *d,
                         const struct workload *w)
{
    struct mapping_search q = {.p = p, .last = p->n, .d = d, .w = w};
    bound_devices_make(&q.bounds, d);
    lanes_set(tokens_per_s, d->n, 0);
    for (size_t k = 0; k < p->n; k++) {
        trial_bound(&p->merit[k], &q, k, ROUGH);
        if (!p->merit[k].refined)
            trial_bound(&p->merit[k], &q, k, REFINED);
        for (size_t i = 0; i < d->n; i++)
            tokens_per_s[i] = larger(tokens_per_s[i], p->merit[k].of[i]);
    }
}

void best_mappings(struct candidates *out, size_t mapped[LANES], struct prepared *p,
                   const struct devices *d, const struct workload *w, bool slo)
{
    struct mapping_search q = {.p = p, .last = p->n, .d = d, .w = w, .equal = 1e-12};
    struct trial a;
    if (p->n > 1 || d->tiered) {
        search(out, mapped, &q);
        if (slo)
            find_slos(out, mapped, &q);
        return;
    }
    trial_make(&a, &q, d, 0, NULL);
    trial_time(out, &a, d, w, NULL, !slo);
    for (size_t i = 0; i < d->n; i++)
        mapped[i] = 0;
}

void best_prefill_pools(struct prefill_pool_lanes *out, size_t mapped[LANES], struct prepared *p,
                        const struct devices *d, const struct pool_feed *feed)
{
    struct mapping_search q = {.p = p,
                               .first = p->pool_first,
                               .last = p->pool_first + p->pool_n,
                               .d = d,
                               .w = feed->w,
                               .pool = feed};
    struct candidates best;
    search(&best, mapped, &q);
    for (size_t i = 0; i < d->n; i++) {
        struct trial a;
        struct candidate c;
        trial_make(&a, &q, d, mapped[i], NULL);
        LANES_TAKE(c, &best.of, i);
        double load = LANE(&best.load, load, most)[i];
        struct prefill_pool pool = {
            .verdict = c.verdict,
            .requests_per_s = c.verdict == VERDICT_OK ? c.rate : 0,
            .load = load,
            .prefills_per_s = load * a.step->dp / c.step_s / a.shared,
            .sends_per_s = a.sends_per_s[i],
            .step_s = c.step_s,
            .kv_transfer_s = a.transfer_s[i],
            .link_latency_s = LANE(&feed->link, pool_link, latency_s)[i],
            .layers = feed->by_layer ? a.step->layers : 0,
            .memory_byte = c.memory_byte,
            .clock = c.verdict == VERDICT_OK ? c.clock : 1,
            .units = c.verdict == VERDICT_OK ? c.units : 0,
        };
        LANES_PUT(out, i, pool);
    }
}
