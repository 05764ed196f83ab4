/* Tokens and active experts of the slowest device. Idea: both are counts per device with a mean and
 * a variance and a given total; the slowest device has the expected maximum of each
 * (arch/expected_most.h), kept as a curve over the tokens. An expert is active with probability 1 -
 * (1 - pi)^tokens. Invariants: a curve rises, at most in proportion to the tokens; at skew 0 all
 * formulas are those of any other skew, so nothing jumps there. */
#include "arch/routing.h"

#include <math.h>
#include <stdlib.h>

#include "arch/placed_most.h"
#include "arch/popularity.h"
#include "arch/random_most.h"
#include "base/mem.h"

/* ---- making ---- */

/* With random placement, what there is in the mean over all placements. At equal popularity all are
 * the same; up to a small skew the result goes from there to that mean. */
struct parts {
    double random; /* 0: the placement is all, 1: it is not used */
    bool has_placed, has_random;
};

struct slowest {
    struct placed_most placed;
    struct random_most random;
    struct parts part;
};

static struct parts parts_of(const struct routing_of *of)
{
    const double skewed = 0.1;
    bool random = of->placement == PLACE_RANDOM && of->devices > 1 && of->devices < of->experts;
    double part = random ? fmin(1, of->skew / skewed) : 0;
    return (struct parts){part, part<1, part> 0};
}

static void slowest_make(struct slowest *out, const struct routing_of *of, const double *pi,
                         struct parts part)
{
    out->part = part;
    if (part.has_random)
        random_most_make(&out->random, of, pi);
    if (part.has_placed)
        placed_most_make(&out->placed, of, pi);
}

static void slowest_free(struct slowest *s)
{
    if (s->part.has_placed)
        placed_most_free(&s->placed);
    if (s->part.has_random)
        random_most_free(&s->random);
}

static double mix(const struct slowest *s, double placed, double random)
{
    return placed + s->part.random * (random - placed);
}

static double most_active_at(struct slowest *s, double tokens)
{
    double placed = s->part.has_placed ? placed_active(&s->placed, tokens) : 0;
    double random = s->part.has_random ? random_active(&s->random, tokens) : 0;
    return mix(s, placed, random);
}

static double most_tokens_at(struct slowest *s, double tokens)
{
    double placed = s->part.has_placed ? placed_load(&s->placed, tokens) : 0;
    double random = s->part.has_random ? random_load(&s->random, tokens) : 0;
    return mix(s, placed, random);
}

/* Of active experts up to where all are, of tokens up to where all loads are large: this many. */
static void make_curve(struct load_curve *c, struct slowest *s, double last,
                       double (*at)(struct slowest *s, double tokens))
{
    for (size_t next = 0; c->n < CURVE_NODES && (next < 3 || curve_last(c) < last); next = c->n) {
        double tokens = curve_node(next == 1 ? 2 : next);
        curve_add(c, at(s, tokens));
    }
    curve_finish(c);
}

/* Adds groups of `all` experts, of which the first `held` have a share: the hottest one by one, the
 * others in groups of growing size, with experts that no token uses if another device has more. */
static void make_groups(struct routing *out, const struct copy *own, size_t held, size_t all)
{
    size_t at = 0;
    if (all == held && own[0].share == own[held - 1].share) {
        out->group[out->groups++] = (struct expert_group){(double)all, own[0].share};
        return;
    }
    while (at < all) {
        size_t left = ROUTING_GROUPS - out->groups, size = (all - at) >> (left - 1);
        size = left == 1 ? all - at : size < 1 ? 1 : size;
        struct expert_group *g = &out->group[out->groups++];
        *g = (struct expert_group){.experts = (double)size};
        for (size_t i = at; i < at + size && i < held; i++)
            g->share += own[i].share / (double)size;
        at += size;
    }
}

/* Of the device with the highest expected load; returns that load per token. */
static double group_placed(struct routing *out, const struct placed_most *s)
{
    const struct placed_experts *p = &s->placed;
    double most;
    size_t device = placed_busiest(s, &most), first = p->first[device], all = 0;
    for (size_t d = 0; d < p->devices; d++)
        all = p->first[d + 1] - p->first[d] > all ? p->first[d + 1] - p->first[d] : all;
    make_groups(out, &p->copy[first], p->first[device + 1] - first, all);
    return most;
}

/* Of a device with the hottest expert and a part of each group of others, whose shares are scaled
 * to this load per token. */
static void group_random(struct routing *out, const struct random_most *r, double most)
{
    const struct placed_experts *p = &r->all;
    double held = r->held + (r->large > 0), hottest = p->copy[0].share, others = 0;
    out->group[0] = (struct expert_group){1, hottest};
    out->groups = 1;
    make_groups(out, p->copy + 1, p->copies - 1, p->copies - 1);
    for (size_t g = 1; g < out->groups; g++) {
        out->group[g].experts *= (held - 1) / (r->experts - 1);
        others += out->group[g].experts * out->group[g].share;
    }
    for (size_t g = 1; g < out->groups; g++)
        out->group[g].share = fmin(1, out->group[g].share * (most - hottest) / others);
}

