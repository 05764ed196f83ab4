/* Fills one group of a pay-off: P, G, shares, verdict and reason. */
#ifndef REPORTS_PAYOFF_PAYOFF_GROUP_H
#define REPORTS_PAYOFF_PAYOFF_GROUP_H

#include "db/db.h"
#include "reports/payoff/payoff_answer.h"
#include "reports/payoff/swept_columns.h"

/* A run in its store, with its swept columns. */
struct run_points {
    struct db *db;
    const struct db_run *run;
    const struct swept *swept;
    const struct points *points;
    const unsigned char *left_out; /* of each point, by a condition; NULL: none */
    struct twins *twins;           /* of the last groups; twins_make */
};

/* Finds the twins of winners. Free with twins_free. */
struct twins *twins_make(void);
void twins_free(struct twins *t);

/* Fills all but `key`, `p` and the winners, which the caller has set, from their points. */
int group_fill(struct payoff_group *g, const struct payoff *p, const struct run_points *from,
               struct err *err);

/* Fills a group again, with P and its winners from the model: the store may not have them. */
void group_fill_from_model(struct payoff_group *g, const struct payoff *p, double payoff,
                           const struct winners_priced *w);

/* Fills a group in which P is unknown: numbers are NAN, the verdict is NO_ANSWER. */
void group_unanswered(struct payoff_group *g, const char *reason);

/* Prices the group again if q->study allows: P over all designs, its range and probability and, if
 * q->swings, its sensitivities. */
void group_reprice(struct payoff_group *g, const struct payoff *p, const struct payoff_question *q);

enum payoff_verdict group_verdict(const struct payoff_group *g);

/* The share of the budget that the engine may add before the best design without one catches up. */
double group_break_even_share(const struct payoff_group *g, enum budget budget);

/* Units of the budget that a candidate uses without its subject; NAN if that is another system. */
double resource_less(const struct payoff_subject *of, const struct candidate *k, enum budget budget,
                     const struct prices *p);

void group_free(struct payoff_group *g, size_t by_n);

#endif
