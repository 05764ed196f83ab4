#include "arch/ffn_pool.h"

#include "arch/ffn.h"
#include "arch/step.h"
#include "arch/tier2.h"
#include "arch/timing.h"

/* Of the units of an engine, the pool has operators of one: experts. Core attention, indexers and
 * states stay on the main devices. */
static const char *engine_refusal(const struct design *d)
{
    const struct engine *e = &d->ffn_engine;
    if (!engine_is_there(e))
        return NULL;
    if (!((int)e->runs & RUNS_EXPERTS))
        return "pools.ffn.engine.runs: the pool has no attention and no states, so this engine has "
               "nothing to run: choose one that runs experts, or set pools.ffn.engine.runs to "
               "experts";
    if (model_moe_layers(&d->model) <= 0)
        return "pools.ffn.engine: the model has no routed experts, all that an engine runs of a "
               "pool: write none";
    if (engine_lacks_stacks(e))
        return e->kind == ENGINE_POOL
                   ? "pools.ffn.engine.added_stack_ratio: fewer stacks than hold "
                     "pools.ffn.engine.capacity_ratio - 1 times the memory of the chip: give at "
                     "least that, or auto"
                   : "pools.ffn.engine.capacity_ratio: above 1, but an engine in place adds no "
                     "memory: give at most 1, or more pools.ffn.chip.memory_byte";
    if (e->overlap > 0)
        return "pools.ffn.engine.overlap: engine and chip of a pool take turns: leave it 0";
    return NULL;
}

const char *ffn_pool_refusal(const struct design *d)
{
    const struct plan *p = &d->plan;
    double phase = d->workload.phase;
    if (!design_pools_ffn(d))
        return NULL;
    if (timing_of(&d->mode) != &timing_ideal)
        return "timing: only ideal times a step on two kinds of devices: write timing: ideal, or "
               "leave out pools.ffn";
    if (phase != PHASE_DECODE && phase != PHASE_DISAGGREGATED)
        return "workload.phase: prompts run on the main devices alone: write decode or "
               "disaggregated, or leave out pools.ffn";
    if (p->pp != 1)
        return "plan.pp: stages and pools.ffn split the same layers: leave it 1";
    if (p->overlap != OVERLAP_NONE)
        return "plan.overlap: plan.micro_batches hides transfers to pools.ffn: write none";
    if (p->ep > 1)
        return "plan.ep: the experts are in pools.ffn: give pools.ffn.ep instead";
    return engine_refusal(d);
}

/* A collective that the transfer between the pools replaces: of experts that are alone in the pool.
 * With all but attention the tokens are in the pool already, on other devices of it. */
static bool is_replaced(int runs, const struct op *o)
{
    return runs != FFN_ALL_BUT_ATTENTION && o->home == HOME_FFN && o->unit == UNIT_LINK &&
           o->kernel == KERNEL_EXCHANGE;
}

/* Does the pool run it? */
static bool pool_runs(int runs, const struct op *o)
{
    bool of_attention = o->home == HOME_MIXER && o->class != OP_PROJECTION &&
                        !(o->unit == UNIT_LINK && o->kernel == KERNEL_REDUCE);
    switch (runs) {
    case FFN_EXPERTS:
        return o->unit == UNIT_EXPERT;
    case FFN_ALL:
        return o->home == HOME_FFN;
    case FFN_AND_HEAD:
        return o->home == HOME_FFN || o->home == HOME_OUTSIDE;
    default:
        return !of_attention;
    }
}

bool side_runs(enum step_side side, int runs, const struct op *o)
{
    return (side != SIDE_MAIN && side != SIDE_FFN) ||
           (!is_replaced(runs, o) && pool_runs(runs, o) == (side == SIDE_FFN));
}

static double ffn_layers(const struct layers *l, bool routed_only)
{
    double n = 0;
    for (size_t i = 0; i < l->ffns; i++)
        n += routed_only && !l->ffn[i].kind->routed ? 0 : l->ffn[i].of.count;
    return n;
}

double ffn_pool_layers(int runs, const struct layers *l)
{
    double mixers = 0;
    for (size_t i = 0; i < l->mixers; i++)
        mixers += l->mixer[i].of.count;
    return runs == FFN_ALL_BUT_ATTENTION ? mixers : ffn_layers(l, runs == FFN_EXPERTS);
}

/* For a whole k; experts need not be a multiple of the parts. */
static double missed(double parts, double experts, double k)
{
    double none = 1;
    for (double i = 0; i < k; i++)
        none *= larger(0, (experts - experts / parts - i) / (experts - i));
    return none;
}

