/* The slowest of devices with randomly placed experts. Idea: experts that are active are a random
 * part of all, so that the active ones per device are binomial with a given total. Tokens: all
 * patterns in which the hottest experts share devices have their probability; the other experts of
 * a device are a random sample, with the mean, variance and skewness of their popularity.
 * Invariant: at equal popularity the result is that of any placement. */
#include "arch/random_most.h"

#include <math.h>

#include "arch/expected_most.h"
#include "arch/placed_most.h"

/* ---- the hottest experts ---- */

static void add_cold(struct cold_experts *c, const struct copy *copy, size_t n)
{
    c->experts = (double)n;
    for (size_t i = 0; i < n; i++) {
        c->share += copy[i].share / c->experts;
        c->variance += copy[i].variance / c->experts;
    }
    for (size_t i = 0; i < n; i++) {
        double more = copy[i].share - c->share;
        c->spread += more * more / fmax(1, c->experts - 1);
        c->third += more * more * more / c->experts;
    }
}

/* Experts after the hottest, by popularity: those of a class differ little. */
static void add_classes(struct random_most *r, const struct copy *copy, size_t n)
{
    for (size_t at = r->hot, next; at < n; at = next) {
        struct expert_class *c = &r->class[r->classes++];
        *c = (struct expert_class){.first = at};
        for (next = at;
             next < n && (copy[next].share >= 0.8 * copy[at].share || r->classes == CLASSES_MOST);
             next++) {
            c->mean.share += copy[next].share;
            c->mean.variance += copy[next].variance;
        }
        c->last = next;
        c->mean.share /= (double)(next - at);
        c->mean.variance /= (double)(next - at);
    }
}

/* Probability that the next expert goes on a device like that of `block`. */
static void place_hot(struct random_most *r, struct hot_pattern *p, size_t at)
{
    if (at == r->hot) {
        r->pattern[r->patterns++] = *p;
        return;
    }
    double left = r->experts - (double)at, whole = p->probability;
    for (size_t b = 0; b <= p->blocks; b++)
        for (unsigned large = 0; large < 2; large++) {
            bool opens = b == p->blocks;
            if (!opens && large != p->is_large[b])
                continue;
            double used = 0, room = r->held + large;
            for (size_t i = 0; i < at && !opens; i++)
                used += p->members[b] >> i & 1;
            double same = large ? (double)p->large : (double)(p->blocks - p->large);
            double ways =
                opens ? room * ((large ? r->large : r->devices - r->large) - same) : room - used;
            if (ways < 0.5)
                continue;
            struct hot_pattern next = *p;
            next.probability = whole * ways / left;
            if (opens) {
                next.members[b] = 0;
                next.is_large[b] = (unsigned char)large;
                next.blocks++;
                next.large += large;
            }
            next.members[b] |= (unsigned char)(1u << at);
            place_hot(r, &next, at + 1);
        }
}

void random_most_make(struct random_most *out, const struct routing_of *of, const double *pi)
{
    struct routing_of one = *of;
    struct hot_pattern none = {.probability = 1};
    *out = (struct random_most){.experts = of->experts, .devices = of->devices, .top_k = of->top_k};
    one.devices = 1;
    one.placement = PLACE_CONTIGUOUS;
    placement_make(&out->all, &one, pi);
    size_t n = out->all.copies;
    const struct copy *copy = out->all.copy;
    out->held = floor(out->experts / out->devices);
    out->large = out->experts - out->held * out->devices;
    if (copy[0].share > copy[n - 1].share)
        out->hot = n < HOT_MOST ? n : HOT_MOST;
    for (size_t i = 0; i < HOT_MOST && i < n; i++)
        out->expert[i] = (struct expert_uses){copy[i].share, copy[i].variance};
    add_cold(&out->cold, copy + out->hot, n - out->hot);
    add_classes(out, copy, n);
    place_hot(out, &none, 0);
}

void random_most_free(struct random_most *r)
{
    placement_free(&r->all);
}

/* ---- active experts ---- */

double random_active(struct random_most *r, double tokens)
{
    double spread = placed_set_active(&r->all, tokens), active = 0;
    struct alike kind[2] = {{.devices = r->large, .room = r->held + 1},
                            {.devices = r->devices - r->large, .room = r->held}};
    size_t first = r->large <= 0, n = r->held > 0 ? 2 : 1;
    for (size_t i = 0; i < r->all.copies; i++)
        active += r->all.copy[i].active / r->experts;
    for (size_t k = 0; k < 2; k++) {
        kind[k].mean = kind[k].room * active;
        kind[k].variance = kind[k].mean * (1 - active);
        kind[k].counts = (struct counts){.n = 0};
    }
    if (counts_matter(kind[first].mean, kind[first].room))
        for (size_t k = 0; k < 2; k++) {
            kind[k].counts = (struct counts){1, {1}};
            counts_add(&kind[k].counts, kind[k].room, active);
        }
    return expected_most(kind + first, n - first, spread);
}

