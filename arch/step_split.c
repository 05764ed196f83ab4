/* Splits a step by operator class, by bound and by the unit of its bytes. Invariant: the parts add
 * up to the time of arch/step_time.c: operators are the same and in the same order, and time hidden
 * by overlap is subtracted from its own class. */
#include <string.h>

#include "arch/served_experts.h"

const char *const bound_text[BOUNDS] = {
    [BY_COMPUTE] = "compute", [BY_MEMORY] = "memory", [BY_LINK] = "link"};
const char *const place_text[PLACES] = {
    [ON_CHIP] = "chip", [ON_ENGINE] = "engine", [ON_LINK] = "link", [ON_NETWORK] = "network"};

/* The split of one pass. */
struct pieces {
    lane chip_s, engine_s, wire_s;
    lane engine_class_s[OP_CLASSES];
    lane variance[OP_CLASSES]; /* of the time, if the timing has errors */
};

#define PIECE(member) LANE(out, step_split, member)

/* Splits the main operators; all other members become 0. */
FOR_ALL_VECTORS
static void put_main(struct step_split_lanes *restrict out, struct pieces *restrict x,
                     const struct main_ops *restrict m, size_t n, const double *restrict compute_s,
                     const double *restrict start_s, const double *restrict requests)
{
    for (size_t i = 0; i < n; i++) {
        double chip_s = 0;
        UNROLLED
        for (int k = 0; k < OP_CLASSES; k++) {
            enum op_class class = op_class_order[k];
            x->engine_class_s[class][i] = 0;
            chip_s += LANE_OF(out, step_split, class_s, class)[i];
        }
        x->chip_s[i] = chip_s;
        x->engine_s[i] = x->wire_s[i] = 0;
        PIECE(flop)[i] = m->all_flop * requests[i];
        PIECE(byte)[i] = m->all_weight_byte + m->all_byte * requests[i];
        PIECE(padding_flop)[i] = PIECE(engine_flop)[i] = 0;
        PIECE(engine_byte)[i] = PIECE(wire_byte)[i] = 0;
        PIECE(far_byte)[i] = PIECE(far_s)[i] = PIECE(wait_s)[i] = 0;
        PIECE(start_s)[i] = m->all_starts * start_s[i];
        PIECE(expert_flop)[i] = PIECE(expert_byte)[i] = 0;
        PIECE(attention_flop)[i] = PIECE(attention_byte)[i] = 0;
        PIECE(attention_chip_s)[i] = PIECE(attention_engine_s)[i] = 0;
        PIECE(bound_s[BY_COMPUTE])[i] = compute_s[i];
        PIECE(bound_s[BY_MEMORY])[i] = larger(chip_s - compute_s[i], 0);
        PIECE(bound_s[BY_LINK])[i] = 0;
    }
}

/* Splits the bytes of the main operators between both tiers of memory; `far_s`: what shows of the
 * second. */
FOR_ALL_VECTORS
static void put_main_tiers(struct step_split_lanes *restrict out, const struct main_ops *restrict m,
                           size_t n, const double *restrict far_s, const double *restrict requests,
                           const struct tier2_lanes *restrict tiers)
{
    for (size_t i = 0; i < n; i++) {
        struct tier2 t;
        LANES_TAKE(t, tiers, i);
        struct tier_byte b = main_tier_byte(m, &t, requests[i]);
        PIECE(byte)[i] = b.near;
        PIECE(far_byte)[i] = b.far;
        PIECE(far_s)[i] = far_s[i];
    }
}

