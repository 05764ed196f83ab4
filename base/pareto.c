#include "base/pareto.h"

#include <assert.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/archive.h"
#include "base/mem.h"

enum { PIVOTS = 16, DIGIT = 11, PASSES = 6, FEW = 64 };

/* A number as bits that sort as it does, and the row it belongs to. */
struct key {
    uint64_t bits;
    size_t row;
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

static uint64_t bits_of(double x)
{
    uint64_t bits;
    x += 0.0; /* -0 sorts as 0 */
    memcpy(&bits, &x, sizeof bits);
    return bits >> 63 ? ~bits : bits | UINT64_C(1) << 63;
}

/* By digits from the last one on; keeps the order of equals. */
static void sort(struct key *key, size_t n)
{
    if (n <= FEW) {
        for (size_t i = 1; i < n; i++) {
            struct key k = key[i];
            size_t j = i;
            for (; j > 0 && key[j - 1].bits > k.bits; j--)
                key[j] = key[j - 1];
            key[j] = k;
        }
        return;
    }
    struct key *spare = mem_alloc(n, sizeof *spare), *from = key, *to = spare;
    size_t(*count)[1 << DIGIT] = mem_alloc(PASSES, sizeof *count);
    const uint64_t mask = (1 << DIGIT) - 1;
    for (size_t i = 0; i < n; i++)
        for (size_t pass = 0; pass < PASSES; pass++)
            count[pass][key[i].bits >> DIGIT * pass & mask]++;
    for (size_t pass = 0; pass < PASSES; pass++) {
        size_t at = 0;
        for (size_t digit = 0; digit <= mask; digit++) {
            size_t here = count[pass][digit];
            count[pass][digit] = at;
            at += here;
        }
        for (size_t i = 0; i < n; i++)
            to[count[pass][from[i].bits >> DIGIT * pass & mask]++] = from[i];
        struct key *swap = from;
        from = to;
        to = swap;
    }
    free(count);
    free(spare); /* an even number of passes ends in `key` */
}

static bool any_nan(const double *at, size_t dim)
{
    for (size_t k = 0; k < dim; k++) {
        if (isnan(at[k]))
            return true;
    }
    return false;
}

/* Rows that few others dominate, to rule most rows of a thick set out at once. */
static size_t best_rows(const double *at, const struct key *key, size_t n, size_t dim,
                        const double **best)
{
    double low[PARETO_MOST], high[PARETO_MOST], worth[PIVOTS];
    size_t found = 0;
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < dim; k++) {
            double x = at[key[i].row * dim + k];
            low[k] = i ? fmin(low[k], x) : x;
            high[k] = i ? fmax(high[k], x) : x;
        }
    for (size_t i = 0; i < n; i++) {
        const double *row = at + key[i].row * dim;
        double sum = 0; /* the sum of shares: what dominates has less of it */
        for (size_t k = 0; k < dim; k++)
            sum += high[k] > low[k] ? (row[k] - low[k]) / (high[k] - low[k]) : 0;
        if (isnan(sum) || (found == PIVOTS && sum >= worth[PIVOTS - 1]))
            continue;
        size_t place = found < PIVOTS ? found++ : PIVOTS - 1;
        for (; place > 0 && worth[place - 1] > sum; place--) {
            worth[place] = worth[place - 1];
            best[place] = best[place - 1];
        }
        worth[place] = sum;
        best[place] = row;
    }
    return found;
}

/* Takes out what the best rows dominate; how many rows are left. */
static size_t thin(const double *at, struct key *key, size_t n, size_t dim)
{
    const double *best[PIVOTS];
    size_t pivots = best_rows(at, key, n, dim, best), left = 0;
    for (size_t i = 0; i < n; i++) {
        bool dominated = false;
        for (size_t k = 0; k < pivots && !dominated; k++)
            dominated = pareto_dominates(best[k], at + key[i].row * dim, dim);
        if (!dominated)
            key[left++] = key[i];
    }
    return left;
}

static int compare(const double *a, const double *b, size_t dim)
{
    for (size_t k = 0; k < dim; k++)
        if (a[k] != b[k])
            return a[k] < b[k] ? -1 : 1;
    return 0;
}

