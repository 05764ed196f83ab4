#include "arch/step.h"

#include "base/power.h"
#include "arch/attention.h"
#include "arch/ffn.h"
#include "arch/simulator.h"

const char *const bound_text[BOUNDS] = {"compute", "memory", "link"};
const char *const place_text[PLACES] = {"chip", "engine", "link", "network"};

/* Two norms and two residual additions per layer: read and write the stream. */
static void add_norms(struct ops *out, const struct model *m, const struct shape *s)
{
    double stream = s->tokens * m->hidden;
    ops_add_vector(out, "norm", OP_OTHER, 2 * m->layers, s, 4 * stream, 2 * stream);
    ops_add_vector(out, "residual", OP_OTHER, 2 * m->layers, s, stream, 3 * stream);
    out->op[out->n - 1].joined = true; /* to the norm */
}

/* Every token of the step reads its row of the embedding and gets logits. */
static void add_vocabulary(struct ops *out, const struct model *m, const struct shape *s)
{
    ops_add_vector(out, "embedding", OP_OTHER, 1, s, 0, 2 * s->tokens * m->hidden);
    ops_add_gemm(out, "head", OP_OTHER, 1, s, s->head_tokens, m->hidden, m->vocab / s->tp);
}

/* Activations that live at once on a device, numbers per request: the stream, its normed copy and
 * the widest operator's input and output. */
static double live_numbers(const struct model *m, const struct shape *s)
{
    double width = attention_of(m)->live(m, s->tp);
    width = fmax(width, model_ffn_matrices(m) * m->ffn / s->tp);
    width = fmax(width, m->top_k * (m->hidden + 2 * m->moe_ffn));
    return s->tokens * (2 * m->hidden + width);
}

static double device_weight_params(const struct model *m, const struct plan *p,
                                   const struct workload *w)
{
    double routed = model_routed_params(m);
    double attention = m->layers * attention_params(m);
    double shared = model_params(m) - routed - attention;
    double group = ffn_expert_group(p->tp, p->ep);
    double copies = m->experts > 0 ? 1 + plan_redundant_experts(p, w) / m->experts : 1;
    return m->layers * attention_params_per_rank(m, p->tp) + routed * copies / group +
           shared / (p->shared_over == SHARED_OVER_TP ? p->tp : group);
}

static struct shape shape_of(const struct model *m, const struct plan *plan,
                             const struct workload *w, const struct precision *p,
                             const struct mode *mode)
{
    bool mixed = w->phase == PHASE_SERVING && mode->timing != TIMING_CALIBRATED;
    struct shape s = {
        .tp = plan->tp,
        .ep = plan->ep,
        .devices = plan->devices / plan->pp,
        .dp = plan->dp,
        .absorb_decode = m->absorb > 0,
        .absorb_prefill = m->absorb == 1,
        .weight_byte = p->weight,
        .kv_byte = p->kv,
        .act_byte = p->activation,
        .rope_byte = p->rope > 0 ? p->rope : p->kv,
        .dispatch_byte = p->dispatch > 0 ? p->dispatch : p->activation,
        .combine_byte = p->combine > 0 ? p->combine : p->activation,
    };
    if (w->phase == PHASE_PREFILL) {
        s.prompts = 1;
        s.prompt = w->context;
        s.head_tokens = 1;
    } else if (w->phase == PHASE_DECODE) {
        s.decode = w->query_tokens;
        s.context = w->context;
    } else {
        /* At steady state a request is half through its answer on average, and begins anew once in
         * output / accepted steps, when its place takes a new prompt. */
        s.decode = w->query_tokens;
        s.context = w->input + w->output / 2;
        s.prompt = w->input;
        s.prompts = mixed ? w->accepted_tokens / w->output : 0;
        s.head_tokens = s.prompts;
    }
    s.prefix = fmin(w->prefix, s.prompt - 1);
    s.head_tokens += s.decode;
    s.tokens = s.decode + s.prompts * (s.prompt - s.prefix);
    return s;
}

/* The tokens of a request, of its context and of its prompt, are shared out over cp devices, which
 * send each other what a query needs and what came of it. Experts count tokens of all devices. */
