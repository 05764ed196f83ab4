/* Load of the experts' devices. Idea: drawing k different experts one after another is equivalent
 * to exponential clocks (Efraimidis and Spirakis 2006), which gives each expert's probability in
 * closed form; the random part of the busiest device's load is a normal maximum (Blom, Statistical
 * Estimates and Transformed Beta-Variables, 1958). Invariants: probabilities sum to top_k; the
 * result depends on the arguments only, random placements included (fixed seeds). */
#include "arch/routing.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/lanes.h"
#include "base/mem.h"
#include "base/random.h"

enum { PERMUTATIONS = 32 }; /* random placements drawn */

void routing_popularity(double *pi, size_t experts, double top_k, double skew)
{
    double *weight = mem_alloc(experts, sizeof *weight), sum = 0;

    for (size_t i = 0; i < experts; i++)
        sum += weight[i] = pow((double)(i + 1), -skew);
    /* The sum of pi is concave in lambda and starts below top_k, so Newton's method approaches from
     * below. */
    double lambda = top_k / sum;
    for (int step = 0; step < 100; step++) {
        double used = 0, slope = 0;
        for (size_t i = 0; i < experts; i++) {
            used += pi[i] = -expm1(-lambda * weight[i]);
            slope += weight[i] * (1 - pi[i]);
        }
        if (top_k - used <= 1e-12 * top_k || slope <= 0)
            break;
        lambda += (top_k - used) / slope;
    }
    free(weight);
}

/* Inverse of the normal distribution function (Acklam's rational approximation, 1e-9). */
static double normal_quantile(double p)
{
    static const double a[] = {-3.969683028665376e+01, 2.209460984245205e+02,
                               -2.759285104469687e+02, 1.383577518672690e+02,
                               -3.066479806614716e+01, 2.506628277459239e+00};
    static const double b[] = {-5.447609879822406e+01, 1.615858368580409e+02,
                               -1.556989798598866e+02, 6.680131188771972e+01,
                               -1.328068155288572e+01};
    static const double c[] = {-7.784894002430293e-03, -3.223964580411365e-01,
                               -2.400758277161838e+00, -2.549732539343734e+00,
                               4.374664141464968e+00,  2.938163982698783e+00};
    static const double d[] = {7.784695709041462e-03, 3.224671290700398e-01, 2.445134137142996e+00,
                               3.754408661907416e+00};
    if (p > 1 - 0.02425) {
        double q = sqrt(-2 * log(1 - p));
        return -(((((c[0] * q + c[1]) * q + c[2]) * q + c[3]) * q + c[4]) * q + c[5]) /
               ((((d[0] * q + d[1]) * q + d[2]) * q + d[3]) * q + 1);
    }
    double q = p - 0.5, r = q * q;
    return (((((a[0] * r + a[1]) * r + a[2]) * r + a[3]) * r + a[4]) * r + a[5]) * q /
           (((((b[0] * r + b[1]) * r + b[2]) * r + b[3]) * r + b[4]) * r + 1);
}

double routing_normal_maximum(double n)
{
    return n > 1 ? normal_quantile((n - 0.375) / (n + 0.25)) : 0;
}

/* One copy of an expert. */
struct copy {
    double share;
    size_t device;
};

struct device_load {
    double load, variance; /* experts used per token */
    size_t device;
};

static int by_share(const void *a, const void *b)
{
    double x = ((const struct copy *)a)->share, y = ((const struct copy *)b)->share;
    return (x < y) - (x > y);
}

static int by_load(const void *a, const void *b)
{
    const struct device_load *x = a, *y = b;
    if (x->load != y->load)
        return x->load < y->load ? 1 : -1;
    return (x->device > y->device) - (x->device < y->device);
}

static void sum_loads(struct device_load *held, size_t devices, const struct copy *copy, size_t n)
{
    for (size_t d = 0; d < devices; d++)
        held[d] = (struct device_load){.device = d};
    for (size_t i = 0; i < n; i++) {
        held[copy[i].device].load += copy[i].share;
        held[copy[i].device].variance += copy[i].share * (1 - copy[i].share);
    }
    qsort(held, devices, sizeof *held, by_load);
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

/* Of PERMUTATIONS random placements, the one whose largest load is nearest to the mean of these. */
static void place_randomly(struct copy *copy, size_t n, size_t devices, struct device_load *held)
{
    double most[PERMUTATIONS], mean = 0;
    size_t best = 0;
    for (size_t k = 0; k < PERMUTATIONS; k++) {
        shuffle_copies(copy, n, devices, k);
        sum_loads(held, devices, copy, n);
        mean += (most[k] = held[0].load) / PERMUTATIONS;
    }
    for (size_t k = 1; k < PERMUTATIONS; k++)
        if (fabs(most[k] - mean) < fabs(most[best] - mean))
            best = k;
    shuffle_copies(copy, n, devices, best);
}

/* Each additional copy goes to the expert with the highest load per copy; then, heaviest first,
 * each copy to the least loaded device with room (as in DeepSeek's EPLB). */
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
            copy[at++].share = whole[e] / (double)copies[e];
    qsort(copy, n, sizeof *copy, by_share);
    for (size_t d = 0; d < devices; d++)
        room[d] = (d + 1) * n / devices - d * n / devices;
    for (size_t i = 0; i < n; i++) {
        size_t least = devices;
        for (size_t d = 0; d < devices; d++)
            if (room[d] > 0 && (least == devices || load[d] < load[least]))
                least = d;
        copy[i].device = least;
        load[least] += copy[i].share;
        room[least]--;
    }
    free(whole), free(load), free(copies), free(room);
}

