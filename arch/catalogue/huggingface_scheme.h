/* The number format that a quantisation configuration states. */
#ifndef ARCH_CATALOGUE_HUGGINGFACE_SCHEME_H
#define ARCH_CATALOGUE_HUGGINGFACE_SCHEME_H

#include "arch/catalogue/huggingface_keys.h"

struct scheme {
    struct config *c;
    double byte;        /* per weight of a quantised module, scales included */
    double rest_byte;   /* with `layers`: of modules that it does not list */
    double expert_byte; /* of routed experts, if they have a format of their own; else 0 */
    double cache_byte;  /* per element of the KV cache; 0: not stated */
    bool experts_only, head_too;
    bool integers;             /* weights are whole numbers: INT4 */
    const struct node *ignore; /* list of modules that are not quantised, or NULL */
    const struct node *layers; /* map of modules to their formats, or NULL */
};

/* `beside`: root of the hf_quant_config.json beside the file, or NULL. False if nothing is
 * quantised, or after an error. */
bool scheme_read(struct scheme *out, struct config *c, const struct node *beside);

double scheme_byte_of_entry(const struct scheme *s, size_t i); /* of s->layers */

#endif