static void share_context(struct ops *list, const struct model *m, const struct shape *s, double cp)
{
    if (cp <= 1)
        return;
    for (size_t i = 0; i < list->n; i++) {
        struct op *o = &list->op[i];
        if (o->unit == UNIT_EXPERT)
            continue;
        o->flop /= cp;
        o->byte /= cp;
        o->cache_byte /= cp;
        o->state_byte /= cp;
        o->act_byte /= cp;
        o->wire_byte /= cp;
        o->key_flop /= cp;
    }
    double heads = attention_heads(m, s->tp);
    double sent = s->decode * heads * attention_of(m)->query(m) +
                  s->prompts * s->prompt * attention_of(m)->cached(m, s->tp); /* round the ring */
    ops_add(list, m->layers,
            (struct op){.name = "attention.exchange",
                        .class = OP_COMMUNICATION,
                        .unit = UNIT_LINK,
                        .kernel = KERNEL_EXCHANGE,
                        .wire_byte = (cp - 1) / cp * sent * s->act_byte,
                        .hops = 1,
                        .group = cp});
}

static void put_main(struct main_ops *m, size_t at, size_t index, const struct op *o)
{
    m->op[at] = index;
    m->all_flop += m->flop[at] = o->flop;
    m->all_weight_byte += m->weight_byte[at] = o->weight_byte;
    m->all_byte += m->byte[at] = o->byte;
}

/* Main operators by class, the others in the order of the step. */
static void sort_out(struct step *s)
{
    static const struct op nothing;
    struct main_ops *m = &s->main;
    size_t next[OP_CLASSES], of_class[OP_CLASSES] = {0};

    s->others = 0;
    for (size_t i = 0; i < s->ops.n; i++) {
        if (s->ops.op[i].unit == UNIT_MAIN)
            of_class[s->ops.op[i].class]++;
        else
            s->other[s->others++] = i;
    }
    m->n = 0;
    for (int class = 0; class < OP_CLASSES; class ++) {
        m->first[class] = next[class] = m->n;
        m->n += of_class[class];
    }
    m->first[OP_CLASSES] = m->n;
    m->groups = (m->n + MAIN_GROUP - 1) / MAIN_GROUP;
    m->all_flop = m->all_weight_byte = m->all_byte = 0;
    for (size_t i = 0; i < s->ops.n; i++)
        if (s->ops.op[i].unit == UNIT_MAIN)
            put_main(m, next[s->ops.op[i].class]++, i, &s->ops.op[i]);
    for (size_t at = m->n; at < m->groups * MAIN_GROUP; at++)
        put_main(m, at, 0, &nothing);
}

void step_build(struct step *out, const struct model *m, const struct plan *plan,
                const struct workload *w, const struct precision *p, const struct mode *mode)
{
    bool simulator = mode->timing == TIMING_SIMULATOR;
    struct shape s = shape_of(m, plan, w, p, mode);
    s.routing = &out->routing;
    double group = ffn_expert_group(plan->tp, plan->ep);

    if (model_moe_layers(m) > 0)
        routing_make(&out->routing, m->experts, m->top_k, w->skew, (enum placement)w->placement,
                     plan->ep, plan_redundant_experts(plan, w));
    else
        out->routing = (struct routing){.imbalance = 1};
    out->chance = w->chance > 0;
    out->ops.n = 0;
    if (simulator) {
        simulator_ops(m, &s, &out->ops);
    } else {
        add_vocabulary(&out->ops, m, &s);
        add_norms(&out->ops, m, &s);
        attention_of(m)->ops(m, &s, &out->ops);
        ffn_ops(m, &s, &out->ops);
    }

    share_context(&out->ops, m, &s, plan->cp);
    if (plan->pp > 1)
        ops_add(&out->ops, plan->pp - 1,
                (struct op){.name = "pipeline.send",
                            .class = OP_COMMUNICATION,
                            .unit = UNIT_LINK,
                            .kernel = KERNEL_EXCHANGE,
                            .wire_byte = s.tokens * m->hidden / s.tp / plan->cp * s.act_byte,
                            .hops = 1,
                            .group = plan->devices});

    sort_out(out);
    double live = live_numbers(m, &s), fixed = 0;
    if (simulator) {
        simulator_live_numbers(m, &s, &live, &fixed);
    } else if (w->phase == PHASE_PREFILL) { /* in chunks, so that no more live at once */
        fixed = live / s.tokens * fmin(s.tokens, CHUNK_TOKENS);
        live = 0;
    }
    out->weight_byte =
        (simulator ? simulator_weight_params(m, plan) : device_weight_params(m, plan, w)) /
        plan->pp * p->weight;
    out->fixed_byte = fixed * p->activation;
    double cached = fmax(s.context, s.prompt);
    if (phase_of(w)->answers && w->kv_room == KV_ROOM_WHOLE)
        cached = w->input + w->output;
    out->kv_byte_per_request =
        cached *
        attention_kv_byte_per_token(m, plan->tp, p->kv, s.rope_byte, simulator ? 0 : cached) /
        plan->pp / plan->cp;
    out->act_byte_per_request = live * p->activation / plan->pp / plan->cp;
    out->kv_byte_per_token = attention_kv_byte_per_token(m, 1, p->kv, s.rope_byte, 0);
    out->dp = plan->dp;
    out->mixed = w->phase == PHASE_SERVING;
    out->calibrated = mode->timing == TIMING_CALIBRATED;
    out->layers = m->layers / plan->pp;
    out->beside = NULL;
    out->beside_per_request = out->mixed && out->calibrated ? w->accepted_tokens / w->output : 0;
    out->prefills = w->phase == PHASE_PREFILL;
    out->accepted_tokens = out->prefills ? 1 : w->accepted_tokens;
    out->made = out->prefills ? w->context : w->accepted_tokens;
    out->stages = plan->pp;
    out->overlap = (int)plan->overlap;
    out->reduces_best = plan->all_reduce == REDUCE_BEST;
    out->exchanges_by_domain = plan->all_to_all == EXCHANGE_HIERARCHICAL;
    out->copies = m->top_k;
    out->group_tokens = s.tokens * plan->dp * group / s.devices;
    out->expert_devices = plan->ep;
}

