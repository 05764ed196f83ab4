/* Tokens and active experts of the slowest of devices whose experts are known. Idea: both are
 * counts per device with a mean and a variance and a given total; the slowest device has the
 * expected maximum of each (arch/expected_most.h). An expert is active with probability 1 - (1 -
 * pi)^tokens. Invariant: at skew 0 all formulas are those of any other skew, so nothing jumps
 * there. */
#include "arch/placed_most.h"

#include <math.h>
#include <stdlib.h>

#include "arch/expected_most.h"
#include "base/mem.h"

enum { WAYS_MOST = 64 };

/* Experts active on a device, or tokens routed to it. */
struct device_load {
    double mean, variance, room;
    double share, own; /* mean and variance of its tokens, per token routed */
    size_t device;
};

/* The i-th most popular experts of alike devices in the mean. */
struct slot {
    double share, variance, alone, excess;
    bool twins; /* some have several copies */
};

/* Sums over the copies: variance of the active ones, that weighted by the probability, covariance
 * with the uses, variance of the uses. */
struct activity {
    double own, likely, shared, uses;
};

/* Covariance of a copy with all active copies of its expert. */
static double with_twins(const struct copy *c, double idle)
{
    return idle * c->active + (double)(c->twins - 1) * c->excess;
}

/* Of an expert with several copies; here `excess` is the covariance of two of them. */
static void add_twin(struct activity *s, struct copy *c, double tokens, double idle)
{
    double others = (double)(c->twins - 1), neither = (1 - c->share) * (1 - c->share);
    c->excess = pow(fmax(0, neither - c->exclusion), tokens) - idle * idle;
    double own = with_twins(c, idle), used = c->share - others * c->exclusion;
    s->own += own;
    s->likely += own * (1 - own / c->active);
    s->shared += idle * tokens * (c->share - others * c->exclusion / (1 - c->share));
    s->uses += tokens * used - (tokens - 1) * c->exclusion - c->share * c->share;
}

static void set_alone_of_twin(struct copy *c, double mean, double fixed)
{
    double own = with_twins(c, 1 - c->active);
    c->alone = fmax(0, fmin(1, c->active + own * (mean - 1 + own / c->active) * fixed));
    c->excess *= (c->apart - 1) * pow(c->alone / c->active, 2);
}

/* What fixes the number of active experts draws an expert more often the likelier it is: `alone` is
 * the probability to which that adds up (Hajek 1964). */
double placed_set_active(struct placed_experts *p, double tokens)
{
    struct activity s = {0};
    double share = NAN, idle = 0;
    for (size_t i = 0; i < p->copies; i++) {
        struct copy *c = &p->copy[i];
        if (c->share != share) {
            share = c->share;
            idle = exp(tokens * c->log_idle);
        }
        c->active = 1 - idle;
        if (c->twins > 1) {
            add_twin(&s, c, tokens, idle);
            continue;
        }
        s.own += idle * c->active;
        s.likely += idle * c->active * c->active;
        s.shared += idle * tokens * share;
        s.uses += (tokens - 1) * c->variance + share * (1 - share);
    }
    double spread = s.uses > 0 ? fmax(0, s.own - s.shared * s.shared / s.uses) : 0;
    double fixed = s.own > 0 ? (1 - fmin(1, spread / s.own)) / s.own : 0;
    double mean = s.own > 0 ? s.likely / s.own : 0;
    for (size_t i = 0; i < p->copies; i++) {
        struct copy *c = &p->copy[i];
        if (c->twins > 1) {
            set_alone_of_twin(c, mean, fixed);
            continue;
        }
        double more = c->active * (1 - c->active) * (mean - c->active) * fixed;
        c->alone = fmax(0, fmin(1, c->active + more));
    }
    return sqrt(spread);
}

/* ---- the counts of alike devices ---- */

/* Mean experts of those of `n` devices that have `held`; returns how many devices they are. */
static size_t fill_slots(struct placed_most *s, const struct device_load *load, size_t n,
                         size_t held)
{
    const struct placed_experts *p = &s->placed;
    size_t same = 0;
    for (size_t i = 0; i < held; i++)
        s->slot[i] = (struct slot){0};
    for (size_t d = 0; d < n; d++) {
        size_t first = p->first[load[d].device];
        if (p->first[load[d].device + 1] - first != held)
            continue;
        same++;
        for (size_t i = 0; i < held; i++) {
            const struct copy *c = &p->copy[first + i];
            s->slot[i].share += c->share;
            s->slot[i].variance += c->variance;
            s->slot[i].alone += c->alone;
            s->slot[i].excess += c->excess;
            s->slot[i].twins |= c->twins > 1;
        }
    }
    for (size_t i = 0; i < held && same > 0; i++) {
        s->slot[i].share /= (double)same;
        s->slot[i].variance /= (double)same;
        s->slot[i].alone /= (double)same;
        s->slot[i].excess /= (double)same;
    }
    return same;
}

static size_t alike_until(const struct slot *slot, size_t from, size_t held)
{
    size_t next = from + 1;
    while (next < held && slot[next].share >= slot[from].share * 0.8)
        next++;
    return next;
}

