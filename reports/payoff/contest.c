/* The best design of a side is searched in each world apart. In many worlds most designs cannot win
 * in most of them: a design is priced again only where its throughput in a faster world, over its
 * cost in this one, reaches the best value so far, and its cost is quoted only if that of the least
 * of its lot (quoted.h) leaves it a chance. In boxes of worlds the faster world is first the
 * fastest of all, then that of the box; in a world on its own it is any that was priced before, and
 * the designs are tried in the order of their bounds. Invariant: the best value is that of pricing
 * every design in every world. */
#include "reports/payoff/contest.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/lanes.h"
#include "base/mem.h"
#include "reports/payoff/candidate_value.h"
#include "reports/payoff/known_rates.h"
#include "reports/payoff/quoted.h"
#include "reports/payoff/resource_store.h"

/* A bound is a sum in another order than the value. */
static const double ROUNDING = 1 + 1e-9;

struct contest {
    const struct candidate *candidate;
    size_t n;
    enum budget budget;
    bool has_errors; /* a design has: candidate_has_errors */
    bool of_engine;  /* the designs have an engine */
    const struct quoted *quoted;
    struct quoted *own_quoted;     /* if the comparison has none */
    struct known_rates *known;     /* NULL for the budget power, whose values are no rates */
    struct known_rates *own_known; /* if the comparison has none */
    double *most;                  /* tokens per second, at most; NULL: not bounded */
    size_t *order;                 /* in which they are priced */
    struct boxes boxes;            /* for these designs; n 0: those of all */
};

struct rank {
    double value;
    size_t at;
};

static int highest_first(const void *a, const void *b)
{
    const struct rank *x = a, *y = b;
    return x->value != y->value ? (x->value < y->value) - (x->value > y->value)
                                : (x->at > y->at) - (x->at < y->at);
}

/* Units of the budget that each design uses in one world. */
static void find_resources(double *out, const struct contest *x, const struct world *w)
{
    quoted_resources(out, x->quoted, x->budget, &w->prices);
}

/* Fills the rows of up to LANES worlds. */
static void know_rows(const struct contest *x, double *const row[], const struct world *w, size_t n)
{
    for (size_t k = 0; k < x->n; k++) {
        const struct world *at[LANES];
        double rate[LANES];
        size_t of[LANES], asked = 0;
        for (size_t i = 0; i < n; i++)
            if (isnan(row[i][k])) {
                at[asked] = &w[i];
                of[asked++] = i;
            }
        if (asked > 0)
            candidate_values(rate, &x->candidate[k], BUDGET_NONE, NULL, at, asked);
        for (size_t j = 0; j < asked; j++)
            row[of[j]][k] = rate[j];
    }
}

/* The throughput of every design in one world. */
static const double *know_all(const struct contest *x, const struct world *w)
{
    double *row = known_rates_keep(x->known, w);
    know_rows(x, &row, w, 1);
    return row;
}

void contest_know(struct contest *x, const struct world *w, size_t n)
{
    static_assert((int)KNOWN_MOST > (int)LANES, "a row gives its place to another of its batch");
    for (size_t from = 0; x->known && from < n; from += LANES) {
        double *row[LANES];
        size_t some = n - from < LANES ? n - from : LANES;
        for (size_t i = 0; i < some; i++)
            row[i] = known_rates_keep(x->known, &w[from + i]);
        know_rows(x, row, w + from, some);
    }
}

/* A factor that moves the favourite less than this may still move others. */
static const double WEIGHT_LEAST = 1e-3;

