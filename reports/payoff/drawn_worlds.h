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
struct speeds;

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
    struct speeds *speeds; /* what boxes are made from; NULL: no more can be made */
    struct resource_store *resources; /* borrowed from a drawn_store; NULL: they are not kept */
};

enum { BOXES = 32 };

/* Factors that move the time of a step. */
enum { SPEEDS = 8 };

/* Puts n worlds of a comparison into boxes. Takes over `world`. Free with worlds_free. */
void worlds_make(struct worlds *out, struct world *world, size_t n, const struct comparison *c);
void worlds_free(struct worlds *w);

/* Copies n of the worlds, by their places, with their boxes. Free with worlds_free. */
void worlds_pick(struct worlds *out, const struct worlds *from, const size_t *which, size_t n);

/* Puts the worlds into boxes for designs with an engine whose log rate rises by `weight` times the
 * log of each factor: boxes are narrow in what matters. Free with boxes_free. */
void worlds_box(struct boxes *out, const struct worlds *w, const double weight[SPEEDS]);
void boxes_free(struct boxes *b);

/* World k is `from` with factor k as in `fastest`, whose log is higher by log_ratio[k]. */
void worlds_of_speeds(struct world out[SPEEDS], double log_ratio[SPEEDS],
                      const struct comparison *c, const struct world *from,
                      const struct world *fastest);

struct drawn_store *drawn_store_make(void);
void drawn_store_free(struct drawn_store *s); /* takes NULL */

typedef void (*draw_fn)(struct world *out, const struct comparison *c, struct draws of);

/* The draws of a comparison, made by `draw` if they are not kept; they stay until
 * drawn_store_free. NULL if the store is full. Threads may share the store. */
const struct worlds *drawn_store_find(struct drawn_store *s, const struct comparison *c,
                                      struct draws of, draw_fn draw);

#endif
