/* Exact hypervolume. Up to four objectives by a sweep: cut the dominated space into slices along
 * the last objective and update the cross-section from slice to slice.
 *
 * Two objectives: the staircase of a sorted list. Three: the area under a front held in order in a
 * bit tree, O(n log n). Four: the front of three objectives sorted by the third, to which each
 * point adds its exclusive volume (Guerreiro and Fonseca 2018). Five and more: halve the box until
 * each point cuts off a slab (Chan 2013).
 *
 * Invariant of a sweep: `area`, or `slice`, is the measure of what the points seen so far
 * dominate. */
#include "base/hypervolume.h"

#include <assert.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/lanes.h"
#include "base/mem.h"

enum { DIM_MOST = 32, LEVELS = 6 };

static int by_first(const void *a, const void *b)
{
    const double *x = a, *y = b;
    return (x[0] > y[0]) - (x[0] < y[0]);
}

static int by_last_of_three(const void *a, const void *b)
{
    const double *x = a, *y = b;
    return (x[2] > y[2]) - (x[2] < y[2]);
}

static double sweep_two(double *at, size_t n, const double *reference)
{
    double area = 0, y = reference[1];
    qsort(at, n, 2 * sizeof *at, by_first);
    for (size_t i = 0; i < n; i++)
        if (at[2 * i + 1] < y) {
            area += (reference[0] - at[2 * i]) * (y - at[2 * i + 1]);
            y = at[2 * i + 1];
        }
    return area;
}

/* ---- a set of small whole numbers with its neighbours: a bit tree, 64 children per node ---- */

struct ranks {
    uint64_t *level[LEVELS];
    size_t levels;
};

static void ranks_make(struct ranks *r, size_t n)
{
    r->levels = 0;
    do {
        n = n / 64 + 1;
        r->level[r->levels++] = mem_alloc(n, sizeof(uint64_t));
    } while (n > 1);
}

static void ranks_free(struct ranks *r)
{
    for (size_t i = 0; i < r->levels; i++)
        free(r->level[i]);
}

static void ranks_add(struct ranks *r, size_t x)
{
    for (size_t i = 0; i < r->levels; i++, x /= 64)
        r->level[i][x / 64] |= UINT64_C(1) << x % 64;
}

static void ranks_remove(struct ranks *r, size_t x)
{
    for (size_t i = 0; i < r->levels; i++, x /= 64)
        if (r->level[i][x / 64] &= ~(UINT64_C(1) << x % 64))
            return;
}

static size_t lowest(uint64_t bits)
{
    size_t at = 0;
    for (size_t step = 32; step; step /= 2)
        if (!(bits & ((UINT64_C(1) << step) - 1))) {
            bits >>= step;
            at += step;
        }
    return at;
}

static size_t highest(uint64_t bits)
{
    size_t at = 0;
    for (size_t step = 32; step; step /= 2)
        if (bits >> step) {
            bits >>= step;
            at += step;
        }
    return at;
}

/* The nearest member above x (`up`) or below it; SIZE_MAX if there is none. */
static size_t ranks_next(const struct ranks *r, size_t x, int up)
{
    size_t i = 0;
    for (;; i++, x /= 64) {
        if (i == r->levels)
            return SIZE_MAX;
        uint64_t mask =
            up ? (x % 64 == 63 ? 0 : ~UINT64_C(0) << (x % 64 + 1)) : (UINT64_C(1) << x % 64) - 1;
        uint64_t bits = r->level[i][x / 64] & mask;
        if (bits) {
            x = x / 64 * 64 + (up ? lowest(bits) : highest(bits));
            break;
        }
    }
    while (i-- > 0) {
        uint64_t bits = r->level[i][x];
        x = x * 64 + (up ? lowest(bits) : highest(bits));
    }
    return x;
}

