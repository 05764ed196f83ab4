/* In boxes of worlds, the faster world that bounds a design is first the fastest of all, then that
 * of the box; then its step is timed, only to see whether it is short enough. */
#include <stdlib.h>
#include <string.h>

#include "base/lanes.h"
#include "base/mem.h"
#include "reports/payoff/candidate_value.h"
#include "reports/payoff/contest_inside.h"
#include "reports/payoff/quoted.h"
#include "reports/payoff/resource_store.h"
#include "search/tasks.h"

/* A search in progress. */
struct race {
    const struct contest *of;
    const struct worlds *w;
    double *best;
    size_t *winner; /* may be NULL */
    size_t *open;   /* worlds in which a design may win; room for one more */
    size_t opened;
    int64_t *mark; /* of each world */
};

static void race_begin(struct race *r)
{
    r->open = mem_alloc(r->w->n + 1, sizeof *r->open);
    r->mark = mem_alloc(r->w->n + 1, sizeof *r->mark);
}

static void race_end(struct race *r)
{
    free(r->open);
    free(r->mark);
}

/* Marks the worlds in which a design with at most these tokens per second may win: 1, else 0. */
FOR_ALL_VECTORS
static void mark_open(int64_t *restrict open, const double *restrict resource,
                      const double *restrict best, double most, size_t n)
{
    for (size_t i = 0; i < n; i++)
        open[i] = !(most / resource[i] < best[i]);
}

/* Opens the worlds in which design k may win by its bound. */
static void open_worlds(struct race *r, size_t k, const double *resource)
{
    double most = r->of->most ? r->of->most[k] : INFINITY;
    mark_open(r->mark, resource, r->best, most, r->w->n);
    r->opened = 0;
    for (size_t i = 0; i < r->w->n; i++) {
        r->open[r->opened] = i;
        r->opened += (size_t)r->mark[i];
    }
}

/* Keeps open the worlds in which a design with at most these tokens per second may win. */
static void close_by_box(struct race *r, const double *resource, const struct boxes *boxes,
                         const double *most)
{
    size_t left = 0;
    for (size_t j = 0; j < r->opened; j++) {
        size_t i = r->open[j];
        r->open[left] = i;
        left += (size_t) !(most[boxes->of[i]] / resource[i] < r->best[i]);
    }
    r->opened = left;
}

static const struct boxes *boxes_of(const struct contest *x, const struct worlds *w)
{
    return x->boxes.n ? &x->boxes : x->of_engine ? &w->engine : &w->board;
}

/* Tokens per second of a design in each box, at most. */
static void most_in_boxes(double most[BOXES], const struct candidate *k, const struct boxes *boxes)
{
    const struct world *fastest[BOXES];
    for (size_t b = 0; b < boxes->n; b++)
        fastest[b] = &boxes->fastest[b];
    candidate_most_tokens_per_s(most, k, fastest, boxes->n);
    for (size_t b = 0; b < boxes->n; b++)
        most[b] *= BOUND_ROUNDING;
}

/* `most`: most_in_boxes, if that is known. */
static void bound_in_boxes(struct race *r, const struct candidate *k, const double *resource,
                           const double *most)
{
    const struct boxes *boxes = boxes_of(r->of, r->w);
    double found[BOXES];
    if (r->opened <= boxes->n || !boxes->n)
        return;
    if (!most)
        most_in_boxes(found, k, boxes);
    close_by_box(r, resource, boxes, most ? most : found);
}

/* Prices design k in up to LANES worlds. */
static void price_in(struct race *r, size_t k, const double *resources, const size_t *world,
                     size_t n)
{
    const struct world *at[LANES] = {NULL};
    double resource[LANES] = {0}, value[LANES];
    for (size_t j = 0; j < n; j++) {
        at[j] = &r->w->world[world[j]];
        resource[j] = resources[world[j]];
    }
    candidate_values(value, &r->of->candidate[k], r->of->budget, resource, at, n);
    for (size_t j = 0; j < n; j++)
        if (!(value[j] <= r->best[world[j]])) {
            r->best[world[j]] = value[j];
            if (r->winner)
                r->winner[world[j]] = k;
        }
}

/* Keeps open the worlds in which the step of a design is short enough to win. */
static void close_by_time(struct race *r, const struct candidate *k, const double *resource)
{
    size_t left = 0, n;
    for (size_t from = 0; from < r->opened; from += n) {
        double least[LANES];
        n = r->opened - from < LANES ? r->opened - from : LANES;
        for (size_t j = 0; j < n; j++)
            least[j] = r->best[r->open[from + j]] * resource[r->open[from + j]];
        size_t kept = candidate_may_reach(r->open + from, n, least, k, r->w->world);
        memmove(r->open + left, r->open + from, kept * sizeof *r->open);
        left += kept;
    }
    r->opened = left;
}

