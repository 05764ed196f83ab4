/* Cost never falls as a chip grows (arch/manufacturing.c), so a chip with the least of each part
 * that differs within a part of a lot costs no more than any chip of it. Lots come from splitting
 * candidates that differ in nothing else in halves, each time along the part that varies most (a
 * k-d tree, Bentley 1975). */
#include "reports/payoff/quoted.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"
#include "reports/payoff/device_lot.h"

/* Parts of a chip that differ within a lot (tests/arch/test_cost.c). */
static const size_t growing[] = {
    offsetof(struct chip, memory_byte),     offsetof(struct chip, memory_byte_per_s),
    offsetof(struct chip, link_byte_per_s), offsetof(struct chip, network_byte_per_s),
    offsetof(struct chip, unit_flop_per_s), offsetof(struct chip, cache_byte),
    offsetof(struct chip, unit_sram_byte)};

/* Fewer alike share a lot with others, which has no bound. */
enum { ALIKE_LEAST = LANES / 2 };

/* Candidates that are quoted together. */
struct lot {
    size_t first, n;   /* in quoted.order */
    bool alike[PARTS]; /* those of a part: they differ in growing parts alone, without pools */
    struct device_lot *devices;
};

struct quoted {
    const struct candidate *const *k; /* while it is made */
    size_t *order;
    size_t lots, leasts, parts; /* parts: that have a least */
    struct lot *lot;
    struct device_lot **least; /* the least of parts, LANES in each */
    size_t *least_of;          /* of which: lot x PARTS + part */
};

static double *part_of(struct chip *c, size_t i)
{
    return (double *)((char *)c + growing[i]);
}

static double part(const struct candidate *k, size_t i)
{
    return *(const double *)((const char *)&k->chip + growing[i]);
}

void hardware_of(struct hardware *out, const struct candidate *k)
{
    *out = (struct hardware){.chip = k->chip,
                             .pool_chip = k->pool_chip,
                             .ffn_chip = k->ffn_chip,
                             .engine = k->engine,
                             .pool_engine = k->pool_engine,
                             .ffn_engine = k->ffn_engine,
                             .devices = k->devices,
                             .pool_devices = candidate_pool_devices(k),
                             .ffn_devices = k->ffn_devices};
}

/* ---- kinds ---- */

/* The hardware of a candidate without what may differ within a lot. Without pools only the first
 * `numbers` count. */
struct kind {
    struct hardware of;
    size_t numbers;
};

static void kind_of(struct kind *out, const struct candidate *k)
{
    double pool_devices = candidate_pool_devices(k);
    if (pool_devices > 0 || k->ffn_devices > 0) {
        hardware_of(&out->of, k);
        out->numbers = sizeof out->of / sizeof(double);
        return;
    }
    out->of.chip = k->chip;
    out->of.engine = k->engine;
    out->of.devices = k->devices;
    out->of.pool_devices = out->of.ffn_devices = 0;
    out->numbers = offsetof(struct hardware, pool_chip) / sizeof(double);
    for (size_t i = 0; i < LEN(growing); i++)
        *part_of(&out->of.chip, i) = 0;
}

static bool has_pools(const struct kind *k)
{
    return k->of.pool_devices > 0 || k->of.ffn_devices > 0;
}

/* Do n candidates differ in growing parts alone, without pools? */
static bool are_alike(const struct candidate *const k[], const size_t *of, size_t n)
{
    struct kind first, other;
    size_t i = 1;
    kind_of(&first, k[of[0]]);
    if (has_pools(&first))
        return false;
    for (; i < n; i++) {
        kind_of(&other, k[of[i]]);
        if (other.numbers != first.numbers ||
            memcmp(&other.of, &first.of, first.numbers * sizeof(double)) != 0)
            break;
    }
    return i == n;
}

/* ---- lots ---- */

/* Candidates of a part of a lot of n. */
static size_t in_part(size_t n, size_t part)
{
    size_t from = part * IN_PART;
    return n <= from ? 0 : n - from < IN_PART ? n - from : IN_PART;
}

