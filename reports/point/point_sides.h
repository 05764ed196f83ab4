/* The steps of an evaluated point: that of its devices, or with an FFN or draft pool those of both
 * sides, each within the layers and outside of them. */
#ifndef REPORTS_POINT_POINT_SIDES_H
#define REPORTS_POINT_POINT_SIDES_H

#include "search/space.h"

struct point_side {
    struct step step;
    struct devices device; /* at the clock that it holds */
    struct load load;
    double slower; /* time of the step over that of its work: above 1 if the device idles */
    struct step_rest rest;
    size_t pool; /* PART_FFN_CHIP, PART_DRAFT_CHIP; DESIGN_PARTS: the main devices */
};

/* The step of the evaluated point at the cursor with its mapping `plan`; NULL if none fits. */
const struct mapped *point_mapped(const struct cursor *c, const struct plan *plan);

/* The mapping of the pool that the metrics state, which shares the step; NULL if there is none. */
const struct mapped *point_pool_mapped(const struct cursor *c, const struct metrics *m);

/* Returns their number, 0 if no mapping fits or a kernel was not measured; caller frees `out`. */
size_t point_sides(struct point_side **out, const struct cursor *c, const struct plan *plan,
                   const struct metrics *m);

/* The costs of one operator, as the device runs the step. */
struct op_cost point_op_cost(const struct point_side *s, size_t op);

/* Where an operator runs: place_text, or the same of its pool. */
const char *point_place(const struct point_side *s, enum place on);

#endif
