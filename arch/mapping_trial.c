#include "arch/mapping_trial.h"

#include "arch/best_shares.h"
#include "arch/metrics.h"
#include "arch/resident.h"
#include "arch/step_clock.h"

/* Each device of a pool that holds a part of a prompt's KV cache sends it; where fewer receive,
 * they take as much longer. */
static void set_transfers(struct trial *out, const struct mapping_search *q, const struct mapped *m,
                          size_t n, const size_t *of)
{
    const struct pool_feed *feed = q->pool;
    double senders = m->plan.tp * m->plan.cp * m->plan.pp;
    double wait = larger(1, senders / feed->receivers), layers = m->prefill.layers;
    for (size_t i = 0; i < n; i++) {
        size_t at = of ? of[i] : i;
        double latency_s = LANE(&feed->link, pool_link, latency_s)[at];
        double sent_s =
            m->prefill.kv_byte_per_request * LANE(&feed->link, pool_link, s_per_byte)[at];
        double busy_s = sent_s * wait, left_s = q->w->ttft_s - latency_s;
        out->sends_per_s[i] = 1 / (sent_s * senders);
        out->transfer_s[i] = busy_s + latency_s;
        out->ttft_s[i] = feed->by_layer
                             ? smaller(left_s - busy_s / layers, (left_s - busy_s) * layers)
                             : q->w->ttft_s - out->transfer_s[i];
        if (pool_sent_byte(m) >= feed->sent_below[at])
            out->ttft_s[i] = 0; /* never met */
    }
}

void trial_make(struct trial *out, const struct mapping_search *q, const struct devices *d,
                size_t k, const size_t *of)
{
    struct mapped *m = &q->p->mapped[k];
    const struct workload *w = q->w;
    out->step = q->pool ? &m->prefill : &m->step;
    out->memo = q->pool ? &m->prefill_memo : &m->memo;
    out->bound = q->pool ? &m->prefill_bound : &m->bound;
    out->waits = !q->pool && m->step.mixed ? m : NULL;
    out->batch = w->batch;
    out->places_kv = m->plan.kv_place == PLACE_AUTO;
    out->places_experts = m->plan.expert_place == PLACE_AUTO;
    out->counted = q->pool ? 1 : m->step.made;
    out->shared = q->pool ? m->plan.devices : 1;
    out->load_most = INFINITY;
    if (q->pool) { /* a chunk gives most requests per second; fewer if the limits ask for it */
        out->batch = BATCH_MAX;
        out->load_most = larger(1, floor(CHUNK_TOKENS / workload_new_tokens(w)));
    }
    lanes_set(out->ttft_s, d->n, w->ttft_s);
    out->sends = q->pool != NULL;
    if (q->pool)
        set_transfers(out, q, m, d->n, of);
}

/* ---- the best batch ---- */

FOR_ALL_VECTORS
static void set_caps(double *restrict cap, size_t n, const struct step *restrict s,
                     const struct rates_lanes *restrict rates, bool anywhere)
{
    const double *chip_byte = LANE(rates, rates, memory_byte);
    const double *pool_byte = LANE(rates, rates, pool_byte);
    const struct resident with_chip = resident_with_chip(s);
    for (size_t i = 0; i < n; i++) {
        struct resident h = resident_of(s, rates, i);
        double fit = resident_fit(&h, chip_byte[i], pool_byte[i]);
        double other = anywhere ? resident_fit(&with_chip, chip_byte[i] + pool_byte[i], 0) : 0;
        cap[i] = floor(larger(fit, other));
    }
}

/* `joined`: upper bounds at any share in a second tier of memory and any place. */
static void find_caps(double *cap, const struct step *s, const struct devices *d, bool joined)
{
    if (d->tiered)
        tiers_caps(cap, s, d, joined);
    else
        set_caps(cap, d->n, s, &d->rates, joined);
}

static void find_trial_caps(double *cap, const struct trial *a, const struct devices *d,
                            bool joined)
{
    find_caps(cap, a->step, d, joined);
    for (size_t i = 0; i < d->n; i++)
        cap[i] = smaller(cap[i], a->load_most);
}

