/* Boxes come from splitting the worlds in halves, each time along the factor of speed that moves
 * steps most (a k-d tree, Bentley 1975). Invariant: what moves a step in the fastest world of a box
 * is at least as fast as in any of its worlds, so its time bounds theirs. */
#include "reports/payoff/drawn_worlds.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "reports/payoff/payoff_comparison.h"
#include "reports/payoff/resource_store.h"
#include "search/tasks.h"

/* ---- speeds ---- */

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

/* Of designs without an engine only the first matters. */
static const double ALL_ALIKE[SPEEDS] = {1, 1, 1, 1, 1, 1, 1, 1}, BOARD_ALONE[SPEEDS] = {1};

/* The speeds of worlds, joined. */
struct speeds {
    bool one_engine;
    double *value[SPEEDS];  /* of each world */
    double *log[SPEEDS];    /* more is faster */
    size_t *rising[SPEEDS]; /* the worlds, slowest first */
};

static double *speed_of(struct world *w, size_t k)
{
    return (double *)((char *)w + speed[k].at);
}

static double log_speed(struct world *w, size_t k)
{
    double x = *speed_of(w, k);
    return log(speed[k].falls ? 1 / x : x);
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

/* Do all designs with an engine have the same one, with the same range? */
static bool has_one_engine(const struct comparison *c)
{
    bool one = c->n_ranged <= 1;
    for (int s = 0; s < SIDES; s++)
        for (size_t k = 0; k < c->n[s] && c->n_ranged > 0; k++)
            one = one && (c->side[s][k].ranged == 0 || !engine_is_there(&c->side[s][k].engine));
    return one;
}

struct ranked {
    double log;
    size_t world;
};

static int slowest_first(const void *a, const void *b)
{
    const struct ranked *x = a, *y = b;
    return x->log != y->log ? (x->log > y->log) - (x->log < y->log)
                            : (x->world > y->world) - (x->world < y->world);
}

static struct speeds *speeds_make(const struct world *w, size_t n, bool one_engine)
{
    struct speeds *s = mem_alloc(1, sizeof *s);
    struct ranked *ranked = mem_alloc(n, sizeof *ranked);
    s->one_engine = one_engine;
    for (size_t k = 0; k < SPEEDS; k++) {
        s->value[k] = mem_alloc(n, sizeof *s->value[k]);
        s->log[k] = mem_alloc(n, sizeof *s->log[k]);
        s->rising[k] = mem_alloc(n, sizeof *s->rising[k]);
    }
    for (size_t i = 0; i < n; i++) {
        struct world at = joined(&w[i], one_engine);
        for (size_t k = 0; k < SPEEDS; k++) {
            s->value[k][i] = *speed_of(&at, k);
            s->log[k][i] = log_speed(&at, k);
        }
    }
    for (size_t k = 0; k < SPEEDS; k++) {
        for (size_t i = 0; i < n; i++)
            ranked[i] = (struct ranked){s->log[k][i], i};
        qsort(ranked, n, sizeof *ranked, slowest_first);
        for (size_t i = 0; i < n; i++)
            s->rising[k][i] = ranked[i].world;
    }
    free(ranked);
    return s;
}

static void speeds_free(struct speeds *s)
{
    for (size_t k = 0; s && k < SPEEDS; k++) {
        free(s->value[k]);
        free(s->log[k]);
        free(s->rising[k]);
    }
    free(s);
}

void worlds_of_speeds(struct world out[SPEEDS], double log_ratio[SPEEDS],
                      const struct comparison *c, const struct world *from,
                      const struct world *fastest)
{
    bool one_engine = has_one_engine(c);
    struct world a = joined(from, one_engine), b = joined(fastest, one_engine);
    for (size_t k = 0; k < SPEEDS; k++) {
        out[k] = a;
        *speed_of(&out[k], k) = *speed_of(&b, k);
        log_ratio[k] = log_speed(&b, k) - log_speed(&a, k);
    }
}

/* ---- boxes ---- */

/* A box needs as many worlds as make up for its bound. */
enum { BOX_LEAST = 16 };

/* The speed that each box varies most in. */
static void find_widest(size_t *widest, const unsigned char *of, size_t boxes, size_t n,
                        const struct speeds *s, const double *weight)
{
    double most[BOXES] = {0};
    for (size_t b = 0; b < boxes; b++)
        widest[b] = 0;
    for (size_t k = 0; k < SPEEDS; k++) {
        double low[BOXES], width[BOXES] = {0};
        bool seen[BOXES] = {false};
        for (size_t j = 0; j < n; j++) {
            size_t i = s->rising[k][j], b = of[i];
            if (!seen[b])
                low[b] = s->log[k][i];
            seen[b] = true;
            width[b] = (s->log[k][i] - low[b]) * weight[k];
        }
        for (size_t b = 0; b < boxes; b++)
            if (width[b] > most[b]) {
                most[b] = width[b];
                widest[b] = k;
            }
    }
}

/* Splits each box in halves: box b into b and b + boxes. */
static void split_boxes(unsigned char *of, size_t boxes, size_t n, const struct speeds *s,
                        const double *weight)
{
    size_t widest[BOXES], worlds[BOXES] = {0}, seen[BOXES] = {0};
    find_widest(widest, of, boxes, n, s, weight);
    for (size_t i = 0; i < n; i++)
        worlds[of[i]]++;
    for (size_t k = 0; k < SPEEDS; k++)
        for (size_t j = 0; j < n; j++) {
            unsigned char *b = &of[s->rising[k][j]];
            if (*b < boxes && widest[*b] == k && seen[*b]++ >= worlds[*b] / 2)
                *b = (unsigned char)(*b + boxes);
        }
}

/* Raises the boxes to the speeds of their fastest worlds. */
static void raise_speeds(const struct boxes *boxes, size_t n, const struct speeds *s)
{
    for (size_t k = 0; k < SPEEDS; k++) {
        size_t fastest[BOXES] = {0};
        for (size_t j = 0; j < n; j++)
            fastest[boxes->of[s->rising[k][j]]] = s->rising[k][j];
        for (size_t b = 0; b < boxes->n; b++)
            *speed_of(&boxes->fastest[b], k) = s->value[k][fastest[b]];
    }
}

/* Several engines have ranges of their own, which are no speeds. */
static void find_fastest(const struct boxes *boxes, const struct worlds *w)
{
    bool filled[BOXES] = {false}, one_engine = w->speeds->one_engine;
    for (size_t i = 0; i < w->n; i++) {
        size_t b = boxes->of[i];
        if (filled[b] && one_engine)
            continue;
        struct world at = joined(&w->world[i], one_engine);
        if (filled[b])
            world_raise(&boxes->fastest[b], &at);
        else
            world_fastest(&boxes->fastest[b], &at, 1);
        filled[b] = true;
    }
    raise_speeds(boxes, w->n, w->speeds);
}

void worlds_box(struct boxes *out, const struct worlds *w, const double weight[SPEEDS])
{
    out->n = 1;
    while (out->n < BOXES && w->n / (2 * out->n) >= BOX_LEAST)
        out->n *= 2;
    out->of = mem_alloc(w->n, 1);
    out->fastest = mem_alloc(out->n, sizeof *out->fastest);
    for (size_t boxes = 1; boxes < out->n; boxes *= 2)
        split_boxes(out->of, boxes, w->n, w->speeds, weight);
    find_fastest(out, w);
}

void boxes_free(struct boxes *b)
{
    free(b->fastest);
    free(b->of);
    *b = (struct boxes){0};
}

void worlds_make(struct worlds *out, struct world *world, size_t n, const struct comparison *c)
{
    *out = (struct worlds){.n = n, .world = world};
    if (n / 2 < BOX_LEAST)
        return;
    out->fastest = mem_alloc(1, sizeof *out->fastest);
    world_fastest(out->fastest, world, n);
    out->speeds = speeds_make(world, n, has_one_engine(c));
    worlds_box(&out->engine, out, ALL_ALIKE);
    worlds_box(&out->board, out, BOARD_ALONE);
}

void worlds_free(struct worlds *w)
{
    free((struct world *)w->world);
    free(w->fastest);
    speeds_free(w->speeds);
    boxes_free(&w->engine);
    boxes_free(&w->board);
    *w = (struct worlds){0};
}

static void pick_boxes(struct boxes *out, const struct boxes *from, const size_t *which, size_t n)
{
    if (!from->n)
        return;
    out->n = from->n;
    out->of = mem_alloc(n + 1, 1);
    out->fastest = mem_alloc(from->n, sizeof *out->fastest);
    memcpy(out->fastest, from->fastest, from->n * sizeof *out->fastest);
    for (size_t i = 0; i < n; i++)
        out->of[i] = from->of[which[i]];
}

void worlds_pick(struct worlds *out, const struct worlds *from, const size_t *which, size_t n)
{
    struct world *world = mem_grow(NULL, n + 1, sizeof *world);
    for (size_t i = 0; i < n; i++)
        world[i] = from->world[which[i]];
    *out = (struct worlds){.n = n, .world = world};
    if (from->fastest) {
        out->fastest = mem_alloc(1, sizeof *out->fastest);
        *out->fastest = *from->fastest;
    }
    pick_boxes(&out->engine, &from->engine, which, n);
    pick_boxes(&out->board, &from->board, which, n);
}

/* ---- the store ---- */

/* Each takes 3.3 MB for 1000 draws. */
enum { STORED_MOST = 64 };

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
