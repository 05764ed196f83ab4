/* The tree of a conf, for the readers that build it: conf_yaml.c, conf_json.c. */
#ifndef BASE_CONF_TREE_H
#define BASE_CONF_TREE_H

#include "base/conf.h"

struct node {
    const struct conf *conf;
    enum node_kind kind;
    const char *text;        /* of a scalar; "" for others */
    size_t n;                /* items or entries */
    const struct node **key; /* [n] of a map */
    const struct node **at;  /* [n] of a list or map */
    size_t line, column;     /* from 1 */
    int height;              /* levels of lists and maps from here down; -1 while it is computed */
};

struct conf {
    char *path, *text;
    struct node *node; /* the root first */
    size_t nodes;
    const struct node **child; /* memory of all key and at */
    char *scalars;             /* memory of all texts */
};

#endif
