/* Dominance of one point over another. All objectives are minimised; negate those to maximise. */
#ifndef BASE_DOMINANCE_H
#define BASE_DOMINANCE_H

#include <stdbool.h>
#include <stddef.h>

enum { PARETO_MOST = 8 }; /* most objectives */

/* Is `a` at least as good as `b` in every objective and better in one? */
static inline bool pareto_dominates(const double *a, const double *b, size_t dim)
{
    bool better = false;
    for (size_t k = 0; k < dim; k++) {
        if (!(a[k] <= b[k]))
            return false;
        better = better || a[k] < b[k];
    }
    return better;
}

#endif
