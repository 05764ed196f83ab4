/* Core attention of one layer, which reads keys and values once and keeps scores on the chip. Each
 * decode token attends to the context, or to its window; each prompt token attends to the prefix
 * and to the prompt up to itself (causal). Shared by all kinds of attention. */
#ifndef ARCH_MIXER_CORE_H
#define ARCH_MIXER_CORE_H

#include "arch/op.h"
#include "base/err.h"

struct core {
    double flop;        /* per pair of a token and one it attends to */
    double cached_byte; /* read per token of context */
    double kept_byte;   /* cached per token, of which a window keeps at most `window`; 0: all */
    double window;
    double q_and_o;   /* elements read and written per token */
    double wire;      /* elements sent to and from a discrete engine, per token */
    double positions; /* that an indexer of this layer selects, per token */
    enum kernel decode, prefill;
    bool per_head; /* as many KV heads as query heads */
    /* Decode that reads selected ones: entries that lie together, and all in the cache; 0: in
     * order. */
    double together, cached;
};

/* The tokens that a token attends to: up to itself, at most `window`, only those of its own chunk
 * of that width if chunked. */
struct reach {
    double window;
    bool chunked;
};

extern const struct reach all_tokens;

/* The reach of a layer with `window`; 0: all tokens. */
struct reach core_reach(double window, double chunked);

/* Pairs of a token and one it attends to, for the tokens from `prefix` to `prompt`. */
double core_causal_pairs(double prompt, double prefix, struct reach reach);

/* Tokens that a decoded token attends to. Contexts differ between requests, so that a token stands
 * anywhere in its chunk: it sees (chunk + 1) / 2 on average. */
double core_tokens_seen(double context, struct reach reach);

/* Tokens that one decoded token attends to, and those read for all decoded tokens of a request. */
struct sight {
    double seen, read;
};

void core_add_decode(struct ops *out, const char *name, double layers, struct sight at,
                     const struct shape *s, const struct core *c);
void core_add_prefill(struct ops *out, const char *name, double layers, struct reach reach,
                      const struct shape *s, const struct core *c);

/* KV heads on one of `tp` ranks: with more ranks than KV heads, every rank keeps a copy of one. */
static inline double core_kv_heads(double kv_heads, double tp)
{
    double each = kv_heads / tp;
    return each > 1 ? each : 1;
}

/* Grouped heads; kv_heads 0: as many as query heads, dim 0: hidden / heads. */
struct core_heads {
    double q, kv, dim;
};

/* The same on one of `tp` ranks, without zeros. */
static inline struct core_heads core_heads_per_rank(struct core_heads h, double hidden, double tp)
{
    return (struct core_heads){h.q / tp, core_kv_heads(h.kv > 0 ? h.kv : h.q, tp),
                               h.dim > 0 ? h.dim : hidden / h.q};
}

/* Fails if the KV heads do not divide the query heads. */
int core_check_heads(double heads, double kv_heads, struct err *err);

#endif