struct load step_load(const struct step *s, double batch)
{
    return (struct load){.most = ceil(batch / s->dp), .mean = batch / s->dp};
}

/* Expected maximum of `draws` binomial numbers of n trials, n whole: sum over j of
 * 1 - P(one is <= j)^draws. */
static double expected_most_whole(double n, double p, double draws)
{
    double idle = 1 - p, one = power_whole(idle, n), below = 0, most = 0;

    if (draws <= 1)
        return n * p;
    if (idle * n * draws < 1e-6)
        return n;
    for (double j = 0; j < n; j++) {
        below += one;
        double some_above = below < 1e-9 ? 1 : 1 - power_whole(below, draws);
        if (some_above < 1e-9)
            break;
        most += some_above;
        one *= (n - j) / (j + 1) * p / idle;
    }
    return fmax(most, fmin(1, n));
}

/* Where devices do not share the experts out evenly: between those of the whole numbers around n.
 */
static double expected_most(double n, double p, double draws)
{
    double least = floor(n), part = n - least;
    if (part == 0)
        return expected_most_whole(n, p, draws);
    double most = expected_most_whole(least + 1, p, draws);
    return part * most + (1 - part) * (least > 0 ? expected_most_whole(least, p, draws) : 0);
}

double step_active_share(const struct step *s, const struct op *o, struct load load)
{
    double active = -expm1(o->log_idle * s->group_tokens * load.mean);
    return s->routing.even ? expected_most(o->experts, active, s->expert_devices) / o->experts
                           : active;
}

/* Calibrated time of an operator of costs `c` on a unit of a device. */
static double calibrated_s(const struct step *s, const struct device *d, const struct unit *u,
                           const struct op *o, const struct op_cost *c, double requests)
{
    const struct calibration *from = d->calibration;
    struct call call = unit_call(u, o, c->flop, c->byte, requests);
    double ratio = s->prefills ? 1 : calibration_serving_ratio(from, o->kernel, d->weight_only);
    return ratio * o->count * calibration_call_s(from, o->kernel, d->number[o->kernel], &call);
}

/* Time of a collective on one wire. Calibrated: measured inside a link domain; over the network its
 * latency and bandwidth at the share that is reached. */
static double wire_s(const struct step *s, const struct device *d, const struct wire *w,
                     const struct op *o, double wire_byte)
{
    const struct calibration *from = d->calibration;
    double n = o->count, p = o->group, latency_s = o->hops * w->latency_s;
    if (!from)
        return latency_s + wire_byte * w->s_per_byte;
    if (w != &d->rates.link)
        return latency_s + wire_byte * w->s_per_byte / from->serving.network;
    double message_byte = o->kernel == KERNEL_REDUCE ? wire_byte * p / (2 * (p - 1)) : wire_byte;
    struct call call = {.wire_s = message_byte * w->s_per_byte / n, .group = p};
    double ratio = s->prefills ? 1 : calibration_serving_ratio(from, o->kernel, false);
    return ratio * n * calibration_call_s(from, o->kernel, 0, &call);
}