/* Prices design k in the worlds in which it may be better than the best so far. */
static void try_design(struct race *r, size_t k, const double *resource, const double *most)
{
    const struct contest *x = r->of;
    open_worlds(r, k, resource);
    if (x->most)
        bound_in_boxes(r, &x->candidate[k], resource, most);
    if (x->budget != BUDGET_POWER && k != x->order[0] && !candidate_has_errors(&x->candidate[k]))
        close_by_time(r, &x->candidate[k], resource);
    for (size_t from = 0; from < r->opened; from += LANES)
        price_in(r, k, resource, r->open + from,
                 r->opened - from < LANES ? r->opened - from : LANES);
}

static const struct candidate **point_at(const struct contest *x, const size_t *which, size_t n)
{
    const struct candidate **k = mem_alloc(n + 1, sizeof(struct candidate *));
    for (size_t i = 0; i < n; i++)
        k[i] = &x->candidate[which[i]];
    return k;
}

/* Quotes n designs in every world and prices them where they may win. */
static void try_designs(struct race *r, const size_t *which, size_t n)
{
    if (r->of->used) {
        for (size_t i = 0; i < n; i++)
            try_design(r, which[i], r->of->used[which[i]], NULL);
        return;
    }
    const struct candidate **k = point_at(r->of, which, n);
    const struct resource_rows rows = resource_rows_find(r->w, k, n, r->of->budget);
    for (size_t i = 0; i < n; i++)
        try_design(r, which[i], rows.of[i], NULL);
    resource_rows_free(&rows);
    free(k);
}

/* The best designs at middle values are priced first, the others some at a time, so that what the
 * first reach closes worlds for the next. */
enum { TRIED_FIRST = 8, AT_A_TIME = 32 * LANES };

/* What the designs of a part of a lot must reach to win, tokens per second: in each box, and in
 * any. */
struct needed {
    double in[BOXES], any;
};

/* What a design must reach that uses these resources in each world. */
static void find_need(struct needed *out, const struct race *r, const double *resource)
{
    const struct boxes *boxes = boxes_of(r->of, r->w);
    for (size_t b = 0; b < BOXES; b++)
        out->in[b] = out->any = INFINITY;
    for (size_t i = 0; i < r->w->n; i++) {
        double *in = &out->in[boxes->of[i]], here = r->best[i] * resource[i] * LEAST_ROUNDING;
        *in = smaller(isnan(here) ? 0 : here, *in);
    }
    for (size_t b = 0; b < BOXES; b++)
        out->any = smaller(out->any, out->in[b]);
}

/* May it reach what its part needs in some box? */
static bool may_win(double most[BOXES], const struct race *r, size_t k, const struct needed *need)
{
    const struct boxes *boxes = boxes_of(r->of, r->w);
    bool may = false;
    if (r->of->most[k] < need->any)
        return false;
    most_in_boxes(most, &r->of->candidate[k], boxes);
    for (size_t b = 0; b < boxes->n; b++)
        may = may || !(most[b] < need->in[b]);
    return may;
}

/* Designs that may win, with what they reach at most in each box, and the worlds in which they may
 * at what the least of their part uses. */
struct promising {
    size_t n, *which;
    double (*most)[BOXES];
    bool *open; /* [n][worlds] */
};

/* Adds a design, unless it can win in no world. */
static void add_promising(struct promising *x, const struct race *r, size_t k, const double *least)
{
    const struct boxes *boxes = boxes_of(r->of, r->w);
    const double *most = x->most[x->n];
    bool *open = x->open + x->n * r->w->n, any = false;
    for (size_t i = 0; i < r->w->n; i++) {
        double used = least[i] * LEAST_ROUNDING;
        any |= open[i] = !(most[boxes->of[i]] / used < r->best[i]);
    }
    x->which[x->n] = k;
    x->n += any;
}

static void try_some(struct race *r, struct promising *x)
{
    const struct candidate **k = point_at(r->of, x->which, x->n);
    const struct resource_rows rows =
        resource_rows_fit(r->w, r->of->n)
            ? resource_rows_find(r->w, k, x->n, r->of->budget)
            : resource_rows_where(r->w, k, x->n, r->of->budget, x->open);
    for (size_t j = 0; j < x->n; j++)
        try_design(r, x->which[j], rows.of[j], x->most[j]);
    resource_rows_free(&rows);
    free(k);
    x->n = 0;
}

/* Parts of lots with their least, some at a time. */
struct parts {
    size_t n, of[AT_A_TIME]; /* lot x PARTS + part */
    struct candidate *least;
};

/* Tries the designs of parts that may win at what the least of their part uses. */
static void try_parts(struct race *r, struct parts *p, struct promising *x)
{
    const struct candidate *k[AT_A_TIME];
    for (size_t j = 0; j < p->n; j++)
        k[j] = &p->least[j];
    const struct resource_rows rows = resource_rows_find(r->w, k, p->n, r->of->budget);
    for (size_t j = 0; j < p->n; j++) {
        struct needed need;
        const size_t *of;
        size_t n = quoted_part(&of, r->of->quoted, p->of[j]);
        find_need(&need, r, rows.of[j]);
        for (size_t i = 0; i < n; i++)
            if (may_win(x->most[x->n], r, of[i], &need)) {
                add_promising(x, r, of[i], rows.of[j]);
                if (x->n == AT_A_TIME)
                    try_some(r, x);
            }
    }
    try_some(r, x);
    resource_rows_free(&rows);
    p->n = 0;
}