static bool have_twins(const struct slot *slot, size_t from, size_t next)
{
    for (size_t i = from; i < next; i++)
        if (slot[i].twins)
            return true;
    return false;
}

static double variance_of(const struct slot *s)
{
    return s->alone * (1 - s->alone) + s->excess;
}

/* Adds the active experts of a device, those of about the same popularity at once; unlikely ones
 * are one binomial of their mean and variance. */
static void add_active(struct counts *out, const struct slot *slot, size_t held)
{
    double mean = 0, variance = 0;
    for (size_t i = 0, next; i < held; i = next) {
        next = alike_until(slot, i, held);
        double alone = 0, own = 0, alike = (double)(next - i);
        for (size_t j = i; j < next; j++) {
            alone += slot[j].alone;
            own += variance_of(&slot[j]);
        }
        if (have_twins(slot, i, next)) {
            counts_add_moments(out, alone, own);
        } else if (alone > LIKELY * alike || alike > 1) {
            counts_add(out, alike, alone / alike);
        } else {
            mean += alone;
            variance += own;
        }
    }
    if (mean > 0)
        counts_add_moments(out, mean, variance);
}

/* Adds the tokens of a device in the same way. */
static void add_tokens(struct counts *out, const struct slot *slot, size_t held, double tokens)
{
    double mean = 0, variance = 0;
    for (size_t i = 0, next; i < held; i = next) {
        next = alike_until(slot, i, held);
        double share = 0, own = 0;
        for (size_t j = i; j < next; j++) {
            share += slot[j].share;
            own += slot[j].variance;
        }
        if (have_twins(slot, i, next)) {
            counts_add_moments(out, tokens * share, tokens * own);
            continue;
        }
        struct draws d = draws_of(tokens, share / (double)(next - i), own / (double)(next - i));
        double size = d.size * (double)(next - i);
        if (d.used > LIKELY) {
            counts_add(out, size, d.used);
        } else {
            mean += size * d.used;
            variance += size * d.used * (1 - d.used);
        }
    }
    if (mean > 0)
        counts_add_moments(out, mean, variance);
}

/* Adds those of the first tokens. */
static void add_each_token(struct counts *out, const struct slot *slot, size_t held, double tokens)
{
    for (size_t i = 0, next; i < held; i = next) {
        double mean = 0, variance = 0;
        next = slot[i].twins ? alike_until(slot, i, held) : i + 1;
        for (size_t j = i; j < next; j++) {
            mean += tokens * slot[j].alone;
            variance += tokens * variance_of(&slot[j]);
        }
        if (slot[i].twins)
            counts_add_moments(out, mean, variance);
        else
            counts_add(out, tokens, slot[i].alone);
    }
}

/* Sums over the experts of a device of the probability that one token uses them. */
struct uses {
    double once, twice; /* squares of the sums, and sums of the squares */
};

static void add_uses(struct uses *u, const struct slot *slot, size_t held, double devices)
{
    double once = 0;
    for (size_t i = 0; i < held; i++) {
        once += slot[i].alone;
        u->twice += devices * slot[i].alone * slot[i].alone - devices * slot[i].excess;
    }
    u->once += devices * once * once;
}

static void join(struct alike *a, const struct device_load *load, size_t n)
{
    *a = (struct alike){.devices = (double)n};
    for (size_t i = 0; i < n; i++) {
        a->mean += load[i].mean;
        a->variance += load[i].variance;
        a->room = fmax(a->room, load[i].room);
    }
    a->mean /= a->devices;
    a->variance /= a->devices;
}

enum counted { ACTIVE, TOKENS, EACH };

/* Devices have one of two numbers of experts. */
static void add_counts(struct alike *a, struct placed_most *s, const struct device_load *load,
                       size_t n, double tokens, enum counted what)
{
    size_t least = s->placed.copies / s->placed.devices, seen = 0;
    struct uses uses = {0};
    for (size_t held = least; seen < n; held++) {
        size_t same = fill_slots(s, load, n, held);
        struct counts own = {1, {1}};
        if (same == 0)
            continue;
        if (what == ACTIVE)
            add_active(&own, s->slot, held);
        else if (what == TOKENS)
            add_tokens(&own, s->slot, held, tokens);
        else
            add_each_token(&own, s->slot, held, tokens);
        add_uses(&uses, s->slot, held, (double)same);
        seen += same;
        counts_mix(&a->counts, &own, (double)same / (double)seen);
    }
    if (what == EACH) { /* each token has a total of its own */
        a->per_draw = uses.once > 0 ? uses.twice / (tokens * uses.once) : 0;
        a->totals = tokens - 1;
    }
}

/* Expected maximum over the devices. Those of similar mean count as alike: the largest means one by
 * one, the others in classes that grow by a half, each with those that hardly differ. */