/* Adds a lot of n candidates behind those in order. */
static void add_lot(struct quoted *q, size_t n)
{
    q->lot = mem_grow(q->lot, q->lots + 1, sizeof *q->lot);
    struct lot *lot = &q->lot[q->lots];
    *lot = (struct lot){.first = q->lots ? lot[-1].first + lot[-1].n : 0, .n = n};
    q->lots++;
    lot->devices = device_lot_make(q->k, q->order + lot->first, n);
    for (size_t part = 0; part < PARTS; part++) {
        size_t some = in_part(n, part);
        lot->alike[part] =
            some > 0 && are_alike(q->k, q->order + lot->first + part * IN_PART, some);
    }
}

/* A candidate while lots are made. */
struct placed {
    uint64_t kind; /* the same for those that are alike */
    double key;
    size_t of;
};

static int by_kind(const void *a, const void *b)
{
    const struct placed *x = a, *y = b;
    return x->kind != y->kind ? (x->kind > y->kind) - (x->kind < y->kind)
                              : (x->of > y->of) - (x->of < y->of);
}

static int by_key(const void *a, const void *b)
{
    const struct placed *x = a, *y = b;
    return x->key != y->key ? (x->key > y->key) - (x->key < y->key)
                            : (x->of > y->of) - (x->of < y->of);
}

static size_t widest_part(const struct quoted *q, const struct placed *s, size_t n)
{
    size_t widest = 0;
    double width = -1;
    for (size_t k = 0; k < LEN(growing); k++) {
        double low = INFINITY, high = 0;
        for (size_t i = 0; i < n; i++) {
            low = fmin(low, part(q->k[s[i].of], k));
            high = fmax(high, part(q->k[s[i].of], k));
        }
        if (high > low && (high - low) / high > width) {
            width = (high - low) / high;
            widest = k;
        }
    }
    return widest;
}

/* Adds the lots of n candidates that are alike. */
static void split(struct quoted *q, struct placed *s, size_t n, size_t *next)
{
    if (n <= LANES) {
        for (size_t i = 0; i < n; i++)
            q->order[(*next)++] = s[i].of;
        add_lot(q, n);
        return;
    }
    size_t widest = widest_part(q, s, n), half = (n / 2 + LANES - 1) / LANES * LANES;
    for (size_t i = 0; i < n; i++)
        s[i].key = part(q->k[s[i].of], widest);
    qsort(s, n, sizeof *s, by_key);
    split(q, s, half, next);
    split(q, s + half, n - half, next);
}

static void add_alike(struct quoted *q, struct placed *s, size_t n)
{
    size_t next = 0, rest = 0, end;
    qsort(s, n, sizeof *s, by_kind);
    for (size_t from = 0; from < n; from = end) {
        for (end = from; end < n && s[end].kind == s[from].kind;)
            end++;
        if (end - from >= ALIKE_LEAST)
            split(q, s + from, end - from, &next);
        else
            while (from < end)
                s[rest++] = s[from++];
    }
    for (size_t from = 0; from < rest; from += LANES) {
        size_t in_lot = rest - from < LANES ? rest - from : LANES;
        for (size_t i = 0; i < in_lot; i++)
            q->order[next++] = s[from + i].of;
        add_lot(q, in_lot);
    }
}

/* ---- the least of a part ---- */

/* The least of n candidates that are alike. */
static void find_least(struct candidate *out, const struct candidate *const k[], const size_t *of,
                       size_t n)
{
    *out = *k[of[0]];
    for (size_t i = 1; i < n; i++)
        for (size_t j = 0; j < LEN(growing); j++)
            *part_of(&out->chip, j) = fmin(*part_of(&out->chip, j), part(k[of[i]], j));
}

size_t quoted_part(const size_t **of, const struct quoted *q, size_t part)
{
    const struct lot *lot = &q->lot[part / PARTS];
    size_t n = in_part(lot->n, part % PARTS);
    *of = q->order + (n > 0 ? lot->first + part % PARTS * IN_PART : 0);
    return n;
}