/* Fewer are all tried; of more, only those that may win at what the least of their part uses. */
enum { MANY = 64 * LANES };

/* What the threads of a race share: each takes some parts at a time. */
struct relay {
    struct race *race;
    const struct candidate **k;
    size_t parts, in_turn;
    size_t *holder; /* of the best in each world: turn + 1, or 0 if it was there before */
    struct lock *lock;
};

/* Begins with what is best so far. Of equal designs that of the first turn wins, so a later turn
 * must only be reached. */
static void turn_begin(struct race *own, struct relay *y, size_t turn)
{
    const struct race *r = y->race;
    *own = (struct race){.of = r->of,
                         .w = r->w,
                         .best = mem_alloc(r->w->n + 1, sizeof *own->best),
                         .winner = mem_alloc(r->w->n + 1, sizeof *own->winner)};
    race_begin(own);
    lock_take(y->lock);
    for (size_t i = 0; i < r->w->n; i++) {
        own->best[i] = y->holder[i] > turn + 1 ? nextafter(r->best[i], 0) : r->best[i];
        own->winner[i] = r->of->n;
    }
    lock_give(y->lock);
}

static void turn_end(struct race *own, struct relay *y, size_t turn)
{
    const struct race *r = y->race;
    lock_take(y->lock);
    for (size_t i = 0; i < r->w->n; i++) {
        bool first = own->best[i] == r->best[i] && turn + 1 < y->holder[i];
        if (own->winner[i] == r->of->n || (own->best[i] <= r->best[i] && !first))
            continue;
        r->best[i] = own->best[i];
        y->holder[i] = turn + 1;
        if (r->winner)
            r->winner[i] = own->winner[i];
    }
    lock_give(y->lock);
    race_end(own);
    free(own->best);
    free(own->winner);
}

static void take_turn(void *ctx, size_t turn, size_t worker)
{
    struct relay *y = ctx;
    const struct quoted *q = y->race->of->quoted;
    size_t from = turn * y->in_turn,
           end = from + y->in_turn < y->parts ? from + y->in_turn : y->parts;
    struct race own;
    (void)worker;
    turn_begin(&own, y, turn);
    struct parts p = {.least = mem_alloc(AT_A_TIME, sizeof *p.least)};
    struct promising x = {.which = mem_alloc(AT_A_TIME, sizeof *x.which),
                          .most = mem_alloc(AT_A_TIME, sizeof *x.most),
                          .open = mem_grow(NULL, AT_A_TIME * own.w->n, sizeof *x.open)};
    for (size_t part = from; part < end; part++) {
        const size_t *of;
        size_t n = quoted_part(&of, q, part);
        if (quoted_least_of(&p.least[p.n], q, y->k, part))
            p.of[p.n++] = part;
        else
            try_designs(&own, of, n);
    }
    try_parts(&own, &p, &x);
    free(x.open);
    free(x.most);
    free(x.which);
    free(p.least);
    turn_end(&own, y, turn);
}

/* A turn takes at least so many parts: their leasts fill some lots. */
enum { IN_TURN = 4 * LANES };

static void try_promising(struct race *r)
{
    struct relay y = {.race = r,
                      .k = mem_alloc(r->of->n + 1, sizeof(struct candidate *)),
                      .parts = quoted_lots(r->of->quoted) * PARTS,
                      .holder = mem_alloc(r->w->n + 1, sizeof *y.holder),
                      .lock = lock_make()};
    for (size_t i = 0; i < r->of->n; i++)
        y.k[i] = &r->of->candidate[i];
    y.in_turn = tasks_share_size(y.parts, IN_TURN);
    y.in_turn = y.in_turn < AT_A_TIME ? y.in_turn : AT_A_TIME;
    tasks_share((y.parts + y.in_turn - 1) / y.in_turn, take_turn, &y);
    lock_free(y.lock);
    free(y.holder);
    free(y.k);
}

/* Can no design win in any of n worlds? */
static bool all_decided(const double *best, size_t n)
{
    size_t i = 0;
    while (i < n && isinf(best[i]))
        i++;
    return i == n;
}

void contest_raise_in_boxes(double *best, size_t *winner, const struct contest *x,
                            const struct worlds *w)
{
    struct race r = {.of = x, .w = w, .best = best, .winner = winner};
    bool bounded = x->most && x->budget == BUDGET_COST && boxes_of(x, w)->n > 0;
    size_t first = bounded && x->n >= MANY ? TRIED_FIRST : x->n;
    if (all_decided(best, w->n))
        return;
    race_begin(&r);
    try_designs(&r, x->order, first);
    if (first < x->n)
        try_promising(&r);
    race_end(&r);
}

void contest_raise_favourite(double *best, const struct contest *x, const struct worlds *w)
{
    struct race r = {.of = x, .w = w, .best = best};
    race_begin(&r);
    try_designs(&r, x->order, x->n > 0);
    race_end(&r);
}
