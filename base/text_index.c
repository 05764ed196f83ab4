#include "base/text_index.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"

/* A slot holds a number plus 1, or 0; the slots, a power of two, are at most half full. */
static size_t slot_of(const struct text_index *t, const char *text)
{
    size_t i = (size_t)hash_text(text) & (t->room - 1);
    while (t->slot[i] && strcmp(t->text[t->slot[i] - 1], text) != 0)
        i = (i + 1) & (t->room - 1);
    return i;
}

static void grow(struct text_index *t)
{
    t->room = t->room ? 2 * t->room : 16;
    t->text = mem_grow(t->text, t->room / 2, sizeof *t->text);
    free(t->slot);
    t->slot = mem_alloc(t->room, sizeof *t->slot);
    for (size_t i = 0; i < t->n; i++)
        t->slot[slot_of(t, t->text[i])] = i + 1;
}

size_t text_index_number(struct text_index *t, const char *text)
{
    if (2 * t->n >= t->room)
        grow(t);
    size_t i = slot_of(t, text);
    if (!t->slot[i]) {
        t->text[t->n++] = mem_text(text);
        t->slot[i] = t->n;
    }
    return t->slot[i] - 1;
}

void text_index_free(struct text_index *t)
{
    for (size_t i = 0; i < t->n; i++)
        free(t->text[i]);
    free(t->text);
    free(t->slot);
    *t = (struct text_index){0};
}
