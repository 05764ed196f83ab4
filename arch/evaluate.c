#include "arch/evaluate.h"

#include <string.h>

#include "arch/best_mapping.h"
#include "arch/cost_by_list.h"
#include "arch/pools_split.h"
#include "arch/prefill_pool.h"
#include "arch/step_clock.h"
#include "arch/step_pool.h"
#include "arch/step_pool_metrics.h"
#include "arch/timing.h"
#include "arch/traffic_metrics.h"
#include "base/mem.h"
#include "base/power.h"

/* Members of a step that metrics use directly. */
struct traits {
    double accepted_tokens, dp, made;
    double weight_byte, expert_byte, kv_byte_per_request, kv_byte_per_token, state_byte_per_request;
};
LANES_OF(traits);

/* The chosen mapping of each device, with its step. */
struct choice {
    struct candidates best;
    struct traits_lanes traits;
    struct step_split_lanes split;
    lane stopped; /* 1: twice the requests would give at least 5 % more tokens per second */
};

/* Would twice the load give at least 5 % more tokens per second? Of the devices at mapping k. */
static void find_stopped(double *out, struct mapped *m, size_t k, const size_t mapped[LANES],
                         const struct devices *d, const struct choice *choice,
                         const struct step_split_lanes *split)
{
    struct load_lanes twice;
    lane limit_s;
    for (size_t i = 0; i < d->n; i++) {
        LANE(&twice, load, most)[i] = 2 * LANE(&choice->best.load, load, most)[i];
        LANE(&twice, load, mean)[i] = 2 * LANE(&choice->best.load, load, mean)[i];
        limit_s[i] = mapped[i] == k ? 2 * LANE(split, step_split, time_s)[i] / 1.05 : 0;
    }
    const struct meeting within = {limit_s, LANE(&choice->best.of, candidate, clock)};
    steps_meet(out, &m->step, d, &twice, &within, &m->memo);
}

static struct traits traits_of(const struct step *s)
{
    return (struct traits){s->accepted_tokens,
                           s->dp,
                           s->made,
                           s->weight_byte,
                           s->expert_byte,
                           s->kv_byte_per_request,
                           s->kv_byte_per_token,
                           s->state_byte_per_request};
}

/* Splits the step of the chosen mapping; with batch_max also finds what decides its `limit`. */
static void split_chosen(struct choice *out, const size_t mapped[LANES], struct prepared *p,
                         const struct devices *d, bool batch_max)
{
    const struct load_lanes *load = &out->best.load;
    const struct held held = {LANE(&out->best.of, candidate, clock),
                              LANE(&out->best.of, candidate, units)};
    struct step_split_lanes some;
    lane some_stopped;
    lanes_set(out->stopped, d->n, 0);
    for (size_t k = 0; k < p->n; k++) {
        struct mapped *m = &p->mapped[k];
        const struct step *s = &m->step;
        struct traits traits = traits_of(s);
        size_t of = 0;
        for (size_t i = 0; i < d->n; i++)
            of += mapped[i] == k;
        if (of == 0)
            continue;
        bool all = of == d->n;
        struct step_split_lanes *split = all ? &out->split : &some;
        double *stopped = all ? out->stopped : some_stopped;
        steps_split_held(split, s, d, load, held, &m->memo);
        if (batch_max)
            find_stopped(stopped, m, k, mapped, d, out, split);
        if (all)
            LANES_FILL(&out->traits, d->n, traits);
        for (size_t i = 0; i < d->n && !all; i++) {
            if (mapped[i] != k)
                continue;
            LANES_PUT(&out->traits, i, traits);
            LANES_COPY(&out->split, i, split, i);
            if (batch_max)
                out->stopped[i] = stopped[i];
        }
    }
}

/* What binds the throughput: memory capacity or the latency limit if a larger batch would help
 * (`stopped`); else the resource with the largest share of the step. */
static inline double limit_of(const struct candidate *c, const struct step_split *split,
                              bool stopped)
{
    const double *b = split->bound_s;
    double stop = c->cap <= c->slo ? LIMIT_CAPACITY : LIMIT_LATENCY;
    double computes = b[BY_COMPUTE] > b[BY_MEMORY] ? LIMIT_COMPUTE : LIMIT_MEMORY;
    double bound = b[BY_LINK] > larger(b[BY_COMPUTE], b[BY_MEMORY]) ? LIMIT_LINK : computes;
    return stopped ? stop : bound;
}

