#include "base/archive.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/dominance.h"

enum { BLOCK = 64, LEAF = 32 };

/* A block of the sorted front of two objectives: first ascending, second descending. */
struct block {
    size_t n;
    double at[BLOCK][2];
    uint64_t id[BLOCK];
};

/* A box of the tree: its corners, and either two sub-boxes or the points themselves. */
struct box {
    struct box *child[2]; /* NULL in a leaf */
    size_t n;             /* points in it */
    double *low, *high;   /* bounds of all points; not tightened when points are removed */
    double *at;           /* leaf: room for LEAF points */
    uint64_t *id;
};

struct archive {
    size_t dim, count;
    struct block **block; /* dim <= 2 */
    double (*last)[2];    /* last point of each block */
    size_t blocks, room;
    struct box *root; /* dim > 2; NULL: empty */
    uint64_t *removed;
    size_t removed_n, removed_room;
};

struct archive *archive_new(size_t dim)
{
    assert(dim >= 1);
    struct archive *a = mem_alloc(1, sizeof *a);
    a->dim = dim;
    return a;
}

static void box_free(struct box *b)
{
    if (!b)
        return;
    box_free(b->child[0]);
    box_free(b->child[1]);
    free(b->low);
    free(b->at);
    free(b->id);
    free(b);
}

void archive_free(struct archive *a)
{
    if (!a)
        return;
    for (size_t i = 0; i < a->blocks; i++)
        free(a->block[i]);
    free(a->block);
    free(a->last);
    box_free(a->root);
    free(a->removed);
    free(a);
}

static void record_removed(struct archive *a, uint64_t id)
{
    if (a->removed_n == a->removed_room)
        a->removed =
            mem_grow(a->removed, a->removed_room = 2 * a->removed_room + 64, sizeof *a->removed);
    a->removed[a->removed_n++] = id;
    a->count--;
}

/* ---- one and two objectives ---- */

/* A position in the list: the first point that is not below `at` in (first, second) order. */
struct place {
    size_t block, i;
};

static bool below(const double *p, const double *at)
{
    return p[0] < at[0] || (p[0] == at[0] && p[1] < at[1]);
}

static struct place list_find(const struct archive *a, const double *at)
{
    size_t lo = 0, hi = a->blocks; /* the first block whose last point is not below `at` */
    while (lo < hi) {
        size_t mid = (lo + hi) / 2;
        if (below(a->last[mid], at))
            lo = mid + 1;
        else
            hi = mid;
    }
    struct place p = {lo, 0};
    if (lo < a->blocks) {
        const struct block *b = a->block[lo];
        size_t from = 0, to = b->n;
        while (from < to) {
            size_t mid = (from + to) / 2;
            if (below(b->at[mid], at))
                from = mid + 1;
            else
                to = mid;
        }
        p.i = from;
    }
    return p;
}

/* Of all points before `p`, the one just before it has the smallest second objective. */
static bool list_dominates(const struct archive *a, struct place p, const double *at)
{
    if (p.i == 0 && p.block == 0)
        return false;
    return pareto_dominates(p.i > 0 ? a->block[p.block]->at[p.i - 1] : a->last[p.block - 1], at, 2);
}

static void drop_block(struct archive *a, size_t i)
{
    free(a->block[i]);
    a->blocks--;
    memmove(&a->block[i], &a->block[i + 1], (a->blocks - i) * sizeof *a->block);
    memmove(&a->last[i], &a->last[i + 1], (a->blocks - i) * sizeof *a->last);
}

static void update_last(struct archive *a, size_t i)
{
    memcpy(a->last[i], a->block[i]->at[a->block[i]->n - 1], sizeof *a->last);
}

static void list_remove_dominated(struct archive *a, struct place p, const double *at)
{
    while (p.block < a->blocks) {
        struct block *b = a->block[p.block];
        size_t end = p.i;
        while (end < b->n && b->at[end][1] == at[1] && b->at[end][0] == at[0])
            end++; /* equal points stay */
        size_t from = end;
        while (end < b->n && pareto_dominates(at, b->at[end], 2))
            record_removed(a, b->id[end++]);
        bool more = end == b->n;
        memmove(&b->at[from], &b->at[end], (b->n - end) * sizeof *b->at);
        memmove(&b->id[from], &b->id[end], (b->n - end) * sizeof *b->id);
        b->n -= end - from;
        if (b->n == 0)
            drop_block(a, p.block);
        else
            update_last(a, p.block++);
        p.i = 0;
        if (!more)
            return;
    }
}

