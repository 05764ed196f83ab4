/* The best design of a side is searched in each world apart. In many worlds most designs cannot win
 * in most of them: a design is priced again only where its throughput in a faster world, over its
 * cost in this one, reaches the best value so far, and its cost is quoted only if that of the least
 * of its lot (quoted.h) leaves it a chance. Invariant: the best value is that of pricing every
 * design in every world. */
#include "reports/payoff/contest_inside.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/lanes.h"
#include "base/mem.h"
#include "reports/payoff/candidate_value.h"
#include "reports/payoff/known_rates.h"
#include "reports/payoff/quoted.h"

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

/* The throughput of every design in one world; together, if none is known yet. */
static const double *know_all(const struct contest *x, const struct world *w)
{
    double *row = known_rates_keep(x->known, w);
    size_t unknown = 0;
    while (unknown < x->n && isnan(row[unknown]))
        unknown++;
    if (unknown == x->n)
        candidates_tokens_per_s(row, x->candidate, x->n, w);
    else
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
    if (!x->of_engine || !w->speeds || candidate_has_errors(&x->candidate[favourite]))
        return;
    worlds_of_speeds(moved, log_ratio, c, middle, fastest);
    for (size_t k = 0; k < SPEEDS; k++)
        at[k] = &moved[k];
    candidate_values(rate, &x->candidate[favourite], BUDGET_NONE, NULL, at, SPEEDS);
    for (size_t k = 0; k < SPEEDS; k++) {
        double gain = log(rate[k] / at_middle);
        weight[k] =
            log_ratio[k] > 0 && gain > 0 ? fmax(WEIGHT_LEAST, gain / log_ratio[k]) : WEIGHT_LEAST;
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
    quoted_resources(resource, x->quoted, x->budget, &middle.prices);
    x->most = mem_alloc(x->n + 1, sizeof *x->most);
    const double *at_middle = know_all(x, &middle);
    for (size_t k = 0; k < x->n; k++)
        rank[k] = (struct rank){at_middle[k] / resource[k], k};
    const double *at_fastest = know_all(x, &fastest);
    for (size_t k = 0; k < x->n; k++)
        x->most[k] =
            candidate_has_errors(&x->candidate[k]) ? INFINITY : at_fastest[k] * BOUND_ROUNDING;
    qsort(rank, x->n, sizeof *rank, rank_highest_first);
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

void contest_use(struct contest *x, const double *const used[])
{
    x->used = used;
}

static void raise_all(double *best, size_t *winner, const struct contest *x, const struct worlds *w)
{
    if (x->known && !w->engine.n)
        contest_raise_in_each(best, winner, x, w);
    else
        contest_raise_in_boxes(best, winner, x, w);
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

void contest_raise(double *best, size_t *winner, const struct contest *x, const struct worlds *w)
{
    raise_all(best, winner, x, w);
}

size_t contest_favourite(double *value, const struct contest *x, const struct worlds *w)
{
    for (size_t i = 0; i < w->n; i++)
        value[i] = NAN;
    contest_raise_favourite(value, x, w);
    return x->order[0];
}