static const double S_PER_YEAR = 365.25 * 24 * 3600;

/* Low and high end of a metric proportional to a time. */
INLINED void span(double *restrict low, double *restrict high, size_t n,
                  const double *restrict value, const double *restrict down)
{
    for (size_t i = 0; i < n; i++) {
        low[i] = value[i] * down[i];
        high[i] = value[i] / down[i];
    }
}

#define SPAN(metric)                                                                               \
    span(LANE(out, metrics, metric##_low), LANE(out, metrics, metric##_high), d->n,                \
         LANE(out, metrics, metric), down)

/* The factor from the value to its low end. */
FOR_ALL_VECTORS
static void set_down(double *restrict down, size_t n, const double *restrict error)
{
    for (size_t i = 0; i < n; i++)
        down[i] = power_exp(-NORMAL_TENTH * error[i]);
}

/* Range of the metric of an operator class. */
#define CLASS_SPAN(class, metric)                                                                  \
    set_down(down, d->n, LANE(split, step_split, class_error[class]));                             \
    SPAN(metric)

/* Fills the ranges of a timing with known errors, from the metrics already filled; `pool`: of other
 * devices that prefill, or NULL. */
static void fill_errors(struct metrics_lanes *out, const struct choice *choice,
                        const struct devices *d, const struct prefill_choice *pool)
{
    const struct step_split_lanes *split = &choice->split;
    const double *error = LANE(split, step_split, error);
    lane down;
    bool own = d->like.calibration_own && (!pool || pool->d->like.calibration_own);
    lanes_set(LANE(out, metrics, calibrated_on), d->n, own ? ON_OWN : ON_GENERATION);
    memcpy(LANE(out, metrics, timing_error), error, d->n * sizeof *error);
    set_down(down, d->n, error);
    SPAN(tpot_s);
    SPAN(ttft_s);
    SPAN(tokens_per_s);
    SPAN(tokens_per_s_per_device);
    SPAN(tokens_per_s_per_user);
    CLASS_SPAN(OP_ATTENTION, attention_s);
    CLASS_SPAN(OP_PROJECTION, projection_s);
    CLASS_SPAN(OP_FFN, ffn_s);
    CLASS_SPAN(OP_EXPERT, expert_s);
    CLASS_SPAN(OP_OTHER, other_s);
    CLASS_SPAN(OP_COMMUNICATION, communication_s);
    CLASS_SPAN(OP_STATE, state_s);
    if (pool && pool->d->like.calibration != d->like.calibration) {
        set_down(down, d->n, LANE(&pool->split, step_split, error));
        SPAN(ttft_s);
    }
}

#undef CLASS_SPAN
#undef SPAN

#define OUT(metric) LANE(out, metrics, metric)[i]

/* Fills all metrics of a decode step except cost and calibration; `devices`: devices per system. */
FOR_ALL_VECTORS
static void fill(struct metrics_lanes *restrict out, const struct choice *restrict choice,
                 const struct devices *restrict d, double devices)
{
    for (size_t i = 0; i < d->n; i++) {
        struct candidate c;
        struct traits t;
        struct step_split split;
        struct rates r;
        LANES_TAKE(c, &choice->best.of, i);
        LANES_TAKE(t, &choice->traits, i);
        LANES_TAKE(split, &choice->split, i);
        LANES_TAKE(r, &d->rates, i);
        double most = LANE(&choice->best.load, load, most)[i];
        double in_flight = LANE(&choice->best.load, load, mean)[i] * t.dp;
        double rate = in_flight * t.made / split.time_s;
        double intensity = split.expert_flop / split.expert_byte;
        double speedup = split.attention_chip_s / split.attention_engine_s;
        struct engine_limits of_engine;
        LANES_TAKE(of_engine, &d->limits, i);
        bool attends = split.class_s[OP_ATTENTION] > 0;
        bool engine = LANE(&d->engine, engine, bandwidth_ratio)[i] > 0;

        OUT(verdict) = c.verdict;
        OUT(batch) = in_flight;
        OUT(batch_cap) = c.cap * t.dp;
        OUT(batch_slo) = c.slo * t.dp;
        OUT(tokens_per_s) = rate;
        OUT(tokens_per_s_per_device) = rate / devices;
        OUT(tokens_per_s_per_user) = t.made / split.time_s;
        OUT(tpot_s) = split.time_s / t.accepted_tokens;
        OUT(ttft_s) = split.time_s + c.prompt_s;
        OUT(prefill_devices) = 0;
        OUT(kv_transfer_s) = NAN;
        OUT(engine_devices) = engine ? devices : 0;
        OUT(system_devices) = devices;
        OUT(memory_used_byte) = c.memory_byte - c.far_byte;
        OUT(weight_byte) = t.weight_byte;
        OUT(kv_byte) = most * t.kv_byte_per_request;
        OUT(kv_byte_per_token) = t.kv_byte_per_token;
        OUT(state_byte_per_request) = t.state_byte_per_request;
        OUT(attention_intensity_flop_per_byte) = split.attention_flop / split.attention_byte;
        OUT(expert_intensity_flop_per_byte) = split.expert_byte > 0 ? intensity : NAN;
        OUT(ridge_flop_per_byte) = r.main.s_per_byte / r.main.s_per_flop;
        OUT(attention_s) = split.class_s[OP_ATTENTION] / t.accepted_tokens;
        OUT(projection_s) = split.class_s[OP_PROJECTION] / t.accepted_tokens;
        OUT(ffn_s) = split.class_s[OP_FFN] / t.accepted_tokens;
        OUT(expert_s) = split.class_s[OP_EXPERT] / t.accepted_tokens;
        OUT(communication_s) = split.class_s[OP_COMMUNICATION] / t.accepted_tokens;
        OUT(other_s) = split.class_s[OP_OTHER] / t.accepted_tokens;
        OUT(state_s) = split.class_s[OP_STATE] / t.accepted_tokens;
        OUT(attention_share) =
            (attends ? split.class_s[OP_ATTENTION] : split.class_s[OP_STATE]) / split.time_s;
        OUT(engine_speedup) = engine ? speedup : NAN;
        OUT(engine_effective_bandwidth_ratio) = engine ? of_engine.bandwidth_ratio : NAN;
        OUT(engine_effective_ridge_flop_per_byte) = engine ? of_engine.ridge_flop_per_byte : NAN;
        OUT(engine_limited_by) = engine ? of_engine.limited_by : NAN;
        OUT(engine_stack_power_w) = engine ? of_engine.stack_w : NAN;
        OUT(engine_stack_area_mm2) = engine ? of_engine.stack_mm2 : NAN;
        OUT(kv_place) = c.kv_place;
        OUT(expert_place) = c.expert_place;
        OUT(expert_byte) = isnan(c.expert_place) ? NAN : t.expert_byte;
        OUT(memory_ratio) = c.memory_ratio;
        OUT(engine_maturity) = engine ? LANE(&d->engine, engine, status)[i] : NAN;
        OUT(device_power_w) = split.board_w;
        OUT(throttle_ratio) = split.clock;
        OUT(power_limit_ratio) = split.limit_ratio;
        OUT(limit) = limit_of(&c, &split, choice->stopped[i] > 0);
    }
}

/* The metrics of a second tier of memory, which only chips that name its kind have. */
static void fill_tiers(struct metrics_lanes *out, const struct choice *choice,
                       const struct devices *d)
{
    const double *kind = LANE(&d->chip, chip, memory2_kind);
    for (size_t i = 0; i < d->n; i++) {
        struct candidate c;
        struct tier2 t = {0};
        bool named = kind[i] != TIER2_NONE;
        LANES_TAKE(c, &choice->best.of, i);
        if (d->tiered)
            LANES_TAKE(t, &d->tier2, i);
        double far_s = LANE(&choice->split, step_split, far_s)[i];
        bool reads = c.weight_share2 > 0 || c.kv_share2 > 0;
        OUT(weight_share2) = named ? c.weight_share2 : NAN;
        OUT(kv_share2) = named ? c.kv_share2 : NAN;
        OUT(memory2_used_byte) = named ? c.far_byte : NAN;
        OUT(memory2_s) = named ? far_s / LANE(&choice->traits, traits, accepted_tokens)[i] : NAN;
        OUT(memory2_life_year) = named ? c.life_s / S_PER_YEAR : NAN;
        OUT(memory2_prefetch_byte) = !named ? NAN : reads ? t.latency_s * t.byte_per_s : 0;
    }
}

/* Start-up times, where the chip has any. */
static void fill_starts(struct metrics_lanes *out, const struct choice *choice,
                        const struct devices *d)
{
    for (size_t i = 0; i < d->n; i++) {
        double start_s = LANE(&choice->split, step_split, start_s)[i];
        bool has = LANE(&d->chip, chip, kernel_start_s)[i] > 0;
        OUT(start_s) = has ? start_s / LANE(&choice->traits, traits, accepted_tokens)[i] : NAN;
    }
}

/* Of requests whose contexts differ. */
static void fill_waits(struct metrics_lanes *out, const struct choice *choice, size_t n,
                       const struct workload *w)
{
    const struct contexts c = workload_contexts(w);
    bool differ = contexts_differ(&c) && w->phase != PHASE_PREFILL;
    for (size_t i = 0; i < n; i++)
        OUT(context_wait_s) = differ ? LANE(&choice->split, step_split, wait_s)[i] /
                                           LANE(&choice->traits, traits, accepted_tokens)[i]
                                     : NAN;
}

/* No kernel that reads a second tier of memory was measured, and those measured have start-up times
 * of their own. */
static bool is_unmeasured(const struct chip *c)
{
    return tier2_is_there(c) || c->kernel_start_s > 0;
}

static void refuse_uncalibrated(struct metrics_lanes *out, const struct devices *d,
                                const struct design *like)
{
    bool pool = design_pools_prefill(like) && is_unmeasured(&like->prefill_chip);
    for (size_t i = 0; i < d->n; i++) {
        struct chip c;
        LANES_TAKE(c, &d->chip, i);
        if (!pool && !is_unmeasured(&c))
            continue;
        for (size_t k = 0; k < LEN(out->at); k++)
            out->at[k][i] = NAN;
        OUT(verdict) = VERDICT_CALIBRATION;
    }
}

/* Corrects the metrics of `fill` for a step that is a prefill. */
static void correct_prefill(struct metrics_lanes *out, const struct choice *choice, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        OUT(tpot_s) = NAN;
        OUT(ttft_s) = LANE(&choice->split, step_split, time_s)[i];
    }
}

