/* Time of one kernel call from the roofline times of its costs: the formulas of calibrated timing,
 * inline so that loops over devices are vectorised.
 *
 * pn(p, a, b) is the p-norm, a partial overlap of compute and memory time: p = 1 is their sum, p =
 * infinity the roofline. GEMM       start + depth k / 1000 + pn(4, compute, memory) decode start +
 * 1 us sqrt(L / 1000) + min(memory / small, start + memory) decode MLA start + 1.5 us sqrt(L /
 * 1000) + 2 aside + pn(4, compute, memory) MoE        start + experts + aside + pn(2, compute,
 * memory) or, if less, start + tokens + pn(2, compute, memory) prefill    start + compute (with
 * pad_tokens additional keys) + memory / 0.8 all-reduce the smaller of: start + min((p-1) wire,
 * two_shot + 2 (p-1)/p wire) and start + hop (p-1) + w + 4 sqrt(w us), w = 2 (p-1)/p wire exchange
 * start + hop (p-1) + w + 5 sqrt(w us), w = (p-1)/p wire vector     start + max(compute, memory)
 * Invariant: a time never falls as a cost grows. */
#ifndef ARCH_KERNEL_TIME_H
#define ARCH_KERNEL_TIME_H

#include <math.h>

#include "arch/calibration.h"
#include "base/lanes.h"

/* Fitted once for all chips. */
static const double DECODE_CHAIN_S = 1e-6, MLA_CHAIN_S = 1.5e-6; /* times sqrt(L / 1000) */
static const double MLA_ASIDE = 0.5, PREFILL_MEMORY = 0.8;
static const double REDUCE_RAMP = 4, EXCHANGE_RAMP = 5; /* times sqrt(w us) */

/* Time, the part of it that grows with the requests (derivative times requests), and the part that
 * follows the compute time (derivative times that). */
struct kernel_work {
    double s, grows_s, clocked_s;
};

/* Matrix units wait for what feeds them: instructions, scales, softmax. That time is of the compute
 * unit, so a chip with smaller matrix units per compute unit (H20: a quarter of an H100's) reaches
 * a larger share of its peak, at most MATRIX_MOST. */
static const double MATRIX_MOST = 0.95; /* (assumed) */

/* 1 over the share of the peak reached, from that of the chips measured. */
static inline double per_share(double share, double per_unit)
{
    return 1 / MATRIX_MOST + (1 / share - 1 / MATRIX_MOST) * per_unit;
}

static inline double norm2(double a, double b)
{
    return sqrt(a * a + b * b);
}

/* pn(2, c, m); the part g of m grows with the requests, and so does c. */
static inline struct kernel_work norm2_work(double c, double m, double g)
{
    double s = norm2(c, m), each = 1 / larger(s, 1e-300);
    return (struct kernel_work){s, (c * c + m * g) * each, c * c * each};
}

static inline struct kernel_work norm4_work(double c, double m, double g)
{
    double a = c * c, b = m * m, square = norm2(a, b), s = sqrt(square);
    double each = 1 / larger(square * s, 1e-300);
    return (struct kernel_work){s, (a * a + b * m * g) * each, a * a * each};
}

static inline struct kernel_work gemm_work(const struct gemm_set *c, const struct call *x)
{
    double memory = 1 / c->memory;
    struct kernel_work w = norm4_work(x->compute_s * per_share(c->compute, x->per_unit),
                                      x->memory_s * memory, x->grows_s * memory);
    w.s += c->depth_s * x->depth / 1e3;
    return w;
}

static inline struct kernel_work moe_work(const struct moe_set *c, const struct call *x)
{
    double memory = 1 / c->memory, aside_s = x->aside_s * (1 / c->aside);
    struct kernel_work w = norm2_work(x->compute_s * per_share(c->compute, x->per_unit),
                                      x->memory_s * memory, x->grows_s * memory);
    return (struct kernel_work){c->expert_s * x->experts + w.s + aside_s, w.grows_s + aside_s,
                                w.clocked_s};
}

static inline struct kernel_work moe_few_work(const struct moe_few_set *c, const struct call *x)
{
    double memory = 1 / c->memory, tokens_s = x->tokens * c->token_s;
    struct kernel_work w = norm2_work(x->compute_s * per_share(c->compute, x->per_unit),
                                      x->memory_s * memory, x->grows_s * memory);
    return (struct kernel_work){w.s + tokens_s, w.grows_s + tokens_s, w.clocked_s};
}

