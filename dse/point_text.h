/* An evaluated point as text, for dse eval: its metrics, what limits it, its costs and its
 * operators. */
#ifndef DSE_POINT_TEXT_H
#define DSE_POINT_TEXT_H

#include "search/space.h"

/* Prints the point at the cursor; `plan`: its mapping. */
void point_text_print(const struct cursor *c, const struct plan *plan, const struct metrics *m);

#endif