/* The same for an operator that an engine may run, if the chip runs it. */
FOR_ALL_VECTORS
static void add_placed_tiers(struct step_split_lanes *restrict out, const struct op *restrict o,
                             size_t n, const struct rates_lanes *restrict rates,
                             const struct run *restrict run, const struct placed *restrict p,
                             const struct tier2_lanes *restrict tiers)
{
    const double *requests = run->requests, *counted = run_counted(run), *share = run->share;
    const double *s_per_flop = LANE(rates, rates, main.s_per_flop);
    double starts = op_starts(o);
    for (size_t i = 0; i < n; i++) {
        struct tier2 t;
        LANES_TAKE(t, tiers, i);
        double weight_byte = o->weight_byte * share[i],
               flop_s = o->flop * requests[i] * s_per_flop[i];
        double byte = op_byte(o, requests[i], share[i]), s = p->chip_s[i], near_s = p->near_s[i];
        double start_s = starts * LANE(rates, rates, start_s)[i];
        struct tier_byte b = op_tier_byte(o, &t, weight_byte, counted[i]);
        bool on = p->on_engine[i] > 0;
        /* As add_placed_parts took it, and as it is: far reads count as memory. */
        bool took = flop_s >= byte * LANE(rates, rates, main.s_per_byte)[i];
        bool computes =
            (flop_s + start_s >= near_s) & (s <= near_s + (1 - t.overlap) * (near_s - start_s));
        PIECE(bound_s[BY_COMPUTE])[i] += on ? 0 : (computes ? s : 0) - (took ? s : 0);
        PIECE(bound_s[BY_MEMORY])[i] += on ? 0 : (computes ? 0 : s) - (took ? 0 : s);
        PIECE(byte)[i] += on ? 0 : b.near - op_byte(o, counted[i], share[i]);
        PIECE(far_byte)[i] += on ? 0 : b.far;
        PIECE(far_s)[i] += on ? 0 : s - near_s;
    }
}

/* Adds core attention, timed on both units. */
FOR_ALL_VECTORS
static void add_attention(struct step_split_lanes *restrict out, const struct op *restrict o,
                          size_t n, const double *restrict requests, const double *restrict share,
                          const double *restrict chip_s, const double *restrict engine_s)
{
    for (size_t i = 0; i < n; i++) {
        PIECE(attention_flop)[i] += o->flop * requests[i];
        PIECE(attention_byte)[i] += op_byte(o, requests[i], share[i]);
        PIECE(attention_chip_s)[i] += chip_s[i];
        PIECE(attention_engine_s)[i] += engine_s[i];
    }
}

FOR_ALL_VECTORS
static void add_experts(struct step_split_lanes *restrict out, const struct op *restrict o,
                        size_t n, const double *restrict requests, const double *restrict share)
{
    for (size_t i = 0; i < n; i++) {
        PIECE(expert_flop)[i] += o->flop * requests[i];
        PIECE(expert_byte)[i] += op_byte(o, requests[i], share[i]);
    }
}

FOR_ALL_VECTORS
static void add_sent(struct step_split_lanes *restrict out, struct pieces *restrict x,
                     const struct op *restrict o, size_t n, const double *restrict requests,
                     const double *restrict s)
{
    double *class_s = LANE_OF(out, step_split, class_s, o->class);
    for (size_t i = 0; i < n; i++) {
        class_s[i] += s[i];
        x->wire_s[i] += s[i];
        PIECE(bound_s[BY_LINK])[i] += s[i];
        PIECE(wire_byte)[i] += o->wire_byte * requests[i];
    }
}

/* Adds an operator that an engine may run, by its bound on the selected unit; `taken_s` gets its
 * time. */