/* A collective. One shot of an all-reduce sends all to everyone at once (calibrated times choose
 * for themselves); an all-to-all by domain sends a token over the network once for every other
 * domain that has one of its experts, and passes it on over the link meanwhile. */
static void time_on_wire(struct op_cost *c, const struct step *s, const struct device *d,
                         const struct op *o)
{
    const struct wire *w = device_wire(d, o->group);
    c->bound = BY_LINK;
    c->on = w == &d->rates.link ? ON_LINK : ON_NETWORK;
    if (o->busiest > 0 && s->exchanges_by_domain && c->on == ON_NETWORK) {
        double domains = ceil(o->group / d->rates.link_domain), k = s->copies;
        double reached = (domains - 1) * (1 - pow(1 - 1 / domains, k)) / k;
        struct op inside = *o;
        inside.group = d->rates.link_domain;
        c->time_s = fmax(wire_s(s, d, w, o, c->wire_byte * reached),
                         wire_s(s, d, &d->rates.link, &inside, c->wire_byte));
        return;
    }
    c->time_s = wire_s(s, d, w, o, c->wire_byte);
    if (o->kernel == KERNEL_REDUCE && s->reduces_best && !d->calibration) {
        double p = o->group, numbers = c->wire_byte * p / (2 * (p - 1));
        c->time_s = fmin(c->time_s, o->count * w->latency_s + (p - 1) * numbers * w->s_per_byte);
    }
}

/* An operator that only the chip runs; most do, so that this is what a step's time goes to. */
static inline struct op_cost main_cost(const struct device *d, const struct op *o, double requests)
{
    double flop = o->flop * requests, byte = o->weight_byte + o->byte * requests;
    double compute_s = flop * d->rates.main.s_per_flop, memory_s = byte * d->rates.main.s_per_byte;
    bool by_compute = compute_s >= memory_s;
    return (struct op_cost){.flop = flop,
                            .byte = byte,
                            .time_s = by_compute ? compute_s : memory_s,
                            .bound = by_compute ? BY_COMPUTE : BY_MEMORY,
                            .on = ON_CHIP};
}

/* Time of an operator of these costs on a unit. */
static double cost_time_s(const struct step *s, const struct device *d, const struct unit *u,
                          const struct op *o, const struct op_cost *c, double requests,
                          double wire_byte)
{
    if (!d->calibration)
        return unit_time_s(u, c->flop, c->byte, wire_byte);
    return fmax(calibrated_s(s, d, u, o, c, requests), wire_byte * u->s_per_wire_byte);
}

struct op_cost step_op_cost(const struct step *s, const struct device *d, const struct op *o,
                            struct load load)
{
    if (o->unit == UNIT_MAIN) {
        struct op_cost c = main_cost(d, o, load.most);
        if (d->calibration)
            c.time_s = calibrated_s(s, d, &d->rates.main, o, &c, load.most);
        return c;
    }
    bool expert = o->unit == UNIT_EXPERT;
    double requests = expert ? load.mean : load.most;
    if (o->busiest > 0)
        requests *=
            step_waited(o, routing_busiest(&s->routing, s->group_tokens * load.mean, s->chance));
    struct op_cost c = {.flop = o->flop * requests,
                        .wire_byte = o->wire_byte * requests,
                        .byte = o->byte * requests +
                                o->weight_byte * (expert ? step_active_share(s, o, load) : 1)};

    if (o->unit == UNIT_LINK) {
        time_on_wire(&c, s, d, o);
        return c;
    }
    const struct unit *u = &d->rates.main;
    c.time_s = cost_time_s(s, d, u, o, &c, requests, 0);
    if ((o->unit == UNIT_ATTENTION && d->rates.runs_attention > 0) ||
        (expert && d->rates.runs_experts > 0)) {
        double t = cost_time_s(s, d, &d->rates.engine, o, &c, requests, c.wire_byte);
        if (t < c.time_s) {
            c.time_s = t;
            c.on = ON_ENGINE;
            u = &d->rates.engine;
        }
    }
    double compute_s = c.flop * u->s_per_flop, memory_s = c.byte * u->s_per_byte;
    bool by_link =
        u == &d->rates.engine && c.wire_byte * u->s_per_wire_byte >= fmax(compute_s, memory_s);
    c.bound = by_link ? BY_LINK : compute_s >= memory_s ? BY_COMPUTE : BY_MEMORY;
    if (c.on == ON_CHIP || d->rates.engine.s_per_wire_byte <= 0)
        c.wire_byte = 0;
    return c;
}

