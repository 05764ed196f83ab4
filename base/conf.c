#define _POSIX_C_SOURCE 200809L

#include "base/conf.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <yaml.h>

#include "base/mem.h"
#include "base/text.h"
#include "base/text_file.h"

enum { MOST_MIB = 16, DEEPEST = 64, ANCHORS_MOST = 1000 };

struct node {
    const struct conf *conf;
    const yaml_node_t *yaml;
    int height; /* levels of lists and maps from here down; -1 while it is computed */
};

struct conf {
    char *path, *text;
    yaml_document_t document;
    struct node *node; /* one per node of the document, in document order */
    size_t nodes;
};

static const struct node *node_of(const struct conf *c, int index)
{
    return &c->node[index - 1];
}

enum node_kind node_kind(const struct node *n)
{
    switch (n->yaml->type) {
    case YAML_MAPPING_NODE:
        return NODE_MAP;
    case YAML_SEQUENCE_NODE:
        return NODE_LIST;
    default:
        return NODE_SCALAR;
    }
}

const char *node_text(const struct node *n)
{
    return node_kind(n) == NODE_SCALAR ? (const char *)n->yaml->data.scalar.value : "";
}

size_t node_count(const struct node *n)
{
    switch (node_kind(n)) {
    case NODE_MAP:
        return (size_t)(n->yaml->data.mapping.pairs.top - n->yaml->data.mapping.pairs.start);
    case NODE_LIST:
        return (size_t)(n->yaml->data.sequence.items.top - n->yaml->data.sequence.items.start);
    default:
        return 0;
    }
}

const struct node *node_at(const struct node *n, size_t i)
{
    assert(i < node_count(n));
    if (node_kind(n) == NODE_MAP)
        return node_of(n->conf, n->yaml->data.mapping.pairs.start[i].value);
    return node_of(n->conf, n->yaml->data.sequence.items.start[i]);
}

const struct node *node_key_node(const struct node *map, size_t i)
{
    assert(node_kind(map) == NODE_MAP && i < node_count(map));
    return node_of(map->conf, map->yaml->data.mapping.pairs.start[i].key);
}

const char *node_key(const struct node *n, size_t i)
{
    return node_text(node_key_node(n, i));
}

const struct node *node_find(const struct node *map, const char *key)
{
    if (node_kind(map) != NODE_MAP)
        return NULL;
    for (size_t i = 0; i < node_count(map); i++) {
        if (strcmp(node_key(map, i), key) == 0)
            return node_at(map, i);
    }
    return NULL;
}

size_t node_line(const struct node *n)
{
    return n->yaml->start_mark.line + 1;
}

size_t node_column(const struct node *n)
{
    return n->yaml->start_mark.column + 1;
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
    if (!has_place(inner->text) && !inner->memory)
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
    yaml_document_delete(&c->document);
    free(c->text);
    free(c->path);
    free(c);
}

/* For bytes that are not UTF-8 libyaml gives an offset, not a line. */
static int fail_reading(const struct conf *c, const yaml_parser_t *parser, struct err *err)
{
    size_t line = 1, column = 1;
    for (size_t i = 0; i < parser->problem_offset; i++) {
        if (c->text[i] == '\n') {
            line++;
            column = 1;
        } else {
            column += ((unsigned char)c->text[i] & 0xC0) != 0x80;
        }
    }
    return fail(err, "%s:%zu:%zu: %s: give UTF-8 text", c->path, line, column, parser->problem);
}

static int fail_syntax(const struct conf *c, const yaml_parser_t *parser, struct err *err)
{
    if (parser->error == YAML_MEMORY_ERROR || parser->problem == NULL) /* it forgets to say so */
        return fail_memory(err, c->path);
    if (parser->error == YAML_READER_ERROR)
        return fail_reading(c, parser, err);
    return fail(err, "%s:%zu:%zu: %s: correct the YAML syntax", c->path,
                parser->problem_mark.line + 1, parser->problem_mark.column + 1, parser->problem);
}

static bool has_anchor(const yaml_event_t *e)
{
    return (e->type == YAML_SCALAR_EVENT && e->data.scalar.anchor != NULL) ||
           (e->type == YAML_SEQUENCE_START_EVENT && e->data.sequence_start.anchor != NULL) ||
           (e->type == YAML_MAPPING_START_EVENT && e->data.mapping_start.anchor != NULL);
}