FOR_ALL_VECTORS
static void add_placed_parts(struct step_split_lanes *restrict out, struct pieces *restrict x,
                             double *restrict taken_s, const struct op *restrict o, size_t n,
                             const struct rates_lanes *restrict rates,
                             const struct run *restrict run, const struct placed *restrict p)
{
    double *class_s = LANE_OF(out, step_split, class_s, o->class);
    double *engine_class_s = x->engine_class_s[o->class];
    const double *requests = run_counted(run), *share = run->share;
    double starts = op_starts(o);
    for (size_t i = 0; i < n; i++) {
        struct rates r;
        LANES_TAKE(r, rates, i);
        bool on_engine = p->on_engine[i] > 0, sends = r.engine.s_per_wire_byte > 0;
        double flop = o->flop * requests[i], byte = op_byte(o, requests[i], share[i]);
        double wire_byte = op_wire_byte(o, r.runs_core, r.runs_index) * requests[i];
        double s = on_engine ? p->engine_s[i] : p->chip_s[i], on_engine_s = on_engine ? s : 0;
        double compute = flop * (on_engine ? r.engine.s_per_flop : r.main.s_per_flop);
        double memory = byte * (on_engine ? r.engine.s_per_byte : r.main.s_per_byte);
        double wire = wire_byte * r.engine.s_per_wire_byte;
        bool by_link = on_engine & (wire >= larger(compute, memory));
        bool by_compute = !by_link & (compute >= memory);
        taken_s[i] = s;
        class_s[i] += s;
        engine_class_s[i] += on_engine_s;
        x->engine_s[i] += on_engine_s;
        x->chip_s[i] += on_engine ? 0 : s;
        PIECE(start_s)[i] += starts * r.start_s;
        PIECE(bound_s[BY_LINK])[i] += by_link ? s : 0;
        PIECE(bound_s[BY_COMPUTE])[i] += by_compute ? s : 0;
        PIECE(bound_s[BY_MEMORY])[i] += (by_link | by_compute) ? 0 : s;
        PIECE(flop)[i] += flop;
        PIECE(engine_flop)[i] += on_engine ? flop : 0;
        PIECE(byte)[i] += on_engine ? 0 : byte;
        PIECE(engine_byte)[i] += on_engine ? byte : 0;
        PIECE(wire_byte)[i] += (on_engine & sends) ? wire_byte : 0;
    }
}

FOR_ALL_VECTORS
static void add_padding(struct step_split_lanes *restrict out, const struct op *restrict o,
                        size_t n, const double *restrict requests, const double *restrict share,
                        const double *restrict on_engine)
{
    for (size_t i = 0; i < n; i++) {
        double more = padding_flop(o, requests[i], share[i]);
        PIECE(padding_flop)[i] += on_engine[i] > 0 ? 0 : more;
    }
}

/* The same for the `rows` of an expert in a measured step. */
static void add_served_padding(struct step_split_lanes *restrict out, const struct op *restrict o,
                               size_t n, const double *restrict requests,
                               const double *restrict rows, const double *restrict on_engine)
{
    for (size_t i = 0; i < n; i++) {
        double more = larger(rows[i] / (o->tokens * requests[i]) - 1, 0) * o->flop * requests[i];
        PIECE(padding_flop)[i] += on_engine[i] > 0 ? 0 : more;
    }
}

static void add_tiles(struct step_split_lanes *out, const struct pass *p, const struct run *r,
                      const double *on_engine)
{
    size_t n = p->devices->n;
    if (r->op->unit == UNIT_EXPERT && step_is_served(p->step)) {
        lane rows;
        served_rows(rows, p, r);
        add_served_padding(out, r->op, n, r->requests, rows, on_engine);
    } else if (r->op->tile_tokens > 0) {
        add_padding(out, r->op, n, r->requests, r->share, on_engine);
    }
}

/* Errors of kernels are independent, so variances add up. */
FOR_ALL_VECTORS
static void add_variance(double *restrict variance, const double *restrict s, size_t n,
                         double error)
{
    for (size_t i = 0; i < n; i++) {
        double off = s[i] * error;
        variance[i] += off * off;
    }
}

/* ---- a pass ---- */

static void split_main(struct step_split_lanes *out, struct pieces *x, const struct pass *p)
{
    const struct step *s = p->step;
    lane compute_s, far_s;
    struct main_split parts = {&LANE_OF(out, step_split, class_s, 0), x->variance, compute_s,
                               far_s};
    s->timing->main_split(&parts, s, p->devices, p->most);
    put_main(out, x, &s->main, p->devices->n, compute_s, LANE(&p->devices->rates, rates, start_s),
             p->most);
    if (p->devices->tiered)
        put_main_tiers(out, &s->main, p->devices->n, far_s, p->most, &p->devices->tier2);
    if (s->mixed) /* the attention of prompts does not count as core attention */
        return;
    for (size_t k = s->main.first[s->core]; k < s->main.end[s->core]; k++) {
        struct run run;
        struct run_room room;
        struct placed placed;
        pass_run(&run, &room, p, s->main.op[k]);
        s->timing->place(&placed, &run, s, p->devices);
        add_attention(out, run.op, p->devices->n, run_counted(&run), run.share, placed.chip_s,
                      placed.engine_s);
    }
}

