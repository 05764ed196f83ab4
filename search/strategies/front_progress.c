/* Hypervolume indicator (Zitzler and Thiele 1998). The reference point is fixed after FIRST
 * feasible points, so later hypervolumes can be compared and never fall. */
#include "search/strategies/front_progress.h"

#include <math.h>
#include <stdlib.h>

#include "base/hypervolume.h"
#include "base/mem.h"

enum { FIRST = 1000 };

void front_progress_add(struct front_progress *g, const double *at)
{
    for (size_t k = 0; k < g->dim; k++)
        if (!isfinite(at[k]))
            return;
    for (size_t k = 0; k < g->dim; k++) {
        g->best[k] = g->seen ? fmin(g->best[k], at[k]) : at[k];
        if (g->seen < FIRST)
            g->reference[k] = g->seen ? fmax(g->reference[k], at[k]) : at[k];
    }
    g->seen++;
}

double front_progress_volume(const struct front_progress *g, const struct archive *front,
                             double *share)
{
    double box = 1, volume = 0;
    size_t n = front ? archive_count(front) : 0;
    *share = 0;
    if (!g->dim || !n || !g->seen)
        return 0;
    double *at = mem_alloc(n * g->dim, sizeof *at);
    archive_list(front, at, NULL);
    for (size_t i = 0; i < n * g->dim; i++) /* infinitely good counts as the best finite value */
        at[i] = fmax(at[i], g->best[i % g->dim]);
    volume = hypervolume(at, n, g->dim, g->reference);
    free(at);
    for (size_t k = 0; k < g->dim; k++)
        box *= g->reference[k] - g->best[k];
    *share = box > 0 ? volume / box : 0;
    return volume;
}
