/* Designs of one prepared step are lanes of a block, as they are in a sweep. Invariant: a split is
 * that of the design evaluated alone at its mapping and batch, bit for bit. */
#include "reports/payoff/chosen_design.h"

#include <stdlib.h>
#include <string.h>

#include "arch/step_clock.h"
#include "arch/step_pool.h"
#include "base/mem.h"
#include "reports/payoff/best_designs.h"
#include "search/tasks.h"

bool choice_has_subject(const struct design *d, const struct design_choice *q)
{
    return subject_is_in(subject_or_engine(q->of), d);
}

bool choice_restrict(struct design *d, const struct design_choice *q)
{
    if (q->engine && choice_has_subject(d, q) &&
        strcmp(q->engine, design_name(d, subject_or_engine(q->of)->part)) != 0)
        return false;
    if (!engine_is_there(&d->engine))
        return true;
    if (q->only)
        d->engine.runs = (int)d->engine.runs & q->only;
    return d->engine.runs > 0;
}

void cursor_move(struct cursor *c, const struct study *s, uint64_t index)
{
    double gene[AXES_MOST] = {0};
    uint64_t left = index;
    if (c->study != s || c->index >= s->size) { /* behind the last design */
        cursor_seek(c, s, index);
        return;
    }
    for (size_t i = s->axes; i-- > 0; left /= s->axis[i].n)
        gene[i] = (double)(left % s->axis[i].n);
    cursor_put(c, s, gene);
    c->index = index;
}

/* ---- designs with pools, one at a time ---- */

static struct design fixed_design(const struct design *d, const struct chosen_design *of)
{
    struct design out = *d;
    out.plan = of->plan;
    out.pools = of->pools;
    return out;
}

/* Prices a design again, for the time of each operator class. */
static void split_alone(struct job *job, const struct chosen_design *of, struct cursor *c,
                        const struct price_book *prices)
{
    struct metrics m;
    struct devices device;
    const struct mapped *mapped;
    const struct design chosen = fixed_design(&c->design, of);
    struct step_to_draw draw = {.like = chosen, .split = &job->split};

    prepare(&c->prepared, &chosen);
    c->fresh = false;
    evaluate_prepared(&c->prepared, &chosen, prices, &m, &mapped);
    devices_of(&device, &chosen);
    if (design_shares_steps(&chosen)) {
        evaluated_ffn_pool(&job->split, &job->ffn_split, &c->prepared, &chosen, prices);
        draw.ffn = kept_mapping_make(&c->prepared.mapped[c->prepared.ffn_first]);
    } else {
        step_split_held_one(&job->split, &mapped->step, &device, step_load(&mapped->step, m.batch));
    }
    draw.batch = m.batch;
    draw.main = kept_mapping_make(mapped);
    job->step = drawn_step_make(&draw);
    kept_mapping_release(draw.main);
    kept_mapping_release(draw.ffn);
    if (m.prefill_devices > 0) {
        job->pool_devices = m.prefill_devices;
        evaluated_pool(&job->pool_split, &c->prepared, &chosen);
    }
}

/* ---- designs in lots ---- */

struct splits {
    const struct splitting *x;
    struct cursor *cursor;
    struct block *block;
    size_t n; /* designs, as in the block */
    struct job *job[LANES];
    const struct chosen_design *of[LANES];
    size_t n_kept;
    struct kept_mapping **kept; /* of each mapping of the prepared step; NULL: not yet */
};

static void forget_kept(struct splits *lot)
{
    for (size_t i = 0; i < lot->n_kept; i++)
        kept_mapping_release(lot->kept[i]);
    free(lot->kept);
    lot->kept = NULL;
    lot->n_kept = 0;
}

static struct kept_mapping *keep(struct splits *lot, size_t mapped)
{
    const struct prepared *p = lot->block->prepared;
    if (!lot->kept) {
        lot->n_kept = p->n;
        lot->kept = mem_alloc(p->n, sizeof(struct kept_mapping *));
    }
    if (!lot->kept[mapped])
        lot->kept[mapped] = kept_mapping_make(&p->mapped[mapped]);
    return lot->kept[mapped];
}

/* Of a design whose job is split; at middle values no step moves. */
static void keep_step(struct splits *lot, size_t i)
{
    const struct block *b = lot->block;
    struct step_to_draw draw = {.like = fixed_design(&b->like, lot->of[i]),
                                .batch = lot->of[i]->batch,
                                .split = &lot->job[i]->split};
    if (lot->x->choice->middle)
        return;
    LANES_TAKE(draw.like.chip, &b->devices.chip, i);
    LANES_TAKE(draw.like.engine, &b->devices.engine, i);
    draw.main = keep(lot, lot->of[i]->mapped);
    lot->job[i]->step = drawn_step_make(&draw);
}

