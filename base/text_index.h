/* Texts, each with a number: 0, 1, ... in the order in which they first came. */
#ifndef BASE_TEXT_INDEX_H
#define BASE_TEXT_INDEX_H

#include <stddef.h>

/* Empty: all zero. */
struct text_index {
    size_t n;
    char **text; /* of each number */
    size_t room, *slot;
};

/* The number of a text; a new one, t->n before, if it has not come yet. */
size_t text_index_number(struct text_index *t, const char *text);
void text_index_free(struct text_index *t);

#endif
