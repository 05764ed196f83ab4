/* Groups of layers as the short form of a model file, the flat values of struct model. */
#ifndef ARCH_CATALOGUE_HUGGINGFACE_SHORT_H
#define ARCH_CATALOGUE_HUGGINGFACE_SHORT_H

#include "arch/catalogue/imported_model.h"

/* Fills the model's values from the list if the short form can say it; else returns false. `of` is
 * the group of each of `n` layers, in order. */
bool short_form(struct imported *out, const size_t *of, size_t n);

/* Moves to the model the values on which all groups agree, which then leave them out. */
void list_form(struct imported *out);

#endif
