/* m, r, energy and power limits are drawn before the limits of arch/engine_limits.h apply: the
 * engine would be built that way. What it reaches of its bandwidth and peak is drawn after them.
 * The board keeps the power limit that it was built for, times a factor, and holds the clock that
 * fits it. With an FFN pool this holds for both kinds of devices. A device as stated gives the
 * split of the design itself, bit for bit. */
#include "reports/payoff/drawn_step.h"

#include <stdlib.h>
#include <string.h>

#include "arch/engine_limits.h"
#include "arch/pools_split.h"
#include "arch/step_clock.h"
#include "arch/step_least.h"
#include "arch/step_pool.h"
#include "base/mem.h"

/* A step in a world. `ranged`: its engine's place in world.engine, or RANGED_MOST. */
struct drawn {
    const struct drawn_step *step;
    size_t ranged;
    const struct world *w;
};

/* Power limits as stated, of the boards of one kind of devices. */
struct board {
    double limit_w, design_w;
};

struct drawn_step {
    struct design like;
    struct kept_mapping *main, *ffn; /* ffn: NULL without an FFN pool */
    struct load load;
    double stack_limit_w, j_per_flop; /* of an engine, as stated */
    struct board board, ffn_board;
    double time_s, board_w, clock;  /* of the step as stated */
    struct step_tangents *tangents; /* NULL: not found yet */
};

static struct board board_of(const struct devices *d)
{
    return (struct board){LANE(&d->energy, energy, limit_w)[0],
                          LANE(&d->energy, energy, design_w)[0]};
}

struct drawn_step *drawn_step_make(const struct step_to_draw *of)
{
    struct drawn_step *s = mem_alloc(1, sizeof *s);
    struct devices device;
    s->like = of->like;
    s->main = kept_mapping_share(of->main);
    s->load = step_load(&s->main->of.step, of->batch);
    s->stack_limit_w = engine_stack_limit_w(&s->like.chip, &s->like.engine);
    s->j_per_flop = engine_j_per_flop(&s->like.engine, &s->like.chip);
    devices_of(&device, &s->like);
    s->board = board_of(&device);
    s->time_s = of->split->time_s;
    s->board_w = of->split->board_w;
    s->clock = of->split->clock;
    if (!of->ffn)
        return s;
    s->ffn = kept_mapping_share(of->ffn);
    step_pool_devices(&device, &s->like, 1);
    s->ffn_board = board_of(&device);
    return s;
}

void drawn_step_free(struct drawn_step *s)
{
    if (!s)
        return;
    kept_mapping_release(s->main);
    kept_mapping_release(s->ffn);
    free(s->tangents);
    free(s);
}

/* The engine's own share of a world; as stated if it gives no ranges. */
static struct stated_ratio own_ratio(const struct world *w, size_t ranged)
{
    return ranged < RANGED_MOST ? w->engine[ranged] : (struct stated_ratio){1, 1, 1, 1};
}

/* The engine as stated, built for the stated m. */
static struct engine built_engine(const struct drawn_step *s)
{
    struct engine e = s->like.engine;
    if (engine_is_there(&e))
        e.added_stack_ratio = engine_added_stack_ratio(&e);
    return e;
}

/* Sets what a world changes of engine i, which is as stated. Returns whether the world changes its
 * time or energy. */
static bool draw_engine(struct engine_lanes *out, size_t i, const struct drawn *at)
{
    const struct drawn_step *s = at->step;
    const struct prices *p = &at->w->prices;
    struct stated_ratio own = own_ratio(at->w, at->ranged);
    double energy = own.energy * p->engine_energy_factor;
    if (!engine_is_there(&s->like.engine))
        return false;
    LANE(out, engine, bandwidth_ratio)[i] = s->like.engine.bandwidth_ratio * own.bandwidth;
    LANE(out, engine, ridge_flop_per_byte)[i] = s->like.engine.ridge_flop_per_byte * own.ridge;
    LANE(out, engine, power_ratio)
    [i] = energy != 1 ? engine_read_ratio(&s->like.engine) * energy : s->like.engine.power_ratio;
    LANE(out, engine, j_per_flop)
    [i] = p->engine_logic_energy_factor != 1 ? s->j_per_flop * p->engine_logic_energy_factor
                                             : s->like.engine.j_per_flop;
    LANE(out, engine, power_w_per_stack)
    [i] = p->stack_power_factor != 1 && s->stack_limit_w < INFINITY
              ? s->stack_limit_w * p->stack_power_factor
              : s->like.engine.power_w_per_stack;
    return own.bandwidth != 1 || own.ridge != 1 || own.efficiency != 1 || energy != 1 ||
           p->engine_bandwidth_factor != 1 || p->engine_compute_factor != 1 ||
           p->engine_logic_energy_factor != 1 || p->stack_power_factor != 1;
}

