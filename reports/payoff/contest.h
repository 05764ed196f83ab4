/* The designs of one side of a comparison, in search of the best in each of many worlds. */
#ifndef REPORTS_PAYOFF_CONTEST_H
#define REPORTS_PAYOFF_CONTEST_H

#include "reports/payoff/payoff_comparison.h"

struct contest;

/* Opens the search for worlds that are not faster than the fastest of these. `bounded`: bounds the
 * throughput of every design first, which takes the time of some worlds. Borrows the comparison. */
struct contest *contest_open(const struct comparison *c, enum side s, const struct worlds *within,
                             bool bounded);
void contest_close(struct contest *x);

/* Prices every design in n worlds, which then bounds them in worlds that are no faster. */
void contest_know(struct contest *x, const struct world *w, size_t n);

/* used[k][i]: what design k uses of the budget in world i of all searches to come. Borrowed. */
void contest_use(struct contest *x, const double *const used[]);

/* The best value in each world, NAN without a design, and (unless `winner` is NULL) its design. */
void contest_find(double *best, size_t *winner, const struct contest *x, const struct worlds *w);

/* The value of the design that is best at middle values, in each world; NAN without a design.
 * Returns its place. */
size_t contest_favourite(double *value, const struct contest *x, const struct worlds *w);

/* Raises `best` to the best value where some design reaches more; NAN is less than any. Sets
 * `winner` (unless NULL) there to its place. The higher `best` is, the less is priced; nothing
 * where it is INFINITY. */
void contest_raise(double *best, size_t *winner, const struct contest *x, const struct worlds *w);

#endif