/* Runs before loading because libyaml takes quadratic time on nested brackets and on anchors. */
static int check_events(struct conf *c, yaml_parser_t *parser, struct err *err)
{
    int depth = 0, anchors = 0;
    for (bool more = true; more;) {
        yaml_event_t event;
        if (!yaml_parser_parse(parser, &event))
            return fail_syntax(c, parser, err);
        yaml_event_type_t type = event.type;
        yaml_mark_t at = event.start_mark;
        anchors += has_anchor(&event);
        yaml_event_delete(&event);
        if (anchors > ANCHORS_MOST)
            return fail(err, "%s:%zu:%zu: too many anchors: at most %d", c->path, at.line + 1,
                        at.column + 1, (int)ANCHORS_MOST);
        depth += type == YAML_SEQUENCE_START_EVENT || type == YAML_MAPPING_START_EVENT;
        depth -= type == YAML_SEQUENCE_END_EVENT || type == YAML_MAPPING_END_EVENT;
        if (depth > DEEPEST)
            return fail(err, "%s:%zu:%zu: nested too deeply: at most %d levels", c->path,
                        at.line + 1, at.column + 1, (int)DEEPEST);
        more = type != YAML_STREAM_END_EVENT;
    }
    return 0;
}

/* Loads the only document into c->document. */
static int load(struct conf *c, yaml_parser_t *parser, struct err *err)
{
    if (!yaml_parser_load(parser, &c->document))
        return fail_syntax(c, parser, err);
    const yaml_node_t *root = yaml_document_get_root_node(&c->document);
    if (root != NULL) {
        yaml_document_t second;
        if (!yaml_parser_load(parser, &second))
            return fail_syntax(c, parser, err);
        bool more = yaml_document_get_root_node(&second) != NULL;
        size_t line = second.start_mark.line + 1, column = second.start_mark.column + 1;
        yaml_document_delete(&second);
        if (more)
            return fail(err, "%s:%zu:%zu: a second document: keep one", c->path, line, column);
    }
    bool empty = root == NULL || (root->type == YAML_SCALAR_NODE && root->data.scalar.length == 0 &&
                                  root->data.scalar.style == YAML_PLAIN_SCALAR_STYLE);
    if (!empty)
        return 0;
    yaml_document_delete(&c->document);
    if (!yaml_document_initialize(&c->document, NULL, NULL, NULL, 1, 1) ||
        !yaml_document_add_mapping(&c->document, NULL, YAML_BLOCK_MAPPING_STYLE))
        return fail_memory(err, c->path);
    return 0;
}

struct key {
    const char *text;
    const struct node *node;
};

static int by_text_and_position(const void *left, const void *right)
{
    const struct key *a = left, *b = right;
    int order = strcmp(a->text, b->text);
    return order != 0 ? order : (a->node > b->node) - (a->node < b->node);
}

static bool is_merge(const struct node *key)
{
    return strcmp(node_text(key), "<<") == 0 &&
           key->yaml->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
}

static int check_keys(const struct node *map, struct err *err)
{
    size_t n = node_count(map);
    struct key *key = mem_alloc(n, sizeof *key);
    int status = 0;
    for (size_t i = 0; i < n && status == 0; i++) {
        key[i] = (struct key){node_key(map, i), node_key_node(map, i)};
        if (node_kind(key[i].node) != NODE_SCALAR)
            status = node_fail(key[i].node, NULL, err, "the key is a list or a map: write a word");
        else if (is_merge(key[i].node))
            status = node_fail(key[i].node, "<<", err,
                               "merge keys are not supported: write out the keys of the other map");
    }
    if (status == 0)
        qsort(key, n, sizeof *key, by_text_and_position);
    for (size_t i = 1; i < n && status == 0; i++) {
        if (strcmp(key[i - 1].text, key[i].text) == 0)
            status = node_fail(key[i].node, key[i].text, err, "given twice: keep one");
    }
    free(key);
    return status;
}

/* The type of a value follows from its key, so tags are refused. libyaml itself adds the tags below
 * to untagged nodes. */