static double placed_s(const struct placed *p, size_t i)
{
    return p->on_engine[i] > 0 ? p->engine_s[i] : p->chip_s[i];
}

/* Adds the time beyond that of the mean rank. */
static void add_wait(struct step_split_lanes *out, const struct placed *fullest,
                     const struct pass *p, const struct run *r)
{
    struct run mean = *r;
    struct placed placed;
    mean.requests = r->load;
    mean.waited = lanes_of_one;
    p->step->timing->place(&placed, &mean, p->step, p->devices);
    for (size_t i = 0; i < p->devices->n; i++)
        PIECE(wait_s)[i] += placed_s(fullest, i) - placed_s(&placed, i);
}

static void split_other(struct step_split_lanes *out, struct pieces *x, const struct pass *p,
                        size_t op)
{
    const struct timing *t = p->step->timing;
    const struct devices *d = p->devices;
    struct run run;
    struct run_room room;
    struct placed placed;
    lane s;
    pass_run(&run, &room, p, op);
    bool core = run.op->class == p->step->core && !(run.op->unit == UNIT_MAIN && p->step->mixed);
    lanes_set(s, d->n, 0);
    if (run.op->unit == UNIT_LINK) {
        pass_send((struct spell){s, NULL, NULL}, p, &run);
        add_sent(out, x, run.op, d->n, run.requests, s);
    } else {
        t->place(&placed, &run, p->step, d);
        add_placed_parts(out, x, s, run.op, d->n, &d->rates, &run, &placed);
        if (d->tiered)
            add_placed_tiers(out, run.op, d->n, &d->rates, &run, &placed, &d->tier2);
        if (core)
            add_attention(out, run.op, d->n, run_counted(&run), run.share, placed.chip_s,
                          placed.engine_s);
        else if (run.op->unit == UNIT_EXPERT)
            add_experts(out, run.op, d->n, run.requests, run.share);
        add_tiles(out, p, &run, placed.on_engine);
        if (run.op->by_context > 0)
            add_wait(out, &placed, p, &run);
    }
    if (t->error)
        add_variance(x->variance[run.op->class], s, d->n, t->error(run.op, d));
}

static void split_pass(struct step_split_lanes *out, struct pieces *x, const struct pass *p)
{
    double *class_s = LANE_OF(out, step_split, class_s, OP_ATTENTION);
    lane hidden;
    split_main(out, x, p);
    for (size_t k = 0; k < p->step->others; k++)
        split_other(out, x, p, p->step->other[k]);
    if (!pass_hidden(hidden, p))
        return;
    for (size_t i = 0; i < p->devices->n; i++) {
        x->engine_s[i] -= hidden[i];
        x->engine_class_s[OP_ATTENTION][i] -= hidden[i];
        class_s[i] -= hidden[i];
    }
}

/* ---- a step ---- */

/* Ends the split by bound and class. */
INLINED void end_classes(struct step_split_lanes *restrict out, const struct pieces *restrict x,
                         size_t n, const double *restrict hidden_part,
                         const double *restrict behind, double times)
{
    for (int k = 0; k < BOUNDS; k++) {
        double *bound_s = LANE_OF(out, step_split, bound_s, k);
        for (size_t i = 0; i < n; i++)
            bound_s[i] *= times;
    }
    for (int class = 0; class < OP_CLASSES; class ++) {
        double *class_s = LANE_OF(out, step_split, class_s, class);
        for (size_t i = 0; i < n; i++) {
            double s = class_s[i] * times - (class == OP_COMMUNICATION ? behind[i] : 0);
            double engine = x->engine_class_s[class][i] * times;
            double less = hidden_part[i] * engine / (x->engine_s[i] * times);
            class_s[i] = hidden_part[i] > 0 ? larger(s - less, 0) : s;
        }
    }
}

