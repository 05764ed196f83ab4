/* Boxes come from splitting the worlds in halves, each time along the factor of speed that moves
 * steps most (a k-d tree, Bentley 1975). Invariant: what moves a step in the fastest world of a box is at
 * least as fast as in any of its worlds, so its time bounds theirs. */
#include "reports/payoff/drawn_worlds.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "reports/payoff/payoff_comparison.h"
#include "reports/payoff/resource_store.h"
#include "search/tasks.h"

/* ---- boxes ---- */

/* A box needs as many worlds as make up for its bound. */
enum { BOX_LEAST = 16 };

/* What moves the time of a step in a joined world. */
static const struct {
    size_t at;
    bool falls; /* less is faster */
} speed[SPEEDS] = {{offsetof(struct world, prices.device_power_factor), false},
                   {offsetof(struct world, prices.engine_bandwidth_factor), false},
                   {offsetof(struct world, prices.engine_compute_factor), false},
                   {offsetof(struct world, prices.stack_power_factor), false},
                   {offsetof(struct world, prices.engine_energy_factor), true},
                   {offsetof(struct world, prices.engine_logic_energy_factor), true},
                   {offsetof(struct world, engine[0].bandwidth), false},
                   {offsetof(struct world, engine[0].ridge), false}};
enum { BOARD_SPEED = 0 };

/* Their logarithms; more is faster. */
struct speeds {
    double log[SPEEDS];
    size_t world;
};

static double *speed_of(struct world *w, size_t k)
{
    return (double *)((char *)w + speed[k].at);
}

/* The same world with fewer factors. `one_engine`: designs with an engine have that of place 0. */
static struct world joined(const struct world *w, bool one_engine)
{
    struct world out = *w;
    struct prices *p = &out.prices;
    struct stated_ratio *e = &out.engine[0];
    p->device_power_factor /= p->board_power_ratio;
    p->board_power_ratio = 1;
    if (!one_engine)
        return out;
    p->engine_bandwidth_factor *= e->efficiency;
    p->engine_compute_factor *= e->efficiency;
    p->engine_energy_factor *= e->energy;
    e->efficiency = e->energy = 1;
    return out;
}

/* Those of a joined world. */
static void find_speeds(struct speeds *out, struct world *w, bool board)
{
    for (size_t k = 0; k < SPEEDS; k++) {
        double x = *speed_of(w, k);
        out->log[k] = k == BOARD_SPEED || !board ? log(speed[k].falls ? 1 / x : x) : 0;
    }
}

struct sorted {
    double key;
    struct speeds speeds;
};

static int by_key(const void *a, const void *b)
{
    const struct sorted *x = a, *y = b;
    return x->key != y->key
               ? (x->key > y->key) - (x->key < y->key)
               : (x->speeds.world > y->speeds.world) - (x->speeds.world < y->speeds.world);
}

static size_t widest_speed(const struct sorted *s, size_t n, const double *weight)
{
    size_t widest = 0;
    double width = -1;
    for (size_t k = 0; k < SPEEDS; k++) {
        double low = INFINITY, high = -INFINITY;
        for (size_t i = 0; i < n; i++) {
            low = fmin(low, s[i].speeds.log[k]);
            high = fmax(high, s[i].speeds.log[k]);
        }
        if ((high - low) * weight[k] > width) {
            width = (high - low) * weight[k];
            widest = k;
        }
    }
    return widest;
}

/* Splits n worlds into `boxes`, a power of two, numbered from `first`. */
static void split(unsigned char *of, struct sorted *s, size_t n, size_t first, size_t boxes,
                  const double *weight)
{
    if (boxes == 1) {
        for (size_t i = 0; i < n; i++)
            of[s[i].speeds.world] = (unsigned char)first;
        return;
    }
    size_t widest = widest_speed(s, n, weight), half = n / 2;
    for (size_t i = 0; i < n; i++)
        s[i].key = s[i].speeds.log[widest];
    qsort(s, n, sizeof *s, by_key);
    split(of, s, half, first, boxes / 2, weight);
    split(of, s + half, n - half, first + boxes / 2, boxes / 2, weight);
}

/* How a world is seen: `board`: by designs without an engine. */
struct seen {
    bool one_engine, board;
    const double *weight; /* of each speed */
};

static void boxes_make(struct boxes *out, const struct world *w, size_t n, const struct seen *as)
{
    struct sorted *sorted = mem_alloc(n, sizeof *sorted);
    out->n = 1;
    while (out->n < BOXES && n / (2 * out->n) >= BOX_LEAST)
        out->n *= 2;
    out->of = mem_alloc(n, 1);
    out->fastest = mem_alloc(out->n, sizeof *out->fastest);
    bool *filled = mem_alloc(out->n, sizeof *filled);
    for (size_t i = 0; i < n; i++) {
        struct world at = joined(&w[i], as->one_engine);
        sorted[i].speeds.world = i;
        find_speeds(&sorted[i].speeds, &at, as->board);
    }
    split(out->of, sorted, n, 0, out->n, as->weight);
    for (size_t i = 0; i < n; i++) {
        const struct world at = joined(&w[i], as->one_engine);
        struct world *fastest = &out->fastest[out->of[i]];
        if (filled[out->of[i]])
            world_raise(fastest, &at);
        else
            world_fastest(fastest, &at, 1);
        filled[out->of[i]] = true;
    }
    free(filled);
    free(sorted);
}

/* Do all designs with an engine have the same one, with the same range? */
static bool has_one_engine(const struct comparison *c)
{
    bool one = c->n_ranged <= 1;
    for (int s = 0; s < SIDES; s++)
        for (size_t k = 0; k < c->n[s] && c->n_ranged > 0; k++)
            one = one && (c->side[s][k].ranged == 0 || !engine_is_there(&c->side[s][k].engine));
    return one;
}