/* Boxes for designs with an engine, by what moves the one that is best at middle values. */
static void box_for_favourite(struct contest *x, const struct comparison *c, const struct worlds *w,
                              const struct world *middle, double at_middle,
                              const struct world *fastest)
{
    struct world moved[SPEEDS];
    const struct world *at[SPEEDS];
    double rate[SPEEDS], log_ratio[SPEEDS], weight[SPEEDS];
    size_t favourite = x->order[0];
    if (!x->of_engine || !w->engine.n || candidate_has_errors(&x->candidate[favourite]))
        return;
    worlds_of_speeds(moved, log_ratio, c, middle, fastest);
    for (size_t k = 0; k < SPEEDS; k++)
        at[k] = &moved[k];
    candidate_values(rate, &x->candidate[favourite], BUDGET_NONE, NULL, at, SPEEDS);
    for (size_t k = 0; k < SPEEDS; k++) {
        double gain = log(rate[k] / at_middle);
        weight[k] = log_ratio[k] > 0 && gain > 0 ? fmax(WEIGHT_LEAST, gain / log_ratio[k])
                                                 : WEIGHT_LEAST;
    }
    worlds_box(&x->boxes, w, weight);
}

/* Bounds the throughput of all designs in n worlds, and prices first what is best at middle
 * values. */
static void bound_all(struct contest *x, const struct comparison *c, const struct worlds *w)
{
    struct world middle, fastest;
    struct rank *rank = mem_alloc(x->n + 1, sizeof *rank);
    double *resource = mem_alloc(x->n + 1, sizeof *resource);
    world_middle(&middle, c);
    if (w->fastest)
        fastest = *w->fastest;
    else
        world_fastest(&fastest, w->world, w->n);
    find_resources(resource, x, &middle);
    x->most = mem_alloc(x->n + 1, sizeof *x->most);
    const double *at_middle = know_all(x, &middle);
    for (size_t k = 0; k < x->n; k++)
        rank[k] = (struct rank){at_middle[k] / resource[k], k};
    const double *at_fastest = know_all(x, &fastest);
    for (size_t k = 0; k < x->n; k++)
        x->most[k] = candidate_has_errors(&x->candidate[k]) ? INFINITY : at_fastest[k] * ROUNDING;
    qsort(rank, x->n, sizeof *rank, highest_first);
    for (size_t k = 0; k < x->n; k++)
        x->order[k] = rank[k].at;
    if (x->n > 0)
        box_for_favourite(x, c, w, &middle, rank[0].value * resource[rank[0].at], &fastest);
    free(rank);
    free(resource);
}

struct contest *contest_open(const struct comparison *c, enum side s, const struct worlds *within,
                             bool bounded)
{
    struct contest *x = mem_alloc(1, sizeof *x);
    *x = (struct contest){.candidate = c->side[s], .n = c->n[s], .budget = c->budget};
    for (size_t k = 0; k < x->n; k++)
        x->of_engine = x->of_engine || engine_is_there(&x->candidate[k].engine);
    if (!c->quoted[s])
        x->own_quoted = comparison_quote_side(c, s);
    x->quoted = x->own_quoted ? x->own_quoted : c->quoted[s];
    if (c->budget != BUDGET_POWER && !c->known[s])
        x->own_known = known_rates_make(x->n);
    x->known = x->own_known ? x->own_known : c->known[s];
    for (size_t k = 0; k < x->n; k++)
        x->has_errors = x->has_errors || candidate_has_errors(&x->candidate[k]);
    x->order = mem_alloc(x->n + 1, sizeof *x->order);
    for (size_t k = 0; k < x->n; k++)
        x->order[k] = k;
    if (bounded && x->known)
        bound_all(x, c, within);
    return x;
}

void contest_close(struct contest *x)
{
    quoted_free(x->own_quoted);
    known_rates_free(x->own_known);
    boxes_free(&x->boxes);
    free(x->most);
    free(x->order);
    free(x);
}

/* ---- in one world ---- */

FOR_ALL_VECTORS
static void lower(double *restrict most, const double *restrict rate, size_t n)
{
    for (size_t k = 0; k < n; k++)
        most[k] = rate[k] < most[k] ? rate[k] : most[k]; /* NAN: not known */
}

