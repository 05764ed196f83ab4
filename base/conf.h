/* YAML files, with the position of every value for messages. Only conf_yaml.c uses libyaml.
 *
 * A file is a tree of nodes; a node is a scalar, a list or a map. Nodes are borrowed from the conf
 * and live until conf_close. Opening a file refuses syntax errors, keys that are not scalars,
 * duplicate keys, merge keys, tags, control characters (base/text.h) and a second document. A UTF-8
 * byte order mark is skipped. An empty file is an empty map. */
#ifndef BASE_CONF_H
#define BASE_CONF_H

#include <stddef.h>

#include "base/err.h"
#include "base/faults.h"
#include "base/field.h"

struct conf;
struct node;

enum node_kind { NODE_SCALAR, NODE_LIST, NODE_MAP };

/* Opens the file at `path`. A file that cannot be read is STATUS_INPUT as well, with the text
 * "PATH: cannot be read: REASON". Caller closes. */
int conf_open(struct conf **out, const char *path, struct err *err);

/* Parses text in memory; `name` replaces the file name in messages. */
int conf_parse(struct conf **out, const char *name, const char *text, struct err *err);

void conf_close(struct conf *c); /* takes NULL */

const char *conf_path(const struct conf *c);
const char *conf_text(const struct conf *c); /* the whole file, as read */
const struct node *conf_root(const struct conf *c);

enum node_kind node_kind(const struct node *n);
const char *node_text(const struct node *n);                /* of a scalar; "" for others */
size_t node_count(const struct node *n);                    /* items or entries; 0 for a scalar */
const struct node *node_at(const struct node *n, size_t i); /* i-th item, or i-th entry's value */
const char *node_key(const struct node *n, size_t i);       /* i-th entry's key */
const struct node *node_find(const struct node *map, const char *key); /* value, or NULL */
const struct node *node_key_node(const struct node *map,
                                 size_t i); /* the key's own node, for its position */
size_t node_line(const struct node *n);     /* from 1 */
size_t node_column(const struct node *n);

/* "FILE:LINE:COLUMN: PATH: WHAT: RIGHT", lines and columns from 1; `path` NULL or "" leaves it
 * and its colon out. Always -1, STATUS_INPUT. */
int node_fail(const struct node *n, const char *path, struct err *err, const char *format, ...)
    PRINTF_LIKE(4, 5);

/* Reports an error found while reading a file that `n` names. An error that already starts with
 * FILE:LINE:COLUMN is passed on unchanged; any other gets the position of `n`. Always -1. */
int node_fail_file(const struct node *n, const char *path, const struct err *inner,
                   struct err *err);

/* Binds the scalar `n` to the field: parses it, checks the range, stores it in `object`. */
int node_bind_field(const struct node *n, const struct field *f, const char *path, void *object,
                    struct err *err);

/* Binds every entry of the map `n` to a row of `table`. `skip` lists keys to ignore,
 * NULL-terminated, or is NULL. An unknown key is an error that suggests the nearest name. `given`
 * (table.n bools, or NULL) is set for the rows that the map contains. */
int node_bind(const struct node *n, struct fields table, const char *const *skip, void *object,
              bool *given, struct err *err);

/* Adds an error at the position of the node. */
void node_add_fault(const struct node *n, struct faults *found, const struct err *what);

/* As node_bind, but collects the errors of all entries in `found`. */
void node_bind_all(const struct node *n, struct fields table, const char *const *skip, void *object,
                   struct faults *found);

/* Fails, at the position of the map, if a row without a default (init NAN) has no value in
 * `object`. */
int node_require(const struct node *map, struct fields table, const void *object, struct err *err);

#endif
