/* The parts of answers that only need the model, on the threads of the question. */
#ifndef REPORTS_PAYOFF_PAYOFF_TASKS_H
#define REPORTS_PAYOFF_PAYOFF_TASKS_H

#include "reports/payoff/payoff_answer.h"

/* Does part i of n. `q` is the question with a study of the thread's own. */
typedef void (*part_fn)(void *ctx, size_t i, const struct payoff_question *q);
void payoff_each(size_t n, const struct payoff_question *q, part_fn fn, void *ctx);

/* A question with its answer so far. */
struct asked {
    struct payoff *p;
    const struct payoff_question *q;
};

/* Fills one group, which is all that it changes. */
typedef void (*group_fn)(struct payoff_group *g, const struct payoff *p,
                         const struct payoff_question *q);

/* Fills every group of n answers to questions of one study, and finds their stop points between
 * grid values: neither asks for the other. Groups of one workload come one after another, in the
 * order of the answers, so that they can share its draws. */
void payoff_fill(const struct asked *answer, size_t n, group_fn fn);

#endif