/* Power that the model may give a board, over the stated limit: a board that draws more than the
 * model says reaches its limit earlier. */
static double board_factor(const struct prices *p)
{
    return p->device_power_factor / p->board_power_ratio;
}

/* Does the power limit of a world change the clock of a step whose engine is as stated? The power
 * of devices that wait for each other is an average, which bounds no clock. */
static bool moves_clock(const struct drawn_step *s, const struct prices *p)
{
    double factor = board_factor(p);
    return factor != 1 &&
           (s->ffn || s->clock < 1 || s->board_w > AVERAGE_MOST * s->board.limit_w * factor);
}

static void draw_board(struct devices *d, size_t i, const struct board *b, const struct world *w)
{
    double factor = board_factor(&w->prices);
    LANE(&d->energy, energy, limit_w)[i] = b->limit_w * factor;
    LANE(&d->energy, energy, design_w)[i] = b->design_w * factor;
}

/* Sets what devices_time cannot know of main device i. */
static void draw_device(struct devices *d, size_t i, const struct drawn *at)
{
    const struct prices *p = &at->w->prices;
    double own = own_ratio(at->w, at->ranged).efficiency;
    LANE(&d->rates, rates, engine.s_per_byte)[i] /= p->engine_bandwidth_factor * own;
    LANE(&d->rates, rates, engine.s_per_flop)[i] /= p->engine_compute_factor * own;
    LANE(&d->rates, rates, engine.s_per_core_flop)[i] /= p->engine_compute_factor * own;
    draw_board(d, i, &at->step->board, at->w);
}

/* Splits steps of one mapping on main devices alone. */
static void split_alone(struct step_split_lanes *out, struct mapped *m, const struct drawn at[],
                        const size_t *moved, const struct devices *d)
{
    static const struct step_split nothing;
    struct load_lanes load;
    struct clocked_lanes clocked;
    for (size_t i = 0; i < d->n; i++)
        LANES_PUT(&load, i, at[moved[i]].step->load);
    LANES_FILL(out, d->n, nothing);
    steps_clock(&clocked, &m->step, d, &load, &m->memo);
    steps_split_held(out, &m->step, d, &load, held_of(&clocked), &m->memo);
}

/* Splits the step that main devices share with a pool, in the worlds `moved`. */
static void split_pair(struct drawn_splits *out, const struct drawn at[], const size_t *moved,
                       const struct devices *d)
{
    const struct drawn_step *s = at->step;
    struct devices f, in_turn;
    struct paired_lanes paired;
    size_t of[LANES];
    step_pool_devices(&f, &s->like, d->n);
    for (size_t i = 0; i < d->n; i++) {
        draw_board(&f, i, &s->ffn_board, at[moved[i]].w);
        pair_set_load(&paired, i, s->load);
        of[i] = i;
    }
    struct pair x = {.main = kept_mapping_own(s->main),
                     .ffn = kept_mapping_own(s->ffn),
                     .parts = step_pool_parts(&s->like),
                     .d = d,
                     .f = &f,
                     .like = &s->like};
    if (some_engine_overlaps(d)) {
        in_turn = *d;
        lanes_set(LANE(&in_turn.rates, rates, overlap), d->n, 0);
        x.in_turn = &in_turn;
    }
    pair_time(&paired, &x);
    pair_split(&out->step, &out->ffn, &paired, &x, of, d->n);
}

/* The devices of those of n steps of one mapping that are not as stated: of one step in n worlds,
 * or of n steps. Returns how many; `moved` gets which. */
static size_t draw_devices(struct devices *d, size_t *moved, const struct drawn at[], size_t n)
{
    size_t drawn = 0;
    if (n == 0)
        return 0;
    bool one_step = at[0].step == at[n - 1].step;
    struct engine built = built_engine(at[0].step);
    if (one_step)
        LANES_FILL(&d->engine, n, built);
    for (size_t i = 0; i < n; i++) {
        if (!one_step) {
            built = built_engine(at[i].step);
            LANES_PUT(&d->engine, drawn, built);
        }
        if (draw_engine(&d->engine, drawn, &at[i]) || moves_clock(at[i].step, &at[i].w->prices))
            moved[drawn++] = i;
    }
    if (drawn == 0)
        return 0;
    d->n = drawn;
    if (one_step)
        LANES_FILL(&d->chip, drawn, at[0].step->like.chip);
    for (size_t i = 0; i < drawn && !one_step; i++)
        LANES_PUT(&d->chip, i, at[moved[i]].step->like.chip);
    devices_time(d, &at[0].step->like);
    for (size_t i = 0; i < drawn; i++)
        draw_device(d, i, &at[moved[i]]);
    return drawn;
}