/* Chooses mappings, devices of the pool and micro-batches, and splits the step. */
static void choose_ffn_pools(struct step_pool_choice *out, struct choice *choice,
                             size_t mapped[LANES], struct prepared *p, const struct devices *d,
                             const struct design *like, const struct price_book *book)
{
    step_pool_devices(&out->d, like, d->n);
    best_pools(&out->best, p, d, &out->d, like, book);
    pools_split(&choice->split, &out->split, &out->best, p, d, &out->d);
    for (size_t i = 0; i < d->n; i++) {
        struct paired x;
        LANES_TAKE(x, &out->best.of, i);
        mapped[i] = out->best.main[i];
        struct traits traits = traits_of(&p->mapped[mapped[i]].step);
        LANES_PUT(&choice->best.of, i, x.main);
        LANES_PUT(&choice->best.load, i, x.load);
        LANES_PUT(&choice->traits, i, traits);
        choice->stopped[i] = like->workload.batch == BATCH_MAX ? x.stopped : 0;
        out->devices[i] = p->mapped[out->best.ffn[i]].plan.devices;
    }
}

#undef OUT

/* A design without a mapping has no metric but the verdict. */
static void clear_unmapped(struct metrics_lanes *out, size_t n)
{
    struct metrics_lanes nothing;
    metrics_clear(&nothing, n);
    lanes_set(LANE(&nothing, metrics, verdict), n, VERDICT_MAPPING);
    for (size_t i = 0; i < n; i++)
        if (LANE(out, metrics, verdict)[i] == VERDICT_MAPPING)
            LANES_COPY(out, i, &nothing, i);
}

