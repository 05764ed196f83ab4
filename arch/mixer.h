/* Sequence mixers: attention of all kinds, and layers with a recurrent state. Each has a file
 * mixer_NAME.c, which owns its parameters and operators, and one row in the registry below. */
#ifndef ARCH_MIXER_H
#define ARCH_MIXER_H

#include "arch/layers.h"
#include "arch/op.h"

/* What one layer keeps of a request, on one of `tp` ranks: three kinds of elements, and bytes. */
struct kept {
    double token;       /* elements cached per token */
    double token_rope;  /* of these, MLA's rotary part */
    double token_index; /* of these, what an indexer reads */
    double token_byte;  /* bytes cached per token in addition: index keys and their scales */
    double window;      /* tokens that are cached at most; 0: all */
    double fixed;       /* elements in the format of the cache, at any context */
    double state;       /* elements of a recurrent state */
    double inputs;      /* elements in the format of activations: inputs of a convolution */
};

struct mixer {
    const char *name;
    const char *also[4]; /* other names, ends with NULL */
    const char *doc;
    const struct fields *fields; /* of its parameters, in struct sublayer */
    bool latent;                 /* caches one latent for the keys and values of all heads: MLA */
    bool recurrent;              /* keeps a state, which context parallelism cannot split */
    bool simulated;              /* timing: simulator has operators for it (arch/simulator.h) */
    size_t heads; /* offset, in its parameters, of the heads that the ranks of a TP group share */
    /* Checks its parameters against each other, as design_check does; NULL: any are right. */
    int (*check)(const struct sublayer *l, struct err *err);
    /* Projections and core of all its layers. */
    void (*ops)(const struct sublayer *l, const struct shape *s, struct ops *out);
    /* Weights of one layer; of these, what every rank of a TP group keeps a full copy of (NULL:
     * nothing). */
    double (*params)(const struct sublayer *l);
    double (*copied_params)(const struct sublayer *l);
    void (*kept)(struct kept *out, const struct sublayer *l, double tp);
    /* Elements per token on one of `tp` ranks: live around the core; a query and a partial result,
     * as exchanged under context parallelism (NULL if recurrent). A window and the tokens of an
     * image stay whole on the device that computes the query: 0. */
    double (*live)(const struct sublayer *l, double tp);
    double (*query)(const struct sublayer *l, double tp);
};

/* The registry: ROW(NAME) of mixer_NAME.c. */
#define MIXERS(ROW)                                                                                \
    ROW(gqa)                                                                                       \
    ROW(mla)                                                                                       \
    ROW(gdn)                                                                                       \
    ROW(kda)                                                                                       \
    ROW(mamba1)                                                                                    \
    ROW(mamba2)                                                                                    \
    ROW(lightning)                                                                                 \
    ROW(compressed)                                                                                \
    ROW(block_sparse)                                                                              \
    ROW(mfa)                                                                                       \
    ROW(cross)

#define MIXER(name) extern const struct mixer mixer_##name;
MIXERS(MIXER)
#undef MIXER

extern const struct mixer *const mixers[];
extern const size_t mixers_n;

struct word mixer_word(size_t i);              /* names of the registry, then the other names */
const struct mixer *mixer_named(const char *); /* NULL: there is none */
double mixer_index(const char *word);          /* value of model.attention; must be a name */
const struct mixer *mixer_of(const struct model *m); /* of model.attention */

static inline double mixer_heads(const struct mixer *kind, const struct sublayer *l)
{
    return *(const double *)((const char *)sublayer_values(l) + kind->heads);
}

static inline double mixer_copied_params(const struct mixer *kind, const struct sublayer *l)
{
    return kind->copied_params ? kind->copied_params(l) : 0;
}

static inline int mixer_check(const struct mixer *kind, const struct sublayer *l, struct err *err)
{
    return kind->check ? kind->check(l, err) : 0;
}

#endif
