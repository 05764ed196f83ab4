/* Load of the slowest device: arXiv:2507.15465 eq. 13, with random routing imbalance if the
 * workload includes it (arch/routing.h). Hierarchical all-to-all: a token goes over the network
 * once to every other domain that has one of its k experts, (D - 1)(1 - (1 - 1/D)^k) of D domains,
 * and is forwarded over the link at the same time. Invariant: an operator runs on the engine
 * exactly if that is allowed and faster. */
#include "arch/step_run.h"

#include "arch/served_experts.h"

/* ---- requests ---- */

/* Requests of one pass, if a step has several. */
FOR_ALL_VECTORS
static const double *passing(const double *restrict load, double *restrict room, size_t n,
                             double parts)
{
    for (size_t i = 0; i < n; i++)
        room[i] = load[i] / parts;
    return room;
}

/* The experts get at least the tokens of the fullest replica. */
FOR_ALL_VECTORS
static const double *at_least(double *restrict room, size_t n, const double *mean,
                              const double *restrict most, double share)
{
    for (size_t i = 0; i < n; i++)
        room[i] = larger(mean[i], share * most[i]);
    return room;
}

static const double *fill_context(double *ratio, size_t n, const struct rank_wait *w,
                                  const double *requests)
{
    for (size_t i = 0; i < n; i++)
        ratio[i] = rank_wait_ratio(w, requests[i]);
    return ratio;
}

void pass_begin(struct pass *out, const struct step *s, const struct devices *d, const double *most,
                const double *mean, double halves, struct steps_memo *memo)
{
    double parts = s->stages * halves;
    out->step = s;
    out->devices = d;
    out->memo = memo;
    out->most = parts == 1 ? most : passing(most, out->room.most, d->n, parts);
    out->mean = parts == 1     ? mean
                : most == mean ? out->most
                               : passing(mean, out->room.mean, d->n, parts);
    out->busiest = NULL;
    if (s->routing->groups > 0 && out->mean != out->most)
        out->mean = at_least(out->room.mean, d->n, out->mean, out->most, 1 / s->expert_replicas);
    if (s->routing->load.n > 0 || s->routing->imbalance > 1) {
        routing_busiest_lanes(out->room.busiest, d->n, s->routing, s->group_tokens, out->mean);
        out->busiest = out->room.busiest;
    }
    out->context =
        s->waits_context ? fill_context(out->room.context, d->n, &s->wait, out->most) : NULL;
}

FOR_ALL_VECTORS
static void wait_lanes(double *restrict waited, double *restrict requests, size_t n,
                       const double *restrict load, const double *restrict busiest, double share)
{
    for (size_t i = 0; i < n; i++) {
        waited[i] = larger(1, share * busiest[i]);
        requests[i] = load[i] * waited[i];
    }
}

void pass_wait(struct run *r, struct run_room *room, const struct pass *p)
{
    wait_lanes(room->waited, room->requests, p->devices->n, r->load, p->busiest, r->op->busiest);
    r->waited = room->waited;
    r->requests = room->requests;
}

FOR_ALL_VECTORS
static void wait_context_lanes(double *restrict waited, double *restrict requests, size_t n,
                               const double *restrict load, const double *restrict context,
                               double share)
{
    for (size_t i = 0; i < n; i++) {
        waited[i] = 1 + share * (context[i] - 1);
        requests[i] = load[i] * waited[i];
    }
}

void pass_wait_context(struct run *r, struct run_room *room, const struct pass *p)
{
    wait_context_lanes(room->waited, room->requests, p->devices->n, r->load, p->context,
                       r->op->by_context);
    r->waited = room->waited;
    r->requests = room->requests;
}

/* Sets all shares to 1; true if some load is small enough to leave an expert idle. */
FOR_ALL_VECTORS
static bool find_idle(double *restrict share, const double *restrict mean, size_t n, double all)
{
    int64_t some = 0;
    for (size_t i = 0; i < n; i++) {
        some |= mean[i] < all;
        share[i] = 1;
    }
    return some;
}