/* Slices along the third objective; the front of the other two grows from slice to slice. */
static double sweep_three(double *at, size_t n, const double *reference)
{
    struct ranks front;
    double volume = 0, area = 0;
    double *x = mem_alloc(n, 2 * sizeof *x); /* first objective and row, sorted for ranks */
    size_t *rank = mem_alloc(n, sizeof *rank);

    qsort(at, n, 3 * sizeof *at, by_last_of_three);
    for (size_t i = 0; i < n; i++) {
        x[2 * i] = at[3 * i];
        x[2 * i + 1] = (double)i;
    }
    qsort(x, n, 2 * sizeof *x, by_first);
    for (size_t i = 0; i < n; i++)
        rank[(size_t)x[2 * i + 1]] = i;
    double *y = mem_alloc(n, sizeof *y); /* second objective by rank */
    ranks_make(&front, n);
    for (size_t i = 0; i < n; i++) {
        const double *p = at + 3 * i;
        size_t r = rank[i], left = ranks_next(&front, r, 0), right = ranks_next(&front, r, 1);
        double next_z = i + 1 < n ? at[3 * i + 5] : reference[2];
        /* a point with an equal first objective may be on either side */
        if ((left == SIZE_MAX || y[left] > p[1]) &&
            !(right != SIZE_MAX && x[2 * right] == p[0] && y[right] <= p[1])) {
            double top = left == SIZE_MAX ? reference[1] : y[left], from = p[0];
            while (right != SIZE_MAX && y[right] >= p[1]) {
                area += (x[2 * right] - from) * (top - p[1]);
                from = x[2 * right];
                top = y[right];
                ranks_remove(&front, right);
                right = ranks_next(&front, r, 1);
            }
            area += ((right == SIZE_MAX ? reference[0] : x[2 * right]) - from) * (top - p[1]);
            y[r] = p[1];
            ranks_add(&front, r);
        }
        if (next_z > p[2])
            volume += area * (next_z - p[2]);
    }
    ranks_free(&front);
    free(x);
    free(y);
    free(rank);
    return volume;
}

/* ---- four: each slice along the fourth objective adds to the volume of the others ---- */

/* The front of the first three objectives so far, sorted by the third. */
struct front_of_three {
    size_t n;
    double *x, *y, *z;
};

enum { GROUP = 8 };

/* The part of the quadrant above and right of p that is still free: it reaches to `right` at p's
 * height and to `top` above p. */
struct free_part {
    double right, top;
};

/* Shrinks the free part by rows 0 .. n - 1, all at or below p in the third objective. False if
 * nothing stays free. */
FOR_ALL_VECTORS
static bool limit_free_part(const struct front_of_three *f, size_t n, const double *p,
                            struct free_part *left)
{
    const double *restrict x = f->x, *restrict y = f->y;
    const double px = p[0], py = p[1];
    double rights[GROUP], tops[GROUP];
    size_t whole = n - n % GROUP;
    for (size_t j = 0; j < GROUP; j++) {
        rights[j] = left->right;
        tops[j] = left->top;
    }
    for (size_t i = 0; i < whole; i += GROUP)
        for (size_t j = 0; j < GROUP; j++) {
            rights[j] = smaller(y[i + j] <= py ? x[i + j] : INFINITY, rights[j]);
            tops[j] = smaller(x[i + j] <= px ? y[i + j] : INFINITY, tops[j]);
        }
    for (size_t i = whole; i < n; i++) {
        rights[0] = smaller(y[i] <= py ? x[i] : INFINITY, rights[0]);
        tops[0] = smaller(x[i] <= px ? y[i] : INFINITY, tops[0]);
    }
    for (size_t j = 0; j < GROUP; j++) {
        left->right = smaller(rights[j], left->right);
        left->top = smaller(tops[j], left->top);
    }
    return left->right > px && left->top > py;
}

/* A staircase that falls from (p, top) to (right, p): step i runs from corner[i][0] to the next
 * corner, the last one to `right`, at height corner[i][1]. Corner 0 is at p. */
struct stair {
    size_t n;
    double right;
    double (*corner)[2];
};

static double stair_area(const struct stair *s, double py)
{
    double area = 0;
    for (size_t i = 0; i < s->n; i++) {
        double to = i + 1 < s->n ? s->corner[i + 1][0] : s->right;
        area += (to - s->corner[i][0]) * (s->corner[i][1] - py);
    }
    return area;
}

/* Removes everything above and right of (x, y) from the staircase over p. False if that was removed
 * before. */
static bool stair_cut(struct stair *s, double x, double y, double py)
{
    size_t i = s->n; /* corners before i are at or left of x */
    if (x >= s->right)
        return false;
    while (i > 0 && s->corner[i - 1][0] > x)
        i--;
    if (s->corner[i - 1][1] <= y)
        return false;
    if (s->corner[i - 1][0] == x)
        i--;
    size_t end = i;
    while (end < s->n && s->corner[end][1] >= y)
        end++;
    if (y <= py) { /* everything to the right */
        s->right = x;
        s->n = i;
        return true;
    }
    memmove(&s->corner[i + 1], &s->corner[end], (s->n - end) * sizeof *s->corner);
    s->corner[i][0] = x;
    s->corner[i][1] = y;
    s->n = i + 1 + s->n - end;
    return true;
}

