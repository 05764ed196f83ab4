/* The layers of a model file: a list of groups of equal layers.
 *
 *   layers:
 *     - {count: 36, mixer: gdn, feed_forward: moe, key_heads: 16, value_heads: 32}
 *     - {count: 12, mixer: gqa, feed_forward: moe, head_dim: 256}
 *
 * `mixer` is by default that of the key `attention`, `feed_forward` is moe in a model with experts,
 * else dense; `none` leaves either out. Other keys are parameters of the two kinds; what a group
 * leaves out is as the model's own key says. `beside: yes`: sublayers beside those of the group
 * before, in the same layers. `draft: yes`: no layers of the model, but the layer of an MTP module,
 * which else repeats the last layer; without a count. */
#ifndef ARCH_CATALOGUE_LAYER_LIST_H
#define ARCH_CATALOGUE_LAYER_LIST_H

#include "arch/layers.h"
#include "base/conf.h"

/* Is the model file's value of `layers` a list? */
bool layer_list_is(const struct node *root);

/* Checks that every value of the model's list is stated, and describes the first mixer by the
 * model's own values. Errors are at `at`. */
int layer_list_finish(const struct node *at, struct layer_list *list, struct model *m,
                      struct err *err);

/* Reads the list of the file into `out` and its number of layers into the model, whose other values
 * are read already. */
int layer_list_read(const struct node *root, struct layer_list *out, struct model *m,
                    struct err *err);

#endif
