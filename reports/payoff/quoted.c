/* Cost never falls as a chip grows (arch/manufacturing.c), so a chip with the least of each part
 * that differs within a part of a lot costs no more than any chip of it. Lots come from splitting
 * candidates that differ in nothing else in halves, each time along the part that varies most (a
 * k-d tree, Bentley 1975). */
#include "reports/payoff/quoted.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"

/* Parts of a chip that differ within a lot (tests/arch/test_cost.c). */
static const size_t growing[] = {
    offsetof(struct chip, memory_byte),     offsetof(struct chip, memory_byte_per_s),
    offsetof(struct chip, link_byte_per_s), offsetof(struct chip, network_byte_per_s),
    offsetof(struct chip, unit_flop_per_s), offsetof(struct chip, cache_byte),
    offsetof(struct chip, unit_sram_byte)};

/* Fewer alike share a lot with others, which has no bound. */
enum { ALIKE_LEAST = LANES / 2 };

/* Devices that are quoted together. */
struct lot {
    size_t first, n;   /* in quoted.order */
    bool alike[PARTS]; /* those of a part: they differ in growing parts alone, without pools */
    bool pools, ffns;  /* one has a prefill pool, an FFN pool; without, it is empty */
    lane main_devices, pool_devices, ffn_devices;
    struct devices main, pool, ffn;
};

