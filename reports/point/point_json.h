/* A point as JSON: verdict, metrics, parameters, cost and operators. */
#ifndef REPORTS_POINT_POINT_JSON_H
#define REPORTS_POINT_POINT_JSON_H

#include <stdio.h>

#include "search/space.h"

/* Writes the evaluated point at the cursor. It lists no operators if no mapping fits. */
void point_json(const struct cursor *c, const struct plan *plan, const struct metrics *m,
                FILE *out);

/* Only its parameters with the mapping of `plan`, as the members of an object, a line each. */
void point_parameters_json(const struct cursor *c, const struct plan *plan, FILE *out);

#endif