static void insert_block(struct archive *a, size_t at)
{
    if (a->blocks == a->room) {
        a->room = 2 * a->room + 16;
        a->block = mem_grow(a->block, a->room, sizeof *a->block);
        a->last = mem_grow(a->last, a->room, sizeof *a->last);
    }
    memmove(&a->block[at + 1], &a->block[at], (a->blocks - at) * sizeof *a->block);
    memmove(&a->last[at + 1], &a->last[at], (a->blocks - at) * sizeof *a->last);
    a->block[at] = mem_alloc(1, sizeof **a->block);
    a->blocks++;
}

/* Inserts before `p`, the first point that is not below `at`. */
static void list_insert(struct archive *a, struct place p, const double *at, uint64_t id)
{
    if (p.block == a->blocks && a->blocks > 0)
        p = (struct place){a->blocks - 1, a->block[a->blocks - 1]->n};
    else if (a->blocks == 0)
        insert_block(a, 0);
    struct block *b = a->block[p.block];
    if (b->n == BLOCK) {
        insert_block(a, p.block + 1);
        struct block *next = a->block[p.block + 1];
        next->n = BLOCK / 2;
        b->n = BLOCK - next->n;
        memcpy(next->at, &b->at[b->n], next->n * sizeof *b->at);
        memcpy(next->id, &b->id[b->n], next->n * sizeof *b->id);
        update_last(a, p.block);
        update_last(a, p.block + 1);
        if (p.i > b->n) {
            p.i -= b->n;
            p.block++;
            b = next;
        }
    }
    memmove(&b->at[p.i + 1], &b->at[p.i], (b->n - p.i) * sizeof *b->at);
    memmove(&b->id[p.i + 1], &b->id[p.i], (b->n - p.i) * sizeof *b->id);
    memcpy(b->at[p.i], at, sizeof *b->at);
    b->id[p.i] = id;
    b->n++;
    update_last(a, p.block);
    a->count++;
}

static bool list_offer(struct archive *a, const double *at, uint64_t id)
{
    struct place p = list_find(a, at);
    if (list_dominates(a, p, at))
        return false;
    list_remove_dominated(a, p, at);
    list_insert(a, p, at, id);
    return true;
}

/* ---- three or more objectives ---- */

static struct box *leaf_new(size_t dim)
{
    struct box *b = mem_alloc(1, sizeof *b);
    b->low = mem_alloc(2 * dim, sizeof *b->low);
    b->high = b->low + dim;
    b->at = mem_alloc(LEAF * dim, sizeof *b->at);
    b->id = mem_alloc(LEAF, sizeof *b->id);
    return b;
}

static bool is_at_most(const double *a, const double *b, size_t dim)
{
    for (size_t k = 0; k < dim; k++)
        if (!(a[k] <= b[k]))
            return false;
    return true;
}

static bool box_dominates(const struct box *b, const double *at, size_t dim)
{
    if (!is_at_most(b->low, at, dim))
        return false;
    if (b->child[0])
        return box_dominates(b->child[0], at, dim) || box_dominates(b->child[1], at, dim);
    for (size_t i = 0; i < b->n; i++)
        if (pareto_dominates(b->at + i * dim, at, dim))
            return true;
    return false;
}

static void record_box_removed(struct archive *a, const struct box *b)
{
    if (b->child[0]) {
        record_box_removed(a, b->child[0]);
        record_box_removed(a, b->child[1]);
        return;
    }
    for (size_t i = 0; i < b->n; i++)
        record_removed(a, b->id[i]);
}

/* Removes the points that `at` dominates. Returns the remaining box, or NULL if it is empty. */
static struct box *box_remove_dominated(struct archive *a, struct box *b, const double *at)
{
    size_t dim = a->dim;
    if (!is_at_most(at, b->high, dim))
        return b;
    if (pareto_dominates(at, b->low, dim)) {
        record_box_removed(a, b);
        box_free(b);
        return NULL;
    }
    if (b->child[0]) {
        b->child[0] = box_remove_dominated(a, b->child[0], at);
        b->child[1] = box_remove_dominated(a, b->child[1], at);
        if (b->child[0] && b->child[1]) {
            b->n = b->child[0]->n + b->child[1]->n;
            return b;
        }
        struct box *rest = b->child[0] ? b->child[0] : b->child[1];
        b->child[0] = b->child[1] = NULL;
        box_free(b);
        return rest;
    }
    size_t kept = 0;
    for (size_t i = 0; i < b->n; i++) {
        if (pareto_dominates(at, b->at + i * dim, dim)) {
            record_removed(a, b->id[i]);
            continue;
        }
        memmove(b->at + kept * dim, b->at + i * dim, dim * sizeof *at);
        b->id[kept++] = b->id[i];
    }
    b->n = kept;
    if (kept > 0)
        return b;
    box_free(b);
    return NULL;
}

