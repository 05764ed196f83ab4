/* A model imported from a foreign file, with the origin of each value. */
#ifndef ARCH_CATALOGUE_IMPORTED_MODEL_H
#define ARCH_CATALOGUE_IMPORTED_MODEL_H

#include "arch/model.h"

struct imported {
    struct model model;
    const char *type; /* the model_type or architecture it was recognised by */
    /* Per row of model_fields: how the value was derived; NULL if copied from a key. */
    const char *note[sizeof(struct model) / sizeof(double)];
};

#endif
