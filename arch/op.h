/* An operator states what it costs; arch/unit.h turns costs into time.
 *
 * Costs are of one device and one step, all layers together, and are affine in the batch: a part
 * per step (weights, read whatever the batch) and a part per request. So a list is built once per
 * model, mapping and workload, and priced at any batch on any chip. */
#ifndef ARCH_OP_H
#define ARCH_OP_H

#include <stdbool.h>
#include <stddef.h>

/* What an operator is counted under in the split of a step. */
enum op_class {
    OP_ATTENTION,
    OP_PROJECTION,
    OP_FFN,
    OP_EXPERT,
    OP_COMMUNICATION,
    OP_OTHER,
    OP_CLASSES
};

/* Who may run it, besides the compute units of the chip itself. */
enum op_unit {
    UNIT_MAIN,      /* nobody */
    UNIT_ATTENTION, /* an engine that runs attention */
    UNIT_EXPERT,    /* an engine that runs experts */
    UNIT_LINK       /* a collective over `group` devices; costs are its wire_byte and hops */
};

/* What kernel runs it. Only timing with a calibration asks, and refuses those it has no formula
 * for. */
enum kernel {
    KERNEL_UNKNOWN, /* of a list of operators that names no kernels */
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

struct op {
    const char *name;
    enum op_class class;
    enum op_unit unit;
    double count;       /* times it runs in a step; the costs below hold all of them */
    double flop;        /* per request */
    double weight_byte; /* per step; of UNIT_EXPERT: if every expert is active */
    double experts;     /* of UNIT_EXPERT: on the device, whole or sliced */
    double log_idle;    /* of UNIT_EXPERT: log of the chance that a token leaves one of them idle */
    /* Per request, by kind: KV cache, recurrent state, activations in and out; sent by one device,
     * of UNIT_ATTENTION to a discrete engine. */
    double cache_byte, state_byte, act_byte, wire_byte;
    double each;  /* the first three are stated for one of so many tokens or prompts of a request; 0
                     counts as 1. Of an operator in a list it is 1. */
    double byte;  /* the three together, summed by ops_add, so that there is one order of sums */
    double hops;  /* per step: latencies in a row */
    double group; /* devices that talk */
    enum kernel kernel;
    bool joined;     /* runs in the kernel of another operator */
    bool per_head;   /* KERNEL_DECODE: as many KV heads as query heads */
    double depth;    /* of a call: reduction dimension of a GEMM, tokens of context in decode */
    bool aside;      /* the kernel moves its activations in a part of its own */
    double key_flop; /* per request: KERNEL_PREFILL, _MLA: one more key for every query */
    double busiest;  /* share of the busiest device's tokens that it waits for, 0: none; at least
                        as many as stated */
};

extern const char *const op_class_text[OP_CLASSES];

enum { OPS_MOST = 64 };

struct ops {
    size_t n;
    struct op op[OPS_MOST];
};

/* Where an operator's device stands: what one request looks like to it in one step. A step may
 * decode, prefill, or carry both (aggregated serving). */
struct shape {
    double tokens;      /* tokens that pass the layers: decode and prefill */
    double head_tokens; /* of them, those that get logits */
    double decode;      /* new tokens of the decode part, q */
    double context;     /* tokens of context each of these sees, L */
    double prompts;     /* prompts of the prefill part, maybe a fraction of one */
    double prompt;      /* tokens of a prompt, of which the first `prefix` are cached already */
    double prefix;
    bool absorb_decode, absorb_prefill; /* MLA: work on the latent */
    double tp;                          /* devices that share a replica's heads and feed-forward */
    double ep;                          /* devices the experts are spread over */
    double devices, dp;                 /* all of them; replicas */
    double weight_byte, kv_byte, act_byte; /* bytes per weight, cached number, activation */
    double rope_byte;                      /* bytes per cached number of MLA's rotary part */
    double dispatch_byte, combine_byte;    /* bytes per number sent to experts, and back */
    const struct routing *routing;         /* of the experts */
};

/* Adds an operator to the list; `count` multiplies the costs. */
void ops_add(struct ops *list, double count, struct op op);

/* [tokens, in] x [in, out] on one device, weights read once per step; `tokens` per request. */
void ops_add_gemm(struct ops *list, const char *name, enum op_class class, double count,
                  const struct shape *s, double tokens, double in, double out);

/* One kernel of `products` such products. */
void ops_add_gemms(struct ops *list, const char *name, enum op_class class, double count,
                   double products, const struct shape *s, double tokens, double in, double out);

/* A vector operator: `flop` and numbers read or written, per request. */
void ops_add_vector(struct ops *list, const char *name, enum op_class class, double count,
                    const struct shape *s, double flop, double numbers);

/* Ring all-reduce over p devices: 2 (p - 1) (latency + bytes / (p bandwidth)). Nothing for p = 1.
 */
void ops_add_all_reduce(struct ops *list, const char *name, double count, const struct shape *s,
                        double p, double numbers);

/* All-to-all over p devices, each sending `numbers` per request: latency + bytes / bandwidth of the
 * device that gets most (arXiv:2507.15465 eq. 13, which does not subtract a device's own share).
 * Nothing for p = 1. */
void ops_add_all_to_all(struct ops *list, const char *name, double count, const struct shape *s,
                        double p, double numbers);

#endif
