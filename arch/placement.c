/* Which experts a token uses, and which devices hold them. Idea: drawing k different experts one
 * after another is equivalent to exponential clocks (Efraimidis and Spirakis 2006), which gives
 * each expert's probability in closed form. Invariants: probabilities sum to top_k; the result
 * depends on the arguments only, random placements included (fixed seeds). */
#include "arch/placement.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/random.h"

enum { PERMUTATIONS = 64 }; /* random placements drawn */

void routing_popularity(double *pi, size_t experts, double top_k, double skew)
{
    double *weight = mem_alloc(experts, sizeof *weight), all = 0;
    for (size_t i = 0; i < experts; i++) {
        all += weight[i] = pow((double)(i + 1), -skew);
        pi[i] = 0;
    }
    for (double drawn = 0; drawn < top_k; drawn++) {
        double gone = 0, sum = 0, more = fmin(1, top_k - drawn);
        for (size_t i = 0; i < experts; i++)
            gone += weight[i] * pi[i];
        for (size_t i = 0; i < experts; i++) {
            double others = drawn > 0 ? (gone - weight[i] * pi[i]) * drawn / (drawn - pi[i]) : 0;
            double left = fmax(weight[i], all - others);
            sum += pi[i] = fmin(1, pi[i] + more * (1 - pi[i]) * weight[i] / left);
        }
        for (size_t i = 0; i < experts; i++)
            pi[i] = fmin(1, pi[i] * (drawn + more) / sum);
    }
    free(weight);
}

static int by_share(const void *a, const void *b)
{
    double x = ((const struct copy *)a)->share, y = ((const struct copy *)b)->share;
    return (x < y) - (x > y);
}

static int by_device(const void *a, const void *b)
{
    const struct copy *x = a, *y = b;
    if (x->device != y->device)
        return x->device < y->device ? -1 : 1;
    return by_share(a, b);
}

/* Places the copies in random order, in equal parts; `seed` numbers the placement. */
static void shuffle_copies(struct copy *copy, size_t n, size_t devices, uint64_t seed)
{
    size_t *slot = mem_alloc(n, sizeof *slot);
    for (size_t i = 0; i < n; i++)
        slot[i] = i;
    for (size_t i = n; i > 1; i--) {
        size_t j = (size_t)(random_splitmix(&seed) % i), swap = slot[i - 1];
        slot[i - 1] = slot[j];
        slot[j] = swap;
    }
    for (size_t i = 0; i < n; i++)
        copy[i].device = slot[i] * devices / n;
    free(slot);
}

/* Largest expected load of a device, and largest expected number of active experts at a few tokens
 * and at one use per expert. */
enum { FEATURES = 3 };
struct features {
    double most[FEATURES];
};

static struct features features_of(const struct copy *copy, size_t n, size_t devices,
                                   const double *used)
{
    struct features f = {{0}};
    double *load = mem_alloc(devices * FEATURES, sizeof *load);
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < FEATURES; k++)
            f.most[k] =
                fmax(f.most[k], load[copy[i].device * FEATURES + k] += used[i * FEATURES + k]);
    free(load);
    return f;
}

/* Of PERMUTATIONS random placements, the one whose features are nearest to their means. */
static void place_randomly(struct copy *copy, size_t n, size_t devices, double top_k)
{
    double *used = mem_alloc(n * FEATURES, sizeof *used), least = INFINITY;
    double tokens[FEATURES] = {1, 4, fmax(8, (double)n / top_k)};
    struct features of[PERMUTATIONS], mean = {{0}};
    size_t best = 0;
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < FEATURES; k++)
            used[i * FEATURES + k] = -expm1(tokens[k] * log1p(-copy[i].share));
    for (size_t j = 0; j < PERMUTATIONS; j++) {
        shuffle_copies(copy, n, devices, j);
        of[j] = features_of(copy, n, devices, used);
        for (size_t k = 0; k < FEATURES; k++)
            mean.most[k] += of[j].most[k] / PERMUTATIONS;
    }
    for (size_t j = 0; j < PERMUTATIONS; j++) {
        double off = 0;
        for (size_t k = 0; k < FEATURES; k++)
            off = fmax(off, fabs(of[j].most[k] / mean.most[k] - 1));
        if (off < least * (1 - 1e-9)) {
            least = off;
            best = j;
        }
    }
    shuffle_copies(copy, n, devices, best);
    free(used);
}