/* Throughput never falls as the batch grows, so the best batch is the largest allowed. */
FOR_ALL_VECTORS
static void set_loads(struct load_lanes *restrict out, size_t n, const double *restrict cap,
                      const double *restrict slo)
{
    for (size_t i = 0; i < n; i++)
        LANE(out, load, most)[i] = LANE(out, load, mean)[i] = larger(1, smaller(cap[i], slo[i]));
}

static double memory_byte_at(const struct step *s, double load)
{
    double per_request = s->kv_byte_per_request + s->act_byte_per_request;
    return s->weight_byte + s->fixed_byte + load * per_request;
}

/* `late` is the verdict if `spent` exceeds `limit`. */
FOR_ALL_VECTORS
static void set_verdicts(struct candidate_lanes *restrict out, size_t n,
                         const struct step *restrict s, const double *restrict load,
                         const double *restrict spent, const double *restrict limit,
                         const double *restrict late)
{
    double per_request = s->kv_byte_per_request + s->act_byte_per_request;
    double held = s->weight_byte + s->fixed_byte;
    for (size_t i = 0; i < n; i++) {
        double or_late = spent[i] > limit[i] ? late[i] : VERDICT_OK;
        bool too_large = load[i] > LANE(out, candidate, cap)[i];
        LANE(out, candidate, verdict)[i] = too_large ? VERDICT_MEMORY : or_late;
        LANE(out, candidate, memory_byte)[i] = held + load[i] * per_request;
    }
}

/* The limit on the step time of each device, and the verdict if it is exceeded. `prompt_s` is the
 * prefill time that counts towards the first token. */
static void set_limits(double *limit_s, double *late, const struct trial *a, size_t n,
                       const struct workload *w, const double *prompt_s)
{
    for (size_t i = 0; i < n; i++) {
        bool prefills = a->step->prefills;
        double left_s = a->ttft_s[i] - (prefills ? 0 : prompt_s[i]);
        double tpot_s = prefills ? INFINITY : w->tpot_s * a->step->accepted_tokens;
        bool by_ttft = prefills || (a->waits && left_s < tpot_s);
        limit_s[i] = by_ttft ? left_s : tpot_s;
        late[i] = by_ttft ? VERDICT_TTFT : VERDICT_TPOT;
    }
}

/* A largest load that the search over mappings leaves to trial_find_slo: it is a metric, but
 * affects no choice. */
static const double SLO_LATER = NAN;

/* A load that fills the memory and meets the limit is the best one. Finds the others, and the step
 * at each; `guess`, which may be NULL: no larger load meets the limit. */
static void find_loads(struct candidates *out, struct clocked_lanes *clocked, const struct trial *a,
                       const struct devices *d, const double *limit_s, const double *guess)
{
    const double *cap = LANE(&out->of, candidate, cap);
    double *slo = LANE(&out->of, candidate, slo);
    struct devices some;
    struct load_lanes load;
    struct clocked_lanes at;
    size_t of[LANES], n = 0;
    lane beyond_s, within_s, from, largest;

    lanes_set(slo, d->n, INFINITY);
    set_loads(&out->load, d->n, cap, slo);
    for (size_t i = 0; i < d->n; i++)
        beyond_s[i] = cap[i] < 1 ? INFINITY : limit_s[i];
    steps_clock_within(clocked, a->step, d, &out->load, beyond_s, a->memo);
    for (size_t i = 0; i < d->n; i++) {
        slo[i] = SLO_LATER;
        if (cap[i] < 1 || LANE(clocked, clocked, time_s)[i] <= limit_s[i])
            continue;
        within_s[n] = limit_s[i];
        from[n] = guess ? guess[i] : cap[i];
        of[n++] = i;
    }
    if (n == 0)
        return;
    devices_pick(&some, d, of, n);
    steps_largest_held_load(largest, a->step, &some, within_s, from, a->memo);
    set_loads(&load, n, largest, largest);
    steps_clock(&at, a->step, &some, &load, a->memo);
    for (size_t j = 0; j < n; j++) {
        slo[of[j]] = largest[j];
        LANES_COPY(&out->load, of[j], &load, j);
        LANES_COPY(clocked, of[j], &at, j);
    }
}

