#include "base/conf_json.h"

#include <stdlib.h>
#include <string.h>

#include "base/conf_tree.h"
#include "base/mem.h"

enum { DEEPEST = 64 };

/* Indices instead of pointers, which growing arrays would move. */
struct reader {
    struct conf *c;
    const char *at;
    char *text;    /* where the next scalar goes */
    size_t room;   /* of c->node and first */
    size_t *first; /* of each node: its first child in `child` */
    size_t children, children_room;
    size_t *child;
    size_t waiting, waiting_room; /* children of containers that are not closed yet */
    size_t *stack;
    struct err *err;
};

static int fail_here(struct reader *r, const char *what)
{
    size_t line = 1, column = 1;
    for (const char *at = r->c->text; at < r->at; at++) {
        column = *at == '\n' ? 1 : column + 1;
        line += *at == '\n';
    }
    return fail(r->err, "%s:%zu:%zu: %s: correct the JSON", r->c->path, line, column, what);
}

static void push(size_t **array, size_t *n, size_t *room, size_t value)
{
    if (*n == *room)
        *array = mem_grow(*array, *room = 2 * *room + 64, sizeof **array);
    (*array)[(*n)++] = value;
}

static void skip_space(struct reader *r)
{
    r->at += strspn(r->at, " \t\r\n");
}

/* Is the next character `c`? Takes it. */
static bool take(struct reader *r, char c)
{
    skip_space(r);
    bool is = *r->at == c;
    r->at += is;
    return is;
}

static size_t add_node(struct reader *r, enum node_kind kind)
{
    struct conf *c = r->c;
    if (r->first == NULL || c->nodes == r->room) {
        r->room = 2 * r->room + 64;
        c->node = mem_grow(c->node, r->room, sizeof *c->node);
        r->first = mem_grow(r->first, r->room, sizeof *r->first);
    }
    c->node[c->nodes] = (struct node){.conf = c,
                                      .kind = kind,
                                      .text = c->scalars,
                                      .line = 1,
                                      .column = (size_t)(r->at - c->text) + 1};
    r->first[c->nodes] = 0;
    return c->nodes++;
}

static void put_utf8(struct reader *r, unsigned long c)
{
    if (c < 0x80) {
        *r->text++ = (char)c;
        return;
    }
    int more = c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;
    *r->text++ = (char)((0xF0 << (3 - more)) | (int)(c >> (6 * more)));
    while (more-- > 0)
        *r->text++ = (char)(0x80 | (int)((c >> (6 * more)) & 0x3F));
}

/* The four digits after \u. */
static int read_hex(struct reader *r, unsigned long *out)
{
    *out = 0;
    for (int i = 0; i < 4; i++, r->at++) {
        const char *digits = "0123456789abcdef";
        const char *found = *r->at ? strchr(digits, *r->at | 0x20) : NULL;
        if (!found)
            return fail_here(r, "four hexadecimal digits are missing");
        *out = *out * 16 + (unsigned long)(found - digits);
    }
    return 0;
}

static int read_unicode(struct reader *r)
{
    unsigned long c, low;
    if (read_hex(r, &c) != 0)
        return -1;
    if (c >= 0xD800 && c < 0xDC00 && r->at[0] == '\\' && r->at[1] == 'u') {
        r->at += 2;
        if (read_hex(r, &low) != 0)
            return -1;
        c = 0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00);
    }
    if (c == 0 || (c >= 0xD800 && c < 0xE000) || c > 0x10FFFF)
        return fail_here(r, "not a character");
    put_utf8(r, c);
    return 0;
}

static int read_escape(struct reader *r)
{
    static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
    if (*r->at == 'u') {
        r->at++;
        return read_unicode(r);
    }
    const char *found = *r->at ? strchr(from, *r->at) : NULL;
    if (!found)
        return fail_here(r, "an unknown escape");
    *r->text++ = to[found - from];
    r->at++;
    return 0;
}

/* A string, whose opening quote was taken. */
static int read_string(struct reader *r, size_t node)
{
    r->c->node[node].text = r->text;
    while (*r->at != '"') {
        if ((unsigned char)*r->at < 0x20)
            return fail_here(r, "the string does not end");
        if (*r->at != '\\')
            *r->text++ = *r->at++;
        else if (r->at++, read_escape(r) != 0)
            return -1;
    }
    r->at++;
    *r->text++ = '\0';
    return 0;
}