/* A search in progress, in one world. */
struct sprint {
    const struct contest *of;
    const struct world *w;
    double *rate;     /* tokens per second of each design, NAN where not known */
    double *most;     /* at most */
    double *resource; /* of the designs that were quoted */
    double *bound;    /* what they are worth at most; of the others -INFINITY */
    struct rank best;
    struct rank *open; /* designs that may win, and what they are worth at most */
    size_t opened, next;
    bool sorted; /* highest first */
};

/* Tokens per second of each design at most: INFINITY where that is not known. */
static void find_most(struct sprint *r)
{
    const struct contest *x = r->of;
    const double *faster[KNOWN_MOST];
    size_t n = known_rates_faster(faster, x->known, r->w);
    for (size_t k = 0; k < x->n; k++)
        r->most[k] = INFINITY;
    for (size_t i = 0; i < n; i++)
        lower(r->most, faster[i], x->n);
    for (size_t k = 0; k < x->n; k++)
        r->most[k] = x->has_errors && candidate_has_errors(&x->candidate[k])
                         ? INFINITY
                         : r->most[k] * ROUNDING;
}

/* Of equal designs the first wins. */
static void take_best(struct rank *best, double value, size_t k)
{
    if (!isnan(value) && (!(value <= best->value) || (value == best->value && k < best->at)))
        *best = (struct rank){value, k};
}

/* What the designs of each lot are worth at most, highest first. */
static size_t rank_lots(struct rank *out, const struct sprint *r)
{
    const struct quoted *q = r->of->quoted;
    size_t lots = quoted_lots(q);
    double(*least)[PARTS] = mem_alloc(lots + 1, sizeof *least);
    quoted_least(least, q, r->of->budget, &r->w->prices);
    for (size_t lot = 0; lot < lots; lot++) {
        const size_t *of;
        double value = 0;
        size_t n = quoted_lot(&of, q, lot);
        for (size_t i = 0; i < n; i++) {
            double rate = r->rate[of[i]], used = least[lot][i / IN_PART];
            double most = isnan(rate) ? r->most[of[i]] : rate * ROUNDING;
            value = larger(value, used > 0 ? most / used : INFINITY);
        }
        out[lot] = (struct rank){value, lot};
    }
    qsort(out, lots, sizeof *out, highest_first);
    free(least);
    return lots;
}

/* Quotes the designs of a lot: the best of those whose throughput is known is the best so far, the
 * others are open. */
static void open_lot(struct sprint *r, size_t lot)
{
    const size_t *of;
    lane used;
    size_t n = quoted_lot(&of, r->of->quoted, lot);
    quoted_lot_resources(used, r->of->quoted, lot, r->of->budget, &r->w->prices);
    for (size_t i = 0; i < n; i++) {
        size_t k = of[i];
        r->resource[k] = used[i];
        r->bound[k] = r->most[k] / used[i];
        if (isnan(r->rate[k]))
            r->open[r->opened++] = (struct rank){r->bound[k], k};
        else
            take_best(&r->best, r->rate[k] / used[i], k);
    }
}

static void open_lots(struct sprint *r)
{
    struct rank *lot = mem_alloc(quoted_lots(r->of->quoted) + 1, sizeof *lot);
    size_t lots = rank_lots(lot, r);
    for (size_t i = 0; i < lots && !(lot[i].value < r->best.value); i++)
        open_lot(r, lot[i].at);
    free(lot);
}

/* Keeps open the designs that may be as good as the best so far. */
static void keep_open(struct sprint *r)
{
    size_t left = 0;
    for (size_t i = 0; i < r->opened; i++)
        if (isnan(r->rate[r->open[i].at]) && !(r->open[i].value < r->best.value))
            r->open[left++] = r->open[i];
    r->opened = left;
}

static size_t highest_bound(const struct rank *bound, size_t n)
{
    size_t at = 0;
    for (size_t i = 1; i < n; i++)
        if (bound[i].value > bound[at].value)
            at = i;
    return at;
}

