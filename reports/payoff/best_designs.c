/* Every design of a study is priced once, in lanes, or taken from the store of its sweep if that
 * says what the model says. */
#include "reports/payoff/best_designs_inside.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "reports/payoff/stored_designs.h"
#include "search/axis.h"

/* Devices of the main system or of a pool. */
static bool counts_devices(const struct axis *a)
{
    const char *last = strrchr(a->path, '.');
    return (a->part == PART_PLAN || a->part == PART_POOLS) && last && !strcmp(last, ".devices");
}

static bool is_hardware(const struct axis *a)
{
    return design_parts[a->part].hardware || design_parts[a->part].optional || counts_devices(a);
}

/* The hardware of a cursor's design, as a mixed-radix number over the hardware axes. */
static size_t hardware_index(const struct cursor *c)
{
    size_t h = 0;
    for (size_t i = 0; i < c->study->axes; i++)
        if (is_hardware(&c->study->axis[i]))
            h = h * c->study->axis[i].n + c->digit[i];
    return h;
}

size_t hardware_count(const struct study *s)
{
    size_t n = 1;
    for (size_t i = 0; i < s->axes; i++)
        if (is_hardware(&s->axis[i]))
            n *= s->axis[i].n;
    return n;
}

static double resource(enum budget budget, const struct metrics *m)
{
    switch (budget) {
    case BUDGET_COST:
        return m->system_cost_usd;
    case BUDGET_AREA:
        return m->system_area_mm2;
    case BUDGET_POWER:
        return m->power_w;
    default:
        return 1;
    }
}

/* Of equal designs the first is the best. */
static bool is_better(double value, uint64_t index, const struct chosen_design *than)
{
    return value > than->value || (value == than->value && index < than->index);
}

void choosing_price(struct chosen_design *best, const struct choosing *x)
{
    struct lot *lot = &x->room->lot;
    const struct prepared *p = lot->block.prepared;
    const struct plan *as_given = &lot->block.like.plan;
    size_t n = block_price(&lot->block);
    for (size_t i = 0; i < n; i++) {
        struct metrics m;
        LANES_TAKE(m, &lot->block.metrics, i);
        struct chosen_design *b = &best[lot->hardware[i]];
        double value = m.tokens_per_s / resource(x->choice->budget, &m);
        if (m.verdict != VERDICT_OK || (b->feasible && !is_better(value, lot->index[i], b)))
            continue;
        const struct plan plan = p->n ? p->mapped[lot->block.mapped[i]].plan : *as_given;
        struct design chosen = lot->block.like;
        design_fix_mapping(&chosen, &plan, &m);
        *b = (struct chosen_design){.index = lot->index[i],
                                    .plan = chosen.plan,
                                    .pools = chosen.pools,
                                    .value = value,
                                    .tokens_per_s = m.tokens_per_s,
                                    .batch = m.batch,
                                    .mapped = lot->block.mapped[i],
                                    .feasible = true,
                                    .with = lot->with[i]};
    }
}

struct gathering *gathering_make(void)
{
    return mem_alloc(1, sizeof(struct gathering));
}

void gathering_free(struct gathering *g)
{
    for (size_t i = 0; g && i < SHARERS_MOST; i++)
        gathering_free(g->helper[i]);
    if (g)
        prepared_free(&g->cursor.prepared);
    free(g);
}

void gathering_renew(struct gathering *g)
{
    struct block *b = &g->lot.block;
    g->cursor = (struct cursor){.prepared = g->cursor.prepared};
    b->study = b->filled = NULL;
    b->devices.n = 0;
    b->brief = true;
}

struct gathering *gathering_own(struct gathering *g)
{
    size_t sharer = tasks_sharer();
    if (sharer == 0)
        return g;
    if (!g->helper[sharer])
        g->helper[sharer] = gathering_make();
    gathering_renew(g->helper[sharer]);
    return g->helper[sharer];
}

/* What is known of each hardware of a workload, whatever engines a choice allows. */
struct kept_best {
    size_t n;
    struct kept_hardware {
        struct chosen_design best;
        bool known;
    } * of;
};

struct kept_best *kept_best_make(void)
{
    return mem_alloc(1, sizeof(struct kept_best));
}

void kept_best_free(struct kept_best *k)
{
    if (k)
        free(k->of);
    free(k);
}

/* The known best of the hardware of a design, before choice_restrict; NULL if it is not known or if
 * its engine may run less. */