/* The place of a value of operator `op` at this load in the cache; `found` if it is there. */
static double *remember(struct steps_memo *memo, double mean, size_t op, bool *found)
{
    size_t at = ((size_t)mean + 37 * op) % SHARES;
    size_t key = (2 * memo->steps + memo->beside) * (OPS_MOST + 1) + op;
    *found = memo->share[at].mean == mean && memo->share[at].key == key;
    memo->share[at].mean = mean;
    memo->share[at].key = key;
    return &memo->share[at].share;
}

/* routing_idle_ratio at `load` requests per replica, of tokens of the model's own layers. */
static double idle_ratio(const struct pass *p, double load)
{
    bool found;
    double *ratio = remember(p->memo, load, OPS_MOST, &found);
    if (!found)
        *ratio = routing_idle_ratio(p->step->routing, p->step->group_tokens * load);
    return *ratio;
}

/* Active share of the experts of operator `op`; of those on one part only, without regard to
 * others. */
const double *pass_share(double *room, const struct pass *p, size_t op)
{
    const struct step *s = p->step;
    const struct op *o = &s->ops.op[op];
    double tokens = o->routed * s->group_tokens;
    if (step_is_served(s)) {
        served_share(room, p, op);
        return room;
    }
    double all = -40 / (o->log_idle * tokens); /* e^-40 is below the rounding of 1 */
    if (!find_idle(room, p->mean, p->devices->n, all))
        return lanes_of_one;
    for (size_t i = 0; i < p->devices->n; i++) {
        double mean = p->mean[i];
        bool found;
        if (mean >= all)
            continue;
        double *share = remember(p->memo, mean, op, &found);
        if (!found) {
            double ratio = o->busiest > 0 ? idle_ratio(p, o->routed * mean) : 1;
            share = remember(p->memo, mean, op, &found);
            *share = step_active_share(s, o, mean, ratio);
        }
        room[i] = *share;
    }
    return room;
}

/* ---- work ---- */

#define WORK(member) LANE(&x->work, work, member)

FOR_ALL_VECTORS
static void begin_work(struct sums *restrict x, const struct main_ops *restrict m, size_t n,
                       const double *restrict requests)
{
    for (size_t i = 0; i < n; i++) {
        x->engine_clocked_s[i] = x->moves_below[i] = 0;
        x->moves_above[i] = INFINITY;
        x->fixed_byte[i] = m->all_weight_byte;
        WORK(flop)[i] = m->all_flop * requests[i];
        WORK(byte)[i] = m->all_weight_byte + m->all_byte * requests[i];
        WORK(engine_flop)[i] = WORK(engine_byte)[i] = WORK(wire_byte)[i] = 0;
        WORK(far_byte)[i] = 0;
    }
}

/* Splits the bytes of main operators between both tiers of memory. */
FOR_ALL_VECTORS
static void split_main_work(struct sums *restrict x, const struct main_ops *restrict m, size_t n,
                            const double *restrict requests,
                            const struct tier2_lanes *restrict tiers)
{
    for (size_t i = 0; i < n; i++) {
        struct tier2 t;
        LANES_TAKE(t, tiers, i);
        struct tier_byte b = main_tier_byte(m, &t, requests[i]);
        WORK(byte)[i] = b.near;
        WORK(far_byte)[i] = b.far;
        x->fixed_byte[i] = m->all_weight_byte * t.weight_near;
    }
}

void sum_main_work(struct sums *x, const struct pass *p)
{
    begin_work(x, &p->step->main, p->devices->n, p->most);
    if (p->devices->tiered)
        split_main_work(x, &p->step->main, p->devices->n, p->most, &p->devices->tier2);
}

