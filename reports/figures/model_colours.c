#include "reports/figures/model_colours.h"

#include <string.h>

#include "base/mem.h"

static void insert(struct model_colours *c, const char *model)
{
    size_t at = 0;
    while (at < c->n && strcmp(c->model[at], model) < 0)
        at++;
    if (c->n == COLOURED_MODELS_MOST || (at < c->n && strcmp(c->model[at], model) == 0))
        return;
    memmove(&c->model[at + 1], &c->model[at], (c->n - at) * sizeof *c->model);
    c->model[at] = model;
    c->n++;
}

void model_colours_add(struct model_colours *c, const struct table *t)
{
    for (size_t row = 0; row < t->rows; row++)
        insert(c, table_text_at(t, row, "model"));
}

const char *model_colour(const struct model_colours *c, const char *model)
{
    static const char *const colour[] = {"#0072b2", "#d55e00", "#009e73", "#cc79a7",
                                         "#e69f00", "#56b4e9", "#7a7a7a", "#8c6d31"};
    for (size_t i = 0; i < c->n; i++)
        if (strcmp(c->model[i], model) == 0)
            return colour[i % LEN(colour)];
    return "#999999";
}
