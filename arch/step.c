#include "arch/step.h"

#include "base/power.h"
#include "arch/energy.h"
#include "arch/draft_pool.h"
#include "arch/ffn.h"
#include "arch/ffn_pool.h"
#include "arch/mixer.h"
#include "arch/precision.h"
#include "arch/step_ops.h"
#include "arch/step_weight.h"
#include "arch/timing.h"

/* Live activations of a device, elements per request: the residual stream, its normalised copy, and
 * input and output of the widest operator. */
static double live_numbers(const struct layers *l, const struct shape *s)
{
    double width = 0;
    for (size_t i = 0; i < l->mixers; i++)
        width = fmax(width, l->mixer[i].kind->live(&l->mixer[i].of, s->tp));
    for (size_t i = 0; i < l->ffns; i++)
        width = fmax(width, l->ffn[i].kind->live(&l->ffn[i].of, s->tp));
    return s->tokens * ((1 + l->residual_streams) * l->hidden + width);
}

/* Devices that share one copy of the experts: all of an FFN pool. */
static double expert_group_of(const struct plan *plan, enum step_side side)
{
    return side == SIDE_FFN ? plan->devices : ffn_expert_group(plan->tp, plan->ep);
}

static struct shape shape_of(const struct model *m, const struct plan *plan,
                             const struct workload *w, const struct precision *p,
                             const struct mode *mode)
{
    bool mixed = w->phase == PHASE_SERVING && !timing_of(mode)->prompts_apart;
    struct shape s = {
        .tp = plan->tp,
        .ep = plan->ep,
        .devices = plan->devices / plan->pp,
        .dp = plan->dp,
        .group = ffn_expert_group(plan->tp, plan->ep),
        .absorb_decode = m->absorb > 0,
        .absorb_prefill = m->absorb == 1,
        .weight_byte = p->weight,
        .kv_byte = p->kv,
        .state_byte = p->state,
        .act_byte = p->activation,
        .tile_tokens = tile_tokens(p->math),
        .precision = p,
        .rope_byte = p->rope,
        .dispatch_byte = p->dispatch,
        .combine_byte = p->combine,
    };
    if (w->phase == PHASE_PREFILL) {
        s.prompts = 1;
        s.prompt = w->context;
        s.head_tokens = 1;
    } else if (w->phase == PHASE_DECODE) {
        s.decode = w->query_tokens;
        s.context = w->context;
    } else {
        /* At steady state a request is on average half way through its answer, and every output /
         * accepted steps it is replaced by a new one, whose prompt is prefilled. */
        s.decode = w->query_tokens;
        s.context = workload_held_context(w);
        s.prompt = w->input;
        s.prompts = mixed ? workload_accepted_tokens(w) / w->output : 0;
        s.head_tokens = s.prompts;
    }
    s.prefix = fmin(w->prefix, s.prompt - 1);
    s.head_tokens += s.decode;
    s.tokens = s.decode + s.prompts * (s.prompt - s.prefix);
    return s;
}

/* Ranks that exchange tokens in every layer wait for the one with most context: those that share a
 * copy of the experts, or a pool. A measured time includes it. */
static void find_wait(struct step *out, const struct listing *of, const struct workload *w,
                      double ranks)
{
    const struct contexts c = workload_contexts(w);
    out->waits_context = contexts_differ(&c) && ranks > 1 && w->phase != PHASE_PREFILL &&
                         !timing_of(&of->design->mode)->gives_time;
    if (!out->waits_context)
        return;
    out->wait = rank_wait_of(&c, ranks);
    step_ops_by_context(&out->ops, of);
}

static void put_main(struct main_ops *m, size_t at, size_t index, const struct op *o)
{
    m->op[at] = index;
    m->all_flop += m->flop[at] = o->flop;
    m->all_weight_byte += m->weight_byte[at] = o->weight_byte;
    m->all_byte += m->byte[at] = o->byte;
    m->all_held_byte += m->held_byte[at] = op_held_byte(o);
    m->all_starts += m->starts[at] = op_starts(o);
}