FOR_ALL_VECTORS
static void add_work(struct sums *restrict x, const struct op *restrict o, size_t n,
                     const double *restrict requests, const double *restrict share,
                     const double *restrict allowed, const struct placed *restrict p,
                     const struct rates_lanes *restrict rates)
{
    const double *s_per_wire_byte = LANE(rates, rates, engine.s_per_wire_byte);
    const double *core = LANE(rates, rates, runs_core), *index = LANE(rates, rates, runs_index);
    for (size_t i = 0; i < n; i++) {
        bool on = p->on_engine[i] > 0, shared = allowed[i] == RUNS_SHARED;
        double flop = o->flop * requests[i], byte = op_byte(o, requests[i], share[i]);
        double zeros = padding_flop(o, requests[i], share[i]);
        double fixed_byte = byte - o->byte * requests[i];
        double wire_byte = op_wire_byte(o, core[i], index[i]) * requests[i];
        double engine_s = p->engine_s[i], clocked_s = p->chip_clocked_s[i];
        double still_s = p->chip_s[i] - clocked_s, less = engine_s / p->chip_s[i];
        double moves = clocked_s / (engine_s - still_s);
        bool chooses = (allowed[i] == RUNS_IF_FASTER) | (allowed[i] == RUNS_BESIDE);
        bool may_move = chooses & (clocked_s > 0) & (engine_s > still_s);
        double below = (may_move & !on) ? moves : 0, above = (may_move & on) ? moves : INFINITY;
        x->chip_clocked_s[i] += on ? 0 : clocked_s;
        x->engine_clocked_s[i] += (on & shared) ? clocked_s * less * less : 0;
        x->moves_below[i] = larger(x->moves_below[i], below);
        x->moves_above[i] = smaller(x->moves_above[i], above);
        x->fixed_byte[i] += on ? 0 : fixed_byte;
        WORK(flop)[i] += on ? 0 : flop + zeros;
        WORK(byte)[i] += on ? 0 : byte;
        WORK(engine_flop)[i] += on ? flop : 0;
        WORK(engine_byte)[i] += on ? byte : 0;
        WORK(wire_byte)[i] += (on & (s_per_wire_byte[i] > 0)) ? wire_byte : 0;
    }
}

/* Splits the bytes of an operator on the chip between both tiers of memory. */
FOR_ALL_VECTORS
static void split_placed_work(struct sums *restrict x, const struct op *restrict o, size_t n,
                              const double *restrict requests, const double *restrict share,
                              const struct placed *restrict p,
                              const struct tier2_lanes *restrict tiers)
{
    for (size_t i = 0; i < n; i++) {
        struct tier2 t;
        LANES_TAKE(t, tiers, i);
        struct tier_byte b = op_tier_byte(o, &t, o->weight_byte * share[i], requests[i]);
        bool on = p->on_engine[i] > 0;
        WORK(byte)[i] += on ? 0 : b.near - op_byte(o, requests[i], share[i]);
        WORK(far_byte)[i] += on ? 0 : b.far;
    }
}

void sum_placed_work(struct sums *x, const struct run *r, const struct placed *placed,
                     const struct devices *d)
{
    add_work(x, r->op, d->n, run_counted(r), r->share, r->allowed, placed, &d->rates);
    if (d->tiered)
        split_placed_work(x, r->op, d->n, run_counted(r), r->share, placed, &d->tier2);
}

FOR_ALL_VECTORS
static void add_sent_work(double *restrict byte, const struct op *restrict o, size_t n,
                          const double *restrict requests)
{
    for (size_t i = 0; i < n; i++)
        byte[i] += o->wire_byte * requests[i];
}

void sum_sent_work(struct sums *x, const struct run *r, size_t n)
{
    add_sent_work(WORK(wire_byte), r->op, n, r->requests);
}

#undef WORK

/* ---- attention on both units ---- */

static bool attends_prompts(const struct op *o)
{
    return o->kernel == KERNEL_PREFILL || o->kernel == KERNEL_PREFILL_MLA;
}

/* Adds the time of operator `op` on the chip, or else on the engine if it runs there. */
static void add_unit_s(double *s, const struct pass *p, size_t op, bool on_chip)
{
    struct run run;
    struct run_room room;
    struct placed placed;
    pass_run(&run, &room, p, op);
    p->step->timing->place(&placed, &run, p->step, p->devices);
    for (size_t i = 0; i < p->devices->n; i++)
        s[i] += on_chip ? placed.chip_s[i] : placed.on_engine[i] > 0 ? placed.engine_s[i] : 0;
}

