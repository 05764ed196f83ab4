#define _POSIX_C_SOURCE 200809L

#include <stdlib.h>
#include <string.h>

#include <yaml.h>

#include "base/conf_tree.h"
#include "base/mem.h"
#include "base/text.h"
#include "base/text_file.h"

enum { MOST_MIB = 16, DEEPEST = 64, ANCHORS_MOST = 1000 };

/* A conf and the libyaml document that it is made from. */
struct loading {
    struct conf *c;
    yaml_document_t document;
};

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
        mem_fail();
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
static int check_events(struct loading *l, yaml_parser_t *parser, struct err *err)
{
    struct conf *c = l->c;
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

/* Loads the only document. */
static int load(struct loading *l, yaml_parser_t *parser, struct err *err)
{
    struct conf *c = l->c;
    if (!yaml_parser_load(parser, &l->document))
        return fail_syntax(c, parser, err);
    const yaml_node_t *root = yaml_document_get_root_node(&l->document);
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
    yaml_document_delete(&l->document);
    if (!yaml_document_initialize(&l->document, NULL, NULL, NULL, 1, 1) ||
        !yaml_document_add_mapping(&l->document, NULL, YAML_BLOCK_MAPPING_STYLE))
        mem_fail();
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

static const yaml_node_t *yaml_of(const struct loading *l, const struct node *n)
{
    return &l->document.nodes.start[n - l->c->node];
}

static bool is_merge(const struct loading *l, const struct node *key)
{
    return strcmp(node_text(key), "<<") == 0 &&
           yaml_of(l, key)->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
}

static int check_keys(const struct loading *l, const struct node *map, struct err *err)
{
    size_t n = node_count(map);
    struct key *key = mem_alloc(n, sizeof *key);
    int status = 0;
    for (size_t i = 0; i < n && status == 0; i++) {
        key[i] = (struct key){node_key(map, i), node_key_node(map, i)};
        if (node_kind(key[i].node) != NODE_SCALAR)
            status = node_fail(key[i].node, NULL, err, "the key is a list or a map: write a word");
        else if (is_merge(l, key[i].node))
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
static int check_tag(const struct loading *l, const struct node *n, struct err *err)
{
    static const char *const plain[] = {
        [NODE_SCALAR] = YAML_STR_TAG, [NODE_LIST] = YAML_SEQ_TAG, [NODE_MAP] = YAML_MAP_TAG};
    const char *tag = (const char *)yaml_of(l, n)->tag;
    if (tag == NULL || strcmp(tag, plain[node_kind(n)]) == 0)
        return 0;
    return node_fail(n, NULL, err, "tag \"%.80s\": write the value without it", tag);
}

static int check_node(const struct loading *l, const struct node *n, struct err *err)
{
    if (check_tag(l, n, err) != 0)
        return -1;
    if (node_kind(n) == NODE_MAP)
        return check_keys(l, n, err);
    if (node_kind(n) == NODE_SCALAR && strlen(node_text(n)) < yaml_of(l, n)->data.scalar.length)
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

/* Nodes by their index in the document, from 1. */
static const struct node *node_of(const struct conf *c, int index)
{
    return &c->node[index - 1];
}

static size_t pairs(const yaml_node_t *map)
{
    return (size_t)(map->data.mapping.pairs.top - map->data.mapping.pairs.start);
}

static size_t items(const yaml_node_t *list)
{
    return (size_t)(list->data.sequence.items.top - list->data.sequence.items.start);
}

/* What the texts and children of the nodes take, so that each is one block. */
static void make_room(struct conf *c, const yaml_node_t *node)
{
    size_t bytes = 1, children = 0;
    for (size_t i = 0; i < c->nodes; i++) {
        const yaml_node_t *y = &node[i];
        bytes += y->type == YAML_SCALAR_NODE ? y->data.scalar.length + 1 : 0;
        children += y->type == YAML_MAPPING_NODE    ? 2 * pairs(y)
                    : y->type == YAML_SEQUENCE_NODE ? items(y)
                                                    : 0;
    }
    c->node = mem_alloc(c->nodes, sizeof *c->node);
    c->child = mem_alloc(children, sizeof *c->child);
    c->scalars = mem_alloc(bytes, 1); /* the first byte: the text of lists and maps */
}

/* Fills a node with texts and children at *text and *child, and moves these past them. */
static void fill(struct node *n, const yaml_node_t *y, const struct node ***child, char **text)
{
    if (y->type == YAML_SCALAR_NODE) {
        n->kind = NODE_SCALAR;
        n->text = memcpy(*text, y->data.scalar.value, y->data.scalar.length);
        *text += y->data.scalar.length + 1;
    } else if (y->type == YAML_SEQUENCE_NODE) {
        n->kind = NODE_LIST;
        n->n = items(y);
        n->at = *child;
        for (size_t i = 0; i < n->n; i++)
            n->at[i] = node_of(n->conf, y->data.sequence.items.start[i]);
    } else {
        n->kind = NODE_MAP;
        n->n = pairs(y);
        n->at = *child;
        n->key = *child + n->n;
        for (size_t i = 0; i < n->n; i++) {
            n->at[i] = node_of(n->conf, y->data.mapping.pairs.start[i].value);
            n->key[i] = node_of(n->conf, y->data.mapping.pairs.start[i].key);
        }
    }
    *child += n->kind == NODE_MAP ? 2 * n->n : n->n;
}

/* Makes the tree from the document and checks it. */
static int make(struct loading *l, struct err *err)
{
    struct conf *c = l->c;
    const yaml_node_t *yaml = l->document.nodes.start;
    c->nodes = (size_t)(l->document.nodes.top - yaml);
    make_room(c, yaml);
    const struct node **child = c->child;
    char *text = c->scalars + 1;
    for (size_t i = 0; i < c->nodes; i++) {
        c->node[i] = (struct node){.conf = c,
                                   .text = c->scalars,
                                   .line = yaml[i].start_mark.line + 1,
                                   .column = yaml[i].start_mark.column + 1};
        fill(&c->node[i], &yaml[i], &child, &text);
    }
    for (size_t i = 0; i < c->nodes; i++) {
        if (check_node(l, &c->node[i], err) != 0)
            return -1;
    }
    return check_depth(c, &c->node[0], 0, err);
}

typedef int pass_fn(struct loading *l, yaml_parser_t *parser, struct err *err);

static int run_pass(struct loading *l, size_t length, pass_fn *pass, struct err *err)
{
    yaml_parser_t parser;
    struct conf *c = l->c;
    if (!yaml_parser_initialize(&parser))
        mem_fail();
    yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&parser, (const unsigned char *)c->text, length);
    int status = pass(l, &parser, err);
    yaml_parser_delete(&parser);
    return status;
}

/* Takes ownership of `text`. */
static int parse(struct conf **out, const char *name, char *text, size_t length, struct err *err)
{
    struct loading l = {.c = mem_alloc(1, sizeof *l.c)};
    l.c->path = mem_text(name);
    l.c->text = text;
    int rc = run_pass(&l, length, check_events, err);
    if (rc == 0)
        rc = run_pass(&l, length, load, err);
    if (rc == 0)
        rc = make(&l, err);
    yaml_document_delete(&l.document);
    if (rc != 0)
        conf_close(l.c);
    *out = rc == 0 ? l.c : NULL;
    return rc;
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
