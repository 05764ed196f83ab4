/* In a world on its own, the faster worlds that bound a design are those in which all were priced
 * before; the designs are tried in the order of their bounds. Up to LANES worlds are searched at a
 * time: a design that one of them asks for is priced in all in which it may win. */
#include <stdlib.h>
#include <string.h>

#include "base/lanes.h"
#include "base/mem.h"
#include "reports/payoff/candidate_value.h"
#include "reports/payoff/contest_inside.h"
#include "reports/payoff/known_rates.h"
#include "reports/payoff/quoted.h"
#include "search/tasks.h"

FOR_ALL_VECTORS
static void lower(double *restrict most, const double *restrict rate, size_t n)
{
    for (size_t k = 0; k < n; k++)
        most[k] = rate[k] < most[k] ? rate[k] : most[k]; /* NAN: not known */
}

/* Worlds on their own, LANES at a time. */
struct heats {
    double *best;
    size_t *winner; /* may be NULL */
    const struct contest *of;
    const struct worlds *w;
    size_t first;       /* the lot of the favourite */
    struct lock *known; /* held while known rates are read or changed */
};

/* A search in progress, in one world. */
struct sprint {
    const struct contest *of;
    struct lock *known; /* as in heats */
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
                         : r->most[k] * BOUND_ROUNDING;
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
            double most = isnan(rate) ? r->most[of[i]] : rate * BOUND_ROUNDING;
            value = larger(value, used > 0 ? most / used : INFINITY);
        }
        out[lot] = (struct rank){value, lot};
    }
    qsort(out, lots, sizeof *out, rank_highest_first);
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

/* Opens the lots in which a design may win, but for one that is open. */
static void open_lots(struct sprint *r, size_t opened)
{
    struct rank *lot = mem_alloc(quoted_lots(r->of->quoted) + 1, sizeof *lot);
    size_t lots = rank_lots(lot, r);
    for (size_t i = 0; i < lots && !(lot[i].value < r->best.value); i++)
        if (lot[i].at != opened)
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

/* Opens the first lot. */
static void sprint_begin(struct sprint *r, const struct heats *h, const struct world *w)
{
    const struct contest *x = h->of;
    *r = (struct sprint){.of = x,
                         .known = h->known,
                         .w = w,
                         .rate = mem_alloc(x->n + 1, sizeof *r->rate),
                         .most = mem_alloc(x->n + 1, sizeof *r->most),
                         .resource = mem_alloc(x->n + 1, sizeof *r->resource),
                         .bound = mem_alloc(x->n + 1, sizeof *r->bound),
                         .open = mem_alloc(x->n + 1, sizeof *r->open),
                         .best = {NAN, 0}};
    lock_take(h->known);
    memcpy(r->rate, known_rates_at(x->known, w), x->n * sizeof *r->rate);
    find_most(r);
    lock_give(h->known);
    for (size_t k = 0; k < x->n; k++)
        r->bound[k] = -INFINITY;
    open_lot(r, h->first);
}

/* Finds out which designs may win. */
static void sprint_open(struct sprint *r, size_t first)
{
    open_lots(r, first);
    keep_open(r);
    r->next = r->opened > 0 ? highest_bound(r->open, r->opened) : 0;
    r->sorted = false;
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
    r->rate[k] = isnan(rate) ? -INFINITY : rate; /* NAN: not priced yet */
    if (!isnan(rate))
        take_best(&r->best, rate / r->resource[k], k);
    if (was_next && !r->sorted) {
        keep_open(r);
        qsort(r->open, r->opened, sizeof *r->open, rank_highest_first);
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
    lock_take(r->known);
    double *known = known_rates_at(r->of->known, r->w);
    for (size_t k = 0; k < r->of->n; k++)
        known[k] = isnan(known[k]) ? r->rate[k] : known[k];
    lock_give(r->known);
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
    if (asked > 0)
        candidate_values(rate, &r->of->candidate[k], BUDGET_NONE, NULL, w, asked);
    for (size_t j = 0; j < asked; j++)
        sprint_take(&r[of[j]], k, rate[j]);
}

/* The lot of a design. */
static size_t lot_of(const struct quoted *q, size_t k)
{
    for (size_t lot = 0; lot < quoted_lots(q); lot++) {
        const size_t *of;
        size_t n = quoted_lot(&of, q, lot);
        for (size_t i = 0; i < n; i++)
            if (of[i] == k)
                return lot;
    }
    return 0;
}

/* The design that is best at middle values is priced first: few lots may hold a better one. */
static void run_heat(void *ctx, size_t heat, size_t worker)
{
    const struct heats *h = ctx;
    struct sprint r[LANES];
    size_t from = heat * LANES, n = h->w->n - from < LANES ? h->w->n - from : LANES, common = 0;
    (void)worker;
    for (size_t i = 0; i < n; i++)
        sprint_begin(&r[i], h, &h->w->world[from + i]);
    price_common(r, n, h->of->order[0]);
    for (size_t i = 0; i < n; i++)
        sprint_open(&r[i], h->first);
    while (find_common(&common, r, n))
        price_common(r, n, common);
    for (size_t i = 0; i < n; i++) {
        const struct rank found = r[i].best;
        sprint_end(&r[i]);
        if (found.value <= h->best[from + i])
            continue;
        h->best[from + i] = found.value;
        if (h->winner)
            h->winner[from + i] = found.at;
    }
}

void contest_raise_in_each(double *best, size_t *winner, const struct contest *x,
                           const struct worlds *w)
{
    struct heats h = {best, winner, x, w, 0, NULL};
    if (x->n == 0)
        return;
    h.first = lot_of(x->quoted, x->order[0]);
    h.known = lock_make();
    tasks_share((w->n + LANES - 1) / LANES, run_heat, &h);
    lock_free(h.known);
}