FOR_ALL_VECTORS
static void split_end(struct step_split_lanes *restrict out, const struct pieces *restrict x,
                      size_t n, const double *restrict overlap, int overlap_kind, double times)
{
    lane hidden_part, behind;
    for (size_t i = 0; i < n; i++) {
        double chip = x->chip_s[i] * times, engine = x->engine_s[i] * times;
        double wire = x->wire_s[i] * times, hidden = hidden_s(overlap[i], chip, engine);
        double compute = chip + engine - hidden;
        behind[i] = overlapped_s(overlap_kind, compute, wire);
        PIECE(time_s)[i] = compute + wire - behind[i];
        hidden_part[i] = hidden;
        PIECE(flop)[i] *= times;
        PIECE(padding_flop)[i] *= times;
        PIECE(engine_flop)[i] *= times;
        PIECE(byte)[i] *= times;
        PIECE(engine_byte)[i] *= times;
        PIECE(wire_byte)[i] *= times;
        PIECE(far_byte)[i] *= times;
        PIECE(far_s)[i] *= times;
        PIECE(start_s)[i] *= times;
        PIECE(wait_s)[i] *= times;
    }
    end_classes(out, x, n, hidden_part, behind, times);
}

/* Standard deviations of the log of each class and of the whole step. */
FOR_ALL_VECTORS
static void add_errors(struct step_split_lanes *restrict out, const struct pieces *restrict x,
                       size_t n, double beyond, double times)
{
    lane sum;
    for (size_t i = 0; i < n; i++)
        sum[i] = 0;
    for (int k = 0; k < OP_CLASSES; k++) {
        enum op_class class = op_class_order[k];
        const double *class_s = LANE_OF(out, step_split, class_s, class);
        double *error = LANE_OF(out, step_split, class_error, class);
        for (size_t i = 0; i < n; i++) {
            double variance = x->variance[class][i] * (times * times);
            double own = variance / (class_s[i] * class_s[i]);
            sum[i] += variance;
            error[i] = sqrt(beyond * beyond + (class_s[i] > 0 ? own : 0));
        }
    }
    for (size_t i = 0; i < n; i++)
        PIECE(error)[i] = sqrt(beyond * beyond + sum[i] / (PIECE(time_s)[i] * PIECE(time_s)[i]));
}

/* Adds the prefill beside a decode step: `per_request` of the prompt `one` for each request, which
 * takes `ratio` of the time of a prefill of its own. */
FOR_ALL_VECTORS
static void add_beside(struct step_split_lanes *restrict out,
                       const struct step_split_lanes *restrict one, size_t n, double per_request,
                       double ratio, const double *restrict most)
{
    static const size_t first = offsetof(struct step_split, time_s) / sizeof(double),
                        last = offsetof(struct step_split, attention_flop) / sizeof(double);
    const size_t times = offsetof(struct step_split, flop) / sizeof(double);
    const size_t engine = offsetof(struct step_split, engine_byte) / sizeof(double);
    const size_t engine_flop = offsetof(struct step_split, engine_flop) / sizeof(double);
    for (size_t k = first; k < last; k++)
        for (size_t i = 0; i < n && k != engine && k != engine_flop; i++)
            out->at[k][i] += per_request * (k < times ? ratio : 1) * most[i] * one->at[k][i];
}

static double prompt_ratio(const struct step *s, const struct devices *d)
{
    return s->timing->prompt_ratio ? s->timing->prompt_ratio(d) : 1;
}

