/* A model imported from a foreign file, with the origin of its values. */
#ifndef ARCH_CATALOGUE_IMPORTED_MODEL_H
#define ARCH_CATALOGUE_IMPORTED_MODEL_H

#include "arch/layers.h"
#include "arch/model.h"

enum { REMARKS_MOST = 32, REMARK_LENGTH = 200 };

/* What the user must know about the import. */
enum { REMARK_ASSUMED, REMARK_LEFT_OUT, REMARK_PRECISION };
struct remark {
    int kind;
    char text[REMARK_LENGTH];
};

struct imported {
    struct model model;     /* model.list is &list, or NULL if the short form says it */
    struct layer_list list; /* valid while this object is neither moved nor copied */
    const char *type;       /* the model_type or architecture it was recognised by */
    /* Per row of model_fields: how the value was derived; NULL if copied from a key. */
    const char *note[sizeof(struct model) / sizeof(double)];
    /* Per row of model_fields: the word for the value where several mean as many bytes, or NULL. */
    const char *word[sizeof(struct model) / sizeof(double)];
    size_t remarks;
    struct remark remark[REMARKS_MOST];
};

/* Says how a value was derived: NOTE(out, shared_ffn, "shared experts together"). */
#define NOTE(out, member, text) imported_note(out, offsetof(struct model, member), text)

static inline void imported_note(struct imported *out, size_t member, const char *text)
{
    for (size_t i = 0; i < model_fields.n; i++)
        if (model_fields.row[i].offset == member)
            out->note[i] = text;
}

#endif
