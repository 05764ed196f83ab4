/* Pareto fronts of sorted rows (Kung, Luccio and Preparata 1975, "On finding the maxima of a set of
 * vectors").
 *
 * A few good rows first remove most dominated rows; the rest is sorted by all objectives, the first
 * one first. Two objectives: compare with the latest row of the front. Three: a Fenwick tree holds
 * the minimum of the third by rank of the second. Four: halve the rows, and solve for the other
 * three objectives across the halves.
 *
 * Invariant: in sorted order a row is dominated only by rows before it. */
#include "base/pareto.h"

#include <assert.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/archive.h"
#include "base/mem.h"

enum { PIVOTS = 16, SAMPLE = 512, DIGIT = 11, PASSES = 6, FEW = 64 };

/* A double as bits that sort in the same order, and its row. */
struct key {
    uint64_t bits;
    size_t row;
};

static uint64_t bits_of(double x)
{
    uint64_t bits;
    x += 0.0; /* -0 sorts as 0 */
    memcpy(&bits, &x, sizeof bits);
    return bits >> 63 ? ~bits : bits | UINT64_C(1) << 63;
}

/* Radix sort from the last digit on; stable. */
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
    free(spare); /* after an even number of passes the result is in `key` */
}

static bool any_nan(const double *at, size_t dim)
{
    for (size_t k = 0; k < dim; k++) {
        if (isnan(at[k]))
            return true;
    }
    return false;
}

/* Rows with small objectives, which dominate most rows of a dense set. */
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
        double sum = 0; /* sum of normalised objectives: a dominating row has a smaller sum */
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

static bool any_dominates(const double *const *best, size_t n, const double *row, size_t dim)
{
    for (size_t k = 0; k < n; k++)
        if (pareto_dominates(best[k], row, dim))
            return true;
    return false;
}

/* Removes the rows that the best rows dominate and returns how many are left. Removes none if the
 * best rows of a sample dominate little of the sample. */
static size_t remove_clearly_dominated(const double *at, struct key *key, size_t n, size_t dim)
{
    const double *best[PIVOTS];
    struct key sample[SAMPLE];
    size_t stride = n / SAMPLE, left = 0;
    if (stride > 1) {
        for (size_t i = 0; i < SAMPLE; i++)
            sample[i] = key[i * stride];
        size_t pivots = best_rows(at, sample, SAMPLE, dim, best);
        for (size_t i = 0; i < SAMPLE; i++)
            left += !any_dominates(best, pivots, at + sample[i].row * dim, dim);
        if (left > SAMPLE - SAMPLE / 8)
            return n;
    }
    size_t pivots = best_rows(at, key, n, dim, best);
    left = 0;
    for (size_t i = 0; i < n; i++)
        if (!any_dominates(best, pivots, at + key[i].row * dim, dim))
            key[left++] = key[i];
    return left;
}

static int compare(const double *a, const double *b, size_t dim)
{
    for (size_t k = 0; k < dim; k++)
        if (a[k] != b[k])
            return a[k] < b[k] ? -1 : 1;
    return 0;
}

/* Sorts by all objectives, the first one first: by the first, then runs of equals by the others. */
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

/* The latest row of the front has the smallest second objective, so only that row is compared. */
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

/* Smallest third objective of the rows so far by rank of the second: `least` over all ranks up to
 * one (a Fenwick tree), `own` of one rank with the first objective of the row that has it. */
