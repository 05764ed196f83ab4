/* Look-up of keys in a config.json, with errors for missing and wrong values. */
#ifndef ARCH_CATALOGUE_HUGGINGFACE_KEYS_H
#define ARCH_CATALOGUE_HUGGINGFACE_KEYS_H

#include "base/conf.h"
#include "base/field.h"

/* The file; in a multimodal model, `text` is the configuration of the language model. */
struct config {
    const struct node *root, *text;
    const char *type;
};

struct value {
    const struct node *node; /* NULL: absent (a null value is a node) */
    char path[80];
};

struct value config_find(const struct config *c, const char *key);

bool config_is_null(const struct value *v);

/* A number that is not a model parameter itself; `absent`: its default, NAN if it is required. */
int config_number(const struct config *c, const char *key, const struct field *f, double absent,
                  double *out, struct err *err);

/* An optional list; out->node is NULL if it is absent or null. */
int config_list(const struct config *c, const char *key, struct value *out, struct err *err);

/* An optional list with one entry per layer. */
int config_layer_list(const struct config *c, const char *key, double layers, struct value *out,
                      struct err *err);

int config_list_has(const struct value *list, double number, bool *out, struct err *err);

/* Is entry i of the list the first of `words`? An entry that is none of them is an error. */
int config_entry_is(const struct value *list, double i, const char *const *words, bool *out,
                    struct err *err);

#endif