/* Finds out which designs may win. */
static void sprint_begin(struct sprint *r, const struct contest *x, const struct world *w)
{
    *r = (struct sprint){.of = x,
                         .w = w,
                         .rate = mem_alloc(x->n + 1, sizeof *r->rate),
                         .most = mem_alloc(x->n + 1, sizeof *r->most),
                         .resource = mem_alloc(x->n + 1, sizeof *r->resource),
                         .bound = mem_alloc(x->n + 1, sizeof *r->bound),
                         .open = mem_alloc(x->n + 1, sizeof *r->open),
                         .best = {NAN, 0}};
    memcpy(r->rate, known_rates_at(x->known, w), x->n * sizeof *r->rate);
    for (size_t k = 0; k < x->n; k++)
        r->bound[k] = -INFINITY;
    find_most(r);
    open_lots(r);
    keep_open(r);
    if (r->opened > 0)
        r->next = highest_bound(r->open, r->opened);
}

static bool sprint_is_open(const struct sprint *r)
{
    return r->next < r->opened && !(r->open[r->next].value < r->best.value);
}

/* The next design to price: first the one with the highest bound, then those that may still be
 * better. */
static size_t sprint_next(const struct sprint *r)
{
    return r->open[r->next].at;
}

static void sprint_take(struct sprint *r, size_t k, double rate)
{
    bool was_next = sprint_next(r) == k;
    r->rate[k] = rate;
    take_best(&r->best, rate / r->resource[k], k);
    if (was_next && !r->sorted) {
        keep_open(r);
        qsort(r->open, r->opened, sizeof *r->open, highest_first);
        r->sorted = true;
        r->next = 0;
    }
    while (r->next < r->opened && !isnan(r->rate[sprint_next(r)]))
        r->next++;
}

/* May design k win, which is not priced yet? */
static bool sprint_may_win(const struct sprint *r, size_t k)
{
    return isnan(r->rate[k]) && !(r->bound[k] < r->best.value);
}

/* Keeps what was priced. */
static void sprint_end(struct sprint *r)
{
    double *known = known_rates_at(r->of->known, r->w);
    for (size_t k = 0; k < r->of->n; k++)
        known[k] = isnan(known[k]) ? r->rate[k] : known[k];
    free(r->rate);
    free(r->most);
    free(r->resource);
    free(r->bound);
    free(r->open);
}

/* The design that most of n sprints price next. Returns false if all have ended. */
static bool find_common(size_t *out, const struct sprint *r, size_t n)
{
    size_t most = 0;
    for (size_t i = 0; i < n; i++) {
        size_t same = 0;
        for (size_t j = i; j < n && sprint_is_open(&r[i]); j++)
            same += sprint_is_open(&r[j]) && sprint_next(&r[j]) == sprint_next(&r[i]);
        if (same > most) {
            most = same;
            *out = sprint_next(&r[i]);
        }
    }
    return most > 0;
}

/* Prices design k in all sprints in which it may win: many cost little more than one. */
static void price_common(struct sprint *r, size_t n, size_t k)
{
    const struct world *w[LANES];
    double rate[LANES];
    size_t of[LANES], asked = 0;
    for (size_t i = 0; i < n; i++)
        if (sprint_is_open(&r[i]) && sprint_may_win(&r[i], k)) {
            w[asked] = r[i].w;
            of[asked++] = i;
        }
    candidate_values(rate, &r->of->candidate[k], BUDGET_NONE, NULL, w, asked);
    for (size_t j = 0; j < asked; j++)
        sprint_take(&r[of[j]], k, rate[j]);
}

/* Up to LANES worlds at a time. */
static void raise_in_each(double *best, size_t *winner, const struct contest *x,
                          const struct worlds *w)
{
    struct sprint r[LANES];
    size_t n, common = 0;
    for (size_t from = 0; from < w->n; from += n) {
        n = w->n - from < LANES ? w->n - from : LANES;
        for (size_t i = 0; i < n; i++)
            sprint_begin(&r[i], x, &w->world[from + i]);
        while (find_common(&common, r, n))
            price_common(r, n, common);
        for (size_t i = 0; i < n; i++) {
            const struct rank found = r[i].best;
            sprint_end(&r[i]);
            if (found.value <= best[from + i])
                continue;
            best[from + i] = found.value;
            if (winner)
                winner[from + i] = found.at;
        }
    }
}

