/* The table of flips: what becomes of each model's verdict in other scenarios of a study. A row per
 * scenario (and other workload), a column per model, in a cell the best engine and P. */
#ifndef REPORTS_PAYOFF_PAYOFF_FLIPS_H
#define REPORTS_PAYOFF_PAYOFF_FLIPS_H

#include "reports/payoff/payoff_answer.h"

struct flips {
    const struct payoff *payoff; /* borrowed */
    size_t rows, columns;
    char **row, **column;              /* labels */
    const struct payoff_group **group; /* rows * columns; NULL without a feasible design */
};

/* Lays out the groups of p, which must outlive it. Caller frees. */
void flips_make(struct flips *out, const struct payoff *p);
void flips_free(struct flips *f);

static inline const struct payoff_group *flips_at(const struct flips *f, size_t row, size_t column)
{
    return f->group[row * f->columns + column];
}

/* The same question in the scenario `base`; NULL if the run has no other, or no answer there. */
const struct payoff_group *flips_base(const struct flips *f, const struct payoff_group *g);

/* Does the group have another verdict than in the scenario `base`? */
bool flips_is_flip(const struct flips *f, const struct payoff_group *g);

/* For people: "1.12 logic-die-r128", then "?" if it is too close to call, "-" if it does not pay,
 * "*" if the verdict is another than in `base`. */
void flips_table(const struct flips *f, struct table *out);

/* For programs: a row per group, with what a reader must know of its engine. */
void flips_rows_table(const struct flips *f, struct table *out);

#endif