/* ---- many tokens ---- */

/* Tokens of a device with some of the hottest experts and others. */
struct load_law {
    double mean, deviation, skewness;
};

/* On a device with one expert more than others or not, and with each set of the hottest. */
struct load_laws {
    struct load_law of[2][1 << HOT_MOST];
};

static struct load_law law_of(const struct random_most *r, unsigned members, double held,
                              double tokens, bool chance)
{
    double mean = 0, variance = 0, others = held;
    for (size_t i = 0; i < r->hot; i++)
        if (members >> i & 1) {
            mean += tokens * r->expert[i].share;
            variance += tokens * r->expert[i].variance;
            others--;
        }
    others = fmax(0, others);
    mean += others * tokens * r->cold.share;
    variance += others * tokens * r->cold.variance;
    double placed = others * tokens * tokens * r->cold.spread;
    double third = others * tokens * tokens * tokens * r->cold.third;
    if (chance)
        third += variance * (2 * variance / mean - 1) + 3 * placed;
    else
        variance = 0;
    variance += placed;
    double deviation = sqrt(variance);
    return (struct load_law){mean, deviation, variance > 0 ? third / (variance * deviation) : 0};
}

static double below(const struct load_law *l, double x)
{
    double z = l->deviation > 0 ? (x - l->mean) / l->deviation : x >= l->mean ? 9 : -9;
    return z > 6 ? 1 : z < -5 ? 0 : normal_below(z, l->skewness);
}

/* Powers p^(n - i), i = 0 ... HOT_MOST, of what is at least not negative. */
static void fill_powers(double *of, double p, double n)
{
    for (size_t i = 0; i <= HOT_MOST; i++)
        of[i] = n - (double)i <= 0 ? 1 : p >= 1 ? 1 : pow(p, n - (double)i);
}

static double all_below(const struct random_most *r, const struct load_laws *law, double x)
{
    double at[2][1 << HOT_MOST], rest[2][HOT_MOST + 1], sum = 0;
    for (size_t large = 0; large < 2; large++)
        for (size_t m = 0; m < (size_t)1 << r->hot; m++)
            at[large][m] = large > 0 && r->large < 1 ? 1 : below(&law->of[large][m], x);
    fill_powers(rest[0], at[0][0], r->devices - r->large);
    fill_powers(rest[1], at[1][0], r->large);
    for (size_t i = 0; i < r->patterns; i++) {
        const struct hot_pattern *p = &r->pattern[i];
        double one = p->probability * rest[0][p->blocks - p->large] * rest[1][p->large];
        for (size_t b = 0; b < p->blocks; b++)
            one *= at[p->is_large[b]][p->members[b]];
        sum += one;
    }
    return sum;
}

static double most_of_many(const struct random_most *r, double tokens, bool chance)
{
    struct load_laws law = {0};
    size_t all = (size_t)1 << r->hot, top = r->large > 0;
    for (size_t large = 0; large <= top; large++)
        for (size_t m = 0; m < all; m++)
            law.of[large][m] = law_of(r, (unsigned)m, r->held + (double)large, tokens, chance);
    const struct load_law *least = &law.of[r->hot > 0 ? 0 : top][all > 1],
                          *most = &law.of[top][all - 1];
    double low = least->mean - 4 * least->deviation, high = most->mean + 6 * most->deviation;
    if (top > 0) /* one of the large devices, at least */
        low = fmax(low, law.of[1][0].mean - 4 * law.of[1][0].deviation);
    double steps = rint(fmax(16, fmin(64, (high - low) / least->deviation)));
    double width = (high - low) / steps, found = low;
    for (double i = 0; i < steps && width > 0; i++)
        found += width * (1 - all_below(r, &law, low + (i + 0.5) * width));
    return found;
}

double random_imbalance(const struct random_most *r)
{
    return most_of_many(r, 1, false);
}

/* ---- few tokens ---- */

/* Tokens, and how the uses of an expert by them are drawn: each of the first has a total of its
 * own. */
struct few {
    double tokens;
    bool each;
};

static void add_uses(struct counts *out, const struct few *few, const struct expert_uses *e,
                     double alone)
{
    struct draws d = few->each ? (struct draws){few->tokens, alone}
                               : draws_of(few->tokens, e->share, e->variance);
    counts_add(out, d.size, d.used);
}

/* Uses of any one of the colder experts. */
static struct counts cold_uses(const struct random_most *r, const struct few *few)
{
    struct counts any = {0};
    double seen = 0;
    for (size_t i = 0; i < r->classes; i++) {
        const struct expert_class *c = &r->class[i];
        double alone = 0, n = (double)(c->last - c->first);
        struct counts one = {1, {1}};
        for (size_t k = c->first; k < c->last && few->each; k++)
            alone += r->all.copy[k].alone / n;
        add_uses(&one, few, &c->mean, alone);
        seen += n;
        counts_mix(&any, &one, n / seen);
    }
    return any;
}

