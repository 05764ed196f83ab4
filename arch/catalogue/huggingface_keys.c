#include "arch/catalogue/huggingface_keys.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

static const struct word bool_words[] = {{"false", 0}, {"true", 1}, {NULL, 0}};
static const struct field flag = {.unit = "1", .only_words = true, .words = bool_words};
static const struct field count = {.unit = "1", .lo = 0, .hi = 1e8, .whole = true};
static const struct field number = {.unit = "1", .lo = -1e12, .hi = 1e12};

/* Keys of the language model inside a multimodal model, outermost first. */
static const char *const nested[] = {"thinker_config", "text_config", "llm_config",
                                     "language_config"};

static const struct node *inner_map(const struct node *map, const char **key)
{
    for (size_t i = 0; i < LEN(nested); i++) {
        const struct node *n = node_find(map, nested[i]);
        if (n && node_kind(n) == NODE_MAP) {
            *key = nested[i];
            return n;
        }
    }
    return NULL;
}

void config_open(struct config *c, const struct node *root)
{
    const struct node *at[PARTS_MOST] = {root};
    const char *key[PARTS_MOST] = {""}, *path = "";
    size_t n = 1;
    while (n < PARTS_MOST && (at[n] = inner_map(at[n - 1], &key[n])))
        n++;
    c->parts = n;
    for (size_t i = 0; i < n; i++) {
        struct config_part *p = &c->part[n - 1 - i];
        snprintf(p->path, sizeof p->path, "%s%s%s", path, key[i], i > 0 ? "." : "");
        path = p->path;
        p->map = at[i];
        p->known = mem_alloc(node_count(at[i]) + 1, sizeof *p->known);
        for (size_t k = 0; i + 1 < n && k < node_count(at[i]); k++)
            p->known[k] = node_at(at[i], k) == at[i + 1];
    }
}

void config_close(struct config *c)
{
    for (size_t i = 0; i < c->parts; i++)
        free(c->part[i].known);
}

const struct node *config_text(const struct config *c)
{
    return c->part[0].map;
}

/* All parts count the key as understood; the innermost value is taken. */
const struct node *config_given(struct config *c, const char *key)
{
    const struct node *found = NULL;
    for (size_t i = 0; i < c->parts; i++) {
        struct config_part *p = &c->part[i];
        for (size_t k = 0; k < node_count(p->map); k++) {
            if (strcmp(node_key(p->map, k), key) != 0)
                continue;
            p->known[k] = true;
            if (!found) {
                found = node_at(p->map, k);
                snprintf(c->path, sizeof c->path, "%s%s", p->path, key);
            }
        }
    }
    if (!found)
        snprintf(c->path, sizeof c->path, "%s%s", c->part[0].path, key);
    c->at = found;
    return c->failed ? NULL : found;
}

bool node_is(const struct node *n, const char *text)
{
    return n && node_kind(n) == NODE_SCALAR && !strcmp(node_text(n), text);
}

const struct node *config_find(struct config *c, const char *key)
{
    const struct node *n = config_given(c, key);
    return node_is(n, "null") ? NULL : n;
}

void config_dismiss(struct config *c, const char *key)
{
    config_given(c, key);
}

void config_refuse(struct config *c, const struct node *at, const char *what)
{
    if (!c->failed)
        node_fail(at ? at : c->at ? c->at : config_text(c), c->path, c->err, "%s", what);
    c->failed = true;
}

static double bind(struct config *c, const struct node *n, const struct field *f, double absent)
{
    double value = absent;
    if (n && !c->failed && node_bind_field(n, f, c->path, &value, c->err) != 0)
        c->failed = true;
    return value;
}

double config_count_of(struct config *c, const struct node *n, double absent)
{
    return bind(c, n, &count, absent);
}

double config_count(struct config *c, const char *key, double absent)
{
    return bind(c, config_find(c, key), &count, absent);
}

double config_number(struct config *c, const char *key, double absent)
{
    return bind(c, config_find(c, key), &number, absent);
}

bool config_flag(struct config *c, const char *key, bool absent)
{
    return bind(c, config_find(c, key), &flag, absent ? 1 : 0) > 0;
}

const struct node *config_list(struct config *c, const char *key, size_t entries)
{
    const struct node *n = config_find(c, key);
    if (!n)
        return NULL;
    if (node_kind(n) != NODE_LIST)
        config_refuse(c, n, "not a list: give one");
    else if (node_count(n) > 0 && node_count(n) < entries) {
        char text[100];
        snprintf(text, sizeof text, "%zu entries: give one for each of %zu layers", node_count(n),
                 entries);
        config_refuse(c, n, text);
    }
    return c->failed || node_count(n) == 0 ? NULL : n;
}

bool config_list_has(struct config *c, const struct node *list, double wanted)
{
    bool has = false;
    for (size_t i = 0; list && i < node_count(list); i++)
        has |= bind(c, node_at(list, i), &count, -1) == wanted;
    return has;
}

double config_word(struct config *c, const struct node *n, const struct word *words)
{
    char text[300];
    int used;
    for (const struct word *w = words; w->text; w++)
        if (node_is(n, w->text))
            return w->value;
    used = snprintf(text, sizeof text, "\"%.60s\" is not known: one of ", node_text(n));
    for (const struct word *w = words; w->text && used < (int)sizeof text - 40; w++)
        used += snprintf(text + used, sizeof text - (size_t)used, "%s%s", w == words ? "" : ", ",
                         w->text);
    config_refuse(c, n, text);
    return 0;
}

void config_remark(struct config *c, int kind, const char *format, ...)
{
    va_list list;
    if (c->out->remarks == REMARKS_MOST)
        return;
    struct remark *r = &c->out->remark[c->out->remarks];
    r->kind = kind;
    va_start(list, format);
    vsnprintf(r->text, sizeof r->text, format, list);
    va_end(list);
    for (size_t i = 0; i < c->out->remarks; i++)
        if (!strcmp(c->out->remark[i].text, r->text))
            return;
    c->out->remarks++;
}
