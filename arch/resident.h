/* What the memory of a device holds of a step, and how many requests fit.
 *
 * Idea: data lie where they are read. An engine apart that runs experts alone holds their weights;
 * else weights lie with the chip. One that attends or updates states holds caches and states, with
 * what the weights leave of the memory of the chip (an upper bound: all are read at its rate).
 * Invariant: no byte is counted in two memories. */
#ifndef ARCH_RESIDENT_H
#define ARCH_RESIDENT_H

#include "arch/step.h"
#include "arch/tier2.h"
#include "arch/unit.h"

/* Bytes on one device without the weights apart; kv and act per request. */
struct resident {
    double weight_byte, kv_byte, fixed_byte, act_byte, apart_byte;
};

INLINED struct resident resident_of(const struct step *s, double pool_byte)
{
    double apart = pool_byte > 0 ? s->expert_byte : 0;
    return (struct resident){s->weight_byte - apart, s->kv_byte_per_request, s->fixed_byte,
                             s->act_byte_per_request, apart};
}

/* The memory of a device for a step: of the chip and its engine, the part that the chip reads, and
 * what holds the weights apart. */
struct memory_room {
    double memory_byte, chip_byte, pool_byte;
};

INLINED struct memory_room memory_room_of(const struct step *s, const struct rates_lanes *r,
                                          size_t i)
{
    bool core = s->attends & (LANE(r, rates, runs_core)[i] != RUNS_NEVER);
    bool state = s->updates & (LANE(r, rates, runs_state)[i] != RUNS_NEVER);
    double chip = LANE(r, rates, chip_byte)[i];
    return (struct memory_room){(core | state) ? LANE(r, rates, memory_byte)[i] : chip, chip,
                                LANE(r, rates, pool_byte)[i]};
}

/* Requests of a replica that fit, also a part of one; 0 if the weights do not. */
INLINED double resident_fit(const struct resident *h, const struct memory_room *m)
{
    double fixed = h->weight_byte + h->fixed_byte;
    double room = m->memory_byte - h->weight_byte - h->fixed_byte;
    bool fits = (room > 0) & (fixed <= m->chip_byte) & (h->apart_byte <= m->pool_byte);
    return fits ? room / (h->kv_byte + h->act_byte) : 0;
}

/* The same with a second tier, which weights may overfill by `slack` of them. */
INLINED double resident_fit_tiers(const struct resident *h, const struct memory_room *m,
                                  const struct tier2 *t, double slack)
{
    struct resident near = *h;
    double second = h->kv_byte * t->kv_share, room2 = t->byte - h->weight_byte * t->weight_share;
    near.weight_byte *= 1 - t->weight_share;
    near.kv_byte *= 1 - t->kv_share;
    double fit = resident_fit(&near, m);
    bool fits = room2 >= -slack * h->weight_byte;
    return fits ? (second > 0 ? smaller(fit, room2 / second) : fit) : 0;
}

#endif