/* No metric but the verdict. */
static void set_verdict(struct metrics_lanes *out, size_t n, enum verdict why)
{
    metrics_clear(out, n);
    for (size_t i = 0; i < n; i++)
        LANE(out, metrics, verdict)[i] = why;
}

/* A design that meets every limit of the model cannot be made if its package is too large. */
FOR_ALL_VECTORS
static void refuse_packages(struct metrics_lanes *restrict out, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        double *verdict = &LANE(out, metrics, verdict)[i];
        bool too_large = LANE(out, metrics, package_limit_ratio)[i] > 1;
        *verdict = (too_large & (*verdict == VERDICT_OK)) ? VERDICT_PACKAGE : *verdict;
    }
}

/* Is every kernel of the decode and prefill steps of all mappings measured? */
static bool is_measured(const struct prepared *p, const struct design *like,
                        const struct measured *by)
{
    size_t pool_last = p->pool_first + p->pool_n;
    struct design of = *like;
    struct measured prefill;
    design_become_prefill(&of);
    devices_find_measured(&prefill, &of);
    for (size_t k = 0; k < p->n; k++)
        if (!step_is_measured(&p->mapped[k].step, by->number))
            return false;
    for (size_t k = p->pool_first; k < pool_last && phase_of(&like->workload)->answers; k++)
        if (!step_is_measured(&p->mapped[k].prefill, prefill.number))
            return false;
    return true;
}

