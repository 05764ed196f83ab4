#include "reports/payoff/kept_draws.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

struct kept_draws {
    size_t n;
    struct kept {
        char *engine; /* "": the designs without one */
        struct draws of;
        double *best;
    } * kept;
};

struct kept_draws *kept_draws_make(void)
{
    return mem_alloc(1, sizeof(struct kept_draws));
}

void kept_draws_free(struct kept_draws *k)
{
    for (size_t i = 0; k && i < k->n; i++) {
        free(k->kept[i].engine);
        free(k->kept[i].best);
    }
    if (k)
        free(k->kept);
    free(k);
}

const double *kept_draws_find(const struct kept_draws *k, const char *engine, struct draws of)
{
    for (size_t i = 0; i < k->n; i++)
        if (!strcmp(k->kept[i].engine, engine ? engine : "") && k->kept[i].of.seed == of.seed &&
            k->kept[i].of.n == of.n)
            return k->kept[i].best;
    return NULL;
}

void kept_draws_add(struct kept_draws *k, const char *engine, struct draws of, const double *best)
{
    k->kept = mem_grow(k->kept, k->n + 1, sizeof *k->kept);
    struct kept *new = &k->kept[k->n++];
    *new = (struct kept){mem_text(engine ? engine : ""), of, mem_alloc(of.n + 1, sizeof *best)};
    memcpy(new->best, best, of.n * sizeof *best);
}