static void put_row(double *at, size_t n, size_t i, double value)
{
    memmove(at + i + 1, at + i, (n - i) * sizeof *at);
    at[i] = value;
}

/* Removes what p dominates among rows `from` to `to`. */
static void front_remove_dominated(struct front_of_three *f, size_t from, size_t to, double px,
                                   double py)
{
    size_t kept = from;
    for (size_t i = from; i < to; i++) {
        if (f->x[i] >= px && f->y[i] >= py)
            continue;
        f->x[kept] = f->x[i];
        f->y[kept] = f->y[i];
        f->z[kept++] = f->z[i];
    }
    if (kept == to)
        return;
    memmove(f->x + kept, f->x + to, (f->n - to) * sizeof *f->x);
    memmove(f->y + kept, f->y + to, (f->n - to) * sizeof *f->y);
    memmove(f->z + kept, f->z + to, (f->n - to) * sizeof *f->z);
    f->n -= to - kept;
}

/* The volume of three objectives that p adds; p joins the front. */
static double front_add(struct front_of_three *f, const double *p, const double *reference,
                        struct stair *s)
{
    size_t at = 0, end = f->n;
    struct free_part left = {reference[0], reference[1]};
    double volume = 0;
    while (at < end) { /* the first row above p */
        size_t middle = (at + end) / 2;
        if (f->z[middle] <= p[2])
            at = middle + 1;
        else
            end = middle;
    }
    if (!limit_free_part(f, at, p, &left))
        return 0;
    const double top = left.top;
    s->right = left.right;
    s->n = 1;
    s->corner[0][0] = p[0];
    s->corner[0][1] = top;
    size_t same = at; /* rows level with p count as above it from here on */
    for (size_t i = 0; i < at; i++)
        if (f->x[i] > p[0] && f->y[i] > p[1] && f->x[i] < s->right && f->y[i] < top)
            stair_cut(s, f->x[i], f->y[i], p[1]);
    while (same > 0 && f->z[same - 1] == p[2])
        same--;
    double area = stair_area(s, p[1]), z = p[2];
    size_t i = at;
    for (; i < f->n && s->n > 0; i++) {
        double x = larger(f->x[i], p[0]), y = larger(f->y[i], p[1]);
        if (x >= s->right || y >= s->corner[0][1] || !stair_cut(s, x, y, p[1]))
            continue;
        volume += area * (f->z[i] - z);
        z = f->z[i];
        area = stair_area(s, p[1]);
    }
    volume += area * (reference[2] - z);
    front_remove_dominated(f, same, i, p[0], p[1]);
    put_row(f->x, f->n, same, p[0]);
    put_row(f->y, f->n, same, p[1]);
    put_row(f->z, f->n++, same, p[2]);
    return volume;
}

static int by_last_of_four(const void *a, const void *b)
{
    const double *x = a, *y = b;
    return (x[3] > y[3]) - (x[3] < y[3]);
}

static double sweep_four(double *at, size_t n, const double *reference)
{
    struct front_of_three f = {.x = mem_alloc(3 * (n + 1), sizeof(double))};
    struct stair s = {.corner = mem_alloc(n + 2, sizeof *s.corner)};
    double volume = 0, slice = 0;
    f.y = f.x + n + 1;
    f.z = f.y + n + 1;
    qsort(at, n, 4 * sizeof *at, by_last_of_four);
    for (size_t i = 0; i < n; i++) {
        slice += front_add(&f, at + 4 * i, reference, &s);
        double from = at[4 * i + 3], to = i + 1 < n ? at[4 * i + 7] : reference[3];
        if (to > from)
            volume += slice * (to - from);
    }
    free(f.x);
    free(s.corner);
    return volume;
}

/* ---- five and more ---- */

static double box_volume(const double *low, const double *high, size_t dim)
{
    double size = 1;
    for (size_t k = 0; k < dim; k++)
        size *= high[k] - low[k];
    return size;
}

