/* If only the best of a side matters, a design is priced only if a bound on its throughput
 * (arch/step_bound.h) over what it costs reaches the best value so far: branch and bound, as among
 * the mappings of a design. Invariant: the designs that are nearly the best of their side have the
 * values that they have if all are priced. */
#include <stdlib.h>
#include <string.h>

#include "arch/mapping_bound.h"
#include "base/mem.h"
#include "reports/payoff/best_designs_inside.h"
#include "reports/payoff/quoted.h"

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
    int runs; /* classes that their engines may run */
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
    struct lot *lot = &x->of->room->lot;
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

static void bound_design(void *ctx, uint64_t index)
{
    struct bounding *x = ctx;
    if (choosing_add(x->of, index))
        return;
    bound_lot(x);
    choosing_add(x->of, index);
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

/* Designs that are bounded, then priced: those with the highest bounds apart from the others. */
struct bounded_search {
    struct chosen_design *best;
    const struct choosing *of;
    struct bounding *share;
    struct bounded *design;
    size_t n;
    bool seeds; /* now the seeds are priced */
    double top[SIDES];
};

static void bound_share(void *ctx, size_t share, size_t worker)
{
    const struct bounded_search *x = ctx;
    struct bounding *b = &x->share[share];
    const struct choosing own = choosing_own(x->of);
    (void)worker;
    *b = (struct bounding){.of = &own, .design = x->design + share * own.in_share};
    b->runs = choosing_take(x->best, &own, share, bound_design, b);
    bound_lot(b);
}

/* Bounds all designs, and puts them next to each other. Returns the classes that engines may run.
 */
static int bound_all(struct bounded_search *x)
{
    int runs = 0;
    tasks_share(x->of->shares, bound_share, x);
    for (size_t i = 0; i < x->of->shares; i++) {
        memmove(x->design + x->n, x->share[i].design, x->share[i].n * sizeof *x->design);
        x->n += x->share[i].n;
        runs |= x->share[i].runs;
    }
    return runs;
}

/* Prices those of a share that may be nearly the best of their side. */
static void price_bounded_share(void *ctx, size_t share, size_t worker)
{
    const struct bounded_search *x = ctx;
    const struct choosing own = choosing_own(x->of);
    struct cursor *c = &own.room->cursor;
    (void)worker;
    for (size_t i = share * own.in_share; i < x->n && i < (share + 1) * own.in_share; i++) {
        const struct bounded *d = &x->design[i];
        if (d->seed != x->seeds ||
            d->most * (1 + 1e-9) < NEARLY_BEST * x->top[d->with ? WITH : WITHOUT])
            continue;
        cursor_move(c, own.study, d->index);
        double stated = c->design.engine.runs;
        choice_restrict(&c->design, own.choice);
        choosing_add_or_price(x->best, &own, d->index);
        c->design.engine.runs = stated;
    }
    choosing_price(x->best, &own);
}

static void find_top(double top[SIDES], const struct chosen_design *best, size_t n)
{
    top[WITH] = top[WITHOUT] = 0;
    for (size_t h = 0; h < n; h++)
        if (best[h].feasible)
            top[best[h].with ? WITH : WITHOUT] =
                fmax(top[best[h].with ? WITH : WITHOUT], best[h].value);
}

static void price_seeds(const struct bounded_search *x)
{
    struct choosing alone = *x->of;
    struct bounded_search seeds = *x;
    alone.in_share = x->n;
    seeds.of = &alone;
    seeds.seeds = true;
    find_top(seeds.top, x->best, hardware_count(alone.study));
    price_bounded_share(&seeds, 0, 0);
}

int bounded_designs_find(struct chosen_design *best, const struct choosing *x)
{
    struct bounded_search b = {.best = best,
                               .of = x,
                               .share = mem_alloc(x->shares, sizeof *b.share),
                               .design = mem_grow(NULL, x->study->size + 1, sizeof *b.design)};
    size_t hardware = hardware_count(x->study), seeds[SIDES] = {0};
    int runs = bound_all(&b);
    qsort(b.design, b.n, sizeof *b.design, highest_first);
    for (size_t i = 0; i < b.n; i++)
        b.design[i].seed = seeds[b.design[i].with ? WITH : WITHOUT]++ < FIRST_OF_SIDE;
    qsort(b.design, b.n, sizeof *b.design, by_index);
    price_seeds(&b);
    find_top(b.top, best, hardware);
    tasks_share(x->shares, price_bounded_share, &b);
    free(b.design);
    free(b.share);
    return runs;
}
