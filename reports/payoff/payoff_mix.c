/* All workloads of the mix run in turn on the same hardware. P compares the best hardware of each
 * side over the whole mix; G compares the winner with an engine to itself without the engine. */
#include "reports/payoff/payoff_mix.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "reports/payoff/payoff_group.h"
#include "reports/payoff/payoff_label.h"

static const char *const NO_HARDWARE = "one side has no hardware that runs every workload of the "
                                       "mix";

/* Budget that the engine adds, as a share of the budget of its hardware without it. */
static double added_share(const struct candidate *with, enum budget budget, const struct prices *p)
{
    return candidate_resource(with, budget, p, false) / candidate_resource(with, budget, p, true) -
           1;
}

static void fill(struct payoff_group *g, const struct payoff *p, const struct comparison *c)
{
    size_t winner[SIDES];

    g->p = comparison_payoff_middle(c, winner);
    const struct candidate *with = &c->side[WITH][winner[WITH]];
    g->g = candidate_tokens_per_s(with, false) / candidate_tokens_per_s(with, true);
    g->c_star = g->g - 1;
    g->c = added_share(with, BUDGET_COST, &c->prices.middle);
    g->a = added_share(with, BUDGET_AREA, &c->prices.middle);
    g->c_max = p->budget == BUDGET_POWER ? NAN : group_break_even_share(g, p->budget);
    free(g->engine);
    free(g->with);
    free(g->without);
    g->engine = mem_text(with->engine_name);
    g->with = hardware_label(with, true);
    g->without = hardware_label(&c->side[WITHOUT][winner[WITHOUT]], false);
}

static void explain(struct payoff_group *g)
{
    free(g->reason);
    g->reason = mem_text(pays(g->p)          ? ""
                         : g->c_star <= g->c ? "cost: it gains less than it adds"
                                             : "control: the money buys more in other hardware");
    g->verdict = group_verdict(g);
}

void payoff_of_mix(struct payoff *out, const struct payoff_question *q)
{
    struct comparison c;

    *out = (struct payoff){.budget = q->budget, .n = 1, .group = mem_alloc(1, sizeof *out->group)};
    out->by = mem_alloc(1, sizeof *out->by);
    struct payoff_group *g = out->group;
    g->key = mem_alloc(1, sizeof *g->key);
    group_unanswered(g, NO_HARDWARE);
    const struct payoff_slice all = payoff_slice(out, g->key);
    if (payoff_compare(&c, q->study, &all) != 0)
        return;
    if (c.n[WITH] && c.n[WITHOUT]) {
        fill(g, out, &c);
        group_reprice(g, out, q);
        explain(g);
    }
    comparison_free(&c);
}