/* Operators share a given time in proportion. */
static void stretch(struct step_split_lanes *out, size_t n, const double *whole_s)
{
    for (size_t i = 0; i < n; i++) {
        double longer = whole_s[i] / PIECE(time_s)[i];
        for (int class = 0; class < OP_CLASSES; class ++)
            LANE_OF(out, step_split, class_s, class)[i] *= longer;
        for (int k = 0; k < BOUNDS; k++)
            LANE_OF(out, step_split, bound_s, k)[i] *= longer;
        PIECE(far_s)[i] *= longer;
        PIECE(start_s)[i] *= longer;
        PIECE(wait_s)[i] *= longer;
        PIECE(time_s)[i] = whole_s[i];
    }
}

/* Adds the time of a step beyond its operators: prompts to their classes, the rest to `other`. */
static void add_whole(struct step_split_lanes *out, const struct step *s, const struct devices *d,
                      const double *most, struct steps_memo *memo)
{
    static const struct load one = {1, 1};
    struct step_split_lanes prompt;
    struct load_lanes single;
    lane whole_s;
    memcpy(whole_s, PIECE(time_s), d->n * sizeof *whole_s);
    if (s->beside) {
        LANES_FILL(&single, d->n, one);
        memo->beside = true;
        steps_split(&prompt, s->beside, d, &single, memo);
        memo->beside = false;
        add_beside(out, &prompt, d->n, s->beside_per_request, prompt_ratio(s, d), most);
    }
    const struct spell beside = {s->beside ? LANE(&prompt, step_split, time_s) : NULL, NULL, NULL};
    s->timing->whole((struct spell){whole_s, NULL, NULL}, s, d, most, beside);
    if (s->timing->gives_time)
        stretch(out, d->n, whole_s);
    for (size_t i = 0; i < d->n; i++) {
        PIECE(class_s[OP_OTHER])[i] += whole_s[i] - PIECE(time_s)[i];
        PIECE(time_s)[i] = whole_s[i];
    }
}

/* Splits a step that runs in `halves`; `x` gets the split of one. */
static void split_in(struct step_split_lanes *out, struct pieces *x, const struct step *s,
                     const struct devices *d, const struct load_lanes *load, double halves,
                     struct steps_memo *memo)
{
    struct pass pass;
    const double *overlap = halves > 1 ? LANE(&d->rates, rates, overlap) : lanes_of_zero;
    pass_begin(&pass, s, d, LANE(load, load, most), LANE(load, load, mean), halves, memo);
    split_pass(out, x, &pass);
    split_end(out, x, d->n, overlap, s->overlap, halves);
    if (s->timing->error)
        add_errors(out, x, d->n, s->timing->error_beyond(s, d), halves);
}

/* Splits the step in the halves that it runs in on each device, as in arch/step_time.c. */
static void split_parts(struct step_split_lanes *out, double *halves, const struct step *s,
                        const struct devices *d, const struct load_lanes *load,
                        struct steps_memo *memo)
{
    struct pieces x;
    split_in(out, &x, s, d, load, step_halves(s), memo);
    lanes_set(halves, d->n, step_halves(s));
    if (step_halves(s) > 1 || !some_engine_overlaps(d))
        return;
    struct step_split_lanes halved = *out;
    split_in(&halved, &x, s, d, load, 2, memo);
    for (size_t i = 0; i < d->n; i++)
        if (halves_gain(LANE(&d->rates, rates, overlap)[i], x.engine_s[i],
                        LANE(&halved, step_split, time_s)[i], PIECE(time_s)[i])) {
            LANES_COPY(out, i, &halved, i);
            halves[i] = 2;
        }
}

void steps_split(struct step_split_lanes *out, const struct step *s, const struct devices *d,
                 const struct load_lanes *load, struct steps_memo *memo)
{
    lane halves;
    split_parts(out, halves, s, d, load, memo);
    if (s->timing->whole)
        add_whole(out, s, d, LANE(load, load, most), memo);
}

/* ---- one device ---- */

void step_split_one(struct step_split *out, const struct step *s, const struct devices *d,
                    struct load load)
{
    static const struct step_split nothing;
    struct step_split_lanes lanes;
    struct load_lanes at;
    struct steps_memo memo = {0};
    steps_renew(&memo);
    LANES_PUT(&at, 0, load);
    LANES_PUT(&lanes, 0, nothing);
    steps_split(&lanes, s, d, &at, &memo);
    LANES_TAKE(*out, &lanes, 0);
}

