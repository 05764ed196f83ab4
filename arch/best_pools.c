#include "arch/best_pools.h"

#include <stdlib.h>

#include "arch/mapping_trial.h"
#include "arch/metrics.h"
#include "arch/resident.h"
#include "base/mem.h"

/* Numbers of micro-batches to try: more than 4 repeat kernels and hide nothing else
 * (arXiv:2504.02263 stops there). */
static const double parts_tried[] = {1, 2, 3, 4};

struct pools_search {
    struct prepared *p;
    const struct devices *d, *f;
    struct devices in_turn; /* d, if engines and chips took turns */
    bool overlaps;          /* and some do not */
    const struct design *like;
    const struct price_book *book;
    struct quote_lanes main_quote, ffn_quote;
    size_t parts_n;
    const double *parts;
    lane *most; /* [mapping of the main devices][parts]: of throughput, whatever the pool */
    size_t order[LANES]; /* of the best so far, for the first of equals */
    struct best_pools *out;
    bool any;
};

static bool batch_is_max(const struct pools_search *q)
{
    return q->like->workload.batch == BATCH_MAX;
}

static struct pair pair_of(const struct pools_search *q, size_t main, size_t ffn, double parts)
{
    return (struct pair){.main = &q->p->mapped[main],
                         .ffn = &q->p->mapped[ffn],
                         .parts = parts,
                         .d = q->d,
                         .f = q->f,
                         .in_turn = q->overlaps ? &q->in_turn : NULL,
                         .like = q->like};
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

/* What sits in the second tier of a main device. */
static void put_tier2(struct paired *x, const struct step *s, const struct devices *d, size_t i)
{
    struct tier2 t = {0};
    if (d->tiered)
        LANES_TAKE(t, &d->tier2, i);
    struct resident h = resident_of(s, &d->rates, i);
    double written = t.kv_share * resident_written_byte(&h, s) * x->load.most;
    x->main.weight_share2 = t.weight_share;
    x->main.kv_share2 = t.kv_share;
    x->main.far_byte = resident_far_byte(&h, t.weight_share, t.kv_share, x->load.most);
    x->main.life_s = tier2_life_s(&t, written / x->main.step_s);
}

static double least_life_s(const struct devices *d, size_t i)
{
    return d->tiered ? LANE(&d->tier2, tier2, least_life_s)[i] : 0;
}

/* Below every feasible merit: late, then too large for the memory. */
static double merit_of(const struct paired *x, double price)
{
    int distance = verdict_kinds[(int)x->main.verdict].distance;
    return distance == 0   ? x->main.rate / price
           : distance == 1 ? -x->main.step_s
                           : -1e200 * (x->main.memory_byte + x->ffn_memory_byte);
}

static void judge(struct paired *x, const struct pair *of, const struct pools_search *q, size_t i)
{
    const struct step *s = &of->main->step, *f = &of->ffn->step;
    double load = x->load.most;
    bool late = batch_is_max(q) ? load > x->main.slo : x->main.step_s > pair_limit_s(of);
    x->main.memory_byte =
        s->weight_byte + s->fixed_byte + load * (s->kv_byte_per_request + s->act_byte_per_request);
    x->ffn_memory_byte = f->weight_byte + f->fixed_byte +
                         x->ffn_most * (f->kv_byte_per_request + f->act_byte_per_request);
    x->main.prompt_s = NAN;
    candidate_put_places(&x->main, s, q->d, i, load);
    put_tier2(x, s, q->d, i);
    x->main.verdict = load > x->main.cap ? VERDICT_MEMORY
                      : late             ? VERDICT_TPOT
                      : load < of->parts ? VERDICT_MAPPING /* a micro-batch would be empty */
                      : x->excess > 0    ? VERDICT_POWER
                      : x->main.life_s < least_life_s(q->d, i) ? VERDICT_ENDURANCE
                                                               : VERDICT_OK;
    x->main.clock = x->main_clock;
    x->main.units = x->main_units;
    x->main.rate = x->load.mean * s->dp * s->made / x->main.step_s;
    x->merit = merit_of(x, price_of(q, of, i));
}

/* ---- one pair ---- */

static struct load given_load(const struct pools_search *q, const struct pair *x)
{
    return step_load(&x->main->step, q->like->workload.batch);
}

/* Sets the loads, times them, and fills cap and slo, which is NAN where it affects nothing. */
static void time_at_best(struct paired_lanes *out, const struct pools_search *q,
                         const struct pair *x)
{
    double limit_s = pair_limit_s(x);
    double *cap = LANE(out, paired, main.cap), *slo = LANE(out, paired, main.slo);
    size_t n = q->d->n;
    lane guess;
    bool late = false;
    for (size_t i = 0; i < n; i++) {
        cap[i] = pair_cap(x, i);
        guess[i] = larger(1, smaller(cap[i], LOAD_MOST));
        slo[i] = limit_s < INFINITY ? NAN : INFINITY;
        pair_set_load(out, i,
                      batch_is_max(q) ? (struct load){guess[i], guess[i]} : given_load(q, x));
    }
    pair_time(out, x);
    for (size_t i = 0; i < n; i++)
        late = late || LANE(out, paired, main.step_s)[i] > limit_s;
    if (!late || !batch_is_max(q))
        return;
    pair_largest_load(slo, x, guess);
    for (size_t i = 0; i < n; i++) {
        double load = larger(1, smaller(cap[i], slo[i]));
        pair_set_load(out, i, (struct load){load, load});
    }
    pair_time(out, x);
}

/* May the pair beat the best on some device? Not if even the main devices alone could not, nor if
 * it is late, or no better, at the load at which it would equal the best: throughput never falls as
 * the load rises. */
static bool may_win(const struct pools_search *q, const struct pair *x, const double *most)
{
    struct paired_lanes at;
    double tokens = x->main->step.dp * x->main->step.made, limit_s = pair_limit_s(x);
    lane equal;
    bool reaches = false;
    if (!q->any)
        return true;
    for (size_t i = 0; i < q->d->n; i++) {
        double best = LANE(&q->out->of, paired, merit)[i], rate = best * price_of(q, x, i);
        double load = rate * limit_s / tokens * (1 - 1e-9), cap = pair_cap(x, i);
        if (best <= 0)
            return true;
        equal[i] = batch_is_max(q) ? smaller(load, cap) : given_load(q, x).mean;
        reaches = reaches || most[i] * (1 + 1e-9) >= rate;
        pair_set_load(&at, i,
                      batch_is_max(q) ? (struct load){larger(1, equal[i]), larger(1, equal[i])}
                                      : given_load(q, x));
    }
    if (!reaches)
        return false;
    struct pair even = *x;
    even.even = true;
    pair_time(&at, &even);
    for (size_t i = 0; i < q->d->n; i++) {
        double s = LANE(&at, paired, main.step_s)[i];
        double rate = LANE(&q->out->of, paired, merit)[i] * price_of(q, x, i);
        bool is_load = !batch_is_max(q) || equal[i] >= 1 - 1e-6; /* a given mean may be below 1 */
        if (is_load && s <= limit_s * (1 + 1e-9) && equal[i] * tokens / s * (1 + 1e-9) >= rate)
            return true;
    }
    return false;
}

/* The first of equals is that of the smallest `order`. */
static void keep(struct pools_search *q, size_t i, const struct paired *x, size_t order,
                 size_t main, size_t ffn)
{
    double best = LANE(&q->out->of, paired, merit)[i], slack = fabs(best) * 1e-12;
    bool better = !q->any || x->merit > best + slack;
    bool equal = q->any && !better && x->merit >= best - slack && order < q->order[i];
    if (!better && !equal)
        return;
    LANES_PUT(&q->out->of, i, *x);
    q->out->main[i] = main;
    q->out->ffn[i] = ffn;
    q->order[i] = order;
}

static void try_pair(struct pools_search *q, size_t main, size_t ffn, size_t part)
{
    struct pair x = pair_of(q, main, ffn, q->parts[part]);
    size_t order = (ffn * q->p->n + main) * q->parts_n + part;
    struct paired_lanes next;
    if (!may_win(q, &x, q->most[main * q->parts_n + part]))
        return;
    time_at_best(&next, q, &x);
    for (size_t i = 0; i < q->d->n; i++) {
        struct paired one;
        LANES_TAKE(one, &next, i);
        judge(&one, &x, q, i);
        keep(q, i, &one, order, main, ffn);
    }
    q->any = true;
}

/* ---- the search ---- */

/* Throughput of the main devices with a pool that takes no time. */
static void bound_main(struct pools_search *q, size_t main, size_t part)
{
    struct pair x = pair_of(q, main, q->p->ffn_first, q->parts[part]);
    struct paired_lanes at;
    lane guess, slo;
    double limit_s = pair_limit_s(&x);
    for (size_t i = 0; i < q->d->n; i++) {
        guess[i] = larger(1, smaller(pair_main_cap(&x, i), LOAD_MOST));
    }
    x.ffn = NULL;
    lanes_set(slo, q->d->n, INFINITY);
    if (batch_is_max(q) && limit_s < INFINITY)
        pair_largest_load(slo, &x, guess);
    for (size_t i = 0; i < q->d->n; i++) {
        double load = larger(1, smaller(guess[i], slo[i]));
        pair_set_load(&at, i, batch_is_max(q) ? (struct load){load, load} : given_load(q, &x));
    }
    pair_time(&at, &x);
    for (size_t i = 0; i < q->d->n; i++)
        q->most[main * q->parts_n + part][i] = LANE(&at, paired, load.mean)[i] * x.main->step.dp *
                                               x.main->step.made /
                                               LANE(&at, paired, main.step_s)[i];
}

/* Tries the mappings of the pool far apart first: a good one early rules out most others. */
static void try_all(struct pools_search *q)
{
    const struct prepared *p = q->p;
    size_t first = 1;
    while (2 * first < p->ffn_n)
        first *= 2;
    for (size_t stride = first; stride > 0; stride /= 2)
        for (size_t j = 0; j < p->ffn_n; j += stride) {
            if (stride < first && j % (2 * stride) == 0)
                continue;
            for (size_t k = 0; k < p->n; k++)
                for (size_t m = 0; m < q->parts_n; m++)
                    try_pair(q, k, p->ffn_first + j, m);
        }
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
    lane all, guess;
    bool open = false;
    for (size_t j = 0; j < q->d->n; j++) {
        struct load l = {LANE(&twice, paired, load.most)[j], LANE(&twice, paired, load.mean)[j]};
        guess[j] = larger(1, l.most);
        pair_set_load(&twice, j, (struct load){2 * l.most, 2 * l.mean});
    }
    for (size_t j = 0; j < n; j++)
        open = open || isnan(slo[of[j]]);
    if (open)
        pair_largest_load(all, x, guess);
    if (batch_is_max(q))
        pair_time(&twice, x);
    for (size_t j = 0; j < n; j++) {
        size_t i = of[j];
        double limit_s = 2 * LANE(&q->out->of, paired, main.step_s)[i] / 1.05;
        bool stopped = batch_is_max(q) && LANE(&twice, paired, main.step_s)[i] <= limit_s;
        if (isnan(slo[i]))
            slo[i] = all[i];
        LANE(&q->out->of, paired, stopped)[i] = stopped ? 1 : 0;
    }
}

void best_pools(struct best_pools *out, struct prepared *p, const struct devices *d,
                const struct devices *f, const struct design *like, const struct price_book *book)
{
    struct pools_search q = {.p = p, .d = d, .f = f, .like = like, .book = book, .out = out};
    bool chosen = like->plan.micro_batches == PLAN_AUTO, goes_round = design_pools_ffn(like);
    q.parts = chosen || !goes_round ? parts_tried : &like->plan.micro_batches;
    q.parts_n = chosen && goes_round ? LEN(parts_tried) : 1;
    q.overlaps = some_engine_overlaps(d);
    if (q.overlaps) {
        q.in_turn = *d;
        lanes_set(LANE(&q.in_turn.rates, rates, overlap), d->n, 0);
    }
    q.most = mem_alloc(p->n * q.parts_n, sizeof *q.most);
    if (book) {
        cost_quotes(&q.main_quote, d, NULL, &book->middle);
        cost_quotes(&q.ffn_quote, f, NULL, &book->middle);
    }
    for (size_t k = 0; k < p->n && p->n * p->ffn_n * q.parts_n > 1; k++)
        for (size_t m = 0; m < q.parts_n; m++)
            bound_main(&q, k, m);
    try_all(&q);
    for (size_t i = 0; i < d->n; i++) {
        struct pair x =
            pair_of(&q, out->main[i], out->ffn[i], LANE(&out->of, paired, time.micro_batches)[i]);
        size_t of[LANES], n = best_pools_alike(of, out, i, d->n);
        if (n > 0)
            complete(&q, &x, of, n);
    }
    free(q.most);
}
