/* P in worlds that are known one after another, among all designs or those that won before. */
#ifndef REPORTS_PAYOFF_PAYOFF_SEARCH_H
#define REPORTS_PAYOFF_PAYOFF_SEARCH_H

#include "reports/payoff/payoff_comparison.h"

/* Worlds whose values are between those of two. */
struct between {
    struct world end[2];
};

/* For worlds that are each within one of n. Borrows the comparison. */
struct payoff_search;
struct payoff_search *payoff_search_open(const struct comparison *c, const struct between *within,
                                         size_t n);
void payoff_search_close(struct payoff_search *s);

/* P among all designs, as comparison_payoff; notes the winners. */
double payoff_search_at(struct payoff_search *s, const struct world *w);

/* P among the designs that have won so far, of which there is one on each side. Few are priced
 * soon. */
double payoff_search_of_winners(const struct payoff_search *s, const struct world *w);

#endif
