/* A model read from somebody else's file, with how each value was found. */
#ifndef ARCH_CATALOGUE_IMPORTED_MODEL_H
#define ARCH_CATALOGUE_IMPORTED_MODEL_H

#include "arch/model.h"

struct imported {
    struct model model;
    const char *type; /* the model_type or architecture it was known by */
    /* Of each row of model_fields, how it was derived if not copied from a key; or NULL. */
    const char *note[sizeof(struct model) / sizeof(double)];
};

#endif
