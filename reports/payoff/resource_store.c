#include "reports/payoff/resource_store.h"

#include <stdlib.h>
#include <string.h>

#include "arch/manufacturing.h"
#include "base/hash.h"
#include "base/mem.h"
#include "reports/payoff/quoted.h"
#include "search/tasks.h"

enum { SLOTS = 4096 };

/* A store keeps no more numbers than this: 256 MB. */
static const size_t NUMBERS_MOST = (size_t)32 << 20;

/* What the resources of a design depend on, besides prices; all doubles, so without padding. */
struct resource_key {
    struct hardware hardware;
    double budget;
};

struct resource_store {
    struct lock *lock;
    size_t worlds, numbers;
    struct row {
        struct row *next;
        struct resource_key key;
        double resource[];
    } * slot[SLOTS];
};

struct resource_store *resource_store_make(size_t worlds)
{
    struct resource_store *s = mem_alloc(1, sizeof *s);
    s->worlds = worlds;
    s->lock = lock_make();
    return s;
}

void resource_store_free(struct resource_store *s)
{
    if (!s)
        return;
    for (size_t i = 0; i < SLOTS; i++)
        while (s->slot[i]) {
            struct row *next = s->slot[i]->next;
            free(s->slot[i]);
            s->slot[i] = next;
        }
    lock_free(s->lock);
    free(s);
}

static struct resource_key key_of(const struct candidate *k, enum budget budget)
{
    struct resource_key key = {.budget = budget};
    hardware_of(&key.hardware, k);
    return key;
}

/* The row of a key, or the end of its list, where a new one belongs. */
static struct row **find_row(struct resource_store *s, const struct resource_key *key)
{
    struct row **at = &s->slot[hash_numbers(key, sizeof *key / sizeof(double)) % SLOTS];
    while (*at && memcmp(&(*at)->key, key, sizeof *key) != 0)
        at = &(*at)->next;
    return at;
}

/* A candidate while lots are made. */
struct placed {
    uint64_t dies;
    size_t of;
};

static int by_dies(const void *a, const void *b)
{
    const struct placed *x = a, *y = b;
    return x->dies != y->dies ? (x->dies > y->dies) - (x->dies < y->dies)
                              : (x->of > y->of) - (x->of < y->of);
}

/* Puts n candidates in order: those with the same dies share a lot. */
static size_t *in_order(const struct candidate *const k[], size_t n)
{
    struct placed *placed = mem_alloc(n + 1, sizeof *placed);
    size_t *order = mem_alloc(n + 1, sizeof *order);
    for (size_t i = 0; i < n; i++) {
        struct chip with;
        chip_of_dies(&with, &k[i]->chip);
        placed[i] = (struct placed){hash_numbers(&with, sizeof with / sizeof(double)), i};
    }
    qsort(placed, n, sizeof *placed, by_dies);
    for (size_t i = 0; i < n; i++)
        order[i] = placed[i].of;
    free(placed);
    return order;
}

/* Where some of n candidates are open. */
static void find_any_open(bool *any, const bool *open, size_t worlds, const size_t *of, size_t n)
{
    memset(any, !open, worlds * sizeof *any);
    for (size_t j = 0; open && j < n; j++)
        for (size_t i = 0; i < worlds; i++)
            any[i] |= open[of[j] * worlds + i];
}

/* Prices n candidates into rows: in all worlds, or if `open` is given only the lots with one that
 * is open. */
static void price_rows(double *const *row, const struct worlds *w,
                       const struct candidate *const k[], size_t n, enum budget budget,
                       const bool *open)
{
    size_t *order = in_order(k, n), in_lot;
    bool *any = mem_alloc(w->n + 1, sizeof *any);
    for (size_t from = 0; from < n; from += in_lot) {
        const size_t *of = order + from;
        lane used;
        in_lot = n - from < LANES ? n - from : LANES;
        struct device_lot *lot = device_lot_make(k, of, in_lot);
        find_any_open(any, open, w->n, of, in_lot);
        for (size_t i = 0; i < w->n; i++) {
            if (any[i])
                device_lot_used(used, lot, budget, &w->world[i].prices);
            else
                lanes_set(used, in_lot, INFINITY);
            for (size_t j = 0; j < in_lot; j++)
                row[of[j]][i] = used[j];
        }
        free(lot);
    }
    free(any);
    free(order);
}

