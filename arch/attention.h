/* Attention variants: operators, cache and weights. A variant is one row of the registry at the end
 * of attention.c; adding one touches that file only. */
#ifndef ARCH_ATTENTION_H
#define ARCH_ATTENTION_H

#include "arch/model.h"
#include "arch/op.h"

struct attention {
    const char *name;
    const char *also[4]; /* other names, ends with NULL */
    const char *doc;
    bool latent;    /* caches one latent for the keys and values of all heads: MLA */
    bool simulated; /* timing: simulator has operators for it (arch/simulator.h) */
    /* Checks its parameters against each other, as design_check does. */
    int (*check)(const struct model *m, struct err *err);
    /* Projections and core attention of all layers. */
    void (*ops)(const struct model *m, const struct shape *s, struct ops *out);
    double (*params)(const struct model *m); /* weights of one layer */
    /* Weights of one layer that every rank of a TP group keeps a full copy of. */
    double (*copied_params)(const struct model *m);
    /* Elements cached per token and layer on one of `tp` ranks; MLA's rotary part of these. */
    double (*cached)(const struct model *m, double tp);
    double (*cached_rope)(const struct model *m);
    /* Bytes of indexer keys cached in addition, per token and layer. */
    double (*cached_byte)(const struct model *m);
    /* Elements per token: live around core attention on one of `tp` ranks; of one head's query and
     * partial result, as exchanged under context parallelism. */
    double (*live)(const struct model *m, double tp);
    double (*query)(const struct model *m);
};

struct word attention_word(size_t i);    /* names of the registry, then the other names */
double attention_kind(const char *word); /* value of model.attention; `word` must be a name */
extern const struct attention attentions[];
extern const size_t attentions_n;

const struct attention *attention_of(const struct model *m);
double attention_params(const struct model *m);

/* Weights of one layer on one of `tp` ranks, in parameters. */
double attention_params_per_rank(const struct model *m, double tp);

/* KV cache of one token over all layers on one of `tp` ranks, in bytes; an element takes `kv_byte`,
 * of MLA's rotary part `rope_byte`. Layers with a window count in proportion to what they keep of
 * `context` tokens; with context 0, as if no layer had a window. */
double attention_kv_byte_per_token(const struct model *m, double tp, double kv_byte,
                                   double rope_byte, double context);

/* Query heads on one of `tp` ranks; KV heads on one of `tp` ranks, at least one. */
double attention_heads(const struct model *m, double tp);
double attention_kv_heads(const struct model *m, double tp);
double attention_head_dim(const struct model *m);

#endif
