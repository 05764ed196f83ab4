/* A second tier of memory beside a chip's first: LPDDR, DDR5, CXL, host memory, flash; or DRAM
 * behind megabytes of SRAM.
 *
 * Idea: a share of the weights, and one of the caches and states, sits there, the same of every
 * operator. An operator takes n = max(FLOP / peak, near bytes / B1) with the first tier and f = far
 * bytes / B2 with the second; a share `overlap` of the shorter one hides behind the longer: n + f -
 * overlap min(n, f). Bytes of a staged tier are copied to the first tier and read there: it carries
 * (1 + share) S instead of (1 - share) S. Invariants: with shares 0 all numbers are those of a chip
 * without a second tier, to the last bit; every byte sits in exactly one tier. */
#ifndef ARCH_TIER2_H
#define ARCH_TIER2_H

#include "arch/chip.h"
#include "arch/memory.h"
#include "arch/prices.h"

/* A kind of second tier. */
struct tier2_kind {
    const char *name;
    double memory;        /* a kind of arch/memory.h with its price, energy and stacks; or
                             MEMORY_KINDS: the next two are its own */
    size_t usd_per_gb;    /* of its price in struct prices */
    double j_per_byte;    /* of the memory and its interface */
    bool staged;          /* copied to the first tier before it is read */
    bool apart;           /* beside the device: its power is not under chip.tdp_w */
    double idle_w_per_gb; /* refresh, controllers */
    double latency_s;     /* of a read; hidden by prefetching */
    double overlap;       /* chip.memory2_overlap auto */
    double page_byte;     /* chip.memory2_page_byte auto: read in full */
    double writes;        /* of a byte, until it wears out; INFINITY: never */
};

enum { TIER2_NONE, TIER2_LPDDR5X, TIER2_DDR5, TIER2_CXL, TIER2_HOST, TIER2_HBF, TIER2_KINDS };

extern const struct tier2_kind tier2_kinds[TIER2_KINDS];

struct word tier2_word(size_t i);

static inline const struct tier2_kind *tier2_kind_of(const struct chip *c)
{
    return &tier2_kinds[(size_t)c->memory2_kind];
}

static inline bool tier2_is_there(const struct chip *c)
{
    return c->memory2_kind != TIER2_NONE && c->memory2_byte > 0;
}

/* The second tier of one device, and what sits there. */
struct tier2 {
    double byte; /* 0: none */
    double byte_per_s, s_per_byte, overlap, staged;
    double writes, least_life_s, latency_s, page_byte;
    double weight_share, kv_share;
    /* Bytes that pass through the first tier over those of the model. */
    double weight_near, kv_near;
};
LANES_OF(tier2);

void tier2_of(struct tier2 *out, const struct chip *c);

/* Sets what sits there; without a second tier, only what cannot be. */
static inline void tier2_share(struct tier2 *t, double weight_share, double kv_share)
{
    double sign = t->staged > 0 ? 1 : -1;
    t->weight_share = weight_share;
    t->kv_share = kv_share;
    t->weight_near = 1 + sign * weight_share;
    t->kv_near = 1 + sign * kv_share;
}

/* Share of the bytes at which both tiers of a device end at the same time; 0 if staging makes any
 * share slower. */
static inline double tier2_balance(const struct tier2 *t, double memory_byte_per_s)
{
    return t->staged > 0 ? 0 : t->byte_per_s / (memory_byte_per_s + t->byte_per_s);
}

/* Bytes of all calls of an operator at either tier, as op_byte (arch/unit.h). */
struct tier_byte {
    double near, far;
};

/* `held`: of `byte`, those of caches and states. */
static inline struct tier_byte tier2_byte(const struct tier2 *t, double weight_byte, double byte,
                                          double held, double requests)
{
    return (struct tier_byte){(byte + held * (t->kv_near - 1)) * requests +
                                  weight_byte * t->weight_near,
                              held * t->kv_share * requests + weight_byte * t->weight_share};
}

/* How long a tier lasts that is written at this rate; `writes` of each byte wear it out. */
static inline double tier2_life_s(const struct tier2 *t, double written_byte_per_s)
{
    return written_byte_per_s > 0 && t->writes < INFINITY ? t->byte * t->writes / written_byte_per_s
                                                          : INFINITY;
}

/* Time of near work of `near_s` with far reads of `far_s`. */
static inline double tier2_time_s(double overlap, double near_s, double far_s)
{
    return near_s +
           (far_s - overlap * smaller(near_s, far_s)); /* near_s to the last bit if hidden */
}

/* Energy of a byte in the memory and its interface. */
double tier2_j_per_byte(const struct chip *c);

/* Cost to make, USD: by price list. */
double tier2_usd(const struct chip *c, const struct prices *p);

/* Stacks that it adds to the interposer of the chip. */
double tier2_stacks(const struct chip *c);

#endif