/* Finds prompt_s, and the limit on the step of each device with its verdict. */
static void find_limits(struct candidates *out, double *limit_s, double *late,
                        const struct trial *a, const struct devices *d, const struct workload *w)
{
    double *prompt_s = LANE(&out->of, candidate, prompt_s);
    lanes_set(prompt_s, d->n, NAN);
    if (a->waits) {
        static const struct load one = {1, 1};
        struct load_lanes single;
        LANES_FILL(&single, d->n, one);
        steps_held_time_s(prompt_s, &a->waits->prefill, d, &single, &a->waits->prefill_memo);
    }
    set_limits(limit_s, late, a, d->n, w, prompt_s);
}

void candidate_put_places(struct candidate *out, const struct step *s, const struct devices *d,
                          size_t i, double load)
{
    struct resident h = resident_of(s, &d->rates, i);
    const struct engine_byte *of = &s->engine_byte_per_request;
    double pool_byte = LANE(&d->rates, rates, pool_byte)[i];
    double chip_byte = LANE(&d->rates, rates, memory_byte)[i];
    bool apart = pool_byte > 0, keeps = of->core + of->index + of->state > 0;
    double kv = h.apart_kv_byte > 0 ? PLACE_ENGINE : PLACE_CHIP;
    double experts = h.apart_weight_byte > 0 ? PLACE_ENGINE : PLACE_CHIP;
    out->kv_place = apart && keeps ? kv : NAN;
    out->expert_place = apart && s->expert_byte > 0 ? experts : NAN;
    if (d->tiered) {
        struct tier2 t;
        LANES_TAKE(t, &d->tier2, i);
        h = resident_near(&h, &t);
    }
    out->memory_ratio = apart ? resident_ratio(&h, chip_byte, pool_byte, load) : NAN;
}

static void put_places(struct candidates *out, const struct step *s, const struct devices *d)
{
    for (size_t i = 0; i < d->n; i++) {
        struct candidate c;
        candidate_put_places(&c, s, d, i, LANE(&out->load, load, most)[i]);
        LANE(&out->of, candidate, kv_place)[i] = c.kv_place;
        LANE(&out->of, candidate, expert_place)[i] = c.expert_place;
        LANE(&out->of, candidate, memory_ratio)[i] = c.memory_ratio;
    }
}

/* Fills step_s, rate and clock, and finds devices that exceed their power at any clock. */
static void put_steps(struct candidates *out, const struct trial *a, const struct devices *d,
                      const struct clocked_lanes *clocked)
{
    size_t n = d->n;
    const double *mean = LANE(&out->load, load, mean);
    double *step_s = LANE(&out->of, candidate, step_s);
    double *rate = LANE(&out->of, candidate, rate);
    double *verdict = LANE(&out->of, candidate, verdict);
    for (size_t i = 0; i < n; i++) {
        step_s[i] = LANE(clocked, clocked, time_s)[i];
        LANE(&out->of, candidate, clock)[i] = LANE(clocked, clocked, ratio)[i];
        LANE(&out->of, candidate, units)[i] = LANE(clocked, clocked, units)[i];
        rate[i] = mean[i] * a->step->dp * a->counted / step_s[i] / a->shared;
        if (verdict[i] == VERDICT_OK && LANE(clocked, clocked, excess)[i] > 0)
            verdict[i] = VERDICT_POWER;
        LANE(&out->of, candidate, weight_share2)[i] = LANE(&out->of, candidate, kv_share2)[i] = 0;
        LANE(&out->of, candidate, far_byte)[i] = 0;
        LANE(&out->of, candidate, life_s)[i] = INFINITY;
    }
    put_places(out, a->step, d);
    for (size_t i = 0; i < n && a->sends; i++)
        rate[i] = smaller(rate[i], a->sends_per_s[i]);
}

