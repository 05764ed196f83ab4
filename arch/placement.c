/* Which devices hold the experts. Invariant: the result depends on the arguments only. */
#include "arch/placement.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

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

/* Each additional copy goes to the expert with the highest load per copy; then, heaviest first,
 * each copy to the least loaded device with room, the first of nearly equals (as in DeepSeek's
 * EPLB). */
static void place_copies(struct copy *copy, size_t experts, size_t n, size_t devices)
{
    double *whole = mem_alloc(experts, sizeof *whole), *load = mem_alloc(devices, sizeof *load);
    double *variance = mem_alloc(experts, sizeof *variance);
    size_t *copies = mem_alloc(experts, sizeof *copies), *room = mem_alloc(devices, sizeof *room);

    for (size_t e = 0; e < experts; e++) {
        whole[e] = copy[e].share;
        variance[e] = copy[e].variance;
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
            copy[at++] = (struct copy){.share = whole[e] / (double)copies[e],
                                       .variance = variance[e],
                                       .expert = e,
                                       .twins = copies[e]};
    qsort(copy, n, sizeof *copy, by_share);
    for (size_t d = 0; d < devices; d++)
        room[d] = (d + 1) * n / devices - d * n / devices;
    for (size_t i = 0; i < n; i++) {
        size_t least = devices;
        for (size_t d = 0; d < devices && (least == devices || load[least] > 0); d++)
            if (room[d] > 0 && (least == devices || load[d] < load[least] * (1 - 1e-4)))
                least = d;
        copy[i].device = least;
        load[least] += copy[i].share;
        room[least]--;
    }
    free(whole), free(variance), free(load), free(copies), free(room);
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

/* A token uses one copy of an expert, so that copies exclude each other. Those on its device make
 * the variance of a copy's uses smaller. What a copy has with those on other devices, taken as
 * equal for all of them, makes it larger: with a given total the two are the same. The variance of
 * n uses spread evenly over all devices is thus that of Poisson variables, which a total makes
 * multinomial. */
static void set_twins(struct copy *own, size_t n, double devices)
{
    for (size_t i = 0; i < n; i++) {
        struct copy *c = &own[i];
        double twins = (double)c->twins, near = 0;
        if (c->twins <= 1)
            continue;
        for (size_t j = 0; j < n; j++)
            near += own[j].expert == c->expert;
        c->exclusion = (c->share - c->variance / twins) / twins;
        c->apart = near - (devices > 1 ? (twins - near) / (devices - 1) : 0);
        c->variance = c->share - c->exclusion * c->apart;
    }
}

void placement_make(struct placed_experts *out, const struct routing_of *of, const double *pi)
{
    size_t e = (size_t)of->experts, d = (size_t)of->devices, n = e;
    if (of->placement == PLACE_REPLICATED)
        n += of->copies > 0 ? (size_t)of->copies : d;
    struct copy *copy = mem_alloc(n, sizeof *copy);
    size_t *first = mem_alloc(d + 1, sizeof *first);

    for (size_t i = 0; i < e; i++)
        copy[i] = (struct copy){.share = pi[i],
                                .expert = i,
                                .twins = 1,
                                .device = of->placement == PLACE_CONTIGUOUS ? i * d / e : i % d};
    set_variances(copy, e, of->experts);
    if (of->placement == PLACE_REPLICATED || of->placement == PLACE_PACKED)
        place_copies(copy, e, n, d);
    for (size_t i = 0; i < n; i++)
        copy[i].log_idle = i > 0 && copy[i].share == copy[i - 1].share ? copy[i - 1].log_idle
                                                                       : log1p(-copy[i].share);
    qsort(copy, n, sizeof *copy, by_device);
    for (size_t i = 0; i < n; i++)
        first[copy[i].device + 1] = i + 1;
    for (size_t i = 1; i <= d; i++)
        first[i] = first[i] > 0 ? first[i] : first[i - 1];
    for (size_t i = 0; i < d && n > e; i++)
        set_twins(copy + first[i], first[i + 1] - first[i], of->devices);
    *out = (struct placed_experts){.devices = d, .copies = n, .copy = copy, .first = first};
}

/* The first copy of an expert stands for it. */
static bool is_first(const struct placed_experts *p, size_t at)
{
    for (size_t i = 0; i < at && p->copy[at].twins > 1; i++)
        if (p->copy[i].expert == p->copy[at].expert)
            return false;
    return true;
}

size_t placement_ways(const struct placed_experts *p, size_t most)
{
    size_t ways = 1;
    for (size_t i = 0; i < p->copies && ways <= most; i++)
        if (is_first(p, i))
            ways *= p->copy[i].twins;
    return ways <= most ? ways : 0;
}

/* Of an expert's copies only the chosen one, counted from 0, is used. */
static void choose(struct placed_experts *p, size_t expert, size_t chosen)
{
    for (size_t i = 0; i < p->copies; i++) {
        struct copy *c = &p->copy[i];
        if (c->expert != expert)
            continue;
        double twins = (double)c->twins, part = chosen-- == 0 ? twins : 0;
        c->variance = part * (c->share - c->exclusion * twins);
        c->share = fmin(1, part * c->share);
        c->log_idle = log1p(-c->share);
        c->twins = 1;
    }
}

void placement_choose(struct placed_experts *out, const struct placed_experts *p, size_t way)
{
    *out = *p;
    out->copy = mem_alloc(p->copies, sizeof *out->copy);
    out->first = mem_alloc(p->devices + 1, sizeof *out->first);
    memcpy(out->copy, p->copy, p->copies * sizeof *out->copy);
    memcpy(out->first, p->first, (p->devices + 1) * sizeof *out->first);
    for (size_t i = 0; i < p->copies; i++) {
        size_t twins = p->copy[i].twins;
        if (twins > 1 && is_first(p, i)) {
            choose(out, p->copy[i].expert, way % twins);
            way /= twins;
        }
    }
    qsort(out->copy, out->copies, sizeof *out->copy, by_device);
}

void placement_free(struct placed_experts *p)
{
    free(p->copy), free(p->first);
}