static void draw_in_each(struct drawn at[], const struct drawn_step *s, size_t ranged,
                         const struct world *const w[], size_t n)
{
    for (size_t i = 0; i < n; i++)
        at[i] = (struct drawn){s, ranged, w[i]};
}

/* Splits one step on its devices in the worlds `moved`. */
static void split_drawn(struct drawn_splits *out, const struct drawn_step *s,
                        const struct drawn at[], const size_t *moved, const struct devices *d)
{
    if (s->ffn)
        split_pair(out, at, moved, d);
    else
        split_alone(&out->step, kept_mapping_own(s->main), at, moved, d);
}

size_t drawn_step_split(struct drawn_splits *out, size_t *moved, const struct drawn_step *s,
                        size_t ranged, const struct world *const w[], size_t n)
{
    struct devices d;
    struct drawn at[LANES];
    draw_in_each(at, s, ranged, w, n);
    size_t drawn = draw_devices(&d, moved, at, n);
    if (drawn > 0)
        split_drawn(out, s, at, moved, &d);
    return drawn;
}

bool drawn_steps_match(const struct drawn_step *a, const struct drawn_step *b)
{
    const struct plan *p = &a->like.plan, *q = &b->like.plan;
    return a->main == b->main && !a->ffn && !b->ffn && a->like.calibration == b->like.calibration &&
           p->weight_share2 == q->weight_share2 && p->kv_share2 == q->kv_share2 &&
           p->kv_place == q->kv_place && p->expert_place == q->expert_place;
}

size_t drawn_steps_split(struct step_split_lanes *out, size_t *moved,
                         const struct drawn_step *const s[], const size_t *ranged,
                         const struct world *w, size_t n)
{
    struct devices d;
    struct drawn at[LANES];
    for (size_t i = 0; i < n; i++)
        at[i] = (struct drawn){s[i], ranged[i], w};
    if (draw_devices(&d, moved, at, n) == 0)
        return 0;
    split_alone(out, kept_mapping_own(s[0]->main), at, moved, &d);
    return d.n;
}

/* The tangents of the step on its main device as stated; none with an FFN pool. */
static const struct step_tangents *tangents_of(struct drawn_step *s)
{
    struct mapped *m = kept_mapping_own(s->main);
    struct devices one;
    if (s->tangents)
        return s->tangents;
    s->tangents = mem_alloc(1, sizeof *s->tangents);
    if (s->ffn)
        return s->tangents;
    devices_of(&one, &s->like);
    step_tangents_find(s->tangents, &m->step, &one, s->load, s->clock, &m->memo);
    return s->tangents;
}

void drawn_step_least_s(double *out, struct drawn_step *s, size_t ranged,
                        const struct world *const w[], size_t n)
{
    const struct step_tangents *t = tangents_of(s);
    struct mapped *m = kept_mapping_own(s->main);
    struct devices d;
    struct drawn at[LANES];
    struct drawn_splits splits;
    size_t moved[LANES];
    lane least_s;
    const double *moved_s = least_s;
    draw_in_each(at, s, ranged, w, n);
    size_t drawn = draw_devices(&d, moved, at, n);
    if (drawn > 0 && t->n > 0) {
        step_tangents_least_s(least_s, t, &m->step, &d, s->load, &m->memo);
    } else if (drawn > 0) {
        split_drawn(&splits, s, at, moved, &d);
        moved_s = LANE(&splits.step, step_split, time_s);
    }
    for (size_t i = 0; i < n; i++)
        out[i] = s->time_s;
    for (size_t i = 0; i < drawn; i++)
        out[moved[i]] = moved_s[i];
}

/* At the nominal clock a step takes no longer than at the one that is held. */
static void find_late(double *late, const struct step *s, const struct devices *d,
                      const struct load_lanes *load, const double *limit_s, struct steps_memo *memo)
{
    lane time_s;
    steps_time_s(time_s, s, d, load, memo);
    for (size_t i = 0; i < d->n; i++)
        late[i] = time_s[i] <= limit_s[i] ? 0 : 1;
}