/* The faster of both expert kernels, beyond the start-up time of the usual one. */
static inline struct kernel_work moe_faster_work(const struct calibration *c, int number,
                                                 const struct call *x)
{
    struct kernel_work many = moe_work(&c->moe[number], x);
    if (!x->few)
        return many;
    struct kernel_work few = moe_few_work(&c->moe_few, x);
    few.s += x->joined ? 0 : c->moe_few.start_s - c->moe[number].start_s;
    bool faster = few.s < many.s;
    return (struct kernel_work){faster ? few.s : many.s, faster ? few.grows_s : many.grows_s,
                                faster ? few.clocked_s : many.clocked_s};
}

static inline struct kernel_work decode_work(const struct decode_set *c, const struct call *x)
{
    double per_head = c->per_head, start_s = c->start_s, small = 1 / c->small;
    double memory = 1 / c->memory * (x->per_head ? per_head : 1);
    double read_s = x->memory_s * memory, grows_s = x->grows_s * memory;
    bool slow = read_s * small < start_s + read_s;
    double least_s = smaller(read_s * small, start_s + read_s);
    bool computes = x->compute_s > least_s;
    return (struct kernel_work){
        DECODE_CHAIN_S * sqrt(x->depth / 1e3) + larger(x->compute_s, least_s),
        computes ? x->compute_s : grows_s * (slow ? small : 1), computes ? x->compute_s : 0};
}

static inline struct kernel_work mla_work(const struct mla_set *c, const struct call *x)
{
    double memory = 1 / c->memory, aside_s = x->aside_s / MLA_ASIDE;
    struct kernel_work w =
        norm4_work(x->compute_s * (1 / c->compute), x->memory_s * memory, x->grows_s * memory);
    return (struct kernel_work){MLA_CHAIN_S * sqrt(x->depth / 1e3) + aside_s + w.s,
                                aside_s + w.grows_s, w.clocked_s};
}

static inline struct kernel_work prefill_work(const struct prefill_set *c, const struct call *x)
{
    double compute_s =
        (x->compute_s + c->pad_tokens * x->key_s) * per_share(c->compute, x->per_unit);
    return (struct kernel_work){compute_s + x->memory_s * (1 / PREFILL_MEMORY),
                                compute_s + x->grows_s * (1 / PREFILL_MEMORY), compute_s};
}

static inline struct kernel_work vector_work(const struct vector_set *c, const struct call *x)
{
    double memory = 1 / c->memory, memory_s = x->memory_s * memory;
    bool computes = x->compute_s > memory_s;
    return (struct kernel_work){larger(x->compute_s, memory_s),
                                computes ? x->compute_s : x->grows_s * memory,
                                computes ? x->compute_s : 0};
}

static inline struct kernel_work ring_work(const struct ring_set *c, double wire_s, double group,
                                           double ramp)
{
    double link_s = wire_s * (1 / c->link), ramp_s = ramp * 1e-6 * sqrt(wire_s * 1e6);
    return (struct kernel_work){c->start_s + c->hop_s * (group - 1) + link_s + ramp_s,
                                link_s + ramp_s / 2, 0};
}

static inline struct kernel_work exchange_work(const struct ring_set *c, const struct call *x)
{
    return ring_work(c, (x->group - 1) / x->group * x->wire_s, x->group, EXCHANGE_RAMP);
}

static inline struct kernel_work reduce_by_server(const struct calibration *c, const struct call *x)
{
    double p = x->group, link = 1 / c->reduce.link, shot = (p - 1) * x->wire_s * link;
    double two_shots = 2 * (p - 1) / p * x->wire_s * link, two = c->reduce.two_shot_s + two_shots;
    return (struct kernel_work){c->reduce.start_s + smaller(shot, two),
                                shot < two ? shot : two_shots, 0};
}

static inline struct kernel_work reduce_by_ring(const struct calibration *c, const struct call *x)
{
    double p = x->group;
    return ring_work(&c->ring, 2 * (p - 1) / p * x->wire_s, p, REDUCE_RAMP);
}

static inline struct kernel_work reduce_work(const struct calibration *c, const struct call *x)
{
    struct kernel_work server = reduce_by_server(c, x), ring = reduce_by_ring(c, x);
    return (struct kernel_work){smaller(server.s, ring.s),
                                server.s < ring.s ? server.grows_s : ring.grows_s, 0};
}

/* Work of a serving engine's host on the requests of a step, of which many cost less each; here
 * grows_s is per request. */
static inline struct kernel_work host_work(const struct serving_set *c, double requests)
{
    double fewer = c->crowd > 0 ? 1 / (1 + requests / c->crowd) : 1;
    double each_s = c->request_s * fewer;
    return (struct kernel_work){requests * each_s, each_s * fewer, 0};
}

#endif