static struct kept_hardware *find_kept(const struct kept_best *k, size_t hardware,
                                       const struct design *d, const struct design_choice *q)
{
    int runs = engine_is_there(&d->engine) ? (int)d->engine.runs : 0;
    return k && k->of[hardware].known && (!q->only || (runs & q->only) == runs) ? &k->of[hardware]
                                                                                : NULL;
}

/* Keeps what a choice has priced, if its engines run what they can. */
static void keep_best(struct kept_best *k, const struct chosen_design *best, const bool *allowed,
                      const struct design_choice *q)
{
    for (size_t h = 0; k && !q->only && h < k->n; h++)
        if (allowed[h])
            k->of[h] = (struct kept_hardware){best[h], true};
}

/* ---- in the order of the study ---- */

bool choosing_add(const struct choosing *x, uint64_t index)
{
    struct lot *lot = &x->room->lot;
    struct cursor *c = &x->room->cursor;
    bool with = choice_has_subject(&c->design, x->choice);
    if (!block_add(&lot->block, c, NULL, NULL))
        return false;
    size_t at = lot->block.devices.n - 1;
    lot->index[at] = index;
    lot->hardware[at] = hardware_index(c);
    lot->with[at] = with;
    return true;
}

void choosing_add_or_price(struct chosen_design *best, const struct choosing *x, uint64_t index)
{
    if (choosing_add(x, index))
        return;
    choosing_price(best, x);
    choosing_add(x, index);
}

/* Takes the design of the cursor, point `index`. Returns the classes that its engine may run. */
static int take_design(struct chosen_design *best, const struct choosing *x, uint64_t index,
                       design_fn fn, void *ctx)
{
    struct cursor *c = &x->room->cursor;
    const struct design_choice *q = x->choice;
    size_t hardware = hardware_index(c);
    if (q->among && !rivals_have(q->among, hardware))
        return 0;
    const struct kept_hardware *kept = find_kept(x->kept, hardware, &c->design, q);
    if (!choice_restrict(&c->design, q))
        return 0;
    x->allowed[hardware] = true;
    if (kept)
        best[hardware] = kept->best;
    else
        fn(ctx, index);
    return engine_is_there(&c->design.engine) ? (int)c->design.engine.runs : 0;
}

int choosing_take(struct chosen_design *best, const struct choosing *x, size_t share, design_fn fn,
                  void *ctx)
{
    uint64_t first = share * x->in_share;
    struct cursor *c = &x->room->cursor;
    int runs = 0;
    cursor_seek(c, x->study, first);
    for (uint64_t i = first; i < x->study->size && i < first + x->in_share; i++) {
        double stated = c->design.engine.runs; /* axes of parameters leave it restricted */
        runs |= take_design(best, x, i, fn, ctx);
        c->design.engine.runs = stated;
        cursor_next(c);
    }
    return runs;
}

struct choosing choosing_own(const struct choosing *x)
{
    struct choosing own = *x;
    own.room = gathering_own(x->room);
    return own;
}

struct pricing {
    struct chosen_design *best;
    const struct choosing *of;
    int *runs; /* of each share: the classes that its engines may run */
};

static void price_design(void *ctx, uint64_t index)
{
    const struct pricing *p = ctx;
    choosing_add_or_price(p->best, p->of, index);
}

/* Takes a design from the store, or prices it. */
static void take_stored(void *ctx, uint64_t index)
{
    const struct pricing *p = ctx;
    struct cursor *c = &p->of->room->cursor;
    struct chosen_design *b = &p->best[hardware_index(c)], stored;
    if (!c->fresh)
        choosing_price(p->best, p->of);
    if (!stored_design_take(&stored, p->of->stored, c)) {
        price_design(ctx, index);
        return;
    }
    stored.with = choice_has_subject(&c->design, p->of->choice);
    if (stored.feasible && (!b->feasible || is_better(stored.value, index, b)))
        *b = stored;
}

static void price_share(void *ctx, size_t share, size_t worker)
{
    const struct pricing *p = ctx;
    const struct choosing own = choosing_own(p->of);
    struct pricing of_own = {p->best, &own, p->runs};
    (void)worker;
    p->runs[share] = choosing_take(p->best, &own, share,
                                   own.stored->points ? take_stored : price_design, &of_own);
    choosing_price(p->best, &own);
}

static int price_all(struct chosen_design *best, const struct choosing *x)
{
    struct pricing p = {best, x, mem_alloc(x->shares, sizeof *p.runs)};
    int all = 0;
    tasks_share(x->shares, price_share, &p);
    for (size_t i = 0; i < x->shares; i++)
        all |= p.runs[i];
    free(p.runs);
    return all;
}

