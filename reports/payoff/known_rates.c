#include "reports/payoff/known_rates.h"

#include <stdlib.h>

#include "base/mem.h"

struct known_rates {
    size_t designs, n, oldest;
    struct known_world {
        struct world at;
        double *tokens_per_s;
        bool kept;
    } * world[KNOWN_MOST];
};

struct known_rates *known_rates_make(size_t designs)
{
    struct known_rates *k = mem_alloc(1, sizeof *k);
    k->designs = designs;
    return k;
}

void known_rates_free(struct known_rates *k)
{
    if (!k)
        return;
    for (size_t i = 0; i < k->n; i++) {
        free(k->world[i]->tokens_per_s);
        free(k->world[i]);
    }
    free(k);
}

/* The place of the oldest world that is not kept, or else of the oldest. */
static struct known_world *give_place(struct known_rates *k)
{
    for (size_t i = 0; i < KNOWN_MOST; i++) {
        k->oldest = (k->oldest + 1) % KNOWN_MOST;
        if (!k->world[k->oldest]->kept)
            return k->world[k->oldest];
    }
    k->oldest = (k->oldest + 1) % KNOWN_MOST;
    return k->world[k->oldest];
}

static struct known_world *place_for(struct known_rates *k)
{
    if (k->n == KNOWN_MOST)
        return give_place(k);
    struct known_world *x = k->world[k->n++] = mem_alloc(1, sizeof *x);
    x->tokens_per_s = mem_alloc(k->designs + 1, sizeof *x->tokens_per_s);
    return x;
}

static struct known_world *find_or_add(struct known_rates *k, const struct world *w)
{
    for (size_t i = 0; i < k->n; i++)
        if (world_has_speed_of(&k->world[i]->at, w))
            return k->world[i];
    struct known_world *x = place_for(k);
    x->at = *w;
    x->kept = false;
    for (size_t i = 0; i < k->designs; i++)
        x->tokens_per_s[i] = NAN;
    return x;
}

double *known_rates_at(struct known_rates *k, const struct world *w)
{
    return find_or_add(k, w)->tokens_per_s;
}

double *known_rates_keep(struct known_rates *k, const struct world *w)
{
    struct known_world *x = find_or_add(k, w);
    x->kept = true;
    return x->tokens_per_s;
}

size_t known_rates_faster(const double *rows[KNOWN_MOST], const struct known_rates *k,
                          const struct world *w)
{
    size_t n = 0;
    for (size_t i = 0; i < k->n; i++)
        if (k->world[i]->kept && world_is_no_faster(w, &k->world[i]->at))
            rows[n++] = k->world[i]->tokens_per_s;
    return n;
}