struct quoted {
    const struct candidate *const *k; /* while it is made */
    size_t *order;
    size_t lots, leasts;
    struct lot **lot;
    struct lot **least; /* the least of parts, LANES in each */
    size_t *least_of;   /* of which: lot x PARTS + part */
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

static void add_device(struct lot *lot, size_t i, const struct candidate *k)
{
    lot->main_devices[i] = k->devices;
    lot->pool_devices[i] = candidate_pool_devices(k);
    lot->ffn_devices[i] = k->ffn_devices;
    lot->pools = lot->pools || lot->pool_devices[i] > 0;
    lot->ffns = lot->ffns || k->ffn_devices > 0;
    devices_add(&lot->main, &k->chip, &k->engine);
}

static struct lot *lot_make(const struct candidate *const k[], const size_t *of, size_t n)
{
    struct lot *lot = mem_grow(NULL, 1, sizeof *lot); /* large: not zeroed */
    lot->n = n;
    lot->pools = lot->ffns = false;
    lot->main.n = lot->pool.n = lot->ffn.n = 0;
    for (size_t i = 0; i < n; i++)
        add_device(lot, i, k[of[i]]);
    cost_look_up(&lot->main);
    for (size_t i = 0; lot->pools && i < n; i++)
        devices_add(&lot->pool, &k[of[i]]->pool_chip, &k[of[i]]->pool_engine);
    if (lot->pools)
        cost_look_up(&lot->pool);
    for (size_t i = 0; lot->ffns && i < n; i++)
        devices_add(&lot->ffn, k[of[i]]->ffn_devices > 0 ? &k[of[i]]->ffn_chip : &k[of[i]]->chip,
                    &k[of[i]]->ffn_engine);
    if (lot->ffns)
        cost_look_up(&lot->ffn);
    return lot;
}

/* Candidates of a part of a lot of n. */
static size_t in_part(size_t n, size_t part)
{
    size_t from = part * IN_PART;
    return n <= from ? 0 : n - from < IN_PART ? n - from : IN_PART;
}

/* Adds a lot of n candidates behind those in order. */
static void add_lot(struct quoted *q, size_t n)
{
    size_t lot = q->lots++;
    size_t first = lot ? q->lot[lot - 1]->first + q->lot[lot - 1]->n : 0;
    q->lot = mem_grow(q->lot, q->lots, sizeof(struct lot *));
    q->lot[lot] = lot_make(q->k, q->order + first, n);
    q->lot[lot]->first = first;
    for (size_t part = 0; part < PARTS; part++) {
        size_t some = in_part(n, part);
        q->lot[lot]->alike[part] =
            some > 0 && are_alike(q->k, q->order + first + part * IN_PART, some);
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

bool quoted_least_of(struct candidate *out, const struct quoted *q,
                     const struct candidate *const k[], size_t lot, size_t part)
{
    const struct lot *of = q->lot[lot];
    if (!of->alike[part])
        return false;
    find_least(out, k, q->order + of->first + part * IN_PART, in_part(of->n, part));
    return true;
}

static void add_leasts(struct quoted *q)
{
    struct candidate *least = mem_alloc(LANES, sizeof *least);
    const struct candidate *at[LANES];
    size_t place[LANES], n = 0;
    q->least_of = mem_alloc(q->lots * PARTS + 1, sizeof *q->least_of);
    q->least = mem_alloc(q->lots * PARTS / LANES + 1, sizeof(struct lot *));
    for (size_t i = 0; i < LANES; i++) {
        at[i] = &least[i];
        place[i] = i;
    }
    for (size_t part = 0; part < q->lots * PARTS; part++) {
        if (!quoted_least_of(&least[n % LANES], q, q->k, part / PARTS, part % PARTS))
            continue;
        q->least_of[n++] = part;
        if (n % LANES == 0)
            q->least[q->leasts++] = lot_make(at, place, LANES);
    }
    if (n % LANES > 0)
        q->least[q->leasts++] = lot_make(at, place, n % LANES);
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
        free(q->lot[i]);
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
    *of = q->order + q->lot[lot]->first;
    return q->lot[lot]->n;
}

/* Adds what the devices of one kind use. */
static void add_used(double *out, const struct lot *lot, const struct devices *d,
                     const double *devices, enum budget budget, const struct prices *p)
{
    struct quote_lanes quote;
    double joined = NAN, levels = 0;
    cost_quotes(&quote, d, p);
    for (size_t i = 0; i < lot->n; i++) {
        double all = lot->main_devices[i] + lot->ffn_devices[i] + lot->pool_devices[i];
        if (!(devices[i] > 0))
            continue;
        if (all != joined)
            levels = network_levels(joined = all, p->switch_ports);
        out[i] += budget == BUDGET_COST
                      ? cost_fleet_usd(LANE(&quote, quote, usd_per_device)[i], devices[i], levels,
                                       LANE(&d->chip, chip, network_byte_per_s)[i], p)
                      : (LANE(&quote, quote, device.die_mm2)[i] +
                         LANE(&quote, quote, device.engine_mm2)[i]) *
                            devices[i];
    }
}

static void find_used(double *out, const struct lot *lot, enum budget budget,
                      const struct prices *p)
{
    for (size_t i = 0; i < lot->n; i++)
        out[i] = budget_has_quotes(budget) ? 0 : 1;
    if (!budget_has_quotes(budget))
        return;
    add_used(out, lot, &lot->main, lot->main_devices, budget, p);
    if (lot->ffns)
        add_used(out, lot, &lot->ffn, lot->ffn_devices, budget, p);
    if (lot->pools)
        add_used(out, lot, &lot->pool, lot->pool_devices, budget, p);
}

void quoted_lot_resources(double *out, const struct quoted *q, size_t lot, enum budget budget,
                          const struct prices *p)
{
    find_used(out, q->lot[lot], budget, p);
}

void quoted_resources(double *out, const struct quoted *q, enum budget budget,
                      const struct prices *p)
{
    lane used;
    for (size_t lot = 0; lot < q->lots; lot++) {
        const size_t *of = q->order + q->lot[lot]->first;
        find_used(used, q->lot[lot], budget, p);
        for (size_t i = 0; i < q->lot[lot]->n; i++)
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
        find_used(used, q->least[i], budget, p);
        for (size_t j = 0; j < q->least[i]->n; j++)
            least[q->least_of[i * LANES + j]] = used[j] * LEAST_ROUNDING;
    }
}
