/* The best design of each hardware of a restricted study, at middle prices. */
#ifndef REPORTS_PAYOFF_BEST_DESIGNS_H
#define REPORTS_PAYOFF_BEST_DESIGNS_H

#include "reports/payoff/chosen_design.h"
#include "reports/payoff/restricted_study.h"
#include "search/tasks.h"

/* At middle prices only the best of a side matters; values differ by rounding between a step and
 * its parts. */
static const double NEARLY_BEST = 1 - 1e-6;

/* Designs that are priced together, in the order of the study. */
struct lot {
    struct block block;
    uint64_t index[LANES];
    size_t hardware[LANES];
    bool with[LANES];
};

/* Large, so not allocated again for each choice. */
struct gathering {
    struct restricted restricted; /* of a choice with one job */
    struct cursor cursor;
    struct lot lot;
    struct gathering *helper[SHARERS_MOST]; /* of threads that help (tasks_share) */
};

/* The room of this thread, of those that share the work: itself, or one whose cursor and lot are
 * of no study. */
struct gathering *gathering_own(struct gathering *g);

/* Forgets the study of its cursor and lot, but no memory. */
void gathering_renew(struct gathering *g);

/* Kinds of hardware of a study: each is a mixed-radix number over the axes of hardware. */
size_t hardware_count(const struct study *s);

/* Finds the best design of each hardware for one job of a choice; `best` has a zeroed member for
 * each. If the choice asks only for middle values, hardware that cannot be nearly the best of its
 * side may be left out. Returns the classes that the engines of the study may run. */
int best_designs_find(struct chosen_design *best, const struct study *s,
                      const struct design_choice *q, struct gathering *g);

#endif
