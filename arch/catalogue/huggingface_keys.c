#include "arch/catalogue/huggingface_keys.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const struct field count = {.unit = "1", .lo = 0, .hi = 1e7, .whole = true};

struct value config_find(const struct config *c, const char *key)
{
    struct value v = {.node = node_find(c->text, key)};
    bool outside = !v.node && (v.node = node_find(c->root, key)) != NULL;
    snprintf(v.path, sizeof v.path, "%s%s", c->text == c->root || outside ? "" : "text_config.",
             key);
    return v;
}

bool config_is_null(const struct value *v)
{
    return !v->node ||
           (node_kind(v->node) == NODE_SCALAR && strcmp(node_text(v->node), "null") == 0);
}

int config_number(const struct config *c, const char *key, const struct field *f, double absent,
                  double *out, struct err *err)
{
    struct value v = config_find(c, key);
    if (!config_is_null(&v))
        return node_bind_field(v.node, f, v.path, out, err);
    *out = absent;
    return isnan(absent) ? node_fail(c->text, v.path, err, "missing: add it") : 0;
}

int config_list(const struct config *c, const char *key, struct value *out, struct err *err)
{
    *out = config_find(c, key);
    if (config_is_null(out))
        out->node = NULL;
    else if (node_kind(out->node) != NODE_LIST)
        return node_fail(out->node, out->path, err, "not a list: give one");
    return 0;
}

int config_layer_list(const struct config *c, const char *key, double layers, struct value *out,
                      struct err *err)
{
    if (config_list(c, key, out, err) != 0)
        return -1;
    if (out->node && (double)node_count(out->node) < layers)
        return node_fail(out->node, out->path, err, "%zu entries: give one for each of %g layers",
                         node_count(out->node), layers);
    return 0;
}

int config_list_has(const struct value *list, double number, bool *out, struct err *err)
{
    *out = false;
    for (size_t i = 0; list->node && i < node_count(list->node); i++) {
        double value;
        if (node_bind_field(node_at(list->node, i), &count, list->path, &value, err) != 0)
            return -1;
        *out |= value == number;
    }
    return 0;
}

int config_entry_is(const struct value *list, double i, const char *const *words, bool *out,
                    struct err *err)
{
    const struct node *n = node_at(list->node, (size_t)i);
    char known[120] = "";
    for (size_t w = 0; words[w]; w++) {
        *out = w == 0;
        if (!strcmp(node_text(n), words[w]))
            return 0;
        size_t used = strlen(known);
        snprintf(known + used, sizeof known - used, "%s%s", w ? ", " : "", words[w]);
    }
    return node_fail(n, list->path, err, "\"%.60s\" is not known: one of %s", node_text(n), known);
}
