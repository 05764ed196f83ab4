/* Worlds in which a comparison is priced, and what speeds up pricing in many: boxes of worlds that
 * are alike, and the resources that designs use in each. A store keeps the draws of a study, which
 * are the same for all comparisons with the same prices and engines. */
#ifndef REPORTS_PAYOFF_DRAWN_WORLDS_H
#define REPORTS_PAYOFF_DRAWN_WORLDS_H

#include <stdbool.h>

#include "reports/payoff/kept_draws.h"
#include "reports/payoff/payoff_world.h"

struct comparison;
struct resource_store;

/* Worlds in boxes: no step takes longer in the fastest world of a box than in any of its worlds. */
struct boxes {
    size_t n;              /* at most BOXES; 0: none */
    struct world *fastest; /* [n] */
    unsigned char *of;     /* the box of each world */
};

struct worlds {
    size_t n;
    const struct world *world;
    struct world *fastest; /* as world_fastest; NULL: not known */
    struct boxes engine;   /* for designs with an engine */
    struct boxes board;    /* for designs without: only the power limit of their board moves */
    struct resource_store *resources; /* borrowed from a drawn_store; NULL: they are not kept */
};

enum { BOXES = 32 };

/* Puts n worlds of a comparison into boxes. Takes over `world`. Free with worlds_free. */
void worlds_make(struct worlds *out, struct world *world, size_t n, const struct comparison *c);
void worlds_free(struct worlds *w);

struct drawn_store *drawn_store_make(void);
void drawn_store_free(struct drawn_store *s); /* takes NULL */

typedef void (*draw_fn)(struct world *out, const struct comparison *c, struct draws of);

/* The draws of a comparison, made by `draw` if they are not kept; they stay until
 * drawn_store_free. NULL if the store is full. Threads may share the store. */
const struct worlds *drawn_store_find(struct drawn_store *s, const struct comparison *c,
                                      struct draws of, draw_fn draw);

#endif
