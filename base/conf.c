#include "base/conf.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/conf_tree.h"
#include "base/mem.h"

enum node_kind node_kind(const struct node *n)
{
    return n->kind;
}

const char *node_text(const struct node *n)
{
    return n->text;
}

size_t node_count(const struct node *n)
{
    return n->n;
}

const struct node *node_at(const struct node *n, size_t i)
{
    assert(i < n->n);
    return n->at[i];
}

const struct node *node_key_node(const struct node *map, size_t i)
{
    assert(map->kind == NODE_MAP && i < map->n);
    return map->key[i];
}

const char *node_key(const struct node *n, size_t i)
{
    return node_text(node_key_node(n, i));
}

const struct node *node_find(const struct node *map, const char *key)
{
    for (size_t i = 0; map->kind == NODE_MAP && i < map->n; i++) {
        if (strcmp(node_key(map, i), key) == 0)
            return map->at[i];
    }
    return NULL;
}

size_t node_line(const struct node *n)
{
    return n->line;
}

size_t node_column(const struct node *n)
{
    return n->column;
}

int node_fail(const struct node *n, const char *path, struct err *err, const char *format, ...)
{
    char what[sizeof err->text];
    va_list args;
    va_start(args, format);
    vsnprintf(what, sizeof what, format, args);
    va_end(args);
    bool named = path != NULL && *path != '\0';
    return fail(err, "%s:%zu:%zu: %s%s%s", n->conf->path, node_line(n), node_column(n),
                named ? path : "", named ? ": " : "", what);
}

static size_t digits(const char *text)
{
    return strspn(text, "0123456789");
}

/* Does a message start with FILE:LINE:COLUMN: ? */
static bool has_place(const char *text)
{
    for (const char *at = strchr(text, ':'); at && at[1] != ' '; at = strchr(at + 1, ':')) {
        size_t line = digits(at + 1), column = line ? digits(at + line + 2) : 0;
        if (column && at[line + 1] == ':' && at[line + column + 2] == ':')
            return true;
    }
    return false;
}

int node_fail_file(const struct node *n, const char *path, const struct err *inner, struct err *err)
{
    if (!has_place(inner->text) && inner->status == STATUS_INPUT)
        return node_fail(n, path, err, "%s", inner->text);
    *err = *inner;
    return -1;
}

const char *conf_path(const struct conf *c)
{
    return c->path;
}

const char *conf_text(const struct conf *c)
{
    return c->text;
}

const struct node *conf_root(const struct conf *c)
{
    return &c->node[0];
}

void conf_close(struct conf *c)
{
    if (c == NULL)
        return;
    free(c->node);
    free(c->child);
    free(c->scalars);
    free(c->text);
    free(c->path);
    free(c);
}

int node_bind_field(const struct node *n, const struct field *f, const char *path, void *object,
                    struct err *err)
{
    if (node_kind(n) != NODE_SCALAR)
        return node_fail(n, path, err, "%s: write one value",
                         node_kind(n) == NODE_LIST ? "a list" : "a map");
    double value;
    struct err why;
    if (field_parse(f, node_text(n), &value, &why) != 0)
        return node_fail(n, path, err, "%s", why.text);
    field_put(f, object, value);
    return 0;
}

static char *path_of(struct fields table, const char *name)
{
    return mem_print("%s%s%s", table.section, *table.section != '\0' ? "." : "", name);
}

static int fail_unknown(const struct node *key, struct fields table, const char *const *skip,
                        struct err *err)
{
    enum { MOST = 12 };
    size_t n = table.n;
    for (size_t i = 0; skip != NULL && skip[i] != NULL; i++)
        n++;
    const char **names = mem_alloc(n, sizeof *names);
    for (size_t i = 0; i < n; i++)
        names[i] = i < table.n ? table.row[i].name : skip[i - table.n];

    char *path = path_of(table, node_text(key));
    const char *near = name_nearest(node_text(key), names, n);
    if (near != NULL) {
        node_fail(key, path, err, "unknown name: did you mean \"%s\"?", near);
    } else {
        char list[600] = "";
        size_t used = 0;
        for (size_t i = 0; i < n && i <= MOST && used < sizeof list; i++)
            used += (size_t)snprintf(list + used, sizeof list - used, "%s%s", i > 0 ? ", " : "",
                                     i < MOST ? names[i] : "...");
        node_fail(key, path, err, "unknown name: one of %s", list);
    }
    free(path);
    free(names);
    return -1;
}

static bool is_listed(const char *name, const char *const *names)
{
    for (; names != NULL && *names != NULL; names++) {
        if (strcmp(name, *names) == 0)
            return true;
    }
    return false;
}

/* `seen` has one flag per row. */
static int bind_entry(const struct node *n, size_t i, struct fields table, void *object, bool *seen,
                      const char *const *skip, struct err *err)
{
    const struct node *key = node_key_node(n, i);
    if (is_listed(node_text(key), skip))
        return 0;
    const struct field *f = field_find(table, node_text(key));
    if (f == NULL)
        return fail_unknown(key, table, skip, err);
    char *path = path_of(table, f->name);
    int status;
    if (seen[f - table.row])
        status = node_fail(key, path, err, "given twice: keep one");
    else
        status = node_bind_field(node_at(n, i), f, path, object, err);
    seen[f - table.row] = true;
    free(path);
    return status;
}

int node_bind(const struct node *n, struct fields table, const char *const *skip, void *object,
              bool *given, struct err *err)
{
    if (node_kind(n) == NODE_SCALAR && *node_text(n) == '\0')
        return 0; /* an empty section */
    if (node_kind(n) != NODE_MAP)
        return node_fail(n, table.section, err, "not a map: write lines of NAME: VALUE");
    bool *seen = mem_alloc(table.n, sizeof *seen);
    int status = 0;
    for (size_t i = 0; i < node_count(n) && status == 0; i++)
        status = bind_entry(n, i, table, object, seen, skip, err);
    for (size_t i = 0; given != NULL && i < table.n; i++) {
        if (seen[i])
            given[i] = true;
    }
    free(seen);
    return status;
}

void node_add_fault(const struct node *n, struct faults *found, const struct err *what)
{
    faults_add(found, node_line(n), node_column(n), what);
}

void node_bind_all(const struct node *n, struct fields table, const char *const *skip, void *object,
                   struct faults *found)
{
    struct err err;
    bool *seen = mem_alloc(table.n, sizeof *seen);
    if (node_kind(n) != NODE_MAP && node_bind(n, table, skip, object, NULL, &err) != 0)
        node_add_fault(n, found, &err);
    for (size_t i = 0; node_kind(n) == NODE_MAP && i < node_count(n); i++) {
        if (bind_entry(n, i, table, object, seen, skip, &err) != 0)
            node_add_fault(node_at(n, i), found, &err);
    }
    free(seen);
}

int node_require(const struct node *map, struct fields table, const void *object, struct err *err)
{
    for (size_t i = 0; i < table.n; i++) {
        const struct field *f = &table.row[i];
        double unused;
        struct err why;
        if (!isnan(f->init) || !isnan(field_get(f, object)))
            continue;
        field_parse(f, "", &unused, &why);
        char *path = path_of(table, f->name);
        node_fail(map, path, err, "%s", why.text);
        free(path);
        return -1;
    }
    return 0;
}
