/* Which layers have a window, and which have experts. */
#ifndef ARCH_CATALOGUE_HUGGINGFACE_PATTERN_H
#define ARCH_CATALOGUE_HUGGINGFACE_PATTERN_H

#include "arch/catalogue/huggingface_layers.h"

struct pattern {
    struct config *c;
    size_t n;
    struct layer *layer;
    bool single; /* layers have a mixer or a feed-forward, not both */
};

/* `listed`: layer_types has set the mixers. */
void pattern_read_windows(struct pattern *p, bool listed);
void pattern_read_experts(struct pattern *p);

#endif