static void front_of_three(const double *at, const struct key *key, size_t n, bool *keep)
{
    struct key *second = mem_alloc(n, sizeof *second);
    size_t *rank = mem_alloc(n, sizeof *rank), ranks = 0;
    for (size_t i = 0; i < n; i++)
        second[i] = (struct key){bits_of(at[key[i].row * 3 + 1]), i};
    sort(second, n);
    for (size_t i = 0; i < n; i++) {
        ranks += i == 0 || second[i].bits != second[i - 1].bits;
        rank[second[i].row] = ranks; /* ranks from 1 */
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

/* Four objectives: rows sorted by the first are halved. Whether a row of the first half dominates
 * one of the second depends on the other three objectives only: rows are visited in order of the
 * second objective, and a Fenwick tree holds the smallest fourth objective by rank of the third. */
struct halving {
    double (*at)[3];           /* second, third and fourth objective, rows in sorted order */
    bool *dominated;           /* rows in sorted order */
    struct key *by[2], *spare; /* rows not dominated in a half, by second and by third */
    double *least;
    size_t *rank;
};

enum { FEW_ROWS = 48 };

static void halving_sort(struct halving *h, size_t from, size_t n, int k)
{
    struct key *key = h->by[k] + from;
    for (size_t i = 0, m = 0; i < n; i++) {
        if (h->dominated[key[i].row])
            continue;
        struct key one = {bits_of(h->at[key[i].row][k]), key[i].row};
        size_t j = m++;
        for (; j > 0 && key[j - 1].bits > one.bits; j--)
            key[j] = key[j - 1];
        key[j] = one;
    }
}

static size_t halving_few(struct halving *h, size_t from, size_t n)
{
    size_t left = 0;
    for (size_t j = from; j < from + n; j++) {
        const double *b = h->at[j];
        bool dominated = false;
        for (size_t i = from; i < j; i++) {
            const double *a = h->at[i];
            dominated |= (a[0] <= b[0]) & (a[1] <= b[1]) & (a[2] <= b[2]);
        }
        h->dominated[j] = dominated;
        left += !dominated;
        h->by[0][j].row = h->by[1][j].row = j;
    }
    halving_sort(h, from, n, 0);
    halving_sort(h, from, n, 1);
    return left;
}

/* Marks the rows b .. b + m that a row of a .. a + n dominates; both halves are finished. */
static void halving_mark(struct halving *h, size_t a, size_t n, size_t b, size_t m)
{
    const struct key *first = h->by[1] + a, *second = h->by[1] + b;
    size_t i = 0;
    /* Ranks from 1; a row of the second half gets the highest rank at or below it. */
    for (size_t j = 0; j < m; j++) {
        for (; i < n && first[i].bits <= second[j].bits; i++)
            h->rank[first[i].row] = i + 1;
        h->rank[second[j].row] = i;
    }
    for (; i < n; i++)
        h->rank[first[i].row] = i + 1;
    for (i = 0; i <= n; i++)
        h->least[i] = NAN; /* no row yet */
    first = h->by[0] + a;
    second = h->by[0] + b;
    i = 0;
    for (size_t j = 0; j < m; j++) {
        for (; i < n && first[i].bits <= second[j].bits; i++) {
            double fourth = h->at[first[i].row][2];
            for (size_t k = h->rank[first[i].row]; k <= n && !(h->least[k] <= fourth);
                 k += k & (~k + 1))
                h->least[k] = fourth;
        }
        double fourth = h->at[second[j].row][2];
        bool dominated = false;
        for (size_t k = h->rank[second[j].row]; k > 0 && !dominated; k &= k - 1)
            dominated = h->least[k] <= fourth;
        h->dominated[second[j].row] = dominated;
    }
}

/* Merges both halves in order, without dominated rows. Returns how many are left. */
static size_t halving_merge(struct halving *h, size_t a, size_t n, size_t b, size_t m, int k)
{
    struct key *first = h->by[k] + a, *second = h->by[k] + b, *to = h->spare;
    size_t i = 0, left = 0;
    for (size_t j = 0; j < m; j++) {
        if (h->dominated[second[j].row])
            continue;
        for (; i < n && first[i].bits <= second[j].bits; i++)
            to[left++] = first[i];
        to[left++] = second[j];
    }
    for (; i < n; i++)
        to[left++] = first[i];
    memcpy(first, to, left * sizeof *to);
    return left;
}

/* Marks the dominated rows among from .. from + n; the others are in h->by, starting at `from`.
 * Returns how many those are. */
static size_t halving_solve(struct halving *h, size_t from, size_t n)
{
    if (n <= FEW_ROWS)
        return halving_few(h, from, n);
    size_t half = n / 2, a = halving_solve(h, from, half),
           b = halving_solve(h, from + half, n - half);
    halving_mark(h, from, a, from + half, b);
    halving_merge(h, from, a, from + half, b, 0);
    return halving_merge(h, from, a, from + half, b, 1);
}

static void front_of_four(const double *at, const struct key *key, size_t n, bool *keep)
{
    size_t rows = 0;
    size_t *unique = mem_alloc(n, sizeof *unique); /* equal rows share one entry */
    struct halving h = {.at = mem_alloc(n, sizeof *h.at), .dominated = mem_alloc(n, sizeof(bool))};
    for (size_t i = 0; i < n; i++) {
        const double *row = at + key[i].row * 4;
        if (i == 0 || compare(row, at + key[i - 1].row * 4, 4) != 0)
            memcpy(h.at[rows++], row + 1, sizeof *h.at);
        unique[i] = rows - 1;
    }
    for (int k = 0; k < 2; k++)
        h.by[k] = mem_alloc(rows, sizeof *h.by[k]);
    h.spare = mem_alloc(rows, sizeof *h.spare);
    h.least = mem_alloc(rows + 1, sizeof *h.least);
    h.rank = mem_alloc(rows, sizeof *h.rank);
    halving_solve(&h, 0, rows);
    for (size_t i = 0; i < n; i++)
        keep[key[i].row] = !h.dominated[unique[i]];
    free(unique);
    free(h.at);
    free(h.dominated);
    free(h.by[0]);
    free(h.by[1]);
    free(h.spare);
    free(h.least);
    free(h.rank);
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
    rows = remove_clearly_dominated(at, key, rows, dim);
    sort_rows(at, key, rows, dim, 0);
    if (dim <= 2) {
        front_of_two(at, key, rows, dim, keep);
    } else if (dim == 3) {
        front_of_three(at, key, rows, keep);
    } else if (dim == 4) {
        front_of_four(at, key, rows, keep);
    } else {
        struct archive *front = archive_new(dim);
        for (size_t i = 0; i < rows; i++)
            keep[key[i].row] = archive_offer(front, at + key[i].row * dim, i);
        archive_free(front);
    }
    free(key);
}
