/* The best design of a side is searched in each world apart. In many worlds most designs cannot win
 * in most of them: a design is priced again only where its throughput in the fastest of all worlds,
 * over its cost in this one, reaches the best value so far. Invariant: the best value is that of
 * pricing every design in every world. */
#include "reports/payoff/payoff_comparison.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "reports/payoff/candidate_value.h"

/* A bound takes as many steps as one world. */
enum { WORTH_A_BOUND = 16 };

/* A bound is a sum in another order than the value. */
static const double ROUNDING = 1 + 1e-9;

const char *const budget_text[BUDGETS] = {[BUDGET_COST] = "cost",
                                          [BUDGET_AREA] = "area",
                                          [BUDGET_POWER] = "power",
                                          [BUDGET_NONE] = "none"};

int budget_parse(const char *text, enum budget *out, struct err *err)
{
    for (size_t i = 0; i < LEN(budget_text); i++)
        if (!strcmp(text, budget_text[i])) {
            *out = (enum budget)i;
            return 0;
        }
    return fail(err, "\"%s\" is no budget: one of cost, area, power, none", text);
}

void comparison_free(struct comparison *c)
{
    for (int s = 0; s < SIDES; s++) {
        for (size_t i = 0; i < c->n[s]; i++) {
            for (size_t j = 0; j < c->side[s][i].jobs; j++)
                free(c->side[s][i].job[j].step);
            free(c->side[s][i].job);
        }
        free(c->side[s]);
    }
    *c = (struct comparison){0};
}

void world_middle(struct world *out, const struct comparison *c)
{
    *out = (struct world){.prices = c->prices.middle};
    for (size_t i = 0; i < RANGED_MOST; i++)
        out->engine[i] = (struct stated_ratio){1, 1, 1, 1};
}

/* The designs of a side, ready for a search over many worlds. */
struct contest {
    const struct candidate *candidate;
    size_t n;
    enum budget budget;
    struct quoted *quoted; /* for the budgets that need it */
    double *resource;      /* [n] in one world, then [n][LANES] */
    double *most;          /* tokens per second, at most; NULL: not bounded */
    size_t *order;         /* in which they are priced */
};

static void find_resources(double *out, const struct contest *x, const struct world *w)
{
    if (x->quoted)
        quoted_resources(out, x->quoted, x->candidate, x->n, x->budget, &w->prices);
    for (size_t k = 0; k < x->n && !x->quoted; k++)
        out[k] = 1;
}

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

/* Bounds the throughput of all designs in n worlds, and prices first what is best at middle
 * values. */
static void bound_all(struct contest *x, const struct comparison *c, const struct world *w,
                      size_t n)
{
    struct world middle, fastest;
    const struct world *const at = &middle;
    struct rank *rank = mem_alloc(x->n + 1, sizeof *rank);
    world_middle(&middle, c);
    world_fastest(&fastest, w, n);
    find_resources(x->resource, x, &middle);
    x->most = mem_alloc(x->n + 1, sizeof *x->most);
    for (size_t k = 0; k < x->n; k++) {
        const struct candidate *one = &x->candidate[k];
        candidate_values(&rank[k].value, one, x->budget, &x->resource[k], &at, 1);
        rank[k].at = k;
        x->most[k] = candidate_most_tokens_per_s(one, &fastest) * ROUNDING;
    }
    qsort(rank, x->n, sizeof *rank, highest_first);
    for (size_t k = 0; k < x->n; k++)
        x->order[k] = rank[k].at;
    free(rank);
}

/* Opens the search of a side in n worlds. */
static void contest_open(struct contest *x, const struct comparison *c, enum side s,
                         const struct world *w, size_t n, bool bounded)
{
    *x = (struct contest){.candidate = c->side[s], .n = c->n[s], .budget = c->budget};
    bool quotes = c->budget == BUDGET_COST || c->budget == BUDGET_AREA;
    x->quoted = quotes ? quoted_make(x->candidate, x->n) : NULL;
    x->resource = mem_alloc((LANES + 1) * (x->n + 1), sizeof *x->resource);
    x->order = mem_alloc(x->n + 1, sizeof *x->order);
    for (size_t k = 0; k < x->n; k++)
        x->order[k] = k;
    if (bounded && c->budget != BUDGET_POWER)
        bound_all(x, c, w, n);
}

