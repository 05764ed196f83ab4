#include "arch/evaluate.h"

#include <stdlib.h>

#include "base/mem.h"

void prepare(struct prepared *out, const struct design *d)
{
    struct plan plans[PLANS_MOST];
    out->n = plan_mappings(&d->plan, &d->model, plans);
    if (out->n > out->room) {
        out->room = out->n;
        out->mapped = mem_grow(out->mapped, out->room, sizeof *out->mapped);
    }
    struct workload prompt = d->workload;
    prompt.phase = PHASE_PREFILL;
    prompt.context = prompt.input;
    for (size_t i = 0; i < out->n; i++) {
        struct mapped *m = &out->mapped[i];
        m->plan = plans[i];
        step_build(&m->step, &d->model, &plans[i], &d->workload, &d->precision, &d->mode);
        if (d->workload.phase >= PHASE_SERVING)
            step_build(&m->prefill, &d->model, &plans[i], &prompt, &d->precision, &d->mode);
        if (m->step.mixed && m->step.calibrated)
            m->step.beside = &m->prefill;
    }
}

void prepared_free(struct prepared *p)
{
    free(p->mapped);
    *p = (struct prepared){0};
}

/* A mapping at the batch that is best for it. */
struct candidate {
    enum verdict verdict;
    double cap, slo; /* requests per replica */
    struct load load;
    double step_s, tokens_per_s, memory_byte;
    double prompt_s; /* of one prompt a replica, with the step it waits for; serving */
};

/* Throughput never falls as the batch grows, so the best batch is the largest allowed. */
static void try_mapping(struct candidate *out, const struct mapped *m, const struct device *dev,
                        const struct workload *w)
{
    const struct step *s = &m->step;
    double per_request = s->kv_byte_per_request + s->act_byte_per_request;
    double room = dev->memory_byte - s->weight_byte - s->fixed_byte;
    double limit_s = s->prefills ? w->ttft_s : w->tpot_s * s->accepted_tokens;
    enum verdict late = s->prefills ? VERDICT_TTFT : VERDICT_TPOT;

    out->prompt_s = NAN;
    if (s->mixed) {
        out->prompt_s = step_time_s(&m->prefill, dev, (struct load){1, 1});
        if (w->ttft_s - out->prompt_s < limit_s) {
            limit_s = w->ttft_s - out->prompt_s;
            late = VERDICT_TTFT;
        }
    }
    out->cap = room > 0 ? floor(room / per_request) : 0;
    out->slo = step_largest_load(s, dev, limit_s, out->cap);
    out->load = w->batch == BATCH_MAX ? (struct load){fmax(1, fmin(out->cap, out->slo)),
                                                      fmax(1, fmin(out->cap, out->slo))}
                                      : step_load(s, w->batch);
    out->verdict = out->load.most > out->cap   ? VERDICT_MEMORY
                   : out->load.most > out->slo ? late
                                               : VERDICT_OK;
    out->step_s = step_time_s(s, dev, out->load);
    out->memory_byte = s->weight_byte + s->fixed_byte + out->load.most * per_request;
    out->tokens_per_s = out->load.mean * s->dp * s->made / out->step_s;
}

/* The pool that does the prefill of a pool that decodes: its best mapping. */
struct prefill_pool {
    double requests_per_s; /* of one device; 0 if no mapping keeps the limits */
    double ttft_s, kv_transfer_s;
};

static struct prefill_pool prefill_pool(const struct prepared *p, const struct device *dev,
                                        const struct workload *w)
{
    struct prefill_pool best = {0, NAN, NAN};
    for (size_t i = 0; i < p->n; i++) {
        struct mapped m = {.plan = p->mapped[i].plan, .step = p->mapped[i].prefill};
        struct workload prompt = *w;
        struct candidate c;
        /* A prompt's keys and values go out over the network, each device its own part. */
        double transfer_s =
            m.step.kv_byte_per_request * dev->network.s_per_byte + dev->network.latency_s;
        prompt.batch = m.step.dp * fmax(1, floor(CHUNK_TOKENS / (w->input - w->prefix)));
        prompt.ttft_s = w->ttft_s - transfer_s;
        try_mapping(&c, &m, dev, &prompt);
        double rate = c.load.mean * m.step.dp / c.step_s / m.plan.devices;
        if (c.verdict == VERDICT_OK && rate > best.requests_per_s)
            best = (struct prefill_pool){rate, c.step_s + transfer_s, transfer_s};
    }
    return best;
}

