/* Where log P is 0, sought among the few designs that have won somewhere, which are priced soon.
 * All designs are priced only at the ends of the bracket and where a root is found: if another one
 * wins there, the root is sought again with that one (an active-set method). Invariant: P of all
 * designs is 1 at the root, or passes 1 there in a jump. */
#ifndef REPORTS_PAYOFF_WINNERS_ROOT_H
#define REPORTS_PAYOFF_WINNERS_ROOT_H

#include "base/root.h"

/* log P at x, of which one also notes the winners; NAN: unknown. Or another number above 0 where an
 * engine pays, such as the share of draws that pay less the one that is sought. */
struct winners_root {
    root_fn of_all, of_winners;
    void *ctx;
    double tolerance; /* of x */
    root_fn across;   /* of_all for less, on the other side of a jump at the root; NULL: none */
};

/* The root in a bracket, whose ends are of_all. At a jump, the place where P is more. NAN if log P
 * is unknown in between. */
double winners_root_find(const struct winners_root *r, struct bracket e);

#endif
