/* The FFN pool: devices apart from the main ones that run a part of every layer
 * (attention-feed-forward disaggregation).
 *
 * MegaScale-Infer (arXiv:2504.02263) and Step-3 (arXiv:2507.19427): the main devices keep
 * attention, the KV cache and the router; the pool holds the weights of the feed-forwards and
 * nothing of a request. Lamina (arXiv:2405.01814) cuts elsewhere: the main devices keep core
 * attention alone. Invariant: every operator and every weight belongs to exactly one of the two
 * sides. */
#ifndef ARCH_FFN_POOL_H
#define ARCH_FFN_POOL_H

#include "arch/design.h"
#include "arch/layers.h"
#include "arch/op.h"

/* The sides of a step: with an FFN pool, and with a draft pool. */
enum step_side { SIDE_WHOLE, SIDE_MAIN, SIDE_FFN, SIDE_VERIFY, SIDE_DRAFT };

static inline bool design_pools_ffn(const struct design *d)
{
    return chip_is_there(&d->ffn_chip);
}

/* Memory of a device of the pool, with its engine. */
static inline double ffn_pool_room_byte(const struct design *d)
{
    const struct engine *e = &d->ffn_engine;
    return engine_chip_byte(e, d->ffn_chip.memory_byte) +
           engine_own_byte(e, d->ffn_chip.memory_byte);
}

/* Why a step of this design cannot be shared with its pool, as "PATH: WHAT: RIGHT"; NULL if it can,
 * or has no pool. */
const char *ffn_pool_refusal(const struct design *d);

/* Does a side of a step with an FFN pool run this operator? `runs`: FFN_... of arch/plan.h.
 * Dispatch and combine belong to neither, as the transfer between the pools replaces them, except
 * with all but attention. */
bool side_runs(enum step_side side, int runs, const struct op *o);

/* Layers whose work the two sides share. */
double ffn_pool_layers(int runs, const struct layers *l);

/* What a token sends to the pool and gets back, in bytes over all layers: out and back, the copies
 * that leave and reach the sender; inside, what the pool's domains forward. */
struct pool_wire {
    double out_byte, back_byte, inside_byte;
    double routed_byte; /* of out_byte, what goes to the very devices of the experts */
    double most;        /* of such bytes, those of the device that gets all tokens, over the mean */
};

/* Bytes at the end of the busiest device of the pool over the mean, `busiest`: of the experts. */
static inline double pool_wire_busiest(const struct pool_wire *w, double busiest)
{
    return w->out_byte > 0 ? 1 + w->routed_byte / w->out_byte * (smaller(busiest, w->most) - 1) : 1;
}

/* Expected parts of `parts` that hold at least one of the k experts of a token, of `experts` spread
 * evenly: parts (1 - C(E - E/parts, k) / C(E, k)). */
double parts_reached(double parts, double experts, double k);

/* `d`: a design whose pool has pools.ffn_devices devices with pools.ffn_ep set; `p`: settled. All
 * but attention: 0, since the operators of the main devices state what they send. */
void ffn_pool_wire(struct pool_wire *out, const struct design *d, const struct layers *l,
                   const struct precision *p);

/* The mappings of the pool that pools.ffn allows: its devices, tp and ep. devices auto: every whole
 * number from the fewest that hold the weights to 32 more, then steps of an eighth, to four times
 * as many as those or as the main devices; above the number of experts, multiples of it. ep auto:
 * the most parts of whole experts that divide the devices; tp auto: the four smallest powers of two
 * within a link domain that fit the memory. Returns their number; `out` gets the first `room`. */
size_t ffn_pool_mappings(const struct design *d, const struct layers *l, struct plan *out,
                         size_t room);

/* Why a design with an FFN pool has no mapping, if its plan allows one, as text. */
const char *ffn_pool_fault(const struct design *d);

#endif