static void contest_close(struct contest *x)
{
    free(x->quoted);
    free(x->resource);
    free(x->most);
    free(x->order);
}

/* Prices one design in the worlds of n in which it may be better than the best so far. */
static void try_design(double *best, size_t *winner, const struct contest *x, size_t k,
                       const struct world *const w[], size_t n)
{
    const struct world *open[LANES];
    const double *resources = x->resource + x->n + k * LANES;
    double resource[LANES], value[LANES];
    size_t at[LANES], m = 0;
    for (size_t i = 0; i < n; i++) {
        if (x->most && x->most[k] / resources[i] < best[i])
            continue;
        open[m] = w[i];
        resource[m] = resources[i];
        at[m++] = i;
    }
    if (m == 0)
        return;
    candidate_values(value, &x->candidate[k], x->budget, resource, open, m);
    for (size_t j = 0; j < m; j++)
        if (!(value[j] <= best[at[j]])) {
            best[at[j]] = value[j];
            winner[at[j]] = k;
        }
}

/* The best value of a side in n worlds, at most LANES, and its design in each. */
static void find_best(double *best, size_t *winner, const struct contest *x, const struct world *w,
                      size_t n)
{
    const struct world *at[LANES];
    for (size_t i = 0; i < n; i++) {
        at[i] = &w[i];
        best[i] = NAN;
        find_resources(x->resource, x, &w[i]);
        for (size_t k = 0; k < x->n; k++)
            x->resource[x->n + k * LANES + i] = x->resource[k];
    }
    for (size_t k = 0; k < x->n; k++)
        try_design(best, winner, x, x->order[k], at, n);
}

/* The best value of a side in n worlds. `winner`, which may be NULL, gets its design in the last
 * of them. */
static void find_all_best(double *best, const struct comparison *c, enum side s,
                          const struct world *w, size_t n, size_t *winner)
{
    struct contest x;
    size_t at[LANES] = {0};
    contest_open(&x, c, s, w, n, n >= WORTH_A_BOUND);
    for (size_t first = 0; first < n; first += LANES)
        find_best(best + first, at, &x, w + first, n - first < LANES ? n - first : LANES);
    contest_close(&x);
    if (winner)
        *winner = at[(n - 1) % LANES];
}

double comparison_best(const struct comparison *c, enum side s)
{
    double best;
    struct world middle;
    world_middle(&middle, c);
    find_all_best(&best, c, s, &middle, 1, NULL);
    return best;
}

void comparison_bests(double *out, const struct comparison *c, enum side s, const struct world *w,
                      size_t n)
{
    find_all_best(out, c, s, w, n, NULL);
}

void comparison_payoffs(double *out, const struct comparison *c, const struct world *w, size_t n)
{
    double *without = mem_alloc(n, sizeof *without);
    find_all_best(without, c, WITHOUT, w, n, NULL);
    find_all_best(out, c, WITH, w, n, NULL);
    for (size_t i = 0; i < n; i++)
        out[i] /= without[i];
    free(without);
}

struct payoff_search {
    struct contest side[SIDES];
};

struct payoff_search *payoff_search_open(const struct comparison *c, const struct world *within,
                                         size_t n)
{
    struct payoff_search *s = mem_alloc(1, sizeof *s);
    for (int side = 0; side < SIDES; side++)
        contest_open(&s->side[side], c, (enum side)side, within, n, true);
    return s;
}

double payoff_search_at(const struct payoff_search *s, const struct world *w)
{
    double best[SIDES];
    size_t winner[LANES];
    for (int side = 0; side < SIDES; side++)
        find_best(&best[side], winner, &s->side[side], w, 1);
    return best[WITH] / best[WITHOUT];
}

void payoff_search_close(struct payoff_search *s)
{
    for (int side = 0; side < SIDES; side++)
        contest_close(&s->side[side]);
    free(s);
}

double comparison_payoff(const struct comparison *c, const struct world *w, size_t *winner)
{
    double best[SIDES];
    for (int s = 0; s < SIDES; s++)
        find_all_best(&best[s], c, (enum side)s, w, 1, winner ? &winner[s] : NULL);
    return best[WITH] / best[WITHOUT];
}

double comparison_payoff_middle(const struct comparison *c, size_t *winner)
{
    struct world middle;
    world_middle(&middle, c);
    return comparison_payoff(c, &middle, winner);
}
