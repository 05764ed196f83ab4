/* Idea: points that differ only in chip, engine and prices have the same operators, so they are
 * collected into families first, by a hash of all other columns, and these by prices into groups.
 * Within a group points of similar hardware are neighbours: lanes that want the same mappings and
 * as many iterations waste none. The order changes no result.
 * Invariant: a family has one prepared step and, where timing needs it, one calibration; a group
 * has one price list; a block of lanes holds points of one family, a group after another. */
#include "search/point_arrays.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "arch/step_pool.h"
#include "arch/timing.h"
#include "base/hash.h"
#include "base/mem.h"
#include "base/random.h"
#include "search/tasks.h"

enum {
    TASK_POINTS = 2048,
    SORTED_TOGETHER = 16384 /* points whose values stay in a cache */
};

/* One thread's share of the work. */
struct point_worker {
    struct prepared prepared;
    struct design common; /* the study's values and those of slow columns */
    struct design like;   /* the first point of the block */
    size_t family;        /* 1 + that of `prepared`; 0: none yet */
    size_t group;         /* 1 + that of the last of `prices` */
    /* Of the groups of the block, and of each point. */
    size_t lists;
    struct price_book prices[LANES];
    const struct price_book *book[LANES];
    struct devices devices;
    struct metrics_lanes metrics;
    size_t mapped[LANES], point[LANES];
    size_t faulty; /* 1 + the first point with a mistake; 0: none */
    struct err err;
};

struct point_work {
    const struct study *study;
    const struct point_arrays *arrays;
    enum shared_by {
        BY_NONE,
        BY_GROUP,
        BY_FAMILY
    } *
        shared;             /* [columns]: who has one value of it */
    bool priced, limits;    /* what is asked, or a constraint may, depends on these */
    size_t *family, *group; /* [points] */
    size_t *order;          /* [points]: a family after another, a group after another */
    struct point_worker *worker;
};

static bool column_has_value(const struct point_array *c, size_t point)
{
    return c->number ? !isnan(c->number[point]) : c->code[point] >= 0;
}

static double column_value(const struct point_array *c, size_t point)
{
    return c->number ? c->number[point] : c->value[c->code[point]];
}

/* Lanes may differ in chip and engine. A chip has its calibration. */
static enum shared_by shared_by(const struct point_array *c, bool calibrated)
{
    size_t part = c->is_part ? c->part : c->parameter.part;
    if (!c->is_part && part == PART_PRICES)
        return BY_GROUP;
    bool of_device = part == PART_CHIP || part == PART_ENGINE;
    return of_device && !(c->is_part && part == PART_CHIP && calibrated) ? BY_NONE : BY_FAMILY;
}

static void find_shared_columns(struct point_work *w)
{
    const struct point_arrays *a = w->arrays;
    bool calibrated = timing_of(&w->study->base.mode)->needs_calibration;
    for (size_t i = 0; i < a->columns; i++)
        calibrated =
            calibrated || (!a->column[i].is_part && a->column[i].parameter.part == PART_MODE);
    for (size_t i = 0; i < a->columns; i++)
        w->shared[i] = shared_by(&a->column[i], calibrated);
}

static void find_asked(struct point_work *w)
{
    w->priced = w->limits = w->study->constraints > 0;
    for (size_t i = 0; i < w->arrays->wanted; i++) {
        w->priced |= w->arrays->want[i].needs_prices;
        w->limits |= w->arrays->want[i].tells_limit;
    }
}

/* The bits of a column's value, those of all "left as it is" equal. */
static uint64_t key_of(const struct point_array *c, size_t point)
{
    uint64_t bits = UINT64_MAX;
    if (c->code)
        return (uint64_t)(int64_t)c->code[point];
    if (!isnan(c->number[point]))
        memcpy(&bits, &c->number[point], sizeof bits);
    return bits;
}