static void make_from(struct routing *out, const struct routing_of *of, const double *pi)
{
    struct slowest s;
    const struct parts part = parts_of(of);
    slowest_make(&s, of, pi, part);
    const struct placed_experts *p = part.has_placed ? &s.placed.placed : &s.random.all;
    double most = 0, least = 1;
    out->share = of->top_k / of->devices;
    if (part.has_placed)
        most = group_placed(out, &s.placed);
    if (part.has_random) {
        most = mix(&s, most, random_imbalance(&s.random));
        group_random(out, &s.random, most);
    }
    out->imbalance = most / out->share;
    if (out->imbalance < 1 + 1e-12) /* rounding */
        out->imbalance = 1;
    for (size_t i = 0; i < p->copies; i++)
        least = fmin(least, p->copy[i].share);
    if (of->devices > 1)
        make_curve(&out->active, &s, -16 / log1p(-least), most_active_at);
    if (of->devices > 1 && of->chance)
        make_curve(&out->load, &s, 400 / out->share, most_tokens_at);
    slowest_free(&s);
}

void routing_make(struct routing *out, const struct routing_of *of)
{
    *out = (struct routing){.of = *of, .imbalance = 1};
    if (of->experts <= 0)
        return;
    double *pi = mem_alloc((size_t)of->experts, sizeof *pi);
    routing_popularity(pi, (size_t)of->experts, of->top_k, of->skew);
    make_from(out, of, pi);
    free(pi);
}

/* ---- the store ---- */

static bool is_same(const struct routing_of *a, const struct routing_of *b)
{
    return a->experts == b->experts && a->top_k == b->top_k && a->skew == b->skew &&
           a->placement == b->placement && a->devices == b->devices && a->copies == b->copies &&
           a->chance == b->chance;
}

static const double *find_popularity(struct routing_store *store, const struct routing_of *of)
{
    size_t experts = (size_t)of->experts;
    for (size_t i = 0; i < store->popularities; i++) {
        const struct popularity *p = store->popularity[i];
        if (p->experts == experts && p->top_k == of->top_k && p->skew == of->skew)
            return p->pi;
    }
    if (store->popularities == store->popularity_room) {
        store->popularity_room = 2 * store->popularity_room + 8;
        store->popularity =
            mem_grow(store->popularity, store->popularity_room, sizeof *store->popularity);
    }
    struct popularity *made = mem_alloc(1, sizeof *made + experts * sizeof *made->pi);
    *made = (struct popularity){experts, of->top_k, of->skew};
    routing_popularity(made->pi, experts, of->top_k, of->skew);
    store->popularity[store->popularities++] = made;
    return made->pi;
}

const struct routing *routing_find(struct routing_store *store, const struct routing_of *of)
{
    for (size_t i = 0; i < store->n; i++)
        if (is_same(&store->of[i]->of, of))
            return store->of[i];
    if (store->n == store->room) {
        store->room = 2 * store->room + 8;
        store->of = mem_grow(store->of, store->room, sizeof *store->of);
    }
    struct routing *made = mem_alloc(1, sizeof *made);
    *made = (struct routing){.of = *of, .imbalance = 1};
    if (of->experts > 0)
        make_from(made, of, find_popularity(store, of));
    return store->of[store->n++] = made;
}

void routing_store_free(struct routing_store *store)
{
    for (size_t i = 0; i < store->n; i++)
        free(store->of[i]);
    for (size_t i = 0; i < store->popularities; i++)
        free(store->popularity[i]);
    free(store->of), free(store->popularity);
    *store = (struct routing_store){0};
}

/* ---- loads ---- */

double routing_busiest(const struct routing *r, double tokens)
{
    if (r->load.n == 0 || tokens <= 0)
        return r->imbalance;
    double last = curve_last(&r->load), at = fmax(1, fmin(tokens, last));
    double there = fmax(r->imbalance, curve_at(&r->load, at) / at / r->share);
    /* What chance adds falls with the root of the tokens. */
    return tokens <= last ? there : r->imbalance + (there - r->imbalance) * sqrt(last / tokens);
}

void routing_busiest_lanes(double *out, size_t n, const struct routing *r, double tokens,
                           const double *load)
{
    for (size_t i = 0; i < n; i++)
        out[i] =
            i > 0 && load[i] == load[i - 1] ? out[i - 1] : routing_busiest(r, tokens * load[i]);
}

/* Expected active experts, and all, of the device of the groups. */
struct group_sums {
    double active, experts;
};

static struct group_sums sum_groups(const struct routing *r, double tokens)
{
    struct group_sums s = {0};
    for (size_t g = 0; g < r->groups; g++) {
        s.active -= r->group[g].experts * expm1(tokens * log1p(-r->group[g].share));
        s.experts += r->group[g].experts;
    }
    return s;
}

/* Below one token, in proportion to the probability that there is one. */
static double most_active(const struct routing *r, double tokens, struct group_sums s)
{
    double most = s.active;
    if (r->active.n > 0) {
        double at = fmax(1, fmin(tokens, curve_last(&r->active)));
        most = fmax(most, fmin(1, tokens) * curve_at(&r->active, at));
    }
    return fmin(most, s.experts);
}

double routing_active(const struct routing *r, double tokens)
{
    return most_active(r, tokens, sum_groups(r, tokens));
}

double routing_idle_ratio(const struct routing *r, double tokens)
{
    struct group_sums s = sum_groups(r, tokens);
    double idle = s.experts - s.active;
    return r->active.n > 0 && idle > 1e-12 * s.experts
               ? (s.experts - most_active(r, tokens, s)) / idle
               : 1;
}
