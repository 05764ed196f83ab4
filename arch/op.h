/* An operator lists its costs; arch/unit.h turns them into time.
 *
 * Costs are those of one device in one step, over all layers, and affine in the batch: a part per
 * step (weights, read at any batch) plus a part per request. So a list is built once per model,
 * mapping and workload, and priced at any batch on any chip. */
#ifndef ARCH_OP_H
#define ARCH_OP_H

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>

/* The class under which an operator's time is reported. */
enum op_class {
    OP_ATTENTION,
    OP_PROJECTION,
    OP_FFN,
    OP_EXPERT,
    OP_COMMUNICATION,
    OP_OTHER,
    OP_STATE,
    OP_CLASSES
};

/* The unit that may run it, besides the chip's compute units. */
enum op_unit {
    UNIT_MAIN,      /* none: only the chip's compute units */
    UNIT_ATTENTION, /* an engine that runs core attention */
    UNIT_INDEX,     /* an engine that runs the indexers of sparse attention */
    UNIT_STATE,     /* an engine that runs updates of recurrent states */
    UNIT_EXPERT,    /* an engine that runs experts */
    UNIT_LINK       /* a collective over `group` devices; costs: wire_byte and hops */
};

/* The kernel that runs it. Used by calibrated timing only, which refuses kernels without
 * constants. */
enum kernel {
    KERNEL_UNKNOWN, /* no constants exist: operators of the simulator, recurrent states */
    KERNEL_VECTOR,
    KERNEL_GEMM,
    KERNEL_MOE,
    KERNEL_DECODE,
    KERNEL_DECODE_MLA,
    KERNEL_PREFILL,
    KERNEL_PREFILL_MLA,
    KERNEL_REDUCE,
    KERNEL_EXCHANGE,
    KERNELS
};

/* The part of the model that an operator belongs to, set by ops_add from the list. */
enum op_home {
    HOME_OUTSIDE, /* the layers: embedding and head */
    HOME_LAYER,   /* norms, residuals, what belongs to no sublayer */
    HOME_MIXER,
    HOME_GATE, /* of a feed-forward: the router, and a latent that its experts work on */
    HOME_FFN
};

struct op {
    const char *name;
    enum op_class class;
    enum op_unit unit;
    enum op_home home;
    double count;       /* calls per step; the costs below are those of all calls */
    double flop;        /* per request */
    double weight_byte; /* per step; UNIT_EXPERT: if every expert is active */
    double experts;     /* UNIT_EXPERT: experts on the device, whole or sliced */
    double tokens;      /* UNIT_EXPERT: tokens of one expert in a call, per request */
    double tile_tokens; /* UNIT_EXPERT: the compute units execute tiles of so many tokens */
    double log_idle; /* UNIT_EXPERT: log of the probability that a token does not use an expert */
    /* Per request, by kind: KV cache, recurrent state, activations read and written; bytes sent by
     * one device (units of an engine: to and from a discrete one). */
    double cache_byte, state_byte, act_byte, wire_byte;
    /* Sent in addition if core attention and its indexer run on different units: positions. */
    double position_byte;
    /* Where an operator of an engine's kind reads scattered pieces of the cache: bytes of one, and
     * the whole cache over what it reads; 0: in order. */
    double piece_byte, spread;
    double each;  /* input of ops_add: the first three are per one of `each` tokens or prompts of a
                     request; 0 means 1. In a list it is 1. */
    double byte;  /* sum of the first three, made by ops_add only, so that rounding is the same */
    double hops;  /* per step: sequential link latencies */
    double group; /* devices of a collective */
    enum kernel kernel;
    bool drafts;     /* an operator of drafted tokens */
    bool joined;     /* runs in the kernel of another operator */
    bool per_head;   /* KERNEL_DECODE: as many KV heads as query heads */
    double depth;    /* of a call: reduction dimension (GEMM), tokens of context (decode) */
    bool aside;      /* the kernel moves its activations in a separate phase */
    double key_flop; /* per request: FLOP of one additional key per query (prefill kernels) */
    double routed;   /* UNIT_EXPERT: tokens of a call over those of the model's own layers; input of
                        ops_add: 0 means 1 */
    double busiest;  /* its time follows `busiest` times the load of the busiest device, at least
                        the mean load; 0: the mean load */
    double by_context; /* share of its costs per request that grows with the request's context, set
                          by step_build where ranks wait for the one with most; else 0 */
};

extern const char *const op_class_text[OP_CLASSES];

/* The order in which sums run over the classes: rounding must not depend on the enum's order. */
static const enum op_class op_class_order[] = {OP_ATTENTION,     OP_PROJECTION, OP_FFN,  OP_EXPERT,
                                               OP_COMMUNICATION, OP_OTHER,      OP_STATE};
static_assert(sizeof op_class_order / sizeof *op_class_order == OP_CLASSES, "a class is missing");

enum { OPS_MOST = 192 }; /* design_check refuses models that could need more */

/* Start-up times per step: of every call that is a kernel of its own. A collective has latencies.
 */
static inline double op_starts(const struct op *o)
{
    return o->joined || o->unit == UNIT_LINK ? 0 : o->count;
}

/* Bytes of caches and states per request. */
static inline double op_held_byte(const struct op *o)
{
    return o->cache_byte + o->state_byte;
}

