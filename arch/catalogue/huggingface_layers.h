/* Which kind of mixer and of feed-forward each layer of a configuration has. */
#ifndef ARCH_CATALOGUE_HUGGINGFACE_LAYERS_H
#define ARCH_CATALOGUE_HUGGINGFACE_LAYERS_H

#include "arch/catalogue/huggingface_keys.h"

enum {
    MIX_FULL,
    MIX_WINDOW,
    MIX_CHUNK,
    MIX_LINEAR, /* linear attention: gated delta net, KDA, lightning */
    MIX_MAMBA,
    MIX_COMPRESSED,
    MIX_BLOCKS, /* block-sparse attention */
    MIX_CROSS,
    MIX_NONE
};
enum { FEED_DENSE, FEED_MOE, FEED_NONE };

struct layer {
    int mixer, feed;
    bool shares_kv;    /* reads keys and values of an earlier layer */
    bool shares_index; /* uses the selection of an earlier layer's indexer */
    double ratio;      /* of compressed attention */
    double kv_heads;   /* 0: as the model */
    double ffn;        /* 0: as the model */
};

/* One entry per layer; NULL after an error. Caller frees. */
struct layer *layers_read(struct config *c, size_t *n);

#endif