struct pass step_pass(const struct step *s, struct load load)
{
    double n = step_parts(s);
    return (struct pass){{load.most / n, load.mean / n}, step_halves(s)};
}

struct op_cost step_op_whole(const struct step *s, const struct device *d, const struct op *o,
                             struct load load)
{
    struct pass pass = step_pass(s, load);
    struct op_cost c = step_op_cost(s, d, o, pass.load);
    c.flop *= pass.times;
    c.byte *= pass.times;
    c.wire_byte *= pass.times;
    c.time_s *= pass.times;
    return c;
}

static double calibrated_step_s(const struct step *s, const struct device *d, struct load load)
{
    struct step_split split;
    step_split(&split, s, d, load);
    return split.time_s;
}

double step_time_s(const struct step *s, const struct device *d, struct load load)
{
    if (d->calibration)
        return calibrated_step_s(s, d, load);
    struct pass pass = step_pass(s, load);
    double per_flop = d->rates.main.s_per_flop, per_byte = d->rates.main.s_per_byte;
    double requests = pass.load.most, chip_s = 0, engine_s = 0, wire_s = 0;

    for (size_t i = 0; i < s->main.n; i++) {
        double compute = s->main.flop[i] * requests * per_flop;
        double memory = (s->main.weight_byte[i] + s->main.byte[i] * requests) * per_byte;
        chip_s += compute > memory ? compute : memory;
    }
    bool plain = !s->reduces_best && !s->exchanges_by_domain;
    double busiest = routing_busiest(&s->routing, s->group_tokens * pass.load.mean, s->chance);
    for (size_t i = 0; i < s->others; i++) {
        const struct op *o = &s->ops.op[s->other[i]];
        if (plain && o->unit == UNIT_LINK) { /* as time_on_wire says, without its choices */
            const struct wire *w = device_wire(d, o->group);
            double sent = requests * step_waited(o, busiest);
            wire_s += o->hops * w->latency_s + o->wire_byte * sent * w->s_per_byte;
            continue;
        }
        struct op_cost c = step_op_cost(s, d, o, pass.load);
        *(c.on == ON_ENGINE ? &engine_s : c.on == ON_CHIP ? &chip_s : &wire_s) += c.time_s;
    }
    double compute_s = chip_s + engine_s - hidden_s(d->rates.overlap, chip_s, engine_s);
    return pass.times * (compute_s + wire_s - overlapped_s(s->overlap, compute_s, wire_s));
}

/* (time * error)^2: the errors of kernels are taken as independent. */
static double variance_of(const struct device *d, const struct op *o, double time_s)
{
    double error = calibration_error(d->calibration, o->kernel, d->number[o->kernel]);
    return time_s * error * time_s * error;
}

/* Errors of kernels are independent; to them comes what kernels do not explain, and what moving
 * constants to another chip adds. */
static void add_errors(struct step_split *out, const struct device *d,
                       const double variance[OP_CLASSES])
{
    const struct serving_set *s = &d->calibration->serving;
    double moved = d->calibration_own ? 0 : s->moved_error;
    double beyond = s->error * s->error + moved * moved, sum = 0;
    for (int i = 0; i < OP_CLASSES; i++) {
        sum += variance[i];
        out->class_error[i] =
            sqrt(beyond + (out->class_s[i] > 0 ? variance[i] / pow(out->class_s[i], 2) : 0));
    }
    out->error = sqrt(beyond + sum / pow(out->time_s, 2));
}

static void add_beside(struct step_split *out, const struct step *s, const struct device *d,
                       struct load load)
{
    struct step_split one;
    double n = s->beside_per_request * load.most;
    step_split(&one, s->beside, d, (struct load){1, 1});
    out->time_s += n * one.time_s;
    for (int i = 0; i < OP_CLASSES; i++)
        out->class_s[i] += n * one.class_s[i];
    for (int i = 0; i < BOUNDS; i++)
        out->bound_s[i] += n * one.bound_s[i];
    out->flop += n * one.flop;
    out->byte += n * one.byte;
    out->wire_byte += n * one.wire_byte;
}

/* What a step of a serving engine has between its kernels, the prompts it reads meanwhile, and what
 * the host does. */
static void add_serving(struct step_split *out, const struct step *s, const struct device *d,
                        struct load load)
{
    double between_s = s->layers * d->calibration->serving.layer_s;
    out->time_s += between_s;
    out->class_s[OP_OTHER] += between_s;
    if (s->beside)
        add_beside(out, s, d, load);
    double step_s = calibration_step_s(d->calibration, out->time_s, load.most);
    out->class_s[OP_OTHER] += step_s - out->time_s;
    out->time_s = step_s;
}

