/* The parameters of every layer's mixer and feed-forward, and the groups of equal layers. */
#ifndef ARCH_CATALOGUE_HUGGINGFACE_GROUPS_H
#define ARCH_CATALOGUE_HUGGINGFACE_GROUPS_H

#include "arch/catalogue/huggingface_layers.h"

/* Sets the mixer and the feed-forward of a layer with their parameters (huggingface_kinds.c). */
void group_set_mixer(struct config *c, const struct layer *l, struct stated_layers *out);
void group_set_feed(struct config *c, const struct layer *l, struct stated_layers *out);

/* Sets parameters of the group's kinds; a kind or a parameter that is not there is an error. */
void group_mixer(struct config *c, struct stated_layers *out, const char *kind);
void group_feed(struct config *c, struct stated_layers *out, const char *kind);
void group_put(struct config *c, struct stated_layers *out, const char *name, double value);

/* The same of a mixer's parameter by its word, which must be one. */
void group_put_word(struct config *c, struct stated_layers *out, const char *name,
                    const char *word);

/* Groups of all layers, in order of appearance but for that of the last layer, which is last. `of`
 * (one per layer) receives the index of its group. */
void groups_read(struct config *c, struct layer_list *out, size_t *n_layers, size_t **of);

#endif
