#include "search/explore.h"

#include <math.h>
#include <string.h>

#include "search/axis.h"

static void snap(const void *ctx, double *gene)
{
    const struct study *s = ctx;
    for (size_t i = 0; i < s->axes; i++) {
        const struct axis *a = &s->axis[i];
        if (a->real && a->parameter.field->whole)
            gene[i] = axis_unit(a, axis_at(a, gene[i]));
    }
}

static bool is_ordered(const struct axis *a)
{
    return !a->is_part && !a->text;
}

void explore_make(struct explore *out, const struct study *s, const struct columns *columns)
{
    *out = (struct explore){.study = s, .columns = columns};
    for (size_t i = 0; i < s->axes; i++) {
        const struct axis *a = &s->axis[i];
        out->gene[i] = a->real ? (struct gene){GENE_REAL, 0}
                               : (struct gene){is_ordered(a) ? GENE_ORDERED : GENE_CATEGORY, a->n};
    }
    for (size_t i = 0; i < s->objectives; i++)
        while (strcmp(columns->column[out->objective[i]].name, s->objective[i].metric->name) != 0)
            out->objective[i]++;
    out->problem = (struct problem){.genes = s->axes,
                                    .objectives = s->objectives,
                                    .limits = study_limits(s),
                                    .gene = out->gene,
                                    .budget = s->budget,
                                    .stall = isfinite(s->stall) ? s->stall : 0,
                                    .population = s->population,
                                    .seed = (uint64_t)s->seed,
                                    .snap = snap,
                                    .ctx = s};
}

void explore_worth(const struct explore *e, size_t n, const double *rows, double *outcomes)
{
    const struct problem *p = &e->problem;
    for (size_t i = 0; i < n; i++, rows += e->columns->stride) {
        for (size_t k = 0; k < p->objectives; k++)
            *outcomes++ = -e->study->objective[k].sense * rows[e->objective[k]];
        memcpy(outcomes, rows + e->columns->n, p->limits * sizeof *rows);
        outcomes += p->limits;
    }
}
