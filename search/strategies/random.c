/* Random search without replacement. */
#include <stdlib.h>

#include "base/mem.h"
#include "search/strategies/strategy.h"

struct draw {
    struct search *search;
};

static void *begin(struct search *s)
{
    struct draw *d = mem_alloc(1, sizeof *d);
    d->search = s;
    return d;
}

static size_t ask(void *self, double *genes, size_t most)
{
    struct draw *d = self;
    size_t n = 0;
    while (n < most && search_draw(d->search, genes + n * search_problem(d->search)->genes))
        n++;
    return n;
}

const struct strategy strategy_random = {.name = "random",
                                         .doc = "Random points, each at most once.",
                                         .open = begin,
                                         .ask = ask,
                                         .close = free};