static bool is_main(const struct op *o)
{
    return o->unit == UNIT_MAIN && o->by_context == 0;
}

/* Groups the main operators by class and lists the others in the order of the step. */
static void group_main_ops(struct step *s)
{
    static const struct op nothing;
    struct main_ops *m = &s->main;
    size_t next[OP_CLASSES], of_class[OP_CLASSES] = {0};

    s->others = 0;
    for (size_t i = 0; i < s->ops.n; i++) {
        if (is_main(&s->ops.op[i]))
            of_class[s->ops.op[i].class]++;
        else
            s->other[s->others++] = i;
    }
    m->n = 0;
    m->all_flop = m->all_weight_byte = m->all_byte = m->all_held_byte = m->all_starts = 0;
    for (int i = 0; i < OP_CLASSES; i++) {
        enum op_class class = op_class_order[i];
        m->first[class] = next[class] = m->n;
        m->end[class] = m->n += of_class[class];
    }
    m->groups = (m->n + MAIN_GROUP - 1) / MAIN_GROUP;
    for (size_t i = 0; i < s->ops.n; i++)
        if (is_main(&s->ops.op[i]))
            put_main(m, next[s->ops.op[i].class]++, i, &s->ops.op[i]);
    for (size_t at = m->n; at < m->groups * MAIN_GROUP; at++)
        put_main(m, at, 0, &nothing);
}

struct routing_of step_routing_of(const struct layers *l, const struct plan *plan,
                                  const struct workload *w)
{
    const struct ffn_group *moe = layers_moe(l);
    if (!moe)
        return (struct routing_of){0};
    return (struct routing_of){moe_of(moe)->experts,
                               moe_used(moe_of(moe)),
                               w->skew,
                               w->placement,
                               plan->ep,
                               plan_redundant_experts(plan, w),
                               w->chance > 0};
}

/* Keeps the operators of a side. Experts are those of the fullest device already (s->routing). */
static void keep_side(struct ops *list, enum step_side side, int runs)
{
    size_t n = 0;
    for (size_t i = 0; i < list->n; i++) {
        struct op o = list->op[i];
        if (side_runs(side, runs, &o))
            list->op[n++] = o;
    }
    list->n = n;
}

/* What the two sides of a step send each other, per request. */
static void find_wire(struct step *out, const struct design *d, const struct layers *l,
                      const struct draft *draft, double tokens, const struct precision *p)
{
    int runs = (int)d->pools.ffn_runs;
    struct pool_wire own, more;
    double drafted = draft->passes * draft->shape.tokens;
    ffn_pool_wire(&own, d, l, p);
    ffn_pool_wire(&more, d, &draft->layer, p);
    out->shared_layers =
        ffn_pool_layers(runs, l) + draft->passes * ffn_pool_layers(runs, &draft->layer);
    out->wire = (struct pool_wire){tokens * own.out_byte + drafted * more.out_byte,
                                   tokens * own.back_byte + drafted * more.back_byte,
                                   tokens * own.inside_byte + drafted * more.inside_byte,
                                   tokens * own.routed_byte + drafted * more.routed_byte, own.most};
}

/* What the two sides of a step with a draft pool send each other, per request: numbers of tokens;
 * drafts are greedy (assumed), so that no probabilities go with them. */
static void find_draft_wire(struct step *out, const struct draft *draft, const struct workload *w)
{
    out->shared_layers = 1;
    out->wire = (struct pool_wire){.out_byte = workload_accepted_tokens(w) * TOKEN_BYTE,
                                   .back_byte = draft->passes * TOKEN_BYTE,
                                   .most = 1};
}

/* Is the step split by operators, as with an FFN pool? */
static bool side_of_layers(enum step_side side)
{
    return side == SIDE_MAIN || side == SIDE_FFN;
}

/* Weights of a side on one of its devices, of the `whole` of them. */
static double side_weight_byte(double whole, double of_pool, enum step_side side, int runs)
{
    return !side_of_layers(side) ? whole
           : side == SIDE_FFN    ? of_pool
                                 : (runs == FFN_ALL_BUT_ATTENTION ? 0 : whole - of_pool);
}

