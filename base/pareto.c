#include "base/pareto.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

#include "base/archive.h"
#include "base/mem.h"

struct row {
    const double *at;
    size_t dim;
};

bool pareto_dominates(const double *a, const double *b, size_t dim)
{
    bool better = false;
    for (size_t k = 0; k < dim; k++) {
        if (!(a[k] <= b[k]))
            return false;
        better = better || a[k] < b[k];
    }
    return better;
}

static int by_objectives(const void *left, const void *right)
{
    const struct row *a = left, *b = right;
    for (size_t k = 0; k < a->dim; k++) {
        if (a->at[k] != b->at[k])
            return a->at[k] < b->at[k] ? -1 : 1;
    }
    return 0;
}

static bool any_nan(const double *at, size_t dim)
{
    for (size_t k = 0; k < dim; k++) {
        if (isnan(at[k]))
            return true;
    }
    return false;
}

/* A row is dominated only by rows that sort before it, and then by one of the front. In two
 * dimensions the newest of the front has the least second objective: it speaks for all. */
void pareto_front(const double *at, size_t n, size_t dim, bool *keep)
{
    assert(dim >= 1 && dim <= PARETO_MOST);
    struct row *row = mem_alloc(n, sizeof *row);
    size_t rows = 0;
    for (size_t i = 0; i < n; i++) {
        keep[i] = false;
        if (!any_nan(at + i * dim, dim))
            row[rows++] = (struct row){at + i * dim, dim};
    }
    qsort(row, rows, sizeof *row, by_objectives);
    if (dim > 2) { /* sorted: one that comes later dominates none that came before */
        struct archive *front = archive_new(dim);
        for (size_t i = 0; i < rows; i++)
            keep[(size_t)(row[i].at - at) / dim] = archive_offer(front, row[i].at, i);
        archive_free(front);
        free(row);
        return;
    }

    size_t front = 0; /* row[0 .. front) are on it */
    for (size_t i = 0; i < rows; i++) {
        bool dominated = front > 0 && pareto_dominates(row[front - 1].at, row[i].at, dim);
        if (!dominated) {
            row[front++] = row[i];
            keep[(size_t)(row[i].at - at) / dim] = true;
        }
    }
    free(row);
}