/* ---- in boxes of worlds ---- */

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
        left += !(most[boxes->of[i]] / resource[i] < r->best[i]);
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
        most[b] *= ROUNDING;
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
    const struct candidate **k = point_at(r->of, which, n);
    const struct resource_rows rows = resource_rows_find(r->w, k, n, r->of->budget);
    for (size_t i = 0; i < n; i++)
        try_design(r, which[i], rows.of[i], NULL);
    resource_rows_free(&rows);
    free(k);
}

/* What the designs of a part of a lot must reach to win, tokens per second: in each box, and in
 * any. */
struct needed {
    double in[BOXES], any;
};

/* Can no design win in world i? */
static bool is_decided(const struct race *r, size_t i)
{
    return isinf(r->best[i]);
}

/* What each part needs to be as good as the best so far. */
static struct needed *find_needed(const struct race *r)
{
    const struct boxes *boxes = boxes_of(r->of, r->w);
    const struct quoted *q = r->of->quoted;
    size_t parts = quoted_lots(q) * PARTS;
    struct needed *need = mem_alloc(parts + 1, sizeof *need);
    double(*least)[PARTS] = mem_alloc(parts / PARTS + 1, sizeof *least);
    for (size_t k = 0; k < parts; k++)
        for (size_t b = 0; b < BOXES; b++)
            need[k].in[b] = need[k].any = INFINITY;
    for (size_t i = 0; i < r->w->n; i++) {
        if (is_decided(r, i))
            continue;
        quoted_least(least, q, r->of->budget, &r->w->world[i].prices);
        for (size_t k = 0; k < parts; k++) {
            double *in = &need[k].in[boxes->of[i]], here = r->best[i] * least[k / PARTS][k % PARTS];
            *in = smaller(isnan(here) ? 0 : here, *in);
        }
    }
    for (size_t k = 0; k < parts; k++)
        for (size_t b = 0; b < BOXES; b++)
            need[k].any = smaller(need[k].any, need[k].in[b]);
    free(least);
    return need;
}