/* ---- does the store tell what the model says? ---- */

/* A design of those compared: the best of each side, and some of the others. */
struct compared {
    double value;
    size_t hardware;
};

static int highest_value(const void *a, const void *b)
{
    const struct compared *x = a, *y = b;
    return x->value != y->value ? (x->value < y->value) - (x->value > y->value)
                                : (x->hardware > y->hardware) - (x->hardware < y->hardware);
}

/* Designs of a side that are priced to compare them with the store: half of them are the best, the
 * others are spread over all. */
enum { COMPARED_OF_SIDE = LANES };

/* Chooses the designs of a side to be compared. */
static size_t find_compared(size_t *out, const struct chosen_design *best, size_t hardware,
                            bool with)
{
    struct compared *x = mem_alloc(hardware + 1, sizeof *x);
    size_t n = 0, chosen = 0;
    for (size_t h = 0; h < hardware; h++)
        if (best[h].feasible && best[h].with == with)
            x[n++] = (struct compared){best[h].value, h};
    qsort(x, n, sizeof *x, highest_value);
    for (size_t i = 0; i < COMPARED_OF_SIDE; i++) {
        size_t half = COMPARED_OF_SIDE / 2, at = i < half ? i : (i - half) * n / half;
        if (at < n)
            out[chosen++] = x[at].hardware;
    }
    free(x);
    return chosen;
}

/* Are stored designs those that would be found, also where files of the study have changed since?
 */
static bool store_agrees(const struct chosen_design *best, const struct choosing *x)
{
    struct cursor *c = &x->room->cursor;
    size_t hardware = hardware_count(x->study), of[SIDES * COMPARED_OF_SIDE], n = 0;
    struct chosen_design *priced = mem_alloc(hardware, sizeof *priced);
    bool agrees = true;
    for (int s = 0; s < SIDES; s++)
        n += find_compared(of + n, best, hardware, s == WITH);
    for (size_t i = 0; i < n; i++) {
        cursor_move(c, x->study, best[of[i]].index);
        double stated = c->design.engine.runs;
        choice_restrict(&c->design, x->choice);
        choosing_add_or_price(priced, x, c->index);
        c->design.engine.runs = stated;
    }
    choosing_price(priced, x);
    for (size_t i = 0; i < n; i++)
        agrees = agrees && chosen_designs_equal(&best[of[i]], &priced[of[i]]);
    free(priced);
    return agrees;
}

/* From the store, if it has the designs. */
static int find_all(struct chosen_design *best, const struct choosing *x)
{
    static const struct stored_designs none;
    int runs = price_all(best, x);
    if (!x->stored->points || store_agrees(best, x))
        return runs;
    struct choosing anew = *x;
    anew.stored = &none;
    memset(best, 0, hardware_count(x->study) * sizeof *best);
    return price_all(best, &anew);
}

/* A bound on power would have to be one on both sides of a ratio; few designs need none. */
static bool asks_for_best_only(const struct design_choice *q)
{
    return q->middle && !q->among && q->n_jobs <= 1 && q->budget != BUDGET_POWER;
}

enum { IN_SHARE = 16 * LANES };

/* Designs in a share: all, if some have the same hardware. */
static size_t share_size(const struct study *s)
{
    return hardware_count(s) == s->size ? tasks_share_size(s->size, IN_SHARE) : s->size;
}

int best_designs_find(struct chosen_design *best, const struct study *s,
                      const struct design_choice *q, struct gathering *g)
{
    size_t hardware = hardware_count(s);
    struct kept_best *kept = q->n_jobs ? NULL : q->kept;
    bool best_only = asks_for_best_only(q);
    bool *allowed = mem_alloc(hardware, sizeof *allowed);
    gathering_renew(g);
    if (kept && !kept->of) {
        kept->n = hardware;
        kept->of = mem_alloc(hardware, sizeof *kept->of);
    }
    struct stored_designs stored;
    stored_designs_find(&stored, q, s);
    struct choosing x = {s, q, &stored, kept, allowed, g, .in_share = share_size(s)};
    x.shares = (s->size + x.in_share - 1) / x.in_share;
    int runs = best_only ? bounded_designs_find(best, &x) : find_all(best, &x);
    if (!best_only)
        keep_best(kept, best, allowed, q);
    free(allowed);
    return runs;
}