struct ops {
    size_t n;
    bool merging; /* groups of layers are added: see ops_next_group */
    size_t from, at;
    enum op_home home; /* of the operators being added */
    struct op op[OPS_MOST];
};

/* Empties a list, without a touch of its room. */
static inline void ops_clear(struct ops *list)
{
    list->n = 0;
    list->merging = false;
    list->home = HOME_OUTSIDE;
}

/* The shape of one step, per request, as seen by one device. A step may decode, prefill, or do both
 * (aggregated serving). */
struct precision;

struct shape {
    double tokens;      /* tokens that pass through the layers: decode and prefill */
    double head_tokens; /* the tokens of these that get logits */
    double decode;      /* new tokens of the decode part, q */
    double context;     /* tokens each of these attends to, L */
    double prompts;     /* prompts of the prefill part; may be a fraction */
    double prompt;      /* tokens of a prompt; the first `prefix` are already cached */
    double prefix;
    bool keeps;                         /* the caches of the prompts stay with these devices */
    bool absorb_decode, absorb_prefill; /* MLA: work on the latent */
    double tp;                          /* devices that share a replica's heads and feed-forward */
    double ep;                          /* devices that share the routed experts */
    double devices, dp;                 /* devices of a pipeline stage; replicas */
    double group;                       /* devices that share one copy of the experts */
    /* Bytes per weight of the operators being added, cached element, activation, element of a
     * recurrent state. */
    double weight_byte, kv_byte, act_byte, state_byte;
    const struct precision *precision;  /* settled: bytes per weight by class */
    double rope_byte;                   /* bytes per cached element of MLA's rotary part */
    double tile_tokens;                 /* of a grouped product (arch/energy.h) */
    double dispatch_byte, combine_byte; /* bytes per element sent to the experts, and back */
    const struct routing *routing;      /* of the experts; borrowed */
};

/* Turns an operator that states the costs of one call into all `count` calls. */
static inline void op_make_calls(struct op *op, double count)
{
    double each = op->each > 0 ? op->each : 1;
    op->count = count;
    op->flop *= count;
    op->weight_byte *= count;
    op->byte = each * (op->cache_byte + op->act_byte + op->state_byte) * count;
    op->cache_byte *= each * count;
    op->state_byte *= each * count;
    op->act_byte *= each * count;
    op->each = 1;
    op->routed = op->routed > 0 ? op->routed : 1;
    op->wire_byte *= count;
    op->position_byte *= count;
    op->hops *= count;
    op->key_flop *= count;
}

/* Part of ops_add: adds an operator of a group that is not the first. */
void ops_merge(struct ops *list, double count, struct op op);

/* Adds an operator to the list; `count` multiplies the costs. */
static inline void ops_add(struct ops *list, double count, struct op op)
{
    if (count <= 0)
        return;
    op.home = list->home;
    if (list->merging) {
        ops_merge(list, count, op);
        return;
    }
    assert(list->n < OPS_MOST);
    op_make_calls(&op, count);
    list->op[list->n++] = op;
}

/* Adds `byte` of a prompt's caches that cross the link of an engine apart which holds them, of
 * `unit`: what prompts read of it and write to it. Nothing is sent where the chip holds them. */
void ops_add_kept(struct ops *list, const char *name, double count, const struct shape *s,
                  enum op_unit unit, double byte);

/* Does an operator only send? Then the chip has nothing to run. */
static inline bool op_only_sends(const struct op *o)
{
    return o->flop <= 0 && o->byte <= 0 && o->weight_byte <= 0;
}

/* Groups of layers follow, ended by ops_groups_end; ops_next_group begins each. An operator that an
 * earlier group has too is counted there; any other follows the last one found and the operators of
 * its class behind that one. */
void ops_groups_begin(struct ops *list);
void ops_next_group(struct ops *list);
void ops_groups_end(struct ops *list);

/* Repeats the operators from `first` on: `times` calls for each. */
void ops_repeat(struct ops *list, size_t first, double times);

/* Sets by_context of all operators of `list` from the list of the same step at twice the context: a
 * window or a selection of tokens that is full does not grow. */
void ops_find_by_context(struct ops *list, const struct ops *twice);

/* Adds a product [tokens, in] x [in, out]; `tokens` per request, weights read once per step. */
void ops_add_gemm(struct ops *list, const char *name, enum op_class class, double count,
                  const struct shape *s, double tokens, double in, double out);

/* Adds one kernel with `products` such products. */
void ops_add_gemms(struct ops *list, const char *name, enum op_class class, double count,
                   double products, const struct shape *s, double tokens, double in, double out);

/* Adds an element-wise operator: `flop` and elements read or written, per request. */
void ops_add_vector(struct ops *list, const char *name, enum op_class class, double count,
                    const struct shape *s, double flop, double numbers);

/* Adds a ring all-reduce over p devices: 2 (p - 1) (latency + bytes / (p bandwidth)). p = 1 adds
 * nothing. */
void ops_add_all_reduce(struct ops *list, const char *name, double count, const struct shape *s,
                        double p, double numbers);

/* Adds an all-to-all over p devices, each sending `numbers` elements per request: latency + bytes /
 * bandwidth of the device that receives most (arXiv:2507.15465 eq. 13, which does not subtract a
 * device's own share). p = 1 adds nothing. */
void ops_add_all_to_all(struct ops *list, const char *name, double count, const struct shape *s,
                        double p, double numbers);

#endif