/* Groups the experts of one device: the hottest one by one, the others in groups of growing
 * size. */
static void make_groups(struct routing *out, const struct copy *copy, size_t n, size_t device)
{
    struct copy *own = mem_alloc(n, sizeof *own);
    size_t m = 0, at = 0;

    for (size_t i = 0; i < n; i++)
        if (copy[i].device == device)
            own[m++] = copy[i];
    qsort(own, m, sizeof *own, by_share);
    out->groups = 0;
    while (at < m) {
        size_t left = ROUTING_GROUPS - out->groups, size = (m - at) >> (left - 1);
        size = left == 1 ? m - at : size < 1 ? 1 : size;
        struct expert_group *g = &out->group[out->groups++];
        *g = (struct expert_group){.experts = (double)size};
        for (size_t i = at; i < at + size; i++)
            g->share += own[i].share / (double)size;
        at += size;
    }
    free(own);
}

static void make_leaders(struct routing *out, const struct device_load *held, size_t devices,
                         double top_k)
{
    double load = 0, variance = 0, mean = top_k / (double)devices;
    size_t next = 1;

    out->leaders = 0;
    for (size_t j = 1; j <= devices; j++) {
        load += held[j - 1].load;
        variance += held[j - 1].variance;
        if ((j == next || j == devices) && out->leaders < ROUTING_LEADERS) {
            double n = (double)j;
            out->mean[out->leaders] = load / n / mean;
            out->chance[out->leaders++] = routing_normal_maximum(n) * sqrt(variance / n) / mean;
            next *= 2;
        }
    }
}

static void make_even(struct routing *out, double experts, double top_k, double devices)
{
    double pi = fmin(1, top_k / experts), held = experts / devices;
    *out = (struct routing){.groups = 1, .imbalance = 1, .even = true, .leaders = 1};
    out->group[0] = (struct expert_group){held, pi};
    out->mean[0] = 1;
    out->chance[0] = routing_normal_maximum(devices) * sqrt(held * pi * (1 - pi)) / (pi * held);
}

void routing_make(struct routing *out, double experts, double top_k, double skew,
                  enum placement placement, double devices, double copies)
{
    size_t e = (size_t)experts, d = (size_t)devices, n = e;

    if (skew <= 0 || d <= 1) {
        make_even(out, experts, top_k, devices);
        if (skew <= 0)
            return;
    }
    if (placement == PLACE_REPLICATED)
        n += copies > 0 ? (size_t)copies : d;
    double *pi = mem_alloc(e, sizeof *pi);
    struct copy *copy = mem_alloc(n, sizeof *copy);
    struct device_load *held = mem_alloc(d, sizeof *held);

    routing_popularity(pi, e, top_k, skew);
    for (size_t i = 0; i < e; i++)
        copy[i] = (struct copy){pi[i], placement == PLACE_CONTIGUOUS ? i * d / e : i % d};
    if (placement == PLACE_RANDOM)
        place_randomly(copy, e, d, held);
    if (placement == PLACE_REPLICATED)
        place_copies(copy, e, n, d);
    sum_loads(held, d, copy, n);
    *out = (struct routing){.imbalance = held[0].load * devices / top_k};
    make_groups(out, copy, n, held[0].device);
    make_leaders(out, held, d, top_k);
    free(pi), free(copy), free(held);
}

FOR_ALL_VECTORS
static void add_leader(double *restrict out, size_t n, double mean, double chance, double tokens,
                       const double *restrict load)
{
    for (size_t i = 0; i < n; i++) {
        double all = tokens * load[i], root = 1 / sqrt(all);
        out[i] = all > 0 ? larger(out[i], mean + chance * root) : out[i];
    }
}

void routing_busiest_lanes(double *out, size_t n, const struct routing *r, double tokens,
                           const double *load)
{
    lanes_set(out, n, r->imbalance);
    for (size_t i = 0; i < r->leaders && tokens > 0; i++)
        add_leader(out, n, r->mean[i], r->chance[i], tokens, load);
}

double routing_busiest(const struct routing *r, double tokens, bool chance)
{
    static const double one = 1;
    double most;
    routing_busiest_lanes(&most, 1, r, chance ? tokens : 0, &one);
    return most;
}
