/* Models from the config.json of Hugging Face repositories, read by their keys.
 *
 * huggingface_terms.c lists what a key means and its spellings, huggingface_families.c what the
 * keys of a family leave open, huggingface_harmless.c the keys without an effect on size or cost.
 * Any other key with a value is an error, so that nothing that costs is passed over.
 *
 * JSON is read as YAML, of which it is almost a subset (base/conf.h). Valid JSON that is refused:
 * escaped surrogate pairs, keys of over 1,024 bytes or on a different line than their colon, and a
 * tab before the first brace. */
#ifndef ARCH_CATALOGUE_HUGGINGFACE_H
#define ARCH_CATALOGUE_HUGGINGFACE_H

#include "arch/catalogue/imported_model.h"
#include "base/conf.h"

/* What the user says about a configuration. */
struct import_choice {
    const char *as;            /* the type whose defaults to use; NULL: as the file says */
    const char *const *ignore; /* keys to pass over */
    size_t ignored;
    const struct node *quantised; /* root of a hf_quant_config.json beside the file, or NULL */
};

/* Reads the configuration with root node `root`, fills every member of the model and checks it like
 * a catalogue entry. `choice` NULL: none. Errors have their position in the file. */
int huggingface_import(struct imported *out, const struct node *root,
                       const struct import_choice *choice, struct err *err);

#endif
