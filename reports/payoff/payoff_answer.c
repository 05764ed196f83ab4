#include "reports/payoff/payoff_answer.h"

#include <math.h>

#include "reports/payoff/setting.h"

bool payoff_has_column(const struct payoff *p, const char *name)
{
    for (size_t i = 0; i < p->by_n; i++)
        if (path_equal(p->by[i], name))
            return true;
    return false;
}

bool pays_for_experts(const struct payoff_group *g)
{
    bool known = false, alone = false;
    for (size_t i = 0; i < ENGINE_CLASSES; i++) {
        known = known || g->p_only[i] > 0;
        alone = alone || (engine_classes[i].runs != RUNS_EXPERTS && pays(g->p_only[i]));
    }
    return pays(g->p) && known && !alone;
}

struct payoff_slice payoff_slice(const struct payoff *p, const struct cell *key)
{
    return (struct payoff_slice){.by = p->by,
                                 .by_n = p->by_n,
                                 .key = key,
                                 .runs = p->runs,
                                 .budget = p->budget,
                                 .of = p->of};
}

bool payoff_is_drawn(const struct payoff *p)
{
    bool compared = false, drawn = false;
    for (size_t i = 0; i < p->n; i++) {
        compared = compared || !isnan(p->group[i].p);
        drawn = drawn || !isnan(p->group[i].probability);
    }
    return drawn || !compared;
}
