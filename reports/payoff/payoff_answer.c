#include "reports/payoff/payoff_answer.h"

#include <string.h>

bool payoff_has_column(const struct payoff *p, const char *name)
{
    for (size_t i = 0; i < p->by_n; i++)
        if (!strcmp(p->by[i], name))
            return true;
    return false;
}

struct payoff_slice payoff_slice(const struct payoff *p, const struct cell *key)
{
    return (struct payoff_slice){.by = p->by, .by_n = p->by_n, .key = key, .budget = p->budget};
}