static enum op_class core_of(const struct ops *ops)
{
    for (size_t i = 0; i < ops->n; i++)
        if (ops->op[i].class == OP_ATTENTION)
            return OP_ATTENTION;
    return OP_STATE;
}

/* Passes through layers of experts. */
static double expert_passes(const struct ops *ops)
{
    double n = 0;
    for (size_t i = 0; i < ops->n; i++)
        n += ops->op[i].unit == UNIT_EXPERT && !ops->op[i].joined ? ops->op[i].count : 0;
    return n;
}

static struct state_bytes formats_of(const struct precision *p, const struct workload *w)
{
    return (struct state_bytes){p->state * w->state_slots, p->activation * w->state_slots, p->kv};
}

/* What decode reads of a request of `tokens`, on one device; `drafts`: draft models. */
static struct engine_byte engine_byte_of(const struct listing *of, const struct precision *p,
                                         const struct workload *w, double drafts, double tokens,
                                         double window_at)
{
    const struct draft *draft = &of->draft;
    const struct state_bytes own = formats_of(p, w), more = formats_of(&draft->precision, w);
    double parts = of->plan->pp * of->plan->cp;
    struct engine_byte main, by_draft = {0};
    layers_engine_byte(&main, of->layers, of->plan->tp, &own, of->shape.rope_byte, tokens,
                       window_at);
    if (drafts > 0)
        layers_engine_byte(&by_draft, &draft->layer, draft->shape.tp, &more, draft->shape.rope_byte,
                           tokens, window_at);
    return (struct engine_byte){(main.core + drafts * by_draft.core) / parts,
                                (main.index + drafts * by_draft.index) / parts,
                                (main.state + drafts * by_draft.state) / parts};
}

/* Removes from a step what the other side does. */
static void cut_side(struct step *s, enum step_side side)
{
    if (side == SIDE_MAIN)
        s->expert_byte = 0;
    if (side == SIDE_FFN) {
        s->kv_byte_per_request = 0;
        s->engine_byte_per_request = (struct engine_byte){0};
    }
    s->sent_byte = 0;
    for (size_t i = 0; i < s->ops.n && side == SIDE_MAIN; i++)
        if (s->ops.op[i].unit != UNIT_LINK && !op_only_sends(&s->ops.op[i]))
            s->sent_byte += s->ops.op[i].wire_byte;
}

void step_build(struct step *out, const struct design *d, const struct layers *l,
                const struct plan *plan, const struct workload *w)
{
    step_build_side(out, d, l, plan, w, SIDE_WHOLE);
}

