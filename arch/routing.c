/* Tokens and active experts of the slowest device. Idea: both are counts per device with a mean and
 * a variance and a given total; the slowest device has the expected maximum of each
 * (arch/expected_most.h), kept as a curve over the tokens. An expert is active with probability 1 -
 * (1 - pi)^tokens. Invariants: a curve rises, at most in proportion to the tokens; at skew 0 all
 * formulas are those of any other skew, so nothing jumps there. */
#include "arch/routing.h"

#include <math.h>
#include <stdlib.h>

#include "arch/expected_most.h"
#include "base/mem.h"

/* ---- curves ---- */

static double node_at(size_t i)
{
    return ldexp(i % 2 ? 1.5 : 1, (int)(i / 2));
}

static double last_node(const struct load_curve *c)
{
    return node_at(c->n - 1);
}

/* Logarithm of the ratio of the tokens at node i + 1 and at node i. */
static double node_width(size_t i)
{
    static const double width[] = {0.405465108108164381978, 0.287682072451780927439};
    return width[i % 2];
}

/* Adds a node, not below the one before, and at most as much above it as the tokens. */
static void add_node(struct load_curve *c, double value)
{
    double log_of = log(value);
    if (c->n > 0) {
        double before = c->log_of[c->n - 1];
        log_of = fmax(before, fmin(log_of, before + node_width(c->n - 1)));
    }
    c->log_of[c->n++] = log_of;
}

static double secant(const struct load_curve *c, size_t i)
{
    return (c->log_of[i + 1] - c->log_of[i]) / node_width(i);
}

/* Slopes with which the curve between nodes stays between flat and in proportion: up to 3 times the
 * secants, for the curve and for what it falls short of the tokens (Fritsch and Carlson 1980). */
static void make_slopes(struct load_curve *c)
{
    for (size_t i = 0; i < c->n; i++) {
        double before = i > 0 ? secant(c, i - 1) : secant(c, i);
        double after = i + 1 < c->n ? secant(c, i) : before;
        double slope = fmax((before + after) / 2, 1 - 3 * (1 - fmax(before, after)));
        c->slope[i] = fmax(0, fmin(slope, 3 * fmin(before, after)));
    }
}

/* The quantity at this many tokens, from 1 to the last node. */
static double curve_at(const struct load_curve *c, double tokens)
{
    int power;
    double part = 2 * frexp(tokens, &power);
    size_t i = 2 * (size_t)(power - 1) + (part >= 1.5);
    if (i + 1 >= c->n)
        return exp(c->log_of[c->n - 1]);
    double h = node_width(i), x = log(part >= 1.5 ? part / 1.5 : part) / h;
    double rise = c->log_of[i + 1] - c->log_of[i], a = c->slope[i] * h, b = c->slope[i + 1] * h;
    return exp(c->log_of[i] + x * (a + x * (3 * rise - 2 * a - b + x * (a + b - 2 * rise))));
}

/* ---- devices ---- */

/* Experts active on a device, or tokens routed to it. */
struct device_load {
    double mean, variance, room;
    size_t device;
};

static int by_mean(const void *a, const void *b)
{
    const struct device_load *x = a, *y = b;
    if (x->mean != y->mean)
        return x->mean < y->mean ? 1 : -1;
    return (x->device > y->device) - (x->device < y->device);
}

/* Finds the experts active at this many tokens; returns the standard deviation of their number:
 * that of independent ones less what the given number of uses explains. What fixes the number draws
 * an expert more often the likelier it is: `alone` is the probability to which that adds up (Hajek
 * 1964). */
static double set_active(struct placed_experts *p, double tokens)
{
    double own = 0, shared = 0, uses = 0, likely = 0, share = NAN, idle = 0;
    for (size_t i = 0; i < p->copies; i++) {
        struct copy *c = &p->copy[i];
        if (c->share != share)
            idle = exp(tokens * log1p(-(share = c->share)));
        c->active = 1 - idle;
        own += idle * c->active;
        likely += idle * c->active * c->active;
        shared += idle * tokens * share;
        uses += (tokens - 1) * c->variance + share * (1 - share);
    }
    double spread = uses > 0 ? fmax(0, own - shared * shared / uses) : 0;
    double fixed = own > 0 ? (1 - fmin(1, spread / own)) / own : 0;
    double mean = own > 0 ? likely / own : 0;
    for (size_t i = 0; i < p->copies; i++) {
        struct copy *c = &p->copy[i];
        double more = c->active * (1 - c->active) * (mean - c->active) * fixed;
        c->alone = fmax(0, fmin(1, c->active + more));
    }
    return sqrt(spread);
}