static enum bound longest_bound(const double bound_s[BOUNDS])
{
    enum bound longest = BY_COMPUTE;
    for (int k = 0; k < BOUNDS; k++)
        if (bound_s[k] > bound_s[longest])
            longest = (enum bound)k;
    return longest;
}

struct op_cost step_op_cost(const struct step *s, const struct devices *d, size_t op,
                            struct load load)
{
    static const struct step_split nothing;
    struct step one = *s;
    struct step_split_lanes lanes, *out = &lanes;
    struct load_lanes at;
    struct pieces x;
    struct pass pass;
    struct steps_memo memo = {0};
    lane halves;
    LANES_PUT(&at, 0, load);
    LANES_PUT(out, 0, nothing);
    steps_renew(&memo);
    split_parts(out, halves, s, d, &at, &memo);
    double times = halves[0];
    steps_renew(&memo);
    step_keep(&one, op);
    const struct op *o = &one.ops.op[0];
    pass_begin(&pass, &one, d, &load.most, &load.mean, times, &memo);
    split_pass(out, &x, &pass);

    const double bound_s[BOUNDS] = {[BY_COMPUTE] = PIECE(bound_s[BY_COMPUTE])[0],
                                    [BY_MEMORY] = PIECE(bound_s[BY_MEMORY])[0],
                                    [BY_LINK] = PIECE(bound_s[BY_LINK])[0]};
    bool far = o->group > LANE(&d->rates, rates, link_domain)[0];
    struct op_cost c = {.flop = times * PIECE(flop)[0],
                        .byte =
                            times * (PIECE(byte)[0] + PIECE(far_byte)[0] + PIECE(engine_byte)[0]),
                        .wire_byte = times * PIECE(wire_byte)[0],
                        .time_s = times * (x.chip_s[0] + x.engine_s[0] + x.wire_s[0]),
                        .bound = longest_bound(bound_s),
                        .on = x.engine_s[0] > 0 ? ON_ENGINE : ON_CHIP};
    if (o->unit == UNIT_LINK) {
        c.bound = BY_LINK;
        c.on = far ? ON_NETWORK : ON_LINK;
    }
    return c;
}

/* The costs of the prompts that a server reads beside a decode step, as add_beside adds them. */
static struct op_cost prompts_cost(const struct step *s, const struct devices *d, double requests)
{
    struct step_split one;
    double n = s->beside_per_request * requests;
    step_split_one(&one, s->beside, d, (struct load){1, 1});
    return (struct op_cost){.flop = n * one.flop,
                            .byte = n * (one.byte + one.far_byte + one.engine_byte),
                            .wire_byte = n * one.wire_byte,
                            .time_s = n * prompt_ratio(s, d) * one.time_s,
                            .bound = longest_bound(one.bound_s),
                            .on = ON_CHIP};
}

void step_rest_find(struct step_rest *out, const struct step *s, const struct devices *d,
                    struct load load)
{
    static const struct step_split nothing;
    struct step_split whole, operators;
    struct step_split_lanes lanes;
    struct load_lanes at;
    struct steps_memo memo = {0};
    lane halves;
    *out = (struct step_rest){.longer = 1};
    if (!s->timing->whole)
        return;
    LANES_PUT(&at, 0, load);
    LANES_PUT(&lanes, 0, nothing);
    steps_renew(&memo);
    split_parts(&lanes, halves, s, d, &at, &memo);
    LANES_TAKE(operators, &lanes, 0);
    step_split_one(&whole, s, d, load);
    if (s->beside)
        out->prompts = prompts_cost(s, d, load.most);
    if (s->timing->gives_time)
        out->longer = whole.time_s / operators.time_s;
    else
        out->host_s = whole.time_s - operators.time_s - out->prompts.time_s;
}