static double most_of(struct placed_most *s, double tokens, enum counted what, double spread)
{
    enum { SINGLE = 4 };
    const double near = 0.2; /* standard deviations */
    const struct device_load *load = s->load;
    struct alike kind[ALIKE_MOST];
    size_t n = 0, at = 0, devices = s->placed.devices;
    bool few = counts_matter(load[0].mean, load[0].room);

    while (at < devices) {
        struct alike *k = &kind[n++];
        double like = load[at].mean - near * sqrt(load[at].variance);
        like = few ? fmax(like, 0.9 * load[at].mean) : like;
        size_t size = at < SINGLE ? 1 : at / 2, from = at;
        while (at < devices && (at - from < size || n == ALIKE_MOST || load[at].mean >= like))
            at++;
        join(k, load + from, at - from);
        if (few)
            add_counts(k, s, load + from, at - from, tokens, what);
    }
    return expected_most(kind, n, spread);
}

/* ---- the loads of the devices ---- */

static bool goes_before(const struct device_load *a, const struct device_load *b)
{
    return a->mean != b->mean ? a->mean > b->mean : a->device < b->device;
}

/* By mean, the first device first of equals. From one number of tokens to the next the order
 * changes little (Shell's sort). */
static void sort_loads(struct device_load *load, size_t n)
{
    size_t sorted = 1;
    while (sorted < n && goes_before(&load[sorted - 1], &load[sorted]))
        sorted++;
    if (sorted >= n)
        return;
    for (size_t gap = n > 40 ? 13 : 1; gap > 0; gap /= 3)
        for (size_t i = gap; i < n; i++) {
            struct device_load own = load[i];
            size_t at = i;
            for (; at >= gap && goes_before(&own, &load[at - gap]); at -= gap)
                load[at] = load[at - gap];
            load[at] = own;
        }
}

static void find_active(struct placed_most *s)
{
    const struct placed_experts *p = &s->placed;
    for (size_t i = 0; i < p->devices; i++) {
        struct device_load *own = &s->load[i];
        size_t last = p->first[own->device + 1], first = p->first[own->device];
        own->mean = own->variance = 0;
        own->room = (double)(last - first);
        for (size_t j = first; j < last; j++) {
            double active = p->copy[j].active;
            own->mean += active;
            own->variance += active * (1 - active) + p->copy[j].excess;
        }
    }
    sort_loads(s->load, p->devices);
}

static void find_tokens(struct placed_most *s, double tokens)
{
    const struct placed_experts *p = &s->placed;
    for (size_t i = 0; i < p->devices; i++) {
        struct device_load *own = &s->load[i];
        own->mean = tokens * own->share;
        own->variance = tokens * own->own;
        own->room =
            tokens * fmin((double)(p->first[own->device + 1] - p->first[own->device]), s->top_k);
    }
    sort_loads(s->load, p->devices);
}

/* A single token uses an expert with several copies as if it had only one of them: the mean over
 * all ways to choose it, if they are not too many. */
static double most_of_one(const struct placed_most *s, size_t ways)
{
    struct placed_most chosen = *s;
    double sum = 0;
    chosen.one = 0;
    for (size_t way = 0; way < ways; way++) {
        placement_choose(&chosen.placed, &s->placed, way);
        sum += placed_active(&chosen, 1);
        placement_free(&chosen.placed);
    }
    return sum / (double)ways;
}

double placed_active(struct placed_most *s, double tokens)
{
    if (tokens == 1 && s->one > 0)
        return s->one;
    double spread = placed_set_active(&s->placed, tokens);
    find_active(s);
    return most_of(s, tokens, ACTIVE, spread);
}

/* A single token uses different experts, so its uses are its active experts. */
double placed_load(struct placed_most *s, double tokens)
{
    if (tokens <= 1)
        return placed_active(s, tokens);
    bool each = tokens <= EACH_TOKEN && s->top_k > 1;
    if (each)
        placed_set_active(&s->placed, 1);
    find_tokens(s, tokens);
    return most_of(s, tokens, each ? EACH : TOKENS, 0);
}

size_t placed_busiest(const struct placed_most *s, double *share)
{
    size_t most = 0;
    for (size_t i = 1; i < s->placed.devices; i++)
        if (s->load[i].share > s->load[most].share)
            most = i;
    *share = s->load[most].share;
    return s->load[most].device;
}

void placed_most_make(struct placed_most *out, const struct routing_of *of, const double *pi)
{
    struct placed_experts *p = &out->placed;
    size_t held = 0;
    placement_make(p, of, pi);
    out->top_k = of->top_k;
    out->load = mem_alloc(p->devices, sizeof *out->load);
    for (size_t d = 0; d < p->devices; d++) {
        size_t own = p->first[d + 1] - p->first[d];
        out->load[d].device = d;
        held = own > held ? own : held;
        for (size_t i = p->first[d]; i < p->first[d + 1]; i++) {
            out->load[d].share += p->copy[i].share;
            out->load[d].own += p->copy[i].variance;
        }
    }
    out->slot = mem_alloc(held, sizeof *out->slot);
    out->one = 0;
    size_t ways = p->copies > (size_t)of->experts ? placement_ways(p, WAYS_MOST) : 0;
    if (ways > 1)
        out->one = most_of_one(out, ways);
}

void placed_most_free(struct placed_most *s)
{
    placement_free(&s->placed);
    free(s->load), free(s->slot);
}