double parts_reached(double parts, double experts, double k)
{
    double low = floor(k), share = k - low;
    if (parts <= 1)
        return 1;
    return parts * (1 - (1 - share) * missed(parts, experts, low) -
                    (share > 0 ? share * missed(parts, experts, low + 1) : 0));
}

/* Devices that hold a copy of all experts between them, and how many of these a domain joins. */
struct spread {
    double devices, domain, slices;
};

/* Copies of a token: those that leave the sender, those that arrive at devices, and these at a
 * device that gets all tokens over the mean. */
struct copies {
    double sent, arriving, most;
};

static struct copies copies_of(const struct spread *s, const struct moe *m, int copies)
{
    double k = moe_used(m), parts = s->devices / s->slices;
    double devices = parts_reached(parts, m->experts, k) * s->slices;
    double domains = parts_reached(ceil(s->devices / s->domain), m->experts, k);
    double arriving = copies == COPIES_EXPERTS ? k * s->slices : devices;
    return (struct copies){copies == COPIES_DOMAINS ? smaller(domains, devices) : arriving,
                           arriving, copies == COPIES_EXPERTS ? INFINITY : s->devices / devices};
}

void ffn_pool_wire(struct pool_wire *out, const struct design *d, const struct layers *l,
                   const struct precision *p)
{
    const struct pools *pools = &d->pools;
    int runs = (int)pools->ffn_runs;
    *out = (struct pool_wire){.most = 1};
    for (size_t i = 0; i < l->ffns && runs != FFN_ALL_BUT_ATTENTION; i++) {
        const struct ffn_group *g = &l->ffn[i];
        double n = g->of.count, width = g->of.hidden;
        struct copies c = {1, 1, 1};
        if (!g->kind->routed && runs == FFN_EXPERTS)
            continue;
        if (g->kind->routed) {
            const struct moe *m = moe_of(g);
            const struct spread s = {pools->ffn_devices, d->ffn_chip.link_domain,
                                     pools->ffn_devices / pools->ffn_ep};
            width = m->latent_ffn > 0 ? m->latent_ffn : width;
            c = copies_of(&s, m, (int)pools->ffn_copies);
            out->most = c.most;
            if (pools->ffn_copies != COPIES_DOMAINS)
                out->routed_byte += n * c.sent * width * p->dispatch;
            /* Shared experts read the stream, not the latent. */
            if (m->latent_ffn > 0 && m->shared_ffn > 0 && runs != FFN_EXPERTS) {
                out->out_byte += n * g->of.hidden * p->dispatch;
                out->back_byte += n * g->of.hidden * p->combine;
            }
        }
        out->out_byte += n * c.sent * width * p->dispatch;
        out->back_byte += n * c.sent * width * p->combine;
        out->inside_byte += n * larger(0, c.arriving - c.sent) * width * (p->dispatch + p->combine);
    }
}

/* ---- mappings ---- */

enum { WHOLE_NUMBERS = 32, TP_TRIED = 4, SHARES_TRIED = 6 };

static bool divides(double a, double b)
{
    return a > 0 && fmod(b, a) == 0;
}

static double experts_of(const struct layers *l)
{
    const struct ffn_group *moe = layers_moe(l);
    return moe ? moe_of(moe)->experts : 1;
}

/* The most parts of whole experts that divide the devices. */
static double most_parts(const struct layers *l, double devices)
{
    double ep = 1;
    for (double x = 1; x <= devices && x <= experts_of(l); x++)
        if (divides(x, devices))
            ep = x;
    return ep;
}

struct mapping_list {
    const struct design *d;
    const struct layers *l;
    struct plan *out;
    size_t room, n;
};

/* A mapping of the pool; false if there is none. */
static bool make_mapping(struct plan *out, const struct mapping_list *list, double devices,
                         double tp)
{
    const struct design *d = list->d;
    double ep = d->pools.ffn_ep == PLAN_AUTO ? most_parts(list->l, devices) : d->pools.ffn_ep;
    *out = d->plan;
    out->devices = devices;
    out->tp = tp;
    out->dp = devices / tp;
    out->ep = ep;
    out->pp = out->cp = 1;
    return divides(tp, devices) && divides(ep, devices) && ep <= experts_of(list->l) &&
           (d->pools.ffn_runs != FFN_ALL_BUT_ATTENTION || layers_tp_divides(list->l, tp));
}

static void put_mapping(struct mapping_list *list, const struct plan *p)
{
    if (list->n < list->room)
        list->out[list->n] = *p;
    list->n++;
}

static double both_tiers_byte(const struct design *d)
{
    return ffn_pool_room_byte(d) + (tier2_is_there(&d->ffn_chip) ? d->ffn_chip.memory2_byte : 0);
}

/* The shares of the weights to try in a second tier, of a mapping with so many of them: none, the
 * least that fits with what activations may take, the one that ends with the first tier, and all.
 * Returns their number. */
