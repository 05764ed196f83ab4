/* The parameters of every layer's mixer and feed-forward, and the groups of equal layers. */
#ifndef ARCH_CATALOGUE_HUGGINGFACE_GROUPS_H
#define ARCH_CATALOGUE_HUGGINGFACE_GROUPS_H

#include "arch/catalogue/huggingface_layers.h"

/* A group under construction. */
struct draft {
    struct config *c;
    struct stated_layers *group;
};

/* Fills the group of one layer; beside[0..] are sublayers beside it. Returns how many there are. */
void group_set_mixer(struct config *c, const struct layer *l, struct stated_layers *out);
void group_set_feed(struct config *c, const struct layer *l, struct stated_layers *out);

/* An empty group of `count` layers. */
void group_init(struct stated_layers *out, double count);

/* Sets parameters of the group's kinds; a kind or a parameter that is not there is an error. */
void group_mixer(struct config *c, struct stated_layers *out, const char *kind);
void group_feed(struct config *c, struct stated_layers *out, const char *kind);
void group_put(struct config *c, struct stated_layers *out, const char *name, double value);

/* Groups of all layers, in order of appearance but for that of the last layer, which is last. `of`
 * (one per layer) receives the index of its group. */
void groups_read(struct config *c, struct layer_list *out, size_t *n_layers, size_t **of);

#endif
