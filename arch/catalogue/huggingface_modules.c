#include "arch/catalogue/huggingface_modules.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/regex.h"

struct entry_of_list {
    char *text; /* in one spelling */
    struct regex *regex;
};

struct modules {
    size_t n;
    struct entry_of_list *entry;
};

/* Spellings of parts of a name, and the one to use. */
static const char *const spellings[][2] = {
    {".attn", ".self_attn"}, {"block_sparse_moe", "mlp"},           {"feed_forward", "mlp"},
    {".ffn", ".mlp"},        {"shared_expert.", "shared_experts."},
};
static const char *const outside[] = {"vision", "visual", "audio", "mtp", "multi_modal", "mm_proj"};

static char *replaced(char *text, const char *from, const char *to)
{
    char *at = strstr(text, from);
    if (!at)
        return text;
    char *out = mem_print("%.*s%s%s", (int)(at - text), text, to, at + strlen(from));
    free(text);
    return out;
}

static bool is_outside(const char *text)
{
    for (size_t i = 0; i < LEN(outside); i++)
        if (strstr(text, outside[i]))
            return true;
    return false;
}

/* Drops what stands before the layers or the head. */
static char *one_spelling(const char *text)
{
    const char *layers = strstr(text, "layers."), *head = strstr(text, "lm_head");
    if (is_outside(text))
        return mem_text(text);
    if (!strcmp(text, "head"))
        return mem_text("lm_head");
    char *out = mem_text(layers && *text != '*' ? layers : head && *text != '*' ? head : text);
    for (size_t i = 0; i < LEN(spellings); i++)
        out = replaced(out, spellings[i][0], spellings[i][1]);
    return out;
}

int modules_open(struct modules **out, const struct node *list, struct err *err)
{
    struct modules *m = mem_alloc(1, sizeof *m);
    bool is_map = list && node_kind(list) == NODE_MAP;
    *out = m;
    m->n = list && node_kind(list) != NODE_SCALAR ? node_count(list) : 0;
    m->entry = mem_alloc(m->n + 1, sizeof *m->entry);
    for (size_t i = 0; i < m->n; i++) {
        const char *text = is_map ? node_key(list, i) : node_text(node_at(list, i));
        struct err inner;
        if (!strncmp(text, "re:", 3) && regex_open(&m->entry[i].regex, text + 3, &inner) != 0)
            return node_fail(node_at(list, i), "quantization_config", err, "%s", inner.text);
        m->entry[i].text = one_spelling(text);
    }
    return 0;
}

void modules_close(struct modules *m)
{
    for (size_t i = 0; m && i < m->n; i++) {
        free(m->entry[i].text);
        regex_close(m->entry[i].regex);
    }
    if (m)
        free(m->entry);
    free(m);
}

static bool glob(const char *pattern, const char *text)
{
    const char *star = NULL, *again = NULL;
    while (*text) {
        if (*pattern == '*') {
            star = ++pattern;
            again = text;
        } else if (*pattern == *text) {
            pattern++;
            text++;
        } else if (star) {
            pattern = star;
            text = ++again;
        } else
            return false;
    }
    while (*pattern == '*')
        pattern++;
    return *pattern == 0;
}

static bool starts_part(const char *whole, const char *part)
{
    size_t n = strlen(part);
    return !strncmp(whole, part, n) && (whole[n] == 0 || whole[n] == '.');
}

/* Whole parts of the name: "self_attn" in "layers.3.self_attn.q_proj", "gate" not in "gate_proj".
 */
static bool has_parts(const char *name, const char *parts)
{
    if (starts_part(parts, name))
        return true;
    for (const char *at = name; at; at = strchr(at, '.') ? strchr(at, '.') + 1 : NULL)
        if (starts_part(at, parts))
            return true;
    return false;
}

long modules_find(const struct modules *m, const char *name)
{
    struct err unused;
    for (size_t i = 0; i < m->n; i++) {
        const struct entry_of_list *e = &m->entry[i];
        bool is = e->regex               ? regex_match(e->regex, name, strlen(name), &unused) == 1
                  : is_outside(e->text)  ? false
                  : strchr(e->text, '*') ? glob(e->text, name)
                                         : has_parts(name, e->text);
        if (is)
            return (long)i;
    }
    return -1;
}

bool modules_mention(const struct modules *m, const char *text)
{
    for (size_t i = 0; i < m->n; i++)
        if (m->entry[i].text && strstr(m->entry[i].text, text))
            return true;
    return false;
}
