/* The number formats of a checkpoint by class of weights, as its configuration states them. */
#ifndef ARCH_CATALOGUE_HUGGINGFACE_QUANTISED_H
#define ARCH_CATALOGUE_HUGGINGFACE_QUANTISED_H

#include "arch/catalogue/huggingface_keys.h"

/* Fills the formats of the model from quantization_config, expert_dtype and the
 * hf_quant_config.json beside the file. The layers are known: `of` is the group of each of `n`
 * layers, NULL if each group counts once. */
void quantised_read(struct config *c, const struct import_choice *choice, const size_t *of,
                    size_t n);

#endif
