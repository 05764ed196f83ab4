/* The designs of a restricted study as a run has stored them: their mappings, batches and
 * throughput need not be searched again. */
#ifndef REPORTS_PAYOFF_STORED_DESIGNS_H
#define REPORTS_PAYOFF_STORED_DESIGNS_H

#include "reports/payoff/chosen_design.h"
#include "reports/payoff/points.h"

enum { MAPPING_COLUMNS = 5 };

struct stored_designs {
    const struct points *points; /* NULL: none */
    const struct db_values *mapping[MAPPING_COLUMNS];
    uint64_t first;             /* the point of design 0 */
    uint64_t stride[AXES_MOST]; /* points from one value of an axis to the next */
};

/* Finds the designs of a choice, whose study was restricted so. None are found unless the points
 * are those of a grid, its settings are values of the grid, and it sweeps no prices. */
void stored_designs_find(struct stored_designs *out, const struct design_choice *q,
                         const struct study *restricted);

/* Fills the design of the cursor, and prepares its step. False if it must be priced: its point is
 * not stored, or the mapping is not all that it chooses. */
bool stored_design_take(struct chosen_design *out, const struct stored_designs *s,
                        struct cursor *c);

/* Do both have the same mapping, batch, throughput and value, bit for bit? */
bool chosen_designs_equal(const struct chosen_design *a, const struct chosen_design *b);

#endif