static struct counts power_of(struct counts base, size_t n)
{
    struct counts out = {1, {1}};
    for (; n > 0; n /= 2) {
        if (n % 2 > 0)
            counts_join(&out, &base);
        if (n > 1)
            counts_join(&base, &base);
    }
    return out;
}

/* Fills `slots` places of a device: by how many of the hottest experts but the first are there,
 * and with others. */
static void fill_places(struct counts *out, const struct random_most *r, const struct few *few,
                        const struct counts *cold, size_t slots)
{
    struct counts by[HOT_MOST] = {*out};
    double part[HOT_MOST] = {1}, others = r->experts - (r->hot > 0), seen = 0;
    size_t most = r->hot > 0 ? r->hot - 1 : 0;
    for (size_t i = 0; i < most; i++)
        for (size_t there = i + 1; there-- > 0;) {
            double free = slots > there ? (double)(slots - there) : 0;
            double moves = part[there] * free / (others - (double)i);
            if (moves <= 0)
                continue;
            struct counts with = by[there];
            add_uses(&with, few, &r->expert[i + 1], r->all.copy[i + 1].alone);
            part[there] -= moves;
            part[there + 1] += moves;
            counts_mix(&by[there + 1], &with, moves / part[there + 1]);
        }
    most = most < slots ? most : slots;
    struct counts rest = power_of(*cold, slots - most);
    *out = (struct counts){0};
    for (size_t there = most + 1; there-- > 0;) {
        if (part[there] > 0) {
            counts_join(&by[there], &rest);
            seen += part[there];
            counts_mix(out, &by[there], part[there] / seen);
        }
        counts_join(&rest, cold);
    }
}

/* Sums over the experts of a device of the probability that one token uses them: a token takes
 * part of the total with them. */
static double per_draw(const struct random_most *r, double tokens, double held, bool hottest)
{
    double once = 0, twice = 0, first = r->all.copy[0].alone, slots = held - hottest;
    for (size_t i = r->hot > 0; i < r->all.copies; i++) {
        once += r->all.copy[i].alone;
        twice += r->all.copy[i].alone * r->all.copy[i].alone;
    }
    double others = r->experts - (r->hot > 0), mean = once / others, square = twice / others;
    double both = slots * (slots - 1) * mean * mean + slots * square;
    both += hottest ? first * (first + 2 * slots * mean) : 0;
    double each = slots * square + (hottest ? first * first : 0);
    return both > 0 ? each / (tokens * both) : 0;
}

/* Devices with `held` experts, one of them the hottest if `hottest`. */
static struct alike few_on(const struct random_most *r, const struct few *few,
                           const struct counts *cold, double devices, double held, bool hottest)
{
    struct alike a = {.devices = devices, .counts = {1, {1}}};
    if (hottest)
        add_uses(&a.counts, few, &r->expert[0], r->all.copy[0].alone);
    fill_places(&a.counts, r, few, cold, (size_t)(held - hottest));
    for (size_t i = 1; i < a.counts.n; i++)
        a.mean += (double)i * a.counts.of[i];
    a.room = few->tokens * fmin(held, r->top_k);
    if (few->each) {
        a.totals = few->tokens - 1;
        a.per_draw = per_draw(r, few->tokens, held, hottest);
    }
    return a;
}

static double most_of_few(struct random_most *r, double tokens)
{
    const struct few few = {tokens, tokens <= EACH_TOKEN && r->top_k > 1};
    double found = 0;
    if (few.each)
        placed_set_active(&r->all, 1);
    const struct counts cold = cold_uses(r, &few);
    for (unsigned large = 0; large < 2; large++) {
        double held = r->held + large, same = large ? r->large : r->devices - r->large;
        double devices[2] = {r->devices - r->large, r->large};
        struct alike kind[3];
        size_t n = 0;
        if (same < 1)
            continue;
        if (r->hot > 0) {
            kind[n++] = few_on(r, &few, &cold, 1, held, true);
            devices[large]--;
        } else if (large != (r->large > 0)) {
            continue;
        }
        for (unsigned i = 0; i < 2; i++)
            if (devices[i] > 0)
                kind[n++] = few_on(r, &few, &cold, devices[i], r->held + i, false);
        double part = r->hot > 0 ? same * held / r->experts : 1;
        found += part * expected_most(kind, n, 0);
    }
    return found;
}

double random_load(struct random_most *r, double tokens)
{
    if (tokens <= 1)
        return random_active(r, tokens);
    double most = tokens * (r->expert[0].share + r->held * r->cold.share);
    return counts_matter(most, INFINITY) ? most_of_few(r, tokens) : most_of_many(r, tokens, true);
}
