/* One colour per model, the same in every figure of a page. */
#ifndef REPORTS_FIGURES_MODEL_COLOURS_H
#define REPORTS_FIGURES_MODEL_COLOURS_H

#include <stddef.h>

#include "base/table.h"

enum { COLOURED_MODELS_MOST = 32 };

struct model_colours {
    size_t n;
    const char *model[COLOURED_MODELS_MOST]; /* borrowed, sorted */
};

/* Adds the models of column `model`. The names are borrowed: the table must outlive `c`. */
void model_colours_add(struct model_colours *c, const struct table *t);

/* The colour of a model, from the Okabe-Ito palette, which colour-blind readers can tell apart.
 * Grey if the model was not added. */
const char *model_colour(const struct model_colours *c, const char *model);

#endif
