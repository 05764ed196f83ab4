/* What the keys of a family of models leave open: defaults of transformers. */
#ifndef ARCH_CATALOGUE_HUGGINGFACE_FAMILIES_H
#define ARCH_CATALOGUE_HUGGINGFACE_FAMILIES_H

#include "arch/catalogue/huggingface_keys.h"

enum { TYPES_MOST = 28 };

enum window_rule {
    WINDOW_ALL,      /* every layer */
    WINDOW_SWITCHED, /* with use_sliding_window, from layer max_window_layers on */
    WINDOW_PATTERN,  /* all but every `full_every`-th layer */
    WINDOW_NO_ROPE   /* all but the layers without rotary embedding */
};

enum linear_kind { LINEAR_BY_KEYS, LINEAR_LIGHTNING, LINEAR_MAMBA1 };

/* A default of 0 for kv_heads: as many as heads; for head_dim: hidden / heads; NAN: required. */
struct family {
    const char *type[TYPES_MOST]; /* model_type; ends with NULL */
    double kv_heads, head_dim;
    double ffn_times; /* width of the feed-forward over that of the stream; NAN: required */
    enum window_rule window_rule;
    double window, full_every; /* window if the key is absent; 0: none */
    bool plain;                /* feed-forward with two matrices */
    bool halved;               /* the key of the feed-forward's width counts gate and up together */
    bool tied;                 /* head and embedding share weights, if no key says so */
    bool first_dense;          /* first_k_dense_replace is required */
    bool mla;                  /* multi-head latent attention */
    bool indexed;              /* the keys of the indexer are required */
    bool shared_as_expert;     /* one shared expert, as wide as a routed one */
    bool shared_gate;          /* the shared expert has a gate */
    bool gate;                 /* full output gate */
    bool beside;               /* attention and Mamba side by side in every layer */
    bool doubled;              /* a layer is two of attention and feed-forward, with one MoE */
    enum linear_kind linear;
    double wide_window_heads; /* query heads of window layers, if a key does not say */
};

/* By model_type, also with "_text" behind it, or by the class in `architectures`; NULL: unknown. */
const struct family *family_of(const char *name);

/* Types, "llama, mistral, ...". */
void family_names(char *out, size_t size);

#endif
