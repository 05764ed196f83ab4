/* What the memory of a device holds of a step, and how many requests fit.
 *
 * Idea: data lie where they are read. An engine apart with memory of its own holds the experts that
 * it always runs, and what the operators that it always runs read of a request; all else lies with
 * the chip. Caches that it reads may also take what is left of the memory of the chip (an upper
 * bound: all are read at its rate). Invariant: no byte is counted in two memories. */
#ifndef ARCH_RESIDENT_H
#define ARCH_RESIDENT_H

#include "arch/step.h"
#include "arch/tier2.h"
#include "arch/unit.h"

/* Bytes on one device, kv and act per request; of these, those that an engine apart reads. */
struct resident {
    double weight_byte, kv_byte, fixed_byte, act_byte;
    double apart_weight_byte, apart_kv_byte;
};

INLINED bool engine_holds(const double *runs, const struct rates_lanes *r, size_t i)
{
    return (LANE(r, rates, pool_byte)[i] > 0) & (runs[i] == RUNS_ALWAYS);
}

INLINED struct resident resident_of(const struct step *s, const struct rates_lanes *r, size_t i)
{
    const struct engine_byte *of = &s->engine_byte_per_request;
    double core = engine_holds(LANE(r, rates, runs_core), r, i) ? of->core : 0;
    double index = engine_holds(LANE(r, rates, runs_index), r, i) ? of->index : 0;
    double state = engine_holds(LANE(r, rates, runs_state), r, i) ? of->state : 0;
    double experts = engine_holds(LANE(r, rates, runs_experts), r, i) ? s->expert_byte : 0;
    return (struct resident){s->weight_byte, s->kv_byte_per_request,
                             s->fixed_byte,  s->act_byte_per_request,
                             experts,        core + index + state};
}

/* The same if the chip reads it all. */
INLINED struct resident resident_with_chip(const struct step *s)
{
    return (struct resident){
        s->weight_byte, s->kv_byte_per_request, s->fixed_byte, s->act_byte_per_request, 0, 0};
}

/* Bytes with the chip, in both tiers of memory. */
INLINED double resident_chip_weight_byte(const struct resident *h)
{
    return h->weight_byte - h->apart_weight_byte;
}

INLINED double resident_chip_kv_byte(const struct resident *h)
{
    return h->kv_byte - h->apart_kv_byte;
}

/* Requests of a replica that fit in the memory of the chip and of an engine apart (0: none), also a
 * part of one; 0 if the weights do not. */
INLINED double resident_fit(const struct resident *h, double chip_byte, double pool_byte)
{
    double of_chip = resident_chip_kv_byte(h) + h->act_byte;
    double room = chip_byte - resident_chip_weight_byte(h) - h->fixed_byte;
    double all = chip_byte + pool_byte - h->weight_byte - h->fixed_byte;
    double fit = room / of_chip, fit_all = all / (h->kv_byte + h->act_byte);
    bool fits = (room > 0) & (h->apart_weight_byte <= pool_byte);
    return fits ? (h->apart_kv_byte > 0 ? smaller(fit, fit_all) : fit) : 0;
}

/* Without the shares in the second tier, which are of what lies with the chip. */
INLINED struct resident resident_near(const struct resident *h, const struct tier2 *t)
{
    struct resident near = *h;
    near.weight_byte = h->apart_weight_byte + resident_chip_weight_byte(h) * (1 - t->weight_share);
    near.kv_byte = h->apart_kv_byte + resident_chip_kv_byte(h) * (1 - t->kv_share);
    return near;
}

/* The same as resident_fit with a second tier, which weights may overfill by `slack` of them. */
INLINED double resident_fit_tiers(const struct resident *h, double chip_byte, double pool_byte,
                                  const struct tier2 *t, double slack)
{
    struct resident near = resident_near(h, t);
    double second = resident_chip_kv_byte(h) * t->kv_share;
    double room2 = t->byte - resident_chip_weight_byte(h) * t->weight_share;
    double fit = resident_fit(&near, chip_byte, pool_byte);
    bool fits = room2 >= -slack * h->weight_byte;
    return fits ? (second > 0 ? smaller(fit, room2 / second) : fit) : 0;
}

/* Bytes in the second tier. */
INLINED double resident_far_byte(const struct resident *h, double weight_share, double kv_share,
                                 double requests)
{
    return weight_share * resident_chip_weight_byte(h) +
           kv_share * requests * resident_chip_kv_byte(h);
}

/* Bytes written in a step, per request, to caches and states with the chip: at most all, for the
 * step does not tell which. */
INLINED double resident_written_byte(const struct resident *h, const struct step *s)
{
    return resident_chip_kv_byte(h) > 1e-9 * h->kv_byte ? s->written_byte_per_request : 0;
}

/* What `requests` need over what there is, of the memory that lacks most. */
INLINED double resident_ratio(const struct resident *h, double chip_byte, double pool_byte,
                              double requests)
{
    double weights = resident_chip_weight_byte(h) + h->fixed_byte;
    double of_chip = resident_chip_kv_byte(h) + h->act_byte;
    double chip = (weights + requests * of_chip) / chip_byte;
    double engine = h->apart_weight_byte > 0 ? h->apart_weight_byte / pool_byte : 0;
    double all = h->weight_byte + h->fixed_byte + requests * (h->kv_byte + h->act_byte);
    double both = h->apart_kv_byte > 0 ? all / (chip_byte + pool_byte) : 0;
    return larger(chip, larger(engine, both));
}

#endif