void worlds_make(struct worlds *out, struct world *world, size_t n, const struct comparison *c)
{
    *out = (struct worlds){.n = n, .world = world};
    if (n / 2 < BOX_LEAST)
        return;
    out->fastest = mem_alloc(1, sizeof *out->fastest);
    world_fastest(out->fastest, world, n);
    static const double equal[SPEEDS] = {1, 1, 1, 1, 1, 1, 1, 1};
    bool one_engine = has_one_engine(c);
    boxes_make(&out->engine, world, n, &(struct seen){one_engine, false, equal});
    boxes_make(&out->board, world, n, &(struct seen){one_engine, true, equal});
}

void worlds_box(struct boxes *out, const struct worlds *w, const struct comparison *c,
                const double weight[SPEEDS])
{
    boxes_make(out, w->world, w->n, &(struct seen){has_one_engine(c), false, weight});
}

void boxes_free(struct boxes *b)
{
    free(b->fastest);
    free(b->of);
    *b = (struct boxes){0};
}

void worlds_of_speeds(struct world out[SPEEDS], double log_ratio[SPEEDS],
                      const struct comparison *c, const struct world *from,
                      const struct world *fastest)
{
    bool one_engine = has_one_engine(c);
    struct world a = joined(from, one_engine), b = joined(fastest, one_engine);
    struct speeds slow, fast;
    find_speeds(&slow, &a, false);
    find_speeds(&fast, &b, false);
    for (size_t k = 0; k < SPEEDS; k++) {
        out[k] = a;
        *speed_of(&out[k], k) = *speed_of(&b, k);
        log_ratio[k] = fast.log[k] - slow.log[k];
    }
}

void worlds_free(struct worlds *w)
{
    free((struct world *)w->world);
    free(w->fastest);
    boxes_free(&w->engine);
    boxes_free(&w->board);
    *w = (struct worlds){0};
}

/* ---- the store ---- */

enum { STORED_MOST = 16 };

/* What the draws of a comparison depend on. */
struct drawn_key {
    struct draws of;
    struct price_book prices;
    bool one_engine;
    size_t n_ranged;
    struct ranged_engine ranged[RANGED_MOST];
};

struct drawn_store {
    struct lock *lock;
    size_t n;
    struct stored {
        struct drawn_key key;
        struct worlds worlds;
        bool owns_resources;
    } * stored[STORED_MOST];
};

struct drawn_store *drawn_store_make(void)
{
    struct drawn_store *s = mem_alloc(1, sizeof *s);
    s->lock = lock_make();
    return s;
}

void drawn_store_free(struct drawn_store *s)
{
    if (!s)
        return;
    for (size_t i = 0; i < s->n; i++) {
        if (s->stored[i]->owns_resources)
            resource_store_free(s->stored[i]->worlds.resources);
        worlds_free(&s->stored[i]->worlds);
        free(s->stored[i]);
    }
    lock_free(s->lock);
    free(s);
}

/* Are its prices those of a comparison in every draw? */
static bool has_prices_of(const struct drawn_key *k, const struct comparison *c, struct draws of)
{
    return k->of.seed == of.seed && k->of.n == of.n &&
           !memcmp(&k->prices, &c->prices, sizeof k->prices);
}

static bool is_of(const struct drawn_key *k, const struct comparison *c, struct draws of)
{
    bool same =
        has_prices_of(k, c, of) && k->n_ranged == c->n_ranged && k->one_engine == has_one_engine(c);
    for (size_t i = 0; same && i < c->n_ranged; i++) {
        const struct ranged_engine *a = &k->ranged[i], *b = &c->ranged[i];
        same = !strcmp(a->name, b->name) && !memcmp(&a->low, &b->low, sizeof a->low) &&
               !memcmp(&a->high, &b->high, sizeof a->high);
    }
    return same;
}

/* Resources depend on prices, not on the engines that a comparison ranges over. */
static void share_resources(struct stored *out, const struct drawn_store *s,
                            const struct comparison *c, struct draws of)
{
    for (size_t i = 0; i < s->n; i++)
        if (has_prices_of(&s->stored[i]->key, c, of)) {
            out->worlds.resources = s->stored[i]->worlds.resources;
            return;
        }
    out->worlds.resources = resource_store_make(of.n);
    out->owns_resources = true;
}

static struct stored *add_worlds(const struct comparison *c, struct draws of, draw_fn draw)
{
    struct stored *s = mem_alloc(1, sizeof *s);
    struct world *world = mem_alloc(of.n, sizeof *world);
    s->key = (struct drawn_key){
        .of = of, .prices = c->prices, .one_engine = has_one_engine(c), .n_ranged = c->n_ranged};
    memcpy(s->key.ranged, c->ranged, c->n_ranged * sizeof *c->ranged);
    draw(world, c, of);
    worlds_make(&s->worlds, world, of.n, c);
    return s;
}

const struct worlds *drawn_store_find(struct drawn_store *s, const struct comparison *c,
                                      struct draws of, draw_fn draw)
{
    const struct worlds *found = NULL;
    lock_take(s->lock);
    for (size_t i = 0; i < s->n && !found; i++)
        if (is_of(&s->stored[i]->key, c, of))
            found = &s->stored[i]->worlds;
    if (!found && s->n < STORED_MOST) {
        s->stored[s->n] = add_worlds(c, of, draw);
        share_resources(s->stored[s->n], s, c, of);
        found = &s->stored[s->n++]->worlds;
    }
    lock_give(s->lock);
    return found;
}