static size_t shares_of(double share[SHARES_TRIED], const struct design *d, double weight_byte)
{
    struct tier2 t;
    tier2_of(&t, &d->ffn_chip);
    double least = larger(0, 1 - ffn_pool_room_byte(d) / weight_byte);
    const double all[SHARES_TRIED] = {0,
                                      least,
                                      least + (1 - least) / 16,
                                      least + (1 - least) / 4,
                                      tier2_balance(&t, d->ffn_chip.memory_byte_per_s),
                                      1};
    size_t n = 0;
    for (size_t i = 0; i < SHARES_TRIED; i++)
        if (all[i] >= least && all[i] * weight_byte <= t.byte && (n == 0 || all[i] != share[n - 1]))
            share[n++] = all[i];
    if (n == 0)
        share[n++] = least;
    return n;
}

/* Adds a mapping with each share of its weights in a second tier. */
static void put_shares(struct mapping_list *list, struct plan *p)
{
    const struct design *d = list->d;
    double share[SHARES_TRIED] = {0}, given = d->pools.ffn_weight_share2;
    bool there = tier2_is_there(&d->ffn_chip);
    size_t n = 1;
    if (there && given >= 0)
        share[0] = given;
    else if (there)
        n = shares_of(share, d, ffn_pool_weight_byte(d, list->l, p));
    for (size_t i = 0; i < n; i++) {
        p->weight_share2 = share[i];
        p->kv_share2 = 0;
        put_mapping(list, p);
    }
}

/* What a device must hold over what it can; an engine apart holds the experts alone. */
static double held_ratio(const struct design *d, const struct layers *l, const struct plan *p)
{
    double own_byte = engine_own_byte(&d->ffn_engine, d->ffn_chip.memory_byte);
    bool apart = own_byte > 0 && d->plan.expert_place != PLACE_CHIP;
    double all = ffn_pool_weight_byte(d, l, p) / both_tiers_byte(d);
    return apart ? larger(all, ffn_pool_expert_byte(d, l, p) / own_byte) : all;
}

static void add_devices(struct mapping_list *list, double devices)
{
    const struct design *d = list->d;
    bool splits = d->pools.ffn_runs != FFN_EXPERTS;
    struct plan p, last;
    size_t fit = 0, tried = 0;
    if (d->pools.ffn_tp != PLAN_AUTO) {
        if (make_mapping(&p, list, devices, d->pools.ffn_tp))
            put_shares(list, &p);
        return;
    }
    for (double tp = 1; tp <= (splits ? d->ffn_chip.link_domain : 1) && fit < TP_TRIED; tp *= 2) {
        if (!make_mapping(&p, list, devices, tp))
            continue;
        last = p;
        tried++;
        if (held_ratio(d, list->l, &p) > 1)
            continue;
        put_shares(list, &p);
        fit++;
    }
    if (fit == 0 && tried > 0)
        put_shares(list, &last);
}

/* The next number of devices to try: more than there are experts share each of them evenly. */
static double next_devices(double n, double least, double experts)
{
    double next = n < least + WHOLE_NUMBERS ? n + 1 : n + fmax(1, floor(n / 8));
    return next <= experts ? next : ceil(next / experts) * experts;
}

size_t ffn_pool_mappings(const struct design *d, const struct layers *l, struct plan *out,
                         size_t room)
{
    const struct plan one = {.devices = 1, .tp = 1, .dp = 1, .ep = 1};
    struct mapping_list list = {d, l, out, room, 0};
    double held = held_ratio(d, l, &one);
    double experts = layers_moe(l) ? experts_of(l) : INFINITY;
    double least = next_devices(fmax(0, ceil(held) - 1), INFINITY, experts);
    double most = 4 * fmax(least, d->plan.devices);
    if (ffn_pool_layers((int)d->pools.ffn_runs, l) <= 0)
        return 0;
    if (d->pools.ffn_devices != PLAN_AUTO) {
        add_devices(&list, d->pools.ffn_devices);
        return list.n;
    }
    for (double n = least; n <= most; n = next_devices(n, least, experts))
        add_devices(&list, n);
    return list.n;
}

const char *ffn_pool_fault(const struct design *d)
{
    struct layers l;
    layers_of(&l, &d->model);
    if (ffn_pool_layers((int)d->pools.ffn_runs, &l) <= 0)
        return "pools.ffn.runs: the model has no such layers";
    if (ffn_pool_mappings(d, &l, NULL, 0) == 0)
        return "pools.ffn allows no mapping: tp and ep must divide its devices, tp the heads that "
               "it runs, and ep is at most the experts";
    return "plan.micro_batches is more than the requests of a replica";
}