/* The part of each design: lot x PARTS + part. */
static size_t *find_parts(const struct quoted *q, size_t n)
{
    size_t *part_of = mem_alloc(n + 1, sizeof *part_of);
    for (size_t lot = 0; lot < quoted_lots(q); lot++) {
        const size_t *of;
        size_t in_lot = quoted_lot(&of, q, lot);
        for (size_t i = 0; i < in_lot; i++)
            part_of[of[i]] = lot * PARTS + i / IN_PART;
    }
    return part_of;
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

/* Designs that may win, with what they reach at most in each box. */
struct promising {
    size_t n, *which;
    double (*most)[BOXES];
    struct quoted *quoted;
    double (*least)[PARTS]; /* of their lots, in one world */
};

/* May a design of the lot win in world i? */
static bool lot_may_win(const struct promising *x, const struct race *r, size_t lot, size_t i)
{
    const size_t *of, box = boxes_of(r->of, r->w)->of[i];
    size_t n = quoted_lot(&of, x->quoted, lot);
    bool may = false;
    for (size_t j = 0; j < n; j++)
        may = may || !(x->most[of[j]][box] < r->best[i] * x->least[lot][j / IN_PART]);
    return may;
}

/* Quotes lots where a design of theirs may win; elsewhere they use INFINITY. `row`: what design j
 * uses in world i is row[j x worlds + i]. */
static void quote_where_open(double *row, const struct promising *x, const struct race *r)
{
    for (size_t i = 0; i < r->w->n; i++) {
        const struct prices *p = &r->w->world[i].prices;
        bool decided = is_decided(r, i);
        if (!decided)
            quoted_least(x->least, x->quoted, r->of->budget, p);
        for (size_t lot = 0; lot < quoted_lots(x->quoted); lot++) {
            const size_t *of;
            lane used;
            size_t n = quoted_lot(&of, x->quoted, lot);
            bool open = !decided && lot_may_win(x, r, lot, i);
            if (open)
                quoted_lot_resources(used, x->quoted, lot, r->of->budget, p);
            for (size_t j = 0; j < n; j++)
                row[of[j] * r->w->n + i] = open ? used[j] : INFINITY;
        }
    }
}

/* The best designs at middle values are priced first, the others some at a time, so that what the
 * first reach closes worlds for the next. */
enum { TRIED_FIRST = 8, AT_A_TIME = 8 * LANES };

/* Fewer are all quoted in every world, once for all workloads (resource_store.h). */
enum { MANY = 64 * LANES };

static void try_some(struct race *r, struct promising *x)
{
    const struct candidate **k = point_at(r->of, x->which, x->n);
    double *row = mem_grow(NULL, x->n * r->w->n, sizeof *row);
    x->quoted = quoted_make(k, x->n);
    x->least = mem_alloc(quoted_lots(x->quoted), sizeof *x->least);
    quote_where_open(row, x, r);
    for (size_t j = 0; j < x->n; j++)
        try_design(r, x->which[j], row + j * r->w->n, x->most[j]);
    quoted_free(x->quoted);
    free(x->least);
    free(row);
    free(k);
}

/* Prices those of n designs that may win, at what the least of their part uses. */
static void try_promising(struct race *r, const size_t *which, size_t n)
{
    struct needed *need = find_needed(r);
    size_t *part_of = find_parts(r->of->quoted, r->of->n);
    struct promising x = {.which = mem_alloc(AT_A_TIME, sizeof *x.which),
                          .most = mem_alloc(AT_A_TIME, sizeof *x.most)};
    for (size_t i = 0; i < n; i++) {
        if (may_win(x.most[x.n], r, which[i], &need[part_of[which[i]]]))
            x.which[x.n++] = which[i];
        if (x.n == AT_A_TIME || (x.n > 0 && i + 1 == n)) {
            try_some(r, &x);
            x.n = 0;
        }
    }
    free(x.most);
    free(x.which);
    free(part_of);
    free(need);
}

static void raise_in_boxes(double *best, size_t *winner, const struct contest *x,
                           const struct worlds *w)
{
    struct race r = {.of = x, .w = w, .best = best, .winner = winner};
    bool bounded = x->most && x->budget == BUDGET_COST && boxes_of(x, w)->n > 0;
    size_t first = bounded && x->n >= MANY ? TRIED_FIRST : x->n;
    r.open = mem_alloc(w->n + 1, sizeof *r.open);
    r.mark = mem_alloc(w->n + 1, sizeof *r.mark);
    try_designs(&r, x->order, first);
    if (first < x->n)
        try_promising(&r, x->order + first, x->n - first);
    free(r.open);
    free(r.mark);
}

static void raise_all(double *best, size_t *winner, const struct contest *x, const struct worlds *w)
{
    if (x->known && !w->engine.n)
        raise_in_each(best, winner, x, w);
    else
        raise_in_boxes(best, winner, x, w);
}

void contest_find(double *best, size_t *winner, const struct contest *x, const struct worlds *w)
{
    for (size_t i = 0; i < w->n; i++) {
        best[i] = NAN;
        if (winner)
            winner[i] = 0;
    }
    raise_all(best, winner, x, w);
}

void contest_raise(double *best, const struct contest *x, const struct worlds *w)
{
    raise_all(best, NULL, x, w);
}

void contest_favourite(double *value, const struct contest *x, const struct worlds *w)
{
    struct race r = {.of = x, .w = w, .best = value};
    r.open = mem_alloc(w->n + 1, sizeof *r.open);
    r.mark = mem_alloc(w->n + 1, sizeof *r.mark);
    for (size_t i = 0; i < w->n; i++)
        value[i] = NAN;
    try_designs(&r, x->order, x->n > 0);
    free(r.open);
    free(r.mark);
}
