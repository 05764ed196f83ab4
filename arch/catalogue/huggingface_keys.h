/* Keys of a config.json: what they are bound to, and what is said where one is missing or wrong. */
#ifndef ARCH_CATALOGUE_HUGGINGFACE_KEYS_H
#define ARCH_CATALOGUE_HUGGINGFACE_KEYS_H

#include "base/conf.h"
#include "base/field.h"

/* The file; of a model with eyes and ears, `text` is the part that writes. */
struct config {
    const struct node *root, *text;
    const char *type;
};

struct value {
    const struct node *node; /* NULL: absent; null is a node */
    char path[80];
};

struct value config_find(const struct config *c, const char *key);

bool config_is_null(const struct value *v);

/* One number beside the model's own; `absent` NAN if it must be there. */
int config_number(const struct config *c, const char *key, const struct field *f, double absent,
                  double *out, struct err *err);

/* A list that may be absent or null; *out is NULL then. */
int config_list(const struct config *c, const char *key, struct value *out, struct err *err);

/* The same of one entry per layer. */
int config_layer_list(const struct config *c, const char *key, double layers, struct value *out,
                      struct err *err);

int config_list_has(const struct value *list, double number, bool *out, struct err *err);

/* Is entry i of the list the first of these words? It must be one of them. */
int config_entry_is(const struct value *list, double i, const char *const *words, bool *out,
                    struct err *err);

#endif
