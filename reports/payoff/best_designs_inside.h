/* What the ways to the best designs share: best_designs.c prices all of them or takes them from the
 * store, bounded_designs.c only those that may be the best. */
#ifndef REPORTS_PAYOFF_BEST_DESIGNS_INSIDE_H
#define REPORTS_PAYOFF_BEST_DESIGNS_INSIDE_H

#include "reports/payoff/best_designs.h"

struct stored_designs;

/* The designs of a choice, of one job. */
struct choosing {
    const struct study *study;
    const struct design_choice *choice;
    const struct stored_designs *stored;
    struct kept_best *kept;  /* may be NULL */
    bool *allowed;           /* hardware of the choice */
    struct gathering *room;  /* its lot is empty */
    size_t shares, in_share; /* designs as threads may take them */
};

/* The same with the room of this thread. */
struct choosing choosing_own(const struct choosing *x);

/* What is done with a design that is not known yet: that of the cursor, point `index`. */
typedef void (*design_fn)(void *ctx, uint64_t index);

/* Takes one of the shares. Returns the classes that its engines may run. */
int choosing_take(struct chosen_design *best, const struct choosing *x, size_t share, design_fn fn,
                  void *ctx);

/* Adds the design of the cursor to the lot; false if the lot must be priced first. */
bool choosing_add(const struct choosing *x, uint64_t index);

/* Adds it, and prices the lot first if it must be. */
void choosing_add_or_price(struct chosen_design *best, const struct choosing *x, uint64_t index);

/* Prices the lot and keeps the best design of each hardware. */
void choosing_price(struct chosen_design *best, const struct choosing *x);

/* Only those that may be the best at middle prices. Returns the classes that the engines of the
 * study may run. */
int bounded_designs_find(struct chosen_design *best, const struct choosing *x);

#endif
