#include "arch/pools_split.h"

#include "arch/step_clock.h"

/* Splits of the steps of one side on a device: within the layers, and outside. */
struct side_split {
    struct step_split layers, outside;
};

/* ---- one device ---- */

static double average(double layers, double outside, const struct side_split *x, double idle,
                      double step_s)
{
    double busy_s = x->layers.time_s + x->outside.time_s;
    return (layers * x->layers.time_s + outside * x->outside.time_s + idle * (step_s - busy_s)) /
           step_s;
}

/* Power of a device of one side on average over the step, in which it sends `sent_byte` to the
 * other. */
static void put_power(struct step_split *out, const struct side_split *x, const struct energy *e,
                      double step_s, double sent_byte)
{
    const struct step_split *a = &x->layers, *b = &x->outside;
    double idle = step_wait_w(a->time_s > 0 ? a : b, e);
    out->board_w =
        average(a->board_w, b->board_w, x, idle, step_s) + sent_byte * e->link_j_per_byte / step_s;
    out->limit_ratio = average(a->limit_ratio, b->limit_ratio, x, idle / e->limit_w, step_s);
    out->engine_w = average(a->engine_w, b->engine_w, x, 0, step_s);
    out->pool_w = average(a->pool_w, b->pool_w, x, e->pool_static_w, step_s);
    out->clock = a->time_s > 0 ? a->clock : b->clock;
}

/* Adds `share` of the times of a split by class. */
static void add_classes(struct step_split *out, const struct step_split *x, double share)
{
    for (int k = 0; k < OP_CLASSES; k++)
        out->class_s[k] += x->class_s[k] * share;
}

/* By the bounds of what sets the pace, or of both sides and the link in turn. */
static void put_bounds(struct step_split *out, const struct paired *x,
                       const struct side_split *main, const struct side_split *ffn)
{
    enum pace pace = ping_pong_pace(&x->time);
    bool in_turn = x->time.layers * x->time.micro_batches <= 1;
    for (int k = 0; k < BOUNDS && in_turn; k++)
        out->bound_s[k] = main->layers.bound_s[k] + ffn->layers.bound_s[k] +
                          (k == BY_LINK ? x->time.out_s + x->time.back_s : 0);
    if (in_turn)
        return;
    const struct step_split *by = pace == PACE_FFN ? &ffn->layers : &main->layers;
    for (int k = 0; k < BOUNDS; k++)
        out->bound_s[k] = by->bound_s[k] / by->time_s * x->main.step_s;
    if (pace != PACE_LINK)
        return;
    out->bound_s[BY_COMPUTE] = out->bound_s[BY_MEMORY] = 0;
    out->bound_s[BY_LINK] = x->main.step_s;
}

static double without_transfers_s(const struct ping_pong *p)
{
    struct ping_pong free = *p;
    free.out_s = free.back_s = free.out_busy_s = free.back_busy_s = 0;
    return ping_pong_step_s(&free);
}

static void join(struct step_split *out, const struct paired *x, const struct side_split *main,
                 const struct side_split *ffn, const struct energy *e)
{
    double step_s = x->main.step_s, wire_s = step_s - without_transfers_s(&x->time);
    double own_s = main->layers.time_s + main->outside.time_s + ffn->outside.time_s;
    *out = main->layers;
    out->time_s = step_s;
    out->start_s += main->outside.start_s;
    add_classes(out, &main->outside, 1);
    add_classes(out, &ffn->outside, 1);
    add_classes(out, &ffn->layers, (step_s - own_s - wire_s) / ffn->layers.time_s);
    out->class_s[OP_COMMUNICATION] += wire_s;
    out->far_s += main->outside.far_s;
    out->expert_flop += ffn->layers.expert_flop;
    out->expert_byte += ffn->layers.expert_byte;
    put_bounds(out, x, main, ffn);
    put_power(out, main, e, step_s, x->main_sent_byte);
}

/* ---- in lanes ---- */

/* The split of a step of one side, for devices `of` of a block. */
static void split_step(struct step_split_lanes *out, const struct step *s, const struct devices *d,
                       const struct load_lanes *load, struct held held, struct steps_memo *memo)
{
    static const struct step_split nothing = {.clock = 1};
    LANES_FILL(out, d->n, nothing); /* also the errors of a timing that has none */
    if (s->ops.n > 0)
        steps_split_held(out, s, d, load, held, memo);
}

static void split_side(struct step_split_lanes *layers, struct step_split_lanes *outside,
                       struct mapped *m, const struct devices *d, const struct load_lanes *load,
                       const struct held held[2], double passes)
{
    m->step.passes = passes;
    m->outside.passes = 1;
    split_step(layers, &m->step, d, load, held[0], &m->memo);
    split_step(outside, &m->outside, d, load, held[1], &m->outside_memo);
}

void pair_split(struct step_split_lanes *main, struct step_split_lanes *ffn,
                const struct paired_lanes *at, const struct pair *x, const size_t *of, size_t n)
{
    const struct held held[2] = {{LANE(at, paired, main_clock), LANE(at, paired, main_units)},
                                 {LANE(at, paired, outside_clock), lanes_of_zero}};
    const struct held ffn_held[2] = {{LANE(at, paired, ffn_clock), LANE(at, paired, ffn_units)},
                                     {LANE(at, paired, ffn_outside_clock), lanes_of_zero}};
    struct step_split_lanes a, a_outside, b, b_outside;
    struct load_lanes load, ffn_load;
    struct devices shared;
    for (size_t i = 0; i < x->d->n; i++) {
        struct paired one;
        LANES_TAKE(one, at, i);
        struct load of_ffn = {one.ffn_most, one.ffn_load};
        LANES_PUT(&load, i, one.load);
        LANES_PUT(&ffn_load, i, of_ffn);
    }
    split_side(&a, &a_outside, x->main, x->d, &load, held, x->parts);
    split_side(&b, &b_outside, x->ffn, pair_pool_devices(&shared, x), &ffn_load, ffn_held,
               x->parts);
    for (size_t j = 0; j < n; j++) {
        struct side_split of_main, of_ffn;
        struct paired one;
        struct step_split whole, pool = {0};
        struct energy e, e_ffn;
        LANES_TAKE(of_main.layers, &a, of[j]);
        LANES_TAKE(of_main.outside, &a_outside, of[j]);
        LANES_TAKE(of_ffn.layers, &b, of[j]);
        LANES_TAKE(of_ffn.outside, &b_outside, of[j]);
        LANES_TAKE(one, at, of[j]);
        LANES_TAKE(e, &x->d->energy, of[j]);
        LANES_TAKE(e_ffn, &x->f->energy, of[j]);
        join(&whole, &one, &of_main, &of_ffn, &e);
        pool.time_s = one.main.step_s;
        put_power(&pool, &of_ffn, &e_ffn, one.main.step_s, one.ffn_sent_byte);
        LANES_PUT(main, of[j], whole);
        LANES_PUT(ffn, of[j], pool);
    }
}

void pools_split(struct step_split_lanes *main, struct step_split_lanes *ffn,
                 const struct best_pools *best, struct prepared *p, const struct devices *d,
                 const struct devices *f)
{
    for (size_t i = 0; i < d->n; i++) {
        size_t of[LANES], n = best_pools_alike(of, best, i, d->n);
        const struct pair x = {.main = &p->mapped[best->main[i]],
                               .ffn = &p->mapped[best->ffn[i]],
                               .parts = LANE(&best->of, paired, time.micro_batches)[i],
                               .d = d,
                               .f = f};
        if (n > 0)
            pair_split(main, ffn, &best->of, &x, of, n);
    }
}
