/* YAML files, with the position of every value for messages. The only module that knows libyaml.
 *
 * A file is a tree of nodes; a node is a scalar, a list or a map. Nodes are borrowed from the
 * conf and live until conf_close. Syntax errors, keys that are not scalars, keys given twice, merge
 * keys, tags and a second document are refused on opening. A UTF-8 byte order mark is passed over.
 * An empty file is an empty map. */
#ifndef BASE_CONF_H
#define BASE_CONF_H

#include <stddef.h>

#include "base/err.h"
#include "base/faults.h"
#include "base/field.h"

struct conf;
struct node;

enum node_kind { NODE_SCALAR, NODE_LIST, NODE_MAP };

/* Opens the file at `path`; a file that cannot be read is STATUS_INPUT too, as
 * "PATH: cannot be read: REASON". Caller closes. */
int conf_open(struct conf **out, const char *path, struct err *err);

/* The same from memory; `name` stands for the file in messages. */
int conf_parse(struct conf **out, const char *name, const char *text, struct err *err);

void conf_close(struct conf *c); /* takes NULL */

const char *conf_path(const struct conf *c);
const char *conf_text(const struct conf *c); /* the whole file, as read */
const struct node *conf_root(const struct conf *c);

enum node_kind node_kind(const struct node *n);
const char *node_text(const struct node *n);                /* of a scalar; "" otherwise */
size_t node_count(const struct node *n);                    /* items or entries; 0 of a scalar */
const struct node *node_at(const struct node *n, size_t i); /* i-th item, or i-th entry's value */
const char *node_key(const struct node *n, size_t i);       /* i-th entry's key */
const struct node *node_find(const struct node *map, const char *key); /* value, or NULL */
const struct node *node_key_node(const struct node *map, size_t i);    /* the key, for its place */
size_t node_line(const struct node *n);                                /* from 1 */
size_t node_column(const struct node *n);

/* "FILE:LINE:COLUMN: PATH: WHAT: RIGHT", lines and columns from 1; `path` NULL or "" leaves it
 * and its colon out. Always -1, STATUS_INPUT. */
int node_fail(const struct node *n, const char *path, struct err *err, const char *format, ...)
    PRINTF_LIKE(4, 5);

/* Passes on what went wrong while reading `file`, which `n` names: a complaint that already gives a
 * line of the file as it is, any other with the place of `n`. Always -1. */
int node_blame(const struct node *n, const char *path, const char *file, const struct err *inner,
               struct err *err);

/* Binds the scalar `n` to the field: parses, checks the range, stores into `object`. */
int node_bind_field(const struct node *n, const struct field *f, const char *path, void *object,
                    struct err *err);

/* Binds every entry of the map `n` to a row of `table`. `skip` names keys to pass over, NULL-ended
 * or NULL. An unknown key is an error that says which name is near. `given`, of table.n bools or
 * NULL, is set for the rows that were there. */
int node_bind(const struct node *n, struct fields table, const char *const *skip, void *object,
              bool *given, struct err *err);

/* The same for every entry, whatever is wrong with those before it. */
void node_bind_all(const struct node *n, struct fields table, void *object, struct faults *found);

/* Fails, at the map, if a row without a default (init NAN) still has no value in `object`. */
int node_require(const struct node *map, struct fields table, const void *object, struct err *err);

#endif
