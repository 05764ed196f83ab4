/* What a misspelt name may have meant. */
#ifndef BASE_NEAREST_NAME_H
#define BASE_NEAREST_NAME_H

#include <stddef.h>

/* Edit distance: letters inserted, deleted, replaced or swapped with their neighbour, ignoring
 * case. SIZE_MAX if it is over `most`, and for names over 63 letters. */
size_t name_distance(const char *a, const char *b, size_t most);

/* The one of `n` names that is nearest to `name` by edit distance, else the only one that begins
 * with `name`; NULL if there is none. */
const char *name_nearest(const char *name, const char *const *names, size_t n);

#endif