/* Times it with caches and states where the devices have them. */
static void time_placed(struct candidates *out, const struct trial *a, const struct devices *d,
                        const struct workload *w, const double *guess, bool slo_later)
{
    const struct step *s = a->step;
    lane limit_s, late;
    double *cap = LANE(&out->of, candidate, cap), *slo = LANE(&out->of, candidate, slo);
    const double *most = LANE(&out->load, load, most);
    struct clocked_lanes clocked;

    find_limits(out, limit_s, late, a, d, w);
    find_trial_caps(cap, a, d, false);
    if (a->batch == BATCH_MAX && slo_later && !some_engine_overlaps(d)) {
        find_loads(out, &clocked, a, d, limit_s, guess);
        set_verdicts(&out->of, d->n, s, most, most, slo, late);
        put_steps(out, a, d, &clocked);
        return;
    }
    if (a->batch == BATCH_MAX || !slo_later)
        steps_largest_held_load(slo, s, d, limit_s, guess ? guess : cap, a->memo);
    else
        lanes_set(slo, d->n, SLO_LATER);
    if (a->batch == BATCH_MAX) {
        set_loads(&out->load, d->n, cap, slo);
        steps_lower_late(slo, &out->load, s, d, limit_s, a->memo);
        set_loads(&out->load, d->n, cap, slo);
    } else {
        struct load given = step_load(s, a->batch);
        LANES_FILL(&out->load, d->n, given);
    }
    steps_clock(&clocked, s, d, &out->load, a->memo);
    if (a->batch == BATCH_MAX)
        set_verdicts(&out->of, d->n, s, most, most, slo, late);
    else
        set_verdicts(&out->of, d->n, s, most, LANE(&clocked, clocked, time_s), limit_s, late);
    put_steps(out, a, d, &clocked);
}

/* Has a candidate more merit than another, or the same in a shorter step, as where neither fits? */
static bool is_better(const struct candidate *c, const struct candidate *than)
{
    double merit = candidate_merit(c), least = candidate_merit(than), room = fabs(least) * 1e-12;
    return merit > least + room ||
           (merit >= least - room && c->step_s < than->step_s * (1 - 1e-12));
}

/* Times it with caches and states, or experts, with the chips, and keeps that where it gains. */
static void try_places(struct candidates *out, const struct trial *a, const struct devices *d,
                       const struct workload *w, const double *guess, bool slo_later,
                       double kv_place, double expert_place)
{
    struct devices chip;
    struct candidates next;
    lane kv, experts;
    lanes_set(kv, d->n, kv_place);
    lanes_set(experts, d->n, expert_place);
    devices_copy(&chip, d);
    devices_place(&chip, kv, experts);
    time_placed(&next, a, &chip, w, guess, slo_later);
    for (size_t i = 0; i < d->n; i++) {
        struct candidate held, other;
        LANES_TAKE(held, &out->of, i);
        LANES_TAKE(other, &next.of, i);
        if (!(LANE(&d->rates, rates, pool_byte)[i] > 0) || !is_better(&other, &held))
            continue;
        LANES_COPY(&out->of, i, &next.of, i);
        LANES_COPY(&out->load, i, &next.load, i);
    }
}

void trial_time(struct candidates *out, const struct trial *a, const struct devices *d,
                const struct workload *w, const double *guess, bool slo_later)
{
    bool kv = false, experts = false;
    time_placed(out, a, d, w, guess, slo_later);
    for (size_t i = 0; i < d->n; i++) {
        struct resident h = resident_of(a->step, &d->rates, i);
        kv |= a->places_kv && h.apart_kv_byte > 0;
        experts |= a->places_experts && h.apart_weight_byte > 0;
    }
    if (kv)
        try_places(out, a, d, w, guess, slo_later, PLACE_CHIP, PLACE_ENGINE);
    if (experts)
        try_places(out, a, d, w, guess, slo_later, PLACE_ENGINE, PLACE_CHIP);
    if (kv && experts)
        try_places(out, a, d, w, guess, slo_later, PLACE_CHIP, PLACE_CHIP);
}

void trial_find_slo(struct candidates *out, const struct trial *a, const struct devices *d,
                    const struct workload *w, const size_t *of)
{
    struct candidates some;
    struct candidate c;
    lane limit_s, late, from, slo;
    find_limits(&some, limit_s, late, a, d, w);
    bool overlaps = some_engine_overlaps(d);
    for (size_t j = 0; j < d->n; j++) {
        LANES_TAKE(c, &out->of, of[j]);
        double load = LANE(&out->load, load, most)[of[j]];
        from[j] = overlaps ? c.cap : larger(1, load * limit_s[j] / c.step_s);
    }
    steps_largest_held_load(slo, a->step, d, limit_s, from, a->memo);
    for (size_t j = 0; j < d->n; j++)
        LANE(&out->of, candidate, slo)[of[j]] = slo[j];
}

