/* One workload: P and G from the winners, priced again. A mix: all its workloads run in turn on the
 * same hardware. P compares the best hardware of each side over the whole mix; G compares the
 * winner with an engine to itself without the engine. */
#include "reports/payoff/payoff_model.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "reports/payoff/nothing_feasible.h"
#include "reports/payoff/payoff.h"
#include "reports/payoff/payoff_group.h"
#include "reports/payoff/payoff_label.h"

static const char *const NO_HARDWARE = "one side has no hardware that runs every workload of the "
                                       "mix";

/* Budget that the subject adds, as a share of the budget of its hardware without it. */
static double added_share(const struct payoff_subject *of, const struct candidate *with,
                          enum budget budget, const struct prices *p)
{
    return candidate_resource(with, budget, p, false) / resource_less(of, with, budget, p) - 1;
}

static void fill_mix(struct payoff_group *g, const struct payoff *p, const struct comparison *c)
{
    const struct payoff_subject *of = subject_or_engine(p->of);
    size_t winner[SIDES];

    g->p = comparison_payoff_middle(c, winner);
    const struct candidate *with = &c->side[WITH][winner[WITH]];
    g->g = candidate_tokens_per_s(with, false) / candidate_tokens_per_s(with, true);
    g->c_star = g->g - 1;
    g->c = added_share(of, with, BUDGET_COST, &c->prices.middle);
    g->a = added_share(of, with, BUDGET_AREA, &c->prices.middle);
    g->c_max = p->budget == BUDGET_POWER ? NAN : group_break_even_share(g, p->budget);
    g->price_ratio_max = p->budget == BUDGET_COST && g->c > 0 ? g->c_max / g->c : NAN;
    free(g->engine);
    free(g->with);
    free(g->without);
    g->engine = mem_text(with->subject);
    g->with = hardware_label(with, true);
    g->without = hardware_label(&c->side[WITHOUT][winner[WITHOUT]], false);
}

static void explain(struct payoff_group *g)
{
    free(g->reason);
    g->reason = mem_text(pays(g->p)          ? ""
                         : g->c_star <= g->c ? "cost: it gains less than it adds"
                                             : "control: the money buys more in other hardware");
}

/* Fills a group whose designs were gathered, without its certainty. */
static void fill(struct payoff_group *g, const struct payoff *p, const struct payoff_question *q,
                 const struct payoff_slice *slice, const struct comparison *c)
{
    struct winners_priced w;
    if (payoff_study_sets(q->study, NULL)) {
        fill_mix(g, p, c);
        explain(g);
        return;
    }
    if (!payoff_winners(&w, c, q->study, slice))
        return;
    group_fill_from_model(g, p, comparison_payoff_middle(c, NULL), &w);
}

void payoff_model_group(struct payoff_group *g, const struct payoff *p,
                        const struct payoff_question *q)
{
    struct comparison c;
    const struct payoff_slice slice = payoff_slice(p, g->key);
    group_unanswered(g, NO_HARDWARE);
    if (payoff_compare(&c, q->study, &slice) != 0)
        return;
    if (c.n[WITH] && c.n[WITHOUT]) {
        fill(g, p, q, &slice, &c);
        group_reprice(g, p, q);
        g->verdict = group_verdict(g);
    }
    comparison_free(&c);
}

char *payoff_reason(const struct payoff *p, const struct payoff_question *q,
                    const struct payoff_slice *slice)
{
    struct comparison c;
    struct payoff_group g = {0};
    struct payoff_slice middle = *slice;
    middle.middle = true;
    group_unanswered(&g, NO_HARDWARE);
    if (payoff_compare(&c, q->study, &middle) == 0) {
        if (c.n[WITH] && c.n[WITHOUT])
            fill(&g, p, q, slice, &c);
        comparison_free(&c);
    }
    char *reason = mem_text(g.reason);
    group_free(&g, 0);
    return reason;
}

int payoff_of_model(struct payoff *out, struct db *db, const struct db_run *run,
                    const struct payoff_question *q, struct err *err)
{
    if (payoff_keys(out, db, run, q, err) != 0)
        return -1;
    out->runs = q->runs;
    payoff_fill(&(struct asked){out, q}, 1, payoff_model_group);
    if (out->n || nothing_feasible_sentence(&out->none, db, run, err) == 0)
        return 0;
    payoff_free(out);
    return -1;
}