void step_build_side(struct step *out, const struct design *d, const struct layers *of_model,
                     const struct plan *plan, const struct workload *w, enum step_side side)
{
    static const struct layers no_layers;
    const struct layers *l = side == SIDE_DRAFT ? &no_layers : of_model;
    const struct model *m = &d->model;
    const struct precision settled = precision_settled(&d->precision, m), *p = &settled;
    const struct mode *mode = &d->mode;
    const struct ffn_group *moe = layers_moe(l);
    const struct timing *timing = timing_of(mode);
    const struct op_list *list = timing->list;
    struct shape s = shape_of(m, plan, w, p, mode);
    s.routing = out->routing;
    s.keeps = d->workload.phase == PHASE_SERVING;
    s.group = expert_group_of(plan, side);
    struct listing listing;
    listing.design = d;
    listing.layers = l;
    listing.side = side;
    listing.plan = plan;
    listing.shape = s;
    draft_of(&listing.draft, d, l, &s, w);
    if (list || side == SIDE_VERIFY)
        listing.draft.passes = 0;
    const struct draft *draft = &listing.draft;
    double vocab_params = side == SIDE_DRAFT ? 0 : model_vocab_params(m);
    double drafts = draft->passes <= 0 ? 0 : draft->model ? 1 : m->draft_layers;
    double group = s.group;
    int runs = (int)d->pools.ffn_runs;

    out->expert_replicas = fmax(1, plan->dp * group / s.devices);
    step_ops_list(&out->ops, &listing);
    find_wait(out, &listing, w, side == SIDE_MAIN ? plan->dp : out->expert_replicas);
    keep_side(&out->ops, side, runs);
    group_main_ops(out);
    double live =
        side == SIDE_DRAFT ? live_numbers(&draft->layer, &draft->shape) : live_numbers(l, &s);
    double fixed = 0;
    if (list) {
        list->live_numbers(m, &s, &live, &fixed);
    } else if (w->phase == PHASE_PREFILL) { /* only the activations of one chunk are live */
        fixed = live / s.tokens * fmin(s.tokens, CHUNK_TOKENS);
        live = 0;
    }
    double weights =
        list ? list->weight_byte(m, plan, p) : device_weight_byte(l, vocab_params, plan, w, p);
    double experts = side == SIDE_FFN ? pool_expert_byte(l, plan, w, p, group)
                                      : device_expert_params(l, plan, w) * p->expert;
    if (side_of_layers(side))
        weights = side_weight_byte(
            weights, pool_weight_byte(l, vocab_params, plan, w, p, runs, group), side, runs);
    if (drafts > 0) {
        double of_pool =
            pool_weight_byte(&draft->layer, 0, plan, w, &draft->precision, runs, group);
        of_pool += runs == FFN_ALL_BUT_ATTENTION ? draft_projection_byte(draft) : 0;
        weights +=
            drafts * side_weight_byte(draft_weight_byte(draft, plan, w), of_pool, side, runs);
        experts += drafts * (side == SIDE_FFN ? pool_expert_byte(&draft->layer, plan, w,
                                                                 &draft->precision, group)
                                              : draft_expert_byte(draft, plan, w));
    }
    out->weight_byte = weights / plan->pp;
    out->expert_byte = experts / plan->pp;
    out->fixed_byte = fixed * p->activation;
    double cached = fmax(s.context, s.prompt);
    if (phase_of(w)->answers && w->kv_room == KV_ROOM_WHOLE)
        cached = w->input + w->output;
    bool all_cached = list && list->windows_cache_all;
    double window_at = all_cached || w->window_cache == WINDOW_CACHE_WHOLE ? 0 : cached;
    double of_drafts =
        drafts > 0
            ? drafts * layers_kv_byte_per_token(&draft->layer, draft->shape.tp, draft->precision.kv,
                                                draft->shape.rope_byte, window_at)
            : 0;
    out->kv_byte_per_request =
        cached *
        (layers_kv_byte_per_token(l, plan->tp, p->kv, s.rope_byte, window_at) + of_drafts) /
        plan->pp / plan->cp;
    out->act_byte_per_request = live * p->activation / plan->pp / plan->cp;
    const struct state_bytes state = formats_of(p, w);
    out->kv_byte_per_request +=
        layers_state_byte_per_request(l, plan->tp, &state) / plan->pp / plan->cp;
    out->engine_byte_per_request = s.decode > 0
                                       ? engine_byte_of(&listing, p, w, drafts, cached, window_at)
                                       : (struct engine_byte){0};
    double token_byte =
        layers_kv_byte_per_token(l, plan->tp, p->kv, s.rope_byte, 0) / plan->pp / plan->cp;
    double new_tokens =
        workload_accepted_tokens(w) * (s.decode > 0) + s.prompts * (s.prompt - s.prefix);
    out->written_byte_per_request =
        token_byte * new_tokens +
        layers_state_byte_per_request(l, plan->tp, &state) / plan->pp / plan->cp;
    if (draft->passes > 0 && draft->model) {
        const struct state_bytes kept = formats_of(&draft->precision, w);
        out->kv_byte_per_request +=
            layers_state_byte_per_request(&draft->layer, draft->shape.tp, &kept) / plan->pp /
            plan->cp;
    }
    out->state_byte_per_request = layers_state_byte_per_request(l, 1, &state);
    out->kv_byte_per_token = layers_kv_byte_per_token(l, 1, p->kv, s.rope_byte, 0);
    if (drafts > 0)
        out->kv_byte_per_token +=
            drafts * layers_kv_byte_per_token(&draft->layer, 1, draft->precision.kv,
                                              draft->shape.rope_byte, 0);
    out->dp = plan->dp;
    out->mixed = w->phase == PHASE_SERVING;
    out->core = core_of(&out->ops);
    out->timing = timing;
    out->layers = (l->n + draft->passes * draft->layer.n) / plan->pp;
    /* With two batches one runs while the other waits. */
    bool waits = timing->needs_calibration && out->expert_replicas > 1 && group > plan->tp &&
                 plan->overlap == OVERLAP_NONE;
    out->waits = waits ? expert_passes(&out->ops) * normal_most(out->expert_replicas).mean : 0;
    out->beside = NULL;
    out->beside_per_request =
        out->mixed && timing->prompts_apart ? workload_accepted_tokens(w) / w->output : 0;
    out->measured_s = w->measured_tpot_s * workload_accepted_tokens(w);
    out->prefills = w->phase == PHASE_PREFILL;
    out->accepted_tokens = out->prefills ? 1 : workload_accepted_tokens(w);
    out->made = out->prefills ? w->context : workload_accepted_tokens(w);
    out->stages = plan->pp;
    out->overlap = (int)plan->overlap;
    out->passes = out->overlap == OVERLAP_TWO_BATCH ? 2 : 1;
    out->reduces_best = plan->all_reduce == REDUCE_BEST;
    out->exchanges_by_domain = plan->all_to_all == EXCHANGE_HIERARCHICAL;
    out->copies = moe ? moe_used(moe_of(moe)) : 0;
    out->group_tokens = s.tokens * plan->dp * group / s.devices;
    out->group_prompts =
        s.prompts * fmax(1, (s.prompt - s.prefix) / CHUNK_TOKENS) * plan->dp * group / s.devices;
    out->answer_share = s.decode / s.tokens;
    out->tile = served_tile(p->math);
    if (side == SIDE_DRAFT)
        find_draft_wire(out, draft, w);
    if (!side_of_layers(side))
        return;
    cut_side(out, side);
    if (side == SIDE_FFN)
        find_wire(out, d, l, draft, s.tokens, p);
}