static bool better(const struct candidate *a, const struct candidate *b)
{
    if (a->verdict != b->verdict) {
        static const int rank[VERDICTS] = {
            [VERDICT_OK] = 0, [VERDICT_TPOT] = 1, [VERDICT_TTFT] = 1, [VERDICT_MEMORY] = 2};
        return rank[a->verdict] < rank[b->verdict];
    }
    if (a->verdict == VERDICT_MEMORY)
        return a->memory_byte < b->memory_byte;
    if (a->verdict != VERDICT_OK)
        return a->step_s < b->step_s;
    return a->tokens_per_s > b->tokens_per_s;
}

/* Capacity or latency stops the batch; but where twice the batch would bring less than 5 % more,
 * it is the resource with the largest part of the step. */
static double limit_of(const struct candidate *c, const struct step *s, const struct device *dev,
                       const struct step_split *split, bool batch_max)
{
    double twice_s = step_time_s(s, dev, (struct load){2 * c->load.most, 2 * c->load.mean});
    if (batch_max && 2 * c->step_s > 1.05 * twice_s)
        return c->cap <= c->slo ? LIMIT_CAPACITY : LIMIT_LATENCY;
    const double *b = split->bound_s;
    return b[BY_LINK] > fmax(b[BY_COMPUTE], b[BY_MEMORY]) ? LIMIT_LINK
           : b[BY_COMPUTE] > b[BY_MEMORY]                 ? LIMIT_COMPUTE
                                                          : LIMIT_MEMORY;
}

/* One measurement in ten is below low, one in ten above high, if logs of errors are normal. */
static const double TENTH = 1.2816;

static void span(double *low, double value, double error)
{
    low[0] = value * exp(-TENTH * error);
    low[1] = value * exp(TENTH * error);
}

static void fill_calibrated(struct metrics *out, const struct step_split *split,
                            const struct design *d, double accepted)
{
    const double error = split->error, *e = split->class_error;
    out->calibrated_on = d->calibration_own ? ON_OWN : ON_GENERATION;
    out->timing_error = error;
    span(&out->tpot_s_low, out->tpot_s, error);
    span(&out->ttft_s_low, out->ttft_s, error);
    span(&out->tokens_per_s_low, out->tokens_per_s, error);
    span(&out->tokens_per_s_per_device_low, out->tokens_per_s_per_device, error);
    span(&out->tokens_per_s_per_user_low, out->tokens_per_s_per_user, error);
    double *low[OP_CLASSES] = {
        [OP_ATTENTION] = &out->attention_s_low,
        [OP_PROJECTION] = &out->projection_s_low,
        [OP_FFN] = &out->ffn_s_low,
        [OP_EXPERT] = &out->expert_s_low,
        [OP_OTHER] = &out->other_s_low,
        [OP_COMMUNICATION] = &out->communication_s_low,
    };
    for (int i = 0; i < OP_CLASSES; i++)
        span(low[i], split->class_s[i] / accepted, e[i]);
}

static void no_metrics(struct metrics *out, enum verdict why)
{
    for (size_t i = 0; i < metrics_fields.n; i++)
        field_put(&metrics_fields.row[i], out, NAN);
    out->verdict = why;
}

