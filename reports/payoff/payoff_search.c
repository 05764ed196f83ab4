#include "reports/payoff/payoff_search.h"

#include <stdlib.h>

#include "base/mem.h"
#include "reports/payoff/contest.h"
#include "reports/payoff/known_rates.h"
#include "reports/payoff/quoted.h"

struct payoff_search {
    const struct comparison *all;
    struct contest *side[SIDES];
    struct comparison winners; /* borrows the jobs of its candidates */
    size_t *winner[SIDES];     /* their places among all */
};

struct payoff_search *payoff_search_open(const struct comparison *c, const struct between *within,
                                         size_t n)
{
    struct payoff_search *s = mem_alloc(1, sizeof *s);
    struct world *fastest = mem_alloc(n + 1, sizeof *fastest);
    for (size_t i = 0; i < n; i++)
        world_fastest(&fastest[i], within[i].end, 2);
    world_middle(&fastest[n], c);
    s->all = c;
    s->winners = *c;
    for (int side = 0; side < SIDES; side++) {
        s->side[side] = contest_open(c, (enum side)side, NULL, false);
        contest_know(s->side[side], fastest, n + 1);
        s->winners.n[side] = 0;
        s->winners.side[side] = NULL;
        s->winners.quoted[side] = NULL;
        s->winners.known[side] = NULL;
    }
    free(fastest);
    return s;
}

static void forget_quotes(struct comparison *c)
{
    for (int side = 0; side < SIDES; side++) {
        quoted_free(c->quoted[side]);
        known_rates_free(c->known[side]);
        c->quoted[side] = NULL;
        c->known[side] = NULL;
    }
}

void payoff_search_close(struct payoff_search *s)
{
    forget_quotes(&s->winners);
    for (int side = 0; side < SIDES; side++) {
        contest_close(s->side[side]);
        free(s->winners.side[side]);
        free(s->winner[side]);
    }
    free(s);
}

static bool is_noted(const struct payoff_search *s, int side, size_t winner)
{
    size_t i = 0;
    while (i < s->winners.n[side] && s->winner[side][i] != winner)
        i++;
    return i < s->winners.n[side];
}

static void note(struct payoff_search *s, int side, size_t winner)
{
    size_t n = s->winners.n[side]++;
    s->winner[side] = mem_grow(s->winner[side], n + 1, sizeof *s->winner[side]);
    s->winners.side[side] = mem_grow(s->winners.side[side], n + 1, sizeof *s->winners.side[side]);
    s->winner[side][n] = winner;
    s->winners.side[side][n] = s->all->side[side][winner];
}

double payoff_search_at(struct payoff_search *s, const struct world *w)
{
    const struct worlds one = {.n = 1, .world = w};
    double best[SIDES];
    size_t winner[SIDES];
    bool more = false;
    for (int side = 0; side < SIDES; side++) {
        contest_find(&best[side], &winner[side], s->side[side], &one);
        if (s->all->n[side] == 0 || is_noted(s, side, winner[side]))
            continue;
        note(s, side, winner[side]);
        more = true;
    }
    if (more) {
        forget_quotes(&s->winners);
        comparison_quote(&s->winners);
    }
    return best[WITH] / best[WITHOUT];
}

double payoff_search_of_winners(const struct payoff_search *s, const struct world *w)
{
    return comparison_payoff(&s->winners, w, NULL);
}
