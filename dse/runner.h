/* Runs a scenario of a study into an open store: the grid range by range, or by asking a strategy
 * for points. Points are numbered within the scenario here, across all scenarios in the store. */
#ifndef DSE_RUNNER_H
#define DSE_RUNNER_H

#include "db/db.h"
#include "dse/ask_evaluator.h"
#include "dse/infeasible_report.h"
#include "search/study_problem.h"
#include "search/strategies/front_progress.h"

struct runner {
    const struct study *study;
    const struct columns *columns;
    struct db *db;
    struct err *err;
    const char *path; /* path of the store */
    size_t jobs;
    bool progress;        /* show progress on standard error */
    uint64_t first, last; /* range of point numbers that this run writes */
    uint64_t before;      /* points of earlier scenarios in the range of the whole run */
    bool more;            /* other scenarios of the run follow */
    uint64_t enough;      /* stops after so many points of the whole run; 0: never */

    struct explore explore;
    struct misses misses;
    struct archive *front; /* for the grid; NULL without objectives */
    struct front_progress front_progress;
    struct ask_evaluator *evaluator; /* of the study, or NULL */
    struct search *search;           /* for a strategy that proposes points; NULL for the grid */
    const char *grid_why;            /* why `exact` fell back to the grid; NULL if it did not */
    bool timed_out;
    uint64_t feasible_before; /* of earlier scenarios; exact counts its own again */
    uint64_t done, feasible, uncommitted, start; /* point numbers; done - first are evaluated */
    uint64_t priced, priced_feasible; /* since this start, whether this run writes them or not */
    double started_s, shown_s, committed_s, spent_s;
};

/* `row` as db_run_begin returned it, with the number of points done in this scenario. Its feasible
 * points include those of earlier scenarios. Returns an exit status, or -1 with err filled. */
int runner_run(struct runner *r, const struct db_run *row);

/* What happened, for people: of a run with one scenario, or of one of several. */
void runner_print(const struct runner *r);
void runner_print_scenario(const struct runner *r);

#endif
