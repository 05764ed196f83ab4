/* The best design of each hardware of a study, and the times of its step by operator class. */
#ifndef REPORTS_PAYOFF_CHOSEN_DESIGN_H
#define REPORTS_PAYOFF_CHOSEN_DESIGN_H

#include "reports/payoff/payoff_designs.h"
#include "search/block.h"

/* The best design of one hardware for one job. */
struct chosen_design {
    uint64_t index;
    struct plan plan;   /* the mapping */
    struct pools pools; /* and that of other pools */
    double value;       /* tokens per second and unit of budget */
    double tokens_per_s;
    double batch;  /* requests in flight */
    size_t mapped; /* the mapping among those that are prepared for its step */
    bool feasible, with;
};

/* Has the design the subject of the choice? */
bool choice_has_subject(const struct design *d, const struct design_choice *q);

/* May the choice use this design? Restricts its engine to the classes of the choice. */
bool choice_restrict(struct design *d, const struct design_choice *q);

/* As cursor_seek, but keeps what the design has in common with the one before. */
void cursor_move(struct cursor *c, const struct study *s, uint64_t index);

/* What is used to split steps. */
struct splitting {
    const struct study *study;
    const struct design_choice *choice;
    struct gathering *room;
    double weight; /* of the job */
};

/* Fills the job of each of n designs. Those that share a prepared step are split in lanes. Threads
 * share the work (tasks_share). */
void chosen_designs_split(struct job *const job[], const struct chosen_design *const of[], size_t n,
                          const struct splitting *x);

#endif