bool pass_hidden(double *hidden_s, const struct pass *p)
{
    const struct step *s = p->step;
    const double *runs = LANE(&p->devices->rates, rates, runs_core);
    lane prompts_s, engine_s;
    bool some = false;
    for (size_t i = 0; i < p->devices->n && s->mixed; i++)
        some |= runs[i] == RUNS_BESIDE;
    if (!some)
        return false;
    lanes_set(prompts_s, p->devices->n, 0);
    lanes_set(engine_s, p->devices->n, 0);
    for (size_t k = s->main.first[OP_ATTENTION]; k < s->main.end[OP_ATTENTION]; k++)
        if (attends_prompts(&s->ops.op[s->main.op[k]]))
            add_unit_s(prompts_s, p, s->main.op[k], true);
    for (size_t k = 0; k < s->others; k++)
        if (s->ops.op[s->other[k]].class == OP_ATTENTION)
            add_unit_s(engine_s, p, s->other[k], false);
    for (size_t i = 0; i < p->devices->n; i++)
        hidden_s[i] = runs[i] == RUNS_BESIDE ? smaller(prompts_s[i], engine_s[i]) : 0;
    return true;
}

/* ---- wires ---- */

FOR_ALL_VECTORS
static void find_near(double *restrict near, size_t n, double group, const double *restrict domain)
{
    for (size_t i = 0; i < n; i++)
        near[i] = group <= domain[i] ? 1 : 0;
}

/* Share of a token's copies that go over the network, with `group` devices in domains. */
static double reached(double group, double domain, double copies)
{
    double domains = ceil(group / domain);
    return (domains - 1) * (1 - pow(1 - 1 / domains, copies)) / copies;
}

FOR_ALL_VECTORS
static void add_slower(double *restrict s, double *restrict slope_s, size_t n,
                       const double *restrict near, const double *restrict far_s,
                       const double *restrict far_slope_s, const double *restrict inside_s,
                       const double *restrict inside_slope_s)
{
    for (size_t i = 0; i < n; i++) {
        bool inside = (near[i] <= 0) & (inside_s[i] > far_s[i]);
        s[i] += inside ? inside_s[i] : far_s[i];
        slope_s[i] += inside ? inside_slope_s[i] : far_slope_s[i];
    }
}

/* An all-to-all beyond a domain: one copy per domain over the network, all copies over the link. */
static void send_by_domain(struct spell sum, const struct pass *p, const struct run *r)
{
    const struct step *s = p->step;
    size_t n = p->devices->n;
    const double *domain = LANE(&p->devices->rates, rates, link_domain);
    lane near, group, reach, parts[4], scratch;
    find_near(near, n, r->op->group, domain);
    lanes_set(group, n, r->op->group);
    for (size_t i = 0; i < n; i++)
        reach[i] = near[i] > 0                       ? 1
                   : i && domain[i] == domain[i - 1] ? reach[i - 1]
                                                     : reached(r->op->group, domain[i], s->copies);
    for (int k = 0; k < 4; k++)
        lanes_set(parts[k], n, 0);
    if (!sum.slope_s)
        lanes_set(sum.slope_s = scratch, n, 0);
    s->timing->add_wire((struct spell){parts[0], parts[1], NULL}, r,
                        &(struct route){near, group, reach}, s, p->devices);
    s->timing->add_wire((struct spell){parts[2], parts[3], NULL}, r,
                        &(struct route){lanes_of_one, domain, lanes_of_one}, s, p->devices);
    add_slower(sum.s, sum.slope_s, n, near, parts[0], parts[1], parts[2], parts[3]);
}

void pass_send(struct spell sum, const struct pass *p, const struct run *r)
{
    if (p->step->exchanges_by_domain && r->op->busiest > 0)
        send_by_domain(sum, p, r);
    else
        p->step->timing->add_wire(sum, r, NULL, p->step, p->devices);
}
