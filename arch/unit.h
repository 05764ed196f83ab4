/* Units turn an operator's costs into time by one rule, the roofline (Williams et al. 2009):
 *     t = max(FLOP / peak, bytes / memory bandwidth, wire bytes / link bandwidth)
 * Peaks are those of the data sheet, as in arXiv:2507.15465's simulator, without an efficiency
 * factor. An engine also takes at least its energy over its power limit. Calibrated timing starts
 * from these times (arch/kernel_time.h). */
#ifndef ARCH_UNIT_H
#define ARCH_UNIT_H

#include "arch/calibration.h"
#include "arch/design.h"
#include "arch/engine_limits.h"

/* Reciprocal rates; 0: the cost takes no time on this unit. */
struct unit {
    double s_per_flop, s_per_byte, s_per_wire_byte;
    double s_per_core_flop; /* calibrated attention, in the format of the KV cache */
};

/* Energy over the power limit of an engine; 0: no limit. */
struct feed {
    double s_per_flop, s_per_byte, s_per_core_flop;
};

/* A link and the latency of one hop. */
struct wire {
    double s_per_byte, latency_s;
};

/* What an engine does with an operator. */
enum engine_part {
    RUNS_NEVER = 0, /* lanes_of_zero: no engine */
    RUNS_IF_FASTER = 1,
    RUNS_ALWAYS = 2, /* an engine apart whose memory holds what the operator reads */
    RUNS_SHARED = 3, /* a share of it, while the chip runs the rest */
    RUNS_BESIDE = 4  /* if faster, while the chip runs the attention of prompts */
};

/* The units of one device, at data sheet rates. */
struct rates {
    struct unit main, engine;
    struct feed feed; /* of the engine */
    struct wire link, network;
    double start_s; /* of a call of an operator, on either unit: the chip starts both */
    double link_domain;
    double runs_core, runs_index, runs_state, runs_experts; /* enum engine_part */
    double overlap;
    double memory_byte; /* that the chip reads, with an engine in place */
    double pool_byte;   /* that an engine apart adds for what it always runs; 0: none */
};
LANES_OF(rates);

/* Peaks at a precision over those in BF16: of the chip for its arithmetic and for calibrated
 * attention, and of the engine for the same two. r is defined in BF16; narrower arithmetic of an
 * engine is faster in proportion (assumed). */
struct peaks {
    struct math_peak chip, core;
    double engine, engine_core;
};

static inline struct peaks peaks_of(const struct precision *p)
{
    return (struct peaks){math_peak_of(p->math), math_peak_of(fmax(p->kv, 1)), 2 / fmin(p->math, 2),
                          2 / fmax(fmin(p->kv, 2), 1)};
}

static inline void device_rates(struct rates *out, const struct chip *c, const struct engine *e,
                                const struct engine_limits *l, const struct peaks *p)
{
    bool there = engine_is_there(e), linked = e->link_byte_per_s > 0;
    double byte_per_s = l->bandwidth_ratio * c->memory_byte_per_s;
    double flop_per_s = l->ridge_flop_per_byte * byte_per_s;
    double per_w = 1 / l->power_w, feed_s_per_byte = l->j_per_byte * per_w;
    double feed_s_per_flop = l->j_per_flop * per_w / p->engine;
    double feed_s_per_core = l->j_per_flop * per_w / p->engine_core;
    double wire = 1 / e->link_byte_per_s, s_per_byte = 1 / byte_per_s;
    double s_per_flop = 1 / (flop_per_s * p->engine),
           s_per_core = 1 / (flop_per_s * p->engine_core);
    int runs = (int)e->runs;
    double beside = e->co_processing > 0 ? RUNS_BESIDE : RUNS_IF_FASTER;

    out->main = (struct unit){1 / chip_peak_flop_per_s(c, &p->chip), 1 / c->memory_byte_per_s, 0,
                              1 / chip_peak_flop_per_s(c, &p->core)};
    out->engine.s_per_flop = there ? s_per_flop : 0;
    out->engine.s_per_byte = there ? s_per_byte : 0;
    out->engine.s_per_wire_byte = (there & linked) ? wire : 0;
    out->engine.s_per_core_flop = there ? s_per_core : 0;
    out->feed.s_per_flop = there ? feed_s_per_flop : 0;
    out->feed.s_per_byte = there ? feed_s_per_byte : 0;
    out->feed.s_per_core_flop = there ? feed_s_per_core : 0;
    out->link = (struct wire){1 / c->link_byte_per_s, c->link_latency_s};
    out->network = (struct wire){1 / c->network_byte_per_s, c->network_latency_s};
    out->start_s = c->kernel_start_s;
    out->link_domain = c->link_domain;
    double own_byte = engine_own_byte(e, c->memory_byte);
    bool apart = own_byte > 0;
    double attends = apart ? RUNS_ALWAYS : beside, updates = apart ? RUNS_ALWAYS : RUNS_IF_FASTER;
    double shared = e->co_processing > 0 ? RUNS_SHARED : RUNS_IF_FASTER;
    out->runs_core = (there & ((runs & RUNS_CORE) != 0)) ? attends : RUNS_NEVER;
    out->runs_index = (there & ((runs & RUNS_INDEX) != 0)) ? attends : RUNS_NEVER;
    out->runs_state = (there & ((runs & RUNS_STATE) != 0)) ? updates : RUNS_NEVER;
    out->runs_experts =
        (there & ((runs & RUNS_EXPERTS) != 0)) ? (apart ? RUNS_ALWAYS : shared) : RUNS_NEVER;
    out->overlap = there ? e->overlap : 0;
    out->memory_byte = engine_chip_byte(e, c->memory_byte);
    out->pool_byte = own_byte;
}

