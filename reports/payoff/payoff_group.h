/* One group of a pay-off: its two winners and the winner's twin without the engine, as numbers. */
#ifndef REPORTS_PAYOFF_PAYOFF_GROUP_H
#define REPORTS_PAYOFF_PAYOFF_GROUP_H

#include "db/db.h"
#include "reports/payoff/payoff_answer.h"
#include "reports/payoff/swept_columns.h"

/* The points of a run that are asked. */
struct run_points {
    struct db *db;
    const struct db_run *run;
    const struct swept *swept;
};

/* Fills P, G and the rest from the points of the winners; `key` and `p` are filled already. */
struct winners {
    double with, without;
};
int group_fill(struct payoff_group *g, const struct payoff *p, const struct run_points *from,
               struct winners best, struct err *err);

/* A group whose side without an engine is empty: NAN, with the reason. */
void group_unanswered(struct payoff_group *g, const char *reason);

/* Prices the group anew where q->study can: P over all designs, how sure it is, and what it turns
 * on if q->swings. */
void group_reprice(struct payoff_group *g, const struct payoff *p, const struct payoff_question *q);

enum payoff_verdict group_verdict(const struct payoff_group *g);

/* The share of the budget at which the best design without an engine catches up. */
double group_most_share(const struct payoff_group *g, enum budget budget);

void group_free(struct payoff_group *g, size_t by_n);

#endif
