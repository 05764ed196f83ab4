/* One colour per model, the same in every picture of a page. */
#ifndef REPORTS_FIGURES_MODEL_COLOURS_H
#define REPORTS_FIGURES_MODEL_COLOURS_H

#include <stddef.h>

#include "base/table.h"

enum { COLOURED_MODELS_MOST = 32 };

struct model_colours {
    size_t n;
    const char *model[COLOURED_MODELS_MOST]; /* borrowed, in the order of their names */
};

/* Adds the texts of the column `model`; the table must live as long. */
void model_colours_add(struct model_colours *c, const struct table *t);

/* The colour of a model: Okabe-Ito, which colour-blind readers can tell apart. Grey for one that
 * was not added. */
const char *model_colour(const struct model_colours *c, const char *model);

#endif