/* By all objectives, the first one first: by the first, then runs of equals by the others. */
static void sort_rows(const double *at, struct key *key, size_t n, size_t dim, size_t first)
{
    for (size_t i = 0; i < n; i++)
        key[i].bits = bits_of(at[key[i].row * dim + first]);
    sort(key, n);
    for (size_t from = 0, to; from < n && first + 1 < dim; from = to) {
        for (to = from + 1; to < n && key[to].bits == key[from].bits;)
            to++;
        if (to - from > 32) {
            uint64_t bits = key[from].bits;
            sort_rows(at, key + from, to - from, dim, first + 1);
            for (size_t i = from; i < to; i++)
                key[i].bits = bits;
            continue;
        }
        for (size_t i = from + 1; i < to; i++) { /* insertion sort */
            struct key k = key[i];
            size_t j = i;
            for (; j > from && compare(at + key[j - 1].row * dim, at + k.row * dim, dim) > 0; j--)
                key[j] = key[j - 1];
            key[j] = k;
        }
    }
}

/* The newest of the front has the least second objective: it speaks for all. */
static void front_of_two(const double *at, const struct key *key, size_t n, size_t dim, bool *keep)
{
    const double *newest = NULL;
    for (size_t i = 0; i < n; i++) {
        const double *row = at + key[i].row * dim;
        keep[key[i].row] = !newest || !pareto_dominates(newest, row, dim);
        if (keep[key[i].row])
            newest = row;
    }
}

/* The least third objective of the rows so far, by rank of the second: over all ranks up to one (a
 * tree of partial minima), and of a rank itself with the first objective of the row that has it. */
static void front_of_three(const double *at, const struct key *key, size_t n, bool *keep)
{
    struct key *second = mem_alloc(n, sizeof *second);
    size_t *rank = mem_alloc(n, sizeof *rank), ranks = 0;
    for (size_t i = 0; i < n; i++)
        second[i] = (struct key){bits_of(at[key[i].row * 3 + 1]), i};
    sort(second, n);
    for (size_t i = 0; i < n; i++) {
        ranks += i == 0 || second[i].bits != second[i - 1].bits;
        rank[second[i].row] = ranks; /* from 1 */
    }
    double *least = mem_alloc(ranks + 1, sizeof *least);
    double(*own)[2] = mem_alloc(ranks + 1, sizeof *own);
    for (size_t i = 0; i <= ranks; i++)
        least[i] = own[i][0] = own[i][1] = NAN;
    for (size_t i = 0; i < n; i++) {
        const double *row = at + key[i].row * 3;
        bool dominated = false;
        for (size_t k = rank[i] - 1; k > 0 && !dominated; k &= k - 1)
            dominated = least[k] <= row[2];
        const double *same = own[rank[i]];
        dominated = dominated || same[0] < row[2] || (same[0] == row[2] && same[1] < row[0]);
        keep[key[i].row] = !dominated;
        if (dominated)
            continue;
        if (!(same[0] <= row[2])) {
            own[rank[i]][0] = row[2];
            own[rank[i]][1] = row[0];
        }
        for (size_t k = rank[i]; k <= ranks && !(least[k] <= row[2]); k += k & (~k + 1))
            least[k] = row[2];
    }
    free(second);
    free(rank);
    free(least);
    free(own);
}

/* In sorted order a row is dominated only by rows that come before it. */
void pareto_front(const double *at, size_t n, size_t dim, bool *keep)
{
    assert(dim >= 1 && dim <= PARETO_MOST);
    struct key *key = mem_alloc(n, sizeof *key);
    size_t rows = 0;
    for (size_t i = 0; i < n; i++) {
        keep[i] = false;
        if (!any_nan(at + i * dim, dim))
            key[rows++].row = i;
    }
    rows = thin(at, key, rows, dim);
    sort_rows(at, key, rows, dim, 0);
    if (dim <= 2) {
        front_of_two(at, key, rows, dim, keep);
    } else if (dim == 3) {
        front_of_three(at, key, rows, keep);
    } else {
        struct archive *front = archive_new(dim);
        for (size_t i = 0; i < rows; i++)
            keep[key[i].row] = archive_offer(front, at + key[i].row * dim, i);
        archive_free(front);
    }
    free(key);
}