/* ---- merits ---- */

static const double PER_BYTE = 1e200;

double candidate_merit(const struct candidate *c)
{
    int distance = verdict_kinds[(int)c->verdict].distance;
    return distance == 0 ? c->rate : distance == 1 ? -c->step_s : -PER_BYTE * c->memory_byte;
}

/* Relative margin of the upper bounds, far above rounding. */
static const double SLACK = 1e-7;

/* Merit bound for batch max. The bound at load[i] limits all smaller loads: t(x) >= fixed +
 * (t(load) - fixed) x / load. load[i] is lowered to the largest load that may meet the limit. */
FOR_ALL_VECTORS
static void bound_free(double *restrict merit, double *restrict load, size_t n,
                       const double *restrict cap, const double *restrict limit_s,
                       const double *restrict time_s, const double *restrict fixed_s, double tokens,
                       double least_byte)
{
    for (size_t i = 0; i < n; i++) {
        double most = load[i], rise_s = (time_s[i] - fixed_s[i]) / most;
        double reach = floor((limit_s[i] * (1 + SLACK) - fixed_s[i]) / rise_s);
        double kept = time_s[i] > limit_s[i] ? smaller(reach, most) : most;
        bool late = kept < 1;
        double feasible = tokens * kept / (fixed_s[i] + rise_s * kept);
        double fits = late ? -(fixed_s[i] + rise_s) : feasible;
        fits = fits + (fits > 0 ? fits : -fits) * SLACK;
        merit[i] = cap[i] < 1 ? -PER_BYTE * least_byte * (1 - SLACK) : fits;
        load[i] = larger(1, kept);
    }
}

static void bound_given(double *merit, const struct trial *a, size_t n, const double *cap,
                        const double *limit_s, const double *time_s, struct load load)
{
    double rate = load.mean * a->step->dp * a->counted / a->shared;
    for (size_t i = 0; i < n; i++) {
        bool late = time_s[i] > limit_s[i] * (1 + SLACK);
        double fits = late ? -time_s[i] : rate / time_s[i];
        double short_of = -PER_BYTE * memory_byte_at(a->step, load.most);
        double bound = load.most > cap[i] ? short_of : fits;
        merit[i] = bound + fabs(bound) * SLACK;
    }
}

void trial_bound(struct merit *out, const struct mapping_search *q, size_t k, int rounds)
{
    const struct bound_devices *d = &q->bounds;
    size_t n = q->d->n;
    struct trial a;
    double *most = out->load;
    lane mean, cap, limit_s, late, time_s, fixed_s, prompt_s;

    trial_make(&a, q, q->d, k, NULL);
    lanes_set(prompt_s, n, 0);
    if (a.waits) {
        lanes_set(mean, n, 1);
        if (q->w->ttft_s < INFINITY)
            step_bound_s(prompt_s, fixed_s, &a.waits->prefill_bound, &a.waits->prefill, d, mean,
                         mean);
    }
    set_limits(limit_s, late, &a, n, q->w, prompt_s);
    find_trial_caps(cap, &a, q->d, !q->pool);
    out->refined = rounds == REFINED;
    if (a.batch != BATCH_MAX) {
        struct load given = step_load(a.step, a.batch);
        lanes_set(most, n, given.most);
        lanes_set(mean, n, given.mean);
        step_bound_s(time_s, fixed_s, a.bound, a.step, d, most, mean);
        bound_given(out->of, &a, n, cap, limit_s, time_s, given);
        out->refined = true;
        return;
    }
    for (size_t i = 0; i < n && rounds == ROUGH; i++)
        most[i] = larger(1, cap[i]);
    for (int round = 0; round < rounds; round++) {
        step_bound_s(time_s, fixed_s, a.bound, a.step, d, most, most);
        bound_free(out->of, most, n, cap, limit_s, time_s, fixed_s,
                   a.step->dp * a.counted / a.shared, memory_byte_at(a.step, 1));
    }
}
