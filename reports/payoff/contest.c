/* The best design of a side is searched in each world apart. In many worlds most designs cannot win
 * in most of them: a design is priced again only where its throughput in a faster world, over its
 * cost in this one, reaches the best value so far. In boxes of worlds the faster world is first the
 * fastest of all, then that of the box; in a world on its own it is any that was priced before, and
 * the designs are tried in the order of their bounds. Invariant: the best value is that of pricing
 * every design in every world. */
#include "reports/payoff/contest.h"

#include <stdlib.h>
#include <string.h>

#include "base/lanes.h"
#include "base/mem.h"
#include "reports/payoff/candidate_value.h"
#include "reports/payoff/known_rates.h"
#include "reports/payoff/resource_store.h"

/* A bound is a sum in another order than the value. */
static const double ROUNDING = 1 + 1e-9;

struct contest {
    const struct candidate *candidate;
    size_t n;
    enum budget budget;
    bool has_errors;               /* a design has: candidate_has_errors */
    bool of_engine;                /* the designs have an engine */
    const struct quoted *quoted;   /* for the budgets that need it */
    struct quoted *own_quoted;     /* if the comparison has none */
    struct known_rates *known;     /* NULL for the budget power, whose values are no rates */
    struct known_rates *own_known; /* if the comparison has none */
    double *most;                  /* tokens per second, at most; NULL: not bounded */
    size_t *order;                 /* in which they are priced */
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
    if (x->quoted)
        quoted_resources(out, x->quoted, x->candidate, x->n, x->budget, &w->prices);
    for (size_t k = 0; k < x->n && !x->quoted; k++)
        out[k] = 1;
}

static double tokens_per_s(const struct contest *x, size_t k, const struct world *w)
{
    double tokens_per_s;
    candidate_values(&tokens_per_s, &x->candidate[k], BUDGET_NONE, NULL, &w, 1);
    return tokens_per_s;
}

