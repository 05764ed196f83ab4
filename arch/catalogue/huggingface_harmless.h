/* Keys without an effect on size or cost, and parts of a model that are left out. */
#ifndef ARCH_CATALOGUE_HUGGINGFACE_HARMLESS_H
#define ARCH_CATALOGUE_HUGGINGFACE_HARMLESS_H

#include "arch/catalogue/huggingface_keys.h"

/* Refuses the first key with a value that nobody has understood and that is not harmless. */
void harmless_check(struct config *c, const struct import_choice *choice);

#endif