void evaluate_asked(struct prepared *p, const struct design *like,
                    const struct metrics_asked *asked, struct devices *d, struct metrics_lanes *out,
                    size_t mapped[LANES])
{
    const struct price_book *const *book = asked->book;
    const struct workload *w = &like->workload;
    struct choice choice;
    lane devices;

    for (size_t i = 0; i < d->n; i++)
        mapped[i] = 0;
    lanes_set(devices, d->n, like->plan.devices);
    if (!p->n) {
        set_verdict(out, d->n, VERDICT_MAPPING);
        return;
    }
    devices_time(d, like);
    if (p->mapped[0].step.timing->needs_calibration && !is_measured(p, like, &d->like)) {
        set_verdict(out, d->n, VERDICT_CALIBRATION);
        return;
    }
    struct step_pool_choice ffn;
    bool shared = design_shares_steps(like);
    ffn.d.n = 0;
    if (shared) {
        choose_ffn_pools(&ffn, &choice, mapped, p, d, like, book ? book[0] : NULL);
    } else {
        best_mappings(&choice.best, mapped, p, d, w, asked->limits);
        devices_share(d, LANE(&choice.best.of, candidate, weight_share2),
                      LANE(&choice.best.of, candidate, kv_share2));
        devices_place(d, LANE(&choice.best.of, candidate, kv_place),
                      LANE(&choice.best.of, candidate, expert_place));
        split_chosen(&choice, mapped, p, d, asked->limits && w->batch == BATCH_MAX);
    }
    fill(out, &choice, d, like->plan.devices);
    fill_tiers(out, &choice, d);
    fill_starts(out, &choice, d);
    fill_waits(out, &choice, d->n, w);
    lanes_set(LANE(out, metrics, params), d->n, p->params);
    lanes_set(LANE(out, metrics, active_params), d->n, p->active_params);
    if (p->mapped[0].step.prefills)
        correct_prefill(out, &choice, d->n);
    if (shared)
        step_pool_metrics(out, &ffn, p, like);
    struct prefill_choice pools;
    bool apart = w->phase == PHASE_DISAGGREGATED;
    if (apart) {
        prefill_pools_choose(&pools, p, d, like, LANE(out, metrics, tokens_per_s));
        prefill_pools_add(out, &pools, p, like);
        prefill_pools_rest(&choice.split, d, pools.decode_busy);
        if (shared)
            prefill_pools_rest(&ffn.split, &ffn.d, pools.decode_busy);
    }
    if (workload_has_traffic(w)) {
        const struct traffic_system q = {
            p, d, like, &choice.best, mapped, apart ? &pools : NULL,
        };
        traffic_metrics(out, &q);
    }
    if (p->mapped[0].step.timing->error)
        fill_errors(out, &choice, d, apart && design_pools_prefill(like) ? &pools : NULL);
    if (book) {
        struct fleet fleet[FLEETS_MOST] = {{.d = d, .devices = devices, .split = &choice.split}};
        size_t fleets = 1;
        if (shared)
            fleet[fleets++] =
                (struct fleet){&ffn.d, ffn.devices, &ffn.split,
                               design_pools_ffn(like) ? LANE(out, metrics, ffn_cost_usd)
                                                      : LANE(out, metrics, draft_cost_usd)};
        if (apart)
            fleet[fleets++] = (struct fleet){pools.d, pools.devices, &pools.split,
                                             LANE(out, metrics, prefill_cost_usd)};
        cost_metrics_by_list(out, fleet, fleets, book);
        refuse_packages(out, d->n);
    }
    if (shared)
        clear_unmapped(out, d->n);
    if (p->mapped[0].step.timing->needs_calibration)
        refuse_uncalibrated(out, d, like);
}