/* The throughput of every design in one world. */
static const double *know_all(const struct contest *x, const struct world *w)
{
    double *row = known_rates_keep(x->known, w);
    for (size_t k = 0; k < x->n; k++)
        if (isnan(row[k]))
            row[k] = tokens_per_s(x, k, w);
    return row;
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
    if (budget_has_quotes(c->budget) && !c->quoted[s])
        x->own_quoted = quoted_make(x->candidate, x->n);
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
    free(x->own_quoted);
    known_rates_free(x->own_known);
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

/* What each design is worth at most. */
static void find_bounds(struct rank *out, const struct contest *x, const double *resource,
                        const struct world *w)
{
    const double *faster[KNOWN_MOST];
    size_t n = known_rates_faster(faster, x->known, w);
    double *most = mem_alloc(x->n + 1, sizeof *most);
    for (size_t k = 0; k < x->n; k++)
        most[k] = INFINITY;
    for (size_t i = 0; i < n; i++)
        lower(most, faster[i], x->n);
    for (size_t k = 0; k < x->n; k++) {
        bool bounded = !x->has_errors || !candidate_has_errors(&x->candidate[k]);
        out[k] = (struct rank){(bounded ? most[k] : INFINITY) * ROUNDING / resource[k], k};
    }
    free(most);
}

/* The best of the designs whose throughput is known; NAN if there is none. */
static struct rank best_known(const double *rate, const double *resource, size_t n)
{
    struct rank best = {NAN, 0};
    for (size_t k = 0; k < n; k++) {
        double value = rate[k] / resource[k];
        if (!isnan(value) && !(value <= best.value))
            best = (struct rank){value, k};
    }
    return best;
}

/* Moves the designs that may be as good as `least` to the front. Returns how many. */
static size_t keep_open(struct rank *bound, size_t n, const double *rate, double least)
{
    size_t open = 0;
    for (size_t i = 0; i < n; i++)
        if (isnan(rate[bound[i].at]) && !(bound[i].value < least))
            bound[open++] = bound[i];
    return open;
}

/* Prices design k; of equal ones the first wins. */
static void try_in_one(struct rank *best, double *rate, const struct contest *x, size_t k,
                       const double *resource, const struct world *w)
{
    rate[k] = tokens_per_s(x, k, w);
    double value = rate[k] / resource[k];
    if (!(value <= best->value) || (value == best->value && k < best->at))
        *best = (struct rank){value, k};
}

static size_t highest_bound(const struct rank *bound, size_t n)
{
    size_t at = 0;
    for (size_t i = 1; i < n; i++)
        if (bound[i].value > bound[at].value)
            at = i;
    return at;
}

/* Prices first the design with the highest bound, then those that may still be better. */
static struct rank find_in_one(const struct contest *x, const struct world *w)
{
    double *resource = mem_alloc(x->n + 1, sizeof *resource);
    struct rank *bound = mem_alloc(x->n + 1, sizeof *bound);
    find_resources(resource, x, w);
    find_bounds(bound, x, resource, w);
    double *rate = known_rates_at(x->known, w);
    struct rank best = best_known(rate, resource, x->n);
    size_t open = keep_open(bound, x->n, rate, best.value);
    if (open > 0) {
        try_in_one(&best, rate, x, bound[highest_bound(bound, open)].at, resource, w);
        open = keep_open(bound, open, rate, best.value);
        qsort(bound, open, sizeof *bound, highest_first);
    }
    for (size_t i = 0; i < open && !(bound[i].value < best.value); i++)
        try_in_one(&best, rate, x, bound[i].at, resource, w);
    free(bound);
    free(resource);
    return best;
}

static void find_in_each(double *best, size_t *winner, const struct contest *x,
                         const struct worlds *w)
{
    for (size_t i = 0; i < w->n; i++) {
        const struct rank found = find_in_one(x, &w->world[i]);
        best[i] = found.value;
        if (winner)
            winner[i] = found.at;
    }
}

/* ---- in boxes of worlds ---- */

/* A search in progress. */
struct race {
    const struct contest *of;
    const struct worlds *w;
    double *best;
    size_t *winner; /* may be NULL */
    size_t *open;   /* worlds in which a design may win */
    size_t opened;
};

/* Keeps open the worlds in which a design with at most these tokens per second may win. */
static void close_by_box(struct race *r, const double *resource, const struct boxes *boxes,
                         const double *most)
{
    size_t left = 0;
    for (size_t j = 0; j < r->opened; j++) {
        size_t i = r->open[j];
        if (!(most[boxes->of[i]] / resource[i] < r->best[i]))
            r->open[left++] = i;
    }
    r->opened = left;
}

static void bound_in_boxes(struct race *r, const struct candidate *k, const double *resource)
{
    const struct boxes *boxes = r->of->of_engine ? &r->w->engine : &r->w->board;
    const struct world *fastest[BOXES];
    double most[BOXES];
    if (r->opened <= boxes->n || !boxes->n)
        return;
    for (size_t b = 0; b < boxes->n; b++)
        fastest[b] = &boxes->fastest[b];
    candidate_most_tokens_per_s(most, k, fastest, boxes->n);
    for (size_t b = 0; b < boxes->n; b++)
        most[b] *= ROUNDING;
    close_by_box(r, resource, boxes, most);
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
static void try_design(struct race *r, size_t k, const double *resource)
{
    const struct contest *x = r->of;
    r->opened = 0;
    for (size_t i = 0; i < r->w->n; i++)
        if (!(x->most && x->most[k] / resource[i] < r->best[i]))
            r->open[r->opened++] = i;
    if (x->most)
        bound_in_boxes(r, &x->candidate[k], resource);
    if (x->budget != BUDGET_POWER && k != x->order[0] && !candidate_has_errors(&x->candidate[k]))
        close_by_time(r, &x->candidate[k], resource);
    for (size_t from = 0; from < r->opened; from += LANES)
        price_in(r, k, resource, r->open + from,
                 r->opened - from < LANES ? r->opened - from : LANES);
}

static void find_in_boxes(double *best, size_t *winner, const struct contest *x,
                          const struct worlds *w)
{
    struct race r = {.of = x, .w = w, .best = best, .winner = winner};
    const struct resource_rows rows =
        resource_rows_find(w, x->candidate, x->n, x->quoted, x->budget);
    r.open = mem_alloc(w->n, sizeof *r.open);
    for (size_t i = 0; i < w->n; i++) {
        best[i] = NAN;
        if (winner)
            winner[i] = 0;
    }
    for (size_t k = 0; k < x->n; k++)
        try_design(&r, x->order[k], rows.of[x->order[k]]);
    free(r.open);
    resource_rows_free(&rows);
}

void contest_find(double *best, size_t *winner, const struct contest *x, const struct worlds *w)
{
    if (x->known && !w->engine.n)
        find_in_each(best, winner, x, w);
    else
        find_in_boxes(best, winner, x, w);
}