/* Of the columns that are shared by this or more. */
static uint64_t hash_point(const struct point_work *w, size_t point, enum shared_by least)
{
    uint64_t hash = HASH_EMPTY;
    for (size_t i = 0; i < w->arrays->columns; i++)
        if (w->shared[i] >= least)
            hash = random_mix(hash ^ key_of(&w->arrays->column[i], point));
    return hash;
}

static bool is_same(const struct point_work *w, size_t a, size_t b, enum shared_by least)
{
    for (size_t i = 0; i < w->arrays->columns; i++)
        if (w->shared[i] >= least &&
            key_of(&w->arrays->column[i], a) != key_of(&w->arrays->column[i], b))
            return false;
    return true;
}

/* Numbers the classes of equal points in the order of their first points, as sorted. Returns how
 * many. */
static size_t find_classes(size_t *class, const struct point_work *w, enum shared_by least)
{
    size_t n = w->arrays->points, room = 1, classes = 0;
    while (room < 2 * n)
        room *= 2;
    size_t *slot = mem_alloc(room, sizeof *slot); /* 1 + a point of the class */
    for (size_t k = 0; k < n; k++) {
        size_t i = w->order[k], before = k ? w->order[k - 1] : i;
        if (k && is_same(w, i, before, least)) {
            class[i] = class[before];
            continue;
        }
        size_t at = hash_point(w, i, least) & (room - 1);
        while (slot[at] && !is_same(w, i, slot[at] - 1, least))
            at = (at + 1) & (room - 1);
        if (!slot[at])
            slot[at] = i + 1;
        class[i] = slot[at] == i + 1 ? classes++ : class[slot[at] - 1];
    }
    free(slot);
    return classes;
}

/* Counting sort of `from`, which keeps the order of equal classes. */
static void sort_points(size_t *to, const size_t *from, const size_t *class, size_t classes,
                        size_t n)
{
    size_t *first = mem_alloc(classes + 1, sizeof *first);
    for (size_t i = 0; i < n; i++)
        first[class[from[i]] + 1]++;
    for (size_t g = 0; g < classes; g++)
        first[g + 1] += first[g];
    for (size_t i = 0; i < n; i++)
        to[first[class[from[i]]]++] = from[i];
    free(first);
}

/* Adds a digit, the place of a point in a column with `places` of them, to its key so far: every
 * other time in reverse, so that neighbours differ in one place. */
static size_t add_digit(size_t key, size_t digit, size_t places)
{
    return key * places + (key % 2 ? places - 1 - digit : digit);
}

static void add_codes(size_t *key, const struct point_array *c, size_t n, size_t first)
{
    for (size_t i = 0; i < n; i++)
        key[i] = add_digit(key[i], (size_t)c->code[first + i] + 1, c->codes + 1);
}

/* Cells of equal width between the least and the largest finite number; others are in the first. */
static void add_cells(size_t *key, const struct point_array *c, size_t n, size_t first,
                      size_t cells)
{
    const double *value = c->number + first;
    double low = INFINITY, high = -INFINITY;
    for (size_t i = 0; i < n; i++) {
        low = isfinite(value[i]) ? smaller(low, value[i]) : low;
        high = isfinite(value[i]) ? larger(high, value[i]) : high;
    }
    double width = high > low ? (high - low) / (double)cells : INFINITY;
    for (size_t i = 0; i < n; i++) {
        double cell = isfinite(value[i]) ? smaller((value[i] - low) / width, (double)cells - 1) : 0;
        key[i] = add_digit(key[i], (size_t)cell, cells);
    }
}

/* Sorts n points from `first` on by names of the catalogue and by cells of numbers, about as many
 * as there are blocks of lanes. `key` and `from` have room for n. */
