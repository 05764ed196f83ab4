/* The time of a step of one pair: a mapping of the main devices and one of the pool that shares it
 * (arch/step_pool.h), at a number of micro-batches (arch/ping_pong.h). A draft pool has one of
 * them, and one layer: both sides and both transfers in turn. */
#ifndef ARCH_PAIR_TIME_H
#define ARCH_PAIR_TIME_H

#include "arch/best_mapping.h"
#include "arch/ping_pong.h"

/* A system of two kinds of devices at one batch. */
struct paired {
    struct candidate main;     /* of the main devices; step_s is that of the whole step */
    struct load load;          /* of the main devices */
    double ffn_load, ffn_most; /* requests of a replica of the pool; of its fullest one */
    double ffn_memory_byte;
    double main_clock, outside_clock, ffn_clock, ffn_outside_clock;
    double main_units, ffn_units;   /* the choice of units; outside of the layers there is none */
    double main_busy_s, ffn_busy_s; /* in a step, within the layers */
    double main_sent_byte, ffn_sent_byte; /* by one device in a step, to the other side */
    double excess; /* of a device's power over its limit, relative; 0 unless its floor exceeds it */
    double merit;
    double stopped; /* 1: twice the requests would give at least 5 % more tokens per second */
    struct ping_pong time;
};
LANES_OF(paired);

struct pair {
    struct mapped *main, *ffn; /* ffn NULL: a pool and a link that take no time */
    double parts;              /* micro-batches */
    const struct devices *d, *f;
    const struct devices *in_turn; /* d, if engines and chips took turns; NULL if they do */
    const struct design *like;
    bool even; /* requests spread over all replicas of the pool alike: a lower bound on the time */
};

/* What a request sends to the pool and gets back in a step, over all layers. */
struct exchange {
    double out_byte, back_byte;
};

/* The devices of the pool with the share of the weights that its mapping has in a second tier;
 * `room` may be used. */
const struct devices *pair_pool_devices(struct devices *room, const struct pair *x);

/* All but attention: half of what the operators of the main devices state, either way. */
struct exchange mapped_exchange(const struct mapped *main, const struct mapped *ffn,
                                const struct design *d);

static inline void pair_set_load(struct paired_lanes *out, size_t i, struct load load)
{
    LANE(out, paired, load.most)[i] = load.most;
    LANE(out, paired, load.mean)[i] = load.mean;
}

/* Times the pair at the loads in `out`: fills its members from ffn_load to excess, and time. */
void pair_time(struct paired_lanes *out, const struct pair *x);

/* Requests of a main replica that the memory of a main device holds. */
double pair_main_cap(const struct pair *x, size_t i);

/* Requests of a main replica that the memory of both sides of device i holds. */
double pair_cap(const struct pair *x, size_t i);

/* The limit on the time of a step. */
double pair_limit_s(const struct pair *x);

/* The largest whole load of each device whose step is within the limit: 0 if one request is late,
 * INFINITY if none is. Times never fall as the load rises, so `guess` affects no result, except
 * with engine.overlap: then the load found is in time and the next larger one is not. */
void pair_largest_load(double *out, const struct pair *x, const double *guess);

#endif
