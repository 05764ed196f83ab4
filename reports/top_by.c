/* One scan with a heap per group, the worst row on top: O(rows log most), where SQLite's window
 * functions sort all rows. Invariant: a heap holds the best rows of its group so far. */
#include "reports/top_by.h"

#include <stdint.h>
#include <stdio.h>
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"

struct ranked {
    double point;
    struct cell by;
};

struct group {
    struct cell *key;
    double first; /* its first point */
    struct ranked *heap;
    size_t n, room;
};

struct groups {
    const struct top_question *q;
    struct group *group;
    size_t n, keys;
    size_t *slot; /* a hash table of indices + 1; `slots` is a power of two */
    size_t slots;
    size_t last; /* the group of the last row */
};

/* ---- order ---- */

/* As SQLite's ORDER BY: numbers before texts, NULLs last. Negative if a comes first. */
static int order_cells(const struct cell *a, const struct cell *b, bool descending)
{
    if (a->kind == CELL_NULL || b->kind == CELL_NULL)
        return (a->kind == CELL_NULL) - (b->kind == CELL_NULL);
    int order = a->kind != b->kind       ? (a->kind == CELL_TEXT) - (b->kind == CELL_TEXT)
                : a->kind == CELL_TEXT   ? strcmp(a->text, b->text)
                : a->number != b->number ? (a->number > b->number ? 1 : -1)
                                         : 0;
    return descending ? -order : order;
}

static int order_of(const struct ranked *a, const struct ranked *b, bool descending)
{
    int order = order_cells(&a->by, &b->by, descending);
    return order ? order : (a->point > b->point) - (a->point < b->point);
}

/* Moves the row at `at` down to its place; the worst of each parent and its children is above. */
static void sink(struct ranked *heap, size_t n, size_t at, bool descending)
{
    for (size_t child = 2 * at + 1; child < n; child = 2 * at + 1) {
        if (child + 1 < n && order_of(&heap[child], &heap[child + 1], descending) < 0)
            child++;
        if (order_of(&heap[at], &heap[child], descending) >= 0)
            return;
        struct ranked other = heap[at];
        heap[at] = heap[child];
        heap[child] = other;
        at = child;
    }
}

static void rise(struct ranked *heap, size_t at, bool descending)
{
    while (at > 0 && order_of(&heap[(at - 1) / 2], &heap[at], descending) < 0) {
        struct ranked other = heap[at];
        heap[at] = heap[(at - 1) / 2];
        heap[(at - 1) / 2] = other;
        at = (at - 1) / 2;
    }
}

static void offer(struct group *g, const struct ranked *row, const struct top_question *q)
{
    assert(q->most > 0 && (g->n < q->most || g->heap != NULL));
    if (g->n == q->most && order_of(row, &g->heap[0], q->descending) >= 0)
        return;
    struct ranked own = {row->point, cell_copy(&row->by)};
    if (g->n < q->most) {
        if (g->n == g->room) {
            g->room = g->room ? 2 * g->room : 4;
            g->heap = mem_grow(g->heap, g->room, sizeof *g->heap);
        }
        g->heap[g->n++] = own;
        rise(g->heap, g->n - 1, q->descending);
        return;
    }
    free(g->heap[0].by.text);
    g->heap[0] = own;
    sink(g->heap, g->n, 0, q->descending);
}

/* ---- groups ---- */

static bool has_key(const struct group *g, const struct cell *key, size_t keys)
{
    for (size_t i = 0; i < keys; i++)
        if (!cell_equal(&g->key[i], &key[i]))
            return false;
    return true;
}

static uint64_t hash_key(const struct cell *key, size_t keys)
{
    uint64_t hash = 0;
    for (size_t i = 0; i < keys; i++) {
        double number = key[i].number + 0.0; /* one zero */
        uint64_t part = key[i].kind;
        if (key[i].kind == CELL_TEXT)
            part = hash_text(key[i].text);
        else if (key[i].kind == CELL_NUMBER)
            memcpy(&part, &number, sizeof part);
        hash = (hash ^ part) * UINT64_C(0x9e3779b97f4a7c15);
        hash ^= hash >> 32;
    }
    return hash;
}

