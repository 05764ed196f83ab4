/* Two runs side by side: what differs in their studies, points, fronts, best designs, pay-offs and
 * metrics. Designs of the two are the same if all axes that either study sweeps have equal values.
 * All tables are the caller's to free. */
#ifndef REPORTS_COMPARE_COMPARE_H
#define REPORTS_COMPARE_COMPARE_H

#include "base/table.h"
#include "db/db.h"
#include "reports/payoff/payoff_study.h"
#include "reports/payoff/payoff_subject.h"

/* One of the two runs; borrows everything. */
struct compared_run {
    struct db *db; /* a connection of its own, which sees the scenarios that are compared */
    const struct db_run *run;
    const struct payoff_study *payoff;
    const struct study *study; /* the base, or the only scenario that is compared */
    bool alone;                /* only that scenario */
};

enum { FIRST, SECOND, RUNS };

/* Do the runs differ in their scenarios only by name: is one of each compared? */
static inline bool compares_scenarios(const struct compared_run run[RUNS])
{
    return run[FIRST].alone && run[SECOND].alone;
}

/* The scenarios of a run that are compared. */
size_t compared_scenarios(const struct compared_run *r);
const struct study *compared_scenario(const struct compared_run *r, size_t i);
/* NULL if it has none of this name. */
const struct study *compared_scenario_named(const struct compared_run *r, const char *name);

/* scenario, what, name, first, second: a row per parameter, axis, price, rule and file that
 * differs. -1 only if a store cannot be read. */
int study_changes(struct table *out, const struct compared_run run[RUNS], struct err *err);

/* The points of both runs, with their designs. */
struct compared_points;
struct compare_question {
    const struct objective *objective; /* of the fronts */
    size_t objectives;
};
int compared_points_read(struct compared_points **out, const struct compared_run run[RUNS],
                         const struct compare_question *q, struct err *err);
void compared_points_free(struct compared_points *p); /* takes NULL */

/* verdict, first, second: how many points have each; then all and those in both. */
void verdict_counts(struct table *out, const struct compared_points *p);

/* first, second, designs: of designs in both runs, how many have which verdicts. Only changes. */
void verdict_changes(struct table *out, const struct compared_points *p);

/* A row per model and workload: points on both fronts, designs that left and came, hypervolumes as
 * shares of one box. */
void front_changes(struct table *out, const struct compared_points *p);

/* The designs that left a front or came to it, with their objectives. */
void front_designs(struct table *out, const struct compared_points *p);

/* The best design of each model and workload by tokens per second and USD. */
void best_designs(struct table *out, const struct compared_points *p);

/* The metrics that differ in designs that are feasible in both runs, largest change first. */
int metric_changes(struct table *out, const struct compared_run run[RUNS],
                   const struct compared_points *p, struct err *err);

/* P and verdict of each engine and workload in both runs; no rows if either has no engines. */
int payoff_changes(struct table *out, const struct compared_run run[RUNS],
                   const struct payoff_subject *of, struct err *err);

/* engine, first, second: what a reader must know of the engines of either run, as
 * reports/payoff/engine_caveats.h. */
int caveat_changes(struct table *out, const struct compared_run run[RUNS], struct err *err);

/* What the runs vary, engines or pools; `n` gets their number. */
int compared_subjects(const struct payoff_subject *out[SUBJECTS_MOST], size_t *n,
                      const struct compared_run run[RUNS], struct err *err);

#endif