double ffn_pool_weight_byte(const struct design *d, const struct layers *l, const struct plan *p)
{
    const struct precision of = precision_settled(&d->precision, &d->model);
    return pool_weight_byte(l, model_vocab_params(&d->model), p, &d->workload, &of,
                            (int)d->pools.ffn_runs, p->devices);
}

double ffn_pool_expert_byte(const struct design *d, const struct layers *l, const struct plan *p)
{
    const struct precision of = precision_settled(&d->precision, &d->model);
    return pool_expert_byte(l, p, &d->workload, &of, p->devices);
}

void step_take_outside(struct step *out, struct step *from)
{
    size_t left = 0;
    *out = *from;
    out->ops.n = 0;
    for (size_t i = 0; i < from->ops.n; i++) {
        const struct op o = from->ops.op[i];
        from->ops.op[left] = o;
        if (o.home == HOME_OUTSIDE)
            out->ops.op[out->ops.n++] = o;
        else
            left++;
    }
    from->ops.n = left;
    group_main_ops(out);
    group_main_ops(from);
}

struct load step_load(const struct step *s, double batch)
{
    return (struct load){.most = ceil(batch / s->dp), .mean = batch / s->dp};
}

double step_active_share(const struct step *s, const struct op *o, double mean, double idle_ratio)
{
    return 1 - power_exp(o->log_idle * o->routed * s->group_tokens * mean) * idle_ratio;
}

bool step_is_measured(const struct step *s, const int number[KERNELS])
{
    for (size_t i = 0; i < s->ops.n; i++)
        if (number[s->ops.op[i].kernel] < 0)
            return false;
    return true;
}

void step_keep(struct step *s, size_t op)
{
    s->ops.op[0] = s->ops.op[op];
    s->ops.n = 1;
    group_main_ops(s);
}