/* Splits the designs `of` of a lot, which have one mapping. */
static void split_mapped(struct splits *lot, const size_t *of, size_t n, size_t mapped)
{
    static const struct step_split nothing;
    const struct block *b = lot->block;
    struct mapped *m = &b->prepared->mapped[mapped];
    const struct devices *d = &b->devices;
    struct devices some;
    struct load_lanes load;
    struct clocked_lanes clocked;
    struct step_split_lanes split;
    if (n < d->n) {
        devices_pick(&some, d, of, n);
        d = &some;
    }
    for (size_t j = 0; j < n; j++) {
        struct load at = step_load(&m->step, lot->of[of[j]]->batch);
        LANES_PUT(&load, j, at);
    }
    LANES_FILL(&split, n, nothing);
    steps_clock(&clocked, &m->step, d, &load, &m->memo);
    steps_split_held(&split, &m->step, d, &load, held_of(&clocked), &m->memo);
    for (size_t j = 0; j < n; j++)
        LANES_TAKE(lot->job[of[j]]->split, &split, j);
}

static void time_devices(struct splits *lot)
{
    struct block *b = lot->block;
    struct design like = b->like;
    lane weight_share, kv_share, kv_place, expert_place;
    like.plan.weight_share2 = like.plan.kv_share2 = 0;
    like.plan.kv_place = like.plan.expert_place = PLACE_AUTO;
    devices_time(&b->devices, &like);
    for (size_t i = 0; i < lot->n; i++) {
        weight_share[i] = larger(0, lot->of[i]->plan.weight_share2);
        kv_share[i] = larger(0, lot->of[i]->plan.kv_share2);
        kv_place[i] = lot->of[i]->plan.kv_place;
        expert_place[i] = lot->of[i]->plan.expert_place;
    }
    devices_share(&b->devices, weight_share, kv_share);
    devices_place(&b->devices, kv_place, expert_place);
}

static void split_lot(struct splits *lot)
{
    struct block *b = lot->block;
    size_t of[LANES], n = lot->n;
    bool done[LANES] = {false};
    if (n == 0)
        return;
    time_devices(lot);
    for (size_t i = 0; i < n; i++) {
        size_t alike = 0;
        for (size_t j = i; j < n && !done[i]; j++)
            if (lot->of[j]->mapped == lot->of[i]->mapped)
                of[alike++] = j;
        for (size_t j = 0; j < alike; j++)
            done[of[j]] = true;
        if (alike > 0)
            split_mapped(lot, of, alike, lot->of[i]->mapped);
    }
    for (size_t i = 0; i < n; i++)
        keep_step(lot, i);
    lot->n = b->devices.n = 0;
}

/* Adds the design of the cursor. */
static void add_to_lot(struct splits *lot, struct job *job, const struct chosen_design *of)
{
    struct block *b = lot->block;
    struct cursor *c = lot->cursor;
    if (lot->n > 0 && !block_add(b, c, NULL, NULL))
        split_lot(lot);
    if (lot->n == 0) {
        if (!c->fresh)
            forget_kept(lot);
        block_add(b, c, NULL, NULL);
    }
    lot->job[lot->n] = job;
    lot->of[lot->n++] = of;
}

static bool has_pools(const struct design *d)
{
    return design_shares_steps(d) || d->workload.phase == PHASE_DISAGGREGATED;
}

/* Designs that threads share: each takes some at a time. */
struct sharing {
    const struct splitting *x;
    struct job *const *job;
    const struct chosen_design *const *of;
    size_t n, in_share;
};

static void split_share(void *ctx, size_t share, size_t worker)
{
    const struct sharing *s = ctx;
    const struct splitting *x = s->x;
    struct gathering *room = gathering_own(x->room);
    struct splits lot = {.x = x, .cursor = &room->cursor, .block = &room->lot.block};
    struct cursor *c = lot.cursor;
    (void)worker;
    for (size_t i = share * s->in_share; i < s->n && i < (share + 1) * s->in_share; i++) {
        const struct chosen_design *of = s->of[i];
        cursor_move(c, x->study, of->index);
        choice_restrict(&c->design, x->choice);
        *s->job[i] = (struct job){
            .weight = x->weight, .tokens_per_s = of->tokens_per_s, .no_engine_tokens_per_s = NAN};
        if (has_pools(&c->design)) {
            split_lot(&lot);
            forget_kept(&lot);
            split_alone(s->job[i], of, c, &x->study->prices);
        } else {
            add_to_lot(&lot, s->job[i], of);
        }
    }
    split_lot(&lot);
    forget_kept(&lot);
}

/* Each share keeps the mappings of its designs. */
enum { IN_SHARE = 64 * LANES };

void chosen_designs_split(struct job *const job[], const struct chosen_design *const of[], size_t n,
                          const struct splitting *x)
{
    struct sharing s = {x, job, of, n, tasks_share_size(n, IN_SHARE)};
    gathering_renew(x->room);
    tasks_share((n + s.in_share - 1) / s.in_share, split_share, &s);
}
