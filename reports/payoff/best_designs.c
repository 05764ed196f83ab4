/* Every design of a study is priced once, in lanes. If only the best of a side matters, a design is
 * priced only if a bound on its throughput (arch/step_bound.h) over what it costs reaches the best
 * value so far: branch and bound, as among the mappings of a design. Invariant: the designs that
 * are nearly the best of their side have the values that they have if all are priced. */
#include "reports/payoff/best_designs.h"

#include <stdlib.h>
#include <string.h>

#include "arch/mapping_bound.h"
#include "base/mem.h"
#include "reports/payoff/quoted.h"
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
        return !isnan(m->system_area_mm2)
                   ? m->system_area_mm2
                   : m->die_area_mm2 * m->tokens_per_s / m->tokens_per_s_per_device +
                         m->engine_area_mm2 * m->engine_devices;
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

/* Prices a lot and keeps the best design of each hardware. */
static void price_lot(struct chosen_design *best, struct lot *lot, enum budget budget)
{
    const struct prepared *p = lot->block.prepared;
    const struct plan *as_given = &lot->block.like.plan;
    size_t n = block_price(&lot->block);
    for (size_t i = 0; i < n; i++) {
        struct metrics m;
        LANES_TAKE(m, &lot->block.metrics, i);
        struct chosen_design *b = &best[lot->hardware[i]];
        double value = m.tokens_per_s / resource(budget, &m);
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
    if (g)
        prepared_free(&g->prepared);
    free(g);
}

void block_empty(struct block *b)
{
    b->study = b->filled = NULL;
    b->devices.n = 0;
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

/* The designs of a choice, of one job. */
struct choosing {
    const struct study *study;
    const struct design_choice *choice;
    const struct stored_designs *stored;
    struct kept_best *kept; /* may be NULL */
    bool *allowed;          /* hardware of the choice */
    struct lot *lot;        /* empty */
};

/* ---- in the order of the study ---- */

/* Adds the design of the cursor to the lot; false if the lot must be priced first. */
static bool lot_add(struct lot *lot, struct cursor *c, uint64_t index,
                    const struct design_choice *q)
{
    bool with = choice_has_subject(&c->design, q);
    if (!block_add(&lot->block, c, NULL, NULL))
        return false;
    size_t at = lot->block.devices.n - 1;
    lot->index[at] = index;
    lot->hardware[at] = hardware_index(c);
    lot->with[at] = with;
    return true;
}

static void add_to_lot(struct chosen_design *best, struct lot *lot, struct cursor *c,
                       uint64_t index, const struct design_choice *q)
{
    if (lot_add(lot, c, index, q))
        return;
    price_lot(best, lot, q->budget);
    lot_add(lot, c, index, q);
}

/* What is done with a design of the choice that is not known yet. */
typedef void (*design_fn)(void *ctx, struct cursor *c, uint64_t index);

/* Takes the design of the cursor, point `index`. Returns the classes that its engine may run. */
static int take_design(struct chosen_design *best, const struct choosing *x, struct cursor *c,
                       uint64_t index, design_fn fn, void *ctx)
{
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
        fn(ctx, c, index);
    return engine_is_there(&c->design.engine) ? (int)c->design.engine.runs : 0;
}

/* Returns the classes that the engines of the study may run. */
static int take_designs(struct chosen_design *best, const struct choosing *x, struct cursor *c,
                        design_fn fn, void *ctx)
{
    int runs = 0;
    cursor_seek(c, x->study, 0);
    for (uint64_t i = 0; i < x->study->size; i++) {
        double stated = c->design.engine.runs; /* axes of parameters leave it restricted */
        runs |= take_design(best, x, c, i, fn, ctx);
        c->design.engine.runs = stated;
        cursor_next(c);
    }
    return runs;
}

struct pricing {
    struct chosen_design *best;
    const struct choosing *of;
};

static void price_design(void *ctx, struct cursor *c, uint64_t index)
{
    const struct pricing *p = ctx;
    add_to_lot(p->best, p->of->lot, c, index, p->of->choice);
}

/* Takes a design from the store, or prices it. */
static void take_stored(void *ctx, struct cursor *c, uint64_t index)
{
    const struct pricing *p = ctx;
    struct chosen_design *b = &p->best[hardware_index(c)], stored;
    if (!c->fresh)
        price_lot(p->best, p->of->lot, p->of->choice->budget);
    if (!stored_design_take(&stored, p->of->stored, c)) {
        price_design(ctx, c, index);
        return;
    }
    stored.with = choice_has_subject(&c->design, p->of->choice);
    if (stored.feasible && (!b->feasible || is_better(stored.value, index, b)))
        *b = stored;
}

static int price_all(struct chosen_design *best, const struct choosing *x, struct cursor *c)
{
    struct pricing p = {best, x};
    int runs = take_designs(best, x, c, x->stored->points ? take_stored : price_design, &p);
    price_lot(best, x->lot, x->choice->budget);
    return runs;
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
static bool store_agrees(const struct chosen_design *best, const struct choosing *x,
                         struct cursor *c)
{
    size_t hardware = hardware_count(x->study), of[SIDES * COMPARED_OF_SIDE], n = 0;
    struct chosen_design *priced = mem_alloc(hardware, sizeof *priced);
    bool agrees = true;
    for (int s = 0; s < SIDES; s++)
        n += find_compared(of + n, best, hardware, s == WITH);
    for (size_t i = 0; i < n; i++) {
        cursor_move(c, x->study, best[of[i]].index);
        double stated = c->design.engine.runs;
        choice_restrict(&c->design, x->choice);
        add_to_lot(priced, x->lot, c, c->index, x->choice);
        c->design.engine.runs = stated;
    }
    price_lot(priced, x->lot, x->choice->budget);
    for (size_t i = 0; i < n; i++)
        agrees = agrees && chosen_designs_equal(&best[of[i]], &priced[of[i]]);
    free(priced);
    return agrees;
}

/* From the store, if it has the designs. */
static int find_all(struct chosen_design *best, const struct choosing *x, struct cursor *c)
{
    static const struct stored_designs none;
    int runs = price_all(best, x, c);
    if (!x->stored->points || store_agrees(best, x, c))
        return runs;
    struct choosing anew = *x;
    anew.stored = &none;
    memset(best, 0, hardware_count(x->study) * sizeof *best);
    return price_all(best, &anew, c);
}

/* ---- only the best at middle prices ---- */

/* A design, and what it is worth at most. */
struct bounded {
    double most;
    uint64_t index;
    bool with, seed;
};

/* Designs whose bounds rank first are priced first: a lot of each side costs little more than one.
 */
enum { FIRST_OF_SIDE = LANES };

struct bounding {
    const struct choosing *of;
    struct bounded *design;
    size_t n;
};

/* Units of the budget that the designs of a lot use at least. */
static void find_resources(double *out, const struct lot *lot, const struct design_choice *q,
                           const struct prices *p)
{
    const struct devices *d = &lot->block.devices;
    struct candidate *k = mem_alloc(LANES, sizeof *k);
    const struct candidate *at[LANES];
    for (size_t i = 0; i < d->n; i++) {
        LANES_TAKE(k[i].chip, &d->chip, i);
        LANES_TAKE(k[i].engine, &d->engine, i);
        k[i].devices = lot->block.like.plan.devices;
        at[i] = &k[i];
    }
    struct quoted *quoted = quoted_make(at, d->n);
    quoted_resources(out, quoted, q->budget, p);
    quoted_free(quoted);
    free(k);
}

/* Bounds the designs of a lot and empties it. */
static void bound_lot(struct bounding *x)
{
    struct lot *lot = x->of->lot;
    struct block *b = &lot->block;
    lane rate, resource;
    if (b->devices.n == 0)
        return;
    devices_time(&b->devices, &b->like);
    if (design_pools_ffn(&b->like))
        lanes_set(rate, b->devices.n, INFINITY);
    else
        best_mappings_bound(rate, b->prepared, &b->devices, &b->like.workload);
    find_resources(resource, lot, x->of->choice, &x->of->study->prices.middle);
    for (size_t i = 0; i < b->devices.n; i++) {
        double most = rate[i] / resource[i];
        x->design[x->n++] = (struct bounded){
            .most = isnan(most) ? INFINITY : most, .index = lot->index[i], .with = lot->with[i]};
    }
    b->devices.n = 0;
}

static void bound_design(void *ctx, struct cursor *c, uint64_t index)
{
    struct bounding *x = ctx;
    if (lot_add(x->of->lot, c, index, x->of->choice))
        return;
    bound_lot(x);
    lot_add(x->of->lot, c, index, x->of->choice);
}

static int highest_first(const void *a, const void *b)
{
    const struct bounded *x = a, *y = b;
    return x->most != y->most ? (x->most < y->most) - (x->most > y->most)
                              : (x->index > y->index) - (x->index < y->index);
}

static int by_index(const void *a, const void *b)
{
    const struct bounded *x = a, *y = b;
    return (x->index > y->index) - (x->index < y->index);
}

/* Prices the designs that may be nearly the best of their side, those with the highest bounds apart
 * from the others: `seeds`. */
static void price_bounded(struct chosen_design *best, const struct bounding *x, struct cursor *c,
                          bool seeds, const double top[SIDES])
{
    const struct design_choice *q = x->of->choice;
    for (size_t i = 0; i < x->n; i++) {
        const struct bounded *d = &x->design[i];
        if (d->seed != seeds || d->most * (1 + 1e-9) < NEARLY_BEST * top[d->with ? WITH : WITHOUT])
            continue;
        cursor_move(c, x->of->study, d->index);
        double stated = c->design.engine.runs;
        choice_restrict(&c->design, q);
        add_to_lot(best, x->of->lot, c, d->index, q);
        c->design.engine.runs = stated;
    }
    price_lot(best, x->of->lot, q->budget);
}

static void find_top(double top[SIDES], const struct chosen_design *best, size_t n)
{
    top[WITH] = top[WITHOUT] = 0;
    for (size_t h = 0; h < n; h++)
        if (best[h].feasible)
            top[best[h].with ? WITH : WITHOUT] =
                fmax(top[best[h].with ? WITH : WITHOUT], best[h].value);
}

static int price_best(struct chosen_design *best, const struct choosing *x, struct cursor *c)
{
    struct bounding b = {.of = x, .design = mem_grow(NULL, x->study->size + 1, sizeof *b.design)};
    size_t hardware = hardware_count(x->study), seeds[SIDES] = {0};
    double top[SIDES];
    int runs = take_designs(best, x, c, bound_design, &b);
    bound_lot(&b);
    qsort(b.design, b.n, sizeof *b.design, highest_first);
    for (size_t i = 0; i < b.n; i++)
        b.design[i].seed = seeds[b.design[i].with ? WITH : WITHOUT]++ < FIRST_OF_SIDE;
    qsort(b.design, b.n, sizeof *b.design, by_index);
    find_top(top, best, hardware);
    price_bounded(best, &b, c, true, top);
    find_top(top, best, hardware);
    price_bounded(best, &b, c, false, top);
    free(b.design);
    return runs;
}

/* ---- either ---- */

/* A bound on power would have to be one on both sides of a ratio; few designs need none. */
static bool asks_for_best_only(const struct design_choice *q)
{
    return q->middle && !q->among && q->n_jobs <= 1 && q->budget != BUDGET_POWER;
}

int best_designs_find(struct chosen_design *best, const struct study *s,
                      const struct design_choice *q, struct gathering *g, struct cursor *c)
{
    size_t hardware = hardware_count(s);
    struct kept_best *kept = q->n_jobs ? NULL : q->kept;
    bool best_only = asks_for_best_only(q);
    bool *allowed = mem_alloc(hardware, sizeof *allowed);
    block_empty(&g->lot.block);
    g->lot.block.brief = true;
    if (kept && !kept->of) {
        kept->n = hardware;
        kept->of = mem_alloc(hardware, sizeof *kept->of);
    }
    struct stored_designs stored;
    stored_designs_find(&stored, q, s);
    const struct choosing x = {s, q, &stored, kept, allowed, &g->lot};
    int runs = best_only ? price_best(best, &x, c) : find_all(best, &x, c);
    if (!best_only)
        keep_best(kept, best, allowed, q);
    free(allowed);
    return runs;
}