/* Rows that belong to the caller. */
static void price_own(struct resource_rows *out, const struct worlds *w,
                      const struct candidate *const k[], size_t n, enum budget budget,
                      const bool *open)
{
    bool quoted = budget_has_quotes(budget);
    double **row = mem_alloc(n + 1, sizeof *row);
    out->own = mem_grow(NULL, (quoted ? n : 1) * w->n + 1, sizeof *out->own);
    for (size_t i = 0; i < w->n && !quoted; i++)
        out->own[i] = 1;
    for (size_t j = 0; j < n; j++)
        out->of[j] = row[j] = out->own + (quoted ? j * w->n : 0);
    if (quoted)
        price_rows(row, w, k, n, budget, open);
    free(row);
}

/* Finds the rows that the store has. Returns how many it lacks; `lacks` gets them. */
static size_t take_rows(struct resource_rows *out, struct resource_store *s,
                        const struct candidate *const k[], size_t n, enum budget budget,
                        size_t *lacks)
{
    size_t missing = 0;
    lock_take(s->lock);
    for (size_t j = 0; j < n; j++) {
        const struct resource_key key = key_of(k[j], budget);
        const struct row *row = *find_row(s, &key);
        out->of[j] = row ? row->resource : NULL;
        if (!row)
            lacks[missing++] = j;
    }
    lock_give(s->lock);
    return missing;
}

/* Another thread may have added a row in the meantime: it has the same numbers. */
static void put_rows(struct resource_store *s, struct row *const *row, size_t n)
{
    lock_take(s->lock);
    for (size_t j = 0; j < n; j++) {
        struct row **at = find_row(s, &row[j]->key);
        while (*at)
            at = &(*at)->next;
        *at = row[j];
        s->numbers += s->worlds;
    }
    lock_give(s->lock);
}

static bool has_room(struct resource_store *s, size_t rows)
{
    lock_take(s->lock);
    bool room = s->numbers + rows * s->worlds <= NUMBERS_MOST;
    lock_give(s->lock);
    return room;
}

/* Prices the rows that the store lacks, and adds them to it if it has room. */
static void price_lacking(struct resource_rows *out, const struct worlds *w,
                          const struct candidate *const k[], const size_t *lacks, size_t n,
                          enum budget budget)
{
    bool room = has_room(w->resources, n);
    const struct candidate **lacking = mem_alloc(n, sizeof(struct candidate *));
    struct row **row = mem_alloc(n, sizeof(struct row *));
    double **resource = mem_alloc(n, sizeof(double *));
    if (!room)
        out->own = mem_grow(NULL, n * w->n, sizeof *out->own);
    for (size_t j = 0; j < n; j++) {
        lacking[j] = k[lacks[j]];
        if (room) {
            row[j] = mem_alloc(1, sizeof **row + w->n * sizeof(double));
            row[j]->key = key_of(lacking[j], budget);
        }
        out->of[lacks[j]] = resource[j] = room ? row[j]->resource : out->own + j * w->n;
    }
    price_rows(resource, w, lacking, n, budget, NULL);
    if (room)
        put_rows(w->resources, row, n);
    free(resource);
    free(row);
    free(lacking);
}

struct resource_rows resource_rows_find(const struct worlds *w, const struct candidate *const k[],
                                        size_t n, enum budget budget)
{
    struct resource_rows out = {.of = mem_alloc(n + 1, sizeof(double *))};
    if (!w->resources || !budget_has_quotes(budget)) {
        price_own(&out, w, k, n, budget, NULL);
        return out;
    }
    size_t *lacks = mem_alloc(n + 1, sizeof *lacks);
    size_t missing = take_rows(&out, w->resources, k, n, budget, lacks);
    if (missing > 0)
        price_lacking(&out, w, k, lacks, missing, budget);
    free(lacks);
    return out;
}

bool resource_rows_fit(const struct worlds *w, size_t n)
{
    return w->resources && 2 * n * w->resources->worlds <= NUMBERS_MOST; /* of both sides */
}

struct resource_rows resource_rows_where(const struct worlds *w, const struct candidate *const k[],
                                         size_t n, enum budget budget, const bool *open)
{
    struct resource_rows out = {.of = mem_alloc(n + 1, sizeof(double *))};
    price_own(&out, w, k, n, budget, open);
    return out;
}

void resource_rows_free(const struct resource_rows *r)
{
    free(r->own);
    free(r->of);
}