static int check_tag(const struct node *n, struct err *err)
{
    static const char *const plain[] = {
        [NODE_SCALAR] = YAML_STR_TAG, [NODE_LIST] = YAML_SEQ_TAG, [NODE_MAP] = YAML_MAP_TAG};
    const char *tag = (const char *)n->yaml->tag;
    if (tag == NULL || strcmp(tag, plain[node_kind(n)]) == 0)
        return 0;
    return node_fail(n, NULL, err, "tag \"%.80s\": write the value without it", tag);
}

static int check_node(const struct node *n, struct err *err)
{
    if (check_tag(n, err) != 0)
        return -1;
    if (node_kind(n) == NODE_MAP)
        return check_keys(n, err);
    if (node_kind(n) == NODE_SCALAR && strlen(node_text(n)) < n->yaml->data.scalar.length)
        return node_fail(n, NULL, err, "a NUL character in the text: remove it");
    struct err inner;
    if (text_check(node_text(n), "\n\r\t", &inner) != 0)
        return node_fail(n, NULL, err, "%s", inner.text);
    return 0;
}

/* Aliases make the tree a graph: each node is visited once, and none may contain itself. */
static int check_depth(struct conf *c, struct node *n, int depth, struct err *err)
{
    if (n->height < 0)
        return node_fail(n, NULL, err, "contains itself: remove the alias");
    int below = 0;
    if (n->height == 0) {
        n->height = -1;
        for (size_t i = 0; i < node_count(n) && depth < DEEPEST; i++) {
            struct node *child = &c->node[node_at(n, i) - c->node];
            if (check_depth(c, child, depth + 1, err) != 0)
                return -1;
            below = child->height > below ? child->height : below;
        }
        n->height = below + (node_kind(n) != NODE_SCALAR);
    }
    if (depth + n->height > DEEPEST)
        return node_fail(n, NULL, err, "nested too deeply: at most %d levels", (int)DEEPEST);
    return 0;
}

static int check(struct conf *c, struct err *err)
{
    c->nodes = (size_t)(c->document.nodes.top - c->document.nodes.start);
    c->node = mem_alloc(c->nodes, sizeof *c->node);
    for (size_t i = 0; i < c->nodes; i++)
        c->node[i] = (struct node){.conf = c, .yaml = &c->document.nodes.start[i]};
    for (size_t i = 0; i < c->nodes; i++) {
        if (check_node(&c->node[i], err) != 0)
            return -1;
    }
    return check_depth(c, &c->node[0], 0, err);
}

typedef int pass_fn(struct conf *c, yaml_parser_t *parser, struct err *err);

static int run_pass(struct conf *c, size_t length, pass_fn *pass, struct err *err)
{
    yaml_parser_t parser;
    if (!yaml_parser_initialize(&parser))
        return fail_memory(err, c->path);
    yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&parser, (const unsigned char *)c->text, length);
    int status = pass(c, &parser, err);
    yaml_parser_delete(&parser);
    return status;
}

/* Takes ownership of `text`. */
static int parse(struct conf **out, const char *name, char *text, size_t length, struct err *err)
{
    struct conf *c = mem_alloc(1, sizeof *c);
    c->path = mem_text(name);
    c->text = text;
    *out = NULL;
    if (run_pass(c, length, check_events, err) != 0 || run_pass(c, length, load, err) != 0 ||
        check(c, err) != 0) {
        conf_close(c);
        return -1;
    }
    *out = c;
    return 0;
}

int conf_parse(struct conf **out, const char *name, const char *text, struct err *err)
{
    text += text_mark_length(text, strlen(text));
    return parse(out, name, mem_text(text), strlen(text), err);
}

int conf_open(struct conf **out, const char *path, struct err *err)
{
    *out = NULL;
    size_t length;
    char *text = text_file_read(path, MOST_MIB, &length, err);
    return text == NULL ? -1 : parse(out, path, text, length, err);
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

void node_bind_all(const struct node *n, struct fields table, void *object, struct faults *found)
{
    struct err err;
    bool *seen = mem_alloc(table.n, sizeof *seen);
    if (node_kind(n) != NODE_MAP && node_bind(n, table, NULL, object, NULL, &err) != 0)
        node_add_fault(n, found, &err);
    for (size_t i = 0; node_kind(n) == NODE_MAP && i < node_count(n); i++) {
        if (bind_entry(n, i, table, object, seen, NULL, &err) != 0)
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
