/* An event simulator of continuous batching, against which arch/traffic.c is held. A step reads
 * prompts in the order of arrival, as many tokens as CHUNK_TOKENS allows, and decodes a token of
 * each other request in flight; requests that arrive in it wait for the next. With a prefill pool,
 * prompts queue for its servers, and decode when their cache has arrived and a slot is free. Step
 * times are those of the model; the context of each request counts. */
#ifndef TESTS_ARCH_TRAFFIC_SIMULATOR_H
#define TESTS_ARCH_TRAFFIC_SIMULATOR_H

#include <math.h>
#include <stdlib.h>

#include "arch/step.h"
#include "arch/traffic.h"
#include "base/mem.h"

/* One group with one replica. */
struct simulated {
    const struct service *service;
    const struct demand *demand;
    double read, cached, held; /* tokens: of a prompt, read and all; mean context in flight */
    double context_s;          /* of a step, per token of context in flight beyond the mean */
    size_t requests;           /* of which the first fifth is not counted */
    uint64_t seed;
};

struct outcome {
    size_t n;
    double *ttft_s, *tpot_s; /* NAN: of answers of one token */
};

static inline double uniform(uint64_t *seed)
{
    uint64_t z = (*seed += 0x9e3779b97f4a7c15u); /* splitmix64 */
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return ((double)((z ^ (z >> 31)) >> 11) + 0.5) / 9007199254740992.0;
}

static inline double normal(uint64_t *seed)
{
    double r = sqrt(-2 * log(uniform(seed)));
    return r * cos(2 * acos(-1) * uniform(seed));
}

static inline double lognormal(uint64_t *seed, double mean, double cv)
{
    double square = log1p(cv * cv);
    return mean * exp(sqrt(square) * normal(seed) - square / 2);
}

/* Of shape 1 / cv^2 (Marsaglia and Tsang 2000). */
static inline double gamma_time(uint64_t *seed, double mean, double cv)
{
    double shape = 1 / (cv * cv), d = fmax(shape, shape + 1) - 1 / 3.0, c = 1 / sqrt(9 * d);
    for (;;) {
        double x = normal(seed), v = pow(1 + c * x, 3);
        if (v > 0 && log(uniform(seed)) < x * x / 2 + d - d * v + d * log(v))
            return mean / shape * d * v * pow(uniform(seed), 1 / shape);
    }
}

struct in_flight {
    double arrived_s, ready_s, first_s;
    double unread, left, made, context; /* tokens */
    bool reads;                         /* its prompt, in this step */
};

static inline double at_requests(const struct service *s, const double *of, double requests)
{
    size_t i = 0;
    if (s->nodes == 1)
        return of[0];
    while (i + 2 < s->nodes && requests > s->requests[i + 1])
        i++;
    double x = (requests - s->requests[i]) / (s->requests[i + 1] - s->requests[i]);
    return of[i] + (of[i + 1] - of[i]) * fmin(1, fmax(0, x));
}

/* A prompt of a pool: in the order of arrival to the server that is free first. */
static inline void read_apart(struct in_flight *r, const struct simulated *q, double *server_s)
{
    const struct service *s = q->service;
    size_t first = 0, servers = (size_t)s->servers;
    for (size_t k = 1; k < servers; k++)
        first = server_s[k] < server_s[first] ? k : first;
    double from_s = fmax(r->arrived_s, server_s[first]), ratio = r->unread / q->read;
    server_s[first] = from_s + ratio * s->read_s;
    r->ready_s = from_s + ratio * (s->alone_s + s->transfer_s);
    r->unread = 0;
    r->left--;
    r->made = 1;
}

static inline int by_ready(const void *a, const void *b)
{
    double x = ((const struct in_flight *)a)->ready_s, y = ((const struct in_flight *)b)->ready_s;
    return (x > y) - (x < y);
}