static inline double unit_time_s(const struct unit *u, double flop, double byte, double wire_byte)
{
    return larger(larger(flop * u->s_per_flop, byte * u->s_per_byte),
                  wire_byte * u->s_per_wire_byte);
}

/* Two units that share work end at the same time: the rates add up. Experts divide nearly freely,
 * hot ones to the chip and cold ones to the engine (Duplex, MICRO 2024); all get the same mixture
 * here, so the gain is at least this. */
static inline double shared_s(double chip_s, double engine_s)
{
    return chip_s * engine_s / larger(chip_s + engine_s, 1e-300);
}

/* Energy of an engine's work over its power limit: it takes at least that, also if it shares it. */
static inline double feed_time_s(const struct feed *f, double flop, double byte)
{
    return flop * f->s_per_flop + byte * f->s_per_byte;
}

/* Does the engine run an operator that takes it `engine_s`? `part`: enum engine_part. */
static inline bool engine_runs(double part, double chip_s, double engine_s)
{
    return (part != RUNS_NEVER) & ((engine_s < chip_s) | (part == RUNS_ALWAYS));
}

/* Bytes of all calls of an operator for `requests`, with a share of its weights read. A kind of
 * byte in another memory would be left out of this sum and of those in main_ops. */
static inline double op_byte(const struct op *o, double requests, double share)
{
    return o->byte * requests + o->weight_byte * share;
}

/* Bytes per request that an operator sends to and from an engine apart; `core`, `index`: what the
 * engine does with core attention and its indexers. */
static inline double op_wire_byte(const struct op *o, double core, double index)
{
    bool apart = (core == RUNS_NEVER) != (index == RUNS_NEVER);
    return o->wire_byte + (apart ? o->position_byte : 0);
}

/* Costs of one call of an operator, per request except its weights. */
struct op_call {
    double flop, key_flop, byte, weight_byte, aside_byte; /* aside_byte is not in byte */
    double depth, each, experts;
    bool per_head, joined;
};

static inline struct op_call op_call_of(const struct op *o)
{
    double each = 1 / o->count, aside_byte = o->aside ? o->act_byte : 0;
    return (struct op_call){o->flop * each,
                            o->key_flop * each,
                            (o->byte - aside_byte) * each,
                            o->weight_byte * each,
                            aside_byte * each,
                            o->depth,
                            each,
                            o->experts,
                            o->per_head,
                            o->joined};
}

/* Roofline times of a call for `requests`, with a share of its weights read, at the rates of a
 * unit. `more_byte`: bytes of all calls that grow with the requests. */
static inline struct call call_at(const struct op_call *o, double s_per_flop, double s_per_byte,
                                  double requests, double share, double more_byte)
{
    double aside_byte = o->aside_byte * requests;
    return (struct call){.compute_s = o->flop * requests * s_per_flop,
                         .memory_s = (o->byte * requests + o->weight_byte * share) * s_per_byte,
                         .grows_s = (more_byte * o->each - aside_byte) * s_per_byte,
                         .aside_s = aside_byte * s_per_byte,
                         .key_s = o->key_flop * requests * s_per_flop,
                         .depth = o->depth,
                         .experts = o->experts,
                         .per_head = o->per_head,
                         .joined = o->joined};
}

/* The link if `near` (the devices of a collective fit in one link domain), else the network. */
static inline struct wire rates_wire(const struct rates *r, bool near)
{
    return (struct wire){near ? r->link.s_per_byte : r->network.s_per_byte,
                         near ? r->link.latency_s : r->network.latency_s};
}

/* Speed-up of an engine with m and r, for a kernel of intensity a, over a chip with ridge point R:
 * max(1, a/R) / max(1/m, a/(m r)). Below 1 the engine is slower. */
double engine_speedup(double intensity, double chip_ridge, double bandwidth_ratio, double ridge);

#endif
