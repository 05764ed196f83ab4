/* Models from the config.json of Hugging Face repositories. A table in huggingface.c gives, for
 * each architecture, the key of each model parameter.
 *
 * JSON is read as YAML, of which it is almost a subset (base/conf.h). Valid JSON that is refused:
 * escaped surrogate pairs, keys of over 1,024 bytes or on a different line than their colon, and a
 * tab before the first brace. */
#ifndef ARCH_CATALOGUE_HUGGINGFACE_H
#define ARCH_CATALOGUE_HUGGINGFACE_H

#include "arch/catalogue/imported_model.h"
#include "base/conf.h"

/* Reads the configuration with root node `root`, fills every member of the model and checks it like
 * a catalogue entry. Errors have their position in the file. */
int huggingface_import(struct imported *out, const struct node *root, struct err *err);

#endif