static void fill(struct metrics *out, const struct candidate *c, const struct step *s,
                 const struct prefill_pool *pool, const struct device *dev, const struct design *d,
                 const struct price_book *book)
{
    struct step_split split;
    double accepted = s->accepted_tokens, dp = s->dp;

    no_metrics(out, c->verdict);
    step_split(&split, s, dev, c->load);
    out->batch = c->load.mean * dp;
    out->batch_cap = c->cap * dp;
    out->batch_slo = c->slo * dp;
    out->tokens_per_s = out->batch * s->made / split.time_s;
    out->tokens_per_s_per_user = s->made / split.time_s;
    out->tpot_s = s->prefills ? NAN : split.time_s / accepted;
    out->ttft_s = s->prefills ? split.time_s : split.time_s + c->prompt_s;
    out->prefill_devices = 0;
    out->kv_transfer_s = NAN;
    if (d->workload.phase == PHASE_DISAGGREGATED) {
        double requests_per_s = out->tokens_per_s / d->workload.output;
        out->prefill_devices = requests_per_s / pool->requests_per_s;
        out->ttft_s = pool->ttft_s;
        out->kv_transfer_s = pool->kv_transfer_s;
        if (pool->requests_per_s <= 0) {
            out->prefill_devices = NAN;
            out->verdict = c->verdict == VERDICT_OK ? VERDICT_TTFT : c->verdict;
        }
    }
    double devices = d->plan.devices + (isnan(out->prefill_devices) ? 0 : out->prefill_devices);
    out->tokens_per_s_per_device = out->tokens_per_s / devices;
    out->memory_used_byte = c->memory_byte;
    out->weight_byte = s->weight_byte;
    out->kv_byte = c->load.most * s->kv_byte_per_request;
    out->kv_byte_per_token = s->kv_byte_per_token;
    out->attention_intensity_flop_per_byte = split.attention_flop / split.attention_byte;
    out->expert_intensity_flop_per_byte =
        split.expert_byte > 0 ? split.expert_flop / split.expert_byte : NAN;
    out->ridge_flop_per_byte = dev->main.s_per_byte / dev->main.s_per_flop;
    out->attention_s = split.class_s[OP_ATTENTION] / accepted;
    out->projection_s = split.class_s[OP_PROJECTION] / accepted;
    out->ffn_s = split.class_s[OP_FFN] / accepted;
    out->expert_s = split.class_s[OP_EXPERT] / accepted;
    out->communication_s = split.class_s[OP_COMMUNICATION] / accepted;
    out->other_s = split.class_s[OP_OTHER] / accepted;
    out->attention_share = split.class_s[OP_ATTENTION] / split.time_s;
    out->engine_speedup =
        engine_is_there(&d->engine) ? split.attention_chip_s / split.attention_engine_s : NAN;
    out->limit = limit_of(c, s, dev, &split, d->workload.batch == BATCH_MAX);
    if (dev->calibration)
        fill_calibrated(out, &split, d, accepted);
    if (book)
        cost_metrics(out, &d->chip, &d->engine, devices, &d->precision, &split, split.time_s, book);
}

static bool is_calibrated(const struct mapped *m, const struct device *dev)
{
    return step_is_calibrated(&m->step, dev) &&
           (!m->step.mixed || step_is_calibrated(&m->prefill, dev));
}

void evaluate_prepared(const struct prepared *p, const struct design *d,
                       const struct price_book *book, struct metrics *out,
                       const struct mapped **mapped)
{
    struct device dev;
    struct candidate best = {0}, c;
    size_t at = 0;

    device_make(&dev, d);
    if (mapped)
        *mapped = p->n ? &p->mapped[0] : NULL;
    if (!p->n) {
        no_metrics(out, VERDICT_MAPPING);
        return;
    }
    if (p->mapped[0].step.calibrated && !is_calibrated(&p->mapped[0], &dev)) {
        no_metrics(out, VERDICT_CALIBRATION);
        return;
    }
    for (size_t i = 0; i < p->n; i++) {
        try_mapping(&c, &p->mapped[i], &dev, &d->workload);
        if (i == 0 || better(&c, &best)) {
            best = c;
            at = i;
        }
    }
    if (mapped)
        *mapped = &p->mapped[at];
    struct prefill_pool pool = {0};
    if (d->workload.phase == PHASE_DISAGGREGATED)
        pool = prefill_pool(p, &dev, &d->workload);
    fill(out, &best, &p->mapped[at].step, &pool, &dev, d, book);
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
