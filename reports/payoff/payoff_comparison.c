#include "reports/payoff/payoff_comparison.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "reports/payoff/candidate_value.h"
#include "reports/payoff/contest.h"
#include "reports/payoff/known_rates.h"
#include "reports/payoff/quoted.h"

/* A bound takes as many steps as one world. */
enum { WORTH_A_BOUND = 16 };

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
                drawn_step_free(c->side[s][i].job[j].step);
            free(c->side[s][i].job);
        }
        free(c->side[s]);
        quoted_free(c->quoted[s]);
        known_rates_free(c->known[s]);
    }
    *c = (struct comparison){0};
}

struct quoted *comparison_quote_side(const struct comparison *c, enum side s)
{
    const struct candidate **k = mem_alloc(c->n[s] + 1, sizeof(struct candidate *));
    for (size_t i = 0; i < c->n[s]; i++)
        k[i] = &c->side[s][i];
    struct quoted *quoted = quoted_make(k, c->n[s]);
    free(k);
    return quoted;
}

void comparison_quote(struct comparison *c)
{
    for (int s = 0; s < SIDES; s++) {
        c->quoted[s] = comparison_quote_side(c, (enum side)s);
        if (c->budget != BUDGET_POWER)
            c->known[s] = known_rates_make(c->n[s]);
    }
}

void world_middle(struct world *out, const struct comparison *c)
{
    *out = (struct world){.prices = c->prices.middle};
    for (size_t i = 0; i < RANGED_MOST; i++)
        out->engine[i] = (struct stated_ratio){1, 1, 1, 1};
}

/* The best value of a side in n worlds. `winner`, which may be NULL, gets its design in each. */
static void find_all_best(double *best, const struct comparison *c, enum side s,
                          const struct worlds *w, size_t *winner)
{
    struct contest *x = contest_open(c, s, w, w->n >= WORTH_A_BOUND);
    contest_find(best, winner, x, w);
    contest_close(x);
}

double comparison_best(const struct comparison *c, enum side s)
{
    double best;
    struct world middle;
    world_middle(&middle, c);
    find_all_best(&best, c, s, &(struct worlds){.n = 1, .world = &middle}, NULL);
    return best;
}

void comparison_bests(double *out, const struct comparison *c, enum side s, const struct worlds *w)
{
    find_all_best(out, c, s, w, NULL);
}

void comparison_payoffs(double *out, const struct comparison *c, const struct world *w, size_t n)
{
    const struct worlds all = {.n = n, .world = w};
    double *without = mem_alloc(n, sizeof *without);
    find_all_best(without, c, WITHOUT, &all, NULL);
    find_all_best(out, c, WITH, &all, NULL);
    for (size_t i = 0; i < n; i++)
        out[i] /= without[i];
    free(without);
}

double comparison_payoff(const struct comparison *c, const struct world *w, size_t *winner)
{
    double best[SIDES];
    for (int s = 0; s < SIDES; s++)
        find_all_best(&best[s], c, (enum side)s, &(struct worlds){.n = 1, .world = w},
                      winner ? &winner[s] : NULL);
    return best[WITH] / best[WITHOUT];
}

double comparison_payoff_middle(const struct comparison *c, size_t *winner)
{
    struct world middle;
    world_middle(&middle, c);
    return comparison_payoff(c, &middle, winner);
}
