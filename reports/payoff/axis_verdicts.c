#include "reports/payoff/axis_verdicts.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"

void axis_verdicts_free(struct axis_verdicts *v)
{
    for (size_t i = 0; i < v->n; i++)
        free(v->at[i]);
    free(v->at);
    *v = (struct axis_verdicts){0};
}

const struct verdicts *axis_verdicts_find(const struct axis_verdicts *v, double x)
{
    for (size_t i = 0; i < v->n; i++)
        if (v->at[i]->all && v->at[i]->x == x)
            return v->at[i];
    return NULL;
}

void axis_verdicts_bridge(struct verdicts *at, const struct axis_verdicts *v)
{
    const struct verdicts *low = NULL, *high = NULL;
    for (size_t i = 0; i < v->n; i++) {
        const struct verdicts *k = v->at[i];
        if (isnan(k->share) || (at->all && !k->all))
            continue;
        if (k->x <= at->x && (!low || k->x >= low->x))
            low = k;
        if (k->x >= at->x && (!high || k->x <= high->x))
            high = k;
    }
    for (size_t i = 0; low && high && i < LEN(at->verdict); i++)
        at->verdict[i] = low->verdict[i] == high->verdict[i] ? low->verdict[i] : DRAW_OPEN;
}

void axis_verdicts_add(struct axis_verdicts *v, const struct verdicts *at)
{
    v->at = mem_grow(v->at, v->n + 1, sizeof(struct verdicts *));
    v->at[v->n] = mem_alloc(1, sizeof *at);
    *v->at[v->n++] = *at;
}

void axis_verdicts_forget_some(struct axis_verdicts *v)
{
    size_t left = 0;
    for (size_t i = 0; i < v->n; i++)
        if (v->at[i]->all)
            v->at[left++] = v->at[i];
        else
            free(v->at[i]);
    v->n = left;
}