/* The slot of the key: that of its group, or a free one. */
static size_t find_slot(const struct groups *g, const struct cell *key)
{
    size_t at = (size_t)hash_key(key, g->keys) & (g->slots - 1);
    while (g->slot[at] && !has_key(&g->group[g->slot[at] - 1], key, g->keys))
        at = (at + 1) & (g->slots - 1);
    return at;
}

static void make_room(struct groups *g)
{
    if (2 * g->n < g->slots)
        return;
    g->slots = g->slots ? 2 * g->slots : 64;
    free(g->slot);
    g->slot = mem_alloc(g->slots, sizeof *g->slot);
    g->group = mem_grow(g->group, g->slots, sizeof *g->group);
    for (size_t i = 0; i < g->n; i++)
        g->slot[find_slot(g, g->group[i].key)] = i + 1;
}

/* Rows of one group often follow each other. */
static struct group *group_of(struct groups *g, const struct cell *key, double point)
{
    if (g->n && has_key(&g->group[g->last], key, g->keys))
        return &g->group[g->last];
    make_room(g);
    size_t at = find_slot(g, key);
    if (!g->slot[at]) {
        struct group *fresh = &g->group[g->n++];
        *fresh = (struct group){.key = mem_alloc(g->keys + 1, sizeof *key), .first = point};
        for (size_t i = 0; i < g->keys; i++)
            fresh->key[i] = cell_copy(&key[i]);
        g->slot[at] = g->n;
    }
    g->last = g->slot[at] - 1;
    return &g->group[g->last];
}

static int take_row(void *ctx, const struct table *row)
{
    struct groups *g = ctx;
    if (row->rows == 0) {
        g->keys = row->columns - 2;
        return 0;
    }
    const struct ranked of = {row->cell[0].number, row->cell[1]};
    struct group *group = group_of(g, row->cell + 2, of.point);
    group->first = of.point < group->first ? of.point : group->first;
    offer(group, &of, g->q);
    return 0;
}

/* ---- the answer ---- */

static int order_groups(const void *a, const void *b)
{
    const struct group *x = a, *y = b;
    return (x->first > y->first) - (x->first < y->first);
}

/* Sorts a heap: the worst goes to the end, again and again. */
static void sort(struct group *g, bool descending)
{
    for (size_t n = g->n; n > 1; n--) {
        struct ranked worst = g->heap[0];
        g->heap[0] = g->heap[n - 1];
        g->heap[n - 1] = worst;
        sink(g->heap, n - 1, 0, descending);
    }
}

static char *list_points(struct groups *g)
{
    enum { DIGITS = 24 };
    size_t n = 0, length = 1;
    for (size_t i = 0; i < g->n; i++)
        n += g->group[i].n;
    char *list = mem_alloc(n * DIGITS + 3, 1);
    if (g->n)
        qsort(g->group, g->n, sizeof *g->group, order_groups);
    list[0] = '[';
    for (size_t i = 0; i < g->n; i++) {
        sort(&g->group[i], g->q->descending);
        for (size_t k = 0; k < g->group[i].n; k++)
            length += (size_t)snprintf(list + length, DIGITS, "%s%.0f", length > 1 ? "," : "",
                                       g->group[i].heap[k].point);
    }
    list[length] = ']';
    return list;
}

static void free_groups(struct groups *g)
{
    for (size_t i = 0; i < g->n; i++) {
        for (size_t k = 0; k < g->keys; k++)
            free(g->group[i].key[k].text);
        for (size_t k = 0; k < g->group[i].n; k++)
            free(g->group[i].heap[k].by.text);
        free(g->group[i].key);
        free(g->group[i].heap);
    }
    free(g->group);
    free(g->slot);
}

int top_by(char **points, struct db *db, const struct top_question *q, struct err *err)
{
    struct groups g = {.q = q};
    int rc = db_stream(db, q->rows, take_row, &g, err);
    *points = rc == 0 ? list_points(&g) : NULL;
    free_groups(&g);
    return rc;
}