static void sort_by_hardware(struct point_work *w, size_t *key, size_t *from, size_t first,
                             size_t n)
{
    const struct point_arrays *a = w->arrays;
    size_t keys = 1, numbers = 0;
    memset(key, 0, n * sizeof *key);
    for (size_t i = 0; i < a->columns; i++) {
        const struct point_array *c = &a->column[i];
        if (w->shared[i] != BY_NONE || (c->code && keys * (c->codes + 1) > n))
            continue;
        numbers += c->number != NULL;
        keys *= c->code ? c->codes + 1 : 1;
        if (c->code)
            add_codes(key, c, n, first);
    }
    double blocks = (double)n / LANES / (double)keys;
    size_t cells = numbers && blocks > 1 ? (size_t)ceil(pow(blocks, 1 / (double)numbers)) : 1;
    for (size_t i = 0; i < a->columns; i++) {
        const struct point_array *c = &a->column[i];
        if (w->shared[i] != BY_NONE || !c->number || keys * cells > n)
            continue;
        keys *= cells;
        add_cells(key, c, n, first, cells);
    }
    for (size_t i = 0; i < n; i++)
        from[i] = i;
    sort_points(w->order + first, from, key, keys, n);
    for (size_t i = first; i < first + n; i++)
        w->order[i] += first;
}

static void order_points(struct point_work *w)
{
    size_t n = w->arrays->points;
    size_t *by_group = mem_alloc(n, sizeof *by_group);
    for (size_t i = 0; i < n; i++)
        w->order[i] = i;
    for (size_t first = 0, some; first < n; first += some) {
        some = n - first < SORTED_TOGETHER ? n - first : SORTED_TOGETHER;
        sort_by_hardware(w, w->group, by_group, first, some);
    }
    size_t families = find_classes(w->family, w, BY_FAMILY);
    size_t groups = find_classes(w->group, w, BY_GROUP);
    sort_points(by_group, w->order, w->group, groups, n);
    sort_points(w->order, by_group, w->family, families, n);
    free(by_group);
}

/* Sets the values of a point in the columns that are shared by this: in the design, or the prices.
 */
static int put_values(const struct point_work *w, size_t point, enum shared_by by, struct design *d,
                      struct price_book *prices, struct err *err)
{
    struct err inner;
    char path[64];
    for (int parts = 1; parts >= 0; parts--)
        for (size_t i = 0; i < w->arrays->columns; i++) {
            const struct point_array *c = &w->arrays->column[i];
            if (c->is_part != (parts == 1) || w->shared[i] != by || !column_has_value(c, point))
                continue;
            if (c->is_part) {
                study_put_entry(w->study, c->entry[c->code[point]], c->part, d);
                continue;
            }
            double value = column_value(c, point);
            if (c->number && field_check(c->parameter.field, value, &inner) != 0)
                return fail(err, "point %zu: %s: %s", point,
                            study_path(&c->parameter, path, sizeof path), inner.text);
            if (c->parameter.part == PART_PRICES)
                price_put(c->parameter.field, value, prices);
            else
                design_put(d, &c->parameter, value);
        }
    return 0;
}

static int start_family(struct point_worker *k, const struct point_work *w, size_t point)
{
    k->family = 0;
    k->common = w->study->base;
    if (put_values(w, point, BY_FAMILY, &k->common, NULL, &k->err) != 0)
        return -1;
    metrics_clear(&k->metrics, LANES);
    return 0;
}

static int start_group(struct point_worker *k, const struct point_work *w, size_t point)
{
    struct price_book *prices = &k->prices[k->lists];
    k->group = 0;
    *prices = w->study->prices;
    if (put_values(w, point, BY_GROUP, &k->common, prices, &k->err) != 0)
        return -1;
    k->group = w->group[point] + 1;
    k->lists++;
    return 0;
}

static void write_results(const struct point_worker *k, const struct point_arrays *a)
{
    for (size_t j = 0; j < a->wanted; j++) {
        const struct wanted_array *want = &a->want[j];
        for (size_t i = 0; i < k->devices.n; i++) {
            double value = k->metrics.at[want->at / sizeof(double)][i];
            if (want->of_plan) {
                const struct plan *plan =
                    k->prepared.n ? &k->prepared.mapped[k->mapped[i]].plan : &k->like.plan;
                value = *(const double *)((const char *)plan + want->at);
                value = value == PLAN_AUTO ? NAN : value;
            }
            want->out[k->point[i]] = value;
        }
    }
}

