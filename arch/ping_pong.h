/* The time of a step that two kinds of devices share, in turn for every layer and micro-batch.
 *
 * MegaScale-Infer (arXiv:2504.02263): m micro-batches go round a closed loop of four stations: the
 * main devices, the way out, the pool, the way back. All times are equal from round to round, so a
 * station's period is exact (a marked graph with one cycle): the slowest station, or the whole loop
 * over m if too few micro-batches are in it. Filling the loop once and then mL - 1 periods
 * make a step of L layers. Transfers are hidden if m >= 2 (1 + t_c / t_f) at t_A = t_F = t_f.
 * Invariant: a step takes at least the time of either kind of devices, and at most the sum of all
 * stations. */
#ifndef ARCH_PING_PONG_H
#define ARCH_PING_PONG_H

#include <stdbool.h>

#include "base/lanes.h"

/* Seconds of one micro-batch and one layer, on average over the layers. A transfer keeps its link
 * busy for its bytes only, not for its latency. */
struct ping_pong {
    double main_s, ffn_s;
    double
        beside_s; /* of a micro-batch on the main devices beyond main_s: chip and engine overlap */
    double out_s, back_s;           /* transfers with latency */
    double out_busy_s, back_busy_s; /* without */
    double outside_s;               /* of a step: what no layer has, in sequence with the layers */
    double micro_batches, layers;
    double within; /* 1: senders compute nothing while they send; else 0 */
};

/* What sets the period. */
enum pace { PACE_MAIN, PACE_FFN, PACE_LINK, PACE_LOOP, PACES };

static inline double ping_pong_loop_s(const struct ping_pong *p)
{
    return p->main_s + p->beside_s + p->ffn_s + p->out_s + p->back_s;
}

static inline double ping_pong_period_s(const struct ping_pong *p)
{
    double by_main = p->main_s + p->within * p->out_s;
    double by_ffn = p->ffn_s + p->within * p->back_s;
    double by_link = larger(p->out_busy_s, p->back_busy_s);
    double by_loop = ping_pong_loop_s(p) / p->micro_batches;
    return larger(larger(by_main, by_ffn), larger(by_link, by_loop));
}

static inline double ping_pong_step_s(const struct ping_pong *p)
{
    return p->outside_s + ping_pong_loop_s(p) +
           ping_pong_period_s(p) * (p->micro_batches * p->layers - 1);
}

static inline enum pace ping_pong_pace(const struct ping_pong *p)
{
    double period = ping_pong_period_s(p);
    return p->main_s + p->within * p->out_s >= period        ? PACE_MAIN
           : p->ffn_s + p->within * p->back_s >= period      ? PACE_FFN
           : larger(p->out_busy_s, p->back_busy_s) >= period ? PACE_LINK
                                                             : PACE_LOOP;
}

/* Micro-batches that hide both transfers and the shorter side. */
static inline double ping_pong_enough(const struct ping_pong *p)
{
    struct ping_pong many = *p;
    many.micro_batches = 1e300;
    return ping_pong_loop_s(p) / ping_pong_period_s(&many);
}

#endif
