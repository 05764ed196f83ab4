/* Models from the config.json that Hugging Face repositories carry. One table in huggingface.c says
 * for each architecture which key gives which of our values.
 *
 * JSON is read as the subset of YAML that it nearly is (base/conf.h). Refused although JSON allows
 * them: escaped surrogate pairs, keys of over 1,024 bytes or on another line than their colon, and
 * a tab before the first brace. */
#ifndef ARCH_CATALOGUE_HUGGINGFACE_H
#define ARCH_CATALOGUE_HUGGINGFACE_H

#include "arch/catalogue/imported_model.h"
#include "base/conf.h"

/* Reads the configuration whose root is `root`, filling every member of the model and checking it
 * as a catalogue entry is checked. What is wrong is said with its place in the file. */
int huggingface_import(struct imported *out, const struct node *root, struct err *err);

#endif
