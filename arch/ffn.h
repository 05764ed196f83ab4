/* Feed-forwards. Each kind has a file ffn_NAME.c, which owns its parameters and operators, and one
 * row in the registry below. */
#ifndef ARCH_FFN_H
#define ARCH_FFN_H

#include "arch/layers.h"
#include "arch/op.h"

struct ffn {
    const char *name;
    const char *doc;
    const struct fields *fields; /* of its parameters, in struct sublayer */
    bool routed;                 /* has routed experts: struct moe */
    int (*check)(const struct sublayer *l, struct err *err);
    /* Operators of all its layers on one device. In UNIT_EXPERT operators weight_byte counts every
     * expert of the device; arch/step.h scales it by the active share. */
    void (*ops)(const struct sublayer *l, const struct shape *s, struct ops *out);
    /* Weights of one layer: of its routed experts, of their router, of the rest; and those of all
     * three that one token uses. */
    double (*routed_params)(const struct sublayer *l);
    double (*router_params)(const struct sublayer *l);
    double (*shared_params)(const struct sublayer *l);
    /* Of the rest, what every device keeps a full copy of (NULL: nothing); so it does of the
     * router.
     */
    double (*copied_params)(const struct sublayer *l);
    double (*active_params)(const struct sublayer *l);
    double (*live)(const struct sublayer *l, double tp); /* elements per token */
};

/* The registry: ROW(NAME) of ffn_NAME.c. */
#define FFNS(ROW)                                                                                  \
    ROW(dense)                                                                                     \
    ROW(moe)

#define FFN(name) extern const struct ffn ffn_##name;
FFNS(FFN)
#undef FFN

extern const struct ffn *const ffns[];
extern const size_t ffns_n;

const struct ffn *ffn_named(const char *); /* NULL: there is none */

/* Parameters of ffn_moe. */
struct moe {
    double experts, top_k, moe_ffn, shared_ffn, gated_ffn;
    double latent_ffn, zero_experts, shared_gate;
};

static inline const struct moe *moe_of(const struct ffn_group *g)
{
    return sublayer_values(&g->of);
}

/* Routed experts that a token uses on average: some of its top_k are zero experts. */
static inline double moe_used(const struct moe *m)
{
    return m->zero_experts > 0 ? m->top_k * m->experts / (m->experts + m->zero_experts) : m->top_k;
}

/* Checks a group against its kind, and against the model's first group with routed experts (NULL:
 * none), whose routing all share. */
int ffn_check(const struct ffn_group *g, const struct ffn_group *moe, struct err *err);

double moe_expert_params(const struct sublayer *l); /* one routed expert */

/* Adds [hidden, width], twice if gated, then [width, hidden]; the width is split over `ways`
 * ranks. */
struct two_matrices {
    const char *up, *down;
    double width, gated;
};
void ffn_add(struct ops *out, const struct two_matrices *f, const struct sublayer *l,
             const struct shape *s, double ways);

/* 3 matrices gated (gate, up, down), 2 plain. */
static inline double ffn_matrices(double gated)
{
    return gated > 0 ? 3 : 2;
}

/* Devices that share one copy of all routed experts: ep, or tp if larger, with each expert split
 * into tp / ep slices. */
double ffn_expert_group(double tp, double ep);

#endif