/* Adds the counts of the experts of a device, alike ones at once; those of likely experts stay
 * exact, the others are one binomial of their mean and variance. */
static void add_counts(struct counts *out, const struct placed_experts *p, size_t device,
                       double tokens, bool active)
{
    const double likely = 0.1;
    double mean = 0, variance = 0;
    size_t last = p->first[device + 1];
    *out = (struct counts){1, {1}};
    for (size_t i = p->first[device], next; i < last; i = next) {
        const struct copy *c = &p->copy[i];
        double share = 0, alone = 0, size = 1;
        for (next = i; next < last && p->copy[next].share > c->share * (1 - 1e-4); next++) {
            share += p->copy[next].share;
            alone += p->copy[next].alone;
        }
        double alike = (double)(next - i), used = alone / alike;
        if (!active) {
            used = fmax(1e-6, 1 - c->variance / c->share);
            size = tokens * share / alike / used;
            size = used > likely ? fmax(tokens, rint(size)) : size;
            used = tokens * share / alike / size;
        }
        if (used > likely || (active && alike > 1)) {
            counts_add(out, alike * size, used);
        } else {
            mean += alike * size * used;
            variance += alike * size * used * (1 - used);
        }
    }
    if (mean > 0) {
        double used = fmax(1e-6, 1 - variance / mean);
        counts_add(out, mean / used, used);
    }
}

static void join(struct alike *a, const struct device_load *load, const struct counts *counts)
{
    a->devices++;
    a->mean += (load->mean - a->mean) / a->devices;
    a->variance += (load->variance - a->variance) / a->devices;
    a->room = fmax(a->room, load->room);
    for (size_t i = a->counts.n; i < counts->n; i++)
        a->counts.of[i] = 0;
    a->counts.n = counts->n > a->counts.n ? counts->n : a->counts.n;
    for (size_t i = 0; i < a->counts.n; i++)
        a->counts.of[i] += ((i < counts->n ? counts->of[i] : 0) - a->counts.of[i]) / a->devices;
}

static bool differs(const struct device_load *a, const struct device_load *b)
{
    return fabs(a->mean - b->mean) > 1e-9 * b->mean ||
           fabs(a->variance - b->variance) > 1e-9 * b->variance;
}

/* Expected maximum over the devices. Those of similar mean count as alike: the largest means one by
 * one, the others in classes that grow by a half, each with those that hardly differ. */
static double most_of(struct device_load *load, const struct placed_experts *p, double tokens,
                      bool active, double spread)
{
    enum { SINGLE = 6 };
    struct alike kind[ALIKE_MOST];
    struct counts counts = {0};
    size_t n = 0, at = 0;

    qsort(load, p->devices, sizeof *load, by_mean);
    bool few = counts_matter(load[0].mean);
    while (at < p->devices) {
        struct alike *k = &kind[n++];
        double first = load[at].mean;
        size_t size = at < SINGLE ? 1 : at / 2, from = at;
        *k = (struct alike){.devices = 0};
        for (; at < p->devices &&
               (at - from < size || n == ALIKE_MOST || load[at].mean > first * (1 - 1e-4));
             at++) {
            if (few && (at == from || differs(&load[at], &load[at - 1])))
                add_counts(&counts, p, load[at].device, tokens, active);
            join(k, &load[at], &counts);
        }
    }
    return expected_most(kind, n, spread);
}

/* Loads of the devices, not sorted, for this many tokens. */
static void find_loads(struct device_load *load, const struct placed_experts *p, double tokens,
                       bool active, double top_k)
{
    for (size_t d = 0; d < p->devices; d++) {
        double held = (double)(p->first[d + 1] - p->first[d]);
        load[d] = (struct device_load){.device = d};
        load[d].room = active ? held : tokens * fmin(held, top_k);
        for (size_t i = p->first[d]; i < p->first[d + 1]; i++) {
            const struct copy *c = &p->copy[i];
            load[d].mean += active ? c->active : tokens * c->share;
            load[d].variance += active ? c->active * (1 - c->active) : tokens * c->variance;
        }
    }
}

