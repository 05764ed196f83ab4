/* Runs a study into an open store: the grid, range by range, or a strategy that is asked. */
#ifndef DSE_RUNNER_H
#define DSE_RUNNER_H

#include "db/db.h"
#include "dse/infeasible_report.h"
#include "search/study_problem.h"
#include "search/strategies/front_progress.h"

struct runner {
    const struct study *study;
    const struct columns *columns;
    struct db *db;
    struct err *err;
    const char *path; /* of the store */
    size_t jobs;
    bool progress;        /* show it on standard error */
    uint64_t first, last; /* numbers of the points that are this run's to write */

    struct explore explore;
    struct misses misses;
    struct archive *front; /* of the grid; NULL without objectives */
    struct gauge gauge;
    struct search *search; /* of a strategy that is asked; NULL for the grid */
    const char *grid_why;  /* why `exact` went on as the grid; NULL if it did not */
    bool timed_out;
    uint64_t done, feasible, uncommitted, start; /* numbers; done - first are evaluated */
    uint64_t priced, priced_feasible;            /* since this start, whoever writes them */
    double started_s, shown_s, committed_s;
};

/* `row` as db_run_begin left it. An exit status, or -1 with err filled. */
int runner_run(struct runner *r, const struct db_run *row);

#endif
