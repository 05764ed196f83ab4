/* Attention variants: what each costs, caches and weighs. A variant is one row of the registry at
 * the end of attention.c; adding one touches that file only. */
#ifndef ARCH_ATTENTION_H
#define ARCH_ATTENTION_H

#include "arch/model.h"
#include "arch/op.h"

struct attention {
    const char *name;
    const char *also[4]; /* other words for it, that say more of the model; ends with NULL */
    const char *doc;
    bool latent;    /* what is cached stands for keys and values of all heads: MLA */
    bool simulated; /* arXiv:2507.15465's simulator has it: timing simulator (arch/simulator.h) */
    /* What must hold between its parameters, as design_check. */
    int (*check)(const struct model *m, struct err *err);
    /* Projections and core attention of all layers. */
    void (*ops)(const struct model *m, const struct shape *s, struct ops *out);
    double (*params)(const struct model *m); /* weights of one layer */
    /* Weights of one layer that every rank of a TP group holds whole. */
    double (*copied_params)(const struct model *m);
    /* Numbers cached per token and layer by one of `tp` ranks; of them, MLA's rotary part. */
    double (*cached)(const struct model *m, double tp);
    double (*cached_rope)(const struct model *m);
    /* Indexer keys cached beside them, one byte each. */
    double (*cached_byte)(const struct model *m);
    /* Numbers per token and device: what is live around the core, of one of `tp` ranks; a query as
     * it is sent to other devices that hold parts of the context, of one head. */
    double (*live)(const struct model *m, double tp);
    double (*query)(const struct model *m);
};

struct word attention_word(size_t i);    /* names of the registry, and their other words */
double attention_kind(const char *word); /* what model.attention is for a word; it must be one */
extern const struct attention attentions[];
extern const size_t attentions_n;

const struct attention *attention_of(const struct model *m);
double attention_params(const struct model *m);

/* Weights of one layer on one of `tp` ranks, in parameters. */
double attention_params_per_rank(const struct model *m, double tp);

/* Cache of one token over all layers on one of `tp` ranks, in bytes, from those of a number, of
 * MLA's rotary part `rope_byte`; at `context` tokens, so that
 * windowed layers count for what they keep. With context 0: as if no layer had a window. */
double attention_kv_byte_per_token(const struct model *m, double tp, double kv_byte,
                                   double rope_byte, double context);

/* Query heads on one of `tp` ranks; KV heads likewise, at least one. */
double attention_heads(const struct model *m, double tp);
double attention_kv_heads(const struct model *m, double tp);
double attention_head_dim(const struct model *m);

#endif