/* Expected maximum over the devices of the active experts, or of the tokens. A single token uses
 * different experts, so its uses are its active experts. */
static double most_at_tokens(struct device_load *load, struct placed_experts *p, double tokens,
                             double top_k, bool active)
{
    bool experts = active || tokens <= 1;
    double spread = experts ? set_active(p, tokens) : 0;
    find_loads(load, p, tokens, experts, top_k);
    return most_of(load, p, tokens, experts, spread);
}

static void make_curve(struct load_curve *c, struct device_load *load, struct placed_experts *p,
                       double top_k, bool active)
{
    double least = 1, rest = 0;
    for (size_t i = 0; i < p->copies; i++)
        least = fmin(least, p->copy[i].share);
    /* Up to where all experts are active, or all loads are large. */
    while (c->n < 3 || (c->n < CURVE_NODES && rest <= 0)) {
        double tokens = c->n == 1 ? 2 : node_at(c->n);
        double most = most_at_tokens(load, p, tokens, top_k, active);
        add_node(c, c->n == 1 ? (exp(c->log_of[0]) + most) / 2 : most); /* tokens are whole */
        rest = active ? -tokens * log1p(-least) - 30 : load[p->devices - 1].mean - 400;
    }
    make_slopes(c);
}

/* Groups the experts of one device: the hottest one by one, the others in groups of growing size,
 * with experts that no token uses if another device has more. */
static void make_groups(struct routing *out, const struct placed_experts *p, size_t device)
{
    const struct copy *own = &p->copy[p->first[device]];
    size_t held = p->first[device + 1] - p->first[device], at = 0, m = 0;

    for (size_t d = 0; d < p->devices; d++)
        m = p->first[d + 1] - p->first[d] > m ? p->first[d + 1] - p->first[d] : m;
    out->groups = 0;
    if (m == held && own[0].share == own[held - 1].share) {
        out->group[out->groups++] = (struct expert_group){(double)m, own[0].share};
        return;
    }
    while (at < m) {
        size_t left = ROUTING_GROUPS - out->groups, size = (m - at) >> (left - 1);
        size = left == 1 ? m - at : size < 1 ? 1 : size;
        struct expert_group *g = &out->group[out->groups++];
        *g = (struct expert_group){.experts = (double)size};
        for (size_t i = at; i < at + size && i < held; i++)
            g->share += own[i].share / (double)size;
        at += size;
    }
}

void routing_make(struct routing *out, const struct routing_of *of)
{
    struct placed_experts p;
    *out = (struct routing){.of = *of, .imbalance = 1};
    if (of->experts <= 0)
        return;
    placement_make(&p, of);
    struct device_load *load = mem_alloc(p.devices, sizeof *load);
    out->share = of->top_k / of->devices;
    find_loads(load, &p, 1, false, of->top_k);
    qsort(load, p.devices, sizeof *load, by_mean);
    out->imbalance = load[0].mean / out->share;
    if (out->imbalance < 1 + 1e-12) /* rounding */
        out->imbalance = 1;
    make_groups(out, &p, load[0].device);
    if (p.devices > 1)
        make_curve(&out->active, load, &p, of->top_k, true);
    if (p.devices > 1 && of->chance)
        make_curve(&out->load, load, &p, of->top_k, false);
    free(load);
    placement_free(&p);
}

static bool is_same(const struct routing_of *a, const struct routing_of *b)
{
    return a->experts == b->experts && a->top_k == b->top_k && a->skew == b->skew &&
           a->placement == b->placement && a->devices == b->devices && a->copies == b->copies &&
           a->chance == b->chance;
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
    routing_make(made, of);
    return store->of[store->n++] = made;
}

void routing_store_free(struct routing_store *store)
{
    for (size_t i = 0; i < store->n; i++)
        free(store->of[i]);
    free(store->of);
    *store = (struct routing_store){0};
}

/* ---- loads ---- */

double routing_busiest(const struct routing *r, double tokens)
{
    if (r->load.n == 0 || tokens <= 0)
        return r->imbalance;
    double last = last_node(&r->load), at = fmax(1, fmin(tokens, last));
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
        double at = fmax(1, fmin(tokens, last_node(&r->active)));
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
