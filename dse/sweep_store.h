/* Runs a study into a store, or resumes it there. */
#ifndef DSE_SWEEP_STORE_H
#define DSE_SWEEP_STORE_H

#include "dse/command.h"
#include "search/sweep.h"

struct sweep_job {
    struct study *study;
    const char *name; /* of the run */
    const struct catalogue *catalogue;
    struct point_range range;
    const char *path; /* of the store */
    size_t jobs;
    bool progress;   /* show progress on standard error */
    bool silent;     /* print no result */
    uint64_t enough; /* stop after so many points of the range; 0: never */
};

/* An exit status, or -1 with err filled. */
int sweep_into_store(const struct sweep_job *job, struct err *err);

#endif