bool quoted_least_of(struct candidate *out, const struct quoted *q,
                     const struct candidate *const k[], size_t part)
{
    const size_t *of;
    size_t n = quoted_part(&of, q, part);
    if (!q->lot[part / PARTS].alike[part % PARTS])
        return false;
    find_least(out, k, of, n);
    return true;
}

static void add_leasts(struct quoted *q)
{
    struct candidate *least = mem_alloc(LANES, sizeof *least);
    const struct candidate *at[LANES];
    size_t place[LANES], n = 0;
    q->least_of = mem_alloc(q->lots * PARTS + 1, sizeof *q->least_of);
    q->least = mem_alloc(q->lots * PARTS / LANES + 1, sizeof(struct device_lot *));
    for (size_t i = 0; i < LANES; i++) {
        at[i] = &least[i];
        place[i] = i;
    }
    for (size_t part = 0; part < q->lots * PARTS; part++) {
        if (!quoted_least_of(&least[n % LANES], q, q->k, part))
            continue;
        q->least_of[n++] = part;
        if (n % LANES == 0)
            q->least[q->leasts++] = device_lot_make(at, place, LANES);
    }
    if (n % LANES > 0)
        q->least[q->leasts++] = device_lot_make(at, place, n % LANES);
    q->parts = n;
    free(least);
}

/* ---- all ---- */

struct quoted *quoted_make(const struct candidate *const k[], size_t n)
{
    struct quoted *q = mem_alloc(1, sizeof *q);
    q->k = k;
    q->order = mem_alloc(n + 1, sizeof *q->order);
    if (n <= LANES) {
        for (size_t i = 0; i < n; i++)
            q->order[i] = i;
        if (n > 0)
            add_lot(q, n);
        q->k = NULL;
        return q;
    }
    struct placed *placed = mem_alloc(n, sizeof *placed);
    for (size_t i = 0; i < n; i++) {
        struct kind kind;
        kind_of(&kind, k[i]);
        placed[i] = (struct placed){.kind = hash_numbers(&kind.of, kind.numbers), .of = i};
    }
    add_alike(q, placed, n);
    add_leasts(q);
    free(placed);
    q->k = NULL;
    return q;
}

void quoted_free(struct quoted *q)
{
    if (!q)
        return;
    for (size_t i = 0; i < q->lots; i++)
        free(q->lot[i].devices);
    for (size_t i = 0; i < q->leasts; i++)
        free(q->least[i]);
    free(q->lot);
    free(q->least);
    free(q->least_of);
    free(q->order);
    free(q);
}

size_t quoted_lots(const struct quoted *q)
{
    return q->lots;
}

size_t quoted_lot(const size_t **of, const struct quoted *q, size_t lot)
{
    *of = q->order + q->lot[lot].first;
    return q->lot[lot].n;
}

void quoted_lot_resources(double *out, const struct quoted *q, size_t lot, enum budget budget,
                          const struct prices *p)
{
    device_lot_used(out, q->lot[lot].devices, budget, p);
}

void quoted_resources(double *out, const struct quoted *q, enum budget budget,
                      const struct prices *p)
{
    lane used;
    for (size_t lot = 0; lot < q->lots; lot++) {
        const size_t *of = q->order + q->lot[lot].first;
        device_lot_used(used, q->lot[lot].devices, budget, p);
        for (size_t i = 0; i < q->lot[lot].n; i++)
            out[of[i]] = used[i];
    }
}

void quoted_least(double (*out)[PARTS], const struct quoted *q, enum budget budget,
                  const struct prices *p)
{
    lane used;
    double *least = &out[0][0];
    memset(out, 0, q->lots * sizeof *out);
    for (size_t i = 0; i < q->leasts && budget == BUDGET_COST; i++) {
        device_lot_used(used, q->least[i], budget, p);
        for (size_t j = 0; j < LANES && i * LANES + j < q->parts; j++)
            least[q->least_of[i * LANES + j]] = used[j] * LEAST_ROUNDING;
    }
}