static int read_bare(struct reader *r, size_t node)
{
    static const char allowed[] =
        "+-.0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    size_t n = strspn(r->at, allowed);
    if (n == 0)
        return fail_here(r, "a value is missing");
    r->c->node[node].text = memcpy(r->text, r->at, n);
    r->text += n;
    *r->text++ = '\0';
    r->at += n;
    return 0;
}

static int read_value(struct reader *r, int depth, size_t *out);

/* One child, or a key and its value. */
static int read_child(struct reader *r, enum node_kind kind, int depth)
{
    size_t node;
    if (kind == NODE_MAP) {
        if (!take(r, '"'))
            return fail_here(r, "a key is missing");
        node = add_node(r, NODE_SCALAR);
        if (read_string(r, node) != 0)
            return -1;
        if (!take(r, ':'))
            return fail_here(r, "a ':' is missing");
        push(&r->stack, &r->waiting, &r->waiting_room, node);
    }
    if (read_value(r, depth + 1, &node) != 0)
        return -1;
    push(&r->stack, &r->waiting, &r->waiting_room, node);
    return 0;
}

/* A list or map, whose opening bracket was taken. */
static int read_children(struct reader *r, size_t node, int depth)
{
    enum node_kind kind = r->c->node[node].kind;
    char end = kind == NODE_MAP ? '}' : ']';
    size_t below = r->waiting;
    if (depth > DEEPEST)
        return fail_here(r, "nested too deeply");
    while (!take(r, end)) {
        if (r->waiting > below && !take(r, ','))
            return fail_here(r, "a ',' is missing");
        if (read_child(r, kind, depth) != 0)
            return -1;
    }
    r->first[node] = r->children;
    r->c->node[node].n = (r->waiting - below) / (kind == NODE_MAP ? 2 : 1);
    for (size_t i = below; i < r->waiting; i++)
        push(&r->child, &r->children, &r->children_room, r->stack[i]);
    r->waiting = below;
    return 0;
}

static int read_value(struct reader *r, int depth, size_t *out)
{
    bool string = take(r, '"'), map = !string && take(r, '{'),
         list = !string && !map && take(r, '[');
    *out = add_node(r, map ? NODE_MAP : list ? NODE_LIST : NODE_SCALAR);
    return string        ? read_string(r, *out)
           : map || list ? read_children(r, *out, depth)
                         : read_bare(r, *out);
}

/* Turns indices into pointers: the values of a map first, then its keys. */
static void link_nodes(struct reader *r)
{
    struct conf *c = r->c;
    c->child = mem_alloc(r->children, sizeof *c->child);
    for (size_t i = 0; i < c->nodes; i++) {
        struct node *n = &c->node[i];
        size_t step = n->kind == NODE_MAP ? 2 : 1;
        n->at = c->child + r->first[i];
        n->key = n->at + n->n;
        for (size_t k = 0; k < n->n && n->kind != NODE_SCALAR; k++) {
            const size_t *from = &r->child[r->first[i] + k * step];
            n->at[k] = &c->node[from[step - 1]];
            if (n->kind == NODE_MAP)
                n->key[k] = &c->node[from[0]];
        }
    }
}

int conf_parse_json(struct conf **out, const char *name, const char *text, struct err *err)
{
    struct conf *c = mem_alloc(1, sizeof *c);
    size_t root;
    c->path = mem_text(name);
    c->text = mem_text(text);
    c->scalars = mem_alloc(strlen(text) + 3, 1); /* no scalar is longer than its source */
    struct reader r = {.c = c, .at = c->text, .text = c->scalars + 1, .err = err};
    int rc = read_value(&r, 1, &root);
    skip_space(&r);
    if (rc == 0 && *r.at)
        rc = fail_here(&r, "text after the end");
    if (rc == 0)
        link_nodes(&r);
    else
        conf_close(c);
    free(r.first);
    free(r.child);
    free(r.stack);
    *out = rc == 0 ? c : NULL;
    return rc;
}