static void widen(struct box *b, const double *at, size_t dim)
{
    for (size_t k = 0; k < dim; k++) {
        b->low[k] = b->n == 0 ? at[k] : fmin(b->low[k], at[k]);
        b->high[k] = b->n == 0 ? at[k] : fmax(b->high[k], at[k]);
    }
}

static void leaf_add(struct box *b, const double *at, uint64_t id, size_t dim)
{
    widen(b, at, dim);
    memcpy(b->at + b->n * dim, at, dim * sizeof *at);
    b->id[b->n++] = id;
}

/* Halves a full leaf across its widest side; widths are relative to the root's. */
static void leaf_split(const struct archive *a, struct box *b)
{
    size_t dim = a->dim, side = 0, order[LEAF];
    double widest = -1;
    for (size_t k = 0; k < dim; k++) {
        double all = a->root->high[k] - a->root->low[k];
        double share = all > 0 ? (b->high[k] - b->low[k]) / all : 0;
        if (share > widest) {
            widest = share;
            side = k;
        }
    }
    for (size_t i = 0; i < LEAF; i++) { /* insertion sort */
        size_t j = i;
        for (; j > 0 && b->at[order[j - 1] * dim + side] > b->at[i * dim + side]; j--)
            order[j] = order[j - 1];
        order[j] = i;
    }
    for (size_t half = 0; half < 2; half++) {
        b->child[half] = leaf_new(dim);
        for (size_t i = half * LEAF / 2; i < (half + 1) * LEAF / 2; i++)
            leaf_add(b->child[half], b->at + order[i] * dim, b->id[order[i]], dim);
    }
    free(b->at);
    free(b->id);
    b->at = NULL;
    b->id = NULL;
}

/* Distance of the point from the centre of the box, times two (L1 norm). */
static double distance(const struct box *b, const double *at, size_t dim)
{
    double far = 0;
    for (size_t k = 0; k < dim; k++) {
        double middle = b->low[k] + b->high[k];
        far += fabs(middle - 2 * at[k]);
    }
    return far;
}

static void box_insert(struct archive *a, const double *at, uint64_t id)
{
    size_t dim = a->dim;
    if (!a->root)
        a->root = leaf_new(dim);
    struct box *b = a->root;
    for (;;) {
        if (!b->child[0] && b->n == LEAF)
            leaf_split(a, b);
        if (!b->child[0])
            break;
        widen(b, at, dim);
        b->n++;
        b = b->child[distance(b->child[1], at, dim) < distance(b->child[0], at, dim)];
    }
    leaf_add(b, at, id, dim);
    a->count++;
}

/* ---- any number of objectives ---- */

static bool any_nan(const double *at, size_t dim)
{
    for (size_t k = 0; k < dim; k++)
        if (isnan(at[k]))
            return true;
    return false;
}

bool archive_dominates(const struct archive *a, const double *at)
{
    if (a->dim <= 2) {
        const double two[2] = {at[0], a->dim > 1 ? at[1] : 0};
        return list_dominates(a, list_find(a, two), two);
    }
    return a->root && box_dominates(a->root, at, a->dim);
}

bool archive_offer(struct archive *a, const double *at, uint64_t id)
{
    if (any_nan(at, a->dim))
        return false;
    if (a->dim <= 2) {
        const double two[2] = {at[0], a->dim > 1 ? at[1] : 0};
        return list_offer(a, two, id);
    }
    if (archive_dominates(a, at))
        return false;
    if (a->root)
        a->root = box_remove_dominated(a, a->root, at);
    box_insert(a, at, id);
    return true;
}

size_t archive_count(const struct archive *a)
{
    return a->count;
}

static size_t box_list(const struct box *b, size_t dim, size_t n, double *at, uint64_t *id)
{
    if (b->child[0])
        return box_list(b->child[1], dim, box_list(b->child[0], dim, n, at, id), at, id);
    if (at)
        memcpy(at + n * dim, b->at, b->n * dim * sizeof *at);
    if (id)
        memcpy(id + n, b->id, b->n * sizeof *id);
    return n + b->n;
}

void archive_list(const struct archive *a, double *at, uint64_t *id)
{
    size_t n = 0;
    for (size_t i = 0; i < a->blocks; i++)
        for (size_t j = 0; j < a->block[i]->n; j++, n++) {
            if (at)
                memcpy(at + n * a->dim, a->block[i]->at[j], a->dim * sizeof *at);
            if (id)
                id[n] = a->block[i]->id[j];
        }
    if (a->root)
        box_list(a->root, a->dim, 0, at, id);
}

const uint64_t *archive_removed(const struct archive *a, size_t *n)
{
    *n = a->removed_n;
    return a->removed;
}

void archive_forget(struct archive *a)
{
    a->removed_n = 0;
}