static void finish_block(struct point_worker *k, const struct point_work *w)
{
    const struct study *s = w->study;
    double excess[STUDY_LIMITS_MOST];
    if (!k->devices.n)
        return;
    bool priced = w->priced || design_shares_steps(&k->like); /* prices choose such a pool */
    const struct metrics_asked asked = {priced ? k->book : NULL, w->limits};
    evaluate_asked(&k->prepared, &k->like, &asked, &k->devices, &k->metrics, k->mapped);
    for (size_t i = 0; i < k->devices.n && s->constraints; i++) {
        double *verdict = &LANE(&k->metrics, metrics, verdict)[i];
        study_excess(s, &k->like, &k->devices, &k->metrics, i, excess);
        study_judge(s, excess, verdict);
    }
    write_results(k, w->arrays);
    k->devices.n = k->lists = 0;
}

static int add_point(struct point_worker *k, const struct point_work *w, size_t point)
{
    struct err inner;
    bool begins = k->family != w->family[point] + 1, other = k->group != w->group[point] + 1;
    if (begins || k->devices.n == LANES || (other && design_shares_steps(&k->common)))
        finish_block(k, w);
    if (begins && start_family(k, w, point) != 0)
        return -1;
    if ((other || !k->lists) && start_group(k, w, point) != 0)
        return -1;
    struct design d = k->common;
    if (put_values(w, point, BY_NONE, &d, NULL, &k->err) != 0)
        return -1;
    if ((begins ? design_check : design_check_hardware)(&d, &inner) != 0)
        return fail(&k->err, "point %zu: %s", point, inner.text);
    if (begins)
        prepare(&k->prepared, &d);
    k->family = w->family[point] + 1;
    if (!k->devices.n)
        k->like = d;
    k->point[k->devices.n] = point;
    k->book[k->devices.n] = &k->prices[k->lists - 1];
    devices_add(&k->devices, &d.chip, &d.engine);
    return 0;
}

static void evaluate_task(void *ctx, size_t task, size_t worker)
{
    struct point_work *w = ctx;
    struct point_worker *k = &w->worker[worker];
    size_t from = task * TASK_POINTS, to = from + TASK_POINTS;
    for (size_t i = from; i < to && i < w->arrays->points; i++) {
        size_t point = w->order[i];
        if (k->faulty && point >= k->faulty)
            continue;
        if (add_point(k, w, point) != 0)
            k->faulty = point + 1;
    }
    finish_block(k, w);
}

int point_arrays_evaluate(const struct study *s, const struct point_arrays *p, size_t jobs,
                          struct err *err)
{
    size_t first = SIZE_MAX, tasks = (p->points + TASK_POINTS - 1) / TASK_POINTS;
    struct point_work w = {.study = s, .arrays = p};
    jobs = jobs < 1 ? 1 : jobs > tasks ? tasks + !tasks : jobs;
    w.shared = mem_alloc(p->columns, sizeof *w.shared);
    w.family = mem_alloc(p->points, sizeof *w.family);
    w.group = mem_alloc(p->points, sizeof *w.group);
    w.order = mem_alloc(p->points, sizeof *w.order);
    w.worker = mem_alloc(jobs, sizeof *w.worker);
    find_asked(&w);
    find_shared_columns(&w);
    order_points(&w);
    tasks_run(tasks, jobs, evaluate_task, &w);
    for (size_t i = 0; i < jobs; i++) {
        if (w.worker[i].faulty && w.worker[i].faulty < first) {
            first = w.worker[i].faulty;
            *err = w.worker[i].err;
        }
        prepared_free(&w.worker[i].prepared);
    }
    free(w.worker);
    free(w.order);
    free(w.group);
    free(w.family);
    free(w.shared);
    return first == SIZE_MAX ? 0 : -1;
}
