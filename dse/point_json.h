/* A point as JSON: verdict, metrics, parameters, cost and operators. */
#ifndef DSE_POINT_JSON_H
#define DSE_POINT_JSON_H

#include "search/space.h"

/* Prints the point at the cursor, which has been evaluated, to standard output. `mapped` is its
 * step, NULL if no mapping fits: it then lists no operators. */
void point_json(const struct mapped *mapped, const struct plan *plan, const struct cursor *c,
                const struct metrics *m);

#endif