/* All requests, in the order in which they may enter a batch. Caller frees. */
static inline struct in_flight *make_requests(const struct simulated *q)
{
    const struct service *s = q->service;
    const struct demand *d = q->demand;
    struct in_flight *out = mem_alloc(q->requests, sizeof *out);
    double *server_s = mem_alloc((size_t)s->servers + 1, sizeof *server_s), now_s = 0;
    uint64_t seed = q->seed;
    for (size_t i = 0; i < q->requests; i++) {
        struct in_flight *r = &out[i];
        now_s += gamma_time(&seed, 1 / d->requests_per_s, d->arrival_cv);
        r->arrived_s = r->ready_s = now_s;
        r->unread = fmax(1, lognormal(&seed, q->read, d->prompt_cv));
        r->context = q->cached + r->unread;
        r->left = fmax(1, floor(lognormal(&seed, d->output, d->output_cv) + 0.5));
        if (s->servers > 0)
            read_apart(r, q, server_s);
    }
    qsort(out, q->requests, sizeof *out, by_ready);
    free(server_s);
    return out;
}

/* The requests of a batch. */
struct batch {
    struct in_flight *of;
    size_t n;
};

/* One step: its time. */
static inline double take_step(struct batch *b, const struct simulated *q)
{
    const struct service *s = q->service;
    double budget = CHUNK_TOKENS, read = 0, context = 0, decoding = 0;
    for (size_t i = 0; i < b->n; i++) {
        struct in_flight *r = &b->of[i];
        double part = fmin(r->unread, budget);
        r->reads = r->unread > 0;
        r->unread -= part;
        budget -= part;
        read += part;
        decoding += !r->reads;
        context += r->reads ? 0 : r->context;
    }
    double ratio = read / q->read;
    if (decoding == 0)
        return ratio * s->alone_s;
    return at_requests(s, s->step_s, decoding) + q->context_s * (context - decoding * q->held) +
           ratio * at_requests(s, s->prompt_s, (double)b->n);
}

/* What a request has after a step; false at its end. */
static inline bool goes_on(struct in_flight *r, double now_s, double accepted)
{
    double made = fmin(r->left, r->reads ? 1 : accepted);
    if (r->unread > 0)
        return true;
    if (r->reads)
        r->first_s = now_s;
    r->left -= made;
    r->made += made;
    r->context += made;
    return r->left > 0;
}

/* Caller frees the arrays of `out`. */
static inline void simulate(struct outcome *out, const struct simulated *q)
{
    size_t slots = (size_t)q->service->slots, next = 0, ended = 0;
    struct in_flight *all = make_requests(q);
    struct batch b = {mem_alloc(slots, sizeof *b.of), 0};
    double now_s = 0;
    bool full = false; /* some request has waited for a slot */
    *out = (struct outcome){0, mem_alloc(q->requests, sizeof(double)),
                            mem_alloc(q->requests, sizeof(double))};
    while (ended < q->requests) {
        while (b.n < slots && next < q->requests && all[next].ready_s <= now_s) {
            b.of[b.n] = all[next++];
            b.of[b.n].first_s = full ? now_s : b.of[b.n].ready_s;
            b.n++;
        }
        full = next < q->requests && all[next].ready_s <= now_s;
        if (b.n == 0) {
            now_s = all[next].ready_s;
            continue;
        }
        now_s += take_step(&b, q);
        size_t left = 0;
        for (size_t i = 0; i < b.n; i++) {
            struct in_flight r = b.of[i];
            if (goes_on(&r, now_s, q->service->accepted)) {
                b.of[left++] = r;
            } else if (++ended > q->requests / 5) {
                out->ttft_s[out->n] = r.first_s - r.arrived_s;
                out->tpot_s[out->n++] = r.made > 1 ? (now_s - r.first_s) / (r.made - 1) : NAN;
            }
        }
        b.n = left;
    }
    free(all);
    free(b.of);
}

static inline void outcome_free(struct outcome *o)
{
    free(o->ttft_s);
    free(o->tpot_s);
}

static inline int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Of the values that are there, which this sorts. */
static inline struct spread spread_found(double *of, size_t n)
{
    double sum = 0;
    size_t there = 0;
    for (size_t i = 0; i < n; i++)
        if (!isnan(of[i]))
            sum += of[there++] = of[i];
    qsort(of, there, sizeof *of, by_value);
#define AT(share) of[(size_t)((share) * (double)(there - 1))]
    return (struct spread){sum / (double)there, AT(0.5), AT(0.9), AT(0.99)};
#undef AT
}

#endif