static int by_value(const void *a, const void *b)
{
    const double *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

static double median_above(const double **point, size_t n, size_t k, double low, double *scratch)
{
    size_t m = 0;
    for (size_t i = 0; i < n; i++)
        if (point[i][k] > low)
            scratch[m++] = point[i][k];
    qsort(scratch, m, sizeof *scratch, by_value);
    return scratch[m / 2];
}

/* Keeps the points that reach into the box. A point that covers the box in all dimensions but one
 * only cuts a slab off it. Returns how many points are kept; SIZE_MAX if the whole box is
 * dominated. */
static size_t cut_slabs(const double **point, size_t n, size_t dim, const double *low, double *high)
{
    size_t kept = 0;
    for (size_t i = 0; i < n; i++) {
        const double *p = point[i];
        size_t open = 0, side = 0, k = 0;
        for (; k < dim && p[k] < high[k]; k++)
            if (p[k] > low[k]) {
                open++;
                side = k;
            }
        if (k < dim)
            continue;
        if (open == 0)
            return SIZE_MAX;
        if (open == 1)
            high[side] = p[side];
        else
            point[kept++] = p;
    }
    return kept;
}

/* The volume of the box that no point dominates. Reorders `point`; `scratch` has room for n. */
static double open_volume(const double **point, size_t n, size_t dim, const double *low,
                          const double *high, double *scratch)
{
    double top[DIM_MOST], cut[DIM_MOST], dominated = 1;
    memcpy(top, high, dim * sizeof *top);
    for (size_t before = n + 1; n && n < before;) {
        before = n;
        n = cut_slabs(point, n, dim, low, top);
        if (n == SIZE_MAX)
            return 0;
    }
    double all = box_volume(low, top, dim);
    if (n == 0)
        return all;
    if (n == 1) {
        for (size_t k = 0; k < dim; k++)
            dominated *= top[k] - fmax(point[0][k], low[k]);
        return fmax(0, all - dominated);
    }
    size_t side = 0, most = 0;
    for (size_t k = 0; k < dim; k++) {
        size_t open = 0;
        for (size_t i = 0; i < n; i++)
            open += point[i][k] > low[k] && point[i][k] < top[k];
        if (open > most) {
            most = open;
            side = k;
        }
    }
    if (most == 0) /* the slabs have cut off the points that are left */
        return open_volume(point, n, dim, low, top, scratch);
    const double **inner = mem_alloc(n, sizeof *inner);
    memcpy(inner, point, n * sizeof *inner);
    memcpy(cut, top, dim * sizeof *cut);
    cut[side] = median_above(point, n, side, low[side], scratch);
    double at = cut[side], open = open_volume(inner, n, dim, low, cut, scratch);
    memcpy(inner, point, n * sizeof *inner);
    memcpy(cut, low, dim * sizeof *cut);
    cut[side] = at;
    open += open_volume(inner, n, dim, cut, top, scratch);
    free(inner);
    return open;
}

static double hypervolume_by_halving(const double *at, size_t n, size_t dim,
                                     const double *reference)
{
    double low[DIM_MOST];
    const double **point = mem_alloc(n, sizeof *point);
    double *scratch = mem_alloc(n, sizeof *scratch);
    memcpy(low, at, dim * sizeof *low);
    for (size_t i = 0; i < n; i++) {
        point[i] = at + i * dim;
        for (size_t k = 0; k < dim; k++)
            low[k] = fmin(low[k], at[i * dim + k]);
    }
    double volume =
        box_volume(low, reference, dim) - open_volume(point, n, dim, low, reference, scratch);
    free(point);
    free(scratch);
    return volume;
}

double hypervolume(const double *at, size_t n, size_t dim, const double *reference)
{
    assert(dim >= 1 && dim <= DIM_MOST);
    double *below = mem_alloc(n, dim * sizeof *below), volume = 0;
    size_t m = 0;
    for (size_t i = 0; i < n; i++) {
        bool in = true;
        for (size_t k = 0; k < dim; k++)
            in = in && at[i * dim + k] < reference[k];
        if (in)
            memcpy(below + m++ * dim, at + i * dim, dim * sizeof *below);
    }
    if (m == 0)
        volume = 0;
    else if (dim == 1)
        for (size_t i = 0; i < m; i++)
            volume = fmax(volume, reference[0] - below[i]);
    else
        volume = dim == 2   ? sweep_two(below, m, reference)
                 : dim == 3 ? sweep_three(below, m, reference)
                 : dim == 4 ? sweep_four(below, m, reference)
                            : hypervolume_by_halving(below, m, dim, reference);
    free(below);
    return volume;
}
