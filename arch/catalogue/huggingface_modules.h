/* Lists of modules in quantisation configurations, in three dialects: plain names (whole parts of a
 * dotted name), globs with *, and regular expressions after "re:". */
#ifndef ARCH_CATALOGUE_HUGGINGFACE_MODULES_H
#define ARCH_CATALOGUE_HUGGINGFACE_MODULES_H

#include <stdbool.h>

#include "base/conf.h"

struct modules;

/* From a list of texts, or from the keys of a map; NULL is an empty list. Regular expressions that
 * are wrong are an error. Caller closes. */
int modules_open(struct modules **out, const struct node *list, struct err *err);
void modules_close(struct modules *m); /* takes NULL */

/* Does an entry name the module, one of its parts, or a whole that it is part of? `name` begins
 * with "layers." or is "lm_head"; the spellings of prefixes, attention and feed-forward are equal.
 * Index of the entry, or -1. */
long modules_find(const struct modules *m, const char *name);

/* Is there an entry with this text in it, of modules outside the layers? */
bool modules_mention(const struct modules *m, const char *text);

#endif