void drawn_step_meets(bool *meets, struct drawn_step *s, size_t ranged,
                      const struct world *const w[], size_t n, const double *limit_s)
{
    struct mapped *m = kept_mapping_own(s->main);
    const struct step_tangents *t = tangents_of(s);
    struct devices d;
    struct drawn at[LANES];
    struct load_lanes load;
    size_t moved[LANES];
    lane late, within_s = {0}, clock, in_time;
    /* With an engine that overlaps, a late step at one clock proves nothing of another. */
    bool unknown = s->ffn || s->like.engine.overlap > 0;
    for (size_t i = 0; i < n; i++)
        meets[i] = unknown || s->time_s <= limit_s[i];
    draw_in_each(at, s, ranged, w, n);
    size_t drawn = unknown ? 0 : draw_devices(&d, moved, at, n), left = 0;
    if (drawn == 0)
        return;
    LANES_FILL(&load, drawn, s->load);
    for (size_t i = 0; i < drawn; i++)
        within_s[i] = limit_s[moved[i]];
    lanes_set(late, drawn, 0);
    if (t->n > 0)
        step_tangents_late(late, t, &m->step, &d, s->load, within_s, &m->memo);
    else
        find_late(late, &m->step, &d, &load, within_s, &m->memo);
    for (size_t i = 0; i < drawn; i++) {
        within_s[i] = late[i] > 0 ? 0 : within_s[i];
        left += late[i] > 0 ? 0 : 1;
    }
    lanes_set(in_time, drawn, 0);
    lanes_set(clock, drawn, s->clock);
    const struct meeting within = {within_s, clock};
    if (left > 0)
        steps_meet(in_time, &m->step, &d, &load, &within, &m->memo);
    for (size_t i = 0; i < drawn; i++)
        meets[moved[i]] = in_time[i] > 0;
}

/* The prices that move the time of a step: those that speed it up as they rise, and those that do
 * as they fall. */
#define SPEEDS(raise, lower)                                                                       \
    raise(engine_bandwidth_factor) raise(engine_compute_factor) raise(stack_power_factor)          \
        raise(device_power_factor) lower(board_power_ratio) lower(engine_energy_factor)            \
            lower(engine_logic_energy_factor)

void world_raise(struct world *fastest, const struct world *w)
{
    struct prices *best = &fastest->prices;
    const struct prices *p = &w->prices;
#define RAISE(member) best->member = larger(best->member, p->member);
#define LOWER(member) best->member = smaller(best->member, p->member);
    SPEEDS(RAISE, LOWER)
#undef RAISE
#undef LOWER
    for (size_t k = 0; k < RANGED_MOST; k++) {
        struct stated_ratio *e = &fastest->engine[k];
        e->bandwidth = larger(e->bandwidth, w->engine[k].bandwidth);
        e->ridge = larger(e->ridge, w->engine[k].ridge);
        e->efficiency = larger(e->efficiency, w->engine[k].efficiency);
        e->energy = smaller(e->energy, w->engine[k].energy);
    }
}

bool world_is_no_faster(const struct world *w, const struct world *than)
{
    const struct prices *p = &w->prices, *q = &than->prices;
    bool no_faster = true;
#define RAISE(member) no_faster = no_faster && p->member <= q->member;
#define LOWER(member) no_faster = no_faster && p->member >= q->member;
    SPEEDS(RAISE, LOWER)
#undef RAISE
#undef LOWER
    for (size_t k = 0; k < RANGED_MOST && no_faster; k++) {
        const struct stated_ratio *a = &w->engine[k], *b = &than->engine[k];
        no_faster = a->bandwidth <= b->bandwidth && a->ridge <= b->ridge &&
                    a->efficiency <= b->efficiency && a->energy >= b->energy;
    }
    return no_faster;
}

bool world_has_speed_of(const struct world *w, const struct world *of)
{
    const struct prices *p = &w->prices, *q = &of->prices;
    bool same = true;
#define EQUAL(member) same = same && p->member == q->member;
    SPEEDS(EQUAL, EQUAL)
#undef EQUAL
    return same && w->engine_z == of->engine_z &&
           !memcmp(w->time_z, of->time_z, sizeof w->time_z) &&
           !memcmp(w->engine, of->engine, sizeof w->engine);
}

void world_fastest(struct world *out, const struct world *w, size_t n)
{
    *out = w[0];
    for (int i = 0; i < OP_CLASSES; i++)
        out->time_z[i] = 0;
    out->engine_z = 0;
    for (size_t i = 1; i < n; i++)
        world_raise(out, &w[i]);
}
