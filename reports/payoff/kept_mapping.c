#include "reports/payoff/kept_mapping.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

static void keep_step(struct step *out, struct routing *routing, const struct step *of)
{
    *out = *of;
    if (!of->routing)
        return;
    *routing = *of->routing;
    out->routing = routing;
}

static void begin_memo(struct steps_memo *memo)
{
    *memo = (struct steps_memo){0};
    steps_renew(memo);
}

struct kept_mapping *kept_mapping_make(const struct mapped *m)
{
    struct kept_mapping *k = mem_grow(NULL, 1, sizeof *k); /* large: not zeroed */
    k->users = 1;
    memset(k->copy, 0, sizeof k->copy);
    k->of.plan = m->plan;
    keep_step(&k->of.step, &k->routing[0], &m->step);
    begin_memo(&k->of.memo);
    keep_step(&k->of.outside, &k->routing[1], &m->outside);
    begin_memo(&k->of.outside_memo);
    if (!m->step.beside)
        return k;
    keep_step(&k->of.prefill, &k->routing[2], m->step.beside);
    k->of.step.beside = &k->of.prefill;
    return k;
}

struct kept_mapping *kept_mapping_share(struct kept_mapping *k)
{
    k->users++;
    return k;
}

void kept_mapping_release(struct kept_mapping *k)
{
    if (!k || --k->users > 0)
        return;
    for (size_t i = 0; i < SHARERS_MOST; i++)
        free(k->copy[i]);
    free(k);
}

struct mapped *kept_mapping_own(struct kept_mapping *k)
{
    size_t sharer = tasks_sharer();
    if (sharer == 0)
        return &k->of;
    if (!k->copy[sharer])
        k->copy[sharer] = kept_mapping_make(&k->of);
    return &k->copy[sharer]->of;
}