void step_split(struct step_split *out, const struct step *s, const struct device *d,
                struct load load)
{
    struct pass pass = step_pass(s, load);
    double chip_s = 0, engine_s = 0, wire_s = 0, engine_class_s[OP_CLASSES] = {0};
    double times = pass.times;

    *out = (struct step_split){0};
    double variance[OP_CLASSES] = {0};
    for (size_t i = 0, n = s->main.n; i < n + s->others; i++) { /* as step_time_s adds them up */
        size_t at = i < n ? s->main.op[i] : s->other[i - n];
        const struct op *o = &s->ops.op[at];
        struct op_cost c = o->unit == UNIT_MAIN && !d->calibration
                               ? main_cost(d, o, pass.load.most)
                               : step_op_cost(s, d, o, pass.load);
        if (d->calibration)
            variance[o->class] += variance_of(d, o, times * c.time_s);
        out->class_s[o->class] += times * c.time_s;
        out->bound_s[c.bound] += times * c.time_s;
        out->flop += times * c.flop;
        *(c.on == ON_ENGINE ? &out->engine_byte : &out->byte) += times * c.byte;
        out->wire_byte += times * c.wire_byte;
        *(c.on == ON_ENGINE ? &engine_s : c.on == ON_CHIP ? &chip_s : &wire_s) += times * c.time_s;
        if (c.on == ON_ENGINE)
            engine_class_s[o->class] += times * c.time_s;
        if (o->unit == UNIT_EXPERT) {
            out->expert_flop += c.flop;
            out->expert_byte += c.byte;
        }
        if (o->class == OP_ATTENTION && (!s->mixed || o->unit == UNIT_ATTENTION)) {
            out->attention_flop += c.flop;
            out->attention_byte += c.byte;
            double requests = pass.load.most;
            out->attention_chip_s += cost_time_s(s, d, &d->rates.main, o, &c, requests, 0);
            out->attention_engine_s +=
                cost_time_s(s, d, &d->rates.engine, o, &c, requests, o->wire_byte * requests);
        }
    }
    double hidden = hidden_s(d->rates.overlap, chip_s, engine_s);
    double compute_s = chip_s + engine_s - hidden;
    double behind = overlapped_s(s->overlap, compute_s, wire_s);
    out->time_s = compute_s + wire_s - behind;
    out->class_s[OP_COMMUNICATION] -= behind;
    for (int i = 0; i < OP_CLASSES && hidden > 0; i++)
        out->class_s[i] -= hidden * engine_class_s[i] / engine_s;
    if (d->calibration)
        add_errors(out, d, variance);
    if (d->calibration && !s->prefills)
        add_serving(out, s, d, load);
}

bool step_is_calibrated(const struct step *s, const struct device *d)
{
    if (!d->calibration)
        return false;
    for (size_t i = 0; i < s->ops.n; i++)
        if (d->number[s->ops.op[i].kernel] < 0)
            return false;
    return true;
}

static double time_of(const struct step *s, const struct device *d, double requests)
{
    return step_time_s(s, d, (struct load){requests, requests});
}

double step_largest_load(const struct step *s, const struct device *d, double limit_s, double guess)
{
    if (limit_s == INFINITY)
        return INFINITY;
    double lo = 1, lo_s = time_of(s, d, lo);
    if (lo_s > limit_s)
        return 0;

    /* Throughput never falls with the batch, so scaling a batch that is fast enough up to the
     * limit in proportion keeps it fast enough: the bracket grows by such strides. */
    double hi = fmax(2, floor(guess)), hi_s = time_of(s, d, hi);
    while (hi_s <= limit_s) {
        lo = hi, lo_s = hi_s;
        hi = floor(fmax(2 * hi, 1.5 * hi * limit_s / hi_s));
        if (hi > LOAD_MOST)
            return INFINITY;
        hi_s = time_of(s, d, hi);
    }
    for (int halve = 0; hi - lo > 1; halve++) {
        double part = halve % 3 == 2 ? 0.5 : (limit_s - lo_s) / (hi_s - lo_s);
        double mid = fmin(fmax(floor(lo + part * (hi - lo)), lo + 1), hi - 1);
        double mid_s = time_of(s, d, mid);
        if (mid_s <= limit_s)
            lo = mid, lo_s = mid_s;
        else
            hi = mid, hi_s = mid_s;
    }
    return lo;
}