/* Each additional copy goes to the expert with the highest load per copy; then, heaviest first,
 * each copy to the least loaded device with room, the first of nearly equals (as in DeepSeek's
 * EPLB). */
static void place_copies(struct copy *copy, size_t experts, size_t n, size_t devices)
{
    double *whole = mem_alloc(experts, sizeof *whole), *load = mem_alloc(devices, sizeof *load);
    size_t *copies = mem_alloc(experts, sizeof *copies), *room = mem_alloc(devices, sizeof *room);

    for (size_t e = 0; e < experts; e++) {
        whole[e] = copy[e].share;
        copies[e] = 1;
    }
    for (size_t extra = experts; extra < n; extra++) {
        size_t most = 0;
        for (size_t e = 1; e < experts; e++)
            if (whole[e] / (double)copies[e] > whole[most] / (double)copies[most])
                most = e;
        copies[most]++;
    }
    size_t at = 0;
    for (size_t e = 0; e < experts; e++)
        for (size_t k = 0; k < copies[e]; k++)
            copy[at++] = (struct copy){.share = whole[e] / (double)copies[e], .expert = e};
    qsort(copy, n, sizeof *copy, by_share);
    for (size_t d = 0; d < devices; d++)
        room[d] = (d + 1) * n / devices - d * n / devices;
    for (size_t i = 0; i < n; i++) {
        size_t least = devices;
        for (size_t d = 0; d < devices; d++)
            if (room[d] > 0 && (least == devices || load[d] < load[least] * (1 - 1e-4)))
                least = d;
        copy[i].device = least;
        load[least] += copy[i].share;
        room[least]--;
    }
    free(whole), free(load), free(copies), free(room);
}

/* Variance per token of the uses of an expert before the total is given, from that after: c = pi (1
 * - pi) = b (1 - b / sum b), as in conditional Poisson sampling (Hajek 1964). */
static void set_variances(struct copy *copy, size_t n, double experts)
{
    double sum = 0, least = 0;
    for (size_t i = 0; i < n; i++) {
        double c = copy[i].share * (1 - copy[i].share);
        sum += c;
        least = fmax(least, 4 * c);
    }
    sum = fmax(least, sum * (experts > 1 ? experts / (experts - 1) : 1));
    for (int turn = 0; turn < 40 && sum > 0; turn++) {
        double next = 0;
        for (size_t i = 0; i < n; i++) {
            double c = copy[i].share * (1 - copy[i].share);
            copy[i].variance = (sum - sqrt(fmax(0, sum * sum - 4 * sum * c))) / 2;
            next += copy[i].variance;
        }
        bool done = fabs(next - sum) < 1e-9 * sum;
        sum = fmax(least, (sum + next) / 2);
        if (done)
            break;
    }
}

void placement_make(struct placed_experts *out, const struct routing_of *of)
{
    size_t e = (size_t)of->experts, d = (size_t)of->devices, n = e;
    if (of->placement == PLACE_REPLICATED)
        n += of->copies > 0 ? (size_t)of->copies : d;
    double *pi = mem_alloc(e, sizeof *pi);
    struct copy *copy = mem_alloc(n, sizeof *copy);
    size_t *first = mem_alloc(d + 1, sizeof *first);

    routing_popularity(pi, e, of->top_k, of->skew);
    for (size_t i = 0; i < e; i++)
        copy[i] = (struct copy){.share = pi[i],
                                .expert = i,
                                .device = of->placement == PLACE_CONTIGUOUS ? i * d / e : i % d};
    if (of->placement == PLACE_RANDOM && of->skew > 0)
        place_randomly(copy, e, d, of->top_k);
    if (of->placement == PLACE_REPLICATED)
        place_copies(copy, e, n, d);
    set_variances(copy, n, of->experts);
    qsort(copy, n, sizeof *copy, by_device);
    for (size_t i = 0; i < n; i++)
        first[copy[i].device + 1] = i + 1;
    for (size_t i = 1; i <= d; i++)
        first[i] = first[i] > 0 ? first[i] : first[i - 1];
    *out = (struct placed_experts){.devices = d, .copies = n, .copy = copy, .first = first};
    free(pi);
}

void placement_free(struct placed_experts *p)
{
    free(p->copy), free(p->first);
}