void evaluate_many(struct prepared *p, const struct design *like, const struct price_book *book,
                   struct devices *d, struct metrics_lanes *out, size_t mapped[LANES])
{
    const struct price_book *each[LANES];
    for (size_t i = 0; i < d->n; i++)
        each[i] = book;
    const struct metrics_asked all = {book ? each : NULL, true};
    evaluate_asked(p, like, &all, d, out, mapped);
}

void evaluate_prepared(struct prepared *p, const struct design *d, const struct price_book *book,
                       struct metrics *out, const struct mapped **mapped)
{
    struct devices one;
    struct metrics_lanes lanes;
    size_t at[LANES];

    metrics_clear(&lanes, 1);
    one.n = 0;
    devices_add(&one, &d->chip, &d->engine);
    evaluate_many(p, d, book, &one, &lanes, at);
    LANES_TAKE(*out, &lanes, 0);
    if (mapped)
        *mapped = p->n ? &p->mapped[at[0]] : NULL;
}

void evaluate(const struct design *d, const struct price_book *book, struct metrics *out,
              struct plan *plan)
{
    struct prepared p = {0};
    const struct mapped *mapped;

    prepare(&p, d);
    evaluate_prepared(&p, d, book, out, &mapped);
    if (plan)
        *plan = mapped ? mapped->plan : d->plan;
    prepared_free(&p);
}

static void fix(double *value, double chosen)
{
    if (!isnan(chosen))
        *value = chosen;
}

static void fix_pool(struct pools *pools, const struct plan *plan)
{
    pools->prefill_tp = plan->tp;
    pools->prefill_ep = plan->ep;
    pools->prefill_pp = plan->pp;
    pools->prefill_cp = plan->cp;
}

void plan_fix_shares(struct plan *p, const struct metrics *m)
{
    fix(&p->weight_share2, m->weight_share2);
    fix(&p->kv_share2, m->kv_share2);
    fix(&p->kv_place, m->kv_place);
    fix(&p->expert_place, m->expert_place);
}

void design_fix_mapping(struct design *d, const struct plan *plan, const struct metrics *m)
{
    struct pools *pools = &d->pools;
    fix(&d->pools.ffn_devices, m->ffn_devices);
    fix(&d->pools.ffn_tp, m->ffn_tp);
    fix(&d->pools.ffn_ep, m->ffn_ep);
    fix(&pools->ffn_weight_share2, m->ffn_weight_share2);
    fix(&pools->draft_devices, m->draft_devices);
    fix(&pools->draft_tp, m->draft_tp);
    const struct plan pool = plan_of_pool(&d->plan, pools);
    if (d->workload.phase == PHASE_DISAGGREGATED)
        fix_pool(pools, &pool);
    d->plan = *plan;
    fix(&d->plan.micro_batches, m->micro_batches);
    plan_fix_shares(&d->plan, m);
    fix(&pools->prefill_tp, m->prefill_tp);
    fix(&pools->prefill_ep, m->prefill_ep);
    fix(&pools->prefill_pp, m->prefill_pp);
    fix(&pools->prefill_cp, m->prefill_cp);
}

void evaluated_ffn_pool(struct step_split *main, struct step_split *ffn, struct prepared *p,
                        const struct design *d, const struct price_book *book)
{
    struct devices one;
    struct choice choice;
    struct step_pool_choice chosen;
    size_t mapped[LANES];
    devices_of(&one, d);
    choose_ffn_pools(&chosen, &choice, mapped, p, &one, d, book);
    LANES_TAKE(*main, &choice.split, 0);
    LANES_TAKE(*ffn, &chosen.split, 0);
}

void evaluated_pool(struct step_split *split, struct prepared *p, const struct design *d)
{
    struct prefill_choice pools;
    struct devices main;
    devices_of(&main, d);
    prefill_pools_choose(&pools, p, &main, d, lanes_of_one); /* one mapping: no choice */
    double load = LANE(&pools.best, prefill_pool, load)[0];
    step_split_held_one(split, &p->mapped[pools.mapped[0]].prefill, pools.d,
                        (struct load){load, load});
}
